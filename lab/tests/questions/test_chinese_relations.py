"""Referring expressions in Chinese come with the English that means the same."""

import numpy as np
import pytest

from geomagnifier_lab.questions.chinese_relations import WAYS, Noun

SHIP = Noun("ship", "ships", "船", "艘", "ship")
BRIDGE = Noun("bridge", "bridges", "桥", "座", "bridge")


@pytest.mark.parametrize("way", set(WAYS), ids=lambda way: way.__name__)
def test_both_sides_name_the_object_and_its_landmark(way):
    rng = np.random.default_rng(3)
    for _ in range(60):
        chinese, english, named = way(rng, SHIP, BRIDGE)
        assert "船" in chinese and "ship" in english and english.startswith("the ")
        assert named == ("桥" in chinese) == ("bridge" in english)
        assert not set("{}") & set(chinese + english)

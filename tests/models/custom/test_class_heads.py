"""What maps of custom classes say, and which weights make heads."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.models.custom.class_heads import CustomClass, Heads, presence
from geomagnifier.models.networks.heads_net import HeadsNet
from geomagnifier.models.small.maps import DenseMaps


def test_objects_are_there_by_their_best_centre_and_land_cover_by_its_surest_cells() -> None:
    centre, mask = np.full((1, 1, 4, 4), -9.0), np.full((1, 1, 8, 8), -9.0)
    mask[..., :4, :] = 9.0
    maps = DenseMaps(mask, centre, np.zeros((1, 1, 4, 4, 4)), np.zeros((1, 1, 2, 4, 4)))
    assert presence(maps, stuff=False) < 0.01
    assert 0.49 < presence(maps, stuff=True) < 0.51  # half of the 64 cells


def test_a_name_that_is_a_plural_has_its_singular() -> None:
    panels = CustomClass((("solar panels", "solar panels"), ("solar panel", "solar panels")))
    assert (panels.name, panels.counted(1), panels.counted(2)) == (
        "solar panels",
        "solar panel",
        "solar panels",
    )


@pytest.mark.parametrize("name", ["eyes.1.bias", "kernel"])
def test_heads_of_another_network_are_refused(name: str) -> None:
    weights = dict(HeadsNet(2).finished().weights)
    with pytest.raises(ValueError, match=name):
        Heads(weights | {name: weights[name][..., :3]})

"""The task granularity classifier, and questions answered by yes or no."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geomagnifier.language import yes_no
from geomagnifier.models.networks.granularity_net import GranularityClassifier
from geomagnifier.models.small.granularity import LEVELS, levels, settled
from geomagnifier.types import Granularity


def test_the_levels_are_those_of_the_network() -> None:
    torch.manual_seed(0)
    network, vector = GranularityClassifier(), torch.randn(1, 384) * 9
    weights = {f"granularity.{name}": t.numpy() for name, t in network.state_dict().items()}
    found = levels(weights, vector.numpy())
    wanted = torch.softmax(network(vector)[0].detach(), 0).numpy()
    assert [*found] == [*LEVELS]
    assert np.allclose([*found.values()], wanted, atol=1e-5)
    assert np.ptp(wanted) > 0.01


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Is this an airport?", Granularity.IMAGE),
        ("Is there a ship?", Granularity.REGION),
        ("How many ships are there?", Granularity.IMAGE),  # no such question: as classified
    ],
)
def test_questions_about_objects_are_not_about_the_image(
    question: str, wanted: Granularity
) -> None:
    levels = {Granularity.IMAGE: 0.6, Granularity.REGION: 0.3, Granularity.PIXEL: 0.1}
    decided = settled(levels, yes_no.asked(question, "en"))
    assert max(decided, key=lambda level: decided[level]) is wanted
    assert sum(decided.values()) == pytest.approx(1)

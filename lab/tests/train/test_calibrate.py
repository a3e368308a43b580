"""Thresholds come out of evidence as a person would choose them."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from geomagnifier.language.scene_classes import SCENES
from geomagnifier.models.metadata import IN_BOX, check_small
from geomagnifier.models.registry import FILES, WEIGHTS, load_model, read_card, write
from geomagnifier.models.small.class_thresholds import ClassThresholds
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.vocabulary import FOUND, SPECIAL, kind_token
from geomagnifier_lab.datasets.dubai import COVER
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.networks.proposal_net import ProposalNet
from geomagnifier_lab.train.batches import NAMES, OBJECTS
from geomagnifier_lab.train.calibrate import calibrate
from geomagnifier_lab.train.export import export

needs_data = pytest.mark.skipif(
    "GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets"
)


@pytest.fixture(scope="module")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> SmallModel:
    """A network of random weights, written and loaded as a trained one is."""
    folder = tmp_path_factory.mktemp("model")
    for file in FILES[1:3]:
        (folder / file).symlink_to(WEIGHTS / file)
    torch.manual_seed(0)
    sizes = dict.fromkeys(NAMES, (None, 30.0))
    write(
        folder / FILES[3],
        ProposalNet(len(NAMES)).state_dict(),
        {"flops": 1.0, "sizes": sizes, "recall": [], "scores": {}},
    )
    words = (*SPECIAL, *(kind_token(kind) for kind in NAMES), *FOUND)
    network = SmallNetwork(len(NAMES), len(OBJECTS), len(SCENES), len(words))
    export(
        network.state_dict(), folder / FILES[0], "random", words, dict.fromkeys(OBJECTS, (0.5, ()))
    )
    return load_model(folder)


@needs_data
@pytest.mark.slow
def test_calibration_fits_the_card(random_model: SmallModel) -> None:
    told: list[tuple[int, int]] = []
    made = calibrate(
        random_model,
        Path(os.environ["GEOMAG_DATA"]),
        1,
        lambda done, total: told.append((done, total)),
    )
    assert (
        [done for done, _ in told] == [*range(1, len(told) + 1)]
        and {total for _, total in told} == {len(told)}
        and len(told) >= 2
    )
    assert tuple(made.calibration) == random_model.kinds
    for kind, fields in made.calibration.items():
        assert fields.keys() == asdict(ClassThresholds()).keys()
        assert all(0 < value < 1 and round(value, 3) == value for value in fields.values()), kind
    assert {
        kind
        for kind, fields in made.calibration.items()
        if fields["score"] != ClassThresholds.score
    }.isdisjoint({*COVER} - {*OBJECTS})
    card = read_card(WEIGHTS / FILES[0]) | made._asdict()
    card |= {"kinds": [*NAMES], "objects": [*OBJECTS], "words": [*SPECIAL, *map(kind_token, NAMES)]}
    check_small(card)
    assert made.reliability["temperature"] > 0 and len(made.in_box) == IN_BOX

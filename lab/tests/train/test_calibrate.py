"""Thresholds come out of evidence as a person would choose them."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from geomagnifier.finetuning.thresholds import (
    Evidence,
    chosen,
    f1_at_steps,
    matched,
    middle,
    presence_threshold,
    quality,
    score_of,
)
from geomagnifier.language.scene_classes import SCENES
from geomagnifier.models.metadata import IN_BOX, check_small
from geomagnifier.models.registry import FILES, WEIGHTS, load_model, read_card, write
from geomagnifier.models.small.class_thresholds import ClassThresholds
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.network import SmallNetwork
from geomagnifier.models.small.proposal_net import ProposalNet
from geomagnifier.models.small.vocabulary import FOUND, SPECIAL, kind_token
from geomagnifier_lab.datasets.dubai import COVER
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


def test_middle_of_the_longest_row_of_the_best() -> None:
    assert middle(np.array([0.0, 1, 0, 1, 1, 1, 0])) == 4
    assert middle(np.array([0.2, 0.1])) == 0


def test_presence_lies_between_there_and_absent() -> None:
    seen = [(0.9, True)] * 8 + [(0.3, False)] * 8
    assert presence_threshold(seen) == pytest.approx(0.6, abs=0.01)


def test_presence_leans_towards_emptiness_where_that_is_cheap() -> None:
    absent = [(0.1, False)] * 90 + [(0.6, False)] * 10
    cheap = [(0.5, True)] * 2 + [(0.9, True)] * 98  # balanced accuracy is best above 0.6 either way
    assert 0.6 < presence_threshold(cheap + absent) <= 0.9
    dear = [(0.5, True)] * 50 + [(0.9, True)] * 50
    assert 0.1 < presence_threshold(dear + absent) <= 0.5


def test_presence_needs_enough_examples_of_both_sorts() -> None:
    assert presence_threshold([(0.99, True)] * 14 + [(0.9, False)] * 3) == ClassThresholds.presence
    assert presence_threshold([(0.1, True)] * 9) == ClassThresholds.presence
    assert presence_threshold([]) == ClassThresholds.presence


def test_score_of_best_f1() -> None:
    assert (
        0.3
        < score_of([f1_at_steps([(0.9, True), (0.6, True), (0.3, False), (0.2, False)], 2)])
        <= 0.6
    )
    assert score_of([f1_at_steps([(0.9, False)], 2)]) == ClassThresholds.score
    assert score_of([f1_at_steps([], 0)]) == score_of([]) == ClassThresholds.score


def test_sets_have_the_same_say_and_quality_is_of_complete_ones() -> None:
    many = Evidence(objects=[(0.9, True, 1.0)] * 50 + [(0.6, False, 1.0)] * 50, labelled=50)
    few = Evidence(objects=[(0.4, True, 1.0), (0.5, True, 1.0)], labelled=2)
    assert 0.6 < chosen(many).score <= 0.9 and chosen(few).score <= 0.4
    at = chosen(
        many, few
    )  # the mean of both F1 is best where the few are found: 2 / 3 and 1 against 1 and 0
    assert at.score <= 0.4 and quality([many, few], at) == pytest.approx((2 / 3 + 1) / 2, abs=0.001)
    partly = Evidence(objects=[(0.1, True, 1.0)] * 9, labelled=9, complete=False)
    assert chosen(partly).score <= 0.1
    assert chosen(many, partly) == chosen(many), (
        "an F1 of 1 is not given for more on a set that is not labelled whole"
    )
    faint = Evidence(objects=[(0.3, True, 1.0)] * 9, labelled=9, complete=False)
    cheap = Evidence(objects=[(0.9, True, 1.0)] * 199 + [(0.35, False, 1.0)], labelled=200)
    assert chosen(cheap).score > 0.35 and chosen(cheap, faint).score <= 0.3, (
        "one wrong one of two hundred is"
    )
    assert quality([many, partly], chosen(many)) == 1.0
    assert quality([Evidence()], ClassThresholds()) is None
    assert quality([Evidence(masks=[[0.1, 0.2, 0.3, 0.9, 0.2]])], ClassThresholds(mask=0.6)) == 0.9


def test_each_labelled_object_is_matched_once_best_first() -> None:
    truth = np.array([[0, 0, 10, 10], [50, 50, 60, 60]], np.float32)
    boxes = np.array([[0, 0, 10, 9], [0, 0, 10, 10], [50, 50, 60, 54]], np.float32)
    assert matched(boxes, np.array([0.5, 0.9, 0.8], np.float32), truth).tolist() == [
        False,
        True,
        False,
    ]
    assert matched(boxes[:0], np.zeros(0, np.float32), truth).tolist() == []
    assert matched(boxes[:1], np.zeros(1, np.float32), truth[:0]).tolist() == [False]


def test_evidence_becomes_thresholds() -> None:
    assert chosen(Evidence()) == ClassThresholds()
    assert (
        chosen(Evidence(masks=[[0.1, 0.2, 0.3, 0.9, 0.2], [0.1, 0.9, 0.3, 0.8, 0.2]])).mask == 0.6
    )
    assert chosen(Evidence(masks=[[0.5] * 5])).mask == 0.5
    gated = Evidence([(0.9, True), (0.1, False)], [(0.8, True, 0.9), (0.9, False, 0.1)], 1)
    assert (
        0.001 <= chosen(gated).score <= 0.8
    )  # the better but wrong one lies behind the closed gate


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

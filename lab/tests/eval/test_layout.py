"""Questions of layout come from labels alone, each with a choice; only boxes meant are right."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from geomagnifier.models.registry import load_model
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo
from geomagnifier_lab.datasets.sample import LabelledObject, ObjectSample
from geomagnifier_lab.eval.layout import cases, layout, same


def port() -> ObjectSample:
    """Five ships of growing size from left to right, and a harbor below them on the right."""
    ships = [
        LabelledObject("ship", (40 + 150 * i, 100, 60 + 150 * i + 15 * i, 120 + 12 * i), ())
        for i in range(5)
    ]
    return ObjectSample(
        Path("sets/port.png"),
        (*ships, LabelledObject("harbor", (600, 400, 760, 480), ())),
        ("ship", "harbor"),
    )


def test_each_relation_is_asked_once_with_the_boxes_it_means() -> None:
    drawn = cases(port(), SceneInfo("port", 1000, 700, 3))
    names = [wording.relation.name for wording, _, _ in drawn]
    assert len(names) == len(set(names)) and {"extreme", "size", "plain"} <= set(names)
    for wording, labelled, meant in drawn:
        assert wording.kind == "ship" and wording.text
        assert not meant[~labelled.target].any()
        if wording.relation.name != "plain":
            assert 0 < meant.sum() < labelled.target.sum()
        assert (~labelled.target).sum() == wording.relation.others
    by_name = {wording.relation.name: (wording.slots, meant) for wording, _, meant in drawn}
    slots, meant = by_name["size"]
    assert np.flatnonzero(meant).tolist() == [4 if slots["large"] else 0]
    again = cases(port(), SceneInfo("port", 1000, 700, 3))
    assert [w.text for w, _, _ in again] == [w.text for w, _, _ in drawn]


def test_a_picture_with_nothing_to_choose_from_is_passed_over() -> None:
    alone = ObjectSample(
        Path("sets/one.png"), (LabelledObject("ship", (10, 10, 40, 40), ()),), ("ship",)
    )
    assert cases(alone, SceneInfo("one", 200, 200, 3)) == []


def region(*box: float) -> Region:
    return Region("ship", 0.9, box)  # type: ignore[arg-type]


def test_exactly_these_boxes() -> None:
    boxes = np.array([[0, 0, 10, 10], [50, 0, 60, 10]], np.float32)
    near, far = region(0, 0, 10, 9), region(50, 1, 60, 10)
    assert same([far, near], boxes)
    assert not same([near], boxes)
    assert not same([near, far, region(80, 80, 90, 90)], boxes)
    assert not same([near, region(0, 0, 9, 10)], boxes)  # the same one twice
    assert same([], boxes[:0])


@pytest.mark.slow
@pytest.mark.skipif("GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets")
def test_on_real_pictures_a_choice_among_labels_is_no_harder_than_from_the_picture() -> None:
    figures = layout(load_model("small"), Path(os.environ["GEOMAG_DATA"]), 6)
    assert figures["n"] >= 6
    assert all(0 <= value <= 1 for name, value in figures.items() if name != "n")
    assert figures["told"] >= figures["exact"]

"""Results: an answer says in three lines what it holds, and gives its mask by windows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geomagnifier import results
from geomagnifier.detections import Labels
from geomagnifier.errors import BoxError
from geomagnifier.geometry import Box
from geomagnifier.inference.answer_mask import assemble_chosen
from geomagnifier.results import Answer, Region, Trace
from geomagnifier.types import Granularity, SceneInfo
from labelled import region

SCENE = SceneInfo("made", 400, 300, 3)
REGIONS = (region("ship", 10, 20, 30, 40), region("ship", 100, 20, 130, 40))
TRACE = Trace(120_000, 1_500_000, 3e9, {"read": 0.25, "answer": 1.0})
ANSWER = Answer(
    "Find the ships.",
    "Found 2 ships.",
    Granularity.PIXEL,
    {"pixel": 1.0},
    SCENE,
    TRACE,
    np.zeros((3, 4, 3), np.uint8),
    regions=REGIONS,
    patches=assemble_chosen(REGIONS),
)


def test_an_answer_in_three_lines() -> None:
    assert repr(ANSWER).splitlines() == [
        "Answer: Found 2 ships.",
        "  2 ship",
        "  pixel level, 1.50 Mpx processed (scene: 0.12 Mpx), 1.25 s",
    ]
    full = replace(ANSWER, text="a" * 200)
    assert repr(full).splitlines()[0] == f"Answer: {'a' * 200}"
    cut = replace(ANSWER, text="a" * 201, complete=False, regions=())
    assert repr(cut).splitlines()[:2] == [f"Answer: {'a' * 200} ...", "  no regions"]
    assert repr(cut).endswith("1.25 s, not complete")
    many = tuple(region(f"class {i}", 0, 0, 5, 5) for i in range(10))
    assert (
        repr(replace(ANSWER, regions=many)).splitlines()[1].endswith("1 class 7 and 2 more classes")
    )
    places = replace(ANSWER, regions=(), labels=Labels([("harbor", 0.9), ("beach", 0.1)]))
    assert repr(places).splitlines()[1] == "  harbor 0.90, beach 0.10"


def test_the_mask_is_that_of_the_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = np.zeros((300, 400), bool)
    mask[20:40, 10:30] = mask[20:40, 100:130] = True
    assert (ANSWER.mask == mask).all()
    assert (ANSWER.read_mask(Box(5.5, 10, 20.5, 25)) == mask[10:25, 5:21]).all()
    with pytest.raises(BoxError):
        ANSWER.read_mask(Box(400, 0, 500, 10))
    assert replace(ANSWER, patches=None).mask is None
    monkeypatch.setattr(results, "LARGEST_MASK", SCENE.pixels - 1)
    assert replace(ANSWER).mask is None


def test_a_region_without_a_mask_has_no_outline() -> None:
    assert Region("ship", 0.5, (0, 0, 4, 4)).polygon == ()
    (ring,) = REGIONS[0].polygon
    assert {*ring} == {(10, 20), (30, 20), (30, 40), (10, 40)}

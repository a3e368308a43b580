"""An answer as arrays.

Boxes, scores, classes and masks of its regions, and an answer with some of them.
"""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

import geomagnifier as gm
from fake import BLUE, FakeModel, paint
from geomagnifier import detections
from geomagnifier.errors import OptionError

SHIPS = paint(300, 200, (40, 40, 80, 60), (100, 100, 140, 120), (200, 20, 240, 60))
LAKE = paint(300, 200, (40, 40, 80, 60), (100, 100, 140, 120))
LAKE[140:180, 200:280] = BLUE


def answer(question: str = "Segment every ship.", pixels: np.ndarray = SHIPS) -> gm.Answer:
    return gm.ask(pixels, question, FakeModel())


def test_arrays_follow_the_regions() -> None:
    both = answer("Segment every ship and the water.", LAKE)
    assert len(both) == len(both.regions) == 3 and list(both) == list(both.regions)
    assert both.boxes.dtype == both.scores.dtype == np.float32
    assert both.boxes.shape == (3, 4) and both.scores.shape == both.classes.shape == (3,)
    for region, box, score, name in zip(
        both.regions, both.boxes, both.scores, both.classes, strict=True
    ):
        assert (
            region.box == tuple(box.tolist())
            and region.score == pytest.approx(float(score))
            and region.label == name
        )
    assert sorted(both.classes.tolist()) == ["ship", "ship", "water"]
    with pytest.raises(ValueError, match="read-only"):
        both.boxes[0, 0] = 1


def test_masks_are_decoded_one_by_one_and_together_are_the_mask() -> None:
    made = answer()
    masks = made.masks
    assert (
        masks is not None
        and masks.shape == (3, 200, 300)
        and len(masks) == 3
        and masks.dtype == bool
    )
    assert repr(masks) == "Masks(shape=(3, 200, 300), dtype=bool)"
    for region, mask in zip(made.regions, masks, strict=True):
        x0, y0, x1, y1 = map(int, region.box)
        assert mask.sum() == mask[y0:y1, x0:x1].sum() == (x1 - x0) * (y1 - y0)
    assert np.array_equal(np.asarray(masks).any(0), made.mask)
    assert np.array_equal(masks[-1], masks[2]) and masks[1:].shape == (2, 200, 300)
    assert np.array_equal(np.asarray(masks[np.array([False, True, False])])[0], masks[1])
    assert np.asarray(masks, np.float32).max() == 1
    with pytest.raises(IndexError):
        masks[3]


def test_masks_too_many_for_one_array_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detections, "MOST_CELLS", 3 * 200 * 300 - 1)
    masks = answer().masks
    assert masks is not None and masks[0].any()
    with pytest.raises(OptionError, match=r"3 masks of 300 x 200 px are .* one by one"):
        np.asarray(masks)
    assert np.asarray(masks[:2]).shape == (2, 200, 300)


def test_an_answer_without_regions_has_empty_arrays_and_is_true() -> None:
    for question in ("Find every ship.", "Segment every ship."):
        none = answer(question, paint(90, 90))
        assert len(none) == 0 and none and list(none) == []
        assert none.boxes.shape == (0, 4) and none.scores.shape == none.classes.shape == (0,)
        assert none[none.scores > 0.5] is none and none[[]] is none
    masks = none.masks
    assert masks is not None and np.asarray(masks).shape == (0, 90, 90)
    assert answer("Find every ship.").masks is None


def test_an_answer_with_some_regions_says_so() -> None:
    full = answer()
    right = full[full.boxes[:, 0] > 90]
    assert right.text == "2 of 3 regions were kept (ship 2)." and right.question == full.question
    assert (
        right.regions
        and all(region.phrase == "" for region in right.regions)
        and all(region.phrase for region in full.regions)
    )
    assert np.array_equal(right.boxes, full.boxes[full.boxes[:, 0] > 90])
    assert right.mask is not None and full.mask is not None
    assert not right.mask[:, :90].any() and np.array_equal(right.mask[:, 90:], full.mask[:, 90:])
    assert right[right.boxes[:, 0] > 150].text == "1 of 2 regions was kept (ship 1)."
    none = full[full.scores > 2]
    assert (none.text, none.regions, none.mask is not None and none.mask.any()) == (
        "None of 3 regions were kept.",
        (),
        False,
    )
    assert full[full.scores > 0] is full and len(full) == 3


def test_a_value_does_not_outlive_its_regions() -> None:
    told = replace(
        answer("Find every ship."), value=3, unit="m", understood="count(ship)", complete=False
    )
    assert told[np.array([True, True, True])].value == 3
    some = told[np.array([True, False, True])]
    assert (some.value, some.unit, some.understood, some.complete) == (None, None, "", False)
    assert some.text == "2 of 3 regions were kept (ship 2). Part of the area was not searched."
    chinese = replace(told, text="图中有三艘船。")[np.array([True, False, True])]
    assert chinese.text == "保留了 3 个区域中的 2 个（ship 2）。并非所有部分都已查看。"


@pytest.mark.parametrize(
    "keep", [0, [True], "ship", [0, 1, 2], np.ones((3, 1), bool), slice(1), None, True, [0.5] * 3]
)
def test_what_is_no_choice_of_regions_is_refused(keep: object) -> None:
    with pytest.raises(OptionError, match=r"one True or False for each of its 3 regions"):
        answer()[keep]  # type: ignore[index]


def test_labels_are_of_the_scene_and_compare_with_classes() -> None:
    both = answer("Segment every ship and the water.", LAKE)
    assert both.labels == () and not both.labels and both.labels != (("sea", 1.0),)
    assert (
        (both.labels == "ship").tolist()
        == (both.classes == "ship").tolist()
        == [c == "ship" for c in both.classes.tolist()]
    )
    assert (both.labels != "ship").sum() == 1
    ships = both[both.labels == "ship"]
    assert len(ships) == 2 and (ships.labels == "ship").tolist() == [True, True]
    place = answer("What kind of place is this?")
    assert place.labels[0] == ("red place", place.labels[0][1]) and place.labels == tuple(
        place.labels
    )
    assert (place.labels == "ship").shape == (0,) and hash(place.labels) == hash(
        tuple(place.labels)
    )
    again = pickle.loads(pickle.dumps(both))
    assert (again.labels == "water").tolist() == (
        both.labels == "water"
    ).tolist() and again.regions[0].box == both.regions[0].box

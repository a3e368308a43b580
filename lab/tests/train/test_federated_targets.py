"""Targets where labels tell some things and not others.

Narrower classes, sets that are not complete, boxes alone, sizes to ignore.
"""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.finetuning.crops import Crop, Piece, Source, core_of, make_crop
from geomagnifier.finetuning.targets import object_target
from geomagnifier.language.classes import narrow
from geomagnifier_lab.train.batches import OBJECTS, UNTOLD, WIDE, choose, labelled_boxes, target

SIDE = 128


def piece(
    kind: str, *box: float, core: bool = False, ignored: bool = False, halo: float = 0.1
) -> Piece:
    x0, y0, x1, y1 = box
    ring = (
        core_of((x0, y0, x1, y1))
        if core
        else np.array([[x0, y0], [x1 - 1, y0], [x1 - 1, y1 - 1], [x0, y1 - 1]], np.float32)
    )
    return Piece(
        kind,
        np.array(box, np.float32),
        [ring],
        1.0,
        max(x1 - x0, y1 - y0),
        core,
        halo if core else 0.0,
        ignored=ignored,
    )


def crop_of(*pieces: Piece, kinds: tuple[str, ...] = (), complete: bool = True) -> Crop:
    pixels = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8)
    return Crop(pixels, list(pieces), frozenset(kinds), complete=complete)


def centres(crop: Crop, kind: str) -> list[list[int]]:
    """(column, row) px of the cells with a centre."""
    return [[4 * c + 2, 4 * r + 2] for r, c in np.argwhere(object_target(crop, kind).centre == 1)]


def test_a_car_is_a_vehicle_and_a_vehicle_is_perhaps_a_car() -> None:
    crop = crop_of(
        piece("car", 16, 16, 32, 32), piece("vehicle", 64, 64, 80, 80), kinds=("vehicle", "car")
    )
    assert centres(crop, "vehicle") == [[26, 26], [74, 74]] and centres(crop, "car") == [[26, 26]]
    car = object_target(crop, "car")
    assert (
        car.present == 1 and car.centre_known[18, 18] == 0 and car.known[36, 36] == 0
    )  # in the other vehicle
    assert car.centre_known[28, 4] == 1 and car.known[56, 8] == 1
    assert (
        object_target(
            crop_of(piece("vehicle", 64, 64, 80, 80), kinds=("vehicle", "car")), "car"
        ).present
        == -1
    )


def test_where_not_everything_is_labelled_only_the_surroundings_of_labels_are_known() -> None:
    target = object_target(crop_of(piece("boat", 40, 40, 60, 60)), "ship")
    assert target.present == 1
    known = target.centre_known > 0
    assert known[9:16, 9:16].all()  # 30 % of the box beyond it
    assert known.sum() <= 9 * 9 and target.known.sum() <= 18 * 18
    complete = object_target(crop_of(piece("boat", 40, 40, 60, 60), kinds=("ship", "boat")), "ship")
    assert complete.centre_known.all() and complete.known.all()


def test_objects_of_odd_sizes_are_neither_targets_nor_background() -> None:
    crop = crop_of(
        piece("ship", 8, 8, 40, 40, ignored=True), piece("ship", 80, 80, 100, 100), kinds=("ship",)
    )
    seen = object_target(crop, "ship")
    assert centres(crop, "ship") == [[90, 90]] and seen.present == 1
    assert seen.centre_known[5, 5] == 0 and seen.known[10, 10] == 0 and seen.sides_weight[5, 5] == 0
    assert seen.known[45, 45] == 1 and seen.mask[45, 45] == 1
    alone = object_target(
        crop_of(piece("ship", 8, 8, 40, 40, ignored=True), kinds=("ship",)), "ship"
    )
    assert alone.present == -1 and alone.centre.max() == 0


def test_an_object_inside_an_ignored_one_is_still_a_target() -> None:
    crop = crop_of(
        piece("ship", 8, 8, 120, 120, ignored=True), piece("ship", 56, 56, 76, 76), kinds=("ship",)
    )
    seen = object_target(crop, "ship")
    assert (
        seen.centre[16, 16] == 1
        and seen.centre_known[16, 16] == 1
        and seen.known[33, 33] == 1
        and seen.known[10, 10] == 0
    )


def test_a_box_alone_is_mask_in_its_middle_unknown_in_the_rest_and_nothing_outside() -> None:
    seen = object_target(
        crop_of(piece("palm tree", 40, 40, 80, 80, core=True), kinds=("palm tree",)), "palm tree"
    )
    assert seen.mask[30, 30] == seen.known[30, 30] == 1
    assert seen.known[21, 21] == 0 and seen.known[30, 38] == 0  # in the box, off its middle
    assert seen.known[10, 10] == 1 and seen.mask[10, 10] == 0
    assert seen.centre_known.all() and seen.sides_weight[15, 15] > 0
    assert seen.sides[:, 15, 15].tolist() == [22, 22, 18, 18]


def test_only_what_labels_tell_is_asked() -> None:
    rng = np.random.default_rng(1)
    palms = crop_of(piece("palm tree", 40, 40, 80, 80, core=True), kinds=("palm tree", "ship"))
    ships = crop_of(piece("ship", 40, 40, 80, 80), kinds=("ship", "vehicle"))
    for _ in range(20):
        assert set(choose(palms, rng)) <= {"palm tree", "tree", "ship", "?"}
        asked = choose(ships, rng)
        assert set(asked) <= {"ship", "vehicle", "?"} and "ship" in asked
    assert target(palms, "tree").present == 1 and target(palms, "ship").present == 0


def test_a_box_may_be_what_it_is_labelled_or_narrower_and_elsewhere_none() -> None:
    crop = crop_of(
        piece("vehicle", 40, 40, 60, 60), piece("car", 80, 80, 100, 100), kinds=("vehicle",)
    )
    boxes, may = labelled_boxes(crop, np.random.default_rng(0))
    place = {kind: i for i, kind in enumerate(OBJECTS)}
    assert may.shape == (len(boxes), len(OBJECTS) + 1)
    assert (
        may[0, place["vehicle"]] == 1
        and (may[0, [place[k] for k in narrow("vehicle")]] == WIDE).all()
        and may[0].sum() == 1 + 4 * WIDE
    )
    assert may[1, place["car"]] == 1 == may[1].sum()
    none = may[2:]
    assert (
        len(none)
        and (none[:, -1] == 1).all()
        and (none[:, [place["vehicle"], place["car"]]] == 0).all()
    )
    assert (none[:, place["solar panel"]] == UNTOLD).all()
    partly = crop_of(piece("boat", 40, 40, 60, 60), kinds=("oil well",), complete=False)
    assert (
        len(labelled_boxes(partly, np.random.default_rng(0))[0]) == 1
    )  # no boxes of nothing where things are left unlabelled


@pytest.mark.parametrize("seed", range(5))
def test_boxes_without_outlines_stay_tight_when_pictures_are_turned(seed: int) -> None:
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[80:100, 120:180] = 255
    source = Source(pixels, (("bus", (120.0, 80.0, 180.0, 100.0), ()),), frozenset({"bus"}))
    crop = make_crop([source], (1.0, 1.0), 128, np.random.default_rng(seed), (0, 0), 1.3)
    for p in (p for p in crop.pieces if p.share == 1):
        rows, columns = np.nonzero(crop.pixels.min(2) > 100)
        seen = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        assert (
            np.abs(seen - p.box).max() <= 2
            and p.core
            and p.length == pytest.approx((p.box[2:] - p.box[:2]).max(), abs=1e-3)
        )

"""Frames that H is taught on: what is where, and what of it is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geomagnifier.finetuning.crops import Source
from geomagnifier.models.registry import load_small
from geomagnifier_lab.train import heat_frames


def picture(
    value: int, boxes: list[tuple[str, tuple[float, float, float, float]]], told: frozenset[str]
) -> Source:
    """A grey picture of 800 x 600 px whose objects are white."""
    pixels = np.full((600, 800, 3), value, np.uint8)
    for _, (x0, y0, x1, y1) in boxes:
        pixels[int(y0) : int(y1), int(x0) : int(x1)] = 255
    return Source(pixels, tuple((kind, box, ()) for kind, box in boxes), told)


def test_boxes_of_a_piece_lie_on_its_objects() -> None:
    source = picture(60, [("car", (300, 200, 420, 290))], frozenset({"car", "vehicle"}))
    rng = np.random.default_rng(0)
    met = 0
    for _ in range(20):
        piece = heat_frames.cut(source, rng)
        assert piece.pixels.shape == (heat_frames.HIGH, heat_frames.WIDE, 3)
        assert {*piece.boxes} <= {"car", "vehicle"}, "a car is a vehicle as well"
        for x0, y0, x1, y1 in piece.boxes.get("car", ()):
            inside = piece.pixels[int(np.ceil(y0)) : int(y1), int(np.ceil(x0)) : int(x1)]
            assert inside.min() > 200 and (piece.pixels > 200).all(2).sum() == pytest.approx(
                (x1 - x0) * (y1 - y0), rel=0.2
            )
            met += 1
    assert met > 5


def test_each_object_counts_alike_and_pieces_without_labels_are_not_known() -> None:
    empty, unlabelled = (
        heat_frames.cut(picture(60, [], told), np.random.default_rng(1))
        for told in (frozenset({"ship"}), frozenset({"car"}))
    )
    boxes = np.array([[10, 10, 14, 14], [100, 20, 220, 140]], np.float32)
    shown = heat_frames.Piece(empty.pixels, {"ship": boxes}, {}, frozenset({"ship"}))
    _, where, known = heat_frames.laid([shown, unlabelled, *[empty] * 10])
    assert [*where] == ["ship"] and where["ship"].sum() == pytest.approx(1)
    assert where["ship"][0, 0] == pytest.approx(0.5), (
        "the small one weighs as much as the large one"
    )
    assert known["ship"][0, 0] == 1 and known["ship"][0, 12] == 0 and known["ship"][16, 31] == 1
    _, many, _ = heat_frames.laid([shown] * 4 + [empty] * 8)
    assert not many, "a class in four of the twelve is not what is searched for"


def test_land_cover_counts_by_its_area() -> None:
    cover = np.zeros((600, 800), np.uint8)
    cover[:, 400:] = 1
    piece = heat_frames.cut(
        Source(np.zeros((600, 800, 3), np.uint8), (), frozenset(), cover, ("land", "water")),
        np.random.default_rng(2),
    )
    assert {*piece.covers} <= {"land", "water"} and sum(
        m.sum() for m in piece.covers.values()
    ) == heat_frames.WIDE * heat_frames.HIGH


def test_a_frame_is_seen_whole_in_part_and_from_far() -> None:
    source = picture(60, [("ship", (300, 200, 420, 290))], frozenset({"ship"}))
    other = picture(90, [], frozenset({"ship"}))
    model = load_small("small")
    seen = list(heat_frames.frames(model, ([source], [other]), (0.1, 0.9), 3, 0))
    assert seen and all({*frame.where} == {"ship"} for frame in seen)
    rng = np.random.default_rng(0)
    for frame in seen:
        looks = [
            heat_frames.whole(frame, "ship"),
            heat_frames.part(frame, "ship", rng),
            heat_frames.far(frame, "ship"),
        ]
        assert [tuple(look.last.shape) for look in looks] == [
            (352, 17, 32),
            (352, 9, 16),
            (352, 5, 8),
        ]
        assert [len(look.where) for look in looks] == [144, 144, 40]
        for look in looks:
            assert float(look.where.sum()) == pytest.approx(1, abs=1e-5)
            assert torch.all(look.known == 1)

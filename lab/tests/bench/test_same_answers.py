"""Two installations are compared by what they answer."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from geomagnifier_lab.bench.same_answers import Agreement, answers, compare
from geomagnifier_lab.render.scene import draw_scene

SHIP = ["ship", 0.9, 10.0, 20.0, 30.0, 40.0]


def told(*regions: list[object], text: str = "a ship") -> dict[str, object]:
    return {"text": text, "regions": [*regions]}


def test_boxes_may_be_a_pixel_apart_and_in_another_order() -> None:
    other = ["ship", 0.8, 50.0, 20.0, 60.0, 40.0]
    near = ["ship", 0.91, 10.9, 20.0, 30.0, 40.0]
    assert compare(told(SHIP, other), told(other, near), (None, None)) == Agreement(True, True, 1.0)
    for wrong in (["ship", 0.9, 11.1, 20.0, 30.0, 40.0], ["boat", *SHIP[1:]]):
        assert not compare(told(SHIP), told(wrong), (None, None)).boxes
    assert not compare(told(SHIP), told(SHIP, other), (None, None)).boxes
    assert not compare(told(), told(text="no ship"), (None, None)).text


def test_masks_are_compared_where_either_has_something() -> None:
    first, second = np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8)
    assert compare(told(), told(), (first, second)).overlap == 1
    first[:2], second[:1] = 1, 1
    assert compare(told(), told(), (first, second)).overlap == 0.5
    assert compare(told(), told(), (first, None)).overlap == 0


def test_an_installation_is_asked(tmp_path: Path) -> None:
    picture = tmp_path / "airport.png"
    Image.fromarray(draw_scene(31, 256, 192, "airport").pixels).save(picture)
    (one,) = answers(sys.executable, [(str(picture), "Segment every airplane.")], tmp_path)
    assert isinstance(one["text"], str)
    assert np.load(tmp_path / "0.npy").shape == (192, 256)
    assert compare(one, one, (None, None)) == Agreement(True, True, 1.0)

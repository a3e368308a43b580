"""Levels of a pyramid.

A small scene of unknown scale is also seen at a half, a quarter and an eighth of its size; else it
is not.
"""

import numpy as np
import pytest
from PIL import Image

import geomagnifier as gm
from geomagnifier.geometry import overlap
from geomagnifier.masks import decode
from geomagnifier.model_protocol import Model
from geomagnifier.results import Answer
from geomagnifier.types import LEVEL
from geomagnifier_lab.render.scene import draw_scene


@pytest.fixture(scope="module")
def model() -> Model:
    return gm.load_model("small")


def enlarged(times: int) -> tuple[Image.Image, np.ndarray]:
    """A part of a drawn airport, enlarged, and the boxes of the airplanes whole on it, px."""
    scene = draw_scene(31, 1000, 700, "airport")
    planes = [o.polygon for o in scene.objects if o.kind == "airplane"]
    middle = planes[len(planes) // 2].mean(0)
    side = 900 // times
    x0, y0 = (int(v) for v in np.clip(middle - side / 2, 0, (1000 - side, 700 - side)))
    part = Image.fromarray(scene.pixels[y0 : y0 + side, x0 : x0 + side]).resize(
        (side * times, side * times), Image.Resampling.BICUBIC
    )
    boxes = np.array([[*(p.min(0) - (x0, y0)), *(p.max(0) - (x0, y0))] for p in planes], np.float32)
    return part, boxes[(boxes[:, :2] >= 0).all(1) & (boxes[:, 2:] <= side).all(1)] * times


def levels(answer: Answer) -> list[float]:
    return [round(w.placement.scale[0]) for w in answer.trace.views if w.role == LEVEL]


@pytest.mark.parametrize("times", [3, 4])
def test_large_looking_objects_are_found(model: Model, times: int) -> None:
    picture, truth = enlarged(times)
    assert len(truth) > 0
    answer = gm.ask(picture, "Segment every airplane.", model)
    assert levels(answer) == [2, 4, 8]
    found = np.array([r.box for r in answer.regions], np.float32).reshape(-1, 4)
    assert len(found) > 0
    assert (overlap(truth, found).max(1) > 0.5).mean() >= 0.7
    assert len(found) <= len(truth) + 2  # each once, whatever level shows it
    assert answer.mask is not None
    assert np.array_equal(
        answer.mask, np.any([decode(r.segmentation or {}) for r in answer.regions], 0)
    )


def test_what_looks_as_usual_is_found_once(model: Model) -> None:
    scene = draw_scene(31, 1000, 700, "airport")
    truth = sum(o.kind == "airplane" for o in scene.objects)
    answer = gm.ask(scene.pixels, "Find every airplane.", model)
    assert levels(answer) == [2, 4, 8]
    assert abs(len(answer.regions) - truth) <= 1
    boxes = np.array([r.box for r in answer.regions], np.float32)
    same = overlap(boxes, boxes, "smaller") - np.eye(len(boxes))
    assert same.max() <= 0.6
    assert answer.trace.pixels_processed < 1.35 * 1000 * 700


def test_a_known_scale_costs_no_more(model: Model) -> None:
    pixels = draw_scene(31, 1000, 700, "airport").pixels
    with gm.open_scene(
        pixels, crs="EPSG:32633", transform=(0.5, 0, 500000, 0, -0.5, 5200000)
    ) as scene:
        answer = gm.ask(scene, "Find every airplane.", model)
    assert levels(answer) == []
    assert answer.trace.pixels_processed == 700_000


def test_land_cover_is_seen_at_full_size_alone(model: Model) -> None:
    answer = gm.ask(draw_scene(3, 600, 400, "harbour").pixels, "Segment the water.", model)
    assert levels(answer) == []


def test_a_budget_of_pixels_holds(model: Model) -> None:
    pixels = draw_scene(31, 1000, 700, "airport").pixels
    answer = gm.ask(pixels, "Find every airplane.", model, budget=700_000 * 1.26)
    assert levels(answer) == [2]
    assert answer.trace.pixels_processed <= 700_000 * 1.26


def test_tiny_pictures_are_not_shrunk_further(model: Model) -> None:
    answer = gm.ask(draw_scene(31, 100, 100, "airport").pixels, "Find every airplane.", model)
    assert levels(answer) == []

"""Questions answered with a detector of one's own: its objects, the small model's words."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine

import geomagnifier as gm
from geomagnifier.errors import GeomagWarning, OptionError
from geomagnifier.export.oriented_boxes import corners, headings
from geomagnifier.inference.resolution import window_of
from geomagnifier.model_protocol import Model
from geomagnifier.models import registry
from geomagnifier.models.onnx_detector.detector_model import DetectorModel
from geomagnifier.models.onnx_detector.onnx_detector import OnnxDetector
from geomagnifier.models.small.model import SmallModel
from geomagnifier.types import Query, View
from geomagnifier_lab.render.scene import draw_scene
from made_detectors import BLUE, GREEN, YELLOW, deepness, detector, squares, ultralytics

SHIPS = {(100, 120): GREEN, (1500, 300): GREEN, (700, 1700): YELLOW, (635, 640): GREEN}
TURBINE = {(1200, 1200): BLUE}
WEST, NORTH, GSD = 500_000, 5_000_000, 0.5


DOTA = ("small-vehicle", "large_vehicle")


@pytest.fixture(scope="module")
def base() -> SmallModel:
    return registry.load_small()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("detectors")


@pytest.fixture(scope="module")
def scene(folder: Path) -> Path:
    return written(folder / "scene.tif", squares((2000, 2000), SHIPS | TURBINE))


@pytest.fixture(scope="module")
def model(folder: Path, base: SmallModel) -> DetectorModel:
    path = detector(folder / "boxes.onnx", ultralytics(side=256), side=256)
    return DetectorModel(OnnxDetector(path), base)


def written(path: Path, pixels: np.ndarray, gsd: float = GSD) -> Path:
    height, width = pixels.shape[:2]
    place = {"crs": "EPSG:32633", "transform": Affine(gsd, 0, WEST, 0, -gsd, NORTH)}
    size = {"width": width, "height": height, "count": 3, "dtype": "uint8"}
    with rasterio.open(path, "w", driver="GTiff", **size, **place) as file:
        file.write(pixels.transpose(2, 0, 1))
    return path


def whole(pixels: np.ndarray) -> View:
    window = window_of(gm.Box(0, 0, pixels.shape[1], pixels.shape[0]), 1, "whole")
    return View(pixels, window, f"picture:{id(pixels)}")


def boxes(answer: gm.Answer) -> set[tuple[int, ...]]:
    return {tuple(row) for row in answer.boxes.round().astype(int).tolist()}


def square(corner: tuple[int, int], side: int = 16) -> tuple[int, int, int, int]:
    return (*corner, corner[0] + side, corner[1] + side)


TRUTH = {square(at, 32 if colour == YELLOW else 16) for at, colour in SHIPS.items()}


@pytest.mark.parametrize("search", ["adaptive", "exhaustive"])
def test_objects_of_a_large_scene_lie_on_the_map(
    search: str, scene: Path, model: DetectorModel, tmp_path: Path
) -> None:
    answer = gm.ask(scene, "Find every ship.", model, search=search)
    assert boxes(answer) == TRUTH
    assert {*answer.classes.tolist()} == {"ship"}
    assert answer.trace.model.startswith("boxes.onnx ")
    out = gm.write(answer, tmp_path, crs="EPSG:32633")
    told = json.loads(Path(out["regions"]).read_text())
    corners_told = {
        tuple(point) for row in told["features"] for point in row["geometry"]["coordinates"][0]
    }
    for x0, y0, x1, y1 in TRUTH:
        assert (WEST + x0 * GSD, NORTH - y0 * GSD) in corners_told
        assert (WEST + x1 * GSD, NORTH - y1 * GSD) in corners_told


def test_counts_and_comparisons_are_of_what_the_detector_found(
    scene: Path, model: DetectorModel
) -> None:
    assert gm.ask(scene, "How many ships are there?", model).value == 4
    more = gm.ask(scene, "Are there more ships than wind turbines?", model)
    assert (more.value, more.text) == (True, "Yes: 4 ships against 1 wind turbine.")
    # from the turbine to the edges of two ships there are 337 m and 386 m, to the others more
    near = gm.ask(scene, "How many ships are within 370 m of a wind turbine?", model)
    assert near.value == 1
    assert "outlines" not in near.text  # nothing is measured of the boxes


def test_the_largest(scene: Path, model: DetectorModel) -> None:
    answer = gm.ask(scene, "Segment the largest ship.", model)
    assert boxes(answer) == {square((700, 1700), 32)}
    assert "no outlines" in answer.text  # a detector of boxes draws none, and that is said


def test_what_the_detector_has_no_class_for(scene: Path, model: DetectorModel) -> None:
    cars = gm.ask(scene, "How many cars are there?", model)
    assert (cars.value, len(cars)) == (None, 0)
    assert cars.text == 'boxes.onnx has no class for "cars". It has: ship, wind turbine.'
    both = gm.ask(scene, "Find the ships and the bridges.", model)
    assert boxes(both) == TRUTH
    assert 'no class for "bridges"' in both.text
    chinese = gm.ask(scene, "图中有多少架飞机？", model)
    assert chinese.text == "检测器没有“飞机”这一类别。它有：船、风力发电机。"
    with pytest.raises(OptionError, match="no measured curve of recall"):
        gm.ask(scene, "Find every ship.", model, recall=0.9)


def test_a_budget_goes_to_some_windows_of_a_scene(scene: Path, model: DetectorModel) -> None:
    """Everything is worth a look; what the budget does not reach is told."""
    with pytest.warns(GeomagWarning, match="the budget ran out"):
        answer = gm.ask(scene, "Find every ship.", model, budget="2 Mpx")
    assert not answer.complete and answer.trace.skipped
    assert len(answer.trace.crops) > 0
    assert answer.trace.pixels_processed <= 2_000_000
    assert boxes(answer) < TRUTH


def test_a_question_that_names_nothing(model: DetectorModel) -> None:
    answer = gm.ask(squares((64, 64), {}), "How many are there?", model)
    assert answer.text.endswith("It has: ship, wind turbine.")


def test_places_and_land_cover_are_the_small_models(model: DetectorModel) -> None:
    picture = draw_scene(3, 320, 240, "harbour").pixels
    place, own = (
        gm.ask(picture, "What kind of place is this?", m) for m in (model, as_model(model.base))
    )
    assert (place.text, place.labels[0][0]) == (own.text, own.labels[0][0])
    water = gm.ask(picture, "Segment the water.", model)
    assert water.mask is not None and water.mask.mean() > 0.05
    assert "no class" not in water.text and {*water.classes.tolist()} == {"water"}


def as_model(base: SmallModel) -> Model:
    return base


@pytest.mark.parametrize(
    ("names", "question", "found"),
    [
        (("plane", "windmill"), "Find every airplane.", {"plane"}),
        (("plane", "windmill"), "Find the wind turbines.", {"windmill"}),
        (
            ("small-vehicle", "large_vehicle"),
            "How many vehicles?",
            {"small vehicle", "large vehicle"},
        ),
        (("small-vehicle", "large_vehicle"), "Find the large-vehicles.", {"large vehicle"}),
        (("small-vehicle", "large_vehicle"), "Find every car.", set()),
        (("person", "Soccer Ball Field"), "How many people are there?", {"person"}),
        (("person", "Soccer Ball Field"), "Segment the soccer fields", {"soccer ball field"}),
        (("person", "helipad"), "图中有多少艘船？", set()),
        (("ship", "car"), "图中有多少辆汽车？", {"car"}),
    ],
)
def test_names_and_synonyms(
    names: tuple[str, str],
    question: str,
    found: set[str],
    folder: Path,
    base: SmallModel,
) -> None:
    path = detector(folder / "named.onnx", ultralytics(names=names))
    model = DetectorModel(OnnxDetector(path), base)
    answer = gm.ask(squares((64, 64), {(5, 7): GREEN, (44, 3): BLUE}), question, model)
    assert {*answer.classes.tolist()} == found
    assert ("no class for" in answer.text or "没有" in answer.text) == (not found)


def test_outlines_of_masks(folder: Path, base: SmallModel) -> None:
    path = detector(folder / "masks.onnx", ultralytics("segment"), masks=32)
    model = DetectorModel(OnnxDetector(path), base)
    placed = {(8, 12): GREEN, (24, 28): YELLOW}
    answer = gm.ask(squares((64, 64), placed), "Segment every ship.", model)
    assert answer.mask is not None
    expected = np.zeros((64, 64), bool)
    expected[12:28, 8:24] = expected[28:60, 24:56] = True
    assert (answer.mask != expected).mean() < 0.03  # the maps have cells of 4 px
    assert len(answer) == 2 and "no outlines" not in answer.text


def test_turned_boxes_are_outlines(folder: Path, base: SmallModel) -> None:
    angle = math.radians(30)
    path = detector(folder / "turned.onnx", ultralytics("obb"), angle=angle, size=(40, 12))
    model = DetectorModel(OnnxDetector(path), base)
    answer = gm.ask(squares((64, 64), {(24, 24): GREEN}), "Find every ship.", model)
    (region,) = answer.regions
    found = corners([region])[0]
    lengths = np.sort(np.linalg.norm(found - np.roll(found, 1, 0), axis=1))
    np.testing.assert_allclose(lengths, [12, 12, 40, 40], atol=1.5)  # the outline is of whole px
    # 30 degrees down from the x axis is 120 degrees from the top
    assert headings([region], answer.scene)[0] == pytest.approx(120, abs=2)


def test_windows_are_read_at_the_resolution_of_the_metadata(folder: Path, base: SmallModel) -> None:
    told = deepness(resolution=100)
    path = detector(folder / "coarse.onnx", told, side=256)
    model = DetectorModel(OnnxDetector(path), base)
    fine = np.kron(squares((600, 600), {(300, 200): GREEN}), np.ones((2, 2, 1), np.uint8))
    scene = written(folder / "fine.tif", fine)  # squares of 32 px of 0.5 m are 16 px of 1 m
    for search in ("adaptive", "exhaustive"):
        answer = gm.ask(scene, "Find every ship.", model, search=search)
        assert boxes(answer) == {(600, 400, 632, 432)}
    # without a known GSD the scene's own px are looked at, where the square holds several of 16 px
    own = gm.ask(fine, "Find every ship.", model)
    assert {tuple(box[2:] - box[:2]) for box in own.boxes} == {(16, 16)}


def test_a_view_larger_than_the_input_is_looked_at_in_slices(model: DetectorModel) -> None:
    placed = {(x, y): GREEN for x in (3, 240, 380) for y in (5, 246, 640)}
    view = whole(squares((700, 400), placed))
    reply = model.answer(Query("ships", kinds=("ship",)), gm.Granularity.REGION, [view])
    found = {tuple(map(round, one.view_box)) for one in reply.views[0].found}
    assert found == {square(at) for at in placed}
    assert len(reply.views[0].found) == len(placed)

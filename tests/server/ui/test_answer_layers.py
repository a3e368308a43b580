"""The map layers of an answer: regions, windows and the relevance map, without a browser."""

import io

import numpy as np
import pytest
from PIL import Image

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.export.image_file import write_picture
from geomagnifier.results import Answer, Trace
from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings
from geomagnifier.server.ui import answer_layers
from geomagnifier.server.ui.map_coordinates import MapCoordinates

UTM = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_300_000.0)


SHIPS = ((40, 40, 60, 52), (120, 80, 160, 100))


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("root")
    write_picture(folder / "plain.png", paint(300, 200, *SHIPS))
    write_picture(folder / "placed.tif", paint(300, 200, *SHIPS), crs="EPSG:32633", transform=UTM)
    with Library(Settings(root=folder)) as library:
        yield library


@pytest.fixture(params=["plain.png", "placed.tif"])
def placed(request):
    return request.param == "placed.tif"


@pytest.fixture
def asked(library, placed):
    """asked(question) -> the answer, and the places of its scene."""

    def ask(question="Find every ship."):
        card = library.place("placed.tif" if placed else "plain.png")
        with library.open(card.id) as scene:
            return gm.ask(scene, question, FakeModel()), MapCoordinates(card)

    return ask


@pytest.mark.parametrize("question", ["Find every ship.", "Segment the ships."])
def test_the_map_gets_every_region_with_its_outline_and_facts(asked, question, placed):
    answer, places = asked(question)
    found = answer_layers.document(answer, places)
    assert [r["label"] for r in found["regions"]] == ["ship", "ship"]
    assert all(r["masked"] == question.startswith("Segment") for r in found["regions"])
    for drawn, region in zip(found["regions"], answer.regions, strict=True):
        ring = np.asarray(drawn["rings"][0])
        corners = np.asarray(places.corners(region.box))
        near = 2e-5 if placed else 2 / places.layers["scale"]  # an outline has round corners
        assert np.allclose(ring.min(0), corners.min(0), atol=near)
        assert np.allclose(ring.max(0), corners.max(0), atol=near)
        assert (
            len(drawn["facts"]) == 2 + placed + drawn["masked"]
        )  # without an outline there is no area


def test_more_regions_than_a_browser_draws_are_left_to_the_files(asked, monkeypatch):
    monkeypatch.setattr(answer_layers, "REGIONS", 1)
    answer, places = asked()
    found = answer_layers.document(answer, places)
    assert (len(found["regions"]), found["total"], found["boxed"]) == (1, 2, 0)


@pytest.mark.parametrize("limit", ["POINTS", "TRACED"])
def test_outlines_that_are_too_many_are_boxes_and_are_counted(asked, monkeypatch, limit):
    monkeypatch.setattr(answer_layers, limit, 1)
    answer, places = asked("Segment the ships.")
    found = answer_layers.document(answer, places)
    assert [one["masked"] for one in found["regions"]] == [True, False]
    assert (found["total"], found["boxed"]) == (2, 1)
    assert found["regions"][1]["rings"] == [places.corners(answer.regions[1].box)]


def test_heat_lies_where_the_scene_is_hot(asked):
    warm = np.zeros((20, 30), np.float32)
    warm[:, 20:] = 0.5
    answer, places = asked()
    hot = Answer(**(vars(answer) | {"trace": Trace(**(vars(answer.trace) | {"heat": warm}))}))
    shown = np.asarray(Image.open(io.BytesIO(answer_layers.heat_picture(hot, places))))
    opacity = shown[shown.shape[0] // 2, :, 3]
    assert opacity[-3] == 255 and opacity[2] == 0  # the scene is seen where nothing is relevant
    assert answer_layers.document(hot, places)["heat"] == places.bounds


def test_what_a_search_has_found_so_far_is_sent_once(asked):
    answer, places = asked("Segment the ships.")
    all_, rest = (answer_layers.early(answer.regions, start, places) for start in (0, 1))
    assert all_["until"] == rest["until"] == 2
    assert [one["rings"] for one in all_["regions"]][1:] == [
        one["rings"] for one in rest["regions"]
    ]
    final = answer_layers.document(answer, places)
    assert all_["regions"][0]["rings"] == final["regions"][0]["rings"]
    assert all_["regions"][0]["colour"] == final["colours"][0]
    boxes, _ = asked("Find every ship.")
    assert answer_layers.early(boxes.regions, 0, places)["regions"][0]["rings"] == [
        places.corners(boxes.regions[0].box)
    ]

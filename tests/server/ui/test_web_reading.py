"""An answer in a person's words and on the map: plain values, no browser."""

import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.errors import BoxError
from geomagnifier.export.image_file import write_picture
from geomagnifier.export.search_hit import Hit
from geomagnifier.geometry import Box
from geomagnifier.raster import footprint
from geomagnifier.server.ui import presentation
from geomagnifier.types import Answer, Granularity, Region, SceneInfo, Trace

pytest.importorskip("rio_tiler")

from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings
from geomagnifier.server.ui import answer_layers
from geomagnifier.server.ui.map_coordinates import MapCoordinates
from geomagnifier.server.ui.spatial_filter import SpatialFilter

UTM = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_300_000.0)
SHIPS = ((40, 40, 60, 52), (120, 80, 160, 100))


def answer_of(text, *regions, **trace):
    scene = SceneInfo("a.tif", 200, 100, 3, gsd=0.5)
    made = Trace(
        **(
            {
                "scene_pixels": 20_000,
                "pixels_processed": 5_000,
                "flops": 2e9,
                "seconds": {"answer": 0.9, "say": 0.1},
            }
            | trace
        )
    )
    return Answer(
        "?",
        text,
        Granularity.REGION,
        {},
        scene,
        made,
        np.zeros((1, 1, 3), np.uint8),
        regions=regions,
    )


def region(label, phrase, box=(10, 10, 30, 20), score=0.5):
    return Region(label, score, box, phrase=phrase)


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


def test_a_sentence_is_cut_at_its_phrases():
    answer = answer_of(
        "There are two ships and a ship yard.",
        region("ship", "two ships"),
        region("yard", "a ship yard"),
        region("ship", "two ships"),
    )
    assert [(p.text, p.kind) for p in presentation.text_spans(answer)] == [
        ("There are ", None),
        ("two ships", 0),
        (" and ", None),
        ("a ship yard", 1),
        (".", None),
    ]
    assert "".join(p.text for p in presentation.text_spans(answer)) == answer.text


def test_a_phrase_inside_another_and_one_that_is_not_there_cut_nothing_apart():
    answer = answer_of(
        "Ships near two ships.",
        region("a", "ships"),
        region("b", "two ships"),
        region("c", "elephants"),
        region("d", ""),
    )
    assert [(p.text, p.kind) for p in presentation.text_spans(answer)] == [
        ("Ships", 0),
        (" near ", None),
        ("two ships", 1),
        (".", None),
    ]


def test_rows_tell_pixels_metres_and_area():
    answer = answer_of(
        "", region("ship", "", (10, 10, 30, 20), 0.5), region("port", "", (0, 0, 200, 100), 0.9)
    )
    ship, port = presentation.region_rows(answer, [1, 2])
    assert (ship.pixels, ship.metres, ship.area) == ("20 × 10 px", "box 10 m × 5.0 m", "")
    assert (ship.number, ship.kind, port.kind) == (1, 0, 1)
    assert (
        presentation.region_order(answer, "score")
        == presentation.region_order(answer, "size")
        == [2, 1]
    )
    assert presentation.region_order(answer, "found") == [1, 2]


def test_large_measures_change_their_unit():
    assert [presentation.length_text(m) for m in (3.14, 12, 2500)] == ["3.1 m", "12 m", "2.50 km"]
    assert [presentation.area_text(m) for m in (3.14, 1200, 250_000, 3e6)] == [
        "3.1 m²",
        "1,200 m²",
        "25.00 ha",
        "3.00 km²",
    ]


def test_costs_are_told_with_their_units():
    figures = {
        figure.meaning: (figure.number, figure.unit)
        for figure in presentation.cost_figures(answer_of(""))
    }
    assert figures == {
        "processed": ("0.005", "Mpx"),
        "in the scene": ("0.02", "Mpx"),
        "in all": ("1.00", "s"),
        "of arithmetic": ("2", "GFLOP"),
    }
    assert presentation.stage_seconds(answer_of("")) == [("looking closely", 0.9), ("wording", 0.1)]
    some = answer_of(
        "", crops=(Box(0, 0, 9, 9),), closed=((Box(0, 0, 5, 5), 0.1),), broken=(Box(1, 1, 2, 2),)
    )
    assert (
        presentation.search_summary(some)
        == "1 place opened for a closer look, 1 left closed, 1 damaged part left out."
    )
    assert (
        presentation.search_summary(answer_of("", skipped=((Box(0, 0, 5, 5), 0.1),)))
        == "Seen as a whole, 1 not reached."
    )
    assert presentation.search_summary(answer_of("")) == "Seen as a whole."
    assert presentation.search_summary(answer_of("", pixels_processed=0)) == "Nothing was searched."


def test_boxes_come_back_from_the_map_as_they_went(asked, placed):
    _, places = asked()
    for box in (Box(0, 0, 300, 200), Box(40, 40, 60, 52)):
        ring = np.asarray(places.corners(box.tuple()))
        back = places.box((ring.min(0).tolist(), ring.max(0).tolist()))
        assert np.abs(np.subtract(back.tuple(), box.tuple())).max() <= (
            2 if placed else 0
        )  # a grid turned against the map's


def test_a_box_beside_the_scene_is_refused(asked, placed):
    _, places = asked()
    with pytest.raises(BoxError, match="does not touch"):
        places.box(((60.0, 60.0), (61.0, 61.0)) if placed else ((10.0, 10.0), (20.0, 20.0)))


@pytest.mark.parametrize("question", ["Find every ship.", "Segment the ships."])
def test_the_map_gets_every_region_with_its_outline_and_facts(asked, question, placed):
    answer, places = asked(question)
    found = answer_layers.document(answer, places)
    assert [r["label"] for r in found["regions"]] == ["ship", "ship"]
    assert all(r["masked"] == question.startswith("Segment") for r in found["regions"])
    for drawn, region in zip(found["regions"], answer.regions, strict=True):
        ring = np.asarray(drawn["rings"][0])
        corners = np.asarray(places.corners(region.box))
        assert np.allclose(ring.min(0), corners.min(0), atol=1e-5) and np.allclose(
            ring.max(0), corners.max(0), atol=1e-5
        )
        assert (
            len(drawn["facts"]) == 2 + placed + drawn["masked"]
        )  # without an outline there is no area


def test_more_regions_than_a_browser_draws_are_left_to_the_files(asked, monkeypatch):
    monkeypatch.setattr(answer_layers, "REGIONS", 1)
    answer, places = asked()
    found = answer_layers.document(answer, places)
    assert len(found["regions"]) == 1


def test_heat_lies_where_the_scene_is_hot(asked):
    warm = np.zeros((20, 30), np.float32)
    warm[:, 20:] = 0.5
    answer, places = asked()
    hot = Answer(**(vars(answer) | {"trace": Trace(**(vars(answer.trace) | {"heat": warm}))}))
    shown = (
        np.asarray(Image.open(io.BytesIO(answer_layers.heat_picture(hot, places))))
        .astype(int)
        .sum(2)
    )
    middle = shown[shown.shape[0] // 2]
    assert middle[-3] > 600 and middle[2] < 30
    assert answer_layers.document(hot, places)["heat"] == places.bounds


def test_a_hit_is_told_by_likeness_place_and_time():
    hit = Hit(Path("a.tif"), 0.5, None, 9, 9)
    assert presentation.hit_facts(hit) == ["likeness 0.50"]
    placed = footprint.outlines(
        SceneInfo("a.tif", 200, 100, 3, "EPSG:4326", (0.01, 0.0, -11.0, 0.0, -0.01, -20.0)),
        [Box(0, 0, 200, 100)],
    )[0]
    full = replace(hit, tile=Box(0, 0, 5, 5), date=datetime(2024, 5, 31), outline=placed)
    assert presentation.hit_facts(full) == [
        "likeness 0.50",
        "20.5000° S, 10.0000° W",
        "2024-05-31",
        "a part of it",
    ]
    assert presentation.hit_facts(replace(full, score=None, tile=None, distance=1234.0)) == [
        "1.23 km away",
        "2024-05-31",
    ]
    assert presentation.hit_facts(replace(hit, score=None, distance=0.0)) == ["right there"]


def test_a_place_and_a_time_are_read_as_they_are_typed():
    where = SpatialFilter.of(
        {"near": " 11.57 48.14 ", "within": "5 km", "after": "2024", "words": "a stadium"}
    )
    assert where.problems() == {} and where.summary() == "within 5 km of 11.57 48.14, from 2024"
    wanted = where.query()
    assert (wanted.near, wanted.within, wanted.after, wanted.vector) == (
        (11.57, 48.14),
        5000.0,
        datetime(2024, 1, 1),
        None,
    )
    assert (
        SpatialFilter().query() is None
        and SpatialFilter().summary() == ""
        and SpatialFilter().problems() == {}
    )
    assert SpatialFilter(bbox="170, -20, -170, -10").problems() == {}  # across the antimeridian
    wrong = SpatialFilter("1", "-2 km", "0,5,1,4", "yesterday", "2024-13")
    assert set(wrong.problems()) == {"near", "within", "bbox", "after", "before"}
    assert set(SpatialFilter(after="2024", before="2024").problems()) == {"before"}
    assert set(SpatialFilter(within="2 km").problems()) == {"within"}

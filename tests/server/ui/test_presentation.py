"""An answer in a person's words and on the map: plain values, no browser."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from geomagnifier.export.search_hit import Hit
from geomagnifier.geometry import Box
from geomagnifier.raster import footprint
from geomagnifier.results import Answer, Region, Trace
from geomagnifier.server.ui import presentation
from geomagnifier.translation import use_language
from geomagnifier.types import Granularity, SceneInfo

pytest.importorskip("rio_tiler")


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


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (28484.3, "m2", ("28,484", "m²")),
        (3, None, ("3", "")),
        (0.01, "%", ("less than 0.1", "%")),
        (0.0, "%", ("0", "%")),
        (2.5, "1/ha", ("2.5", "per ha")),
        (True, None, None),
        ("airport", None, None),
    ],
)
def test_a_number_is_shown_with_its_unit(value, unit, shown):
    answer = replace(answer_of(""), value=value, unit=unit)
    assert presentation.value_figure(answer) == shown


def test_units_in_a_sentence_have_their_signs():
    assert presentation.with_signs("The mask covers 28,484 m2, 2 km2 in all; band m2.") == (
        "The mask covers 28,484 m², 2 km² in all; band m2."
    )


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
        == "1 window opened for a closer view, 1 left closed, 1 damaged part left out."
    )
    assert (
        presentation.search_summary(answer_of("", skipped=((Box(0, 0, 5, 5), 0.1),)))
        == "Seen as a whole, 1 not reached."
    )
    assert presentation.search_summary(answer_of("")) == "Seen as a whole."
    assert presentation.search_summary(answer_of("", pixels_processed=0)) == "Nothing was searched."


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


@pytest.mark.parametrize(
    ("language", "label", "place", "shown"),
    [
        ("en", "airplane", False, "airplane"),
        ("zh", "airplane", False, "飞机"),
        ("zh", "airplane", True, "停机坪"),
        ("zh", "river or lake", True, "河流或湖泊"),
        ("zh", "my own class", False, "my own class"),
    ],
)
def test_classes_are_in_the_language_of_the_page(language, label, place, shown):
    with use_language(language):
        assert presentation.class_name(label, place) == shown

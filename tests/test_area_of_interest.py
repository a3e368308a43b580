"""ask(aoi=): search, counts, shares and masks are of the area alone, and the text says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

import geomagnifier as gm
from fake import BLUE, FakeModel, paint
from geomagnifier.errors import OptionError
from geomagnifier_lab.render.scene import draw_scene

LEFT = shapely.Polygon([(0, 0), (150, 0), (150, 200), (0, 200)])
ROUND = shapely.Point(110, 110).buffer(14)


def scene() -> np.ndarray:
    pixels = paint(300, 200, (40, 40, 80, 60), (100, 100, 140, 120), (200, 20, 240, 60))
    pixels[140:180, 120:280] = BLUE
    return pixels


def ask(question: str, area: object = LEFT, **options: object) -> gm.Answer:
    return gm.ask(scene(), question, FakeModel(), aoi=area, aoi_crs="px", **options)  # type: ignore[arg-type]


def test_objects_count_by_their_middle_and_masks_end_at_the_area() -> None:
    answer = ask("Segment every ship and the water.", shapely.box(0, 0, 125, 200))
    assert sorted(answer.classes.tolist()) == ["ship", "ship", "water"]
    assert answer.mask is not None and not answer.mask[:, 125:].any()
    assert answer.mask.sum() == 40 * 20 + 25 * 20 + 5 * 40
    assert np.array_equal(np.asarray(answer.masks).any(0), answer.mask)
    assert len(ask("Find every ship.", shapely.box(0, 0, 115, 200))) == 1
    assert len(ask("Find every ship.", shapely.box(250, 0, 300, 100))) == 0


def test_an_area_of_any_outline_cuts_to_the_pixel() -> None:
    outline = ROUND.union(shapely.box(250, 150, 270, 160))
    answer, full = (
        ask("Segment every ship and the water.", outline),
        gm.ask(scene(), "Segment every ship and the water.", FakeModel()),
    )
    x, y = np.meshgrid(np.arange(300) + 0.5, np.arange(200) + 0.5)
    assert sorted(answer.classes.tolist()) == ["ship", "water"] and full.mask is not None
    assert np.array_equal(answer.mask, full.mask & shapely.contains_xy(outline, x, y))
    regions = np.asarray(answer.masks)
    assert regions[0].sum() + regions[1].sum() == answer.mask.sum()


def test_what_is_said_is_of_the_area() -> None:
    answer = ask("Segment the water.")
    assert "The mask covers 4.0% of the area." in answer.text  # 1200 of 30,000 px
    assert answer.text.endswith("That is of the given area alone, 50 % of the scene.")
    chinese = gm.ask(scene(), "分割所有的water。 segment", FakeModel(), aoi=LEFT, aoi_crs="px")
    assert chinese.complete


def test_shares_and_densities_are_of_the_area(tmp_path: Path) -> None:
    pixels = draw_scene(7, 1000, 700, "mixed").pixels
    lower, model = shapely.Polygon([(0, 400), (1000, 350), (1000, 700), (0, 700)]), gm.load_model()
    with gm.open_scene(
        pixels, crs="EPSG:32633", transform=(0.5, 0, 500_000, 0, -0.5, 5_200_000)
    ) as opened:
        share = gm.ask(
            opened, "What percentage of the picture is water?", model, aoi=lower, aoi_crs="px"
        )
        density = gm.ask(
            opened, "How many ships per hectare are there?", model, aoi=lower, aoi_crs="px"
        )
    assert share.mask is not None and share.value == pytest.approx(
        100 * share.mask.sum() / lower.area, rel=0.01
    )
    assert " of the area." in share.text and "of the picture" not in share.text
    assert len(density) > 5 and density.value == pytest.approx(
        len(density) / (lower.area * 0.25 / 10_000), rel=0.01
    )


def test_a_large_scene_is_searched_in_the_area_alone() -> None:
    pixels = np.concatenate([np.concatenate([scene()] * 4, axis=1)] * 6)  # 1200 x 1200 px
    seen, everything = (
        FakeModel(view_pixels=90_000, tile=300, overlap=60),
        FakeModel(view_pixels=90_000, tile=300, overlap=60),
    )
    stripe = shapely.Polygon(
        [(0, 0), (1200, 1100), (1200, 1200), (1150, 1200), (0, 60)]
    )  # from corner to corner: its box is the scene
    answer = gm.ask(
        pixels, "Segment every ship.", seen, aoi=stripe, aoi_crs="px", search="exhaustive"
    )
    whole = gm.ask(pixels, "Segment every ship.", everything, search="exhaustive")
    middles = np.floor((whole.boxes[:, :2] + whole.boxes[:, 2:]) / 2) + 0.5
    expected = shapely.contains_xy(stripe, middles)
    assert 0 < len(answer) == expected.sum() < len(whole)
    assert answer.trace.pixels_processed < 0.8 * whole.trace.pixels_processed
    adaptive = gm.ask(
        pixels,
        "Segment every ship.",
        FakeModel(view_pixels=90_000, tile=300, overlap=60),
        aoi=stripe,
        aoi_crs="px",
    )
    assert {tuple(box) for box in adaptive.boxes.tolist()} == {
        tuple(box) for box in answer.boxes.tolist()
    }
    assert all(
        shapely.intersects(stripe, shapely.box(*crop.tuple())) for crop in adaptive.trace.crops
    )


def test_the_place_is_told_of_the_area() -> None:
    pixels = np.concatenate(
        [
            np.full((100, 100, 3), (200, 10, 10), np.uint8),
            np.full((100, 300, 3), (10, 10, 200), np.uint8),
        ],
        axis=1,
    )
    assert gm.ask(pixels, "What kind of place is this?", FakeModel()).labels[0][0] == "blue place"
    red = gm.ask(
        pixels, "What kind of place is this?", FakeModel(), aoi=(0, 0, 100, 100), aoi_crs="px"
    )
    assert red.labels[0][0] == "red place" and red.text.endswith(
        "That is of the given area alone, 25 % of the scene."
    )


def test_a_journal_of_another_area_is_refused(tmp_path: Path) -> None:
    pixels = np.concatenate([np.concatenate([scene()] * 4, axis=1)] * 6)
    for _ in range(2):
        model = FakeModel(view_pixels=90_000, tile=300, overlap=60)
        gm.ask(pixels, "Find every ship.", model, aoi=LEFT, aoi_crs="px", journal=tmp_path / "j")
    with pytest.raises(OptionError):
        gm.ask(
            pixels,
            "Find every ship.",
            model,
            aoi=shapely.box(0, 0, 900, 900),
            aoi_crs="px",
            journal=tmp_path / "j",
        )


def test_an_area_goes_with_no_box_and_no_follow_up() -> None:
    with pytest.raises(OptionError, match="give one of them"):
        ask("What is in this box?", box=(0, 0, 50, 50))
    with pytest.raises(OptionError, match="aoi_crs 'px' is the CRS of an area of interest"):
        gm.ask(scene(), "Find every ship.", FakeModel(), aoi_crs="px")


def test_what_was_left_unseen_is_a_share_of_the_area() -> None:
    pixels = np.concatenate([np.concatenate([scene()] * 4, axis=1)] * 6)
    model = FakeModel(view_pixels=90_000, tile=300, overlap=60)
    how = {"aoi": (0, 0, 1200, 600), "aoi_crs": "px", "search": "exhaustive"}
    answer = gm.ask(pixels, "Find every ship.", model, progress=lambda done, known: done < 2, **how)  # type: ignore[arg-type]
    assert answer.stopped and " of the area that was searched; the rest is unknown." in answer.text
    assert answer.text.endswith("That is of the given area alone, 50 % of the scene.")
    assert 0 < len(answer) < len(gm.ask(pixels, "Find every ship.", model, **how))  # type: ignore[arg-type]


@pytest.mark.parametrize("search", ["paper", "random", "grid", "shrink"])
def test_other_ways_of_searching_stay_in_the_area(search: str) -> None:
    pixels = np.concatenate([np.concatenate([scene()] * 4, axis=1)] * 6)
    lower = shapely.Polygon([(0, 1200), (0, 700), (1200, 1150), (1200, 1200)])
    model = FakeModel(view_pixels=90_000, tile=300, overlap=60)
    answer = gm.ask(pixels, "Segment every ship.", model, aoi=lower, aoi_crs="px", search=search)
    assert all(
        shapely.intersects(lower, shapely.box(*window.core.tuple()))
        for window in answer.trace.views
    )
    assert all(
        shapely.contains_xy(lower, *(np.floor([(x0 + x1) / 2, (y0 + y1) / 2]) + 0.5))
        for x0, y0, x1, y1 in answer.boxes.tolist()
    )
    assert answer.mask is not None
    assert not answer.mask[:700].any()


def test_a_budget_pays_for_the_area_alone() -> None:
    pixels = np.concatenate([np.concatenate([scene()] * 4, axis=1)] * 6)
    model = FakeModel(view_pixels=90_000, tile=300, overlap=60)
    corners = shapely.MultiPolygon([shapely.box(0, 0, 90, 90), shapely.box(1100, 1100, 1200, 1200)])
    answer = gm.ask(
        pixels,
        "Find every ship.",
        model,
        aoi=corners,
        aoi_crs="px",
        search="exhaustive",
        budget="0.3 Mpx",
    )
    assert answer.complete and answer.trace.pixels_processed < 300_000 and len(answer) == 1

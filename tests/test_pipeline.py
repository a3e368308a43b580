"""ask() from pixels to answer, with a model that sees red ships and blue water."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from fake import BLUE, SCENES, FakeModel, paint
from geomagnifier import masks
from geomagnifier.errors import BoxError, GeomagWarning, OptionError, QuestionEmpty, SceneUnreadable
from geomagnifier.export.answer_json import to_json
from geomagnifier.export.write import write, write_picture
from geomagnifier.geometry import Box
from geomagnifier.inference import resolution
from geomagnifier.inference.scan_state import WORTH
from geomagnifier.inference.view_limits import RESERVED
from geomagnifier.memory import give_back, resident
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask, embed
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Answer
from geomagnifier.types import LEVEL, Affine6, Bytes, CropRequest, Granularity

HARBOUR = ((40, 20, 80, 60), (120, 100, 136, 140), (280, 0, 300, 24))
PLACE: Affine6 = (0.5, 0, 500_000, 0, -0.5, 5_000_000)
LARGE = (
    (100, 100, 140, 160),
    (1500, 900, 1560, 940),
    (1520, 1000, 1580, 1060),
    (2900, 1900, 2990, 1990),
)


def about(pixels: Bytes, question: str, model: Model | None = None, **how: Any) -> Answer:
    with open_scene(pixels) as scene:
        return ask(scene, question, model or FakeModel(), **how)


def boxes(answer: Answer) -> list[tuple[float, ...]]:
    return sorted(region.box for region in answer.regions)


def floats(corners: tuple[tuple[int, int, int, int], ...]) -> list[tuple[float, ...]]:
    return sorted(tuple(map(float, box)) for box in corners)


def drawn(
    shape: tuple[int, ...], *corners: tuple[int, int, int, int]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    made = np.zeros(shape[:2], bool)
    for x0, y0, x1, y1 in corners:
        made[y0:y1, x0:x1] = True
    return made


def test_an_image_question_gets_labels() -> None:
    model = FakeModel()
    answer = about(paint(300, 200, (0, 0, 300, 200)), "What kind of place is this?", model)
    assert answer.granularity is Granularity.IMAGE
    assert answer.granularity_probabilities == {"image": 0.8, "region": 0.1, "pixel": 0.1}
    assert [name for name, _ in answer.labels] == list(SCENES)
    assert answer.labels[0] == ("red place", 1.0)
    assert answer.text == "This is a red place."
    assert (answer.regions, answer.mask, answer.patches) == ((), None, None)
    assert [(method, level) for method, level, _ in model.views] == [("answer", Granularity.IMAGE)]
    assert answer.trace.pixels_processed == 100 * 100


def test_a_region_question_gets_boxes() -> None:
    answer = about(paint(301, 203, *HARBOUR), "Find every ship.")
    assert answer.granularity is Granularity.REGION
    assert boxes(answer) == floats(HARBOUR)
    assert all(
        r.label == "ship" and r.polygon == () and r.segmentation is None for r in answer.regions
    )
    assert answer.mask is None and answer.patches is None
    assert answer.text == "Found 3 ships."
    assert answer.preview.shape == (203, 301, 3)


def test_a_pixel_question_gets_masks() -> None:
    pixels = paint(301, 203, *HARBOUR)
    answer = about(pixels, "Segment every ship.")
    assert answer.granularity is Granularity.PIXEL
    assert answer.mask is not None
    assert (answer.mask == drawn(pixels.shape, *HARBOUR)).all()
    assert (answer.read_mask(Box(30, 10, 90, 70)) == answer.mask[10:70, 30:90]).all()
    for region in answer.regions:
        assert region.segmentation is not None
        x0, y0, x1, y1 = (int(v) for v in region.box)
        assert (masks.decode(region.segmentation) == drawn(pixels.shape, (x0, y0, x1, y1))).all()
    assert answer.text == f"Found 3 ships. The mask covers {answer.mask.mean():.1%} of the scene."


def test_land_cover_and_objects_in_one_question() -> None:
    pixels = paint(304, 200, *HARBOUR)
    pixels[160:200] = BLUE
    answer = about(pixels, "Segment every ship and all water.")
    assert answer.text.startswith("Found 3 ships and 1 water.")
    assert [r.box for r in answer.regions if r.label == "water"] == [(0, 160, 304, 200)]
    assert answer.mask is not None
    assert (answer.mask == drawn(pixels.shape, *HARBOUR, (0, 160, 304, 200))).all()


def test_what_is_not_there_and_what_is_not_known() -> None:
    answer = about(paint(300, 200), "Segment every ship.")
    assert (answer.text, answer.regions) == ("No ship found.", ())
    assert answer.mask is not None and not answer.mask.any()
    unknown = about(paint(300, 200, *HARBOUR), "Segment the elephants.")
    assert (unknown.text, unknown.regions) == ("I was not taught to find that.", ())
    assert unknown.mask is not None and not unknown.mask.any()


def test_a_box_limits_the_answer() -> None:
    pixels = paint(301, 203, *HARBOUR)
    answer = about(pixels, "Segment every ship.", box=(100, 90, 150, 125))
    assert boxes(answer) == [(120, 100, 136, 140)]
    assert answer.mask is not None
    assert (answer.mask == drawn(pixels.shape, (120, 100, 136, 125))).all()
    assert about(pixels, "What is this?", box=(0, 0, 100, 100)).granularity is Granularity.REGION
    assert boxes(about(pixels, "Find every ship.", box=Box(250, -50, 900, 50))) == [
        (280, 0, 300, 24)
    ]


def test_a_box_in_a_large_scene_is_looked_at_with_its_surroundings_only() -> None:
    answer = about(paint(3000, 2000, *LARGE), "Find every ship.", box=(1490, 890, 1570, 950))
    assert boxes(answer) == [(1500, 900, 1560, 940)]
    assert {w.box for w in answer.trace.views} == {
        Box(1490 - 320, 890 - 320, 1570 + 320, 950 + 320)
    }
    assert [(w.width, w.height) for w in answer.trace.views if w.role != LEVEL] == [(720, 700)]
    assert (
        answer.trace.pixels_processed == 720 * 700 + 360 * 350 + 180 * 175 + 90 * 88
    )  # three levels beside it
    assert answer.preview.shape[0] * answer.preview.shape[1] == pytest.approx(
        1e6, rel=0.01
    )  # still the whole scene


def test_a_georeferenced_mask_comes_back_aligned(tmp_path: Path) -> None:
    pixels = paint(301, 203, *HARBOUR)
    write_picture(tmp_path / "harbour.tif", pixels, "EPSG:32633", PLACE)
    with open_scene(tmp_path / "harbour.tif") as scene:
        answer = ask(scene, "Segment every ship.", FakeModel())
    with (
        rasterio.open(write(answer, tmp_path / "out")["mask"]) as mask,
        rasterio.open(tmp_path / "harbour.tif") as picture,
    ):
        assert (mask.crs, mask.transform, mask.shape) == (
            picture.crs,
            picture.transform,
            picture.shape,
        )
        assert (mask.read(1).astype(bool) == (picture.read(1) == 250)).all()


@pytest.fixture(scope="module")
def searches() -> dict[str, Answer]:
    pixels = paint(3000, 2000, *LARGE)
    return {
        policy: about(pixels, "Find every ship.", search=policy)
        for policy in ("adaptive", "exhaustive", "paper")
    }


def test_adaptive_reads_less_than_exhaustive_and_finds_the_same(
    searches: dict[str, Answer],
) -> None:
    assert boxes(searches["exhaustive"]) == floats(LARGE) == boxes(searches["adaptive"])
    few, many = searches["adaptive"].trace, searches["exhaustive"].trace
    assert [(w.width, w.height) for w in many.views] == [(846, 752)] * 12
    assert many.pixels_processed == 4 * 846 * 752  # the others show nothing but the bare ground
    assert [w.role for w in few.views] == ["peek", "scout"] + ["closer"] * len(few.crops)
    assert few.pixels_processed < 0.2 * many.pixels_processed


def test_the_trace_says_where_and_what_it_cost(searches: dict[str, Answer]) -> None:
    for policy, answer in searches.items():
        trace = answer.trace
        assert trace.scene_pixels == 6_000_000
        assert trace.pixels_processed <= sum(w.width * w.height for w in trace.views)
        assert trace.flops == 10 * (
            trace.pixels_processed
            - sum(w.width * w.height for w in trace.views if w.role == "scout")
        )
        assert {"question", "read", "answer", "assemble"} <= set(trace.seconds)
        assert ({"relevance", "search"} <= set(trace.seconds)) == (policy != "exhaustive")
        assert all(seconds >= 0 for seconds in trace.seconds.values())
    adaptive = searches["adaptive"].trace
    assert 1 <= len(adaptive.crops) <= 4 and adaptive.closed[-1] == (Box(0, 0, 3000, 2000), 0.0)
    assert all(worth < WORTH for _, worth in adaptive.closed) and adaptive.skipped == ()
    for x0, y0, x1, y1 in LARGE:
        cut = [
            common.area
            for crop in adaptive.crops
            if (common := crop.intersection(Box(x0, y0, x1, y1))) is not None
        ]
        assert max(cut) == (x1 - x0) * (y1 - y0)
    assert adaptive.heat is not None and adaptive.heat.shape == (171, 256)
    assert (
        adaptive.heat[int(920 / 3000 * 256), int(1530 / 3000 * 256)] > 0.5
        and adaptive.heat[100, 20] == 0
    )
    assert (
        searches["exhaustive"].trace.crops,
        searches["exhaustive"].trace.skipped,
        searches["exhaustive"].trace.heat,
    ) == ((), (), None)
    assert [w.role for w in searches["paper"].trace.views][0] == "wide" and searches[
        "paper"
    ].trace.views[0].width == 750


def test_progress_counts_windows() -> None:
    steps: list[tuple[int, int]] = []
    about(
        paint(1500, 1000, (10, 10, 60, 60)),
        "Find every ship.",
        progress=lambda done, known: steps.append((done, known)),
    )
    assert steps == [(1, 1), (2, 2)]  # scouted, then looked at closely
    steps.clear()
    about(
        paint(1500, 1000),
        "Find every ship.",
        search="exhaustive",
        progress=lambda done, known: steps.append((done, known)),
    )
    assert steps == [(1, 2), (2, 2)]


def test_exhaustive_equals_one_pass() -> None:
    # tiles of 256 px begin at multiples of 192 px, so cells fall on cells
    ships = ((10, 10, 50, 50), (200, 20, 260, 40), (300, 180, 320, 240), (600, 400, 640, 448))
    pixels = paint(640, 448, *ships)
    pixels[300:340, 100:180] = BLUE
    whole = about(pixels, "Segment every ship and all water.")
    tiled = about(
        pixels,
        "Segment every ship and all water.",
        FakeModel(256 * 256, 256, 64),
        search="exhaustive",
    )
    once = [w for w in whole.trace.views if w.role != LEVEL]
    assert len(once) == 1 and len(tiled.trace.views) == 6
    assert whole.mask is not None and tiled.mask is not None
    assert (whole.mask == tiled.mask).all()
    assert boxes(whole) == boxes(tiled) == floats((*ships, (100, 300, 180, 340)))
    same = about(pixels, "Segment every ship and all water.", search="exhaustive")
    assert [*same.trace.views] == once and boxes(same) == boxes(whole)


def test_paper_segments_within_its_crops() -> None:
    pixels = paint(4096, 2160, (3200, 700, 3240, 740))
    answer = about(pixels, "Segment every ship.", search="paper")
    roles = [w.role for w in answer.trace.views]
    assert roles[:2] == ["wide", "D(C1)"] and roles[-1] == "C2"
    assert (answer.trace.views[0].width, answer.trace.views[0].height) == (256, 135)
    assert boxes(answer) == [(3200, 700, 3240, 740)]
    assert answer.mask is not None
    assert (answer.mask == drawn(pixels.shape, (3200, 700, 3240, 740)))[
        680:760, 3180:3260
    ].mean() > 0.99


def test_a_budget_of_pixels_is_kept() -> None:
    pixels = paint(3000, 2000, *LARGE)
    all_of_it = about(pixels, "Find every ship.")
    budget = all_of_it.trace.pixels_processed - 1
    for text in (budget, f"{budget} px", f"{budget / 1e6} Mpx"):
        with pytest.warns(GeomagWarning, match="the budget ran out; .* skipped: 1$"):
            answer = about(pixels, "Find every ship.", budget=text)
        assert answer.trace.pixels_processed <= budget
        assert len(answer.trace.crops) == len(all_of_it.trace.crops) - 1
        assert [worth > 0.5 for _, worth in answer.trace.skipped] == [True]
        assert not answer.complete and not answer.stopped and 0 < len(answer.regions) < 4
        assert re.match(
            r"\d ships? in the 99\.8 % of the scene that was searched; the rest"
            r" is unknown\.$",
            answer.text,
        )


@pytest.mark.parametrize("budget", [0.3, 0.5, 0.8])
def test_as_many_places_are_listed_as_the_warning_says(budget: float) -> None:
    pixels = paint(
        6000,
        4000,
        *((x, y, x + 60, y + 40) for x in range(150, 5900, 700) for y in range(100, 3900, 600)),
    )
    most = about(pixels, "Find every ship.").trace.pixels_processed
    least = most - sum(
        w.width * w.height
        for w in about(pixels, "Find every ship.").trace.views
        if w.role == "closer"
    )
    with pytest.warns(GeomagWarning, match="the budget ran out") as told:
        answer = about(pixels, "Find every ship.", budget=least + budget * (most - least))
    (said,) = [
        int(found[1].replace(",", ""))
        for one in told
        if (found := re.match(r"the budget ran out; .* skipped: ([\d,]+)", str(one.message)))
    ]
    assert said == len(to_json(answer)["skipped"]) == len(answer.trace.skipped) > 1


def test_a_budget_of_seconds_still_takes_one_look() -> None:
    pixels = paint(3000, 2000, *LARGE)
    with pytest.warns(GeomagWarning, match="the budget ran out"):
        answer = about(pixels, "Find every ship.", budget="0.000001 s")
    assert [w.role for w in answer.trace.views] == ["peek", "scout", "closer"]
    assert len(answer.trace.crops) == 1 and any(worth > 0.5 for _, worth in answer.trace.skipped)
    assert not answer.complete and not answer.stopped and len(answer.regions) >= 1
    assert len(about(pixels, "Find every ship.", budget="5 min").regions) == 4


def test_a_search_that_is_stopped_answers_with_what_it_saw() -> None:
    pixels = paint(3000, 2000, *LARGE)
    answer = about(
        pixels, "Segment every ship.", search="exhaustive", progress=lambda done, known: done < 6
    )
    assert not answer.complete and answer.stopped and len(answer.trace.views) == 6
    assert len(answer.trace.skipped) == 6 and 0 < len(answer.regions) < 4
    assert " % of the scene that was searched; the rest is unknown. The mask covers " in answer.text
    none = about(
        pixels, "Segment all water.", search="exhaustive", progress=lambda done, known: done < 3
    )
    assert (
        none.text == "There is no water in the 25 % of the scene that was searched."
        and none.regions == ()
        and not none.mask.any()
    )  # type: ignore[union-attr]
    assert about(pixels, "Segment every ship.", progress=lambda done, known: None).complete
    last = about(paint(300, 200), "Segment every ship.", progress=lambda done, known: False)
    assert last.complete  # nothing was left to be seen


def test_a_journal_is_gone_on_from(tmp_path: Path) -> None:
    pixels = paint(3000, 2000, *LARGE)
    pixels[1200:1500, 200:700] = BLUE
    question = "Segment every ship and all water."
    for policy in ("exhaustive", "adaptive", "paper"):
        path = tmp_path / f"{policy}.sqlite"
        whole = about(pixels, question, search=policy)
        first = FakeModel()
        part = about(
            pixels,
            question,
            first,
            search=policy,
            journal=path,
            progress=lambda done, known: done < 2,
        )
        assert not part.complete and part.stopped and path.exists()
        again = FakeModel()
        full = about(pixels, question, again, search=policy, journal=path)
        assert full.complete and boxes(full) == boxes(whole)
        assert full.mask is not None and whole.mask is not None and (full.mask == whole.mask).all()
        assert [r.segmentation for r in full.regions] == [r.segmentation for r in whole.regions]
        seen = {key for what, _, key in first.views if what == "answer" and "peek" not in key}
        assert len(full.trace.views) == len(whole.trace.views)
        assert (
            full.trace.pixels_processed == whole.trace.pixels_processed
            and full.trace.flops == whole.trace.flops
        )
        assert set(full.trace.seconds) >= set(part.trace.seconds)
        assert len(again.views) < len(first.views) + len(whole.trace.views)
        third = FakeModel()
        assert boxes(about(pixels, question, third, search=policy, journal=path)) == boxes(whole)
        assert len(third.views) <= 2 and seen  # the glance alone, or the preview


def test_a_journal_of_another_question_is_refused(tmp_path: Path) -> None:
    pixels = paint(3000, 2000, *LARGE)
    about(pixels, "Find every ship.", journal=tmp_path / "j")
    with pytest.raises(OptionError, match=r"question: 'Find every ship\.', not 'Find all water\.'"):
        about(pixels, "Find all water.", journal=tmp_path / "j")
    (tmp_path / "k").write_bytes(b"not a journal" * 100)
    with pytest.raises(OptionError, match="no journal"):
        about(pixels, "Find all water.", journal=tmp_path / "k")


def test_a_picture_that_fits_a_view_leaves_no_journal(tmp_path: Path) -> None:
    about(paint(300, 200), "Find every ship.", journal=tmp_path / "j")
    assert list(tmp_path.iterdir()) == []


def test_what_looks_small_is_looked_at_enlarged() -> None:
    pixels = paint(400, 300, (40, 40, 48, 48), (200, 100, 208, 108))
    model = FakeModel(smaller=5)  # ships of 40 px would be 8 px long
    answer = about(pixels, "Find every ship.", model)
    assert [(w.role, w.width) for w in answer.trace.views] == [("whole", 400), ("scout", 400)] + [
        ("closer", 128)
    ] * 2
    assert (
        answer.trace.views[2].placement.scale[0] == pytest.approx(8 / 28, rel=0.02)
        and len(answer.regions) == 2
    )
    with pytest.warns(GeomagWarning, match="no room to search enlarged"):
        poor = about(pixels, "Find every ship.", FakeModel(smaller=5), budget=400 * 300 + 1000)
    assert [w.role for w in poor.trace.views] == [
        "whole"
    ] and poor.trace.pixels_processed == 400 * 300
    levels = about(
        pixels, "Find every ship.", FakeModel(smaller=1.5)
    ).trace.views  # not believed: the scale is not known
    assert [(w.role, w.width) for w in levels] == [("whole", 400), (LEVEL, 200), (LEVEL, 100)]


def test_the_ground_says_how_large_ships_are(tmp_path: Path) -> None:
    write_picture(
        tmp_path / "far.tif",
        paint(400, 300, (40, 40, 48, 48)),
        "EPSG:32633",
        (2.0, 0, 500_000, 0, -2.0, 5_000_000),
    )
    with open_scene(tmp_path / "far.tif") as scene:  # 15 m at 2 m/px
        answer = ask(scene, "Find every ship.", FakeModel(smaller=1))
    assert [w.role for w in answer.trace.views] == ["whole", "scout", "closer"]
    assert answer.trace.views[2].placement.scale[0] == pytest.approx(7.5 / 28, rel=0.02)


def damaged(path: Path, x: int, y: int) -> None:
    """Write noise over the block of a tiled GeoTIFF that holds a pixel."""
    with rasterio.open(path) as dataset:
        size = dataset.block_shapes[0]
        column, row = x // size[1], y // size[0]
        tags = {
            name: int(dataset.get_tag_item(f"BLOCK_{name}_{column}_{row}", "TIFF", bidx=1))
            for name in ("OFFSET", "SIZE")
        }
    with path.open("r+b") as file:
        file.seek(tags["OFFSET"])
        file.write(b"\xff" * tags["SIZE"])


@pytest.mark.parametrize("policy", ["adaptive", "exhaustive", "paper"])
def test_damaged_blocks_are_left_out_and_told(tmp_path: Path, policy: str) -> None:
    path = tmp_path / "scene.tif"
    profile = {
        "driver": "GTiff",
        "width": 3000,
        "height": 2000,
        "count": 3,
        "dtype": "uint8",
        "crs": "EPSG:32633",
    }
    tiles = {
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        "compress": "deflate",
        "transform": rasterio.Affine(*PLACE),
    }
    pixels = paint(3000, 2000, *LARGE)
    with rasterio.open(path, "w", **profile, **tiles) as dataset:
        dataset.write(pixels.transpose(2, 0, 1))
    damaged(path, 2950, 1950)
    with (
        open_scene(path) as scene,
        pytest.warns(GeomagWarning, match=r"damaged parts of scene\.tif \(\d\.\d%\) were skipped"),
    ):
        answer = ask(scene, "Segment every ship.", FakeModel(), search=policy)
    assert (
        not answer.complete
        and not answer.stopped
        and any(box.contains(2950, 1950) for box in answer.trace.broken)
    )
    assert re.match(
        r"\d ships? in the \d\d(\.\d)? % of the scene that was searched; the rest"
        r" is unknown\.",
        answer.text,
    )
    assert sum(box.area for box in answer.trace.broken) < 0.1 * 3000 * 2000
    if policy != "paper":
        assert boxes(answer) == floats(LARGE[:3])
    written = json.loads(write(answer, tmp_path / "out")["answer"].read_text())
    assert written["broken"] and not written["complete"]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_scene_of_which_nothing_can_be_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "scene.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=3000,
        height=2000,
        count=1,
        dtype="uint8",
        tiled=True,
        compress="deflate",
    ) as dataset:
        dataset.write(np.random.default_rng(0).integers(0, 255, (1, 2000, 3000)).astype(np.uint8))
    content = path.read_bytes()
    path.write_bytes(content[:2000] + b"\xff" * (len(content) - 2000))
    for policy in ("adaptive", "exhaustive"):
        with pytest.raises(SceneUnreadable), open_scene(path) as scene:
            ask(scene, "Find every ship.", FakeModel(), search=policy)


def test_blank_views_are_not_shown_to_the_network() -> None:
    pixels = paint(3000, 2000, (1500, 900, 1560, 940))
    pixels[:, :1400] = 0
    model = FakeModel()
    answer = about(pixels, "Find every ship.", model, search="exhaustive")
    assert boxes(answer) == [(1500, 900, 1560, 940)]
    assert len(answer.trace.views) == 12 and len(model.views) < 12
    assert answer.trace.pixels_processed == len(model.views) * 846 * 752
    nothing = about(np.zeros((2000, 3000, 3), np.uint8), "Find every ship.")
    assert nothing.regions == () and nothing.text == "No ship found."


def test_less_memory_is_kept_by_smaller_views() -> None:
    pixels = paint(3000, 2000, *LARGE)
    model = FakeModel()
    give_back()
    with pytest.warns(GeomagWarning, match="max_memory allows windows of .* px only"):
        answer = about(
            pixels,
            "Find every ship.",
            model,
            search="exhaustive",
            max_memory=resident() + RESERVED + 200e6,
        )
    assert model.remembered == [
        0,
        None,
    ], "nothing is kept beside views that need all there is, and the promise ends with the answer"
    assert boxes(answer) == floats(LARGE)
    assert 256 <= max(w.width for w in answer.trace.views) <= 512
    with pytest.raises(OptionError, match="give at least"):
        about(pixels, "Find every ship.", max_memory="100 MB")


def test_a_budget_is_kept_where_a_look_is_read_in_tiles() -> None:
    one = sum(
        w.width * w.height
        for w in resolution.windows(
            CropRequest(Box(0, 0, 2048, 1080), 1, "C1", Box(0, 0, 2048, 1080)), FakeModel().spec
        )
    )
    budget = 1024 * 540 + one  # D(I) and one window, with the overlaps of its tiles
    with pytest.warns(GeomagWarning, match="the budget ran out; .* skipped: 2$"):
        answer = about(
            paint(4096, 2160, (10, 10, 50, 50)), "Find every ship.", search="paper", budget=budget
        )
    assert len(answer.trace.crops) == 1
    assert answer.trace.pixels_processed <= budget


def test_min_score_lets_candidates_through() -> None:
    pixels = paint(300, 200, HARBOUR[0])
    pixels[100:140, 100:140] = (200, 45, 45)  # (200 - 45) / 250 = 0.62
    assert len(about(pixels, "Find every ship.").regions) == 2
    (sure,) = about(pixels, "Find every ship.", min_score=0.7).regions
    assert (sure.score, sure.box) == (1.0, (40, 20, 80, 60))


@pytest.mark.parametrize("question", ["", "   ", "\n\t"])
def test_an_empty_question_is_refused(question: str) -> None:
    with pytest.raises(QuestionEmpty, match="empty"):
        about(paint(30, 20), question)
    with pytest.raises(QuestionEmpty):
        embed(question, FakeModel())


@pytest.mark.parametrize(
    "box",
    [(300, 0, 400, 50), (-20, -20, 0, 0), (50, 50, 50, 80), (80, 10, 20, 50), (0, 0, math.nan, 9)],
)
def test_a_box_outside_or_without_area_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(BoxError):
        about(paint(300, 200), "Find every ship.", box=box)


def test_a_box_in_map_coordinates_is_that_of_its_pixels(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.tif", paint(300, 200, *HARBOUR), "EPSG:32633", PLACE)
    with open_scene(tmp_path / "a.tif") as scene:
        given = {
            "scene": (500_010, 4_999_960, 500_045, 4_999_995),
            "EPSG:4326": (15.000126, 45.153, 15.00058, 45.15364),
        }
        for crs, box in given.items():
            assert boxes(
                ask(scene, "Find every ship.", FakeModel(), box=box, box_crs=crs)
            ) == floats(HARBOUR[:1]), crs
        with pytest.raises(BoxError, match="--box-crs EPSG:4326"):
            ask(scene, "Find every ship.", FakeModel(), box=given["EPSG:4326"])
        with pytest.raises(OptionError, match="give the box"):
            ask(scene, "Find every ship.", FakeModel(), box_crs="EPSG:4326")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("search", "thorough"),
        ("search", ""),
        ("budget", -1),
        ("budget", 0),
        ("budget", math.nan),
        ("budget", 10),
        ("budget", "much"),
        ("budget", "3 MB"),
        ("max_memory", "3 px"),
        ("max_memory", 0),
        ("recall", 0.9),
        ("recall", 2),
        ("recall", 0),
        ("min_score", -0.1),
        ("min_score", 1.1),
        ("min_score", math.nan),
    ],
)
def test_options_out_of_range_are_refused(option: str, value: Any) -> None:
    with pytest.raises(OptionError):
        about(paint(300, 200), "Find every ship.", **{option: value})


def test_nothing_is_read_before_the_arguments_are_checked() -> None:
    model = FakeModel()
    with pytest.raises(OptionError):
        about(paint(30, 20), "Find every ship.", model, search="thorough")
    assert model.views == []


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (2000, 1), (100, 100)])
@pytest.mark.parametrize("question", ["What is this?", "Find every ship.", "Segment every ship."])
@pytest.mark.parametrize("policy", ["adaptive", "paper", "exhaustive"])
def test_pictures_of_any_size(size: tuple[int, int], question: str, policy: str) -> None:
    answer = about(paint(*size, (0, 0, *size)), question, search=policy)
    if answer.granularity is Granularity.PIXEL:
        assert answer.mask is not None and answer.mask.shape == size[::-1]
    for region in answer.regions:
        assert (
            0 <= region.box[0] < region.box[2] <= size[0]
            and 0 <= region.box[1] < region.box[3] <= size[1]
        )
    assert answer.text


def test_pictures_and_words_share_a_space() -> None:
    model = FakeModel()
    words = embed("a red place", model)
    likeness = []
    for colour in ((250, 0, 0), (0, 0, 250)):
        with open_scene(paint(3000, 500, (0, 0, 3000, 500), colour=colour)) as scene:
            vector = embed(scene, model)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        likeness.append(float(vector @ words))
    assert likeness[0] > 0.9 > likeness[1]


def test_the_largest_alone_is_answered_and_masked() -> None:
    pixels = paint(304, 200, (20, 20, 60, 60), (100, 100, 200, 180))
    answer = about(pixels, "Segment the largest ship.")
    (region,) = answer.regions
    assert region.box == (100, 100, 200, 180) and region.phrase == "1 ship"
    assert answer.mask is not None and not answer.mask[:90].any() and answer.mask[120, 150]
    assert (masks.decode(region.segmentation or {}) == answer.mask).all()
    assert answer.text.startswith("Found 1 ship.")


def test_the_place_is_told_beside_the_objects() -> None:
    pixels = paint(304, 200, (0, 0, 300, 150))
    answer = about(pixels, "What place is this, and find every ship.")
    assert answer.granularity is Granularity.REGION and answer.labels[0][0] == "red place"
    assert answer.text == "This is a red place. Found 1 ship." and len(answer.regions) == 1
    assert (
        answer.trace.pixels_processed == 304 * 200 + 152 * 100 + 100 * 100
    )  # the level and the thumbnail count


@pytest.mark.parametrize("policy", ["random", "grid", "shrink"])
def test_the_other_policies_answer(policy: str) -> None:
    pixels = paint(2048, 1080, (100, 100, 400, 300))
    answer = about(pixels, "Segment every ship.", FakeModel(view_pixels=200_000), search=policy)
    assert answer.trace.pixels_processed < 2048 * 1080
    assert (answer.trace.heat is None) == (policy == "shrink") == (answer.trace.crops == ())

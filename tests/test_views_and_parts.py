"""At the limits of what one view has to say beside another, of what an undetected object is, and of
what a look of several views costs.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fake import FakeModel, paint
from geomagnifier import answer_notes, scene_search
from geomagnifier.geometry import Box
from geomagnifier.inference.merge import assemble_regions, part_of
from geomagnifier.inference.view_groups import together
from geomagnifier.masks import bounds
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import ClassMask, Detection, ViewPrediction
from geomagnifier.types import Granularity, SceneInfo, Window

SCENE = SceneInfo("made", 4000, 4000, 3)
COARSE = Window(Box(0, 0, 4000, 4000), 1000, 1000, "wide", Box(0, 0, 4000, 4000))
FINE = Window(Box(1000, 1000, 2000, 2000), 1000, 1000, "tile", Box(1200, 1200, 1800, 1800))


def told(box: tuple[float, float, float, float], fine: Window = FINE) -> bool:
    """Whether an object of the coarse view counts beside a finer view that shows nothing there."""
    (view,) = COARSE.placement.to_view(np.array(box)).tolist()
    parts = [
        part_of(
            COARSE,
            ViewPrediction((Detection("ship", 0.9, tuple(view)),)),
            SCENE,
            Granularity.REGION,
        )
    ]
    parts.append(part_of(fine, ViewPrediction(), SCENE, Granularity.REGION))
    return bool(assemble_regions(parts, SCENE, Granularity.REGION))


@pytest.mark.parametrize(
    ("middle", "counts"),
    [
        ((1200, 1500), False),
        ((1199, 1500), True),
        ((1500, 1200), False),
        ((1500, 1199), True),
        ((1800, 1500), True),
        ((1500, 1800), True),
    ],
)
def test_a_core_has_its_left_and_upper_edge_and_not_the_others(
    middle: tuple[int, int], counts: bool
) -> None:
    x, y = middle
    assert told((x - 20, y - 20, x + 20, y + 20)) == counts


def test_a_finer_view_has_the_say_on_more_than_19_twentieths() -> None:
    whole = replace(FINE, core=FINE.box)
    assert told((995, 1500, 1095, 1540), whole)  # 95 px of 100
    assert not told((996, 1500, 1096, 1540), whole)


@pytest.mark.parametrize(("size", "count"), [(60, 1), (61, 2)])
def test_half_of_a_detected_object_is_rounded_up(size: int, count: int) -> None:
    """The detected one has 121 px in its mask: half of them are 60.5."""
    window = Window(Box(0, 0, 100, 100), 100, 100, "whole", Box(0, 0, 100, 100))
    probability = np.zeros((100, 100), np.float32)
    probability[10:21, 10:21] = 1
    probability[50:56, 50:60] = 1  # 60 px
    probability[56, 50] = size > 60
    reply = ViewPrediction(
        (Detection("ship", 0.9, (10, 10, 21, 21)),),
        (ClassMask("ship", 0.9, probability, 0.5, True),),
        stride=1,
    )
    scene = SceneInfo("made", 100, 100, 3)
    assert (
        len(
            assemble_regions(
                [part_of(window, reply, scene, Granularity.REGION)], scene, Granularity.REGION
            )
        )
        == count
    )


def test_what_each_window_cost_is_kept_where_several_are_one_look(tmp_path: Path) -> None:
    """The fake network takes 10 operations for each pixel."""
    model = FakeModel(view_pixels=40_000, tile=200, overlap=20)
    with open_scene(
        paint(
            1000,
            800,
            *((x, y, x + 30, y + 20) for x in range(40, 1000, 90) for y in range(40, 800, 90)),
        )
    ) as scene:
        answer = ask(
            scene, "Find every ship.", model, search="exhaustive", journal=tmp_path / "journal"
        )
        assert max(len(views) for views in model.inputs) > 2
        assert answer.trace.flops == 10 * answer.trace.pixels_processed
        again = ask(
            scene,
            "Find every ship.",
            FakeModel(view_pixels=40_000, tile=200, overlap=20),
            search="exhaustive",
            journal=tmp_path / "journal",
        )
    assert again.trace.flops == pytest.approx(10 * again.trace.pixels_processed)
    assert again.trace.pixels_processed >= answer.trace.pixels_processed


@pytest.mark.parametrize("words", ["red ships", "Red ships"])
def test_a_property_that_nothing_checks_does_not_choose(words: str) -> None:
    claim = SimpleNamespace(narrows=True, words="red")
    assert answer_notes.without_claim(claim, words) == "ships"  # type: ignore[arg-type]
    assert answer_notes.without_claim(claim, "find red ships") == "find ships"  # type: ignore[arg-type]
    assert answer_notes.without_claim(claim, "ships") == "ships"  # type: ignore[arg-type]
    assert answer_notes.without_claim(None, words) == words


def test_each_of_three_processes_looks_at_every_third_group_of_windows(tmp_path: Path) -> None:
    """Ships are everywhere, so that no window is blank.

    What is asked for is read from the first group, by each of them.
    """
    ships = [(x, y, x + 30, y + 20) for x in range(40, 1000, 90) for y in range(40, 800, 90)]
    seen: list[list[str]] = []
    with open_scene(paint(1000, 800, *ships)) as scene:
        models = [FakeModel(view_pixels=40_000, tile=200, overlap=20) for _ in range(4)]
        groups = together(
            ask(scene, "Find every ship.", models[3], search="exhaustive").trace.views
        )
        for k in range(3):
            left = scene_search.look_at_share(
                scene, "Find every ship.", models[k], tmp_path / f"{k}", (k, 3), search="exhaustive"
            )
            seen.append([key for what, _, key in models[k].views if what == "answer"])
            assert not left
    count = [len(group) for group in groups]
    assert [len(keys) for keys in seen] == [
        sum(count[k::3]) + (count[0] if k else 0) for k in range(3)
    ] and len(count) > 3
    assert len(set().union(*seen)) == sum(count) and all(
        keys[: count[0]] == seen[0][: count[0]] for keys in seen
    )


def test_what_no_detection_shows_lies_where_its_mask_is() -> None:
    """In a view that does not begin at the scene's corner, nor as far across as down."""
    window = Window(Box(300, 100, 400, 200), 100, 100, "tile", Box(310, 120, 400, 200))
    probability = np.zeros((100, 100), np.float32)
    probability[40:50, 60:75] = 1
    reply = ViewPrediction((), (ClassMask("ship", 0.8, probability, 0.5, True),), stride=1)
    (found,) = assemble_regions(
        [part_of(window, reply, SCENE, Granularity.PIXEL)], SCENE, Granularity.PIXEL
    )
    assert found.box == (360, 140, 375, 150) and bounds(found.segmentation or {}) == (
        360,
        140,
        375,
        150,
    )
    assert found.score == pytest.approx(0.8, abs=0.01)

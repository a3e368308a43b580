"""A search under way: what it costs, what it may hold, and when its time is over."""

from __future__ import annotations

import time

import pytest

from fake import FakeModel, paint
from geomagnifier.geometry import Box
from geomagnifier.inference import scan_state
from geomagnifier.inference.resume import Spent
from geomagnifier.inference.scan_state import ScanConfig, ScanState
from geomagnifier.inference.view_groups import Stopwatch
from geomagnifier.inference.view_limits import RESERVED
from geomagnifier.memory import resident
from geomagnifier.pipeline import ask
from geomagnifier.raster.preview import Preview
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Granularity, Query, Window
from geomagnifier.variants import Variant


@pytest.mark.parametrize(("left", "forgets"), [(0.5, True), (1.5, False)])
def test_what_is_remembered_goes_where_a_view_would_not_fit_beside_it(
    left: float, forgets: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """left: memory that is free when the view is looked at, of what it takes."""
    model = FakeModel()
    memory = resident() + RESERVED + 3e9
    monkeypatch.setattr(
        scan_state, "resident", lambda: memory - left * 1000 * 900 * model.spec.pixel_bytes
    )
    with open_scene(paint(1000, 900, (100, 100, 140, 130))) as scene:
        ask(scene, "Find every ship.", model, max_memory=memory)
    assert (0 in model.remembered) == forgets


@pytest.mark.parametrize("search", ["adaptive", "exhaustive", "paper", "random"])
def test_the_pixels_told_are_those_of_the_views_told(search: str) -> None:
    """Spots everywhere: several views are scouted at once, and several looked at."""
    ships = ((x, y, x + 30, y + 20) for x in range(40, 1600, 150) for y in range(40, 1200, 150))
    with open_scene(paint(1600, 1200, *ships)) as scene:
        trace = ask(
            scene,
            "Find every ship.",
            FakeModel(view_pixels=40_000, tile=200, overlap=20),
            search=search,
        ).trace
    assert len(trace.views) > 2
    assert trace.pixels_processed == sum(view.width * view.height for view in trace.views)


def state(query: str = "Find every ship.", level: Granularity = Granularity.REGION, **wanted):
    """A search of 100 x 80 px that has read nothing yet."""
    asked = Query(query, variant=Variant.of(wanted.pop("variant", None)))
    with open_scene(paint(100, 80)) as scene:
        return ScanState(
            scene,
            asked,
            level,
            FakeModel(),
            ScanConfig(**{"policy": "adaptive"} | wanted),
            Stopwatch(),
            time.perf_counter(),
            Preview(scene.info, False),
        )


def test_all_is_one_input_where_the_paper_has_it_so() -> None:
    assert state(policy="paper").joint and not state().joint
    assert not state(policy="paper", variant="separate").joint
    assert not state(policy="paper", level=Granularity.IMAGE).joint
    assert state(policy="paper").outlined
    assert not state(policy="paper", level=Granularity.PIXEL).outlined
    assert state(policy="paper", level=Granularity.PIXEL, variant="coarse masks").outlined


def test_a_budget_of_seconds_ends_and_one_of_pixels_does_not() -> None:
    begun = state(budget=("seconds", 60.0))
    assert not begun.late()
    begun.begin -= 60
    assert begun.late()
    old = state(budget=("pixels", 1.0))
    old.begin -= 1e6
    assert not old.late()


def test_the_cost_of_a_window_is_what_came_since_the_last_one() -> None:
    walk, box = state(), Box(0, 0, 50, 50)
    walk.broken = [Box(10, 10, 20, 20), Box(60, 60, 70, 70)]
    walk.watch.seconds = {"read": 2.0}
    window = Window(box, 50, 50, "tile", box)
    cost = walk.spent(window, 7, 3.0)
    assert (cost.pixels, cost.flops, cost.seconds) == (7, 3.0, {"read": 2.0})
    assert cost.broken == (Box(10, 10, 20, 20),)
    walk.watch.seconds = {"read": 2.5, "answer": 1.0}
    assert walk.spent(window, 0, 0.0).seconds == {"read": 0.5, "answer": 1.0}


def test_what_an_earlier_run_cost_is_counted_and_no_part_of_the_next_window() -> None:
    walk, box = state(), Box(0, 0, 50, 50)
    walk.take_over(Spent(100, 5.0, {"read": 4.0}, (box,)))
    walk.take_over(Spent(20, 1.0, {"read": 1.0}, (box,)))
    assert (walk.pixels, walk.flops, walk.broken) == (120, 6.0, [box])
    assert walk.watch.seconds == {"read": 5.0}
    assert walk.spent(Window(box, 50, 50, "tile", box), 0, 0.0).seconds == {"read": 0.0}


def test_own_thresholds_count_where_none_is_given() -> None:
    walk = state()
    assert walk.calibrated
    for more in ({"min_score": 0.0}, {"recall": 0.9}):
        walk.query = Query("Find every ship.", **more)
        assert not walk.calibrated

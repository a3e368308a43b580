"""Windows are read ahead in their order, and what the journal has is not read again."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from fake import FakeModel, paint
from geomagnifier.geometry import Box
from geomagnifier.inference.resume import Journal, Spent
from geomagnifier.inference.scan_state import ScanConfig, ScanState
from geomagnifier.inference.view_groups import Stopwatch
from geomagnifier.inference.window_reader import begin_again, read_ahead, read_window
from geomagnifier.raster.preview import Preview
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.results import WindowResult
from geomagnifier.types import Granularity, Query, Window

PIXELS = paint(400, 100, (110, 10, 150, 30))
WINDOWS = [
    Window(Box(x, 0, x + 100, 100), 100, 100, "tile", Box(x, 0, x + 100, 100))
    for x in (0, 100, 200, 300)
]
GROUPS = [WINDOWS[:1], WINDOWS[1:3], WINDOWS[3:]]


def state(scene: Scene, share: tuple[int, int] = (0, 1), journal: Journal | None = None):
    return ScanState(
        scene,
        Query("Find every ship."),
        Granularity.REGION,
        FakeModel(),
        ScanConfig("exhaustive", share=share),
        Stopwatch(),
        time.perf_counter(),
        Preview(scene.info, False),
        journal=journal,
    )


def test_groups_come_in_order_with_the_pixels_of_their_windows() -> None:
    with open_scene(PIXELS) as scene:
        read = list(read_ahead(state(scene), GROUPS, scouting=False, heated=False))
    assert [[row[0] for row in group] for group in read] == GROUPS
    for window, view, heat, part in (row for group in read for row in group):
        x0 = int(window.box.x0)
        assert view is not None and (view.pixels == PIXELS[:, x0 : x0 + 100]).all()
        assert heat is None and part is None


def test_nothing_is_read_once_the_search_is_stopped() -> None:
    with open_scene(PIXELS) as scene:
        walk = state(scene)
        walk.stopped = True
        read = list(read_ahead(walk, GROUPS, scouting=False, heated=False))
    assert [row[1:] for group in read for row in group] == [(None, None, None)] * 4


def test_each_process_reads_its_groups_and_what_the_journal_lacks(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", {})
    kept = WindowResult(WINDOWS[0])
    journal.keep(WINDOWS[0], part=kept, spent=Spent(10_000))
    journal.keep(WINDOWS[1], part=kept)  # half of a group: it is read as a whole
    with open_scene(PIXELS) as scene:
        for mine, expected in ((0, [0, 0, 0, 1]), (1, [0, 1, 1, 0])):
            walk = state(scene, (mine, 2), journal)
            read = [row for g in read_ahead(walk, GROUPS, False, False) for row in g]
            there = [int(view is not None) for _, view, _, _ in read]
            assert there == expected
            assert read[0][3] is not None and walk.others == 1
    journal.close()


def test_a_resumed_search_sees_its_first_windows_again(tmp_path: Path) -> None:
    """Those that are blank were not answered before; nothing of it counts as cost."""
    journal = Journal(tmp_path / "j", {})
    with open_scene(PIXELS) as scene:
        walk = state(scene, journal=journal)
        walk.planned = [*GROUPS]
        begin_again(walk)
        assert walk.first is not None and walk.first.window == WINDOWS[1]
        assert [what for what, _, _ in walk.model.views] == ["answer"]  # type: ignore[attr-defined]
        assert (walk.pixels, walk.flops) == (0, 0.0)
        begin_again(walk)  # once is enough
        assert len(walk.model.views) == 1  # type: ignore[attr-defined]
        other = state(scene, journal=journal)
        other.planned = [*GROUPS]
        begin_again(other, before=WINDOWS[0])  # it is answered next anyway
        assert other.first is None
    journal.close()


def test_a_view_is_that_of_its_window_at_its_size() -> None:
    with open_scene(PIXELS) as scene:
        small = Window(Box(100, 0, 200, 100), 50, 50, "wide", Box(100, 0, 200, 100))
        view = read_window(state(scene), small, needed=True)
    assert view.pixels.shape == (50, 50, 3) and view.window == small
    assert np.abs(view.pixels[8, 10].astype(int) - PIXELS[16, 120]).max() < 10

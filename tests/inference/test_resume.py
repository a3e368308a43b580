"""A journal keeps finished windows whole, and knows whose they are."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import zlib
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from geomagnifier.errors import OptionError, OutputError
from geomagnifier.geometry import Box, Placement
from geomagnifier.inference.resume import Journal, Spent, _dump_part, _load_part, join
from geomagnifier.masks import MaskPatch
from geomagnifier.results import ClassMaskPatch, Region, WindowResult
from geomagnifier.types import Window

WINDOW = Window(Box(100.5, 0, 612.5, 512), 512, 512, "closer", Box(120, 0, 600, 500))
OTHER = Window(Box(100.5, 0, 612.5, 512), 256, 256, "closer", Box(120, 0, 600, 500))
KEY = {"question": "Find every ship.", "scene": ["a.tif", 10, 20]}


def part() -> WindowResult:
    rng = np.random.default_rng(0)
    patch = MaskPatch(
        Placement(WINDOW.box, 64, 32),
        WINDOW.core,
        rng.integers(0, 256, (32, 64)).astype(np.uint8),
        0.5,
    )
    ship = Region("ship", 0.75, (1.0, 2.0, 30.5, 40.25), {"size": [512, 700], "counts": "abc"})
    return WindowResult(
        WINDOW,
        ((ship, 0.375), (Region("ship", 0.5, (5.0, 5.0, 9.0, 9.0)), 0.5)),
        (ClassMaskPatch("ship", 0.9, True, patch),),
    )


def test_a_part_and_a_heat_map_come_back(tmp_path: Path) -> None:
    heat = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    first = Journal(tmp_path / "j", KEY)
    assert not (tmp_path / "j").exists() and first.part(WINDOW) is None
    first.keep(WINDOW, part=part())
    first.keep(OTHER, heat=heat)
    first.close()
    again = Journal(tmp_path / "j", KEY)
    back, made = again.part(WINDOW), part()
    assert back is not None and back.window == WINDOW
    assert [(r.label, r.score, r.box, r.segmentation, rank) for r, rank in back.objects] == [
        (r.label, r.score, r.box, r.segmentation, rank) for r, rank in made.objects
    ]
    (layer,) = back.layers
    assert (layer.label, layer.score, layer.separate) == ("ship", 0.9, True)
    assert (layer.patch.placement, layer.patch.core, layer.patch.threshold) == (
        Placement(WINDOW.box, 64, 32),
        WINDOW.core,
        0.5,
    )
    assert (layer.patch.probability == made.layers[0].patch.probability).all()
    seen = again.heat(OTHER)
    assert seen is not None and seen.dtype == np.float32 and (seen == heat).all(), (
        "to the last digit: a spot is opened or not by it"
    )
    assert again.heat(WINDOW) is None and again.part(OTHER) is None
    again.close()


def test_a_heat_map_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    heat = np.linspace(0, 1, 12).reshape(3, 4).astype(np.float16)
    journal = Journal(tmp_path / "j", KEY)
    journal.keep(WINDOW, heat=heat.astype(np.float32))
    journal.close()
    with closing(sqlite3.connect(tmp_path / "j")) as base, base:
        data = np.array(heat.shape, np.int32).tobytes() + zlib.compress(heat.tobytes(), 1)
        base.execute("UPDATE windows SET data = ? WHERE what = 'heat'", (data,))
    journal = Journal(tmp_path / "j", KEY)
    back = journal.heat(WINDOW)
    assert back is not None and back.dtype == np.float32 and (back == heat).all()
    journal.close()


def test_what_a_window_cost_comes_back_and_is_counted_once(tmp_path: Path) -> None:
    spent = Spent(512 * 512, 1.5e9, {"read": 0.25, "answer": 1.5}, (Box(100.5, 0, 200, 64),))
    for name in ("a", "b"):
        journal = Journal(tmp_path / name, KEY)
        journal.keep(WINDOW, part=part(), spent=spent)
        journal.close()
    journal = Journal(tmp_path / "b", KEY)
    journal.keep(OTHER, heat=np.zeros((2, 2), np.float32))  # as an earlier version did
    journal.close()
    join(tmp_path / "a", [tmp_path / "b"])
    again = Journal(tmp_path / "a", KEY)
    back = again.spent(WINDOW)
    assert (back.pixels, back.flops, back.seconds, back.broken) == (
        spent.pixels,
        spent.flops,
        spent.seconds,
        spent.broken,
    )
    assert (
        again.spent(OTHER).pixels == 256 * 256
        and again.part(WINDOW) is not None
        and again.heat(OTHER) is not None
    )
    again.close()


def test_an_empty_part_is_a_part(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", KEY)
    journal.keep(WINDOW, part=WindowResult(WINDOW))
    back = journal.part(WINDOW)
    assert back is not None and back.objects == () and back.layers == ()
    journal.close()


def test_another_question_is_refused_by_name(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", KEY)
    journal.keep(WINDOW, part=WindowResult(WINDOW))
    journal.close()
    with pytest.raises(OptionError, match=r"scene: \"\['a.tif', 10, 20\]\""):
        Journal(tmp_path / "j", KEY | {"scene": ["b.tif", 10, 20]})


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 5000, b"SQLite format 3\0" + b"x" * 4000, b"words"]
)
def test_what_is_no_journal(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "j").write_bytes(content)
    if not content:
        Journal(tmp_path / "j", KEY).close()  # as good as none
        return
    with pytest.raises(OptionError, match="no journal"):
        Journal(tmp_path / "j", KEY)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        Journal(tmp_path / "file" / "j", KEY).keep(WINDOW, part=WindowResult(WINDOW))


def test_a_run_that_is_killed_leaves_whole_windows(tmp_path: Path) -> None:
    code = f"""
import os, sys
sys.path[:0] = {sys.path!r}
from pathlib import Path
from test_resume import *
journal = Journal(Path({str(tmp_path / "j")!r}), KEY)
for k in range(1000):
    journal.keep(Window(WINDOW.box, 512, 512, str(k), WINDOW.core), part=part())
    print(k, flush=True)
    if k == 20:
        os.kill(os.getpid(), 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
        check=False,
    )
    assert done.returncode == -9 and done.stdout.split()[-1] == "20"
    journal = Journal(tmp_path / "j", KEY)
    for k in range(21):
        kept = journal.part(Window(WINDOW.box, 512, 512, str(k), WINDOW.core))
        assert kept is not None and len(kept.objects) == 2
    journal.close()
    with closing(sqlite3.connect(tmp_path / "j")) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)


numbers = st.floats(-1e6, 1e6)
regions = st.builds(
    Region,
    st.text(max_size=8),
    st.floats(0, 1),
    st.tuples(numbers, numbers, numbers, numbers),
    st.none() | st.just({"size": [4, 3], "counts": "<"}),
)
patches = st.builds(
    lambda cells, threshold: MaskPatch(
        Placement(WINDOW.box, *cells.shape[::-1]), WINDOW.core, cells, threshold
    ),
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9))),
    st.floats(0, 1),
)
layers = st.builds(ClassMaskPatch, st.text(max_size=8), st.floats(0, 1), st.booleans(), patches)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.tuples(regions, numbers), max_size=4), st.lists(layers, max_size=3))
def test_any_part_comes_back_as_it_was(
    objects: list[tuple[Region, float]], more: list[ClassMaskPatch]
) -> None:
    back = _load_part(WINDOW, _dump_part(WindowResult(WINDOW, tuple(objects), tuple(more))))

    def told(region: Region) -> tuple[object, ...]:
        return region.label, region.score, region.box, region.segmentation

    assert [(told(r), rank) for r, rank in back.objects] == [(told(r), rank) for r, rank in objects]
    assert [
        (x.label, x.score, x.separate, x.patch.placement, x.patch.core, x.patch.threshold)
        for x in back.layers
    ] == [
        (x.label, x.score, x.separate, x.patch.placement, x.patch.core, x.patch.threshold)
        for x in more
    ]
    assert all(
        (a.patch.probability == b.patch.probability).all()
        for a, b in zip(back.layers, more, strict=True)
    )

"""An index is brought up to date: only changes are read, by one writer, killed at any moment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fake import FakeModel
from geomagnifier.errors import (
    IndexBusy,
)
from geomagnifier.pipeline import embed
from geomagnifier.retrieval import SearchQuery, open_index, search, update
from geomagnifier.retrieval.index import MANIFEST
from made_archive import NAMES, fill

MODEL = FakeModel()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return fill(tmp_path / "archive")


def wanted(words: str | None = None, **more: object) -> SearchQuery:
    return SearchQuery(None if words is None else embed(words, MODEL), **more)  # type: ignore[arg-type]


def names(target: Path, what: SearchQuery, top: int | None = None) -> list[str]:
    found = search(target, what, MODEL, top)
    return [hit.path.name.split("_")[0].split(".")[0] for hit in found.hits]


def test_only_what_changed_is_read(archive, tmp_path):
    index, model = tmp_path / "index", FakeModel()
    (archive / "cut.png").write_bytes(b"\x89PNG and no more")
    first = update(archive, index, model)
    assert (first.pictures, first.read, first.removed) == (5, 5, 0)
    ((path, reason),) = first.unreadable
    assert path == archive / "cut.png" and "cut.png" in reason
    steps: list[tuple[int, int]] = []
    again = update(archive, index, model, lambda *step: steps.append(step))
    assert (again.read, again.removed, steps) == (0, 0, []) and again.unreadable == first.unreadable
    (archive / NAMES[2]).unlink()
    shutil.copy(archive / NAMES[0], archive / "plain.png")
    shutil.copy(archive / NAMES[1], archive / "cut.png")
    third = update(archive, index, model, lambda *step: steps.append(step))
    assert (third.pictures, third.read, third.removed, third.unreadable) == (4, 2, 1, ())
    assert steps == [(1, 2), (2, 2)]
    assert sorted(names(index, wanted("red"))) == ["blue", "cut", "green", "plain"]
    assert open_index(index).table.count_rows() == 4


def test_a_picture_whose_folder_is_shut_stays(archive, tmp_path, monkeypatch):
    index, scandir = tmp_path / "index", os.scandir
    update(archive, index, MODEL)

    def guarded(path):
        if Path(path).name == "deep":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    report = update(archive, index, MODEL)
    assert report.removed == 0 and report.unreadable[0][0] == archive / "deep"
    assert "green" in names(index, wanted("green"))


def test_one_writer_at_a_time(archive, tmp_path):
    seen = []

    def meanwhile(done, known):
        if not seen:
            with pytest.raises(IndexBusy, match="another process"):
                update(archive, tmp_path / "index", MODEL)
            seen.append(search(tmp_path / "index", wanted("red"), MODEL))

    update(archive, tmp_path / "index", MODEL, meanwhile)
    assert not seen[0].complete and seen[0].pictures == 0


KILLED = """
import sys, time
from geomagnifier.retrieval import update
from geomagnifier.retrieval import index_update as inner
from fake import FakeModel
inner.BATCH = 5
class Slow(FakeModel):
    def embed(self, item):
        time.sleep(0.01)
        return super().embed(item)
def tell(done, known):
    print(done, flush=True)
    if done >= int(sys.argv[3]) + 3:
        time.sleep(3600)  # a machine that is held up comes in time all the same
update(sys.argv[1], sys.argv[2], Slow(), tell)
"""


def test_killed_again_and_again_it_ends_up_whole(archive, tmp_path):
    for number in range(60):
        shutil.copy(
            archive / NAMES[number % 3],
            archive / f"{NAMES[number % 3].split('_')[0].replace('deep/', '')}-{number}.tif",
        )
    index, environment = tmp_path / "index", {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", KILLED, str(archive), str(index)]
    for pause in (1, 12, 31):
        with subprocess.Popen(
            [*command, str(pause)], stdout=subprocess.PIPE, text=True, env=environment
        ) as run:
            assert run.stdout is not None
            for line in run.stdout:
                if int(line) >= pause:
                    break
            time.sleep(0.02)
            run.send_signal(signal.SIGKILL)
        if (index / MANIFEST).exists():
            assert not open_index(index).manifest.complete
    report = update(archive, index, MODEL)
    assert report.pictures == 64 and 0 < report.read < 64 - 12
    table = open_index(index).table
    assert table.count_rows() == 64 and len(set(table.to_arrow()["path"].to_pylist())) == 64
    assert names(index, wanted("red red"))[:20] == names(archive, wanted("red red"))[:20]

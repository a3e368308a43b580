"""Killed, or stopped by Ctrl-C, at any moment, then again.

Nothing broken under a final name, and the same result as undisturbed.
"""

from __future__ import annotations

from pathlib import Path

import harness
import pytest


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harness.prepare(tmp_path_factory.mktemp("scenes"))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*harness.CASES, "serve"])
def test_ten_kills_lose_nothing(tmp_path: Path, scenes: Path, name: str) -> None:
    tally = (
        harness.served(10, 0, tmp_path, scenes)
        if name == "serve"
        else harness.sweep(name, 10, 0, tmp_path, scenes)
    )
    assert tally.kills == 10
    assert (tally.broken, tally.lost) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*harness.CASES, *harness.ALONE])
def test_ten_times_ctrl_c_end_in_a_word(tmp_path: Path, scenes: Path, name: str) -> None:
    tally = harness.press(name, 10, 0, tmp_path, scenes)
    assert tally.presses == 10
    assert (tally.silent, tally.wrong, tally.left, tally.broken, tally.lost) == (0, 0, 0, 0, 0)


def test_broken_files_are_seen(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text('{"text": ')
    (tmp_path / "mask.tif").write_bytes(b"II*\0")
    (tmp_path / ".0123.regions.geojson").write_text("{")  # a temporary name promises nothing
    assert sorted(path.name for path in harness.broken(tmp_path)) == ["answer.json", "mask.tif"]

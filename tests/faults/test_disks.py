"""Disks that are full or read-only, under the real commands.

One line says so, nothing is broken, and the same command goes on later.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import harness
import httpx
import pytest
import torch

from disks import Disk
from geomagnifier.errors import OutputError
from geomagnifier.finetuning import run_log
from geomagnifier.finetuning.run_state import save, saved

ROOM = 256 << 20
NAMES = [
    pytest.param(name, marks=[pytest.mark.slow] if name in ("train", "map", "eval") else [])
    for name in harness.CASES
]


def geomag(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*harness.GEOMAG, *words], capture_output=True, text=True, check=False, timeout=600
    )


def refused(ran: subprocess.CompletedProcess[str], reason: str) -> None:
    """It ended with one line that says why."""
    said = [line for line in ran.stderr.splitlines() if line.startswith("geomag: ")]
    assert ran.returncode == 2, ran.stderr
    assert "Traceback" not in ran.stderr
    assert len(said) == 1 and reason in said[0]


def held(folder: Path) -> int:
    """Bytes that a folder takes on a disk of pages."""
    return sum(
        -(-path.stat().st_size // 4096) * 4096 for path in folder.rglob("*") if path.is_file()
    )


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harness.prepare(tmp_path_factory.mktemp("scenes"))


@pytest.mark.parametrize("share", [0.5, pytest.param(0.1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", NAMES)
def test_a_command_whose_disk_fills_up_goes_on_when_there_is_room(
    tmp_path: Path, scenes: Path, disk: Callable[[int], Disk], name: str, share: float
) -> None:
    case = harness.CASES[name]
    assert geomag(case.words(scenes, tmp_path / "whole")).returncode == 0
    small = disk(int(held(tmp_path / "whole") * share))
    out = small.path / "out"
    refused(geomag(case.words(scenes, out)), "full")
    assert harness.broken(out) == []
    small.grow(ROOM)
    assert geomag(case.words(scenes, out)).returncode == 0
    assert case.look(out) == case.look(tmp_path / "whole")
    assert harness.broken(out) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_command_refuses_a_read_only_disk_and_leaves_what_is_there(
    tmp_path: Path, scenes: Path, disk: Callable[[int], Disk], name: str
) -> None:
    case, place = harness.CASES[name], disk(ROOM)
    out = place.path / "out"
    place.lock(True)
    refused(geomag(case.words(scenes, out)), "it is on a read-only disk; choose another folder")
    place.lock(False)
    assert geomag(case.words(scenes, out)).returncode == 0
    before = case.look(out)
    place.lock(True)
    (scenes / "0.tif").touch()  # what is done already would be left alone
    geomag(case.words(scenes, out))
    assert case.look(out) == before and harness.broken(out) == []


def test_the_service_says_that_its_disk_is_full_and_goes_on_when_there_is_room(
    tmp_path: Path, scenes: Path, disk: Callable[[int], Disk]
) -> None:
    picture = scenes / "0.tif"
    small = disk(picture.stat().st_size // 2)
    with harness.service(scenes, small.path / "work") as (running, client):

        def upload() -> httpx.Response:
            with picture.open("rb") as file:
                return client.post(
                    "/v1/ask", files={"file": file}, data={"question": harness.QUESTION}
                )

        told = upload()
        assert told.status_code == 507 and "No space left" in told.json()["error"]["message"]
        assert (
            client.post("/v1/ask", json={"path": "0.tif", "question": harness.QUESTION}).status_code
            == 200
        )
        small.grow(ROOM)
        assert upload().status_code == 200
        assert running.poll() is None


def test_a_run_keeps_its_last_checkpoint_and_log_when_the_disk_fills_up(
    disk: Callable[[int], Disk],
) -> None:
    place = disk(64 << 10).path
    save(place / "lesson.pt", {"step": 1, "heads": torch.zeros(1000)})
    run_log.add(place / "log.jsonl", [{"step": 1}])
    with pytest.raises(OutputError, match=r"lesson.pt cannot be written: the disk is full"):
        save(place / "lesson.pt", {"step": 2, "heads": torch.zeros(100_000)})
    with pytest.raises(OutputError, match=r"log.jsonl cannot be written: the disk is full"):
        run_log.add(
            place / "log.jsonl", [{"step": step, "said": "x" * 1000} for step in range(2, 80)]
        )
    assert saved(place / "lesson.pt")["step"] == 1 and run_log.read(place / "log.jsonl") == [
        {"step": 1}
    ]
    assert sorted(path.name for path in place.iterdir()) == ["lesson.pt", "log.jsonl"]

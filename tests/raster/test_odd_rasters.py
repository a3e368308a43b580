"""Nearly a thousand odd rasters.

Each ends in a right answer or in a typed error, in little time and memory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import odd_rasters
from geomagnifier.cli import main

SECONDS, MEGABYTES = 20, 300
"""Of the processor, and by which the process may grow, for any of them."""


@dataclass(frozen=True)
class Told:
    """What `ordeal.py` said. begun and ended: its lines before and after each raster.

    Left: how it ended, and its last words.
    """

    folder: Path
    begun: list[dict[str, Any]]
    ended: list[dict[str, Any]]
    left: tuple[int, str]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("odd") / "rasters"
    command = [sys.executable, str(Path(__file__).parents[1] / "ordeal.py"), str(folder)]
    quiet = {name: value for name, value in os.environ.items() if name != "GEOMAG_ALLOW"}
    paths = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parent)])
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=600, env=quiet | {"PYTHONPATH": paths}
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    begun, ended = (
        [line for line in lines if ("wrong" in line) == after] for after in (False, True)
    )
    return Told(folder, begun, ended, (done.returncode, done.stderr[-2000:]))


def test_none_of_them_ends_the_process(told: Told) -> None:
    assert told.left[0] == 0, (told.begun[-1:], told.left)
    assert len(told.begun) == len(told.ended) > 900


@pytest.mark.parametrize("group", [group.__name__ for group in odd_rasters.GROUPS])
def test_each_ends_in_a_right_answer_or_a_typed_error(told: Told, group: str) -> None:
    found = [line for line in told.ended if line["group"] == group]
    assert found
    assert [(line["name"], line["wrong"]) for line in found if line["wrong"]] == []


def test_in_bounded_time_and_memory(told: Told) -> None:
    assert [line for line in told.ended if line["s"] > SECONDS or line["MB"] > MEGABYTES] == []


COMMANDS = {
    "headers/text.tif": "not an image",
    "headers/empty.tif": "empty file",
    "headers/million.tif": "1000000 x 1000000 px",
    "headers/one-tile.tif": "too large to unpack",
    "headers/large.webp": "too large to unpack",
    "numbers/complex64.tif": "complex",
    "beside/inside/pointer-vrt.tif": "GEOMAG_ALLOW=vrt",
    "beside/inside/names-passwd.tif": "outside its folder",
    "beside/inside/linked.tif": "link out of its folder",
    "names/folder.tif": "folder",
    "names/pipe.tif": "does not exist",
    "names/no\nsuch\x1b[2J.tif": "does not exist",
    "cut/a-45.jpg": "download it again",
    "cut/a-90.jp2": "download it again",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_says_so_in_one_line(
    told: Told, name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["geomag", "ask", str(told.folder / name), "Find every ship."])
    with pytest.raises(SystemExit) as left:
        main.main()
    [said] = capfd.readouterr().err.splitlines()
    assert (
        left.value.code == 2
        and said.startswith("geomag: ")
        and COMMANDS[name] in said
        and said.isprintable()
    )

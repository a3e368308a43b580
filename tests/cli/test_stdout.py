"""What is printed is printed, or it is said in one line that it was not.

Exit code 2, never a traceback or a silence.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from disks import Disk
from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.render.scene import draw_scene

COMMANDS = {
    "answer": ["ask", "airport.tif", "Find every airplane."],
    "json": ["ask", "airport.tif", "Find every airplane.", "--json"],
    "info": ["info", "airport.tif"],
    "version": ["--version"],
    "help": ["ask", "--help"],
    "chat": ["chat", "airport.tif", "--json", "--no-save"],
    "demo": ["demo", "airport.tif", "What is here?"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("printed")
    write_picture(
        folder / "airport.tif",
        draw_scene(3, 480, 360, "airport").pixels,
        "EPSG:32633",
        (0.5, 0.0, 5e5, 0.0, -0.5, 5.3e6),
    )
    return folder


def run(folder, command, shell):
    """Exit code and stderr of a command whose streams are set up by a shell."""
    words = [sys.executable, "-m", "geomagnifier", *command]
    given = {
        "cwd": folder,
        "env": os.environ | {"XDG_DATA_HOME": str(folder / "home")},
        "input": "Find every airplane.\n",
        "text": True,
    }
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {shell}', "sh", *words], capture_output=True, check=False, **given
    )
    return done.returncode, done.stderr.splitlines()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("name", ["answer", "json", "version", "chat"])
def test_a_full_disk_behind_stdout_is_one_line(name, folder):
    code, [said] = run(folder, COMMANDS[name], "> /dev/full")
    assert (
        code == 2
        and said
        == "geomag: what was to be printed cannot be written: the disk is full; free some space"
    )


@pytest.mark.parametrize("name", ["info", "help", "demo"])
def test_a_closed_stdout_is_one_line(name, folder):
    code, [said] = run(folder, COMMANDS[name], ">&-")
    assert code == 2 and said.startswith(
        "geomag: there is nowhere to print to: standard output is closed"
    )


def test_the_files_of_an_answer_that_cannot_be_printed_are_written(folder, tmp_path):
    code, _ = run(folder, [*COMMANDS["answer"], "--out", str(tmp_path / "out")], ">&-")
    assert code == 2 and len(json.loads((tmp_path / "out/answer.json").read_text())["regions"]) > 0


def test_one_who_reads_no_further_is_no_mistake(folder):
    code, said = run(folder, ["ask", "--help"], "| head -c 10 > /dev/null")
    assert (code, said) == (0, [])


def test_a_closed_stderr_does_not_reach_stdout(folder):
    command = [*COMMANDS["json"], "--budget", "0.2 Mpx"]
    code, said = run(folder, command, "2>&- > out.json")
    assert (code, said) == (0, []) and json.loads((folder / "out.json").read_text())[
        "question"
    ] == "Find every airplane."


def test_a_demo_where_nothing_can_be_written_is_one_line(folder, disk):
    place: Disk = disk(1 << 20)
    place.lock(True)
    for command in (["demo"], ["demo", str(folder / "airport.tif")]):
        code, [*_, said] = run(place.path, command, "> /dev/null")
        assert (
            code == 2
            and said.startswith("geomag: demo-out")
            and "it is on a read-only disk; choose another folder" in said
        )

"""What `geomag map` takes for scenes, and what it says of what it cannot take."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from typer.testing import CliRunner

from geomagnifier.cli.main import app
from geomagnifier.cli.map import listed
from geomagnifier.errors import (
    DataCorrupt,
    OptionError,
    QuestionEmpty,
    QuestionError,
    SceneNotFound,
)
from geomagnifier.export.image_file import write_picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scenes = tmp_path / "scenes"
    scenes.mkdir()
    for name in ("b.tif", "a.png"):
        write_picture(scenes / name, np.full((20, 30, 3), 90, np.uint8))
    return scenes


def test_a_folder_a_list_and_a_catalogue(folder: Path, tmp_path: Path) -> None:
    assert [path.name for path in listed(folder)] == ["a.png", "b.tif"]
    (tmp_path / "list.txt").write_text(
        "# two\nscenes/b.tif\n\n/elsewhere/c.tif\ns3://bucket/d.tif\n"
    )
    known = [tmp_path / "scenes/b.tif", Path("/elsewhere/c.tif"), "s3://bucket/d.tif"]
    assert listed(tmp_path / "list.txt") == known
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "b",
        "geometry": None,
        "links": [],
        "properties": {"datetime": "2024-05-01T00:00:00Z"},
        "assets": {"image": {"href": "scenes/b.tif", "type": "image/tiff"}},
    }
    (tmp_path / "items.json").write_text(
        json.dumps({"type": "FeatureCollection", "features": [item]})
    )
    assert [path.name for path in listed(tmp_path / "items.json")] == ["b.tif"]


def test_what_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(SceneNotFound, match="does not exist"):
        listed(tmp_path / "nothing.txt")
    (tmp_path / "list").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(OptionError, match="not a list"):
        listed(tmp_path / "list")
    (tmp_path / "items.json").write_text("{")
    with pytest.raises(DataCorrupt):
        listed(tmp_path / "items.json")


def test_an_empty_question_and_a_wrong_number_of_workers(folder: Path, tmp_path: Path) -> None:
    wrong = (
        (" ", [], QuestionEmpty, "empty"),
        ("Find every ship.", ["--workers", "0"], OptionError, "at least 1"),
        ("When was this picture taken?", [], QuestionError, "cannot be determined from one image"),
    )
    for words, more, kind, expected in wrong:
        told = CliRunner().invoke(
            app, ["map", words, "--scenes", str(folder), "--out", str(tmp_path / "out"), *more]
        )
        assert isinstance(told.exception, kind)
        assert expected in str(told.exception)


@contextmanager
def started(
    folder: Path, out: Path
) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """`geomag map` over two thousand images, once the first is answered, with Ray's processes."""
    write_picture(folder / "0.png", np.full((700, 1000, 3), 90, np.uint8))
    for number in range(
        1, 2000
    ):  # so many that it is not done however late the rest of a test comes
        (folder / f"{number}.png").hardlink_to(folder / "0.png")
    command = [
        sys.executable,
        "-m",
        "geomagnifier",
        "map",
        "Find every ship.",
        "--scenes",
        str(folder),
        "--out",
        str(out),
    ]
    with subprocess.Popen(
        [*command, "--workers", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None and not any(out.glob("scenes/*")):
            time.sleep(0.05)
        members = psutil.Process(process.pid).children(recursive=True)
        try:
            yield process, members
        finally:
            process.kill()
            for member in members:
                with suppress(psutil.NoSuchProcess):
                    member.kill()


def alive(members: list[psutil.Process]) -> list[str]:
    found = []
    for member in members:
        with suppress(psutil.NoSuchProcess):
            found += [" ".join(member.cmdline())] if member.status() != psutil.STATUS_ZOMBIE else []
    return found


def gone(members: list[psutil.Process]) -> None:
    end = time.monotonic() + 50  # a minute is what Ray's own agents take when all of it is killed
    while alive(members) and time.monotonic() < end:
        time.sleep(0.2)
    assert alive(members) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)],
)
def test_a_signal_ends_it_with_a_word_and_nothing_is_left_running(
    folder: Path, tmp_path: Path, number: int, code: int
) -> None:
    with started(folder, tmp_path / "out") as (process, members):
        assert len(alive(members)) >= 4
        process.send_signal(number)
        out, err = process.communicate(timeout=600)
        assert process.returncode == code and not out
        first, last = [
            line for line in err.splitlines() if not line.endswith("scenes")
        ]  # of a slow machine, how far it was
        assert first == "geomag: stopping; press Ctrl-C again to stop at once"
        assert (
            last
            == f"geomag: stopped; answers so far are in {tmp_path / 'out'}; run the same command to"
            " continue"
        )
        gone(members)


@pytest.mark.slow
def test_ray_listens_on_the_loopback_address_alone_and_goes_when_the_command_is_killed(
    folder: Path, tmp_path: Path
) -> None:
    with started(folder, tmp_path / "out") as (process, members):
        sockets = [
            connection for member in members for connection in member.net_connections("inet")
        ]
        listening = {
            connection.laddr.ip for connection in sockets if connection.status == psutil.CONN_LISTEN
        }
        assert listening and listening <= {"127.0.0.1", "::ffff:127.0.0.1", "::1"}
        process.kill()
        process.wait()
        gone(members)


def test_scenes_without_an_answer_are_named_and_the_others_answered(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "torn.tif").write_bytes(b"II*\0")
    (tmp_path / "list.txt").write_text("scenes/a.png\nscenes/torn.tif\nscenes/gone.tif\n")
    command = [
        sys.executable,
        "-m",
        "geomagnifier",
        "map",
        "Find every ship.",
        "--scenes",
        str(tmp_path / "list.txt"),
        "--workers",
        "1",
    ]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        words = [*command, "--out", str(tmp_path / "out"), *more]
        return subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)

    first = run()
    assert first.returncode == 0, first.stderr
    assert (
        first.stdout.startswith("1 of 3 scenes answered")
        and str(tmp_path / "out/scenes.parquet") in first.stdout
    )
    told = [line for line in first.stderr.splitlines() if line.startswith("geomag: no answer for ")]
    assert (
        len(told) == 2
        and "gone.tif: " in told[0]
        and "does not exist" in told[0]
        and "torn.tif: " in told[1]
    )
    write_picture(folder / "gone.tif", np.full((20, 30, 3), 90, np.uint8))
    mended = json.loads(run("--again", "--json").stdout)
    assert (mended["done"], mended["failed"], mended["total"]) == (2, 1, 3)
    assert [row["scene"] for row in mended["failures"]] == ["torn.tif"]

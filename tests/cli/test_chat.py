"""`geomag chat` at a pipe and at a terminal: what it prints, keeps, forgets and refuses."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from disks import Disk
from geomagnifier.cli.main import main
from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.render.scene import draw_scene

TALK = ("Find every airplane.", "and the largest of them?", "segment it")
Said = tuple[int, str, str]
Talk = Callable[..., Said]


@pytest.fixture
def airport(tmp_path: Path) -> Path:
    path = tmp_path / "airport.tif"
    write_picture(
        path,
        draw_scene(3, 640, 480, "airport").pixels,
        crs="EPSG:32633",
        transform=(0.5, 0.0, 5e5, 0.0, -0.5, 5.3e6),
    )
    return path


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Talk:
    """Run the command in this process with these lines at its stdin.

    (exit code, stdout, stderr).
    """

    def run(lines: Sequence[str] | bytes, *words: object) -> Said:
        given = (
            lines if isinstance(lines, bytes) else "".join(f"{line}\n" for line in lines).encode()
        )
        monkeypatch.setattr(sys, "argv", ["geomag", "chat", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), "utf-8"))
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capfd.readouterr()
        return int(stop.value.code or 0), out, err

    return run


def test_orders_without_a_slash_are_no_questions(airport: Path, talk: Talk) -> None:
    code, out, err = talk(("help", "Exit", "Find every airplane."), airport)
    assert (code, out) == (0, "") and "/quit exits" in err


def test_a_talk_through_a_pipe(airport: Path, talk: Talk, tmp_path: Path) -> None:
    code, out, err = talk(TALK, airport, "--json", "--out", tmp_path / "answers")
    assert code == 0, err
    first, second, third = (json.loads(line) for line in out.splitlines())
    assert (first["refers"], first["meant"]) == ("fresh", TALK[0])
    assert len(first["regions"]) > 1
    [largest] = second["regions"]
    assert largest["box"] in [region["box"] for region in first["regions"]]
    assert third["granularity"] == "pixel" and len(third["regions"]) == 1
    assert [path.name for path in sorted((tmp_path / "answers").iterdir())] == ["01", "02", "03"]
    assert (tmp_path / "answers/03/mask.tif").is_file() and not (
        tmp_path / "answers/01/mask.tif"
    ).exists()


def test_it_goes_on_with_what_was_asked_before_and_begins_anew_when_told(
    airport: Path, talk: Talk
) -> None:
    assert talk(TALK[:1], airport)[0] == 0
    code, out, err = talk(["and the largest of them?"], airport)
    assert code == 0 and f"continuing after '{TALK[0]}'" in err
    assert "one airplane" in out
    code, _, err = talk(["segment those"], airport, "--new")
    assert code == 2 and "continuing" not in err
    assert "geomag: " in err and "Traceback" not in err


def test_orders(airport: Path, talk: Talk, tmp_path: Path) -> None:
    before = ["/save", "/undo", *TALK[:1], "/history", "/save", f"/save {tmp_path / 'kept'}"]
    orders = [*before, "/undo", "/what", "", "/history", "/quit", "lost"]
    code, out, err = talk(orders, airport)
    assert code == 0
    assert out.count("airplane") >= 1 and "lost" not in out
    assert "there is no answer yet" in err and "there is nothing to undo" in err
    assert f"1  {TALK[0]}" in err and err.count(f"1  {TALK[0]}") == 1
    assert "name the folder: /save DIR" in err
    assert (tmp_path / "kept/answer.json").is_file() and str(tmp_path / "kept/answer.json") in err
    assert f"dropped: {TALK[0]}" in err
    assert "/history lists the questions" in err
    assert "continuing" not in talk(["/quit"], airport)[2]


def test_one_bad_line_is_one_refusal(airport: Path, talk: Talk) -> None:
    lines = b"segment those\n\xff\xfe?\n" + b"x" * 250_000 + b"\nHow many airplanes?\n"
    code, out, _ = talk(lines, airport, "--json")
    assert code == 2
    rows = [json.loads(line) for line in out.splitlines()]
    assert ["error" in row for row in rows] == [True, True, True, False]
    assert all(len(row["question"]) <= 1000 for row in rows)


def test_an_answer_that_cannot_be_kept_is_told_all_the_same(
    airport: Path, talk: Talk, disk: Callable[[int], Disk]
) -> None:
    full = disk(16 << 10)
    (full.path / "taken").write_bytes(bytes(16 << 10))
    code, out, err = talk(TALK[:1] * 2, airport, "--out", full.path / "answers")
    assert code == 2
    assert out.count("airplane") >= 2
    assert err.count("the disk is full") == 2 and "Traceback" not in err
    full.grow(1 << 20)
    assert talk(TALK[1:2], airport, "--out", full.path / "answers")[0] == 0


def test_beside_a_picture_that_lies_where_nothing_may_be_written(
    airport: Path,
    talk: Talk,
    disk: Callable[[int], Disk],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    place = disk(8 << 20)
    there = place.path / airport.name
    there.write_bytes(airport.read_bytes())
    place.lock(True)
    assert talk(TALK[:1], there)[0] == 0
    assert "continuing" in talk(TALK[1:2], there)[2]
    [kept] = (tmp_path / "home/geomagnifier/chats").iterdir()
    assert kept.name.startswith("airport.tif-")


def test_beside_a_picture_in_a_folder_of_everybody(
    airport: Path, talk: Talk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    there = shared / airport.name
    there.write_bytes(airport.read_bytes())
    assert talk(TALK[:1], there)[0] == 0
    assert "continuing" in talk(TALK[1:2], there)[2]
    assert [path.name for path in shared.iterdir()] == [airport.name]
    assert len(list((tmp_path / "home/geomagnifier/chats").iterdir())) == 1


def test_nothing_is_kept_where_that_is_not_wanted(airport: Path, talk: Talk) -> None:
    assert talk(TALK[:2], airport, "--no-save")[0] == 0
    kept = Path(f"{airport}.chat.jsonl")
    assert not kept.exists()
    assert talk(TALK[:1], airport)[0] == 0
    before = kept.read_bytes()
    code, _, err = talk(["and the largest of them?"], airport, "--no-save", "--new")
    assert code == 2 and "continuing" not in err and kept.read_bytes() == before


COMMAND = """
import signal, sys
# A process that is started in the background ignores SIGINT.
signal.signal(signal.SIGINT, signal.default_int_handler)
from geomagnifier.cli.main import main
main()
"""


def test_at_a_terminal(airport: Path) -> None:
    person, terminal = pty.openpty()
    words = [sys.executable, "-c", COMMAND, "chat", str(airport)]
    seen = ""

    def until(words: str, running: subprocess.Popen[bytes], pressed: bool = False) -> None:
        """Read on to these words.

        Pressed: Ctrl-C, again and again, as Python may miss one that comes with the prompt.
        """
        nonlocal seen
        end = time.monotonic() + 300
        while words not in seen and time.monotonic() < end:
            if pressed:
                running.send_signal(signal.SIGINT)
            if select.select([person], [], [], 0.02 if pressed else 0.5)[0]:
                seen += os.read(person, 4096).decode(errors="replace")
        before, found, seen = seen.partition(words)
        assert found, before

    with subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal) as running:
        os.close(terminal)
        try:
            until("/undo", running)
            until("> ", running)
            os.write(person, b"How many airplanes are there?\n")
            until("There are", running)  # the answer, not the question as it is shown
            until("> ", running)
            until("> ", running, pressed=True)
            os.write(person, b"segment the swimming pool of the moon\n/quit\n")
            assert running.wait(300) == 0
        finally:
            running.kill()
            os.close(person)

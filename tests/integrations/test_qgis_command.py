"""What of the QGIS plugin needs no QGIS.

Finding geomag, running it, and rectangles and points of the map as pixels.
"""

import os
import sys
import time
from pathlib import Path

import pytest

from qgis_plugin import command as plugin_command


@pytest.fixture
def command():
    return plugin_command


def test_geomag_is_found_by_setting_environment_and_path(command, tmp_path, monkeypatch):
    places = []
    for name in ("set", "named", "path"):
        place = tmp_path / name / "geomag"
        place.parent.mkdir()
        place.write_text("#!/bin/sh\n")
        place.chmod(0o755)
        places.append(str(place))
    monkeypatch.setenv("GEOMAG_COMMAND", places[1])
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    assert command.find(places[0]) == places[0]
    assert command.find(" ") == places[1]
    monkeypatch.delenv("GEOMAG_COMMAND")
    assert command.find() == places[2]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command.find() is None
    assert command.find(own="/profile/geomag") == "/profile/geomag"
    with pytest.raises(command.CommandError, match="nowhere is not a command"):
        command.find("/nowhere")


def test_what_is_qgis_own_is_not_handed_on(command, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/qgis")
    monkeypatch.setenv("PROJ_LIB", "/qgis/proj")
    monkeypatch.setenv("HTTPS_PROXY", "kept")
    handed = command.environment()
    assert (
        "PYTHONHOME" not in handed and "PROJ_LIB" not in handed and handed["HTTPS_PROXY"] == "kept"
    )
    assert os.environ["PYTHONHOME"] == "/qgis"


def test_progress_warnings_and_errors_are_told_apart(command):
    moved, warned = [], []
    code = (
        "import sys; e = sys.stderr\nprint('geomag: 1 of 4 windows', file=e); print('geomag:"
        " warning: no CRS', file=e); print('geomag: 4 of 4 windows', file=e)\nprint('Grüße, 船',"
        " file=e)"
    )
    assert command.run([sys.executable, "-c", code], moved.append, warned.append)
    assert (moved, warned) == ([0.25, 1.0], ["no CRS"])
    with pytest.raises(command.CommandError, match=r"^it is broken$"):
        command.run(
            [
                sys.executable,
                "-c",
                "import sys; print('geomag: it is broken', file=sys.stderr); sys.exit(2)",
            ]
        )
    words = [sys.executable, "-m", "geomagnifier", "ask", "a.tif", "b", "--no-such-thing"]
    with pytest.raises(command.CommandError, match=r"^No such option: --no-such-thing.*is older"):
        command.run(words)
    with pytest.raises(command.CommandError, match="ended with 3 and said nothing"):
        command.run([sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(command.CommandError, match="cannot be run"):
        command.run(["/nowhere/geomag"])


def test_lines_of_stdout_are_told(command):
    told = []
    code = "import sys; print('Collecting torch'); print('geomag: no', file=sys.stderr)"
    assert command.run([sys.executable, "-c", code], tell=told.append)
    assert told == ["Collecting torch"]


@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
def alive(process: str) -> bool:
    """Whether it runs; an orphan that ended may still wait to be reaped."""
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_a_stopped_run_ends_what_it_started(command, tmp_path):
    (tmp_path / "run.py").write_text(
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    told = []
    words = [sys.executable, str(tmp_path / "run.py")]
    assert not command.run(words, tell=told.append, stopped=lambda: bool(told))
    end = time.monotonic() + 20  # it was told to end; that takes its time on a busy machine
    while alive(told[0]) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(told[0])


def test_a_stopped_run_leaves_no_process(command, monkeypatch):
    ended = []
    end = command._end
    monkeypatch.setattr(
        command, "_end", lambda process: (end(process), ended.append(process.poll()))
    )
    assert not command.run(
        [sys.executable, "-c", "import time; time.sleep(600)"], stopped=lambda: True
    )
    assert len(ended) == 1 and ended[0] is not None


@pytest.mark.parametrize(
    ("transform", "bounds", "box"),
    [
        (
            (500_000, 0.5, 0, 5_000_000, 0, -0.5),
            (500_010, 4_999_980, 500_030, 4_999_990),
            (20, 20, 60, 40),
        ),
        ((500_000, 0.5, 0, 5_000_000, 0, -0.5), (0, 0, 1e9, 1e9), (0, 0, 100, 80)),
        (
            (0, 0, 1, 0, 1, 0),
            (10, 20, 30, 50),
            (20, 10, 50, 30),
        ),  # turned by a quarter: x is down the rows
        (None, (10, -40, 30, -20), (10, 20, 30, 40)),  # as QGIS shows a picture without a place
    ],
)
def test_rectangles_become_pixels(command, transform, bounds, box):
    assert command.pixel_box(bounds, transform, 100, 80) == box


def test_a_rectangle_elsewhere_is_refused(command):
    with pytest.raises(command.CommandError, match="lies outside the raster"):
        command.pixel_box((10, 10, 20, 20), None, 100, 80)


@pytest.mark.parametrize(
    ("transform", "point", "pixel"),
    [
        ((500_000, 0.5, 0, 5_000_000, 0, -0.5), (500_010.25, 4_999_980), (20.5, 40)),
        ((0, 0, 1, 0, 1, 0), (10, 20), (20, 10)),  # turned by a quarter
        (None, (10, -40), (10, 40)),
    ],
)
def test_points_become_pixels(command, transform, point, pixel):
    assert command.pixel_point(*point, transform, 100, 80) == pixel
    with pytest.raises(command.CommandError, match="lies outside the raster"):
        command.pixel_point(-1e7, -1e7, transform, 100, 80)


def test_the_command_tells_a_program_how_far_it_is(monkeypatch, capfd):
    from geomagnifier.cli.progress import progress_bar

    monkeypatch.setenv("GEOMAG_PROGRESS", "lines")
    with progress_bar() as move:
        move(3, 17)
    assert capfd.readouterr().err == "geomag: 3 of 17 windows\n"

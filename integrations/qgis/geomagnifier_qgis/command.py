"""Run the command `geomag` as a process: QGIS's Python is not the one that has the package.

Nothing of QGIS is imported here.
"""

import math
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress

FOREIGN = ("PYTHONHOME", "PYTHONPATH", "GDAL_DATA", "GDAL_DRIVER_PATH", "PROJ_LIB", "PROJ_DATA")
"""Environment variables that QGIS sets for itself and that would break another Python's GDAL."""

STEP = re.compile(r"geomag: (\d+) of (\d+) \w+$")
FRAME = "│╭╮╰╯─ "
"""What geomag draws round an error about its options."""
WARNING, ERROR = "geomag: warning: ", "geomag: "
PATIENCE = 5
"""Seconds from terminating a process to killing it."""


class CommandError(Exception):
    """The command failed; the message says in one line what to do."""


def find(setting="", own=None):
    """Find the path of geomag.

    From the setting, else from GEOMAG_COMMAND, else on the PATH, else in the plugin's own
    environment.

    Args:
        setting: a path, or "".
        own: path of geomag in the plugin's own environment, None without one.

    Returns:
        the path, or None where nothing was named and nothing is there.

    Raises:
        CommandError: what was named is not a command.
    """
    named = setting.strip() or os.environ.get("GEOMAG_COMMAND", "").strip()
    found = shutil.which(os.path.expanduser(named or "geomag"))
    if found is not None:
        return found
    if named:
        raise CommandError(
            f"{named} is not a command; correct it under Settings > Options > Processing >"
            " Providers > geomagnifier, or in the environment variable GEOMAG_COMMAND; left empty,"
            " geomag is looked for on PATH, and else installed for QGIS alone"
        )
    return own


def environment():
    """Environment of the process: QGIS's own without `FOREIGN`, and with progress in lines."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {
        **kept,
        "GEOMAG_PROGRESS": "lines",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUNBUFFERED": "1",
    }


def run(words, move=None, warn=None, stopped=None, tell=None):
    """Run a command to its end.

    Args:
        words: the command and its arguments.
        move: called with the share of the work that is done, 0 to 1.
        warn: called with each warning.
        stopped: called a few times a second; True ends the process and those that it started.
        tell: called with each line of stdout; None throws stdout away.

    Returns:
        False where it was stopped.

    Raises:
        CommandError: the command failed; its last line is the message.
    """
    alone = (
        {"creationflags": subprocess.CREATE_NO_WINDOW}
        if sys.platform == "win32"
        else {"start_new_session": True}
    )
    try:
        process = subprocess.Popen(
            [str(word) for word in words],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if tell is None else subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            **alone,
        )
    except OSError as error:
        raise CommandError(f"{words[0]} cannot be run: {error.strerror}") from error
    lines = queue.Queue()
    streams = [stream for stream in (process.stderr, process.stdout) if stream is not None]
    readers = [
        threading.Thread(target=_read, args=(stream, lines, stream is process.stdout), daemon=True)
        for stream in streams
    ]
    for reader in readers:
        reader.start()
    said, open_streams = [], len(streams)
    try:
        while open_streams:
            line, out = _next(lines)
            if stopped is not None and stopped():
                return False
            if line is None:
                open_streams -= 1
                continue
            if out:
                tell(line)
                continue
            step = STEP.match(line)
            if step:
                if move is not None:
                    move(min(1.0, int(step[1]) / max(1, int(step[2]))))
            elif line.startswith(WARNING):
                if warn is not None:
                    warn(line[len(WARNING) :])
            elif line := line.strip(FRAME):
                said.append(line[len(ERROR) :] if line.startswith(ERROR) else line)
        code = process.wait()
    finally:
        _end(process)
        for reader, stream in zip(readers, streams):
            reader.join(PATIENCE)
            stream.close()
    if code:
        reason = said[-1] if said else f"{words[0]} ended with {code} and said nothing"
        older = f"; {words[0]} is older than the plugin: bring geomagnifier up to date"
        raise CommandError(reason + (older if reason.startswith("No such option") else ""))
    return True


def _read(stream, lines, out):
    for line in stream:
        lines.put((line.rstrip(), out))
    lines.put((None, out))


def _next(lines):
    """(line, whether it is of stdout); the line is "" where none came for a while, None at the end
    of a stream.
    """
    try:
        return lines.get(timeout=0.2)
    except queue.Empty:
        return "", False


def _end(process):
    """End a process, and where the system has process groups those that it started."""
    if process.poll() is None:
        _signal(process, signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
            process.wait()


def _signal(process, number):
    if sys.platform == "win32":
        process.kill() if number != signal.SIGTERM else process.terminate()
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def pixel_box(bounds, transform, width, height):
    """Box of whole pixels that covers a rectangle of the map, for --box.

    Args:
        bounds: (x minimum, y minimum, x maximum, y maximum) in the CRS of the raster.
        transform: GDAL's geotransform of the raster, (c, a, b, f, d, e); None without one, where
            QGIS shows the raster with y upwards from 0 at its top.
        width: of the raster, px.
        height: of the raster, px.

    Raises:
        CommandError: the rectangle is outside the raster.
    """
    corners = [_pixel(x, y, transform) for x in bounds[0::2] for y in bounds[1::2]]
    columns, rows = zip(*corners)
    x0, y0 = max(0, math.floor(min(columns) + 1e-6)), max(0, math.floor(min(rows) + 1e-6))
    x1, y1 = min(width, math.ceil(max(columns) - 1e-6)), min(height, math.ceil(max(rows) - 1e-6))
    if x0 >= x1 or y0 >= y1:
        raise CommandError(
            "the rectangle lies outside the raster; draw it on the layer that is asked about"
        )
    return x0, y0, x1, y1


def pixel_point(x, y, transform, width, height):
    """Pixel at a point of the map, for --point: (column, row), with fractions.

    Args:
        x: in the CRS of the raster.
        y: in the CRS of the raster.
        transform: as of `pixel_box`.
        width: of the raster, px.
        height: of the raster, px.

    Raises:
        CommandError: the point is outside the raster.
    """
    column, row = _pixel(x, y, transform)
    if not (0 <= column < width and 0 <= row < height):
        raise CommandError("the point lies outside the raster; click on the layer that is asked")
    return column, row


def _pixel(x, y, transform):
    c, a, b, f, d, e = transform or (0, 1, 0, 0, 0, -1)
    x, y, det = x - c, y - f, a * e - b * d
    return (e * x - b * y) / det, (a * y - d * x) / det

"""Run the command `geomag` as a process: QGIS's Python is not the one that has the package.

Nothing of QGIS is imported here.
"""

import math
import os
import queue
import re
import shutil
import subprocess
import sys
import threading

FOREIGN = ("PYTHONHOME", "PYTHONPATH", "GDAL_DATA", "GDAL_DRIVER_PATH", "PROJ_LIB", "PROJ_DATA")
"""Environment variables that QGIS sets for itself and that would break another Python's GDAL."""

STEP = re.compile(r"geomag: (\d+) of (\d+) windows$")
WARNING, ERROR = "geomag: warning: ", "geomag: "
PATIENCE = 5
"""Seconds from terminating a process to killing it."""


class CommandError(Exception):
    """The command failed; the message says in one line what to do."""


def find(setting=""):
    """Find the path of geomag: from the setting, else from GEOMAG_COMMAND, else on the PATH.

    Raises:
        CommandError: there is none.
    """
    named = setting.strip() or os.environ.get("GEOMAG_COMMAND", "").strip()
    found = shutil.which(os.path.expanduser(named or "geomag"))
    if found is None:
        reason = f"{named} is not a command" if named else "the command geomag is not on PATH"
        raise CommandError(
            f"{reason}; install it (pip install geomagnifier) and say where it lies under Settings"
            " > Options > Processing > Providers > geomagnifier, or in the environment variable"
            " GEOMAG_COMMAND"
        )
    return found


def environment():
    """Environment of the process: QGIS's own without `FOREIGN`, and with progress in lines."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {
        **kept,
        "GEOMAG_PROGRESS": "lines",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUNBUFFERED": "1",
    }


def run(words, move=None, warn=None, stopped=None):
    """Run a command to its end.

    Args:
        words: the command and its arguments.
        move: called with the share of the work that is done, 0 to 1.
        warn: called with each warning.
        stopped: called a few times a second; True kills the process.

    Returns:
        False where it was stopped.

    Raises:
        CommandError: the command failed; its last line is the message.
    """
    hidden = {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}
    try:
        process = subprocess.Popen(
            [str(word) for word in words],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            **hidden,
        )
    except OSError as error:
        raise CommandError(f"{words[0]} cannot be run: {error.strerror}") from error
    lines = queue.Queue()
    reader = threading.Thread(target=_read, args=(process.stderr, lines), daemon=True)
    reader.start()
    said = []
    try:
        while (line := _next(lines)) is not None:
            if stopped is not None and stopped():
                return False
            step = STEP.match(line)
            if step:
                if move is not None:
                    move(min(1.0, int(step[1]) / max(1, int(step[2]))))
            elif line.startswith(WARNING):
                if warn is not None:
                    warn(line[len(WARNING) :])
            elif line:
                said.append(line[len(ERROR) :] if line.startswith(ERROR) else line)
        code = process.wait()
    finally:
        _end(process)
        reader.join(PATIENCE)
        process.stderr.close()
    if code:
        raise CommandError(said[-1] if said else f"{words[0]} ended with {code} and said nothing")
    return True


def _read(stream, lines):
    for line in stream:
        lines.put(line.rstrip())
    lines.put(None)


def _next(lines):
    """The next line, "" where none came for a while, None at the end."""
    try:
        return lines.get(timeout=0.2)
    except queue.Empty:
        return ""


def _end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


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
    c, a, b, f, d, e = transform or (0, 1, 0, 0, 0, -1)
    det = a * e - b * d
    corners = [(x - c, y - f) for x in bounds[0::2] for y in bounds[1::2]]
    columns = [(e * x - b * y) / det for x, y in corners]
    rows = [(a * y - d * x) / det for x, y in corners]
    x0, y0 = max(0, math.floor(min(columns) + 1e-6)), max(0, math.floor(min(rows) + 1e-6))
    x1, y1 = min(width, math.ceil(max(columns) - 1e-6)), min(height, math.ceil(max(rows) - 1e-6))
    if x0 >= x1 or y0 >= y1:
        raise CommandError(
            "the rectangle lies outside the raster; draw it on the layer that is asked about"
        )
    return x0, y0, x1, y1

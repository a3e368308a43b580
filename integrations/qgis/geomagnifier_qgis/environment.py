"""The plugin's own environment: a venv in the QGIS profile, with geomagnifier in it.

It is made where no `geomag` is found. QGIS's own Python is left as it is. Nothing of QGIS is
imported here.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import command

OLDEST = (3, 11)
"""The oldest Python that geomagnifier runs on."""
PACKAGE = "geomagnifier[archive]"
"""What is installed: the command, and what its search over archives needs."""
READY = "ready.txt"
"""File that is written last; a folder without it was left by an installation that did not end."""
PROBE = "import ensurepip, sys, venv; print(*sys.version_info[:2])"
STEPS = 30
"""Lines of pip of a usual installation; of the progress that is shown."""


def geomag(folder):
    """Path of geomag in a finished environment, None where there is none.

    Args:
        folder: of the environment.
    """
    folder = Path(folder)
    path = _program(folder, "geomag")
    return str(path) if (folder / READY).is_file() and path.is_file() else None


def make(folder, package="", say=None, move=None, stopped=None):
    """Make the environment, and install geomagnifier into it.

    Args:
        folder: of the environment; what an earlier try left there is deleted.
        package: what pip installs, such as a wheel's path; "" for `PACKAGE`.
        say: called with each line about what is being done.
        move: called with the share of the work that is done, 0 to 1; a guess.
        stopped: called a few times a second; True ends it, and deletes the folder.

    Returns:
        the path of geomag; None where it was stopped.

    Raises:
        CommandError: no Python fits, or a step failed; nothing is left of it.
    """
    say, move = say or (lambda line: None), move or (lambda share: None)
    folder, package = Path(folder), package.strip() or PACKAGE
    python = find_python()
    say(f"geomag is not installed; it is set up in {folder}, for QGIS alone, once")
    say(f"Python: {python}")
    lines = [0]

    def told(line):
        lines[0] += 1
        move(min(0.95, 0.1 + 0.85 * lines[0] / (lines[0] + STEPS)))
        if line.startswith(("Collecting", "Downloading", "  Downloading", "Installing", "Success")):
            say(line.strip())

    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        own = str(_program(folder, "python"))
        install = [own, "-m", "pip", "install", "--disable-pip-version-check"]
        steps = (
            ("making the environment", [python, "-m", "venv", str(folder)]),
            (f"installing {package} with pip", [*install, "--progress-bar", "off", package]),
            ("trying it", [str(_program(folder, "geomag")), "--version"]),
        )
        for doing, words in steps:
            say(doing)
            if not command.run(words, stopped=stopped, tell=told):
                shutil.rmtree(folder, ignore_errors=True)
                return None
        (folder / READY).write_text(f"{package}\n", encoding="utf-8")
    except (command.CommandError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise command.CommandError(
            f"geomag could not be set up in {folder}: {error}; with pip install geomagnifier in a"
            " Python of your own, and the path of geomag under Settings > Options > Processing >"
            " Providers > geomagnifier, the plugin takes that one"
        ) from error
    move(1.0)
    return geomag(folder)


def find_python(candidates=None):
    """Path of a Python that can make the environment: QGIS's own one, else one on PATH.

    Args:
        candidates: paths or names that are tried in turn; None for the usual ones.

    Raises:
        CommandError: none is there, or all are too old or without venv.
    """
    tried = []
    for candidate in _usual() if candidates is None else candidates:
        path = shutil.which(str(candidate))
        if path is None or path in (one for one, _ in tried):
            continue
        found = _version(path)
        if found is not None and found >= OLDEST:
            return path
        tried.append((path, found))
    oldest = ".".join(map(str, OLDEST))
    seen = "; ".join(
        f"{path} is {'without venv' if version is None else '.'.join(map(str, version))}"
        for path, version in tried
    )
    raise command.CommandError(
        f"geomagnifier needs Python {oldest} or later with the module venv, and none was found"
        f"{f' ({seen})' if seen else ''}; install one (on Debian and Ubuntu: apt install"
        " python3-venv)"
    )


def _usual():
    """QGIS's own Python first. `sys.executable` is QGIS itself on Windows and on macOS."""
    inside = Path(sys.exec_prefix)
    yield from (inside / "python3.exe", inside / "python.exe", inside / "bin" / "python3")
    if Path(sys.executable or "").name.startswith("python"):
        yield sys.executable
    yield from ("python3", "python3.13", "python3.12", "python3.11", "python", "py")


def _version(path):
    """(major, minor) of a Python that has venv and pip, else None."""
    try:
        said = subprocess.run(
            [path, "-c", PROBE],
            env=command.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        major, minor = said.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _program(folder, name):
    return folder / "Scripts" / f"{name}.exe" if os.name == "nt" else folder / "bin" / name

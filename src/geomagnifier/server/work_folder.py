"""The folder in which a running service keeps uploads and answers, locked while it runs."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from stat import S_ISDIR

from geomagnifier.errors import OutputError
from geomagnifier.folder_lock import locked

PREFIX = "geomag-serve-"
"""Beginning of the name of every work folder."""
LOCK = ".lock.sqlite"
"""File in a work folder that its service holds locked."""


def make_work_folder(parent: Path) -> tuple[Path, ExitStack]:
    """Make a work folder and lock it.

    Returns:
        The folder, and what holds its lock: while it is open, `remove_abandoned` of no other
        service takes the folder for one that was left behind.

    Raises:
        OSError: the folder cannot be made.
    """
    lock = ExitStack()
    # Hidden until it is locked, so that no other service can find it unlocked and remove it.
    new = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=parent))
    try:
        lock.enter_context(locked(new / LOCK, OutputError(f"{new} is used by another process")))
        (new / "uploads").mkdir()
        return new.rename(parent / new.name.removeprefix(".")), lock
    except BaseException:
        lock.close()
        shutil.rmtree(new, ignore_errors=True)
        raise


def remove_abandoned(parent: Path, hours: float) -> None:
    """Remove the work folders of services that were killed.

    A folder goes at once where nobody holds its lock, and by its age where it has no lock file.

    Args:
        parent: folder that holds the work folders.
        hours: age of a folder without a lock file from which it is removed.
    """
    for folder in (*parent.glob(f"{PREFIX}*"), *parent.glob(f".{PREFIX}*")):
        try:
            stat = folder.lstat()
            # The system's temporary folder is for all users: leave links and folders of others.
            foreign = hasattr(os, "geteuid") and stat.st_uid != os.geteuid()
            if not S_ISDIR(stat.st_mode) or foreign:
                continue
            if (folder / LOCK).is_file():
                with locked(folder / LOCK, OutputError("in use")):
                    shutil.rmtree(folder, ignore_errors=True)
            elif time.time() - stat.st_mtime > hours * 3600:
                shutil.rmtree(folder, ignore_errors=True)
        except (OSError, OutputError):
            continue

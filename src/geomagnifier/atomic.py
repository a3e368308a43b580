"""Write all or nothing: files appear under their names only when every one of them is whole.

A process that is killed in between leaves temporary files (`.0123456789ab.NAME`); what is written
into the folder a day later removes them.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from geomagnifier.errors import OutputError

REASONS = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EFBIG: (
        "the disk is full for a file of this size; choose another disk, or allow larger files"
        " (ulimit -f)"
    ),
    errno.EACCES: "it is not writable; choose another folder",
    errno.EPERM: "it is not writable; choose another folder",
    errno.EROFS: "it is on a read-only disk; choose another folder",
    errno.EISDIR: "it is a folder; choose another name",
    errno.ENOTDIR: "a part of it is a file, not a folder; choose another folder",
    errno.EEXIST: "it is a file, not a folder; choose another folder",
}

WORDS = {
    errno.ENOSPC: ("no space left", "disk full", "disk is full"),
    errno.EFBIG: ("file too large",),
}
"""How libraries say in words what they give no number for."""

WRITERS = ("rasterio", "pyogrio", "shapely", "sqlite3")
"""Packages whose errors, raised while writing, mean that a file could not be written."""

TEMPORARY = re.compile(r"\.[0-9a-f]{12}\..+")
STALE = 86_400.0
"""Seconds after which a temporary file is nobody's any more: its process was killed."""

FULL = 16 << 20
"""A disk with fewer bytes free than this is full, whatever GDAL and SQLite complain of: they give
back space before they do.
"""


def output_error(path: Path, error: Exception, full: bool = False) -> OutputError:
    """The error for a file that could not be written.

    Args:
        path: the file.
        error: what the library raised.
        full: the disk was found to be full.
    """
    number = error.errno if isinstance(error, OSError) else None
    text = " ".join(str(error.__cause__ or error).split()) or type(error).__name__
    if number is None:
        number = next(
            (
                known
                for known, words in WORDS.items()
                if any(word in text.lower() for word in words)
            ),
            None,
        )
    if number is None and full:
        number = errno.ENOSPC
    reason = REASONS.get(number or 0) or (error.strerror if isinstance(error, OSError) else None)
    return OutputError(
        f"{path} cannot be written:"
        f" {reason or f'the disk may be full ({text}); free some space, or choose another folder'}"
    )


def check_writable(folder: Path) -> None:
    """Whether files could be written into a folder; leaves nothing behind.

    Raises:
        OutputError: they could not.
    """
    Staging(folder).unmake()


def rename(written: Path, final: Path) -> None:
    """Give a finished file or folder its name, in place of what had it.

    Args:
        written: under its temporary name.
        final: its name.
    """
    os.replace(written, final)


class Staging:
    """Files of one folder, written under temporary names and renamed together at the end.

    On any failure nothing is left.
    """

    def __init__(self, folder: Path, stale: float = STALE) -> None:
        """Make the folder where needed.

        Args:
            folder: where the files will be.
            stale: age, s, from which temporary files of others are those of killed processes; 0
                where nobody else writes.

        Raises:
            OutputError: it is a file, or cannot be written to.
        """
        self.folder, self.stale = folder, stale
        self._mark = f".{uuid.uuid4().hex[:12]}."
        self._names: list[tuple[Path, Path]] = []
        self._outdated: list[Path] = []
        self._made: list[Path] = []
        try:
            self._made = [part for part in (folder, *folder.parents) if not part.exists()]
            folder.mkdir(parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "not writable")
        except OSError as error:
            self.unmake()
            raise output_error(folder, error) from error

    def path(self, name: str) -> Path:
        """A temporary path that becomes `name`."""
        temporary = self.folder / f"{self._mark}{name}"
        self._names.append((temporary, self.folder / name))
        return temporary

    def scratch(self, name: str) -> Path:
        """A temporary path that is thrown away."""
        return self.folder / f"{self._mark}scratch.{name}"

    def outdate(self, names: Iterable[str]) -> None:
        """Files of an earlier writing that are removed when the new ones are in place.

        Those that are written anew stay.
        """
        self._outdated += [self.folder / name for name in names]

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        told: OutputError | None = None
        try:
            if error is None:
                self._rename()
            elif isinstance(error, OSError) or (
                isinstance(error, Exception) and type(error).__module__.partition(".")[0] in WRITERS
            ):
                told = output_error(
                    self._names[-1][1] if self._names else self.folder, error, self._is_full()
                )
                told = OutputError(
                    str(told).replace(self._mark, "")
                )  # temporary names mean nothing to a person
        finally:
            for left in self.folder.glob(f"{self._mark}*"):
                left.unlink(missing_ok=True)
            if error is not None:
                self.unmake()
        if told is not None:
            raise told from error

    def _is_full(self) -> bool:
        """Whether there is less room than what was written already takes."""
        try:
            held = sum(path.stat().st_size for path in self.folder.glob(f"{self._mark}*"))
            return shutil.disk_usage(self.folder).free < max(FULL, held)
        except OSError:  # the folder itself has gone
            return False

    def _rename(self) -> None:
        final = self.folder
        try:
            for temporary, final in self._names:
                rename(temporary, final)
            for final in {*self._outdated} - {final for _, final in self._names}:
                final.unlink(missing_ok=True)
        except OSError as problem:
            raise output_error(final, problem) from problem
        self._sweep()

    def _sweep(self) -> None:
        """Remove what processes that were killed have left here.

        By itself a day later, as another may still be writing.
        """
        before = time.time() - self.stale
        with os.scandir(
            self.folder
        ) as entries:  # no Path for each: a folder may hold a hundred thousand scenes
            left = [
                entry
                for entry in entries
                if entry.name.startswith(".") and TEMPORARY.fullmatch(entry.name)
            ]
        for entry in left:
            try:
                if entry.is_file() and entry.stat().st_mtime < before:
                    os.unlink(entry)
            except OSError:  # another has been quicker, or it is not ours
                continue

    def unmake(self) -> None:
        """Remove the folders that were made for the files, where they are still empty."""
        for folder in self._made:
            try:
                folder.rmdir()
            except OSError:  # it was never made, or someone else has put a file there
                continue

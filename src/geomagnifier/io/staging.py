"""Write all or nothing: files appear under their names only when every one of them is whole."""

from __future__ import annotations

import errno
import os
import uuid
from pathlib import Path
from types import TracebackType

from geomagnifier.errors import OutputError

REASONS = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EACCES: "it is not writable; choose another folder",
    errno.EPERM: "it is not writable; choose another folder",
    errno.EROFS: "it is on a read-only disk; choose another folder",
    errno.EISDIR: "it is a folder; choose another name",
    errno.ENOTDIR: "a part of it is a file, not a folder; choose another folder",
    errno.EEXIST: "it is a file, not a folder; choose another folder",
}

WRITERS = ("rasterio", "pyogrio", "shapely")
"""Packages whose errors, raised while writing, mean that a file could not be written."""


def output_error(path: Path, error: Exception) -> OutputError:
    """What to tell a person about a file that could not be written."""
    number = error.errno if isinstance(error, OSError) else None
    text = " ".join(str(error.__cause__ or error).split())
    if number is None and ("no space left" in text.lower() or "disk full" in text.lower()):
        number = errno.ENOSPC
    reason = REASONS.get(number or 0) or (error.strerror if isinstance(error, OSError) else None) or text or type(error).__name__
    return OutputError(f"{path} cannot be written: {reason}")


class Staging:
    """Files of one folder, written under temporary names and renamed together at the end; on any failure nothing is left."""

    def __init__(self, folder: Path) -> None:
        """Make the folder where needed.

        Raises:
            OutputError: it is a file, or cannot be written to.
        """
        self.folder = folder
        self._mark = f".{uuid.uuid4().hex[:12]}."
        self._names: list[tuple[Path, Path]] = []
        self._made: list[Path] = []
        try:
            self._made = [part for part in (folder, *folder.parents) if not part.exists()]
            folder.mkdir(parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "not writable")
        except OSError as error:
            self._unmake()
            raise output_error(folder, error) from error

    def path(self, name: str) -> Path:
        """A temporary path that becomes `name`."""
        temporary = self.folder / f"{self._mark}{name}"
        self._names.append((temporary, self.folder / name))
        return temporary

    def scratch(self, name: str) -> Path:
        """A temporary path that is thrown away."""
        return self.folder / f"{self._mark}scratch.{name}"

    def __enter__(self) -> Staging:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None:
                for temporary, final in self._names:
                    try:
                        os.replace(temporary, final)
                    except OSError as problem:
                        raise output_error(final, problem) from problem
        finally:
            for left in self.folder.glob(f"{self._mark}*"):
                left.unlink(missing_ok=True)
            if error is not None:
                self._unmake()
        if isinstance(error, Exception) and (isinstance(error, OSError) or type(error).__module__.partition(".")[0] in WRITERS):
            raise output_error(self._names[-1][1] if self._names else self.folder, error) from error

    def _unmake(self) -> None:
        for folder in self._made:
            try:
                folder.rmdir()
            except OSError:  # it was never made, or someone else has put a file there
                continue

"""Images that clients upload, while they are being received."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from geomagnifier.errors import OutputError, SceneTooLarge, SceneUnreadable
from geomagnifier.retrieval import SUFFIXES

if TYPE_CHECKING:
    from geomagnifier.server.scenes import Card, Library

LONGEST_NAME = 120
"""Most characters of a client's file name that are shown."""


class Upload:
    """An image that is being uploaded, made by `Library.receive`.

    It is written under a temporary name, counted as it grows, and removed if it is not finished.

    Args:
        library: that takes it in.
        name: the file name that the client gives it.
    """

    def __init__(self, library: Library, name: str) -> None:
        self._library, self.name = library, shown_name(name)
        suffix = Path(self.name).suffix.lower()
        stem = secrets.token_urlsafe(16)
        self._path = library.folder / "uploads" / f"{stem}{suffix if suffix in SUFFIXES else ''}"
        self._part = self._path.with_name(f"{stem}.part")
        self._file: IO[bytes] | None = None
        self.bytes = 0

    def __enter__(self) -> Upload:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
        self._part.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Append bytes to the file.

        Raises:
            SceneTooLarge: the file exceeds `Settings.upload_bytes`; the bytes are not written.
            OutputError: the disk is full.
        """
        self.bytes += len(chunk)
        limit = self._library.settings.upload_bytes
        if self.bytes > limit:
            raise SceneTooLarge(
                f"{self.name} is larger than {limit / 1e6:g} MB, the most that is taken here; cut"
                " it, or make a COG of it"
            )
        try:
            if self._file is None:
                self._file = self._part.open("xb")
            self._file.write(chunk)
        except OSError as error:
            raise OutputError(
                f"{self.name} cannot be kept: {error.strerror or 'the disk may be full'}"
            ) from None

    def finish(self) -> Card:
        """Close the file, check that it is an image, and add it to the library.

        Raises:
            SceneError: it is not an image that can be used.
            OutputError: the disk is full.
        """
        if self._file is None:
            raise SceneUnreadable(f"{self.name} is empty; nothing was sent")
        try:
            self._file.close()
            self._part.rename(self._path)
        except OSError as error:
            raise OutputError(
                f"{self.name} cannot be kept: {error.strerror or 'the disk may be full'}"
            ) from None
        try:
            return self._library.keep(self.name, self._path)
        except BaseException:
            self._path.unlink(missing_ok=True)
            raise


def shown_name(name: str) -> str:
    """A client's file name without folders and control characters, shortened if it is long."""
    last = re.split(r"[/\\]", name)[-1]
    return clean(last).strip(". ") or "picture"


def clean(text: str) -> str:
    """Text from a client made fit for one line of a message: printable, and not too long."""
    line = "".join(letter if letter.isprintable() else "�" for letter in text)
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 12]}…{line[-11:]}"

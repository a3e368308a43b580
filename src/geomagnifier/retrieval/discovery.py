"""What there is to be searched.

The pictures of a folder and of the folders in it, or those of a STAC file.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from geomagnifier.errors import GeomagWarning, SceneNotFound, SceneUnreadable, printable
from geomagnifier.export.stac import read_items

SUFFIXES = (".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2")
"""Files that are taken for pictures, whatever the case of their letters."""
COLLECTIONS = (".json", ".geojson")
"""Files that are taken for STAC: an ItemCollection, an Item, a Collection or a Catalog."""


@dataclass(frozen=True)
class Picture:
    """A file, and what a catalogue says of it: when it was taken, and where it lies (WKB)."""

    path: Path
    date: datetime | None = None
    outline: bytes | None = None


@dataclass(frozen=True)
class Gathered:
    """pictures: in a fixed order, each once.

    left_out: what could not be listed, each with the reason.  root: the folder of it all.

    hidden: pictures that were passed over, as they, or a folder that they are in, have a name that
        begins with a dot.
    """

    root: Path
    pictures: tuple[Picture, ...]
    left_out: tuple[tuple[Path, str], ...] = ()
    hidden: int = 0

    def warn(self) -> None:
        """Say how many pictures are hidden, where some are.

        .thumbnails, .Trash, and the ._NAME.tif that macOS leaves beside NAME.tif.
        """
        if self.hidden:
            told = (
                f"{self.hidden:,} hidden picture{'s' if self.hidden > 1 else ''} in"
                f" {printable(str(self.root))} left out (their names"
            )
            warnings.warn(
                f"{told}, or those of their folders, begin with a dot)", GeomagWarning, stacklevel=3
            )


def gather(target: str | os.PathLike[str]) -> Gathered:
    """The pictures of a folder, or of an ItemCollection, Item, Collection or Catalog of STAC.

    Raises:
        SceneNotFound: there is no such folder or file, or no picture in it.
        SceneUnreadable: there is no picture but in folders that may not be listed.
        DataCorrupt: the file is no STAC.
        LibraryMissing: it is a file, and the extra `archive` is not installed.
    """
    path = Path(target)
    if path.suffix.lower() not in COLLECTIONS or path.is_dir():
        closed: list[tuple[Path, str]] = []
        inside, hidden = _listed(path, closed)
        return Gathered(path, tuple(map(Picture, inside)), tuple(closed), hidden)
    if not path.is_file():
        raise SceneNotFound(
            f"{path} does not exist; give a folder of pictures or a STAC ItemCollection, Item or"
            " Catalog"
        )
    items, left_out = read_items(path, SUFFIXES)
    pictures = {item.path: Picture(item.path, item.date, item.outline) for item in items}
    if not pictures:
        why = f"; {left_out[0][1]}" if left_out else ""
        raise SceneNotFound(f"{path} holds no pictures of this machine{why}")
    return Gathered(
        path.parent, tuple(pictures[place] for place in sorted(pictures)), tuple(left_out)
    )


def pictures_in(
    folder: str | os.PathLike[str], closed: list[tuple[Path, str]] | None = None
) -> tuple[Path, ...]:
    """The pictures of a folder and of the folders in it, by name.

    Links to folders are not followed, so that none leads in a circle.

    What is hidden, by a name that begins with a dot, is passed over: previews, rubbish, and what
        macOS leaves beside a picture.

    Args:
        folder: where to look.
        closed: folders that may not be listed are added here, each with the reason.

    Raises:
        SceneNotFound: no such folder, or no picture in it.
        SceneUnreadable: there is no picture but in folders that may not be listed.
    """
    return _listed(Path(folder), [] if closed is None else closed)[0]


def _listed(root: Path, closed: list[tuple[Path, str]]) -> tuple[tuple[Path, ...], int]:
    """As `pictures_in`, with the number of hidden pictures."""
    if not root.is_dir():
        raise SceneNotFound(f"{root} is not a folder; give the folder that holds the pictures")
    everything = sorted(_walked(root, closed))
    found = tuple(
        path
        for path in everything
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    )
    hidden = len(everything) - len(found)
    if not found and closed:
        raise SceneUnreadable(f"{root} shows no pictures; {closed[0][1]}")
    if not found:
        why = (
            f"nothing but {hidden:,} hidden ones (a dot begins their names)"
            if hidden
            else f"looked for {', '.join(SUFFIXES)}"
        )
        raise SceneNotFound(f"{root} holds no pictures; {why}")
    return found, hidden


def _walked(root: Path, closed: list[tuple[Path, str]]) -> Iterator[Path]:
    def note(error: OSError) -> None:
        if not any(part.startswith(".") for part in Path(error.filename).relative_to(root).parts):
            closed.append(
                (
                    Path(error.filename),
                    f"{error.filename} cannot be opened: {error.strerror or error}",
                )
            )

    for base, _, names in os.walk(root, onerror=note):
        yield from (Path(base) / name for name in names if name.lower().endswith(SUFFIXES))

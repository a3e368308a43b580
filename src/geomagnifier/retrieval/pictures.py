"""What there is to be searched: the pictures of a folder and of the folders in it, or those of a STAC file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from geomagnifier.errors import SceneNotFound, SceneUnreadable
from geomagnifier.io.stac import read_items

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
    """pictures: in a fixed order, each once.  left_out: what could not be listed, each with the reason.  root: the folder of it all."""

    root: Path
    pictures: tuple[Picture, ...]
    left_out: tuple[tuple[Path, str], ...] = ()


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
        inside = pictures_in(path, closed)
        return Gathered(path, tuple(map(Picture, inside)), tuple(closed))
    if not path.is_file():
        raise SceneNotFound(f"{path} does not exist; give a folder of pictures or a STAC ItemCollection, Item or Catalog")
    items, left_out = read_items(path, SUFFIXES)
    pictures = {item.path: Picture(item.path, item.date, item.outline) for item in items}
    if not pictures:
        why = f"; {left_out[0][1]}" if left_out else ""
        raise SceneNotFound(f"{path} holds no pictures of this machine{why}")
    return Gathered(path.parent, tuple(pictures[place] for place in sorted(pictures)), tuple(left_out))


def pictures_in(folder: str | os.PathLike[str], closed: list[tuple[Path, str]] | None = None) -> tuple[Path, ...]:
    """The pictures of a folder and of the folders in it, by name; links to folders are not followed, so that none leads in a circle.

    Args:
        folder: where to look.
        closed: folders that may not be listed are added here, each with the reason.

    Raises:
        SceneNotFound: no such folder, or no picture in it.
        SceneUnreadable: there is no picture but in folders that may not be listed.
    """
    root = Path(folder)
    if not root.is_dir():
        raise SceneNotFound(f"{root} is not a folder; give the folder that holds the pictures")
    shut: list[tuple[Path, str]] = []

    def note(error: OSError) -> None:
        shut.append((Path(error.filename), f"{error.filename} cannot be opened: {error.strerror or error}"))

    walk = os.walk(root, onerror=note)
    found = sorted(Path(base) / name for base, _, names in walk for name in names if name.lower().endswith(SUFFIXES))
    if closed is not None:
        closed += shut
    if not found and shut:
        raise SceneUnreadable(f"{root} shows no pictures; {shut[0][1]}")
    if not found:
        raise SceneNotFound(f"{root} holds no pictures; looked for {', '.join(SUFFIXES)}")
    return tuple(found)

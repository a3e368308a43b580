"""List the images of an archive: those of a folder and its subfolders, or of a STAC file."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from geomagnifier.errors import GeomagWarning, SceneNotFound, SceneUnreadable, printable
from geomagnifier.raster.stac_items import read_items

SUFFIXES = (".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2")
"""Suffixes of images, in any case."""
COLLECTIONS = (".json", ".geojson")
"""Suffixes of STAC files: an ItemCollection, an Item, a Collection or a Catalog."""


@dataclass(frozen=True)
class Picture:
    """An image, and what a STAC catalog says of it."""

    path: Path
    """The file; of an image on the network `ITEMS.json#ITEM`."""
    date: datetime | None = None
    """Acquisition date in UTC, or None."""
    outline: bytes | None = None
    """Footprint as WKB, or None."""
    file: Path | None = None
    """The file that changes with the image, where that is not `path`."""


@dataclass(frozen=True)
class Gathered:
    """The images of an archive."""

    root: Path
    """Folder of the archive, or of its STAC file."""
    pictures: tuple[Picture, ...]
    """The images in a fixed order, each once."""
    left_out: tuple[tuple[Path, str], ...] = ()
    """What could not be listed, each with the reason."""
    hidden: int = 0
    """Number of images that were left out because their name, or that of a folder they are in,
    begins with a dot.
    """

    def warn(self) -> None:
        """Warn of hidden images, if there are any.

        They are in .thumbnails or .Trash, or are the ._NAME.tif that macOS leaves beside NAME.tif.
        """
        if self.hidden:
            warnings.warn(
                f"{self.hidden:,} hidden picture{'s' if self.hidden > 1 else ''} in"
                f" {printable(str(self.root))} skipped (their names, or those of their folders,"
                " begin with a dot)",
                GeomagWarning,
                stacklevel=3,
            )


def gather(target: str | os.PathLike[str], asset: str | None = None) -> Gathered:
    """List the images of a folder, or of a STAC ItemCollection, Item, Collection or Catalog.

    Args:
        target: the folder, or the STAC file.
        asset: name of the asset that is taken of each STAC item; None for the likeliest one.

    Raises:
        SceneNotFound: there is no such folder or file, or no image in it.
        SceneUnreadable: the only images, if any, are in folders that may not be listed.
        DataCorrupt: the file is no STAC.
        LibraryMissing: it is a file, and the extra `archive` is not installed.
    """
    if (address := os.fspath(target)).startswith(("http:", "https:")):
        raise SceneNotFound(
            f"{address[:200]} is not a file here; save it first (curl -o items.json ADDRESS), then"
            " give items.json: its items may lie on the network"
        )
    path = Path(target)
    if path.suffix.lower() not in COLLECTIONS or path.is_dir():
        closed: list[tuple[Path, str]] = []
        inside, hidden = _listed(path, closed)
        return Gathered(path, tuple(map(Picture, inside)), tuple(closed), hidden)
    if not path.is_file():
        raise SceneNotFound(
            f"{path} does not exist; give a folder of images or a STAC ItemCollection, Item or"
            " Catalog"
        )
    items, left_out = read_items(path, SUFFIXES, asset)
    pictures = {item.path: Picture(item.path, item.date, item.outline, item.file) for item in items}
    if not pictures:
        why = f"; {left_out[0][1]}" if left_out else ""
        raise SceneNotFound(f"{path} holds no images that can be opened{why}")
    return Gathered(
        path.parent, tuple(pictures[place] for place in sorted(pictures)), tuple(left_out)
    )


def pictures_in(
    folder: str | os.PathLike[str], closed: list[tuple[Path, str]] | None = None
) -> tuple[Path, ...]:
    """List the images of a folder and its subfolders, by name.

    Links to folders are not followed, so that none leads in a circle. Names that begin with a dot
    are left out: previews, deleted files, and what macOS leaves beside an image.

    Args:
        folder: that is searched.
        closed: folders that may not be listed are appended to it, each with the reason.

    Raises:
        SceneNotFound: no such folder, or no image in it.
        SceneUnreadable: the only images, if any, are in folders that may not be listed.
    """
    return _listed(Path(folder), [] if closed is None else closed)[0]


def _listed(root: Path, closed: list[tuple[Path, str]]) -> tuple[tuple[Path, ...], int]:
    """List as `pictures_in` does, and count the hidden images."""
    if not root.is_dir():
        raise SceneNotFound(f"{root} is not a folder; give the folder that holds the images")
    everything = sorted(_walked(root, closed))
    found = tuple(
        path
        for path in everything
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    )
    hidden = len(everything) - len(found)
    if not found and closed:
        raise SceneUnreadable(f"{root} shows no images; {closed[0][1]}")
    if not found:
        why = (
            f"nothing but {hidden:,} hidden ones (a dot begins their names)"
            if hidden
            else f"looked for {', '.join(SUFFIXES)}"
        )
        raise SceneNotFound(f"{root} holds no images; {why}")
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

"""Image files that a label file names: where they are on this machine, and how large."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from PIL import Image

from geomagnifier.raster.dataset import from_path

ORIENTATION = 274
"""EXIF: how a viewer rotates the image. It is not rotated here, nor in a GIS."""


def find(name: object, folders: Sequence[Path]) -> Path:
    r"""The image of a name in the first folder that has it, or in the first one where none has.

    Tools of Windows write "\" between folders; tools of another machine write its whole path, of
    which the last part counts.

    Args:
        name: as the label file has it.
        folders: to look in.

    Raises:
        ValueError: it is no name of a file.
    """
    if not isinstance(name, str) or not name.strip() or "\0" in name:
        raise ValueError("its image has no name")
    written = PurePosixPath(name)
    plain = PurePosixPath(name.replace("\\", "/"))
    inside = [
        one
        for one in (written, plain)
        if not one.is_absolute() and ".." not in one.parts and not re.match(r"[A-Za-z]:", str(one))
    ]
    places = [folder / one for folder in folders for one in (*inside, PurePosixPath(plain.name))]
    if not plain.name or not places:
        raise ValueError(f"{name[:100]!r} names no file")
    return next((place for place in places if is_file(place)), places[0])


def is_file(path: Path) -> bool:
    """Whether an ordinary file is there; a name that is too long is none."""
    with suppress(OSError, ValueError):
        return path.is_file()
    return False


def size_of(path: Path) -> tuple[int, int]:
    """(width, height) px, as the image will be read.

    Raises:
        SceneError: it cannot be read.
    """
    source = from_path(path)
    try:
        return int(source.dataset.width), int(source.dataset.height)
    finally:
        source.close()


def is_turned(path: Path) -> bool:
    """Whether viewers rotate the image, so that labels drawn in one may lie on other pixels."""
    with suppress(Exception), Image.open(path) as picture:  # Pillow does not read all formats
        return picture.getexif().get(ORIENTATION, 1) not in (0, 1)
    return False

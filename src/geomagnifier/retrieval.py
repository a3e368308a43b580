"""Search a folder of pictures by words or by a picture: every picture as a vector, the likest first.

Vectors are worked out anew for each search; an index on disk is for archives.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geomagnifier.errors import GeomagError, SceneError, SceneNotFound, SceneUnreadable
from geomagnifier.io.scene import open_scene
from geomagnifier.pipeline import embed
from geomagnifier.protocol import Model
from geomagnifier.values import Floats

SUFFIXES = (".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2")
"""Files that are taken for pictures, whatever the case of their letters."""


@dataclass(frozen=True)
class Hit:
    """A picture and how alike it is to what was looked for: the cosine of their vectors, -1 to 1."""

    path: Path
    score: float


@dataclass(frozen=True, eq=False)
class Hits:
    """hits: best first.  unreadable: pictures and folders that could not be opened, each with the reason."""

    hits: tuple[Hit, ...]
    unreadable: tuple[tuple[Path, str], ...] = ()


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


def search(folder: str | os.PathLike[str], query: Floats, model: Model, progress: Callable[[int, int], object] | None = None) -> Hits:
    """Rank the pictures of a folder by likeness.

    Args:
        folder: searched with the folders in it.
        query: (D,) of `embed`, of words or of a picture.
        model: that made the query.
        progress: called with (pictures done, pictures in all).

    Raises:
        SceneNotFound: no such folder, or no picture in it.
        SceneError: none of the pictures could be read; the message gives the first reason.
    """
    closed: list[tuple[Path, str]] = []
    paths = pictures_in(folder, closed)
    hits: list[Hit] = []
    unreadable: list[tuple[Path, str]] = []
    for done, path in enumerate(paths, 1):
        try:
            with open_scene(path) as scene:
                hits.append(Hit(path, float(np.dot(embed(scene, model), query))))
        except GeomagError as error:
            unreadable.append((path, str(error)))
        if progress is not None:
            progress(done, len(paths))
    if not hits:
        raise SceneError(f"none of the {len(paths)} pictures in {folder} could be read; the first: {unreadable[0][1]}")
    return Hits(tuple(sorted(hits, key=lambda hit: (-hit.score, hit.path))), (*unreadable, *closed))

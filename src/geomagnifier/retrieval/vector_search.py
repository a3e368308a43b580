"""Search an archive, with its index or, without one, by embedding its images first.

Both give the same hits.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from geomagnifier.errors import SceneError
from geomagnifier.export.search_hit import Hit
from geomagnifier.model_protocol import Model
from geomagnifier.retrieval.discovery import gather
from geomagnifier.retrieval.embeddings import Progress, embed_pictures, header_of
from geomagnifier.retrieval.index import is_index, open_index
from geomagnifier.retrieval.query import SearchQuery


@dataclass(frozen=True, eq=False)
class Hits:
    """The result of a search."""

    hits: tuple[Hit, ...]
    """Hits, best first."""
    unreadable: tuple[tuple[Path, str], ...] = ()
    """Images and folders that could not be opened, each with the reason."""
    pictures: int = 0
    """Number of images that were searched."""
    complete: bool = True
    """False where an index does not hold all of its archive yet."""


def search(
    target: str | os.PathLike[str],
    wanted: SearchQuery,
    model: Model,
    top: int | None = None,
    progress: Progress | None = None,
) -> Hits:
    """Search an archive for the images that fit a query, the most similar or nearest first.

    Args:
        target: an index, a folder (with its subfolders), or a STAC file.
        wanted: the query.
        model: that made its vector.
        top: most hits, None for all.
        progress: called with (images done, images in all) where there is no index.

    Raises:
        SceneNotFound: no such folder, or no image in it.
        SceneError: none of the images could be read; the message gives the first reason.
        IndexForeign: the index was made by another model.
        SearchIndexError: the index is damaged.
    """
    if is_index(target):
        index = open_index(target)
        if wanted.vector is not None:
            index.check(model)
        return Hits(
            tuple(index.search(wanted, top)),
            index.unreadable(),
            index.pictures,
            index.manifest.complete,
        )
    found = gather(target)
    found.warn()
    hits: list[Hit] = []
    unreadable: list[tuple[Path, str]] = []
    each = (
        map(header_of, found.pictures)
        if wanted.vector is None
        else embed_pictures(found.pictures, model)
    )
    for done, looked in enumerate(each, 1):
        if looked.reason is not None:
            unreadable.append((looked.picture.path, looked.reason))
        for vector in looked.vectors:
            score = None if wanted.vector is None else float(np.dot(vector.numbers, wanted.vector))
            hits.append(replace(vector.hit, score=score))
        if progress is not None:
            progress(done, len(found.pictures))
    if not hits:
        raise SceneError(
            f"none of the {len(found.pictures)} images in {target} could be read; the first:"
            f" {unreadable[0][1]}"
        )
    if wanted.vector is not None:
        hits.sort(key=lambda hit: (-(hit.score or 0.0), hit.path))
    chosen = wanted.fitting(hits, top)
    return Hits(
        tuple(chosen), (*unreadable, *found.left_out), len(found.pictures) - len(unreadable)
    )

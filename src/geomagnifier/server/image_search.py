"""Search the images under the root, through an index or by embedding each image once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from geomagnifier import pipeline
from geomagnifier.errors import SceneError, SceneNotFound
from geomagnifier.export.search_hit import Hit as Found
from geomagnifier.model_protocol import Model
from geomagnifier.raster.halt import Halted
from geomagnifier.retrieval import Index, SearchQuery, open_index
from geomagnifier.retrieval.discovery import Picture
from geomagnifier.retrieval.embeddings import Looked, header_of, look_at
from geomagnifier.server.scenes import Card, Library
from geomagnifier.server.settings import Settings

CACHED = 10_000
"""Images whose vectors are cached, so that a second search does not embed them again."""
MOST = 1000
"""Most hits that are taken from an index."""


@dataclass(frozen=True, eq=False)
class Hit:
    """An image that a search found."""

    card: Card
    """The image."""
    score: float | None
    """Cosine similarity, -1 to 1; None where the search had no words and no image."""
    found: Found
    """Place, date and the part of the image that matches."""


class ImageSearch:
    """Search over the images under the root; several threads may use it.

    Args:
        settings: of the service.
        model: whose embeddings are compared.
        library: the images.

    Raises:
        IndexForeign: the index of the settings was made by another model.
        SearchIndexError: the index is damaged.
    """

    def __init__(self, settings: Settings, model: Model, library: Library) -> None:
        self._model, self._library = model, library
        self._index: Index | None = None
        if settings.index is not None:
            self._index = open_index(settings.index, held=True)
            self._index.check(model)
        self._cache: OrderedDict[tuple[Path, int, int, str], Looked] = OrderedDict()
        self._lock = threading.Lock()

    def find(
        self,
        words: str | None,
        like: Card | None,
        wanted: SearchQuery | None,
        progress: Callable[[int, int], bool],
        top: int | None = None,
    ) -> tuple[list[Hit], list[tuple[str, str]]]:
        """Find images by words, by similarity to an image, by place and time.

        Args:
            words: rank by similarity to these, or
            like: to this image, or by neither.
            wanted: filter by place and time; its vector is filled in here.
            progress: called with (images done, images in all); the search ends where it returns
                False.
            top: most hits; None for all, of an index for `MOST`.

        Returns:
            The hits, best first, and name and reason of each image that could not be read.

        Raises:
            Halted: the search was stopped while `like` was read.
        """
        vector = None
        if words is not None:
            vector = pipeline.embed(words, self._model)
        elif like is not None:
            vector = self._embed(like).vectors[0].numbers
        query = SearchQuery(vector) if wanted is None else replace(wanted, vector=vector)
        if self._index is not None:
            return self._of_index(self._index, query, top or MOST), []
        parts: list[Found] = []
        unreadable: list[tuple[str, str]] = []
        cards: dict[Path, Card] = {}
        listed = self._library.listing(uploads=False)
        for number, card in enumerate(listed, 1):
            try:
                embedded = self._embed(card) if vector is not None else self._header(card)
                for part in embedded.vectors:
                    score = None if vector is None else float(np.dot(part.numbers, vector))
                    parts.append(replace(part.hit, path=Path(card.name), score=score))
                cards[Path(card.name)] = card
            except SceneError as error:
                unreadable.append((card.name, str(error)))
            except Halted:  # in the middle of an image: the hits so far are the result
                progress(number - 1, len(listed))
                break
            if not progress(number, len(listed)):
                break
        if vector is not None:
            parts.sort(key=lambda hit: (-(hit.score or 0.0), hit.path))
        return [_hit(cards[found.path], found) for found in query.fitting(parts, top)], unreadable

    def _of_index(self, index: Index, query: SearchQuery, top: int) -> list[Hit]:
        """The best hits of an index; images that are gone, or not under the root, are left out."""
        most = top
        while True:
            found = index.search(query, most)
            placed = self._library.places(hit.path for hit in found)
            hits = [
                _hit(card, hit) for card, hit in zip(placed, found, strict=True) if card is not None
            ]
            if len(hits) >= top or len(found) < most or most >= MOST:
                return hits[:top]
            most = min(MOST, 8 * most)

    def _embed(self, card: Card) -> Looked:
        """Vectors of an image and its parts."""
        return self._cached(card, "whole", lambda picture: look_at(picture, self._model))

    def _header(self, card: Card) -> Looked:
        """Place and date of an image, without reading its pixels."""
        return self._cached(card, "header", header_of)

    def _cached(self, card: Card, what: str, read: Callable[[Picture], Looked]) -> Looked:
        path = self._library.path(card.id)
        try:
            stat = path.stat()
        except OSError:
            raise SceneNotFound(f"{card.name} is no longer there") from None
        key = (path, stat.st_mtime_ns, stat.st_size, what)
        with self._lock:
            found = self._cache.get(key)
        if found is None:
            with self._library.naming(card):
                found = read(Picture(path))
                if found.reason is not None:
                    raise SceneError(found.reason)
            with self._lock:
                self._cache[key] = found
                while len(self._cache) > CACHED:
                    self._cache.popitem(last=False)
        return found


def _hit(card: Card, found: Found) -> Hit:
    return Hit(card, None if found.score is None else round(found.score, 6), found)

"""Search the pictures under the root.

Through an index of them, or by looking at each once and keeping its vectors.
"""

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

PICTURES = 10_000
"""Pictures whose vectors are kept, so that a second search need not look at them again."""
MOST = 1000
"""Hits of an index that are taken."""


@dataclass(frozen=True, eq=False)
class Hit:
    """A picture of a search."""

    card: Card
    score: float | None
    """How alike it is, -1 to 1; None where nothing was ranked by likeness."""
    found: Found
    """Where and when it is."""


class Searching:
    """What is known of the pictures under the root. Calls may come from several threads.

    Args:
        settings: of the service.
        model: whose vectors are compared.
        library: the pictures.

    Raises:
        IndexForeign: the index of the settings was made by another model.
        SearchIndexError: it is damaged.
    """

    def __init__(self, settings: Settings, model: Model, library: Library) -> None:
        self._model, self._library = model, library
        self._root = settings.root.resolve() if settings.root is not None else None
        self._index: Index | None = None
        if settings.index is not None:
            self._index = open_index(settings.index)
            self._index.check(model)
        self._looked: OrderedDict[tuple[Path, int, int, str], Looked] = OrderedDict()
        self._lock = threading.Lock()

    def find(
        self,
        words: str | None,
        like: Card | None,
        wanted: SearchQuery | None,
        progress: Callable[[int, int], bool],
    ) -> tuple[list[Hit], list[tuple[str, str]]]:
        """The pictures that fit, best first, and those that could not be read, with the reason.

        Args:
            words: rank by these, or
            like: by likeness to this picture, or by neither.
            wanted: place and time; its vector is filled in here.
            progress: called with (pictures done, pictures in all); where it returns False the
                search ends.

        Raises:
            Halted: it was stopped while `like` was read; later that ends the search.
        """
        vector = (
            pipeline.embed(words, self._model)
            if words is not None
            else self._look(like).vectors[0].numbers
            if like
            else None
        )
        sought = (
            replace(wanted, vector=vector) if wanted is not None else SearchQuery(vector=vector)
        )
        if self._index is not None:
            return [
                hit
                for hit in map(self._of_index, self._index.search(sought, MOST))
                if hit is not None
            ], []
        parts: list[Found] = []
        unreadable: list[tuple[str, str]] = []
        cards: dict[Path, Card] = {}
        listed = self._library.listing(uploads=False)
        for number, card in enumerate(listed, 1):
            try:
                for part in (
                    self._look(card) if vector is not None else self._header(card)
                ).vectors:
                    score = None if vector is None else float(np.dot(part.numbers, vector))
                    parts.append(replace(part.hit, path=Path(card.name), score=score))
                cards[Path(card.name)] = card
            except SceneError as error:
                unreadable.append((card.name, str(error)))
            except Halted:  # in the middle of a picture
                progress(number - 1, len(listed))
                break
            if not progress(number, len(listed)):
                break
        if vector is not None:
            parts.sort(key=lambda hit: (-(hit.score or 0.0), hit.path))
        return [_hit(cards[found.path], found) for found in sought.fitting(parts)], unreadable

    def _of_index(self, found: Found) -> Hit | None:
        """None where the picture has gone, or does not lie under the root."""
        try:
            name = found.path.resolve().relative_to(self._root or "").as_posix()
            return _hit(self._library.place(name), found)
        except (ValueError, SceneError):
            return None

    def _look(self, card: Card) -> Looked:
        """Its vectors."""
        return self._kept(card, "whole", lambda picture: look_at(picture, self._model))

    def _header(self, card: Card) -> Looked:
        """Where and when it is, without reading its pixels."""
        return self._kept(card, "header", header_of)

    def _kept(self, card: Card, what: str, look: Callable[[Picture], Looked]) -> Looked:
        path = self._library.path(card.id)
        try:
            stat = path.stat()
        except OSError:
            raise SceneNotFound(f"{card.name} is no longer there") from None
        key = (path, stat.st_mtime_ns, stat.st_size, what)
        with self._lock:
            looked = self._looked.get(key)
        if looked is None:
            with self._library.naming(card):
                looked = look(Picture(path))
                if looked.reason is not None:
                    raise SceneError(looked.reason)
            with self._lock:
                self._looked[key] = looked
                while len(self._looked) > PICTURES:
                    self._looked.popitem(last=False)
        return looked


def _hit(card: Card, found: Found) -> Hit:
    return Hit(card, None if found.score is None else round(found.score, 6), found)

"""The rows of an index in memory, for a service that is asked again and again.

The table stays where they are kept: they are read from it once, and again when its version changes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.retrieval import index_table as rows
from geomagnifier.retrieval.query import SearchQuery
from geomagnifier.types import Floats

MOST = 500_000_000
"""Bytes of vectors that are held at most, those of 325,000 rows; of more the table is asked."""
AMONG = 8
"""Rows that are sorted for each that is wanted: an image may have several among the best."""
SIDES = ("west", "south", "east", "north")


class HeldRows:
    """The rows of an index's table, as long as its version is the same.

    Several threads may use it.

    Args:
        table: of LanceDB.
        dimension: numbers of a vector.
        most: bytes of vectors that may be held.
    """

    def __init__(self, table: Any, dimension: int, most: int = MOST) -> None:
        self._table, self._dimension, self._most = table, dimension, most
        self._lock = threading.Lock()
        self._version: int | None = None
        self._read: Rows | None = None

    def now(self) -> Rows | None:
        """The rows as they are now; None where there are too many to be held."""
        with self._lock:
            while self._version != (version := self._table.version):
                self._read = None  # not two of them at a time
                if self._table.count_rows() * self._dimension * 4 <= self._most:
                    self._read = _read(self._table, self._dimension)
                self._version = version
            return self._read


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of images that could be read, (N,)."""

    shown: Any
    """Arrow table of the columns `index_table.SHOWN`."""
    vectors: Floats
    """(N, D)."""
    image: NDArray[np.intp]
    """(N,) number of the image of each."""
    whole: NDArray[np.bool_]
    """(N,) whether it is the image as a whole."""
    sides: NDArray[np.float64]
    """(4, N) west, south, east, north, degrees; NaN where the place is not known."""
    date: NDArray[np.datetime64]
    """(N,) NaT where it is not known."""

    def listed(self, wanted: SearchQuery) -> Any:
        """Arrow table of the rows that may fit, as the table gives it for `condition`."""
        return self.shown.take(np.flatnonzero(self._may_fit(wanted) & self.whole))

    def ranked(self, wanted: SearchQuery, vector: Floats, limit: int) -> Any:
        """Arrow table of the most similar rows that may fit, with `_distance`, as the table's.

        Where no place is asked for, an image has its best row alone.

        Args:
            wanted: the query.
            vector: (D,) its vector.
            limit: most rows.
        """
        scores = self.vectors @ np.asarray(vector, np.float16).astype(np.float32)
        fitting, first = np.flatnonzero(self._may_fit(wanted)), AMONG * limit
        while True:
            order = fitting
            if first < len(fitting):  # to sort all takes longer than to compare them
                order = fitting[np.argpartition(-scores[fitting], first)[:first]]
            order = order[np.lexsort((order, -scores[order]))]
            if not wanted.boxes:
                order = order[np.sort(np.unique(self.image[order], return_index=True)[1])]
            if len(order) >= limit or first >= len(fitting):
                break
            first *= AMONG
        order = order[:limit]
        return self.shown.take(order).append_column("_distance", [1 - scores[order]])

    def _may_fit(self, wanted: SearchQuery) -> NDArray[np.bool_]:
        """Which rows fulfil `index_table.condition`, (N,) bool."""
        fits = np.ones(len(self.image), bool)
        own_west, own_south, own_east, own_north = self.sides
        for west, south, east, north in wanted.boxes:
            across = own_west > own_east
            along = np.zeros_like(fits)
            for left, right in ((west, east),) if west <= east else ((west, 180), (-180, east)):
                begins, ends = own_west <= right, own_east >= left
                along |= np.where(across, begins | ends, begins & ends)
            fits &= (own_south <= north) & (own_north >= south) & along
        if wanted.after is not None:
            fits &= self.date >= np.datetime64(wanted.after, "us")
        if wanted.before is not None:
            fits &= self.date < np.datetime64(wanted.before, "us")
        return fits


def _read(table: Any, dimension: int) -> Rows:
    """Read all rows of a table that have a vector."""
    import pyarrow.compute as pc

    found = table.to_arrow()
    found = found.filter(pc.is_null(found["reason"]))
    flat = found["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    sides = [found[side].to_numpy().astype(np.float64) for side in SIDES]
    return Rows(
        found.select(rows.SHOWN),
        np.asarray(flat, np.float32).reshape(-1, dimension),
        np.asarray(pc.dictionary_encode(found["path"].combine_chunks()).indices, np.intp),
        found["tile"].to_numpy() == 0,
        np.stack(sides),
        found["date"].to_numpy().astype("datetime64[us]"),
    )

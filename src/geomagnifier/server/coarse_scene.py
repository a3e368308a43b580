"""A coarse copy of a large scene without overviews, read part by part as its map tiles need it.

A tile of a small zoom waits for the few parts that it shows, not for the whole file. What nothing
waits for is read between these, from the middle outwards.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillReading

import numpy as np
from PIL import Image

from geomagnifier.geometry import Box
from geomagnifier.types import Bools, Bytes

Span = tuple[int, int, int, int]
"""First row and column of some parts, and those after the last."""

SIDE = 2048
"""Longest side of the copy, px, at most."""
PART = 512
"""Side of a part, px of the scene; a multiple of it where the copy is coarser than that."""
AT_ONCE = 4_000_000
"""Pixels of neighbouring parts that are read together, at most."""
AHEAD = 1_000_000
"""The same of parts that nothing waits for: as long a tile may have to wait for them."""

_reader = ThreadPoolExecutor(1, thread_name_prefix="geomag-coarse")


class CoarseScene:
    """The coarse copy of one scene; several threads may use it.

    Args:
        width: of the scene, px.
        height: of the scene, px.
        read: reads a box of it at full size, (h, w, 3) uint8, and where it is valid, (h, w) bool or
            None for everywhere; called in a thread of this module.
        side: longest side of the copy, px, at most.
    """

    def __init__(
        self,
        width: int,
        height: int,
        read: Callable[[Box], tuple[Bytes, Bools | None]],
        side: int = SIDE,
    ) -> None:
        self.factor = 2 ** max(0, math.ceil(math.log2(max(width, height) / side)))
        """Scene px for one px of the copy."""
        self._width, self._height, self._read = width, height, read
        self._part = max(PART, self.factor)
        rows, columns = (-(-size // self._part) for size in (height, width))
        self._done = np.zeros((rows, columns), bool)
        self._canvas: Bytes = np.zeros(
            (-(-height // self.factor), -(-width // self.factor), 4), np.uint8
        )
        self._lock = threading.Lock()
        self._wanted: dict[Span, Future[None]] = {}
        self._ahead = False

    def read(self, box: Box, width: int, height: int, patience: float) -> Bytes | None:
        """A part of the scene from the copy, resampled to (height, width, 4).

        What is missing is read first, the parts of one call after those of another; that goes on
        where the call gives up.

        Args:
            box: of the scene, px.
            width: of the result, px.
            height: of the result, px.
            patience: seconds to wait.

        Returns:
            None where it is still being read.
        """
        span = self._span(box)
        with self._lock:
            top, left, bottom, right = span
            waiting = None
            if not self._done[top:bottom, left:right].all():
                waiting = self._wanted.get(span)
                if waiting is None:
                    waiting = self._wanted[span] = _reader.submit(self._wish, span)
        if waiting is not None:
            try:
                waiting.result(patience)
            except StillReading:
                return None
        x0, y0, x1, y1 = (value / self.factor for value in box.tuple())
        left, top = math.floor(x0), math.floor(y0)
        near = self._canvas[top : math.ceil(y1), left : math.ceil(x1)]
        part = (x0 - left, y0 - top, x1 - left, y1 - top)
        image = Image.fromarray(np.ascontiguousarray(near))
        return np.asarray(image.resize((width, height), Image.Resampling.BOX, part), np.uint8)

    def read_ahead(self) -> None:
        """Begin to read all of it, from the middle outwards, between the calls of `read`."""
        with self._lock:
            if self._ahead:
                return
            self._ahead = True
        _reader.submit(self._next)

    def _next(self) -> None:
        """Read some parts that nothing waits for, and go on after what is waited for by then."""
        missing = np.argwhere(~self._done)
        if len(missing):
            middle = (np.array(self._done.shape) - 1) / 2
            row, column = map(int, missing[np.abs(missing - middle).max(axis=1).argmin()])
            wide = max(1, AHEAD // self._part**2)
            self._fill((row, column, row + 1, min(column + wide, self._done.shape[1])))
            _reader.submit(self._next)

    def _span(self, box: Box) -> Span:
        """First row and column of the parts under a box, and those after the last."""
        return (
            math.floor(box.y0 / self._part),
            math.floor(box.x0 / self._part),
            math.ceil(box.y1 / self._part),
            math.ceil(box.x1 / self._part),
        )

    def _wish(self, span: Span) -> None:
        try:
            self._fill(span)
        finally:
            with self._lock:
                del self._wanted[span]

    def _fill(self, span: Span) -> None:
        """Read what is missing of some parts, those beside one another together."""
        top, left, bottom, right = span
        most = max(1, AT_ONCE // self._part**2)
        for row in range(top, bottom):
            column = left
            while column < right:
                until = column
                while until < right and until - column < most and not self._done[row, until]:
                    until += 1
                if until > column:
                    self._read_parts(row, column, until)
                column = max(until, column + 1)

    def _read_parts(self, row: int, column: int, until: int) -> None:
        part, factor = self._part, self.factor
        box = Box(
            column * part,
            row * part,
            min(until * part, self._width),
            min((row + 1) * part, self._height),
        )
        pixels, valid = self._read(box)
        if valid is None:
            small = with_alpha(np.asarray(Image.fromarray(pixels).reduce(factor)), None)
        else:
            small = np.asarray(Image.fromarray(with_alpha(pixels, valid)).reduce(factor))
        y, x = row * part // factor, column * part // factor
        self._canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
        self._done[row, column:until] = True


def with_alpha(pixels: Bytes, valid: Bools | None) -> Bytes:
    """Add alpha to a picture.

    Args:
        pixels: (h, w, 3).
        valid: (h, w), where alpha is 255, else 0; None: everywhere.

    Returns:
        (h, w, 4).
    """
    alpha = np.full(pixels.shape[:2], 255, np.uint8) if valid is None else valid * np.uint8(255)
    return np.dstack([pixels, alpha])

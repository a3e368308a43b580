"""A table of numbers that is kept in bytes: rows become floats when they are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.types import Floats


class ByteTable:
    """A float32 table (N, D), kept as int8 with a scale for each row.

    A sentence needs a few of the 30,522 words of a vocabulary. As floats all of them would take
    four times the memory.

    Args:
        values: (N, D) int8.
        scale: (N, 1) float32.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, values: NDArray[np.int8], scale: Floats) -> None:
        self.values, self.scale = values, scale

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, D)."""
        return self.values.shape

    @property
    def size(self) -> int:
        """Numbers in it."""
        return self.values.size

    def __getitem__(self, rows: Any) -> Floats:
        """The rows of some numbers, (..., D)."""
        return np.asarray(self.values[rows].astype(np.float32) * self.scale[rows], np.float32)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All of it."""
        whole = self[:]
        return whole if dtype is None else whole.astype(dtype, copy=False)

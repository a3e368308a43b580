"""Cells of masks and of image tokens, in terms of the view that they are of."""

from __future__ import annotations

from typing import Any

import numpy as np

from geomagnifier.models.small.maps import MASK_STRIDE
from geomagnifier.types import Bytes, Floats, View

MULTIPLE = 32
"""Views are padded to a multiple of this, so that the pyramid's levels nest."""


def pad(pixels: Bytes) -> Bytes:
    """Black to the right and below, up to the next multiple of 32 px."""
    height, width = pixels.shape[:2]
    return np.pad(pixels, ((0, -height % MULTIPLE), (0, -width % MULTIPLE), (0, 0)))


def crop(heat: Floats, view: View) -> Floats:
    """A mask of the padded view -> the view's own cells (ceil(h/2), ceil(w/2)).

    Args:
        heat: (h', w') of the padded view.
        view: h x w px.
    """
    rows, columns = -(-view.pixels.shape[0] // MASK_STRIDE), -(-view.pixels.shape[1] // MASK_STRIDE)
    return np.asarray(heat[:rows, :columns], np.float32)


def shrink(valid: np.ndarray[Any, np.dtype[np.bool_]]) -> Floats:
    """(h, w) bool -> share of valid px in each cell (ceil(h/2), ceil(w/2))."""
    return np.asarray(blocks(valid, MASK_STRIDE).mean((1, 3)), np.float32)


def blocks(cells: np.ndarray[Any, Any], side: int) -> np.ndarray[Any, Any]:
    """(h, w) -> (ceil(h / side), side, ceil(w / side), side), the edge's cells repeated.

    Args:
        cells: of a map.
        side: cells that a block has each way.
    """
    height, width = cells.shape
    whole = np.pad(cells, ((0, -height % side), (0, -width % side)), mode="edge")
    return whole.reshape(-(-height // side), side, -(-width // side), side)


def visible(cells: int, pixels: int) -> int:
    """How many of a padded view's rows (or columns) of tokens show the image itself.

    Args:
        cells: rows of tokens.
        pixels: height of the view, px.
    """
    padded = pixels + -pixels % MULTIPLE
    return max(1, min(cells, round(cells * pixels / padded)))

"""A segmentation of COCO as a mask: polygons as the COCO API fills them, run lengths, or both."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier import masks

Mask = NDArray[np.bool_]
UNFIT = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError)
"""What a record of another form than expected raises."""
GRID = 5
"""Steps a pixel in which the COCO API follows a polygon's border."""


def segmentation_mask(segmentation: Any, size: tuple[int, int]) -> Mask:
    """A segmentation of COCO as a mask.

    It is polygons [[x, y, x, y, ...], ...], run lengths {"size", "counts"}, or a list of these,
    whose parts are united.

    Args:
        segmentation: as published.
        size: (width, height) of the image, px.

    Returns:
        (H, W) bool.

    Raises:
        ValueError, TypeError, KeyError: it is none of these, or of another size.
    """
    width, height = size
    mask = np.zeros((height, width), bool)
    for part in [segmentation] if isinstance(segmentation, dict) else segmentation:
        mask |= _runs(part, size) if isinstance(part, dict) else filled(_ring(part), size)
    return mask


def filled(ring: NDArray[np.float64], size: tuple[int, int]) -> Mask:
    """The pixels of one ring as the COCO API gives them.

    Args:
        ring: (N, 2) of (x, y), px; a pixel covers [x, x + 1).
        size: (width, height) of the image, px.

    Returns:
        (H, W) bool.
    """
    width, height = size
    corners = np.trunc(GRID * ring + 0.5).astype(np.int64)
    border = np.concatenate(
        [_steps(a, b) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    )
    x, y = border[:, 0], border[:, 1]
    # Where the border passes the middle of a column, all pixels below change sides.
    moved = x[1:] != x[:-1]
    column = (np.minimum(x[1:], x[:-1])[moved] + 0.5) / GRID - 0.5
    row = np.ceil(np.clip((np.minimum(y[1:], y[:-1])[moved] + 0.5) / GRID - 0.5, 0, height))
    middle = (np.floor(column) == column) & (column >= 0) & (column <= width - 1)
    changes = (column[middle] * height + row[middle]).astype(np.int64)
    sides = np.cumsum(np.bincount(changes, minlength=width * height + 1)[: width * height]) % 2 == 1
    return np.asarray(sides.reshape(width, height).T)


def _steps(start: NDArray[np.int64], stop: NDArray[np.int64]) -> NDArray[np.int64]:
    """Points of a straight piece of border, (N, 2), one a step of its longer side."""
    along = 0 if abs(stop[0] - start[0]) >= abs(stop[1] - start[1]) else 1
    low, high = (
        (start, stop) if start[along] <= stop[along] else (stop, start)
    )  # rounded the same way in both directions
    count = int(high[along] - low[along])
    slope = float(high[1 - along] - low[1 - along]) / count if count else 0.0
    step = np.arange(count + 1)
    points = np.empty((count + 1, 2), np.int64)
    points[:, along] = low[along] + step
    points[:, 1 - along] = np.trunc(low[1 - along] + slope * step + 0.5)
    return points if low is start else points[::-1]


def _ring(numbers: Any) -> NDArray[np.float64]:
    """[x, y, x, y, ...] -> (N, 2)."""
    ring = np.asarray(numbers, np.float64)
    if (
        ring.ndim != 1
        or len(ring) < 6
        or len(ring) % 2
        or not np.isfinite(ring).all()
        or np.abs(ring).max() > 1e6
    ):
        raise ValueError("a polygon is [x, y, x, y, ...] of three points or more")
    return ring.reshape(-1, 2)


def _runs(rle: dict[str, Any], size: tuple[int, int]) -> Mask:
    """{"size": [H, W], "counts": text or numbers} -> (H, W) bool."""
    width, height = size
    if [int(n) for n in rle["size"]] != [height, width]:
        raise ValueError(
            f"run lengths of {rle['size']} (height, width) in an image of {height} x {width}"
        )
    if isinstance(rle["counts"], str):
        return masks.decode(rle)
    counts = np.asarray(rle["counts"])
    if (
        counts.ndim != 1
        or counts.dtype.kind != "i"
        or (counts < 0).any()
        or counts.sum() != width * height
    ):
        raise ValueError(f"run lengths that do not fill {height} x {width}")
    return np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(width, height).T

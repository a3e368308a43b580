"""Connected components of a mask, and an object's mask without noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PART, SPECK, HOLE = 0.02, 10, 0.03
"""A piece of an object with this share of its largest piece, and more than so many px, is a part of
it; a hole below a share is noise.
"""


def components(
    mask: NDArray[np.bool_], smallest: int = 1
) -> list[tuple[int, int, NDArray[np.bool_]]]:
    """Connected components of a mask (4-neighbours), as (left, top, (h, w) bool), in reading order.

    Args:
        mask: (H, W) bool.
        smallest: pieces of fewer pixels are left out.
    """
    steps = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(steps == 1)
    stops = np.nonzero(steps == -1)[1]
    if rows.size == 0:
        return []
    parent = _joined_runs(rows, starts, stops)
    order = np.argsort(parent, kind="stable")
    bounds = np.flatnonzero(np.diff(parent[order])) + 1
    found = []
    for runs in np.split(order, bounds):
        if int((stops[runs] - starts[runs]).sum()) < smallest:
            continue
        top, left = int(rows[runs].min()), int(starts[runs].min())
        piece = np.zeros((int(rows[runs].max()) - top + 1, int(stops[runs].max()) - left), bool)
        for run in runs:
            piece[rows[run] - top, starts[run] - left : stops[run] - left] = True
        found.append((left, top, piece))
    return found


def without_specks(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """An object's mask without the specks around it and the pinholes in it.

    Both are noise of a threshold.

    Kept are the largest piece, and those of more than `SPECK` pixels and at least `PART` of the
    largest; holes of fewer pixels than `HOLE` of it are filled. The shares are those that score
    best on validation pictures (AP of masks, IoU).

    Args:
        mask: (H, W) bool, of one object.

    Returns:
        (H, W) bool, a new array.
    """
    pieces = [] if _one_run_a_row(mask) else components(mask)
    if not pieces:
        return mask.copy()
    sizes = [int(piece.sum()) for _, _, piece in pieces]
    largest = max(sizes)
    kept = np.zeros_like(mask)
    for (left, top, piece), size in zip(pieces, sizes, strict=True):
        if size == largest or (size > SPECK and size >= PART * largest):
            kept[top : top + piece.shape[0], left : left + piece.shape[1]] |= piece
    height, width = mask.shape
    for left, top, hole in components(~kept):
        inside = (
            left > 0 and top > 0 and left + hole.shape[1] < width and top + hole.shape[0] < height
        )
        if inside and hole.sum() < HOLE * largest:
            kept[top : top + hole.shape[0], left : left + hole.shape[1]] |= hole
    return kept


def _one_run_a_row(mask: NDArray[np.bool_]) -> bool:
    """Whether a mask is one piece without holes because no row has more than one run of pixels.

    Most objects are so; their pieces need not be followed run by run.
    """
    steps = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(steps == 1)
    if (np.diff(rows) != 1).any():
        return False
    stops = np.nonzero(steps == -1)[1]
    return bool((np.maximum(starts[1:], starts[:-1]) < np.minimum(stops[1:], stops[:-1])).all())


def _joined_runs(
    rows: NDArray[np.intp], starts: NDArray[np.intp], stops: NDArray[np.intp]
) -> NDArray[np.intp]:
    """For each run of pixels the first run of its piece. Runs are in reading order; (N,) each."""
    parent = list(range(len(rows)))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    row, start, stop = rows.tolist(), starts.tolist(), stops.tolist()
    above = 0
    for run in range(len(row)):
        while row[above] < row[run] - 1 or (
            row[above] == row[run] - 1 and stop[above] <= start[run]
        ):
            above += 1
        other = above
        while row[other] == row[run] - 1 and start[other] < stop[run]:
            a, b = root(other), root(run)
            parent[max(a, b)] = min(a, b)
            other += 1
    return np.array([root(run) for run in range(len(row))], np.intp)

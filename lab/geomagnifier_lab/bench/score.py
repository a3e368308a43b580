"""Compares detections with the labels: boxes by size, masks by IoU, objects inside windows.

Pure functions. A box is right where its IoU with a true one is 0.3 or more, each true box once, the
detections served by score. Sizes are long sides, px.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.geometry import Box, overlap
from geomagnifier.masks import areas, decode_window
from geomagnifier.results import Region
from geomagnifier.types import Bools, Window

SMALL, MEDIUM = 10.0, 32.0
SIZES = ("<10", "10-32", ">32")
"""Long side in px: under 10, from 10 to 32, above 32."""
MATCH = 0.3
INSIDE = 0.9
"""Share of a true box that one window must hold."""
FULL = 1.01
"""Scene px for one view px up to which a window is at full size or finer."""
PATCH = 1024
"""Side of the windows in which masks are compared, px: a large scene's mask is never whole in
memory.
"""

Counts = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Looked:
    """What a search returns, whichever search it was."""

    regions: tuple[Region, ...]
    """Detections of the class asked for."""
    mask: Callable[[Box], Bools]
    """Reads the mask: window of scene px -> (h, w) bool."""
    windows: tuple[Window, ...]
    """The windows that went through a network."""
    pixels: int
    """Pixels that went through a network."""
    flops: float
    """Floating-point operations of the networks."""


@dataclass(frozen=True)
class Record:
    """One scene searched once; counts are by `SIZES`."""

    scene: str
    """File name of the scene."""
    seconds: float
    """From opening the file to the answer."""
    pixels: int
    """Pixels that went through a network."""
    scene_pixels: int
    """Pixels of the scene."""
    flops: float
    """Floating-point operations of the networks."""
    found: Counts
    """Detections, by their own size."""
    right: Counts = (0, 0, 0)
    """Detections that are right; 0 without labels."""
    true: Counts | None = None
    """True boxes, by size; None without labels."""
    met: Counts | None = None
    """True boxes that were found; None without labels."""
    inside: int | None = None
    """True boxes inside a window at full size or finer; None without labels."""
    iou: float | None = None
    """IoU of the mask; None without a true mask."""


def sizes_of(boxes: NDArray[np.floating]) -> NDArray[np.intp]:
    """The place in `SIZES` of each box: (N, 4) px -> (N,)."""
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    long = (boxes[:, 2:] - boxes[:, :2]).max(1, initial=0)
    return np.asarray(np.where(long < SMALL, 0, np.where(long <= MEDIUM, 1, 2)), np.intp)


def counts(boxes: NDArray[np.floating], which: NDArray[np.bool_] | None = None) -> Counts:
    """How many boxes there are of each size.

    Args:
        boxes: (N, 4) px.
        which: (N,) bool, the boxes that count; all for None.
    """
    sizes = sizes_of(boxes)
    small, medium, large = np.bincount(
        sizes if which is None else sizes[which], minlength=len(SIZES)
    ).tolist()
    return small, medium, large


def match(
    found: NDArray[np.floating],
    scores: NDArray[np.floating],
    true: NDArray[np.floating],
    least: float = MATCH,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which detections are right and which true boxes are found.

    The detection with the highest score takes the true box it overlaps most, and so on.

    Args:
        found: (N, 4) px.
        scores: (N,).
        true: (M, 4) px.
        least: IoU of a pair.

    Returns:
        (N,) and (M,) bool, with as many True in each.
    """
    pairs = overlap(found, true)
    right, met = np.zeros(pairs.shape[0], bool), np.zeros(pairs.shape[1], bool)
    if not pairs.size:
        return right, met
    for i in np.argsort(-np.asarray(scores), kind="stable"):
        best = int(np.argmax(np.where(met, -1.0, pairs[i])))
        if not met[best] and pairs[i, best] >= least:
            right[i] = met[best] = True
    return right, met


def inside(true: NDArray[np.floating], windows: Sequence[Window]) -> NDArray[np.bool_]:
    """Which true boxes lie to at least 90 % in one window that was read at full size or finer.

    Args:
        true: (M, 4) px.
        windows: that went through a network.

    Returns:
        (M,) bool.
    """
    true = np.asarray(true, np.float32).reshape(-1, 4)
    fine = [w.box.tuple() for w in windows if max(w.placement.scale) <= FULL]
    if not fine or not len(true):
        return np.zeros(len(true), bool)
    open_ = np.array(fine, np.float32)
    low, high = (
        np.maximum(true[:, None, :2], open_[None, :, :2]),
        np.minimum(true[:, None, 2:], open_[None, :, 2:]),
    )
    common = np.clip(high - low, 0, None).prod(2)
    return np.asarray((common >= INSIDE * (true[:, 2:] - true[:, :2]).prod(1)[:, None]).any(1))


def mask_iou(read: Callable[[Box], Bools], true: dict[str, Any]) -> float:
    """IoU of a mask that is read by windows with a COCO RLE; 1.0 where both are empty.

    Args:
        read: window of whole scene px -> (h, w) bool.
        true: {"size": [H, W], "counts": str}.
    """
    height, width = (int(n) for n in true["size"])
    common = either = 0
    for window in _patches(width, height):
        both, any_ = areas(read(window), decode_window(true, window))
        common, either = common + both, either + any_
    return 1.0 if either == 0 else common / either


def _patches(width: int, height: int) -> Iterator[Box]:
    for y in range(0, height, PATCH):
        for x in range(0, width, PATCH):
            yield Box(x, y, min(x + PATCH, width), min(y + PATCH, height))


def row(records: Sequence[Record]) -> dict[str, Any]:
    """The figures of one policy over a group's scenes; None where there is nothing to compare with.

    Returns:
        "share" of the scenes' pixels that were processed, "GFLOP" and "seconds" a scene, "gIoU",
        "recall" and "precision" over all boxes and by size, "in windows": share of the true boxes,
        "scenes", "objects" and "found": how many.
    """
    figures: dict[str, Any] = {
        "share": sum(r.pixels for r in records) / max(1, sum(r.scene_pixels for r in records)),
        "GFLOP": float(np.mean([r.flops for r in records])) / 1e9,
        "seconds": float(np.mean([r.seconds for r in records])),
    }
    ious = [r.iou for r in records if r.iou is not None]
    figures["gIoU"] = float(np.mean(ious)) if ious else None
    labelled = [r for r in records if r.true is not None]
    true, met = (
        np.array([getattr(r, name) for r in labelled], int).reshape(-1, 3).sum(0)
        for name in ("true", "met")
    )
    found, right = (
        np.array([getattr(r, name) for r in labelled], int).reshape(-1, 3).sum(0)
        for name in ("found", "right")
    )
    for name, part, whole in (("recall", met, true), ("precision", right, found)):
        figures[name] = _share(part.sum(), whole.sum())
        figures |= {f"{name} {size}": _share(part[k], whole[k]) for k, size in enumerate(SIZES)}
    figures["in windows"] = _share(sum(r.inside or 0 for r in labelled), true.sum())
    return figures | {
        "scenes": len(records),
        "objects": int(true.sum()),
        "found": int(sum(sum(r.found) for r in records)),
    }


def _share(part: int, whole: int) -> float | None:
    return float(part) / float(whole) if whole else None

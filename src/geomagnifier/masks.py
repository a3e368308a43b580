"""Masks as arrays, as patches of probability and as COCO run lengths.

Pure functions, no raster library. A mask is (H, W) bool.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import BoxError
from geomagnifier.geometry import Box, Placement

LETTERS = 12
"""Most letters of a run length, five bits each: they fit 64."""
STRIP = 4_000_000
"""Pixels resampled at a time: a large window must not need floats for all of it."""


@dataclass(frozen=True, eq=False)
class MaskPatch:
    """A piece of the answer's mask.

    The cells of `probability` share `placement.box` evenly, whatever the size of the view was.
    """

    placement: Placement
    """The place of the cells on the scene."""
    core: Box
    """The part that it answers for, scene px."""
    data: NDArray[np.uint8] | bytes
    """The cells, (h, w) uint8, 0..255, as they are or deflated: a large scene has thousands of
    patches, most of them nearly empty.
    """
    threshold: float
    """Probability from which a pixel is mask, 0..1: 0.5 is a cell of 127.5."""

    @property
    def probability(self) -> NDArray[np.uint8]:
        if not isinstance(self.data, bytes):
            return self.data
        return np.frombuffer(zlib.decompress(self.data), np.uint8).reshape(
            self.placement.height, self.placement.width
        )

    def packed(self) -> MaskPatch:
        """The same patch, deflated."""
        return (
            self
            if isinstance(self.data, bytes)
            else replace(self, data=zlib.compress(self.data.tobytes(), 1))
        )


def resize(probability: NDArray[Any], placement: Placement, window: Box) -> NDArray[np.float32]:
    """Probability at the pixel centres of a window.

    Bilinear between cell centres, constant beyond the last ones.

    Args:
        probability: (h, w) uint8 (0..255 for 0..1) or floats, sharing `placement.box` evenly.
        placement: where it lies on the scene.
        window: scene px, rounded to whole pixels.

    Returns:
        (H, W) float32, 0..1.
    """
    values = _sample(probability, placement.box, *_pixels(window))
    return values / np.float32(255) if probability.dtype == np.uint8 else values


def read_patches(patches: Sequence[MaskPatch], window: Box, scene: Box) -> NDArray[np.bool_]:
    """The mask inside a window: fine patches over coarse ones, False where no patch answers.

    Args:
        patches: in any order; of two equally fine ones the later wins.
        window: scene px, rounded outwards and cut to the scene.
        scene: the whole scene, px.

    Returns:
        (H, W) bool.

    Raises:
        BoxError: the window lies outside the scene.
    """
    common = window.intersection(scene)
    if common is None:
        raise BoxError(
            f"the window {window.tuple()} lies outside the scene, which is {scene.width:g} x"
            f" {scene.height:g} px"
        )
    left, top = math.floor(common.x0), math.floor(common.y0)
    right, bottom = (
        min(math.ceil(common.x1), int(scene.x1)),
        min(math.ceil(common.y1), int(scene.y1)),
    )
    mask = np.zeros((bottom - top, right - left), bool)
    for patch in sorted(patches, key=lambda p: -max(p.placement.scale)):
        # a pixel belongs to the core that holds its centre
        x0, x1 = (min(max(math.ceil(x - 0.5), left), right) for x in (patch.core.x0, patch.core.x1))
        y0, y1 = (min(max(math.ceil(y - 0.5), top), bottom) for y in (patch.core.y0, patch.core.y1))
        if x0 >= x1 or y0 >= y1:
            continue
        probability = patch.probability
        whole = 255 if probability.dtype == np.uint8 else 1
        threshold = np.float32(
            patch.threshold * whole * (1 - 1e-6)
        )  # 51 / 255 is 0.2, whatever floats say
        x, y = patch.placement.box.x0, patch.placement.box.y0
        cells_are_pixels = (
            probability.shape == (patch.placement.box.height, patch.placement.box.width)
            and x % 1 == 0
            and y % 1 == 0
        )
        if cells_are_pixels and patch.placement.box.intersection(patch.core) == patch.core:
            own = probability[y0 - int(y) : y1 - int(y), x0 - int(x) : x1 - int(x)]
            np.greater_equal(own, threshold, out=mask[y0 - top : y1 - top, x0 - left : x1 - left])
            continue
        rows = max(1, STRIP // (x1 - x0))
        for y in range(y0, y1, rows):
            end = min(y + rows, y1)
            values = _sample(probability, patch.placement.box, x0, y, x1, end)
            np.greater_equal(
                values, threshold, out=mask[y - top : end - top, x0 - left : x1 - left]
            )
    return mask


def encode(mask: NDArray[np.bool_]) -> dict[str, Any]:
    """(H, W) bool -> COCO RLE {"size": [H, W], "counts": str}."""
    return place(mask, (0, 0), (mask.shape[0], mask.shape[1]))


def decode(rle: dict[str, Any]) -> NDArray[np.bool_]:
    """COCO RLE {"size": [H, W], "counts": str} -> (H, W) bool.

    Raises:
        ValueError: the runs do not fill the size, or are none.
    """
    height, width = (int(n) for n in rle["size"])
    counts = _filling(str(rle["counts"]), height, width)
    return np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(width, height).T


def checked(rle: Any, size: tuple[int, int]) -> dict[str, Any]:
    """A COCO RLE from outside, checked; costs the runs, not the scene.

    Args:
        rle: as parsed from JSON.
        size: (H, W) of its scene.

    Raises:
        ValueError, KeyError, TypeError: it is none, or of another scene.
    """
    if tuple(rle["size"]) != size:
        raise ValueError(f"run lengths of a scene of {str(rle['size'])[:40]}, not {size}")
    _filling(str(rle["counts"]), *size)
    return {"size": [*size], "counts": str(rle["counts"])}


def decode_window(rle: dict[str, Any], window: Box) -> NDArray[np.bool_]:
    """The part of a COCO RLE inside a window -> (h, w) bool.

    Costs the window and the runs, not the scene.

    Args:
        rle: at scene size.
        window: whole scene px.
    """
    x0, y0, x1, y1 = (int(v) for v in window.tuple())
    column, top, foot = columns(rle)
    top, foot = np.clip(top, y0, y1) - y0, np.clip(foot, y0, y1) - y0
    inside = (column >= x0) & (column < x1) & (foot > top)
    column = column[inside] - x0
    steps = np.zeros((x1 - x0, y1 - y0 + 1), np.int8)
    steps[column, top[inside]] += 1
    steps[column, foot[inside]] -= 1
    return np.cumsum(steps, axis=1, out=steps)[:, :-1].view(np.bool_).T


def area(rle: dict[str, Any]) -> int:
    """Pixels of a COCO RLE."""
    return int(_expand(str(rle["counts"]))[1::2].sum())


def union(rles: Sequence[dict[str, Any]], window: Box) -> NDArray[np.bool_]:
    """The union of COCO RLEs of one scene inside a window -> (h, w) bool.

    Costs the window and the runs, not the scene.

    Args:
        rles: of one scene size.
        window: whole scene px.
    """
    x0, y0, x1, y1 = (int(v) for v in window.tuple())
    steps = np.zeros((x1 - x0) * (y1 - y0 + 1), np.int32)
    if rles:
        starts, stops, _ = _ones([str(rle["counts"]) for rle in rles])
        column, top, foot, _ = _by_column(starts, stops, int(rles[0]["size"][0]))
        top, foot = np.clip(top, y0, y1) - y0, np.clip(foot, y0, y1) - y0
        inside = (column >= x0) & (column < x1) & (foot > top)
        line = (column[inside] - x0) * (y1 - y0 + 1)
        np.add.at(steps, line + top[inside], 1)
        np.add.at(steps, line + foot[inside], -1)
    changes = steps.reshape(x1 - x0, y1 - y0 + 1)
    return (np.cumsum(changes, axis=1, out=changes)[:, :-1] > 0).T


def place(
    mask: NDArray[np.bool_], corner: tuple[int, int], size: tuple[int, int]
) -> dict[str, Any]:
    """COCO RLE of a small mask in a large scene; costs the small mask only.

    What sticks out is cut off.

    Args:
        mask: (h, w) bool.
        corner: (x, y) of its first pixel on the scene.
        size: (H, W) of the scene.
    """
    (x, y), (height, width) = corner, size
    mask = mask[max(-y, 0) : max(height - y, 0), max(-x, 0) : max(width - x, 0)]
    x, y = max(x, 0), max(y, 0)
    steps = np.diff(
        np.pad(mask.T, ((0, 0), (1, 1))).astype(np.int8), axis=1
    )  # by columns, as COCO counts
    column, row = np.nonzero(steps)
    ends = (column + x) * height + row + y  # where runs start and stop, in turn
    joined = (
        np.flatnonzero(ends[1:-1:2] == ends[2::2]) * 2 + 1
    )  # the foot of one column meets the head of the next
    ends = np.delete(ends, np.concatenate((joined, joined + 1)))
    bounds = np.concatenate(([0], ends, [height * width]))
    counts = np.diff(bounds)
    if len(counts) > 1 and counts[-1] == 0:
        counts = counts[:-1]
    return {"size": [int(height), int(width)], "counts": _compress(counts)}


def runs(rles: Sequence[dict[str, Any]]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The pixels of some COCO RLEs of one scene, all at once, as strips one px wide.

    (N, 4) x0, y0, x1, y1, and whose each is, (N,).
    """
    if not rles:
        return np.zeros((0, 4)), np.zeros(0, np.intp)
    starts, stops, owners = _ones([str(rle["counts"]) for rle in rles])
    column, top, foot, run = _by_column(starts, stops, int(rles[0]["size"][0]))
    return np.stack((column, top, column + 1, foot), axis=1).astype(float), owners[run]


def bounds(rle: dict[str, Any]) -> tuple[int, int, int, int]:
    """The whole scene px (x0, y0, x1, y1), half-open, that a COCO RLE lies in.

    Zeros where it is empty.
    """
    strips, _ = runs([rle])
    x0, y0, x1, y1 = (*strips[:, :2].min(0), *strips[:, 2:].max(0)) if len(strips) else (0, 0, 0, 0)
    return int(x0), int(y0), int(x1), int(y1)


def _pixels(window: Box) -> tuple[int, int, int, int]:
    x0, y0 = round(window.x0), round(window.y0)
    return x0, y0, max(round(window.x1), x0 + 1), max(round(window.y1), y0 + 1)


def _sample(
    values: NDArray[Any], box: Box, x0: int, y0: int, x1: int, y1: int
) -> NDArray[np.float32]:
    """Columns first, on the rows that are needed; then rows."""
    height, width = values.shape
    lower, upper, part = _neighbours(y0, y1, box.y0, box.height / height, height)
    first = int(lower[0])
    needed = values[first : int(upper[-1]) + 1].astype(np.float32)
    before, after, share = _neighbours(x0, x1, box.x0, box.width / width, width)
    wide = needed[:, before]
    wide += (needed[:, after] - wide) * share
    out = wide[lower - first]
    out += (wide[upper - first] - out) * part[:, None]
    return out


def _neighbours(
    start: int, stop: int, origin: float, cell: float, count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """The two cells next to each pixel centre, and the share of the second."""
    at = np.clip((np.arange(start, stop) + 0.5 - origin) / cell - 0.5, 0, count - 1)
    lower = at.astype(np.intp)
    return lower, np.minimum(lower + 1, count - 1), (at - lower).astype(np.float32)


def _compress(counts: NDArray[np.intp]) -> str:
    """COCO's text for run lengths.

    Differences from the last but one run, 5 bits a letter, the 6th says that more follow.
    """
    rest = counts.astype(np.int64)
    rest[3:] -= counts[1:-2]
    letters, more = [], np.ones(len(rest), bool)
    while more.any():
        bits = rest & 0x1F
        rest = rest >> 5
        alive, more = more, more & (rest != np.where(bits & 0x10, -1, 0))
        letters.append(np.where(alive, (bits | np.where(more, 0x20, 0)) + 48, 0).astype(np.uint8))
    table = np.stack(letters, axis=1).ravel()
    return table[table > 0].tobytes().decode("ascii")


def _filling(text: str, height: int, width: int) -> NDArray[np.int64]:
    """The run lengths in COCO's text, of which all together fill a size.

    Raises ValueError where they do not.
    """
    counts = _expand(text)
    if (counts < 0).any() or (counts > height * width).any() or counts.sum() != height * width:
        raise ValueError(f"run lengths do not fill {height} x {width}")
    return counts


def _expand(text: str) -> NDArray[np.int64]:
    """The run lengths in COCO's text: `_compress` the other way round.

    Raises ValueError where it is no such text.
    """
    letters = np.frombuffer(text.encode("ascii"), np.uint8).astype(np.int64) - 48
    last = np.flatnonzero(letters & 0x20 == 0)
    first = np.concatenate(([0], last[:-1] + 1))[: len(last)].astype(np.int64)
    if (
        ((letters < 0) | (letters > 63)).any()
        or (last[-1:] != len(letters) - 1).any()
        or (last - first >= LETTERS).any()
    ):
        raise ValueError("no run lengths of COCO")
    if not len(last):
        return np.zeros(0, np.int64)
    position = np.arange(len(letters)) - np.repeat(first, last - first + 1)
    counts: NDArray[np.int64] = np.add.reduceat((letters & 0x1F) << (5 * position), first)
    counts -= (letters[last] & 0x10) << (5 * position[last] + 1)
    counts[1::2] = np.cumsum(counts[1::2])
    counts[2::2] = np.cumsum(counts[2::2])
    return counts


def _ones(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.intp]]:
    """Start and stop of the runs of ones in many COCO texts, and the text of each: (N,) each.

    As `_expand` reads them; no empty runs.
    """
    letters = np.frombuffer("".join(texts).encode("ascii"), np.uint8).astype(np.int64) - 48
    last = np.flatnonzero(letters & 0x20 == 0)
    first = np.concatenate(([0], last[:-1] + 1))
    position = np.arange(len(letters)) - np.repeat(first, last - first + 1)
    counts: NDArray[np.int64] = np.add.reduceat((letters & 0x1F) << (5 * position), first)
    counts -= (letters[last] & 0x10) << (5 * position[last] + 1)
    owners = np.searchsorted(
        np.cumsum([len(text) for text in texts]), last, side="right"
    )  # of each count, its text
    begin = np.searchsorted(owners, np.arange(len(texts)))
    number = np.arange(len(counts)) - begin[owners]
    for mine in (
        number % 2 == 1,
        (number % 2 == 0) & (number > 0),
    ):  # each is told by its difference from the last but one
        counts[mine] = _sums(np.where(mine, counts, 0), begin, owners)[mine]
    ends = _sums(counts, begin, owners)
    ones = np.flatnonzero(number % 2 == 1)
    ones = ones[counts[ones] > 0]
    return ends[ones - 1], ends[ones], owners[ones]


def _sums(
    values: NDArray[np.int64], begin: NDArray[np.intp], owners: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Running sums of values, anew from where each owner begins."""
    total = np.cumsum(values)
    return total - (total[begin] - values[begin])[owners]


def columns(rle: dict[str, Any]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The runs of ones in a COCO RLE, one for each column they touch, in order.

    Column, top and foot (half-open), (N,) each, px.
    """
    height = int(rle["size"][0])
    ends = np.cumsum(_expand(str(rle["counts"])))
    stops = ends[1::2]
    starts = ends[: 2 * len(stops) : 2]
    full = stops > starts
    starts, stops, _ = _joined(starts[full], stops[full], np.zeros(int(full.sum()), np.intp))
    return _by_column(starts, stops, height)[:3]


def columns_of(
    rles: Sequence[dict[str, Any]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.intp]]:
    """`columns` of several COCO RLEs of one scene, and the number of the mask of each.

    Column, top, foot and mask, (N,) each; masks in order.
    """
    if not rles:
        none = np.zeros(0, np.int64)
        return none, none, none, np.zeros(0, np.intp)
    starts, stops, owners = _joined(*_ones([str(rle["counts"]) for rle in rles]))
    column, top, foot, run = _by_column(starts, stops, int(rles[0]["size"][0]))
    return column, top, foot, owners[run]


def _joined(
    starts: NDArray[np.int64], stops: NDArray[np.int64], owners: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.intp]]:
    """Runs that go on from one another as one: some encoders write empty runs between them."""
    apart = (starts[1:] != stops[:-1]) | (owners[1:] != owners[:-1])
    if apart.all():
        return starts, stops, owners
    first, last = np.append(True, apart), np.append(apart, True)
    return starts[first], stops[last], owners[first]


def _by_column(
    starts: NDArray[np.int64], stops: NDArray[np.int64], height: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.intp]]:
    """Runs of pixels, counted down the columns of a scene, as column, top and foot (half-open), px.

    One for each column they touch.

    The fourth says of which run each is.
    """
    first, last = starts // height, (stops - 1) // height
    count = last - first + 1  # a run that goes on in the next column is one in each
    run = np.repeat(np.arange(len(starts)), count)
    column = np.arange(len(run)) - np.repeat(np.cumsum(count) - count - first, count)
    return (
        column,
        np.maximum(starts[run] - column * height, 0),
        np.minimum(stops[run] - column * height, height),
        run,
    )


def intersection_over_union(predicted: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """IoU of two (H, W) bool masks, 0..1.

    Two empty masks agree: 1.0, as LISA scores a question about nothing.

    Args:
        predicted: (H, W) bool.
        truth: (H, W) bool.

    Raises:
        ValueError: the masks differ in size.

    Example:
        >>> intersection_over_union(np.array([[True, True]]), np.array([[True, False]]))
        0.5
    """
    common, either = areas(predicted, truth)
    return 1.0 if either == 0 else common / either


def areas(predicted: NDArray[np.bool_], truth: NDArray[np.bool_]) -> tuple[int, int]:
    """Pixels of the intersection and of the union of two (H, W) bool masks.

    Args:
        predicted: (H, W) bool.
        truth: (H, W) bool.

    Raises:
        ValueError: the masks differ in size.
    """
    if predicted.shape != truth.shape:
        raise ValueError(
            f"masks of {predicted.shape} and {truth.shape} px cannot be compared; bring both to the"
            " size of the scene"
        )
    return int(np.count_nonzero(predicted & truth)), int(np.count_nonzero(predicted | truth))

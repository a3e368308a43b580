"""A view that is larger than the input of a network, looked at in slices at its own scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from geomagnifier.geometry import Box, suppress_many
from geomagnifier.results import ClassMask, Detection, ViewPrediction
from geomagnifier.types import View, Window

SAME = 0.6
"""Two boxes of one class from different slices are one object when they share this part of the
smaller.
"""


class Slice(NamedTuple):
    """A part of a view."""

    x: int
    """First column, a multiple of the masks' stride."""
    y: int
    """First row, likewise."""
    width: int
    """View px."""
    height: int
    """View px."""
    core: Box
    """The part whose objects count, view px."""


def slices(size: tuple[int, int], side: tuple[int, int], share: float, stride: int) -> list[Slice]:
    """The slices of a view: one where it fits.

    Args:
        size: (height, width) of the view, px.
        side: the most of a slice, (height, width), px.
        share: the part of a side that neighbours have in common.
        stride: that their places are multiples of, px.
    """
    rows, columns = (_spans(n, most, share, stride) for n, most in zip(size, side, strict=True))
    return [
        Slice(x, y, w, h, Box(left, top, right, bottom))
        for y, h, top, bottom in rows
        for x, w, left, right in columns
    ]


def _spans(
    length: int, most: int, share: float, stride: int
) -> list[tuple[int, int, float, float]]:
    """(start, length, start and end of the core) of stretches that cover a length."""
    if length <= most:
        return [(0, length, 0.0, float(length))]
    common = round(most * share)
    count = math.ceil((length - common) / (most - common))
    last = length - most
    starts = [math.ceil(round(k * last / (count - 1)) / stride) * stride for k in range(count)]
    ends = [min(length, start + most) for start in starts]
    cuts = [0.0, *((ends[k] + starts[k + 1]) / 2 for k in range(count - 1)), float(length)]
    return [
        (start, end - start, cuts[k], cuts[k + 1])
        for k, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def sliced(
    view: View, parts: Sequence[Slice], find: Callable[[View], ViewPrediction]
) -> ViewPrediction:
    """The prediction for a view, of those for its slices.

    Args:
        view: the whole.
        parts: of `slices`.
        find: answers one slice.
    """
    if len(parts) == 1:
        return find(view)
    found: list[Detection] = []
    covers: dict[str, ClassMask] = {}
    height, width = view.pixels.shape[:2]
    stride = 1
    for part in parts:
        rows, columns = slice(part.y, part.y + part.height), slice(part.x, part.x + part.width)
        window = Window(
            Box(0, 0, part.width, part.height), part.width, part.height, "slice", part.core
        )
        told = find(
            View(
                np.ascontiguousarray(view.pixels[rows, columns]),
                window,
                f"{view.key}+{part.x}+{part.y}",
                None if view.valid is None else view.valid[rows, columns],
            )
        )
        stride = told.stride
        for one in told.found:
            x0, y0, x1, y1 = one.view_box
            moved = (x0 + part.x, y0 + part.y, x1 + part.x, y1 + part.y)
            if part.core.contains((moved[0] + moved[2]) / 2, (moved[1] + moved[3]) / 2):
                origin = (one.origin[0] + part.x // stride, one.origin[1] + part.y // stride)
                found.append(replace(one, view_box=moved, origin=origin))
        for cover in told.covers:
            whole = covers.get(cover.label)
            if whole is None:
                empty = np.zeros((-(-height // stride), -(-width // stride)), np.float32)
                whole = covers[cover.label] = replace(cover, probability=empty)
            down, across = cover.probability.shape
            target = whole.probability[part.y // stride :, part.x // stride :][:down, :across]
            np.maximum(target, cover.probability, out=target)
    kept = []
    for label in dict.fromkeys(one.label for one in found):
        mine = [one for one in found if one.label == label]
        boxes = np.array([one.view_box for one in mine], np.float32)
        scores = np.array([one.score for one in mine], np.float32)
        kept += [mine[i] for i in suppress_many(boxes, scores, SAME, over="smaller")]
    return ViewPrediction(tuple(kept), tuple(covers.values()), stride)

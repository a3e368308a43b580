"""A closer look at boxes of thin things: corrected from their surroundings, enlarged.

A rotor blade is narrower than a cell of the finest features, so where a turbine ends cannot be read
from the features of the view. Around each box a part of the view is enlarged and goes through the
image side once more; a refiner trained on such parts corrects the box there. It costs a few parts
an object, only where the class is there, and nothing for other classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from geomagnifier.geometry import suppress
from geomagnifier.models.small.box_features import Refiner, corrected
from geomagnifier.models.small.cells import pad
from geomagnifier.models.small.feature_cache import FeaturePyramid
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.types import LEVEL, Bools, Bytes, Floats, Window

SIDE = 320
"""Side of an enlarged part, px: that of a training crop."""
AROUND = 1.5
"""A part holds this many times a box: what the refiner samples."""
MOST = 16
"""Parts of one view at most; boxes beyond them are corrected on the view as it is."""

LEAST = 0.8
"""Share of the usual length of its class that an object has at least on a shrunk level of the
pyramid; a shorter one is seen better at full size, enlarged.
"""


class Part(NamedTuple):
    """A part of a view that is enlarged."""

    left: float
    """View px."""
    top: float
    """View px."""
    boxes: list[int]
    """Indices of the boxes that are corrected there."""


def seen_best(boxes: Floats, usual: float, window: Window) -> Bools:
    """Whether no other level of the pyramid shows an object better, (N,).

    Args:
        boxes: (N, 4) view px.
        usual: length of the class in the training images, px.
        window: of the view.
    """
    lengths = (boxes[:, 2:] - boxes[:, :2]).max(1, initial=0.0)
    return np.asarray((lengths >= LEAST * usual) | (window.role != LEVEL), bool)


def parts_of(boxes: Floats, size: tuple[int, int], side: float) -> list[Part]:
    """Parts of a view that hold boxes with what lies around them.

    A box goes into the first part that holds it; one too large for a part is in none.

    Args:
        boxes: (N, 4) view px, the best first.
        size: (height, width) of the view, px.
        side: of a part, view px.
    """
    parts: list[Part] = []
    for index, (x0, y0, x1, y1) in enumerate(boxes.tolist()):
        across, down = (x1 - x0) * AROUND / 2, (y1 - y0) * AROUND / 2
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if 2 * max(across, down) > side:
            continue
        low = max(0.0, x - across), max(0.0, y - down)
        high = min(float(size[1]), x + across), min(float(size[0]), y + down)
        for part in parts:
            if (
                part.left <= low[0]
                and part.top <= low[1]
                and high[0] <= part.left + side
                and high[1] <= part.top + side
            ):
                part.boxes.append(index)
                break
        else:
            if len(parts) < MOST:
                left, top = (
                    min(max(0.0, middle - side / 2), max(0.0, length - side))
                    for middle, length in ((x, size[1]), (y, size[0]))
                )
                parts.append(Part(left, top, [index]))
    return parts


def enlarge(pixels: Bytes, part: Part, side: float, enlarged: float) -> Bytes:
    """The pixels of a part, enlarged.

    Args:
        pixels: (H, W, 3) of the view.
        part: of it.
        side: of the part, view px; less where the view ends.
        enlarged: how many times.
    """
    from PIL import Image

    height, width = pixels.shape[:2]
    right, bottom = min(width, part.left + side), min(height, part.top + side)
    across, down = round((right - part.left) * enlarged), round((bottom - part.top) * enlarged)
    made = Image.fromarray(pixels).resize(
        (max(1, across), max(1, down)),
        Image.Resampling.BICUBIC,
        box=(part.left, part.top, right, bottom),
    )
    return np.asarray(made, np.uint8)


def look_closer(
    refiner: Refiner,
    sessions: Sessions,
    pixels: Bytes,
    pyramid: FeaturePyramid,
    boxes: Floats,
    scores: Floats,
    state: Floats,
) -> tuple[Floats, Floats]:
    """Corrected boxes of a class after NMS, and their scores, weighed by the fit.

    Args:
        refiner: for enlarged parts.
        sessions: of the small model, for its image side.
        pixels: (H, W, 3) of the view.
        pyramid: of the view.
        boxes: (N, 4) view px, the best first.
        scores: (N,), raw.
        state: of the class, (256,).
    """
    moved, weighed = corrected(refiner, sessions, pyramid, boxes, scores, state)
    side = SIDE / refiner.enlarged
    for part in parts_of(boxes, _size(pixels), side):
        fresh = enlarge(pixels, part, side, refiner.enlarged)
        levels: Sequence[Floats] = sessions.run("views", pixels=pad(fresh)[None])[:4]
        corner = np.array([part.left, part.top] * 2, np.float32)
        inside = (boxes[part.boxes] - corner) * np.float32(refiner.enlarged)
        right, fits = corrected(
            refiner, sessions, FeaturePyramid(*levels), inside, scores[part.boxes], state
        )
        moved[part.boxes] = right / np.float32(refiner.enlarged) + corner
        weighed[part.boxes] = fits
    kept = suppress(moved, weighed, 0.5)
    return moved[kept], weighed[kept]


def _size(pixels: Bytes) -> tuple[int, int]:
    height, width = pixels.shape[:2]
    return height, width

"""Large scenes with exact labels, made of validation images of VHR-10 laid side by side.

The pixels are real, the seams are known. A frame is 4 x 3 cells of 1024 x 720 px; a cell is one
image, enlarged until it covers the cell, of which the upper left part is kept.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geomagnifier.errors import OptionError
from geomagnifier.masks import decode
from geomagnifier.types import Bools, Bytes, Floats
from geomagnifier_lab.datasets.sample import ObjectSample, read_pixels
from geomagnifier_lab.eval.boxes import Size, run_lengths

WIDTH, HEIGHT, ACROSS, DOWN = 4096, 2160, 4, 3
WIDE, HIGH = WIDTH // ACROSS, HEIGHT // DOWN
VISIBLE = 0.25
"""Share of an object's box that must be left after a cell is cut for the rest to count as an
object; its pixels count always.
"""
MIRRORS = 4
"""As it is, left for right, upside down, both."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A scene with the labels of one class."""

    pixels: Bytes
    """(H, W, 3) uint8."""
    target: Bools
    """(H, W) bool, where the class is."""
    boxes: Floats
    """(N, 4) px of the objects of the class."""
    kind: str
    """The class that is labelled."""


def kinds_of(samples: Sequence[ObjectSample]) -> list[str]:
    """Every class that is labelled in any of the images, sorted by name."""
    return sorted({o.kind for s in samples for o in s.objects})


def cell(sample: ObjectSample, kind: str, mirror: int = 0) -> Frame:
    """An image brought to 1024 x 720 px, with its labels of one class.

    Args:
        sample: image and labels.
        kind: the class that is labelled in the cell.
        mirror: 0 as it is, 1 left for right, 2 upside down, 3 both.
    """
    picture = read_pixels(sample.path)
    height, width = picture.shape[:2]
    factor = _factor(width, height)
    size = Size(round(height * factor), round(width * factor))
    pixels = np.asarray(Image.fromarray(picture).resize((size.width, size.height)))[:HIGH, :WIDE]
    rings = [
        ring * np.float32(factor) for o in sample.objects if o.kind == kind for ring in o.polygons
    ]
    target = (
        decode(run_lengths(rings, size))[:HIGH, :WIDE] if rings else np.zeros((HIGH, WIDE), bool)
    )
    boxes = _boxes(sample, kind, (width, height))
    if mirror & 1:
        pixels, target, boxes = (
            pixels[:, ::-1],
            target[:, ::-1],
            np.array([WIDE, 0, WIDE, 0]) + boxes[:, [2, 1, 0, 3]] * [-1, 1, -1, 1],
        )
    if mirror & 2:
        pixels, target, boxes = (
            pixels[::-1],
            target[::-1],
            np.array([0, HIGH, 0, HIGH]) + boxes[:, [0, 3, 2, 1]] * [1, -1, 1, -1],
        )
    return Frame(pixels, target, np.asarray(boxes, np.float32), kind)


def shown(sample: ObjectSample, kind: str) -> int:
    """How many objects of a class the sample's cell shows.

    Of the image only the header is read.

    Args:
        sample: image and labels.
        kind: the class that is counted.
    """
    if not any(o.kind == kind for o in sample.objects):
        return 0
    return len(_boxes(sample, kind, _size_of(sample.path)))


def _boxes(sample: ObjectSample, kind: str, size: tuple[int, int]) -> NDArray[np.float64]:
    """Boxes of a class in its cell, (N, 4) px; those that are mostly cut off are left out.

    size: width and height of the image, px.
    """
    whole = np.array([o.box for o in sample.objects if o.kind == kind], np.float64).reshape(
        -1, 4
    ) * _factor(*size)
    cut = np.clip(whole, 0, [WIDE, HIGH, WIDE, HIGH])
    area, left = ((b[:, 2:] - b[:, :2]).prod(1) for b in (whole, cut))
    return np.asarray(cut[left >= VISIBLE * area], np.float64)


def _factor(width: int, height: int) -> float:
    return max(WIDE / width, HIGH / height)


@functools.cache
def _size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def lay_frame(
    samples: Sequence[ObjectSample], kind: str, rng: np.random.Generator, with_kind: int = 2
) -> Frame:
    """Lay twelve images side by side, `with_kind` of them with the class.

    Where there are not as many, some are laid twice, mirrored.

    Args:
        samples: images and labels to choose from.
        kind: the class that is labelled.
        rng: random generator of the choice and of the places.
        with_kind: cells that show the class.

    Raises:
        OptionError: too few images, with the class or without it.
    """
    has, lacks = (
        [s for s in samples if any(o.kind == kind for o in s.objects) is there]
        for there in (True, False)
    )
    visible = [s for s in has if shown(s, kind)]
    without = ACROSS * DOWN - with_kind
    if len(visible) * MIRRORS < with_kind or len(lacks) < without:
        raise OptionError(
            f"{len(samples)} pictures, {len(visible)} with a visible {kind}, are too few for a"
            f" frame with it in {with_kind}"
        )
    drawn = [has[i] for i in rng.choice(len(has), min(with_kind, len(has)), replace=False)]
    chosen = [(s, 0) for s in drawn if s in visible]
    for pool in (
        [(s, 0) for s in visible if s not in drawn],
        [(s, m) for m in range(1, MIRRORS) for s in visible],
    ):
        if lacking := min(
            with_kind - len(chosen), len(pool)
        ):  # cut out of its cell, or too few images
            chosen += [pool[i] for i in rng.choice(len(pool), lacking, replace=False)]
    chosen += [(lacks[i], 0) for i in rng.choice(len(lacks), without, replace=False)]
    pixels, target = np.zeros((HEIGHT, WIDTH, 3), np.uint8), np.zeros((HEIGHT, WIDTH), bool)
    boxes: list[Floats] = []
    for place, index in enumerate(rng.permutation(len(chosen))):
        x, y = place % ACROSS * WIDE, place // ACROSS * HIGH
        part = cell(chosen[index][0], kind, chosen[index][1])
        pixels[y : y + HIGH, x : x + WIDE] = part.pixels
        target[y : y + HIGH, x : x + WIDE] = part.target
        boxes.append(part.boxes + np.array([x, y, x, y], np.float32))
    return Frame(pixels, target, np.concatenate(boxes), kind)


def shrunk(frame: Frame, long: float) -> Frame:
    """The frame as a coarser sensor shows it.

    A pixel belongs to the class where at least half of it did.

    Args:
        frame: scene and labels; it is not changed.
        long: px that the median long side of its objects becomes. A frame whose median is smaller
            already stays as it is.
    """
    sides = (frame.boxes[:, 2:] - frame.boxes[:, :2]).max(1, initial=0)
    factor = max(1.0, float(np.median(sides)) / long) if len(sides) else 1.0
    height, width = frame.target.shape
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    pixels = np.asarray(Image.fromarray(frame.pixels).resize(size, Image.Resampling.BOX))
    share = np.asarray(
        Image.fromarray(frame.target.astype(np.uint8) * np.uint8(255)).resize(
            size, Image.Resampling.BOX
        )
    )
    scale = np.array([size[0] / width, size[1] / height] * 2, np.float32)
    return Frame(pixels, share >= 128, np.asarray(frame.boxes * scale, np.float32), frame.kind)

"""Frames of 4096 x 2160 px in which objects are small.

16 x 12 validation images of VHR-10 lie side by side, each a quarter as large. Objects of 32 to
130 px become 8 to 32 px long, as a sensor of 2 to 8 m/px shows them. The class is in one to three
of the 192 images.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from geomagnifier.errors import OptionError
from geomagnifier.inference.scan_state import Progress
from geomagnifier.masks import encode
from geomagnifier.types import Bools, Bytes, ModelSpec
from geomagnifier_lab.bench.frames import (
    ACROSS,
    DOWN,
    HEIGHT,
    HIGH,
    MIRRORS,
    WIDE,
    WIDTH,
    Frame,
    cell,
    kinds_of,
    shown,
)
from geomagnifier_lab.bench.pyramid import write_pyramid
from geomagnifier_lab.bench.search_run import Case, corners, read_cases, write_cases
from geomagnifier_lab.datasets.sample import ObjectSample
from geomagnifier_lab.datasets.vhr10 import vhr10

SMALLER = 4
WIDE_SMALL, HIGH_SMALL = WIDE // SMALLER, HIGH // SMALLER
PLACES = ACROSS * DOWN * SMALLER**2
SMALL_SIDE = 32.0
"""An object is small below 32 x 32 px of area, as COCO has it."""
WITH_KIND = (1, 3)
SEED = 8


def small_kinds(samples: Sequence[ObjectSample]) -> list[str]:
    """The classes of which most objects are small in such a frame."""
    kinds = []
    for kind in kinds_of(samples):
        areas = [
            (o.box[2] - o.box[0]) * (o.box[3] - o.box[1])
            for s in samples
            for o in s.objects
            if o.kind == kind and shown(s, kind)
        ]
        if areas and np.median(areas) < (SMALL_SIDE * SMALLER) ** 2:
            kinds.append(kind)
    return kinds


def small_cell(sample: ObjectSample, kind: str, mirror: int = 0) -> Frame:
    """An image of 256 x 180 px with its labels of one class, see `frames.cell`.

    A pixel belongs to the class where at least half of it did.

    Args:
        sample: image and labels.
        kind: the class that is labelled.
        mirror: 0 as it is, 1 left for right, 2 upside down, 3 both.
    """
    whole, size = cell(sample, kind, mirror), (WIDE_SMALL, HIGH_SMALL)
    pixels = np.asarray(
        Image.fromarray(np.ascontiguousarray(whole.pixels)).resize(size, Image.Resampling.BOX)
    )
    return Frame(pixels, _halves(whole.target), np.asarray(whole.boxes / SMALLER, np.float32), kind)


def metres_of(kind: str, spec: ModelSpec) -> float | None:
    """Pixel size of such a frame by the model's own table of object sizes, m.

    Args:
        kind: the class that the frame shows.
        spec: with the table of sizes.

    Returns:
        m/px; None where the table says nothing.
    """
    size = spec.sizes.get(kind)
    return None if size is None or size.metres is None else SMALLER * size.metres / size.pixels


def _halves(target: Bools) -> Bools:
    blocks = target.reshape(HIGH_SMALL, SMALLER, WIDE_SMALL, SMALLER)
    return np.asarray(blocks.mean((1, 3)) >= 0.5)


def small_frame(
    samples: Sequence[ObjectSample],
    kind: str,
    rng: np.random.Generator,
    with_kind: int,
    seen: dict[Path, Bytes] | None = None,
) -> Frame:
    """Lay 192 images side by side, mirrored or not, `with_kind` of them with the class; none twice.

    Args:
        samples: images and labels.
        kind: the class that is labelled.
        rng: random generator.
        with_kind: images that show it.
        seen: keeps the images without labels from one frame to the next.

    Raises:
        OptionError: too few images.
    """
    seen = {} if seen is None else seen
    has = [(s, m) for s in samples if shown(s, kind) for m in range(MIRRORS)]
    lacks = [
        (s, m)
        for s in samples
        if not any(o.kind == kind for o in s.objects)
        for m in range(MIRRORS)
    ]
    if len(has) < with_kind or len(lacks) < PLACES - with_kind:
        raise OptionError(
            f"{len(samples)} pictures are too few for a frame of {PLACES} with {kind} in"
            f" {with_kind}; it needs VHR-10's val"
        )
    chosen = [has[i] for i in rng.choice(len(has), with_kind, replace=False)]
    chosen += [lacks[i] for i in rng.choice(len(lacks), PLACES - with_kind, replace=False)]
    pixels, target = np.zeros((HEIGHT, WIDTH, 3), np.uint8), np.zeros((HEIGHT, WIDTH), bool)
    boxes = [np.zeros((0, 4), np.float32)]
    for place, index in enumerate(rng.permutation(PLACES)):
        sample, mirror = chosen[index]
        x, y = place % (ACROSS * SMALLER) * WIDE_SMALL, place // (ACROSS * SMALLER) * HIGH_SMALL
        here = np.s_[y : y + HIGH_SMALL, x : x + WIDE_SMALL]
        if index < with_kind:
            part = small_cell(sample, kind, mirror)
            pixels[here], target[here] = part.pixels, part.target
            boxes.append(part.boxes + np.array([x, y, x, y], np.float32))
        else:
            if sample.path not in seen:
                seen[sample.path] = small_cell(sample, kind).pixels
            pixels[here] = seen[sample.path][:: -1 if mirror & 2 else 1, :: -1 if mirror & 1 else 1]
    return Frame(pixels, target, np.concatenate(boxes), kind)


def prepare(root: Path, folder: Path, frames: int, progress: Progress | None = None) -> Path:
    """Write frames and their cases, where there are none of that number yet.

    Frame k depends on k alone; the classes take turns.

    Args:
        root: folder of the data sets.
        folder: of the frames.
        frames: how many.
        progress: called with (frames written, frames in all).

    Returns:
        a file of `search_run.write_cases`.
    """
    target = folder / "cases.json"
    if (
        target.is_file()
        and len(read_cases(target)) == frames
        and all(Path(case.path).is_file() for case in read_cases(target))
    ):
        return target
    samples = vhr10(root, "val")
    kinds, cases = small_kinds(samples), []
    seen: dict[Path, Bytes] = {}
    for k in range(frames):
        rng = np.random.default_rng([SEED, k])
        frame = small_frame(
            samples,
            kinds[k % len(kinds)],
            rng,
            int(rng.integers(WITH_KIND[0], WITH_KIND[1] + 1)),
            seen,
        )
        path = folder / f"fine-{k:03d}.tif"
        write_pyramid(path, (WIDTH, HEIGHT), [frame.pixels])
        cases.append(
            Case(
                str(path),
                f"Segment every {frame.kind}.",
                corners(frame.boxes),
                encode(frame.target),
            )
        )
        if progress is not None:
            progress(k + 1, frames)
    write_cases(target, cases)
    return target

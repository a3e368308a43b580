"""The scenes that searches are compared on, by group, with their labels.

sparse   4096 x 2160 px frames with the class in 1 to 3 of their 12 images
full     in 9 to 12 of them
none     in none
small    as sparse, shrunk until the median object is 8 px long
airbus   2560 px satellite images with boxes of airplanes, never trained on
cars4k   4000 x 2250 px drone images with boxes of vehicles, never trained on
scenes   two GeoTIFFs without labels, for their cost

Frames are written as tiled GeoTIFF with overviews; every frame depends on its number alone, and
the classes take turns.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from geomagnifier.errors import OptionError
from geomagnifier.inference.scan_state import Progress
from geomagnifier.masks import encode
from geomagnifier_lab.bench.frames import Frame, kinds_of, lay_frame, shown, shrunk
from geomagnifier_lab.bench.pyramid import write_pyramid
from geomagnifier_lab.bench.search_run import Case, corners, read_cases, write_cases
from geomagnifier_lab.datasets.sample import ObjectSample
from geomagnifier_lab.datasets.vhr10 import vhr10

WITH_KIND = {"sparse": (1, 3), "full": (9, 12), "none": (0, 0), "small": (1, 3)}
"""How many images of a frame show the class, from and to."""
BOXED = {"airbus": "Segment every airplane.", "cars4k": "Segment every vehicle."}
UNLABELLED = {"scenes": "Segment every building."}
GROUPS = (*WITH_KIND, *BOXED, *UNLABELLED)
SEEDS = {"sparse": 1, "full": 2, "none": 3, "small": 1}
"""The same for sparse and small: where both show one class, a small frame is the sparse one of the
same number.
"""
LONG = 8.0
"""Median long side of the objects in `small`, px."""
LONGEST = 128.0
"""Median long side in the images above which a class is left out of `small`, px: its frames would
be under 256 px wide.
"""


def check(groups: list[str]) -> None:
    """Refuse a name that is not a group.

    Raises:
        OptionError: an unknown group; the message lists the groups.
    """
    for group in groups:
        if group not in GROUPS:
            raise OptionError(f"there is no group {group!r}; choose among {', '.join(GROUPS)}")


def prepare(
    group: str, root: Path, folder: Path, frames: int, progress: Progress | None = None
) -> Path | None:
    """Write the cases of a group, and its frames where there are none of that number yet.

    Args:
        group: one of `GROUPS`.
        root: folder of the data sets.
        folder: of the frames; a folder of the group's name is made in it.
        frames: how many, for the groups made of frames.
        progress: called with (frames written, frames of the group).

    Returns:
        a file of `search_run.write_cases`; None where the data set of the group is not there.
    """
    target = folder / group / "cases.json"
    if group in WITH_KIND:
        if (
            target.is_file()
            and len(read_cases(target)) == frames
            and all(Path(case.path).is_file() for case in read_cases(target))
        ):
            return target
        cases = []
        for k in range(frames):
            cases.append(_written(_frame(group, root, k), target.parent / f"{group}-{k:03d}.tif"))
            if progress is not None:
                progress(k + 1, frames)
    elif not (root / group).is_dir():
        return None
    elif group in BOXED:
        rows = [
            json.loads(line)
            for line in (root / group / "boxes.jsonl").read_text().splitlines()
            if line.strip()
        ]
        cases = [
            Case(str(root / group / "images" / r["image"]), BOXED[group], corners(r["boxes"]))
            for r in rows
        ]
    else:
        cases = [
            Case(str(path), UNLABELLED[group]) for path in sorted((root / group).glob("*.tif"))
        ]
    target.parent.mkdir(parents=True, exist_ok=True)
    write_cases(target, cases)
    return target


def _frame(group: str, root: Path, number: int) -> Frame:
    """Frame `number` of a group, always the same."""
    samples = vhr10(root, "val")
    kinds = kinds_of(samples)
    if group == "small":
        kinds = [kind for kind in kinds if _median_long(samples, kind) <= LONGEST]
    rng = np.random.default_rng([SEEDS[group], number])
    low, high = WITH_KIND[group]
    frame = lay_frame(samples, kinds[number % len(kinds)], rng, int(rng.integers(low, high + 1)))
    return shrunk(frame, LONG) if group == "small" else frame


def _median_long(samples: list[ObjectSample], kind: str) -> float:
    boxes = [o.box for s in samples for o in s.objects if o.kind == kind and shown(s, kind)]
    return float(np.median([max(x1 - x0, y1 - y0) for x0, y0, x1, y1 in boxes]))


def _written(frame: Frame, path: Path) -> Case:
    height, width = frame.target.shape
    write_pyramid(path, (width, height), [frame.pixels])
    return Case(
        str(path), f"Segment every {frame.kind}.", corners(frame.boxes), encode(frame.target)
    )

"""Labelled validation images that thresholds are chosen on, and what can be asked about each.

They are the validation images of NWPU VHR-10, Dubai and the sets of other cameras. An image is
asked about the classes that its set labels, about their wide classes, and about a few that cannot
be in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from geomagnifier.finetuning.crops import Source
from geomagnifier.language.classes import WITHIN, narrow
from geomagnifier.masks import decode
from geomagnifier.types import Bools, Bytes, Floats
from geomagnifier_lab.datasets.camera_sets import (
    SETS,
    CameraSample,
    CameraSet,
    camera_set,
    pool_chips,
)
from geomagnifier_lab.datasets.dubai import COVER, NOTHING, dubai, read_cover
from geomagnifier_lab.datasets.sample import CoverSample, ObjectSample
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.boxes import Size, run_lengths
from geomagnifier_lab.eval.pictures import chance, evenly
from geomagnifier_lab.train.sources import pool_sources
from geomagnifier_lab.train.wide_batches import NOT_IN_VHR10

ENOUGH, KNOWN = 0.005, 0.9
"""Land cover is present from this share of the image on; it is absent where this share is labelled
and none of it is of the class.
"""
ABSENT = 3
"""Classes that cannot be in an image of another camera and are asked for all the same."""


class Ask(NamedTuple):
    """A class with its labels in an image."""

    kind: str
    """Class name."""
    there: bool | None
    """Whether it is in the image; None where the labels do not tell."""
    boxes: Floats | None
    """(N, 4) objects, scene px; None for land cover."""
    mask: Bools | None = None
    """(H, W) what it covers; None where that is not labelled."""
    known: Bools | None = None
    """(H, W) False where nothing is labelled; None where all is labelled."""
    complete: bool = True
    """Whether every object is labelled."""
    nominal: bool = False
    """Whether boxes say where an object is, not how large it is."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A validation image with its questions."""

    of: str
    """Name of its set."""
    name: str
    """Name of the image; chooses the words of the questions."""
    source: Path | Bytes
    """Path or pixels, for `open_scene`."""
    asks: Callable[[Size], list[Ask]]
    """(height, width) -> what can be asked about it."""


def kept_aside(root: Path, limit: int | None = None) -> list[Picture]:
    """All validation images.

    Args:
        root: folder of the data sets.
        limit: images of each set, evenly from it; None for all.

    Raises:
        DataMissing, DataCorrupt: a set is not there, or damaged; those of other cameras may be
            missing altogether.
    """
    pictures = [
        Picture("vhr10", s.path.name, s.path, partial(_of_vhr10, s))
        for s in evenly(vhr10(root, "val"), limit)
    ]
    pictures += [
        Picture("dubai", s.path.name, s.path, partial(_of_dubai, s))
        for s in evenly(dubai(root, "val"), limit)
    ]
    if not (root / "more").is_dir():
        return pictures
    for name, how in SETS.items():
        samples = evenly(camera_set(root, name, "val"), limit)
        pictures += [
            Picture(name, s.path.name, s.path, partial(_of_camera, s, how)) for s in samples
        ]
    for number, source in enumerate(evenly(pool_sources(pool_chips(root, "val"), 0), limit)):
        pictures.append(
            Picture("chips_pools", f"chips {number}", source.pixels, partial(_of_chips, source))
        )
    return pictures


def _boxes(boxes: list[tuple[float, float, float, float]]) -> Floats:
    return np.array(boxes, np.float32).reshape(-1, 4)


def _of_vhr10(sample: ObjectSample, size: Size) -> list[Ask]:
    asks = [Ask(kind, False, _boxes([])) for kind in NOT_IN_VHR10]
    for kind in sample.kinds:
        own = [o for o in sample.objects if o.kind == kind]
        mask = (
            decode(run_lengths([ring for o in own for ring in o.polygons], size)) if own else None
        )
        asks.append(Ask(kind, bool(own), _boxes([o.box for o in own]), mask))
    return asks


def _of_chips(source: Source, size: Size) -> list[Ask]:
    return [
        Ask("swimming pool", bool(source.objects), _boxes([box for _, box, _ in source.objects]))
    ]


def _of_dubai(sample: CoverSample, size: Size) -> list[Ask]:
    labels = read_cover(sample.cover)
    asks = []
    for number, kind in enumerate(COVER):
        share, known = float((labels == number).mean()), float((labels != NOTHING).mean())
        there = True if share > ENOUGH else False if share == 0 and known > KNOWN else None
        asks.append(Ask(kind, there, None, labels == number, labels != NOTHING))
    return asks


def _of_camera(sample: CameraSample, how: CameraSet, size: Size) -> list[Ask]:
    if sample.area is not None:
        return [Ask(kind, True, None, sample.area) for kind in how.classes.values()]
    labelled = tuple(dict.fromkeys(how.classes.values()))
    # objects of a wide class are all labelled, as narrow ones, where the others of it are absent
    surely = (*how.absent, *labelled, *(() if how.complete else WITHIN.values()))
    wide = tuple(dict.fromkeys(WITHIN[kind] for kind in labelled if WITHIN.get(kind) in surely))
    asks = []
    for kind in dict.fromkeys((*labelled, *wide)):
        own = [o for o in sample.objects if o.kind in (kind, *narrow(kind))]
        outlined = own and how.complete and all(o.polygons for o in own)
        mask = (
            decode(run_lengths([ring for o in own for ring in o.polygons], size))
            if outlined
            else None
        )
        there = True if own else False if how.complete else None
        asks.append(
            Ask(kind, there, _boxes([o.box for o in own]), mask, None, how.complete, how.nominal)
        )
    others = [kind for kind in how.absent if kind not in (*labelled, *wide)]
    for k in chance(sample.path, "absent").permutation(len(others))[:ABSENT]:
        asks.append(Ask(others[int(k)], False, _boxes([])))
    return asks

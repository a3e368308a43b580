"""What a public benchmark hands over: questions with their truth, pictures and masks read late.

Nothing here knows models or metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import DataMissing

Work = Literal["scene", "caption", "retrieval", "ground", "detect", "refer", "grounded"]
"""What is asked: the class of a scene; a sentence; captions by pictures and pictures by captions;
the box of one thing described; all objects of some kinds; the mask of what is described; a sentence
whose phrases have masks.
"""
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Thing:
    """An object or a phrase with its place."""

    label: str
    """Class or phrase, as published."""
    box: tuple[float, float, float, float]
    """(x0, y0, x1, y1) px, half-open."""
    mask: Callable[[], Mask] | None = None
    """Reads (H, W) bool at the picture's size; None where the set has boxes alone."""
    ignored: bool = False
    """Counts neither as found nor as missed ("difficult" of VOC, "iscrowd" of COCO)."""


@dataclass(frozen=True, eq=False)
class Case:
    """One question of a benchmark.

    id: unique within the split and the same in every reading.  image: its path.  question: as
    published; "" where the set has none and the asker words it.  label: scene class as published.
    captions: sentences about the picture, or the reference answer.
    things: objects, phrases, or the one thing to be grounded.  mask: of what is referred to, (H, W)
        bool; an empty one is a truth too.
    """

    id: str
    image: Path
    work: Work
    question: str = ""
    label: str = ""
    captions: tuple[str, ...] = ()
    things: tuple[Thing, ...] = ()
    mask: Callable[[], Mask] | None = None


@dataclass(frozen=True)
class Benchmark:
    """A public benchmark in the layout of its authors.

    name: on the command line.  title: as papers call it.  work: what is asked.  url, licence,
        layout: for who looks for it.
    protocol: how it is measured, with the source of that.  splits: names, the one that papers
        report first.  classes: published names;
    words: of each class, the plain names that mean it in the project's vocabulary (empty: the
        class's own words).
    checksums: md5 of published archives or files, where their authors give them.  read: (root,
        split) -> cases.
    """

    name: str
    title: str
    work: Work
    url: str
    licence: str
    layout: str
    protocol: str
    splits: tuple[str, ...]
    read: Callable[[Path, str], list[Case]]
    classes: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)


def needed(path: Path, benchmark: Benchmark) -> Path:
    """`path`, if it is there.

    Raises:
        DataMissing: it is not; the message names it, where it comes from and how the folder is laid
            out.
    """
    if not path.exists():
        raise DataMissing(
            f"{benchmark.title} lacks {path}; it comes from {benchmark.url}, laid out as"
            f" {benchmark.layout}"
        )
    return path

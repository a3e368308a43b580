"""What a public benchmark hands over: questions with their truth, images and masks read late.

Nothing here knows models or metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Work = Literal["scene", "caption", "retrieval", "ground", "detect", "refer", "grounded"]
"""What is asked: the class of a scene; a sentence; captions by images and images by captions; the
box of one object described; all objects of some classes; the mask of what is described; a sentence
whose phrases have masks.
"""
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Thing:
    """An object or a phrase, with its box and perhaps its mask."""

    label: str
    """Class or phrase, as published."""
    box: tuple[float, float, float, float]
    """(x0, y0, x1, y1) px, half-open."""
    mask: Callable[[], Mask] | None = None
    """Reads (H, W) bool at the image's size; None where the set has boxes alone."""
    ignored: bool = False
    """Counts neither as found nor as missed ("difficult" of VOC, "iscrowd" of COCO)."""


@dataclass(frozen=True, eq=False)
class Case:
    """One question of a benchmark."""

    id: str
    """Unique within the split and the same in every reading."""
    image: Path
    """Its path."""
    work: Work
    """What is asked."""
    question: str = ""
    """As published; "" where the set has none and the asker words it."""
    label: str = ""
    """Scene class, or the object's class, as published."""
    captions: tuple[str, ...] = ()
    """Sentences about the image, or the reference answer."""
    things: tuple[Thing, ...] = ()
    """Objects, phrases, or the one object to be grounded."""
    mask: Callable[[], Mask] | None = None
    """Reads the mask of what is referred to, (H, W) bool; an empty one is a truth too."""


@dataclass(frozen=True)
class Benchmark:
    """A public benchmark in the layout of its authors."""

    name: str
    """On the command line."""
    title: str
    """As papers call it."""
    work: Work
    """What is asked."""
    url: str
    """Where it comes from."""
    licence: str
    """Of images and labels."""
    layout: str
    """How its folder is laid out."""
    protocol: str
    """How it is measured, with the source of that."""
    splits: tuple[str, ...]
    """Names, the one that papers report first."""
    read: Callable[[Path, str], list[Case]]
    """(root, split) -> cases."""
    classes: tuple[str, ...] = ()
    """Published names."""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each class, the plain names that mean it in the project's vocabulary (empty: the class's
    own words).
    """
    checksums: Mapping[str, str] = field(default_factory=dict)
    """MD5 of published archives or files, where their authors give them."""

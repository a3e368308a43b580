"""What the tests of composed questions share.

A model's classes without the model, and regions of plain boxes.
"""

from __future__ import annotations

import numpy as np

from geomagnifier.language import chinese_answers
from geomagnifier.language.class_names import CLASSES, names_by_class
from geomagnifier.masks import encode, place
from geomagnifier.results import Region
from geomagnifier.types import Affine6, ModelSpec, SceneInfo

KINDS = tuple(CLASSES)
SPEC = ModelSpec(
    "labels",
    "0",
    KINDS,
    (),
    objects=KINDS[:10],
    names=names_by_class(KINDS),
    chinese={kind: chinese_answers.noun(kind) for kind in KINDS},
    counters={kind: chinese_answers.NOUNS[kind][0] for kind in KINDS},
)
UTM: Affine6 = (0.5, 0, 500_000, 0, -0.5, 5_200_000)
FLAT = SceneInfo("flat", 400, 300, 3)
"""Without a place on Earth."""
GROUND = SceneInfo("ground", 400, 300, 3, crs="EPSG:32633", transform=UTM, gsd=0.5)
"""Pixels of half a metre."""


def region(
    label: str, x0: int, y0: int, x1: int, y1: int, score: float = 0.9, scene: SceneInfo = FLAT
) -> Region:
    """A box that fills its mask."""
    mask = place(np.ones((y1 - y0, x1 - x0), bool), (x0, y0), (scene.height, scene.width))
    return Region(label, score, (x0, y0, x1, y1), mask)


def slanted(
    label: str, middle: tuple[float, float], length: float, width: float, degrees: float
) -> Region:
    """A rectangle with its long axis so many degrees clockwise from up."""
    y, x = np.mgrid[:300, :400] + 0.5
    turn = np.radians(degrees)
    dx, dy = x - middle[0], y - middle[1]
    along, across = dx * np.sin(turn) - dy * np.cos(turn), dx * np.cos(turn) + dy * np.sin(turn)
    mask = (np.abs(along) <= length / 2) & (np.abs(across) <= width / 2)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
    return Region(label, 0.9, box, encode(mask))

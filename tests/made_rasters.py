"""An answer made by hand, for tests of everything that is written."""

from __future__ import annotations

import numpy as np

from geomagnifier import masks
from geomagnifier.geometry import Box, Placement
from geomagnifier.masks import MaskPatch
from geomagnifier.results import Answer, Region, Trace
from geomagnifier.types import Affine6, Granularity, SceneInfo, Window

NORTH_UP: Affine6 = (0.5, 0, 500_000, 0, -0.5, 5_000_000)
TURNED: Affine6 = (0.4, 0.3, 500_000, 0.3, -0.4, 5_000_000)


def make(
    kind: str = "pixel",
    crs: str | None = "EPSG:32633",
    place: Affine6 | None = NORTH_UP,
    size: tuple[int, int] = (160, 120),
    text: str = "Two ships.",
) -> Answer:
    """An answer with a ship of 40 x 20 px at (16, 24) with a hole, and one of 4 x 4 px at (100,
    80).
    """
    width, height = size
    scene = SceneInfo("harbour.tif", width, height, 3, crs, place, 0.5 if crs else None)
    cells = np.zeros((height // 4, width // 4), np.uint8)
    cells[6:11, 4:14] = 255
    cells[8, 8] = 0
    cells[20, 25] = 255
    first = np.kron(cells[6:11, 4:14] > 0, np.ones((4, 4), bool))
    regions = (
        Region(
            "ship",
            0.9,
            (16, 24, 56, 44),
            masks.place(first, (16, 24), (height, width)),
            "the big ship",
        ),
        Region("boat", 0.4, (100, 80, 104, 84)),
    )
    trace = Trace(
        width * height,
        9600,
        1.5e9,
        {"read": 0.01, "vision": 0.2},
        (Window(scene.box, 80, 60, "whole", scene.box),),
        None,
        (Box(8, 8, 80, 60),),
        (),
    )
    preview = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    patches = (
        (MaskPatch(Placement(scene.box, width, height), scene.box, cells, 0.5),)
        if kind == "pixel"
        else None
    )
    return Answer(
        question="Segment every ship.",
        text=text,
        granularity=Granularity(kind),
        granularity_probabilities={"image": 0.1, "region": 0.2, "pixel": 0.7},
        scene=scene,
        trace=trace,
        preview=preview,
        labels=(("harbour", 0.8), ("beach", 0.2)) if kind == "image" else (),
        regions=() if kind == "image" else regions,
        patches=patches,
    )

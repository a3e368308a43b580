"""What attention is worth: the share of the objects inside the opened windows, at equal area.

Frames of 4096 x 2160 px are laid together from twelve images, the asked class in two of them, and
seen at a quarter of the size, D(I). Each way of scoring opens one of the 25 windows of half the
frame each way (paper, section 2.2), a quarter of the area; then three of them, kept apart as
`search="paper"` keeps them, and the best three united where they overlap (`variant="hull"`). What
counts is the share of objects of which nine tenths lie inside, and the share of the class's pixels.
The area is given beside each: opening more holds more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geomagnifier.geometry import Box
from geomagnifier.inference import cropping, resolution
from geomagnifier.inference.scan_state import Progress
from geomagnifier.models.small.model import SmallModel
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Bools, Floats, Granularity, Query, Relevance, View, Window
from geomagnifier.variants import Variant
from geomagnifier_lab.bench import score
from geomagnifier_lab.bench.frames import kinds_of, lay_frame
from geomagnifier_lab.datasets.vhr10 import vhr10

FRAMES = 40
ENTROPY = "cross entropy"
WAYS = ("gradient", ENTROPY, "attention", "mask", "grid", "random")
"""PSC's H, the same with the cross entropy as written, attention alone, the coarse class mask,
fixed places, chance.
"""


def share(target: Bools, boxes: Sequence[Box]) -> float:
    """Share of the target's pixels inside any of the boxes.

    Args:
        target: (H, W) bool.
        boxes: px of the target.
    """
    seen = np.zeros_like(target)
    for box in boxes:
        x0, y0, x1, y1 = (int(v) for v in box.tuple())
        seen[y0:y1, x0:x1] = True
    return float((target & seen).sum() / max(1, target.sum()))


def held(boxes: Floats, windows: Sequence[Box]) -> float:
    """Share of objects of which at least nine tenths lie in one of the windows.

    Args:
        boxes: (N, 4) px of the objects.
        windows: px, read at full size.

    Returns:
        0 to 1; 1 where there are no objects.
    """
    full = [Window(box, round(box.width), round(box.height), "C1", box) for box in windows]
    return float(score.inside(boxes, full).mean()) if len(boxes) else 1.0


def compare(
    model: SmallModel,
    root: Path,
    frames: int = FRAMES,
    seed: int = 11,
    progress: Progress | None = None,
) -> dict[str, dict[str, float]]:
    """Compare the ways of scoring windows on frames laid together from images.

    Args:
        model: its relevance maps are read at a quarter of the frame's size, D(I).
        root: folder of the data sets; the validation images of VHR-10 are used.
        frames: how many; the classes take turns.
        seed: of the frames and of chance.
        progress: called with (frames done, of how many).

    Returns:
        by way, means over the frames. "one", "three", "hull": share of the objects in one window,
        in three kept apart, in the best three united. "three area" and "hull area": how much of
        the frame those cover; one covers a quarter. "pixels": share of the class's pixels in one
        window.
    """
    samples = vhr10(root, "val")
    kinds = kinds_of(samples)
    rng = np.random.default_rng(seed)
    rows: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for k in range(frames):
        frame = lay_frame(samples, kinds[k % len(kinds)], rng)
        query = Query(f"Segment every {frame.kind}.")
        with open_scene(frame.pixels) as scene:
            area = scene.info.box
            (window,) = resolution.plan(Granularity.REGION, scene.info, model.spec, "paper").wide
            view = scene.read(window, pooled=True)
            for way in WAYS:
                scores = _scores(model, query, way, window, view, rng)
                one, three, hull = (
                    cropping.best_boxes(scores, area, top, apart)
                    for top, apart in ((1, True), (3, True), (3, False))
                )
                covered = {
                    name: share(np.ones_like(frame.target), boxes)
                    for name, boxes in (("three area", three), ("hull area", hull))
                }
                found = {
                    name: held(frame.boxes, boxes)
                    for name, boxes in (("one", one), ("three", three), ("hull", hull))
                }
                rows[way].append(found | covered | {"pixels": share(frame.target, one)})
        if progress is not None:
            progress(k + 1, frames)
    return {
        way: {name: float(np.mean([row[name] for row in found])) for name in found[0]}
        for way, found in rows.items()
    }


def _scores(
    model: SmallModel, query: Query, way: str, window: Window, view: View, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Scores (5, 5) of the windows of a frame."""
    if way == "random":
        return rng.random((cropping.ACROSS, cropping.ACROSS))
    if way == "grid":
        places = np.zeros((cropping.ACROSS, cropping.ACROSS))
        places[0, 0], places[0, -1], places[-1, 0] = 3, 2, 1  # three corners
        return places
    if way == ENTROPY:
        query = replace(query, variant=Variant.of(ENTROPY))
    by: Relevance = "gradient" if way == ENTROPY else way  # type: ignore[assignment]
    heat = model.relevance(query, view, by)
    return cropping.window_scores(cropping.grid(window.box, [(window, heat)]))

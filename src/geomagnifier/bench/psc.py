"""Does attention earn its name? The share of target pixels inside the windows that are opened, at equal area.

Frames of 4096 x 2160 px are laid together from twelve pictures, the asked kind in two of them. Each way of scoring opens one of the 25
windows of half the frame each way (paper, section 2.2), a quarter of the area; what counts is the share of the kind's pixels in it. Three
windows are told beside it with the area they cover: the best ones of a heat map overlap, set places do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from geomagnifier import resolution, search
from geomagnifier.bench.frames import kinds_of, lay_frame
from geomagnifier.data.vhr10 import vhr10
from geomagnifier.geometry import Box
from geomagnifier.io.scene import open_scene
from geomagnifier.model.small import SmallModel
from geomagnifier.pipeline import Progress
from geomagnifier.values import Bools, Floats, Query, Relevance, View, Window

FRAMES = 40
WAYS = ("gradient", "attention", "mask", "grid", "random")
"""PSC's H, attention alone, the coarse class mask, set places, chance."""


def share(target: Bools, boxes: Sequence[Box]) -> float:
    """Share of the target's pixels inside any of the boxes."""
    seen = np.zeros_like(target)
    for box in boxes:
        x0, y0, x1, y1 = (int(v) for v in box.tuple())
        seen[y0:y1, x0:x1] = True
    return float((target & seen).sum() / max(1, target.sum()))


def opened(scores: Floats | np.ndarray, area: Box, top: int) -> list[Box]:
    """The `top` windows of best score, each by itself."""
    best = np.argsort(-np.asarray(scores), axis=None, kind="stable")[:top]
    boxes: list[Box] = []
    for index in best:
        alone = np.zeros(np.asarray(scores).shape)
        alone.flat[index] = 1
        boxes += search.best_boxes(alone, area, 1)
    return boxes


def compare(
    model: SmallModel, root: Path, frames: int = FRAMES, seed: int = 11, progress: Progress | None = None
) -> dict[str, dict[str, float]]:
    """By way: "share", of the target's pixels in one window; "three", in three windows, and "area", how much of the frame those cover.

    Args:
        model: its heat maps are read at a quarter of the frame's size, D(I).
        root: folder of the data sets; the validation pictures of VHR-10 are used.
        frames: how many, each kind in turn.
        seed: of the frames and of chance.
        progress: called with (frames done, of how many).
    """
    samples = vhr10(root, "val")
    kinds = kinds_of(samples)
    rng = np.random.default_rng(seed)
    shares: dict[str, list[tuple[float, float, float]]] = {way: [] for way in WAYS}
    for k in range(frames):
        frame = lay_frame(samples, kinds[k % len(kinds)], rng)
        query = Query(f"Segment every {frame.kind}.")
        with open_scene(frame.pixels) as scene:
            (window,) = resolution.cover(scene.info.box, 4, model.spec, "wide")
            view = scene.read(window)
            for way in WAYS:
                scores = _scores(model, query, way, window, view, rng)
                boxes = opened(scores, scene.info.box, 3)
                covered = share(np.ones_like(frame.target), boxes)
                shares[way].append((share(frame.target, boxes[:1]), share(frame.target, boxes), covered))
        if progress is not None:
            progress(k + 1, frames)
    return {way: dict(zip(("share", "three", "area"), np.mean(rows, 0).tolist(), strict=True)) for way, rows in shares.items()}


def _scores(model: SmallModel, query: Query, way: str, window: Window, view: View, rng: np.random.Generator) -> np.ndarray:
    """Scores (5, 5) of the windows of a frame."""
    if way == "random":
        return rng.random((search.ACROSS, search.ACROSS))
    if way == "grid":
        places = np.zeros((search.ACROSS, search.ACROSS))
        places[0, 0], places[0, -1], places[-1, 0] = 3, 2, 1  # three corners
        return places
    by: Relevance = way  # type: ignore[assignment]
    heat = model.relevance(query, view, by)
    return search.window_scores(search.grid(window.box, [(window, heat)]))

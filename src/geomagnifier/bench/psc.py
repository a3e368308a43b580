"""Does attention earn its name? The share of target pixels inside the windows that are opened, at equal area.

Frames of 4096 x 2160 px are laid together from twelve pictures, the asked kind in two of them. Each way of scoring opens one of the 25
windows of half the frame each way (paper, section 2.2), a quarter of the area; what counts is the share of the kind's pixels in it. Three
windows are told beside it with the area they cover: the best ones of a heat map overlap, set places do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from geomagnifier import resolution, search
from geomagnifier.data.sample import ObjectSample, read_pixels
from geomagnifier.data.vhr10 import vhr10
from geomagnifier.eval.boxes import Size, run_lengths
from geomagnifier.geometry import Box
from geomagnifier.io.scene import open_scene
from geomagnifier.masks import decode
from geomagnifier.model.small import SmallModel
from geomagnifier.values import Bools, Bytes, Floats, Granularity, Plan, Query, Relevance, View, Window

WIDTH, HEIGHT, ACROSS, DOWN = 4096, 2160, 4, 3
WAYS = ("gradient", "attention", "mask", "grid", "random")
"""PSC's H, attention alone, the coarse class mask, set places, chance."""


@dataclass(frozen=True, eq=False)
class Frame:
    """pixels (2160, 4096, 3).  target: (2160, 4096) bool, where the kind is."""

    pixels: Bytes
    target: Bools
    kind: str


def lay_frame(samples: Sequence[ObjectSample], kind: str, rng: np.random.Generator) -> Frame:
    """Twelve pictures side by side, two of them with the kind where there are as many."""
    has = [s for s in samples if any(o.kind == kind for o in s.objects)]
    lacks = [s for s in samples if s not in has]
    with_it = min(2, len(has))
    chosen = [has[i] for i in rng.choice(len(has), with_it, replace=False)]
    chosen += [lacks[i] for i in rng.choice(len(lacks), ACROSS * DOWN - with_it, replace=False)]
    pixels, target = np.zeros((HEIGHT, WIDTH, 3), np.uint8), np.zeros((HEIGHT, WIDTH), bool)
    wide, high = WIDTH // ACROSS, HEIGHT // DOWN
    for place, index in enumerate(rng.permutation(len(chosen))):
        sample = chosen[int(index)]
        x, y = place % ACROSS * wide, place // ACROSS * high
        picture = read_pixels(sample.path)
        factor = max(wide / picture.shape[1], high / picture.shape[0])
        size = (round(picture.shape[1] * factor), round(picture.shape[0] * factor))
        pixels[y : y + high, x : x + wide] = np.asarray(Image.fromarray(picture).resize(size))[:high, :wide]
        rings = [ring * np.float32(factor) for o in sample.objects if o.kind == kind for ring in o.polygons]
        if rings:
            target[y : y + high, x : x + wide] = decode(run_lengths(rings, Size(size[1], size[0])))[:high, :wide]
    return Frame(pixels, target, kind)


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
    model: SmallModel, root: Path, frames: int = 40, seed: int = 11, progress: Callable[[int, int], None] | None = None
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
    kinds = sorted({o.kind for s in samples for o in s.objects})
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
        plan = Plan(Granularity.REGION, window.box, (window,))
        return search.scored(search.Search("grid", plan), window.box, [])
    by: Relevance = way  # type: ignore[assignment]
    heat = model.relevance(query, view, by)
    return search.window_scores(search.grid(window.box, [(window, heat)]))

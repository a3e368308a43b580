"""Replies about views become an answer about the scene.

Fine over coarse, one object once, everything in scene px.

The (+) of the paper's section 2.1: each window keeps its place on the scene. What a window adds is
worked out as soon as it has been looked at (`part_of`), small enough to be kept for a thousand
windows; at the end the parts are put together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geomagnifier.area_of_interest import Area
from geomagnifier.geometry import Box, Placement, suppress_many
from geomagnifier.mask_components import components, without_specks
from geomagnifier.masks import MaskPatch, decode_window, place, read_patches, resize
from geomagnifier.results import (
    ClassMask,
    ClassMaskPatch,
    Detection,
    Region,
    ViewPrediction,
    WindowResult,
)
from geomagnifier.types import LEVEL, Bools, Bytes, Granularity, SceneInfo, Window

SAME = 0.6
"""Two boxes of one label from different views are one object when they share this part of the
smaller.
"""
CUT = 0.5
"""Factor on the score of an object cut by its view's edge, in the choice between views."""
SMALLEST = 24
"""Connected pieces of a class below this many scene px are no regions, and not in the mask."""
SURE, ALONE = 0.75, 0.85
"""Mean of the mask over a connected piece, its threshold being one half, from which the piece is an
object that was not detected: where others of its class were, and where nothing was.
"""
SURROUNDINGS = 0.2
"""A mask may be this much longer than its box: boxes often cut the ends of long objects."""

WHOLE = 64_000_000
"""Scene px up to which land cover is joined over the whole scene; above, within each view."""


def part_of(
    window: Window,
    reply: ViewPrediction,
    scene: SceneInfo,
    granularity: Granularity,
    calibrated: bool = True,
) -> WindowResult:
    """What was said of a view, in scene px.

    Args:
        window: the view's.
        reply: of the model.
        scene: the whole.
        granularity: masks are worked out at pixel level only.
        calibrated: objects count from the calibrated score on. Then sure pieces of the mask count
            as well where nothing was detected; else the detections are all.
    """
    pixel = granularity is Granularity.PIXEL
    layers = tuple(
        ClassMaskPatch(c.label, c.score, c.separate, _patch(c, window, reply.stride))
        for c in reply.covers
    )
    patches = {layer.label: layer.patch for layer in layers}
    objects: list[tuple[Region, float]] = []
    for found in reply.found:
        x0, y0, x1, y1 = (float(v) for v in window.placement.to_scene(np.array(found.view_box))[0])
        x0, y0, x1, y1 = (
            max(0.0, x0),
            max(0.0, y0),
            min(float(scene.width), x1),
            min(float(scene.height), y1),
        )
        if (
            x1 - x0 < 1e-3
            or y1 - y0 < 1e-3
            or not window.core.contains((x0 + x1) / 2, (y0 + y1) / 2)
        ):
            continue  # a neighbour has the say on what has its centre there
        box = Box(x0, y0, x1, y1)
        region: Region | None = Region(found.label, found.score, box.tuple())
        if pixel and found.cells is not None:
            region = _outlined(found, box, window, patches[found.label], reply.stride, scene)
        if region is not None:
            objects.append((region, found.score * (CUT if _is_cut(box, window, scene) else 1.0)))
    if calibrated and window.role != LEVEL:
        for cover, layer in (
            (c, layer) for c, layer in zip(reply.covers, layers, strict=True) if c.separate
        ):
            boxes = [
                window.placement.to_scene(np.array(f.view_box))[0].tolist()
                for f in reply.found
                if f.label == layer.label
            ]
            if boxes or not reply.found:
                usual = cover.usual * math.sqrt(math.prod(window.placement.scale))
                pieces = _undetected(layer, boxes, scene, pixel, usual)
                # the least rank: what another view detects there has the say
                objects += [
                    (region, 0.0)
                    for region in pieces
                    if not _is_cut(Box(*region.box), window, scene)
                ]
    cover_layers = [
        layer for layer in layers if not layer.separate
    ]  # where objects are is said by their regions
    return WindowResult(
        window,
        tuple(objects),
        tuple(ClassMaskPatch(c.label, c.score, c.separate, c.patch.packed()) for c in cover_layers),
    )


def assemble_regions(
    parts: Sequence[WindowResult],
    scene: SceneInfo,
    granularity: Granularity,
    limit: Box | Area | None = None,
) -> tuple[Region, ...]:
    """Objects and connected pieces of land cover of all views, best first.

    Args:
        parts: of all windows, coarse and fine in any order.
        scene: the whole.
        granularity: masks are worked out at pixel level only.
        limit: keep the objects that have their centre in this box (scene px) or area, and of all
            masks what lies in it.
    """
    overruled = _Finer([part.window for part in parts])
    objects = [
        (r, rank)
        for part in parts
        for r, rank in part.objects
        if not overruled(part.window, Box(*r.box))
    ]
    regions = _once(objects) if len(parts) > 1 else [region for region, _ in objects]
    if limit is not None:
        regions = [
            cut
            for r in regions
            if limit.contains(*Box(*r.box).centre) and (cut := _cut(r, limit, scene)) is not None
        ]
    for label in dict.fromkeys(layer.label for part in parts for layer in part.layers):
        regions += _pieces(label, parts, scene, granularity is Granularity.PIXEL, limit)
    return tuple(sorted(regions, key=lambda r: -r.score))


def _patch(cover: ClassMask, window: Window, stride: int) -> MaskPatch:
    """A kind's mask in a view, its own threshold brought to one half.

    Regions and the answer's mask are cut from this alike.
    """
    p, t = cover.probability, min(max(cover.threshold, 1e-3), 1 - 1e-3)
    halved = np.where(p < t, 0.5 * p / t, 0.5 + 0.5 * (p - t) / (1 - t))
    return MaskPatch(
        _grid_placement(window, stride), window.core, np.rint(halved * 255).astype(np.uint8), 0.5
    )


def _grid_placement(window: Window, stride: int) -> Placement:
    """Where the mask's cells lie: the last ones may reach beyond the view."""
    sx, sy = window.placement.scale
    columns, rows = -(-window.width // stride), -(-window.height // stride)
    box = Box(
        window.box.x0,
        window.box.y0,
        window.box.x0 + columns * stride * sx,
        window.box.y0 + rows * stride * sy,
    )
    return Placement(box, columns, rows)


class _Finer:
    """Whether a finer view shows all of an object and has its centre in its core.

    Then that one has the say on it.

    An enlarged view shows no more than one at full size: it adds what is too small to be found
        there, and takes nothing away.
    """

    def __init__(self, windows: Sequence[Window]) -> None:
        self.scale = np.array([_detail(w) for w in windows])
        self.several = len(windows) > 1 and bool(self.scale.min() < 0.99 * self.scale.max())
        self.box = np.array([w.box.tuple() for w in windows]).reshape(-1, 4)
        self.core = np.array([w.core.tuple() for w in windows]).reshape(-1, 4)

    def __call__(self, window: Window, box: Box) -> bool:
        if not self.several:
            return False
        x, y = box.centre
        x0, y0, x1, y1 = self.core.T
        finer = (self.scale < 0.99 * _detail(window)) & (x0 <= x) & (x < x1) & (y0 <= y) & (y < y1)
        shown = np.minimum(self.box[finer, 2:], box.tuple()[2:]) - np.maximum(
            self.box[finer, :2], box.tuple()[:2]
        )
        return bool((shown.clip(0).prod(1) > 0.95 * box.area).any())


def _detail(window: Window) -> float:
    """The smallest thing that a view can show, scene px: the mean of both axes.

    A level of a pyramid has as much say as the whole view.
    """
    return 1.0 if window.role == LEVEL else max(1.0, math.sqrt(math.prod(window.placement.scale)))


def _is_cut(box: Box, window: Window, scene: SceneInfo) -> bool:
    """Whether the box ends at the view's edge where the scene goes on."""
    near = 2 * max(window.placement.scale)
    return (
        (box.x0 < window.box.x0 + near and window.box.x0 > 0)
        or (box.y0 < window.box.y0 + near and window.box.y0 > 0)
        or (box.x1 > window.box.x1 - near and window.box.x1 < scene.width)
        or (box.y1 > window.box.y1 - near and window.box.y1 < scene.height)
    )


def _once(objects: Sequence[tuple[Region, float]]) -> list[Region]:
    """One region for each object that several views show."""
    kept: list[Region] = []
    for label in dict.fromkeys(region.label for region, _ in objects):
        mine = [(region, rank) for region, rank in objects if region.label == label]
        boxes, ranks = np.array([r.box for r, _ in mine]), np.array([rank for _, rank in mine])
        kept += [mine[i][0] for i in suppress_many(boxes, ranks, SAME, over="smaller")]
    return kept


def _outlined(
    found: Detection, box: Box, window: Window, patch: MaskPatch, stride: int, scene: SceneInfo
) -> Region | None:
    """The object with its mask.

    The kind's probability at scene size, within the object's own cells in and closely around its
    box.

    Beyond the box the mask must be sure. None where it is empty.
    """
    assert found.cells is not None
    reach = _surroundings(box, (scene.height, scene.width))
    x0, y0, x1, y1 = (int(v) for v in reach.tuple())
    probability = resize(patch.probability, patch.placement, reach)
    sx, sy = window.placement.scale
    column = ((np.arange(x0, x1) + 0.5 - window.box.x0) / (sx * stride)).astype(int) - found.origin[
        0
    ]
    row = ((np.arange(y0, y1) + 0.5 - window.box.y0) / (sy * stride)).astype(int) - found.origin[1]
    rows, columns = found.cells.shape
    own = found.cells[np.clip(row, 0, rows - 1)[:, None], np.clip(column, 0, columns - 1)[None]]
    inside = np.zeros(own.shape, bool)
    inside[_inside(box, (x0, y0))] = True
    beyond = (
        ((row >= 0) & (row < rows))[:, None]
        & ((column >= 0) & (column < columns))
        & (probability >= SURE)
    )
    mask = without_specks(own & (beyond | inside & (probability >= patch.threshold)))
    if not mask.any():
        return None
    return Region(
        found.label, found.score, box.tuple(), place(mask, (x0, y0), (scene.height, scene.width))
    )


def _surroundings(box: Box, size: tuple[int, int]) -> Box:
    """Where an object's mask may be, whole scene px. size: (H, W) of the scene."""
    across, down = SURROUNDINGS / 2 * box.width, SURROUNDINGS / 2 * box.height
    x1, y1 = min(size[1], math.ceil(box.x1 + across)), min(size[0], math.ceil(box.y1 + down))
    return Box(max(0, math.floor(box.x0 - across)), max(0, math.floor(box.y0 - down)), x1, y1)


def _cut(region: Region, limit: Box | Area, scene: SceneInfo) -> Region | None:
    """A region with its mask cut to a box or an area; None where nothing of the mask is left."""
    if region.segmentation is None:
        return region
    rectangle = limit.box if isinstance(limit, Area) else limit
    common = rectangle.intersection(_surroundings(Box(*region.box), (scene.height, scene.width)))
    assert common is not None  # its centre is in the limit
    x0, y0, x1, y1 = (
        math.floor(common.x0),
        math.floor(common.y0),
        math.ceil(common.x1),
        math.ceil(common.y1),
    )
    mask = decode_window(region.segmentation, Box(x0, y0, x1, y1))
    if isinstance(limit, Area):
        mask = mask & limit.inside(Box(x0, y0, x1, y1))
    return (
        replace(region, segmentation=place(mask, (x0, y0), (scene.height, scene.width)))
        if mask.any()
        else None
    )


def _undetected(
    layer: ClassMaskPatch,
    boxes: Sequence[Sequence[float]],
    scene: SceneInfo,
    pixel: bool,
    usual: float,
) -> list[Region]:
    """Objects that the mask of their class shows and no detection does.

    Pieces that it is sure of, no smaller than half of a detected one.

    A piece is at least a square of 0.4 of the usual length. Where nothing was detected, the mask
    must be surer, and that length a half: of another camera's pictures masks often show crumbs.

    Args:
        layer: the class in a view.
        boxes: of its detections, scene px.
        scene: the whole.
        pixel: whether the regions have masks.
        usual: length of a usual object of the class, scene px; 0 where it is not known.
    """
    core, patch = layer.patch.core, layer.patch
    area = Box(math.floor(core.x0), math.floor(core.y0), math.ceil(core.x1), math.ceil(core.y1))
    mask, probability = (
        read_patches([patch], area, scene.box),
        resize(patch.probability, patch.placement, area),
    )
    corner = int(area.x0), int(area.y0)
    taken = [_inside(Box(*box), corner) for box in boxes]
    like = float(np.median([mask[span].sum() for span in taken])) / 2 if taken else 0.0
    shortest, sure = (0.4, SURE) if taken else (0.5, ALONE)
    least = max(SMALLEST, like, (shortest * usual) ** 2)
    for box in boxes:
        mask[_inside(_surroundings(Box(*box), (scene.height, scene.width)), corner)] = False
    regions = []
    for left, top, piece in components(mask, math.ceil(least)):
        height, width = piece.shape
        part = slice(top, top + height), slice(left, left + width)
        mean = float(probability[part][piece].mean())
        if mean > sure:
            x, y = corner[0] + left, corner[1] + top
            rle = place(piece, (x, y), (scene.height, scene.width)) if pixel else None
            regions.append(
                Region(
                    layer.label,
                    layer.score * mean,
                    (float(x), float(y), float(x + width), float(y + height)),
                    rle,
                )
            )
    return regions


def _pieces(
    label: str,
    parts: Sequence[WindowResult],
    scene: SceneInfo,
    pixel: bool,
    limit: Box | Area | None,
) -> list[Region]:
    """Connected pieces of one land cover, whole across the seams of tiles.

    Where views overlap, the finer one counts.
    """
    mine = [(part.window, layer) for part in parts for layer in part.layers if layer.label == label]
    patches = [layer.patch for _, layer in mine]
    finest = [layer.patch for _, layer in sorted(mine, key=lambda m: m[0].placement.scale[0])]
    decoded = lru_cache(maxsize=16)(lambda patch: patch.probability)
    within = scene.box if limit is None else limit.box if isinstance(limit, Area) else limit
    areas = [scene.box] if scene.pixels <= WHOLE else [w.core for w, _ in mine]
    areas = [common for area in areas if (common := area.intersection(within)) is not None]
    cores, corners = (
        np.array([box.tuple() for box in boxes]).reshape(-1, 4)
        for boxes in ([p.core for p in patches], areas)
    )
    regions = []
    for number, area in enumerate(areas):
        x0, y0 = int(area.x0), int(area.y0)
        mask = read_patches([patches[i] for i in _meeting(cores, area)], area, scene.box)
        if isinstance(limit, Area):
            mask &= limit.inside(area)
        for before in _meeting(corners[:number], area):
            mask[_inside(areas[before], (x0, y0))] = False  # these pixels are in regions already
        for left, top, piece in components(mask, SMALLEST):
            corner = (x0 + left, y0 + top)
            box = (
                float(corner[0]),
                float(corner[1]),
                float(corner[0] + piece.shape[1]),
                float(corner[1] + piece.shape[0]),
            )
            rle = place(piece, corner, (scene.height, scene.width)) if pixel else None
            regions.append(
                Region(label, _mean_probability(piece, corner, finest, decoded), box, rle)
            )
    return regions


def _meeting(boxes: NDArray[np.float64], box: Box) -> list[int]:
    """Which of some boxes (N, 4) overlap a box."""
    x0, y0, x1, y1 = boxes.T
    found: list[int] = np.flatnonzero(
        (x0 < box.x1) & (x1 > box.x0) & (y0 < box.y1) & (y1 > box.y0)
    ).tolist()
    return found


def _inside(box: Box, corner: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of a box, rounded outwards, in a mask whose first pixel is at `corner`."""
    (x, y), (x0, y0, x1, y1) = corner, box.tuple()
    return slice(max(0, int(y0) - y), math.ceil(y1) - y), slice(
        max(0, int(x0) - x), math.ceil(x1) - x
    )


def _mean_probability(
    piece: Bools,
    corner: tuple[int, int],
    patches: Sequence[MaskPatch],
    decoded: Callable[[MaskPatch], Bytes],
) -> float:
    """Mean probability of a piece of land cover, its class's threshold at one half.

    Args:
        piece: (h, w) bool.
        corner: its upper left pixel, scene px (x, y).
        patches: the class's, the finest first; the first one that answers for the piece's middle
            pixel is asked.
        decoded: patch -> its probability.
    """
    inside = np.flatnonzero(piece)
    row, column = divmod(int(inside[len(inside) // 2]), piece.shape[1])
    x, y = corner[0] + column + 0.5, corner[1] + row + 0.5
    patch = next((patch for patch in patches if patch.core.contains(x, y)), patches[-1])
    probability, box, (sx, sy) = decoded(patch), patch.placement.box, patch.placement.scale
    columns, rows = np.arange(probability.shape[1]), np.arange(probability.shape[0])
    px, py = (
        (np.floor(box.x0 + (columns + 0.5) * sx) - corner[0]).astype(int),
        (np.floor(box.y0 + (rows + 0.5) * sy) - corner[1]).astype(int),
    )
    columns, rows = (
        cells[(at >= 0) & (at < n)]
        for cells, at, n in ((columns, px, piece.shape[1]), (rows, py, piece.shape[0]))
    )
    cells = probability[np.ix_(rows, columns)][piece[np.ix_(py[rows], px[columns])]]
    if not cells.size:  # smaller than a cell
        nearest = (
            min(max(int((y - box.y0) / sy), 0), len(py) - 1),
            min(max(int((x - box.x0) / sx), 0), len(px) - 1),
        )
        return max(0.5, float(probability[nearest]) / 255)
    return float(cells.mean()) / 255

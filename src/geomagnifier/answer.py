"""Replies about views become an answer about the scene: fine over coarse, one object once, everything in scene px.

The (+) of the paper's section 2.1: each window keeps its place on the scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geomagnifier.geometry import Box, Placement, suppress, united
from geomagnifier.masks import MaskPatch, components, decode_window, place, polygons, read_patches, resize
from geomagnifier.values import Cover, Found, Granularity, Region, SceneInfo, ViewReply, Window

SAME = 0.6
"""Two boxes of one label from different views are one object when they share this part of the smaller."""
CUT = 0.5
"""Factor on the score of an object cut by its view's edge, in the choice between views."""
SMALLEST = 24
"""Connected pieces of land cover below this many scene px are no regions; they stay in the mask."""

WHOLE = 64_000_000
"""Scene px up to which land cover is pieced together over the whole scene; above, within each view."""

Seen = Sequence[tuple[Window, ViewReply]]


def assemble_regions(seen: Seen, scene: SceneInfo, granularity: Granularity, limit: Box | None = None) -> tuple[Region, ...]:
    """Objects and connected pieces of land cover of all views, best first.

    Args:
        seen: windows with what was said of them, coarse and fine in any order.
        scene: the whole.
        granularity: masks are worked out at pixel level only.
        limit: keep what has its centre in this box (scene px).
    """
    pixel = granularity is Granularity.PIXEL
    objects: list[tuple[Region, float]] = []
    for window, reply in seen:
        covers = {c.label: c for c in reply.covers}
        for found in reply.found:
            x0, y0, x1, y1 = (float(v) for v in window.placement.to_scene(np.array(found.view_box))[0])
            x0, y0, x1, y1 = max(0.0, x0), max(0.0, y0), min(float(scene.width), x1), min(float(scene.height), y1)
            if x1 - x0 < 1e-3 or y1 - y0 < 1e-3 or not _answers_for(window, Box(x0, y0, x1, y1), seen):
                continue
            box = Box(x0, y0, x1, y1)
            region: Region | None = Region(found.label, found.score, box.tuple())
            if pixel and found.cells is not None:
                region = _outlined(found, box, window, covers[found.label], reply.stride, scene)
            if region is not None:
                objects.append((region, found.score * (CUT if _is_cut(box, window, scene) else 1.0)))
    regions = _once(objects) if len(seen) > 1 else [region for region, _ in objects]
    for label in dict.fromkeys(c.label for _, reply in seen for c in reply.covers if not c.separate):
        regions += _pieces(label, seen, scene, pixel)
    inside = [r for r in regions if limit is None or limit.contains((r.box[0] + r.box[2]) / 2, (r.box[1] + r.box[3]) / 2)]
    return tuple(sorted(inside, key=lambda r: -r.score))


def assemble_patches(seen: Seen, limit: Box | None = None) -> tuple[MaskPatch, ...]:
    """The mask of all asked kinds, by views, coarse first: a pixel is mask where any kind reaches its threshold."""
    patches = []
    for window, reply in sorted(seen, key=lambda pair: -pair[0].placement.scale[0]):
        core = window.core if limit is None else window.core.intersection(limit)
        if core is not None:
            layers = [_patch(c, window, reply.stride).probability for c in reply.covers]
            empty = np.zeros((-(-window.height // reply.stride), -(-window.width // reply.stride)), np.uint8)
            patches.append(MaskPatch(_grid_placement(window, reply.stride), core, np.maximum.reduce([empty, *layers]), 0.5))
    return tuple(patches)


def _patch(cover: Cover, window: Window, stride: int) -> MaskPatch:
    """A kind's mask in a view, its own threshold brought to one half: regions and the answer's mask are cut from this alike."""
    p, t = cover.probability, min(max(cover.threshold, 1e-3), 1 - 1e-3)
    halved = np.where(p < t, 0.5 * p / t, 0.5 + 0.5 * (p - t) / (1 - t))
    return MaskPatch(_grid_placement(window, stride), window.core, np.rint(halved * 255).astype(np.uint8), 0.5)


def _grid_placement(window: Window, stride: int) -> Placement:
    """Where the mask's cells lie: the last ones may reach beyond the view."""
    sx, sy = window.placement.scale
    columns, rows = -(-window.width // stride), -(-window.height // stride)
    box = Box(window.box.x0, window.box.y0, window.box.x0 + columns * stride * sx, window.box.y0 + rows * stride * sy)
    return Placement(box, columns, rows)


def _answers_for(window: Window, box: Box, seen: Seen) -> bool:
    """Whether this view has the say on an object: its centre is in the view's core, and no finer view shows all of it."""
    if not window.core.contains(*box.centre):
        return False
    scale = window.placement.scale[0]
    for other, _ in seen:
        if other.placement.scale[0] < 0.99 * scale and other.core.contains(*box.centre):
            common = other.box.intersection(box)
            if common is not None and common.area > 0.95 * box.area:
                return False
    return True


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
        kept += [mine[int(i)][0] for i in suppress(boxes, ranks, SAME, over="smaller")]
    return kept


def _outlined(found: Found, box: Box, window: Window, cover: Cover, stride: int, scene: SceneInfo) -> Region | None:
    """The object with its mask: the kind's probability at scene size, within the object's own cells and box. None where it is empty."""
    assert found.cells is not None
    x0, y0 = max(0, int(np.floor(box.x0))), max(0, int(np.floor(box.y0)))
    x1, y1 = min(scene.width, int(np.ceil(box.x1))), min(scene.height, int(np.ceil(box.y1)))
    patch = _patch(cover, window, stride)
    probability = resize(patch.probability, patch.placement, Box(x0, y0, x1, y1))
    sx, sy = window.placement.scale
    column = ((np.arange(x0, x1) + 0.5 - window.box.x0) / (sx * stride)).astype(int) - found.origin[0]
    row = ((np.arange(y0, y1) + 0.5 - window.box.y0) / (sy * stride)).astype(int) - found.origin[1]
    rows, columns = found.cells.shape
    own = found.cells[np.clip(row, 0, rows - 1)[:, None], np.clip(column, 0, columns - 1)[None]]
    mask = own & (probability >= patch.threshold)
    if not mask.any():
        return None
    rings = polygons(mask, (x0, y0))
    return Region(found.label, found.score, box.tuple(), rings, place(mask, (x0, y0), (scene.height, scene.width)))


def _pieces(label: str, seen: Seen, scene: SceneInfo, pixel: bool) -> list[Region]:
    """Connected pieces of one land cover, fine views over coarse ones, whole across the seams of tiles."""
    mine = [(window, reply, c) for window, reply in seen for c in reply.covers if c.label == label]
    patches = [_patch(c, w, r.stride) for w, r, c in mine]
    fine_first = sorted(mine, key=lambda m: m[0].placement.scale[0])
    areas = [scene.box] if scene.pixels <= WHOLE else [w.core for w, _, _ in mine]
    regions = []
    for area in areas:
        x0, y0 = int(area.x0), int(area.y0)
        for left, top, piece in components(read_patches(patches, area, scene.box), SMALLEST):
            corner = (x0 + left, y0 + top)
            box = (float(corner[0]), float(corner[1]), float(corner[0] + piece.shape[1]), float(corner[1] + piece.shape[0]))
            rings = polygons(piece, corner) if pixel else ()
            rle = place(piece, corner, (scene.height, scene.width)) if pixel else None
            middle = Box(*box).centre
            score = next((c.score for w, _, c in fine_first if w.core.contains(*middle)), max(c.score for _, _, c in mine))
            regions.append(Region(label, score, box, rings, rle))
    return regions


def assemble_chosen(regions: Sequence[Region]) -> tuple[MaskPatch, ...]:
    """The mask of some regions alone: one patch for each group of them whose boxes overlap, at scene resolution."""
    patches = []
    for hull in united([Box(*r.box) for r in regions if r.segmentation]):
        area = Box(int(np.floor(hull.x0)), int(np.floor(hull.y0)), int(np.ceil(hull.x1)), int(np.ceil(hull.y1)))
        mask = np.zeros((int(area.height), int(area.width)), np.uint8)
        for r in regions:
            if r.segmentation and area.intersection(Box(*r.box)):
                mask |= decode_window(r.segmentation, area).view(np.uint8)
        patches.append(MaskPatch(Placement(area, mask.shape[1], mask.shape[0]), area, mask * np.uint8(255), 0.5))
    return tuple(patches)


def covers_of(seen: Seen, kinds: Sequence[str]) -> list[tuple[Window, ViewReply]]:
    """The same views with the masks of some kinds alone."""
    return [(window, replace(reply, covers=tuple(c for c in reply.covers if c.label in kinds))) for window, reply in seen]


def measured(share: float | None, language: str = "en") -> str:
    """What was measured of the mask, as a sentence. share: of the scene, 0..1; None or 0 for no mask.  language: "en" or "zh"."""
    if not share:
        return ""
    return f"掩膜占全图的 {share:.1%}。" if language == "zh" else f"The mask covers {share:.1%} of the scene."

"""Replies about views become an answer about the scene: fine over coarse, one object once, everything in scene px.

The (+) of the paper's section 2.1: each window keeps its place on the scene. What a window adds is worked out as soon as it has been
looked at (`part_of`), small enough to be kept for a thousand windows; at the end the parts are put together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from geomagnifier.geometry import Box, Placement, suppress_many
from geomagnifier.masks import MaskPatch, components, decode_window, place, read_patches, resize, without_specks
from geomagnifier.values import Cover, Found, Granularity, Layer, Part, Region, SceneInfo, ViewReply, Window

SAME = 0.6
"""Two boxes of one label from different views are one object when they share this part of the smaller."""
CUT = 0.5
"""Factor on the score of an object cut by its view's edge, in the choice between views."""
SMALLEST = 24
"""Connected pieces of land cover below this many scene px are no regions; they stay in the mask."""

WHOLE = 64_000_000
"""Scene px up to which land cover is pieced together over the whole scene; above, within each view."""
BLOCK = 2048
"""Side of the blocks that chosen regions are drawn in, scene px."""
STRIP = 16_000_000
"""Scene px of the mask that are counted at a time."""


def part_of(window: Window, reply: ViewReply, scene: SceneInfo, granularity: Granularity) -> Part:
    """What was said of a view, in scene px.

    Args:
        window: the view's.
        reply: of the model.
        scene: the whole.
        granularity: masks are worked out at pixel level only.
    """
    pixel = granularity is Granularity.PIXEL
    layers = tuple(Layer(c.label, c.score, c.separate, _patch(c, window, reply.stride)) for c in reply.covers)
    patches = {layer.label: layer.patch for layer in layers}
    objects: list[tuple[Region, float]] = []
    for found in reply.found:
        x0, y0, x1, y1 = (float(v) for v in window.placement.to_scene(np.array(found.view_box))[0])
        x0, y0, x1, y1 = max(0.0, x0), max(0.0, y0), min(float(scene.width), x1), min(float(scene.height), y1)
        if x1 - x0 < 1e-3 or y1 - y0 < 1e-3 or not window.core.contains((x0 + x1) / 2, (y0 + y1) / 2):
            continue  # a neighbour has the say on what has its centre there
        box = Box(x0, y0, x1, y1)
        region: Region | None = Region(found.label, found.score, box.tuple())
        if pixel and found.cells is not None:
            region = _outlined(found, box, window, patches[found.label], reply.stride, scene)
        if region is not None:
            objects.append((region, found.score * (CUT if _is_cut(box, window, scene) else 1.0)))
    kept = layers if pixel else tuple(layer for layer in layers if not layer.separate)
    return Part(window, tuple(objects), tuple(Layer(c.label, c.score, c.separate, c.patch.packed()) for c in kept))


def assemble_regions(parts: Sequence[Part], scene: SceneInfo, granularity: Granularity, limit: Box | None = None) -> tuple[Region, ...]:
    """Objects and connected pieces of land cover of all views, best first.

    Args:
        parts: of all windows, coarse and fine in any order.
        scene: the whole.
        granularity: masks are worked out at pixel level only.
        limit: keep what has its centre in this box (scene px).
    """
    overruled = _Finer([part.window for part in parts])
    objects = [(r, rank) for part in parts for r, rank in part.objects if not overruled(part.window, Box(*r.box))]
    regions = _once(objects) if len(parts) > 1 else [region for region, _ in objects]
    for label in dict.fromkeys(layer.label for part in parts for layer in part.layers if not layer.separate):
        regions += _pieces(label, parts, scene, granularity is Granularity.PIXEL)
    inside = [r for r in regions if limit is None or limit.contains((r.box[0] + r.box[2]) / 2, (r.box[1] + r.box[3]) / 2)]
    return tuple(sorted(inside, key=lambda r: -r.score))


def assemble_patches(parts: Sequence[Part], kinds: Sequence[str], limit: Box | None = None) -> tuple[MaskPatch, ...]:
    """The mask of some kinds, by views, coarse first: a pixel is mask where any of them reaches its threshold."""
    patches = []
    for part in sorted(parts, key=lambda part: -part.window.placement.scale[0]):
        core = part.window.core if limit is None else part.window.core.intersection(limit)
        mine = [layer.patch for layer in part.layers if layer.label in kinds]
        if core is None or not mine:
            continue
        if len(mine) == 1:
            patches.append(MaskPatch(mine[0].placement, core, mine[0].data, 0.5))
        else:
            patches.append(MaskPatch(mine[0].placement, core, np.maximum.reduce([p.probability for p in mine]), 0.5).packed())
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


class _Finer:
    """Whether a finer view shows all of an object and has its centre in its core: then that one has the say on it.

    An enlarged view shows no more than one at full size: it adds what is too small to be found there, and takes nothing away.
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
        shown = np.minimum(self.box[finer, 2:], box.tuple()[2:]) - np.maximum(self.box[finer, :2], box.tuple()[:2])
        return bool((shown.clip(0).prod(1) > 0.95 * box.area).any())


def _detail(window: Window) -> float:
    """The smallest thing that a view can show, scene px."""
    return max(1.0, window.placement.scale[0])


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


def _outlined(found: Found, box: Box, window: Window, patch: MaskPatch, stride: int, scene: SceneInfo) -> Region | None:
    """The object with its mask: the kind's probability at scene size, within the object's own cells and box. None where it is empty."""
    assert found.cells is not None
    x0, y0 = max(0, int(np.floor(box.x0))), max(0, int(np.floor(box.y0)))
    x1, y1 = min(scene.width, int(np.ceil(box.x1))), min(scene.height, int(np.ceil(box.y1)))
    probability = resize(patch.probability, patch.placement, Box(x0, y0, x1, y1))
    sx, sy = window.placement.scale
    column = ((np.arange(x0, x1) + 0.5 - window.box.x0) / (sx * stride)).astype(int) - found.origin[0]
    row = ((np.arange(y0, y1) + 0.5 - window.box.y0) / (sy * stride)).astype(int) - found.origin[1]
    rows, columns = found.cells.shape
    own = found.cells[np.clip(row, 0, rows - 1)[:, None], np.clip(column, 0, columns - 1)[None]]
    mask = without_specks(own & (probability >= patch.threshold))
    if not mask.any():
        return None
    return Region(found.label, found.score, box.tuple(), place(mask, (x0, y0), (scene.height, scene.width)))


def _pieces(label: str, parts: Sequence[Part], scene: SceneInfo, pixel: bool) -> list[Region]:
    """Connected pieces of one land cover, fine views over coarse ones, whole across the seams of tiles."""
    mine = [(part.window, layer) for part in parts for layer in part.layers if layer.label == label]
    patches = [layer.patch for _, layer in mine]
    fine_first = sorted(mine, key=lambda m: m[0].placement.scale[0])
    areas = [scene.box] if scene.pixels <= WHOLE else [w.core for w, _ in mine]
    regions = []
    for area in areas:
        x0, y0 = int(area.x0), int(area.y0)
        near = [p for p in patches if p.core.intersection(area)]
        for left, top, piece in components(read_patches(near, area, scene.box), SMALLEST):
            corner = (x0 + left, y0 + top)
            box = (float(corner[0]), float(corner[1]), float(corner[0] + piece.shape[1]), float(corner[1] + piece.shape[0]))
            rle = place(piece, corner, (scene.height, scene.width)) if pixel else None
            middle = Box(*box).centre
            score = next((c.score for w, c in fine_first if w.core.contains(*middle)), max(c.score for _, c in mine))
            regions.append(Region(label, score, box, rle))
    return regions


def assemble_chosen(regions: Sequence[Region]) -> tuple[MaskPatch, ...]:
    """The mask of some regions alone, at scene resolution: one patch for each block of the scene that has any."""
    blocks: dict[tuple[int, int], list[Region]] = {}
    for region in regions:
        if region.segmentation:
            x0, y0, x1, y1 = region.box
            for row in range(int(y0) // BLOCK, math.ceil(y1 / BLOCK)):
                for column in range(int(x0) // BLOCK, math.ceil(x1 / BLOCK)):
                    blocks.setdefault((row, column), []).append(region)
    patches = []
    for (row, column), mine in sorted(blocks.items()):
        low, high = np.array([r.box[:2] for r in mine]).min(0), np.array([r.box[2:] for r in mine]).max(0)
        x0, y0 = max(column * BLOCK, int(low[0])), max(row * BLOCK, int(low[1]))
        x1, y1 = min((column + 1) * BLOCK, math.ceil(high[0])), min((row + 1) * BLOCK, math.ceil(high[1]))
        area, mask = Box(x0, y0, x1, y1), np.zeros((y1 - y0, x1 - x0), np.uint8)
        for r in mine:
            mask |= decode_window(r.segmentation or {}, area).view(np.uint8)
        patches.append(MaskPatch(Placement(area, mask.shape[1], mask.shape[0]), area, mask * np.uint8(255), 0.5).packed())
    return tuple(patches)


def covered(patches: Sequence[MaskPatch], scene: SceneInfo) -> int:
    """How many pixels of the scene the mask covers, counted strip by strip."""
    rows = max(1, STRIP // scene.width)
    total = 0
    for y in range(0, scene.height, rows):
        strip = Box(0, y, scene.width, min(y + rows, scene.height))
        near = [patch for patch in patches if patch.core.intersection(strip)]
        if near:
            left, right = (int(pick(edges)) for pick, edges in ((min, [p.core.x0 for p in near]), (max, [p.core.x1 for p in near])))
            total += int(read_patches(near, Box(left, y, max(right, left + 1), strip.y1), scene.box).sum())
    return total


def measured(share: float | None, language: str = "en") -> str:
    """What was measured of the mask, as a sentence. share: of the scene, 0..1; None or 0 for no mask.  language: "en" or "zh"."""
    if not share:
        return ""
    return f"掩膜占全图的 {share:.1%}。" if language == "zh" else f"The mask covers {share:.1%} of the scene."

"""The mask of an answer: the union of its regions' masks, and the area it covers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from geomagnifier.area_of_interest import Area
from geomagnifier.geometry import Box, Placement
from geomagnifier.masks import MaskPatch, bounds, union
from geomagnifier.results import (
    Region,
)
from geomagnifier.types import SceneInfo

BLOCK = 2048
"""Side of the blocks that chosen regions are drawn in, scene px."""

FAINT = 0.001
"""Of a mask below this share of the scene the answer tells the size."""


def assemble_chosen(regions: Sequence[Region]) -> tuple[MaskPatch, ...]:
    """The answer's mask.

    The union of the masks of its regions, a patch at scene resolution for each block of the scene
    that has any.
    """
    blocks: dict[tuple[int, int], list[tuple[Sequence[int], dict[str, Any]]]] = {}
    for outline in (region.segmentation for region in regions if region.segmentation):
        x0, y0, x1, y1 = own = bounds(outline)  # a mask may reach beyond its region's box
        for row in range(y0 // BLOCK, math.ceil(y1 / BLOCK)):
            for column in range(x0 // BLOCK, math.ceil(x1 / BLOCK)):
                blocks.setdefault((row, column), []).append((own, outline))
    patches = []
    for (row, column), mine in sorted(blocks.items()):
        low, high = (
            np.array([own[:2] for own, _ in mine]).min(0),
            np.array([own[2:] for own, _ in mine]).max(0),
        )
        x0, y0 = max(column * BLOCK, int(low[0])), max(row * BLOCK, int(low[1]))
        x1, y1 = min((column + 1) * BLOCK, int(high[0])), min((row + 1) * BLOCK, int(high[1]))
        area = Box(x0, y0, x1, y1)
        mask = union([outline for _, outline in mine], area).view(np.uint8)
        patches.append(
            MaskPatch(
                Placement(area, mask.shape[1], mask.shape[0]), area, mask * np.uint8(255), 0.5
            ).packed()
        )
    return tuple(patches)


def covered(patches: Sequence[MaskPatch]) -> int:
    """How many pixels of the scene the patches of `assemble_chosen` cover.

    Their cells are pixels, and none lies in two of them.
    """
    return sum(int(np.count_nonzero(patch.probability)) for patch in patches)


def measured(
    pixels: int,
    scene: SceneInfo,
    metres: float | None = None,
    language: str = "en",
    area: Area | None = None,
) -> str:
    """What was measured of the mask, as a sentence.

    Args:
        pixels: of the mask; 0 where there is none.
        scene: the whole.
        metres: ground under the mask, m2; None where it is not known.
        language: "en" or "zh".
        area: the part of it that was asked about, where that is not all.
    """
    if not pixels:
        return ""
    share = pixels / (scene.pixels if area is None else area.pixels)
    if share >= FAINT:
        whole = "scene" if area is None else "area"
        return (
            f"掩膜占{'全图' if area is None else '该区域'}的 {share:.1%}。"
            if language == "zh"
            else f"The mask covers {share:.1%} of the {whole}."
        )
    if metres is not None:
        size = f"{metres:,.0f}" if metres >= 10 else f"{metres:.2g}"
        return f"掩膜覆盖 {size} 平方米。" if language == "zh" else f"The mask covers {size} m2."
    return (
        f"掩膜覆盖 {pixels:,} 个像素。" if language == "zh" else f"The mask covers {pixels:,} px."
    )

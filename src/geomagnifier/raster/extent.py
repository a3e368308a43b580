"""Measure how much of a scene some boxes cover, and how much ground lies under some regions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.masks import area
from geomagnifier.raster import georeference
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo


def share_of(boxes: Sequence[Box], within: Box) -> float:
    """Return the share of a box that some boxes cover together, 0 to 1.

    Args:
        boxes: scene px; they may overlap.
        within: the box that is covered, scene px.
    """
    import shapely

    inside = [common.tuple() for box in boxes if (common := box.intersection(within)) is not None]
    if not inside:
        return 0.0
    return min(1.0, float(shapely.union_all(shapely.box(*np.array(inside).T)).area) / within.area)


def square_metres(regions: Sequence[Region], scene: SceneInfo) -> float | None:
    """Return the ground under the masks of some regions, m2.

    Args:
        regions: those without a mask are left out.
        scene: whose regions they are; the scale is taken at each region.

    Returns:
        m2, or None where the scale of the scene is not known.
    """
    outlined = [region for region in regions if region.segmentation is not None]
    if scene.crs is None or not outlined:
        return None
    boxes = np.array([region.box for region in outlined])
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    steps = georeference.ground_steps(
        georeference.parse_crs(scene.crs), scene.transform, (scene.width, scene.height), middle
    )
    if steps is None:
        return None
    pixels = np.array([area(region.segmentation or {}) for region in outlined])
    total = float((pixels * np.abs(np.linalg.det(steps))).sum())
    return total if np.isfinite(total) and total > 0 else None

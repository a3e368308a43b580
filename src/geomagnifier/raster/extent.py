"""How much of a scene: the share of it that some boxes cover, and the ground under some regions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.masks import area
from geomagnifier.raster import georeference
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo


def share_of(boxes: Sequence[Box], within: Box) -> float:
    """The share of a box (scene px) that some boxes, which may overlap, cover together: 0 to 1."""
    import shapely

    inside = [common.tuple() for box in boxes if (common := box.intersection(within)) is not None]
    if not inside:
        return 0.0
    return min(1.0, float(shapely.union_all(shapely.box(*np.array(inside).T)).area) / within.area)


def square_metres(regions: Sequence[Region], scene: SceneInfo) -> float | None:
    """Ground under the masks of some regions, m2, each at the scale of its own place.

    None where the ground is not known.
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

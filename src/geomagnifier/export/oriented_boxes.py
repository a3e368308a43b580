"""Compute oriented boxes, the narrowest rotated rectangle round each region, and write them.

As corners, as DOTA's text and as YOLO's text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from geomagnifier.raster import measures
from geomagnifier.results import Answer, Region
from geomagnifier.types import SceneInfo

Floats64 = NDArray[np.float64]


def corners(regions: Sequence[Region]) -> Floats64:
    """Return the four corners of each region's oriented box.

    The box is the narrowest round the mask; that of a region without a mask, or with an empty one,
    is its upright box.

    Returns:
        (N, 4, 2) scene px, clockwise on the screen from the highest corner (of two, the left one).
    """
    import shapely

    upright = np.array([region.box for region in regions], float).reshape(-1, 4)
    found = upright[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    masked = [i for i, region in enumerate(regions) if region.segmentation is not None]
    if masked:
        turned = shapely.oriented_envelope(measures.hulls([regions[i] for i in masked]))
        for i, shape in zip(masked, turned, strict=True):
            if shape.geom_type == "Polygon" and shape.area > 1e-3:
                found[i] = shapely.get_coordinates(shape)[:4]
    x, y = found[..., 0], found[..., 1]
    area = (x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)).sum(1)
    found = np.where(area[:, None, None] < 0, found[:, ::-1], found)
    first = np.array(
        [
            min(range(4), key=lambda k: (round(points[k][1], 6), points[k][0]))
            for points in found.tolist()
        ],
        int,
    )
    return np.take_along_axis(found, ((first[:, None] + np.arange(4)) % 4)[..., None], 1)


def headings(regions: Sequence[Region], scene: SceneInfo) -> Floats64:
    """Return the headings of the longer sides of oriented boxes.

    Args:
        regions: N regions.
        scene: whose regions they are.

    Returns:
        (N,) degrees clockwise from north (from the top of the image where north is not known), 0 to
        180. NaN for a region without a mask: an upright box says nothing of how an object lies in
        it.
    """
    found = np.full(len(regions), np.nan)
    masked = [i for i, region in enumerate(regions) if region.segmentation is not None]
    if masked:
        found[masked] = measures.axes([regions[i] for i in masked], scene)
    return found


def polygons(regions: Sequence[Region]) -> list[object]:
    """Return oriented boxes as shapely polygons, scene px."""
    import shapely

    return list(shapely.polygons(corners(regions))) if regions else []


def dota(answer: Answer) -> str:
    """Write oriented boxes as DOTA's text, a line each.

    A line has eight numbers (scene px), the class with "-" for blanks, and 0 (not difficult).
    """
    lines = zip(corners(answer.regions).reshape(-1, 8).tolist(), answer.regions, strict=True)
    return "".join(
        f"{' '.join(f'{v:.1f}' for v in points)} {'-'.join(region.label.split())} 0\n"
        for points, region in lines
    )


def yolo(answer: Answer, ids: Mapping[str, int]) -> str:
    """Write oriented boxes as YOLO's text, a line each.

    A line has the class number and eight shares of the scene's width and height. Corners beyond the
    scene are moved to its edge, as YOLO refuses shares above 1.

    Args:
        answer: whose regions they are.
        ids: class -> class number.
    """
    shares = (
        (corners(answer.regions) / (answer.scene.width, answer.scene.height))
        .clip(0, 1)
        .reshape(-1, 8)
    )
    lines = zip(shares.tolist(), answer.regions, strict=True)
    return "".join(
        f"{ids[region.label]} {' '.join(f'{v:.6f}' for v in points)}\n" for points, region in lines
    )

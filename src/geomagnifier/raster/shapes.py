"""Regions as geometry.

Rings in scene px, put on the scene's CRS or on longitude and latitude, many at a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import OptionError
from geomagnifier.raster import antimeridian, georeference
from geomagnifier.results import Answer, Region
from geomagnifier.types import SceneInfo

SIDE = 256
"""Longest side of a shape between two points that are put on the Earth, px: the bend between them
is far below a pixel.
"""
ROUND = 32
"""Sides that the longer extent of a shape is divided into, where it crosses the antimeridian or
lies round a pole.
"""
STEP, HALVINGS = 5.0, 24
"""Degrees of longitude between two points of such a shape, and how often a side is halved for it:
near a pole a pixel is many degrees.
"""
DECIMALS = 9
"""Of degrees: a tenth of a millimetre."""


def geometry(region: Region) -> Any:
    """A shapely Polygon or MultiPolygon in scene px: the region's rings, else its box."""
    import shapely

    rings = [shapely.Polygon(ring) for ring in region.polygon]
    if not rings:
        return shapely.box(*region.box)
    if len(rings) == 1:
        return rings[0]
    outward = rings[
        0
    ].exterior.is_ccw  # the first ring is an outer one; those that turn the other way are holes
    shells = sorted(
        (ring for ring in rings if ring.exterior.is_ccw == outward), key=lambda ring: ring.area
    )
    inner: list[list[Any]] = [[] for _ in shells]
    for hole in rings:
        if hole.exterior.is_ccw != outward:
            around = next((i for i, shell in enumerate(shells) if shell.covers(hole)), None)
            if around is not None:
                inner[around].append(hole.exterior)
    parts = [
        shapely.Polygon(shell.exterior, holes) for shell, holes in zip(shells, inner, strict=True)
    ]
    whole = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return whole if whole.is_valid else shapely.make_valid(whole, method="structure")


def properties(
    answer: Answer, regions: Sequence[Region], shapes: Sequence[Any]
) -> list[dict[str, Any]]:
    """Fields of some regions, the same in every format; what a person looks for comes first.

    Areas and sides are those of the outline, on the ground, whatever the CRS: the scale is taken at
    each region. length_m, width_m: sides of the narrowest box round the outline, however it is
    turned. All three are None where the ground is not known. A region without an outline (region
    level) has none of them, nor area_px: an upright box says little of what lies askew in it. The
    value of a composed question, which is the answer's, stands with each (`value_fields`).

    Args:
        answer: that the regions belong to.
        regions: some of the answer's.
        shapes: their geometries, scene px.
    """
    area, (square, length, width), told = (
        _areas(shapes),
        on_the_ground(shapes, answer.scene),
        value_fields(answer),
    )
    return [
        {
            "label": region.label,
            "score": _number(region.score, 6),
            "area_m2": _number(square[i], 3) if outlined else None,
            "length_m": _number(length[i], 2) if outlined else None,
            "width_m": _number(width[i], 2) if outlined else None,
            "area_px": _number(area[i], 3) if outlined else None,
            "phrase": region.phrase,
            "question": answer.question,
            **told,
        }
        for i, region in enumerate(regions)
        for outlined in (region.segmentation is not None,)
    ]


def value_fields(answer: Answer) -> dict[str, float | str | None]:
    """The value of a composed answer as columns of a table: a number, 1 or 0 for yes and no.

    Its unit; a value that is a word.
    """
    value = answer.value
    word = (
        value
        if isinstance(value, str)
        else {True: "yes", False: "no"}[value]
        if isinstance(value, bool)
        else None
    )
    return {
        "value": None if value is None or isinstance(value, str) else float(value),
        "unit": answer.unit,
        "value_word": word,
    }


def value_words(answer: Answer) -> str:
    """The value of an answer in a person's words, "51.46 px", "yes", "airport".

    "" where there is none.
    """
    value = answer.value
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    number = f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.4g}"
    return f"{number} {answer.unit}" if answer.unit else number


def _areas(shapes: Sequence[Any]) -> NDArray[np.float64]:
    import shapely

    return np.asarray(shapely.area(np.array(shapes, object)), float)


def on_the_ground(
    shapes: Sequence[Any], scene: SceneInfo
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Area in m2, length and width in m, (N,) each; NaN where they are not known."""
    import shapely

    unknown = np.full(len(shapes), np.nan)
    if scene.crs is None or not len(shapes):
        return unknown, unknown, unknown
    found = np.array(shapes, object)
    bounds = shapely.bounds(found)  # (N, 4)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    steps = georeference.ground_steps(
        georeference.parse_crs(scene.crs), scene.transform, (scene.width, scene.height), middle
    )
    if steps is None:
        return unknown, unknown, unknown
    pixel = np.abs(steps[:, 0, 0] * steps[:, 1, 1] - steps[:, 0, 1] * steps[:, 1, 0])  # m2
    known = np.isfinite(pixel) & (pixel > 0)  # 0: a CRS that is no map, such as a geocentric one
    points, owner = shapely.get_coordinates(shapely.convex_hull(found), return_index=True)
    metres = np.einsum(
        "nij,nj->ni", np.where(known[:, None, None], steps, 0)[owner], points - middle[owner]
    )
    corners = shapely.get_coordinates(
        shapely.oriented_envelope(shapely.multipoints(metres, indices=owner))[known]
    ).reshape(-1, 5, 2)
    sides = np.sort(
        np.linalg.norm(np.diff(corners[:, :3], axis=1), axis=2), axis=1
    )  # (N, 2), the shorter one first
    length, width = unknown.copy(), unknown.copy()
    width[known], length[known] = sides.T
    return _areas(shapes) * np.where(known, pixel, np.nan), length, width


def _number(value: float, digits: int) -> float | None:
    return round(float(value), digits) if math.isfinite(value) else None


def to_crs(shapes: Sequence[Any], scene: SceneInfo) -> Any:
    """Shapes in scene px on the scene's CRS, (N,) of objects; as they are where it has no place."""
    import shapely

    place, found = scene.transform, np.array(shapes, object)
    if place is None:
        return found
    return shapely.transform(
        found,
        lambda points: np.stack(georeference.to_crs(place, points[:, 0], points[:, 1]), axis=1),
    )


def in_crs(shapes: Sequence[Any], scene: SceneInfo, crs: str) -> list[Any]:
    """Shapes in scene px on a CRS, points between on sides longer than `SIDE` px.

    None for those that it does not reach.

    In longitude and latitude (EPSG:4326) they are as `longitude_latitude` has them.

    Raises:
        OptionError: nothing leads there from the scene's CRS, or it has none.
    """
    import shapely

    place, target = scene.transform, georeference.parse_crs(crs)
    if scene.crs is None or place is None:
        raise OptionError(
            f"{scene.name} does not say where on Earth it is, so that nothing of it can be given in"
            f" {crs[:60]}"
        )
    if target.to_epsg() == 4326:
        placed = longitude_latitude(shapes, scene)
        if placed is None:
            raise OptionError(
                f"nothing leads from the CRS of {scene.name} to longitude and latitude; leave it in"
                " its own"
            )
        return placed
    own = georeference.parse_crs(scene.crs)
    if own == target:
        return list(to_crs(shapes, scene))

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack(
            georeference.convert(
                own, target, *georeference.to_crs(place, points[:, 0], points[:, 1])
            ),
            axis=1,
        )

    found = shapely.segmentize(np.array(shapes, object), SIDE)
    try:
        made = shapely.transform(found, moved) if len(found) else found
    except (
        Exception
    ) as error:  # local engineering CRSs, other planets: rasterio has many names for "cannot"
        raise OptionError(
            f"nothing leads from the CRS of {scene.name} to {crs[:60]}; choose another, or leave it"
            " in its own"
        ) from error
    reached = np.isfinite(shapely.bounds(made).reshape(-1, 4)).all(1)
    return [shape if there else None for shape, there in zip(made, reached, strict=True)]


def upright(shapes: Sequence[Any]) -> Any:
    """Shapes in scene px with y up, (N,) of objects: where QGIS shows a picture without a place."""
    import shapely

    return shapely.transform(np.array(shapes, object), lambda points: points * (1, -1))


def longitude_latitude(shapes: Sequence[Any], scene: SceneInfo) -> list[Any] | None:
    """Shapes in scene px on WGS 84, within -180 to 180.

    Cut at the antimeridian, closed round a pole, outer rings counter-clockwise.

    Sides longer than `SIDE` px get points between, as what is straight in the picture is bent on
    the Earth.

    Returns:
        A valid shapely Polygon or MultiPolygon for each, None for those where the projection does
        not reach the Earth; None where no way leads from the scene's CRS to longitude and latitude,
        or it has no place.
    """
    import shapely

    if scene.crs is None or scene.transform is None:
        return None
    crs, found = georeference.parse_crs(scene.crs), np.array(shapes, object)
    flat = georeference.in_degrees(crs)
    try:
        poles = np.zeros((0, 2)) if flat else _poles(scene, crs)
        placed = _degrees(found if flat else shapely.segmentize(found, SIDE), scene, crs, flat)
    except Exception:  # a local CRS that nothing leads out of: rasterio has many names for "cannot"
        return None
    bounds = shapely.bounds(placed).reshape(-1, 4)
    known = np.isfinite(bounds).all(1)
    west, _, east, _ = np.where(known[:, None], bounds, 0).T
    across = (west < -180) | (east > 180)
    if (
        not flat
    ):  # a ring round a pole or across the antimeridian seems to be more than half the Earth wide
        across |= (east - west >= 180) | _near(found, poles)
    for i in np.flatnonzero(across):
        shape = found[i] if flat else _dense(found[i], scene, crs)
        (dense,) = _degrees(np.array([shape], object), scene, crs, flat)
        known[i] = np.isfinite(dense.bounds).all()
        if known[i]:
            placed[i] = shapely.union_all(
                [antimeridian.cut(part, flat) for part in shapely.get_parts(dense)]
            )
    placed[known] = shapely.transform(placed[known], lambda points: np.round(points, DECIMALS))
    broken = np.flatnonzero(known & ~shapely.is_valid(placed))
    placed[broken] = [
        antimeridian.areas(shape)
        for shape in shapely.make_valid(placed[broken], method="structure")
    ]
    known &= ~shapely.is_empty(placed)
    return [
        shape if there else None
        for shape, there in zip(shapely.orient_polygons(placed), known, strict=True)
    ]


def _poles(scene: SceneInfo, crs: Any) -> NDArray[np.float64]:
    """Where the poles lie on the scene, (P, 2) px.

    Those that its map does not show are left out.
    """
    assert scene.transform is not None
    a, b, c, d, e, f = scene.transform
    x, y = georeference.convert(
        georeference.parse_crs("EPSG:4326"), crs, np.zeros(2), np.array([90.0, -90.0])
    )
    known = np.isfinite(x) & np.isfinite(y)
    return np.asarray(
        np.stack([x - c, y - f], axis=1)[known] @ np.linalg.inv(np.array([[a, b], [d, e]])).T
    )


def _near(shapes: Any, poles: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which shapes in scene px have a pole inside or not far outside, where a side may be many degrees long: (N,)."""
    import shapely

    bounds = shapely.bounds(shapes).reshape(-1, 1, 4)
    reach = (bounds[..., 2:] - bounds[..., :2]) / 2
    return np.asarray(
        ((poles > bounds[..., :2] - reach) & (poles < bounds[..., 2:] + reach)).all(2).any(1)
    )


def _dense(shape: Any, scene: SceneInfo, crs: Any) -> Any:
    """A polygon in scene px with points on its sides so close that each goes on from the last, whatever the jump at the antimeridian."""
    import shapely

    assert scene.transform is not None
    place = scene.transform

    def dense(ring: Any) -> Any:
        points = shapely.get_coordinates(ring)
        for _ in range(HALVINGS):
            longitude, latitude = georeference.longitude_latitude(
                crs, *georeference.to_crs(place, points[:, 0], points[:, 1])
            )
            if not np.isfinite(longitude).all():
                break
            step = np.abs((np.diff(longitude) + 180) % 360 - 180)
            pole = np.abs(latitude) > antimeridian.POLE
            wide = np.flatnonzero((step > STEP) & ~(pole[1:] | pole[:-1]))
            if not len(wide):
                break
            points = np.insert(points, wide + 1, (points[wide] + points[wide + 1]) / 2, axis=0)
        return points

    shape = shapely.segmentize(
        shape, max(1.0, max(np.ptp(np.reshape(shape.bounds, (2, 2)), axis=0)) / ROUND)
    )
    parts = [
        shapely.Polygon(dense(part.exterior), [dense(hole) for hole in part.interiors])
        for part in shapely.get_parts(shape)
    ]
    return shapely.MultiPolygon(parts)


def _degrees(shapes: Any, scene: SceneInfo, crs: Any, flat: bool) -> Any:
    """Shapes in scene px in degrees, (N,) of objects.

    Those of a CRS in degrees are moved by whole turns, to begin within -180 to 180.
    """
    import shapely

    placed = to_crs(shapes, scene)
    points, owner = shapely.get_coordinates(placed, return_index=True)
    longitude, latitude = georeference.longitude_latitude(crs, points[:, 0], points[:, 1])
    if flat and len(points):
        west = np.minimum.reduceat(longitude, np.flatnonzero(np.diff(owner, prepend=-1)))
        longitude = longitude - 360 * np.floor((west + 180) / 360 + antimeridian.EDGE)[owner]
    return shapely.set_coordinates(placed, np.stack([longitude, latitude.clip(-90, 90)], axis=1))

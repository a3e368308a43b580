"""Turn regions into shapely geometries, and reproject these to a CRS or longitude and latitude."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import OptionError
from geomagnifier.mask_outlines import outlines
from geomagnifier.raster import antimeridian, georeference
from geomagnifier.results import Answer, Region
from geomagnifier.types import SceneInfo

SIDE = 256
"""Longest side of a shape between two points that are reprojected, px: the curve between them is
far less than a pixel off.
"""
ROUND = 32
"""Parts into which the longer extent of a shape is divided where it crosses the antimeridian or
lies round a pole.
"""
STEP, HALVINGS = 5.0, 24
"""Most degrees of longitude between two points of such a shape, and how often a side is halved for
it: near a pole a pixel is many degrees wide.
"""
DECIMALS = 9
"""Decimals of degrees: a tenth of a millimetre."""


def geometry(region: Region) -> Any:
    """Return a region's rings, or else its box, as a shapely geometry in scene px."""
    return geometries([region])[0]


def geometries(regions: Sequence[Region]) -> list[Any]:
    """Return `geometry` of each of some regions of one scene, far quicker than one by one."""
    import shapely

    masked = [i for i, region in enumerate(regions) if region.segmentation is not None]
    rings = outlines([rle for region in regions if (rle := region.segmentation) is not None])
    owner = np.array(masked, np.intp)[rings.mask]
    found = shapely.box(*np.array([region.box for region in regions], float).reshape(-1, 4).T)
    if not len(owner):
        return list(found)
    sizes = np.diff(np.append(rings.first, len(rings.points)))
    lines = shapely.linearrings(rings.points, indices=np.repeat(np.arange(len(sizes)), sizes))
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    stop = np.append(first[1:], len(owner))
    found[owner[first]] = shapely.polygons(lines[first])
    several = [slice(*ends) for ends in zip(first.tolist(), stop.tolist(), strict=True)]
    for own in (own for own in several if own.stop - own.start > 1):
        found[owner[own.start]] = _with_holes(lines[own], rings.area[own] > 0)
    # Only shapes of several rings may touch themselves.
    for i in owner[first[stop - first > 1]][
        ~shapely.is_valid(found[owner[first[stop - first > 1]]])
    ]:
        found[i] = shapely.make_valid(found[i], method="structure")
    return list(found)


def _with_holes(rings: Any, outer: NDArray[np.bool_]) -> Any:
    """Return the shape of a region's rings, each hole in the smallest outer ring round it.

    Args:
        rings: (R,) of shapely rings, by falling area.
        outer: (R,) bool, False for holes.
    """
    import shapely

    # From the smallest on; of equal ones the earlier first.
    shells = [rings[outer][k] for k in _rising(rings[outer])]
    if len(shells) == 1:
        return shapely.polygons(shells[0], rings[~outer])
    inner: list[list[Any]] = [[] for _ in shells]
    if not outer.all():
        around = shapely.covers(shapely.polygons(shells)[:, None], rings[~outer][None])
        for hole, within in zip(rings[~outer], around.T, strict=True):
            if within.any():
                inner[int(within.argmax())].append(hole)
    return shapely.multipolygons(
        [shapely.polygons(shell, holes or None) for shell, holes in zip(shells, inner, strict=True)]
    )


def _rising(rings: Any) -> list[int]:
    """Return the order of rings by rising area."""
    import shapely

    order: list[int] = np.argsort(shapely.area(shapely.polygons(rings)), kind="stable").tolist()
    return order


def properties(
    answer: Answer, regions: Sequence[Region], shapes: Sequence[Any]
) -> list[dict[str, Any]]:
    """Return the attributes of some regions, the same in every format.

    What a person looks for comes first. Areas and sides are those of the outline on the ground,
    whatever the CRS: the scale is taken at each region. length_m and width_m are the sides of the
    narrowest rectangle round the outline, however it is rotated. All three are None where the scale
    is not known. A region without an outline (region level) has none of them, nor area_px: an
    upright box says little of what lies askew in it. The value of a composed question, which is the
    answer's, is repeated for each (`value_fields`).

    Args:
        answer: that the regions belong to.
        regions: some of the answer's.
        shapes: their geometries, scene px.
    """
    value = value_fields(answer)
    # Python's own numbers: to take them out of an array one by one is slow
    area, square, length, width = (
        numbers.tolist() for numbers in (_areas(shapes), *on_the_ground(shapes, answer.scene))
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
            **value,
        }
        for i, region in enumerate(regions)
        for outlined in (region.segmentation is not None,)
    ]


def value_fields(answer: Answer) -> dict[str, float | str | None]:
    """Return the value of a composed answer as the columns value, unit and value_word of a table.

    The value is a number, with 1 and 0 for yes and no; a value that is a word has a column of its
    own.
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
    """Return the value of an answer as people write it: "51.46 px", "yes", "airport", or ""."""
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
    """Measure shapes on the ground.

    Args:
        shapes: N shapely geometries, scene px.
        scene: whose pixels they are; the scale is taken at each shape.

    Returns:
        Area in m2, length and width of the narrowest rectangle round each in m, (N,) each; NaN
        where they are not known.
    """
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
    # lines are made at once, points one by one; a line needs two
    lines = (np.bincount(owner, minlength=len(found)) > 1).all()
    hulls = (shapely.linestrings if lines else shapely.multipoints)(metres, indices=owner)
    corners = shapely.get_coordinates(shapely.oriented_envelope(hulls)[known]).reshape(-1, 5, 2)
    # (N, 2), the shorter one first
    sides = np.sort(np.linalg.norm(np.diff(corners[:, :3], axis=1), axis=2), axis=1)
    length, width = unknown.copy(), unknown.copy()
    width[known], length[known] = sides.T
    return _areas(shapes) * np.where(known, pixel, np.nan), length, width


def _number(value: float, digits: int) -> float | None:
    return round(float(value), digits) if math.isfinite(value) else None


def to_crs(shapes: Sequence[Any], scene: SceneInfo) -> Any:
    """Transform shapes to coordinates of the scene's CRS.

    Args:
        shapes: N shapely geometries, scene px.
        scene: whose pixels they are.

    Returns:
        (N,) of shapely geometries; as they are where the scene is not georeferenced.
    """
    import shapely

    place, found = scene.transform, np.array(shapes, object)
    if place is None:
        return found
    return shapely.transform(
        found,
        lambda points: np.stack(georeference.to_crs(place, points[:, 0], points[:, 1]), axis=1),
    )


def in_crs(shapes: Sequence[Any], scene: SceneInfo, crs: str) -> list[Any]:
    """Reproject shapes to a CRS, with points added on sides longer than `SIDE` px.

    In longitude and latitude (EPSG:4326) they are as `longitude_latitude` returns them.

    Args:
        shapes: N shapely geometries, scene px.
        scene: whose pixels they are.
        crs: name of the CRS.

    Returns:
        N shapely geometries; None for those that the CRS does not reach.

    Raises:
        OptionError: no transformation leads there from the scene's CRS, or it has none.
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

    found = _with_points(np.array(shapes, object))
    try:
        made = shapely.transform(found, moved) if len(found) else found
    except Exception as error:
        # Local engineering CRSs, other planets: rasterio raises many types for "cannot".
        raise OptionError(
            f"nothing leads from the CRS of {scene.name} to {crs[:60]}; choose another, or leave it"
            " in its own"
        ) from error
    reached = np.isfinite(shapely.bounds(made).reshape(-1, 4)).all(1)
    return [shape if there else None for shape, there in zip(made, reached, strict=True)]


def upright(shapes: Sequence[Any]) -> Any:
    """Turn shapes in scene px to y up, where QGIS shows an image that is not georeferenced."""
    import shapely

    return shapely.transform(np.array(shapes, object), lambda points: points * (1, -1))


def longitude_latitude(shapes: Sequence[Any], scene: SceneInfo) -> list[Any] | None:
    """Reproject shapes to longitude and latitude on WGS 84.

    They lie within -180 to 180, cut at the antimeridian, closed round a pole, with outer rings
    counter-clockwise. Sides longer than `SIDE` px get points between, as a side that is straight in
    the image is curved on the Earth.

    Args:
        shapes: N shapely geometries, scene px.
        scene: whose pixels they are.

    Returns:
        A valid shapely Polygon or MultiPolygon for each, None for those that the projection does
        not reach; None instead of a list where the scene is not georeferenced, or no transformation
        leads from its CRS to longitude and latitude.
    """
    import shapely

    if scene.crs is None or scene.transform is None:
        return None
    crs, found = georeference.parse_crs(scene.crs), np.array(shapes, object)
    flat = georeference.in_degrees(crs)
    try:
        poles = np.zeros((0, 2)) if flat else _poles(scene, crs)
        placed = _degrees(found if flat else _with_points(found), scene, crs, flat)
    except Exception:
        # Local engineering CRSs, other planets: rasterio raises many types for "cannot".
        return None
    bounds = shapely.bounds(placed).reshape(-1, 4)
    known = np.isfinite(bounds).all(1)
    west, _, east, _ = np.where(known[:, None], bounds, 0).T
    across = (west < -180) | (east > 180)
    if not flat:
        # A ring round a pole or across the antimeridian seems to be over half the Earth wide.
        across |= (east - west >= 180) | _near(found, poles)
    # These few get points so close that each side can be followed across the antimeridian or
    # round the pole, and are cut there.
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


def _with_points(shapes: Any) -> Any:
    """Add points to sides that are longer than SIDE; most shapes are smaller than that."""
    import shapely

    bounds = shapely.bounds(shapes).reshape(-1, 4)
    long = np.hypot(*(bounds[:, 2:] - bounds[:, :2]).T) > SIDE
    if not long.any():
        return shapes
    found = shapes.copy()
    found[long] = shapely.segmentize(shapes[long], SIDE)
    return found


def _poles(scene: SceneInfo, crs: Any) -> NDArray[np.float64]:
    """Return where the poles lie on the scene, (P, 2) px, as far as its projection shows them."""
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
    """Return which shapes (scene px) have a pole inside or near, (N,) bool.

    There a side of a shape may be many degrees long.
    """
    import shapely

    bounds = shapely.bounds(shapes).reshape(-1, 1, 4)
    reach = (bounds[..., 2:] - bounds[..., :2]) / 2
    return np.asarray(
        ((poles > bounds[..., :2] - reach) & (poles < bounds[..., 2:] + reach)).all(2).any(1)
    )


def _dense(shape: Any, scene: SceneInfo, crs: Any) -> Any:
    """Add points to the sides of a polygon (scene px) until neighbours are less than STEP apart.

    Then longitudes can be unwrapped point by point, whatever the jump at the antimeridian.
    """
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
    """Convert shapes (scene px) to degrees.

    Those of a CRS in degrees (`flat`) are moved by whole turns, to begin within -180 to 180.
    """
    import shapely

    assert scene.transform is not None
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    x, y = georeference.to_crs(scene.transform, points[:, 0], points[:, 1])
    longitude, latitude = georeference.longitude_latitude(crs, x, y)
    if flat and len(points):
        west = np.minimum.reduceat(longitude, np.flatnonzero(np.diff(owner, prepend=-1)))
        longitude = longitude - 360 * np.floor((west + 180) / 360 + antimeridian.EDGE)[owner]
    placed = np.stack([longitude, latitude.clip(-90, 90)], axis=1)
    return shapely.set_coordinates(shapes.copy(), placed)

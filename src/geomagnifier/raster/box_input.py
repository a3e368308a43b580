"""Turn the box of a question, in pixels or map coordinates, into pixels of the scene."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from rasterio.crs import CRS

from geomagnifier.errors import BoxError, OptionError
from geomagnifier.geometry import Box
from geomagnifier.raster import georeference
from geomagnifier.types import SceneInfo

PIXELS, SCENE = "px", "scene"
"""Names that stand in place of a CRS: a box in pixels, and one in the scene's own CRS."""
STEPS = 73
"""Points of a box each way that are reprojected: a line that is straight in one CRS is curved in
another.
"""
SLIGHT = 32
"""A box in pixels with sides shorter than this is refused if its numbers would also fit as
longitude and latitude, and nobody said which they are.
"""
LON_LAT = "EPSG:4326"

Four = tuple[float, float, float, float]


def scene_box(given: Box | Sequence[float], scene: SceneInfo, crs: str | None = None) -> Box:
    """Put a box on the pixels of a scene, cut at its edge.

    Args:
        given: x0, y0, x1, y1 in px, y down; or west, south, east, north (longitude first) in `crs`.
            East may be less than west in degrees: the box lies across the antimeridian.
        scene: the scene, from `open_scene`.
        crs: "px", "scene" for the scene's own CRS (or its transform, where it names no CRS), or a
            CRS such as "EPSG:4326". None for pixels; numbers that look like map coordinates are
            then refused.

    Returns:
        The box in scene px; from map coordinates, the whole pixels that it touches.

    Raises:
        BoxError: it has no area, is smaller than a pixel, lies outside the scene, or has west and
            east exchanged.
        OptionError: `crs` names no coordinate reference system, or the scene has none.
    """
    try:
        x0, y0, x1, y1 = numbers = (
            given.tuple() if isinstance(given, Box) else tuple(float(value) for value in given)
        )
    except (TypeError, ValueError):
        raise BoxError(f"a box is four numbers, (x0, y0, x1, y1), not {str(given)[:80]}") from None
    name = (crs or PIXELS).strip()
    if name.lower() in (PIXELS, "pixel", "pixels"):
        return _in_pixels(Box(x0, y0, x1, y1), scene, sure=crs is not None)
    system = system_of(name, scene)
    found = _on_scene((x0, y0, x1, y1), scene, system)
    order = f"a box in {name} is west, south, east, north (x before y, longitude before latitude)"
    if found is None:
        raise BoxError(
            f"the box {numbers} in {name} lies outside the scene{_where(scene, system)}; {order}"
        )
    if found[2] - found[0] < 1 - 1e-6 or found[3] - found[1] < 1 - 1e-6:
        raise BoxError(
            f"the box {numbers} in {name} is smaller than a pixel of the scene ({_size(found)} px);"
            f" make it larger; {order}"
        )
    whole = Box(
        *(math.floor(value + 1e-6) for value in found[:2]),
        *(math.ceil(value - 1e-6) for value in found[2:]),
    )
    inside = whole.intersection(scene.box)
    if inside is None:
        raise BoxError(
            f"the box {numbers} in {name} lies outside the scene{_where(scene, system)}; {order}"
        )
    return inside


def scene_point(
    given: Sequence[float], scene: SceneInfo, crs: str | None = None
) -> tuple[float, float]:
    """Put a point on the pixels of a scene.

    Args:
        given: x, y in px, y down; or x before y (longitude first) in `crs`.
        scene: the scene, from `open_scene`.
        crs: as of `scene_box`; None for pixels.

    Returns:
        (x, y) in scene px.

    Raises:
        BoxError: it is not two numbers, or lies outside the scene.
        OptionError: `crs` names no coordinate reference system, or the scene has none.
    """
    try:
        x, y = (float(value) for value in given)
    except (TypeError, ValueError):
        raise BoxError(f"a point is two numbers, (x, y), not {str(given)[:80]}") from None
    name = (crs or PIXELS).strip()
    column, row, system = x, y, None
    if name.lower() not in (PIXELS, "pixel", "pixels"):
        system = system_of(name, scene)
        column, row = _point_on_scene(x, y, scene, system)
    if not (0 <= column < scene.width and 0 <= row < scene.height):
        where = "" if crs is None else f" in {name}"
        advice = (
            "; a point on the map is given with --point-crs, such as EPSG:4326 (in Python"
            " point_crs)"
            if crs is None and scene.transform is not None
            else f"{_where(scene, system)}; a point is x before y, longitude before latitude"
        )
        raise BoxError(
            f"the point ({x:.10g}, {y:.10g}){where} lies outside the scene, which is"
            f" {scene.width} x {scene.height} px{advice}"
        )
    return column, row


def _point_on_scene(
    x: float, y: float, scene: SceneInfo, system: CRS | None
) -> tuple[float, float]:
    """Return a point on the map in scene px; nan where the scene's CRS does not reach there."""
    assert scene.transform is not None
    own = georeference.parse_crs(scene.crs) if scene.crs is not None else None
    xs, ys = np.array([[x]], float), np.array([[y]], float)
    if own is not None and system is not None and system != own:
        try:
            xs, ys = (
                values.reshape(1, 1)
                for values in georeference.convert(system, own, xs.ravel(), ys.ravel())
            )
        except Exception:  # as in _on_scene
            return math.nan, math.nan
    xs = _near(xs, scene, own)
    a, b, c, d, e, f = scene.transform
    column, row = np.linalg.solve(
        np.array([[a, b], [d, e]]), np.array([float(xs[0, 0]) - c, float(ys[0, 0]) - f])
    )
    return float(column), float(row)


def _in_pixels(box: Box, scene: SceneInfo, sure: bool) -> Box:
    inside = box.intersection(scene.box)
    size = f"the scene is {scene.width} x {scene.height} px"
    if inside is None:
        raise BoxError(f"the box {box.tuple()} lies outside the scene; {size}{_advice(box, scene)}")
    if min(box.width, box.height) < 1 - 1e-6:
        raise BoxError(
            f"the box {box.tuple()} is smaller than a pixel ({_size(box.tuple())} px);"
            f" {size}{_advice(box, scene)}"
        )
    if min(inside.width, inside.height) < 1 - 1e-6:
        raise BoxError(
            f"less than a pixel of the box {box.tuple()} lies inside the scene"
            f" ({_size(inside.tuple())} px); {size}"
        )
    if not sure and max(box.width, box.height) < SLIGHT and _fits(box.tuple(), scene, LON_LAT):
        raise BoxError(
            f"the box {box.tuple()} may be pixels, or longitude and latitude; say which: --box-crs"
            f" px or --box-crs {LON_LAT} (in Python box_crs='px' or box_crs='{LON_LAT}')"
        )
    return inside


def _advice(box: Box, scene: SceneInfo) -> str:
    """Say what to do with numbers that are no pixels."""
    for name, meaning in (
        (LON_LAT, "longitude and latitude"),
        (SCENE, "coordinates of the scene's own CRS"),
    ):
        if _fits(box.tuple(), scene, name):
            return (
                f"; the numbers fit as {meaning}: give them with --box-crs {name} (in Python"
                f" box_crs={name!r})"
            )
    return (
        "; a box in coordinates of a map is given with --box-crs, such as EPSG:4326 (in Python"
        " box_crs)"
        if scene.transform
        else ""
    )


def _fits(box: Four, scene: SceneInfo, name: str) -> bool:
    """Return whether the numbers are a box over the scene in a CRS."""
    try:
        found = _on_scene(box, scene, system_of(name, scene))
    except OptionError:
        return False
    return found is not None and Box(*found).intersection(scene.box) is not None


def system_of(name: str, scene: SceneInfo, what: str = "box") -> CRS | None:
    """Return the CRS of a box or an area; None for the coordinates of the scene's transform.

    Args:
        name: of the CRS, or "scene".
        scene: that the box or area is put on.
        what: "box" or "area", for messages.

    Raises:
        OptionError: it names no CRS, or the scene is not georeferenced.
    """
    it, option = ("a box", "box") if what == "box" else ("an area", "aoi")
    if scene.transform is None:
        raise OptionError(
            f"{scene.name} does not say where it lies, so that {it} in {name} cannot be put on it;"
            f" give the {what} in pixels"
        )
    if name.lower() == SCENE:
        return None
    system = georeference.parse_crs(name)
    if scene.crs is None:
        raise OptionError(
            f"{scene.name} has no CRS, so that {it} in {name} cannot be put on it; give the {what}"
            f" in pixels or with --{option}-crs {SCENE} ({option}_crs='scene')"
        )
    return system


def _on_scene(box: Four, scene: SceneInfo, system: CRS | None) -> Four | None:
    """Return the bounds of a box on the map in scene px, not cut at the scene's edge.

    None where the scene's CRS does not reach there.
    """
    assert scene.transform is not None
    own = georeference.parse_crs(scene.crs) if scene.crs is not None else None
    system = own if system is None else system
    west, east = box[0], box[2]
    south, north = sorted((box[1], box[3]))
    if west > east and system is not None and system.is_geographic:
        turn = 2 * math.pi / float(system.units_factor[1])
        if west - east < turn / 2:
            raise BoxError(
                f"the west side of the box {box} lies east of its east side, and across the"
                " antimeridian it would reach more than halfway round the Earth; give it as"
                " west,south,east,north"
            )
        east += turn  # across the antimeridian
    if not np.isfinite((west, south, east, north)).all() or west >= east or south >= north:
        raise BoxError(f"the box {box} has no area; give it as west,south,east,north")
    x, y = np.meshgrid(np.linspace(west, east, STEPS), np.linspace(south, north, STEPS))
    if own is not None and system is not None and system != own:
        try:
            x, y = (
                values.reshape(x.shape)
                for values in georeference.convert(system, own, x.ravel(), y.ravel())
            )
        except Exception:
            # Local engineering CRSs, other planets: rasterio raises many types for "cannot".
            return None
    x = _near(x, scene, own)
    a, b, c, d, e, f = scene.transform
    columns, rows = np.einsum(
        "ij,jkl->ikl", np.linalg.inv(np.array([[a, b], [d, e]])), np.stack([x - c, y - f])
    )
    reached = np.isfinite(columns) & np.isfinite(rows)
    if not reached.any():
        return None
    columns, rows = columns[reached], rows[reached]
    return float(columns.min()), float(rows.min()), float(columns.max()), float(rows.max())


def _near(x: Any, scene: SceneInfo, own: CRS | None) -> Any:
    """Move the x of a grid of points by whole turns of the Earth to where the scene counts them.

    For example 200 in place of -160 degrees.
    """
    turn = georeference.turn(own) if own is not None else None
    if turn is None or not np.isfinite(x).all():
        return x
    assert scene.transform is not None
    x = np.unwrap(np.unwrap(x, period=turn, axis=1), period=turn, axis=0)
    corners = georeference.to_crs(
        scene.transform,
        np.array([0, scene.width, 0, scene.width]),
        np.array([0, 0, scene.height, scene.height]),
    )
    west, east = corners[0].min(), corners[0].max()
    apart = (west + east) / 2 - (x.min() + x.max()) / 2
    return x + turn * round(apart / turn)


def _where(scene: SceneInfo, system: CRS | None) -> str:
    """Say where the scene's corners lie in a CRS; "" where that is not known."""
    if scene.transform is None:
        return ""
    x, y = georeference.to_crs(
        scene.transform,
        np.array([0.0, scene.width, 0, scene.width]),
        np.array([0.0, 0, scene.height, scene.height]),
    )
    own = georeference.parse_crs(scene.crs) if scene.crs is not None else None
    if system is not None and own is not None and system != own:
        try:
            x, y = georeference.convert(own, system, x, y)
        except Exception:  # as in _on_scene
            return ""
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return ""
    return f", which lies at about {x.min():.10g}, {y.min():.10g}, {x.max():.10g}, {y.max():.10g}"


def _size(box: Four) -> str:
    return f"{box[2] - box[0]:.3g} x {box[3] - box[1]:.3g}"

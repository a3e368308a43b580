"""Read the `proj:` and `raster:` metadata of a STAC item's asset, of all versions of STAC."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from geomagnifier.raster.georeference import affine6
from geomagnifier.raster.stated import Stated
from geomagnifier.types import Affine6


def stated_of(item: Any, key: str) -> Stated:
    """Return what an item states of one of its assets.

    Args:
        item: of pystac.
        key: name of the asset.
    """
    asset = item.assets[key].extra_fields
    fields = {**item.properties, **asset}
    shape = _numbers(fields.get("proj:shape"), 2)
    bands = asset.get("raster:bands") or asset.get("bands") or [asset]
    bands = [band for band in bands if isinstance(band, dict)]
    return Stated(
        by=f"the STAC item {item.id}",
        crs=_crs(fields),
        transform=_transform(fields, shape),
        shape=None if shape is None else (int(shape[0]), int(shape[1])),
        nodata=_each([_number(_field(band, asset, "nodata")) for band in bands]),
        scale=_each([_number(_field(band, asset, "scale")) for band in bands]),
        offset=_each([_number(_field(band, asset, "offset")) for band in bands]),
        unit=_each([_text(_field(band, asset, "unit")) for band in bands]),
    )


def _field(band: dict[str, Any], asset: dict[str, Any], name: str) -> Any:
    """Return a field of a band, with or without the prefix, or else of its asset."""
    for fields in (band, asset):
        for key in (name, f"raster:{name}"):
            if key in fields:
                return fields[key]
    return None


def _crs(fields: dict[str, Any]) -> str | None:
    """Return the CRS; `proj:epsg` is that of STAC before 1.1."""
    code, epsg = fields.get("proj:code"), fields.get("proj:epsg")
    if isinstance(code, str) and code:
        return code
    if isinstance(epsg, int) and not isinstance(epsg, bool):
        return f"EPSG:{epsg}"
    return _text(fields.get("proj:wkt2"))


def _transform(fields: dict[str, Any], shape: Sequence[float] | None) -> Affine6 | None:
    """Return the transform: pixel -> CRS, row by row as rasterio writes it, or from the bounds."""
    given = fields.get("proj:transform")
    numbers = _numbers(given[:6] if isinstance(given, list) else None, 6)
    if numbers is not None:
        return affine6(numbers)
    bounds = _numbers(fields.get("proj:bbox"), 4)
    if bounds is None or shape is None or not (shape[0] > 0 and shape[1] > 0):
        return None
    west, south, east, north = bounds
    height, width = shape
    return affine6(((east - west) / width, 0, west, 0, (south - north) / height, north))


def _numbers(values: Any, count: int) -> list[float] | None:
    if not isinstance(values, list) or len(values) != count:
        return None
    found = [_number(value) for value in values]
    known = [value for value in found if value is not None and math.isfinite(value)]
    return known if len(known) == count else None


def _number(value: Any) -> float | None:
    """Return a number; STAC writes NaN and infinities as text."""
    if isinstance(value, str) and value in ("nan", "inf", "-inf"):
        return float(value)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _each(values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the values of all bands; empty where none says anything."""
    return tuple(values) if any(value is not None for value in values) else ()

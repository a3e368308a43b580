"""Warnings about a scene: where it lies, which of its pixels are valid, what looks like nodata.

Each is attributed to the line of the user's program that opened or read the scene, so the depth of
the calls in `scene` is part of every stacklevel here.
"""

from __future__ import annotations

import warnings
from typing import Any

from rasterio.errors import CRSError

from geomagnifier.errors import GeomagWarning, OptionError
from geomagnifier.raster import georeference
from geomagnifier.raster.bands import Bands
from geomagnifier.raster.dataset import Source
from geomagnifier.raster.stated import Stated
from geomagnifier.raster.undeclared_nodata import Fill
from geomagnifier.types import Affine6

MOSTLY = 0.5
"""Share of a scene that is not valid, above which there is a warning."""
UNTOLD = 0.001
"""Share that a doubtful alpha band may hide without a warning."""


def file_crs(source: Source) -> Any:
    """Return the CRS that a file names; one that means nothing is warned of and taken for none."""
    try:
        return georeference.crs_of(source.dataset)
    except CRSError as error:
        warnings.warn(
            f"the coordinate reference system of {source.name} cannot be used ({error}); its"
            " answers will not be on the map",
            GeomagWarning,
            stacklevel=4,
        )
        return None


def stated_place(source: Source, stated: Stated) -> Affine6 | None:
    """Return the transform that is stated of a file that has none, if it is for such a file.

    Args:
        source: the open file.
        stated: what is stated of it.
    """
    if stated.transform is None:
        return None
    dataset = source.dataset
    if not stated.fits(dataset.width, dataset.height):
        assert stated.shape is not None
        height, width = stated.shape
        warnings.warn(
            f"{stated.by} says where an image of {width} x {height} px lies, and {source.name} has"
            f" {dataset.width} x {dataset.height} px: its answers are in pixels",
            GeomagWarning,
            stacklevel=4,
        )
        return None
    for why in stated.approximate:
        warnings.warn(f"the place of {source.name} is approximate: {why}", GeomagWarning, 4)
    return stated.transform


def stated_crs(stated: Stated) -> Any:
    """Return the CRS that is stated; one that means nothing is warned of and taken for none."""
    assert stated.crs is not None
    try:
        return georeference.parse_crs(stated.crs)
    except OptionError as error:
        warnings.warn(f"{stated.by} names no CRS that can be used: {error}", GeomagWarning, 4)
        return None


def control_points_unused(name: str) -> None:
    """Warn that ground control points or RPC are the only georeference of a file."""
    warnings.warn(
        f"{name} says where it lies by ground control points or RPC, which are not"
        " used: its answers are in pixels; rectify it first (gdalwarp -t_srs EPSG:4326 IN"
        " OUT.tif)",
        GeomagWarning,
        stacklevel=4,
    )


def transform_missing(name: str) -> None:
    """Warn that a file has a CRS and no transform."""
    warnings.warn(
        f"{name} has a CRS, but nothing says where its pixels lie in it: its answers"
        " are in pixels; give open_scene a transform, or set the corners in the file"
        " (gdal_edit.py -a_ullr WEST NORTH EAST SOUTH)",
        GeomagWarning,
        stacklevel=4,
    )


def alpha_is_data(name: str, band: int) -> None:
    """Warn that a band that is marked alpha holds sensor data.

    Args:
        name: of the scene.
        band: band number, 1-based.
    """
    warnings.warn(
        f"band {band} of {name} is marked alpha, but holds image data (near infrared?): it is"
        f" not used as a mask; gdal_edit.py -colorinterp_{band} undefined"
        " marks it so",
        GeomagWarning,
        stacklevel=6,
    )


def alpha_in_doubt(name: str, band: int, hidden: float) -> None:
    """Warn of a band that is taken for alpha and may be sensor data with few levels.

    Args:
        name: of the scene.
        band: band number, 1-based.
        hidden: share of the scene that it hides; above MOSTLY `mostly_invalid` warns anyway.
    """
    if UNTOLD < hidden <= MOSTLY:
        warnings.warn(
            f"{hidden:.0%} of {name} is hidden by band {band}, which is marked alpha"
            f" and has few levels; if it is no alpha, gdal_edit.py -colorinterp_{band}"
            " undefined corrects it",
            GeomagWarning,
            stacklevel=6,
        )


def mostly_invalid(name: str, bands: Bands, share: float) -> None:
    """Warn that most of a scene is hidden, if it is.

    Args:
        name: of the scene.
        bands: that are read.
        share: of the scene that is not valid, 0 to 1.
    """
    if not MOSTLY < share < 1:
        return
    part, band = "more than 99%" if share > 0.99 else f"{share:.0%}", bands.alpha
    if band:
        why = (
            f"transparent by its alpha band; if band {band} is no alpha, gdal_edit.py"
            f" -colorinterp_{band} undefined corrects it"
        )
    else:
        why = "masked by its mask band" if bands.masked else "nodata"
    warnings.warn(
        f"only what is valid can be searched: {part} of {name} is {why}",
        GeomagWarning,
        stacklevel=6,
    )


def nodata_undeclared(name: str, fill: Fill) -> None:
    """Warn of values that look like nodata and are not declared.

    Args:
        name: of the scene.
        fill: the values.
    """
    for values, become in (
        (fill.found, "is taken for nodata"),
        (fill.doubtful, "may be nodata, and is taken for data"),
    ):
        for value, share in values:
            text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
            warnings.warn(
                f"{text} in {share:.1%} of {name} {become}: it lies far from all"
                f" other values, and is not declared; gdal_edit.py -a_nodata {text} declares it",
                GeomagWarning,
                stacklevel=6,
            )

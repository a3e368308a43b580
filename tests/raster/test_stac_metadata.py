"""`proj:` and `raster:` metadata in the forms of STAC 1.0 and 1.1, and odd ones."""

import math

import pystac
import pytest

from geomagnifier.raster.stac_metadata import stated_of
from geomagnifier.raster.stated import of_band


def stated(asset: dict, **properties):
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "one",
        "geometry": None,
        "properties": {"datetime": "2024-01-31T00:00:00Z", **properties},
        "links": [],
        "assets": {"a": {"href": "a.tif", **asset}},
    }
    return stated_of(pystac.Item.from_dict(item), "a")


def test_bands_of_both_versions():
    old = stated({"raster:bands": [{"nodata": "nan", "unit": "m"}, {"nodata": 0, "scale": 0.5}]})
    assert math.isnan(old.nodata[0]) and old.nodata[1] == 0
    assert old.unit == ("m", None) and old.scale == (None, 0.5) and old.offset == ()
    new = stated({"nodata": 0, "bands": [{"raster:scale": 2}, {"raster:offset": 1}]})
    assert (new.nodata, new.scale, new.offset) == ((0, 0), (2, None), (None, 1))
    assert of_band(stated({"nodata": 9}).nodata, 4) == 9


@pytest.mark.parametrize(
    ("given", "crs"),
    [
        ({"proj:code": "EPSG:32633"}, "EPSG:32633"),
        ({"proj:epsg": 32633}, "EPSG:32633"),
        ({"proj:epsg": None}, None),
        ({"proj:epsg": True}, None),
        ({"proj:wkt2": "GEOGCRS[...]"}, "GEOGCRS[...]"),
    ],
)
def test_the_crs_of_both_versions(given, crs):
    assert stated({}, **given).crs == stated(given).crs == crs


@pytest.mark.parametrize(
    "given",
    [
        {"proj:transform": [1, 2, "x", 4, 5, 6]},
        {"proj:transform": [1, 0]},
        {"proj:transform": None},
        {"proj:bbox": [0, 0, 1, 1]},
        {"proj:bbox": [0, 0, 1, 1], "proj:shape": [0, 5]},
        {"proj:bbox": [0, 0, 1, float("nan")], "proj:shape": [5, 5]},
        {"proj:transform": [0, 0, 1, 0, 0, 1]},
    ],
)
def test_a_transform_that_is_none_is_left_out(given):
    assert stated(given).transform is None

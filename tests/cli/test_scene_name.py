"""Options beside IMAGE become part of the scene's name."""

import pytest

from geomagnifier.cli.scene_name import scene_name
from geomagnifier.errors import OptionError


def test_an_asset_goes_into_the_name():
    assert scene_name("city.tif") == "city.tif"
    assert scene_name("a.json", "B 4") == "a.json#/B%204"
    assert scene_name("a.json#x%2F1", "b") == "a.json#x%2F1/b"
    assert scene_name("stac:https://h/items/1", "b") == "stac:https://h/items/1#/b"


def test_an_asset_of_what_is_no_stac_is_refused():
    with pytest.raises(OptionError, match=r"--asset is of a STAC item, and 'city.tif' is none"):
        scene_name("city.tif", "b")
    with pytest.raises(OptionError, match="names an asset already"):
        scene_name("a.json#x/c", "b")


def test_zoom_and_bounds_go_into_the_name():
    name = scene_name("xyz:https://h/{z}/{x}/{y}.png", zoom=17, bounds="1,2,3,4")
    assert name == "xyz:https://h/{z}/{x}/{y}.png#zoom=17&bounds=1,2,3,4"
    assert scene_name("wms:https://h#zoom=9", bounds="1,2,3,4").endswith("#zoom=9&bounds=1,2,3,4")
    with pytest.raises(OptionError, match=r"are of a tile service .* 'city.tif' is none"):
        scene_name("city.tif", zoom=17)


def test_a_layer_is_of_a_geopackage():
    assert scene_name("a/b.gpkg", layer="ortho") == "GPKG:a/b.gpkg:ortho"
    with pytest.raises(OptionError, match=r"--layer is of a GeoPackage"):
        scene_name("city.tif", layer="ortho")

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

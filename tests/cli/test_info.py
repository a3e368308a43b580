"""`geomag info`: models and rasters."""

import json

import pytest

from command_line import geomag


def test_info_describes_model_and_scene(harbour, monkeypatch, capfd):
    code, out, _ = geomag(monkeypatch, capfd, "info", harbour[0], "--json")
    facts = json.loads(out)
    assert code == 0
    assert "airplane" in facts["model"]["kinds"]
    assert facts["scene"]["gsd"] == pytest.approx(0.5)


def test_info_speaks_plain_words(harbour, monkeypatch, capfd):
    code, out, _ = geomag(monkeypatch, capfd, "info", harbour[0])
    rows = dict(line.split(maxsplit=1) for line in out.splitlines() if not line.startswith(" "))
    assert code == 0 and not set("(){}[]'") & set(out)
    assert (
        rows["size"] == "640 x 480 px, 0.3 Mpx"
        and rows["bands"] == "3: red, green, blue"
        and rows["dtype"] == "uint8"
    )
    assert (
        rows["nodata"] == "none"
        and rows["overviews"] == "none"
        and rows["CRS"] == "EPSG:32633"
        and rows["GSD"] == "0.5 m per pixel"
    )
    assert rows["format"] == "GTiff, deflate, tiles of 256 x 256 px"
    assert rows["bounds"] == "x 500000 to 500320, y 5299760 to 5300000; 320 x 240 m"
    assert rows["classes"].startswith("27 classes: airplane, ship, ")
    assert rows["scenes"].startswith("39 scene classes: ") and rows["scenes"].count(",") == 38
    assert "2 broader ones, each of several of these: residential, river or lake" in out


def test_info_says_which_bands_are_shown(four_bands, monkeypatch, capfd):
    facts = json.loads(geomag(monkeypatch, capfd, "info", four_bands, "--json")[1])["scene"]
    assert (facts["rgb"], facts["band_names"]) == ([3, 2, 1], ["B02", "B03", "B04", "B08"])
    assert json.loads(
        geomag(monkeypatch, capfd, "info", four_bands, "--bands", "nir,red,green", "--json")[1]
    )["scene"]["rgb"] == [4, 3, 2]

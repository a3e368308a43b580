"""Dates of pictures: tags, names, and which of them is believed."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
import rasterio
from PIL import Image

from geomagnifier.export.image_file import write_picture
from geomagnifier.raster.acquisition import date_of, named, parse
from geomagnifier.raster.scene import open_scene

DAY = datetime(2024, 1, 31)


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("S2A_MSIL1C_20240131T101500_N0510_R065.tif", datetime(2024, 1, 31, 10, 15)),
        ("ortho_2024-01-31.jpg", DAY),
        ("2024_01_31_strip7.tif", DAY),
        ("20240131.tif", DAY),
        ("20240131_101500_1032.tif", datetime(2024, 1, 31, 10, 15)),
        ("LC08_193027_20240131_20240209.tif", DAY),
        ("tile_20240230_20240131.tif", DAY),
        ("tile_2024013.tif", None),
        ("120240131.tif", None),
        ("2024-0131.tif", None),
        ("18990131.tif", None),
        ("harbour.tif", None),
    ],
)
def test_names(name, date):
    assert named(name) == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024:01:31 10:15:00", datetime(2024, 1, 31, 10, 15)),
        ("2024-01-31T12:15:00+02:00", datetime(2024, 1, 31, 10, 15)),
        ("2024-01-31", DAY),
        ("0000:00:00 00:00:00", None),
        ("0001-01-01", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_tags(text, date):
    assert parse(text) == date


def test_what_is_believed():
    tags = {"TIFFTAG_DATETIME": "2025:05:05 00:00:00"}
    assert date_of(tags, "a.tif") == (datetime(2025, 5, 5), "tag")
    assert date_of(tags, "20240131.tif") == (DAY, "name")
    assert date_of({**tags, "EXIF_DateTimeOriginal": "2023:03:03 00:00:00"}, "20240131.tif") == (
        datetime(2023, 3, 3),
        "EXIF",
    )
    assert date_of({}, "a.tif") == (None, None)


def test_tags_of_real_files(tmp_path):
    pixels = Image.new("RGB", (20, 20), (9, 9, 9))
    write_picture(
        tmp_path / "a.tif",
        np.asarray(pixels),
        "EPSG:32632",
        (1.0, 0.0, 690_000.0, 0.0, -1.0, 5_334_000.0),
    )
    with rasterio.open(tmp_path / "a.tif", "r+") as file:
        file.update_tags(TIFFTAG_DATETIME="2024:01:31 00:00:00")
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2023:03:03 04:05:06"
    pixels.save(tmp_path / "b.jpg", exif=exif)
    with open_scene(tmp_path / "a.tif") as first, open_scene(tmp_path / "b.jpg") as second:
        assert date_of(first.tags, "a.tif") == (DAY, "tag")
        assert date_of(second.tags, "b.jpg") == (datetime(2023, 3, 3, 4, 5, 6), "EXIF")

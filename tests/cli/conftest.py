"""Scenes that tests of several commands ask about."""

import shutil

import numpy as np
import pytest
import rasterio

from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.render.scene import draw_scene

TRANSFORM = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_300_000.0)


@pytest.fixture(scope="session")
def harbour(tmp_path_factory):
    """A drawn scene with a bit of everything as GeoTIFF, and its labels."""
    path = tmp_path_factory.mktemp("scene") / "mixed.tif"
    scene = draw_scene(7, 640, 480, "mixed")
    write_picture(path, scene.pixels, crs="EPSG:32633", transform=TRANSFORM)
    return path, scene


@pytest.fixture(scope="session")
def photos(harbour, tmp_path_factory):
    """The harbour, a drawn airport in a folder of its own, and half a JPEG."""
    folder = tmp_path_factory.mktemp("photos")
    shutil.copy(harbour[0], folder / "mixed.tif")
    (folder / "deep").mkdir()
    airport = draw_scene(5, 320, 240, "airport").pixels
    for name in ("deep/airport.tif", "cut.jpg"):
        write_picture(folder / name, airport)
    (folder / "cut.jpg").write_bytes((folder / "cut.jpg").read_bytes()[:9000])
    return folder


@pytest.fixture
def four_bands(tmp_path):
    """Blue, green, red and near infrared, named as Sentinel-2's."""
    pixels = (
        draw_scene(3, 300, 200, "harbour").pixels.transpose(2, 0, 1)[[2, 1, 0, 0]].astype(np.uint16)
        * 12
    )
    place = {"crs": "EPSG:32633", "transform": rasterio.Affine(*TRANSFORM)}
    with rasterio.open(
        tmp_path / "s2.tif",
        "w",
        driver="GTiff",
        width=300,
        height=200,
        count=4,
        dtype="uint16",
        **place,
    ) as dataset:
        dataset.write(pixels)
        for band, name in enumerate(("B02", "B03", "B04", "B08"), 1):
            dataset.set_band_description(band, name)
    return tmp_path / "s2.tif"

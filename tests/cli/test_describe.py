"""A raster in plain words."""

import rasterio

import geomagnifier as gm
from geomagnifier.cli import describe


def test_info_says_what_a_large_raster_lacks(tmp_path):
    path = tmp_path / "plain.tif"
    kept = {
        "driver": "GTiff",
        "width": 6000,
        "height": 4000,
        "count": 4,
        "dtype": "uint16",
        "nodata": 7,
        "crs": "EPSG:4326",
        "sparse_ok": True,
    }
    with rasterio.open(
        path, "w", transform=rasterio.Affine(1e-5, 0, 11, 0, -1e-5, 48), **kept
    ) as file:
        file.descriptions = ("blue", "green", "red", "nir")
    with gm.open_scene(path) as scene:
        rows = dict(describe.raster(scene.info, scene.layout))
        assert (
            scene.layout.block == (6000, 1)
            and not scene.layout.tiled
            and scene.layout.nodata == (7.0,) * 4
        )
    assert (
        rows["bands"] == "4: blue, green, red, nir"
        and rows["nodata"] == "7"
        and "not tiled" in rows["format"]
    )
    assert "rio convert IN OUT.tif --format COG" in rows["advice"] and rows["bounds"].startswith(
        "x 11 to 11.06, y 47.96 to 48; "
    )
    kept |= {"tiled": True, "blockxsize": 512, "blockysize": 512, "crs": None}
    with rasterio.open(path, "w", transform=rasterio.Affine(2, 0, 0, 0, -2, 0), **kept) as file:
        file.build_overviews([2, 4])
    with gm.open_scene(path) as scene:
        rows = dict(describe.raster(scene.info, scene.layout))
    assert (
        rows["overviews"] == "1/2, 1/4"
        and "tiles of 512 x 512 px" in rows["format"]
        and "advice" not in rows
    )
    assert rows["CRS"] == "none: answers are in pixels" and rows["GSD"] == "unknown"

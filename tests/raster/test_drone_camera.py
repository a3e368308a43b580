"""A drone's JPEG gets an approximate place and size on the ground, and says so."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from rasterio.warp import transform

from geomagnifier.errors import GeomagWarning
from geomagnifier.raster.georeference import to_crs
from geomagnifier.raster.scene import Scene, open_scene

LATITUDE, LONGITUDE = 48 + 8 / 60 + 12.34 / 3600, 11 + 34 / 60 + 5 / 3600
LENS = {0xA405: 24}
ANGLES = {"RelativeAltitude": "+50.00", "GimbalYawDegree": "0", "GimbalPitchDegree": "-90"}
WIDTH, HEIGHT = 400, 300
GSD = 50 * 43.267 / (24 * 500)


def photo(
    path: Path,
    xmp: dict[str, str] | None = None,
    lens: dict[int, Any] | None = None,
    maker: str = "DJI",
    altitude: int | None = 560,
) -> Path:
    exif = Image.Exif()
    exif[0x10F] = maker
    exif.get_ifd(0x8769).update(LENS if lens is None else lens)
    gps = exif.get_ifd(0x8825)
    gps[1], gps[3] = "N", "E"
    gps[2] = (IFDRational(48), IFDRational(8), IFDRational(1234, 100))
    gps[4] = (IFDRational(11), IFDRational(34), IFDRational(5))
    if altitude is not None:
        gps[5], gps[6] = b"\0", IFDRational(altitude)
    told = " ".join(f'drone-dji:{name}="{value}"' for name, value in (xmp or {}).items())
    text = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
        f' xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" {told}/></rdf:RDF></x:xmpmeta>'
    )
    Image.fromarray(np.full((HEIGHT, WIDTH, 3), 90, np.uint8)).save(
        path, exif=exif, xmp=text.encode()
    )
    return path


def opened(path: Path) -> tuple[Scene, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", GeomagWarning)
        scene = open_scene(path)
    return scene, [str(one.message) for one in caught]


def place(scene: Scene, x: float, y: float) -> tuple[float, float]:
    assert scene.info.transform is not None
    east, north = to_crs(scene.info.transform, x, y)
    (longitude,), (latitude,) = transform(scene.info.crs, "EPSG:4326", [east], [north])
    return longitude, latitude


def test_position_height_and_lens_make_a_place(tmp_path: Path) -> None:
    scene, told = opened(photo(tmp_path / "a.jpg", ANGLES))
    with scene:
        assert scene.info.crs == "EPSG:32632" and scene.info.gsd == pytest.approx(GSD, rel=1e-3)
        assert place(scene, WIDTH / 2, HEIGHT / 2) == pytest.approx((LONGITUDE, LATITUDE))
        longitude, latitude = place(scene, WIDTH / 2, 0)
        assert longitude == pytest.approx(LONGITUDE, abs=1e-7) and latitude > LATITUDE
        assert scene.layout.stated_by == "the camera (EXIF and XMP)" and scene.layout.approximate
    assert len(told) == 1 and "the place of a.jpg is approximate: from the camera's GPS" in told[0]


def test_the_top_of_the_image_points_where_the_camera_does(tmp_path: Path) -> None:
    scene, _ = opened(photo(tmp_path / "a.jpg", {**ANGLES, "GimbalYawDegree": "+90.0"}))
    with scene:
        longitude, latitude = place(scene, WIDTH / 2, 0)
        assert longitude > LONGITUDE and latitude == pytest.approx(LATITUDE, abs=1e-6)
        longitude, latitude = place(scene, WIDTH, HEIGHT / 2)
        assert latitude < LATITUDE and longitude == pytest.approx(LONGITUDE, abs=1e-6)


def test_a_sensor_stands_for_the_focal_length_in_35_mm(tmp_path: Path) -> None:
    lens = {0x920A: IFDRational(88, 10), 0xA20E: IFDRational(400), 0xA210: 3}  # 0.025 mm a px
    scene, _ = opened(photo(tmp_path / "a.jpg", ANGLES, lens))
    with scene:
        assert scene.info.gsd == pytest.approx(50 * 0.025 / 8.8, rel=1e-3)


def test_what_is_guessed_is_told(tmp_path: Path) -> None:
    scene, told = opened(photo(tmp_path / "a.jpg"))
    with scene:
        assert scene.info.gsd == pytest.approx(GSD * 560 / 50, rel=1e-3)
    assert len(told) == 3 and "above sea level and not above the ground" in told[1]
    assert "north is taken to be up" in told[2]


def test_an_image_taken_aside_has_no_place(tmp_path: Path) -> None:
    scene, told = opened(photo(tmp_path / "a.jpg", {**ANGLES, "GimbalPitchDegree": "-30"}))
    with scene:
        assert scene.info.transform is None and scene.info.gsd is None
    assert len(told) == 1 and "was taken aside (camera pitch -30 degrees" in told[0]


@pytest.mark.parametrize(
    "given",
    [
        {"maker": "Apple"},
        {"altitude": None},
        {"lens": {}},
        {"lens": {0xA405: 0}},
        {"xmp": {"RelativeAltitude": "-3"}},
        {"xmp": {"RelativeAltitude": "99999"}},
    ],
)
def test_what_says_too_little_has_no_place_and_no_warning(
    tmp_path: Path, given: dict[str, Any]
) -> None:
    scene, told = opened(photo(tmp_path / "a.jpg", **given))
    with scene:
        assert scene.info.transform is None and not told

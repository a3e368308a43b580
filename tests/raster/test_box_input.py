"""The box of a question, in pixels and on the map.

Where it lands on the scene, and what is refused with a way out.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyproj
import pytest

from geomagnifier.errors import BoxError, GeomagError, OptionError
from geomagnifier.geometry import Box
from geomagnifier.raster.box_input import scene_box
from geomagnifier.types import SceneInfo

UTM = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_200_000.0)
WORLD = 2 * math.pi * 6_378_137


def scene(
    crs: str | None = "EPSG:32633", transform: Any = UTM, width: int = 1000, height: int = 700
) -> SceneInfo:
    return SceneInfo("a.tif", width, height, 3, crs, transform, 0.5)


def degrees(
    info: SceneInfo, box: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """West, south, east, north of a box in px, by pyproj; longitudes as it gives them."""
    assert info.transform is not None
    a, b, c, d, e, f = info.transform
    x, y = np.meshgrid(np.linspace(box[0], box[2], 9), np.linspace(box[1], box[3], 9))
    turn = pyproj.Transformer.from_crs(info.crs, 4326, always_xy=True)
    lon, lat = turn.transform(a * x + b * y + c, d * x + e * y + f)
    lon = lon % 360
    west, east = lon.min(), lon.max()
    return ((west + 180) % 360 - 180, lat.min(), (east + 180) % 360 - 180, lat.max())


PLACES = {
    "utm": scene(),
    "south-up": scene(transform=(0.5, 0, 500_000, 0, 0.5, 5_200_000)),
    "turned": scene(transform=(0.4, 0.3, 500_000, 0.3, -0.4, 5_200_000)),
    "degrees": scene("EPSG:4326", (1e-5, 0, 15, 0, -1e-5, 47)),
    "0 to 360": scene("EPSG:4326", (1e-5, 0, 200, 0, -1e-5, 10)),
    "degrees across 180": scene("EPSG:4326", (1e-5, 0, 179.995, 0, -1e-5, 10)),
    "utm across 180": scene("EPSG:32660", (10, 0, 828_000, 0, -10, 1000)),
    "web mercator across 180": scene("EPSG:3857", (1, 0, WORLD / 2 - 500, 0, -1, 1_000_000)),
    "web mercator": scene("EPSG:3857", (1, 0, 1_500_000, 0, -1, 8_400_000)),
    "near the pole": scene("EPSG:3413", (100, 0, -20_000, 0, -100, 50_000)),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_box_in_degrees_covers_its_pixels_and_hardly_more(name: str) -> None:
    info, wanted = PLACES[name], (300, 200, 420, 260)
    found = scene_box(degrees(info, wanted), info, "EPSG:4326")
    assert found.x0 <= 300 and found.y0 <= 200 and found.x1 >= 420 and found.y1 >= 260
    straight = name in (
        "degrees",
        "0 to 360",
        "degrees across 180",
        "web mercator",
        "web mercator across 180",
    )
    turned = name in ("turned", "near the pole")
    assert found.area <= (wanted[2] - wanted[0] + 2) * (wanted[3] - wanted[1] + 2) * (
        1 if straight else 5 if turned else 1.2
    )


def test_a_box_round_a_pole_holds_the_pole() -> None:
    info = scene("EPSG:3413", (1000, 0, -500_000, 0, -1000, 500_000), 1000, 1000)
    found = scene_box((-180, 89, 180, 90), info, "EPSG:4326")
    assert found.contains(500, 500) and 215 < found.width < 235 and 215 < found.height < 235


def test_the_scenes_own_coordinates() -> None:
    info = scene()
    for name in ("scene", "Scene", "EPSG:32633"):
        assert scene_box((500_010, 5_199_900, 500_060, 5_199_950), info, name) == Box(
            20, 100, 120, 200
        )
        assert scene_box((500_010, 5_199_950, 500_060, 5_199_900), info, name) == Box(
            20, 100, 120, 200
        )  # north first
    assert scene_box((500_010.1, 5_199_900, 600_000, 5_199_950), info, "scene") == Box(
        20, 100, 1000, 200
    )  # cut at the edge
    assert scene_box((500_010, 5_199_900, 500_060, 5_199_950), scene(None), "scene") == Box(
        20, 100, 120, 200
    )  # a world file


def test_pixels() -> None:
    info = scene()
    for name in (None, "px", "pixels", "PX"):
        assert scene_box((100, 50, 1200, 300.5), info, name) == Box(100, 50, 1000, 300.5)
    assert scene_box((15, 46, 17, 48), info, "px") == Box(15, 46, 17, 48)
    assert scene_box((15, 46, 17, 48), scene(None, None)) == Box(15, 46, 17, 48)
    assert scene_box((100, 50, 101, 51), info) == Box(100, 50, 101, 51)


@pytest.mark.parametrize(
    ("box", "crs", "error", "words"),
    [
        (
            (15.001, 46.95, 15.004, 46.952),
            None,
            BoxError,
            r"smaller than a pixel .*--box-crs EPSG:4326.*box_crs='EPSG:4326'",
        ),
        (
            (15.001, 46.95, 15.004, 46.952),
            "px",
            BoxError,
            "smaller than a pixel .*--box-crs EPSG:4326",
        ),
        ((14, 46, 16, 48), None, BoxError, "--box-crs px or --box-crs EPSG:4326"),
        (
            (500_010, 5_199_900, 500_060, 5_199_950),
            None,
            BoxError,
            "outside the scene.*own CRS.*--box-crs scene",
        ),
        ((2000, 2000, 2100, 2100), None, BoxError, "outside the scene; the scene is 1000 x 700 px"),
        ((10, 10, 10.5, 200), None, BoxError, "smaller than a pixel"),
        ((999.5, 10, 1200, 200), None, BoxError, "less than a pixel"),
        ((15.001, 46.95, 15.001001, 46.952), "EPSG:4326", BoxError, "smaller than a pixel"),
        (
            (46.95, 15.001, 46.952, 15.004),
            "EPSG:4326",
            BoxError,
            "outside the scene, which lies at about 15.*longitude before latitude",
        ),
        ((15.004, 46.952, 15.001, 46.95), "EPSG:32633", BoxError, "no area"),
        ((15.001, 46.95, math.nan, 46.952), "EPSG:4326", BoxError, "no area"),
        (
            (15.004, 46.95, 15.001, 46.952),
            "EPSG:4326",
            BoxError,
            "more than halfway round the Earth; give it as west,south,east,north",
        ),
        ((15.001, 46.95, 15.004), "EPSG:4326", BoxError, "four numbers"),
        (("a", 1, 2, 3), None, BoxError, "four numbers"),
        ((15.001, 46.95, 15.004, 46.952), "lonlat", OptionError, "coordinate reference system"),
    ],
)
def test_what_is_refused(box: Any, crs: str | None, error: type[GeomagError], words: str) -> None:
    with pytest.raises(error, match=words):
        scene_box(box, scene(), crs)


def test_a_scene_without_a_place_has_pixels_alone() -> None:
    with pytest.raises(OptionError, match="does not say where it lies"):
        scene_box((15, 46, 16, 47), scene(None, None), "EPSG:4326")
    with pytest.raises(OptionError, match=r"has no CRS.*--box-crs scene"):
        scene_box((15, 46, 16, 47), scene(None), "EPSG:4326")
    with pytest.raises(BoxError, match="smaller than a pixel"):
        scene_box((15.001, 46.95, 15.004, 46.952), scene(None, None))
    local = (
        'ENGCRS["a site",EDATUM["its'
        ' corner"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
    )
    with pytest.raises(BoxError, match="outside"):
        scene_box((15, 46, 16, 47), scene(local), "EPSG:4326")

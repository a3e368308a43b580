"""Area, length and width of regions on the ground, against the geodesic.

And styles that name any label.
"""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from geomagnifier import masks
from geomagnifier.export import overlay, qgis_style, vectors
from geomagnifier.raster import georeference, shapes
from geomagnifier.results import Region
from geomagnifier.types import Affine6
from made_rasters import make

BOX = (20.0, 30.0, 60.0, 50.0)
PLACES: dict[str, tuple[str, Affine6]] = {
    "degrees": ("EPSG:4326", (1e-5, 0, 13.4, 0, -1e-5, 60.0)),
    "web mercator": ("EPSG:3857", (1.0, 0, 1_500_000, 0, -1.0, 8_400_000)),
    "utm": ("EPSG:32633", (0.5, 0, 500_000, 0, -0.5, 5_000_000)),
    "turned": ("EPSG:32633", (0.4, 0.3, 500_000, 0.3, -0.4, 5_000_000)),
    "antimeridian": ("EPSG:4326", (1e-5, 0, 179.9996, 0, -1e-5, -17.0)),
}


def outlined(box: tuple[float, float, float, float]) -> Region:
    """A region whose outline is its box."""
    x0, y0, x1, y1 = map(int, box)
    return Region(
        "ship", 1, box, masks.place(np.ones((y1 - y0, x1 - x0), bool), (x0, y0), (120, 160))
    )


@pytest.mark.parametrize("name", PLACES)
def test_sizes_are_those_of_the_geodesic(name: str) -> None:
    geod = pytest.importorskip("pyproj").Geod(ellps="WGS84")
    crs, place = PLACES[name]
    answer = replace(make(crs=crs, place=place), regions=(outlined(BOX),))
    (told,) = shapes.properties(answer, answer.regions, [shapely.box(*BOX)])
    found = shapes.longitude_latitude([shapely.box(*BOX)], answer.scene)
    assert found is not None
    assert told["area_m2"] == pytest.approx(
        sum(abs(geod.geometry_area_perimeter(part)[0]) for part in found), rel=2e-3
    )
    corners = shapes.to_crs([shapely.box(*BOX)], answer.scene)[0].exterior.coords
    if crs == "EPSG:4326":
        sides = sorted(geod.inv(*corners[i], *corners[i + 1])[2] for i in range(2))
        assert (told["width_m"], told["length_m"]) == pytest.approx(sides, rel=2e-3, abs=0.01)
    assert told["length_m"] * told["width_m"] == pytest.approx(told["area_m2"], rel=2e-3)


def test_a_slanting_thing_has_its_own_length() -> None:
    shape = shapely.affinity.rotate(shapely.box(20, 30, 60, 40), 30)
    answer = make()
    (told,) = shapes.properties(answer, answer.regions[:1], [shape])
    assert (told["length_m"], told["width_m"], told["area_m2"]) == pytest.approx(
        (20, 5, 100), abs=0.01
    )


def test_without_a_crs_the_ground_is_not_known() -> None:
    answer = make(crs=None, place=None)
    (told,) = shapes.properties(answer, answer.regions[:1], [shapely.box(*BOX)])
    assert (told["area_m2"], told["length_m"], told["width_m"], told["area_px"]) == (
        None,
        None,
        None,
        800,
    )


def test_a_box_has_no_area_of_an_object() -> None:
    answer = replace(make("region"), regions=(Region("ship", 1, BOX), outlined(BOX)))
    alone, told = shapes.properties(answer, answer.regions, [shapely.box(*BOX)] * 2)
    sizes = ("area_m2", "length_m", "width_m", "area_px")
    assert [alone[name] for name in sizes] == [None] * 4 and [told[name] for name in sizes] == [
        200,
        20,
        10,
        800,
    ]


def test_a_style_names_every_label(tmp_path: Path) -> None:
    labels = [
        'a "big" <ship> & more',
        "船",
        "Müllberg's",
        "bell\x07",
        "",
        *(f"kind {i}" for i in range(9)),
    ]
    answer = replace(
        make("region"),
        regions=tuple(Region(label, 0.5, BOX) for label in labels),
        question="Où sont les 'Schiffe'? \"船\"",
    )
    vectors.write_gpkg(tmp_path / "a.gpkg", answer)
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as database:
        ((qml, layer, default),) = database.execute(
            "SELECT styleQML, f_table_name, useAsDefault FROM layer_styles"
        )
        ((described,),) = database.execute(
            "SELECT description FROM gpkg_contents WHERE table_name = 'regions'"
        )
    root = ElementTree.fromstring(qml)
    assert (layer, default) == ("regions", 1) and described == f"{answer.question} (harbour.tif)"
    assert [c.get("value") for c in root.iter("category")] == [
        label.replace("\x07", "") for label in labels
    ]
    lines = [o.get("value") for o in root.iter("Option") if o.get("name") == "outline_color"]
    assert lines == [
        ",".join(map(str, (*colour, 255))) for colour in overlay.colours_of(answer).values()
    ]


def test_names_are_shown_at_any_scale_where_the_scale_is_not_known() -> None:
    near, always = (
        ElementTree.fromstring(qgis_style.regions_qml(make("region", crs=crs))).find(".//rendering")
        for crs in ("EPSG:32633", None)
    )
    assert near is not None and (near.get("scaleVisibility"), near.get("scaleMax")) == ("1", "7500")
    assert always is not None and always.get("scaleVisibility") == "0"


def test_without_a_place_a_geopackage_says_that_it_is_in_pixels(tmp_path: Path) -> None:
    vectors.write_gpkg(tmp_path / "a.gpkg", make(crs=None, place=None))
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as database:
        ((described,),) = database.execute(
            "SELECT description FROM gpkg_contents WHERE table_name = 'regions'"
        )
    assert "y up from 0" in described


sizes = st.floats(1e-6, 1e4) | st.floats(-1e4, -1e-6)
maps = st.builds(
    lambda x, y, wide, high, turn, slant: Affine.translation(x, y) @ Affine.rotation(turn) @ Affine.shear(slant) @ Affine.scale(wide, high),
    st.floats(-1e7, 1e7), st.floats(-1e7, 1e7), sizes, sizes, st.floats(0, 360), st.floats(-80, 80),
)  # fmt: skip
pixels = st.floats(0, 1e6)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(maps, pixels, pixels, st.floats(1, 1e4), st.floats(1, 1e4))
def test_pixels_on_the_map_and_back_for_any_map(
    place: Affine, x: float, y: float, width: float, height: float
) -> None:
    told = georeference.affine6(place)
    assert told is not None
    corners = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    moved = georeference.to_crs(told, corners[:, 0], corners[:, 1])
    assert np.allclose(moved, place @ (corners[:, 0], corners[:, 1]), rtol=1e-9, atol=1e-6)
    lost = (
        2**-50
        * max(1, *np.abs(moved).ravel(), *map(abs, told[2::3]))
        * np.linalg.norm(np.linalg.inv([told[:2], told[3:5]]))
    )  # digits
    assert np.allclose((~place) @ moved, corners.T, atol=1e-6 + float(lost))
    (shape,) = shapes.to_crs(
        [shapely.box(x, y, x + width, y + height)], replace(make().scene, transform=told)
    )
    share = shape.area / (width * height * abs(told[0] * told[4] - told[1] * told[3]))
    assert share == pytest.approx(1, abs=1e-3) or lost > 1e-3 * min(width, height)


@pytest.mark.parametrize(
    "turned",
    [
        Affine.identity(),
        Affine.scale(0, 1),
        Affine(1, 2, 0, 2, 4, 0),
        Affine(math.nan, 0, 0, 0, 1, 0),
    ],
)
def test_what_is_no_map(turned: Affine) -> None:
    assert georeference.affine6(turned) is None

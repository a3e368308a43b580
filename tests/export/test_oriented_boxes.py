"""Oriented boxes and other CRSs.

Corners, headings, DOTA and YOLO text, GeoJSON, GeoPackage and COCO.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.errors import OptionError
from geomagnifier.masks import encode

PLACE = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_200_000.0)
SIZE = (200, 300)


def turned(
    degrees: float, middle: tuple[float, float], long: float = 60, wide: float = 20
) -> shapely.Polygon:
    """A rectangle whose long side points `degrees` clockwise from the top, scene px."""
    upright = shapely.box(
        middle[0] - wide / 2, middle[1] - long / 2, middle[0] + wide / 2, middle[1] + long / 2
    )
    return shapely.affinity.rotate(upright, degrees)


def region(shape: shapely.Polygon, label: str = "storage tank", masked: bool = True) -> gm.Region:
    x, y = np.meshgrid(np.arange(SIZE[1]) + 0.5, np.arange(SIZE[0]) + 0.5)
    mask = encode(np.asarray(shapely.contains_xy(shape, x, y))) if masked else None
    return gm.Region(label, 0.9, shape.bounds, mask)


def answer(*regions: gm.Region, **where: object) -> gm.Answer:
    with gm.open_scene(paint(300, 200), **where) as scene:  # type: ignore[arg-type]
        return replace(gm.ask(scene, "Segment every ship.", FakeModel()), regions=regions)


@pytest.mark.parametrize("degrees", [0, 30, 75, 90, 120, 165])
def test_the_box_of_a_turned_thing_turns_with_it(degrees: float) -> None:
    truth = turned(degrees, (150, 100))
    made = answer(region(truth))
    assert made.corners.shape == (1, 4, 2) and made.corners.dtype == np.float32
    assert shapely.Polygon(made.corners[0]).symmetric_difference(truth).area < 0.12 * truth.area
    assert abs((made.headings[0] - degrees + 90) % 180 - 90) < 2
    north = answer(region(truth), crs="EPSG:32633", transform=PLACE)
    assert abs((north.headings[0] - degrees + 90) % 180 - 90) < 2


def test_corners_go_clockwise_from_the_highest() -> None:
    for degrees in range(0, 180, 15):
        points = answer(region(turned(degrees, (150, 100)))).corners[0]
        assert not shapely.LinearRing(points * (1, -1)).is_ccw  # y is down
        assert points[0, 1] <= points[:, 1].min() + 1e-3


def test_a_region_without_a_mask_has_its_upright_box_and_no_heading() -> None:
    made = answer(region(turned(30, (80, 80)), masked=False), region(turned(30, (220, 100))))
    x0, y0, x1, y1 = made.regions[0].box
    assert np.allclose(made.corners[0], [(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    assert np.isnan(made.headings[0]) and made.headings[1] == pytest.approx(30, abs=2)
    assert answer().corners.shape == (0, 4, 2) and answer().headings.shape == (0,)


def test_dota_and_yolo_text_hold_the_corners() -> None:
    made = answer(region(turned(30, (80, 80))), region(turned(0, (290, 100)), "ship", masked=False))
    first, second = made.to_dota().splitlines()
    assert first.split()[8:] == ["storage-tank", "0"] and np.allclose(
        [float(v) for v in first.split()[:8]], made.corners[0].ravel(), atol=0.06
    )
    assert second == "280.0 70.0 300.0 70.0 300.0 130.0 280.0 130.0 ship 0"
    one, two = made.to_yolo_obb(["ship", "Storage_Tank"]).splitlines()
    assert one.split()[0] == "1" and np.allclose(
        np.array(one.split()[1:], float).reshape(4, 2) * (300, 200), made.corners[0], atol=1e-3
    )
    assert two == "0 0.933333 0.350000 1.000000 0.350000 1.000000 0.650000 0.933333 0.650000"
    edge = answer(region(shapely.box(250, 150, 310, 210), masked=False)).to_yolo_obb(
        ["storage tank"]
    )
    assert all(0 <= float(v) <= 1 for v in edge.split()[1:])
    assert answer().to_dota() == answer().to_yolo_obb([]) == ""
    with pytest.raises(
        OptionError, match=r"'storage tank' of the answer is not among the classes \(ship\)"
    ):
        made.to_yolo_obb(["ship"])


def test_coco_has_the_corners_as_outline() -> None:
    made = answer(region(turned(30, (80, 80))), region(turned(0, (200, 100)), masked=False))
    first, second = made.to_coco(1, {"storage_tank": 4}, oriented=True)
    assert np.allclose(np.array(first["segmentation"]).reshape(4, 2), made.corners[0], atol=1e-3)
    assert first["area"] == pytest.approx(
        shapely.Polygon(made.corners[0]).area, rel=1e-3
    ) and first["heading"] == pytest.approx(30, abs=2)
    assert first["bbox"][:2] == pytest.approx(made.corners[0].min(0).tolist(), abs=1e-3)
    assert second["heading"] is None and second["bbox"] == [190, 70, 20, 60]
    assert json.loads(json.dumps([first, second])) == [first, second]


@pytest.mark.parametrize("vector", ["geojson", "gpkg"])
def test_vector_files_have_oriented_boxes_and_headings(tmp_path: Path, vector: str) -> None:
    truth = turned(30, (80, 80))
    made = answer(
        region(truth),
        region(turned(0, (200, 100)), masked=False),
        crs="EPSG:32633",
        transform=PLACE,
    )
    written = gm.write(made, tmp_path, vector=vector, oriented=True)
    frame = geopandas.read_file(written["regions"], layer="regions").to_crs("EPSG:32633")
    corners = shapely.transform(
        shapely.Polygon(made.corners[0]), lambda points: points * (0.5, -0.5) + (500_000, 5_200_000)
    )
    assert shapely.hausdorff_distance(frame.geometry[0], corners) < 0.01
    assert frame["heading_deg"][0] == pytest.approx(30, abs=2) and np.isnan(frame["heading_deg"][1])
    assert frame["area_m2"][0] == pytest.approx(truth.area / 4, rel=0.05)  # of the outline still
    plain = geopandas.read_file(
        made.save(tmp_path / f"b.{vector}"), layer=None if vector == "geojson" else "regions"
    )
    assert "heading_deg" not in plain.columns


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32632", "EPSG:4326", "EPSG:4258", "EPSG:32633"])
@pytest.mark.parametrize("suffix", ["geojson", "gpkg"])
def test_vector_files_lie_in_the_crs_that_is_asked_for(
    tmp_path: Path, suffix: str, crs: str
) -> None:
    made = answer(
        region(turned(30, (80, 80))),
        region(turned(75, (200, 100))),
        crs="EPSG:32633",
        transform=PLACE,
    )
    path = made.save(tmp_path / f"a.{suffix}", crs=crs)
    frame = geopandas.read_file(path, layer=None if suffix == "geojson" else "regions")
    assert frame.crs.to_epsg() == int(crs[5:])
    whole = made.to_geodataframe()
    assert np.allclose(frame.to_crs("EPSG:32633").area, whole.area, rtol=1e-3)
    assert (
        shapely.hausdorff_distance(frame.to_crs("EPSG:32633").geometry[0], whole.geometry[0]) < 0.01
    )
    if suffix == "geojson":
        assert ("crs" in json.loads(path.read_text())) == (crs != "EPSG:4326")


def test_a_crs_that_regions_cannot_be_brought_to_is_refused(tmp_path: Path) -> None:
    nowhere = answer(region(turned(30, (80, 80))))
    made = answer(region(turned(30, (80, 80))), crs="EPSG:32633", transform=PLACE)
    lambert = "+proj=laea +lat_0=40 +lon_0=12"
    for one, name, crs, told in (
        (nowhere, "a.gpkg", "EPSG:3857", "does not say where on Earth it is"),
        (nowhere, "a.geojson", "EPSG:4326", "does not say where on Earth it is"),
        (made, "a.gpkg", "EPSG:99999999", "is not a coordinate reference system"),
        (made, "a.geojson", lambert, "GeoJSON names a CRS by its EPSG code"),
        (made, "a.png", "EPSG:3857", r"crs and oriented are of \.geojson and \.gpkg"),
    ):
        with pytest.raises(OptionError, match=told):
            one.save(tmp_path / name, crs=crs)
    with pytest.raises(OptionError, match="is not a coordinate reference system"):
        gm.write(made, tmp_path, crs="nowhere")
    assert list(tmp_path.iterdir()) == []
    assert (
        len(geopandas.read_file(made.save(tmp_path / "a.gpkg", crs=lambert), layer="regions")) == 1
    )
    assert (
        len(
            geopandas.read_file(
                made[made.scores > 2].save(tmp_path / "b.gpkg", crs="EPSG:3857", oriented=True),
                layer="regions",
            )
        )
        == 0
    )

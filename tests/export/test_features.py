"""Answers as values of other libraries: GeoJSON's features, geopandas, COCO, supervision.

One file by its suffix.
"""

from __future__ import annotations

import json
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from PIL import Image
from pycocotools import mask as coco_mask

import geomagnifier as gm
from fake import BLUE, FakeModel, paint
from geomagnifier.errors import GeomagWarning, LibraryMissing, OptionError, OutputError

PLACE = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_200_000.0)
LAKE = paint(300, 200, (40, 40, 80, 60), (100, 100, 140, 120))
LAKE[140:180, 200:280] = BLUE


def answer(question: str = "Segment every ship and the water.", **where: object) -> gm.Answer:
    with gm.open_scene(LAKE, **where) as scene:  # type: ignore[arg-type]
        return gm.ask(scene, question, FakeModel())


@pytest.fixture(scope="module")
def placed() -> gm.Answer:
    return answer(crs="EPSG:32633", transform=PLACE)


def test_features_lie_where_the_geojson_has_them(placed: gm.Answer, tmp_path: Path) -> None:
    told = placed.__geo_interface__
    written = json.loads(placed.save(tmp_path / "r.geojson").read_text())
    assert told["type"] == "FeatureCollection" and len(told["features"]) == len(placed) == 3
    for one, other in zip(told["features"], written["features"], strict=True):
        assert shapely.geometry.shape(one["geometry"]).equals(
            shapely.geometry.shape(other["geometry"])
        )
        assert one["properties"] == other["properties"]
    west, south, east, north = shapely.geometry.GeometryCollection(
        [shapely.geometry.shape(one["geometry"]) for one in told["features"]]
    ).bounds
    assert 15 < west < east < 15.002 and 46.9 < south < north < 47


def test_features_without_a_place_say_what_they_are_given_in() -> None:
    pixels, mapped = answer().__geo_interface__, answer(transform=PLACE).__geo_interface__
    assert pixels["coordinates"] == "pixel" and "pixels of the image" in pixels["note"]
    assert mapped["coordinates"] == "map" and "world file" in mapped["note"]
    boxes = sorted(shapely.geometry.shape(one["geometry"]).bounds for one in pixels["features"])
    assert boxes == [(40, 40, 80, 60), (100, 100, 140, 120), (200, 140, 280, 180)]


def test_a_geodataframe_has_the_scenes_crs_and_the_fields_of_the_geopackage(
    placed: gm.Answer,
) -> None:
    frame = placed.to_geodataframe()
    assert frame.crs.to_epsg() == 32633 and list(frame["label"]) == placed.classes.tolist()
    assert np.allclose(frame[["x0", "y0", "x1", "y1"]].to_numpy(), placed.boxes)
    assert np.allclose(frame.area, frame["area_m2"]) and sorted(frame["area_m2"].round()) == [
        200,
        200,
        800,
    ]
    assert np.allclose(frame.total_bounds, [500_020, 5_199_910, 500_140, 5_199_980])
    found = answer("Find every ship.", crs="EPSG:32633", transform=PLACE).to_geodataframe()
    assert found["area_m2"].isna().all() and found.geometry.iloc[0].area == 200
    empty = placed[placed.scores > 2].to_geodataframe()
    assert (
        len(empty) == 0
        and empty.crs.to_epsg() == 32633
        and list(empty.columns) == list(frame.columns)
    )


def test_a_geodataframe_of_a_scene_without_a_crs_warns_of_pixels() -> None:
    with pytest.warns(
        GeomagWarning, match="coordinates are pixels of the image, x to the right and y down"
    ):
        frame = answer().to_geodataframe()
    assert frame.crs is None and frame.attrs["coordinates"] == "pixel"
    assert sorted(frame.bounds.to_numpy().tolist())[0] == [40, 40, 80, 60]


def test_coco_annotations_fit_the_categories_whatever_joins_their_words(placed: gm.Answer) -> None:
    made = placed.to_coco(
        7,
        [{"id": 3, "name": "Ship"}, {"id": 9, "name": "water", "supercategory": "cover"}],
        first_id=20,
    )
    assert [one["id"] for one in made] == [20, 21, 22] and {one["image_id"] for one in made} == {7}
    for one, region, mask in zip(made, placed.regions, placed.masks or (), strict=True):
        x0, y0, x1, y1 = region.box
        assert (
            one["bbox"] == [x0, y0, x1 - x0, y1 - y0]
            and one["category_id"] == {"ship": 3, "water": 9}[region.label]
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # pycocotools' own, with numpy 2
            assert (
                np.array_equal(coco_mask.decode(one["segmentation"]).astype(bool), mask)
                and one["area"] == mask.sum()
            )
    assert json.loads(json.dumps(made)) == made
    tanks = gm.ask(LAKE, "Find every ship.", FakeModel())
    renamed = [gm.Region("storage tank", r.score, r.box) for r in tanks.regions]
    for name in ("storage tank", "Storage_Tank", "storage-tank", "STORAGE  TANK"):
        found = replace(tanks, regions=tuple(renamed)).to_coco("a.tif", {name: 5})
        assert (
            [one["category_id"] for one in found] == [5, 5]
            and "segmentation" not in found[0]
            and found[0]["area"] == 800
        )


def test_classes_without_a_category_and_odd_categories_are_refused(placed: gm.Answer) -> None:
    with pytest.raises(
        OptionError, match=r"'water' of the answer is not among the categories \(ship\)"
    ):
        placed.to_coco(1, {"ship": 1})
    with pytest.raises(OptionError, match="two classes are named 'ship'"):
        placed.to_coco(1, {"ship": 1, "SHIP": 2, "water": 3})
    for odd in (["ship", "water"], [{"name": "ship"}], [{"id": 1, "name": None}]):
        with pytest.raises(OptionError, match="categories are"):
            placed.to_coco(1, odd)  # type: ignore[arg-type]


def test_a_library_that_is_missing_is_named_with_its_extra(
    placed: gm.Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("geopandas", "supervision"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(LibraryMissing, match=r"extra geo; install it: .*geo"):
        placed.to_geodataframe()
    with pytest.raises(LibraryMissing, match=r"extra supervision; install it: .*supervision"):
        placed.to_supervision()
    with pytest.raises(
        OptionError, match=r"'ship' of the answer is not among the classes \(water\)"
    ):
        placed.to_supervision(["water"])


def test_supervision_gets_boxes_masks_and_names(placed: gm.Answer) -> None:
    pytest.importorskip("supervision", reason="the extra supervision is not installed")
    made = placed.to_supervision()
    assert np.array_equal(made.xyxy, placed.boxes) and np.allclose(made.confidence, placed.scores)
    assert made.mask.shape == (3, 200, 300) and np.array_equal(made.mask.any(0), placed.mask)
    assert made.data["class_name"].tolist() == placed.classes.tolist()
    assert made.class_id.tolist() == [
        ["ship", "water"].index(name) for name in placed.classes.tolist()
    ]
    assert placed.to_supervision(["water", "Ship"]).class_id.tolist() == [
        ["water", "ship"].index(n) for n in placed.classes.tolist()
    ]
    assert len(placed[placed.scores > 2].to_supervision()) == 0
    assert gm.ask(LAKE, "Find every ship.", FakeModel()).to_supervision().mask is None


def test_a_plot_is_the_overlay(placed: gm.Answer) -> None:
    plain, told = placed.plot(words=False), placed.plot()
    assert isinstance(told, Image.Image) and told.height > plain.height and plain.size == (800, 533)
    assert len(np.unique(np.asarray(plain).reshape(-1, 3), axis=0)) > 3


def test_one_file_is_saved_by_its_suffix(placed: gm.Answer, tmp_path: Path) -> None:
    import geopandas

    for name in ("a.json", "a.geojson", "a.gpkg", "a.parquet", "new/a.tif", "a.png", "a.JPG"):
        assert placed.save(tmp_path / name) == tmp_path / name
    assert json.loads((tmp_path / "a.json").read_text())["text"] == placed.text
    assert (
        len(geopandas.read_file(tmp_path / "a.gpkg", layer="regions"))
        == len(geopandas.read_parquet(tmp_path / "a.parquet"))
        == 3
    )
    with rasterio.open(tmp_path / "new/a.tif") as mask:
        assert (
            np.array_equal(mask.read(1).astype(bool), placed.mask) and mask.crs.to_epsg() == 32633
        )
    for name in ("a.png", "a.JPG"):
        with Image.open(tmp_path / name) as picture:
            assert picture.size == placed.plot().size
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.JPG",
        "a.geojson",
        "a.gpkg",
        "a.json",
        "a.parquet",
        "a.png",
        "new",
    ]


def test_a_file_that_cannot_be_saved_is_refused(placed: gm.Answer, tmp_path: Path) -> None:
    for name in ("a.shp", "answer", "a.xml"):
        with pytest.raises(OptionError, match=r"has no suffix of a file .* use \.json, \.geojson"):
            placed.save(tmp_path / name)
    with pytest.raises(OptionError, match="the answer has no mask"):
        answer("Find every ship.").save(tmp_path / "a.tif")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="it is a file, not a folder"):
        placed.save(tmp_path / "file/a.json")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]

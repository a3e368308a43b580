"""Writing answers and pictures, and reading them back with other tools."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from PIL import Image
from rasterio.warp import transform

from geomagnifier import masks, results
from geomagnifier.errors import OptionError, OutputError
from geomagnifier.export import mask_cog, overlay, overlay_panel, vectors
from geomagnifier.export import write as write_module
from geomagnifier.export.write import to_json, write, write_picture
from geomagnifier.geometry import Box, Placement
from geomagnifier.masks import MaskPatch
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Region
from geomagnifier.types import Affine6, SceneInfo, Window
from made_rasters import NORTH_UP, TURNED, make


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_everything_is_written_and_nothing_else(tmp_path: Path) -> None:
    paths = write(make(), tmp_path / "new" / "out")
    assert names(tmp_path / "new" / "out") == [
        "answer.json",
        "mask.qml",
        "mask.tif",
        "overlay.png",
        "regions.geojson",
        "regions.qml",
    ]
    assert {key: path.name for key, path in paths.items()} == {
        "answer": "answer.json",
        "regions": "regions.geojson",
        "regions_style": "regions.qml",
        "mask": "mask.tif",
        "mask_style": "mask.qml",
        "overlay": "overlay.png",
    }
    assert "mask" not in write(make("region"), tmp_path / "region")
    assert names(tmp_path / "region") == [
        "answer.json",
        "overlay.png",
        "regions.geojson",
        "regions.qml",
    ]


def test_answer_json_has_the_promised_members(tmp_path: Path) -> None:
    written = json.loads(write(make(), tmp_path)["answer"].read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(to_json(make())))
    assert written["text"] == "Two ships."
    assert written["granularity"] == "pixel"
    assert set(written["granularity_probabilities"]) == {"image", "region", "pixel"}
    assert written["labels"] == []
    assert written["crs"] == "EPSG:32633"
    assert set(written["cost"]) == {"scene_pixels", "pixels_processed", "flops", "seconds"}
    assert set(written["regions"][0]) == {"label", "score", "box", "segmentation", "phrase"}
    assert written["regions"][0]["box"] == [16, 24, 56, 44]
    assert masks.decode(written["regions"][0]["segmentation"]).sum() == 800 - 16
    assert written["regions"][1]["segmentation"] is None
    assert to_json(make("image"))["labels"] == [["harbour", 0.8], ["beach", 0.2]]
    assert to_json(make(crs=None, place=None))["crs"] is None


def test_numpy_numbers_become_plain_ones() -> None:
    region = Region("ship", np.float32(0.5), tuple(np.array([1, 2, 3, 4], np.float32)))  # type: ignore[arg-type]
    answer = make("region")
    assert '"score": 0.5' in json.dumps(to_json(replace(answer, regions=(region,))))


@pytest.mark.parametrize("place", [NORTH_UP, TURNED])
def test_mask_lies_on_the_scene(tmp_path: Path, place: Affine6) -> None:
    answer = make(place=place)
    with rasterio.open(write(answer, tmp_path)["mask"]) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (dataset.width, dataset.height, dataset.dtypes, dataset.nodata) == (
            160,
            120,
            ("uint8",),
            None,
        )
        assert dataset.crs.to_string() == "EPSG:32633"
        assert tuple(dataset.transform)[:6] == pytest.approx(place)
        assert set(np.unique(dataset.read(1))) == {0, 1}
        assert answer.mask is not None
        assert (dataset.read(1).astype(bool) == answer.mask).all()


def test_a_georeferenced_mask_goes_there_and_back(tmp_path: Path) -> None:
    write_picture(tmp_path / "scene.tif", np.zeros((120, 160, 3), np.uint8), "EPSG:32633", NORTH_UP)
    with open_scene(tmp_path / "scene.tif") as scene:
        info = scene.info
    with rasterio.open(
        write(make(crs=info.crs, place=info.transform), tmp_path / "out")["mask"]
    ) as dataset:
        rows, columns = np.nonzero(dataset.read(1))
        x, y = dataset.xy(rows.min(), columns.min(), offset="ul")
    assert (x, y) == (500_000 + 16 * 0.5, 5_000_000 - 24 * 0.5)


def test_large_masks_are_written_by_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mask_cog, "STEP", 512)
    answer = make(size=(1300, 1100))
    asked: list[Box] = []

    def read_patches(patches: Any, window: Box, scene: Box) -> Any:
        asked.append(window)
        return masks.read_patches(patches, window, scene)

    monkeypatch.setattr(mask_cog, "read_patches", read_patches)
    with rasterio.open(write(answer, tmp_path)["mask"]) as dataset:
        assert dataset.read(1).sum() == answer.read_mask(answer.scene.box).sum() > 0
    assert max(box.area for box in asked) <= 512 * 512


def test_a_mask_without_place(tmp_path: Path) -> None:
    answer = make(crs=None, place=None)
    write(answer, tmp_path)
    picture = np.asarray(Image.open(tmp_path / "mask.tif"))
    assert picture.shape == (120, 160)
    assert answer.mask is not None
    assert picture.sum() == answer.mask.sum() > 700


def test_geojson_is_on_longitude_and_latitude(tmp_path: Path) -> None:
    found = json.loads(write(make(), tmp_path)["regions"].read_text(encoding="utf-8"))
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    first, second = found["features"]
    shape = shapely.geometry.shape(first["geometry"])
    assert shape.geom_type == "Polygon"
    assert len(shape.interiors) == 1
    assert shape.exterior.is_ccw
    x, y = transform("EPSG:4326", "EPSG:32633", *zip(*shape.exterior.coords, strict=True))
    assert min(x) == pytest.approx(500_008, abs=0.01)
    assert max(y) == pytest.approx(5_000_000 - 12, abs=0.01)
    assert 14.9 < shape.centroid.x < 15.1
    assert 45 < shape.centroid.y < 45.3
    assert first["properties"] == {
        "label": "ship",
        "score": 0.9,
        "area_m2": 196,
        "length_m": 20,
        "width_m": 10,
        "area_px": 784,
        "phrase": "the big ship",
        "question": "Segment every ship.",
        "value": None,
        "unit": None,
        "value_word": None,
    }
    assert second["properties"]["area_px"] is None  # it has no outline


def test_geojson_without_place_is_in_pixels_and_says_so(tmp_path: Path) -> None:
    found = json.loads(
        write(make(crs=None, place=None), tmp_path)["regions"].read_text(encoding="utf-8")
    )
    assert found["coordinates"] == "pixel"
    assert "y down" in found["note"]
    assert shapely.geometry.shape(found["features"][1]["geometry"]).bounds == (100, 80, 104, 84)
    assert found["features"][0]["properties"]["area_m2"] is None


@pytest.mark.parametrize("place", [NORTH_UP, TURNED, None])
def test_geopackage_is_in_the_crs_of_the_scene(tmp_path: Path, place: Affine6 | None) -> None:
    path = write(make(crs="EPSG:32633" if place else None, place=place), tmp_path, vector="gpkg")[
        "regions"
    ]
    assert pyogrio.list_layers(path)[:, 0].tolist() == ["regions", "layer_styles"]
    meta, _, wkb, columns = pyogrio.raw.read(path, layer="regions")
    fields = dict(zip(meta["fields"], columns, strict=True))
    shapes = shapely.from_wkb(wkb)
    a, b, c, d, e, f = place or (1, 0, 0, 0, -1, 0)  # where QGIS shows a picture without a place
    corners = {
        (a * x + b * y + c, d * x + e * y + f)
        for x, y in ((100, 80), (104, 80), (104, 84), (100, 84))
    }
    assert {tuple(point) for point in shapely.get_coordinates(shapes[1])} == corners
    assert meta["crs"] == ("EPSG:32633" if place else None)
    assert fields["label"].tolist() == ["ship", "boat"]
    assert fields["area_px"][0] == 784 and np.isnan(
        fields["area_px"][1]
    )  # one of them has no outline


@pytest.mark.parametrize("vector", ["geojson", "gpkg"])
def test_no_regions_is_an_empty_layer(tmp_path: Path, vector: str) -> None:
    info = pyogrio.read_info(
        write(make("image"), tmp_path, vector=vector)["regions"], layer="regions"
    )
    assert info["features"] == 0
    if vector == "gpkg":
        assert info["fields"].tolist() == list(vectors.FIELDS) and info["crs"] == "EPSG:32633"


def test_many_parts_and_holes_keep_their_area() -> None:
    from geomagnifier.raster.shapes import geometry

    generator = np.random.default_rng(5)
    for _ in range(50):
        mask = generator.random((9, 9)) < 0.6
        shape = geometry(Region("x", 1, (0, 0, 9, 9), masks.encode(mask)))
        assert shape.is_valid
        assert shape.area == mask.sum()


def test_overlay_shows_tint_and_words(tmp_path: Path) -> None:
    path = write(make(), tmp_path)["overlay"]
    with Image.open(path) as image:
        assert image.mode == "RGB"
        assert image.width == 800
        assert image.height > 600 + 60
    plain = overlay.draw(make("image"))
    tinted = overlay.draw(make())
    assert (plain[600:] != 255).any()
    inside, outside = np.s_[145:155, 230:250], np.s_[500:560, 700:780]
    assert (tinted[inside] != plain[inside]).mean() > 0.9
    assert (tinted[outside] == plain[outside]).all()


@pytest.mark.parametrize("size", [(16, 3000), (3000, 16), (100, 100)])
def test_overlay_of_odd_pictures(size: tuple[int, int]) -> None:
    answer = make("region", size=(160, 120))
    scene = SceneInfo("odd.png", *size, 3)
    regions = (
        Region("a very long label of a thing " * 3, 0.5, (0.0, 0.0, 1.0, 1.0)),
        Region("船", 0.5, (0.0, 0.0, float(size[0]), float(size[1]))),
    )
    preview = np.zeros((size[1], size[0], 3), np.uint8)
    odd = replace(
        answer,
        scene=scene,
        regions=regions,
        preview=preview,
        text="word " * 200 + "x" * 300,
        question="",
    )
    out = overlay.draw(odd)
    assert out.shape[1] >= overlay_panel.NARROWEST
    assert out.any()


def test_a_hundred_regions_draw() -> None:
    corners = [(i % 10 * 15.0, i // 10 * 11.0) for i in range(100)]
    regions = tuple(
        Region(f"kind {i % 9}", i / 100, (x, y, x + 9, y + 7)) for i, (x, y) in enumerate(corners)
    )
    out = overlay.draw(replace(make("region"), regions=regions))
    assert set(overlay.COLOURS) <= {tuple(colour) for colour in out[:600].reshape(-1, 3).tolist()}


def test_wrapped_lines_fit() -> None:
    letters = overlay_panel.font("", 16)
    lines = overlay_panel.wrapped(
        "several words in a row " * 10 + "y" * 200 + "\nsecond", letters, 200
    )
    assert all(letters.getlength(line) <= 200 for line in lines)
    assert "".join("".join(lines).split()) == "".join(
        ("several words in a row " * 10 + "y" * 200 + "second").split()
    )


def test_out_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="file, not a folder"):
        write(make(), tmp_path / "out")
    with pytest.raises(OutputError, match="cannot be written"):
        write(make(), tmp_path / "out" / "deeper")
    assert (tmp_path / "out").read_text() == "mine"


def test_out_is_not_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geomagnifier.atomic.os.access", lambda *_: False)
    with pytest.raises(OutputError, match="not writable"):
        write(make(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def refused(*_: object, **__: object) -> None:
    raise rasterio.errors.RasterioIOError("write failed: No space left on device")


@pytest.mark.parametrize("failure", [full, refused])
@pytest.mark.parametrize("part", ["mask_file.write_mask", "_save"])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, failure: Callable[..., Any]
) -> None:
    before = {path: path.read_bytes() for path in write(make(), tmp_path / "old").values()}
    monkeypatch.setattr(f"{write_module.__name__}.{part}", failure)
    for folder in ("old", "new"):
        with pytest.raises(OutputError, match="disk is full"):
            write(make(text="other"), tmp_path / folder)
    assert {path: path.read_bytes() for path in before} == before
    assert len(names(tmp_path / "old")) == len(before)
    assert not (tmp_path / "new").exists()


def test_an_unfinished_answer_is_written_beside_a_finished_one(tmp_path: Path) -> None:
    heat = np.zeros((6, 8), np.float32)
    trace = replace(make().trace, heat=heat, broken=(Box(0, 0, 64, 32),))
    part = replace(make(text="So far."), complete=False, stopped=True, trace=trace)
    paths = write(part, tmp_path)
    assert {key: path.name for key, path in paths.items()} == {
        "answer": "answer.partial.json",
        "regions": "regions.partial.geojson",
        "overlay": "overlay.partial.png",
        "regions_style": "regions.partial.qml",
        "mask": "mask.partial.tif",
        "mask_style": "mask.partial.qml",
        "heat": "heat.partial.png",
    }
    written = json.loads(paths["answer"].read_text(encoding="utf-8"))
    assert (written["complete"], written["broken"]) == (False, [[0, 0, 64, 32]])
    with rasterio.open(paths["mask"]) as dataset:
        assert (
            dataset.tags()["GEOMAG_COMPLETE"] == "no"
            and dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        )
    write(part, tmp_path, vector="gpkg")
    (tmp_path / "mine.partial.txt").write_text("not ours")
    paths = write(make(), tmp_path)
    assert names(tmp_path) == [
        *(
            "answer.json",
            "mask.qml",
            "mask.tif",
            "mine.partial.txt",
            "overlay.png",
            "regions.geojson",
            "regions.qml",
        )
    ]
    written = json.loads(paths["answer"].read_text(encoding="utf-8"))
    assert (written["complete"], written["broken"]) == (True, [])
    with rasterio.open(paths["mask"]) as dataset:
        assert dataset.tags()["GEOMAG_COMPLETE"] == "yes"
    write(part, tmp_path)
    assert "answer.json" in names(tmp_path) and "answer.partial.json" in names(tmp_path)


def test_an_answer_of_a_damaged_file_has_its_usual_names_and_is_not_complete(
    tmp_path: Path,
) -> None:
    paths = write(
        replace(make(), complete=False, trace=replace(make().trace, broken=(Box(0, 0, 64, 32),))),
        tmp_path,
    )
    assert paths["answer"].name == "answer.json"
    assert json.loads(paths["answer"].read_text(encoding="utf-8"))["complete"] is False
    with rasterio.open(paths["mask"]) as dataset:
        assert dataset.tags()["GEOMAG_COMPLETE"] == "no"


def test_what_an_earlier_answer_had_and_this_one_has_not_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heat = np.zeros((6, 8), np.float32)
    for stopped in (False, True):
        full_one = replace(
            make(), complete=not stopped, stopped=stopped, trace=replace(make().trace, heat=heat)
        )
        write(full_one, tmp_path)
        before = names(tmp_path)
        plain = replace(make("region"), complete=not stopped, stopped=stopped)
        with monkeypatch.context() as patch:
            patch.setattr(write_module, "_save", full)
            with pytest.raises(OutputError):
                write(plain, tmp_path)
        assert names(tmp_path) == before  # only when all else is in place
        write(plain, tmp_path)
        mark = ".partial" if stopped else ""
        assert {f"mask{mark}.tif", f"mask{mark}.qml", f"heat{mark}.png"} == set(before) - set(
            names(tmp_path)
        )


def test_windows_without_patches_cost_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = make(size=(20_000, 16_000))
    cells = np.full((4, 4), 255, np.uint8)
    places = [
        Box(x, y, x + 16, y + 16)
        for x, y in ((10, 10), (2000, 2000), (2040, 2040), (19_984, 15_984))
    ]
    handed: list[int] = []

    def read_patches(patches: Any, window: Box, scene: Box) -> Any:
        handed.append(len(patches))
        return masks.read_patches(patches, window, scene)

    monkeypatch.setattr(mask_cog, "read_patches", read_patches)
    patches = tuple(MaskPatch(Placement(box, 4, 4), box, cells, 0.5) for box in places)
    windows = list(mask_cog._windows(replace(answer, patches=patches)))
    assert sum(int(mask.sum()) for _, mask in windows) == 4 * 256
    assert sorted(handed) == [1, 1, 1, 1, 3]  # three in the first window, one across four
    assert list(mask_cog._windows(replace(answer, patches=()))) == []


def test_a_crowd_of_specks_is_drawn_without_tracing_their_outlines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = make(size=(40_000, 30_000))
    mask = np.ones((12, 12), bool)
    corners = [(i * 397 % 39_900, i * 631 % 29_900) for i in range(3000)]
    regions = tuple(
        Region("ship", 0.5, (x, y, x + 12, y + 12), masks.place(mask, (x, y), (30_000, 40_000)))
        for x, y in corners
    )
    cells = np.full((8, 8), 255, np.uint8)
    patches = tuple(
        MaskPatch(Placement(Box(x, y, x + 12, y + 12), 8, 8), Box(x, y, x + 12, y + 12), cells, 0.5)
        for x, y in corners
    )
    traced: list[object] = []
    monkeypatch.setattr(results, "polygons", lambda rle: traced.append(rle) or ())
    out = overlay.draw(replace(answer, regions=regions, patches=patches))
    assert not traced
    assert (out[:600] == overlay.COLOURS[0]).all(2).mean() > 0.01


def test_an_unknown_vector_format(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="geojson or gpkg"):
        write(make(), tmp_path / "out", vector="shp")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["a.tif", "a.png", "a.jpg"])
def test_write_picture_there_and_back(tmp_path: Path, name: str) -> None:
    pixels = np.asarray(
        Image.fromarray(
            np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
        ).resize((300, 280))
    )
    write_picture(tmp_path / name, pixels, "EPSG:32633", TURNED)
    assert names(tmp_path) == [name]
    with open_scene(tmp_path / name) as scene:
        view = scene.read(Window(scene.info.box, 300, 280, "test", scene.info.box))
        assert np.abs(view.pixels.astype(int) - pixels).mean() < (
            2 if name.endswith("jpg") else 1e-9
        )
        assert scene.info.crs == ("EPSG:32633" if name.endswith("tif") else None)


def test_write_picture_refuses(tmp_path: Path) -> None:
    for name, pixels in (
        ("a.xyz", np.zeros((4, 4, 3), np.uint8)),
        ("a.tif", np.zeros((4, 4), np.uint8)),
        ("a.png", np.zeros((4, 4, 3), np.float32)),
    ):
        with pytest.raises(OutputError, match="cannot be written"):
            write_picture(tmp_path / name, pixels)  # type: ignore[arg-type]
    assert names(tmp_path) == []


def test_letters_that_no_font_has_are_not_drawn_as_boxes():
    assert overlay_panel.legible("Größe, naïve, 3 km²", 16)[0] == "Größe, naïve, 3 km²"
    assert overlay_panel.legible("\ue123 \U000f0000", 16)[0] == overlay_panel.ILLEGIBLE
    text, letters = overlay_panel.legible("飞机", 16)
    assert text in ("飞机", overlay_panel.ILLEGIBLE) and overlay_panel.has_letters(letters, text)

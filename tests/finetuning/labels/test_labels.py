"""Labels of a person in three forms: what is read, and what is said of bad ones."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import DataCorrupt, DataMissing, GeomagWarning, OptionError
from geomagnifier.export.write import write_picture
from geomagnifier.finetuning.labels import read_labels
from own_scenes import SIDE, helipads, write_coco

pyogrio, shapely = pytest.importorskip("pyogrio"), pytest.importorskip("shapely")


@pytest.fixture(scope="module")
def coco(tmp_path_factory):
    return write_coco(tmp_path_factory.mktemp("coco"), 4)


def changed(coco, tmp_path, change):
    """A copy of the COCO file with a change, its pictures where they are."""
    whole = json.loads(coco.read_text())
    change(whole)
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(whole))
    return path


def write_yolo(folder, pictures=3, outlines=True):
    for part in ("images", "labels"):
        (folder / part / "train").mkdir(parents=True)
    for number in range(pictures):
        pixels, rings = helipads(number)
        Image.fromarray(pixels).save(folder / "images/train" / f"{number}.png")
        lines = []
        for ring in rings:
            low, high = ring.min(0) / SIDE, ring.max(0) / SIDE
            values = (ring / SIDE).ravel() if outlines else [*(low + high) / 2, *(high - low)]
            lines.append(" ".join(["0", *(f"{v:.6f}" for v in values)]))
        (folder / "labels/train" / f"{number}.txt").write_text("\n".join(lines) + "\n")
    (folder / "data.yaml").write_text("path: .\ntrain: images/train\nnames:\n  0: helipad\n")
    return folder / "data.yaml"


def write_outlines(folder, crs="EPSG:32633", other=None, geometry=None):
    """helipads.gpkg over two GeoTIFFs; `other`: the reference system of the outlines."""
    scenes, shapes = folder / "scenes", []
    scenes.mkdir()
    for number in range(2):
        pixels, rings = helipads(number)
        x, y = 500000.0 + 1000 * number, 5200000.0
        write_picture(
            scenes / f"{number}.tif", pixels, crs=crs, transform=(0.5, 0.0, x, 0.0, -0.5, y)
        )
        shapes += [shapely.Polygon(ring * (0.5, -0.5) + (x, y)) for ring in rings]
    if geometry is not None:
        shapes = [geometry(s) for s in shapes]
    if other is not None:
        from pyproj import Transformer

        to = Transformer.from_crs(crs, other, always_xy=True)
        shapes = [
            shapely.transform(s, lambda p: np.stack(to.transform(p[:, 0], p[:, 1]), 1))
            for s in shapes
        ]
    path = folder / "helipads.gpkg"
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(s) for s in shapes], object),
        field_data=[np.array(["helipad"] * len(shapes), object)],
        fields=["what"],
        geometry_type=shapes[0].geom_type,
        crs=other or crs,
        layer="pads",
        driver="GPKG",
    )
    return path, scenes


def test_coco(coco):
    labels = read_labels(coco)
    assert labels.kinds == ("helipad",)
    assert labels.also == {"helipad": ("landing pad",)}
    assert labels.count("helipad") == (12, 3)
    _, rings = helipads(100)
    first = labels.pictures[0].objects[0]
    assert np.allclose(first.rings[0], rings[0], atol=1e-3)
    assert first.box == pytest.approx((*rings[0].min(0), *rings[0].max(0)), abs=1e-3)


def test_coco_run_lengths_keep_their_holes(coco, tmp_path):
    from geomagnifier import masks

    ring = np.zeros((SIDE, SIDE), bool)
    ring[100:160, 100:160], ring[120:140, 120:140] = True, False

    def change(whole):
        for a in whole["annotations"]:
            a["segmentation"] = masks.encode(ring)

    labels = read_labels(changed(coco, tmp_path, change), coco.parent / "images")
    first = labels.pictures[0].objects[0]
    from geomagnifier.finetuning.samples import outline

    drawn = outline(first.rings, first.holes, np.zeros(2, np.float32), (SIDE, SIDE))
    assert (drawn & ring).sum() / (drawn | ring).sum() > 0.95
    assert not drawn[125:135, 125:135].any()


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (
            lambda w: w["images"].append({"id": 99, "file_name": "gone.png"}),
            DataMissing,
            r"1 of 5 pictures are not there, the first .*gone.png",
        ),
        (lambda w: w["annotations"].clear(), DataCorrupt, "holds no labels"),
        (
            lambda w: w["annotations"].__delitem__(slice(1, None)),
            DataCorrupt,
            "1 labelled 'helipad'.*at least 5",
        ),
        (lambda w: w.pop("categories"), DataCorrupt, 'no lists "images"'),
        (
            lambda w: w["categories"][0].update(name="<ship>"),
            DataCorrupt,
            r"13 records.*categories\[0\]: .*no name of a kind",
        ),
        (lambda w: w.update(type="FeatureCollection"), DataCorrupt, "is GeoJSON, not COCO"),
    ],
)
def test_coco_that_cannot_be_used_is_refused(coco, tmp_path, change, error, words):
    with pytest.raises(error, match=words):
        read_labels(changed(coco, tmp_path, change), coco.parent / "images")


@pytest.mark.parametrize(
    ("change", "words", "left"),
    [
        (
            lambda w: w["annotations"][3].pop("category_id"),
            r"annotations\[3\]: an id is a number or text",
            11,
        ),
        (
            lambda w: w["annotations"][3].update(category_id=77),
            r"annotations\[3\]: its category_id 77 is none",
            11,
        ),
        (
            lambda w: w["annotations"][3].update(image_id=77),
            r"annotations\[3\]: its image_id 77 is none",
            11,
        ),
        (
            lambda w: w["annotations"][2].update(bbox=[0, 0, float("nan"), 4]),
            r"annotations\[2\]: nan is not finite",
            11,
        ),
        (
            lambda w: w["annotations"][2].update(bbox=[0, 0, True, 4]),
            r"annotations\[2\]: yes or no in place of a number",
            11,
        ),
        (lambda w: w["annotations"][2].update(bbox=[10**400, 0, 3, 4]), r"annotations\[2\]: ", 11),
        (
            lambda w: w["annotations"][1].update(segmentation=[[1, 2, 3]]),
            r"annotations\[1\]: a polygon is",
            11,
        ),
        (lambda w: w["annotations"].insert(0, None), r"annotations\[0\]: it is no table", 12),
        (
            lambda w: w["annotations"][0].update(bbox=[9000, 0, 10, 10]),
            r"annotations\[0\]: .*has not a pixel inside its picture",
            11,
        ),
        (
            lambda w: w["annotations"][0].update(bbox=[9, 9, 0.2, 9]),
            r"annotations\[0\]: .*less than a pixel wide",
            11,
        ),
        (lambda w: w["images"][0].update(file_name=3), r"images\[0\]: its picture has no name", 8),
        (lambda w: w["images"][0].pop("id"), r"images\[0\]: it has no 'id'", 8),
        (
            lambda w: w["images"][0].update(width=2 * SIDE),
            r"images\[0\]: 0.png has 480 x 480 px, but 960 x 480 px",
            8,
        ),
        (
            lambda w: [w["annotations"][i].update(category_id=i + 50) for i in range(7)],
            "7 records are left out: .*and 2 more",
            5,
        ),
    ],
)
def test_a_bad_record_is_told_with_its_number_and_the_others_are_read(
    coco, tmp_path, change, words, left
):
    with pytest.warns(GeomagWarning, match=words):
        labels = read_labels(changed(coco, tmp_path, change), coco.parent / "images")
    assert labels.count("helipad")[0] == left


def test_broken_json(tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{"images": [')
    with pytest.raises(DataCorrupt, match="is not JSON"):
        read_labels(path)


@pytest.mark.parametrize("outlines", [True, False])
def test_yolo(tmp_path, outlines):
    labels = read_labels(write_yolo(tmp_path, outlines=outlines))
    assert labels.count("helipad") == (12, 3)
    _, rings = helipads(0)
    first = labels.pictures[0].objects[0]
    assert first.box == pytest.approx((*rings[0].min(0), *rings[0].max(0)), abs=0.01)
    assert bool(first.rings) == outlines


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 1.4 0.5 0.1 0.1", "it has numbers outside 0..1"),
        ("0 0.5 0.5 -0.1 0.1", "it has numbers outside 0..1"),
        ("3 0.5 0.5 0.1 0.1", "3 is no class"),
        ("1e999 0.5 0.5 0.1 0.1", "inf is not finite"),
        ("0 0.5 0.5 0.1", "3 numbers"),
        ("0 a b c d", "'a' is no number"),
        ("0 0.5 0.5 0.0001 0.1", ".*is less than a pixel"),
    ],
)
def test_a_bad_line_of_yolo_is_told_and_the_others_are_read(tmp_path, line, words):
    path = write_yolo(tmp_path)
    (tmp_path / "labels/train/1.txt").write_text(f"0 0.5 0.5 0.1 0.1\n{line}\n")
    with pytest.warns(GeomagWarning, match=f"1 records are left out: 1.txt, line 2: {words}"):
        labels = read_labels(path)
    assert labels.count("helipad") == (9, 3)


def test_yolo_without_pictures(tmp_path):
    (tmp_path / "data.yaml").write_text("train: images\nnames: [helipad]\n")
    with pytest.raises(DataMissing, match="images"):
        read_labels(tmp_path)


@pytest.mark.parametrize("other", [None, "EPSG:4326", "EPSG:3857"])
def test_outlines_in_any_reference_system(tmp_path, other):
    if other is not None:
        pytest.importorskip("pyproj")
    path, scenes = write_outlines(tmp_path, other=other)
    labels = read_labels(path, scenes, "what")
    assert labels.kinds == ("helipad",)
    assert labels.count("helipad") == (8, 2)
    for number, picture in enumerate(labels.pictures):
        _, rings = helipads(number)
        for o, ring in zip(picture.objects, rings, strict=True):
            assert o.box == pytest.approx((*ring.min(0), *ring.max(0)), abs=0.1)


def test_outlines_are_named_as_the_layer(tmp_path):
    path, scenes = write_outlines(tmp_path)
    assert read_labels(path, scenes).kinds == ("pads",)


@pytest.mark.parametrize(
    "geometry", [lambda s: s.centroid, lambda s: shapely.LineString(s.exterior)]
)
def test_points_and_lines_are_refused(tmp_path, geometry):
    path, scenes = write_outlines(tmp_path, geometry=geometry)
    with pytest.raises(DataCorrupt, match=r"polygons are needed.*Buffer"):
        read_labels(path, scenes)


def test_outlines_elsewhere(tmp_path):
    path, scenes = write_outlines(
        tmp_path, geometry=lambda s: shapely.transform(s, lambda p: p + 1e5)
    )
    with pytest.raises(DataCorrupt, match="none of the 8 polygons"):
        read_labels(path, scenes)
    with pytest.raises(DataCorrupt, match="no column 'kind'; it has what"):
        read_labels(path, scenes, "kind")
    with pytest.raises(OptionError, match="--pictures"):
        read_labels(path)


def test_other_files_are_refused(tmp_path):
    with pytest.raises(DataMissing, match="is not there"):
        read_labels(tmp_path / "none.json")
    (tmp_path / "labels.csv").write_text("a,b")
    with pytest.raises(OptionError, match=r"none of COCO"):
        read_labels(tmp_path / "labels.csv")

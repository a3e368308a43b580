"""Labels as tools of all kinds write them: read as they were meant, or told.

None leads to another file or address.
"""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
import warnings
from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import DataCorrupt, GeomagWarning, OptionError
from geomagnifier.export.image_file import write_picture
from geomagnifier.finetuning.labels import read_labels

pyogrio, shapely = pytest.importorskip("pyogrio"), pytest.importorskip("shapely")
BOXES = [(10 + 40 * i, 20, 40 + 40 * i, 40) for i in range(6)]


def picture(path, size=(400, 300), **given):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((size[1], size[0], 3), np.uint8)).save(path, **given)


def annotation(number, **given):
    x0, y0, x1, y1 = BOXES[number % 6]
    return {
        "id": number,
        "image_id": 1,
        "category_id": 1,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "iscrowd": 0,
    } | given


def ring(number):
    x0, y0, x1, y1 = BOXES[number % 6]
    return [[x0, y0, x1, y0, x1, y1, x0, y1]]


def coco(folder, annotations, categories=({"id": 1, "name": "ship"},), **image):
    picture(folder / "images/p.png")
    record = {"id": 1, "file_name": "p.png", "width": 400, "height": 300} | image
    path = folder / "coco.json"
    path.write_text(
        json.dumps({"images": [record], "annotations": annotations, "categories": list(categories)})
    )
    return path


def yolo(folder, text, names="[ship]"):
    picture(folder / "images/p.png")
    (folder / "labels").mkdir()
    (folder / "labels/p.txt").write_bytes(text)
    (folder / "data.yaml").write_text(f"names: {names}\ntrain: images\n")
    return folder / "data.yaml"


LINES = "\n".join(
    f"0 {(x0 + x1) / 800} {(y0 + y1) / 600} {(x1 - x0) / 400} {(y1 - y0) / 300}"
    for x0, y0, x1, y1 in BOXES
)


def boxes(labels):
    return [tuple(round(v, 3) for v in o.box) for o in labels.pictures[0].objects]


def silently(*given, **named):
    with warnings.catch_warnings():
        warnings.simplefilter("error", GeomagWarning)
        return read_labels(*given, **named)


def test_sizes_that_disagree_with_the_picture_are_told(tmp_path):
    path = coco(tmp_path, [annotation(i) for i in range(6)], width=800, height=600)
    with pytest.raises(
        DataCorrupt, match=r"p.png has 400 x 300 px, but 800 x 600 px where it is labelled"
    ):
        read_labels(path)


def test_a_picture_that_viewers_turn_is_told(tmp_path):
    path = coco(tmp_path, [annotation(i) for i in range(6)], width=300, height=400)
    exif = Image.Exif()
    exif[274] = 6
    picture(tmp_path / "images/p.png", exif=exif)
    with pytest.raises(
        DataCorrupt, match="300 x 400 px where it is labelled; its EXIF orientation turns it"
    ):
        read_labels(path)
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/p.txt").write_text(LINES)
    (tmp_path / "data.yaml").write_text("names: [ship]\ntrain: images\n")
    with pytest.warns(GeomagWarning, match="1 pictures are turned by viewers"):
        assert boxes(read_labels(tmp_path)) == BOXES


def test_numbers_that_are_written_as_text_are_numbers(tmp_path):
    annotations = [annotation(i) for i in range(6)]
    texts = [one | {"bbox": [str(v) for v in one["bbox"]]} for one in annotations]
    assert boxes(silently(coco(tmp_path, texts))) == BOXES


@pytest.mark.parametrize("bbox", [[0, 0, 0, 0], [], None])
def test_a_box_without_area_is_that_of_its_outline(tmp_path, bbox):
    labels = silently(
        coco(tmp_path, [annotation(i, bbox=bbox, segmentation=ring(i)) for i in range(6)])
    )
    assert boxes(labels) == BOXES and all(o.rings for o in labels.pictures[0].objects)


def test_a_box_without_area_and_without_outline_is_told(tmp_path):
    annotations = [annotation(i) for i in range(6)] + [annotation(6, bbox=[0, 0, 0, 0])]
    with pytest.warns(
        GeomagWarning, match=r"annotations\[6\]: the box \(0, 0, 0, 0\) is less than a pixel"
    ):
        assert boxes(read_labels(coco(tmp_path, annotations))) == BOXES


def test_a_box_drawn_from_its_far_corner(tmp_path):
    annotations = [annotation(i) for i in range(6)] + [annotation(6, bbox=[200, 200, -30, -20])]
    assert boxes(silently(coco(tmp_path, annotations)))[6] == (170, 180, 200, 200)


def test_categories_that_nothing_uses_do_not_matter(tmp_path):
    root = {"id": 0, "name": "ship", "supercategory": "none"}
    labels = silently(
        coco(
            tmp_path,
            [annotation(i) for i in range(6)],
            [root, {"id": 1, "name": "ship"}, {"id": 2, "name": "<>"}],
        )
    )
    assert labels.kinds == ("ship",) and labels.count("ship") == (6, 1)


def test_names_that_say_the_same_are_one_kind(tmp_path):
    names = ("storage_tank", "storage tank", "Storage-Tank", "storageTank", "STORAGE_TANK")
    categories = [
        {"id": i, "name": name, "synonyms": [f"tank {i}"]} for i, name in enumerate(names)
    ]
    labels = silently(coco(tmp_path, [annotation(i, category_id=i) for i in range(5)], categories))
    assert labels.kinds == ("storage tank",) and labels.count("storage tank") == (5, 1)
    assert labels.also == {"storage tank": ("tank 0", "tank 1", "tank 2", "tank 3", "tank 4")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_in_the_encodings_of_tools(tmp_path, encoding):
    assert boxes(silently(yolo(tmp_path / "yolo", LINES.encode(encoding)))) == BOXES
    path = coco(tmp_path / "coco", [annotation(i) for i in range(6)])
    path.write_bytes(path.read_text().encode(encoding))
    assert boxes(silently(path)) == BOXES


def test_labels_that_are_no_text_leave_their_picture_out(tmp_path):
    path = yolo(tmp_path, b"\xff\xff\xff\xff")
    picture(tmp_path / "images/q.png")
    (tmp_path / "labels/q.txt").write_text(LINES)
    with pytest.warns(
        GeomagWarning, match="1 records are skipped: p.png: .*p.txt is not text in UTF-8"
    ):
        labels = read_labels(path)
    assert [one.path.name for one in labels.pictures] == ["q.png"]


def test_yolo_of_a_windows_tool(tmp_path):
    yolo(tmp_path / "set", LINES.encode())
    (tmp_path / "set/data.yaml").write_text(
        "path: C:\\sets\nnames: {0: ship, 'note': x}\ntrain: ..\\images\nval: [list.txt]\n"
    )
    (tmp_path / "set/list.txt").write_bytes("images\\p.png\r\n".encode("utf-16"))
    assert boxes(silently(tmp_path / "set")) == BOXES


def test_labels_beside_their_pictures(tmp_path):
    picture(tmp_path / "flat/p.png")
    picture(tmp_path / "flat/._p.png")
    (tmp_path / "flat/p.txt").write_text(LINES)
    (tmp_path / "data.yaml").write_text("names: [ship]\ntrain: flat\n")
    assert boxes(silently(tmp_path)) == BOXES


UTM, CRS = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_200_000.0), "EPSG:32633"
PLACED = [shapely.box(500_020 + 25 * i, 5_199_900, 500_030 + 25 * i, 5_199_910) for i in range(8)]


@pytest.fixture
def scene(tmp_path):
    path = tmp_path / "scene.tif"
    write_picture(path, np.full((300, 520, 3), 90, np.uint8), CRS, UTM)
    return path


def layer(path, name, shapes, kind="Polygon", driver="GPKG", column=None, append=False):
    values = np.array(["ship"] * len(shapes) if column is None else column, object)
    wkb = np.array([None if s is None else shapely.to_wkb(s) for s in shapes], object)
    given = {"geometry_type": kind, "crs": CRS, "layer": name, "driver": driver, "append": append}
    pyogrio.raw.write(path, geometry=wkb, field_data=[values], fields=["what"], **given)
    return path


def test_a_geopackage_whose_second_layer_holds_the_polygons(tmp_path, scene):
    path = layer(tmp_path / "two.gpkg", "a_points", [s.centroid for s in PLACED], "Point")
    layer(path, "labels", PLACED, append=True)
    labels = silently(path, scene, "what")
    assert labels.kinds == ("ship",) and labels.count("ship") == (8, 1)
    assert boxes(labels)[0] == (40, 180, 60, 200)


def test_of_several_layers_one_is_named(tmp_path, scene):
    path = layer(tmp_path / "two.gpkg", "ships", PLACED[:6])
    layer(path, "tanks", PLACED[2:], append=True)
    with pytest.raises(OptionError, match="several layers: ships, tanks; name one: --layer ships"):
        read_labels(path, scene)
    labels = silently(path, scene, layer="tanks")
    assert labels.kinds == ("tanks",) and boxes(labels)[0] == (140, 180, 160, 200)
    with pytest.raises(OptionError, match="no layer 'x'; it has ships, tanks"):
        read_labels(path, scene, layer="x")
    with pytest.raises(OptionError, match="--column and --layer are of outlines"):
        read_labels(coco(tmp_path, [annotation(i) for i in range(6)]), layer="x")


def test_features_that_cannot_be_used_are_told_and_the_others_are_read(tmp_path, scene):
    shapes = [*PLACED[:6], PLACED[6].centroid, None, shapely.box(0, 0, 9, 9), PLACED[7]]
    path = layer(tmp_path / "odd.gpkg", "labels", shapes, "Unknown", column=["ship"] * 9 + [None])
    with pytest.warns(GeomagWarning) as told:
        labels = read_labels(path, scene, "what")
    assert boxes(labels) == [(40 + 50 * i, 180, 60 + 50 * i, 200) for i in range(6)]
    for words in (
        "feature 7: it is a Point",
        "feature 8: it has no geometry",
        "feature 9: it lies on none",
        "feature 10: it has no 'what'",
    ):
        assert words in str(told[0].message)


def geojson(path, shapes, **more):
    features = [
        {"type": "Feature", "properties": {"what": "ship"}, "geometry": shapely.geometry.mapping(s)}
        for s in shapes
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | more))
    return path


def test_geojson_in_degrees_or_in_the_reference_system_it_names(tmp_path, scene):
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    labels = silently(geojson(tmp_path / "old.geojson", PLACED, crs=named, name="ships"), scene)
    assert labels.kinds == ("ships",) and boxes(labels)[0] == (40, 180, 60, 200)
    pytest.importorskip("pyproj")
    from pyproj import Transformer

    to = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    degrees = [
        shapely.transform(s, lambda p: np.stack(to.transform(p[:, 0], p[:, 1]), 1)) for s in PLACED
    ]
    labels = silently(geojson(tmp_path / "new.geojson", degrees), scene, "what")
    assert labels.kinds == ("ship",) and boxes(labels)[0] == pytest.approx(
        (40, 180, 60, 200), abs=0.05
    )


@pytest.mark.parametrize(
    ("name", "driver"),
    [("labels.shp", "ESRI Shapefile"), ("labels.fgb", "FlatGeobuf"), ("labels.gpkg", "GPKG")],
)
def test_the_other_formats(tmp_path, scene, name, driver):
    labels = silently(layer(tmp_path / name, "labels", PLACED, driver=driver), scene, "what")
    assert sorted(boxes(labels)) == [(40 + 50 * i, 180, 60 + 50 * i, 200) for i in range(8)]
    copy = tmp_path / "odd!;name"
    copy.mkdir()
    (copy / name).write_bytes((tmp_path / name).read_bytes())
    with pytest.raises(DataCorrupt, match="has ! and ; in its name"):
        read_labels(copy / name, scene, "what")


@pytest.fixture
def listener():
    """The port of a server on this machine, and what was sent to it."""
    heard: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def listen():
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    heard.append(connection.recv(1000))

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], heard
        over.set()
        thread.join()


POINTERS = {
    "an OGR VRT": (
        "<OGRVRTDataSource><OGRVRTLayer"
        ' name="x"><SrcDataSource>{there}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    ),
    "a WFS": "<OGRWFSDataSource><URL>{http}</URL></OGRWFSDataSource>",
    "a WMS": '<GDAL_WMS><Service name="TMS"><ServerUrl>{http}</ServerUrl></Service></GDAL_WMS>',
    "a VRT": '<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand/></VRTDataset>{there}',
    "a pipeline": (
        '{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline read {there}"}}'
    ),
    "an address": "{http}",
}
SYSTEMS = (
    {"type": "link", "properties": {"href": "{http}"}},
    {"type": "url", "properties": {"url": "{http}"}},
    {"type": "name", "properties": {"name": "{http}"}},
    "{http}",
)


@pytest.mark.filterwarnings("ignore::geomagnifier.GeomagWarning")
@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".fgb", ".geojson", ".json", ".yaml"])
def test_no_file_of_labels_leads_elsewhere(tmp_path, scene, listener, suffix):
    port, heard = listener
    places = {
        "http": f"http://127.0.0.1:{port}/x.geojson",
        "there": f"/vsicurl/http://127.0.0.1:{port}/x.geojson",
    }
    for number, text in enumerate(POINTERS.values()):
        path = tmp_path / f"{number}{suffix}"
        path.write_text(text.format(**places))
        with pytest.raises(DataCorrupt):
            read_labels(path, scene)
    for number, system in enumerate(SYSTEMS):
        path = geojson(tmp_path / f"crs{number}.geojson", PLACED)
        path.write_text(
            json.dumps(json.loads(path.read_text()) | {"crs": system}).replace(
                "{http}", places["http"]
            )
        )
        with pytest.raises(DataCorrupt):
            read_labels(path, scene)
    assert heard == []


@pytest.mark.parametrize(
    "made",
    [
        "CREATE VIEW more AS SELECT * FROM labels",
        "CREATE VIRTUAL TABLE more USING fts5(a)",
        "CREATE VIEW st_x AS SELECT 1",
    ],
)
def test_a_geopackage_holds_tables_alone(tmp_path, scene, made):
    path = layer(tmp_path / "labels.gpkg", "labels", PLACED)
    with closing(sqlite3.connect(path)) as base:
        base.execute(made)
        base.commit()
    with pytest.raises(DataCorrupt, match="has a view or virtual table"):
        read_labels(path, scene)


def test_damaged_and_special_files_are_refused(tmp_path, scene):
    whole = layer(tmp_path / "whole.gpkg", "labels", PLACED).read_bytes()
    for number, size in enumerate((0, 10, 100, 4096, len(whole) // 2)):
        path = tmp_path / f"cut{number}.gpkg"
        path.write_bytes(whole[:size])
        with pytest.raises(DataCorrupt):
            read_labels(path, scene)
    shapefile = layer(tmp_path / "s.shp", "s", PLACED, driver="ESRI Shapefile")
    (tmp_path / "s.dbf").unlink()
    (tmp_path / "s.dbf").mkdir()
    with pytest.raises(DataCorrupt, match=r"s.dbf is no ordinary file"):
        read_labels(shapefile, scene)

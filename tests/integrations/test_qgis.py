"""Real QGIS, without a window.

It shows answers in their style, and its Processing asks about a raster.
"""

import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.warp import transform_geom

import geomagnifier as gm
from geomagnifier.export import overlay, write
from geomagnifier.export.image_file import write_picture
from geomagnifier.results import Region
from geomagnifier_lab.render.scene import draw_scene
from qgis_plugin import write_wheel

PLUGINS = Path(__file__).parents[2] / "integrations/qgis"
PROCESS = shutil.which("qgis_process.bin") or shutil.which(
    "qgis_process"
)  # Debian's wrapper adds an option that QGIS does not know
PYTHON = "/usr/bin/python3"
PLACE = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_200_000.0)
LOAD = """
import json, os, sys
from qgis.core import *
application = QgsApplication([], False)
application.initQgis()
told = []
for source in sys.argv[1:]:
    if source.endswith(".tif"):
        layer = QgsRasterLayer(source, "x")
        r = layer.renderer()
        classes = [[c.value, c.color.alpha()] for c in r.classes()]
        told.append({"kind": r.type(), "classes": classes})
    else:
        layer = QgsVectorLayer(source, "x", "ogr")
        r = layer.renderer()
        strokes = {c.value(): c.symbol().symbolLayer(0).strokeColor() for c in r.categories()}
        told.append({
            "kind": r.type(),
            "crs": layer.crs().authid(),
            "count": layer.featureCount(),
            "labels": layer.labelsEnabled(),
            "near": layer.labeling().settings().minimumScale,
            "classes": {value: colour.getRgb() for value, colour in strokes.items()},
        })
print(json.dumps(told), flush=True)
os._exit(0)
"""
INSTALL = """
import json, os, sys
from qgis.core import *
from qgis.PyQt.QtXml import QDomDocument
sys.path[:0] = ["/usr/share/qgis/python/plugins", "/usr/share/qgis/python"]
application = QgsApplication([], False)
application.initQgis()
document = QDomDocument()
document.setContent(open(sys.argv[1]).read())
offered = document.elementsByTagName("pyqgis_plugin").item(0)
address = offered.firstChildElement("download_url").text()
from pyplugin_installer.unzip import unzip
unzip(address[len("file://"):], sys.argv[2] + "/installed")
sys.path.insert(0, sys.argv[2] + "/installed")
import geomagnifier_qgis
from processing.core.Processing import Processing
Processing.initialize()
plugin = geomagnifier_qgis.classFactory(None)
plugin.initProcessing()
print(json.dumps({
    "offered": offered.toElement().attribute("name"),
    "loads": plugin.provider in QgsApplication.processingRegistry().providers(),
    "algorithms": sorted(a.name() for a in plugin.provider.algorithms()),
}), flush=True)
os._exit(0)
"""
pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROCESS is None, reason="QGIS is not installed")]


@pytest.fixture(scope="module")
def geomag(tmp_path_factory):
    """The command, of the sources that are tested; QGIS's processes get no PYTHONPATH."""
    path = tmp_path_factory.mktemp("bin") / "geomag"
    sources = Path(gm.__file__).parents[1]
    words = [sys.executable, "-m", "geomagnifier"]
    path.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(sources))} exec {shlex.join(words)} "$@"\n'
    )
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def qgis(geomag, tmp_path_factory):
    """Run a command as QGIS does, with a new profile and nothing of this virtual environment."""
    home = tmp_path_factory.mktemp("home")
    (home / "run").mkdir(mode=0o700)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV", "GEOMAG_", "QGIS"))
    }
    path = os.pathsep.join(
        p for p in kept["PATH"].split(os.pathsep) if p.startswith(("/usr", "/bin", "/sbin"))
    )
    own = {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_PLUGINPATH": str(PLUGINS),
    }

    def run(*words, **extra):
        environment = {**kept, "PATH": path, "GEOMAG_COMMAND": str(geomag), **own, **extra}
        return subprocess.run(
            [str(word) for word in words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def processing(qgis):
    """Asks QGIS's Processing; returns the process and what it found as JSON."""
    enabled = qgis(PROCESS, "plugins", "enable", "geomagnifier_qgis")
    assert "geomagnifier_qgis" in enabled.stdout, enabled.stderr

    def run(*parameters, algorithm="ask", **extra):
        return qgis(PROCESS, "run", f"geomagnifier:{algorithm}", "--", *parameters, **extra)

    return run


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    path = tmp_path_factory.mktemp("scene") / "Häfen.tif"
    write_picture(
        path, draw_scene(7, 700, 500, "harbour").pixels, crs="EPSG:32633", transform=PLACE
    )
    return path


def test_qgis_shows_answers_in_their_style(qgis, answer, tmp_path):
    gm.write(answer, tmp_path / "a", vector="gpkg")
    gm.write(answer, tmp_path / "b")
    gm.write(
        replace(answer, regions=(), question='Where is the "Müll"? 船'),
        tmp_path / "c",
        vector="gpkg",
    )
    sources = [
        tmp_path / name
        for name in ("a/regions.gpkg", "b/regions.geojson", "c/regions.gpkg", "a/mask.tif")
    ]
    loaded = qgis(PYTHON, "-c", LOAD, *sources)
    assert loaded.stdout, loaded.stderr
    one, two, none, mask = json.loads(loaded.stdout.splitlines()[-1])
    colours = {label: [*colour, 255] for label, colour in overlay.colours_of(answer).items()}
    assert one == {
        "kind": "categorizedSymbol",
        "crs": "EPSG:32633",
        "count": 2,
        "labels": True,
        "near": 7500,
        "classes": colours,
    }
    assert two == one | {"crs": "EPSG:4326"}
    assert none == one | {"count": 0, "classes": {}}
    assert mask == {"kind": "paletted", "classes": [[0, 0], [1, overlay.TINT]]}


@pytest.fixture
def answer():
    from fake import FakeModel, paint

    with gm.open_scene(paint(300, 200, (40, 40, 80, 60))) as opened:
        found = gm.ask(opened, "Segment every ship.", FakeModel())
    regions = (*found.regions[:1], Region('a "big" <ship> & 船', 0.5, (1, 2, 30, 40)))
    return replace(
        found,
        regions=regions,
        scene=replace(found.scene, crs="EPSG:32633", transform=PLACE, gsd=0.5),
    )


def test_processing_asks_about_a_raster(processing, scene, tmp_path):
    regions, mask = tmp_path / "ships.gpkg", tmp_path / "ships.tif"
    done = processing(
        f"INPUT={scene}", "QUESTION=Segment every ship.", f"OUTPUT={regions}", f"MASK={mask}"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    info = pyogrio.read_info(regions, layer="regions")
    assert info["features"] > 3 and info["crs"] == "EPSG:32633"
    assert info["fields"].tolist() == [
        "label",
        "score",
        "area_m2",
        "length_m",
        "width_m",
        "area_px",
        "phrase",
        "question",
        "value",
        "unit",
        "value_word",
    ]
    assert f"COUNT:\t{info['features']}" in done.stdout
    west, south, east, north = info["total_bounds"]
    assert 500_000 <= west < east <= 500_350 and 5_199_750 <= south < north <= 5_200_000
    with closing(sqlite3.connect(regions)) as database:
        ((layer, default),) = database.execute(
            "SELECT f_table_name, useAsDefault FROM layer_styles"
        ).fetchall()
    assert (layer, default) == ("regions", 1)
    with rasterio.open(mask) as dataset:
        assert dataset.crs.to_epsg() == 32633 and dataset.read(1).any()
    assert mask.with_suffix(".qml").is_file()
    assert write.VECTORS.keys() == {"geojson", "gpkg"}


def test_processing_asks_about_a_rectangle(processing, scene, tmp_path):
    extent = "EXTENT=500050,500150,5199800,5199950 [EPSG:32633]"
    done = processing(
        f"INPUT={scene}",
        "QUESTION=Find every ship.",
        extent,
        f"OUTPUT={tmp_path / 'o.gpkg'}",
        f"MASK={tmp_path / 'm.tif'}",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "--box 100,100,300,400" in done.stdout
    assert not (tmp_path / "m.tif").exists()


def test_processing_tells_errors_in_one_line(processing, scene, tmp_path):
    regions = tmp_path / "o.gpkg"
    for parameters, extra, reason in (
        (
            (f"INPUT={scene}", "QUESTION=x"),
            {"GEOMAG_COMMAND": "/nowhere"},
            "/nowhere is not a command; correct it",
        ),
        (
            (f"INPUT={scene}", "QUESTION=x", "EXTENT=0,1,0,1"),
            {},
            "the rectangle lies outside the raster",
        ),
        ((f"INPUT={scene}", "QUESTION=Find ships.", "MODEL=/nowhere/model"), {}, "/nowhere/model"),
    ):
        done = processing(*parameters, f"OUTPUT={regions}", **extra)
        assert done.returncode == 1 and reason in done.stderr, done.stdout + done.stderr
        assert "Traceback" not in done.stderr and not regions.exists()


def square(path, *squares):
    """A GeoPackage in degrees with squares (west, north, side) of the scene's metres."""
    boxes = [shapely.box(west, north - side, west + side, north) for west, north, side in squares]
    shapes = [transform_geom("EPSG:32633", "EPSG:4326", shapely.geometry.mapping(b)) for b in boxes]
    geopandas.GeoDataFrame(
        {"name": [str(n) for n in range(len(boxes))]},
        geometry=[shapely.geometry.shape(shape) for shape in shapes],
        crs="EPSG:4326",
    ).to_file(path, driver="GPKG", layer="fields")
    return path


def test_processing_asks_within_the_polygons_of_a_layer(processing, scene, tmp_path):
    whole, half = tmp_path / "whole.gpkg", tmp_path / "half.gpkg"
    polygons = square(tmp_path / "p.gpkg", (500_000, 5_200_000, 150), (500_150, 5_199_850, 50))
    question = "QUESTION=Segment every ship."
    assert processing(f"INPUT={scene}", question, f"OUTPUT={whole}").returncode == 0
    done = processing(
        f"INPUT={scene}", f"POLYGONS={polygons}", question, f"OUTPUT={half}", algorithm="askwithin"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "of the given area alone" in done.stdout
    every, some = (pyogrio.read_dataframe(path, layer="regions") for path in (whole, half))
    assert 0 < len(some) < len(every)
    assert some.geometry.centroid.x.max() <= 500_202 and some.total_bounds[2] <= 500_202


def test_processing_segments_what_lies_at_a_point(processing, scene, tmp_path):
    ships = tmp_path / "ships.gpkg"
    assert processing(f"INPUT={scene}", "QUESTION=Segment every ship.", f"OUTPUT={ships}")
    found = pyogrio.read_dataframe(ships, layer="regions")
    largest = found.loc[found.area_m2.idxmax()].geometry.representative_point()
    clicked, mask = tmp_path / "clicked.gpkg", tmp_path / "clicked.tif"
    done = processing(
        f"INPUT={scene}",
        f"POINT={largest.x},{largest.y} [EPSG:32633]",
        "QUESTION=Segment every ship.",
        f"OUTPUT={clicked}",
        f"MASK={mask}",
        algorithm="segmentpoint",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (region,) = pyogrio.read_dataframe(clicked, layer="regions").itertuples()
    assert region.geometry.contains(largest) and "there is a ship of" in done.stdout
    with rasterio.open(mask) as dataset:
        assert dataset.read(1).any()


def test_processing_refuses_a_point_without_anything(processing, tmp_path):
    path, out = tmp_path / "grey.tif", tmp_path / "o.gpkg"
    grey = numpy.full((300, 300, 3), 120, numpy.uint8)
    write_picture(path, grey, crs="EPSG:32633", transform=PLACE)
    parameters = (f"INPUT={path}", f"OUTPUT={out}", "QUESTION=Segment every ship.")
    for point, reason in (
        ("500075,5199925", "Nothing is seen at"),
        ("0,0", "the point lies outside the raster"),
    ):
        done = processing(*parameters, f"POINT={point}", algorithm="segmentpoint")
        assert done.returncode == 1 and reason in done.stderr, done.stdout + done.stderr
        assert not out.exists()


def test_processing_searches_an_archive(processing, scene, tmp_path):
    archive, out = tmp_path / "archive", tmp_path / "footprints.gpkg"
    archive.mkdir()
    for number, theme in enumerate(("airport", "town")):
        place = (0.5, 0.0, 510_000.0 + 1000 * number, 0.0, -0.5, 5_200_000.0)
        pixels = draw_scene(number, 400, 300, theme).pixels
        write_picture(archive / f"{theme}.tif", pixels, crs="EPSG:32633", transform=place)
    done = processing(
        f"ARCHIVE={archive}",
        "WORDS=an airport with airplanes",
        "EXTENT=500000,520000,5190000,5210000 [EPSG:32633]",
        "TOP=5",
        f"OUTPUT={out}",
        algorithm="search",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    hits = pyogrio.read_dataframe(out)
    assert hits["rank"].tolist() == [1, 2] and hits.path[0].endswith(".tif")
    assert hits.crs.to_epsg() == 4326 and hits.geometry.is_valid.all()
    nothing = processing(f"ARCHIVE={archive}", f"OUTPUT={out}", algorithm="search")
    assert nothing.returncode == 1 and "give WORDS or --image" in nothing.stderr


def test_processing_sets_geomag_up_where_there_is_none(processing, geomag, scene, tmp_path):
    wheel = write_wheel(tmp_path, str(geomag))
    own = {
        "GEOMAG_COMMAND": "",
        "GEOMAG_PACKAGE": str(wheel),
        "PIP_NO_INDEX": "1",
        "PATH": "/usr/bin:/bin",
    }
    asked = (f"INPUT={scene}", "QUESTION=Find every ship.")
    done = processing(*asked, f"OUTPUT={tmp_path / 'a.gpkg'}", **own)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "geomag is not installed; it is set up in" in done.stdout
    again = processing(*asked, f"OUTPUT={tmp_path / 'b.gpkg'}", **own)
    assert again.returncode == 0 and "is set up in" not in again.stdout
    said = processing(algorithm="setup", **own)
    assert "venv/bin/geomag" in said.stdout


def test_the_zip_is_installed_by_the_plugin_manager(qgis, tmp_path):
    build = Path(__file__).parents[2] / "scripts/qgis-plugin"
    subprocess.run([sys.executable, build, tmp_path], check=True, capture_output=True)
    done = qgis(PYTHON, "-c", INSTALL, tmp_path / "plugins.xml", tmp_path, QGIS_PLUGINPATH="")
    assert done.stdout, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "offered": "geomagnifier",
        "loads": True,
        "algorithms": ["ask", "askwithin", "search", "segmentpoint", "setup"],
    }

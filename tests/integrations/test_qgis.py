"""Real QGIS, without a window.

It shows answers in their style, and its Processing asks about a raster.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyogrio
import pytest
import rasterio

from geomagnifier.export import overlay, write
from geomagnifier.export.image_file import write_picture
from geomagnifier.results import Region
from geomagnifier_lab.render.scene import draw_scene

PLUGINS = Path(__file__).parents[2] / "integrations/qgis"
PROCESS = shutil.which("qgis_process.bin") or shutil.which(
    "qgis_process"
)  # Debian's wrapper adds an option that QGIS does not know
PYTHON = "/usr/bin/python3"
GEOMAG = Path(sys.executable).with_name("geomag")
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
pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROCESS is None, reason="QGIS is not installed")]


@pytest.fixture(scope="module")
def qgis(tmp_path_factory):
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
        environment = {**kept, "PATH": path, "GEOMAG_COMMAND": str(GEOMAG), **own, **extra}
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

    def run(*parameters, **extra):
        return qgis(PROCESS, "run", "geomagnifier:ask", "--", *parameters, **extra)

    return run


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    path = tmp_path_factory.mktemp("scene") / "Häfen.tif"
    write_picture(
        path, draw_scene(7, 700, 500, "harbour").pixels, crs="EPSG:32633", transform=PLACE
    )
    return path


def test_qgis_shows_answers_in_their_style(qgis, answer, tmp_path):
    import geomagnifier as gm

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
    import geomagnifier as gm
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
            "/nowhere is not a command; install it",
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

"""A scene of 1.6 Gpx within the memory that was allowed; stopped, killed and gone on with. The real model, the real command."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window
from torch.version import cuda

from geomagnifier.data.drawn import draw_scene

SIDE = 40_000
PLACES = ((3_000, 5_000), (21_500, 18_000), (38_500, 39_000))
ALLOWED = 1_100_000_000 if cuda is None else 1_400_000_000
"""Bytes. A build of torch with CUDA takes 300 MB more by itself."""


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing but nodata, and three harbours of 1000 x 700 px."""
    path = tmp_path_factory.mktemp("country") / "country.tif"
    profile = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": 3, "dtype": "uint8", "nodata": 0, "SPARSE_OK": "TRUE"}
    place = rasterio.Affine(0.5, 0, 500_000, 0, -0.5, 5_200_000)
    tiles = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "BIGTIFF": "YES"}
    with rasterio.open(path, "w", crs="EPSG:32633", transform=place, **profile, **tiles) as dataset:
        for seed, (x, y) in enumerate(PLACES):
            pixels = draw_scene(seed, 1000, 700, theme="harbour").pixels
            dataset.write(np.maximum(pixels, 1).transpose(2, 0, 1), window=Window(x, y, 1000, 700))
    return path


def ask(country: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "geomagnifier", "ask", str(country), "Segment every ship.", "--max-memory", str(ALLOWED), *more]


def peak_of_children() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux counts it")
def test_a_sparse_scene_of_40000_px_stays_within_its_memory(country: Path, tmp_path: Path) -> None:
    code = (
        "import resource, subprocess, sys; p = subprocess.run(sys.argv[1:]); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", code, *ask(country, "--out", str(tmp_path / "out"), "--vector", "gpkg", "--json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900)
    answer, peak = done.stdout.splitlines()
    assert int(peak) * 1024 <= ALLOWED
    found = json.loads(answer)
    assert found["complete"] and found["cost"]["pixels_processed"] < 0.01 * SIDE**2
    corners = [region["box"][:2] for region in found["regions"]]
    for x, y in PLACES:
        assert any(x <= corner[0] < x + 1000 and y <= corner[1] < y + 700 for corner in corners)
    with rasterio.open(tmp_path / "out" / "mask.tif") as mask:
        assert (mask.width, mask.height, mask.crs.to_epsg()) == (SIDE, SIDE, 32633)
        assert mask.read(1, window=Window(*PLACES[0], 1000, 700)).any()
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        *("answer.json", "heat.png", "mask.qml", "mask.tif", "overlay.png", "regions.gpkg")
    ]


def strip(path: Path, width: int) -> None:
    """Harbours side by side, 700 px high, as a tiled GeoTIFF."""
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=700, count=3, dtype="uint8", tiled=True, compress="deflate"
    ) as dataset:
        for seed, x in enumerate(range(0, width, 1000)):
            dataset.write(draw_scene(seed, 1000, 700, theme="harbour").pixels.transpose(2, 0, 1), window=Window(x, 0, 1000, 700))


def run(command: list[str], out: Path, number: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command; send a signal as soon as it has finished a window."""
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if number is not None:
        until = time.monotonic() + 60
        while not (out / ".unfinished.sqlite").exists() and time.monotonic() < until and started.poll() is None:
            time.sleep(0.02)
        time.sleep(0.1)
        os.kill(started.pid, number)
    stdout, stderr = started.communicate(timeout=300)
    return subprocess.CompletedProcess(command, started.returncode, stdout, stderr)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_ctrl_c_leaves_a_partial_answer_and_resume_goes_on(tmp_path: Path) -> None:
    scene, out = tmp_path / "strip.tif", tmp_path / "out"
    strip(scene, 9000)
    command = [sys.executable, "-m", "geomagnifier", "ask", str(scene), "Segment every ship.", "--search", "exhaustive", "--out", str(out)]
    stopped = run(command, out, signal.SIGINT)
    assert stopped.returncode == 130 and "--resume goes on" in stopped.stderr and "Traceback" not in stopped.stderr
    names = {p.name for p in out.iterdir()}
    assert {"answer.partial.json", "mask.partial.tif", "regions.partial.geojson", ".unfinished.sqlite"} <= names
    partial = json.loads((out / "answer.partial.json").read_text())
    assert not partial["complete"] and partial["skipped"]
    killed = run([*command, "--resume"], out, signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL and (out / ".unfinished.sqlite").exists()
    assert not (out / "answer.json").exists()
    whole = run([*command, "--resume"], out)
    assert whole.returncode == 0, whole.stderr
    assert {p.name for p in out.iterdir()} == {"answer.json", "mask.qml", "mask.tif", "overlay.png", "regions.geojson", "regions.qml"}
    full = json.loads((out / "answer.json").read_text())
    fresh = run([*command[:-1], str(tmp_path / "fresh")], tmp_path / "fresh")
    assert fresh.returncode == 0
    again = json.loads((tmp_path / "fresh" / "answer.json").read_text())
    assert full["complete"] and len(full["regions"]) == len(again["regions"]) > len(partial["regions"])
    assert full["cost"]["pixels_processed"] == again["cost"]["pixels_processed"]  # of all runs together


def test_resume_needs_a_folder(tmp_path: Path) -> None:
    done = run([sys.executable, "-m", "geomagnifier", "ask", "x.tif", "Find every ship.", "--resume"], tmp_path)
    assert done.returncode == 2 and done.stderr.strip() == "geomag: --resume goes on with what lies in a folder; name it with --out"

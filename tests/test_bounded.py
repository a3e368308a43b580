"""Whole runs within the memory that was allowed; stopped, killed and gone on with.

The real model, the real command.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.bench.sparse_raster import write_sparse
from geomagnifier_lab.render.scene import draw_scene

SIDE = 40_000
PLACES = [(2_000 * k + 600, 37_000 - 1_900 * k) for k in range(19)]
ALLOWED = 1_000_000_000
"""Bytes."""
WITH_ITS_PEAK = """
import sys
from geomagnifier import memory
from geomagnifier.cli.main import main
try:
    main()
finally:
    print(int(memory.peak()), file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux counts it")
def test_a_scene_full_of_windows_stays_within_its_memory_to_the_last_file(tmp_path: Path) -> None:
    town = draw_scene(0, 1000, 700, theme="town").pixels
    write_picture(
        tmp_path / "town.tif",
        np.tile(town, (4, 2, 1)),
        crs="EPSG:32633",
        transform=(0.5, 0, 500_000, 0, -0.5, 5_300_000),
    )
    words = [
        "ask",
        str(tmp_path / "town.tif"),
        "Segment every airplane.",
        "--search",
        "exhaustive",
        "--max-memory",
        str(ALLOWED),
    ]
    done = subprocess.run(
        [sys.executable, "-c", WITH_ITS_PEAK, *words, "--out", str(tmp_path / "out"), "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=500,
    )
    answer = json.loads(done.stdout)
    assert answer["complete"] and answer["cost"]["pixels_processed"] > 5_600_000
    assert int(done.stderr.splitlines()[-1]) <= ALLOWED
    assert (tmp_path / "out" / "mask.tif").is_file()


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing but nodata, and harbours of 1000 x 700 px."""
    path = tmp_path_factory.mktemp("country") / "country.tif"
    harbours = [draw_scene(seed, 1000, 700, theme="harbour").pixels for seed in range(3)]
    write_sparse(path, SIDE, ((place, harbours[k % 3]) for k, place in enumerate(PLACES)))
    return path


def ask(country: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "geomagnifier",
        "ask",
        str(country),
        "Segment every ship.",
        "--max-memory",
        str(ALLOWED),
        *more,
    ]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux counts it")
def test_a_sparse_scene_of_40000_px_stays_within_its_memory(country: Path, tmp_path: Path) -> None:
    code = (
        "import resource, subprocess, sys; p = subprocess.run(sys.argv[1:]);"
        " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [
        sys.executable,
        "-c",
        code,
        *ask(country, "--out", str(tmp_path / "out"), "--vector", "gpkg", "--json"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=3600)
    answer, peak = done.stdout.splitlines()
    assert int(peak) * 1024 <= ALLOWED
    found = json.loads(answer)
    assert found["complete"] and found["cost"]["pixels_processed"] < 0.03 * SIDE**2
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
        path,
        "w",
        driver="GTiff",
        width=width,
        height=700,
        count=3,
        dtype="uint8",
        tiled=True,
        compress="deflate",
    ) as dataset:
        for seed, x in enumerate(range(0, width, 1000)):
            dataset.write(
                draw_scene(seed, 1000, 700, theme="harbour").pixels.transpose(2, 0, 1),
                window=Window(x, 0, 1000, 700),
            )


def run(
    command: list[str], out: Path, number: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command; send a signal as soon as it has finished a window."""
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if number is not None:
        until = time.monotonic() + 600
        while (
            not (out / ".unfinished.sqlite").exists()
            and time.monotonic() < until
            and started.poll() is None
        ):
            time.sleep(0.02)
        time.sleep(0.1)
        os.kill(started.pid, number)
    stdout, stderr = started.communicate(timeout=600)
    return subprocess.CompletedProcess(command, started.returncode, stdout, stderr)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_ctrl_c_leaves_a_partial_answer_and_resume_goes_on(tmp_path: Path) -> None:
    scene, out = tmp_path / "strip.tif", tmp_path / "out"
    strip(scene, 5000)
    command = [
        sys.executable,
        "-m",
        "geomagnifier",
        "ask",
        str(scene),
        "Segment every ship.",
        "--search",
        "exhaustive",
        "--out",
        str(out),
    ]
    stopped = run(command, out, signal.SIGINT)
    assert (
        stopped.returncode == 130
        and "run the same command with --resume" in stopped.stderr
        and "Traceback" not in stopped.stderr
    )
    names = {p.name for p in out.iterdir()}
    assert {
        "answer.partial.json",
        "mask.partial.tif",
        "regions.partial.geojson",
        ".unfinished.sqlite",
    } <= names
    partial = json.loads((out / "answer.partial.json").read_text())
    assert not partial["complete"] and partial["skipped"]
    killed = run([*command, "--resume"], out, signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL and (out / ".unfinished.sqlite").exists()
    assert not (out / "answer.json").exists()
    whole = run([*command, "--resume"], out)
    assert whole.returncode == 0, whole.stderr
    assert {p.name for p in out.iterdir()} == {
        "answer.json",
        "mask.qml",
        "mask.tif",
        "overlay.png",
        "regions.geojson",
        "regions.qml",
    }
    full = json.loads((out / "answer.json").read_text())
    fresh = run([*command[:-1], str(tmp_path / "fresh")], tmp_path / "fresh")
    assert fresh.returncode == 0
    again = json.loads((tmp_path / "fresh" / "answer.json").read_text())
    assert full["complete"] and len(full["regions"]) > len(partial["regions"])
    assert (full["text"], full["regions"]) == (again["text"], again["regions"]), "to the last digit"
    assert (
        full["cost"]["pixels_processed"] == again["cost"]["pixels_processed"]
    )  # of all runs together


def test_resume_needs_a_folder(tmp_path: Path) -> None:
    done = run(
        [sys.executable, "-m", "geomagnifier", "ask", "x.tif", "Find every ship.", "--resume"],
        tmp_path,
    )
    assert (
        done.returncode == 2
        and done.stderr.strip()
        == "geomag: --resume continues the answer in a folder; name the folder with --out"
    )

"""The script that both installations run uses what is public, and its masks are COCO's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import geomagnifier as gm
from geomagnifier import masks
from geomagnifier.export.image_file import write_picture
from geomagnifier.types import SceneInfo
from geomagnifier_lab.bench import version_worker
from geomagnifier_lab.render.scene import draw_scene


def test_run_lengths_are_those_of_the_package() -> None:
    draw = np.random.default_rng(1)
    for _ in range(20):
        mask = draw.random(draw.integers(1, 9, 2)) < 0.6
        left, top = (int(n) for n in draw.integers(0, 20, 2))
        if not mask.any() or (mask[0] & mask[-1]).any():
            continue
        text = version_worker.counts(mask, left, top, 40, 50)
        found = masks.decode({"size": [40, 50], "counts": text})
        assert (found == masks.decode(masks.place(mask, (left, top), (40, 50)))).all()


def test_regions_are_drawn_inside_their_scene() -> None:
    scene = SceneInfo("a.tif", 200, 100, 3, None, None, None)
    found = version_worker._drawn(gm, scene, 30)
    assert len(found) == 30
    for region in found:
        x0, y0, x1, y1 = masks.bounds(region.segmentation)
        assert region.box[0] <= x0 < x1 <= region.box[2] <= 200
        assert region.box[1] <= y0 < y1 <= region.box[3] <= 100


@pytest.mark.slow
@pytest.mark.parametrize("what", ["new", "again", "gpkg", "geojson"])
def test_the_worker_prints_its_figures(tmp_path: Path, what: str) -> None:
    path = tmp_path / "scene.tif"
    place = (0.3, 0.0, 500_000.0, 0.0, -0.3, 5_300_000.0)
    write_picture(path, draw_scene(1, 300, 200, "harbour").pixels, "EPSG:32633", place)
    words = ["50"] if what in ("gpkg", "geojson") else ["Segment every ship.", "How many cars?"]
    done = subprocess.run(
        [sys.executable, "-P", version_worker.__file__, what, str(path), *words],
        capture_output=True,
        text=True,
        check=True,
    )
    figures = json.loads(done.stdout)
    more = {"new": {"MB"}, "again": {"share"}}.get(what, set())
    assert figures.keys() == {"seconds", "processor"} | more
    assert all(figure > 0 for figure in figures.values())

"""Views have square ground pixels, whatever those of the raster are.

What is found lies in the raster's own pixels.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from PIL import Image
from rasterio.warp import Resampling, reproject
from rasterio.warp import transform as moved

import geomagnifier as gm
from geomagnifier.geometry import Box
from geomagnifier.inference import resolution
from geomagnifier.raster.georeference import to_crs
from geomagnifier.raster.preview import Preview
from geomagnifier.retrieval.embeddings import tiles
from geomagnifier.types import Granularity, ModelSpec, SceneInfo
from geomagnifier_lab.render.scene import draw_scene

SPEC = ModelSpec("made", "0", ("ship",), ())
RGB = draw_scene(3, 1000, 700, "harbour").pixels[300:700, 480:1000].transpose(2, 0, 1)
NORTH = Affine(0.5, 0, 500_000, 0, -0.5, 6_652_000)
"""60 degrees north."""
HALF = SceneInfo("degrees", 4000, 2000, 3, "EPSG:4326", (1e-5, 0, 15, 0, -1e-5, 60), 0.79, 0.5)
"""Its px are half as wide as high."""


def save(path: Path, bands: Any, crs: str, transform: Affine, **profile: Any) -> Path:
    profile = {
        "driver": "GTiff",
        "count": 3,
        "height": bands.shape[1],
        "width": bands.shape[2],
        "dtype": "uint8",
    } | profile
    with rasterio.open(path, "w", crs=crs, transform=transform, **profile) as dataset:
        dataset.write(bands)
    return path


def warped(crs: str, transform: Affine, width: int, height: int, rgb: Any = RGB) -> Any:
    bands = np.zeros((3, height, width), np.uint8)
    reproject(
        rgb,
        bands,
        src_transform=NORTH,
        src_crs="EPSG:32633",
        dst_transform=transform,
        dst_crs=crs,
        resampling=Resampling.bilinear,
    )
    return bands


def ships(path: Path, **how: Any) -> gm.Answer:
    with gm.open_scene(path, **how) as scene:
        return gm.ask(scene, "Find every ship.", gm.load_model("small"))


@pytest.fixture(scope="module")
def upright(tmp_path_factory: pytest.TempPathFactory) -> gm.Answer:
    return ships(save(tmp_path_factory.mktemp("utm") / "a.tif", RGB, "EPSG:32633", NORTH))


def test_degrees_at_60_north_show_as_many_ships_as_metres(
    tmp_path: Path, upright: gm.Answer
) -> None:
    place, width, height = (
        Affine(7.61501923e-06, 0, 15, 0, -7.61501923e-06, 60.005287074),
        612,
        236,
    )  # as GDAL chooses them
    degrees = metres = 0
    for seed in (1, 2, 4, 5, 6, 7, 3):  # single scenes go either way: 24 for 34, 21 for 12
        rgb = draw_scene(seed, 1000, 700, "harbour").pixels[300:700, 480:1000].transpose(2, 0, 1)
        found = ships(
            save(
                tmp_path / "a.tif",
                warped("EPSG:4326", place, width, height, rgb),
                "EPSG:4326",
                place,
                nodata=0,
            )
        )
        degrees += len(found.regions)
        metres += len(ships(save(tmp_path / "b.tif", rgb, "EPSG:32633", NORTH)).regions)
        assert found.scene.aspect == pytest.approx(0.5, rel=0.02)
    assert degrees >= 0.9 * metres > 40
    # each where one of the upright scene is, on the ground
    boxes = np.array([r.box for r in found.regions])
    x, y = to_crs(
        tuple(place)[:6], (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    )
    east, north = moved("EPSG:4326", "EPSG:32633", x.tolist(), y.tolist())
    others = np.array([r.box for r in upright.regions])
    there = np.stack(
        to_crs(
            tuple(NORTH)[:6], (others[:, 0] + others[:, 2]) / 2, (others[:, 1] + others[:, 3]) / 2
        ),
        1,
    )
    near = np.hypot(*(np.stack([east, north], 1)[:, None] - there[None]).transpose(2, 0, 1)).min(1)
    assert np.median(near) < 1.5 and (near < 3).mean() > 0.8
    window = found.trace.views[0]
    across, down = window.placement.scale
    assert across / down == pytest.approx(1 / found.scene.aspect, rel=0.02)


@pytest.mark.parametrize("wide", [2.0, 0.5])
def test_oblong_metres(tmp_path: Path, upright: gm.Answer, wide: float) -> None:
    place = Affine(0.5 * wide, 0, 500_000, 0, -0.5, 6_652_000)
    bands = warped("EPSG:32633", place, round(520 / wide), 400)
    found = ships(save(tmp_path / "a.tif", bands, "EPSG:32633", place))
    assert len(found.regions) >= (0.9 if wide > 1 else 0.8) * len(
        upright.regions
    )  # fewer lines or columns show less


def test_world_files_vrts_and_arrays_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Affine(1e-5, 0, 15, 0, -1e-5, 60)
    plain = save(tmp_path / "plain.tif", RGB, "EPSG:4326", place)
    rasterio.shutil.copy(plain, tmp_path / "a.vrt", driver="VRT")
    Image.fromarray(RGB.transpose(1, 2, 0)).save(tmp_path / "world.png")
    (tmp_path / "world.pgw").write_text("1e-5\n0\n0\n-1e-5\n15\n60\n", encoding="utf-8")
    monkeypatch.setenv("GEOMAG_ALLOW", "vrt")
    sources: list[tuple[Any, dict[str, Any]]] = [
        (plain, {}),
        (tmp_path / "a.vrt", {}),
        (tmp_path / "world.png", {"crs": "EPSG:4326"}),
    ]
    sources.append((RGB, {"crs": "EPSG:4326", "transform": tuple(place)[:6]}))
    for source, how in sources:
        with gm.open_scene(source, **how) as scene:
            assert scene.info.aspect == pytest.approx(0.5, rel=0.01)


def test_plans_of_oblong_pixels_cost_the_same_and_cover_all() -> None:
    square = SceneInfo("metres", 4000, 2000, 3, gsd=0.79)
    for granularity in Granularity:
        for policy in ("adaptive", "paper", "exhaustive", "shrink"):
            one, other = (
                resolution.plan(granularity, scene, SPEC, policy) for scene in (square, HALF)
            )
            costs = [sum(w.width * w.height for w in plan.wide) for plan in (one, other)]
            assert (
                costs[1] == pytest.approx(costs[0], rel=0.35) or policy == "shrink"
            )  # which goes by the longest side
            for window in other.wide:
                across, down = window.placement.scale
                assert across / down == pytest.approx(2, rel=0.02)
                assert window.width * window.height <= 1.01 * max(SPEC.view_pixels, SPEC.tile**2)
            assert sum(w.core.area for w in other.wide) == pytest.approx(HALF.box.area)
    glance = resolution.peek(HALF.box, HALF.view_aspect)
    assert max(glance.width, glance.height) == resolution.PEEK


@pytest.mark.parametrize(
    ("gsd", "aspect", "side", "shrink"),
    [
        (0.6, 0.5, 400, 0.5**0.5),  # the shorter side of a px is kept
        (0.6, 2.0, 400, 0.5**0.5),
        (0.354, 0.5, 400, 0.3 / 0.354),  # no finer than what the model was trained on
        (0.2, 0.5, 400, 1.0),
        (0.6, 0.5, 950, 950 / 1_100_000**0.5),  # no more than a view holds
        (0.6, 1.0, 400, 1.0),
    ],
)
def test_a_scene_that_fits_a_view_shows_the_shorter_side_of_its_pixels(
    gsd: float, aspect: float, side: int, shrink: float
) -> None:
    scene = SceneInfo("a", side, side, 3, gsd=gsd, aspect=aspect)
    assert resolution.finest(scene, replace(SPEC, gsd=(0.3, 2.0)), scene.box) == pytest.approx(
        shrink
    )


@pytest.mark.parametrize(
    ("aspect", "used"),
    [(1.0, 1.0), (1.04, 1.0), (0.96, 1.0), (0.9, 0.9), (2.0, 2.0), (1e-3, 1 / 8), (50.0, 8.0)],
)
def test_hardly_oblong_pixels_are_left_alone(aspect: float, used: float) -> None:
    assert SceneInfo("a", 10, 10, 3, aspect=aspect).view_aspect == used


def test_previews_and_tiles_are_square_on_the_ground() -> None:
    assert Preview(HALF, False).window.width == pytest.approx(
        Preview(HALF, False).window.height, abs=1
    )
    found = tiles(HALF)
    assert {round(box.width / box.height, 1) for box in found} == {2.0}
    assert sum(box.area for box in found) == HALF.box.area
    assert tiles(SceneInfo("a", 4000, 2000, 3))[0] == Box(0, 0, 571, 500)


def test_sides_of_a_pixel_in_metres() -> None:
    assert HALF.px_metres is not None
    assert HALF.px_metres == pytest.approx((0.5586, 1.1172), rel=1e-3)
    assert SceneInfo("a", 10, 10, 3).px_metres is None

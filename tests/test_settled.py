"""Settings that change what is seen.

A journal belongs to all of them, and the ends of their ranges are theirs.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from fake import FakeModel, paint
from geomagnifier.errors import GeomagWarning, OptionError
from geomagnifier.export.image_file import write_picture
from geomagnifier.geometry import Box
from geomagnifier.inference.view_limits import RESERVED
from geomagnifier.memory import resident
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Answer, ModelOutput
from geomagnifier.scene_search import look_at_share, search_worth
from geomagnifier.types import Bytes, Granularity, Query, View

LARGE = (
    (100, 100, 140, 160),
    (1500, 900, 1560, 940),
    (1520, 1040, 1580, 1100),
    (2900, 1900, 2990, 1990),
)


def curved(*curve: tuple[float, float]) -> FakeModel:
    """A model with a measured curve of recall."""
    model = FakeModel()
    model.spec = replace(model.spec, recall=curve)
    return model


def about(
    pixels: Bytes,
    journal: Path | None = None,
    question: str = "Find every ship.",
    model: Any = None,
    **how: Any,
) -> Answer:
    with open_scene(pixels) as scene:
        return ask(
            scene,
            question,
            model or curved((0.5, 0.4), (0.9, 0.3), (0.99, 0.2)),
            journal=journal,
            **how,
        )


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("min_score", {"min_score": 0.3}),
        ("memory", {}),
        ("recall", {"recall": 0.95}),
        ("search", {"search": "paper"}),
        ("box", {"box": (0, 0, 2900, 1900)}),
    ],
)
def test_a_journal_is_of_one_setting(tmp_path: Path, name: str, setting: dict[str, Any]) -> None:
    if name == "memory":
        setting = {
            "max_memory": resident() + RESERVED + 900e6
        }  # of this moment: tests before this one have grown the process
    pixels = paint(3000, 2000, *LARGE)
    about(pixels, tmp_path / "plain")
    with pytest.raises(OptionError, match=f"{name}: "):
        about(pixels, tmp_path / "plain", **setting)
    about(pixels, tmp_path / "set", **setting)
    with pytest.raises(OptionError, match=f"{name}: "):
        about(pixels, tmp_path / "set")
    about(pixels, tmp_path / "set", **setting)


def test_a_journal_is_of_one_scene_and_one_model(tmp_path: Path) -> None:
    about(paint(3000, 2000, *LARGE), tmp_path / "j")
    with pytest.raises(OptionError, match="scene: "):
        about(paint(3000, 2001, *LARGE), tmp_path / "j")
    other = curved((0.5, 0.4), (0.9, 0.3), (0.99, 0.2))
    other.spec = replace(other.spec, version="1")
    with pytest.raises(OptionError, match="model: "):
        about(paint(3000, 2000, *LARGE), tmp_path / "j", model=other)


def test_a_score_of_nothing_and_of_one_are_scores() -> None:
    pixels = paint(300, 200, (40, 20, 80, 60))
    pixels[100:140, 100:140] = (200, 45, 45)
    assert len(about(pixels, min_score=0).regions) == len(about(pixels, min_score=0.0).regions) == 2
    assert [r.score for r in about(pixels, min_score=1).regions] == [1.0]
    for wrong in (-0.01, 1.01, float("nan")):
        with pytest.raises(OptionError, match="min_score lies between 0 and 1"):
            about(pixels, min_score=wrong)
    for wrong in (0, 1, -0.5, float("nan")):
        with pytest.raises(OptionError, match="recall is a share"):
            about(pixels, recall=wrong)
    with pytest.raises(OptionError, match="give one of them"):
        about(pixels, recall=0.5, min_score=0)


def test_what_the_mask_alone_shows_counts_where_no_score_and_no_share_is_given() -> None:
    class Masked(FakeModel):
        """It detects nothing; its mask shows the ship."""

        def answer(
            self,
            query: Query,
            granularity: Granularity,
            views: Sequence[View],
            beside: Sequence[View] | None = None,
        ) -> ModelOutput:
            reply = super().answer(query, granularity, views, beside)
            return replace(reply, views=tuple(replace(one, found=()) for one in reply.views))

    model, pixels = Masked(), paint(300, 200, (40, 20, 80, 60))
    model.spec = replace(model.spec, recall=((0.5, 0.4), (0.9, 0.3)))
    found = [
        len(about(pixels, model=model, **how).regions)
        for how in ({}, {"recall": 0.9}, {"min_score": 0.3})
    ]
    assert found == [1, 0, 0]


def test_a_share_takes_the_least_score_too(tmp_path: Path) -> None:
    """0 is a score; a share with it sees the faint ships."""
    pixels = paint(3000, 2000)
    for x0, y0, x1, y1 in LARGE:
        pixels[y0:y1, x0:x1] = (200, 45, 45)
    found = {}
    for least in (0, 0.9):
        with open_scene(pixels) as scene:
            journal = tmp_path / f"{least}.sqlite"
            assert look_at_share(
                scene,
                "Find every ship.",
                FakeModel(),
                journal,
                (0, 1),
                search="exhaustive",
                min_score=least,
            )
            found[least] = len(
                ask(
                    scene,
                    "Find every ship.",
                    FakeModel(),
                    search="exhaustive",
                    min_score=least,
                    journal=journal,
                ).regions
            )
    assert found == {0: 4, 0.9: 0}


def test_the_heat_that_a_share_of_the_objects_needs() -> None:
    model = curved((0.5, 0.4), (0.925, 0.3), (0.99, 0.2))
    assert [search_worth(model, share) for share in (0.1, 0.5, 0.51, 0.925, 0.95, 0.99)] == [
        0.4,
        0.4,
        0.3,
        0.3,
        0.2,
        0.2,
    ]
    assert search_worth(model, None) == 0.3  # for the usual share, 0.925
    assert (
        search_worth(curved((0.5, 0.4), (0.8, 0.35)), None) == 0.35
    )  # it does not reach so far: its best
    assert search_worth(FakeModel(), None) == 0.3
    with pytest.raises(OptionError, match=r"promises at most 0\.99;"):
        search_worth(model, 0.991)
    with pytest.raises(OptionError, match="no measured curve"):
        search_worth(FakeModel(), 0.5)


def damaged(path: Path, rows: range, columns: range, tile: int = 256) -> None:
    """A GeoTIFF of 3072 x 2048 px in tiles of 256 px with LARGE in it, of whose tiles some are no
    deflate.
    """
    pixels = paint(3072, 2048, *LARGE).transpose(2, 0, 1)
    # noise that changes no ship, so that tiles are large enough to be found in the file
    pixels = np.maximum(pixels, np.random.default_rng(0).integers(110, 119, pixels.shape)) * (
        pixels > 0
    )
    place = {"transform": Affine(1, 0, 5e5, 0, -1, 5e6), "crs": "EPSG:32633"}
    profile = place | {
        "driver": "GTiff",
        "width": 3072,
        "height": 2048,
        "count": 3,
        "dtype": "uint8",
        "tiled": True,
        "blockxsize": tile,
    }
    with rasterio.open(
        path, "w", **profile, blockysize=tile, compress="deflate", interleave="pixel"
    ) as made:
        made.write(pixels.astype(np.uint8))
    content = bytearray(path.read_bytes())
    with rasterio.open(path) as made:
        for row in rows:
            for column in columns:
                offset = int(made.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=1))
                size = int(made.get_tag_item(f"BLOCK_SIZE_{column}_{row}", "TIFF", bidx=1))
                content[offset : offset + size] = b"\xff" * size
    path.write_bytes(content)


def test_the_share_of_the_scene_that_was_left_out_is_exact(tmp_path: Path) -> None:
    """One tile of 96."""
    damaged(tmp_path / "one.tif", range(0, 1), range(5, 6))
    model = FakeModel(view_pixels=1024 * 1024, tile=1024, overlap=0)
    with (
        open_scene(tmp_path / "one.tif") as scene,
        pytest.warns(GeomagWarning, match=r"^1 damaged parts of one\.tif \(1\.0%\) were skipped"),
    ):
        answer = ask(scene, "Find every ship.", model, search="exhaustive")
    assert [box.tuple() for box in answer.trace.broken] == [(1280, 0, 1536, 256)]
    assert not answer.complete and not answer.stopped and len(answer.regions) == 4
    assert "in the 99 % of the scene that was searched" in answer.text


def test_damage_that_an_earlier_run_saw_is_told_again_and_once(tmp_path: Path) -> None:
    """Four tiles: those above lie in two windows each, one in the last window alone."""
    damaged(tmp_path / "four.tif", range(0, 8, 7), range(5, 12, 6))
    model, told = FakeModel(view_pixels=1024 * 1024, tile=1024, overlap=512), []
    for _ in range(2):
        with (
            open_scene(tmp_path / "four.tif") as scene,
            pytest.warns(GeomagWarning, match=r"^4 damaged parts of four\.tif"),
        ):
            told.append(
                ask(scene, "Find every ship.", model, search="exhaustive", journal=tmp_path / "j")
            )
    tiles = [(x, y, x + 256, y + 256) for x in (1280, 2816) for y in (0, 1792)]
    assert [sorted(box.tuple() for box in answer.trace.broken) for answer in told] == [tiles] * 2
    assert not told[1].complete and told[1].text == told[0].text
    with closing(sqlite3.connect(tmp_path / "j")) as base:
        kept = base.execute("SELECT name, data FROM windows WHERE what = 'spent'").fetchall()
    pairs = [
        (Box(*json.loads(name)[:4]), Box(*box))
        for name, spent in kept
        for box in json.loads(spent)["broken"]
    ]
    assert len(pairs) == 6 and all(window.intersection(box) for window, box in pairs), (
        "each window tells of its own"
    )


def test_a_window_of_which_nothing_can_be_read_is_left_out(tmp_path: Path) -> None:
    """One window of 1024 px of six, and by itself."""
    damaged(tmp_path / "quarter.tif", range(4, 8), range(0, 4))
    model = FakeModel(view_pixels=1024 * 1024, tile=1024, overlap=0)
    with (
        open_scene(tmp_path / "quarter.tif") as scene,
        pytest.warns(GeomagWarning, match=r"\(16\.7%\) were skipped"),
    ):
        answer = ask(scene, "Segment every ship.", model, search="exhaustive")
    lost = Box(0, 1024, 1024, 2048)
    assert sum(box.area for box in answer.trace.broken) == lost.area
    assert all(box.intersection(lost) == box for box in answer.trace.broken)
    assert (
        not answer.complete
        and len(answer.regions) == 4
        and "in the 83 % of the scene that was searched" in answer.text
    )
    assert answer.mask is not None and not answer.mask[1024:, :1024].any()


def test_the_mask_of_a_little_is_told_by_its_ground(tmp_path: Path) -> None:
    """Below a thousandth of the scene: 24 x 24 px of half a metre are 144 m2.

    From a thousandth on, a share.
    """
    for width, told in (
        (1200, "The mask covers 144 m2."),
        (700, "The mask covers 0.1% of the scene."),
    ):
        write_picture(
            tmp_path / "a.tif",
            paint(width, 800, (40, 40, 64, 64)),
            "EPSG:32633",
            (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_000_000.0),
        )
        with open_scene(tmp_path / "a.tif") as scene:
            assert ask(scene, "Segment every ship.", FakeModel()).text == f"Found 1 ship. {told}"

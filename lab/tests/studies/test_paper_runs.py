"""What a search returns lies on the scene, goes through JSON, and gives the figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fake import FakeModel, paint
from geomagnifier.masks import encode
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Granularity
from geomagnifier_lab.bench.search_run import Case
from geomagnifier_lab.studies import paper_runs
from geomagnifier_lab.studies.paper_runs import (
    EVERY,
    HUNDRED,
    KNOWN,
    Shot,
    ap50,
    cost,
    fields_of,
    interval,
    kind_of,
    precision,
    recall,
    shoot,
    shot_of,
)

SHIPS = ((40, 80, 120, 160), (400, 200, 440, 240))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    pixels = paint(800, 400, *SHIPS)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    boxes = tuple(tuple(map(float, box)) for box in SHIPS)
    return Case(
        str(tmp_path / "a.png"), "Segment every ship.", boxes, encode(pixels[..., 0] == 250)
    )  # type: ignore[arg-type]


def test_a_way_that_sees_everything_is_right(case: Case) -> None:
    assert kind_of(case) == "ship"
    shot = shoot(case, FakeModel(), "exhaustive", Granularity.PIXEL)
    assert (
        shot.iou == pytest.approx(1, abs=0.02) and len(shot.boxes) == 2 and shot.size == (400, 800)
    )
    assert shot.pixels == shot.scene_pixels == 320_000 and shot.inside == (True, True)
    assert recall([shot], 0.3) == (1, 1, 2) and recall([shot], 0.3, area=32**2) == (None, None, 0)
    assert recall([shot], 0.5, area=2000)[2] == 1 and recall([shot], 0.5, long=50)[2] == 1
    assert precision([shot], 0.5) == 1
    assert shot_of(json.loads(json.dumps(fields_of(shot)))) == shot


def test_a_hundred_px_square_is_put_back_on_the_scene(case: Case) -> None:
    shot = shoot(case, FakeModel(), HUNDRED, Granularity.PIXEL)
    assert shot.pixels == 100 * 100 and shot.inside == (False, False)
    for box, true in zip(sorted(shot.boxes), SHIPS, strict=True):
        assert np.abs(np.array(box) - true).max() <= 8  # one px of it is 8 x 4 of the scene
    assert shot.iou is not None and 0.5 < shot.iou < 1


def test_region_level_has_no_mask_and_ap_counts_candidates(case: Case) -> None:
    shot = shoot(case, FakeModel(), "adaptive", Granularity.REGION, EVERY)
    assert shot.iou is None
    assert ap50([shot]) == pytest.approx(1)
    wrong = Shot(
        "b", "ship", (10, 10), 1.0, 1, 2.0, ((0, 0, 2, 2),), (0.9,), ((5, 5, 9, 9),), (False,)
    )
    assert ap50([wrong]) == 0 and precision([wrong], 0.3) == 0
    assert cost([shot, wrong]) == {
        "share": (shot.pixels + 1) / 320_100,
        "GFLOP": (shot.flops + 2) / 2e9,
        "seconds": (shot.seconds + 1) / 2,
    }


def test_only_the_way_that_knows_is_told_metres(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float | None] = []

    def opened(path: str, **place: object) -> object:
        scene = open_scene(path, **place)  # type: ignore[arg-type]
        told.append(scene.info.gsd)
        return scene

    monkeypatch.setattr(paper_runs, "open_scene", opened)
    for way in ("adaptive", KNOWN):
        shoot(case, FakeModel(), way, Granularity.REGION, metres=2.5)
    assert told[0] is None and told[1] == pytest.approx(2.5, rel=0.01)


def test_the_interval_is_wide_where_scenes_differ() -> None:
    good = Shot(
        "a", "ship", (10, 10), 1.0, 1, 2.0, ((5, 5, 9, 9),), (0.9,), ((5, 5, 9, 9),), (True,)
    )
    bad = Shot("b", "ship", (10, 10), 1.0, 1, 2.0, (), (), ((5, 5, 9, 9),), (False,))
    assert interval([good] * 5, 0.3) == (1, 1) and interval([good, bad] * 2, 0.3) == (0, 1)
    assert interval([good], 0.3, area=4) is None


def test_nothing_found_is_no_precision() -> None:
    empty = Shot("b", "ship", (10, 10), 1.0, 1, 2.0, (), (), ((5, 5, 9, 9),), (False,), 0.0)
    assert precision([empty], 0.3) is None and recall([empty], 0.3) == (0, 0, 1)

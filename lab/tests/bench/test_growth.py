"""Scenes of any size with the same ten airplanes, and what their seconds are made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from geomagnifier.errors import OptionError
from geomagnifier.inference.resolution import window_of
from geomagnifier.raster.scene import open_scene
from geomagnifier_lab.bench import growth as g
from geomagnifier_lab.bench import search_run
from geomagnifier_lab.bench.score import Record
from geomagnifier_lab.bench.search_run import read_cases
from geomagnifier_lab.datasets.vhr10 import vhr10


def rows(*of: tuple[float, int, float]) -> list[dict[str, float]]:
    return [{"Mpx": mpx, "found": found, "seconds": seconds} for mpx, found, seconds in of]


def test_the_fit_finds_what_made_up_seconds_are_made_of() -> None:
    made = [
        (mpx, found, 40 * mpx / 1000 + 0.05 * found)
        for mpx, found in ((2, 10), (8, 9), (32, 11), (128, 30), (1000, 200))
    ]
    assert g.fit(rows(*made)) == pytest.approx({"s per Gpx": 40, "s per object": 0.05})


def test_no_part_of_the_fit_is_negative() -> None:
    faster_with_more = [(10.0, 0, 1.0), (10.0, 20, 0.5), (20.0, 0, 2.0)]
    found = g.fit(rows(*faster_with_more))
    assert found["s per object"] == 0 and found["s per Gpx"] > 0
    nothing_found = g.fit(rows((10.0, 0, 1.0), (20.0, 0, 2.0)))
    assert nothing_found == pytest.approx({"s per Gpx": 100, "s per object": 0})


def test_small_scenes_count_as_much_as_large_ones() -> None:
    found = g.fit(rows((2.0, 10, 1.0), (1000.0, 10, 100.0)))
    assert found["s per Gpx"] * 0.002 + found["s per object"] * 10 == pytest.approx(1.0)


@pytest.mark.parametrize("mpx", g.SIZES)
def test_scenes_have_about_the_size_they_are_called_by(mpx: float) -> None:
    across, down = g.cells_of(mpx)
    assert across * down * 1024 * 720 / 1e6 == pytest.approx(mpx, rel=0.12)
    assert across / down <= 3 and across >= down - 1


def test_ten_airplanes_lie_where_the_case_says(drawn_root: Path, tmp_path: Path) -> None:
    samples = vhr10(drawn_root, "val")
    assert [s.path.stem for s in g.with_objects(samples)] == ["0", "2"]  # two and eight of them
    with pytest.raises(OptionError, match="two are needed"):
        g.with_objects(samples[2:])
    for mpx, shape in ((2, (720, 3072)), (8, (2160, 4096))):
        (case,) = read_cases(g.scene_of(drawn_root, mpx, tmp_path))
        assert case.boxes is not None and len(case.boxes) == 10
        with open_scene(case.path) as scene:
            pixels = scene.read(window_of(scene.info.box, 1, "whole")).pixels
        assert pixels.shape[:2] == shape
        white = np.zeros(shape, bool)
        for x0, y0, x1, y1 in case.boxes:
            white[int(y0) : int(y1), int(x0) : int(x1)] = True
        assert pixels[white].mean() > 240 and pixels[~white].mean() < 100


def test_growth_is_measured_once_and_told(
    drawn_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    measured: list[str] = []

    def fake(
        cases: Path, policy: str, model_name: str, what: str
    ) -> Iterator[tuple[Record, float]]:
        measured.append(what)
        (case,) = read_cases(cases)
        with open_scene(case.path) as scene:
            pixels = scene.info.pixels
        seconds = pixels / 1e9 * (50 if policy == "adaptive" else 300) + 0.5
        yield (
            Record(
                "a",
                seconds,
                pixels // 2,
                pixels,
                1e9,
                (0, 0, 10),
                (0, 0, 10),
                (0, 0, 10),
                (0, 0, 9),
                10,
            ),
            700.0,
        )

    monkeypatch.setattr(search_run, "measure", fake)
    told: list[tuple[int, int]] = []
    found = g.growth(
        drawn_root, "small", 8, tmp_path, lambda done, total: told.append((done, total))
    )
    assert len(measured) == 4 and told == [(k, 4) for k in range(4)]
    assert found["fits"]["adaptive"] == pytest.approx({"s per Gpx": 50, "s per object": 0.05})
    assert found["fits"]["exhaustive"] == pytest.approx({"s per Gpx": 300, "s per object": 0.05})
    assert [(row["policy"], row["recall"], row["peak MB"]) for row in found["rows"][:2]] == [
        ("adaptive", 0.9, 700),
        ("exhaustive", 0.9, 700),
    ]
    assert json.loads((tmp_path / "growth.json").read_text())["fits"] == found["fits"]
    assert (tmp_path / "seconds.png").read_bytes()[:4] == b"\x89PNG"
    assert (
        g.growth(drawn_root, "small", 2, tmp_path)["fits"] == {}
    )  # one size cannot tell two numbers apart
    again = g.growth(drawn_root, "small", 8, tmp_path)
    assert len(measured) == 4 and again["rows"] == found["rows"]

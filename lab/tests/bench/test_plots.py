"""Plots are drawn from whatever was measured, also where little was."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomagnifier_lab.bench import plots, score
from geomagnifier_lab.bench.score import Record

pytest.importorskip("matplotlib")


def table(**fields: object) -> list[dict[str, object]]:
    record = Record("a", 1.0, 50, 100, 1e9, (1, 0, 1), **fields)  # type: ignore[arg-type]
    return [
        {"policy": policy, **score.row([record]), "peak MB": 5}
        for policy in ("adaptive", "sahi", "a new one")
    ]


def test_a_panel_for_each_labelled_group(tmp_path: Path) -> None:
    boxes = {"right": (1, 0, 0), "true": (2, 0, 0), "met": (1, 0, 0), "inside": 1}
    tables = {
        "sparse": table(iou=0.5, **boxes),
        "small": table(iou=0.2, **boxes),
        "airbus": table(**boxes),
        "scenes": table(),
    }
    plots.accuracy_cost(tables, tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_nothing_labelled_is_no_picture(tmp_path: Path) -> None:
    plots.accuracy_cost({"scenes": table()}, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_boxes_without_a_match_are_at_the_foot() -> None:
    row, *_ = table(true=(0, 0, 3), met=(0, 0, 0), inside=0)
    assert plots._height("airbus", row) == 0
    assert plots._height("scenes", table()[0]) is None

"""Rows, lines and clusters of drawn layouts."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from geomagnifier.composed.arrangement import form, is_clustered, is_one_line, lines

LABELS = Path(os.environ.get("GEOMAG_DATA", "nowhere")) / "vhr10" / "instances_val.json"
ROWS = Path(__file__).parent / "rows.tsv"


def layout(
    rows: int, columns: int, degrees: float, seed: int, stray: float = 0.05, gap: float = 1.8
) -> np.ndarray:
    """Boxes of 20 px in rows.

    1.3 sides apart along them and `gap` across, turned, and strewn a little.
    """
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(columns) * 26.0, np.arange(rows) * 20 * gap)
    points = np.stack([x.ravel(), y.ravel()], 1) + rng.normal(0, stray * 20, (rows * columns, 2))
    turn = np.radians(degrees)
    points = (points - points.mean(0)) @ np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    ) + 300
    return np.concatenate([points - 10, points + 10], 1)[rng.permutation(rows * columns)]


def test_rows_of_sixty_drawn_layouts() -> None:
    rng = np.random.default_rng(11)
    right = []
    for seed in range(60):
        rows, columns = int(rng.integers(1, 6)), int(rng.integers(3, 10))
        boxes = layout(
            rows,
            columns,
            float(rng.uniform(-25, 25)),
            seed,
            float(rng.uniform(0, 0.1)),
            float(rng.uniform(1.3, 3)),
        )
        right.append(len(lines(boxes)) == rows)
    assert np.mean(right) >= 0.95


@pytest.mark.parametrize("degrees", [-20, 0, 12])
def test_columns_and_rows_of_a_grid(degrees: float) -> None:
    boxes = layout(3, 7, degrees, 1, 0.02)
    assert [len(row) for row in lines(boxes)] == [7, 7, 7]
    assert [len(column) for column in lines(boxes, columns=True)] == [3] * 7
    tops = [boxes[row][:, 1].mean() for row in lines(boxes)]
    assert tops == sorted(tops)
    lefts = [boxes[column][:, 0].mean() for column in lines(boxes, columns=True)]
    assert lefts == sorted(lefts)


def test_few_things() -> None:
    assert lines(np.zeros((0, 4))) == [] and [
        len(row) for row in lines(np.array([[0.0, 0, 10, 10]]))
    ] == [1]
    two = np.array([[0.0, 0, 10, 10], [50, 2, 60, 12]])
    assert len(lines(two)) == 1 and len(lines(two, columns=True)) == 2
    assert form(two[:1], 100, 100) == "single"


@pytest.mark.parametrize("degrees", [0, 37, 90, 130])
def test_one_line(degrees: float) -> None:
    boxes = layout(1, 6, degrees, 3)
    assert is_one_line(boxes) and form(boxes, 600, 600) == "aligned"
    assert not is_one_line(layout(2, 5, degrees, 3))


def test_rows_clusters_and_scatter() -> None:
    rng = np.random.default_rng(4)
    assert form(layout(3, 6, 5, 2), 2000, 2000) == "rows"
    middle = rng.normal(300, 25, (14, 2))
    cluster = np.concatenate([middle - 4, middle + 4], 1)
    assert is_clustered(cluster, 1000, 1000) and form(cluster, 1000, 1000) == "clustered"
    spread = rng.uniform(0, 1000, (14, 2))
    scattered = np.concatenate([spread - 4, spread + 4], 1)
    assert not is_clustered(scattered, 1000, 1000) and form(scattered, 1000, 1000) == "scattered"


def test_thousands_of_things() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 20_000, (20_000, 2))
    boxes = np.concatenate([points, points + 10], 1)
    assert form(boxes, 20_000, 20_000) == "scattered"


@pytest.mark.skipif(not LABELS.is_file(), reason="needs the labels of NWPU VHR-10")
def test_rows_of_real_layouts() -> None:
    """As a person counted them on the pictures before the rule was run.

    "-" where they have no right number.
    """
    coco = json.loads(LABELS.read_text("utf-8"))
    kinds = {c["id"]: c["name"].replace("_", " ") for c in coco["categories"]}
    boxes: dict[tuple[int, str], list[list[float]]] = defaultdict(list)
    for a in coco["annotations"]:
        x, y, w, h = a["bbox"]
        boxes[a["image_id"], kinds[a["category_id"]]].append([x, y, x + w, y + h])
    rows = [line.split("\t") for line in ROWS.read_text("utf-8").splitlines()[1:]]
    right = [
        len(lines(np.array(boxes[int(picture), kind]))) == int(n)
        for picture, kind, n in rows
        if n != "-"
    ]
    assert len(right) >= 20 and np.mean(right) >= 0.8, f"{np.mean(right):.3f} of {len(right)}"

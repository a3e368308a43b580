"""Counts, and boxes of other cameras: right answers score 1, missed and false ones cost."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fake import FakeModel, paint
from geomagnifier.geometry import overlap
from geomagnifier.masks import encode
from geomagnifier_lab.datasets import camera_sets
from geomagnifier_lab.eval import camera_suites

SHIPS = ((20, 20, 60, 44), (120, 60, 160, 84), (200, 120, 240, 144))


def write(folder: Path, boxes: tuple[tuple[int, ...], ...]) -> None:
    """Two images of three ships each in the layout of Airbus, with these labels."""
    (folder / "images").mkdir(parents=True)
    for name in ("a.png", "b.png"):
        Image.fromarray(paint(320, 240, *SHIPS)).save(folder / "images" / name)
    rows = [{"image": name, "label": "ship", "boxes": boxes} for name in ("a.png", "b.png")]
    (folder / "boxes.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")


@pytest.mark.parametrize(
    ("labels", "recall", "precision"),
    [
        (SHIPS, 1.0, 1.0),
        ((*SHIPS, (280, 10, 310, 30)), 0.75, 1.0),
        (SHIPS[:1], 1.0, 1 / 3),
    ],
)
def test_found_missed_and_false_boxes(tmp_path, labels, recall, precision) -> None:
    write(tmp_path / "set", labels)
    told: list[tuple[int, int]] = []
    figures = camera_suites._recall_and_precision(
        FakeModel(),
        tmp_path / "set",
        "Find every ship.",
        None,
        lambda done, total: told.append((done, total)),
    )
    assert figures == {
        "recall": pytest.approx(recall),
        "precision": pytest.approx(precision),
        "n": 2 * len(labels),
    }
    assert told == [(1, 2), (2, 2)]


def test_an_object_is_found_once() -> None:
    found = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]], np.float32)
    one = np.array([[0, 0, 10, 10]], np.float32)
    assert camera_suites._matches(overlap(found, one), 0.5) == 1
    assert camera_suites._matches(overlap(found[:0], found), 0.5) == 0


def test_counts_are_compared_with_labels(tmp_path) -> None:
    folder = tmp_path / "vhr10"
    (folder / "images").mkdir(parents=True)
    Image.fromarray(paint(320, 240, *SHIPS)).save(folder / "images/0.png")
    corners = [*SHIPS, (280, 10, 310, 30)]  # one is labelled that cannot be seen
    labels = [
        {
            "id": k,
            "image_id": 0,
            "category_id": 1,
            "bbox": [x0, y0, x1 - x0, y1 - y0],
            "segmentation": [[x0, y0, x1, y0, x1, y1, x0, y1]],
        }
        for k, (x0, y0, x1, y1) in enumerate(corners, 1)
    ]
    coco = {
        "images": [{"id": 0, "file_name": "0.png", "width": 320, "height": 240}],
        "categories": [{"id": 1, "name": "ship"}],
        "annotations": labels,
    }
    (folder / "instances_val.json").write_text(json.dumps(coco))
    assert camera_suites.count(FakeModel(), tmp_path) == {"exact": 0, "within one": 1, "n": 1}


def labelled_set(root: Path, name: str, label: str, extra: dict[str, object]) -> None:
    """One validation image of three ships, labelled as something of a set."""
    folder = root / "more" / name
    (folder / "images").mkdir(parents=True)
    Image.fromarray(paint(320, 240, *SHIPS)).save(folder / "images/5.png")
    annotations = [
        {"id": k, "image_id": 5, "category_id": 1, "bbox": [x0, y0, x1 - x0, y1 - y0], **extra}
        for k, (x0, y0, x1, y1) in enumerate(SHIPS, 1)
    ]
    coco = {
        "images": [{"id": 5, "file_name": "5.png", "width": 320, "height": 240}],
        "categories": [{"id": 1, "name": label}],
        "annotations": annotations,
    }
    (folder / "labels.json").write_text(json.dumps(coco))


def test_narrower_classes_count_for_the_one_asked_about(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(camera_suites, "MEASURED", {"simd_sample": ("ship",)})
    labelled_set(tmp_path, "simd_sample", "boat", {})
    assert camera_suites.cameras(FakeModel(), tmp_path) == {
        "simd_sample ship": 1.0,
        "simd_sample ship recall": 1.0,
        "simd_sample ship precision": 1.0,
        "n": 1,
    }


def test_points_are_found_by_what_lies_near_them(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(camera_suites, "MEASURED", {"urban_trees_points": ("ship",)})
    points = camera_sets.CameraSet({"boat": "ship"}, nominal=True)
    monkeypatch.setitem(camera_sets.SETS, "urban_trees_points", points)
    labelled_set(tmp_path, "urban_trees_points", "boat", {})
    figures = camera_suites.cameras(FakeModel(), tmp_path)
    assert figures == {"urban_trees_points ship F1": pytest.approx(1.0), "n": 1}
    monkeypatch.setattr(camera_suites, "NEAR", -1.0)
    assert camera_suites.cameras(FakeModel(), tmp_path)["urban_trees_points ship F1"] == 0.0


def test_land_cover_is_measured_by_its_mask(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(camera_suites, "MEASURED", {"epfl_roads": ("ship",)})
    monkeypatch.setitem(camera_sets.SETS, "epfl_roads", camera_sets.CameraSet({"boat": "ship"}))
    mask = np.zeros((240, 320), bool)
    for x0, y0, x1, y1 in SHIPS:
        mask[y0:y1, x0:x1] = True
    labelled_set(tmp_path, "epfl_roads", "boat", {"segmentation": encode(mask)})
    figures = camera_suites.cameras(FakeModel(), tmp_path)
    assert figures["epfl_roads ship gIoU"] > 0.8

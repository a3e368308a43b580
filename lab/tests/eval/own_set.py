"""Labels of one's own over drawn pictures, in the three forms, and detections of them."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from made_detectors import BLUE, GREEN, YELLOW, squares

PICTURES = {
    "a.png": {(5, 7): GREEN, (30, 20): YELLOW},
    "b.png": {(44, 3): BLUE, (10, 40): GREEN},
    "c.png": {},
}
CLASSES = ("ship", "wind turbine")
LABELS = {
    "a.png": [("ship", (5, 7, 21, 23)), ("ship", (30, 20, 62, 52))],
    # the last one is not there: a detector that is right misses it
    "b.png": [("wind turbine", (44, 3, 60, 19)), ("wind turbine", (0, 40, 8, 48))],
    "c.png": [],
}
"""Of b.png the ship is not labelled: a detector that is right finds one too many."""
CAMERAS = {"a.png": "near", "b.png": "far", "c.png": "far"}


def pictures(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, placed in PICTURES.items():
        Image.fromarray(squares((64, 64), placed)).save(folder / name)
    return folder


def coco(folder: Path, cameras: bool = True) -> Path:
    """A COCO file beside a folder of its images."""
    pictures(folder / "images")
    rows = [(name, *row) for name, rows in LABELS.items() for row in rows]
    numbers = {name: number for number, name in enumerate(LABELS, 1)}
    told = {
        "images": [
            {"id": number, "file_name": name, "width": 64, "height": 64}
            | ({"camera": CAMERAS[name]} if cameras else {})
            for name, number in numbers.items()
        ],
        "categories": [{"id": k, "name": name} for k, name in enumerate(CLASSES, 1)],
        "annotations": [
            {
                "id": k,
                "image_id": numbers[name],
                "category_id": CLASSES.index(label) + 1,
                "bbox": [x0, y0, x1 - x0, y1 - y0],
                "area": (x1 - x0) * (y1 - y0),
                "iscrowd": 0,
            }
            for k, (name, label, (x0, y0, x1, y1)) in enumerate(rows, 1)
        ],
    }
    path = folder / "own.json"
    path.write_text(json.dumps(told))
    return path


def yolo(folder: Path) -> Path:
    """A folder with data.yaml, images and labels."""
    pictures(folder / "images")
    (folder / "labels").mkdir()
    for name, rows in LABELS.items():
        lines = [
            f"{CLASSES.index(label)} {(x0 + x1) / 128} {(y0 + y1) / 128} {(x1 - x0) / 64}"
            f" {(y1 - y0) / 64}"
            for label, (x0, y0, x1, y1) in rows
        ]
        (folder / "labels" / name).with_suffix(".txt").write_text("\n".join(lines))
    names = "\n".join(f"  {k}: {name}" for k, name in enumerate(CLASSES))
    (folder / "data.yaml").write_text(f"path: .\ntrain: images\nval: images\nnames:\n{names}\n")
    return folder


def records() -> dict[str, dict[str, object]]:
    """Detections: of a.png both ships, one as a turbine; of b.png a turbine and a ship."""
    return {
        "a.png": {
            "boxes": [[5, 7, 21, 23], [30, 20, 62, 50], [5, 8, 21, 23]],
            "scores": [0.9, 0.8, 0.3],
            "names": ["ship", "wind turbine", "ship"],
        },
        "b.png": {
            "boxes": [[44, 3, 60, 19], [10, 40, 26, 56], [44, 3, 60, 19]],
            "scores": [0.7, 0.6, 0.1],
            "names": ["wind turbine", "ship", "ship"],
        },
        "c.png": {"boxes": [], "scores": [], "names": []},
    }

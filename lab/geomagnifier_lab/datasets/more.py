"""Small sets of other cameras and other classes.

Turbines, palms, solar panels, oil wells, buildings, drone vehicles.

Licences in each set's README.md. Layout: `more/NAME/images/*`, `more/NAME/labels.json` (COCO).
Pictures whose id divides by five are for validation.
"""

from __future__ import annotations

import json
from pathlib import Path

from geomagnifier_lab.datasets.sample import LabelledObject, ObjectSample

EVERY = 5


def more(root: Path, name: str, split: str) -> list[ObjectSample]:
    """Pictures of `split`, "train" or "val", of the set `name`. Their objects have boxes alone.

    Raises:
        FileNotFoundError: the folder lacks the labels.
    """
    folder = root / "more" / name
    coco = json.loads((folder / "labels.json").read_text())
    names = {c["id"]: c["name"] for c in coco["categories"]}
    objects: dict[int, list[LabelledObject]] = {image["id"]: [] for image in coco["images"]}
    for a in coco["annotations"]:
        x, y, w, h = a["bbox"]
        objects[a["image_id"]].append(
            LabelledObject(names[a["category_id"]], (x, y, x + w, y + h), ())
        )
    chosen = [i for i in coco["images"] if (i["id"] % EVERY == 0) == (split == "val")]
    return [
        ObjectSample(
            folder / "images" / i["file_name"], tuple(objects[i["id"]]), tuple(names.values())
        )
        for i in chosen
    ]

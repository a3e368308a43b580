"""NWPU VHR-10 (Cheng et al., 2014; masks by Su et al., 2019).

650 pictures of 0.5 to 2 m/px, 10 kinds of objects.

Research use. Layout: `vhr10/images/*.jpg`, `vhr10/instances_{train,val}.json` (COCO; the split is
RSPrompter's train).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from geomagnifier_lab.datasets.sample import LabelledObject, ObjectSample

CLASSES = (
    "airplane",
    "ship",
    "storage tank",
    "baseball diamond",
    "tennis court",
    "basketball court",
    "ground track field",
    "harbor",
    "bridge",
    "vehicle",
)


def vhr10(root: Path, split: str) -> list[ObjectSample]:
    """Pictures of `split`, "train" or "val".

    Raises:
        FileNotFoundError: the folder lacks the labels.
    """
    coco = json.loads((root / "vhr10" / f"instances_{split}.json").read_text())
    names = {c["id"]: c["name"].replace("_", " ") for c in coco["categories"]}
    objects: dict[int, list[LabelledObject]] = {image["id"]: [] for image in coco["images"]}
    for a in coco["annotations"]:
        x, y, w, h = a["bbox"]
        rings = tuple(np.asarray(ring, np.float32).reshape(-1, 2) for ring in a["segmentation"])
        objects[a["image_id"]].append(
            LabelledObject(names[a["category_id"]], (x, y, x + w, y + h), rings)
        )
    folder = root / "vhr10" / "images"
    return [
        ObjectSample(folder / i["file_name"], tuple(objects[i["id"]]), tuple(names.values()))
        for i in coco["images"]
    ]

#!/usr/bin/env bash
# pycocotools: a result that holds its box beside its mask is sized by the box, so that a false alarm on a thin object counts against the large objects and not the small ones.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pycocotools==2.0.11 numpy==2.4.6
cat > check.py <<'PY'
import contextlib
import copy
import importlib.metadata
import io

import numpy as np
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

print(f"pycocotools {importlib.metadata.version('pycocotools')}, numpy {np.__version__}")


def encoded(pixels: np.ndarray) -> dict:
    result = mask.encode(np.asfortranarray(pixels.astype("uint8")))
    return {"size": result["size"], "counts": result["counts"].decode()}


ship, field = np.zeros((200, 200)), np.zeros((200, 200))
ship[10:30, 10:30] = 1  # 400 pixels: small
field[40:140, 80:190] = 1  # 11000 pixels: large
track = np.eye(200)  # a false alarm: 100 pixels on the diagonal, in a box of 100 x 100
track[:90] = track[190:] = 0

objects = [
    {"id": number, "image_id": 1, "category_id": 1, "segmentation": encoded(pixels), "bbox": mask.toBbox(encoded(pixels)).tolist(), "area": float(pixels.sum()), "iscrowd": 0}
    for number, pixels in enumerate((ship, field), 1)
]
masks = [{"image_id": 1, "category_id": 1, "segmentation": encoded(pixels), "score": score} for pixels, score in ((track, 0.9), (ship, 0.8), (field, 0.8))]
boxes_too = [{**one, "bbox": mask.toBbox(one["segmentation"]).tolist()} for one in masks]


def average_precision(results: list[dict]) -> dict:
    """AP of masks: of all objects, of small and of large ones."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {"images": [{"id": 1, "width": 200, "height": 200}], "categories": [{"id": 1, "name": "thing"}], "annotations": objects}
        truth.createIndex()
        run = COCOeval(truth, truth.loadRes(copy.deepcopy(results)), "segm")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return {"all": round(float(run.stats[0]), 2), "small": round(float(run.stats[3]), 2), "large": round(float(run.stats[5]), 2)}


without, beside = average_precision(masks), average_precision(boxes_too)
print("without boxes:           ", without)
print("expected with boxes too: ", without, "as masks are compared, and the track has 100 pixels")
print("seen with boxes too:     ", beside)
assert without == {"all": 0.67, "small": 0.5, "large": 1.0}
assert beside == {"all": 0.67, "small": 1.0, "large": 0.5}, "no longer as described"
PY
venv/bin/python -W ignore check.py

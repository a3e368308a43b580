#!/usr/bin/env bash
# In COCOeval a labelled object whose id is 0 counts as missed though it was found exactly.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pycocotools==2.0.11 numpy==2.4.6
cat > check.py <<'PY'
import contextlib
import io
from importlib.metadata import version

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

print(f"pycocotools {version('pycocotools')}, numpy {np.__version__}")

BOXES = [[0, 0, 40, 40], [50, 0, 40, 40]]


def average_precision(first: int) -> float:
    """AP of detections that are the labelled boxes themselves; ids count from `first`."""
    truth = COCO()
    truth.dataset = {
        "images": [{"id": 1, "width": 100, "height": 50}],
        "categories": [{"id": 1, "name": "ship"}],
        "annotations": [
            {"id": first + number, "image_id": 1, "category_id": 1, "bbox": box, "area": 1600, "iscrowd": 0} for number, box in enumerate(BOXES)
        ],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        found = truth.loadRes([{"image_id": 1, "category_id": 1, "bbox": box, "score": 0.9} for box in BOXES])
        evaluation = COCOeval(truth, found, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0])


from_zero, from_one = average_precision(0), average_precision(1)
print("expected: AP 1.0 both times: an id is a name, and the format does not say that 0 is none")
print(f"seen:     AP {from_zero:.3f} with ids 0 and 1, AP {from_one:.3f} with ids 1 and 2; no warning")
assert from_one == 1.0
assert from_zero < 0.5, "no longer as described"
PY
venv/bin/python -W ignore check.py

"""Average precision of found boxes and masks, as COCO defines it: pycocotools counts, this file only brings rows to its form.

AP is the mean over IoU 0.50, 0.55 ... 0.95 and over kinds, AP50 the one at 0.50, "small" the AP of objects below 32 x 32 px of area.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import OptionError

try:
    from pycocotools import mask as coco_mask
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
except ModuleNotFoundError as error:
    raise OptionError("measuring needs pycocotools; install it with: pip install 'geomagnifier[eval]'") from error

Row = Mapping[str, Any]
Kind = Literal["box", "mask"]

STATISTICS = {"AP": 0, "AP50": 1, "small": 3}
"""Where COCOeval's list of twelve figures holds ours."""


@dataclass(frozen=True)
class Size:
    """Of a picture, px."""

    height: int
    width: int


def average_precision(truth: Sequence[Row], found: Sequence[Row], sizes: Mapping[str, Size], kind: Kind = "box") -> dict[str, float]:
    """AP, AP50 and AP of small objects, each 0..1. At most 100 regions of a kind count in a picture, the best ones, as COCO has it.

    Args:
        truth: labelled objects, each {"picture": str, "label": str, "box": (x0, y0, x1, y1) px, "segmentation": COCO RLE}; the
            segmentation gives the area where it is there, and may be left out for boxes.
        found: regions in the same form, with "score" 0..1; for masks without "box".
        sizes: every picture that was looked at, by name.
        kind: what is compared.

    Returns:
        the figures; one without any object to be found ("small", where all are large) is left out.

    Example:
        >>> ship = {"picture": "a", "label": "ship", "box": (10, 10, 50, 50)}
        >>> average_precision([ship], [ship | {"score": 0.9}], {"a": Size(100, 100)})["AP"]
        1.0
    """
    pictures = {name: number for number, name in enumerate(sizes, 1)}
    labels = {name: number for number, name in enumerate(dict.fromkeys(row["label"] for row in truth), 1)}
    objects = [_coco(row, pictures, labels) | {"id": number, "iscrowd": 0} for number, row in enumerate(truth, 1)]  # 0 reads as "no match"
    results = [_coco(row, pictures, labels) | {"score": float(row["score"])} for row in found if row["label"] in labels]
    if not objects:
        return {}
    small = any(row["area"] < 32**2 for row in objects)
    if not results:
        return {name: 0.0 for name in STATISTICS if name != "small" or small}
    dataset = COCO()
    with redirect_stdout(io.StringIO()):
        dataset.dataset = {
            "info": {},
            "images": [{"id": pictures[name], "height": size.height, "width": size.width} for name, size in sizes.items()],
            "categories": [{"id": number, "name": name} for name, number in labels.items()],
            "annotations": objects,
        }
        dataset.createIndex()
        judge = COCOeval(dataset, _results(dataset, results), "bbox" if kind == "box" else "segm")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    figures = {name: float(judge.stats[at]) for name, at in STATISTICS.items()}
    return {name: value for name, value in figures.items() if value >= 0}  # -1: nothing to be found


def run_lengths(polygons: Sequence[NDArray[np.floating]], size: Size) -> dict[str, Any]:
    """The union of polygons as COCO RLE {"size": [H, W], "counts": str}, drawn as COCO draws them; read it with `masks.decode`.

    Args:
        polygons: rings (N, 2) of x, y px; rings of fewer than three points are left out.
        size: of the picture.
    """
    rings = [ring.astype(float).ravel().tolist() for ring in polygons if len(ring) > 2]
    if not rings:
        return {
            "size": [size.height, size.width],
            "counts": _text(coco_mask.encode(np.zeros((size.height, size.width), np.uint8, order="F"))),
        }
    joint = coco_mask.merge(coco_mask.frPyObjects(rings, size.height, size.width))
    return {"size": [size.height, size.width], "counts": _text(joint)}


def _text(rle: Mapping[str, Any]) -> str:
    counts: bytes = rle["counts"]
    return counts.decode("ascii")


def _coco(row: Row, pictures: Mapping[str, int], labels: Mapping[str, int]) -> dict[str, Any]:
    """A row as COCO writes an annotation."""
    out: dict[str, Any] = {"image_id": pictures[row["picture"]], "category_id": labels[row["label"]]}
    if row.get("segmentation") is not None:
        out["segmentation"] = dict(row["segmentation"])
        out["area"] = float(coco_mask.area(out["segmentation"]))
    if "box" in row:
        x0, y0, x1, y1 = (float(v) for v in row["box"])
        out["bbox"] = [x0, y0, x1 - x0, y1 - y0]
        out.setdefault("area", (x1 - x0) * (y1 - y0))
    return out


def _results(dataset: Any, rows: list[dict[str, Any]]) -> Any:
    """`COCO.loadRes` for rows that have their area already."""
    made = COCO()
    numbered = [row | {"id": number, "iscrowd": 0} for number, row in enumerate(rows, 1)]
    made.dataset = {**dataset.dataset, "annotations": numbered}
    made.createIndex()
    return made

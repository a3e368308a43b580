"""Average precision of detected boxes and masks, as COCO defines it and as PASCAL VOC does.

COCO: pycocotools counts, this file only brings rows to its form. AP is the mean over IoU 0.50, 0.55
... 0.95 and over classes, AP50 and AP75 the ones at 0.50 and 0.75. By area of the object: small
below 32 x 32 px, medium up to 96 x 96, large above ("APs", "APm", "APl" in papers). AR is the mean
recall over the same IoUs and over classes with at most 1, 10 or 100 regions of a class in an image.
Precision is read at 101 points of recall.

VOC: AP of a class at IoU 0.5 is the whole area under precision, made to fall, over recall ("all
points", VOC 2010 on); mAP the mean over classes. Papers on DIOR (arXiv:1909.00133) and NWPU VHR-10
print it by class; some take the 11 points of VOC 2007, which gives other figures. Two more
differences from COCO: a region is matched to the object it overlaps most even if that one is taken,
and no region is left out for their number. pycocotools has neither, so this half is counted here.

Objects that are "ignored" (VOC's "difficult", COCO's "iscrowd") are neither found nor missed, and a
region that matches one is no false positive. COCO matches a region to an ignored object by the
share of the region that lies in it, VOC by IoU.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import OptionError, PredictionError, install

try:
    from pycocotools import mask as coco_mask
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
except ModuleNotFoundError as error:
    raise OptionError(f"measuring needs pycocotools; install it: {install('lab')}") from error

Row = Mapping[str, Any]
Kind = Literal["box", "mask"]

STATISTICS = (
    "AP",
    "AP50",
    "AP75",
    "small",
    "medium",
    "large",
    "AR1",
    "AR10",
    "AR100",
    "AR small",
    "AR medium",
    "AR large",
)
"""COCOeval's list of twelve figures, in its order."""


@dataclass(frozen=True)
class Size:
    """Size of an image, px."""

    height: int
    """Rows."""
    width: int
    """Columns."""


def average_precision(
    truth: Sequence[Row], found: Sequence[Row], sizes: Mapping[str, Size], kind: Kind = "box"
) -> dict[str, float]:
    """AP, AP50 and AP of small objects, each 0..1: the first figures of `coco`.

    Args:
        truth: as in `coco`.
        found: as in `coco`.
        sizes: as in `coco`.
        kind: as in `coco`.

    Raises:
        PredictionError, ValueError: as `coco`.

    Example:
        >>> ship = {"picture": "a", "label": "ship", "box": (10, 10, 50, 50)}
        >>> figures = average_precision([ship], [ship | {"score": 0.9}], {"a": Size(100, 100)})
        >>> round(figures["AP"], 6)
        1.0
    """
    figures = coco(truth, found, sizes, kind)
    return {name: figures[name] for name in ("AP", "AP50", "small") if name in figures}


def coco(
    truth: Sequence[Row], found: Sequence[Row], sizes: Mapping[str, Size], kind: Kind = "box"
) -> dict[str, float]:
    """The twelve figures of COCO, each 0..1.

    At most 100 regions of a class count in an image, the best ones, as COCO has it.

    Args:
        truth: labelled objects, each {"picture": str, "label": str, "box": (x0, y0, x1, y1) px,
            "segmentation": COCO RLE}; the segmentation gives the area where it is there, and may be
            left out for boxes. "ignored": True, where it does not count.
        found: regions in the same form, with "score"; for masks without "box". Classes that no
            object has are left out, as COCO does.
        sizes: every image that was searched, by name.
        kind: what is compared.

    Returns:
        the figures by their names in `STATISTICS`; one without any object to be found ("small",
        where all are large) is left out.

    Raises:
        PredictionError: a region is of an unknown image, has no number as score, no box or mask, or
            a mask that is not of the size of its image; its index is named.
        ValueError: the same of an object.
    """
    pictures = {name: number for number, name in enumerate(sizes, 1)}
    labels = {
        name: number
        for number, name in enumerate(dict.fromkeys(str(row["label"]) for row in truth), 1)
    }
    _check(truth, found, sizes, kind)
    objects = [
        _coco(row, pictures, labels) | {"iscrowd": int(bool(row.get("ignored")))} for row in truth
    ]
    results = [
        _coco(row, pictures, labels) | {"score": float(row["score"]), "iscrowd": 0}
        for row in found
        if row["label"] in labels
    ]
    if not objects:
        return {}
    with redirect_stdout(io.StringIO()):
        judge = COCOeval(
            _set(sizes, labels, objects),
            _set(sizes, labels, results),
            "bbox" if kind == "box" else "segm",
        )
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    figures = dict(zip(STATISTICS, (float(value) for value in judge.stats), strict=True))
    return {name: value for name, value in figures.items() if value >= 0}  # -1: nothing to be found


def voc(truth: Sequence[Row], found: Sequence[Row], threshold: float = 0.5) -> dict[str, float]:
    """AP of each class as PASCAL VOC defines it, all points.

    Their mean is mAP, "AP50" or "mAP50" in papers.

    Args:
        truth: labelled objects with "picture", "label" and "box", as in `coco`.
        found: regions with "score" as well. Classes that no object has are left out.
        threshold: IoU that makes a match, itself included.

    Returns:
        class -> 0..1, in the order they come first in `truth`; classes whose objects are all
        ignored are left out.

    Raises:
        PredictionError, ValueError: as in `coco`.
    """
    _check(truth, found, _any_size(truth, found), "box")
    figures = {}
    for label in dict.fromkeys(str(row["label"]) for row in truth):
        objects = [row for row in truth if row["label"] == label]
        regions = sorted(
            (row for row in found if row["label"] == label), key=lambda row: -float(row["score"])
        )  # stable
        wanted = sum(not row.get("ignored") for row in objects)
        if wanted:
            figures[label] = _area(_finds(objects, regions, threshold), wanted)
    return figures


def _any_size(truth: Sequence[Row], found: Sequence[Row]) -> dict[str, None]:
    """Every image named, where boxes alone matter."""
    return {str(row["picture"]): None for row in (*truth, *found)}


def _finds(objects: Sequence[Row], regions: Sequence[Row], threshold: float) -> NDArray[np.bool_]:
    """Whether each region, best first, finds an object not found before.

    Regions that match an ignored object are left out.
    """
    places: dict[str, list[int]] = {}
    for at, row in enumerate(objects):
        places.setdefault(row["picture"], []).append(at)
    taken: set[int] = set()
    out = []
    for region in regions:
        here = places.get(region["picture"], [])
        covers = (
            coco_mask.iou(
                [_sides(region["box"])],
                [_sides(objects[at]["box"]) for at in here],
                [0] * len(here),
            )[0]
            if here
            else []
        )
        best = here[int(np.argmax(covers))] if here else -1
        hit = best >= 0 and max(covers) >= threshold
        if hit and objects[best].get("ignored"):
            continue
        out.append(hit and best not in taken)
        if hit:
            taken.add(best)
    return np.array(out, bool)


def _area(right: NDArray[np.bool_], wanted: int) -> float:
    """Area under precision over recall, each precision raised to the best at no less recall."""
    found = np.cumsum(right)
    precision = found / np.arange(1, len(right) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    return float(falling[right].sum() / wanted)  # every find adds 1 / wanted to recall


def run_lengths(polygons: Sequence[NDArray[np.floating]], size: Size) -> dict[str, Any]:
    """The union of polygons as COCO RLE {"size": [H, W], "counts": str}, drawn as COCO draws them.

    Read it with `masks.decode`.

    Args:
        polygons: rings (N, 2) of x, y px; rings of fewer than three points are left out.
        size: of the image.
    """
    rings = [ring.astype(float).ravel().tolist() for ring in polygons if len(ring) > 2]
    if not rings:
        return {
            "size": [size.height, size.width],
            "counts": _text(
                coco_mask.encode(np.zeros((size.height, size.width), np.uint8, order="F"))
            ),
        }
    joint = coco_mask.merge(coco_mask.frPyObjects(rings, size.height, size.width))
    return {"size": [size.height, size.width], "counts": _text(joint)}


def _text(rle: Mapping[str, Any]) -> str:
    counts: bytes = rle["counts"]
    return counts.decode("ascii")


def _sides(box: Sequence[float]) -> list[float]:
    """(x0, y0, x1, y1) as COCO writes it: [x0, y0, width, height]."""
    x0, y0, x1, y1 = (float(v) for v in box)
    return [x0, y0, x1 - x0, y1 - y0]


def _coco(row: Row, pictures: Mapping[str, int], labels: Mapping[str, int]) -> dict[str, Any]:
    """A row as COCO writes an annotation."""
    out: dict[str, Any] = {
        "image_id": pictures[row["picture"]],
        "category_id": labels[row["label"]],
    }
    if row.get("segmentation") is not None:
        out["segmentation"] = dict(row["segmentation"])
        out["area"] = float(coco_mask.area(out["segmentation"]))
    if row.get("box") is not None:
        out["bbox"] = _sides(row["box"])
        out.setdefault("area", out["bbox"][2] * out["bbox"][3])
    return out


def _set(sizes: Mapping[str, Size], labels: Mapping[str, int], rows: list[dict[str, Any]]) -> Any:
    """Rows as a COCO data set; also results, which `COCO.loadRes` would measure anew."""
    made = COCO()
    made.dataset = {
        "info": {},
        "images": [
            {"id": number, "height": size.height, "width": size.width}
            for number, size in enumerate(sizes.values(), 1)
        ],
        "categories": [{"id": number, "name": name} for name, number in labels.items()],
        "annotations": [
            row | {"id": number} for number, row in enumerate(rows, 1)
        ],  # 0 reads as "no match"
    }
    made.createIndex()
    return made


def _check(
    truth: Sequence[Row], found: Sequence[Row], sizes: Mapping[str, Size | None], kind: Kind
) -> None:
    for index, row in enumerate(truth):
        fault = _fault(row, sizes, kind)
        if fault:
            raise ValueError(f"object {index} {fault}")
    for index, row in enumerate(found):
        fault = _fault(row, sizes, kind)
        score = row.get("score")
        if not fault and not (isinstance(score, (int, float, np.number)) and np.isfinite(score)):
            fault = f"has the score {score!r}, not a number"
        if fault:
            raise PredictionError(f"region {index} {fault}")


def _fault(row: Row, sizes: Mapping[str, Size | None], kind: Kind) -> str:
    """What is wrong with a row, or nothing."""
    picture, box, mask = row.get("picture"), row.get("box"), row.get("segmentation")
    if not isinstance(picture, str) or picture not in sizes:
        return f"is of the picture {picture!r}, which is not in the set"
    if (box if kind == "box" else mask) is None:
        return f"of {picture} has no {kind}"
    if box is not None and not _is_box(box):
        return (
            f"of {picture} has the box {box}; give four finite numbers x0, y0, x1, y1 with x0 <= x1"
            " and y0 <= y1"
        )
    size = sizes[picture]
    if (
        mask is not None
        and size is not None
        and [int(n) for n in mask["size"]] != [size.height, size.width]
    ):
        height, width = mask["size"]
        return (
            f"of {picture} has a mask of {height} x {width} px; the picture has {size.height} x"
            f" {size.width}"
        )
    return ""


def _is_box(box: Iterable[Any]) -> bool:
    try:
        x0, y0, x1, y1 = (float(v) for v in box)
    except (TypeError, ValueError):
        return False
    return bool(np.isfinite([x0, y0, x1, y1]).all()) and x0 <= x1 and y0 <= y1

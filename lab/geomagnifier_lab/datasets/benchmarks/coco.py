"""Annotations in COCO's form, read with suspicion: JSON, boxes, polygons, run lengths.

And what the readers of boxes and masks share.

A box (x, y, w, h) is (x, y, x + w, y + h) px, half-open, with no pixel added. Polygons are filled
as the COCO API fills them (`rleFrPoly` of github.com/cocodataset/cocoapi, Lin et al., BSD-2-Clause,
followed here on arrays): published figures were measured with these masks. Run lengths are read
compressed (text) and plain (a list of numbers). Pixels are touched when a mask is asked for, not
before.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image

from geomagnifier.errors import DataCorrupt, GeomagWarning, OptionError
from geomagnifier.finetuning.labels.segmentation import UNFIT, segmentation_mask
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Mask, Thing, needed

BoxTuple = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Picture:
    """A record of "images"."""

    name: str
    size: tuple[int, int]
    """(width, height) px."""


@dataclass(frozen=True, eq=False)
class Annotation:
    """A record of "annotations"."""

    image: Hashable
    """Id of its picture."""
    label: str
    """Name of its category."""
    box: BoxTuple | None
    """(x0, y0, x1, y1) px within the picture; None where nothing of it is there."""
    segmentation: Any
    """Rings or run lengths as published; None where there are none."""
    crowd: bool
    where: str
    """File and record, for errors."""


def check_split(split: str, benchmark: Benchmark) -> None:
    """Refuse a split that the benchmark does not have.

    Raises:
        OptionError: it names the splits there are.
    """
    if split not in benchmark.splits:
        raise OptionError(
            f"{benchmark.title} has no split {split!r}; choose among {', '.join(benchmark.splits)}"
        )


def read_json(source: Path, benchmark: Benchmark) -> Any:
    """What the file holds.

    Raises:
        DataMissing: it is not there.
        DataCorrupt: it is not JSON, or cut short.
    """
    try:
        return json.loads(needed(source, benchmark).read_text(encoding="utf-8-sig"))
    except (
        ValueError,
        RecursionError,
        OSError,
    ) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise DataCorrupt(
            f"{source} is not JSON, perhaps downloaded in part ({error}); it comes from"
            f" {benchmark.url}"
        ) from error


def file_name(value: Any) -> str:
    """`value`, if it names a file in a folder and nothing outside.

    Raises:
        ValueError: it does not.
    """
    if (
        not isinstance(value, str)
        or not value
        or PurePosixPath(value).is_absolute()
        or ".." in PurePosixPath(value).parts
        or "\0" in value
    ):
        raise ValueError(f"{value!r} is no file name")
    return value


def clipped(box: Sequence[float], size: tuple[int, int]) -> BoxTuple | None:
    """The part of a half-open box inside a picture of (width, height) px; None if it has no area.

    Raises:
        ValueError: a corner is no finite number.
    """
    x0, y0, x1, y1 = (float(v) for v in box)
    if not all(map(math.isfinite, (x0, y0, x1, y1))):
        raise ValueError(f"box ({x0:g}, {y0:g}, {x1:g}, {y1:g}) is not finite")
    x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, float(size[0])), min(y1, float(size[1]))
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def warn_dropped(count: int, what: str, benchmark: Benchmark) -> None:
    """Say how many records without area were left out, if any were."""
    if count:
        warnings.warn(
            f"{benchmark.title}: {count} {what} without area inside their picture are left out",
            GeomagWarning,
            stacklevel=3,
        )


def picture_size(path: Path) -> tuple[int, int]:
    """(width, height) px from the header.

    Raises:
        DataCorrupt: it is no picture.
    """
    try:
        with Image.open(path) as picture:
            return picture.size
    except (OSError, SyntaxError, ValueError) as error:
        raise DataCorrupt(
            f"{path} is no picture that can be read ({error}); download it again"
        ) from error


def read_instances(
    source: Path, benchmark: Benchmark, boxes: bool = True
) -> tuple[dict[Hashable, Picture], dict[Hashable, Annotation]]:
    """Pictures and annotations of an `instances.json` by their ids, in the order of the file.

    Args:
        source: the file.
        benchmark: whose it is.
        boxes: read "bbox" too, as (x, y, w, h).

    Raises:
        DataMissing: the file is not there.
        DataCorrupt: it is damaged or of another form; the record is named.
    """
    whole = read_json(source, benchmark)
    if not isinstance(whole, dict) or not all(
        isinstance(whole.get(part), list) for part in ("images", "annotations", "categories")
    ):
        raise DataCorrupt(
            f'{source} has no lists "images", "annotations" and "categories"; {benchmark.title}'
            f" comes from {benchmark.url}"
        )
    place = "categories"
    try:
        names = {record["id"]: str(record["name"]) for record in whole["categories"]}
        pictures: dict[Hashable, Picture] = {}
        for index, record in enumerate(whole["images"]):
            place = f"images[{index}]"
            size = int(record["width"]), int(record["height"])
            if min(size) < 1 or record["id"] in pictures:
                raise ValueError(
                    f"size {size[0]} x {size[1]} px, id {record['id']!r}: empty, or there twice"
                )
            pictures[record["id"]] = Picture(file_name(record["file_name"]), size)
        annotations: dict[Hashable, Annotation] = {}
        for index, record in enumerate(whole["annotations"]):
            place = f"annotations[{index}]"
            if record["id"] in annotations:
                raise ValueError(f"id {record['id']!r} is there twice")
            picture, box = pictures[record["image_id"]], None
            if boxes:
                x, y, width, height = record["bbox"]
                box = clipped((x, y, x + width, y + height), picture.size)
            label, segmentation = names[record["category_id"]], record.get("segmentation") or None
            if segmentation is not None and not isinstance(segmentation, (list, dict)):
                raise TypeError("a segmentation that is neither polygons nor run lengths")
            crowd, where = bool(record.get("iscrowd", 0)), f"{source}, {place}"
            annotations[record["id"]] = Annotation(
                record["image_id"], label, box, segmentation, crowd, where
            )
    except UNFIT as error:
        raise DataCorrupt(
            f"{source}, {place} is not of COCO's form ({type(error).__name__}: {error})"
        ) from error
    return pictures, annotations


def as_thing(annotation: Annotation, picture: Picture, folder: Path) -> Thing | None:
    """The annotation as an object of a detection set.

    None where nothing of its box is inside the picture.
    """
    if annotation.box is None:
        return None
    mask = None if annotation.segmentation is None else lazy_mask(annotation, picture, folder)
    return Thing(annotation.label, annotation.box, mask, ignored=annotation.crowd)


def lazy_mask(annotation: Annotation, picture: Picture, folder: Path) -> partial[Mask]:
    """Draws the mask of an annotation, (H, W) bool at its picture's size, when called."""
    return partial(_drawn, annotation, picture, folder / picture.name)


def _drawn(annotation: Annotation, picture: Picture, path: Path) -> Mask:
    size = picture_size(path)
    if size != picture.size:
        told = f"{path} has {size[0]} x {size[1]} px, but {picture.size[0]} x {picture.size[1]} px"
        raise DataCorrupt(f"{told} where it is annotated ({annotation.where})")
    try:
        return segmentation_mask(annotation.segmentation, size)
    except UNFIT as error:
        raise DataCorrupt(
            f"{annotation.where}: its segmentation cannot be drawn ({type(error).__name__}:"
            f" {error})"
        ) from error

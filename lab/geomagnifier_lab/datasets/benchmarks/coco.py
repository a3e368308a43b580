"""Annotations in COCO's form, read with suspicion: the lab's only COCO reader.

A box (x, y, w, h) is (x, y, x + w, y + h) px, half-open, with no pixel added. Polygons are filled
as the COCO API fills them (`rleFrPoly` of github.com/cocodataset/cocoapi, Lin et al., BSD-2-Clause,
followed in `geomagnifier.finetuning.labels.segmentation`): published figures were measured with
these masks. Run lengths are read compressed (text) and plain (a list of numbers). Pixels are
touched when a mask is asked for, not before.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import DataCorrupt
from geomagnifier.finetuning.labels.segmentation import UNFIT, segmentation_mask
from geomagnifier_lab.datasets.benchmarks.case import Mask
from geomagnifier_lab.datasets.benchmarks.checks import (
    BoxTuple,
    Published,
    clipped,
    file_name,
    picture_size,
    read_json,
)


@dataclass(frozen=True, eq=False)
class Picture:
    """A record of "images"."""

    name: str
    """File name."""
    size: tuple[int, int]
    """(width, height) px."""


@dataclass(frozen=True, eq=False)
class Annotation:
    """A record of "annotations"."""

    image: Hashable
    """Id of its image."""
    label: str
    """Name of its category."""
    box: BoxTuple | None
    """(x0, y0, x1, y1) px within the image; None where nothing of it is there."""
    segmentation: Any
    """Rings or run lengths as published; None where there are none."""
    crowd: bool
    """Whether it outlines a group, neither one object nor none."""
    where: str
    """File and record, for errors."""

    @property
    def rings(self) -> tuple[NDArray[np.float32], ...]:
        """Its polygons, each (N, 2) px; none where it has run lengths or a box alone."""
        polygons = self.segmentation if isinstance(self.segmentation, list) else ()
        return tuple(np.asarray(ring, np.float32).reshape(-1, 2) for ring in polygons)


@dataclass(frozen=True, eq=False)
class Instances:
    """What an `instances.json` holds, in the order of the file."""

    classes: tuple[str, ...]
    """Names of "categories"."""
    pictures: dict[Hashable, Picture]
    """By id."""
    annotations: dict[Hashable, Annotation]
    """By id."""

    def by_picture(self) -> dict[Hashable, list[Annotation]]:
        """The annotations of each image, by its id."""
        found: dict[Hashable, list[Annotation]] = {key: [] for key in self.pictures}
        for annotation in self.annotations.values():
            found[annotation.image].append(annotation)
        return found


def read_instances(source: Path, origin: Published, boxes: bool = True) -> Instances:
    """Read an `instances.json`.

    Args:
        source: the file.
        origin: whose it is, for errors.
        boxes: read "bbox" too, as (x, y, w, h).

    Raises:
        DataMissing: the file is not there.
        DataCorrupt: it is damaged or of another form; the record is named.
    """
    whole = read_json(source, origin)
    if not isinstance(whole, dict) or not all(
        isinstance(whole.get(part), list) for part in ("images", "annotations", "categories")
    ):
        raise DataCorrupt(
            f'{source} has no lists "images", "annotations" and "categories"; {origin.title}'
            f" comes from {origin.url}"
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
    return Instances(tuple(names.values()), pictures, annotations)


def lazy_mask(annotation: Annotation, picture: Picture, folder: Path) -> partial[Mask]:
    """A function that draws the mask of an annotation, (H, W) bool at its image's size.

    Args:
        annotation: with a segmentation.
        picture: its record of "images".
        folder: of the images.
    """
    return partial(_drawn, annotation, picture, folder / picture.name)


def _drawn(annotation: Annotation, picture: Picture, path: Path) -> Mask:
    size = picture_size(path)
    if size != picture.size:
        problem = (
            f"{path} has {size[0]} x {size[1]} px, but {picture.size[0]} x {picture.size[1]} px"
        )
        raise DataCorrupt(f"{problem} where it is annotated ({annotation.where})")
    try:
        return segmentation_mask(annotation.segmentation, size)
    except UNFIT as error:
        raise DataCorrupt(
            f"{annotation.where}: its segmentation cannot be drawn ({type(error).__name__}:"
            f" {error})"
        ) from error

"""COCO's instances.json: boxes, polygons, run lengths. Of a category "name" counts, "synonyms" where given, and `"isthing": 0`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier import masks
from geomagnifier.data.benchmarks.coco import UNFIT, file_name, picture_size, segmentation_mask
from geomagnifier.data.own.labels import Labelled, Labels, Outlined, Ring, check, inside, plain, unique, warn_outside
from geomagnifier.errors import DataCorrupt, DataMissing

FOLDERS = ("", "images", "..", "../images")
"""Where pictures are looked for, seen from the file."""


def read_coco(source: Path, folder: Path | None = None) -> Labels:
    """Read it.

    Args:
        source: the file.
        folder: of the pictures; else the first of `FOLDERS` that has the first of them.

    Raises:
        DataMissing: pictures are not there.
        DataCorrupt: the file is damaged or of another form; the record is named.
    """
    try:
        whole = json.loads(source.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError, OSError) as error:
        raise DataCorrupt(f"{source} is not JSON ({error}); write it again") from error
    if not isinstance(whole, dict) or not all(isinstance(whole.get(part), list) for part in ("images", "annotations", "categories")):
        raise DataCorrupt(f'{source} has no lists "images", "annotations" and "categories", as COCO has them')
    place = "categories"
    try:
        names = {record["id"]: plain(record["name"], f"{source}, categories") for record in whole["categories"]}
        kinds = unique(names.values(), f"{source}, categories")
        also = {names[r["id"]]: tuple(plain(word, f"{source}, categories") for word in r.get("synonyms", ())) for r in whole["categories"]}
        covers = frozenset(names[r["id"]] for r in whole["categories"] if r.get("isthing", 1) == 0)
        paths: dict[Any, Path] = {}
        root = folder or _folder(source, [str(r["file_name"]) for r in whole["images"][:1]])
        for index, record in enumerate(whole["images"]):
            place = f"images[{index}]"
            if record["id"] in paths:
                raise ValueError(f"id {record['id']!r} is there twice")
            paths[record["id"]] = root / file_name(record["file_name"])
        missing = [path for path in paths.values() if not path.is_file()]
        if missing:
            raise DataMissing(
                f"{source}: {len(missing)} of {len(paths)} pictures are not there, the first {missing[0]}; give --pictures DIR"
            )
        sizes = {key: picture_size(path) for key, path in paths.items()}
        objects: dict[Any, list[Outlined]] = {key: [] for key in paths}
        outside = 0
        for index, record in enumerate(whole["annotations"]):
            place = f"annotations[{index}]"
            where, size = f"{source}, {place}", sizes[record["image_id"]]
            rings, holes = _outline(record.get("segmentation"), size)
            x, y, width, height = record["bbox"] if record.get("bbox") or not rings else _around(rings)
            box = inside((x, y, x + width, y + height), size, where)
            kind = names[record["category_id"]]
            if record.get("iscrowd") and kind not in covers:
                continue  # a crowd is neither one thing nor none
            if box is None:
                outside += 1
            else:
                objects[record["image_id"]].append(Outlined(kind, box, rings, holes))
    except UNFIT as error:
        raise DataCorrupt(f"{source}, {place} is not of COCO's form ({type(error).__name__}: {error})") from error
    warn_outside(outside, source)
    return check(Labels(source, kinds, tuple(Labelled(paths[key], tuple(objects[key])) for key in paths), also, covers))


def _folder(source: Path, first: list[str]) -> Path:
    places = [source.parent / name for name in FOLDERS]
    return next((place for place in places if first and (place / first[0]).is_file()), places[0])


def _outline(segmentation: Any, size: tuple[int, int]) -> tuple[tuple[Ring, ...], tuple[Ring, ...]]:
    """Rings and holes of polygons or run lengths; none where there are none."""
    if not segmentation:
        return (), ()
    if isinstance(segmentation, list) and all(isinstance(part, list) for part in segmentation):
        rings = [np.asarray(part, np.float32) for part in segmentation]
        if any(r.ndim != 1 or len(r) < 6 or len(r) % 2 or not np.isfinite(r).all() for r in rings):
            raise ValueError("a polygon is [x, y, x, y, ...] of three points or more")
        return tuple(r.reshape(-1, 2) for r in rings), ()
    traced = [np.asarray(ring, np.float32) for ring in masks.polygons(masks.encode(segmentation_mask(segmentation, size)))]
    outer = [_turning(ring) > 0 for ring in traced]
    return tuple(r for r, o in zip(traced, outer, strict=True) if o), tuple(r for r, o in zip(traced, outer, strict=True) if not o)


def _turning(ring: Ring) -> float:
    """Twice the area, positive where the ring runs clockwise on the screen."""
    x, y = ring.T.astype(np.float64)
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())


def _around(rings: tuple[Ring, ...]) -> tuple[float, float, float, float]:
    points = np.concatenate(rings)
    (x0, y0), (x1, y1) = points.min(0).tolist(), points.max(0).tolist()
    return x0, y0, x1 - x0, y1 - y0

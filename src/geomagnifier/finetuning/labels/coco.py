"""COCO's instances.json: boxes, polygons, run lengths.

Of a category "name" counts, "synonyms" where given, and `"isthing": 0`. A record that cannot be
used is skipped with a warning. Where an object has an outline, that gives its box if "bbox" has no
area. Categories that no annotation uses are not read, and two of one name ("storage_tank", "storage
tank") are one class.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier import mask_outlines, masks
from geomagnifier.errors import DataCorrupt, DataError, DataMissing, SceneError
from geomagnifier.finetuning.labels import image_files
from geomagnifier.finetuning.labels.base import (
    FEWEST,
    BoxTuple,
    Labelled,
    Labels,
    LeftOut,
    Outlined,
    Ring,
    check,
    inside,
    number,
    plain,
    tell_turned,
)
from geomagnifier.finetuning.labels.segmentation import UNFIT, segmentation_mask
from geomagnifier.text_files import read_json

FOLDERS = ("", "images", "..", "../images")
"""Where images are looked for, seen from the file."""
PARTS = ("images", "annotations", "categories")


def read_coco(source: Path, folder: Path | None = None, fewest: int = FEWEST) -> Labels:
    """Read an instances.json.

    Args:
        source: the file.
        folder: of the images; else each is looked for in `FOLDERS`.
        fewest: labelled objects that a class needs.

    Raises:
        DataMissing: images are not there.
        DataCorrupt: the file is damaged or of another form, or none of its records can be used.
    """
    whole = read_json(source)
    if isinstance(whole, dict) and whole.get("type") in ("FeatureCollection", "Feature"):
        raise DataCorrupt(
            f"{source} is GeoJSON, not COCO; call it {source.with_suffix('.geojson').name} and name"
            " its GeoTIFF by --pictures"
        )
    if not isinstance(whole, dict) or not all(isinstance(whole.get(part), list) for part in PARTS):
        raise DataCorrupt(
            f'{source} has no lists "images", "annotations" and "categories", as COCO has them'
        )
    left = LeftOut(source)
    pictures = _pictures(
        whole["images"],
        [folder] if folder else [source.parent / name for name in FOLDERS],
        source,
        left,
    )
    numbers = [r.get("category_id") for r in whole["annotations"] if isinstance(r, dict)]
    categories = _categories(
        whole["categories"], {n for n in numbers if isinstance(n, Hashable)}, left
    )
    objects: dict[Path, list[Outlined]] = {
        path: [] for path, _ in pictures.values() if path is not None
    }
    for index, record in enumerate(whole["annotations"]):
        try:
            read = _object(record, pictures, categories)
        except (*UNFIT, DataError) as error:
            left.add(f"annotations[{index}]", _why(error))
        else:
            if read is not None:
                objects[read[0]].append(read[1])
    used = {o.kind for found in objects.values() for o in found}
    kinds = tuple(dict.fromkeys(kind for kind, _, _ in categories.values() if kind in used))
    also: dict[str, tuple[str, ...]] = {}
    for kind, words, _ in categories.values():
        also[kind] = tuple(dict.fromkeys((*also.get(kind, ()), *words)))
    covers = frozenset(kind for kind, _, cover in categories.values() if cover)
    tell_turned(list(objects), source)
    return check(
        Labels(
            source,
            kinds,
            tuple(Labelled(path, tuple(found)) for path, found in objects.items()),
            also,
            covers,
        ),
        left,
        fewest,
    )


_Picture = tuple[Path | None, tuple[int, int]]
"""Path, None where it cannot be used, and (width, height) px."""
_Category = tuple[str, tuple[str, ...], bool]
"""Name, synonyms, whether it is land cover."""


def _pictures(
    records: Sequence[Any], folders: Sequence[Path], source: Path, left: LeftOut
) -> dict[Hashable, _Picture]:
    """Images by their id. One that cannot be used is skipped with all its labels."""
    found: dict[Hashable, _Picture] = {}
    missing: list[Path] = []
    for index, record in enumerate(records):
        try:
            key = _key(record["id"])
            if key in found:
                raise ValueError(f"its id {json.dumps(key)[:40]} is there twice")
            found[key] = None, (0, 0)
            path = image_files.find(record.get("file_name"), folders)
            if not image_files.is_file(path):
                missing.append(path)
                continue
            if any(path == other for other, _ in found.values()):
                raise ValueError(f"{path.name} is there twice")
            size = image_files.size_of(path)
            if record.get("width") is not None and record.get("height") is not None:
                stated = number(record["width"]), number(record["height"])
                if stated != size:
                    turned = (
                        "; its EXIF orientation turns it: save it upright"
                        if stated == size[::-1] and image_files.is_turned(path)
                        else ""
                    )
                    raise ValueError(
                        f"{path.name} has {size[0]} x {size[1]} px, but {stated[0]:g} x"
                        f" {stated[1]:g} px where it is labelled{turned}"
                    )
            found[key] = path, size
        except (*UNFIT, SceneError) as error:
            left.add(f"images[{index}]", _why(error))
    if missing:
        raise DataMissing(
            f"{source}: {len(missing)} of {len(records)} images are missing, the first"
            f" {missing[0]}; give --pictures DIR"
        )
    return found


def _categories(
    records: Sequence[Any], used: set[Hashable], left: LeftOut
) -> dict[Hashable, _Category]:
    """Categories by their id, those that annotations use."""
    found: dict[Hashable, _Category] = {}
    for index, record in enumerate(records):
        try:
            key = _key(record["id"])
            if key not in used:
                continue
            if key in found:
                raise ValueError(f"its id {json.dumps(key)[:40]} is there twice")
            words = record.get("synonyms") or ()
            if not isinstance(words, (list, tuple)):
                raise ValueError("its synonyms are no list")
            found[key] = (
                plain(record["name"]),
                tuple(map(plain, words)),
                record.get("isthing", 1) in (0, False),
            )
        except (*UNFIT, DataError) as error:
            left.add(f"categories[{index}]", _why(error))
    return found


def _key(value: Any) -> Hashable:
    """An id: a number or text; 7 and 7.0 are one."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("an id is a number or text")
    return value


def _object(
    record: Any, pictures: Mapping[Hashable, _Picture], categories: Mapping[Hashable, _Category]
) -> tuple[Path, Outlined] | None:
    """An annotation with its image; None for one of a skipped image, and for a crowd.

    Raises:
        UNFIT, DataError: it cannot be used.
    """
    if not isinstance(record, dict):
        raise ValueError("it is no table")
    image, category = _key(record.get("image_id")), _key(record.get("category_id"))
    if image not in pictures:
        raise ValueError(f"its image_id {json.dumps(image)[:40]} is none of the images")
    if category not in categories:
        raise ValueError(
            f"its category_id {json.dumps(category)[:40]} is none of the categories that can be"
            " used"
        )
    path, size = pictures[image]
    kind, _, cover = categories[category]
    if path is None or (record.get("iscrowd") in (1, True) and not cover):
        return None  # a crowd is neither one thing nor none
    rings, holes = _outline(record.get("segmentation"), size)
    return path, Outlined(kind, inside(_corners(record.get("bbox"), rings), size), rings, holes)


def _corners(bbox: Any, rings: tuple[Ring, ...]) -> BoxTuple:
    """The box of "bbox", [x, y, width, height], or of the outline where that has no area.

    A box drawn from its far corner has negative sides.
    """
    sides = [number(side) for side in bbox] if isinstance(bbox, list) else []
    if len(sides) != 4 and (bbox or not rings):
        raise ValueError("its bbox is not [x, y, width, height]")
    if rings and (not sides or not (sides[2] and sides[3])):
        points = np.concatenate(rings)
        (x0, y0), (x1, y1) = points.min(0).tolist(), points.max(0).tolist()
        return x0, y0, x1, y1
    x, y, width, height = sides
    return min(x, x + width), min(y, y + height), max(x, x + width), max(y, y + height)


def _outline(segmentation: Any, size: tuple[int, int]) -> tuple[tuple[Ring, ...], tuple[Ring, ...]]:
    """Rings and holes of polygons or run lengths; none where there are none."""
    if not segmentation:
        return (), ()
    if isinstance(segmentation, list) and all(isinstance(part, list) for part in segmentation):
        rings = [np.array([number(value) for value in part], np.float32) for part in segmentation]
        if any(len(ring) < 6 or len(ring) % 2 for ring in rings):
            raise ValueError("a polygon is [x, y, x, y, ...] of three points or more")
        return tuple(ring.reshape(-1, 2) for ring in rings), ()
    traced = [
        np.asarray(ring, np.float32)
        for ring in mask_outlines.polygons(masks.encode(segmentation_mask(segmentation, size)))
    ]
    outer = [_turning(ring) > 0 for ring in traced]
    return tuple(r for r, o in zip(traced, outer, strict=True) if o), tuple(
        r for r, o in zip(traced, outer, strict=True) if not o
    )


def _turning(ring: Ring) -> float:
    """Twice the area, positive where the ring runs clockwise on the screen."""
    x, y = ring.T.astype(np.float64)
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())


def _why(error: Exception) -> str:
    """A reason in words: a KeyError says only the name of what is missing."""
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)

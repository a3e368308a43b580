"""YOLO's data.yaml with a .txt of labels for each image.

A label is a box, "class x y w h", or an outline, "class x y x y x y ...", in shares of the image.
Images of "train" and "val" are read alike; which are held back is chosen anew. An image without a
.txt has nothing in it. A line, or an image, that cannot be used is skipped with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.errors import DataCorrupt, DataError, DataMissing, SceneError
from geomagnifier.finetuning.labels import image_files
from geomagnifier.finetuning.labels.base import (
    FEWEST,
    Labelled,
    Labels,
    LeftOut,
    Outlined,
    check,
    inside,
    number,
    plain,
    tell_turned,
)
from geomagnifier.finetuning.labels.plain_yaml import read_yaml
from geomagnifier.text_files import read_text

PICTURES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".jp2")
SLACK = 1e-3
"""Shares may leave 0..1 by this much: tools round."""
MOST = 64_000_000
"""Most bytes of a .txt: labels of one image, or a list of images."""
NUMBERED = re.compile(r"[0-9]{1,9}")


def read_yolo(source: Path, fewest: int = FEWEST) -> Labels:
    """Read data.yaml, or the one in a folder.

    Args:
        source: either.
        fewest: labelled objects that a class needs.

    Raises:
        DataMissing: the file or its pictures are not there.
        DataCorrupt: the file is damaged or of another form, or none of the labels can be used.
    """
    file = (
        source
        if source.is_file()
        else next((p for p in sorted(source.glob("*.y*ml"))), source / "data.yaml")
    )
    if not file.is_file():
        raise DataMissing(
            f"{source} has no data.yaml, in which YOLO keeps the names of its classes"
        )
    told = read_yaml(file)
    left = LeftOut(file)
    kinds = _kinds(told.get("names") if isinstance(told, dict) else None, file, left)
    root = _root(told.get("path"), file)
    paths = [path for part in ("train", "val") for path in _pictures(told.get(part), root, file)]
    if not paths:
        raise DataMissing(f'{file}: no images at the paths of "train" and "val", below {root}')
    pictures = []
    for path in dict.fromkeys(paths):
        try:
            pictures.append(Labelled(path, tuple(_objects(path, kinds, left))))
        except (SceneError, DataError) as error:
            left.add(path.name, str(error))
    tell_turned([picture.path for picture in pictures], file)
    used = {o.kind for picture in pictures for o in picture.objects}
    return check(
        Labels(
            file,
            tuple(kind for kind in dict.fromkeys(kinds.values()) if kind in used),
            tuple(pictures),
        ),
        left,
        fewest,
    )


def _kinds(names: Any, file: Path, left: LeftOut) -> dict[int, str]:
    """Names by class number; two that mean the same are one class."""
    if not isinstance(names, (list, dict)) or not names:
        raise DataCorrupt(f'{file} has no "names", the list of classes')
    kinds: dict[int, str] = {}
    for key, name in names.items() if isinstance(names, dict) else enumerate(names):
        if isinstance(key, bool) or not (
            isinstance(key, int) or (isinstance(key, str) and NUMBERED.fullmatch(key))
        ):
            continue  # a word beside the numbers
        try:
            kinds[int(key)] = plain(name)
        except DataCorrupt as error:
            left.add(f"names, {int(key)}", str(error))
    if not kinds:
        raise DataCorrupt(
            f'{file}: "names" has no class that can be used ({left or "none has a number"})'
        )
    return kinds


def _root(path: Any, file: Path) -> Path:
    """The folder that others are relative to.

    That of the file, where "path" names one of another machine.
    """
    root = Path(_plainly(path, "path", file)) if path is not None else Path()
    root = root if root.is_absolute() else file.parent / root
    return root if root.is_dir() else file.parent


def _plainly(value: Any, name: str, file: Path) -> str:
    r"""The name of a file or folder, "/" between its parts where it was written with "\"."""
    if not isinstance(value, str) or "\0" in value:
        raise DataCorrupt(
            f'{file}: "{name}" is the name of a folder or file, in quotes where YAML takes it for'
            " something else"
        )
    return value.replace("\\", "/")


def _pictures(part: Any, root: Path, file: Path) -> list[Path]:
    """Images that "train" or "val" means.

    It is a folder, a .txt that lists them, or several of either.
    """
    if part is None:
        return []
    if isinstance(part, list):
        return [path for one in part for path in _pictures(one, root, file)]
    name = _plainly(part, "train and val", file)
    place = root / name
    if not place.exists() and name.startswith(
        "../"
    ):  # some tools write the folder as seen from elsewhere
        place = root / name[3:]
    if place.is_dir():
        return sorted(
            p
            for p in place.rglob("*")
            if p.suffix.lower() in PICTURES and not p.name.startswith(".")
        )
    if place.suffix == ".txt" and image_files.is_file(place):
        lines = [line.strip().replace("\\", "/") for line in read_text(place, MOST).splitlines()]
        listed = [place.parent / line for line in lines if line]
        missing = [path for path in listed if not image_files.is_file(path)]
        if missing:
            raise DataMissing(
                f"{place}: {len(missing)} of {len(listed)} images are missing, the first"
                f" {missing[0]}"
            )
        return listed
    raise DataMissing(
        f"{file}: {name[:200]!r} is neither a folder of images nor a list of them, relative to"
        f" {root}"
    )


def _labels_of(path: Path) -> Path | None:
    """The .txt of an image: in labels/ where the image lies in images/, else beside it."""
    beside = path.with_suffix(".txt")
    parts = [*beside.parts]
    if "images" in parts:
        parts[len(parts) - 1 - parts[::-1].index("images")] = "labels"
    return next((file for file in (Path(*parts), beside) if file.exists()), None)


def _objects(path: Path, kinds: Mapping[int, str], left: LeftOut) -> list[Outlined]:
    """Labels of an image.

    Raises:
        SceneError: the image cannot be read.
        DataCorrupt: its labels cannot: without them it would be taken for one with nothing in it.
    """
    size, file = image_files.size_of(path), _labels_of(path)
    objects = []
    for row, line in enumerate(read_text(file, MOST).splitlines() if file is not None else (), 1):
        if not line.strip():
            continue
        try:
            objects.append(_object(line.split(), kinds, size))
        except ValueError as error:
            left.add(f"{file.name if file else ''}, line {row}", str(error))
    return objects


def _object(words: list[str], kinds: Mapping[int, str], size: tuple[int, int]) -> Outlined:
    """One line of labels.

    Raises:
        ValueError: it cannot be used.
    """
    first, values = number(words[0]), np.array([number(word) for word in words[1:]])
    if first not in kinds:
        raise ValueError(f"{first:g} is no class of data.yaml")
    kind = kinds[int(first)]
    if len(values) != 4 and (len(values) < 6 or len(values) % 2):
        raise ValueError(
            f"{len(values)} numbers behind the class; a box has 4, an outline an even number from"
            " 6 on"
        )
    if values.min() < -SLACK or values.max() > 1 + SLACK:
        raise ValueError(
            "it has numbers outside 0..1; YOLO's labels are shares of width and height"
        )
    if len(values) == 4:
        x, y, w, h = (values * (*size, *size)).tolist()
        return Outlined(kind, inside((x - w / 2, y - h / 2, x + w / 2, y + h / 2), size))
    ring = (values.reshape(-1, 2) * size).astype(np.float32)
    return Outlined(kind, inside((*ring.min(0).tolist(), *ring.max(0).tolist()), size), (ring,))

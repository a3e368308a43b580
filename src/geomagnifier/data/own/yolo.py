"""YOLO's data.yaml with a .txt of labels for each picture: boxes, "class x y w h", or outlines, "class x y x y x y ...", as shares.

Pictures of "train" and "val" are read alike; which are held back is chosen anew. A picture without a .txt has nothing in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.data.benchmarks.coco import picture_size
from geomagnifier.data.own.labels import Labelled, Labels, Outlined, Ring, check, inside, plain, unique, warn_outside
from geomagnifier.errors import DataCorrupt, DataMissing

PICTURES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".jp2")
SLACK = 1e-3
"""Shares may leave 0..1 by this much: tools round."""


def read_yolo(source: Path) -> Labels:
    """Read data.yaml, or the one in a folder.

    Raises:
        DataMissing: the file or its pictures are not there.
        DataCorrupt: a file is damaged or of another form; its line is named.
    """
    import yaml  # type: ignore[import-untyped]

    file = source if source.is_file() else next((p for p in sorted(source.glob("*.y*ml"))), source / "data.yaml")
    if not file.is_file():
        raise DataMissing(f"{source} has no data.yaml, in which YOLO keeps the names of its classes")
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, OSError) as error:
        raise DataCorrupt(f"{file} is not YAML ({' '.join(str(error).split())})") from error
    if not isinstance(told, dict) or not isinstance(told.get("names"), (list, dict)) or not told["names"]:
        raise DataCorrupt(f'{file} has no "names", the list of classes')
    names = told["names"]
    numbered = dict(enumerate(names)) if isinstance(names, list) else {int(k): v for k, v in names.items() if str(k).isdigit()}
    kinds = {number: plain(name, f"{file}, names") for number, name in numbered.items()}
    unique(kinds.values(), f"{file}, names")
    root = Path(str(told.get("path") or "."))
    root = root if root.is_absolute() else file.parent / root
    paths = [path for part in ("train", "val") for path in _pictures(told.get(part), root, file)]
    if not paths:
        raise DataMissing(f'{file}: no pictures where "train" and "val" say they are, below {root}')
    outside, pictures = 0, []
    for path in dict.fromkeys(paths):
        objects, left = _objects(path, kinds)
        pictures.append(Labelled(path, tuple(objects)))
        outside += left
    warn_outside(outside, file)
    return check(Labels(file, tuple(kinds.values()), tuple(pictures)))


def _pictures(part: Any, root: Path, file: Path) -> list[Path]:
    """Pictures that "train" or "val" means: a folder, a .txt that lists them, or several of either."""
    if part is None:
        return []
    if isinstance(part, list):
        return [path for one in part for path in _pictures(one, root, file)]
    place = root / str(part)
    if not place.exists() and str(part).startswith("../"):  # some tools write the folder as seen from elsewhere
        place = root / str(part)[3:]
    if place.is_dir():
        return sorted(p for p in place.rglob("*") if p.suffix.lower() in PICTURES)
    if place.is_file() and place.suffix == ".txt":
        listed = [place.parent / line.strip() for line in place.read_text().splitlines() if line.strip()]
        missing = [path for path in listed if not path.is_file()]
        if missing:
            raise DataMissing(f"{place}: {len(missing)} of {len(listed)} pictures are not there, the first {missing[0]}")
        return listed
    raise DataMissing(f"{file}: {part!r} is neither a folder of pictures nor a list of them, seen from {root}")


def _objects(path: Path, kinds: dict[int, str]) -> tuple[list[Outlined], int]:
    """Labels of a picture, and how many lie outside of it."""
    parts = [*path.parts]
    if "images" in parts:
        parts[len(parts) - 1 - parts[::-1].index("images")] = "labels"
    file = Path(*parts).with_suffix(".txt")
    width, height = picture_size(path)
    objects: list[Outlined] = []
    rings: tuple[Ring, ...]
    outside = 0
    for number, line in enumerate(file.read_text().splitlines() if file.is_file() else (), 1):
        if not line.strip():
            continue
        where = f"{file}, line {number}"
        try:
            first, *rest = line.split()
            kind, values = kinds[int(float(first))], np.array(rest, np.float64)
        except (ValueError, KeyError) as error:
            raise DataCorrupt(f"{where}: {line.strip()[:60]!r} is no class of data.yaml with numbers behind it ({error})") from error
        if len(values) != 4 and (len(values) < 6 or len(values) % 2):
            raise DataCorrupt(f"{where}: {len(values)} numbers; a box has 4, an outline an even number from 6 on")
        if not np.isfinite(values).all() or values.min() < -SLACK or values.max() > 1 + SLACK:
            raise DataCorrupt(f"{where}: {line.strip()[:60]!r} has numbers outside 0..1; YOLO's labels are shares of width and height")
        if len(values) == 4:
            x, y, w, h = values.tolist()
            rings, corners = (), ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
        else:
            ring = (values.reshape(-1, 2) * (width, height)).astype(np.float32)
            rings, corners = (ring,), (*ring.min(0).tolist(), *ring.max(0).tolist())
        box = inside(corners, (width, height), where)
        if box is None:
            outside += 1
        else:
            objects.append(Outlined(kind, box, rings))
    return objects, outside

"""Whether a record of predictions fits its case.

Every error names the field; masks must have the size of their image.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from geomagnifier import masks
from geomagnifier.errors import PredictionError
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.checks import picture_size

Record = dict[str, Any]
Size = tuple[int, int]
"""(height, width) px."""


class Check:
    """Checks records against their cases.

    One for a file: it remembers the last image's size and the vectors' length.
    """

    def __init__(self, benchmark: Benchmark) -> None:
        self.classes = set(benchmark.classes)
        self._sized: tuple[Path, Size] | None = None
        self._length: int | None = None

    def __call__(self, record: Record, case: Case, where: str) -> None:
        """Refuse it if it does not.

        Raises:
            PredictionError: `where` and the field are named.
        """
        if isinstance(record.get("error"), str):
            return
        try:
            for name in ("seconds", "flops", "pixels"):
                if record.get(name) is not None:
                    number(record[name], name)
            getattr(self, f"_{case.work}")(record, case)
        except (ValueError, TypeError) as error:
            raise PredictionError(f"{where}: {error}") from error

    def _scene(self, record: Record, case: Case) -> None:
        names = []
        for place, label in enumerate(_list(record, "labels")):
            if not isinstance(label, list) or len(label) != 2:
                raise ValueError(f'"labels"[{place}] is [class, probability], not {label!r}')
            names.append(self._class(label[0], f'"labels"[{place}]'))
            number(label[1], f'"labels"[{place}]')
        if len(set(names)) < len(names):
            raise ValueError('"labels" has a class twice')

    def _caption(self, record: Record, case: Case) -> None:
        _text(record, "text")

    def _retrieval(self, record: Record, case: Case) -> None:
        vectors = [_list(record, "vector"), *_list(record, "captions")]
        if len(vectors) != 1 + len(case.captions):
            raise ValueError(
                f'"captions" has {len(vectors) - 1} vectors, but the picture {len(case.captions)}'
                " captions"
            )
        for place, vector in enumerate(vectors):
            name = f'"captions"[{place - 1}]' if place else '"vector"'
            if (
                not isinstance(vector, list)
                or len(vector) != (self._length or len(vector))
                or not vector
            ):
                raise ValueError(
                    f"{name} is no list of {self._length or 'some'} numbers, as those before it"
                )
            self._length = len(vector)
            if not sum(number(value, name) ** 2 for value in vector):
                raise ValueError(f"{name} is zero: it points nowhere")

    def _ground(self, record: Record, case: Case) -> None:
        boxes, scores = _list(record, "boxes"), _list(record, "scores")
        if len(boxes) != len(scores):
            raise ValueError(f'{len(boxes)} "boxes" but {len(scores)} "scores"')
        for place, value in enumerate(boxes):
            box(value, f'"boxes"[{place}]')
        for place, value in enumerate(scores):
            number(value, f'"scores"[{place}]')

    def _detect(self, record: Record, case: Case) -> None:
        if "segments" not in record or "boxes" in record:
            self._ground(record, case)
            names = _list(record, "names")
            if len(names) != len(record["boxes"]):
                raise ValueError(f'{len(record["boxes"])} "boxes" but {len(names)} "names"')
            for place, value in enumerate(names):
                self._class(value, f'"names"[{place}]')
        if "segments" in record:
            self._masks(record, case, "segments", "name")

    def _refer(self, record: Record, case: Case) -> None:
        mask(record.get("mask"), self.size(case), '"mask"')

    def _grounded(self, record: Record, case: Case) -> None:
        _text(record, "text")
        self._masks(record, case, "phrases", "phrase")

    def _masks(self, record: Record, case: Case, key: str, naming: str) -> None:
        for place, part in enumerate(_list(record, key)):
            name = f'"{key}"[{place}]'
            if not isinstance(part, dict):
                raise ValueError(f"{name} is no object with {naming!r}, 'mask' and 'score'")
            if naming == "name":
                self._class(part.get(naming), f'{name}, "name"')
            elif not isinstance(part.get(naming), str):
                raise ValueError(f'{name}, "{naming}" is no text but {part.get(naming)!r}')
            number(part.get("score"), f'{name}, "score"')
            mask(part.get("mask"), self.size(case), f'{name}, "mask"')

    def _class(self, value: Any, name: str) -> str:
        if not isinstance(value, str) or value not in self.classes:
            raise ValueError(f"{name}: {value!r} is no published class")
        return value

    def size(self, case: Case) -> Size:
        """(height, width) of the case's image, px."""
        if self._sized is None or self._sized[0] != case.image:
            width, height = picture_size(case.image)
            self._sized = case.image, (height, width)
        return self._sized[1]


def number(value: Any, name: str) -> float:
    """A finite number.

    Args:
        value: of a record.
        name: of its field, for the error.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{name} is no finite number but {value!r}")
    return float(value)


def box(value: Any, name: str) -> tuple[float, float, float, float]:
    """A box (x0, y0, x1, y1) px with area.

    Args:
        value: of a record.
        name: of its field, for the error.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, (list, tuple)) or len(value) != 4:
        raise ValueError(f"{name} is no box [x0, y0, x1, y1] but {value!r}")
    x0, y0, x1, y1 = (number(corner, name) for corner in value)
    if x1 <= x0 or y1 <= y0:
        raise ValueError(
            f"{name} has no area: [{x0:g}, {y0:g}, {x1:g}, {y1:g}] is to be [x0, y0, x1, y1] with"
            " x0 < x1 and y0 < y1"
        )
    return x0, y0, x1, y1


def mask(value: Any, size: Size, name: str) -> None:
    """Check the run lengths of a mask.

    Args:
        value: of a record.
        size: (height, width) of its image, px.
        name: of its field, for the error.

    Raises:
        ValueError: they are none, or of another size.
    """
    if not isinstance(value, dict) or "size" not in value or "counts" not in value:
        raise ValueError(f'{name} is no COCO RLE {{"size": [H, W], "counts": text}}')
    if value["size"] != list(size):
        raise ValueError(
            f"{name} is of {value['size']} (height, width), but the picture of {list(size)} px"
        )
    if not isinstance(value["counts"], str):
        raise ValueError(
            f"{name} has no compressed run lengths (a text) but {type(value['counts']).__name__}"
        )
    try:
        masks.decode(value)
    except (ValueError, IndexError) as error:
        raise ValueError(f"{name} has broken run lengths ({error})") from error


def _list(record: Record, key: str) -> list[Any]:
    value = record.get(key)
    if not isinstance(value, list):
        raise ValueError(
            f'"{key}" is no list but {type(value).__name__}'
            if key in record
            else f'"{key}" is not there'
        )
    return value


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        raise ValueError(
            f'"{key}" is no text but {type(value).__name__}'
            if key in record
            else f'"{key}" is not there'
        )
    return value

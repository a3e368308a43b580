"""Checks that the readers of benchmarks share: is the file there, whole and of its form?

Every error names the file, and where the set comes from.
"""

from __future__ import annotations

import json
import math
import os
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from PIL import Image

from geomagnifier.errors import DataCorrupt, DataMissing, GeomagWarning, OptionError, SceneError
from geomagnifier.raster.scene import open_scene
from geomagnifier_lab.datasets.benchmarks.case import Benchmark

BoxTuple = tuple[float, float, float, float]


class Published(Protocol):
    """What an error says of a data set; a `Benchmark` is one."""

    @property
    def title(self) -> str:
        """As papers call it."""

    @property
    def url(self) -> str:
        """Where it comes from."""

    @property
    def layout(self) -> str:
        """How its folder is laid out."""


def needed(path: Path, benchmark: Published) -> Path:
    """`path`, if it is there.

    Args:
        path: of a file or folder.
        benchmark: whose it is.

    Raises:
        DataMissing: it is not; the message names it, where it comes from and how the folder is laid
            out.
    """
    if not path.exists():
        raise DataMissing(
            f"{benchmark.title} lacks {path}; it comes from {benchmark.url}, laid out as"
            f" {benchmark.layout}"
        )
    return path


def check_split(split: str, benchmark: Benchmark) -> None:
    """Refuse a split that the benchmark does not have.

    Args:
        split: asked for.
        benchmark: that has its splits.

    Raises:
        OptionError: it names the splits there are.
    """
    if split not in benchmark.splits:
        raise OptionError(
            f"{benchmark.title} has no split {split!r}; choose among {', '.join(benchmark.splits)}"
        )


def read_json(source: Path, benchmark: Published) -> Any:
    """The value that a JSON file holds.

    Args:
        source: the file.
        benchmark: whose it is.

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
    """The part of a half-open box inside an image; None if it has no area.

    Args:
        box: (x0, y0, x1, y1) px.
        size: (width, height) px.

    Raises:
        ValueError: a corner is no finite number.
    """
    x0, y0, x1, y1 = (float(v) for v in box)
    if not all(map(math.isfinite, (x0, y0, x1, y1))):
        raise ValueError(f"box ({x0:g}, {y0:g}, {x1:g}, {y1:g}) is not finite")
    x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, float(size[0])), min(y1, float(size[1]))
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def warn_dropped(count: int, what: str, benchmark: Published) -> None:
    """Warn how many records without area were left out, if any were.

    Args:
        count: how many.
        what: they are, in the plural.
        benchmark: whose they are.
    """
    if count:
        warnings.warn(
            f"{benchmark.title}: {count} {what} without area inside their picture are left out",
            GeomagWarning,
            stacklevel=3,
        )


def picture_size(path: Path) -> tuple[int, int]:
    """(width, height) px from the header.

    Raises:
        DataCorrupt: it is no image.
    """
    try:
        with Image.open(path) as picture:
            return picture.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        with suppress(SceneError), open_scene(path) as scene:  # a scene that Pillow cannot read
            return scene.info.width, scene.info.height
        raise DataCorrupt(
            f"{path} is no picture that can be read ({error}); download it again"
        ) from error


def complete(pictures: Sequence[Path], benchmark: Published, source: str) -> None:
    """Refuse a set whose images are missing or empty, as an interrupted download leaves them.

    Args:
        pictures: files that must be there.
        benchmark: whose they are.
        source: what lists them, for the message.

    Raises:
        DataMissing: it names the first such image, how many there are among those of `source`, and
            where the set comes from.
    """
    lacking = [path for path in pictures if not path.is_file() or os.path.getsize(path) == 0]
    if lacking:
        problem = (
            f"{benchmark.title} lacks {lacking[0]}: {len(lacking)} of {len(pictures)} pictures of"
            f" {source} are not there or empty"
        )
        raise DataMissing(f"{problem}; it comes from {benchmark.url}")

"""GeoPixelD: grounded descriptions (Shabbir et al., ICML 2025, arXiv:2501.13925).

Descriptions whose phrases have masks, on tiles of 800 x 800 px of iSAID.

Layout, after the authors' `docs/dataset.md`, `data_mix.py` and the sample in their repository
(github.com/mbzuai-oryx/GeoPixel): `{train,test}/NAME.json` beside `{train,test}/NAME.png`, the tile
that iSAID's development kit cuts. A JSON file is {"id", "img", "gcg_description", "polygons"}: a
text with "<p> phrase </p> [SEG]" wherever something has a mask, and for each [SEG], in this order,
a list of rings [[x, y], ...] in px. `GeoPixelD.json` beside the folders holds instructions for
training and is not read.

A phrase's mask is all its rings, each filled with its border, as the authors fill them (OpenCV's
fillPoly); a box is what its rings span. A phrase with nothing inside its tile has an empty mask and
is left out, with a warning.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier.finetuning.labels.segmentation import UNFIT
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, Mask, Thing
from geomagnifier_lab.datasets.benchmarks.checks import (
    check_split,
    clipped,
    complete,
    needed,
    picture_size,
    read_json,
    warn_dropped,
)

PHRASE = re.compile(r"<p>((?:(?!<p>).)*?)</p>\s*\[SEG\]", re.DOTALL)
MARKS = re.compile(r"</?p>|\[SEG\]")


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split` by the tiles' names; `id` is the tile's file name.

    `captions` is the description without marks, `things` are its phrases in their order. The
    question is left to the asker: the set has none for its test part.

    Args:
        root: folder of the benchmark.
        split: one of the benchmark's.

    Raises:
        OptionError: no such split.
        DataMissing: an annotation or a tile is not there; the first is named, and how many they
            are.
        DataCorrupt: an annotation is damaged or of another form.
    """
    check_split(split, BENCHMARK)
    folder = needed(root / split, BENCHMARK)
    names = sorted({path.stem for path in folder.iterdir() if path.suffix in (".json", ".png")})
    if not names:
        raise DataMissing(
            f"{BENCHMARK.title} has no annotation in {folder}; it comes from {BENCHMARK.url}"
        )
    complete(
        [folder / f"{name}.json" for name in names], BENCHMARK, f"the annotations of {split!r}"
    )
    complete([folder / f"{name}.png" for name in names], BENCHMARK, f"the split {split!r}")
    cases, dropped = [], 0
    for name in names:
        source, image = folder / f"{name}.json", folder / f"{name}.png"
        record, size = read_json(source, BENCHMARK), picture_size(image)
        try:
            text, things = _phrases(record, size)
        except UNFIT as error:
            problem = (
                f"{source} is not of the form of {BENCHMARK.title} ({type(error).__name__}:"
                f" {error})"
            )
            raise DataCorrupt(f"{problem}; it comes from {BENCHMARK.url}") from error
        kept = tuple(thing for thing in things if thing is not None)
        dropped += len(things) - len(kept)
        cases.append(Case(image.name, image, "grounded", captions=(text,), things=kept))
    warn_dropped(dropped, "phrases with a mask", BENCHMARK)
    return cases


def _phrases(record: Any, size: tuple[int, int]) -> tuple[str, list[Thing | None]]:
    """The plain text, and each phrase with its mask.

    None where nothing of it is inside the tile.
    """
    marked, shapes = record["gcg_description"], record["polygons"]
    phrases = [" ".join(phrase.split()) for phrase in PHRASE.findall(marked)]
    if not isinstance(shapes, list) or not len(phrases) == len(shapes) == marked.count("[SEG]"):
        raise ValueError(
            f"{len(phrases)} phrases, {marked.count('[SEG]')} times [SEG] and {len(shapes)} lists"
            " of polygons"
        )
    things: list[Thing | None] = []
    for phrase, shape in zip(phrases, shapes, strict=True):
        rings = tuple(_ring(points) for points in shape)
        if not rings or not phrase:
            raise ValueError(f"the phrase {phrase!r} has {len(rings)} polygons")
        points = np.concatenate(rings)
        low, high = points.min(axis=0).tolist(), (points.max(axis=0) + 1).tolist()
        box = clipped((*low, *high), size)
        things.append(None if box is None else Thing(phrase, box, partial(_drawn, rings, size)))
    return " ".join(MARKS.sub(" ", marked).split()), things


def _ring(points: Any) -> NDArray[np.int32]:
    """[[x, y], ...] -> (N, 2), whole px."""
    ring = np.asarray(points, np.float64)
    if (
        ring.ndim != 2
        or ring.shape[1] != 2
        or not len(ring)
        or not np.isfinite(ring).all()
        or np.abs(ring).max() > 1e6
    ):
        raise ValueError("a polygon is [[x, y], ...]")
    return np.trunc(ring).astype(np.int32)


def _drawn(rings: tuple[NDArray[np.int32], ...], size: tuple[int, int]) -> Mask:
    """(H, W) bool; a ring of one or two points is a point or a line."""
    canvas = Image.new("1", size)
    pen = ImageDraw.Draw(canvas)
    for ring in rings:
        points = [(x, y) for x, y in ring.tolist()]
        if len(points) == 1:
            pen.point(points, fill=1)
        else:
            pen.polygon(points, fill=1, outline=1)
    return np.array(canvas, bool)


BENCHMARK = Benchmark(
    name="geopixeld",
    title="GeoPixelD",
    work="grounded",
    url=(
        "https://huggingface.co/datasets/MBZUAI/GeoPixelD (tiles:"
        " https://captain-whu.github.io/iSAID)"
    ),
    licence="see its page; pictures of DOTA for academic use only",
    layout=(
        "{train,test}/*.json beside {train,test}/*.png, tiles of 800 x 800 px cut by iSAID's"
        " development kit"
    ),
    protocol=(
        "METEOR and CIDEr of the text; AP50 of the masks, mIoU, and recall of phrases whose mask"
        " and words both fit (Shabbir et al. 2025, after GLaMM, Rasheed et al. 2024)."
    ),
    splits=("test", "train"),
    read=read,
)

"""VRSBench: captions and grounding (Li, Ding and Elhoseiny, NeurIPS 2024, arXiv:2406.12384).

A caption and some referred objects for images of 512 x 512 px.

Layout, after the authors' `prepare_eval_all.ipynb`, which writes the files
(github.com/lx709/VRSBench), and loaders of the release (huggingface.co/datasets/xiang709/VRSBench):
`VRSBench_EVAL_Cap.json`, `VRSBench_EVAL_referring.json`, `Images_val/*.png`. Each JSON file is a
list of {"image_id", "question", "ground_truth", "question_id", "type", ...}; a referred object's
ground truth is "{<x0><y0><x1><y1>}", hundredths of the image's sides, rounded down.

The authors take IoU on that grid of hundredths, corners inclusive (`computeIoU`, + 1), so a box
with equal corners is one cell wide. Here boxes are px, half-open, from corner to corner; where two
corners are equal (13 of 16,159 sentences) the box is one cell wide, as there, so that no sentence
is lost. Hence figures here are a little stricter for small objects.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from geomagnifier.errors import DataCorrupt
from geomagnifier.finetuning.labels.segmentation import UNFIT
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, Thing
from geomagnifier_lab.datasets.benchmarks.checks import (
    BoxTuple,
    check_split,
    complete,
    file_name,
    picture_size,
    read_json,
)

BOX = re.compile(r"\{<(\d+)><(\d+)><(\d+)><(\d+)>\}")
CELLS = 100
"""Steps to a side of the image."""


def read_captions(root: Path, split: str) -> list[Case]:
    """A case for each image; `id` is the image's file name.

    Args:
        root: folder of the benchmark.
        split: one of the benchmark's.

    Raises:
        OptionError: no such split.
        DataMissing: the list or an image is not there; the first is named, and how many they are.
        DataCorrupt: the list is damaged or of another form; the record is named.
    """
    cases = []
    for where, record in _records(root, "VRSBench_EVAL_Cap.json", split, CAPTION):
        try:
            name, caption = file_name(record["image_id"]), record["ground_truth"].strip()
            if not caption:
                raise ValueError("no caption")
            question = str(record["question"])
        except UNFIT as error:
            raise DataCorrupt(
                f"{where} is not of the form of {CAPTION.title} ({type(error).__name__}: {error})"
            ) from error
        cases.append(
            Case(name, root / "Images_val" / name, "caption", question, captions=(caption,))
        )
    if len({case.id for case in cases}) < len(cases):
        raise DataCorrupt(
            f"{root / 'VRSBench_EVAL_Cap.json'} has two captions for one picture; it comes from"
            f" {CAPTION.url}"
        )
    complete([case.image for case in cases], CAPTION, "Images_val")
    return cases


def read_grounding(root: Path, split: str) -> list[Case]:
    """A case for each sentence.

    `id` is "PICTURE#N", N the sentence's number among those of its image, from 0.

    Args:
        root: folder of the benchmark.
        split: one of the benchmark's.

    Raises:
        OptionError: no such split.
        DataMissing: the list or an image is not there; the first is named, and how many they are.
        DataCorrupt: the list is damaged or of another form; the record is named.
    """
    records = []
    for where, record in _records(root, "VRSBench_EVAL_referring.json", split, GROUND):
        try:
            name, question, label = (
                file_name(record["image_id"]),
                record["question"].strip(),
                str(record.get("obj_cls", "")),
            )
            cells = _cells(record["ground_truth"])
            if not question:
                raise ValueError("no sentence")
        except UNFIT as error:
            raise DataCorrupt(
                f"{where} is not of the form of {GROUND.title} ({type(error).__name__}: {error})"
            ) from error
        records.append((root / "Images_val" / name, question, label, cells))
    images = list(dict.fromkeys(record[0] for record in records))
    complete(images, GROUND, "Images_val")
    sizes = {image: picture_size(image) for image in images}
    cases = []
    asked: Counter[Path] = Counter()
    for image, question, label, (x0, y0, x1, y1) in records:
        across, down = (side / CELLS for side in sizes[image])
        thing = Thing(label, (x0 * across, y0 * down, x1 * across, y1 * down))
        cases.append(
            Case(f"{image.name}#{asked[image]}", image, "ground", question, things=(thing,))
        )
        asked[image] += 1
    return cases


def _records(root: Path, name: str, split: str, benchmark: Benchmark) -> list[tuple[str, Any]]:
    """(file and index, record) of a list."""
    check_split(split, benchmark)
    records = read_json(root / name, benchmark)
    if not isinstance(records, list) or not records:
        raise DataCorrupt(f"{root / name} is no list of records; it comes from {benchmark.url}")
    return [(f"{root / name}, record {index}", record) for index, record in enumerate(records)]


def _cells(text: str) -> BoxTuple:
    """The corners of "{<x0><y0><x1><y1>}" in hundredths of the sides, at least one cell apart."""
    found = BOX.fullmatch(text.strip())
    corners = [int(number) for number in found.groups()] if found else []
    if not corners or max(corners) > CELLS or corners[0] > corners[2] or corners[1] > corners[3]:
        raise ValueError(f"{text!r} is no box {{<x0><y0><x1><y1>}} of 0 to {CELLS}")
    x0, y0 = (
        min(low, high - 1) if high == CELLS else low for low, high in (corners[0::2], corners[1::2])
    )
    return x0, y0, max(corners[2], x0 + 1), max(corners[3], y0 + 1)


LICENCE = "annotations CC BY 4.0; pictures of DOTA for academic use only, of DIOR CC BY-NC 4.0"
URL = "https://huggingface.co/datasets/xiang709/VRSBench"
CAPTION = Benchmark(
    name="vrsbench-caption",
    title="VRSBench (captions)",
    work="caption",
    url=URL,
    licence=LICENCE,
    layout="VRSBench_EVAL_Cap.json, Images_val/*.png (unpacked from Images_val.zip)",
    protocol=(
        "BLEU-1..4, METEOR, ROUGE-L, CIDEr of 9,350 pictures against one detailed caption each, and"
        " the words of an answer (Li et al. 2024, table 1; CLAIR there asks GPT-4 and is not"
        " computed here)."
    ),
    splits=("val",),
    read=read_captions,
)
GROUND = Benchmark(
    name="vrsbench-ground",
    title="VRSBench (grounding)",
    work="ground",
    url=URL,
    licence=LICENCE,
    layout="VRSBench_EVAL_referring.json, Images_val/*.png (unpacked from Images_val.zip)",
    protocol=(
        "Acc@0.5 and Acc@0.7: share of 16,159 sentences whose one box has at least that IoU, also"
        " meanIoU and cumIoU (Li et al. 2024, table 2; eval_fianl/compute_metrics.ipynb). There on"
        " a grid of hundredths, corners inclusive; here in px."
    ),
    splits=("val",),
    read=read_grounding,
)
BENCHMARKS = {benchmark.name: benchmark for benchmark in (CAPTION, GROUND)}

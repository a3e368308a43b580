"""Caption sets in the form of Karpathy's splits of COCO.

One JSON file for sentences and splits, one folder of pictures.

`{"images": [{"filename", "imgid", "sentids", "split", "sentences": [{"raw", "tokens", "imgid",
"sentid"}]}], "dataset"}`, as RSICD_optimal (github.com/201528014227051/RSICD_optimal) and its
followers publish it. The same cases serve captioning and retrieval. Sentences come as published but
for blanks at their ends: "raw", spaces before full stops and repeated sentences included, since
papers score against these.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

from geomagnifier.errors import DataCorrupt, OptionError
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, needed
from geomagnifier_lab.datasets.benchmarks.class_folders import complete


def read_captions(
    root: Path, split: str, benchmark: Benchmark, labels: tuple[str, ...], folders: tuple[str, ...]
) -> list[Case]:
    """Cases of `split` in the order of the file.

    `id` is the picture's file name, "NAME#2" where a name comes twice.

    Args:
        root: folder of the set.
        split: one of `benchmark.splits`.
        benchmark: whose set it is.
        labels: paths of the JSON file below the root, the authors' first; the first that is there
            is read.
        folders: names of the folder of pictures, the authors' first.

    Raises:
        OptionError: no such split.
        DataMissing: the root, the JSON file or a picture is not there, or is empty; the first one
            is named.
        DataCorrupt: the JSON file is damaged, or not of this form.
    """
    if split not in benchmark.splits:
        raise OptionError(
            f"{benchmark.title} has no split {split!r}; choose among {', '.join(benchmark.splits)}"
        )
    needed(root, benchmark)
    source = next(
        (path for path in (root / name for name in labels) if path.is_file()), root / labels[0]
    )
    records = _records(needed(source, benchmark), benchmark)
    folder = next(
        (path for path in (root / name for name in folders) if path.is_dir()), root / folders[0]
    )
    cases = []
    seen: Counter[str] = Counter()
    for place, record in enumerate(records):
        name, part, captions = _parts(record, place, source)
        seen[name] += 1
        if part == split:
            unique = name if seen[name] == 1 else f"{name}#{seen[name]}"
            cases.append(Case(id=unique, image=folder / name, work="caption", captions=captions))
    if not cases:
        raise DataCorrupt(
            f"{source} has no picture of the split {split!r}; {benchmark.title} comes from"
            f" {benchmark.url}"
        )
    complete([case.image for case in cases], benchmark, f"the split {split!r}")
    return cases


def _records(source: Path, benchmark: Benchmark) -> list[Any]:
    """The list under "images"."""
    try:
        whole = json.loads(source.read_text(encoding="utf-8-sig"))
    except (
        ValueError,
        RecursionError,
    ) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise DataCorrupt(
            f"{source} is not JSON, perhaps downloaded in part ({error}); it comes from"
            f" {benchmark.url}"
        ) from error
    if not isinstance(whole, dict) or not isinstance(whole.get("images"), list):
        raise DataCorrupt(
            f'{source} has no list "images"; {benchmark.title} is laid out as {benchmark.layout}'
        )
    return list(whole["images"])


def _parts(record: Any, place: int, source: Path) -> tuple[str, str, tuple[str, ...]]:
    """File name, split and sentences of one record.

    Sentences without a word are left out (the first RSITMD had four).
    """
    try:
        name, part = record["filename"], record["split"]
        captions = tuple(
            text for text in (sentence["raw"].strip() for sentence in record["sentences"]) if text
        )
    except (KeyError, TypeError, AttributeError) as error:
        told = f"{type(error).__name__}: {error}"
        raise DataCorrupt(
            f'{source}, images[{place}] lacks "filename", "split" or "sentences" with "raw"'
            f" ({told})"
        ) from error
    if (
        not isinstance(name, str)
        or not name
        or PurePosixPath(name).is_absolute()
        or ".." in PurePosixPath(name).parts
    ):
        raise DataCorrupt(f"{source}, images[{place}] has no file name of a picture, but {name!r}")
    if not captions:
        raise DataCorrupt(f"{source}, images[{place}] ({name}) has no sentence")
    return name, str(part), captions

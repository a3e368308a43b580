"""Caption benchmarks: RSICD, UCM-Captions and RSITMD.

All three have the form of Karpathy's splits of COCO, one JSON file for sentences and splits and one
folder of images: `{"images": [{"filename", "imgid", "sentids", "split", "sentences": [{"raw",
"tokens", "imgid", "sentid"}]}], "dataset"}`, as RSICD_optimal
(github.com/201528014227051/RSICD_optimal) and its followers publish it. The same cases serve
captioning and retrieval. Sentences come as published but for blanks at their ends: "raw", spaces
before full stops and repeated sentences included, since papers score against these.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from geomagnifier.errors import DataCorrupt
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.checks import (
    check_split,
    complete,
    file_name,
    needed,
    read_json,
)


def read_captions(
    root: Path, split: str, benchmark: Benchmark, labels: tuple[str, ...], folders: tuple[str, ...]
) -> list[Case]:
    """Cases of `split` in the order of the file.

    `id` is the image's file name, "NAME#2" where a name comes twice.

    Args:
        root: folder of the set.
        split: one of `benchmark.splits`.
        benchmark: whose set it is.
        labels: paths of the JSON file below the root, the authors' first; the first that is there
            is read.
        folders: names of the folder of images, the authors' first.

    Raises:
        OptionError: no such split.
        DataMissing: the root, the JSON file or an image is not there, or is empty; the first one
            is named.
        DataCorrupt: the JSON file is damaged, or not of this form.
    """
    check_split(split, benchmark)
    needed(root, benchmark)
    source = next(
        (path for path in (root / name for name in labels) if path.is_file()), root / labels[0]
    )
    records = _records(source, benchmark)
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
    whole = read_json(source, benchmark)
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
        problem = f"{type(error).__name__}: {error}"
        raise DataCorrupt(
            f'{source}, images[{place}] lacks "filename", "split" or "sentences" with "raw"'
            f" ({problem})"
        ) from error
    try:
        file_name(name)
    except ValueError as error:
        raise DataCorrupt(
            f"{source}, images[{place}] has no file name of a picture, but {name!r}"
        ) from error
    if not captions:
        raise DataCorrupt(f"{source}, images[{place}] ({name}) has no sentence")
    return name, str(part), captions


def _caption_set(
    name: str,
    title: str,
    url: str,
    licence: str,
    layout: str,
    protocol: str,
    labels: tuple[str, ...],
    folders: tuple[str, ...],
    splits: tuple[str, ...] = ("test", "val", "train"),
) -> Benchmark:
    """A row of the table; `labels` and `folders` as in `read_captions`."""

    def read(root: Path, split: str) -> list[Case]:
        return read_captions(root, split, made, labels, folders)

    made = Benchmark(
        name=name,
        title=title,
        work="caption",
        url=url,
        licence=licence,
        layout=layout,
        protocol=protocol,
        splits=splits,
        read=read,
    )
    return made


BENCHMARKS: dict[str, Benchmark] = {
    benchmark.name: benchmark
    for benchmark in (
        # Lu et al., TGRS 2017, arXiv:1712.07835. 10,921 images of 224 x 224 px, five sentences
        # each, many of them repeated. Many images bear AID's names (`airport_1.jpg`): a model that
        # learnt from AID has seen them. The JSON is also found in a folder named as its archive.
        _caption_set(
            "rsicd",
            "RSICD",
            "https://github.com/201528014227051/RSICD_optimal",
            "none published; research use",
            "dataset_rsicd.json, RSICD_images/*.jpg",
            (
                "Captions: BLEU-1..4, METEOR, ROUGE-L, CIDEr of the test split against its five"
                " sentences (Lu et al. 2017). Retrieval: R@1, R@5, R@10 both ways and their mean"
                " mR, 1,093 pictures and 5,465 sentences of the test split (Yuan et al. 2022,"
                " AMFMN). The split is in the JSON file: 8,734 train, 1,094 val, 1,093 test."
            ),
            ("dataset_rsicd.json", "annotations_rsicd/dataset_rsicd.json"),
            ("RSICD_images", "images"),
        ),
        # Qu et al., CITS 2016: the 2,100 images of UC Merced with five sentences each. The numbers
        # are not the file names of UC Merced and the split is its own: a model that learnt from UC
        # Merced has seen images of the test split.
        _caption_set(
            "ucm-captions",
            "UCM-Captions",
            "https://github.com/201528014227051/RSICD_optimal",
            (
                "pictures: USGS National Map imagery, public domain; sentences: none published,"
                " research use"
            ),
            "dataset.json, imgs/1.tif to imgs/2100.tif",
            (
                "Captions: BLEU-1..4, METEOR, ROUGE-L, CIDEr of the test split against its five"
                " sentences (Qu et al. 2016; Lu et al. 2017). Retrieval: R@1, R@5, R@10 both ways"
                " and their mean mR on the test split (RemoteCLIP, Liu et al. 2024). The split is"
                " in the JSON file: 1,680 train, 210 val, 210 test."
            ),
            ("dataset.json", "dataset_ucm.json"),
            ("imgs", "images"),
        ),
        # Yuan et al., TGRS 2022, arXiv:2204.09868. 4,743 images with five fine-grained sentences
        # each, in 32 classes. Papers draw a val split from train for themselves.
        _caption_set(
            "rsitmd",
            "RSITMD",
            "https://github.com/xiaoyuan1996/AMFMN/tree/master/RSITMD",
            "none published; research use",
            "dataset_RSITMD.json, images/*.tif",
            (
                "Retrieval: R@1, R@5, R@10 both ways and their mean mR, 452 pictures and 2,260"
                " sentences of the test split (Yuan et al. 2022, AMFMN). The split is in the JSON"
                " file: 4,291 train, 452 test."
            ),
            ("dataset_RSITMD.json", "dataset_rsitmd.json"),
            ("images", "RSITMD_images"),
            splits=("test", "train"),
        ),
    )
}

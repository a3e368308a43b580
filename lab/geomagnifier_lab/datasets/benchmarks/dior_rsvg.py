"""DIOR-RSVG: grounding of sentences (Zhan, Xiong and Yuan, TGRS 2023, arXiv:2210.12634).

38,320 sentences, each for one object, on 17,402 images of DIOR.

Layout, after the authors' `data_loader.py`, README and lists
(github.com/ZhanYang-nwpu/RSVG-pytorch): `Annotations/*.xml` in VOC's form with a `<description>`
for each object, `JPEGImages/*.jpg`, and `train.txt`, `val.txt`, `test.txt`. A line of these is no
image: it is the number, from 0, of an object among all objects of all XML files, these sorted by
name. One missing XML file would move every number behind it, so the three lists together must count
exactly the objects that are there.

Boxes are half-open px here (see `voc`). The authors take the four numbers as they are, so theirs
begins a pixel further right and down and ends in the same place; predictions in their coordinates
lose a little where boxes are small. A sentence whose box has no area inside its image is left
out, with a warning.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, Thing
from geomagnifier_lab.datasets.benchmarks.checks import check_split, complete, needed, warn_dropped
from geomagnifier_lab.datasets.benchmarks.voc import VocAnnotation, read_annotations


def read(root: Path, split: str) -> list[Case]:
    """Cases of a split in the order of the annotations.

    `id` is "PICTURE#N", N the object's number in its XML file, from 0.

    Args:
        root: folder of the benchmark.
        split: one of the benchmark's.

    Raises:
        OptionError: no such split.
        DataMissing: a list, an annotation or an image is not there; the first is named.
        DataCorrupt: one of them is damaged, or the lists do not fit the annotations.
    """
    check_split(split, BENCHMARK)
    lists = {name: _numbers(root / f"{name}.txt") for name in BENCHMARK.splits}
    pictures = root / "JPEGImages"
    sources = sorted(needed(root / "Annotations", BENCHMARK).glob("*.xml"))
    annotations = read_annotations(sources, pictures, BENCHMARK)
    _check_count(lists, annotations, root)
    wanted, number, dropped = lists[split], 0, 0
    cases = []
    for annotation in annotations:
        for index, found in enumerate(annotation.objects):
            if number in wanted:
                if not found.description:
                    raise DataCorrupt(
                        f"{annotation.source}, object {index} has no <description>;"
                        f" {BENCHMARK.title} comes from {BENCHMARK.url}"
                    )
                if found.box is None:
                    dropped += 1
                else:
                    thing = Thing(found.name, found.box)
                    name = f"{annotation.picture}#{index}"
                    cases.append(
                        Case(
                            name,
                            pictures / annotation.picture,
                            "ground",
                            found.description,
                            things=(thing,),
                        )
                    )
            number += 1
    complete(list(dict.fromkeys(case.image for case in cases)), BENCHMARK, f"the split {split!r}")
    warn_dropped(dropped, "sentences with a box", BENCHMARK)
    return cases


def _numbers(source: Path) -> frozenset[int]:
    lines = needed(source, BENCHMARK).read_text(encoding="utf-8-sig", errors="replace").split()
    if not lines or not all(line.isdecimal() for line in lines):
        raise DataCorrupt(f"{source} is not one number a line; it comes from {BENCHMARK.url}")
    return frozenset(map(int, lines))


def _check_count(
    lists: dict[str, frozenset[int]], annotations: list[VocAnnotation], root: Path
) -> None:
    """Refuse a set whose lists do not share out exactly the objects that are there."""
    listed = frozenset[int]().union(*lists.values())
    objects = sum(len(annotation.objects) for annotation in annotations)
    what = f"the lists of {BENCHMARK.title}"
    if len(listed) != sum(map(len, lists.values())) or max(listed) != len(listed) - 1:
        raise DataCorrupt(
            f"{what} in {root} leave numbers out or give one twice; they come from {BENCHMARK.url}"
        )
    if objects < len(listed):
        lacking = f"{len(listed) - objects} of {len(listed)} objects are not there"
        raise DataMissing(
            f"{root / 'Annotations'} lacks XML files: {lacking}; they come from {BENCHMARK.url}"
        )
    if objects > len(listed):
        raise DataCorrupt(
            f"{root / 'Annotations'} has {objects} objects, but {what} count {len(listed)}: XML"
            " files of another set are there"
        )


BENCHMARK = Benchmark(
    name="dior-rsvg",
    title="DIOR-RSVG",
    work="ground",
    url="https://github.com/ZhanYang-nwpu/RSVG-pytorch (links to Google Drive)",
    licence="none published; pictures of DIOR (CC BY-NC 4.0)",
    layout="Annotations/*.xml, JPEGImages/*.jpg, {train,val,test}.txt",
    protocol=(
        "Pr@0.5, 0.6, 0.7, 0.8, 0.9: share of sentences whose one box reaches that IoU; meanIoU"
        " over sentences; cumIoU, all intersections over all unions (Zhan et al. 2023). Test: 7,500"
        " sentences; val 3,829; train 26,991."
    ),
    splits=("test", "val", "train"),
    read=read,
)

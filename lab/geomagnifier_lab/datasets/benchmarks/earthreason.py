"""EarthReason: segmentation by questions that need thought (Li et al., 2025, arXiv:2504.09644).

5,434 images of 123 to 7,617 px.

Layout, after the authors' code (github.com/earth-insights/SegEarth-R1, `docs/Preparation.md` and
`ReasonSegDataset`): `{train,val,test}/images/*.jpg`, `{train,val,test}/labels/*.png` (what is not 0
is meant), `{train,val,test}/QAs/*.json` with {"questions": [...], "answer": [...]}; the three
belong together by their names without endings. The release itself
(huggingface.co/datasets/earth-insights/EarthReason) was not looked into.

About six questions ask for one mask in other words. The authors measure with the first one, and so
one case an image is read. Some images have nothing of what is asked for: their answers are none
and their mask is empty.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier.finetuning.labels.segmentation import UNFIT
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.checks import check_split, complete, needed, read_json
from geomagnifier_lab.datasets.benchmarks.refs import read_mask

FOLDERS = {"images": (".jpg", ".jpeg", ".png"), "labels": (".png",), "QAs": (".json", ".txt")}
"""Folder -> endings of its files, the usual one first."""


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split` by the images' names; `id` is the image's file name.

    `question` is the first published one, `captions` are the answers (none where the mask is
    empty).

    Args:
        root: folder of the benchmark.
        split: one of the benchmark's.

    Raises:
        OptionError: no such split.
        DataMissing: an image, a mask or a file of questions is not there; the first is named, and
            how many they are.
        DataCorrupt: a file is damaged or of another form.
    """
    check_split(split, BENCHMARK)
    place = next(
        (
            root / name / split
            for name in (".", "RSReasonSeg", "EarthReason")
            if (root / name / split).is_dir()
        ),
        root / split,
    )
    files = {
        folder: _files(needed(place / folder, BENCHMARK), endings)
        for folder, endings in FOLDERS.items()
    }
    names = sorted({name for found in files.values() for name in found})
    for folder, endings in FOLDERS.items():
        files[folder] = {
            name: files[folder].get(name, place / folder / f"{name}{endings[0]}") for name in names
        }
        complete([files[folder][name] for name in names], BENCHMARK, f"{split}/{folder}")
    if not names:
        raise DataMissing(
            f"{BENCHMARK.title} has no picture in {place / 'images'}; it comes from {BENCHMARK.url}"
        )
    cases = []
    for name in names:
        image, label, asked = (files[folder][name] for folder in FOLDERS)
        question, answers = _asked(asked)
        cases.append(
            Case(
                image.name,
                image,
                "refer",
                question,
                captions=answers,
                mask=partial(read_mask, label, image, 0),
            )
        )
    return cases


def _files(folder: Path, endings: tuple[str, ...]) -> dict[str, Path]:
    """Name without ending -> file."""
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in endings and not path.name.startswith("."):
            if path.stem in files:
                raise DataCorrupt(
                    f"{files[path.stem]} and {path.name} have one name; {BENCHMARK.title} comes"
                    f" from {BENCHMARK.url}"
                )
            files[path.stem] = path
    return files


def _asked(source: Path) -> tuple[str, tuple[str, ...]]:
    """The first question, and the answers."""
    record = read_json(source, BENCHMARK)
    try:
        question, answers = (
            record["questions"][0].strip(),
            tuple(answer.strip() for answer in record["answer"]),
        )
        if not question or isinstance(record["answer"], str):
            raise ValueError("no question, or answers that are no list")
    except UNFIT as error:
        problem = (
            f"{source} is not of the form of {BENCHMARK.title} ({type(error).__name__}: {error})"
        )
        raise DataCorrupt(
            f'{problem}: {{"questions": [...], "answer": [...]}}; it comes from {BENCHMARK.url}'
        ) from error
    return question, answers


BENCHMARK = Benchmark(
    name="earthreason",
    title="EarthReason",
    work="refer",
    url="https://huggingface.co/datasets/earth-insights/EarthReason",
    licence="Apache-2.0",
    layout=(
        "{train,val,test}/images/*.jpg, {train,val,test}/labels/*.png, {train,val,test}/QAs/*.json"
    ),
    protocol=(
        "gIoU, the mean IoU over pictures, where two empty masks agree (1), and cIoU, all"
        " intersections over all unions (Li et al. 2025; eval.py measures at 1024 x 1024 px and"
        " also prints Pr@0.5..0.9); the first question of each picture. Val: 1,135 pictures; test"
        " 1,928; train 2,371."
    ),
    splits=("test", "val", "train"),
    read=read,
)

"""Referring expressions on disk: LAVT's pickle of refs, lists of phrases, and masks as images.

`refs(unc).p` (the REFER toolkit, Kazemzadeh et al., 2014; LAVT and RMSIN kept it) is a pickle, and
a pickle can run any program that its maker put in. It is therefore read by an unpickler that knows
plain values alone (dict, list, tuple, set, str, bytes, int, float, bool, None) and refuses every
name of a class or function. Where the same list lies beside it as `refs(unc).json`, that is read in
its place.
"""

from __future__ import annotations

import pickle
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from PIL import Image

from geomagnifier.errors import DataCorrupt
from geomagnifier.finetuning.labels.segmentation import UNFIT
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, Mask
from geomagnifier_lab.datasets.benchmarks.checks import (
    check_split,
    complete,
    file_name,
    needed,
    picture_size,
    read_json,
)
from geomagnifier_lab.datasets.benchmarks.coco import lazy_mask, read_instances


@dataclass(frozen=True)
class Ref:
    """One object referred to."""

    annotation: Any
    """Id of the annotation."""
    image: Any
    """Id of the image."""
    split: str
    """Its part of the set."""
    sentences: tuple[str, ...]
    """As published ("raw")."""


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, and only plain values are read")

    def persistent_load(self, pid: Any) -> NoReturn:
        raise pickle.UnpicklingError(
            "it asks for something outside the file, and only plain values are read"
        )


def read_pickle(source: Path, benchmark: Benchmark) -> Any:
    """The plain values of a pickle; nothing in it is run.

    Args:
        source: the file.
        benchmark: whose it is.

    Raises:
        DataMissing: the file is not there.
        DataCorrupt: it is cut short, or holds anything but plain values.
    """
    with needed(source, benchmark).open("rb") as file:
        try:
            return _PlainUnpickler(file, encoding="utf-8").load()
        except Exception as error:  # a damaged pickle raises nearly anything
            problem = f"{source} is refused: {error or type(error).__name__}"
            raise DataCorrupt(
                f"{problem}; download it from {benchmark.url}, or put the same list beside it as"
                f" {source.stem}.json"
            ) from error


def read_refs(source: Path, benchmark: Benchmark) -> list[Ref]:
    """The list of refs, of a pickle or of the JSON file beside it.

    Args:
        source: the pickle.
        benchmark: whose it is.

    Raises:
        DataMissing: neither is there.
        DataCorrupt: it is damaged, or not of this form; the record is named.
    """
    converted = source.with_suffix(".json")
    records = (
        read_json(converted, benchmark) if converted.is_file() else read_pickle(source, benchmark)
    )
    source = converted if converted.is_file() else source
    if not isinstance(records, list):
        raise DataCorrupt(
            f"{source} holds no list of refs but {type(records).__name__}; it comes from"
            f" {benchmark.url}"
        )
    refs = []
    for index, record in enumerate(records):
        try:
            sentences = tuple(sentence["raw"].strip() for sentence in record["sentences"])
            if not sentences or not all(sentences) or not isinstance(record["split"], str):
                raise ValueError("no split, no sentence, or an empty one")
            hash((record["ann_id"], record["image_id"]))
            refs.append(Ref(record["ann_id"], record["image_id"], record["split"], sentences))
        except UNFIT as error:
            raise DataCorrupt(
                f"{source}, refs[{index}] is not of REFER's form ({type(error).__name__}: {error})"
            ) from error
    return refs


def read_referred(
    refs: Path, instances: Path, folder: Path, split: str, benchmark: Benchmark
) -> list[Case]:
    """A case for each sentence of `split`.

    `id` is "PICTURE#N", N the sentence's number among all of that image in the list of refs.

    Args:
        refs: `refs(unc).p`.
        instances: `instances.json`, COCO's form.
        folder: of the images.
        split: one of the benchmark's.
        benchmark: whose they are.

    Raises:
        OptionError: no such split.
        DataMissing: a file is not there; the first is named.
        DataCorrupt: one is damaged, or a ref names what `instances.json` lacks.
    """
    check_split(split, benchmark)
    listed = read_refs(refs, benchmark)
    read = read_instances(instances, benchmark, boxes=False)
    cases: list[Case] = []
    asked: Counter[str] = Counter()
    for index, ref in enumerate(listed):
        annotation = read.annotations.get(ref.annotation)
        picture = read.pictures.get(ref.image)
        if (
            annotation is None
            or picture is None
            or annotation.image != ref.image
            or annotation.segmentation is None
        ):
            problem = (
                f"{refs}, refs[{index}]: image {ref.image!r} and annotation {ref.annotation!r}"
            )
            raise DataCorrupt(
                f"{problem} are not in {instances} together, or without a mask; both come from"
                f" {benchmark.url}"
            )
        mask = lazy_mask(annotation, picture, folder)
        for sentence in ref.sentences:
            name = f"{picture.name}#{asked[picture.name]}"
            asked[picture.name] += 1
            if ref.split == split:
                cases.append(
                    Case(
                        name,
                        folder / picture.name,
                        "refer",
                        sentence,
                        label=annotation.label,
                        mask=mask,
                    )
                )
    return _whole(cases, [], split, refs, benchmark)


def read_phrases(
    source: Path,
    places: tuple[Path, Path],
    suffix: str,
    above: int,
    split: str,
    benchmark: Benchmark,
) -> list[Case]:
    """A case for each line "NAME PHRASE" of a list.

    `id` is "FILE#N", N the line's number among those of that file.

    Args:
        source: the list.
        places: folders of images and of masks, which have equal names.
        suffix: what NAME lacks of the file's name; "" where it is whole.
        above: a mask's pixel belongs to what is referred to above this value, of 0..255.
        split: the list's, for errors.
        benchmark: whose they are.

    Raises:
        DataMissing: a file is not there; the first is named, and how many they are.
        DataCorrupt: a line is no name with a phrase.
    """
    try:
        lines = needed(source, benchmark).read_text(encoding="utf-8-sig").splitlines()
    except ValueError as error:
        raise DataCorrupt(
            f"{source} is no text ({error}); it comes from {benchmark.url}"
        ) from error
    cases, drawn = [], []
    asked: Counter[str] = Counter()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, phrase = (*line.strip().split(maxsplit=1), "")[:2]
        try:
            if (
                not phrase
                or (suffix and not name.isdecimal())
                or (not suffix and not Path(name).suffix)
            ):
                raise ValueError(f"{line!r} is no name of a picture with a phrase")
            name = file_name(name + suffix)
        except ValueError as error:
            raise DataCorrupt(f"{source}, line {number}: {error}") from error
        image, mask = places[0] / name, places[1] / name
        cases.append(
            Case(
                f"{name}#{asked[name]}",
                image,
                "refer",
                phrase,
                mask=partial(read_mask, mask, image, above),
            )
        )
        drawn.append(mask)
        asked[name] += 1
    return _whole(cases, drawn, split, source, benchmark)


def _whole(
    cases: list[Case], drawn: list[Path], split: str, source: Path, benchmark: Benchmark
) -> list[Case]:
    """The cases, if there are any and all their files are there."""
    if not cases:
        raise DataCorrupt(
            f"{source} has nothing of the split {split!r}; {benchmark.title} comes from"
            f" {benchmark.url}"
        )
    complete(list(dict.fromkeys(case.image for case in cases)), benchmark, f"the split {split!r}")
    complete(list(dict.fromkeys(drawn)), benchmark, f"masks of the split {split!r}")
    return cases


def read_mask(path: Path, image: Path, above: int) -> Mask:
    """A mask stored as an image file, (H, W) bool at the size of `image`.

    Args:
        path: the mask; colours are turned to grey.
        image: the image it belongs to.
        above: pixels of a higher value, of 0..255, are in the mask.

    Raises:
        DataCorrupt: it is no image, or of another size.
    """
    try:
        with Image.open(path) as picture:
            values = np.asarray(picture.convert("L"))
    except (OSError, SyntaxError, ValueError) as error:
        raise DataCorrupt(
            f"{path} is no picture that can be read ({error}); download it again"
        ) from error
    width, height = picture_size(image)
    if values.shape != (height, width):
        raise DataCorrupt(
            f"{path} has {values.shape[1]} x {values.shape[0]} px, but its picture {image.name}"
            f" {width} x {height} px"
        )
    return values > above

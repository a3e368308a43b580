"""DIOR: detection of 20 classes (Li et al., ISPRS J. 2020, arXiv:1909.00133).

23,463 images of 800 x 800 px, 192,472 boxes; 0.5 to 30 m/px.

Layout, as the authors' archives unpack: `Annotations/Horizontal Bounding Boxes/*.xml` (VOC's form),
`ImageSets/Main/{train,val,test}.txt` (an image's number a line), `JPEGImages-trainval/*.jpg`,
`JPEGImages-test/*.jpg`. Not checked against the release itself but against what uses it:
github.com/torchgeo/torchgeo `datasets/dior.py` (names, VOC's form), DIOR configurations of
MMDetection's kind (folders). Copies with the XML files right in `Annotations/` or the lists in
`Main/` are read too.

Boxes are half-open px (see `voc`), cut to the image; those without area there are left out, with
a warning. Two classes are written with capitals by the authors ("Expressway-Service-area") and
without by many others: capitals do not matter.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier.errors import DataCorrupt
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, Thing
from geomagnifier_lab.datasets.benchmarks.checks import (
    check_split,
    complete,
    file_name,
    needed,
    warn_dropped,
)
from geomagnifier_lab.datasets.benchmarks.voc import VocAnnotation, read_annotations

WORDS = {
    "airplane": "airplane",
    "airport": "airport",
    "baseballfield": "baseball diamond",
    "basketballcourt": "basketball court",
    "bridge": "bridge",
    "chimney": "chimney",
    "dam": "dam",
    "Expressway-Service-area": "expressway service area",
    "Expressway-toll-station": "toll station",
    "golffield": "golf course",
    "groundtrackfield": "ground track field",
    "harbor": "harbor",
    "overpass": "overpass",
    "ship": "ship",
    "stadium": "stadium",
    "storagetank": "storage tank",
    "tenniscourt": "tennis court",
    "trainstation": "railway station",
    "vehicle": "vehicle",
    "windmill": "wind turbine",
}
"""Published class -> plain name."""
SPELLINGS = {name.lower(): name for name in WORDS}


def read(root: Path, split: str) -> list[Case]:
    """Cases of a split in the order of its list; `id` is the image's file name.

    Args:
        root: folder of the benchmark.
        split: one of the benchmark's.

    Raises:
        OptionError: no such split.
        DataMissing: a list, an annotation or an image is not there; the first is named, and how
            many they are.
        DataCorrupt: one of them is damaged, or an object is of no class of DIOR.
    """
    check_split(split, BENCHMARK)
    numbers = [
        number
        for part in (("train", "val") if split == "trainval" else (split,))
        for number in _listed(root, part)
    ]
    pictures = root / ("JPEGImages-test" if split == "test" else "JPEGImages-trainval")
    images = [pictures / f"{number}.jpg" for number in numbers]
    boxes = root / "Annotations" / "Horizontal Bounding Boxes"
    boxes = (
        boxes
        if boxes.is_dir() or not any((root / "Annotations").glob("*.xml"))
        else root / "Annotations"
    )
    annotations = read_annotations(
        [boxes / f"{number}.xml" for number in numbers], pictures, BENCHMARK
    )
    complete(images, BENCHMARK, f"the split {split!r}")
    things = [_things(annotation) for annotation in annotations]
    warn_dropped(
        sum(len(a.objects) - len(t) for a, t in zip(annotations, things, strict=True)),
        "boxes",
        BENCHMARK,
    )
    return [
        Case(image.name, image, "detect", things=found)
        for image, found in zip(images, things, strict=True)
    ]


def _listed(root: Path, part: str) -> list[str]:
    """Numbers of images."""
    place = root / "ImageSets" / "Main" / f"{part}.txt"
    source = (
        place if place.is_file() or not (root / "Main").is_dir() else root / "Main" / f"{part}.txt"
    )
    numbers = needed(source, BENCHMARK).read_text(encoding="utf-8-sig", errors="replace").split()
    try:
        if not numbers or len(set(numbers)) < len(numbers):
            raise ValueError("it is empty, or names a picture twice")
        return [file_name(number) for number in numbers]
    except ValueError as error:
        raise DataCorrupt(
            f"{source} is no list of pictures: {error}; it comes from {BENCHMARK.url}"
        ) from error


def _things(annotation: VocAnnotation) -> tuple[Thing, ...]:
    things = []
    for index, found in enumerate(annotation.objects):
        name = SPELLINGS.get(found.name.lower())
        if name is None:
            raise DataCorrupt(
                f"{annotation.source}, object {index}: {found.name!r} is no class of"
                f" {BENCHMARK.title}"
            )
        if found.box is not None:
            things.append(Thing(name, found.box, ignored=found.difficult))
    return tuple(things)


BENCHMARK = Benchmark(
    name="dior",
    title="DIOR",
    work="detect",
    url="https://gcheng-nwpu.github.io/#Datasets",
    licence="CC BY-NC 4.0",
    layout=(
        "Annotations/Horizontal Bounding Boxes/*.xml, ImageSets/Main/{train,val,test}.txt,"
        " JPEGImages-{trainval,test}/*.jpg"
    ),
    protocol=(
        "Mean over the 20 classes of VOC's average precision at IoU 0.5, all points of the curve"
        " (Li et al. 2020). Papers train on train + val (11,725 pictures) and report test (11,738)."
    ),
    splits=("test", "val", "train", "trainval"),
    read=read,
    classes=tuple(WORDS),
    words={name: (word,) for name, word in WORDS.items()},
)

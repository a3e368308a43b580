"""NWPU VHR-10: detection of 10 classes (Cheng et al., ISPRS J. 2014).

650 images of 0.08 to 2 m/px with objects, and 150 without any.

Two layouts, both read:
- The authors' archive: `positive image set/*.jpg`, `negative image set/*.jpg`, `ground truth/*.txt`
  with a line `(x1,y1),(x2,y2),class` for each object, classes numbered from 1. The corners are
  inclusive; where counting begins is not said, and 1 is taken as in VOC: (x1 - 1, y1 - 1, x2, y2)
  px.
- COCO's form with polygons (Su et al., IGARSS 2019; github.com/chaozhong2010/VHR-10_dataset_coco):
  `annotations.json` for all 650, and the parts of RSPrompter (Chen et al., TGRS 2024;
  github.com/KyanChen/RSPrompter, `data/NWPU`): `NWPU_instances_{train,val}.json`. These boxes lie
  tightly round the polygons and differ from the authors' by some pixels.

The root is the folder with the images, or one with `NWPU VHR-10 dataset` in it. Boxes are cut to
the image; those without area there are left out, with a warning. Masks of "harbor" outline piers,
not basins.
"""

from __future__ import annotations

import re
from pathlib import Path

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, Thing
from geomagnifier_lab.datasets.benchmarks.checks import (
    check_split,
    clipped,
    complete,
    needed,
    picture_size,
    warn_dropped,
)
from geomagnifier_lab.datasets.benchmarks.coco import lazy_mask, read_instances

CLASSES = (
    "airplane",
    "ship",
    "storage tank",
    "baseball diamond",
    "tennis court",
    "basketball court",
    "ground track field",
    "harbor",
    "bridge",
    "vehicle",
)
POSITIVE, NEGATIVE, TRUTH = "positive image set", "negative image set", "ground truth"
LABELS = {
    "val": ("instances_val.json", "NWPU_instances_val.json"),
    "train": ("instances_train.json", "NWPU_instances_train.json"),
    "positive": ("annotations.json",),
}
LINE = re.compile(r"\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*,\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*,\s*(\d+)\s*")


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split`; `id` is the image's file name.

    "val" and "train" are RSPrompter's; "positive" is all 650 images, with masks where
    `annotations.json` is there, else with the authors' boxes alone; "negative" is the 150 images
    without objects.

    Args:
        root: folder of the benchmark.
        split: one of the benchmark's.

    Raises:
        OptionError: no such split.
        DataMissing: a file is not there; the first is named.
        DataCorrupt: a file is damaged or of another form; the record is named.
    """
    check_split(split, BENCHMARK)
    inside = needed(root, BENCHMARK) / "NWPU VHR-10 dataset"
    root = inside if inside.is_dir() else root
    if split == "negative":
        images = sorted(needed(root / NEGATIVE, BENCHMARK).glob("*.jpg"))
        if not images:
            raise DataMissing(
                f"{BENCHMARK.title} has no picture in {root / NEGATIVE}; it comes from"
                f" {BENCHMARK.url}"
            )
        complete(images, BENCHMARK, NEGATIVE)
        return [Case(image.name, image, "detect") for image in images]
    labels = [root / place / name for name in LABELS[split] for place in ("", "annotations")]
    source = next((path for path in labels if path.is_file()), labels[0])
    if split == "positive" and not source.is_file() and (root / TRUTH).is_dir():
        return _authors(root)
    return _coco(source, root, split)


def _coco(source: Path, root: Path, split: str) -> list[Case]:
    """Cases of a file of COCO's form, in its order."""
    found = read_instances(source, BENCHMARK)
    folder = next(
        (root / name for name in ("images", "imgs", POSITIVE) if (root / name).is_dir()),
        root / POSITIVE,
    )
    names = [picture.name for picture in found.pictures.values()]
    if len(set(names)) < len(names):
        raise DataCorrupt(f"{source} names a picture twice; it comes from {BENCHMARK.url}")
    cases, dropped = [], 0
    for key, labelled in found.by_picture().items():
        picture, things = found.pictures[key], []
        for a in labelled:
            label = a.label.replace("_", " ")
            if label not in CLASSES:
                raise DataCorrupt(f"{a.where}: {a.label!r} is no class of {BENCHMARK.title}")
            if a.box is None:
                dropped += 1
            else:
                mask = None if a.segmentation is None else lazy_mask(a, picture, folder)
                things.append(Thing(label, a.box, mask, ignored=a.crowd))
        cases.append(Case(picture.name, folder / picture.name, "detect", things=tuple(things)))
    complete([folder / name for name in names], BENCHMARK, f"the split {split!r}")
    warn_dropped(dropped, "boxes", BENCHMARK)
    return cases


def _authors(root: Path) -> list[Case]:
    """Cases of the authors' archive, by the images' names."""
    truths = {path.stem: path for path in (root / TRUTH).glob("*.txt")}
    images = {path.stem: path for path in needed(root / POSITIVE, BENCHMARK).glob("*.jpg")}
    names = sorted(truths.keys() | images.keys())
    complete(
        [images.get(name, root / POSITIVE / f"{name}.jpg") for name in names], BENCHMARK, POSITIVE
    )
    lacking = [name for name in names if name not in truths]
    if lacking or not names:
        first = root / TRUTH / f"{(lacking or ['001'])[0]}.txt"
        problem = (
            f"{BENCHMARK.title} lacks {first}: {len(lacking)} of {len(names)} pictures have no"
            " ground truth"
        )
        raise DataMissing(f"{problem}; it comes from {BENCHMARK.url}")
    cases, dropped = [], 0
    for name in names:
        boxes = _boxes(truths[name], picture_size(images[name]))
        things = tuple(thing for thing in boxes if thing is not None)
        dropped += len(boxes) - len(things)
        cases.append(Case(images[name].name, images[name], "detect", things=things))
    warn_dropped(dropped, "boxes", BENCHMARK)
    return cases


def _boxes(source: Path, size: tuple[int, int]) -> list[Thing | None]:
    """An object a line; None where nothing of its box is inside the image."""
    things: list[Thing | None] = []
    lines = source.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = LINE.fullmatch(line.strip())
        kind = int(found[5]) if found else 0
        if not found or not 1 <= kind <= len(CLASSES):
            problem = f"{line!r} is not (x1,y1),(x2,y2),class with a class of 1 to {len(CLASSES)}"
            raise DataCorrupt(f"{source}, line {number}: {problem}; it comes from {BENCHMARK.url}")
        x0, y0, x1, y1 = (int(found[k]) for k in range(1, 5))
        box = clipped((x0 - 1, y0 - 1, x1, y1), size)
        things.append(None if box is None else Thing(CLASSES[kind - 1], box))
    return things


BENCHMARK = Benchmark(
    name="vhr10",
    title="NWPU VHR-10",
    work="detect",
    url=(
        "https://gcheng-nwpu.github.io/#Datasets (masks:"
        " https://github.com/chaozhong2010/VHR-10_dataset_coco)"
    ),
    licence="research use",
    layout=(
        f"{POSITIVE}/*.jpg with annotations.json or {TRUTH}/*.txt, {NEGATIVE}/*.jpg; or"
        " images/*.jpg, instances_{train,val}.json"
    ),
    protocol=(
        "COCO's average precision of boxes and of masks over the 10 classes, IoU 0.5 to 0.95, also"
        " AP50, AP75 and by size, on RSPrompter's val (Chen et al. 2024). The authors of the set"
        " publish no split; older papers draw their own and report VOC's AP at 0.5."
    ),
    splits=("val", "train", "positive", "negative"),
    read=read,
    classes=CLASSES,
    checksums={"annotations.json": "7c76ec50c17a61bb0514050d20f22c08"},
)

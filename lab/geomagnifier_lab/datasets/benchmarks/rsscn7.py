"""RSSCN7 (Zou et al., GRSL 2015).

2,800 pictures of 400 x 400 px at four scales of Google Earth, 400 in each of 7 classes.

Layout: `aGrass/a001.jpg` to `gParking/g400.jpg`, as github.com/palewithout/RSSCN7 holds it; copies
without the letter (`Grass/a001.jpg`) are read too. AiTLAS's lists are of another copy,
`grass_land/1.jpg` to `parking_lot/2800.jpg`: they can be read where the pictures bear those names.
That 1.jpg is a001.jpg has not been shown, so no name is translated into the other.

In the project's words "fResident" is any of the three densities and "dRiverLake" a river or a pond;
every class has a name.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier.language.scene_classes import RSSCN7
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.class_folders import SPLITS, Layout, read_scenes

CLASSES = ("aGrass", "bField", "cIndustry", "dRiverLake", "eForest", "fResident", "gParking")
AITLAS = (
    "grass_land",
    "farm_land",
    "industrial_region",
    "river_lake",
    "forest",
    "residential_region",
    "parking_lot",
)
LAYOUT = Layout(
    pictures=2_800,
    places=("RSSCN7", "RSSCN7-master", "images"),
    lists=("rsscn7",),
    also={name[1:]: name for name in CLASSES} | dict(zip(AITLAS, CLASSES, strict=True)),
)


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split`; see `read_scenes`."""
    return read_scenes(root, split, BENCHMARK, LAYOUT)


BENCHMARK = Benchmark(
    name="rsscn7",
    title="RSSCN7",
    work="scene",
    url="https://github.com/palewithout/RSSCN7",
    licence="none published; Google Earth imagery, research use",
    layout=(
        "aGrass/a001.jpg to gParking/g400.jpg; for AiTLAS's splits grass_land/1.jpg to"
        " parking_lot/2800.jpg and rsscn7_test.csv"
    ),
    protocol=(
        "Top-1 accuracy. Papers train on a random 20 % or 50 % of each class and test on the rest"
        " (Xia et al. 2017). Published lists: AiTLAS, 1,680 train, 560 val, 560 test (Dimitrovski"
        " et al. 2023)."
    ),
    splits=SPLITS,
    read=read,
    classes=CLASSES,
    words={name: RSSCN7[name[1:]] for name in CLASSES},
)

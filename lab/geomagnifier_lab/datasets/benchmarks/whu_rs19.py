"""WHU-RS19 (Xia et al., ISPRS TC VII 2010; Dai and Yang, GRSL 2011).

1,005 pictures of 600 x 600 px, up to 0.5 m/px, 19 classes.

Layout: `WHU-RS19/CLASS/*.jpg`, 50 to 61 pictures a class; capitals of folders and files differ from
class to class, as AiTLAS's lists and its `datasets/whu_rs19.py` write them
(`Airport/airport_01.jpg`, `footballField/footballField_04.jpg`, `Beach/beach-14.jpg`).

In the project's words "Residential" is any of the three densities; "footballField" is nearest to
"playground", which stands for sports grounds. No class is without a name.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.class_folders import SPLITS, Layout, read_scenes

WORDS: dict[str, tuple[str, ...]] = {
    "Airport": ("airport",),
    "Beach": ("beach",),
    "Bridge": ("bridge",),
    "Commercial": ("commercial",),
    "Desert": ("desert",),
    "Farmland": ("farmland",),
    "footballField": ("playground",),
    "Forest": ("forest",),
    "Industrial": ("industrial",),
    "Meadow": ("meadow",),
    "Mountain": ("mountain",),
    "Park": ("park",),
    "Parking": ("parking lot",),
    "Pond": ("pond",),
    "Port": ("harbor",),
    "railwayStation": ("railway station",),
    "Residential": ("dense residential", "medium residential", "sparse residential"),
    "River": ("river",),
    "Viaduct": ("overpass",),
}
LAYOUT = Layout(pictures=1_005, places=("WHU-RS19", "images"), lists=("whurs19", "whu_rs19"))


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split`; see `read_scenes`."""
    return read_scenes(root, split, BENCHMARK, LAYOUT)


BENCHMARK = Benchmark(
    name="whu-rs19",
    title="WHU-RS19",
    work="scene",
    url="https://captain-whu.github.io/BED4RS/",
    licence="none published; Google Earth imagery, research use",
    layout="WHU-RS19/CLASS/*.jpg, with whurs19_test.csv of AiTLAS in the root for its splits",
    protocol=(
        "Top-1 accuracy. Papers train on a random 40 % or 60 % of each class and test on the rest"
        " (Xia et al. 2017). Published lists: AiTLAS, 603 train, 201 val, 201 test (Dimitrovski et"
        " al. 2023)."
    ),
    splits=SPLITS,
    read=read,
    classes=tuple(WORDS),
    words=WORDS,
)

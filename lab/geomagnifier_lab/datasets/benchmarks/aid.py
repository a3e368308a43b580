"""AID, the Aerial Image Dataset (Xia et al., TGRS 2017, arXiv:1608.05167).

10,000 pictures of 600 x 600 px, 0.5 to 8 m/px, in 30 classes.

Layout: `AID/CLASS/class_1.jpg`, 220 to 420 pictures a class, folders in camel case; as
captain-whu.github.io/AID gives it out and as AiTLAS's lists name the files. Every class has a name
of its own among the project's 39 scenes. RSICD's captions are of these pictures, so a model that
learnt from the one has seen the other.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier.language.scene_classes import AID
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.class_folders import SPLITS, Layout, read_scenes

LAYOUT = Layout(pictures=10_000, places=("AID", "images"), lists=("aid",))


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split`; see `read_scenes`."""
    return read_scenes(root, split, BENCHMARK, LAYOUT)


BENCHMARK = Benchmark(
    name="aid",
    title="AID",
    work="scene",
    url="https://captain-whu.github.io/AID/",
    licence="none published; Google Earth imagery, research use",
    layout="CLASS/class_1.jpg, with aid_test.csv of AiTLAS beside the folders for its splits",
    protocol=(
        "Top-1 accuracy. Papers train on a random 20 % or 50 % of each class and test on the rest,"
        " mean of ten draws (Xia et al. 2017); the draws are not published. Published lists:"
        " AiTLAS, 6,000 train, 2,000 val, 2,000 test (Dimitrovski et al. 2023)."
    ),
    splits=SPLITS,
    read=read,
    classes=tuple(AID),
    words=AID,
)

"""UC Merced Land Use (Yang and Newsam, ACM GIS 2010).

2,100 pictures of 256 x 256 px, 0.3 m/px, 100 for each of 21 classes.

Layout: `UCMerced_LandUse/Images/CLASS/class00.tif`; a few pictures are a row or a column short of
256. Every class has a name of its own among the project's 39 scenes. AiTLAS's lists are
`ucmerced_test.csv`, those of Neumann et al. (2019) `uc_merced-test.txt`.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier.language.scene_classes import UCM
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.class_folders import SPLITS, Layout, read_scenes

LAYOUT = Layout(
    pictures=2_100,
    places=("UCMerced_LandUse/Images", "Images", "images"),
    lists=("ucmerced", "uc_merced"),
)


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split`; see `read_scenes`."""
    return read_scenes(root, split, BENCHMARK, LAYOUT)


BENCHMARK = Benchmark(
    name="ucm",
    title="UC Merced",
    work="scene",
    url="http://weegee.vision.ucmerced.edu/datasets/landuse.html",
    licence="USGS National Map imagery, public domain",
    layout=(
        "UCMerced_LandUse/Images/CLASS/class00.tif, with ucmerced_test.csv of AiTLAS in the root"
        " for its splits"
    ),
    protocol=(
        "Top-1 accuracy. Papers train on a random 80 % or 50 % of each class and test on the rest"
        " (Xia et al. 2017); models of vision and language are often asked about all 2,100 pictures"
        " without training on any (GeoChat, Kuckreja et al. 2024). Published lists: AiTLAS, 1,260"
        " train, 420 val, 420 test (Dimitrovski et al. 2023)."
    ),
    splits=SPLITS,
    read=read,
    classes=tuple(UCM),
    words=UCM,
    checksums={
        "UCMerced_LandUse.zip": "5b7ec56793786b6dc8a908e8854ac0e4"
    },  # not its authors': as torchgeo checks the archive
)

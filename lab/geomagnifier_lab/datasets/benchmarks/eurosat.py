"""EuroSAT, RGB (Helber et al., JSTARS 2019, arXiv:1709.00029).

27,000 Sentinel-2 patches of 64 x 64 px, 10 m/px, in 10 classes.

Layout: `EuroSAT_RGB/CLASS/CLASS_1.jpg` in the archive of Zenodo, `2750/CLASS/CLASS_1.jpg` in the
older EuroSAT.zip. Lists: `eurosat_test.csv` of AiTLAS, `eurosat-test.txt` of Neumann et al. (2019).

The scenes the project learns from are of 0.3 to 8 m/px, these of 10: a hard crossing, whatever the
words. A model with its 39 names cannot tell AnnualCrop from PermanentCrop, both "farmland".
HerbaceousVegetation (natural grassland, moor and scrub) is nearest to "chaparral", Highway to
"freeway", SeaLake to "pond" (open sea has no name); Residential is any of the three densities.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.class_folders import SPLITS, Layout, read_scenes

WORDS: dict[str, tuple[str, ...]] = {
    "AnnualCrop": ("farmland",),
    "Forest": ("forest",),
    "HerbaceousVegetation": ("chaparral",),
    "Highway": ("freeway",),
    "Industrial": ("industrial",),
    "Pasture": ("meadow",),
    "PermanentCrop": ("farmland",),
    "Residential": ("dense residential", "medium residential", "sparse residential"),
    "River": ("river",),
    "SeaLake": ("pond",),
}
LAYOUT = Layout(pictures=27_000, places=("EuroSAT_RGB", "2750", "images"), lists=("eurosat",))


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split`; see `read_scenes`."""
    return read_scenes(root, split, BENCHMARK, LAYOUT)


BENCHMARK = Benchmark(
    name="eurosat",
    title="EuroSAT",
    work="scene",
    url="https://zenodo.org/records/7711810",
    licence="MIT; Copernicus Sentinel data",
    layout=(
        "EuroSAT_RGB/CLASS/CLASS_1.jpg or 2750/CLASS/CLASS_1.jpg, with eurosat_test.csv of AiTLAS"
        " in the root for its splits"
    ),
    protocol=(
        "Top-1 accuracy. Papers train on a random 80 % of each class and test on the rest (Helber"
        " et al. 2019, among other shares). Published lists: AiTLAS, 16,200 train, 5,400 val, 5,400"
        " test (Dimitrovski et al. 2023)."
    ),
    splits=SPLITS,
    read=read,
    classes=tuple(WORDS),
    words=WORDS,
    checksums={
        "EuroSAT_RGB.zip": "f46e308c4d50d4bf32fedad2d3d62f3b",  # as Zenodo's record gives it
        # the older archive, as torchvision checks it
        "EuroSAT.zip": "c8fa014336c82ac7804f0398fcb19387",
    },
)

"""NWPU-RESISC45 (Cheng et al., Proc. IEEE 2017, arXiv:1703.00121).

31,500 pictures of 256 x 256 px, 45 classes.

700 pictures a class, 0.2 to 30 m/px. Layout: `NWPU-RESISC45/CLASS/class_001.jpg`, as torchgeo's
`resisc45.py` and AiTLAS's lists have it. Lists: `resisc45_test.csv` of AiTLAS, `resisc45-test.txt`
of Neumann et al. (2019).

A model with the project's 39 scenes cannot name twelve of the classes: basketball_court, cloud,
island, palace, railway, roundabout, sea_ice, ship, snowberg, terrace, thermal_power_station,
wetland. It cannot tell circular_farmland from rectangular_farmland. So at most 32 of the 45 can be
right at top-1, 71 %. "lake" is taken for "pond" and "ground_track_field" for "playground" (sports
grounds), the nearest that there are.
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.class_folders import SPLITS, Layout, read_scenes

WORDS: dict[str, tuple[str, ...]] = {
    "airplane": ("airplane",),
    "airport": ("airport",),
    "baseball_diamond": ("baseball diamond",),
    "basketball_court": (),
    "beach": ("beach",),
    "bridge": ("bridge",),
    "chaparral": ("chaparral",),
    "church": ("church",),
    "circular_farmland": ("farmland",),
    "cloud": (),
    "commercial_area": ("commercial",),
    "dense_residential": ("dense residential",),
    "desert": ("desert",),
    "forest": ("forest",),
    "freeway": ("freeway",),
    "golf_course": ("golf course",),
    "ground_track_field": ("playground",),
    "harbor": ("harbor",),
    "industrial_area": ("industrial",),
    "intersection": ("intersection",),
    "island": (),
    "lake": ("pond",),
    "meadow": ("meadow",),
    "medium_residential": ("medium residential",),
    "mobile_home_park": ("mobile home park",),
    "mountain": ("mountain",),
    "overpass": ("overpass",),
    "palace": (),
    "parking_lot": ("parking lot",),
    "railway": (),
    "railway_station": ("railway station",),
    "rectangular_farmland": ("farmland",),
    "river": ("river",),
    "roundabout": (),
    "runway": ("runway",),
    "sea_ice": (),
    "ship": (),
    "snowberg": (),
    "sparse_residential": ("sparse residential",),
    "stadium": ("stadium",),
    "storage_tank": ("storage tanks",),
    "tennis_court": ("tennis court",),
    "terrace": (),
    "thermal_power_station": (),
    "wetland": (),
}
LAYOUT = Layout(pictures=31_500, places=("NWPU-RESISC45", "images"), lists=("resisc45",))


def read(root: Path, split: str) -> list[Case]:
    """Cases of `split`; see `read_scenes`."""
    return read_scenes(root, split, BENCHMARK, LAYOUT)


BENCHMARK = Benchmark(
    name="resisc45",
    title="NWPU-RESISC45",
    work="scene",
    url="https://gcheng-nwpu.github.io/",
    licence="none published with the archive; Google Earth imagery, research use",
    layout=(
        "NWPU-RESISC45/CLASS/class_001.jpg, with resisc45_test.csv of AiTLAS in the root for its"
        " splits"
    ),
    protocol=(
        "Top-1 accuracy. Papers train on a random 10 % or 20 % of each class and test on the rest,"
        " mean of ten draws (Cheng et al. 2017). Published lists: AiTLAS, 18,900 train, 6,300 val,"
        " 6,300 test (Dimitrovski et al. 2023)."
    ),
    splits=SPLITS,
    read=read,
    classes=tuple(WORDS),
    words=WORDS,
    checksums={
        "NWPU-RESISC45.rar": "d824acb73957502b00efd559fc6cfbbb"
    },  # not its authors': as torchgeo checked the archive
)

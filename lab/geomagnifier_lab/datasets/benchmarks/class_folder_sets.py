"""Scene classification benchmarks: AID, UC Merced, WHU-RS19, RESISC45, RSSCN7 and EuroSAT.

Each is a folder of images per class, read by `class_folders`; this is the table of what differs.
`words` are the plain names that mean a class among the project's 39 scene classes: a class without
any cannot be recognised, and two classes with the same ones cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from geomagnifier.language.scene_classes import AID, RSSCN7, UCM
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.benchmarks.class_folders import SPLITS, Layout, read_scenes

Words = Mapping[str, tuple[str, ...]]

RESIDENTIAL = ("dense residential", "medium residential", "sparse residential")
WHU_RS19: Words = {
    "Airport": ("airport",),
    "Beach": ("beach",),
    "Bridge": ("bridge",),
    "Commercial": ("commercial",),
    "Desert": ("desert",),
    "Farmland": ("farmland",),
    "footballField": ("playground",),  # which stands for sports grounds
    "Forest": ("forest",),
    "Industrial": ("industrial",),
    "Meadow": ("meadow",),
    "Mountain": ("mountain",),
    "Park": ("park",),
    "Parking": ("parking lot",),
    "Pond": ("pond",),
    "Port": ("harbor",),
    "railwayStation": ("railway station",),
    "Residential": RESIDENTIAL,
    "River": ("river",),
    "Viaduct": ("overpass",),
}
RESISC45: Words = {
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
    "ground_track_field": ("playground",),  # sports grounds, the nearest there is
    "harbor": ("harbor",),
    "industrial_area": ("industrial",),
    "intersection": ("intersection",),
    "island": (),
    "lake": ("pond",),  # the nearest there is
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
"""Twelve classes have no name and two share one: at most 32 of 45 can be right, 71 %."""
EUROSAT: Words = {
    "AnnualCrop": ("farmland",),
    "Forest": ("forest",),
    "HerbaceousVegetation": ("chaparral",),  # natural grassland, moor and scrub
    "Highway": ("freeway",),
    "Industrial": ("industrial",),
    "Pasture": ("meadow",),
    "PermanentCrop": ("farmland",),
    "Residential": RESIDENTIAL,
    "River": ("river",),
    "SeaLake": ("pond",),  # open sea has no name
}
"""Images of 10 m/px, where the project's scene classes are learnt at 0.3 to 8: a hard transfer."""
RSSCN7_CLASSES = {
    "Grass": "aGrass",
    "Field": "bField",
    "Industry": "cIndustry",
    "RiverLake": "dRiverLake",
    "Forest": "eForest",
    "Resident": "fResident",
    "Parking": "gParking",
}
"""Name -> folder of the authors, who put a letter before each."""
RSSCN7_OF_AITLAS = {
    "grass_land": "aGrass",
    "farm_land": "bField",
    "industrial_region": "cIndustry",
    "river_lake": "dRiverLake",
    "forest": "eForest",
    "residential_region": "fResident",
    "parking_lot": "gParking",
}
"""Folders of AiTLAS's copy, `grass_land/1.jpg` to `parking_lot/2800.jpg`. That its 1.jpg is
a001.jpg has not been shown, so no file name is translated into the other.
"""


def _scene_set(
    name: str,
    title: str,
    url: str,
    licence: str,
    layout: str,
    training: str,
    lists: str,
    words: Words,
    folders: Layout,
    checksums: Mapping[str, str] | None = None,
) -> Benchmark:
    """A row of the table. `training`: how papers split; `lists`: sizes of AiTLAS's lists."""

    def read(root: Path, split: str) -> list[Case]:
        return read_scenes(root, split, made, folders)

    made = Benchmark(
        name=name,
        title=title,
        work="scene",
        url=url,
        licence=licence,
        layout=layout,
        protocol=(
            f"Top-1 accuracy. Papers train on a random {training}. Published lists: AiTLAS,"
            f" {lists} (Dimitrovski et al. 2023)."
        ),
        splits=SPLITS,
        read=read,
        classes=tuple(words),
        words=words,
        checksums=checksums or {},
    )
    return made


BENCHMARKS: dict[str, Benchmark] = {
    benchmark.name: benchmark
    for benchmark in (
        # Xia et al., TGRS 2017, arXiv:1608.05167. 600 x 600 px, 0.5 to 8 m/px, 220 to 420 images a
        # class. RSICD's captions are of these images: who learnt from the one has seen the other.
        _scene_set(
            "aid",
            "AID",
            "https://captain-whu.github.io/AID/",
            "none published; Google Earth imagery, research use",
            "CLASS/class_1.jpg, with aid_test.csv of AiTLAS beside the folders for its splits",
            (
                "20 % or 50 % of each class and test on the rest, mean of ten draws (Xia et al."
                " 2017); the draws are not published"
            ),
            "6,000 train, 2,000 val, 2,000 test",
            AID,
            Layout(10_000, ("AID", "images"), ("aid",)),
        ),
        # Yang and Newsam, ACM GIS 2010. 256 x 256 px, a few a row or column short; 0.3 m/px.
        _scene_set(
            "ucm",
            "UC Merced",
            "http://weegee.vision.ucmerced.edu/datasets/landuse.html",
            "USGS National Map imagery, public domain",
            (
                "UCMerced_LandUse/Images/CLASS/class00.tif, with ucmerced_test.csv of AiTLAS in the"
                " root for its splits"
            ),
            (
                "80 % or 50 % of each class and test on the rest (Xia et al. 2017); models of"
                " vision and language are often asked about all 2,100 pictures without training on"
                " any (GeoChat, Kuckreja et al. 2024)"
            ),
            "1,260 train, 420 val, 420 test",
            UCM,
            Layout(
                2_100,
                ("UCMerced_LandUse/Images", "Images", "images"),
                ("ucmerced", "uc_merced"),
            ),
            # not its authors': as torchgeo checks the archive
            {"UCMerced_LandUse.zip": "5b7ec56793786b6dc8a908e8854ac0e4"},
        ),
        # Xia et al., ISPRS TC VII 2010; Dai and Yang, GRSL 2011. 600 x 600 px, up to 0.5 m/px, 50
        # to 61 images a class, whose folders and files do not agree on capitals.
        _scene_set(
            "whu-rs19",
            "WHU-RS19",
            "https://captain-whu.github.io/BED4RS/",
            "none published; Google Earth imagery, research use",
            "WHU-RS19/CLASS/*.jpg, with whurs19_test.csv of AiTLAS in the root for its splits",
            "40 % or 60 % of each class and test on the rest (Xia et al. 2017)",
            "603 train, 201 val, 201 test",
            WHU_RS19,
            Layout(1_005, ("WHU-RS19", "images"), ("whurs19", "whu_rs19")),
        ),
        # Cheng et al., Proc. IEEE 2017, arXiv:1703.00121. 256 x 256 px, 0.2 to 30 m/px, 700 images
        # a class.
        _scene_set(
            "resisc45",
            "NWPU-RESISC45",
            "https://gcheng-nwpu.github.io/",
            "none published with the archive; Google Earth imagery, research use",
            (
                "NWPU-RESISC45/CLASS/class_001.jpg, with resisc45_test.csv of AiTLAS in the root"
                " for its splits"
            ),
            (
                "10 % or 20 % of each class and test on the rest, mean of ten draws (Cheng et al."
                " 2017)"
            ),
            "18,900 train, 6,300 val, 6,300 test",
            RESISC45,
            Layout(31_500, ("NWPU-RESISC45", "images"), ("resisc45",)),
            # not its authors': as torchgeo checked the archive
            {"NWPU-RESISC45.rar": "d824acb73957502b00efd559fc6cfbbb"},
        ),
        # Zou et al., GRSL 2015. 400 x 400 px at four scales of Google Earth, 400 images a class.
        _scene_set(
            "rsscn7",
            "RSSCN7",
            "https://github.com/palewithout/RSSCN7",
            "none published; Google Earth imagery, research use",
            (
                "aGrass/a001.jpg to gParking/g400.jpg; for AiTLAS's splits grass_land/1.jpg to"
                " parking_lot/2800.jpg and rsscn7_test.csv"
            ),
            "20 % or 50 % of each class and test on the rest (Xia et al. 2017)",
            "1,680 train, 560 val, 560 test",
            {folder: RSSCN7[name] for name, folder in RSSCN7_CLASSES.items()},
            Layout(
                2_800,
                ("RSSCN7", "RSSCN7-master", "images"),
                ("rsscn7",),
                also=RSSCN7_CLASSES | RSSCN7_OF_AITLAS,
            ),
        ),
        # Helber et al., JSTARS 2019, arXiv:1709.00029. RGB of Sentinel-2, 64 x 64 px.
        _scene_set(
            "eurosat",
            "EuroSAT",
            "https://zenodo.org/records/7711810",
            "MIT; Copernicus Sentinel data",
            (
                "EuroSAT_RGB/CLASS/CLASS_1.jpg or 2750/CLASS/CLASS_1.jpg, with eurosat_test.csv of"
                " AiTLAS in the root for its splits"
            ),
            ("80 % of each class and test on the rest (Helber et al. 2019, among other shares)"),
            "16,200 train, 5,400 val, 5,400 test",
            EUROSAT,
            Layout(27_000, ("EuroSAT_RGB", "2750", "images"), ("eurosat",)),
            {
                "EuroSAT_RGB.zip": "f46e308c4d50d4bf32fedad2d3d62f3b",  # of Zenodo's record
                # the older archive, as torchvision checks it
                "EuroSAT.zip": "c8fa014336c82ac7804f0398fcb19387",
            },
        ),
    )
}

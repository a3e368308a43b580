"""Twelve small sets of other cameras and classes.

Which classes each labels, and how far its labels can be trusted.

Layout: `more/SET/images/*`, `more/SET/labels.json` (COCO), and two class folders of chips for
swimming pools. A set teaches the classes that it labels, and that what cannot occur in it is
absent. Pictures whose id divides by five are validation. Sources, licences and labels of each set:
its README. Frames named DJI_* belong to a test set and are refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geomagnifier.errors import DataCorrupt
from geomagnifier.finetuning.labels.segmentation import segmentation_mask
from geomagnifier_lab.datasets.benchmarks.case import Benchmark
from geomagnifier_lab.datasets.benchmarks.coco import read_instances
from geomagnifier_lab.datasets.sample import LabelledObject

ELSEWHERE = ("airplane", "ship", "boat", "harbor", "wind turbine", "oil well")
"""Classes that need a place of their own; most sets cannot hold them."""
SPORTS = ("baseball diamond", "tennis court", "basketball court", "ground track field")


@dataclass(frozen=True)
class CameraSet:
    """How a set is to be read.

    classes: Its labels -> our classes; labels that are not here are left out.
    complete: Every object of these classes is labelled. False: what is not labelled may be there as
        well.
    margin: Where labels are not complete, how far around an object the background is known, as a
        share of its box.
    absent: Classes of which nothing occurs in these pictures, or nothing but what is labelled as a
        narrower class.
    nominal: Boxes say where an object is, not how large (points).
    """

    classes: Mapping[str, str]
    complete: bool = True
    margin: float = 0.3
    absent: tuple[str, ...] = ()
    nominal: bool = False


SETS: dict[str, CameraSet] = {
    "buildings_kampala": CameraSet({"building": "building"}, absent=(*ELSEWHERE, "crop field")),
    "crop_fields_us": CameraSet(
        {"crop field": "crop field"},
        False,
        0.05,
        ("airplane", "ship", "boat", "harbor", "palm tree", "oil well"),
    ),
    "date_palms_saudi": CameraSet(
        {"palm tree": "palm tree"}, absent=(*ELSEWHERE, *SPORTS, "bridge")
    ),
    "drone_vehicles_madison": CameraSet(
        {"vehicle": "vehicle"},
        absent=(*ELSEWHERE, *SPORTS, "storage tank", "palm tree", "crop field"),
    ),
    "epfl_roads": CameraSet({"road": "road"}, absent=("wind turbine", "oil well", "crop field")),
    "kit_ais_cars": CameraSet(
        {"car": "car", "minibus": "van", "bus": "bus"},
        absent=("vehicle", "truck", *ELSEWHERE, *SPORTS, "storage tank", "palm tree", "crop field"),
    ),
    "oil_wells_daqing": CameraSet(
        {"oil well": "oil well"}, absent=("airplane", "ship", "boat", "harbor", "palm tree")
    ),
    "simd_sample": CameraSet(
        {
            "car": "car",
            "van": "van",
            "truck": "truck",
            "bus": "bus",
            "boat": "boat",
            "airliner": "airplane",
        }
        | dict.fromkeys(("long vehicle", "other vehicle", "stair truck"), "vehicle")
        | dict.fromkeys(
            ("trainer aircraft", "propeller aircraft", "chartered aircraft", "fighter aircraft"),
            "airplane",
        ),
        False,
        absent=("wind turbine", "oil well", "crop field"),
    ),
    "solar_panels_rf": CameraSet({"solar panel": "solar panel"}, absent=(*ELSEWHERE, "crop field")),
    "urban_trees_points": CameraSet(
        {"tree": "tree"},
        absent=("airplane", "ship", "boat", "harbor", "wind turbine"),
        nominal=True,
    ),
    "wind_turbines_iowa": CameraSet(
        {"wind turbine": "wind turbine"},
        absent=("airplane", "ship", "boat", "harbor", "palm tree", "oil well", *SPORTS),
    ),
}
POOLS = CameraSet({"pools": "swimming pool"}, absent=(*ELSEWHERE, "palm tree"))
"""`chips_pools`: 50 x 50 px with a pool near the middle, or without."""


@dataclass(frozen=True, eq=False)
class CameraSample:
    """A picture of a set."""

    path: Path
    objects: tuple[LabelledObject, ...]
    """Of its classes."""
    area: np.ndarray[tuple[int, int], np.dtype[np.bool_]] | None = None
    """(H, W) bool, True where its land cover is; None where it has objects."""


def held_out(number: int) -> bool:
    """Whether the picture of this id is kept for validation."""
    return number % 5 == 0


def camera_set(root: Path, name: str, split: str) -> list[CameraSample]:
    """Pictures of a set of `SETS`.

    Args:
        root: folder of the data sets, with `more/` in it.
        name: of the set.
        split: "train" or "val".

    Raises:
        DataMissing: the set is not there.
        DataCorrupt: its labels are damaged, or it holds frames of a test set.
    """
    folder, how = root / "more" / name, SETS[name]
    pictures, annotations = read_instances(folder / "labels.json", _described(name))
    objects: dict[object, list[LabelledObject]] = defaultdict(list)
    areas: dict[object, np.ndarray[tuple[int, int], np.dtype[np.bool_]]] = {}
    for a in annotations.values():
        kind = how.classes.get(a.label)
        if kind is None or a.box is None:
            continue
        if isinstance(a.segmentation, dict):
            areas[a.image] = segmentation_mask(a.segmentation, pictures[a.image].size) | areas.get(
                a.image, False
            )
            continue
        rings = tuple(np.asarray(ring, np.float32).reshape(-1, 2) for ring in a.segmentation or ())
        objects[a.image].append(LabelledObject(kind, a.box, rings))
    samples = []
    for key, picture in pictures.items():
        if picture.name.startswith("DJI_"):
            raise DataCorrupt(
                f"{folder} holds {picture.name}, a frame of a test set; remove it and its labels"
            )
        labelled = key in objects or key in areas
        if (
            held_out(int(str(key))) == (split == "val") and labelled
        ):  # some pictures without a label were never gone through
            samples.append(
                CameraSample(folder / "images" / picture.name, tuple(objects[key]), areas.get(key))
            )
    return samples


def pool_chips(root: Path, split: str) -> list[tuple[Path, bool]]:
    """The chips of `chips_pools` with whether a pool is on them; `split` is "train" or "val"."""
    folder = root / "more" / "chips_pools"
    chips = [
        (path, there)
        for name, there in (("pools", True), ("no_pools", False))
        for path in sorted((folder / name).glob("*.webp"))
    ]
    return [
        (path, there)
        for path, there in chips
        if held_out(int(path.stem.removeprefix("img"))) == (split == "val")
    ]


def _described(name: str) -> Benchmark:
    """What errors about a set say of it."""
    layout = f"more/{name}/labels.json, more/{name}/images/*"
    return Benchmark(
        name,
        name,
        "detect",
        f"more/{name}/README.md",
        "",
        layout,
        "",
        ("train", "val"),
        lambda root, split: [],
    )

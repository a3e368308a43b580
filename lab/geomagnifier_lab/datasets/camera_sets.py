"""Twelve small sets of other cameras and classes, and how far their labels can be trusted.

Layout: `more/SET/images/*`, `more/SET/labels.json` (COCO), and two class folders of chips for
swimming pools. A set teaches the classes that it labels, and that what cannot occur in it is
absent. Images whose id divides by five are validation. Sources, licences and labels of each set:
its README. Frames named DJI_* belong to a test set and are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from geomagnifier.errors import DataCorrupt
from geomagnifier.finetuning.labels.segmentation import segmentation_mask
from geomagnifier.types import Bools
from geomagnifier_lab.datasets.benchmarks.coco import read_instances
from geomagnifier_lab.datasets.sample import LabelledObject, ObjectSample

ELSEWHERE = ("airplane", "ship", "boat", "harbor", "wind turbine", "oil well")
"""Classes that need a place of their own; most sets cannot hold them."""
SPORTS = ("baseball diamond", "tennis court", "basketball court", "ground track field")
"""Classes of sports grounds."""


@dataclass(frozen=True)
class CameraSet:
    """How a set is to be read."""

    classes: Mapping[str, str]
    """Its labels -> our classes; labels that are not here are left out."""
    complete: bool = True
    """Every object of these classes is labelled. False: what is not labelled may be there as well.
    """
    margin: float = 0.3
    """Where labels are not complete, how far around an object the background is known, as a share
    of its box.
    """
    absent: tuple[str, ...] = ()
    """Classes of which nothing occurs in these images, or nothing but what is labelled as a
    narrower class.
    """
    nominal: bool = False
    """Boxes say where an object is, not how large (points)."""


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
"""Name of the folder in `more/` -> how it is read."""
POOLS = CameraSet({"pools": "swimming pool"}, absent=(*ELSEWHERE, "palm tree"))
"""`chips_pools`: 50 x 50 px with a pool near the middle, or without."""


@dataclass(frozen=True, eq=False)
class CameraSample:
    """An image of a set."""

    path: Path
    """The image file."""
    objects: tuple[LabelledObject, ...]
    """Of its classes."""
    area: Bools | None = None
    """(H, W) bool, True where its land cover is; None where it has objects."""


def held_out(number: int) -> bool:
    """Whether the image of this id is kept for validation."""
    return number % 5 == 0


def camera_set(root: Path, name: str, split: str) -> list[CameraSample]:
    """Labelled images of a set, under our classes.

    Args:
        root: folder of the data sets, with `more/` in it.
        name: of the set, one of `SETS`.
        split: "train" or "val".

    Raises:
        DataMissing: the set is not there.
        DataCorrupt: its labels are damaged, or it holds frames of a test set.
    """
    folder, how = root / "more" / name, SETS[name]
    found = read_instances(folder / "labels.json", _Origin(name))
    samples = []
    for key, records in found.by_picture().items():
        picture = found.pictures[key]
        if picture.name.startswith("DJI_"):
            raise DataCorrupt(
                f"{folder} holds {picture.name}, a frame of a test set; remove it and its labels"
            )
        objects: list[LabelledObject] = []
        area: Bools | None = None
        for a in records:
            class_name = how.classes.get(a.label)
            if class_name is None or a.box is None:
                continue
            if isinstance(a.segmentation, dict):
                mask = segmentation_mask(a.segmentation, picture.size)
                area = mask if area is None else mask | area
            else:
                objects.append(LabelledObject(class_name, a.box, a.rings))
        # Nobody looked through some of the images without a label, so they teach nothing.
        labelled = objects or area is not None
        if held_out(int(str(key))) == (split == "val") and labelled:
            samples.append(CameraSample(folder / "images" / picture.name, tuple(objects), area))
    return samples


def labelled_boxes(root: Path, name: str, split: str) -> list[ObjectSample]:
    """All images of a set with its own classes; objects have boxes alone.

    Args:
        root: folder of the data sets, with `more/` in it.
        name: of the set.
        split: "train" or "val".

    Raises:
        DataMissing: the set is not there.
        DataCorrupt: its labels are damaged.
    """
    folder = root / "more" / name
    found = read_instances(folder / "labels.json", _Origin(name))
    return [
        ObjectSample(
            folder / "images" / found.pictures[key].name,
            tuple(LabelledObject(a.label, a.box, ()) for a in records if a.box is not None),
            found.classes,
        )
        for key, records in found.by_picture().items()
        if held_out(int(str(key))) == (split == "val")
    ]


def pool_chips(root: Path, split: str) -> list[tuple[Path, bool]]:
    """The chips of `chips_pools`, each with whether a pool is on it.

    Args:
        root: folder of the data sets, with `more/` in it.
        split: "train" or "val".
    """
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


class _Origin(NamedTuple):
    """What errors about a set say of it."""

    title: str

    @property
    def url(self) -> str:
        return f"more/{self.title}/README.md"

    @property
    def layout(self) -> str:
        return f"more/{self.title}/labels.json, more/{self.title}/images/*"

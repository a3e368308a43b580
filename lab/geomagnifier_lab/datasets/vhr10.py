"""NWPU VHR-10 (Cheng et al., 2014; masks by Su et al., 2019): 650 images, 10 classes of objects.

Research use; 0.5 to 2 m/px. Layout: `vhr10/images/*.jpg`, `vhr10/instances_{train,val}.json` (COCO;
the split is RSPrompter's train).
"""

from __future__ import annotations

from pathlib import Path

from geomagnifier_lab.datasets.benchmarks.coco import read_instances
from geomagnifier_lab.datasets.benchmarks.vhr10 import BENCHMARK, CLASSES
from geomagnifier_lab.datasets.sample import LabelledObject, ObjectSample

__all__ = ["CLASSES", "vhr10"]


def vhr10(root: Path, split: str) -> list[ObjectSample]:
    """Labelled images of a split.

    Args:
        root: folder of the data sets, with `vhr10/` in it.
        split: "train" or "val".

    Raises:
        FileNotFoundError: the folder lacks the labels.
        DataCorrupt: the labels are damaged.
    """
    source = root / "vhr10" / f"instances_{split}.json"
    source.stat()  # `geomag eval` and `train-full` turn FileNotFoundError into advice on --data
    found = read_instances(source, BENCHMARK)
    classes = tuple(name.replace("_", " ") for name in found.classes)
    folder = root / "vhr10" / "images"
    return [
        ObjectSample(
            folder / found.pictures[key].name,
            tuple(
                LabelledObject(a.label.replace("_", " "), a.box, a.rings)
                for a in records
                if a.box is not None
            ),
            classes,
        )
        for key, records in found.by_picture().items()
    ]

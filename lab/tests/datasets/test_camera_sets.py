"""Sets of other cameras: what is read, what is kept aside, what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geomagnifier import masks
from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier.language.classes import KINDS, WITHIN, narrow
from geomagnifier_lab.datasets.camera_sets import (
    POOLS,
    SETS,
    camera_set,
    labelled_boxes,
    pool_chips,
)

needs_data = pytest.mark.skipif(
    "GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets"
)
NAMES = {kind.name for kind in KINDS}


def write_set(
    root: Path,
    name: str,
    labels: list[str],
    annotations: list[dict],
    pictures: int = 6,
    file: str = "{}.webp",
) -> None:
    """A set of grey pictures of 60 x 40 px with ids from 1."""
    folder = root / "more" / name
    (folder / "images").mkdir(parents=True)
    images = [
        {"id": i, "file_name": file.format(i), "width": 60, "height": 40}
        for i in range(1, pictures + 1)
    ]
    for image in images:
        Image.new("RGB", (60, 40), (90, 90, 90)).save(folder / "images" / image["file_name"])
    categories = [{"id": i, "name": label} for i, label in enumerate(labels)]
    numbered = [{"id": i} | a for i, a in enumerate(annotations)]
    (folder / "labels.json").write_text(
        json.dumps({"images": images, "annotations": numbered, "categories": categories})
    )


def box(image: int, label: int, *corners: int) -> dict:
    x0, y0, x1, y1 = corners
    return {"image_id": image, "category_id": label, "bbox": [x0, y0, x1 - x0, y1 - y0]}


def test_labels_become_our_classes_and_ids_divisible_by_five_are_kept_aside(tmp_path: Path) -> None:
    write_set(
        tmp_path,
        "simd_sample",
        ["boat", "long vehicle", "trainer aircraft", "helicopter"],
        [
            box(1, 0, 5, 5, 25, 15),
            box(1, 3, 30, 5, 50, 25),
            box(2, 1, 5, 5, 25, 15),
            box(5, 2, 0, 0, 20, 20),
        ],
    )
    train, val = (
        camera_set(tmp_path, "simd_sample", "train"),
        camera_set(tmp_path, "simd_sample", "val"),
    )
    assert [s.path.name for s in train] == ["1.webp", "2.webp"] and [s.path.name for s in val] == [
        "5.webp"
    ]  # others have no labels
    assert [(o.kind, o.box) for o in train[0].objects] == [("boat", (5, 5, 25, 15))]
    assert [o.kind for s in (train[1], val[0]) for o in s.objects] == ["vehicle", "airplane"]


def test_polygons_are_outlines_and_run_lengths_are_land_cover(tmp_path: Path) -> None:
    ring = [5.0, 5.0, 25.0, 5.0, 25.0, 15.0]
    write_set(
        tmp_path,
        "buildings_kampala",
        ["building"],
        [box(1, 0, 5, 5, 25, 15) | {"segmentation": [ring]}],
    )
    (sample,) = camera_set(tmp_path, "buildings_kampala", "train")
    assert sample.area is None and sample.objects[0].polygons[0].tolist() == [
        [5, 5],
        [25, 5],
        [25, 15],
    ]
    road = np.zeros((40, 60), bool)
    road[10:20] = True
    write_set(
        tmp_path,
        "epfl_roads",
        ["road"],
        [box(1, 0, 0, 0, 60, 40) | {"segmentation": masks.encode(road)}],
    )
    (sample,) = camera_set(tmp_path, "epfl_roads", "train")
    assert not sample.objects and sample.area is not None and (sample.area == road).all()


def test_frames_of_a_test_set_are_refused(tmp_path: Path) -> None:
    write_set(tmp_path, "kit_ais_cars", ["car"], [box(1, 0, 5, 5, 25, 15)], file="DJI_{}.webp")
    with pytest.raises(DataCorrupt, match=r"DJI_1\.webp, a frame of a test set; remove it"):
        camera_set(tmp_path, "kit_ais_cars", "train")


def test_a_set_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"more/kit_ais_cars/labels\.json"):
        camera_set(tmp_path, "kit_ais_cars", "train")


def test_boxes_under_the_classes_of_the_set(tmp_path: Path) -> None:
    boxes = [box(i, 0, i, 2, 30, 40) for i in (4, 5, 5)]
    write_set(tmp_path, "turbines", ["wind turbine"], boxes, pictures=10)
    val, train = (labelled_boxes(tmp_path, "turbines", split) for split in ("val", "train"))
    assert [s.path.name for s in val] == ["5.webp", "10.webp"] and len(train) == 8
    assert [o.box for o in val[0].objects] == [(5, 2, 30, 40)] * 2 and val[1].objects == ()
    assert train[3].objects[0].kind == "wind turbine" and train[3].kinds == ("wind turbine",)
    assert val[0].path.parent == tmp_path / "more" / "turbines" / "images"
    with pytest.raises(DataMissing, match=r"labels\.json"):
        labelled_boxes(tmp_path, "nothing", "val")


def test_chips_say_by_their_folder_whether_there_is_a_pool(tmp_path: Path) -> None:
    for name in ("pools", "no_pools"):
        folder = tmp_path / "more" / "chips_pools" / name
        folder.mkdir(parents=True)
        for number in (3, 10):
            Image.new("RGB", (50, 50)).save(folder / f"img{number}.webp")
    assert [(p.name, there) for p, there in pool_chips(tmp_path, "train")] == [
        ("img3.webp", True),
        ("img3.webp", False),
    ]
    assert [p.name for p, _ in pool_chips(tmp_path, "val")] == ["img10.webp", "img10.webp"]


def test_every_set_speaks_of_known_classes_and_contradicts_itself_nowhere() -> None:
    for how in (*SETS.values(), POOLS):
        labelled = set(how.classes.values())
        assert labelled | set(how.absent) <= NAMES
        assert not labelled & set(how.absent)
        if not how.complete:  # a wide class cannot be complete where narrower ones are not
            assert not {WITHIN.get(kind) for kind in labelled} & set(how.absent)


def test_a_narrow_class_lies_in_one_wide_class_and_no_deeper() -> None:
    assert set(WITHIN) | set(WITHIN.values()) <= NAMES
    assert not set(WITHIN) & set(WITHIN.values())
    assert narrow("vehicle") == ("car", "van", "truck", "bus") and narrow("car") == ()


@needs_data
@pytest.mark.parametrize("name", SETS)
def test_the_real_sets(name: str) -> None:
    root = Path(os.environ["GEOMAG_DATA"])
    train, val = camera_set(root, name, "train"), camera_set(root, name, "val")
    assert len(train) > 3 * len(val) > 0 and not {s.path for s in train} & {s.path for s in val}
    assert all(s.path.is_file() for s in (train[0], val[-1]))
    found = {o.kind for s in train for o in s.objects} | (
        {"road"} if train[0].area is not None else set()
    )
    assert found == set(SETS[name].classes.values())
    for o in (o for s in train for o in s.objects):
        assert 0 <= o.box[0] < o.box[2] and 0 <= o.box[1] < o.box[3]

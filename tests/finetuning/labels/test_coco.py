"""COCO as tools of all kinds write it: read as it was meant, or refused with the record."""

from __future__ import annotations

import json

import numpy as np
import pytest

from geomagnifier.errors import DataCorrupt, DataMissing, GeomagWarning
from geomagnifier.finetuning.labels import read_labels
from own_scenes import SIDE, helipads, write_coco


@pytest.fixture(scope="module")
def coco(tmp_path_factory):
    return write_coco(tmp_path_factory.mktemp("coco"), 4)


def changed(coco, tmp_path, change):
    """A copy of the COCO file with a change, its pictures where they are."""
    whole = json.loads(coco.read_text())
    change(whole)
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(whole))
    return path


def test_coco(coco):
    labels = read_labels(coco)
    assert labels.kinds == ("helipad",)
    assert labels.also == {"helipad": ("landing pad",)}
    assert labels.count("helipad") == (12, 3)
    _, rings = helipads(100)
    first = labels.pictures[0].objects[0]
    assert np.allclose(first.rings[0], rings[0], atol=1e-3)
    assert first.box == pytest.approx((*rings[0].min(0), *rings[0].max(0)), abs=1e-3)


def test_coco_run_lengths_keep_their_holes(coco, tmp_path):
    from geomagnifier import masks

    ring = np.zeros((SIDE, SIDE), bool)
    ring[100:160, 100:160], ring[120:140, 120:140] = True, False

    def change(whole):
        for a in whole["annotations"]:
            a["segmentation"] = masks.encode(ring)

    labels = read_labels(changed(coco, tmp_path, change), coco.parent / "images")
    first = labels.pictures[0].objects[0]
    from geomagnifier.finetuning.samples import outline

    drawn = outline(first.rings, first.holes, np.zeros(2, np.float32), (SIDE, SIDE))
    assert (drawn & ring).sum() / (drawn | ring).sum() > 0.95
    assert not drawn[125:135, 125:135].any()


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (
            lambda w: w["images"].append({"id": 99, "file_name": "gone.png"}),
            DataMissing,
            r"1 of 5 images are missing, the first .*gone.png",
        ),
        (lambda w: w["annotations"].clear(), DataCorrupt, "holds no labels"),
        (
            lambda w: w["annotations"].__delitem__(slice(1, None)),
            DataCorrupt,
            "1 labelled 'helipad'.*at least 5",
        ),
        (lambda w: w.pop("categories"), DataCorrupt, 'no lists "images"'),
        (
            lambda w: w["categories"][0].update(name="<ship>"),
            DataCorrupt,
            r"13 records.*categories\[0\]: .*cannot name a class",
        ),
        (lambda w: w.update(type="FeatureCollection"), DataCorrupt, "is GeoJSON, not COCO"),
    ],
)
def test_coco_that_cannot_be_used_is_refused(coco, tmp_path, change, error, words):
    with pytest.raises(error, match=words):
        read_labels(changed(coco, tmp_path, change), coco.parent / "images")


@pytest.mark.parametrize(
    ("change", "words", "left"),
    [
        (
            lambda w: w["annotations"][3].pop("category_id"),
            r"annotations\[3\]: an id is a number or text",
            11,
        ),
        (
            lambda w: w["annotations"][3].update(category_id=77),
            r"annotations\[3\]: its category_id 77 is none",
            11,
        ),
        (
            lambda w: w["annotations"][3].update(image_id=77),
            r"annotations\[3\]: its image_id 77 is none",
            11,
        ),
        (
            lambda w: w["annotations"][2].update(bbox=[0, 0, float("nan"), 4]),
            r"annotations\[2\]: nan is not finite",
            11,
        ),
        (
            lambda w: w["annotations"][2].update(bbox=[0, 0, True, 4]),
            r"annotations\[2\]: yes or no in place of a number",
            11,
        ),
        (lambda w: w["annotations"][2].update(bbox=[10**400, 0, 3, 4]), r"annotations\[2\]: ", 11),
        (
            lambda w: w["annotations"][1].update(segmentation=[[1, 2, 3]]),
            r"annotations\[1\]: a polygon is",
            11,
        ),
        (lambda w: w["annotations"].insert(0, None), r"annotations\[0\]: it is no table", 12),
        (
            lambda w: w["annotations"][0].update(bbox=[9000, 0, 10, 10]),
            r"annotations\[0\]: .*lies outside its image",
            11,
        ),
        (
            lambda w: w["annotations"][0].update(bbox=[9, 9, 0.2, 9]),
            r"annotations\[0\]: .*less than a pixel wide",
            11,
        ),
        (lambda w: w["images"][0].update(file_name=3), r"images\[0\]: its image has no name", 8),
        (lambda w: w["images"][0].pop("id"), r"images\[0\]: it has no 'id'", 8),
        (
            lambda w: w["images"][0].update(width=2 * SIDE),
            r"images\[0\]: 0.png has 480 x 480 px, but 960 x 480 px",
            8,
        ),
        (
            lambda w: [w["annotations"][i].update(category_id=i + 50) for i in range(7)],
            "7 records are skipped: .*and 2 more",
            5,
        ),
    ],
)
def test_a_bad_record_is_told_with_its_number_and_the_others_are_read(
    coco, tmp_path, change, words, left
):
    with pytest.warns(GeomagWarning, match=words):
        labels = read_labels(changed(coco, tmp_path, change), coco.parent / "images")
    assert labels.count("helipad")[0] == left


def test_broken_json(tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{"images": [')
    with pytest.raises(DataCorrupt, match="is not JSON"):
        read_labels(path)

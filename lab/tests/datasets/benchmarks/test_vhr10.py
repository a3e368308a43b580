"""NWPU VHR-10 in both layouts, and on real pictures."""

import json

import made_boxes
import numpy as np
import pytest

from geomagnifier.errors import DataCorrupt, DataMissing, GeomagWarning, OptionError
from geomagnifier_lab.datasets.benchmarks import vhr10
from geomagnifier_lab.datasets.benchmarks.checks import picture_size
from geomagnifier_lab.datasets.sample import data_root


def test_vhr10_in_both_layouts(tmp_path):
    truth = made_boxes.vhr10(tmp_path)
    masked = vhr10.read(tmp_path, "positive")
    assert {case.id: [(t.label, t.box) for t in case.things] for case in masked} == truth
    for case in masked:
        for thing in case.things:
            assert (thing.mask() == made_boxes.full(tuple(map(int, thing.box)))).all()
    assert [case.id for case in vhr10.read(tmp_path, "val")] == ["004.jpg"]
    assert [case.id for case in vhr10.read(tmp_path, "train")] == ["001.jpg", "002.jpg", "003.jpg"]
    (tmp_path / "annotations.json").unlink()
    boxes = vhr10.read(tmp_path, "positive")
    assert {case.id: [(t.label, t.box) for t in case.things] for case in boxes} == truth
    assert all(thing.mask is None for case in boxes for thing in case.things)
    assert [(case.id, case.things) for case in vhr10.read(tmp_path, "negative")] == [
        ("001.jpg", ()),
        ("002.jpg", ()),
    ]


def test_vhr10_as_unpacked_beside_other_things(tmp_path):
    made_boxes.vhr10(tmp_path / "NWPU VHR-10 dataset")
    assert len(vhr10.read(tmp_path, "positive")) == 4


def test_vhr10_damaged(tmp_path):
    made_boxes.vhr10(tmp_path)
    labels = json.loads((tmp_path / "instances_val.json").read_text())
    labels["annotations"][0]["bbox"] = [70, 3, 5, 5]
    labels["annotations"][1]["iscrowd"] = 1
    made_boxes.write_json(tmp_path / "instances_val.json", labels)
    with pytest.warns(GeomagWarning, match="1 boxes without area"):
        things = vhr10.read(tmp_path, "val")[0].things
    assert [thing.ignored for thing in things] == [True, False, False]
    labels["annotations"][2]["bbox"] = [1, 2, float("nan"), 4]
    made_boxes.write_json(tmp_path / "instances_val.json", labels)
    with pytest.raises(DataCorrupt, match=r"instances_val\.json, annotations\[2\] .*not finite"):
        vhr10.read(tmp_path, "val")
    labels["annotations"][2]["image_id"] = 99
    made_boxes.write_json(tmp_path / "instances_val.json", labels)
    with pytest.raises(DataCorrupt, match=r"annotations\[2\] .*KeyError: 99"):
        vhr10.read(tmp_path, "val")
    (tmp_path / "instances_val.json").write_text('{"images": [')
    with pytest.raises(DataCorrupt, match=r"instances_val\.json is not JSON"):
        vhr10.read(tmp_path, "val")
    (tmp_path / "instances_val.json").write_text("[]")
    with pytest.raises(DataCorrupt, match="no lists"):
        vhr10.read(tmp_path, "val")
    (tmp_path / "positive image set" / "002.jpg").unlink()
    with pytest.raises(DataMissing, match=r"002\.jpg: 1 of 3 pictures"):
        vhr10.read(tmp_path, "train")


def test_vhr10_ground_truth_damaged(tmp_path):
    made_boxes.vhr10(tmp_path)
    (tmp_path / "annotations.json").unlink()
    truth = tmp_path / "ground truth" / "002.txt"
    truth.write_text("(1,2),(3,4),1\n(1,2),(3,4),11\n")
    with pytest.raises(DataCorrupt, match=r"002\.txt, line 2: .*class of 1 to 10"):
        vhr10.read(tmp_path, "positive")
    truth.unlink()
    with pytest.raises(DataMissing, match=r"002\.txt: 1 of 4 pictures have no ground truth"):
        vhr10.read(tmp_path, "positive")


def test_a_mask_of_another_picture_is_named_when_it_is_drawn(tmp_path):
    made_boxes.vhr10(tmp_path)
    made_boxes.picture(
        tmp_path / "positive image set" / "004.jpg", np.random.default_rng(0), (32, 32)
    )
    thing = vhr10.read(tmp_path, "val")[0].things[0]
    with pytest.raises(
        DataCorrupt, match=r"004\.jpg has 32 x 32 px, but 64 x 48 px .*annotations\[0\]"
    ):
        thing.mask()


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # pycocotools with numpy 2
@pytest.mark.parametrize("split", ["train", "val"])
def test_vhr10_on_real_pictures(split):
    try:
        root = data_root() / "vhr10"
    except OptionError as error:
        pytest.skip(str(error))
    if not (root / f"instances_{split}.json").is_file():
        pytest.skip("no VHR-10 there")
    api = pytest.importorskip("pycocotools.mask")
    cases = vhr10.read(root, split)
    assert (len(cases), sum(len(case.things) for case in cases)) == {
        "train": (416, 2536),
        "val": (104, 642),
    }[split]
    assert {thing.label for case in cases for thing in case.things} == set(vhr10.CLASSES)
    labels = json.loads((root / f"instances_{split}.json").read_text())
    rings = {}
    for a in labels["annotations"]:
        rings.setdefault(a["image_id"], []).append(a["segmentation"])
    for image, case in list(zip(labels["images"], cases, strict=True))[:12]:
        assert image["file_name"] == case.id and picture_size(case.image) == (
            image["width"],
            image["height"],
        )
        for thing, polygons in zip(case.things, rings.get(image["id"], []), strict=True):
            mask = thing.mask()
            assert (
                mask
                == api.decode(api.frPyObjects(polygons, image["height"], image["width"])).any(
                    axis=2
                )
            ).all()
            x0, y0, x1, y1 = map(int, thing.box)
            assert mask[y0:y1, x0:x1].sum() == mask.sum() > 0

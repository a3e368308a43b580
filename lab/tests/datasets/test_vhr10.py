"""NWPU VHR-10 for training: outlines, names without underscores, and what is missing is named."""

import json

import pytest

from geomagnifier_lab.datasets.vhr10 import vhr10


def test_objects_with_outlines(tmp_path):
    folder = tmp_path / "vhr10"
    folder.mkdir()
    ring = [10, 10, 30, 10, 30, 20]
    record = {"id": 1, "image_id": 5, "category_id": 3, "bbox": [10, 10, 20, 10]}
    whole = {
        "images": [{"id": i, "file_name": f"{i}.jpg", "width": 60, "height": 40} for i in (5, 6)],
        "annotations": [record | {"segmentation": [ring]}],
        "categories": [{"id": 1, "name": "ship"}, {"id": 3, "name": "storage_tank"}],
    }
    (folder / "instances_val.json").write_text(json.dumps(whole))
    first, second = vhr10(tmp_path, "val")
    (tank,) = first.objects
    assert (tank.kind, tank.box) == ("storage tank", (10, 10, 30, 20))
    assert tank.polygons[0].tolist() == [[10, 10], [30, 10], [30, 20]]
    assert first.kinds == ("ship", "storage tank") and second.objects == ()
    assert second.path == folder / "images" / "6.jpg"
    with pytest.raises(FileNotFoundError, match=r"instances_train\.json"):
        vhr10(tmp_path, "train")

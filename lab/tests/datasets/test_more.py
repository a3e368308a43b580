"""Sets of other cameras: boxes as they are written, and every fifth picture kept for validation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geomagnifier_lab.datasets.more import more


def test_pictures_are_split_by_their_ids(tmp_path: Path) -> None:
    folder = tmp_path / "more" / "turbines"
    folder.mkdir(parents=True)
    coco = {
        "images": [{"id": i, "file_name": f"{i}.webp"} for i in range(1, 11)],
        "annotations": [
            {"image_id": i, "category_id": 7, "bbox": [i, 2, 30, 40]} for i in (4, 5, 5)
        ],
        "categories": [{"id": 7, "name": "wind turbine"}],
    }
    (folder / "labels.json").write_text(json.dumps(coco))
    val, train = more(tmp_path, "turbines", "val"), more(tmp_path, "turbines", "train")
    assert [s.path.name for s in val] == ["5.webp", "10.webp"] and len(train) == 8
    assert [o.box for o in val[0].objects] == [(5, 2, 35, 42)] * 2 and val[1].objects == ()
    assert train[3].objects[0].kind == "wind turbine" and train[3].kinds == ("wind turbine",)
    assert val[0].path.parent == folder / "images"


def test_a_missing_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"labels\.json"):
        more(tmp_path, "turbines", "val")

"""RRSIS-D in a tiny set of exactly its layout."""

import json
import pickle

import made_boxes
import pytest

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier_lab.datasets.benchmarks import rrsis_d


def test_rrsis_d(tmp_path):
    truth = made_boxes.rrsis_d(tmp_path)
    cases = rrsis_d.read(tmp_path, "test")
    asked = [
        (sentence["raw"], ref["mask"])
        for ref in truth
        if ref["split"] == "test"
        for sentence in ref["sentences"]
    ]
    assert [case.question for case in cases] == [sentence for sentence, _ in asked]
    assert [case.id for case in cases] == [
        "00004.jpg#0",
        "00009.jpg#0",
        "00009.jpg#1",
        "00009.jpg#2",
    ]
    assert all((case.mask() == mask).all() for case, (_, mask) in zip(cases, asked, strict=True))
    assert {case.label for case in cases} == {"storagetank"}
    case, _ = rrsis_d.read(tmp_path, "train")
    assert (case.mask() == truth[3]["mask"]).all()
    made_boxes.write_json(
        tmp_path / "rrsisd" / "refs(unc).json",
        [r for r in _records(tmp_path) if r["split"] != "val"],
    )
    with pytest.raises(DataCorrupt, match="nothing of the split 'val'"):
        rrsis_d.read(tmp_path, "val")


def _records(root):
    return pickle.loads((root / "rrsisd" / "refs(unc).p").read_bytes())


def test_rrsis_d_that_does_not_fit_together(tmp_path):
    made_boxes.rrsis_d(tmp_path)
    records = _records(tmp_path)
    for change in ({"ann_id": 99}, {"image_id": 2}, {"ann_id": 3}):
        made_boxes.write_json(
            tmp_path / "rrsisd" / "refs(unc).json", [records[0], records[1] | change]
        )
        with pytest.raises(
            DataCorrupt,
            match=r"refs\[1\]: image .* and annotation .* are not in .*instances\.json together",
        ):
            rrsis_d.read(tmp_path, "test")
    (tmp_path / "rrsisd" / "refs(unc).json").unlink()
    (tmp_path / "images" / "rrsisd" / "JPEGImages" / "00009.jpg").unlink()
    with pytest.raises(
        DataMissing, match=r"00009\.jpg: 1 of 2 pictures of the split 'test' .*Lsan2401/RMSIN"
    ):
        rrsis_d.read(tmp_path, "test")
    (tmp_path / "rrsisd" / "instances.json").unlink()
    with pytest.raises(DataMissing, match=r"instances\.json"):
        rrsis_d.read(tmp_path, "test")


@pytest.mark.parametrize(
    "segmentation",
    [
        [{"size": [64, 48], "counts": [3072]}],
        [{"size": [48, 64], "counts": "8"}],
        [[1, 2, 3]],
        [7],
        {"size": [48, 64]},
        [{"size": [48], "counts": ""}],
    ],
)
def test_rrsis_d_masks_damaged(tmp_path, segmentation):
    made_boxes.rrsis_d(tmp_path)
    source = tmp_path / "rrsisd" / "instances.json"
    labels = json.loads(source.read_text())
    labels["annotations"][0]["segmentation"] = segmentation
    made_boxes.write_json(source, labels)
    case = rrsis_d.read(tmp_path, "test")[0]
    with pytest.raises(
        DataCorrupt, match=r"instances\.json, annotations\[0\]: its segmentation cannot be drawn"
    ):
        case.mask()

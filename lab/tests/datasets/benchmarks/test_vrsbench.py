"""VRSBench in a tiny set of exactly its layout."""

import json

import made_boxes
import pytest

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier_lab.datasets.benchmarks import vrsbench


def test_vrsbench_sentences(tmp_path):
    truth = made_boxes.vrsbench(tmp_path)
    cases = vrsbench.read_grounding(tmp_path, "val")
    assert [case.question for case in cases] == [ref["question"] for ref in truth]
    assert [case.id for case in cases] == [
        *(
            "P0003_0002.png#0",
            "P0007_0001.png#0",
            "11726_0000.png#0",
            "P0003_0002.png#1",
            "P0007_0001.png#1",
        )
    ]
    cells = [(25, 40, 33, 60), (0, 0, 100, 100), (92, 0, 96, 1), (98, 10, 100, 20), (99, 5, 100, 9)]
    for case, box in zip(cases, cells, strict=True):
        assert case.things[0].box == pytest.approx(
            (box[0] * 0.64, box[1] * 0.48, box[2] * 0.64, box[3] * 0.48)
        )
        assert case.things[0].label == "ship"


def test_vrsbench_captions(tmp_path):
    made_boxes.vrsbench(tmp_path)
    cases = vrsbench.read_captions(tmp_path, "val")
    assert [(case.id, case.captions) for case in cases] == [
        ("P0003_0002.png", ("A picture of 0 ships.",)),
        ("P0007_0001.png", ("A picture of 1 ships.",)),
        ("11726_0000.png", ("A picture of 2 ships.",)),
    ]
    assert {case.question for case in cases} == {"Describe the image in detail"}


@pytest.mark.parametrize(
    "text", ["{<25><40><33>}", "{<25><40><33><101>}", "{<50><40><33><60>}", "", "25 40 33 60", 7]
)
def test_vrsbench_boxes_damaged(tmp_path, text):
    made_boxes.vrsbench(tmp_path)
    source = tmp_path / "VRSBench_EVAL_referring.json"
    records = json.loads(source.read_text())
    records[3]["ground_truth"] = text
    made_boxes.write_json(source, records)
    with pytest.raises(DataCorrupt, match=r"referring\.json, record 3 is not of the form"):
        vrsbench.read_grounding(tmp_path, "val")


def test_vrsbench_half_downloaded(tmp_path):
    made_boxes.vrsbench(tmp_path)
    (tmp_path / "Images_val" / "P0007_0001.png").unlink()
    for read in (vrsbench.read_captions, vrsbench.read_grounding):
        with pytest.raises(
            DataMissing, match=r"P0007_0001\.png: 1 of 3 pictures .*xiang709/VRSBench"
        ):
            read(tmp_path, "val")
    records = json.loads((tmp_path / "VRSBench_EVAL_Cap.json").read_text())
    for change in ({"image_id": "../../secret.png"}, {"ground_truth": " "}, {"ground_truth": None}):
        made_boxes.write_json(
            tmp_path / "VRSBench_EVAL_Cap.json", [records[0], records[1] | change]
        )
        with pytest.raises(DataCorrupt, match=r"Cap\.json, record 1 "):
            vrsbench.read_captions(tmp_path, "val")
    made_boxes.write_json(tmp_path / "VRSBench_EVAL_Cap.json", [records[0], records[0]])
    with pytest.raises(DataCorrupt, match="two captions for one picture"):
        vrsbench.read_captions(tmp_path, "val")
    (tmp_path / "VRSBench_EVAL_Cap.json").unlink()
    with pytest.raises(DataMissing, match=r"VRSBench_EVAL_Cap\.json"):
        vrsbench.read_captions(tmp_path, "val")

"""COCO's lists of results are read by id and by name, and what does not fit is named."""

import json

import numpy as np
import pytest
from eval.made import SIZE, filled, made

from geomagnifier import masks
from geomagnifier.errors import OptionError, PredictionError
from geomagnifier_lab.eval.predictions import read

RLE = masks.encode(filled((0, 0, *SIZE)))

SMALL = masks.encode(np.zeros((4, 4), bool))


def coco(path, *results):
    path.write_text(json.dumps(results))
    return path


@pytest.fixture
def numbers(tmp_path):
    """A COCO file whose numbers are one off the pictures' names, as those of NWPU VHR-10 are."""
    pictures = [{"id": number + 1, "file_name": f"{number}.png"} for number in range(3)]
    path = tmp_path / "instances.json"
    path.write_text(
        json.dumps(
            {
                "images": pictures,
                "categories": [{"id": 1, "name": "Ship"}, {"id": 2, "name": "water"}],
            }
        )
    )
    return path


def test_results_of_coco_are_read_by_number_and_by_name(tmp_path, numbers):
    known, cases = made(tmp_path, "detect")
    result = {"bbox": [8, 8, 16, 8], "score": 0.7}
    by_number = coco(tmp_path / "a.json", result | {"image_id": 1, "category_id": 1})
    by_name = coco(tmp_path / "b.json", result | {"image_id": "0.png", "category": "ship"})
    for found in (
        read(by_number, known, "test", cases, ids=numbers),
        read(by_name, known, "test", cases),
    ):
        assert found["0.png"] == {
            "boxes": [(8.0, 8.0, 24.0, 16.0)],
            "scores": [0.7],
            "names": ["ship"],
        }
        assert found["2.png"] == {"boxes": [], "scores": [], "names": []}  # nothing found there


def test_masks_of_coco_are_read_in_all_their_forms(tmp_path):
    known, cases = made(tmp_path, "refer")
    plain = {"size": [48, 64], "counts": [0, 48 * 64]}
    polygon = [[0, 0, 64, 0, 64, 48, 0, 48]]
    path = coco(
        tmp_path / "r.json",
        *(
            {"image_id": case.id, "segmentation": shape}
            for case, shape in zip(cases, (RLE, plain, polygon), strict=True)
        ),
    )
    found = read(path, known, "test", cases)
    assert all(masks.decode(found[case.id]["mask"]).all() for case in cases)
    known, cases = made(tmp_path, "detect")
    path = coco(
        tmp_path / "d.json",
        {"image_id": "1.png", "category": "ship", "segmentation": RLE, "score": 1},
    )
    assert read(path, known, "test", cases)["1.png"]["segments"] == [
        {"name": "ship", "mask": RLE, "score": 1.0}
    ]


RESULT = {"image_id": "0.png", "category": "ship", "bbox": [8, 8, 16, 8], "score": 0.7}

WRONG_RESULTS = {
    "unknown number": (
        "detect",
        {"image_id": 7},
        r'result 1: "image_id" 7 is no case; if it is a number of a COCO file.*--ids',
    ),
    "unknown name": (
        "detect",
        {"image_id": "9.png"},
        """result 1: "image_id" '9.png' is no case$""",
    ),
    "category number": (
        "detect",
        {"category": ..., "category_id": 3},
        '"category_id" 3 is a number of a COCO file: name that file',
    ),
    "category": (
        "detect",
        {"category": "tree"},
        r"result 1 \('0.png'\): its category 'tree' is no published class",
    ),
    "score": (
        "detect",
        {"score": float("nan")},
        r"""result 1 \('0.png'\): "score" is no finite number but nan""",
    ),
    "no score": ("detect", {"score": ...}, '"score" is no finite number but None'),
    "width": ("detect", {"bbox": [8, 8, 0, 8]}, '"bbox" has no area'),
    "corners": ("detect", {"bbox": [8, 8, 8]}, r'"bbox" is \[x, y, width, height\]'),
    "nothing": ("detect", {"bbox": ...}, '"bbox" is not there'),
    "size": ("detect", {"segmentation": SMALL}, r'"segmentation" is of \[4, 4\]'),
    "size of plain runs": (
        "detect",
        {"segmentation": {"size": [4, 4], "counts": [16]}},
        r"run lengths of \[4, 4\]",
    ),
    "several cases": (
        "ground",
        {"image_id": "0.png"},
        """"image_id" '0.png' has several cases; give the id of one of them, such as "0.png#0""",
    ),
    "text": ("grounded", {}, "asks for more than boxes and masks"),
}


@pytest.mark.parametrize(("work", "change", "told"), WRONG_RESULTS.values(), ids=WRONG_RESULTS)
def test_results_of_coco_that_do_not_fit_are_named(work, change, told, tmp_path):
    known, cases = made(tmp_path, work)
    second = {name: value for name, value in {**RESULT, **change}.items() if value is not ...}
    path = coco(
        tmp_path / "r.json",
        RESULT if work == "detect" else RESULT | {"image_id": "1.png#0"},
        second,
    )
    with pytest.raises(PredictionError, match=told):
        read(path, known, "test", cases)


def test_a_list_of_results_that_is_broken_is_named(tmp_path, numbers):
    known, cases = made(tmp_path, "refer")
    two = [{"id": "0.png#0", "segmentation": RLE}] * 2
    with pytest.raises(
        PredictionError, match=r"result 1 \('0.png#0'\): the case has a mask already"
    ):
        read(coco(tmp_path / "r.json", *two), known, "test", cases)
    with pytest.raises(
        PredictionError, match=r"lacks records of 2 of 3 cases, the first '1.png#0'"
    ):
        read(coco(tmp_path / "r.json", two[0]), known, "test", cases)
    with pytest.raises(PredictionError, match="result 0 is no JSON object"):
        read(coco(tmp_path / "r.json", 3), known, "test", cases)
    (tmp_path / "r.json").write_text('[{"id": ')
    with pytest.raises(PredictionError, match="is not JSON"):
        read(tmp_path / "r.json", known, "test", cases)
    numbers.write_text("{}")
    with pytest.raises(OptionError, match='no COCO file with "images" and "categories"'):
        read(coco(tmp_path / "r.json", two[0]), known, "test", cases, ids=numbers)

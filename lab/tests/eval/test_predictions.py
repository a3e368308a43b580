"""Predictions: what is written comes back, what was torn is dropped, what does not fit is named."""

import json
import re

import numpy as np
import pytest
from eval.made import SIZE, WORKS, filled, made, right

from geomagnifier import masks
from geomagnifier.errors import OptionError, OutputError, PredictionError
from geomagnifier_lab.eval.predictions import Header, Log, read

HEADER = Header("tiny-scene", "test", "fake", "0", 3)


def written(path, *records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def records_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("work", WORKS)
def test_right_records_of_every_kind_are_read(work, tmp_path):
    known, cases = made(tmp_path, work)
    path = tmp_path / "out" / "predictions.jsonl"
    with Log(path, Header(known.name, "test", "fake", "1.0", len(cases))) as log:
        for case in cases:
            log.add(right(case))
    found = read(path, known, "test", cases)
    assert (found.header.model, found.header.version, len(found)) == ("fake", "1.0", len(cases))
    assert list(found) == [case.id for case in cases]
    assert all(found[case.id] == right(case) for case in cases)


def test_a_log_goes_on_and_drops_a_torn_line(tmp_path):
    path = tmp_path / "p.jsonl"
    with Log(path, HEADER) as log:
        log.add({"id": "a"})
        log.add({"id": "ä\udcff"})  # a file name that is not UTF-8
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id": "c", "lab')
    with Log(path, HEADER) as log:
        assert log.done == {"a", "ä\udcff"}
        assert path.read_bytes() == whole
        log.add({"id": "c"})
    assert [record.get("id") for record in records_of(path)] == [None, "a", "ä\udcff", "c"]


def test_a_header_that_was_torn_is_begun_anew(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_bytes(b'{"benchmark": "ti')
    with Log(path, HEADER) as log:
        assert not log.done
    assert records_of(path) == [
        {"benchmark": "tiny-scene", "split": "test", "model": "fake", "version": "0", "cases": 3}
    ]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (Header("tiny-scene", "val", "fake", "0", 3), "its split is 'test', not 'val'"),
        (Header("tiny-scene", "test", "large", "0", 3), "its model is 'fake', not 'large'"),
        (Header("tiny-scene", "test", "fake", "0", 9), "its cases is 3, not 9"),
    ],
)
def test_another_run_is_not_gone_on_with(other, told, tmp_path):
    path = tmp_path / "p.jsonl"
    with Log(path, HEADER):
        pass
    with pytest.raises(OptionError, match=re.escape(told)):
        Log(path, other)


def test_a_damaged_log_is_not_gone_on_with(tmp_path):
    path = tmp_path / "p.jsonl"
    with Log(path, HEADER) as log:
        log.add({"id": "a"})
    whole = path.read_bytes()
    path.write_bytes(whole + b"{nonsense}\n" + b'{"id": "b"}\n')
    with pytest.raises(PredictionError, match="line 3 is not JSON"):
        Log(path, HEADER)
    path.write_bytes(whole + b'{"id": "a"}\n')
    with pytest.raises(PredictionError, match=r"line 3.*there twice"):
        Log(path, HEADER)


def test_a_log_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        Log(tmp_path / "file" / "p.jsonl", HEADER)


def test_records_without_header_or_cost_are_read(tmp_path):
    known, cases = made(tmp_path, "caption")
    path = written(tmp_path / "theirs.jsonl", *({"id": case.id, "text": "a sea"} for case in cases))
    found = read(path, known, "test", cases)
    assert found.header == Header("tiny-caption", "test", "theirs", "", 3)
    assert found["1.png"] == {"id": "1.png", "text": "a sea"}


def test_a_part_of_the_cases_is_read_from_predictions_of_all(tmp_path):
    known, cases = made(tmp_path, "caption")
    path = written(tmp_path / "p.jsonl", *map(right, cases))
    assert list(read(path, known, "test", cases[:1], cases)) == ["0.png"]
    with pytest.raises(
        PredictionError, match=r"line 2: '1.png' is no case of Tiny caption, split 'test'"
    ):
        read(path, known, "test", cases[:1])


RLE = masks.encode(filled((0, 0, *SIZE)))
SMALL = masks.encode(np.zeros((4, 4), bool))
WRONG = {
    "unknown id": ("caption", {"id": "9.png"}, r"line 2: '9.png' is no case of Tiny caption"),
    "no id": ("caption", {"id": 7}, r'line 2: "id" is the id of a case, a text, not 7'),
    "no text": (
        "caption",
        {"text": None},
        r"""line 2 \('0.png'\): "text" is no text but NoneType""",
    ),
    "text not there": ("caption", {"text": ...}, r"""line 2 \('0.png'\): "text" is not there"""),
    "cost": ("caption", {"seconds": "fast"}, "seconds is no finite number but 'fast'"),
    "class": (
        "scene",
        {"labels": [["Sea", 0.5]]},
        r""""labels"\[0\]: 'Sea' is no published class""",
    ),
    "class twice": (
        "scene",
        {"labels": [["Red_Place", 0.5], ["Red_Place", 0.1]]},
        '"labels" has a class twice',
    ),
    "probability": (
        "scene",
        {"labels": [["Red_Place", float("nan")]]},
        r'"labels"\[0\] is no finite number but nan',
    ),
    "label": (
        "scene",
        {"labels": ["Red_Place"]},
        r"""is \[class, probability\], not 'Red_Place'""",
    ),
    "labels": ("scene", {"labels": {}}, '"labels" is no list but dict'),
    "captions": (
        "retrieval",
        {"captions": [[1.0, 0, 0]]},
        '"captions" has 1 vectors, but the picture 2 captions',
    ),
    "length": (
        "retrieval",
        {"captions": [[1.0, 0, 0], [1.0]]},
        r'"captions"\[1\] is no list of 3 numbers',
    ),
    "zero": ("retrieval", {"vector": [0, 0, 0]}, '"vector" is zero'),
    "infinite": (
        "retrieval",
        {"vector": [0, 0, float("inf")]},
        '"vector" is no finite number but inf',
    ),
    "box": ("ground", {"boxes": [[1, 2, 3]]}, r'"boxes"\[0\] is no box'),
    "box without area": (
        "ground",
        {"boxes": [[5, 2, 5, 9]]},
        r'"boxes"\[0\] has no area: \[5, 2, 5, 9\]',
    ),
    "score": ("ground", {"scores": [float("nan")]}, r'"scores"\[0\] is no finite number but nan'),
    "scores": ("ground", {"scores": []}, '1 "boxes" but 0 "scores"'),
    "name": (
        "detect",
        {"names": ["ship", "tree"]},
        r""""names"\[1\]: 'tree' is no published class""",
    ),
    "names": ("detect", {"names": ["ship"]}, '2 "boxes" but 1 "names"'),
    "segment": (
        "detect",
        {"segments": [{"name": "ship", "mask": RLE}]},
        r'"segments"\[0\], "score" is no finite number but None',
    ),
    "mask of another size": (
        "refer",
        {"mask": SMALL},
        r'"mask" is of \[4, 4\] \(height, width\), but the picture of \[48, 64\] px',
    ),
    "mask": ("refer", {"mask": "none"}, '"mask" is no COCO RLE'),
    "runs": ("refer", {"mask": {"size": [48, 64], "counts": "3"}}, '"mask" has broken run lengths'),
    "no runs": (
        "refer",
        {"mask": {"size": [48, 64], "counts": ""}},
        '"mask" has broken run lengths',
    ),
    "foreign runs": (
        "refer",
        {"mask": {"size": [48, 64], "counts": "ü"}},
        '"mask" has broken run lengths',
    ),
    "plain runs": (
        "refer",
        {"mask": {"size": [48, 64], "counts": [3072]}},
        '"mask" has no compressed run lengths',
    ),
    "phrase": (
        "grounded",
        {"phrases": [{"mask": RLE, "score": 1}]},
        r'"phrases"\[0\], "phrase" is no text',
    ),
    "phrases": ("grounded", {"phrases": ["ship"]}, r'"phrases"\[0\] is no object'),
}


@pytest.mark.parametrize(("work", "change", "told"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_named(work, change, told, tmp_path):
    known, cases = made(tmp_path, work)
    first = {
        name: value for name, value in {**right(cases[0]), **change}.items() if value is not ...
    }
    path = written(
        tmp_path / "p.jsonl",
        {"benchmark": known.name, "split": "test"},
        first,
        *map(right, cases[1:]),
    )
    with pytest.raises(PredictionError, match=told) as error:
        read(path, known, "test", cases)
    assert str(error.value).startswith(f"{path}, line 2")


def test_records_that_lack_come_twice_or_are_of_something_else_are_named(tmp_path):
    known, cases = made(tmp_path, "caption")
    path = tmp_path / "p.jsonl"
    with pytest.raises(PredictionError, match=r"lacks records of 2 of 3 cases, the first '1.png'"):
        read(written(path, right(cases[0])), known, "test", cases)
    with pytest.raises(PredictionError, match=r"line 3: '0.png' is there already, in line 1"):
        read(written(path, right(cases[0]), right(cases[1]), right(cases[0])), known, "test", cases)
    with pytest.raises(
        PredictionError, match="line 1: these are predictions for split 'val', not 'test'"
    ):
        read(written(path, {"benchmark": known.name, "split": "val"}), known, "test", cases)
    with pytest.raises(PredictionError, match="for benchmark 'aid', not 'tiny-caption'"):
        read(written(path, {"benchmark": "aid", "split": "test"}), known, "test", cases)
    with pytest.raises(PredictionError, match="line 1 is no JSON object but int"):
        read(written(path, 7), known, "test", cases)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(PredictionError, match="line 1 is not JSON"):
        read(path, known, "test", cases)
    with pytest.raises(OptionError, match="there are no predictions"):
        read(tmp_path / "nowhere", known, "test", cases)


def test_an_error_is_a_record_too(tmp_path):
    known, cases = made(tmp_path, "refer")
    path = written(
        tmp_path / "p.jsonl", *({"id": case.id, "error": "out of memory"} for case in cases)
    )
    assert len(read(path, known, "test", cases)) == 3


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

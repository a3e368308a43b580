"""A record that does not fit its case is refused, and its field is named."""

import json

import numpy as np
import pytest
from eval.made import SIZE, filled, made, right

from geomagnifier import masks
from geomagnifier.errors import PredictionError
from geomagnifier_lab.eval.predictions import read


def written(path, *records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


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

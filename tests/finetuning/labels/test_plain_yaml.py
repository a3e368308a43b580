"""YAML is bounded and its types are checked."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import DataCorrupt, GeomagWarning
from geomagnifier.finetuning.labels import read_labels

BOXES = [(10 + 40 * i, 20, 40 + 40 * i, 40) for i in range(6)]


def picture(path, size=(400, 300), **given):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((size[1], size[0], 3), np.uint8)).save(path, **given)


def yolo(folder, text, names="[ship]"):
    picture(folder / "images/p.png")
    (folder / "labels").mkdir()
    (folder / "labels/p.txt").write_bytes(text)
    (folder / "data.yaml").write_text(f"names: {names}\ntrain: images\n")
    return folder / "data.yaml"


LINES = "\n".join(
    f"0 {(x0 + x1) / 800} {(y0 + y1) / 600} {(x1 - x0) / 400} {(y1 - y0) / 300}"
    for x0, y0, x1, y1 in BOXES
)


def boxes(labels):
    return [tuple(round(v, 3) for v in o.box) for o in labels.pictures[0].objects]


def silently(*given, **named):
    with warnings.catch_warnings():
        warnings.simplefilter("error", GeomagWarning)
        return read_labels(*given, **named)


LAUGHS = "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"a0: &a0 [x]\n{LAUGHS}\nnames: [*a9]\ntrain: images\n", "the alias .* is not followed"),
        ("a: &a {b: c}\n<<: *a\nnames: [ship]\ntrain: images\n", "the alias .* is not followed"),
        (f"names: {'[' * 50}ship{']' * 50}\ntrain: images\n", "nested more than 20 deep"),
        ("names: [ship]\ntrain: images\n#" + "x" * 1_000_000, "has more than the 1,000,000 bytes"),
        ("names: [[ship]]\ntrain: images\n", "the name of a class is text, not a list"),
        (
            "names: [2024-01-01, no, 3, {a: b}]\ntrain: images\n",
            "text, not a date.*not yes or no.*not a int.*not a table",
        ),
        ("names: [ship]\ntrain: {a: b}\n", '"train and val" is the name of a folder'),
        ("names: [ship]\npath: [x]\ntrain: images\n", '"path" is the name of a folder'),
        ("names: {-1: ship}\ntrain: images\n", "holds no labels"),
        ("names: [ship\n", "is not YAML"),
        ("names: !!python/object/apply:os.system ['touch never']\ntrain: images\n", "is not YAML"),
        ("- names\n", 'has no "names"'),
    ],
)
def test_yaml_is_bounded_and_its_types_are_checked(tmp_path, text, words):
    path = yolo(tmp_path, LINES.encode())
    path.write_text(text)
    with pytest.raises(DataCorrupt, match=words) as told:
        read_labels(path)
    assert len(str(told.value)) < 1000


def test_an_alias_of_a_word_is_read(tmp_path):
    path = yolo(tmp_path, LINES.encode())
    path.write_text("train: &where images\nval: *where\nnames: [ship]\n")
    assert boxes(silently(path)) == BOXES

"""The curve of teaching.

Which pictures are taken, what evidence comes to, and the picture of it.
"""

from __future__ import annotations

import json

import pytest
from PIL import Image

from geomagnifier.finetuning.thresholds import MASKS, Evidence
from geomagnifier_lab.studies.teaching import of, some
from geomagnifier_lab.studies.teaching_plot import plot, rows

RUNS = {
    "airplane 10 0": {"objects": 12, "pictures": 2, "IoU": 0.4, "AP50": 0.7},
    "airplane 10 1": {"objects": 10, "pictures": 3, "IoU": 0.6, "AP50": 0.9},
    "building 50 0": {"objects": 55, "pictures": 6, "IoU": 0.3},
    "shipped airplane": {"IoU": 0.7, "AP50": 0.95},
}


@pytest.fixture
def coco(tmp_path):
    """Thirty pictures, two things in each of the first twenty."""
    path = tmp_path / "instances.json"
    images = [{"id": i, "file_name": f"{i}.png"} for i in range(30)]
    path.write_text(
        json.dumps(
            {
                "images": images,
                "annotations": [{"image_id": i // 2} for i in range(40)],
                "categories": [],
            }
        )
    )
    return path


@pytest.mark.parametrize(("examples", "full"), [(1, 1), (10, 5), (11, 6), (500, 20)])
def test_pictures_are_taken_until_they_hold_the_examples(coco, examples, full):
    taken = json.loads(some(coco, examples, 3).read_text())
    ids = [i["id"] for i in taken["images"]]
    assert sum(i < 20 for i in ids) == full
    assert sum(i >= 20 for i in ids) == max(1, full // 2)
    assert sorted(a["image_id"] for a in taken["annotations"]) == sorted(
        i for i in ids if i < 20 for _ in range(2)
    )


def test_seeds_take_other_pictures(coco):
    first, second, again = (some(coco, 10, seed).read_text() for seed in (0, 1, 0))
    assert first == again
    assert first != second


def test_what_evidence_comes_to():
    seen = Evidence(
        objects=[(0.9, True, 1.0), (0.8, False, 1.0), (0.7, True, 1.0)],
        labelled=2,
        masks=[[0.1, 0.2, 0.5, 0.2, 0.1]] * 2,
    )
    assert of(seen, MASKS[2]) == pytest.approx({"IoU": 0.5, "AP50": (1 + 2 / 3) / 2})
    assert of(Evidence(labelled=3), 0.5) == {"AP50": 0.0}


def test_rows_are_means_over_seeds_beside_what_knows_the_kind():
    found = rows(RUNS, ("airplane", "building"), (10, 50))
    assert [(row["kind"], row["examples"]) for row in found] == [
        ("airplane", "10"),
        ("airplane", "shipped small model"),
        ("building", "50"),
    ]
    assert found[0]["IoU"] == pytest.approx(0.5)
    assert (found[0]["AP50 from"], found[0]["AP50 to"]) == (0.7, 0.9)


def test_the_picture(tmp_path):
    plot(RUNS, ("airplane", "building"), (10, 50), tmp_path / "curve.png")
    with Image.open(tmp_path / "curve.png") as picture:
        assert picture.width > 1000
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 50

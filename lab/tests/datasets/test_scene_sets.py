"""Scene sets: splits of the labels file, and the plain names of a class."""

import json

from geomagnifier.language.scene_classes import RSSCN7
from geomagnifier_lab.datasets.scene_sets import scene_set


def test_pictures_of_a_split_with_their_names(tmp_path):
    rows = [
        {"image": "Grass/a001.jpg", "class": "Grass", "split": "train"},
        {"image": "Forest/e001.jpg", "class": "Forest", "split": "val", "captions": ["a forest"]},
    ]
    (tmp_path / "rsscn7").mkdir()
    (tmp_path / "rsscn7" / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (sample,) = scene_set(tmp_path, "rsscn7", "val")
    assert sample.path == tmp_path / "rsscn7" / "images" / "Forest" / "e001.jpg"
    assert sample.scenes == RSSCN7["Forest"] and sample.captions == ("a forest",)

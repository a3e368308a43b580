"""YOLO as tools of all kinds write it: read as it was meant, or refused with the line."""

from __future__ import annotations

import pytest
from PIL import Image

from geomagnifier.errors import DataMissing, GeomagWarning
from geomagnifier.finetuning.labels import read_labels
from own_scenes import SIDE, helipads


def write_yolo(folder, pictures=3, outlines=True):
    for part in ("images", "labels"):
        (folder / part / "train").mkdir(parents=True)
    for number in range(pictures):
        pixels, rings = helipads(number)
        Image.fromarray(pixels).save(folder / "images/train" / f"{number}.png")
        lines = []
        for ring in rings:
            low, high = ring.min(0) / SIDE, ring.max(0) / SIDE
            values = (ring / SIDE).ravel() if outlines else [*(low + high) / 2, *(high - low)]
            lines.append(" ".join(["0", *(f"{v:.6f}" for v in values)]))
        (folder / "labels/train" / f"{number}.txt").write_text("\n".join(lines) + "\n")
    (folder / "data.yaml").write_text("path: .\ntrain: images/train\nnames:\n  0: helipad\n")
    return folder / "data.yaml"


@pytest.mark.parametrize("outlines", [True, False])
def test_yolo(tmp_path, outlines):
    labels = read_labels(write_yolo(tmp_path, outlines=outlines))
    assert labels.count("helipad") == (12, 3)
    _, rings = helipads(0)
    first = labels.pictures[0].objects[0]
    assert first.box == pytest.approx((*rings[0].min(0), *rings[0].max(0)), abs=0.01)
    assert bool(first.rings) == outlines


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 1.4 0.5 0.1 0.1", "it has numbers outside 0..1"),
        ("0 0.5 0.5 -0.1 0.1", "it has numbers outside 0..1"),
        ("3 0.5 0.5 0.1 0.1", "3 is no class"),
        ("1e999 0.5 0.5 0.1 0.1", "inf is not finite"),
        ("0 0.5 0.5 0.1", "3 numbers"),
        ("0 a b c d", "'a' is no number"),
        ("0 0.5 0.5 0.0001 0.1", ".*is less than a pixel"),
    ],
)
def test_a_bad_line_of_yolo_is_told_and_the_others_are_read(tmp_path, line, words):
    path = write_yolo(tmp_path)
    (tmp_path / "labels/train/1.txt").write_text(f"0 0.5 0.5 0.1 0.1\n{line}\n")
    with pytest.warns(GeomagWarning, match=f"1 records are skipped: 1.txt, line 2: {words}"):
        labels = read_labels(path)
    assert labels.count("helipad") == (9, 3)


def test_yolo_without_pictures(tmp_path):
    (tmp_path / "data.yaml").write_text("train: images\nnames: [helipad]\n")
    with pytest.raises(DataMissing, match="images"):
        read_labels(tmp_path)

"""The table of class-folder sets: classes, words and layouts, also on real images."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from made_scenes import SCENES, write_aitlas_rsscn7, write_scenes

from geomagnifier.errors import GeomagWarning
from geomagnifier.language.scene_classes import SCENES as NAMES
from geomagnifier_lab.datasets.benchmarks import benchmark
from geomagnifier_lab.datasets.benchmarks.case import Case
from geomagnifier_lab.datasets.sample import read_pixels

needs_data = pytest.mark.skipif(
    "GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets"
)

COUNTS = {"aid": 30, "ucm": 21, "whu-rs19": 19, "resisc45": 45, "rsscn7": 7, "eurosat": 10}


def read_all(name: str, root: Path) -> list[Case]:
    """A tiny set, of which the reader says that it is not whole."""
    with pytest.warns(GeomagWarning, match=r"[\d,]+ of the [\d,]+ pictures"):
        return benchmark(name).read(root, "all")


@pytest.mark.parametrize("name", SCENES)
def test_all_pictures_are_read(name: str, tmp_path: Path) -> None:
    write_scenes(name, tmp_path)
    of = benchmark(name)
    cases = read_all(name, tmp_path)
    assert len(of.classes) == COUNTS[name]
    assert Counter(case.label for case in cases) == dict.fromkeys(of.classes, 3)
    assert len({case.id for case in cases}) == len(cases)
    assert all(
        case.id == f"{case.label}/{case.image.name}" and case.work == "scene" for case in cases
    )
    assert read_pixels(cases[-1].image).shape == (64, 64, 3)
    assert [case.id for case in read_all(name, tmp_path / SCENES[name][0])] == [
        case.id for case in cases
    ]


@pytest.mark.parametrize("name", SCENES)
def test_benchmarks_say_what_they_are(name: str) -> None:
    of = benchmark(name)
    assert (of.name, of.work, of.splits) == (name, "scene", ("test", "val", "train", "all"))
    assert set(of.words) == set(of.classes)
    assert {word for words in of.words.values() for word in words} <= set(NAMES)
    assert of.url.startswith("http") and of.licence and "AiTLAS" in of.protocol


def test_what_the_small_vocabulary_cannot_tell() -> None:
    unnamed = {
        name: [label for label, words in benchmark(name).words.items() if not words]
        for name in SCENES
    }
    assert {name: len(labels) for name, labels in unnamed.items() if labels} == {"resisc45": 12}
    alike = {name: COUNTS[name] - len(set(benchmark(name).words.values())) for name in SCENES}
    assert {name: n for name, n in alike.items() if n} == {
        "resisc45": 12,
        "eurosat": 1,
    }  # two farmlands each; and twelve without a name


def test_both_namings_of_rsscn7(tmp_path: Path) -> None:
    write_aitlas_rsscn7(tmp_path)
    cases = benchmark("rsscn7").read(tmp_path, "val")
    assert {case.label: case.image.name for case in cases}["gParking"] == "2402.jpg"
    for folder, name in (("grass_land", "Grass"), ("forest", "Forest")):
        (tmp_path / folder).rename(tmp_path / name)
    assert {case.label for case in read_all("rsscn7", tmp_path)} == set(benchmark("rsscn7").classes)


@needs_data
@pytest.mark.parametrize(
    ("name", "labels"),
    [("aid", "captions.jsonl"), ("ucm", "captions.jsonl"), ("rsscn7", "labels.jsonl")],
)
def test_real_pictures(name: str, labels: str) -> None:
    """Parts of the real sets, re-packed.

    Classes and their counts are those that their own table of labels gives.
    """
    root = Path(os.environ["GEOMAG_DATA"]) / name
    table = Counter(json.loads(line)["class"] for line in (root / labels).read_text().splitlines())
    cases = read_all(name, root)
    counted = Counter(case.label[1:] if name == "rsscn7" else case.label for case in cases)
    assert counted == table and len(table) == COUNTS[name]
    assert [case.id for case in read_all(name, root / "images")] == [case.id for case in cases]
    assert all(read_pixels(case.image).ndim == 3 for case in cases[:: len(cases) // 20])

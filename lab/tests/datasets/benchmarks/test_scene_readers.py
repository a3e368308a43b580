"""Scene sets are read in their authors' layout; what is missing is named.

Lists decide the splits.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from made_scenes import SCENES, write_aitlas_rsscn7, write_scenes

from geomagnifier.errors import DataCorrupt, DataMissing, GeomagWarning, OptionError
from geomagnifier.language.scene_classes import SCENES as NAMES
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case
from geomagnifier_lab.datasets.sample import read_pixels

needs_data = pytest.mark.skipif(
    "GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets"
)
COUNTS = {"aid": 30, "ucm": 21, "whu-rs19": 19, "resisc45": 45, "rsscn7": 7, "eurosat": 10}


def benchmark(name: str) -> Benchmark:
    made: Benchmark = import_module(
        f"geomagnifier_lab.datasets.benchmarks.{name.replace('-', '_')}"
    ).BENCHMARK
    return made


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


@pytest.mark.parametrize("name", [name for name, (_, begin, _) in SCENES.items() if begin])
def test_lists_part_the_pictures(name: str, tmp_path: Path) -> None:
    write_scenes(name, tmp_path)
    of = benchmark(name)
    parts = {split: of.read(tmp_path, split) for split in ("train", "val", "test")}
    for cases in parts.values():
        assert Counter(case.label for case in cases) == dict.fromkeys(of.classes, 1)
        assert all(case.image.is_file() for case in cases)
    ids = [case.id for cases in parts.values() for case in cases]
    assert sorted(ids) == sorted(case.id for case in read_all(name, tmp_path))
    assert [case.id for case in of.read(tmp_path, "test")] == [case.id for case in parts["test"]]


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


def test_folders_may_be_spelled_and_nested_otherwise(tmp_path: Path) -> None:
    write_scenes("whu-rs19", tmp_path)
    place = (tmp_path / "WHU-RS19").rename(tmp_path / "images")
    (place / "railwayStation").rename(place / "Railway Station")
    cases = benchmark("whu-rs19").read(tmp_path, "test")
    assert len(cases) == 19
    (case,) = (case for case in cases if case.label == "railwayStation")
    assert (
        case.image.parent.name == "Railway Station"
        and case.id == "railwayStation/railwayStation_03.jpg"
    )


def test_what_systems_leave_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    write_scenes("rsscn7", tmp_path)
    (tmp_path / ".idea").mkdir()
    (tmp_path / "aGrass" / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "aGrass" / "._a001.jpg").write_bytes(b"x")
    assert len(read_all("rsscn7", tmp_path)) == 21


def test_both_namings_of_rsscn7(tmp_path: Path) -> None:
    write_aitlas_rsscn7(tmp_path)
    cases = benchmark("rsscn7").read(tmp_path, "val")
    assert {case.label: case.image.name for case in cases}["gParking"] == "2402.jpg"
    for folder, name in (("grass_land", "Grass"), ("forest", "Forest")):
        (tmp_path / folder).rename(tmp_path / name)
    assert {case.label for case in read_all("rsscn7", tmp_path)} == set(benchmark("rsscn7").classes)


def test_lists_of_names_alone_and_in_other_places(tmp_path: Path) -> None:
    write_scenes("resisc45", tmp_path)
    for path in tmp_path.glob("*.csv"):
        path.unlink()
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits" / "resisc45-test.txt").write_text(
        "railway_station_001.jpg\n\nrailway_002.jpg\n"
    )
    cases = benchmark("resisc45").read(tmp_path, "test")
    assert [case.id for case in cases] == [
        "railway_station/railway_station_001.jpg",
        "railway/railway_002.jpg",
    ]
    (tmp_path / "NWPU-RESISC45" / "Test.csv").write_text("ship/ship_001.jpg,ship\n")
    assert [case.id for case in benchmark("resisc45").read(tmp_path, "test")] == [
        "ship/ship_001.jpg"
    ]


def test_without_a_list_there_is_no_split(tmp_path: Path) -> None:
    write_scenes("rsscn7", tmp_path)
    with pytest.raises(
        OptionError,
        match=(
            r"publish no split; for 'test' put rsscn7_test\.csv of AiTLAS .*or ask for the split"
            r" 'all'"
        ),
    ):
        benchmark("rsscn7").read(tmp_path, "test")
    with pytest.raises(OptionError, match="no split 'dev'; choose among test, val, train, all"):
        benchmark("rsscn7").read(tmp_path, "dev")


@pytest.mark.parametrize("name", SCENES)
def test_what_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    of = benchmark(name)
    with pytest.raises(DataMissing, match="nowhere"):
        of.read(tmp_path / "nowhere", "all")
    with pytest.raises(
        DataMissing,
        match=(
            f"{of.classes[0]} and the other {len(of.classes) - 1} class folders; it comes from"
            f" {of.url}"
        ),
    ):
        of.read(tmp_path, "all")
    write_scenes(name, tmp_path)
    last = tmp_path / SCENES[name][0] / of.classes[-1]
    pictures = sorted(last.iterdir())
    pictures[0].write_bytes(b"")
    with pytest.raises(
        DataMissing,
        match=rf"lacks .*{pictures[0].name}: 1 of {3 * len(of.classes)} pictures .*{of.url}",
    ):
        of.read(tmp_path, "all")
    for path in pictures:
        path.unlink()
    with pytest.raises(DataMissing, match=f"no picture in .*{last.name}; it comes from {of.url}"):
        of.read(tmp_path, "all")
    last.rmdir()
    with pytest.raises(
        DataMissing,
        match=(
            rf"lacks .*{last.name}: 1 of {len(of.classes)} class folders are not there; .*{of.url}"
        ),
    ):
        of.read(tmp_path, "all")


def test_a_picture_of_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    write_scenes("aid", tmp_path)
    (tmp_path / "AID" / "Bridge" / "bridge_3.jpg").unlink()
    (tmp_path / "AID" / "Pond" / "pond_3.jpg").write_bytes(b"")
    with pytest.raises(
        DataMissing,
        match=(
            r"lacks .*_3\.jpg: 2 of 30 pictures of aid_test\.csv are not there or empty; it comes"
            r" from http"
        ),
    ):
        benchmark("aid").read(tmp_path, "test")
    assert len(benchmark("aid").read(tmp_path, "train")) == 30


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Bridge/bridge_1.jpg,Bridge\nMoon/moon_1.jpg,Moon\n",
            "line 2: 'Moon/moon_1.jpg,Moon' is no picture of a class of AID",
        ),
        ("Bridge/bridge_1.jpg,Pond\n", "line 1"),
        ("../../etc/passwd,Bridge\n", "line 1"),
        ("image,label\n", "line 1"),
        (
            "Bridge/bridge_1.jpg,Bridge\nBridge/bridge_1.jpg,Bridge\n",
            "line 2: Bridge/bridge_1.jpg is there already, in line 1",
        ),
        ("\n", "lists no picture"),
        (b"\xff\xfe\x00", "is no list of pictures"),
    ],
)
def test_damaged_lists_are_named(text: str | bytes, told: str, tmp_path: Path) -> None:
    write_scenes("aid", tmp_path)
    (tmp_path / "aid_test.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataCorrupt, match=f"aid_test.csv.*{told}"):
        benchmark("aid").read(tmp_path, "test")


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

"""Caption sets are read from one JSON file and one folder; damage and gaps are named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from made_scenes import CAPTIONS, write_captions

from geomagnifier.errors import DataCorrupt, DataMissing, OptionError
from geomagnifier_lab.datasets.benchmarks import benchmark
from geomagnifier_lab.datasets.sample import read_pixels


@pytest.mark.parametrize("name", CAPTIONS)
def test_sentences_and_splits_are_read(name: str, tmp_path: Path) -> None:
    write_captions(name, tmp_path)
    labels, folder, _, splits = CAPTIONS[name]
    records = json.loads((tmp_path / labels).read_text())["images"]
    of = benchmark(name)
    assert (of.name, of.work, of.splits[0], set(of.splits)) == (
        name,
        "caption",
        "test",
        set(splits),
    )
    seen = []
    for split in splits:
        cases = of.read(tmp_path, split)
        mine = [record for record in records if record["split"] == split]
        assert [case.id for case in cases] == [record["filename"] for record in mine]
        assert [list(case.captions) for case in cases] == [
            [sentence["raw"] for sentence in record["sentences"]] for record in mine
        ]
        assert all(
            case.image == tmp_path / folder / case.id and case.work == "caption" and not case.label
            for case in cases
        )
        assert read_pixels(cases[0].image).shape == (64, 64, 3)
        assert [case.id for case in of.read(tmp_path, split)] == [case.id for case in cases]
        seen += [case.id for case in cases]
    assert len(set(seen)) == len(seen) == 6
    with pytest.raises(OptionError, match=f"no split 'all'; choose among {', '.join(of.splits)}"):
        of.read(tmp_path, "all")


@pytest.mark.parametrize("name", CAPTIONS)
def test_what_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    of = benchmark(name)
    labels, folder, file, splits = CAPTIONS[name]
    with pytest.raises(DataMissing, match="nowhere"):
        of.read(tmp_path / "nowhere", "test")
    with pytest.raises(DataMissing, match=f"lacks .*{labels}; it comes from {of.url}"):
        of.read(tmp_path, "test")
    write_captions(name, tmp_path)
    held = [n for n in range(6) if splits[n % len(splits)] == "test"]
    (tmp_path / folder / file.format(held[0] + 1)).unlink()
    (tmp_path / folder / file.format(held[1] + 1)).write_bytes(b"")
    told = (
        rf"lacks .*{file.format(held[0] + 1)}: 2 of {len(held)} pictures of the split 'test' are"
        rf" not there or empty; it comes from {of.url}"
    )
    with pytest.raises(DataMissing, match=told):
        of.read(tmp_path, "test")
    assert of.read(tmp_path, "train")
    (tmp_path / folder).rename(tmp_path / "elsewhere")
    with pytest.raises(DataMissing, match=f"{folder}.*{len(held)} of {len(held)} pictures"):
        of.read(tmp_path, "test")


@pytest.mark.parametrize("name", CAPTIONS)
def test_damaged_json_is_named(name: str, tmp_path: Path) -> None:
    write_captions(name, tmp_path)
    path = tmp_path / CAPTIONS[name][0]
    whole = path.read_bytes()
    for damaged, told in (
        (whole[: len(whole) // 2], "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[]", 'no list "images"'),
    ):
        path.write_bytes(damaged)
        with pytest.raises(DataCorrupt, match=f"{path.name}.*{told}"):
            benchmark(name).read(tmp_path, "test")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"filename": None}, "no file name"),
        ({"filename": "../../secret.jpg"}, "no file name"),
        ({"filename": "/etc/passwd"}, "no file name"),
        ({"sentences": []}, "has no sentence"),
        ({"sentences": [{"tokens": ["a"]}]}, r"lacks .*KeyError: 'raw'"),
        ({"sentences": [{"raw": 7}]}, "lacks"),
        ({"sentences": None}, "lacks"),
        ({"split": "dev"}, "no picture of the split 'test'"),
    ],
)
def test_records_of_another_form_are_named(
    change: dict[str, Any], told: str, tmp_path: Path
) -> None:
    write_captions("rsicd", tmp_path)
    path = tmp_path / "dataset_rsicd.json"
    coco = json.loads(path.read_text())
    coco["images"] = [{**record, **change} for record in coco["images"]]
    path.write_text(json.dumps(coco))
    with pytest.raises(DataCorrupt, match=rf"dataset_rsicd\.json.*{told}"):
        benchmark("rsicd").read(tmp_path, "test")


def test_blank_sentences_and_names_that_come_twice(tmp_path: Path) -> None:
    write_captions("rsitmd", tmp_path)
    path = tmp_path / "dataset_RSITMD.json"
    coco = json.loads(path.read_text())
    coco["images"] = [record for record in coco["images"] if record["split"] == "test"]
    coco["images"][0]["sentences"][1]["raw"] = " "
    coco["images"].append(coco["images"][0])
    path.write_text(json.dumps(coco))
    cases = benchmark("rsitmd").read(tmp_path, "test")
    assert [case.id for case in cases] == ["boat_2.tif", "boat_4.tif", "boat_6.tif", "boat_2.tif#2"]
    assert [len(case.captions) for case in cases] == [4, 5, 5, 4]
    assert cases[-1].image == cases[0].image


def test_copies_with_other_folders_are_read(tmp_path: Path) -> None:
    write_captions("ucm-captions", tmp_path / "ucm")
    (tmp_path / "ucm" / "imgs").rename(tmp_path / "ucm" / "images")
    assert len(benchmark("ucm-captions").read(tmp_path / "ucm", "test")) == 2
    write_captions("rsicd", tmp_path / "rsicd")
    (tmp_path / "rsicd" / "annotations_rsicd").mkdir()
    (tmp_path / "rsicd" / "dataset_rsicd.json").rename(
        tmp_path / "rsicd" / "annotations_rsicd" / "dataset_rsicd.json"
    )
    assert len(benchmark("rsicd").read(tmp_path / "rsicd", "test")) == 2

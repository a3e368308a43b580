"""Readers of masks.

RRSIS-D, RefSegRS, RISBench, EarthReason and GeoPixelD, in tiny sets of exactly their layout.
"""

import json
import pickle

import made_boxes
import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import DataCorrupt, DataMissing, GeomagWarning, OptionError
from geomagnifier_lab.datasets.benchmarks import earthreason, geopixeld, refsegrs, risbench, rrsis_d

MODULES = {
    "rrsis_d": rrsis_d,
    "refsegrs": refsegrs,
    "risbench": risbench,
    "earthreason": earthreason,
    "geopixeld": geopixeld,
}


@pytest.mark.parametrize("name", MODULES)
def test_ids_are_unique_and_stable_and_files_are_there(tmp_path, name):
    made_boxes.WRITERS[name](tmp_path)
    benchmark = MODULES[name].BENCHMARK
    assert benchmark.name == name.replace("_", "-")
    for split in benchmark.splits:
        cases = benchmark.read(tmp_path, split)
        ids = [case.id for case in cases]
        assert len(set(ids)) == len(ids) > 0
        assert ids == [case.id for case in benchmark.read(tmp_path, split)]
        for case in cases:
            assert case.image.is_file() and case.work == benchmark.work
            masks = [case.mask] if case.work == "refer" else [thing.mask for thing in case.things]
            assert all(mask().shape == (48, 64) and mask().dtype == bool for mask in masks)
            pickle.dumps(case)  # cases go to workers
    with pytest.raises(OptionError, match="no split 'dev'"):
        benchmark.read(tmp_path, "dev")
    with pytest.raises(DataMissing, match=r"lacks .*nowhere.* comes from https://"):
        benchmark.read(tmp_path / "nowhere", benchmark.splits[0])


def test_rrsis_d(tmp_path):
    truth = made_boxes.rrsis_d(tmp_path)
    cases = rrsis_d.read(tmp_path, "test")
    asked = [
        (sentence["raw"], ref["mask"])
        for ref in truth
        if ref["split"] == "test"
        for sentence in ref["sentences"]
    ]
    assert [case.question for case in cases] == [sentence for sentence, _ in asked]
    assert [case.id for case in cases] == [
        "00004.jpg#0",
        "00009.jpg#0",
        "00009.jpg#1",
        "00009.jpg#2",
    ]
    assert all((case.mask() == mask).all() for case, (_, mask) in zip(cases, asked, strict=True))
    assert {case.label for case in cases} == {"storagetank"}
    case, _ = rrsis_d.read(tmp_path, "train")
    assert (case.mask() == truth[3]["mask"]).all()
    made_boxes.write_json(
        tmp_path / "rrsisd" / "refs(unc).json",
        [r for r in _records(tmp_path) if r["split"] != "val"],
    )
    with pytest.raises(DataCorrupt, match="nothing of the split 'val'"):
        rrsis_d.read(tmp_path, "val")


def _records(root):
    return pickle.loads((root / "rrsisd" / "refs(unc).p").read_bytes())


def test_rrsis_d_that_does_not_fit_together(tmp_path):
    made_boxes.rrsis_d(tmp_path)
    records = _records(tmp_path)
    for change in ({"ann_id": 99}, {"image_id": 2}, {"ann_id": 3}):
        made_boxes.write_json(
            tmp_path / "rrsisd" / "refs(unc).json", [records[0], records[1] | change]
        )
        with pytest.raises(
            DataCorrupt,
            match=r"refs\[1\]: image .* and annotation .* are not in .*instances\.json together",
        ):
            rrsis_d.read(tmp_path, "test")
    (tmp_path / "rrsisd" / "refs(unc).json").unlink()
    (tmp_path / "images" / "rrsisd" / "JPEGImages" / "00009.jpg").unlink()
    with pytest.raises(
        DataMissing, match=r"00009\.jpg: 1 of 2 pictures of the split 'test' .*Lsan2401/RMSIN"
    ):
        rrsis_d.read(tmp_path, "test")
    (tmp_path / "rrsisd" / "instances.json").unlink()
    with pytest.raises(DataMissing, match=r"instances\.json"):
        rrsis_d.read(tmp_path, "test")


@pytest.mark.parametrize(
    "segmentation",
    [
        [{"size": [64, 48], "counts": [3072]}],
        [{"size": [48, 64], "counts": "8"}],
        [[1, 2, 3]],
        [7],
        {"size": [48, 64]},
        [{"size": [48], "counts": ""}],
    ],
)
def test_rrsis_d_masks_damaged(tmp_path, segmentation):
    made_boxes.rrsis_d(tmp_path)
    source = tmp_path / "rrsisd" / "instances.json"
    labels = json.loads(source.read_text())
    labels["annotations"][0]["segmentation"] = segmentation
    made_boxes.write_json(source, labels)
    case = rrsis_d.read(tmp_path, "test")[0]
    with pytest.raises(
        DataCorrupt, match=r"instances\.json, annotations\[0\]: its segmentation cannot be drawn"
    ):
        case.mask()


@pytest.mark.parametrize("name", ["refsegrs", "risbench"])
def test_phrase_lists(tmp_path, name):
    truth = made_boxes.WRITERS[name](tmp_path)
    for split in MODULES[name].BENCHMARK.splits:
        cases = MODULES[name].read(tmp_path, split)
        expected = [thing for thing in truth if thing["split"] == split]
        assert [(c.id, c.question) for c in cases] == [
            (f"{t['file']}#0", t["phrase"]) for t in expected
        ]
        assert all(
            (case.mask() == thing["mask"]).all()
            for case, thing in zip(cases, expected, strict=True)
        )


def test_phrase_lists_with_several_phrases_blanks_and_tabs(tmp_path):
    made_boxes.refsegrs(tmp_path)
    (tmp_path / "output_phrase_test.txt").write_text(
        "30 road\n\n30\tvehicle in the  left \r\n31 building\n"
    )
    cases = refsegrs.read(tmp_path, "test")
    assert [(c.id, c.question) for c in cases] == [
        ("30.tif#0", "road"),
        ("30.tif#1", "vehicle in the  left"),
        ("31.tif#0", "building"),
    ]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("refsegrs", "31"),
        ("refsegrs", "road 31"),
        ("refsegrs", "../31 road"),
        ("risbench", "test_2_0 car"),
        ("risbench", "../a.png car"),
    ],
)
def test_phrase_lists_damaged(tmp_path, name, line):
    made_boxes.WRITERS[name](tmp_path)
    source = tmp_path / "output_phrase_test.txt"
    source.write_text(source.read_text() + line + "\n")
    with pytest.raises(DataCorrupt, match=r"output_phrase_test\.txt, line 3: "):
        MODULES[name].read(tmp_path, "test")
    source.write_bytes(b"\xff\xfe\x00\x80 car")
    with pytest.raises(DataCorrupt, match="no text"):
        MODULES[name].read(tmp_path, "test")
    source.write_text("\n")
    with pytest.raises(DataCorrupt, match="nothing of the split 'test'"):
        MODULES[name].read(tmp_path, "test")


@pytest.mark.parametrize(
    ("name", "folders"), [("refsegrs", ("images", "masks")), ("risbench", ("img_rgb", "mask"))]
)
def test_phrase_lists_half_downloaded(tmp_path, name, folders):
    truth = made_boxes.WRITERS[name](tmp_path)
    file = next(thing["file"] for thing in truth if thing["split"] == "test")
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(tmp_path / folders[1] / file)
    with pytest.raises(DataCorrupt, match=rf"{file} has 9 x 9 px, but its picture .* 64 x 48 px"):
        MODULES[name].read(tmp_path, "test")[0].mask()
    (tmp_path / folders[1] / file).write_bytes(b"no picture")
    with pytest.raises(DataCorrupt, match=rf"{file} is no picture"):
        MODULES[name].read(tmp_path, "test")[0].mask()
    for folder in folders[::-1]:
        (tmp_path / folder / file).unlink()
        with pytest.raises(
            DataMissing, match=rf"{folder}.{file}: 1 of 2 pictures .* from https://"
        ):
            MODULES[name].read(tmp_path, "test")


def test_risbench_in_the_folder_of_its_archive(tmp_path):
    made_boxes.risbench(tmp_path / "RISBench_dataset")
    assert len(risbench.read(tmp_path, "test")) == 2


def test_earthreason(tmp_path):
    truth = made_boxes.earthreason(tmp_path)
    for split in earthreason.BENCHMARK.splits:
        cases = earthreason.read(tmp_path, split)
        expected = [thing for thing in truth if thing["split"] == split]
        assert [(c.id, c.question, c.captions) for c in cases] == [
            (t["name"], t["questions"][0], tuple(t["answer"])) for t in expected
        ]
        assert all(
            (case.mask() == thing["mask"]).all()
            for case, thing in zip(cases, expected, strict=True)
        )
        assert not cases[1].mask().any()


def test_earthreason_in_the_folder_of_its_archive(tmp_path):
    made_boxes.earthreason(tmp_path / "RSReasonSeg")
    assert len(earthreason.read(tmp_path, "test")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"questions": [], "answer": []}',
        '{"questions": ["a?"]}',
        '{"questions": ["a?"], "answer": "b"}',
        '{"questions": [1], "answer": []}',
    ],
)
def test_earthreason_damaged(tmp_path, text):
    made_boxes.earthreason(tmp_path)
    (tmp_path / "test" / "QAs" / "test1.json").write_text(text)
    with pytest.raises(DataCorrupt, match=r"test1\.json is not "):
        earthreason.read(tmp_path, "test")


@pytest.mark.parametrize("file", ["images/test1.jpg", "labels/test1.png", "QAs/test1.json"])
def test_earthreason_half_downloaded(tmp_path, file):
    made_boxes.earthreason(tmp_path)
    (tmp_path / "test" / file).unlink()
    with pytest.raises(DataMissing, match=rf"{file}: 1 of 2 .*earth-insights/EarthReason"):
        earthreason.read(tmp_path, "test")


def test_geopixeld(tmp_path):
    truth = made_boxes.geopixeld(tmp_path)
    cases = geopixeld.read(tmp_path, "test")
    assert [case.id for case in cases] == ["P0003_0_800_347_1147.png", "P0003_223_1023_0_800.png"]
    for case in (*cases, *geopixeld.read(tmp_path, "train")):
        assert (
            case.captions == ("An aerial view. The tennis court-1 and two cars , seen from above.",)
            and not case.question
        )
        assert [thing.label for thing in case.things] == [phrase for phrase, _ in truth[case.id]]
        for thing, (_, mask) in zip(case.things, truth[case.id], strict=True):
            rows, columns = np.nonzero(mask)
            assert (thing.mask() == mask).all()
            assert thing.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_geopixeld_rings_of_all_shapes(tmp_path):
    made_boxes.geopixeld(tmp_path)
    source = tmp_path / "test" / "P0003_0_800_347_1147.json"
    record = json.loads(source.read_text())
    rings = [[[[3, 3]], [[10, 4], [20, 4]]], [[[-9, -9], [-3, -9], [-3, -3]]]]
    made_boxes.write_json(source, record | {"polygons": rings})
    with pytest.warns(GeomagWarning, match="1 phrases with a mask without area"):
        (thing,) = geopixeld.read(tmp_path, "test")[0].things
    assert thing.box == (3, 3, 21, 5) and np.argwhere(thing.mask()).tolist() == [
        [3, 3],
        *([4, x] for x in range(10, 21)),
    ]
    rings = [[[[5, 5], [30, 8], [17, 40]]], [[[50, 40], [80, 40], [70, 90]]]]
    made_boxes.write_json(source, record | {"polygons": rings})
    for thing, shape in zip(geopixeld.read(tmp_path, "test")[0].things, rings, strict=True):
        assert (thing.mask() == made_boxes.drawn(shape)).all()
    assert thing.box == (50, 40, 64, 48)


TEXT = "A <p> car </p> [SEG] and a <p> van </p> [SEG]."
RING = [[[1, 1], [9, 1], [9, 9]]]


@pytest.mark.parametrize(
    "change",
    [
        {"polygons": [RING]},
        {"polygons": [RING, []]},
        {"polygons": [RING, [[1, 1, 9, 1, 9, 9]]]},
        {"polygons": [RING, [[[1, 1], [9, 1], [9, float("nan")]]]]},
        {"polygons": {"a": 1}},
        {"polygons": None},
        {"gcg_description": "A <p> car </p> [SEG] and a van [SEG]."},
        {"gcg_description": "A <p> car </p> [SEG] and a <p> </p> [SEG]."},
        {"gcg_description": None},
    ],
)
def test_geopixeld_damaged(tmp_path, change):
    made_boxes.geopixeld(tmp_path)
    made_boxes.write_json(
        tmp_path / "test" / "P0003_0_800_347_1147.json",
        {"gcg_description": TEXT, "polygons": [RING, RING]} | change,
    )
    with pytest.raises(
        DataCorrupt, match=r"P0003_0_800_347_1147\.json is not of the form of GeoPixelD"
    ):
        geopixeld.read(tmp_path, "test")


@pytest.mark.parametrize("ending", ["json", "png"])
def test_geopixeld_half_downloaded(tmp_path, ending):
    made_boxes.geopixeld(tmp_path)
    (tmp_path / "test" / f"P0003_0_800_347_1147.{ending}").unlink()
    with pytest.raises(
        DataMissing, match=rf"P0003_0_800_347_1147\.{ending}: 1 of 2 .*MBZUAI/GeoPixelD"
    ):
        geopixeld.read(tmp_path, "test")

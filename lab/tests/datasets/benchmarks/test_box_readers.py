"""Readers of boxes.

DIOR-RSVG, VRSBench, NWPU VHR-10 and DIOR, in tiny sets of exactly their layout; VHR-10 also on real
pictures.
"""

import json

import made_boxes
import numpy as np
import pytest

from geomagnifier.errors import DataCorrupt, DataMissing, GeomagWarning, OptionError
from geomagnifier.finetuning.labels.segmentation import filled, segmentation_mask
from geomagnifier_lab.datasets.benchmarks import dior, dior_rsvg, vhr10, vrsbench
from geomagnifier_lab.datasets.benchmarks.coco import picture_size
from geomagnifier_lab.datasets.benchmarks.voc import read_annotations
from geomagnifier_lab.datasets.sample import data_root

BENCHMARKS = [dior_rsvg.BENCHMARK, dior.BENCHMARK, vhr10.BENCHMARK, *vrsbench.BENCHMARKS.values()]


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda b: b.name)
def test_ids_are_unique_and_stable_and_files_are_there(tmp_path, benchmark):
    made_boxes.WRITERS[
        benchmark.name.removesuffix("-ground").removesuffix("-caption").replace("-", "_")
    ](tmp_path)
    for split in benchmark.splits:
        cases = benchmark.read(tmp_path, split)
        ids = [case.id for case in cases]
        assert len(set(ids)) == len(ids) > 0
        assert ids == [case.id for case in benchmark.read(tmp_path, split)]
        assert all(case.image.is_file() and case.work == benchmark.work for case in cases)
    with pytest.raises(OptionError, match="no split 'dev'"):
        benchmark.read(tmp_path, "dev")
    with pytest.raises(DataMissing, match=r"lacks .*nowhere.* comes? from https://"):
        benchmark.read(tmp_path / "nowhere", benchmark.splits[0])


def test_rsvg_counts_objects_over_all_files(tmp_path):
    truth = made_boxes.dior_rsvg(tmp_path)
    for split in dior_rsvg.BENCHMARK.splits:
        cases = dior_rsvg.read(tmp_path, split)
        expected = [thing for thing in truth if thing["split"] == split]
        assert [(c.id, c.question, c.things[0].box) for c in cases] == [
            (f"{t['picture']}#{t['index']}", t["description"], t["box"]) for t in expected
        ]
        assert all(case.things[0].label == "ship" and case.things[0].mask is None for case in cases)


def test_rsvg_that_lacks_a_file_would_move_every_number(tmp_path):
    made_boxes.dior_rsvg(tmp_path)
    (tmp_path / "Annotations" / "00002.xml").unlink()
    with pytest.raises(
        DataMissing,
        match=r"Annotations lacks XML files: 1 of 7 objects .* https://github.com/ZhanYang-nwpu",
    ):
        dior_rsvg.read(tmp_path, "test")
    made_boxes.voc(
        tmp_path / "Annotations" / "00002.xml",
        "00002.jpg",
        [{"name": "ship", "box": (0, 0, 5, 5), "description": "a"}] * 2,
        True,
    )
    with pytest.raises(DataCorrupt, match="has 8 objects, but the lists"):
        dior_rsvg.read(tmp_path, "test")


def test_rsvg_lists(tmp_path):
    made_boxes.dior_rsvg(tmp_path)
    (tmp_path / "val.txt").rename(tmp_path / "kept.txt")
    with pytest.raises(DataMissing, match=r"val\.txt"):
        dior_rsvg.read(tmp_path, "test")
    (tmp_path / "val.txt").write_text((tmp_path / "test.txt").read_text())
    with pytest.raises(DataCorrupt, match="twice"):
        dior_rsvg.read(tmp_path, "test")
    (tmp_path / "val.txt").write_text("00001.jpg\n")
    with pytest.raises(DataCorrupt, match="not one number a line"):
        dior_rsvg.read(tmp_path, "test")


def test_rsvg_pictures_and_sentences(tmp_path):
    truth = made_boxes.dior_rsvg(tmp_path)
    first = next(thing for thing in truth if thing["split"] == "test")
    (tmp_path / "JPEGImages" / first["picture"]).write_bytes(b"")
    with pytest.raises(DataMissing, match=rf"{first['picture']}: 1 of"):
        dior_rsvg.read(tmp_path, "test")
    made_boxes.dior_rsvg(tmp_path)
    source = tmp_path / "Annotations" / first["picture"].replace("jpg", "xml")
    source.write_text(
        source.read_text().replace(f"<description>{first['description']}</description>", "")
    )
    with pytest.raises(DataCorrupt, match=rf"xml, object {first['index']} has no <description>"):
        dior_rsvg.read(tmp_path, "test")


def test_voc_boxes_are_half_open_cut_and_dropped(tmp_path):
    boxes = [
        (0, 0, 64, 48),
        (-3, -1, 5, 9),
        (60, 40, 70, 60),
        (64, 10, 80, 20),
        (9, 9, 9, 12),
        (4, 5, 5, 6),
    ]
    made_boxes.voc(tmp_path / "1.xml", "1.jpg", [{"name": "ship", "box": box} for box in boxes])
    found = read_annotations([tmp_path / "1.xml"], tmp_path, dior.BENCHMARK)[0].objects
    assert [thing.box for thing in found] == [
        (0, 0, 64, 48),
        (0, 0, 5, 9),
        (60, 40, 64, 48),
        None,
        None,
        (4, 5, 5, 6),
    ]


def test_voc_size_is_that_of_the_picture_where_it_is_not_written(tmp_path):
    made_boxes.voc(tmp_path / "1.xml", "1.jpg", [{"name": "ship", "box": (50, 40, 90, 90)}])
    text = (tmp_path / "1.xml").read_text()
    (tmp_path / "1.xml").write_text(
        text[: text.index("<size>")] + text[text.index("</size>") + 7 :]
    )
    made_boxes.picture(tmp_path / "1.jpg", np.random.default_rng(0), (60, 44))
    assert read_annotations([tmp_path / "1.xml"], tmp_path, dior.BENCHMARK)[0].objects[0].box == (
        50,
        40,
        60,
        44,
    )


BOMB = (
    '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c'
    ' "&b;&b;&b;">]><annotation><filename>&c;</filename></annotation>'
)
BROKEN = {
    "cut": ("<annotation><filename>1.jpg</file", "not XML"),
    "entities": (BOMB, "a document type"),
    "entities in UTF-16": (BOMB, "a document type"),
    "no name": ("<annotation/>", "no file name"),
    "outside": ("<annotation><filename>../1.jpg</filename></annotation>", "no file name"),
    "empty size": (
        "<annotation><filename>1.jpg</filename><size><width>0</width><height>4</height></size></annotation>",
        "0 x 4 px",
    ),
    "no corner": (
        (
            "<annotation><filename>1.jpg</filename><size><width>9</width><height>9</height></size><object><name>ship</name>"
            "<bndbox><xmin>1</xmin></bndbox></object></annotation>"
        ),
        r"object 0: .*ymin",
    ),
    "not a number": (
        (
            "<annotation><filename>1.jpg</filename><size><width>9</width><height>9</height></size><object><name>ship</name><bndbox>"
            "<xmin>nan</xmin><ymin>1</ymin><xmax>3</xmax><ymax>3</ymax></bndbox></object></annotation>"
        ),
        "object 0: .*not finite",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_xml_is_named(tmp_path, kind):
    text, told = BROKEN[kind]
    (tmp_path / "1.xml").write_bytes(text.encode("utf-16" if "UTF-16" in kind else "utf-8"))
    with pytest.raises(DataCorrupt, match=told) as error:
        read_annotations([tmp_path / "1.xml"], tmp_path, dior.BENCHMARK)
    assert "1.xml" in str(error.value)


def test_dior(tmp_path):
    truth = made_boxes.dior(tmp_path)
    expected = {
        "train": ["00001.jpg", "00003.jpg"],
        "val": ["00002.jpg"],
        "test": ["11726.jpg", "11727.jpg"],
    }
    expected["trainval"] = expected["train"] + expected["val"]
    for split, names in expected.items():
        cases = dior.read(tmp_path, split)
        assert [case.id for case in cases] == names
        for case in cases:
            assert [(t.label, t.box, t.ignored) for t in case.things] == [
                (o["name"], o["box"], o["difficult"]) for o in truth[case.id]
            ]
    assert (
        set(dior.BENCHMARK.words) == set(dior.BENCHMARK.classes)
        and len(dior.BENCHMARK.classes) == 20
    )


def test_dior_in_other_copies(tmp_path):
    made_boxes.dior(tmp_path)
    first = [case.things[0].box for case in dior.read(tmp_path, "test")]
    for path in (tmp_path / "Annotations" / "Horizontal Bounding Boxes").iterdir():
        path.write_text(
            path.read_text().replace("Expressway-Service-area", "expressway-service-area")
        )
        path.rename(tmp_path / "Annotations" / path.name)
    (tmp_path / "Annotations" / "Horizontal Bounding Boxes").rmdir()
    (tmp_path / "ImageSets" / "Main").rename(tmp_path / "Main")
    assert [case.things[0].box for case in dior.read(tmp_path, "test")] == first


def test_dior_damaged(tmp_path):
    made_boxes.dior(tmp_path)
    labels = tmp_path / "Annotations" / "Horizontal Bounding Boxes"
    made_boxes.voc(
        labels / "00002.xml",
        "00002.jpg",
        [{"name": "ship", "box": (3, 3, 3, 9)}, {"name": "ship", "box": (1, 2, 3, 9)}],
    )
    with pytest.warns(GeomagWarning, match="1 boxes without area"):
        assert [thing.box for thing in dior.read(tmp_path, "val")[0].things] == [(1, 2, 3, 9)]
    made_boxes.voc(labels / "00002.xml", "00002.jpg", [{"name": "zeppelin", "box": (1, 2, 3, 9)}])
    with pytest.raises(DataCorrupt, match=r"00002\.xml, object 0: 'zeppelin' is no class of DIOR"):
        dior.read(tmp_path, "val")
    (labels / "00003.xml").unlink()
    with pytest.raises(DataMissing, match=r"00003\.xml: 1 of 2 annotations .*https://gcheng"):
        dior.read(tmp_path, "train")
    (tmp_path / "JPEGImages-test" / "11727.jpg").unlink()
    with pytest.raises(DataMissing, match=r"11727\.jpg: 1 of 2 pictures"):
        dior.read(tmp_path, "test")
    (tmp_path / "ImageSets" / "Main" / "test.txt").write_text("11726\n11726\n")
    with pytest.raises(DataCorrupt, match="twice"):
        dior.read(tmp_path, "test")


def test_vhr10_in_both_layouts(tmp_path):
    truth = made_boxes.vhr10(tmp_path)
    masked = vhr10.read(tmp_path, "positive")
    assert {case.id: [(t.label, t.box) for t in case.things] for case in masked} == truth
    for case in masked:
        for thing in case.things:
            assert (thing.mask() == made_boxes.full(tuple(map(int, thing.box)))).all()
    assert [case.id for case in vhr10.read(tmp_path, "val")] == ["004.jpg"]
    assert [case.id for case in vhr10.read(tmp_path, "train")] == ["001.jpg", "002.jpg", "003.jpg"]
    (tmp_path / "annotations.json").unlink()
    boxes = vhr10.read(tmp_path, "positive")
    assert {case.id: [(t.label, t.box) for t in case.things] for case in boxes} == truth
    assert all(thing.mask is None for case in boxes for thing in case.things)
    assert [(case.id, case.things) for case in vhr10.read(tmp_path, "negative")] == [
        ("001.jpg", ()),
        ("002.jpg", ()),
    ]


def test_vhr10_as_unpacked_beside_other_things(tmp_path):
    made_boxes.vhr10(tmp_path / "NWPU VHR-10 dataset")
    assert len(vhr10.read(tmp_path, "positive")) == 4


def test_vhr10_damaged(tmp_path):
    made_boxes.vhr10(tmp_path)
    labels = json.loads((tmp_path / "instances_val.json").read_text())
    labels["annotations"][0]["bbox"] = [70, 3, 5, 5]
    labels["annotations"][1]["iscrowd"] = 1
    made_boxes.write_json(tmp_path / "instances_val.json", labels)
    with pytest.warns(GeomagWarning, match="1 boxes without area"):
        things = vhr10.read(tmp_path, "val")[0].things
    assert [thing.ignored for thing in things] == [True, False, False]
    labels["annotations"][2]["bbox"] = [1, 2, float("nan"), 4]
    made_boxes.write_json(tmp_path / "instances_val.json", labels)
    with pytest.raises(DataCorrupt, match=r"instances_val\.json, annotations\[2\] .*not finite"):
        vhr10.read(tmp_path, "val")
    labels["annotations"][2]["image_id"] = 99
    made_boxes.write_json(tmp_path / "instances_val.json", labels)
    with pytest.raises(DataCorrupt, match=r"annotations\[2\] .*KeyError: 99"):
        vhr10.read(tmp_path, "val")
    (tmp_path / "instances_val.json").write_text('{"images": [')
    with pytest.raises(DataCorrupt, match=r"instances_val\.json is not JSON"):
        vhr10.read(tmp_path, "val")
    (tmp_path / "instances_val.json").write_text("[]")
    with pytest.raises(DataCorrupt, match="no lists"):
        vhr10.read(tmp_path, "val")
    (tmp_path / "positive image set" / "002.jpg").unlink()
    with pytest.raises(DataMissing, match=r"002\.jpg: 1 of 3 pictures"):
        vhr10.read(tmp_path, "train")


def test_vhr10_ground_truth_damaged(tmp_path):
    made_boxes.vhr10(tmp_path)
    (tmp_path / "annotations.json").unlink()
    truth = tmp_path / "ground truth" / "002.txt"
    truth.write_text("(1,2),(3,4),1\n(1,2),(3,4),11\n")
    with pytest.raises(DataCorrupt, match=r"002\.txt, line 2: .*class of 1 to 10"):
        vhr10.read(tmp_path, "positive")
    truth.unlink()
    with pytest.raises(DataMissing, match=r"002\.txt: 1 of 4 pictures have no ground truth"):
        vhr10.read(tmp_path, "positive")


def test_a_mask_of_another_picture_is_named_when_it_is_drawn(tmp_path):
    made_boxes.vhr10(tmp_path)
    made_boxes.picture(
        tmp_path / "positive image set" / "004.jpg", np.random.default_rng(0), (32, 32)
    )
    thing = vhr10.read(tmp_path, "val")[0].things[0]
    with pytest.raises(
        DataCorrupt, match=r"004\.jpg has 32 x 32 px, but 64 x 48 px .*annotations\[0\]"
    ):
        thing.mask()


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # pycocotools with numpy 2
@pytest.mark.parametrize("split", ["train", "val"])
def test_vhr10_on_real_pictures(split):
    try:
        root = data_root() / "vhr10"
    except OptionError as error:
        pytest.skip(str(error))
    if not (root / f"instances_{split}.json").is_file():
        pytest.skip("no VHR-10 there")
    api = pytest.importorskip("pycocotools.mask")
    cases = vhr10.read(root, split)
    assert (len(cases), sum(len(case.things) for case in cases)) == {
        "train": (416, 2536),
        "val": (104, 642),
    }[split]
    assert {thing.label for case in cases for thing in case.things} == set(vhr10.CLASSES)
    labels = json.loads((root / f"instances_{split}.json").read_text())
    rings = {}
    for a in labels["annotations"]:
        rings.setdefault(a["image_id"], []).append(a["segmentation"])
    for image, case in list(zip(labels["images"], cases, strict=True))[:12]:
        assert image["file_name"] == case.id and picture_size(case.image) == (
            image["width"],
            image["height"],
        )
        for thing, polygons in zip(case.things, rings.get(image["id"], []), strict=True):
            mask = thing.mask()
            assert (
                mask
                == api.decode(api.frPyObjects(polygons, image["height"], image["width"])).any(
                    axis=2
                )
            ).all()
            x0, y0, x1, y1 = map(int, thing.box)
            assert mask[y0:y1, x0:x1].sum() == mask.sum() > 0


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # pycocotools with numpy 2
def test_polygons_are_filled_as_pycocotools_fills_them():
    api = pytest.importorskip("pycocotools.mask")
    rng = np.random.default_rng(5)
    for _ in range(300):
        ring = made_boxes.star(rng, int(rng.integers(3, 9)))
        other = api.decode(api.frPyObjects([ring], made_boxes.HEIGHT, made_boxes.WIDTH)).any(axis=2)
        assert (
            filled(np.reshape(ring, (-1, 2)), (made_boxes.WIDTH, made_boxes.HEIGHT)) == other
        ).all(), ring


def test_run_lengths_of_all_kinds():
    rng = np.random.default_rng(2)
    size = made_boxes.WIDTH, made_boxes.HEIGHT
    for mask in (rng.random((48, 64)) < 0.3, np.zeros((48, 64), bool), np.ones((48, 64), bool)):
        plain, text = made_boxes.plain_runs(mask), made_boxes.compressed_runs(mask)
        for segmentation in (plain, text, [plain], [text, plain]):
            assert (segmentation_mask(segmentation, size) == mask).all()
    bad = [
        {"size": [64, 48], "counts": [3072]},
        {"size": [48, 64], "counts": [3000, -1, 73]},
        {"size": [48, 64], "counts": "abc"},
    ]
    bad += [
        {"size": [48, 64], "counts": ""},
        {"size": [48, 64], "counts": [1.5, 3070.5]},
        {"size": [48, 64]},
        [[1, 2, 3, 4]],
        [[1, 2, 3, 4, 5, "x"]],
    ]
    for segmentation in bad:
        with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
            segmentation_mask(segmentation, size)


def test_vrsbench_sentences(tmp_path):
    truth = made_boxes.vrsbench(tmp_path)
    cases = vrsbench.read_grounding(tmp_path, "val")
    assert [case.question for case in cases] == [ref["question"] for ref in truth]
    assert [case.id for case in cases] == [
        *(
            "P0003_0002.png#0",
            "P0007_0001.png#0",
            "11726_0000.png#0",
            "P0003_0002.png#1",
            "P0007_0001.png#1",
        )
    ]
    cells = [(25, 40, 33, 60), (0, 0, 100, 100), (92, 0, 96, 1), (98, 10, 100, 20), (99, 5, 100, 9)]
    for case, box in zip(cases, cells, strict=True):
        assert case.things[0].box == pytest.approx(
            (box[0] * 0.64, box[1] * 0.48, box[2] * 0.64, box[3] * 0.48)
        )
        assert case.things[0].label == "ship"


def test_vrsbench_captions(tmp_path):
    made_boxes.vrsbench(tmp_path)
    cases = vrsbench.read_captions(tmp_path, "val")
    assert [(case.id, case.captions) for case in cases] == [
        ("P0003_0002.png", ("A picture of 0 ships.",)),
        ("P0007_0001.png", ("A picture of 1 ships.",)),
        ("11726_0000.png", ("A picture of 2 ships.",)),
    ]
    assert {case.question for case in cases} == {"Describe the image in detail"}


@pytest.mark.parametrize(
    "text", ["{<25><40><33>}", "{<25><40><33><101>}", "{<50><40><33><60>}", "", "25 40 33 60", 7]
)
def test_vrsbench_boxes_damaged(tmp_path, text):
    made_boxes.vrsbench(tmp_path)
    source = tmp_path / "VRSBench_EVAL_referring.json"
    records = json.loads(source.read_text())
    records[3]["ground_truth"] = text
    made_boxes.write_json(source, records)
    with pytest.raises(DataCorrupt, match=r"referring\.json, record 3 is not of the form"):
        vrsbench.read_grounding(tmp_path, "val")


def test_vrsbench_half_downloaded(tmp_path):
    made_boxes.vrsbench(tmp_path)
    (tmp_path / "Images_val" / "P0007_0001.png").unlink()
    for read in (vrsbench.read_captions, vrsbench.read_grounding):
        with pytest.raises(
            DataMissing, match=r"P0007_0001\.png: 1 of 3 pictures .*xiang709/VRSBench"
        ):
            read(tmp_path, "val")
    records = json.loads((tmp_path / "VRSBench_EVAL_Cap.json").read_text())
    for change in ({"image_id": "../../secret.png"}, {"ground_truth": " "}, {"ground_truth": None}):
        made_boxes.write_json(
            tmp_path / "VRSBench_EVAL_Cap.json", [records[0], records[1] | change]
        )
        with pytest.raises(DataCorrupt, match=r"Cap\.json, record 1 "):
            vrsbench.read_captions(tmp_path, "val")
    made_boxes.write_json(tmp_path / "VRSBench_EVAL_Cap.json", [records[0], records[0]])
    with pytest.raises(DataCorrupt, match="two captions for one picture"):
        vrsbench.read_captions(tmp_path, "val")
    (tmp_path / "VRSBench_EVAL_Cap.json").unlink()
    with pytest.raises(DataMissing, match=r"VRSBench_EVAL_Cap\.json"):
        vrsbench.read_captions(tmp_path, "val")

"""Lists of phrases with masks, as RefSegRS and RISBench have them."""

import made_boxes
import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier_lab.datasets.benchmarks import earthreason, geopixeld, refsegrs, risbench, rrsis_d

MODULES = {
    "rrsis_d": rrsis_d,
    "refsegrs": refsegrs,
    "risbench": risbench,
    "earthreason": earthreason,
    "geopixeld": geopixeld,
}


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

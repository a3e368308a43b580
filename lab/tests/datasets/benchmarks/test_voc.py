"""VOC's XML: boxes are half-open px, and what is broken is named."""

import made_boxes
import numpy as np
import pytest

from geomagnifier.errors import DataCorrupt
from geomagnifier_lab.datasets.benchmarks import dior
from geomagnifier_lab.datasets.benchmarks.voc import read_annotations


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

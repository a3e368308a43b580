"""DIOR-RSVG in a tiny set of exactly its layout."""

import made_boxes
import pytest

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier_lab.datasets.benchmarks import dior_rsvg


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

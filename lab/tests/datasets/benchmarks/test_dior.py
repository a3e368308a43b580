"""DIOR in a tiny set of exactly its layout."""

import made_boxes
import pytest

from geomagnifier.errors import DataCorrupt, DataMissing, GeomagWarning
from geomagnifier_lab.datasets.benchmarks import dior


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

"""EarthReason in a tiny set of exactly its layout."""

import made_boxes
import pytest

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier_lab.datasets.benchmarks import earthreason


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

"""Checks of benchmarks: what is missing, damaged or outside is named, with where it comes from."""

import pytest

from geomagnifier.errors import DataCorrupt, DataMissing, GeomagWarning, OptionError
from geomagnifier_lab.datasets.benchmarks import benchmark, checks

AID = benchmark("aid")


def test_files_that_lack_are_named_with_their_source(tmp_path):
    assert checks.needed(tmp_path, AID) == tmp_path
    with pytest.raises(DataMissing, match=r"AID lacks .*nowhere; it comes from https://captain"):
        checks.needed(tmp_path / "nowhere", AID)
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "b.jpg").touch()
    checks.complete([tmp_path / "a.jpg"], AID, "the list")
    with pytest.raises(DataMissing, match=r"lacks .*b\.jpg: 1 of 2 pictures of the list"):
        checks.complete([tmp_path / "a.jpg", tmp_path / "b.jpg"], AID, "the list")


def test_json_and_pictures_that_are_none(tmp_path):
    (tmp_path / "a.json").write_text('{"a": [1')
    with pytest.raises(DataCorrupt, match=r"a\.json is not JSON"):
        checks.read_json(tmp_path / "a.json", AID)
    (tmp_path / "a.json").write_text('\ufeff{"a": [1]}', encoding="utf-8")
    assert checks.read_json(tmp_path / "a.json", AID) == {"a": [1]}
    with pytest.raises(DataCorrupt, match=r"a\.json is no picture"):
        checks.picture_size(tmp_path / "a.json")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../a.jpg", "a/../../b.jpg", "a\0.jpg", 7])
def test_names_that_lead_outside_are_refused(name):
    with pytest.raises(ValueError, match="is no file name"):
        checks.file_name(name)
    assert checks.file_name("a/b.jpg") == "a/b.jpg"


def test_boxes_are_cut_to_the_picture():
    assert checks.clipped((-5, 2, 30, 60), (20, 40)) == (0, 2, 20, 40)
    assert checks.clipped((20, 2, 30, 60), (20, 40)) is None
    with pytest.raises(ValueError, match="not finite"):
        checks.clipped((0, 0, float("nan"), 1), (20, 40))


def test_splits_and_what_is_left_out():
    checks.check_split("val", AID)
    with pytest.raises(OptionError, match="AID has no split 'dev'; choose among test, val"):
        checks.check_split("dev", AID)
    with pytest.warns(GeomagWarning, match="AID: 3 boxes without area"):
        checks.warn_dropped(3, "boxes", AID)
    checks.warn_dropped(0, "boxes", AID)  # warnings are errors here

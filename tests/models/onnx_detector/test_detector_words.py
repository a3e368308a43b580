"""What people call the classes of a detector."""

import pytest

from geomagnifier.models.onnx_detector.detector_words import (
    plain_classes,
    plain_name,
    spoken,
    wide_classes,
)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Small-Vehicle", "small vehicle"),
        ("ground_track_field", "ground track field"),
        ("-", "object"),
    ],
)
def test_names_are_words(name, said):
    assert plain_name(name) == said


def test_a_class_has_its_synonyms_and_no_narrower_things():
    made = plain_classes(["plane", "ship", "person"], masks=False)
    assert {"airplane", "aircraft"} <= {*spoken(made["plane"])}
    assert "fighter jet" not in spoken(made["plane"])
    assert "vessel" in spoken(made["ship"])  # a class of the table has all names of its row
    assert "people" in spoken(made["person"])
    assert not made["plane"].masks


def test_no_word_is_two_classes():
    made = plain_classes(["ship", "boat", "vehicle", "car", "Car", "automobile"], masks=True)
    assert [*made] == ["ship", "boat", "vehicle", "car", "automobile"]
    words = [word for kind in made.values() for word in spoken(kind)]
    assert len(words) == len({*words})
    assert "yacht" in spoken(made["boat"]) and "yacht" not in spoken(made["ship"])


def test_wide_names():
    known = ("vehicle", "ship", "airplane")
    dota = ["small vehicle", "large vehicle", "ship"]
    assert wide_classes(dota, known) == {"vehicle": ("small vehicle", "large vehicle")}
    assert wide_classes(["car", "truck", "vehicle"], known) == {}

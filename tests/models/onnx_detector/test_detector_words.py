"""What people call the classes of a detector."""

from __future__ import annotations

import pytest

from geomagnifier.models.onnx_detector.detector_words import (
    NARROW,
    plain_classes,
    plain_name,
    spoken,
    wide_classes,
)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Small-Vehicle", "small vehicle"),
        ("wind__turbine", "wind turbine"),
        (" SHIP ", "ship"),
        ("-", "object"),
    ],
)
def test_plain_names(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_word_is_that_of_one_class() -> None:
    wide = plain_classes(["vehicle"], masks=False)["vehicle"]
    assert ("car", "cars") in wide.words
    both = plain_classes(["vehicle", "Car", "car"], masks=False)
    assert [*both] == ["vehicle", "car"]
    words = {kind: {one for one, _ in both[kind].words} for kind in both}
    assert "automobile" in words["car"] and not words["car"] & words["vehicle"]


def test_a_ferry_is_called_a_ferry() -> None:
    made = plain_classes(["ferry", "ship", "harbour"], masks=True)
    assert made["ferry"].words == (("ferry", "ferries"),) and made["ferry"].masks
    assert "ferry" not in {one for one, _ in made["ship"].words}
    assert made["harbour"].words[:2] == (("harbour", "harbours"), ("harbor", "harbors"))


def test_plurals_that_no_rule_makes_are_spoken_too() -> None:
    made = plain_classes(["person", "ship"], masks=False)
    assert spoken(made["person"])[:3] == ("person", "people", "pedestrian")
    assert "ships" not in spoken(made["ship"])


def test_a_wide_name_stands_for_the_narrow_ones_that_there_are() -> None:
    plain = ["small vehicle", "large vehicle", "ship"]
    found = wide_classes(plain, ["vehicle", "ship", "bridge"])
    assert found == {"vehicle": ("small vehicle", "large vehicle")}
    assert wide_classes(["bus", "car"], ["vehicle"]) == {"vehicle": ("bus", "car")}
    assert {"car", "buses"} <= NARROW and "vehicle" not in NARROW

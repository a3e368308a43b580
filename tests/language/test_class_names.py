"""Names of classes: a word stands for the narrowest class that a model knows."""

from __future__ import annotations

from geomagnifier.language.class_names import CLASSES, NARROWER, names_by_class


def test_a_car_is_a_vehicle_only_where_there_are_no_cars() -> None:
    alone, both = names_by_class(["vehicle"]), names_by_class(["vehicle", "car"])
    assert {"car", "truck", "汽车", "卡车"} <= {*alone["vehicle"]}
    assert {"car", "sedan", "汽车"} <= {*both["car"]}
    assert not {"car", "sedan", "汽车"} & {*both["vehicle"]}
    assert {"truck", "卡车"} <= {*both["vehicle"]}


def test_a_class_without_a_row_has_no_names() -> None:
    assert names_by_class(["helipad", "ship"])["helipad"] == ()
    assert names_by_class([]) == {}


def test_english_names_come_first_and_the_class_is_its_own() -> None:
    for kind, names in names_by_class([*CLASSES]).items():
        chinese = [not name.isascii() for name in names]
        assert names[0] == kind and chinese == sorted(chinese) and any(chinese)
    assert all(english.split(", ")[0] == kind for kind, (english, _) in NARROWER.items())

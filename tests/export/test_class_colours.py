"""Colours of classes: those that people expect, and no two classes alike while there are enough."""

from geomagnifier.export.class_colours import BLUE, COLOURS, GREEN, class_colours


def test_water_is_blue_and_vegetation_green_whatever_else_there_is():
    found = class_colours(["airplane", "water", "car", "vegetation", "water"])
    assert list(found) == ["airplane", "water", "car", "vegetation"]
    assert found["water"] == BLUE and found["vegetation"] == GREEN
    assert len(set(found.values())) == 4


def test_a_usual_colour_that_is_taken_gives_way():
    found = class_colours(["tree", "vegetation", "palm tree"])
    assert found["tree"] == GREEN and len(set(found.values())) == 3


def test_with_more_classes_than_colours_these_begin_anew():
    names = [f"class {i}" for i in range(17)]
    found = class_colours(names)
    assert set(found.values()) == set(COLOURS)
    assert len({found[name] for name in names[: len(COLOURS)]}) == len(COLOURS)

"""The parse of a question of yes and no: classes, objects and scenes in it."""

from __future__ import annotations

from geomagnifier.language.mentions import Mention
from geomagnifier.language.yes_no_question import YesNoQuestion, differ, is_object

SHIP, PLANE = Mention(0, 1, "ship", (), "ship"), Mention(2, 3, "jet", ("airplane",), "airplane")
HARBOR = Mention(0, 1, "harbor", ("harbor",), "harbor")
CITY = Mention(0, 1, "city", ("airport", "harbor"))


def test_classes_are_told_once_and_in_order() -> None:
    assert YesNoQuestion("things", (SHIP, PLANE, SHIP, CITY)).kinds == ("ship", "airplane")
    assert YesNoQuestion("scene").kinds == ()


def test_what_a_name_is_about() -> None:
    """A ship is an object, a harbor a scene; of an airplane the object is surer than the scene."""
    assert [is_object(m) for m in (SHIP, PLANE, HARBOR, CITY)] == [True, True, False, True]


def test_names_that_stand_for_different_scenes() -> None:
    assert differ([HARBOR, CITY]) and not differ([HARBOR, HARBOR]) and not differ([])

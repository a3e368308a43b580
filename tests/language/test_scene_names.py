"""Names of scene classes: of every class, and wider ones of classes that there are."""

from __future__ import annotations

from geomagnifier.language.scene_classes import COARSE, SCENES
from geomagnifier.language.scene_names import OBJECT_SCENES, PHRASES, WIDER
from geomagnifier.language.scene_names import SCENES as NAMES


def test_every_class_has_names_in_both_languages() -> None:
    assert {*NAMES} == {*SCENES}
    for scene, (english, chinese) in NAMES.items():
        assert scene in english.split(", "), scene
        assert chinese.split() and not any(name.isascii() for name in chinese.split()), scene


def test_wider_names_hold_for_several_classes_that_there_are() -> None:
    for scenes, (english, chinese) in WIDER.items():
        assert len(scenes) > 1 and {*scenes} <= {*SCENES} and english and chinese
    own = {name for english, _ in NAMES.values() for name in english.split(", ")}
    assert "urban" not in own and "residential" not in own


def test_phrases_are_of_classes() -> None:
    assert {*PHRASES} <= {*SCENES, *COARSE} and {*OBJECT_SCENES} <= {*SCENES}

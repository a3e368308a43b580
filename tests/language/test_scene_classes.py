"""Scene classes of three public data sets, and how they stand in a sentence."""

from __future__ import annotations

import pytest

from geomagnifier.language.scene_classes import (
    AID,
    COARSE,
    RSSCN7,
    SCENE_WORDS,
    SCENES,
    UCM,
    article,
    scene_phrase,
)


def test_every_folder_of_the_data_sets_has_its_classes() -> None:
    """AID has 30 classes (Xia et al. 2017), UC Merced 21, RSSCN7 seven."""
    assert [len(table) for table in (AID, UCM, RSSCN7)] == [30, 21, 7]
    named = {name for table in (AID, UCM, RSSCN7) for names in table.values() for name in names}
    assert {*SCENES} == named == {*SCENE_WORDS} and [*SCENES] == sorted(SCENES)
    assert {part for parts in COARSE.values() for part in parts} <= named


@pytest.mark.parametrize(
    ("noun", "phrase"),
    [
        ("airport", "an airport"),
        ("university", "a university"),
        ("SUV", "an SUV"),
        ("one-way road", "a one-way road"),
        ("island", "an island"),
        ("ship", "a ship"),
    ],
)
def test_the_article_goes_by_sound(noun: str, phrase: str) -> None:
    assert article(noun) == phrase


@pytest.mark.parametrize(
    ("word", "phrase"),
    [
        ("industrial", "an industrial area"),
        ("dense residential", "a dense residential area"),
        ("farmland", "farmland"),
        ("storage tanks", "storage tanks"),
        ("overpass", "an overpass"),
        ("campus", "a campus"),
        ("station with tracks", "a station with tracks"),
    ],
)
def test_a_scene_in_a_sentence(word: str, phrase: str) -> None:
    assert scene_phrase(word) == phrase

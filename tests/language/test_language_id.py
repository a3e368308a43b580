import csv
import re
from pathlib import Path

import pytest

from geomagnifier.errors import QuestionUnreadable
from geomagnifier.language import language_id, question_words
from geomagnifier.language.language_id import language

PHRASINGS = Path(__file__).parents[1] / "phrasings"


def rows(name: str) -> list[list[str]]:
    with (PHRASINGS / name).open(encoding="utf-8") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize(("name", "text"), rows("other.tsv"))
def test_other_languages_are_named(name: str, text: str) -> None:
    with pytest.raises(
        QuestionUnreadable, match=f"seems to be in {name};.*English and Chinese"
    ) as error:
        language(text)
    assert "\n" not in str(error.value)


SHORT = rows("short.tsv")


@pytest.mark.parametrize(("name", "text"), [row for row in SHORT if row[0] != "English"])
def test_short_questions_in_other_languages_are_named(name: str, text: str) -> None:
    with pytest.raises(QuestionUnreadable, match=f"seems to be in {name};"):
        language(text)


@pytest.mark.parametrize("text", [text for name, text in SHORT if name == "English"])
def test_short_english_and_foreign_places_pass(text: str) -> None:
    assert language(text) == "en"


def test_no_word_that_gives_another_language_away_is_in_an_english_question() -> None:
    words = {
        question_words.plain(word)
        for _, text in rows("english.tsv")
        for word in re.findall(r"[^\W\d_]+", text)
    }
    assert not [
        word for word in words | question_words.ENGLISH if question_words.languages_of(word)
    ]


def test_english_questions_pass() -> None:
    asked = [text for _, text in rows("english.tsv")]
    assert len(asked) == 300
    assert {language(text) for text in asked} == {"en"}


@pytest.mark.parametrize(
    "text",
    [
        "ship?!",
        "10 > 7 ?",
        "🚢🚢",
        "the ship 'Заря' is large",
        "quay",
        "Where is the café of Łódź?",
        "the 船 sign",
    ],
)
def test_signs_names_and_short_questions_are_english(text: str) -> None:
    assert language(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "找出所有的船",
        "找船 ok",
        "識別圖中所有船隻",
        "请给出ship的mask",
        "【40，60，120，160】里是什么？",
    ],
)
def test_chinese_of_either_script_and_with_english_words_in_it(text: str) -> None:
    assert language(text) == "zh"


def test_the_library_is_not_asked_where_plain_words_settle_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(language_id, "_identifier", lambda: pytest.fail("asked"))
    assert language("Where are the ships?") == "en"
    assert language("分割所有船") == "zh"

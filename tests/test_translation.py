"""The language of messages, and the catalogue: complete, its placeholders whole, compiled."""

import re
from contextvars import ContextVar

import pytest

import messages
from geomagnifier import translation
from geomagnifier.errors import SceneError
from geomagnifier.translation import (
    gettext,
    language,
    language_of,
    preferred,
    translated,
    use_language,
)

VARIABLES = ("GEOMAG_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def no_locale(monkeypatch):
    """Neither a locale nor what a command of another test in this process has set."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(translation, "_chosen", ContextVar("chosen", default=None))


@pytest.fixture(scope="module")
def catalogue():
    return messages.known()


def test_every_message_has_chinese_and_none_is_obsolete(catalogue):
    said = {m.id for m in messages.collected() if m.id}
    written = {m.id for m in catalogue if m.id}
    assert sorted(map(str, said - written)) == [], "python tests/messages.py adds them"
    assert sorted(map(str, written - said)) == [], "python tests/messages.py removes them"
    assert messages.untranslated(catalogue) == []


def test_placeholders_and_markup_are_those_of_the_english(catalogue):
    for message in catalogue:
        if not message.id:
            continue
        english = message.id if isinstance(message.id, tuple) else (message.id,)
        chinese = message.string if isinstance(message.string, tuple) else (message.string,)
        for hole in (r"\{\w*\}", r"\[/?(?:bold|blue)?\]", r"--[a-z][a-z-]+", r"GEOMAG_\w+"):
            wanted = set(re.findall(hole, english[-1]))
            assert all(set(re.findall(hole, text)) == wanted for text in chinese), message.id


def test_the_compiled_catalogue_is_that_of_the_text(catalogue):
    assert messages.MO.read_bytes() == messages.mo_bytes(catalogue), "python tests/messages.py"


@pytest.mark.parametrize(
    ("set_to", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "GEOMAG_LANGUAGE": "en"}, "en"),
        ({"GEOMAG_LANGUAGE": "zh"}, "zh"),
    ],
)
def test_the_language_is_of_the_setting_or_the_locale(set_to, expected, monkeypatch):
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


def test_a_question_goes_before_the_locale_and_the_setting_before_both(monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    with use_language("en"):
        assert language() == "en"
        with use_language(None), use_language("zh", over=False):
            assert language() == "en"
        monkeypatch.setenv("GEOMAG_LANGUAGE", "zh")
        assert language() == "zh"
    monkeypatch.delenv("GEOMAG_LANGUAGE")
    assert language() == "zh"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("de,fr;q=0.5", None),
        ("de, zh-Hant;q=0.3", "zh"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=1.2.3,en", "en"),
        ("", None),
    ],
)
def test_a_browser_prefers_the_language_of_the_greatest_weight(header, expected):
    assert preferred(header) == expected


def test_tags():
    assert [language_of(tag) for tag in ("zh-Hant-TW", "EN", "C.UTF-8", "", "fr")] == [
        "zh",
        "en",
        "en",
        None,
        None,
    ]


def test_a_finished_message_is_translated_with_its_values():
    english = "harbour.tif does not exist; check the name and the folder"
    assert translated(english, "en") == english
    chinese = translated(english, "zh")
    assert "harbour.tif" in chinese and "exist" not in chinese
    nothing = "Words that no template has."
    assert translated(nothing, "zh") == nothing


def test_a_folder_may_be_called_as_a_word_of_the_catalogue_is():
    said = "images does not exist; name a folder of images, an index or a STAC file"
    assert translated("images", "zh") == "影像"
    assert translated(said, "zh").startswith("images 不存在")


def test_an_error_speaks_the_language_in_which_it_was_made():
    with use_language("zh"):
        error = SceneError("harbour.tif does not exist; check the name and the folder")
    assert (
        str(error)
        == error.told("zh")
        == translated("harbour.tif does not exist; check the name and the folder", "zh")
    )
    assert error.told("en") == "harbour.tif does not exist; check the name and the folder"


def test_english_needs_no_catalogue(monkeypatch, tmp_path):
    monkeypatch.setattr(translation, "FOLDER", tmp_path)
    assert gettext("Show this message and exit.", "en") == "Show this message and exit."

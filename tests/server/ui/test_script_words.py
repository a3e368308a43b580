"""Texts of page.js: the script has all that it says, in the language of the page."""

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("nicegui")

from geomagnifier.server.ui import script_words as module
from geomagnifier.server.ui.script_words import script_words
from geomagnifier.translation import use_language

SCRIPT = Path(module.__file__).with_name("page.js").read_text(encoding="utf-8")


def words(language):
    with use_language(language):
        text = script_words()
    return json.loads(text.removeprefix("window.geomagWords = ").removesuffix(";"))


def test_the_script_says_what_is_in_the_table_and_nothing_else():
    said = set(re.findall(r'\bsay\(\s*"([^"]+)"', SCRIPT))
    assert said and said <= {*words("en")}
    assert [text for text in words("en") if text not in SCRIPT] == []


def test_texts_are_translated_with_their_holes():
    for english, chinese in words("zh").items():
        assert chinese != english
        assert {*re.findall(r"\{\w+\}", chinese)} == {*re.findall(r"\{\w+\}", english)}
    assert all(english == text for english, text in words("en").items())


def test_no_text_can_end_the_script():
    with use_language("zh"):
        assert "<" not in script_words()

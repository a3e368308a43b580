"""The words that a plain question may have beside names of classes."""

from __future__ import annotations

from geomagnifier.language.chinese_text import SIMPLIFIED
from geomagnifier.language.plain_words import CHINESE, ENGLISH


def test_words_are_written_as_questions_are_read() -> None:
    assert all(word == word.lower() and word.isascii() for word in ENGLISH)
    assert all(word.translate(SIMPLIFIED) == word and not word.isascii() for word in CHINESE)


def test_words_of_asking_are_known_and_properties_are_not() -> None:
    asking = "how many find segment outline the largest left upper corner of this picture please"
    assert {*asking.split()} <= ENGLISH
    assert not ENGLISH & {"rusty", "sunken", "abandoned", "expensive", "happy", "ships"}
    assert {"找出", "分割", "多少", "最大", "左上角", "附近"} <= {*CHINESE}
    assert not {*CHINESE} & {"生锈", "废弃", "船", "飞机"}

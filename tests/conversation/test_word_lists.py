"""Closed classes of words: no class of the model may be one of them, or it would never be read."""

from __future__ import annotations

from geomagnifier.conversation import word_lists as w
from geomagnifier.language.class_names import CLASSES
from geomagnifier.language.mentions import plural


def test_no_class_is_a_word_of_a_closed_class() -> None:
    words = {form for kind in CLASSES for form in (kind, plural(kind))}
    assert words & w.CLOSED == set()


def test_some_words_lie_within_others() -> None:
    assert w.MANY <= w.PRONOUNS and w.WHOLE < w.SCENE
    assert "image" in w.WHOLE and "objects" not in w.WHOLE and "objects" in w.SCENE
    assert {"near", "of"} <= w.SPACE and "near" in w.PLACED and "of" not in w.PLACED


def test_openers_are_written_as_follow_ups_are_read() -> None:
    assert len({*w.OPENERS}) == len(w.OPENERS)
    assert all(opener == " ".join(opener.lower().split()) for opener in w.OPENERS)

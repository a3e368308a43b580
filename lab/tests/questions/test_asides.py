"""Drawn asides and contents."""

import numpy as np

from geomagnifier_lab.questions.asides import aside, content


def test_asides_are_drawn_with_all_their_words_filled_in():
    rng = np.random.default_rng(1)
    drawn = [aside(rng) for _ in range(300)]
    assert not any("{" in text or "|" in text for text in drawn)
    assert len(set(drawn)) > 200


def test_contents_are_other_clauses():
    rng = np.random.default_rng(2)
    drawn = {content(rng) for _ in range(300)}
    assert len(drawn) > 200 and any("的" in text for text in drawn)
    assert not drawn & {aside(rng) for _ in range(300)}

"""The first part of an answer makes sense, whatever the weights."""

from __future__ import annotations

import numpy as np

from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.question_parser import (
    ParsedQuestion,
    point,
    point_each,
    read_question,
    skeleton,
)
from random_writer import memory_of, question, random_writer

PLAIN = "there is no or here . , none yes a boat by sea"


WORDS = w.Words([*w.SPECIAL, "<ship>", "<harbor>", "<road>", *PLAIN.split()])


def test_the_skeleton_of_an_answer() -> None:
    tokens, at = skeleton(WORDS, ParsedQuestion(("ship", "road"), ("harbor",)), True)
    assert [WORDS.tokens[t] for t in tokens] == [
        "<point>",
        "<ship>",
        "[SEG]",
        "<road>",
        "[SEG]",
        "<by>",
        "<harbor>",
        "[BOX]",
    ]
    assert at == [2, 4, 7]
    assert [WORDS.tokens[t] for t in skeleton(WORDS, ParsedQuestion(("ship",)), False)[0]] == [
        "<point>",
        "<ship>",
        "[BOX]",
    ]


def test_what_is_read_of_a_question_makes_sense_whatever_the_weights() -> None:
    for seed in range(12):
        writer = random_writer(len(WORDS), seed)
        read = read_question(writer, WORDS, *question(), memory_of(writer))
        named = (*read.asked, *read.landmarks)
        assert len(named) == len(set(named)) <= 3 and not (read.landmarks and not read.asked)
        assert not (read.everything and read.this)


def test_a_state_is_the_same_alone_and_among_others() -> None:
    writer = random_writer(len(WORDS))
    states, padding = question()
    memory = memory_of(writer)
    one = point(writer, WORDS, states, padding, memory, ParsedQuestion(("ship",)), True)
    read = ParsedQuestion(("ship", "road"), ("harbor",))
    several = point(writer, WORDS, states, padding, memory, read, True)
    assert one.shape == (1, 256) and several.shape == (3, 256)
    assert np.allclose(one[0], several[0], atol=1e-4)
    both = states.repeat(2, 0), padding.repeat(2, 0)
    each = point_each(writer, WORDS, *both, memory, ("ship", "road"), True)
    assert each.shape == (2, 256) and np.allclose(each[0], one[0], atol=1e-4)
    assert not np.allclose(each[0], each[1], atol=1e-2)

"""Words of a plain question that nothing reads are told; those of plain wordings are all read."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.composed import lexicon, understood
from geomagnifier.composed.unread_words import leftovers, remark, without_size
from labelled import SPEC

CASES = Path(os.environ.get("GEOMAG_DATA", "nowhere")).parent / "measure" / "cases"
PLAIN = (
    "Count the ships.",
    "Find the largest ship in the upper left corner.",
    "Segment every storage tank beside the harbor.",
    "Where are the tennis courts?",
    "Show me all vehicles on the bridge, please.",
    "I need masks of the buildings along the road.",
    "Which airplane is closest to the building?",
    "Is there a bridge over the water?",
    "ships near the harbor",
    "Outline the second tank from the left.", "Draw a bounding box around each of the airplanes.",
)  # fmt: skip
PLAIN_ZH = (
    "图中有多少艘船？",
    "请分割左上角的储罐。",
    "找出离桥最近的建筑物。",
    "把所有飞机用框标出来。",
    "港口旁边有没有船？",
)


def read(question: str) -> tuple[str, ...]:
    return leftovers(question, lexicon(SPEC))


@pytest.mark.parametrize("question", PLAIN)
def test_an_unknown_word_is_told_wherever_it_stands(question: str) -> None:
    assert read(question) == ()
    for space in [0, *(found.end() for found in re.finditer(r"\s|$", question))]:
        odd = f"{question[:space]} zorblat {question[space:]}"
        assert understood(odd, SPEC) is None, odd
        assert len(read(odd)) == 1 and "zorblat" in read(odd)[0].split(), (
            odd
        )  # "storage" of a name that it parts goes with it
    assert read(f"{question} zorblat quux") == ("zorblat quux",)


def test_flags_are_things_and_to_flag_is_a_word_of_asking() -> None:
    assert read("Segment the ships with flags.") == ("flags",)
    assert read("Flag every ship.") == ()


@pytest.mark.parametrize("question", PLAIN_ZH)
def test_an_unknown_chinese_word_is_told_wherever_it_stands(question: str) -> None:
    assert read(question) == ()
    kinds = [name for name in lexicon(SPEC).table() if not name.isascii()]
    within = {
        k
        for name in kinds
        for found in re.finditer(name, question)
        for k in range(found.start() + 1, found.end())
    }
    for place in range(len(question)):
        if place in within:  # in the middle of a name it makes another word of it
            continue
        odd = f"{question[:place]}喵呜嗷{question[place:]}"
        assert understood(odd, SPEC) is None, odd
        assert any("喵呜嗷" in word for word in read(odd)), odd


@pytest.mark.skipif(not CASES.is_dir(), reason="GEOMAG_DATA has no shared cases beside it")
@pytest.mark.parametrize("name", ["count", "detect", "ground", "refer", "segment"])
def test_plain_wordings_have_no_leftovers(name: str) -> None:
    asked = {
        json.loads(line)["question"]
        for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()
    }
    assert {
        question: words
        for question in asked
        if understood(question, SPEC) is None and (words := read(question))
    } == {}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Count the ships named Maria.", ("maria",)),
        ("Find the ships near Las Palmas.", ("las palmas",)),
        ("Find the rented tanks of the oil company.", ("rented", "oil company")),
        ("Where's the harbour's entrance at [10, 20, 30, 40]?", ("entrance",)),
        ("名叫玛丽的船有几艘？", ("名叫玛丽",)),
        ("Find rectangular buildings.", ("rectangular",)),
        ("Find L-shaped buildings.", ("shaped",)),
        ("Segment the commercial buildings.", ("commercial",)),
        ("Draw a box round each ship.", ()),
        ("Draw rectangular boxes around the ships.", ()),
        ("", ()),
        ("?", ()),
        ("ships " * 200, ()),
    ],
)
def test_what_is_left_over(question: str, words: tuple[str, ...]) -> None:
    assert read(question) == words
    assert bool(remark(words, zh=False)) == bool(remark(words, zh=True)) == bool(words)


@pytest.mark.parametrize(
    ("question", "size"),
    [
        ("Find large ships.", "large"),
        ("Count the tiny ships.", "tiny"),
        ("Find the large ship.", ""),
        ("Find the largest ships.", ""),
        ("Find the ships.", ""),
    ],
)
def test_a_size_without_a_number_is_told_of_several(question: str, size: str) -> None:
    assert without_size(question, lexicon(SPEC)) == size
    answer = gm.ask(paint(320, 200, (20, 20, 100, 40), (200, 40, 240, 56)), question, FakeModel())
    assert ("names no size" in answer.text) == bool(size)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "Count the ships named Maria.",
            '"maria" was not understood, and the answer leaves it out.',
        ),
        (
            "Segment the rented ships of Maria.",
            '"rented" and "maria" were not understood, and the answer leaves them out.',
        ),
        ("Find the ships.", ""),
        ("Count the ships.", ""),
    ],
)
def test_an_answer_says_what_it_passed_over(question: str, told: str) -> None:
    answer = gm.ask(paint(320, 200, (20, 20, 100, 40), (200, 40, 240, 56)), question, FakeModel())
    assert answer.text.endswith(told) and ("not understood" in answer.text) == bool(told)
    assert len(answer.regions) == 2

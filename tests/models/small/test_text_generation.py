"""Sentences about what was found are well formed and true, whatever the decoder prefers."""

from __future__ import annotations

import re

import pytest

from geomagnifier.language.positions import ENGLISH, near, parts
from geomagnifier.models.small import text_generation
from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.text_generation import about_place, tell
from random_writer import memory_of, question, random_writer

KINDS = ("ship", "harbor", "road", "bridge", "vehicle")
WORDS = w.Words([*w.SPECIAL, *map(w.kind_token, KINDS), *w.FOUND, "boat", "many"])
UPPER_LEFT, LOWER_RIGHT, ALL_OVER = (
    (0.1, 0.1, 0.2, 0.2),
    (0.8, 0.8, 0.9, 0.9),
    [(x / 9, y / 9, x / 9, y / 9) for x in range(10) for y in range(10)],
)
FOUND = (
    {"ship": [UPPER_LEFT]},
    {"ship": [UPPER_LEFT, UPPER_LEFT]},
    {"ship": ALL_OVER},
    {"ship": [UPPER_LEFT], "road": [LOWER_RIGHT]},
    {"ship": [UPPER_LEFT], "harbor": [(0.2, 0.1, 0.3, 0.2)], "road": ALL_OVER},
    {
        "ship": [UPPER_LEFT] * 9 + [LOWER_RIGHT],
        "harbor": [LOWER_RIGHT],
        "road": [LOWER_RIGHT],
        "bridge": [(0.45, 0.45, 0.55, 0.55)],
    },
)
_KIND = rf"<(?:{'|'.join(KINDS)})>(?: \[SEG\]| \[BOX\])?"
_LIST = rf"<n> {_KIND}(?:(?: , <n> {_KIND})* and <n> {_KIND})?"
_WHERE = "|".join(ENGLISH.values())
_THERE = rf"there <is> (?:also )?{_LIST}(?: (?:{_WHERE}))?"
_CLAUSE = (
    rf"(?:{_THERE}|<n> {_KIND} <is> (?:near {_LIST}|{_WHERE}|in the picture)(?: ; {_THERE})?|this"
    rf" is <a> {_KIND})"
)
GRAMMAR = re.compile(rf"(?:(?:yes|no) , )?{_CLAUSE} \.(?: {_CLAUSE} \.)*")


@pytest.mark.parametrize("present", FOUND)
@pytest.mark.parametrize("start", ["", "yes", "no"])
def test_any_decoder_writes_a_true_sentence(
    present: dict[str, list[tuple[float, float, float, float]]], start: str
) -> None:
    for seed in range(5):
        writer = random_writer(len(WORDS), seed)
        rule = text_generation.about_found(WORDS, present, start)
        said = text_generation.tell(
            writer, WORDS, *question(), memory_of(writer), rule, beam=1 + seed % 3
        )
        if not text_generation.is_finished(said, present):
            said = text_generation.plainly(present, start)
        text = " ".join(said)
        assert GRAMMAR.fullmatch(text), text
        assert text.startswith(f"{start} ," if start else ("there", "<n>", "this"))
        assert all(said.count(w.kind_token(kind)) == 1 for kind in present)
        for clause in re.split(r" [.;]", text):
            kinds = re.findall(
                r"<(\w+)>", clause.replace("<n>", "").replace("<is>", "").replace("<a>", "")
            )
            for part, phrase in ENGLISH.items():
                if clause.endswith(f" {phrase}"):
                    assert part in parts([box for kind in kinds for box in present[kind]]), text
            if " near " in clause:
                assert all(near(present[kinds[0]], present[kind]) for kind in kinds[1:]), text


def test_the_rule_made_sentence_is_in_the_grammar() -> None:
    for present in FOUND:
        for start in ("", "yes"):
            assert GRAMMAR.fullmatch(" ".join(text_generation.plainly(present, start)))
    assert (
        " ".join(text_generation.plainly(FOUND[0])) == "there <is> <n> <ship> in the upper left ."
    )
    assert (
        " ".join(text_generation.plainly(FOUND[4], "yes"))
        == "yes , there <is> <n> <ship> , <n> <harbor> and <n> <road> ."
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((("ship",), False, False, False), "there is no <ship> here ."),
        (
            (("ship", "road", "bridge"), False, False, True),
            "there is no <ship> , <road> or <bridge> here .",
        ),
        (((), True, False, False), "none of the things i know is here ."),
        (((), False, True, False), "i was not taught to find that ."),
        (
            (("ship",), False, True, False),
            "there is no <ship> here . the rest i was not taught to find .",
        ),
        (((), False, True, True), "the rest i was not taught to find ."),
        (((), False, False, True), ""),
    ],
)
def test_what_is_not_there_is_said_by_rule(
    arguments: tuple[tuple[str, ...], bool, bool, bool], text: str
) -> None:
    assert " ".join(text_generation.denied(*arguments)) == text


@pytest.mark.parametrize(
    ("caption", "right"),
    [
        ("many boats are in the harbor .", True),
        ("a river with dense forest on both banks .", True),
        ("many many boats are in the harbor .", False),
        ("some planes are near the .", False),
        ("a storage tank is in the lawn and some buildings beside .", True),
        ("some planes are near the runway", False),
        ("planes .", False),
    ],
)
def test_a_caption_is_a_sentence(caption: str, right: bool) -> None:
    assert text_generation.is_sentence(caption.split()) == right


def test_a_caption_keeps_to_words_that_are_not_shut() -> None:
    shut = [
        t
        for t in WORDS.tokens
        if t not in w.SPECIAL and not t.startswith("<") and t not in ("boat", ".")
    ]
    writer = random_writer(len(WORDS))
    said = tell(writer, WORDS, *question(), memory_of(writer), about_place(WORDS, shut))
    assert set(said) <= {"boat", "."}

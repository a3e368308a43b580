"""The second part of an answer: the sentence, written when the objects have been found.

It is the likeliest sentence of a small beam search, under constraints on the logits that keep it
well formed and true to what was found: "<n> <CLASS>" only of a class with regions and of each once,
"in the upper part" only where the regions lie there, no end before every class is named; in a
caption no word of a class whose presence gate is shut. What is not there is said by rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from geomagnifier.language.mentions import word_set
from geomagnifier.language.positions import ENGLISH, Box, near, parts
from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.numerics import log_softmax
from geomagnifier.models.small.text_writer import (
    ANSWER,
    INSTANCES,
    PLACE,
    TextWriter,
    ViewMemory,
)
from geomagnifier.types import Bools, Floats

NEVER = (w.POINT, w.SAY, w.NONE, w.BY, w.EVERYTHING, w.THIS, w.PLACE, w.UNKNOWN)
TOLD = 4
"""Most classes with regions in the decoder's own words; images with more are too few to learn from,
and the rest is listed.
"""
NOTHING, NOT_TAUGHT = "none of the things i know is here .", "i was not taught to find that ."
REST = "the rest i was not taught to find ."
Rule = Callable[[Sequence[str]], Sequence[str]]
"""Tokens so far -> tokens that must not come next."""


def tell(
    writer: TextWriter,
    words: w.Words,
    states: Floats,
    padding: Bools,
    memory: ViewMemory,
    forbidden: Rule,
    beam: int = 3,
) -> list[str]:
    """Write a sentence by beam search.

    Args:
        writer: the text decoder.
        words: its vocabulary.
        states: (1, T, tokens) of the question.
        padding: (1, T), True where there is no token.
        memory: image tokens, and instance tokens of what was found.
        forbidden: gives the tokens that must not come next.
        beam: sentences followed at a time.

    Returns:
        tokens without the opening and the closing one.
    """
    cache = writer.read(states, padding, memory)
    token = np.array([[words.number[w.SAY]]])
    written: list[list[str]] = [[]]
    scores = np.zeros(1, np.float32)
    finished: list[tuple[float, list[str]]] = []
    never = words.encode(NEVER)
    while written and cache.written < ANSWER - 1:
        x, cache = writer.write(token, cache)
        chances = log_softmax(writer.logits(x[:, -1]))
        chances[:, never] = -np.inf
        for row, sentence in enumerate(written):
            shut = [words.number[t] for t in forbidden(sentence) if t in words.number]
            if not sentence:
                shut.append(words.number[w.END])  # an answer is not empty
            if len(sentence) > 2 and sentence[-3:-1] == sentence[-1:] * 2:
                shut.append(words.number[sentence[-1]])  # a word three times in a row is a stutter
            chances[row, shut] = -np.inf
        total = (scores[:, None] + chances).ravel()
        rows: list[int] = []
        following: list[int] = []
        kept: list[float] = []
        for place in np.argsort(-total, kind="stable")[: 2 * beam].tolist():
            value = float(total[place])
            if value == -np.inf:
                continue
            row, number = divmod(place, len(words))
            if words.tokens[number] == w.END:
                finished.append((value / (len(written[row]) + 1), written[row]))
            elif len(rows) < beam:
                rows.append(row)
                following.append(number)
                kept.append(value)
        if len(finished) >= beam or not rows:
            break
        written = [
            [*written[row], words.tokens[number]]
            for row, number in zip(rows, following, strict=True)
        ]
        scores, token = np.array(kept, np.float32), np.array(following)[:, None]
        cache = cache._replace(
            past_keys=cache.past_keys[:, rows],
            past_values=cache.past_values[:, rows],
            padding=cache.padding[:1].repeat(len(rows), 0),
        )
    return max(finished or [(0.0, written[0])], key=lambda pair: pair[0])[1]


Thing = tuple[str, float, tuple[float, float, float, float]]
"""Class, score, box as shares of the scene's width and height."""


def instances(
    words: w.Words, things: Sequence[Thing], missing: Sequence[str], unknown: bool
) -> tuple[list[int], list[list[float]]]:
    """Instance tokens of what was found: word numbers, and score, centre and sides of each.

    Args:
        words: the vocabulary.
        things: objects; the best get a token, as many as there is room for.
        missing: classes that were looked for in vain: a token of zeros each.
        unknown: something that is no class was asked for: a token of its own.
    """
    kinds, places = [], []
    for kind, score, (x0, y0, x1, y1) in sorted(things, key=lambda t: -t[1])[
        : INSTANCES - len(missing) - unknown
    ]:
        kinds.append(w.kind_token(kind))
        places.append([score, (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0])
    kinds += [w.kind_token(kind) for kind in missing] + [w.UNKNOWN] * unknown
    return words.encode(kinds), places + [[0.0] * PLACE] * (len(missing) + unknown)


def about_found(words: w.Words, present: Mapping[str, Sequence[Box]], start: str = "") -> Rule:
    """The constraint on sentences about what was found.

    Each class with regions is named once, and a part of the scene only where it holds. Sentences
    are

        [yes | no ,] there <is> [also] LIST [WHERE] .
        <n> <CLASS> <is> (near LIST | WHERE | in the picture) [; there ...] .
        this is <a> <CLASS> .            (of a single region)

    Args:
        words: the vocabulary.
        present: classes with regions, and the regions' boxes, shares of the scene.
        start: "yes" or "no" where the sentence begins so.
    """
    there = {w.kind_token(kind): kind for kind in present}
    single = len(present) == 1 and len(next(iter(present.values()))) == 1

    def forbidden(sentence: Sequence[str]) -> list[str]:
        said = list(sentence)
        opening = len(said) < 2 and bool(start)
        only = (
            {(start, ",")[len(said)]}
            if opening
            else _following(said[2:] if start else said, there, present, single)
        )
        return [t for t in words.tokens if t not in only]

    return forbidden


def _following(
    sentence: list[str],
    there: Mapping[str, str],
    present: Mapping[str, Sequence[Box]],
    single: bool,
) -> set[str]:
    """Tokens that may come next, of a sentence without its yes or no."""
    begin = max((i + 1 for i, token in enumerate(sentence) if token in (".", ";")), default=0)
    clause = [token for token in sentence[begin:] if token not in (w.SEG, w.BOX)]
    unsaid = set(there) - set(sentence)
    last = clause[-1] if clause else ""
    tie = {w.SEG, w.BOX} if sentence and sentence[-1] in there else set()
    if not clause:
        if begin and sentence[-1] == ";":
            return {"there"}
        return (
            {w.END}
            if not unsaid
            else {"there", w.NUMBER} | ({"this"} if single and not begin else set())
        )
    if clause[0] == "this":
        return {1: {"is"}, 2: {w.ONE}, 3: unsaid}.get(len(clause), tie | {"."})
    if clause == ["there"]:
        return {w.IS}
    if clause == ["there", w.IS]:
        return {w.NUMBER, "also"} if begin else {w.NUMBER}
    subject = [there[token] for token in clause if token in there][:1]
    beside = "near" in clause
    close = (
        {t for t in unsaid if near(present[subject[0]], present[there[t]])} if subject else set()
    )
    fresh = close if beside else unsaid
    if last in ("also", "near", "and", ",") and w.IS in clause:
        return {w.NUMBER}
    if last == w.NUMBER:
        return fresh
    if last == w.IS:  # "two ships are ..."
        return (
            {"in"}
            | ({"near"} if close else set())
            | {phrase[0] for phrase in _places(present, subject)}
        )
    if last in there:
        if w.IS not in clause:
            return tie | {w.IS}
        listed = clause[clause.index("near" if beside else w.IS) + 1 :]
        more = ({"and"} if fresh else set()) | ({","} if len(fresh) > 1 else set())
        if "and" not in listed and "," in listed:
            return tie | more  # a list that has begun with a comma ends with "and"
        if "and" in listed:
            more = set()
        closing = {"."} | ({";"} if beside and unsaid else set())
        kinds = [there[token] for token in clause if token in there]
        return (
            tie
            | more
            | closing
            | (set() if beside else {phrase[0] for phrase in _places(present, kinds)})
        )
    at = max(i for i, token in enumerate(clause) if token in there or token == w.IS) + 1
    kinds = [there[token] for token in clause if token in there]
    phrases = [
        *_places(present, kinds),
        *([["in", "the", "picture"]] if clause[at - 1] == w.IS else []),
    ]
    following = {
        phrase[len(clause) - at]
        for phrase in phrases
        if phrase[: len(clause) - at] == clause[at:] and len(phrase) > len(clause) - at
    }
    again = {";"} if unsaid and clause[0] == w.NUMBER else set()
    return following | ({"."} | again if clause[at:] in phrases else set())


def _places(present: Mapping[str, Sequence[Box]], kinds: Sequence[str]) -> list[list[str]]:
    """Words of the parts of the scene where the regions of these classes lie."""
    return [
        ENGLISH[part].split() for part in parts([box for kind in kinds for box in present[kind]])
    ]


def plainly(present: Mapping[str, Sequence[Box]], start: str = "") -> list[str]:
    """The sentence by rule, for where the decoder comes to no end.

    Args:
        present: as in `about_found`.
        start: as in `about_found`.
    """
    tokens = [start, ","] if start else []
    for k, kind in enumerate(present):
        tokens += (["there", w.IS] if not k else ["and"] if k == len(present) - 1 else [","]) + [
            w.NUMBER,
            w.kind_token(kind),
        ]
    return [*tokens, *next(iter(_places(present, [*present])), []), "."]


def is_finished(tokens: Sequence[str], present: Mapping[str, Sequence[Box]]) -> bool:
    """Whether a sentence under the constraint of `about_found` has come to its end.

    Args:
        tokens: of the sentence.
        present: as in `about_found`.
    """
    return tokens[-1:] == ["."] and {w.kind_token(kind) for kind in present} <= set(tokens)


def denied(
    missing: Sequence[str], everything: bool, unknown: bool, some: bool, at: str = "here"
) -> list[str]:
    """Tokens that say what is not there.

    Args:
        missing: classes that were looked for in vain.
        everything: all objects were asked for, and none is there.
        unknown: something that is no class was asked for as well.
        some: something else is said before.
        at: where they are not: "here", or the part of the scene that was asked about.
    """
    tokens: list[str] = []
    for k, kind in enumerate(missing):
        tokens += [["there", "is", "no"], [","], ["or"]][
            0 if not k else 2 if k == len(missing) - 1 else 1
        ] + [w.kind_token(kind)]
    tokens += [*at.split(), "."] if missing else []
    if everything and not missing:
        tokens += NOTHING.split()
    if unknown:
        tokens += (REST if some or tokens else NOT_TAUGHT).split()
    return tokens


def listed(kinds: Sequence[str]) -> list[str]:
    """Tokens of the sentence that names what is left.

    It reads "there are also six airplanes, two harbors and one bridge.".
    """
    tokens = ["there", w.IS, "also"] if kinds else []
    for k, kind in enumerate(kinds):
        tokens += [] if not k else ["and"] if k == len(kinds) - 1 else [","]
        tokens += [w.NUMBER, w.kind_token(kind)]
    return [*tokens, "."] if kinds else []


def about_place(words: w.Words, shut: Sequence[str]) -> Rule:
    """The constraint on captions.

    No class tokens, no [SEG] or [BOX], none of the words in `shut`, and neither yes nor no at the
    start.

    Args:
        words: the vocabulary.
        shut: words of classes that are not there.
    """
    out = [w.SEG, w.BOX, w.NUMBER, w.ONE, w.IS, *words.kinds, *shut]
    first = [*out, "yes", "no", ".", ",", ";", "and", "or", "of"]
    return lambda sentence: out if sentence else first


_DANGLING = word_set(
    "a an the of and or in on at with to from between is are there some many two three several ,"
)


def is_sentence(tokens: Sequence[str]) -> bool:
    """Whether a caption is well formed.

    It ends as a sentence does, repeats no word at once, and leaves none hanging before its end.
    """
    twice = any(a == b for a, b in pairwise(tokens))
    return len(tokens) > 3 and tokens[-1] == "." and tokens[-2] not in _DANGLING and not twice

"""The first part of an answer: what to look for, and the states that drive the pixel decoder.

    <point> <ship> [SEG] <by> <harbor> [BOX] <end>

Which classes follow is the question's matter; whether [SEG] or <none> follows a class is the
image's. Here the [SEG] or [BOX] token is written in any case: its state says how the object looks,
and the presence gate behind the pixel decoder decides whether it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.text_writer import TextWriter, ViewMemory
from geomagnifier.types import Bools, Floats

LONGEST = 14
"""Most tokens of this part: six classes and what goes with them."""


class ParsedQuestion(NamedTuple):
    """A question as understood."""

    asked: tuple[str, ...] = ()
    """Classes to be found."""
    landmarks: tuple[str, ...] = ()
    """Classes that only say where."""
    everything: bool = False
    """All objects are asked for."""
    this: bool = False
    """What a given box shows."""
    place: bool = False
    """The scene class is asked for as well."""
    unknown: bool = False
    """Something that is no class is among what is asked for."""
    apart: bool = False
    """Each class is looked for by a question of its own, as the question names none of them."""


def read_question(
    writer: TextWriter, words: w.Words, states: Floats, padding: Bools, memory: ViewMemory
) -> ParsedQuestion:
    """Write what to look for, the likeliest token that makes sense each time.

    Args:
        writer: the text decoder.
        words: its vocabulary.
        states: (1, T, tokens) of the question.
        padding: (1, T), True where there is no token.
        memory: of the view.
    """
    number = words.number
    kinds = {number[token]: kind for token, kind in words.kinds.items()}
    cache = writer.read(states, padding, memory)
    token, read, by = number[w.POINT], ParsedQuestion(), False
    while cache.written < LONGEST:
        x, cache = writer.write(np.array([[token]]), cache)
        if token in kinds or token in (number[w.EVERYTHING], number[w.THIS]):
            token = number[w.BOX]
            continue
        fresh = [n for n, kind in kinds.items() if kind not in (*read.asked, *read.landmarks)]
        allowed = fresh
        if not by:
            others = {
                w.BY: bool(read.asked and fresh) and len(read.landmarks) < 2,
                w.PLACE: not read.place,
                w.UNKNOWN: not read.unknown,
                w.END: True,
            }
            others |= dict.fromkeys(
                (w.EVERYTHING, w.THIS), not (read.asked or read.everything or read.this)
            )
            allowed = fresh + [number[t] for t, may in others.items() if may]
        logits = writer.logits(x[0, -1])
        token = allowed[int(logits[allowed].argmax())]
        if token in kinds:
            read = (
                read._replace(landmarks=(*read.landmarks, kinds[token]))
                if by
                else read._replace(asked=(*read.asked, kinds[token]))
            )
            by = False
        elif token == number[w.BY]:
            by = True
        elif token == number[w.END]:
            break
        else:
            what = words.tokens[token]
            read = read._replace(
                everything=read.everything or what == w.EVERYTHING,
                this=read.this or what == w.THIS,
                place=read.place or what == w.PLACE,
                unknown=read.unknown or what == w.UNKNOWN,
            )
    return read


def point(
    writer: TextWriter,
    words: w.Words,
    states: Floats,
    padding: Bools,
    memory: ViewMemory,
    read: ParsedQuestion,
    pixel: bool,
) -> Floats:
    """The states E_seg of the classes of one question on one view, (Q, width).

    Classes asked for come first, then landmarks.

    Args:
        writer: the text decoder.
        words: its vocabulary.
        states: (1, T, tokens) of the question.
        padding: (1, T), True where there is no token.
        memory: of the view.
        read: of `read_question`.
        pixel: masks are wanted, so [SEG]; else [BOX].
    """
    tokens, at = skeleton(words, read, pixel)
    cache = writer.read(states, padding, memory)
    x, _ = writer.write(np.array([tokens]), cache)
    return writer.point(x[0, at])


def skeleton(words: w.Words, read: ParsedQuestion, pixel: bool) -> tuple[list[int], list[int]]:
    """Tokens of the classes that are looked for, and the indices of their [SEG] or [BOX] tokens.

    Args:
        words: the decoder's vocabulary.
        read: of `read_question`.
        pixel: masks are wanted, so [SEG]; else [BOX].
    """
    tokens, at = [words.number[w.POINT]], []
    for kind in read.asked:
        tokens += words.encode([w.kind_token(kind), w.SEG if pixel else w.BOX])
        at.append(len(tokens) - 1)
    for kind in read.landmarks:
        tokens += words.encode([w.BY, w.kind_token(kind), w.BOX])
        at.append(len(tokens) - 1)
    return tokens, at


def each(words: w.Words, kinds: Sequence[str], pixel: bool) -> np.ndarray:
    """Tokens of several classes, each in a question of its own, (K, 3), [SEG] or [BOX] the last.

    Args:
        words: the decoder's vocabulary.
        kinds: K classes.
        pixel: masks are wanted, so [SEG]; else [BOX].
    """
    tie = w.SEG if pixel else w.BOX
    return np.array([words.encode([w.POINT, w.kind_token(kind), tie]) for kind in kinds])


def point_each(
    writer: TextWriter,
    words: w.Words,
    states: Floats,
    padding: Bools,
    memory: ViewMemory,
    kinds: Sequence[str],
    pixel: bool,
) -> Floats:
    """The states E_seg of several classes, each asked for by itself, (K, width).

    Args:
        writer: the text decoder.
        words: its vocabulary.
        states: (K, T, tokens) of a question for each class.
        padding: (K, T), True where there is no token.
        memory: of one view.
        kinds: K classes.
        pixel: masks are wanted, so [SEG]; else [BOX].
    """
    x, _ = writer.write(each(words, kinds, pixel), writer.read(states, padding, memory))
    return writer.point(x[:, 2])

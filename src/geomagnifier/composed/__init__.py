"""Questions whose answer is composed of what was found: counted, measured, compared, filtered.

    question -> english, chinese -> program -> (the search for its classes) -> evaluation -> value, unit, regions -> saying
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from geomagnifier.composed import english
from geomagnifier.composed import program as p
from geomagnifier.composed.lexicon import Lexicon, plural
from geomagnifier.values import Granularity, ModelSpec


@dataclass(frozen=True)
class Understood:
    """A question that was read.

    program: what it asks.  text: the plain question that the model is asked in its place, and the classes that it looks for.
    looked: how closely the search looks.  level: of the answer; masks that only tell places are not handed out.
    """

    program: p.Program
    text: str
    kinds: tuple[str, ...]
    looked: Granularity
    level: Granularity
    language: Literal["en", "zh"]


def understood(question: str, spec: ModelSpec, referring: bool = False) -> Understood | None:
    """How a composed question is read; None where a word of it finds no place, or nothing is composed.

    Args:
        question: plain words.
        spec: of the model: its classes, and how people call them. A model that lists no classes composes nothing.
        referring: whether "them" has something to refer to.
    """
    if not spec.kinds:
        return None
    words = lexicon(spec)
    zh = sum("\u4e00" <= letter <= "\u9fff" for letter in question) > 0
    program = None if zh else english.read(question, words)
    if program is None or (p.refers(program) and not referring):
        return None
    kinds = p.kinds(program)
    masks = p.outlined(program)
    looked = Granularity.PIXEL if masks else Granularity.REGION
    level = Granularity.PIXEL if masks and p.shown(program) else Granularity.REGION
    named = [plural(kind) if kind in words.objects else kind for kind in kinds]
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}" if named else "objects"
    text = f"{'Segment' if masks else 'Find'} the {listed}."
    return Understood(program, text, kinds, looked, level, "zh" if zh else "en")


def lexicon(spec: ModelSpec) -> Lexicon:
    """The names of a model's classes."""
    return _lexicon(spec.kinds, spec.objects or spec.kinds, tuple((kind, tuple(said)) for kind, said in spec.names.items()))


@lru_cache(maxsize=8)
def _lexicon(kinds: tuple[str, ...], objects: tuple[str, ...], names: tuple[tuple[str, tuple[str, ...]], ...]) -> Lexicon:
    return Lexicon(kinds, objects, dict(names))

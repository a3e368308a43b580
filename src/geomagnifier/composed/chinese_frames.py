"""A Chinese question by what it asks and what it is about, in whatever order the words stand.

`chinese_forms` reads whole sentences. Where none fits, each clause is taken apart here: the words
that ask (多少, 最大, 面积, 框出来 ...) are taken out wherever they stand, and what is left must be
a thing with its conditions, read by `chinese_phrases`. A clause without a thing goes on about the
one before. A word that finds no place fails the clause, so nothing is dropped.

"篮球场跟网球场各几个，合计几个"     count of both
"清点船只，并勾出最大的一艘"         count(ship), segment(largest ship)
"油井，离房子远的那些，找出来"       select(oil well; not near building)
"""

from __future__ import annotations

import re

from geomagnifier.composed import (
    chinese_clauses,
    chinese_frame_asks,
    chinese_frame_comparisons,
    chinese_frame_sizes,
)
from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_forms import in_unit
from geomagnifier.composed.chinese_frame_asks import SIDES, chosen
from geomagnifier.composed.chinese_frame_clauses import Clause, parted
from geomagnifier.composed.chinese_frame_things import Ask, State
from geomagnifier.composed.chinese_frame_words import spoken
from geomagnifier.composed.chinese_phrases import Reader
from geomagnifier.composed.placeholders import Lexicon
from geomagnifier.composed.slots import NoPlace
from geomagnifier.language.asides import is_aside
from geomagnifier.language.refusals import CAUSE, NAME, TIME

MOST = 12
"""Clauses of a question that is read."""
LONGEST = 80
"""Letters of a clause that is read."""
TRIED = 90
"""Readings of clauses after which a question is given up."""
_SCENE = re.compile(
    "描述|概述|概括|简述|介绍|什么(?:地方|场景|场所|类型|样的?地方|地带)|场景|(?:哪|何)[一]?[种类](?:地方|场所|场地|区域)|干什么用|用途|讲.{0,3}内容|什么情况|(?:有|是)(?:些)?什么(?:东西|内容)?$"
)


_WAYS = (
    *chinese_frame_asks.ADDED,
    *chinese_frame_comparisons.WAYS,
    *chinese_frame_sizes.WAYS,
    *chinese_frame_asks.WAYS,
)


def _read_clause(text: str, state: State, asked: bool) -> State:
    """The state after a clause; raises NoPlace."""
    if SIDES.match(text) and any(
        isinstance(ask, Ask) and ask.build in (chosen, p.Axis) for ask in state.asks
    ):
        return state
    for way in _WAYS:
        after = state.copy()
        try:
            way(text, after, asked)
        except (NoPlace, KeyError, IndexError):
            continue
        return after
    raise NoPlace


def read(question: str, lexicon: Lexicon) -> tuple[p.Program | None, tuple[str, ...]]:
    """The program of a question, and places that are passed over.

    None where a word of it finds no place.

    Args:
        question: in simplified characters, lower case, English names in Chinese, blanks as commas.
        lexicon: the names of the model's classes.
    """
    text = spoken(question)
    if _SCENE.search(text) or not question or chinese_clauses.goes_on(text) or _refused(text):
        return None, ()
    marks, clauses = parted(text, lexicon)
    if len(clauses) > MOST:
        return None, ()
    state = _clauses(clauses, State(Reader(marks, lexicon)), 0, [TRIED])
    program = None if state is None else _program(state)
    if state is None or program is None or not (p.kinds(program) or p.refers(program)):
        return None, ()
    return program, tuple(dict.fromkeys(state.reader.passed))


def _refused(text: str) -> bool:
    """Whether it asks for time, names or causes, in an aside or not."""
    plain = re.sub("谁(?=的?[^,]{0,6}[多少大小长短宽])", "", text)
    return any(family.chinese.pattern.search(plain) for family in (TIME, NAME, CAUSE))


def _clauses(clauses: list[Clause], state: State, at: int, left: list[int]) -> State | None:
    """The state after all clauses from one on.

    One that cannot be read alone is read with the next, or is an aside. `left` has the number of
    readings that may still be tried.
    """
    if at == len(clauses):
        return state
    for size in (1, 2, 3):
        if at + size > len(clauses):
            break
        text = ",".join(one.text for one in clauses[at : at + size])
        for said in dict.fromkeys((text, text.replace(",", ""))):
            left[0] -= 1
            if left[0] < 0 or len(said) > LONGEST:
                return None
            try:
                after = _read_clause(said, state, clauses[at + size - 1].asked)
            except NoPlace:
                continue
            rest = _clauses(clauses, after, at + size, left)
            if rest is not None:
                return rest
    if "Q" not in clauses[at].text and is_aside(clauses[at].said):
        after = state.copy()
        if len(named := re.findall(r"K\d+", clauses[at].text)) == 1:
            after.spoken_of = state.reader.phrase(named[0]).kinds
        return _clauses(clauses, after, at + 1, left)
    return None


def _program(state: State) -> p.Program | None:
    """What was asked, together."""
    if not state.asks:
        return None
    if not state.things and state.spoken_of:
        state.things.append(p.Select(state.spoken_of))
    used: set[int] = set()
    programs: list[p.Program] = []
    for ask in state.asks:
        if not isinstance(ask, Ask):
            programs.append(ask)
            continue
        at = max(ask.of, 0)
        if at >= len(state.things):
            return None
        used.add(at)
        program = ask.build(state.things[at])
        if program is None:
            return None
        programs.append(program)
    spoken_of = {kind for program in programs for kind in p.kinds(program)}
    if any(i not in used and not set(one.kinds) <= spoken_of for i, one in enumerate(state.things)):
        return None
    if state.unit:
        within = [in_unit(one, state.unit) for one in programs]
        if not any(within):
            return None
        programs = [
            old if new is None or getattr(old, "unit", None) else new
            for old, new in zip(programs, within, strict=True)
        ]
    return p.together(programs)

"""Clauses that ask of two things: more or larger, by how much, how far apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_forms import units
from geomagnifier.composed.chinese_frame_sizes import AREAS, NAMED_UNIT
from geomagnifier.composed.chinese_frame_things import State, Way, thing
from geomagnifier.composed.chinese_frame_words import AND, COUNTERS
from geomagnifier.composed.chinese_phrases import UNIT, UNITS, WHAT
from geomagnifier.composed.form_builders import is_cover
from geomagnifier.composed.slots import NoPlace

_DISTANCE = re.compile(
    f"(?:之间|中间)?的?(?:中间)?(?:直线|水平|最短|最近|中心|大概)*(?:相距|距离|相隔|间隔|间距|隔(?:着|了|开|得)?|离得?|差)?的?(?:有|是|为)?(?:多远|(?:多少|几)个?{NAMED_UNIT}(?:远|的?距离)?|(?:是|为|有)?多少)"
    f"|(?:之间|中间)?的?(?:直线|水平|最短|最近|中心)?(?:距离|间距|间隔)"
)


_WHICH = "(?:哪一?(?:个|种|类|边|侧|半边?|半|头|者)(?:的)?|谁|哪)"


_AMOUNT = f"(?:一些|些|一点|点)?(?:出|了|上)?(?:多少|几)个?(?:{UNIT}|{COUNTERS})?"


_OWN = re.compile(
    "的?(?:总|全部)?(?P<what>面积|占地(?:面积)?|数量|个数|艘数|栋数|辆数|占比|比例|覆盖率|长度|宽度)$"
)


_LARGER: dict[str, tuple[p.Quantity, bool]] = {
    "大": ("area", True),
    "小": ("area", False),
    "长": ("length", True),
    "短": ("length", False),
    "宽": ("width", True),
    "窄": ("width", False),
}


SIZED: tuple[p.Quantity, ...] = ("length", "width", "area")


def _numbers(
    a: p.Select, b: p.Select, what: str, word: str, unit: str
) -> tuple[p.Number, p.Number]:
    """What is compared of two things."""
    by = {one.rank.by for one in (a, b) if one.rank is not None}
    if len(by) == 1 and a.rank and b.rank and not (what or word or unit):
        sized = next((one for one in SIZED if one in by), None)
        if sized is None:
            raise NoPlace
        return p.Measure(a, sized, "mean"), p.Measure(b, sized, "mean")  # "最长的和最短的差多少"
    if re.search("占比|比例|覆盖率", what):
        return p.Share(a), p.Share(b)
    if (
        word in _LARGER
        or what in ("长度", "宽度")
        or "面积" in what
        or "占地" in what
        or UNITS.get(unit) in AREAS
    ):
        area = "面积" in what or "占地" in what or UNITS.get(unit) in AREAS or is_cover(a)
        quantity = "area" if area else _LARGER[word][0] if word in _LARGER else WHAT[what]
        way: p.How = (
            "sum"
            if area and not (word in _LARGER and not (what or unit) and not is_cover(a))
            else "mean"
        )
        said = units(unit, quantity) if unit else ("", "")
        if said is None:
            raise NoPlace
        return p.Measure(a, quantity, way, *said), p.Measure(b, quantity, way, *said)
    if is_cover(a):
        return p.Share(a), p.Share(b)
    return p.Count(a), p.Count(b)


def _compare(text: str, state: State, asked: bool) -> None:
    """Two things beside each other."""
    text = re.sub("^(?:比较|对比|比一比|比比)|(?:相比较?|比较一?下?|比起来)(?=,|$)", "", text)
    found = re.fullmatch(
        f"(?P<ab>.+?)(?P<t>{_WHICH}(?:的)?(?P<thing>K\\d+)?|比.*?)?(?:的)?(?P<what>(?:覆盖|占地|总)?面积|占地|数量|长度|宽度)?(?:是)?(?:比较|更|要|还|会|居|较)*(?P<word>[多少大小长短宽窄])(?:于)?(?P<or>还是[多少大小长短])?"
        f"(?P<much>{_AMOUNT}|(?:一些|些|一点|点))?(?:吗|没有|不)?",
        text,
    )
    less = re.fullmatch(
        f"(?P<ab>.+?)(?:的)?(?:之间)?(?:相差|差了?|的差|之差)(?P<much>(?:出|了)?(?:多少|几)个?(?:{UNIT}|{COUNTERS})?)?(?:是|为)?(?:多少)?",
        text,
    )
    if less is not None:
        for a, b, what in _pairs(less["ab"], state, "比" + "|" + AND):
            unit = _unit_in(less["much"] or "")
            state.asks.append(p.Difference(*_numbers(a, b, what, "", unit)))
            return
    if found is None:
        raise NoPlace
    word, much = found["word"], found["much"] or ""
    unit = _unit_in(much)
    if re.search("比", text) and not re.search(_WHICH, text):
        side = re.fullmatch(r"(.+?)比(.+?)", found["ab"] + (found["t"] or ""))
        for a, b, what in _pairs(side[0] if side else "", state, "比"):
            pair = _numbers(a, b, what or found["what"] or "", word, unit)
            up = word in "多大长宽"
            if re.search("多少|几", much):
                state.asks.append(p.Difference(*(pair if up else pair[::-1])))
            elif found["or"]:
                state.asks.append(p.Which(pair))
            else:
                state.asks.append(p.Compare(pair[0], ">" if up else "<", pair[1]))
            return
        raise NoPlace
    both = re.fullmatch(f"(.+?)(?:更|比较)?{word}[,]?还是(.+)", found["ab"] + (found["t"] or ""))
    whole = f"{both[1]}还是{both[2]}" if both else found["ab"]
    if not both and found["t"] is None:
        raise NoPlace
    if found["thing"]:
        state.things.append(state.reader.phrase(found["thing"]))
    for a, b, what in _pairs(whole, state, f"还是|或者?|比|{AND}"):
        pair = _numbers(a, b, what or found["what"] or "", word, unit)
        state.asks.append(p.Which(pair, word in "多大长宽"))
        return
    raise NoPlace


def _pairs(text: str, state: State, words: str) -> Iterator[tuple[p.Select, p.Select, str]]:
    """Two things, and what is compared of them where it is said behind them."""
    text = text.strip(",")
    for found in re.finditer(words, text):
        left, right = text[: found.start()], text[found.end() :]
        one, two = _OWN.search(left), _OWN.search(right)
        left, right = (side[: m.start()] if m else side for side, m in ((left, one), (right, two)))
        try:
            try:
                a = thing(left, state, state.last)
                b = thing(right, state, replace(a, filters=(), rank=None))
            except NoPlace:  # "左边和右边哪边的树多"
                b = thing(right, state)
                a = thing(left, state, replace(b, filters=(), rank=None))
            if a != b:
                said = one or two
                yield a, b, said["what"] if said is not None else ""
        except NoPlace:
            continue


def _unit_in(words: str) -> str:
    found = re.search(UNIT, words)
    return found[0] if found else ""


def _more_of(text: str, state: State, asked: bool) -> None:
    """By how much, of what was compared before: the answer has both numbers already."""
    found = re.fullmatch(
        f"(?:相差|差了?|多|少|多出|差出|大|小)(?:了|出)?(?:多少|几)个?(?:{UNIT}|{COUNTERS})?", text
    )
    before = state.asks[-1] if state.asks else None
    if found is None or not isinstance(before, p.Which | p.Compare):
        raise NoPlace
    unit = _unit_in(text)
    first, second = (
        before.options[:2] if isinstance(before, p.Which) else (before.left, before.right)
    )
    if isinstance(first, p.Count) and not unit:
        return
    parts = [
        next(one for one in p.parts(side) if isinstance(one, p.Select)) for side in (first, second)
    ]
    state.asks.append(
        p.Difference(
            *_numbers(
                parts[0], parts[1], "面积" if not isinstance(first, p.Count) else "", "", unit
            )
        )
    )


def _distance(text: str, state: State, asked: bool) -> None:
    if not re.search("多远|距离|相距|相隔|隔|间距|间隔|离|到", text) or re.search(
        "(?:以内|之内|以外|之外|范围内)", text
    ):
        raise NoPlace
    rest = text
    unit = ""
    for found in list(_DISTANCE.finditer(text))[::-1]:
        if found[0]:
            rest = rest[: found.start()] + rest[found.end() :]
            unit = unit or found["u"] or ""
    if rest == text:
        raise NoPlace
    closest = re.search("(?:靠得|挨得|离得|隔得)?最近的", rest)
    said = units(unit, "length")
    if said is None:
        raise NoPlace
    rest = re.sub("^(?:从|由)", "", rest.replace(",", ""))
    rest = re.sub(
        f"(?<=[到至和与跟同])(?:离|距离?)(?:它|其|他)?最近的(?:那?一?{COUNTERS})?(?=K)", "", rest
    )
    rest = re.sub(f"(?<=[离到距])最近的(?:那?一?{COUNTERS})?(?=K)", "", rest)
    rest = re.sub("(?:之间|中间|相互|彼此)的?$", "", rest)
    for a, b, _ in _pairs(rest, state, "(?:距离?|离|到|至|和|与|跟|同)"):
        state.asks.append(p.Distance(a, b, False, *said))
        return
    rest = re.sub("彼此|相互|(?:靠得|挨得|离得|隔得)?最近的?", "", rest)
    of = (
        state.last
        if closest and state.last and re.fullmatch(rf"(?:N\d+|两{COUNTERS})?", rest)
        else thing(rest, state)
    )
    if closest:
        of = replace(of, number=None)
    elif of.number != 2 and not (of.rank and of.rank.count == 2):
        raise NoPlace
    state.asks.append(p.Distance(of, of if closest else None, False, *said))


WAYS: tuple[Way, ...] = (_more_of, _compare, _distance)
"""In the order in which they are tried."""

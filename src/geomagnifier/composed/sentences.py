"""The sentence of a composed answer, in English and Chinese, by rule.

The value with its unit, and what it is made of.

"Yes: 9 ships against 7 storage tanks."    "The mean length of the 9 ships is 51.5 px."    "是：9艘船，7个储罐。"
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from geomagnifier.composed import program as p
from geomagnifier.composed.evaluation import FACTORS, Outcome, Term
from geomagnifier.composed.placeholders import MASS, plural
from geomagnifier.language.ordinals import ordinal
from geomagnifier.types import GeneratedText

_UNITS = {"m2": "m2", "px2": "px", "deg": "degrees", "1/ha": "per hectare", "1/km2": "per km2"}
UNITS_ZH = {
    "m": "米", "px": "像素", "m2": "平方米", "px2": "像素", "ha": "公顷", "km2": "平方公里",
    "deg": "度", "%": "%", "1/ha": "每公顷", "1/km2": "每平方公里", "ft": "英尺", "km": "公里",
    "mi": "英里", "yd": "码", "cm": "厘米", "acre": "英亩", "mu": "亩",
}  # fmt: skip
MORE_ZH = {">": "多于", ">=": "至少", "<": "少于", "<=": "至多", "==": "等于"}
_ADJECTIVES = {
    "length": ("longer", "shorter"),
    "width": ("wider", "narrower"),
    "area": ("larger", "smaller"),
}
_TAKEN = {
    "sum": " in total",
    "mean": " on average",
    "median": " in the median",
    "largest": " at most",
    "smallest": " at least",
}
QUANTITIES_ZH = {"length": "长度", "width": "宽度", "area": "面积"}
HOW_ZH = {"sum": "总", "mean": "平均", "median": "中位", "largest": "最大", "smallest": "最小"}
_COLOURS_ZH = {
    "white": "白色", "black": "黑色", "grey": "灰色", "red": "红色", "orange": "橙色",
    "yellow": "黄色", "green": "绿色", "blue": "蓝色", "brown": "棕色", "purple": "紫色",
}  # fmt: skip
_FORMS = {
    "aligned": "in one line",
    "rows": "in rows",
    "clustered": "clustered",
    "scattered": "scattered",
    "single": "alone",
}
FORMS_ZH = {
    "aligned": "排成一条线",
    "rows": "成行成列",
    "clustered": "聚集",
    "scattered": "分散",
    "single": "只有一个",
}
_WAYS_ZH: dict[str, str] = {
    "inside": "里面", "on": "上", "near": "附近", "along": "沿线", "left of": "左边",
    "right of": "右边", "above": "上方", "below": "下方", "north of": "北边", "south of": "南边",
    "east of": "东边", "west of": "西边",
}  # fmt: skip
NAMED = 4
"""Classes that a question may name for those to be told that are not there; more of them are a
group ("all objects").
"""
_PARTS_ZH = {"left": "左", "right": "右", "upper": "上", "lower": "下"}


@dataclass(frozen=True)
class Words:
    """How classes are called."""

    language: Literal["en", "zh"]
    chinese: Mapping[str, str]
    """nouns."""
    counters: Mapping[str, str]
    """Chinese measure words."""
    them: tuple[str, ...] = ()
    """Classes of the last answer's regions."""

    def counted(self, kind: str, count: int) -> str:
        """As in "9 ships", "1 area of water", "9艘船"."""
        if self.language == "zh":
            return f"{count}{self.counters.get(kind, '个')}{self.chinese.get(kind, kind)}"
        return f"{count} {self.noun(kind, count)}"

    def noun(self, kind: str, count: int = 2) -> str:
        """In the number of so many."""
        if self.language == "zh":
            return self.chinese.get(kind, kind)
        if kind in MASS:
            return f"area{'' if count == 1 else 's'} of {kind}"
        return kind if count == 1 else plural(kind)

    def listed(self, words: list[str], joint: str = "and") -> str:
        if self.language == "zh":
            return "、".join(words)
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"

    def counts(self, counts: Mapping[str, int]) -> str:
        return self.listed([self.counted(kind, n) for kind, n in counts.items()])


def number(value: float, unit: str | None, words: Words, shown: str = "") -> str:
    """A value with its unit, to four digits.

    In another unit of the question's as well ("98 ft (30 m)").
    """
    text = f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.4g}"
    if unit is None:
        return text
    unit_said = (UNITS_ZH if words.language == "zh" else _UNITS).get(unit, unit)
    told = (
        f"{text}{'' if words.language == 'zh' or unit_said.startswith('%') else ' '}{unit_said}"
        if unit != "%"
        else f"{text} %"
    )
    base = unit.removesuffix("2")
    if shown in ("ft", "km", "mi", "yd", "cm", "acre", "mu") and base in ("m", "ha"):
        factor = {"cm": 0.01, "mi": 1609.344, "yd": 0.9144}.get(shown) or FACTORS[shown]
        other = value * FACTORS[unit] / factor
        return (
            f"{other:.4g}{UNITS_ZH[shown]}（{told}）"
            if words.language == "zh"
            else f"{other:.4g} {shown} ({told})"
        )
    return told


def condition(test: p.Filter, words: Words) -> str:
    """A filter as it stands after a noun; in Chinese, before one."""
    zh = words.language == "zh"
    match test:
        case p.Limit(what, low, high, unit):
            a, b = ("" if value is None else number(value, unit, words) for value in (low, high))
            if zh:
                return f"{QUANTITIES_ZH[what]}{f'{a}到{b}' if a and b else f'至少{a}' if a else f'至多{b}'}的"
            if a and b:
                return (
                    f"between {a} and {b}"
                    f" {'large' if what == 'area' else 'long' if what == 'length' else 'wide'}"
                )
            return f"{_ADJECTIVES[what][not a]} than {a or b}"
        case p.Place(part):
            if zh:
                return f"{_part_zh(part)}的"
            return f"at the {part}" if part == "edge" else f"in the {part}"
        case p.Colour(names):
            return (
                f"{'或'.join(_COLOURS_ZH[name] for name in names)}的"
                if zh
                else f"that are {' or '.join(names)}"
            )
        case p.Heading(degrees):
            return f"朝向约{degrees:g}度的" if zh else f"with the long axis at {degrees:g} degrees"
        case p.Related(way, others, within, unit):
            other = thing(others, words)
            if within is not None:
                limit = number(within, unit, words)
                return f"距{other}{limit}以内的" if zh else f"within {limit} of {other}"
            if zh:
                return f"{other}{_WAYS_ZH[way]}的"
            return f"{'in' if way == 'inside' else way} {other}"
        case p.Between(first, second):
            if zh:
                return f"{thing(first, words)}和{thing(second, words)}之间的"
            if first == second:
                return (
                    f"between two {words.listed([words.noun(kind) for kind in first.kinds], 'or')}"
                )
            return f"between {thing(first, words)} and {thing(second, words)}"
        case p.Among(of):
            return f"属于{thing(of, words)}的" if zh else f"among {several(of, words)}"
        case p.AnyOf(tests):
            return (
                "或".join(condition(one, words).removesuffix("的") for one in tests) + "的"
                if zh
                else _or(tests, words)
            )
        case p.Not(p.Colour(names)) if not zh:
            return f"that are not {' or '.join(names)}"
        case p.Not(p.Among(of)):
            return f"除{thing(of, words)}以外的" if zh else f"other than {several(of, words)}"
        case p.Not(of):
            return f"不是{condition(of, words)}" if zh else f"not {condition(of, words)}"
    raise ValueError(test)


def _or(tests: tuple[p.Filter, ...], words: Words) -> str:
    return " or ".join(
        [
            condition(tests[0], words),
            *(condition(one, words).removeprefix("that are ") for one in tests[1:]),
        ]
    )


def _part_zh(part: str) -> str:
    if part in ("centre", "edge"):
        return {"centre": "中央", "edge": "边缘"}[part]
    words = part.split()
    side = "".join(sorted((_PARTS_ZH[word] for word in words[:-1]), key="左右上下".index))
    return (
        side
        + {"half": "半部分", "third": "三分之一", "quarter": "四分之一", "corner": "角"}[words[-1]]
    )


def _nouns(of: p.Select, words: Words, count: int = 2, joint: str = "or") -> str:
    kinds = of.kinds or words.them
    if of.them and words.language == "zh" and of.rank is None:
        return "它们"
    if not 0 < len(kinds) < 4:
        return "目标" if words.language == "zh" else "object" if count == 1 else "objects"
    return words.listed([words.noun(kind, count) for kind in kinds], joint)


def thing(of: p.Select, words: Words) -> str:
    """One of a selection: "a harbor", "the largest ship"."""
    if words.language == "zh":
        return f"{rank_zh(of.rank)}{''.join(condition(f, words) for f in of.filters)}{_nouns(of, words)}"
    noun = _nouns(of, words, 1)
    article = f"the {of.rank}" if of.rank is not None else "an" if noun[0] in "aeiou" else "a"
    return f"{article} {noun}{_after(of, words, 1)}"


def several(of: p.Select, words: Words, count: int = 2) -> str:
    """All of a selection, "ships longer than 30 m", "the largest ship"."""
    if words.language == "zh":
        return thing(of, words)
    if of.rank is not None:
        return f"the {of.rank} {_nouns(of, words, of.rank.count)}{_after(of, words, of.rank.count)}"
    return f"{_nouns(of, words, count, 'and')}{_after(of, words, count)}"


def rank_zh(rank: p.Rank | None) -> str:
    """As it stands before a Chinese noun: "最大的"."""
    if rank is None:
        return ""
    name = {
        ("length", True): "最长",
        ("length", False): "最短",
        ("area", True): "最大",
        ("area", False): "最小",
    }
    name |= {("width", True): "最宽", ("width", False): "最窄"}
    side = {"left": "最左边", "right": "最右边", "upper": "最上边", "lower": "最下边"}
    first = side.get(rank.by) or name[rank.by, rank.largest]
    if rank.start > 1:
        nth = ordinal(rank.start, "zh")
        return f"{first.removeprefix('最')}数{nth}个" if rank.by in side else f"{nth}{first[1:]}的"
    return f"{first}的{rank.count if rank.count > 1 else ''}"


def say(program: p.Program, outcome: Outcome, words: Words) -> GeneratedText:
    """What is said of an outcome, with the phrase that stands for the regions of each class."""
    zh = words.language == "zh"
    text = (
        _why(program, outcome, words) if outcome.why is not None else _told(program, outcome, words)
    )
    if not zh:
        text = text[0].upper() + text[1:]
    counts = Counter(region.label for region in outcome.regions)
    phrases = {}
    for kind, n in counts.items():
        phrase = words.counted(kind, n)
        if re.search(rf"(?<![\d.,]){re.escape(phrase)}(?![a-z])", text):
            phrases[kind] = phrase
    return GeneratedText(text, phrases, words.language)


def _of(term: Term) -> p.Select | None:
    return next((part for part in p.parts(term.of) if isinstance(part, p.Select)), None)


def _side(term: Term, words: Words) -> str:
    """One side of a comparison: "9 ships", "the largest ship with 120 m2"."""
    of, zh = _of(term), words.language == "zh"
    if isinstance(term.of, p.Given) or of is None:
        return number(term.value, term.unit, words)
    counts = dict(term.counts) or dict.fromkeys(of.kinds[:3], 0)
    if isinstance(term.of, p.Count):
        told = words.counts(counts)
        return (
            f"{''.join(condition(f, words) for f in of.filters)}{told}"
            if zh
            else f"{told}{_after(of, words, sum(counts.values()))}"
        )
    value = number(term.value, term.unit, words)
    if zh:
        return f"{thing(of, words)}{value}"
    if isinstance(term.of, p.Share) and term.of.whole is not None:
        return f"{value} of the {several(term.of.whole, words)}, {words.counts(counts)}"
    if isinstance(term.of, p.Measure) and of.rank is None:
        return (
            f"{value} for"
            f" {words.counts(counts)}{_TAKEN[term.of.how] if sum(counts.values()) > 1 else ''}"
        )
    return f"{value} for {several(of, words)}"


def _told(program: p.Program, outcome: Outcome, words: Words) -> str:
    """The sentence of a value."""
    zh = words.language == "zh"
    counts = Counter(region.label for region in outcome.regions)
    value = outcome.value
    yes = ("是：" if value else "否：") if zh else ("Yes: " if value else "No: ")
    match program:
        case p.Chosen(of):
            if not counts:
                return _none(of, words)
            if zh:
                return f"{''.join(condition(f, words) for f in of.filters) or '图中'}有{words.counts(counts)}{_missing(of, counts, words)}。"
            return f"{words.counts(counts)}{_after(of, words, sum(counts.values()))}{_missing(of, counts, words)}."
        case p.Count(of) if not counts:
            return _none(of, words)
        case p.Count(of):
            if zh:
                return f"{''.join(condition(f, words) for f in of.filters)}共有{words.counts(counts)}{_missing(of, counts, words)}。"
            sum_up = f", {sum(counts.values())} in total" if len(counts) > 1 else ""
            return f"{words.counts(counts)}{sum_up}{_after(of, words, sum(counts.values()))}{_missing(of, counts, words)}."
        case p.Exists(of, _):
            if not counts:
                return ("没有：" if zh else "No: ") + _none(of, words, start=False)
            missing = [kind for kind in of.kinds if kind not in counts] if not value else []
            if zh:
                return f"{'没有都有' if missing else '有'}：{''.join(condition(f, words) for f in of.filters)}{words.counts(counts)}。"
            none = (
                f", but no {words.listed([words.noun(kind, 1) for kind in missing], 'or')}"
                if missing
                else ""
            )
            return f"{yes}{words.counts(counts)}{_after(of, words, sum(counts.values()))}{none}."
        case p.Every(_, test):
            total = sum(counts.values())
            if zh:
                return f"{yes}{words.counts(counts)}中有{outcome.passed}个符合“{condition(test, words)}”。"
            whom = (
                words.counts(counts)
                if total == 1
                else f"{outcome.passed} of {words.counts(counts)}"
            )
            return f"{yes}{whom} {_is(test, outcome.passed, total, words)}."
        case p.Compare(
            p.Count(of), "==", p.Given(0)
        ):  # "are there no ships?": yes could mean either
            if not counts:
                return _none(of, words)
            where = "".join(condition(f, words) for f in of.filters)
            return (
                f"{where}有{words.counts(counts)}。"
                if zh
                else (
                    f"There {'is' if (n := sum(counts.values())) == 1 else 'are'}"
                    f" {words.counts(counts)}{_after(of, words, n)}."
                )
            )
        case p.Compare(_, _, right, times):
            a, b = outcome.terms
            if zh:
                return (
                    f"{yes}{_side(a, words)}，{_side(b, words)}。"
                    if not isinstance(right, p.Given)
                    else f"{yes}{_side(a, words)}。"
                )
            factor = "" if times == 1 else f" (times {times:g})"
            if isinstance(right, p.Given):
                return f"{yes}{_side(a, words)}."
            return f"{yes}{_side(a, words)} against {_side(b, words)}{factor}."
        case p.Which():
            best = next(
                term
                for term in outcome.terms
                if (mine := _of(term)) is not None and mine.kinds[0] == value
            )
            rest = [term for term in outcome.terms if term is not best]
            if zh:
                return f"{words.noun(str(value))}：{'，'.join(_side(term, words) for term in [best, *rest])}。"
            return (
                f"{words.noun(str(value))}: {_side(best, words)} against"
                f" {words.listed([_side(term, words) for term in rest])}."
            )
        case p.Commonest(_, most):
            name = words.noun(str(value))
            if zh:
                return f"{'最多' if most else '最少'}的是{name}：{words.counts(counts)}。"
            return f"{name} are the {'most' if most else 'least'} common: {words.counts(counts)}."
        case p.ColourOf(of):
            total = sum(counts.values())
            if zh:
                return (
                    f"{_COLOURS_ZH[str(value)]}（{words.counts(counts)}中的{outcome.passed}个）。"
                )
            return f"{value}: {f'{outcome.passed} of ' if total > 1 else ''}{words.counts(counts)}."
        case p.Arranged(_, form):
            return (
                f"{yes}{words.counts(counts)}，{'' if value else '不'}{FORMS_ZH[form]}。"
                if zh
                else f"{yes}{words.counts(counts)}, {'' if value else 'not '}{_FORMS[form]}."
            )
        case p.Arrangement():
            return (
                f"{words.counts(counts)}，{FORMS_ZH[str(value)]}。"
                if zh
                else f"{words.counts(counts)}, {_FORMS[str(value)]}."
            )
    term, *sides = outcome.terms
    told = number(term.value, term.unit, words, getattr(program, "shown", ""))
    match program:
        case p.Share(of, whole):
            if whole is not None:
                part = f"{outcome.terms[0].value:.4g} %"
                return (
                    f"{words.counts(counts) if counts else 0}：{part}。"
                    if zh
                    else (
                        f"{part} of the {_nouns(whole, words)}:"
                        f" {words.counts(counts) if counts else 'none'}."
                    )
                )
            if not counts:
                return _none(of, words)
            if zh:
                return f"{several(of, words)}占{told}（{words.counts(counts)}）。"
            verb = "covers" if sum(counts.values()) == 1 else "cover"
            return (
                f"{words.counts(counts)}{_after(of, words, sum(counts.values()))} {verb} {told} of"
                " the picture."
            )
        case p.Measure(of, what, how, _):
            if not counts:
                return _none(of, words)
            single = sum(counts.values()) == 1
            if zh:
                return f"{words.counts(counts)}的{'' if single else HOW_ZH[how]}{QUANTITIES_ZH[what]}为{told}。"
            name = what if single else f"{'total' if how == 'sum' else how} {what}"
            every = f"the {words.counts(counts)}{_after(of, words, 1 if single else 2)}"
            whose = f"{several(of, words)} ({words.counts(counts)})" if of.rank else every
            return f"the {name} of {whose} is {told}."
        case p.Distance(_, second, gap, _):
            if zh:
                return f"{words.counts(counts)}之间的{'间隙' if gap else '距离'}为{told}。"
            pair = (
                f"the nearest {words.counts(counts)}"
                if second is not None and len(counts) > 1
                else words.counts(counts)
            )
            return f"the {'gap' if gap else 'distance'} between {pair} is {told}."
        case p.Density(of, _):
            return (
                f"{words.counts(counts) if counts else 0}：{told}。"
                if zh
                else f"{words.counts(counts) if counts else 'none'}: {told}."
            )
        case p.Difference(left, _):
            left_said, right_said = (_side(side, words) for side in sides)
            more = (
                ("more", "fewer")
                if isinstance(left, p.Count)
                else _ADJECTIVES[left.what]
                if isinstance(left, p.Measure)
                else ("", "")
            )
            size = (
                f"{number(abs(term.value), term.unit, words, getattr(left, 'shown', ''))}"
                f" {more[term.value < 0]}"
            )
            apart = number(term.value, term.unit, words)
            return (
                f"{left_said}，{right_said}，相差{apart}。"
                if zh
                else f"{size}: {left_said} against {right_said}."
            )
        case p.Counts():
            told = words.listed([_side(side, words) for side in sides])
            return f"{told}。" if zh else f"{told}."
        case p.Lines(of, columns):
            if not counts:
                return _none(of, words)
            n = int(term.value)
            if zh:
                return f"{words.counts(counts)}排成{n}{'列' if columns else '行'}。"
            return (
                f"{words.counts(counts)} in {n}"
                f" {'column' if columns else 'row'}{'' if n == 1 else 's'}."
            )
        case p.Axis(of):
            return (
                f"{words.counts(counts)}的长轴朝向为{told}（自北顺时针）。"
                if zh
                else f"the long axis of {words.counts(counts)} lies at {told} clockwise from north."
            )
    raise ValueError(program)


def _after(of: p.Select, words: Words, count: int = 2) -> str:
    """The conditions of so many things, as they stand after their noun."""
    said = [condition(f, words) for f in of.filters]
    if count == 1:
        said = [text.replace("that are ", "that is ") for text in said]
    return f" {words.listed(said)}" if said else ""


def _is(test: p.Filter, passed: int, total: int, words: Words) -> str:
    verb = "is" if passed == 1 or total == 1 else "are"
    negated = total == 1 and not passed
    return f"{verb} {'not ' if negated else ''}{condition(test, words).removeprefix('that are ')}"


def _missing(of: p.Select, counts: Mapping[str, int], words: Words) -> str:
    """Of several classes that were named, those of which there is none."""
    missing = [kind for kind in of.kinds if kind not in counts] if len(of.kinds) <= NAMED else []
    if not missing:
        return ""
    return (
        f"，没有{words.listed([words.noun(kind) for kind in missing])}"
        if words.language == "zh"
        else (f"; there is no {words.listed([words.noun(kind, 1) for kind in missing], 'or')}")
    )


def _none(of: p.Select, words: Words, start: bool = True) -> str:
    """That there is none."""
    if words.language == "zh":
        return f"没有{''.join(condition(f, words) for f in of.filters)}{_nouns(of, words)}。"
    return f"{'There' if start else 'there'} is no {_nouns(of, words, 1)}{_after(of, words, 1)}."


def _why(program: p.Program, outcome: Outcome, words: Words) -> str:
    """Why there is no value, and what to ask instead."""
    zh = words.language == "zh"
    counts = Counter(region.label for region in outcome.regions)
    there = words.counts(counts) if counts else ""
    of = next(
        (part for part in p.parts(program) if isinstance(part, p.Select) and part.kinds),
        p.Select(()),
    )
    match outcome.why:
        case "no scale":
            return (
                "这幅影像没有坐标参考系统，无法换算成米；请改用像素提问。"
                if zh
                else (
                    "The picture has no place on Earth, so nothing can be told in metres or"
                    " hectares; ask in pixels, as in 'longer than 40 px'."
                )
            )
        case "none":
            missing = [kind for kind in p.kinds(program) if kind not in counts][:3] or list(
                of.kinds
            )
            noun = words.listed([words.noun(kind, 1) for kind in missing], "or")
            if zh:
                return f"没有找到{noun}{f'（有{there}）' if there else ''}，因此无法回答。"
            return (
                f"There is no {noun}{f' beside {there}' if there else ''} that this could be"
                " told of."
            )
        case "fewer":
            return _fewer(program, outcome.terms[0], words)
        case "not two":
            lain = isinstance(program, p.Arranged | p.Arrangement)
            if zh:
                wanted = "这需要至少两个目标" if lain else "距离需要正好两个目标"
                return f"{f'有{there}' if there else '没有找到目标'}，无法判断；{wanted}。"
            if lain:
                return f"{there or 'None'} found: how things lie is told of two and more."
            return (
                f"{there or 'None'} found: that is told of two; choose them, as in 'between the"
                " largest ship and the bridge'."
            )
        case "tie":
            return f"一样多：{there}。" if zh else f"as many of each: {there}."
        case "one class":
            return f"只有{there}。" if zh else f"{there}, and nothing else."
        case "no colour":
            return "无法读取颜色。" if zh else "The colour cannot be told here."
        case "round":
            return (
                f"{there}没有明显的长轴。"
                if zh
                else f"{there}, as long as wide: no axis can be told."
            )
    raise ValueError(outcome.why)


def _fewer(program: p.Program, there: Term, words: Words) -> str:
    """That there are not as many as a rank or number asks for. there: how many there are."""
    of = _of(there) or p.Select(())
    rank = next(
        part.rank
        for part in p.parts(program)
        if isinstance(part, p.Select) and part.rank and replace(part, rank=None) == of
    )
    counted = words.counts(dict(there.counts))
    if words.language == "zh":
        where = "".join(condition(f, words) for f in of.filters)
        return f"图中只有{where}{counted}{f'，没有{rank_zh(rank)}' if rank.count == 1 else ''}。"
    none = f"; there is no {rank}" if rank.count == 1 else ""
    return (
        f"There {'is' if there.value == 1 else 'are'} only"
        f" {counted}{_after(of, words, int(there.value))}{none}."
    )

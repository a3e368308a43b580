"""Noun phrases, numbers and conditions of a composed answer, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from geomagnifier.composed import program as p
from geomagnifier.composed.ground import FACTORS
from geomagnifier.composed.placeholders import MASS, plural
from geomagnifier.language.ordinals import ordinal

_UNITS = {"m2": "m2", "px2": "px", "deg": "degrees", "1/ha": "per hectare", "1/km2": "per km2"}

UNITS_ZH = {
    "m": "米", "px": "像素", "m2": "平方米", "px2": "像素", "ha": "公顷", "km2": "平方公里",
    "deg": "度", "%": "%", "1/ha": "每公顷", "1/km2": "每平方公里", "ft": "英尺", "km": "公里",
    "mi": "英里", "yd": "码", "cm": "厘米", "acre": "英亩", "mu": "亩",
}  # fmt: skip

MORE_ZH = {">": "多于", ">=": "至少", "<": "少于", "<=": "至多", "==": "等于"}

ADJECTIVES = {
    "length": ("longer", "shorter"),
    "width": ("wider", "narrower"),
    "area": ("larger", "smaller"),
}

TAKEN = {
    "sum": " in total",
    "mean": " on average",
    "median": " in the median",
    "largest": " at most",
    "smallest": " at least",
}

QUANTITIES_ZH = {"length": "长度", "width": "宽度", "area": "面积"}

HOW_ZH = {"sum": "总", "mean": "平均", "median": "中位", "largest": "最大", "smallest": "最小"}

COLOURS_ZH = {
    "white": "白色", "black": "黑色", "grey": "灰色", "red": "红色", "orange": "橙色",
    "yellow": "黄色", "green": "绿色", "blue": "蓝色", "brown": "棕色", "purple": "紫色",
}  # fmt: skip

FORMS_EN = {
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
    """The words for classes in one language."""

    language: Literal["en", "zh"]
    """"en" or "zh"."""
    chinese: Mapping[str, str]
    """Chinese noun by class."""
    counters: Mapping[str, str]
    """Chinese measure word by class."""
    them: tuple[str, ...] = ()
    """Classes of the last answer's regions."""

    def counted(self, kind: str, count: int) -> str:
        """A class with its number: "9 ships", "1 area of water", "9艘船".

        Args:
            kind: the class.
            count: how many.
        """
        if self.language == "zh":
            return f"{count}{self.counters.get(kind, '个')}{self.chinese.get(kind, kind)}"
        return f"{count} {self.noun(kind, count)}"

    def noun(self, kind: str, count: int = 2) -> str:
        """The noun of a class, singular or plural.

        Args:
            kind: the class.
            count: how many it stands for.
        """
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

    Also in the unit of the question where that is another one ("98 ft (30 m)").

    Args:
        value: in `unit`.
        unit: of the value, None for a count.
        words: of the language.
        shown: the unit of the question.
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
    """A filter as it stands after a noun; in Chinese, before one.

    Args:
        test: the filter.
        words: of the language.
    """
    zh = words.language == "zh"
    match test:
        case p.Limit(what, low, high, unit):
            a, b = ("" if value is None else number(value, unit, words) for value in (low, high))
            if zh:
                span = f"{a}到{b}" if a and b else f"至少{a}" if a else f"至多{b}"
                return f"{QUANTITIES_ZH[what]}{span}的"
            if a and b:
                return (
                    f"between {a} and {b}"
                    f" {'large' if what == 'area' else 'long' if what == 'length' else 'wide'}"
                )
            return f"{ADJECTIVES[what][not a]} than {a or b}"
        case p.Place(part):
            if zh:
                return f"{_part_zh(part)}的"
            return f"at the {part}" if part.endswith("edge") else f"in the {part}"
        case p.Colour(names):
            return (
                f"{'或'.join(COLOURS_ZH[name] for name in names)}的"
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
        + {
            "half": "半部分",
            "third": "三分之一",
            "quarter": "四分之一",
            "corner": "角",
            "edge": "边缘",
        }[words[-1]]
    )


def nouns_of(of: p.Select, words: Words, count: int = 2, joint: str = "or") -> str:
    """The nouns of the classes of a selection.

    Args:
        of: the selection.
        words: of the language.
        count: how many they stand for.
        joint: between the last two.
    """
    kinds = of.kinds or words.them
    if of.them and words.language == "zh" and of.rank is None:
        return "它们"
    if not 0 < len(kinds) < 4:
        return "目标" if words.language == "zh" else "object" if count == 1 else "objects"
    return words.listed([words.noun(kind, count) for kind in kinds], joint)


def thing(of: p.Select, words: Words) -> str:
    """One region of a selection: "a harbor", "the largest ship".

    Args:
        of: the selection.
        words: of the language.
    """
    if words.language == "zh":
        conditions = "".join(condition(f, words) for f in of.filters)
        mark = of.rank.to if of.rank is not None else None
        before = "" if mark is None else f"离{nouns_of(mark, words)}"
        return f"{before}{rank_zh(of.rank)}{conditions}{nouns_of(of, words)}"
    noun = nouns_of(of, words, 1)
    article = f"the {of.rank}" if of.rank is not None else "an" if noun[0] in "aeiou" else "a"
    return f"{article} {noun}{after_noun(of, words, 1)}{_landmark(of, words)}"


def several(of: p.Select, words: Words, count: int = 2) -> str:
    """All regions of a selection: "ships longer than 30 m", "the largest ship".

    Args:
        of: the selection.
        words: of the language.
        count: how many they are.
    """
    if words.language == "zh":
        return thing(of, words)
    if of.rank is not None:
        after = after_noun(of, words, of.rank.count)
        noun = nouns_of(of, words, of.rank.count)
        return f"the {of.rank} {noun}{after}{_landmark(of, words)}"
    return f"{nouns_of(of, words, count, 'and')}{after_noun(of, words, count)}"


def _landmark(of: p.Select, words: Words) -> str:
    """What a rank by gap is measured to: " to the road"."""
    if of.rank is None or of.rank.to is None:
        return ""
    return f" {'from' if of.rank.largest else 'to'} the {nouns_of(of.rank.to, words, 1)}"


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
    name |= {("gap", True): "最远", ("gap", False): "最近"}
    side = {"left": "最左边", "right": "最右边", "upper": "最上边", "lower": "最下边"}
    first = side.get(rank.by) or name[rank.by, rank.largest]
    if rank.start > 1:
        nth = ordinal(rank.start, "zh")
        return f"{first.removeprefix('最')}数{nth}个" if rank.by in side else f"{nth}{first[1:]}的"
    return f"{first}的{rank.count if rank.count > 1 else ''}"


def after_noun(of: p.Select, words: Words, count: int = 2) -> str:
    """The conditions of a selection as they stand after its English noun.

    Args:
        of: the selection.
        words: of the language.
        count: how many they are said of.
    """
    said = [condition(f, words) for f in of.filters]
    if count == 1:
        said = [text.replace("that are ", "that is ") for text in said]
    return f" {words.listed(said)}" if said else ""

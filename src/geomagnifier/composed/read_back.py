"""How a Chinese question was read, in one Chinese line: "计数（船；水域上的）"."""

from __future__ import annotations

import re
from functools import lru_cache

from geomagnifier.composed import program as p
from geomagnifier.composed.sentence_words import (
    FORMS_ZH,
    HOW_ZH,
    MORE_ZH,
    QUANTITIES_ZH,
    UNITS_ZH,
    Words,
    condition,
    number,
    rank_zh,
)
from geomagnifier.language import chinese_text
from geomagnifier.types import ModelSpec

_PARTS = "面顶上"
"""End names that only tell a side of a thing: 水面, 屋顶."""
_HIDDEN = 4
"""Classes from which their number is told instead of their names."""


def told(program: p.Program, words: Words) -> str:
    """The line.

    Args:
        program: of the question.
        words: how classes are called, in Chinese.
    """
    match program:
        case p.Chosen(of, masks):
            return f"{'分割' if masks else '找出'}（{_of(of, words)}）"
        case p.Exists(of, each):
            return f"是否{'都' if each else ''}有（{_of(of, words)}）"
        case p.Compare(left, sign, right, times):
            return (
                f"{_number(left, words)} {MORE_ZH[sign]}"
                f" {'' if times == 1 else f'{times:g}倍 '}{_number(right, words)}"
            )
        case p.Every(of, test):
            return f"每个（{_of(of, words)}）都是{condition(test, words)}"
        case p.Arranged(of, form):
            return f"是否{FORMS_ZH[form]}（{_of(of, words)}）"
        case p.Arrangement(of):
            return f"排列方式（{_of(of, words)}）"
        case p.Which(options, most):
            listed = "、".join(_number(option, words) for option in options)
            return f"{'最大' if most else '最小'}的一项：{listed}"
        case p.Commonest(of, most):
            return f"数量{'最多' if most else '最少'}的类别（{_of(of, words)}）"
        case p.Several(asked):
            return "；".join(told(one, words) for one in asked)
        case p.ColourOf(of):
            return f"颜色（{_of(of, words)}）"
    return _number(program, words)


def as_asked(text: str, question: str, spec: ModelSpec) -> str:
    """A Chinese answer with the question's own nouns.

    "码头" and not "港口", where the question has one name for a class.

    Args:
        text: of the answer.
        question: as it was asked.
        spec: of the model: nouns and names of its classes.
    """
    if not spec.chinese:
        return text
    plain = question.translate(chinese_text.SIMPLIFIED)
    names = {name: kind for kind, said in spec.names.items() for name in said if not name.isascii()}
    found = _either(tuple(names)).findall(plain) if names else []
    own = {
        kind: {name for name in found if names[name] == kind}
        for kind in {names[name] for name in found}
    }
    nouns = {
        spec.chinese[kind]: next(iter(said))
        for kind, said in own.items()
        if len(said) == 1 and kind in spec.chinese
    }
    nouns = {
        noun: name
        for noun, name in nouns.items()
        if (len(name) > 1 or name == "楼") and name[-1] not in _PARTS
    }
    return (
        _either(tuple(spec.chinese.values())).sub(lambda match: nouns.get(match[0], match[0]), text)
        if nouns
        else text
    )


@lru_cache(maxsize=8)
def _either(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def _number(program: p.Number, words: Words) -> str:
    match program:
        case p.Count(of):
            return f"计数（{_of(of, words)}）"
        case p.Measure(of, what, how, unit, shown):
            return f"{HOW_ZH[how]}{QUANTITIES_ZH[what]}（{_of(of, words)}）{_in(shown or unit)}"
        case p.Share(of, whole):
            return f"占比（{_of(of, words)}，占{'画面' if whole is None else _of(whole, words)}）"
        case p.Distance(first, second, gap, unit, shown):
            pair = (
                _of(first, words)
                if second is None
                else f"{_of(first, words)}，{_of(second, words)}"
            )
            return f"{'间隙' if gap else '距离'}（{pair}）{_in(shown or unit)}"
        case p.Density(of, per):
            return f"密度（{_of(of, words)}）{_in(f'1/{per}')}"
        case p.Lines(of, columns):
            return f"{'列' if columns else '行'}数（{_of(of, words)}）"
        case p.Axis(of):
            return f"长轴方向（{_of(of, words)}）"
        case p.Given(value, unit):
            return number(value, unit or None, words)
        case p.Difference(left, right):
            return f"{_number(left, words)} 减 {_number(right, words)}"
        case p.Counts(counts):
            return "、".join(_number(count, words) for count in counts)
    raise ValueError(program)


def _in(unit: str) -> str:
    return f"，单位{UNITS_ZH.get(unit, unit)}" if unit else ""


def _of(of: p.Select, words: Words) -> str:
    named = (
        "它们"
        if of.them
        else (
            f"{len(of.kinds)}个类别"
            if len(of.kinds) >= _HIDDEN
            else "或".join(words.noun(kind) for kind in of.kinds)
        )
    )
    counter = words.counters.get(of.kinds[0], "个") if len(of.kinds) == 1 else "个"
    number = f"{of.number}{counter}" if of.number is not None else ""
    rank = rank_zh(of.rank) + (counter if of.rank is not None and of.rank.count > 1 else "")
    return "；".join(
        [
            f"{number}{rank}{named}",
            *(condition(one, words).removesuffix("的") for one in of.filters),
        ]
    )

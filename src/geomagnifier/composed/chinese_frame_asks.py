"""Clauses that ask for a count, a yes or no, a place, a colour, an axis or regions.

And clauses that only add to what was said before: a unit, a condition, what is left out.
"""

from __future__ import annotations

import re
from dataclasses import replace

from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_forms import each
from geomagnifier.composed.chinese_frame_things import (
    TAIL,
    Ask,
    State,
    Way,
    about,
    canonical,
    first,
    thing,
)
from geomagnifier.composed.chinese_frame_words import COUNTERS, CUT, LEFT_OUT, MANY, SHOW
from geomagnifier.composed.chinese_phrases import UNIT
from geomagnifier.composed.form_builders import without
from geomagnifier.composed.slots import NoPlace
from geomagnifier.language.classes import WITHIN

_UNIT_ONLY = re.compile(
    f"^(?:结果|数值)?(?:单位)?(?:就|都|请)?(?:用|以|按|是|为|取|换算成|换成|折合成?|折算成?|折|合|等于|相当于|即|报|给|:)*(?:出)?(?:个|一个|几|多少)?({UNIT})(?:数|为单位|作单位|做单位|值)?(?:来)?(?:计算?|表示|算|说|讲|报|吧)?(?:就[行好成可以]+|即可)?$"
)


_COUNT = re.compile(
    f"(?:一共|总共|共|合计|总计|各|分别)*(?:停|漂|架|建|盖|种|立|装|长|泊|靠|摆)?(?:着|了)?(?:能?(?:有|是|为|看到|看见|数出来?|找到))?(?:过|着|了)?{MANY}"
    "|数一数|数数|数出|清点|点一点|点数|统计|计数|的?(?:数量|总数|个数)(?:之和|总和)(?:是|为)?(?:多少|几)?|的?总?(?:数量|个数|数目|总数|艘数|台数|栋数|辆数|架数|棵数|座数)(?:是|为|有)?(?:多少|几)?|^点|^数|数$"
)


_EXISTS = re.compile(
    "(?:有没有|是否有|有无|是否存在|存不存在|看不看得到|能不能看到|能看到|看得到|存在|有)(?:停着|停了|停|看到|看见|着|了)?(?:一N?\\d*"
    + COUNTERS
    + ")?"
)


_NONE = re.compile(
    r"(?:是不是|是否|确实|真的)?(?:N\d+)?(K\d+)?(?:N\d+)?(?:(?:都|也|根本|完全)(?:没有?|不存在|无)|^(?:没有|不存在|无))(?:见|看)?(?:着|到)?(K\d+)?"
)


_COLOUR_OF = re.compile(
    "(?:是|为|呈)?(?:什么|哪种|何种|哪个|怎样的?)颜?色(?:的)?|的?颜色(?:是|为)?(?:什么|怎么?样|如何)?"
)


_WAY = "[东西南北]{1,2}(?:走向|朝向|方向|向)?(?:停放?|摆放?|排列?|走|放)?(?:着)?"


_AXIS = re.compile(
    f"(?:的)?(?:长轴|主轴|轴线|船身|机身|车身|桥身|主体)?的?(?:走向|朝向|方向)?(?:大致|基本)?(?:摆放|延伸)?(?:(?:是|呈|为|朝着?|往)?(?:{_WAY})(?:的)?(?:[,、]?还是|或者?|,)(?:是|呈)?(?:{_WAY})(?:的)?(?:走向|方向)?"
    "|(?:朝|对|指|冲|面)(?:着|向)?(?:的是)?(?:哪|什么|何)(?:个|一)?(?:方向|方位|边|头|里|儿)?(?:摆|停|放)?(?:着|的)*|(?:是|呈)?(?:什么|怎样的|哪种)?(?:走向|朝向)(?:是|为)?(?:什么|哪个方向|如何|怎么?样|哪里)?)"
)


_WHERE = re.compile(
    "(?:都|大概|主要)?(?:位于|处于|在|落在|处在)?(?:(?:整?张?图|画面|影像|图片)?(?:的|里|上|中)*)?(?:哪里|哪儿|(?:哪一?个?|什么)(?:方位|位置|角落?|地方|部位|方向|区域|边)|哪[边块])(?:呢|啊)?|的?(?:位置|方位|坐标)(?:是|在)?(?:哪里?|什么)?"
)


SIDES = re.compile(
    "^(?:是|在|比如)*(?:[左右上下东西南北中](?:[左右上下东西南北间央])?[边侧角部半]?)(?:、|还是|或者?|,)*(?:[左右上下东西南北中](?:[左右上下东西南北间央])?[边侧角部]?)*(?:之类|什么|这样|那样)?(?:的)*(?:就[行好可以]+)?(?:吗)?$"
)


_LIST = re.compile(
    f"(?:都)?(?:有|是)?哪(?:些|几{COUNTERS}?)(?:个)?|(?:是|在)?哪一?{COUNTERS}$|列出来?"
)


def _unit_only(text: str, state: State, asked: bool) -> None:
    found = _UNIT_ONLY.fullmatch(text)
    if found is None or state.unit:
        raise NoPlace
    waiting = any(
        isinstance(ask, p.Measure | p.Distance) or (isinstance(ask, Ask) and ask.unit)
        for ask in state.asks
    )
    if re.search("数|几|多少", text) and not waiting and state.things:
        raise NoPlace  # "第二大的田,亩数"
    state.unit = found[1]


def _left_out(text: str, state: State, asked: bool) -> None:
    """What is left out anyway, or of the thing named before."""
    found = LEFT_OUT.match(text)
    if found is None or state.last is None:
        raise NoPlace
    said, last = found[1], state.last
    limits = [
        one
        for one in last.filters
        if isinstance(one, p.Limit | p.Related | p.Colour | p.Place | p.Not)
    ]
    if re.fullmatch("(?:[大小长短远近多少]|别|其他|其余|剩下)(?:的)?|", said) and limits:
        return
    if (
        re.fullmatch(
            r"(?:K\d+)?(?:以?外|外面|外边|外侧)(?:漂|停|泊)?着?(?:的)?|不在.*|(?:小于|大于|超过|不到|不足|低于|高于)Q\d+",
            said,
        )
        and limits
    ):
        return
    out = thing(said, state, last)
    if out.filters or out.rank or not set(out.kinds).isdisjoint(last.kinds):
        raise NoPlace
    if any(WITHIN.get(kind) in last.kinds for kind in out.kinds):
        state.things[-1] = without(last, out)


def _only(text: str, state: State, asked: bool) -> None:
    """A narrower class of the thing named before: "小车就行"."""
    found = re.fullmatch(r"(?:只要?|就要?|仅)?(K\d+)(?:就[行好可以]+|即可|的就行)?", text)
    if found is None or state.last is None or text == found[1]:
        raise NoPlace
    kinds = state.reader.phrase(found[1]).kinds
    if not all(WITHIN.get(kind, kind) in state.last.kinds for kind in kinds):
        raise NoPlace
    state.things[-1] = replace(state.last, kinds=kinds)


def _colour(text: str, state: State, asked: bool) -> None:
    _, at = first(_COLOUR_OF, text, state)
    if re.search("^(?:大)", text):
        raise NoPlace
    state.asks.append(Ask(p.ColourOf, at))


def _axis(text: str, state: State, asked: bool) -> None:
    _, at = first(_AXIS, text, state)
    if at >= 0 and any(isinstance(ask, Ask) and ask.build is p.Axis for ask in state.asks):
        return  # asked twice: "朝哪个方向,南北还是东西"
    state.asks.append(Ask(p.Axis, at))


def _where(text: str, state: State, asked: bool) -> None:
    if any(isinstance(ask, Ask) and ask.build is chosen for ask in state.asks) and SIDES.match(
        text
    ):
        return
    _, at = first(_WHERE, text, state)
    state.asks.append(Ask(chosen, at))


def chosen(of: p.Select) -> p.Program:
    """The regions of a thing, as they are asked for.

    Args:
        of: the thing.
    """
    return p.Chosen(of)


def _masked(of: p.Select) -> p.Program:
    return p.Chosen(of, True)


def _count(text: str, state: State, asked: bool) -> None:
    text = (
        re.sub(
            "^(?:数一数|数数|数(?![量目])出?|统计|清点|计数|算|求|试|点|列出|给出|报出)+(?=.)",
            "",
            text,
        )
        if re.search(MANY + "|[数数量]$", text)
        else text
    )
    found, at = first(_COUNT, text, state)
    if at < 0 and not state.things and not re.search("数|清点|统计", found[0]):
        raise NoPlace
    state.asks.append(Ask(each if re.search("各|分别", text) else _counted, at))


def _counted(of: p.Select) -> p.Program:
    return p.Count(replace(of, number=None)) if of.number == 1 else p.Count(of)


def _there(text: str, state: State, asked: bool) -> None:
    polar = asked or re.search("吗|么|没有|有没|是否|有无|存不|能不|看不看|没$|不$", text)
    if not polar:
        raise NoPlace
    text = re.sub("^(?:是否|是不是)(?=K)", "", text)
    each = re.search("都(?:有|存在)|都.{0,3}有", text)
    if (none := _NONE.search(text)) and not re.search("有没有|有无", text):
        at = about(text[: none.start()] + (none[1] or none[2] or "") + text[none.end() :], state)
        state.asks.append(Ask(lambda of: p.Compare(p.Count(of), "==", p.Given(0)), at))
        return
    _, at = first(_EXISTS, text, state)
    if at < 0 or (state.things[at].number or 1) > 1:  # so many exactly, or about so many?
        raise NoPlace
    state.asks.append(Ask(lambda of: p.Exists(of, bool(each) and len(of.kinds) > 1), at))


def _each_is(text: str, state: State, asked: bool) -> None:
    """Whether all of a thing are so: "桥是南北走向吗"."""
    found = re.fullmatch(
        r"(.*?K\d+)(?:都|全部|是否|是不是)*(?:是)?((?:在|靠近|远离|位于|朝|[东西南北]).+?)(?:的)?(?:吗|么)?",
        text,
    )
    if found is None or not (asked or re.search("吗|么|是否|是不是", text)):
        raise NoPlace
    tests = state.reader.conditions(re.sub("(?:吗|么)$", "", found[2]))
    of = thing(found[1], state)
    if len(tests) != 1 or of.rank is not None:
        raise NoPlace
    state.things.append(of)
    state.asks.append(Ask(lambda of: p.Every(of, tests[0]), len(state.things) - 1))


def _marked(text: str, state: State, asked: bool) -> None:
    for pattern, build in ((CUT, _masked), (SHOW, chosen), (_LIST.pattern, chosen)):
        try:
            _, at = first(re.compile(pattern), text, state)
        except NoPlace:
            continue
        state.asks.append(Ask(build, at))
        return
    raise NoPlace


def _refined(text: str, state: State, asked: bool) -> None:
    """How far the far ones are: "离路比较远,比如500米开外"."""
    found = re.fullmatch(
        "(?:比如|例如|也?就是|大概)?(?:隔了?|超过|大于|至少)?(Q\\d+)(?:以上|往上|开外|以外|之外)?(?:的)?(?:那种|那些)?",
        text,
    )
    last = state.last
    if found is None or last is None:
        raise NoPlace
    for one in last.filters:
        if isinstance(one, p.Not) and isinstance(one.of, p.Related) and one.of.within is None:
            far = state.reader.amount(found[1])
            if far.unit not in ("m", "px"):
                raise NoPlace
            new = p.Not(replace(one.of, within=far.value, unit=far.unit))
            state.things[-1] = replace(
                last, filters=tuple(new if f is one else f for f in last.filters)
            )
            return
    raise NoPlace


def _gloss(text: str, state: State, asked: bool) -> None:
    """The last thing said in other words: "抽油机,就是油井"."""
    found = re.fullmatch("(?:也)?(?:就是|即|指)(?:的是|那种|那个|说)*[^KNQ]{0,4}(K\\d+)", text)
    if re.fullmatch(r"K\d+(?:指|是|即)K\d+(?:、K\d+(?:指|是|即)K\d+)*", text):
        for one in text.split("、"):
            a, b = (state.reader.phrase(f"K{k}") for k in re.findall(r"K(\d+)", one))
            if a.kinds != b.kinds:
                raise NoPlace
        return
    if (
        found is None
        or state.last is None
        or state.reader.phrase(found[1]).kinds != state.last.kinds
    ):
        raise NoPlace


def _named(text: str, state: State, asked: bool) -> None:
    """A thing alone, a condition of the last one, or the last one named again."""
    last = state.last
    found = thing(text, state, last)
    before = state.asks[-1] if state.asks else None
    if found.rank is not None and isinstance(before, Ask) and before.of == len(state.things) - 1:
        state.things.append(found)  # "船的平均长度多少,最长的那条呢"
        state.asks.append(replace(before, of=len(state.things) - 1))
    elif (
        last is not None
        and not re.search(r"K\d+$", TAIL.sub("", canonical(text)))
        and found.kinds == last.kinds
    ):
        state.things[-1] = found
    elif last is not None and found.kinds == last.kinds and not found.filters and not found.rank:
        return
    else:
        state.things.append(found)


ADDED: tuple[Way, ...] = (_unit_only, _left_out, _only)
"""What is only added to what was said, tried first."""
WAYS: tuple[Way, ...] = (
    _axis,
    _colour,
    _where,
    _count,
    _there,
    _each_is,
    _marked,
    _refined,
    _gloss,
    _named,
)
"""In the order in which they are tried, a thing alone the last."""

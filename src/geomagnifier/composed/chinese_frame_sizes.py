"""Clauses that ask for numbers other than counts: sizes, shares, densities, and limits on them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_forms import units
from geomagnifier.composed.chinese_frame_things import (
    HEAD,
    TAIL,
    Ask,
    Build,
    State,
    Way,
    about,
    cut,
    first,
)
from geomagnifier.composed.chinese_frame_words import COUNTERS, MANY
from geomagnifier.composed.chinese_phrases import UNIT, UNITS
from geomagnifier.composed.placeholders import Amount, amount
from geomagnifier.composed.slots import NoPlace

AREAS = ("m2", "km2", "ha", "acre", "mu", "px2")


NAMED_UNIT = f"(?P<u>{UNIT})"


_ABOUT = "(?:约|是|为|有|占|等于|达到?|要)*"


_DENSITY = re.compile(
    f"(?:平均)?(?:每一?个?|一个?|/|单位)(公顷|平方公里|平方千米)(?:土地|面积)?(?:上|内|里)?(?:平均)?(?:有|能有)?(?:多少|几)?{COUNTERS}?|的?(?:分布)?密度(?:是|为)?(?:多少|多大|怎么?样|如何|多高)?"
)


_SHARE = re.compile(
    "(?:面积|覆盖面积)?(?:占了?|占据了?|覆盖了?|占整?张?(?:图|画面)的?)?(?:整[张幅个]|全)?(?:图|画面|影像|总面积|面积)?(?:面积)?的?(?:百分之几|百分之多少|百分比|(?:多大|多少|多高|什么)?的?比例(?!尺)|比重|占比|几成|多少%|占地(?:比例|率)|%(?!\\d)|覆盖率|覆盖度)(?:是|为|有)?(?:百分之几|百分之多少|多少|多大|多高|几)?(?:%)?|面积(?:与|和|占)(?:全图|整张图|画面|影像|图)(?:总)?面积(?:的)?(?:之比|比值?|比例)"
    "|占(?:了|据)?(?:整[张幅个]|全)?(?:图|画面|影像)?(?:的)?多(?:少|大)$"
)


_PART = re.compile(
    r",?占(?:全部|所有|整个)?(?:的)?(K\d+)(?:总数|总量|数量)?的?(?:比例|百分之几|百分之多少|百分比|几成|多大比例|多少比例)(?:是|为)?(?:多少)?$"
)


_MEASURE = re.compile(
    "的?(?P<how>平均|均|总|一共|总共|合计|共|加起来)*的?(?:占地|覆盖|水域|表面|总)?(?P<what>面积|长度|宽度|直径|占地|周长|(?<![最第])(?:全|总)长)(?:总和|之和|合计|总共|一共|加起来|平均)*"
    f"{_ABOUT}(?:(?:折合?|换算成?|合|报|用|按|取)*(?:多少|多大|几|多长|多宽)?个?{NAMED_UNIT}|多少|多大|几|多长|多宽)?"
)


_LONG = re.compile(
    f"(?:一般|平均|总共|一共)*{_ABOUT}多(?P<what>长|宽|大)(?:的?面积)?(?:N\\d+)?(?:,?(?:多少|几)个?{NAMED_UNIT})?|(?:(?<=[K\\d座条艘栋的])|^)(?P<w2>长|宽)(?:一般|平均)*{_ABOUT}(?:多少|几)?个?(?P<u2>{UNIT})?$|(?<=[K\\d座条艘栋的])(?P<w3>长|宽)$"
)


_BY_UNIT = re.compile(
    f"(?:一般|平均|总共|一共|共|合计|总计)*(?:占地|所?占据?|覆盖|有|是|为|达)*了?(?:一共|总共)?(?:多少|几)个?{NAMED_UNIT}(?P<what>长|宽|大|高)?|(?:所?占的?)?(?P<px>像素数量?|像素个数)|占地(?:多大|多少)|(?P<u3>{UNIT})数"
)


_MORE = "超过|多于|大于|高于|不止|多过"


_THRESHOLD = re.compile(
    f"(?:是否|有没有|是不是|有|能)*(?:(?P<gt>{_MORE})|(?P<lt>少于|小于|低于|不到|不足)|(?P<ge>至少(?:得)?(?:有)?|达到|有?到|够|满)|(?P<le>最多有?|不超过|至多)|(?P<eq>恰好|正好|刚好))(?:了)?(?P<n>[NQ]\\d+%?)(?:及?以上)?"
    "|(?P<m>N\\d+%?|Q\\d+)(?P<side>以上|以下)"
)


def _quantity(what: str, unit: str) -> p.Quantity | None:
    if what in ("周长", "高"):
        return None
    if what in ("面积", "占地", "大"):
        return "area"
    if what:
        return "width" if what.startswith("宽") else "length"
    return "area" if UNITS.get(unit) in AREAS else "length"


def _measured(what: p.Quantity, how: p.How, unit: str) -> Build:
    said = units(unit, what)
    if said is None:
        raise NoPlace
    return lambda of: p.Measure(of, what, how, *said)


def _density(text: str, state: State, asked: bool) -> None:
    per = "ha" if "公顷" in text else "km2" if re.search("平方公里|平方千米", text) else ""
    rest = re.sub(f"{COUNTERS}(?=/|每)", "", text)
    for _ in range(3):
        rest = _DENSITY.sub("", rest, count=1)
    rest = re.sub("^(?:也?就是)?那个$|^(?:也)?就是(?:那个)?|以?计$", "", rest)
    if rest == text or not (per or "密度" in text):
        raise NoPlace
    if state.asks and isinstance(ask := state.asks[-1], Ask) and isinstance(ask.build, _Dense):
        if HEAD.sub("", re.sub(MANY, "", rest)):
            raise NoPlace
        ask.build.per = per or ask.build.per  # "密度多少,每公顷几栋"
        return
    state.asks.append(Ask(_Dense(per), about(re.sub(MANY, "", rest), state)))


@dataclass
class _Dense:
    """A density, whose area may be named later."""

    per: str

    def __call__(self, of: p.Select) -> p.Program:
        return p.Density(of, self.per or "ha")


def _given(state: State, mark: str) -> Amount:
    percent = mark.endswith("%")
    found = state.reader.amount(mark.rstrip("%"))
    return Amount(found.value, "%") if percent else found


def _sign(found: re.Match[str]) -> p.Sign:
    if found["side"]:
        return ">=" if found["side"] == "以上" else "<="
    signs: tuple[tuple[str, p.Sign], ...] = (
        ("gt", ">"),
        ("lt", "<"),
        ("ge", ">="),
        ("le", "<="),
        ("eq", "=="),
    )
    return next(sign for name, sign in signs if found[name])


def _share(text: str, state: State, asked: bool) -> None:
    if (limit := _THRESHOLD.search(text)) and (limit["n"] or limit["m"]).endswith("%"):
        if re.match("的?K", text[limit.end() :]):
            raise NoPlace  # of their number
        rest = text[: limit.start()] + text[limit.end() :]
        rest = re.sub(
            "的?(?:面积|覆盖面积)?(?:占了?|占据|覆盖)?(?:整[张幅]|全)?(?:图|画面|影像)?的?(?:占比|比例|覆盖率|覆盖度|百分比|面积)?(?:能)?(?:有|是|到)?(?:没有|吗)?$",
            "",
            rest,
        )
        at, sign, value = (
            about(rest, state),
            _sign(limit),
            _given(state, limit["n"] or limit["m"]).value,
        )
        state.asks.append(Ask(lambda of: p.Compare(p.Share(of), sign, p.Given(value, "%")), at))
        return
    if part := _PART.search(text):
        whole = state.reader.phrase(part[1])
        at = about(text[: part.start()], state)
        of = state.things[at]
        if not set(of.kinds) <= set(whole.kinds) or not of.filters:
            raise NoPlace
        state.asks.append(Ask(lambda of: p.Share(of, whole), at))
        return
    _, at = first(_SHARE, text, state)
    if at < 0:
        raise NoPlace
    state.asks.append(Ask(lambda of: p.Share(of), at))


def _exceeds(text: str, state: State, asked: bool) -> None:
    """A measured size against a given one."""
    for found in _THRESHOLD.finditer(text):
        mark = found["n"] or found["m"]
        rest = text[: found.start()] + text[found.end() :]
        if not mark.startswith("Q") or TAIL.sub("", text[found.end() :]):
            continue
        m = re.search(
            "的?(?P<how>平均|总|合起来|加起来|一共|总共)*的?(?P<what>面积|占地|长度|宽度|直径|长|宽)?(?:合起来|加起来|一共|总共)*$",
            rest,
        )
        amount_of = _given(state, mark)
        quantity = (
            _quantity(m["what"] or "", "亩" if amount_of.unit.endswith("2") else "米")
            if m
            else None
        )
        if m is None or quantity is None or amount_of.unit.endswith("2") != (quantity == "area"):
            continue
        told = amount_of.said if amount_of.said in ("ha", "km2", "km", "mu") else amount_of.unit
        how: p.How = "mean" if "平均" in m[0] or (quantity != "area" and not m["how"]) else "sum"
        given = p.Given(amount_of.value / amount(1.0, told).value, told)
        at, sign = about(rest[: m.start()], state), _sign(found)
        state.asks.append(Ask(_larger(quantity, how, told, sign, given), at))
        return
    raise NoPlace


def _larger(what: p.Quantity, how: p.How, unit: str, sign: p.Sign, given: p.Given) -> Build:
    return lambda of: p.Compare(p.Measure(of, what, how, unit), sign, given)


def _size(text: str, state: State, asked: bool) -> None:
    for pattern in (_MEASURE, _LONG, _BY_UNIT):
        for found, rest in cut(pattern, text):
            said = found.groupdict()
            if re.search("分别|各", text):
                raise NoPlace  # one value for each
            if not re.search(f"多|几|{UNIT}|像素", found[0]) and TAIL.sub("", text[found.end() :]):
                continue
            what = (
                said.get("what")
                or said.get("w2")
                or said.get("w3")
                or ("面积" if "占地" in found[0] or said.get("px") else "")
            )
            unit = (
                said.get("u")
                or said.get("u2")
                or said.get("u3")
                or ("像素" if said.get("px") else "")
            )
            quantity = _quantity(what[-1:] if what in ("总长", "全长") else what, unit)
            if quantity is None:
                continue
            words = found[0] + rest
            mean = re.search("平均|一般|均", words)
            rest = re.sub(
                "^平均(?:每?N\\d+|每?一?" + COUNTERS + ")?|平均|一般|总的?(?=$)", "", rest
            )
            rest = re.sub(f"{_ABOUT}{MANY}$", "", rest) if unit else rest
            total = re.search(
                "总|一共|合计|加起来|共", found[0] + text[max(0, found.start() - 3) : found.start()]
            )
            how: p.How = "mean" if mean or (quantity != "area" and not total) else "sum"
            size = len(state.things)
            try:
                at = about(rest, state)
            except NoPlace:
                del state.things[size:]
                continue
            if at < 0:
                raise NoPlace
            before = state.asks[-1] if state.asks else None
            if isinstance(before, Ask) and before.vague and before.of == at and what and not unit:
                state.asks[-1] = Ask(
                    _measured(quantity, how, before.vague), at
                )  # "占多少像素,长度"
                return
            vague = "" if what else unit
            state.asks.append(Ask(_measured(quantity, how, unit), at, not unit, vague))
            return
    raise NoPlace


def _numbered(text: str, state: State, asked: bool) -> None:
    if re.search(MANY, text):
        raise NoPlace
    for found, rest in cut(_THRESHOLD, text):
        mark = found["n"] or found["m"]
        if not mark.startswith("N") or mark.endswith("%"):
            continue
        sign, value = _sign(found), _given(state, mark).value
        rest = re.sub(
            "^(?:是否|有没有|是不是)|(?:的?(?:数量|个数|总数))?(?:是否|有没有|是不是)?(?:一共|总共)?(?:有)?$",
            "",
            TAIL.sub("", rest),
        )
        try:
            at = about(rest, state)
        except NoPlace:
            continue
        state.asks.append(Ask(_more(sign, value), at))
        return
    raise NoPlace


def _more(sign: p.Sign, value: float) -> Build:
    return lambda of: p.Compare(p.Count(of), sign, p.Given(value))


WAYS: tuple[Way, ...] = (_density, _share, _exceeds, _size, _numbered)
"""In the order in which they are tried."""

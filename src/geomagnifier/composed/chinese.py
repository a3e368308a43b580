"""A Chinese question into a program, by rules, as `english` does it: every word must find its place.

In Chinese what is said of a thing stands before it: "距离桥50米以内的车辆". A phrase is read from its front, condition after condition,
each up to its 的, and ends with the names of classes.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from geomagnifier.composed import program as p
from geomagnifier.composed.lexicon import Amount, Lexicon, Marked, amount, normalized
from geomagnifier.unsupported import SIMPLIFIED

UNITS = {
    "平方公里": "km2", "平方千米": "km2", "平方米": "m2", "平米": "m2", "平方像素": "px2", "公顷": "ha",
    "英亩": "acre", "公里": "km", "千米": "km",
    "厘米": "cm", "英尺": "ft", "英里": "mi", "个像素": "px", "像素": "px", "米": "m", "km2": "km2", "m2": "m2",
    "km": "km", "px": "px", "m": "m",
}  # fmt: skip
"""Chinese units and what each stands for, as of `lexicon.UNITS`."""
_UNIT = "|".join(UNITS)
_DIGITS = dict(zip("零一二两三四五六七八九", (0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_NUMBER = r"(?:\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+)"
_M = "[个架艘辆座栋条片块只处幢颗棵根台口]"
_KIND = "(?:目标|物体|对象|东西|类别|类型|种类|类|种)"
_JOIN = r"(?:和|与|、|及|以及|还有|或者|或|跟|,)(?:所有的?)?"
_NOUNS = re.compile(rf"(?:K\d+(?:{_JOIN}K\d+)*|它们?|这些|那些|其中)$")
_SCENE = re.compile(
    "(?:在)?(?:这|该|此)?(?:张|幅|片|个)?(?:卫星|航拍|遥感)?(?:图像|图片|图|影像|画面|照片|场景)(?:中|里面|里|上面|上|内)(?:的)"
    "?|这里(?=有)|(?<=^)这里"
)
_POLITE = re.compile("^(?:请问|请你?|麻烦你?|帮我|帮忙|我想知道|告诉我|能不能|能否|可以)+|(?:一下|谢谢)")
_PICTURE = "(?:整[幅个张])?(?:图像|图片|图|影像|画面|照片|场景|区域|地面)(?:总)?(?:面积)?"
_COLOURS = {
    "白": "white", "黑": "black", "灰": "grey", "红": "red", "橙": "orange", "黄": "yellow", "绿": "green",
    "蓝": "blue", "棕": "brown", "褐": "brown",
}  # fmt: skip
_COLOUR = f"[{''.join(_COLOURS)}]色?"
_RANKS = {
    "大": ("area", True), "小": ("area", False), "长": ("length", True), "短": ("length", False),
    "宽": ("width", True), "窄": ("width", False),
    "左": ("left", True), "右": ("right", True), "上": ("upper", True), "下": ("lower", True), "西": ("left", True), "东": ("right", True),
    "北": ("upper", True), "南": ("lower", True),
}  # fmt: skip
_SIDES = {"左": "left", "右": "right", "上": "upper", "下": "lower", "西": "left", "东": "right", "北": "upper", "南": "lower"}
_WHAT: dict[str, p.Quantity] = {
    "长度": "length", "宽度": "width", "面积": "area", "大小": "area", "直径": "length", "长": "length", "宽": "width",
    "大": "area", "占地面积": "area",
}  # fmt: skip
_HOWS: dict[str, p.How] = {
    "": "mean",
    "平均": "mean",
    "总": "sum",
    "合计": "sum",
    "最大": "largest",
    "最小": "smallest",
    "中位": "median",
    "最长": "largest",
}
_WAYS: tuple[tuple[str, p.Way], ...] = (
    ("(?:的)?(?:附近|旁边|旁|周围|边上|近旁|周边)", "near"), ("(?:的)?(?:沿线|沿岸)", "along"), ("(?:的)?左(?:边|侧|面)", "left of"),
    ("(?:的)?右(?:边|侧|面)", "right of"), ("(?:的)?(?:上方)", "above"), ("(?:的)?(?:下方)", "below"),
    ("(?:的|以)?北(?:边|侧|面|方)?", "north of"),
    ("(?:的|以)?南(?:边|侧|面|方)?", "south of"), ("(?:的|以)?东(?:边|侧|面|方)?", "east of"), ("(?:的|以)?西(?:边|侧|面|方)?", "west of"),
    ("(?:上面|之上|上)", "on"), ("(?:里面|里|内|中|之中)", "inside"),
)  # fmt: skip


def _number(text: str) -> float:
    if re.fullmatch(r"[\d.]+", text):
        return float(text)
    total, digit = 0, 0
    for letter in text:
        if letter in _DIGITS:
            digit = _DIGITS[letter]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[letter]
            digit = 0
    return float(total + digit)


def marked(text: str, lexicon: Lexicon) -> Marked:
    """A Chinese question without blanks, with marks for names and amounts, as in `lexicon.marked`."""
    table = {name: kinds for name, kinds in lexicon.table().items() if not name.isascii()}
    table |= dict.fromkeys(("类别", "种类"), tuple(lexicon.objects))
    names: list[tuple[str, ...]] = []
    amounts: dict[str, Amount] = {}

    def name(found: re.Match[str]) -> str:
        names.append(table[found[0]])
        return f"K{len(names) - 1}"

    def with_unit(found: re.Match[str]) -> str:
        mark = f"Q{len(amounts)}"
        amounts[mark] = amount(_number(found[1]), UNITS[found[2]])
        return mark

    def bare(found: re.Match[str]) -> str:
        mark = f"N{len(amounts)}"
        amounts[mark] = Amount(_number(found[1]))
        return mark

    longest = sorted(table, key=len, reverse=True)
    plain = re.sub(rf"(?<![QN\d.第])({_NUMBER})多?({_UNIT})(?![a-z])", with_unit, text)
    plain = re.sub(rf"(?<![QN\d.第每同])(?!一条?(?:直线|线|排|行|列))({_NUMBER}){_M}", bare, plain)
    plain = re.sub(r"(?<![QN\d.第])(\d+(?:\.\d+)?|[两二三四五六七八九十]+)(?=[行排列到至%])", bare, plain)
    if re.search(r"(?<![QN\d])\d", plain):  # a number that nothing is said of
        return Marked("", names, amounts)
    plain = re.sub("|".join(map(re.escape, longest)), name, plain) if longest else plain
    return Marked(plain, names, amounts)


class _NoPlace(Exception):
    """A word that finds no place."""


@dataclass(frozen=True, eq=False)
class _Reader:
    """Phrases of one question."""

    marks: Marked
    lexicon: Lexicon

    def amount(self, mark: str) -> Amount:
        return self.marks.amounts[mark]

    def phrase(self, text: str) -> p.Select:
        """Conditions and the names of classes. Raises _NoPlace."""
        noun = _NOUNS.search(text)
        if noun is None:
            raise _NoPlace
        named = re.findall(r"K(\d+)", noun[0])
        of = p.Select(tuple(dict.fromkeys(kind for k in named for kind in self.marks.names[int(k)])), them=not named)
        return self._before(text[: noun.start()], of, len(named) > 1)

    def _before(self, text: str, of: p.Select, union: bool) -> p.Select:
        rest, rank, number = text, None, None
        filters: tuple[p.Filter, ...] = ()
        out: p.Select | None = None
        while rest:
            if m := re.match(f"(?:所有|全部|每一?{_M}|各个|这些|那些|任何|的|都|仅|只|其中)", rest):
                rest = rest[m.end() :]
            elif m := re.match(r"最([大小长短宽窄左右上下东西南北])(?:[边面侧端方])?的?(?:(?:前)?(N\d+))?", rest):
                if union or rank is not None:
                    raise _NoPlace
                by, largest = _RANKS[m[1]]
                rank = p.Rank(by, largest, int(self.amount(m[2]).value) if m[2] else 1)
                rest = rest[m.end() :]
            elif m := re.match(r"N\d+", rest):
                number = int(self.amount(m[0]).value)
                rest = rest[m.end() :]
            elif m := re.match(rf"{_COLOUR}(?:(?:或|和){_COLOUR})*的?", rest):
                if union:
                    raise _NoPlace
                filters = (*filters, p.Colour(tuple(_COLOURS[c] for c in m[0] if c in _COLOURS)))
                rest = rest[m.end() :]
            elif m := re.match(r"(?:除了?|除去|不包括|排除|不含)(.+?)(?:以外|之外|外)?的?(?:所有|全部)?的?(?:其他|其它|其余)?的?$", rest):
                out, rest = self.phrase(m[1]), ""
            elif m := re.match(r"(?:不是|非)(K\d+)的", rest):
                out, rest = self.phrase(m[1]), rest[m.end() :]
            else:
                one, rest = self._to_de(rest)
                filters = (*filters, *one)
        of = replace(of, filters=filters, rank=rank, number=number)
        if out is not None:
            kept = tuple(kind for kind in of.kinds if kind not in out.kinds)
            if out.filters or out.rank is not None or not kept:
                return replace(of, filters=(*of.filters, p.Not(p.Among(out))))
            of = replace(of, kinds=kept)
        return of

    def _to_de(self, text: str) -> tuple[tuple[p.Filter, ...], str]:
        """The conditions up to a 的 that they fit, and the rest."""
        for m in re.finditer("的|$", text):
            if m.start() == 0:
                continue
            try:
                return self.conditions(text[: m.start()]), text[m.end() :]
            except _NoPlace:
                continue
        raise _NoPlace

    def conditions(self, text: str) -> tuple[p.Filter, ...]:
        """Conditions, joined by 且, 并且 or a comma. Raises _NoPlace."""
        found = tuple(self.condition(part) for part in re.split("并且|而且|且|,(?!K)", text))
        if any(one is None for one in found):
            raise _NoPlace
        return tuple(one for one in found if one is not None)

    def condition(self, text: str) -> p.Filter | None:
        """One condition that takes up all of the text."""
        text = re.sub("^(?:都|全都|全部|是否|是不是|有|呈)", "", text)
        if m := re.match("(?:不|没有?|并不)(?=[在位处是])(?:是)?", text):
            inner = self.condition(text[m.end() :])
            return None if inner is None else p.Not(inner)
        return self._limit(text) or self._place(text) or self._colour(text) or self._relation(text)

    def _limit(self, text: str) -> p.Filter | None:
        what = "(长度|宽度|面积|大小|直径|长|宽)?(?:为|是|在)?"
        more = "大于|超过|多于|高于|至少|不小于|不少于|长于|宽于|不短于|>=?|≥"
        less = "小于|不到|少于|低于|短于|窄于|不超过|至多|不大于|不足|<=?|≤"
        if m := re.fullmatch(rf"{what}(?:({more})|({less}))(Q\d+)(?:长|宽)?", text):
            plain = "面积" if "2" in self.amount(m[4]).unit else "长"
            quantity = m[1] or {"长": "长", "短": "长", "宽": "宽", "窄": "宽"}.get((m[2] or m[3])[0], plain)
            return self._sized(quantity, m[4] if m[2] else None, m[4] if m[3] else None)
        if m := re.fullmatch(rf"{what}(Q\d+)(?:及|或)?(以上|以下|以内)(?:长)?", text):
            return self._sized(m[1] or "大小", m[2] if m[3] == "以上" else None, None if m[3] == "以上" else m[2])
        if m := re.fullmatch(rf"{what}(?:介于)?([NQ]\d+)(?:到|至|和|-|~)(Q\d+)(?:之间)?(?:长|宽)?", text):
            return self._sized(m[1] or "大小", m[2], m[3])
        return None

    def _sized(self, what: str, low: str | None, high: str | None) -> p.Filter | None:
        a, b = (None if mark is None else self.amount(mark) for mark in (low, high))
        if a is not None and not a.unit and b is not None:
            a = replace(a, value=a.value * amount(1.0, b.said or b.unit).value)
        unit = next(one.unit for one in (b, a) if one is not None)
        quantity = "area" if unit.endswith("2") else "length" if _WHAT[what] == "area" else _WHAT[what]
        return p.Limit(quantity, None if a is None else a.value, None if b is None else b.value, unit)

    def _place(self, text: str) -> p.Filter | None:
        lead = f"(?:位于|处于|处在|在|落在)?(?:{_PICTURE}的?)?"
        if re.fullmatch(f"{lead}(?:中央|中间|中心|中部)(?:部分|区域|位置)?", text):
            return p.Place("centre")
        if re.fullmatch(f"{lead}(?:边缘|边上|四周)(?:部分|区域|位置)?", text):
            return p.Place("edge")
        m = re.fullmatch(
            f"{lead}([左右上下东西南北])([左右上下东西南北])?(半部分|半部|半边|半|侧|边|方|部分|部|角|三分之一|四分之一|面)(?:区域|位置)?",
            text,
        )
        if m is None:
            return None
        parts = [_SIDES[letter] for letter in (m[1], m[2]) if letter]
        if len(set(parts)) < len(parts) or set(parts) in ({"left", "right"}, {"upper", "lower"}):
            return None
        parts.sort(key=lambda part: part in ("left", "right"))
        extent = "third" if m[3] == "三分之一" else "quarter" if len(parts) == 2 else "half"
        return p.Place(f"{' '.join(parts)} {extent}")

    def _colour(self, text: str) -> p.Filter | None:
        m = re.fullmatch(f"(?:是|为)?({_COLOUR}(?:或{_COLOUR})*)的?", text)
        return p.Colour(tuple(_COLOURS[c] for c in m[1] if c in _COLOURS)) if m else None

    def _relation(self, text: str) -> p.Filter | None:
        text = re.sub("^(?:停靠在|停泊在|停放在|停在|位于|处于|坐落在|跨越|横跨|在)", "", text)
        if m := re.fullmatch(r"(?:距离?|离)(.+?)(?:的距离)?(?:不超过|小于|少于|在|不到)?(Q\d+)(?:以内|之内|范围内|内)?", text):
            return self._related("near", m[1], m[2])
        if m := re.fullmatch(r"(.+?)(?:周围|附近|旁边)?(Q\d+)(?:以内|之内|范围内|内)", text):
            return self._related("near", m[1], m[2])
        if m := re.fullmatch(r"(.+?)(?:和|与)(.+?)之间", text):
            try:
                return p.Between(self.phrase(m[1]), self.phrase(m[2]))
            except _NoPlace:
                return None
        if m := re.fullmatch(r"(.+?)之间", text):
            try:
                both = self.phrase(m[1])
            except _NoPlace:
                return None
            return p.Between(both, both)
        for pattern, way in _WAYS:
            if (m := re.fullmatch(f"(.+?){pattern}", text)) and (found := self._related(way, m[1])) is not None:
                return found
        return None

    def _related(self, way: p.Way, text: str, limit: str | None = None) -> p.Filter | None:
        try:
            others = self.phrase(text)
        except _NoPlace:
            return None
        if limit is None:
            return p.Related(way, others)
        found = self.amount(limit)
        return p.Related(way, others, found.value, found.unit) if found.unit in ("m", "px") else None


Build = Callable[..., p.Program | None]


def _more(a: p.Select, b: p.Select, sign: p.Sign = ">") -> p.Program:
    return p.Compare(p.Count(a), sign, p.Count(b))


def _numbered(a: p.Select, n: Amount, sign: p.Sign) -> p.Program | None:
    return None if n.unit else p.Compare(p.Count(a), sign, p.Given(n.value))


def _which(a: p.Select, b: p.Select, most: bool = True) -> p.Program | None:
    return p.Which((p.Count(a), p.Count(b)), most) if not set(a.kinds) & set(b.kinds) else None


_LONGER: dict[str, tuple[p.Quantity, bool]] = {
    "大": ("area", True), "小": ("area", False), "长": ("length", True), "短": ("length", False),
    "宽": ("width", True), "窄": ("width", False),
}  # fmt: skip


def _bigger(word: str, a: p.Select, b: p.Select) -> p.Program:
    what, more = _LONGER[word]
    return p.Compare(p.Measure(a, what, "mean"), ">" if more else "<", p.Measure(b, what, "mean"))


def _which_bigger(word: str, a: p.Select, b: p.Select) -> p.Program | None:
    what, more = _LONGER[word]
    return p.Which((p.Measure(a, what, "mean"), p.Measure(b, what, "mean")), more) if not set(a.kinds) & set(b.kinds) else None


def _commonest(a: p.Select | None = None, most: bool = True, everything: p.Select | None = None) -> p.Program | None:
    of = a or everything
    return p.Commonest(of, most) if of is not None and len(of.kinds) > 1 else None


def _units(u: str, what: p.Quantity) -> tuple[str, str] | None:
    if not u:
        return "", ""
    kind = UNITS[u]
    area = {"m2": "m2", "km2": "km2", "ha": "ha", "acre": "ha", "px": "px2", "px2": "px2"}
    length = {"m": "m", "km": "m", "ft": "m", "px": "px", "cm": "m", "mi": "m"}
    table = area if what == "area" else length
    return (table[kind], kind) if kind in table else None


def _measure(a: p.Select, what: str, how: str = "", u: str = "") -> p.Program | None:
    quantity = _WHAT[what]
    unit = _units(u, quantity)
    if unit is None:
        return None
    way = "sum" if quantity == "area" and not how else _HOWS[how]
    return p.Measure(a, quantity, way, *unit)


def _measure_by_unit(a: p.Select, u: str, how: str = "", what: str = "") -> p.Program | None:
    """As in "How many hectares", "how many metres": the unit says what is measured."""
    area = UNITS[u].endswith("2") or UNITS[u] in ("ha", "acre")
    return _measure(a, what or ("大" if area else "长"), how, u)


def _distance(a: p.Select, b: p.Select | None = None, u: str = "", gap: str = "") -> p.Program | None:
    unit = _units(u, "length")
    return None if unit is None else p.Distance(a, b, bool(gap), *unit)


def _where(a: p.Select, c: tuple[p.Filter, ...], build: Callable[[p.Select], p.Program]) -> p.Program:
    return build(replace(a, filters=(*a.filters, *c)))


def _is(a: p.Select, c: tuple[p.Filter, ...]) -> p.Program | None:
    return p.Every(a, c[0]) if len(c) == 1 else None


def _except(a: p.Select, b: p.Select, masks: bool = False) -> p.Program | None:
    kept = tuple(kind for kind in b.kinds if kind not in a.kinds)
    if a.filters or a.rank is not None or not kept:
        return p.Chosen(replace(b, filters=(*b.filters, p.Not(p.Among(a)))), masks)
    return p.Chosen(replace(b, kinds=kept), masks)


def _chosen(a: p.Select, masks: bool = False) -> p.Program | None:
    special: list[p.Filter] = [part for part in p.parts(a) if isinstance(part, p.Limit | p.Colour | p.Heading | p.Not | p.Among)]
    special += [part for part in p.parts(a) if isinstance(part, p.Related) and (part.within is not None or part.way in p.BY_MASK)]
    return p.Chosen(a, masks) if special or (len(a.kinds) > 1 and not a.filters and a.rank is None) else None


def _lines(a: p.Select, line: str, n: Amount | None = None) -> p.Program:
    number = p.Lines(a, line == "列")
    return number if n is None else p.Compare(number, "==", p.Given(n.value))


_MANY = rf"(?:多少|几){_M}?"
_IS = "(?:是|为|有|大概是|大约是|约)?"
_IF = "(?:是否|是不是)?"
_Q = "(?:吗|么|嘛)?"
_COUNT = "(?:的?(?:数量|数目|个数))?"
_SEG = "(?:分割|分割出|提取|提取出|勾勒|勾勒出|勾画|描出|抠出)"
_FIND = "(?:找出|找到|找|检测|检测出|标出|标注|标记|框出|圈出|显示|定位|识别|列出|选出)"
FORMS: tuple[tuple[str, Build], ...] = (
    (rf"{{a}}{_COUNT}{_IF}比{{b}}{_COUNT}(?:更|要|还)?多{_Q}", _more),
    (rf"{{a}}{_COUNT}{_IF}比{{b}}{_COUNT}(?:更|要|还)?少{_Q}", partial(_more, sign="<")),
    (rf"{{a}}{_COUNT}{_IF}(?:多于|大于|超过){{b}}{_COUNT}{_Q}", _more),
    (rf"{{a}}{_COUNT}{_IF}(?:少于|小于){{b}}{_COUNT}{_Q}", partial(_more, sign="<")),
    (rf"{{a}}(?:和|与|跟){{b}}{_COUNT}{_IF}(?:一样多|相等|相同|同样多|数量一样|数量相同|数量相等){_Q}", partial(_more, sign="==")),
    (r"{a}(?:和|与|跟|、|还是){b},?(?:相比,?)?(?:哪一?[个种类]|谁|哪)(?:的?数量)?(?:更|比较)?多(?:一些|一点)?", _which),
    (r"{a}(?:和|与|跟|、|还是){b},?(?:相比,?)?(?:哪一?[个种类]|谁|哪)(?:的?数量)?(?:更|比较)"
    r"?少(?:一些|一点)?", partial(_which, most=False)),
    (r"(?:哪一?[个种类]|谁|什么)(?:的?数量)?(?:更|比较)?多,?[:：]?{a}(?:还是|或者?|和){b}", _which),
    (r"(?:是)?{a}多,?还是{b}(?:更)?多", _which),
    (rf"(?:出现|数量|个数)?(?:最多|最常见)的(?:{{a}})?(?:{_KIND})?是(?:什么|哪一?{_KIND}|"
    rf"哪个)(?:呢|啊)?", _commonest),
    (rf"(?:哪一?{_KIND}|哪个|什么)(?:{{a}})?(?:的)?(?:数量|个数)?(?:最多|最常见)", _commonest),
    (rf"(?:出现|数量|个数)?最少的(?:{{a}})?(?:{_KIND})?是(?:什么|哪一?{_KIND}|"
    rf"哪个)(?:呢|啊)?", partial(_commonest, most=False)),
    (rf"(?:哪一?{_KIND}|哪个|什么)(?:{{a}})?(?:的)?(?:数量|个数)?最少", partial(_commonest, most=False)),
    (rf"{{a}}{_COUNT}{_IF}(?:有)?(?:超过|多于|大于){{n}}{_Q}", partial(_numbered, sign=">")),
    (rf"{{a}}{_COUNT}{_IF}(?:有)?(?:少于|小于|不到|不足){{n}}{_Q}", partial(_numbered, sign="<")),
    (rf"{{a}}{_COUNT}{_IF}(?:至少有?|不少于){{n}}{_Q}", partial(_numbered, sign=">=")),
    (rf"(?:是否|是不是)?(?:有|有没有)(?:超过|多于){{n}}{{a}}{_Q}", partial(_numbered, sign=">")),
    (rf"(?:是否|是不是)?(?:至少有|有至少|有没有至少){{n}}{{a}}{_Q}", partial(_numbered, sign=">=")),
    (rf"(?:是否|是不是)?有(?:少于|不到){{n}}{{a}}{_Q}", partial(_numbered, sign="<")),
    (rf"{{a}}{_IF}比{{b}}(?:更|要|还)?(?P<word>[大小长短宽窄]){_Q}", _bigger),
    (r"{a}(?:和|与|跟|还是){b},?(?:哪一?个|谁|哪)(?:更|比较)?(?P<word>[大小长短宽窄])", _which_bigger),
    (rf"{{a}}(?:总共|一共)?(?:占|覆盖)(?:了|据了?|据)?(?:{_PICTURE})?(?:面积)?的?(?:的)?(?:百分之几|百分之多少|百分比|比例|多大比例|几成|"
     rf"多少)(?:是多少|{_IS}多少|有多大)?(?:%)?", lambda a: p.Share(a)),
    (rf"{{a}}(?:在{_PICTURE}中)?的?(?:覆盖率|覆盖度|占比|面积占比|面积比例|所占比例|所占的比例|所占百分比|比例|百分比)"
    rf"{_IS}(?:多少|多大|几)?", lambda a: p.Share(a)),
    (rf"{_PICTURE}(?:中|里)?(?:有)?(?:百分之几|百分之多少|多大比例|多少)(?:的面积)?(?:是|被){{a}}(?:覆盖|占据)?", lambda a: p.Share(a)),
    (rf"(?:计算|测量|求|给出|估算)?{{a}}的?(?P<how>平均|总|合计|最大|最小|中位|最长)?的?(?P<what>长度|宽度|面积|大小|直径|"
    rf"占地面积|长|宽)(?:总和|"
     rf"之和)?{_IS}(?:多少|多大|多长|多宽|几)?(?:个)?(?P<u>{_UNIT})?", _measure),
    (r"{a}(?P<how>平均|总|合计)?(?:有)?多(?P<what>长|宽|大)", _measure),
    (rf"{{a}}(?P<how>平均|总|合计)?(?P<what>长|宽|大)?(?:有|是)?(?:多少|"
     rf"几)(?P<u>{_UNIT})", _measure_by_unit),
    (rf"{{a}}(?P<how>平均|总|合计)?(?:有|是)?(?:多少|几)(?P<u>{_UNIT})(?P<what>长|宽|大)", _measure),
    (rf"{{a}}(?:总共|一共)?(?:覆盖|占地|占据)(?:了)?(?:多少|几|多大)(?P<u>{_UNIT})?(?:面积)?", lambda a, u="": _measure(a, "面积", "", u)),
    (rf"{{a}}(?:和|与|到|跟|离|距离){{b}}(?:之间)?的?(?:(?P<gap>间隙|空隙|最短距离)|相距|距离|相隔|间距|直线距离)?{_IS}(?:多少|多远|"
     rf"几)(?P<u>{_UNIT})?", _distance),
    (rf"{{a}}(?:之间)?的?(?:(?P<gap>间隙|空隙|最短距离)|相距|距离|相隔|间距|直线距离){_IS}(?:多少|多远|几)(?P<u>{_UNIT})?", _distance),
    (rf"每(?P<per>公顷|平方公里|平方千米)(?:土地|面积)?(?:上|内|里)?(?:平均)"
    rf"?有?{_MANY}{{a}}", lambda a, per: p.Density(a, "ha" if per == "公顷" else "km2")),
    (rf"{{a}}的?(?:分布)?密度{_IS}(?:多少|多大)", lambda a: p.Density(a)),
    (r"{a}(?:排成|排列成|排了|分成|分为|共有|有|停成)(?:了)?(?:多少|几)(?P<line>行|排|列)", _lines),
    (r"(?:有)?(?:多少|几)(?P<line>行|排|列){a}", _lines),
    (rf"{{a}}{_IF}(?:排成|排列成|分成|分为)(?:了)?{{n}}(?P<line>行|排|列){_Q}", _lines),
    (rf"{{a}}{_IF}(?:排列?成|排在|在|排列在)(?:了)?(?:同)?(?:一条|一)?(?:直线|线|排|行|列)(?:上)?{_Q}", lambda a: p.Arranged(a, "aligned")),
    (rf"{{a}}{_IF}(?:整齐地?)?排列?整齐{_Q}", lambda a: p.Arranged(a, "aligned")),
    (rf"{{a}}{_IF}(?:都)?(?:聚集|集中|成群|扎堆|聚)(?:在一起|分布|地分布)?{_Q}", lambda a: p.Arranged(a, "clustered")),
    (rf"{{a}}{_IF}(?:都)?(?:分散|散布|零散)(?:分布|地分布|开来?)?{_Q}", lambda a: p.Arranged(a, "scattered")),
    (r"{a}(?:是)?(?:怎么|如何|怎样)(?:排列|分布|布局)的?", lambda a: p.Arrangement(a)),
    (r"{a}(?:是什么颜色的?|的?颜色是什么|是哪种颜色的?|什么颜色)", lambda a: p.ColourOf(a)),
    (r"{a}(?:的)?(?:朝向|方向|方位|朝|指向)(?:是|为)?(?:哪个方向|哪个方位|哪里|哪边|哪|什么方向|什么|多少度?)", lambda a: p.Axis(a)),
    (rf"(?:数一数|数数|数|统计|计算)?(?:一共|总共|共)?(?:有|能看到|看到|可以看到)?{_MANY}{{a}}", lambda a: p.Count(a)),
    (rf"{{c}}(?:的)?(?:一共|总共|共)?(?:有|停着|停了|停有)(?:着)?{_MANY}{{a}}", partial(_where, build=p.Count)),
    (rf"{{a}}(?:一共|总共|共|合计)?(?:有)?{_MANY}", lambda a: p.Count(a)),
    (rf"(?:统计|计算|求|给出)?{{a}}的?(?:总)?(?:数量|数目|个数|总数)(?:总共)?{_IS}(?:多少|几)?{_M}?", lambda a: p.Count(a)),
    (r"(?:数一数|数数|数出|统计|计数)(?:所有的?|全部的?)?{a}", lambda a: p.Count(a)),
    (rf"(?:有没有|是否有|有无|是否存在|存在|能看到|能看见|看得到|看得见|有){{a}}(?:存在|出现)?{_Q}", lambda a: p.Exists(a)),
    (rf"{{c}}(?:有没有|是否有|有无|是否存在|存在|有){{a}}(?:存在|出现)?{_Q}", partial(_where, build=p.Exists)),
    (rf"{{a}}(?:存在|有没有|出现了?){_Q}", lambda a: p.Exists(a)),
    (rf"(?:把|将)?(?:除了?|除去){{a}}(?:以外|之外|外)?的?(?:所有|全部)?的?(?:其他|其它|其余)?的?{{b}}(?:都|全部|"
     rf"全)?(?:给)?(?P<masks>{_SEG}){_Q}(?:出来)?", lambda a, b, masks: _except(a, b, True)),
    (rf"(?:把|将)?(?:除了?|除去){{a}}(?:以外|之外|外)?的?(?:所有|全部)?的?(?:其他|其它|其余)?的?{{b}}(?:都|全部|全)?(?:给)"
    rf"?{_FIND}(?:出来)?", _except),
    (rf"(?P<masks>{_SEG}){{a}}", lambda a, masks: _chosen(a, True)),
    (rf"(?:把|将)?{{a}}(?:都|全部|全)?(?:给)?(?P<masks>{_SEG})(?:出来)", lambda a, masks: _chosen(a, True)),
    (rf"(?:只)?{_FIND}(?:所有的?)?{{a}}", _chosen),
    (rf"(?:把|将)?{{a}}(?:都|全部|全)?(?:给)?{_FIND}(?:出来)?", _chosen),
    (r"哪(?:些|一?[个架艘辆座栋条片块]){a}(?:是)?{c}(?:的)?", lambda a, c: _chosen(replace(a, filters=(*a.filters, *c)))),
    (rf"{{a}}(?:都|全都|是否|是不是)?{{c}}{_Q}", _is),
    (r"{a}", _chosen),
)  # fmt: skip
"""Questions, the special before the general, with slots as in `english.FORMS`."""
_SLOTS = {"{a}": r"(?P<a>.{0,}?(?:K\d+(?!\d)|们|它|些|其中))", "{b}": "(?P<b>.+?)", "{c}": "(?P<c>.+?)", "{n}": r"(?P<n>N\d+)"}


def _pattern(form: str, least: int = 0) -> str:
    for slot, pattern in _SLOTS.items():
        form = form.replace(slot, pattern)
    return form.replace(".{0,}?", f".{{{least},}}?")


_COMPILED = tuple((re.compile(_pattern(form)), form, build) for form, build in FORMS)


def read(question: str, lexicon: Lexicon) -> p.Program | None:
    """The program of a Chinese question; None where a word of it finds no place, or where it asks for nothing of this sort."""
    text = re.sub(r"\s+", "", normalized(question).translate(SIMPLIFIED))
    text = re.sub("[?。!.]+$", "", _POLITE.sub("", text))
    text = _SCENE.sub("", text)
    marks = marked(text, lexicon)
    reader = _Reader(marks, lexicon)
    for pattern, form, build in _COMPILED:
        for found in _matches(pattern, form, marks.text):
            try:
                program = _built(build, found.groupdict(), reader)
            except _NoPlace:
                continue
            if program is not None:
                return program if p.kinds(program) or p.refers(program) else None
    return None


def _matches(pattern: re.Pattern[str], form: str, text: str) -> Iterator[re.Match[str]]:
    found = pattern.fullmatch(text)
    while found is not None:
        yield found
        if "{a}" not in form or found["a"] is None:
            return
        found = re.fullmatch(_pattern(form, len(found["a"])), text)


def _built(build: Build, groups: Mapping[str, str | None], reader: _Reader) -> p.Program | None:
    slots: dict[str, Any] = {name: value for name, value in groups.items() if value is not None}
    for name in ("a", "b"):
        if name in slots:
            slots[name] = reader.phrase(slots[name])
    if "c" in slots:
        slots["c"] = reader.conditions(slots["c"])
    if "n" in slots:
        slots["n"] = reader.amount(slots["n"])
    if "word" in slots:
        return build(slots.pop("word"), **slots)
    if "everything" in inspect.signature(build).parameters:
        slots["everything"] = p.Select(tuple(reader.lexicon.objects))
    return build(**slots)

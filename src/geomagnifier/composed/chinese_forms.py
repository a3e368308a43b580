"""The forms of Chinese questions and the program that each builds; slots as in `english_forms`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_phrases import (
    COUNTER,
    EXCEPT,
    HOWS,
    KIND,
    PICTURE,
    QUESTION,
    UNIT,
    UNITS,
    WHAT,
)
from geomagnifier.composed.form_builders import (
    exists,
    more,
    most_are,
    nearest,
    numbered,
    share_where,
    sizes,
    which,
    without,
)
from geomagnifier.composed.placeholders import Amount, amount
from geomagnifier.composed.slots import Build

_LONGER: dict[str, tuple[p.Quantity, bool]] = {
    "大": ("area", True), "小": ("area", False), "长": ("length", True), "短": ("length", False),
    "宽": ("width", True), "窄": ("width", False),
}  # fmt: skip


def _bigger(word: str, a: p.Select, b: p.Select) -> p.Program:
    what, more = _LONGER[word]
    first, second = sizes(a, b, what)
    return p.Compare(first, ">" if more else "<", second)


def _which_bigger(word: str, a: p.Select, b: p.Select) -> p.Program | None:
    what, more = _LONGER[word]
    return p.Which(sizes(a, b, what), more) if not set(a.kinds) & set(b.kinds) else None


def _which_area(word: str, a: p.Select, b: p.Select) -> p.Program | None:
    """The class that covers more, all of it together."""
    if set(a.kinds) & set(b.kinds):
        return None
    return p.Which((p.Measure(a, "area", "sum"), p.Measure(b, "area", "sum")), word == "大")


def _commonest(
    a: p.Select | None = None, most: bool = True, everything: p.Select | None = None
) -> p.Program | None:
    of = a or everything
    return p.Commonest(of, most) if of is not None and len(of.kinds) > 1 else None


def units(u: str, what: p.Quantity) -> tuple[str, str] | None:
    """The unit of programs and the one for the sentence; None where it measures something else.

    Args:
        u: in Chinese, "" for none.
        what: length, width or area.
    """
    if not u:
        return "", ""
    kind = UNITS[u]
    area = {
        "m2": "m2",
        "km2": "km2",
        "ha": "ha",
        "acre": "ha",
        "mu": "ha",
        "px": "px2",
        "px2": "px2",
    }
    length = {"m": "m", "km": "m", "ft": "m", "px": "px", "cm": "m", "mi": "m"}
    table = area if what == "area" else length
    return (table[kind], kind) if kind in table else None


def _measure(a: p.Select, what: str, how: str = "", u: str = "") -> p.Program | None:
    quantity = WHAT[what]
    unit = units(u, quantity)
    if unit is None:
        return None
    way = "sum" if quantity == "area" and not how else HOWS[how]
    return p.Measure(a, quantity, way, *unit)


def _measure_by_unit(a: p.Select, u: str, how: str = "", what: str = "") -> p.Program | None:
    """As in "How many hectares", "how many metres": the unit says what is measured."""
    area = UNITS[u].endswith("2") or UNITS[u] in ("ha", "acre", "mu")
    return _measure(a, what or ("大" if area else "长"), how, u)


def in_unit(program: p.Program, u: str) -> p.Program | None:
    """The program with its value in a unit that the question names apart.

    None where the program has no such value.

    Args:
        program: as parsed without the unit.
        u: the unit in Chinese, a key of `UNITS`.
    """
    if not isinstance(program, p.Measure | p.Distance):
        return None
    unit = units(u, program.what if isinstance(program, p.Measure) else "length")
    return None if unit is None else replace(program, unit=unit[0], shown=unit[1])


def _difference(a: p.Select, b: p.Select) -> p.Program:
    return p.Difference(p.Count(a), p.Count(b))


def _larger(word: str, a: p.Select, b: p.Select, u: str = "") -> p.Program | None:
    """As in "水体面积比道路面积大多少平方米"."""
    sides = [_measure(one, "面积", "", u) for one in (a, b)]
    first, second = sides if word in "大多" else sides[::-1]
    if not isinstance(first, p.Measure) or not isinstance(second, p.Measure):
        return None
    return p.Difference(first, second)


def _covers(a: p.Select, n: Amount, more: str | None = None) -> p.Program:
    sign: p.Sign = "<" if more is None else ">=" if more == "达到" else ">"
    return p.Compare(p.Share(a), sign, p.Given(n.value, "%"))


def _all_but(a: p.Select, everything: p.Select, masks: str = "") -> p.Program | None:
    """The program of "除了最右边的网球场".

    All others of its class; of a class as a whole, the other classes.
    """
    rest = (
        everything
        if a.rank is None and not a.filters
        else replace(a, filters=(), rank=None, number=None)
    )
    return _except(a, rest, bool(masks))


def _there(c: tuple[p.Filter, ...], everything: p.Select) -> p.Program | None:
    return p.Chosen(replace(everything, filters=c)) if c else None


def _distance(
    a: p.Select, b: p.Select | None = None, u: str = "", gap: str = ""
) -> p.Program | None:
    unit = units(u, "length")
    return None if unit is None else p.Distance(a, b, bool(gap), *unit)


def _where(
    a: p.Select, c: tuple[p.Filter, ...], build: Callable[[p.Select], p.Program]
) -> p.Program:
    return build(replace(a, filters=(*a.filters, *c)))


def _is(a: p.Select, c: tuple[p.Filter, ...]) -> p.Program | None:
    return p.Every(a, c[0]) if len(c) == 1 else None


def _except(a: p.Select, b: p.Select, masks: bool = False) -> p.Program | None:
    return p.Chosen(without(b, a), masks)


def _chosen(a: p.Select, masks: bool = False) -> p.Program | None:
    special: list[object] = [
        part
        for part in p.parts(a)
        if isinstance(part, p.Limit | p.Colour | p.Heading | p.Not | p.Among)
    ]
    special += [part for part in p.parts(a) if isinstance(part, p.Related | p.Between | p.Place)]
    special += [
        part
        for part in p.parts(a)
        if isinstance(part, p.Rank)
        and (part.by not in p.OUTLINED or part.count > 1 or part.start > 1)
    ]
    return (
        p.Chosen(a, masks)
        if special or (len(a.kinds) > 1 and not a.filters and a.rank is None)
        else None
    )


def _most(word: str, a: p.Select) -> p.Program | None:
    """As in "哪块田最大": the one of its class."""
    if a.rank is not None or len(a.kinds) > 1:
        return None
    return p.Chosen(replace(a, rank=p.Rank(*_LONGER[word])))


def each(a: p.Select) -> p.Program:
    """Each colour by itself: "红色和蓝色的车各有几辆"; classes are told apart anyway.

    Args:
        a: what is counted.
    """
    for colour in a.filters:
        if isinstance(colour, p.Colour) and len(colour.names) > 1:
            rest = tuple(one for one in a.filters if one is not colour)
            return p.Counts(
                tuple(
                    p.Count(replace(a, filters=(*rest, p.Colour((name,))))) for name in colour.names
                )
            )
    return p.Count(a)


def _none(a: p.Select) -> p.Program | None:
    return None if a.filters or a.rank else p.Compare(p.Count(a), "==", p.Given(0))


def _both(a: p.Select, b: p.Select) -> p.Program | None:
    """Two counts side by side; of bare classes the count of both tells each."""
    return p.Counts((p.Count(a), p.Count(b))) if a.filters or b.filters else None


def _exceeds(
    a: p.Select, n: Amount, what: str = "", how: str = "", less: str = ""
) -> p.Program | None:
    """As in "农田面积大于五公顷吗": a measured quantity against a given one."""
    quantity = WHAT[what or ("面积" if n.unit.endswith("2") else "长")]
    if not n.unit or n.unit.endswith("2") != (quantity == "area"):
        return None
    way = "sum" if quantity == "area" and not how else HOWS[how]
    told = n.said if n.said in ("ha", "km2", "km") else n.unit
    number = p.Measure(a, quantity, way, told)
    given = p.Given(n.value / amount(1.0, told).value, told)
    return p.Compare(number, "<" if less else ">", given)


def _lines(a: p.Select, line: str, n: Amount | None = None) -> p.Program:
    number = p.Lines(a, line == "列")
    return number if n is None else p.Compare(number, "==", p.Given(n.value))


_MANY = rf"(?:多少|几){COUNTER}?"
_IS = "(?:大概|大约)?(?:是|为|有|约)?(?:大概|大约)?"
_IF = "(?:是否|是不是|有没有|会不会|能不能)?"
_Q = QUESTION
_COUNT = "(?:的?(?:数量|数目|个数|总数))?"
_SEG = "(?:分割|分割出|提取|提取出|勾勒|勾勒出|勾画|勾画出|勾出|描出|抠出|抠|画出轮廓)"
_FIND = (
    "(?:找出|找到|找|检测|检测出|标出|标注|标记|标|框出|框起|框|圈出|圈|"
    "显示|定位|识别|列出|选出|挑出|挑选出?|筛选出?|筛出|选取|挑|筛|圈起|指出|查找|寻找)"
)
_ALL = r"(?:一共|总共|共|合计|大概|大约|到底|究竟|现在|目前|(?<![\d们它])里面)*"
_THERE = (
    "(?:能|可以|可)?(?:有|看到|看见|数出|找到|存在|停|停放|停靠|停泊|漂|漂浮|架|架设|建|修建|盖|分布|行驶|种|摆|摆放|跑|开|靠|泊|是|长)?"
    "(?:着|了|有|到|过)*"
)
_TWO = "两[个架艘辆座栋条片块]"
_HAVE = (
    "(?:有没有|是否有|有无|是否存在|存在|能看到|能不能看到|有|(?:停|停放|停靠|停泊|漂|架|建|开|行驶|靠|泊)(?:着|了|有)|"
    "是否(?:停|漂|架|建|靠)(?:着|了|有))(?:一[个架艘辆座栋条片块])?"
)
_OTHERS = "(?:以外|之外|外)?,?的?(?:所有|全部)?的?(?:其他|其它|其余|别的|剩下)?的?(?:所有|全部)?的?"
_DIFFER = rf"(?:出|了|出来)?(?:多少|几){COUNTER}?"
_OVER = "(?:超过|大于|多于|高于|达到)(?:了)?"
_UNDER = "(?:小于|少于|低于|不到|不足)(?:了)?"
_SIZE = "(?P<how>平均|总)?的?(?P<what>面积|占地面积|长度|宽度)?"
FORMS: tuple[tuple[str, Build], ...] = (
    (rf"{{a}}{_COUNT}(?:减去?|减掉){{b}}{_COUNT}(?:等于|是|得|还?剩下?|为)*{_MANY}", _difference),
    (rf"{{a}}的?{_SIZE}{_IF}{_OVER}(?P<n>Q\d+){_Q}", _exceeds),
    (rf"{{a}}的?{_SIZE}{_IF}(?P<less>{_UNDER})(?P<n>Q\d+){_Q}", _exceeds),
    (rf"{{a}}{_COUNT}比{{b}}{_COUNT}(?:要)?多{_DIFFER}", _difference),
    (rf"{{a}}{_COUNT}比{{b}}{_COUNT}(?:要)?少{_DIFFER}", lambda a, b: _difference(b, a)),
    (rf"{{a}}的?(?:总|覆盖)?面积比{{b}}的?(?:总|覆盖)?面积(?P<word>[大小多少])(?:出|了)?"
     rf"(?:多少|几)(?P<u>{UNIT})?", _larger),
    (rf"{{a}}(?:和|与|跟){{b}}{_COUNT}(?:之间)?(?:相差|差了?){_DIFFER}", _difference),
    (rf"{{a}}(?:的)?(?:面积|占比|覆盖率|覆盖面积|比例)*{_IF}(?:占|占了|占据|占据了|覆盖|覆盖了|"
     rf"有)?(?:{PICTURE})?(?:的)?(?:面积)?的?{_IF}(?P<more>超过|大于|多于|"
     rf"达到)(?:了)?(?:{PICTURE}的?)?{{n}}%{_Q}", _covers),
    (rf"{{a}}(?:的)?(?:面积|占比|覆盖率|覆盖面积|比例)*{_IF}(?:占|占了|占据|占据了|覆盖|覆盖了|"
     rf"有)?(?:{PICTURE})?(?:的)?(?:面积)?的?{_IF}(?:小于|少于|不到|"
     rf"不足)(?:了)?(?:{PICTURE}的?)?{{n}}%{_Q}", _covers),
    (rf"{{a}}{_COUNT}{_IF}比{{b}}{_COUNT}(?:更|要|还)?多{_Q}", more),
    (rf"{{a}}{_COUNT}{_IF}比{{b}}{_COUNT}(?:更|要|还)?少{_Q}", partial(more, sign="<")),
    (rf"{{a}}{_COUNT}{_IF}(?:多于|大于|超过){{b}}{_COUNT}{_Q}", more),
    (rf"{{a}}{_COUNT}{_IF}(?:少于|小于){{b}}{_COUNT}{_Q}", partial(more, sign="<")),
    (rf"{{a}}(?:和|与|跟){{b}}{_COUNT}{_IF}(?:一样多|相等|相同|同样多|数量一样|数量相同|"
     rf"数量相等){_Q}", partial(more, sign="==")),
    (r"{a}(?:和|与|跟|、|还是|,){b},?(?:相比,?|比起来,?|比较,?)?(?:哪一?[个种类边样]|谁|"
     r"哪)(?:的?数量)?(?:更|比较|要)?多(?:一些|一点|些|点)?", which),
    (r"{a}(?:和|与|跟|、|还是|,){b},?(?:相比,?|比起来,?|比较,?)?(?:哪一?[个种类边样]|谁|"
     r"哪)(?:的?数量)?(?:更|比较|要)?少(?:一些|一点|些|点)?", partial(which, most=False)),
    (r"(?:哪一?[个种类]|谁|什么)(?:的?数量)?(?:更|比较)?多,?[:：]?{a}(?:还是|或者?|和){b}", which),
    (r"(?:是)?{a}多,?还是{b}(?:更)?多", which),
    (rf"(?:出现|数量|个数)?(?:最多|最常见)的(?:{{a}})?(?:{KIND})?是(?:什么|哪一?{KIND}|"
     rf"哪个)(?:呢|啊)?", _commonest),
    (rf"(?:哪一?{KIND}|哪个|什么)(?:{{a}})?(?:的)?(?:数量|个数)?(?:最多|最常见)", _commonest),
    (rf"(?:出现|数量|个数)?最少的(?:{{a}})?(?:{KIND})?是(?:什么|哪一?{KIND}|哪个)(?:呢|啊)?",
     partial(_commonest, most=False)),
    (rf"(?:哪一?{KIND}|哪个|什么)(?:{{a}})?(?:的)?(?:数量|个数)?最少",
     partial(_commonest, most=False)),
    (rf"{{a}}{_COUNT}{_IF}(?:有)?{_IF}(?:超过|多于|大于|不止)(?:了)?{{n}}{_Q}",
     partial(numbered, sign=">")),
    (rf"{{a}}{_COUNT}(?:够不够|够|是否够){{n}}{_Q}", partial(numbered, sign=">=")),
    (rf"{{a}}{_COUNT}{_IF}(?:有)?{{n}}(?:及|或)?以上{_Q}", partial(numbered, sign=">=")),
    (rf"{{a}}{_COUNT}{_IF}(?:有)?{{n}}(?:及|或)?以下{_Q}", partial(numbered, sign="<=")),
    (rf"(?:是否|是不是)?(?:大多数|多数|大部分|一大半|50%以上|超过50%|N\d+%以上)的?{{a}}(?:都|是|"
     rf"是不是)?{{c}}(?:的)?{_Q}", most_are),
    (r"(?:有)?(?:几成|百分之几|百分之多少|多大比例|多少比例)的?{a}(?:都|是)?{c}(?:的)?",
     share_where),
    (r"{a}(?:中|里|当中)?(?:有)?(?:几成|百分之几|百分之多少|多大比例|多少比例)(?:是)?{c}(?:的)?",
     share_where),
    (rf"{{a}}{_COUNT}{_IF}(?:有)?{_IF}(?:少于|小于|不到|不足){{n}}{_Q}",
     partial(numbered, sign="<")),
    (rf"{{a}}{_COUNT}{_IF}(?:有)?(?:至少有?|不少于|达到了?){{n}}{_Q}",
     partial(numbered, sign=">=")),
    (rf"{{a}}{_COUNT}{_IF}(?:有)?(?:至多有?|最多有?|不超过|不多于){{n}}{_Q}",
     partial(numbered, sign="<=")),
    (rf"{{a}}{_COUNT}{_IF}(?:恰好|正好|刚好|只|就)(?:是|有|等于)?{{n}}{_Q}",
     partial(numbered, sign="==")),
    (rf"{_IF}(?:有|有没有)?(?:超过|多于|多过){{n}}(?:以上)?的?{{a}}{_Q}",
     partial(numbered, sign=">")),
    (rf"{_IF}(?:有|有没有){{n}}以上的?{{a}}{_Q}", partial(numbered, sign=">=")),
    (rf"{_IF}(?:至少有|有至少|有没有至少|至少){{n}}的?{{a}}{_Q}", partial(numbered, sign=">=")),
    (rf"{_IF}(?:有)?(?:少于|不到|不足){{n}}的?{{a}}{_Q}", partial(numbered, sign="<")),
    (rf"{_IF}(?:恰好|正好|刚好|只|就)有?{{n}}的?{{a}}{_Q}", partial(numbered, sign="==")),
    (rf"{{a}}{_IF}比{{b}}(?:更|要|还)?(?P<word>[大小长短宽窄]){_Q}", _bigger),
    (r"{a}(?:和|与|跟|还是){b},?(?:哪一?个|谁|哪)(?:更|比较)?(?P<word>[大小长短宽窄])",
     _which_bigger),
    (r"{a}(?:和|与|跟|还是){b},?(?:哪一?[个类种]|谁|哪)的?(?:总)?面积(?:更|比较)?(?P<word>[大小])",
     _which_area),
    (r"{a}(?:和|与|跟|还是){b}的?(?:总)?面积,?(?:哪一?[个类种]|谁|哪)(?:更|比较)?(?P<word>[大小])",
     _which_area),
    (rf"{{a}}(?:的?(?:总|覆盖)?面积)?(?:大概|大约|总共|一共)?(?:占|覆盖)(?:了|据了?|"
     rf"据)?(?:{PICTURE})?(?:面积)?的?(?:的)?(?:百分之几|百分之多少|百分比|比例|多大比例|几成|"
     rf"多少)(?:是多少|{_IS}多少|有多大)?(?:%)?", lambda a: p.Share(a)),
    (rf"{{a}}(?:在{PICTURE}中)?的?(?:覆盖率|覆盖度|占比|面积占比|面积比例|所占比例|所占的比例|"
     rf"所占百分比|比例|百分比){_IS}(?:多少|多大|几)?", lambda a: p.Share(a)),
    (rf"{PICTURE}(?:中|里)?(?:有)?(?:百分之几|百分之多少|多大比例|多少)(?:的面积)?(?:是|"
     rf"被){{a}}(?:覆盖|占据)?", lambda a: p.Share(a)),
    (rf"(?:计算|测量|求|给出|估算)?{{a}}的?(?P<how>平均|总|合计|最大|最小|中位|"
     rf"最长)?的?(?P<what>长度|宽度|面积|大小|直径|占地面积|占地|长|宽)(?:总和|之和)?{_IS}(?:多少|"
     rf"多大|多长|多宽|几)?(?:个)?(?P<u>{UNIT})?", _measure),
    (r"{a}(?:(?:一共|总共|都)*|(?P<how>平均|总|合计))?(?:大概|大约)?(?:有|占地)?多(?P<what>长|宽|"
     r"大)", _measure),
    (rf"{{a}}的?(?P<what>长度|宽度|面积|占地面积|长|大)?(?P<how>一共|总共|合计|总计|共计|加起来)"
     rf"(?:大概|大约)?(?:是|为|有|占地?)?(?:多少|几)(?:个)?(?P<u>{UNIT})", _measure_by_unit),
    (rf"{{a}}的?(?:(?:一共|总共)|(?P<how>平均|总|合计))?(?P<what>长度|宽度|面积|占地面积|直径|长|"
     rf"宽|大)?(?:一共|总共)?{_IS}(?:多少|几)(?:个)?(?P<u>{UNIT})", _measure_by_unit),
    (rf"{{a}}的?(?P<what>长度|宽度|面积|占地面积|占地|直径)(?P<how>平均|总共|一共|合计){_IS}(?:多少|几)(?P<u>{UNIT})?",
     _measure),
    (rf"{{a}}(?P<how>平均|总|合计)?(?:有|是)?(?:多少|几)(?P<u>{UNIT})(?P<what>长|宽|大)", _measure),
    (rf"{{a}}{_ALL}(?:覆盖|占地|占据|占)(?:了|有)?(?:大约|大概)?(?:多少|几|多大)(?P<u>{UNIT})",
     lambda a, u="": _measure(a, "面积", "", u)),
    (rf"{{a}}{_ALL}占了?(?:多少|多大)的?面积", lambda a: _measure(a, "面积")),
    (rf"{{a}}{_ALL}(?:覆盖|占地|占据)(?:了)?(?:多少|几|多大)(?:面积)?", lambda a,
     u="": _measure(a, "面积", "", u)),
    (rf"{{a}}(?:和|与|到|跟|离|距离){{b}}(?:之间)?的?(?:(?P<gap>间隙|空隙|最短距离)|相距|距离|"
     rf"相隔|间距|直线距离)?{_IS}(?:多少|多远|几)(?P<u>{UNIT})?", _distance),
    (rf"{{a}}(?:和|与|到|跟|离){{b}}(?:之间)?的?(?:最近的?|最短的?)?(?:距离|间距){_IS}(?:(?:多少|"
     rf"多远|几)(?P<u>{UNIT})?)?", _distance),
    (rf"{{a}}(?:之间)?的?(?:(?:最近|最小|最短)的?(?:一对|两[个架艘辆座]|两者)?)?(?:之间)?的?(?:(?P<gap>间隙|"
     rf"空隙|最短距离)|相距|距离|相隔|间距|直线距离|隔着?|隔了|离|距){_IS}(?:多少|多远|"
     rf"几)(?P<u>{UNIT})?", _distance),
    (rf"(?:最近的)(?:{_TWO})?{{a}}(?:之间)?的?(?:相距|距离|相隔|间距|隔着?|隔了){_IS}(?:多少|"
     rf"多远|几)(?P<u>{UNIT})?", _distance),
    (rf"每(?P<per>公顷|平方公里|平方千米)(?:土地|面积)?(?:上|内|里)?(?:平均)?有?{_MANY}{{a}}",
     lambda a, per: p.Density(a, "ha" if per == "公顷" else "km2")),
    (rf"(?:计算|给出|求|估算)?{{a}}的?(?:分布)?密度{_IS}(?:多少|多大)?", lambda a: p.Density(a)),
    (r"{a}(?:排成|排列成|排了|分成|分为|共有|有|停成)(?:了)?(?:多少|几)(?P<line>行|排|列)", _lines),
    (r"(?:有)?(?:多少|几)(?P<line>行|排|列){a}", _lines),
    (rf"{{a}}{_IF}(?:排成|排列成|分成|分为)(?:了)?{{n}}(?P<line>行|排|列){_Q}", _lines),
    (rf"{{a}}{_IF}是?(?:排列?成|排在|在|排列在)(?:了)?(?:同)?(?:一条|一)?(?:直线|线|排|行|"
     rf"列)(?:上)?[的了]?{_Q}", lambda a: p.Arranged(a, "aligned")),
    (rf"{{a}}{_IF}是?(?:整齐地?)?排列?整齐的?{_Q}", lambda a: p.Arranged(a, "aligned")),
    (rf"{{a}}{_IF}是?(?:都)?(?:分布)?得?(?:比较|很)?(?:聚集|集中|成群|扎堆|聚)(?:在一起|分布|地分布)?的?{_Q}",
     lambda a: p.Arranged(a, "clustered")),
    (rf"{{a}}{_IF}是?(?:都)?(?:分布)?得?(?:比较|很)?(?:分散|散布|零散)(?:分布|地分布|开来?)?的?{_Q}",
     lambda a: p.Arranged(a, "scattered")),
    (r"{a}(?:是)?(?:聚集|集中|分散|零散|整齐|散布)的?(?:分布)?还是(?:聚集|集中|分散|零散|整齐|"
     r"散布|杂乱)的?(?:分布)?", lambda a: p.Arrangement(a)),
    (r"{a}(?:是)?(?:怎么|如何|怎样)(?:排列|分布|布局)的?", lambda a: p.Arrangement(a)),
    (r"{a}(?:是什么颜色的?|的?颜色是什么|是哪种颜色的?|什么颜色)", lambda a: p.ColourOf(a)),
    (r"{a}的?(?:长轴|主轴|轴线|机身|船身)?的?(?:走向|朝向)(?:是|为)?(?:什么|何|哪个方向|怎样的?|如何)?",
     lambda a: p.Axis(a)),
    (r"{a}(?:的)?(?:长轴|主轴|机身|船身)?(?:都|大多|大致)?(?:朝向|方向|方位|朝着?|指向|冲着?|向)(?:是|为)?"
     r"(?:哪个方向|哪个方位|哪里|哪儿|哪一?边儿?|哪一?侧|哪|什么方向|什么|多少度?)(?:停放?|停着|摆放?|排列|开)?的?",
     lambda a: p.Axis(a)),
    (rf"{{a}}(?:各自?|分别)(?:各)?(?:有|是)?{_MANY}", each),
    (rf"{{a}}(?:和|与|跟|、|以及){{b}}(?:各自?|分别)(?:各)?(?:有|是)?{_MANY}", _both),
    (rf"{{a}}(?:和|与|跟|、|以及){{b}}(?:一共|总共|共|合计|加起来|合起来)+(?:有|是)?"
     rf"{_MANY}", _both),
    (rf"(?:分别|各自)?(?:数一数|数数|数|统计|计算|数出|算)(?:分别|各自)?{{a}}各(?:有|是)?"
     rf"{_MANY}", each),
    (rf"(?:数一数|数数|数|统计|计算|数出|算)?{_ALL}{_THERE}{_MANY}{{a}}", lambda a: p.Count(a)),
    (rf"(?:数一数|数数|数|统计|计算|数出|算)?{{c}}(?:的)?{_ALL}{_THERE}{_MANY}{{a}}",
     partial(_where, build=p.Count)),
    (rf"{_ALL}(?:有)?{_MANY}{{a}}(?:是)?{{c}}(?:的)?", partial(_where, build=p.Count)),
    (rf"(?:数一数|数数|数|统计|计算|数出|算)?{{a}}(?:加起来|加在一起|加一起|加一块|合起来|合在一起|"
     rf"放一起)?的?(?:数量)?{_ALL}{_THERE}(?:各|分别)?(?:有|是)?{_MANY}", lambda a: p.Count(a)),
    (rf"{{c}}(?:的)?{{a}}{_ALL}{_THERE}{_MANY}", partial(_where, build=p.Count)),
    (rf"{{a}}{_ALL}有?{_MANY}(?:是|停|停放)?(?P<c>[在靠挨离临位邻].+)",
     partial(_where, build=p.Count)),
    (rf"(?:统计|计算|求|给出)?{{a}}的?(?:总)?(?:数量|数目|个数|总数)(?:总共)?{_IS}(?:多少|"
     rf"几)?{COUNTER}?", lambda a: p.Count(a)),
    (r"(?:数一数|数数|数出|数|统计|计数)(?:所有的?|全部的?)?{a}(?:各?有?(?:多少|几)个?|"
     r"的?(?:数量|数目|个数|总数))?", lambda a: p.Count(a)),
    (rf"(?:有没有|是否有|有无|是否存在|存在|能看到|能看见|看得到|看得见|能不能看到|能找到|"
     rf"出现了?|有){{a}}(?:存在|出现)?{_Q}", exists),
    (rf"{{c}}(?:的)?{_HAVE}{{a}}(?:存在|出现)?{_Q}", partial(_where, build=exists)),
    (rf"{_HAVE}{{a}}(?:是)?{{c}}(?:的)?{_Q}", partial(_where, build=exists)),
    (rf"{{a}}(?:存在|有没有|出现了?|有){_Q}", exists),
    (rf"{{a}}(?:有没有|是否有|有无|有)(?:是)?{{c}}的{_Q}", partial(_where, build=exists)),
    (r"(?:确实?|真的|是否|是不是)?(?:没有|无|不存在){a}(?:分布|存在)?"
     r"(?:对吗|对吧|对不对|是吗|是吧|吧)?", _none),
    (rf"{{c}}的?{_ALL}(?:有|是)(?:什么|啥|些什么|些啥|哪些|什么样的?)(?:东西|目标|物体|对象|地物|"
     rf"内容)?", _there),
    (rf"(?:把|将)?{EXCEPT}{{a}}{_OTHERS}{{b}}(?:都|全部|全)?(?:给)?(?P<masks>{_SEG}){_Q}(?:出来|"
     rf"下来)?", lambda a, b, masks: _except(a, b, True)),
    (rf"(?:把|将)?{EXCEPT}{{a}}{_OTHERS}{{b}}(?:都|全部|全)?(?:给)?{_FIND}(?:出来|起来)?", _except),
    (rf"(?P<masks>{_SEG}){EXCEPT}{{a}}{_OTHERS}{{b}}", lambda a, b, masks: _except(a, b, True)),
    (rf"{_FIND}{EXCEPT}{{a}}{_OTHERS}{{b}}", _except),
    (rf"{EXCEPT}{{a}}{_OTHERS}{{b}}(?:都|全部|全)?(?:给)?(?:数|统计|计算)(?:出来|出)?",
     lambda a, b: p.Count(without(b, a))),
    (rf"{EXCEPT}{{a}}{_OTHERS}(?:还|另外|一共|总共|共)*{_THERE}{_MANY}{{b}}",
     lambda a, b: p.Count(without(b, a))),
    (rf"{EXCEPT}{{a}}{_OTHERS}{{b}}(?:还|一共|总共|共|都)*{_THERE}{_MANY}",
     lambda a, b: p.Count(without(b, a))),
    (rf"(?P<masks>{_SEG})?(?:{_FIND})?{EXCEPT}{{a}}(?:那[个架艘辆座栋条片块])?(?:以外|之外|"
     rf"外)?(?:的|,)*(?:其他|其它|其余|别的|剩下|剩余)?(?:的)?"
     r"(?:目标|物体|东西)?(?:都要?|全部?)?(?:找出|标出|框出|框起|标|框|圈)?(?:来|出来)?", _all_but),
    (rf"(?:把|将)?{{a}}(?:都|全)?(?:去掉|排除|剔除|除外|不要|不算),?(?:然后|再)?(?:把|"
     rf"将)?(?:其他|其它|其余|别的|剩下|剩余)的?(?:目标|物体|东西)?(?:都|"
     rf"全部?)?(?P<masks>{_SEG})?(?:{_FIND})?(?:出来|起来)?", _all_but),
    (rf"(?:只|仅)?(?:把|将)?(?P<masks>{_SEG}){{a}}(?:的?(?:掩膜|轮廓|边界|外形|范围))?", lambda a,
     masks: _chosen(a, True)),
    (rf"(?:只|仅)?(?:把|将|对)?{{a}},?(?:的?(?:轮廓|边界|外形|掩膜))?(?:都|全部|全|单独|逐个|"
     rf"进行|做)*(?:给|用掩膜)?(?P<masks>{_SEG}|画|描|勾)(?:出来|下来|出)?"
     r"(?:看看|看一下|看)?", lambda a, masks: _chosen(a, True)),
    (rf"(?:(?P<masks>{_SEG})|{_FIND})?(?:离|距离?|与){{b}}(?P<word>最近|最远)的?(?:那|一)?(?:[个架艘辆座栋条片块])?"
     rf"{{a}}(?:{_FIND})?(?:出来|起来)?(?:在哪里|在哪儿?|是哪[个架艘辆座栋条片块])?", nearest),
    (rf"(?:只|仅)?{_FIND}(?:所有的?)?{{a}}(?:的(?:位置|坐标))?(?:在哪里|在哪儿?|在什么(?:位置|"
     rf"地方))?", _chosen),
    (r"(?:给出|写出|报出?|说出?|说明|报告){a}的?(?:位置|坐标|方位)", _chosen),
    (rf"(?:只|仅)?(?:把|将)?{{a}}(?:都|全部|全|用框|用方框|单独)*(?:给)?{_FIND}(?:出来|"
     rf"起来)?(?:看看)?", _chosen),
    (rf"(?:哪一?{COUNTER}|哪个|谁)的?{{a}}的?(?:面积)?最(?P<word>[大小长短宽窄])", _most),
    (rf"{{a}}(?:里面?|当?中|之中)?(?:哪一?{COUNTER}|哪个|谁)的?(?:面积)?最(?P<word>[大小长短宽窄])",
     _most),
    (rf"{{a}}最(?P<word>[大小长短宽窄])的(?:一{COUNTER})?(?:是|在)(?:哪一?{COUNTER}|哪个|哪里|哪儿)",
     _most),
    (r"{a}(?:都|分别|分布|主要|大概|集中)*(?:在哪里|在哪儿?|在(?:整[张幅])?(?:图|图片|画面|影像)?[的中里上]?(?:什么|哪一?个)(?:位置|地方|方位|角落?|部位)|"
     r"的?位置(?:在哪里?|是什么|是哪里)?|位于(?:哪里|何处)|在何处|"
     r"是哪[些个几一]?[个架艘辆座栋条片块]?)", _chosen),
    (r"(?:哪里|哪儿|什么地方)有{a}", _chosen),
    (r"{c}的?(?:有|是)哪(?:些|几[个架艘辆座栋条片块]){a}", lambda c,
     a: _chosen(replace(a, filters=(*a.filters, *c)))),
    (r"{a}(?:有|是)哪(?:些|几[个架艘辆座栋条片块])", _chosen),
    (r"哪(?:些|一?[个架艘辆座栋条片块]){a}(?:是)?{c}(?:的)?", lambda a,
     c: _chosen(replace(a, filters=(*a.filters, *c)))),
    (rf"(?:是否|是不是)?{{a}}(?:都|全都|全部|是否|是不是)*{{c}}{_Q}", _is),
    (r"{a}", _chosen),
)  # fmt: skip
"""Questions, the special before the general, with slots as in `english_forms`."""

"""Forms of Chinese questions, and what each builds of its phrases, with slots as in `english_forms`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_phrases import COUNTER, HOWS, KIND, PICTURE, UNIT, UNITS, WHAT
from geomagnifier.composed.lexicon import Amount
from geomagnifier.composed.slots import Build


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
    quantity = WHAT[what]
    unit = _units(u, quantity)
    if unit is None:
        return None
    way = "sum" if quantity == "area" and not how else HOWS[how]
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


_MANY = rf"(?:多少|几){COUNTER}?"
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
    (rf"(?:出现|数量|个数)?(?:最多|最常见)的(?:{{a}})?(?:{KIND})?是(?:什么|哪一?{KIND}|"
    rf"哪个)(?:呢|啊)?", _commonest),
    (rf"(?:哪一?{KIND}|哪个|什么)(?:{{a}})?(?:的)?(?:数量|个数)?(?:最多|最常见)", _commonest),
    (rf"(?:出现|数量|个数)?最少的(?:{{a}})?(?:{KIND})?是(?:什么|哪一?{KIND}|"
    rf"哪个)(?:呢|啊)?", partial(_commonest, most=False)),
    (rf"(?:哪一?{KIND}|哪个|什么)(?:{{a}})?(?:的)?(?:数量|个数)?最少", partial(_commonest, most=False)),
    (rf"{{a}}{_COUNT}{_IF}(?:有)?(?:超过|多于|大于){{n}}{_Q}", partial(_numbered, sign=">")),
    (rf"{{a}}{_COUNT}{_IF}(?:有)?(?:少于|小于|不到|不足){{n}}{_Q}", partial(_numbered, sign="<")),
    (rf"{{a}}{_COUNT}{_IF}(?:至少有?|不少于){{n}}{_Q}", partial(_numbered, sign=">=")),
    (rf"(?:是否|是不是)?(?:有|有没有)(?:超过|多于){{n}}{{a}}{_Q}", partial(_numbered, sign=">")),
    (rf"(?:是否|是不是)?(?:至少有|有至少|有没有至少){{n}}{{a}}{_Q}", partial(_numbered, sign=">=")),
    (rf"(?:是否|是不是)?有(?:少于|不到){{n}}{{a}}{_Q}", partial(_numbered, sign="<")),
    (rf"{{a}}{_IF}比{{b}}(?:更|要|还)?(?P<word>[大小长短宽窄]){_Q}", _bigger),
    (r"{a}(?:和|与|跟|还是){b},?(?:哪一?个|谁|哪)(?:更|比较)?(?P<word>[大小长短宽窄])", _which_bigger),
    (rf"{{a}}(?:总共|一共)?(?:占|覆盖)(?:了|据了?|据)?(?:{PICTURE})?(?:面积)?的?(?:的)?(?:百分之几|百分之多少|百分比|比例|多大比例|几成|"
     rf"多少)(?:是多少|{_IS}多少|有多大)?(?:%)?", lambda a: p.Share(a)),
    (rf"{{a}}(?:在{PICTURE}中)?的?(?:覆盖率|覆盖度|占比|面积占比|面积比例|所占比例|所占的比例|所占百分比|比例|百分比)"
    rf"{_IS}(?:多少|多大|几)?", lambda a: p.Share(a)),
    (rf"{PICTURE}(?:中|里)?(?:有)?(?:百分之几|百分之多少|多大比例|多少)(?:的面积)?(?:是|被){{a}}(?:覆盖|占据)?", lambda a: p.Share(a)),
    (rf"(?:计算|测量|求|给出|估算)?{{a}}的?(?P<how>平均|总|合计|最大|最小|中位|最长)?的?(?P<what>长度|宽度|面积|大小|直径|"
    rf"占地面积|长|宽)(?:总和|"
     rf"之和)?{_IS}(?:多少|多大|多长|多宽|几)?(?:个)?(?P<u>{UNIT})?", _measure),
    (r"{a}(?P<how>平均|总|合计)?(?:有)?多(?P<what>长|宽|大)", _measure),
    (rf"{{a}}(?P<how>平均|总|合计)?(?P<what>长|宽|大)?(?:有|是)?(?:多少|"
     rf"几)(?P<u>{UNIT})", _measure_by_unit),
    (rf"{{a}}(?P<how>平均|总|合计)?(?:有|是)?(?:多少|几)(?P<u>{UNIT})(?P<what>长|宽|大)", _measure),
    (rf"{{a}}(?:总共|一共)?(?:覆盖|占地|占据)(?:了)?(?:多少|几|多大)(?P<u>{UNIT})?(?:面积)?", lambda a, u="": _measure(a, "面积", "", u)),
    (rf"{{a}}(?:和|与|到|跟|离|距离){{b}}(?:之间)?的?(?:(?P<gap>间隙|空隙|最短距离)|相距|距离|相隔|间距|直线距离)?{_IS}(?:多少|多远|"
     rf"几)(?P<u>{UNIT})?", _distance),
    (rf"{{a}}(?:之间)?的?(?:(?P<gap>间隙|空隙|最短距离)|相距|距离|相隔|间距|直线距离){_IS}(?:多少|多远|几)(?P<u>{UNIT})?", _distance),
    (rf"每(?P<per>公顷|平方公里|平方千米)(?:土地|面积)?(?:上|内|里)?(?:平均)"
    rf"?有?{_MANY}{{a}}", lambda a, per: p.Density(a, "ha" if per == "公顷" else "km2")),
    (rf"{{a}}的?(?:分布)?密度{_IS}(?:多少|多大)", lambda a: p.Density(a)),
    (r"{a}(?:排成|排列成|排了|分成|分为|共有|有|停成)(?:了)?(?:多少|几)(?P<line>行|排|列)", _lines),
    (r"(?:有)?(?:多少|几)(?P<line>行|排|列){a}", _lines),
    (rf"{{a}}{_IF}(?:排成|排列成|分成|分为)(?:了)?{{n}}(?P<line>行|排|列){_Q}", _lines),
    (rf"{{a}}{_IF}是?(?:排列?成|排在|在|排列在)(?:了)?(?:同)?(?:一条|一)?"
     rf"(?:直线|线|排|行|列)(?:上)?的?{_Q}", lambda a: p.Arranged(a, "aligned")),
    (rf"{{a}}{_IF}是?(?:整齐地?)?排列?整齐的?{_Q}", lambda a: p.Arranged(a, "aligned")),
    (rf"{{a}}{_IF}是?(?:都)?(?:聚集|集中|成群|扎堆|聚)(?:在一起|分布|地分布)?的?{_Q}", lambda a: p.Arranged(a, "clustered")),
    (rf"{{a}}{_IF}是?(?:都)?(?:分散|散布|零散)(?:分布|地分布|开来?)?的?{_Q}", lambda a: p.Arranged(a, "scattered")),
    (r"{a}(?:是)?(?:怎么|如何|怎样)(?:排列|分布|布局)的?", lambda a: p.Arrangement(a)),
    (r"{a}(?:是什么颜色的?|的?颜色是什么|是哪种颜色的?|什么颜色)", lambda a: p.ColourOf(a)),
    (r"{a}(?:的)?(?:朝向|方向|方位|朝|指向)(?:是|为)?(?:哪个方向|哪个方位|哪里|哪边|哪|什么方向|什么|多少度?)", lambda a: p.Axis(a)),
    (rf"(?:数一数|数数|数|统计|计算)?(?:一共|总共|共)?(?:有|能看到|看到|可以看到)?{_MANY}{{a}}", lambda a: p.Count(a)),
    (rf"{{c}}(?:的)?(?:一共|总共|共)?(?:有|停着|停了|停有)(?:着)?{_MANY}{{a}}", partial(_where, build=p.Count)),
    (rf"{{a}}(?:一共|总共|共|合计)?(?:有)?{_MANY}", lambda a: p.Count(a)),
    (rf"{{a}}各(?:有|是)?{_MANY}", lambda a: p.Count(a)),
    (rf"(?:统计|计算|求|给出)?{{a}}的?(?:总)?(?:数量|数目|个数|总数)(?:总共)?{_IS}(?:多少|几)?{COUNTER}?", lambda a: p.Count(a)),
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
"""Questions, the special before the general, with slots as in `english_forms`."""

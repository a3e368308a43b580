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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from geomagnifier.composed import chinese_clauses
from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_frame_words import (
    AND,
    CLAUSE,
    COUNTERS,
    LEFT_OUT,
    MANY,
    SHOW,
    CUT,
    dropped,
    soft,
    spoken,
)
from geomagnifier.composed.chinese_forms import each, in_unit, units
from geomagnifier.composed.chinese_phrases import EXCEPT, UNIT, UNITS, WHAT, Reader, marked
from geomagnifier.composed.form_builders import is_cover, without
from geomagnifier.composed.placeholders import Amount, Lexicon, Marked, amount
from geomagnifier.composed.slots import NoPlace
from geomagnifier.language.asides import is_aside
from geomagnifier.language.classes import WITHIN
from geomagnifier.language.refusals import CAUSE, NAME, TIME
@dataclass(frozen=True)
class Clause:
    """A clause of a question."""

    text: str
    """Without courtesy, with placeholders."""
    asked: bool
    """Whether a question mark ends it."""
    said: str
    """As it was said, with K for names of classes."""


Build = Callable[[p.Select], p.Program | None]


@dataclass
class _Ask:
    """What one clause asks of a thing."""

    build: Build
    """Makes the program of the thing."""
    of: int
    """The thing, by its place among those that were named; -1 for the first one named later."""
    unit: bool = False
    """Its value may have a unit that stands elsewhere."""
    vague: str = ""
    """The unit, where it alone says what is measured."""


@dataclass
class _State:
    """What the clauses so far named and asked."""

    reader: Reader
    things: list[p.Select] = field(default_factory=list)
    asks: list[_Ask | p.Program] = field(default_factory=list)
    unit: str = ""
    spoken_of: tuple[str, ...] = ()
    """Classes that an aside named, for an ask without any: "至少得有三个球场,这张够三个吗"."""

    @property
    def last(self) -> p.Select | None:
        return self.things[-1] if self.things else None

    def copy(self) -> _State:
        return _State(self.reader, list(self.things), list(self.asks), self.unit, self.spoken_of)


_TAIL = re.compile("(?:说|吗|么|没有|没|不|的|了|着|过|是|有|呢|对吗|对不对|是吗|是不是)+$")
_HEAD = re.compile(f"^(?:算|注明|写明|标明|说(?=最|K)|所以|因此|因为|求|试|想|看|下|那个(?=看)|指出|附上?|附带|问(?=[这那K])|量(?=[这那K])|报(?=[这那K])|列出(?=K)|数一数|数数(?=K)|把|将|对|给|在|从|就|那么|又|那(?![些个几N]|{COUNTERS})|的|是|有|关于|至于|而|并|且|则|也|还|都|全部|所有|以|按|请|,)+")
_NEUTRAL = re.compile("(?<=K\\d)(?:设施|目标|用地)|加(?:在)?一[起块]|加起来|合起来|合在一起|放一起|全部|所有(?!制)|(?<=K\\d)(?:们|类|数量|个数|总?数)|(?<=K\\d\\d)(?:们|类|数量|个数)|各自|分别|各(?=有|$)|一起|都(?!会)|也|又|一共|总共|共(?:计|有)?|合计|总计|现在|目前")
_UNIT_ONLY = re.compile(f"^(?:结果|数值)?(?:单位)?(?:就|都|请)?(?:用|以|按|是|为|取|换算成|换成|折合成?|折算成?|折|合|等于|相当于|即|报|给|:)*(?:出)?(?:个|一个|几|多少)?({UNIT})(?:数|为单位|作单位|做单位|值)?(?:来)?(?:计算?|表示|算|说|讲|报|吧)?(?:就[行好成可以]+|即可)?$")
_SCENE = re.compile(
    "描述|概述|概括|简述|介绍|什么(?:地方|场景|场所|类型|样的?地方|地带)|场景|(?:哪|何)[一]?[种类](?:地方|场所|场地|区域)|干什么用|用途|讲.{0,3}内容|什么情况|(?:有|是)(?:些)?什么(?:东西|内容)?$"
)
_IS_SCENE = re.compile("^(?:[这那该此本图](?:里|儿|个|张|幅|片|块|一片|地方|区域|边)*)?(?:看[起着]?来?)?(?:是不是|是否[是为]?|算不算|算|是|像|属于|像不像|应该是)(?:一个|一座|个|座|一片)?K\\d+(?:还是.*)?(?:吗|来着)?$")


_LATE = re.compile(
    r"^(.*?K\d+(?:" + AND + r"K\d+)*)(?:,|是|有)?((?:[^K]|K\d+(?!$))*?[^K\d,])(?:的)?(?:那些?|那种|那几?" + COUNTERS + ")?$"
)
"""What is said of a thing after its noun: "油井,离房子远的那些"."""
_EXCEPT = re.compile(f"^(?:除开|除去|除掉|除了|{EXCEPT})(.+?)(?:以外|之外|外)?,?的?(?:(?:其他|其它|其余|别|剩下|剩余|余下)(?:的)?|(?<=外的)(?=K))(.*)$")
_FAR = re.compile(r"(?:离|距离?)(K\d+)(?:边|岸边|岸)?(?:都)?(?:比较|较|很|挺|太|相对|非常|有点)?远")
_OFF = re.compile(r"(?:离|距离?)(.*?K\d+)(?:的距离)?(?:都)?(?:在)?(?:隔了?)?(?:大于|超过|至少)?(Q\d+)(?:以上|以外|之外|开外|往上|外|远)")


def _canonical(text: str) -> str:
    """Conditions in the words of `chinese_phrases`."""
    text = re.sub(r"^(K\d+)(?:里面?|当中|之中|中)(?:的)?(?:直径|面积|长度|宽度)?(最[大小长短宽窄])的?(?:一个|那个|者)?是?$", r"\2的\1", text)
    text = re.sub(r"(?:停|位于|处于|分布)?在?(K\d+)(?:以外|之外|外面|外边|外)的(?=.*K)", r"不在\1里的", text)
    text = re.sub(r"(?:离|距离?)(K\d+)(?:不超过|少于|小于|不到)(Q\d+)(?=的|$)", r"距\1\2以内", text)
    text = re.sub(r"^[这那](?=N\d)", "", text)
    text = re.sub(r"(?:与|和|跟|离|距)(K\d+)(?:的)?(?:相距|距离|间距)(?:大于|超过)(Q\d+)(?:以上)?的", r"离\1超过\2的", text)
    text = re.sub(r"的(?:停放|停靠|停泊)(?=K)", "的", text)
    text = re.sub(r"(K\d+)(?:它们?|其)(?=有|多|大|的|$)", r"\1", text)
    text = re.sub(r"(K\d+)区(?:域)?(?:内|里)?(?:的)?(?=K)", r"\1里的", text)
    text = re.sub(r"(?<=K\d)的?(?:位置|坐标|范围|轮廓|边界|外形|覆盖)$", "", text)
    text = re.sub(r"^(?:位于|分布在|停放在?|停在|出现在)(?=K)|这个(?=G)|那个(?=N)", "", text)
    if "Q" in text:
        text = re.sub(r"的[大小](?=K)", "的", text)
    text = re.sub("(?:占地|基底|占用)面积|占地(?=大于|小于|超过|不到|不足)", "面积", text)
    text = _OFF.sub(r"离\1超过\2", text)
    text = _FAR.sub(r"远离\1", text)
    text = re.sub(r"(?:离|距离?)?最近的(K\d+)(?=Q\d+(?:以内|之内|内))", r"距\1", text)
    text = re.sub(r"(?:距离?|离)(?:距离?|离)", "距", text)
    text = re.sub(r"(K\d+)(?:的)?(?:边上|边缘|边线|边)(?=Q\d+)", r"\1", text)
    text = re.sub(r"(?<=K\d)(?:旁边|附近|周边|边上)?(?:停靠|停泊|停放|停|靠|泊)(?:着|的|在)+(?=K|那|大)", "旁边的", text)
    text = re.sub("屋顶是?([红蓝白灰黑黄绿橙棕褐])色?的", r"\1色的", text)
    text = re.sub("(?:颜色是|颜色为|呈|涂成)([红蓝白灰黑黄绿橙棕褐])色?", r"\1色", text)
    text = re.sub(
        r"(面积|长度|宽度)?排第(N\d+)(?:" + COUNTERS + r"|位|名)?的?(?=K|那|$)",
        lambda m: f"第{m[2]}{ {'长度': '长', '宽度': '宽'}.get(m[1] or '', '大') }的",
        text,
    )
    text = re.sub(r"最([大小长短宽窄])(?:那|的那|的一|一)" + COUNTERS + "?", r"最\1的", text)
    text = re.sub(r"(第N\d+)(?:个|位|名)?(?=[大小长短宽窄])", r"\1", text)
    text = re.sub("(?:往|向|朝|到)[左右上下东西南北](?:边)?(?:数|起)?(?:的)?(?=第N)", "数", text)
    text = re.sub("^([左右上下])数(?=第N)", r"从\1数", text)
    text = re.sub("(?:夹|挤|位|处|落|卡)(?:着|在|于)?(?=的|$|那)", "", text)
    return re.sub(r"(?:之间|中间|当中)(?:夹|挤|位|处|停放?|停靠|种|盖|长|漂|建)?(?:着|起|住|在)?的?(?=那|K)", "之间的", text)


def _thing(text: str, state: _State, of: p.Select | None = None) -> p.Select:
    """A thing with its conditions, before or after its noun.

    Raises:
        NoPlace: a word finds no place.
    """
    reader = state.reader
    text = _NEUTRAL.sub("", _TAIL.sub("", _HEAD.sub("", text.strip(","))))
    text = re.sub(f"^(?:[这那该此本](?:一)?(?:几|N\\d+)?{COUNTERS}?|某{COUNTERS}|每一?{COUNTERS}?)(?=K\\d|最|第)", "", _canonical(text))
    text = re.sub(r"(?<=K\d)[上](?=占|$)", "", text)
    text = text.strip(",")
    if not text:
        if of is None:
            raise NoPlace
        return of
    if (m := re.match(r"(K\d+)的?面积(?=.*Q\d+.*(K\d+)$)", text)) and (
        reader.phrase(m[1]).kinds == reader.phrase(m[2]).kinds
    ):  # "屋顶面积小于100平米的房子"
        text = f"面积{text[m.end() :]}"
    if out := _EXCEPT.match(text):
        if not out[2]:
            left = _thing(out[1], state, of)
            if left.rank is None and not left.filters:
                raise NoPlace
            return without(replace(left, rank=None, filters=(), number=None), left)
        whole = _thing(out[2], state, of)
        return without(whole, _thing(out[1], state, replace(whole, filters=(), rank=None)))
    among = re.match("^(?:其中|里面|当中|它们?(?:中|里)?)的?", text)
    tries = [text]
    if among:
        tries.append(text[among.end() :])
    if late := re.match(r"^(.*?K\d+)(?:都)?((?:远离|靠近|紧邻)(?:.*)K\d+)$", text):
        tries.append(f"{late[2]}的{late[1]}")
    if late := _LATE.match(text):
        tries.append(f"{late[2]}的{late[1]}")
    for one in tries:
        try:
            if not re.search(r"K\d+$", one) and of is not None:
                return _of_last(one, of, reader)
            if re.search("它|这些|那些|其中|们", one):
                continue
            return reader.phrase(one)
        except NoPlace:
            continue
    raise NoPlace


def _of_last(text: str, of: p.Select, reader: Reader) -> p.Select:
    """A thing without its noun: "最大的那艘", "左半边", "离房子远的那些"."""
    bare = re.sub(f"(?:的)?(?:[这那](?:些|种|几?{COUNTERS})?|一{COUNTERS}|N\\d+|者)?$", "", text)
    bare = re.sub("^(?:其中|里面|当中)的?", "", bare)
    kept = replace(of, rank=None)
    if not bare:
        return of
    if m := re.fullmatch("(?:面积|长度)?最([大小长短宽窄])", bare):
        bare = f"最{m[1]}的"
    try:
        found = reader._before(bare, replace(kept, filters=()), False)
    except NoPlace:
        found = replace(kept, filters=reader.conditions(bare))
    other = tuple(type(one) for one in found.filters if isinstance(one, p.Colour | p.Place))
    kept_filters = tuple(one for one in of.filters if not isinstance(one, other))
    return replace(found, filters=(*kept_filters, *found.filters))


_AREAS = ("m2", "km2", "ha", "acre", "mu", "px2")
_UNIT = f"(?P<u>{UNIT})"
_ABOUT = "(?:约|是|为|有|占|等于|达到?|要)*"
_DISTANCE = re.compile(
    f"(?:之间|中间)?的?(?:中间)?(?:直线|水平|最短|最近|中心|大概)*(?:相距|距离|相隔|间隔|间距|隔(?:着|了|开|得)?|离得?|差)?的?(?:有|是|为)?(?:多远|(?:多少|几)个?{_UNIT}(?:远|的?距离)?|(?:是|为|有)?多少)"
    f"|(?:之间|中间)?的?(?:直线|水平|最短|最近|中心)?(?:距离|间距|间隔)"
)
_DENSITY = re.compile(
    f"(?:平均)?(?:每一?个?|一个?|/|单位)(公顷|平方公里|平方千米)(?:土地|面积)?(?:上|内|里)?(?:平均)?(?:有|能有)?(?:多少|几)?{COUNTERS}?|的?(?:分布)?密度(?:是|为)?(?:多少|多大|怎么?样|如何|多高)?"
)
_SHARE = re.compile(
    "(?:面积|覆盖面积)?(?:占了?|占据了?|覆盖了?|占整?张?(?:图|画面)的?)?(?:整[张幅个]|全)?(?:图|画面|影像|总面积|面积)?(?:面积)?的?(?:百分之几|百分之多少|百分比|(?:多大|多少|多高|什么)?的?比例(?!尺)|比重|占比|几成|多少%|占地(?:比例|率)|(?<=K\\d)率|%(?!\\d)|覆盖率|覆盖度)(?:是|为|有)?(?:百分之几|百分之多少|多少|多大|多高|几)?(?:%)?|面积(?:与|和|占)(?:全图|整张图|画面|影像|图)(?:总)?面积(?:的)?(?:之比|比值?|比例)"
    "|占(?:了|据)?(?:整[张幅个]|全)?(?:图|画面|影像)?(?:的)?多(?:少|大)$"
)
_PART = re.compile(r",?占(?:全部|所有|整个)?(?:的)?(K\d+)(?:总数|总量|数量)?的?(?:比例|百分之几|百分之多少|百分比|几成|多大比例|多少比例)(?:是|为)?(?:多少)?$")
_MEASURE = re.compile(
    "的?(?P<how>平均|均|总|一共|总共|合计|共|加起来)*的?(?:占地|覆盖|水域|表面|总)?(?P<what>面积|长度|宽度|直径|占地|周长|(?<![最第])(?:全|总)长)(?:总和|之和|合计|总共|一共|加起来|平均)*"
    f"{_ABOUT}(?:(?:折合?|换算成?|合|报|用|按|取)*(?:多少|多大|几|多长|多宽)?个?{_UNIT}|多少|多大|几|多长|多宽)?"
)
_LONG = re.compile(f"(?:一般|平均|总共|一共)*{_ABOUT}多(?P<what>长|宽|大)(?:的?面积)?(?:N\\d+)?(?:,?(?:多少|几)个?{_UNIT})?|(?:(?<=[K\\d座条艘栋的])|^)(?P<w2>长|宽)(?:一般|平均)*{_ABOUT}(?:多少|几)?个?(?P<u2>{UNIT})?$|(?<=[K\\d座条艘栋的])(?P<w3>长|宽)$")
_BY_UNIT = re.compile(f"(?:一般|平均|总共|一共|共|合计|总计)*(?:占地|所?占据?|覆盖|有|是|为|达)*了?(?:一共|总共)?(?:多少|几)个?{_UNIT}(?P<what>长|宽|大|高)?|(?:所?占的?)?(?P<px>像素数量?|像素个数)|占地(?:多大|多少)|(?P<u3>{UNIT})数")
_COUNT = re.compile(
    f"(?:一共|总共|共|合计|总计|各|分别)*(?:停|漂|架|建|盖|种|立|装|长|泊|靠|摆)?(?:着|了)?(?:能?(?:有|是|为|看到|看见|数出来?|找到))?(?:过|着|了)?{MANY}"
    "|数一数|数数|数出|清点|点一点|点数|统计|计数|的?(?:数量|总数|个数)(?:之和|总和)(?:是|为)?(?:多少|几)?|的?总?(?:数量|个数|数目|总数|艘数|台数|栋数|辆数|架数|棵数|座数)(?:是|为|有)?(?:多少|几)?|^点|^数|数$"
)
_MORE = "超过|多于|大于|高于|不止|多过"
_THRESHOLD = re.compile(
    f"(?:是否|有没有|是不是|有|能)*(?:(?P<gt>{_MORE})|(?P<lt>少于|小于|低于|不到|不足)|(?P<ge>至少(?:得)?(?:有)?|达到|有?到|够|满)|(?P<le>最多有?|不超过|至多)|(?P<eq>恰好|正好|刚好))(?:了)?(?P<n>[NQ]\\d+%?)(?:及?以上)?"
    "|(?P<m>N\\d+%?|Q\\d+)(?P<side>以上|以下)"
)
_EXISTS = re.compile("(?:有没有|是否有|有无|是否存在|存不存在|看不看得到|能不能看到|能看到|看得到|存在|有)(?:停着|停了|停|看到|看见|着|了)?(?:一N?\\d*" + COUNTERS + ")?")
_NONE = re.compile(r"(?:是不是|是否|确实|真的)?(?:N\d+)?(K\d+)?(?:N\d+)?(?:(?:都|也|根本|完全)(?:没有?|不存在|无)|^(?:没有|不存在|无))(?:见|看)?(?:着|到)?(K\d+)?")
_COLOUR_OF = re.compile("(?:是|为|呈)?(?:什么|哪种|何种|哪个|怎样的?)颜?色(?:的)?|的?颜色(?:是|为)?(?:什么|怎么?样|如何)?")
_WAY = "[东西南北]{1,2}(?:走向|朝向|方向|向)?(?:停放?|摆放?|排列?|走|放)?(?:着)?"
_AXIS = re.compile(
    f"(?:的)?(?:长轴|主轴|轴线|船身|机身|车身|桥身|主体)?的?(?:走向|朝向|方向)?(?:大致|基本)?(?:摆放|延伸)?(?:(?:是|呈|为|朝着?|往)?(?:{_WAY})(?:的)?(?:[,、]?还是|或者?|,)(?:是|呈)?(?:{_WAY})(?:的)?(?:走向|方向)?"
    "|(?:朝|对|指|冲|面)(?:着|向)?(?:的是)?(?:哪|什么|何)(?:个|一)?(?:方向|方位|边|头|里|儿)?(?:摆|停|放)?(?:着|的)*|(?:是|呈)?(?:什么|怎样的|哪种)?(?:走向|朝向)(?:是|为)?(?:什么|哪个方向|如何|怎么?样|哪里)?)"
)
_WHERE = re.compile(
    "(?:都|大概|主要)?(?:位于|处于|在|落在|处在)?(?:(?:整?张?图|画面|影像|图片)?(?:的|里|上|中)*)?(?:哪里|哪儿|(?:哪一?个?|什么)(?:方位|位置|角落?|地方|部位|方向|区域|边)|哪[边块])(?:呢|啊)?|的?(?:位置|方位|坐标)(?:是|在)?(?:哪里?|什么)?"
)
_SIDES = re.compile("^(?:是|在|比如)*(?:[左右上下东西南北中](?:[左右上下东西南北间央])?[边侧角部半]?)(?:、|还是|或者?|,)*(?:[左右上下东西南北中](?:[左右上下东西南北间央])?[边侧角部]?)*(?:之类|什么|这样|那样)?(?:的)*(?:就[行好可以]+)?(?:吗)?$")
_LIST = re.compile(f"(?:都)?(?:有|是)?哪(?:些|几{COUNTERS}?)(?:个)?|(?:是|在)?哪一?{COUNTERS}$|列出来?")
_WHICH = "(?:哪一?(?:个|种|类|边|侧|半边?|半|头|者)(?:的)?|谁|哪)"
_AMOUNT = f"(?:一些|些|一点|点)?(?:出|了|上)?(?:多少|几)个?(?:{UNIT}|{COUNTERS})?"


def _quantity(what: str, unit: str) -> p.Quantity | None:
    if what in ("周长", "高"):
        return None
    if what in ("面积", "占地", "大"):
        return "area"
    if what:
        return "width" if what.startswith("宽") else "length"
    return "area" if UNITS.get(unit) in _AREAS else "length"


def _measured(what: p.Quantity, how: p.How, unit: str) -> Build:
    said = units(unit, what)
    if said is None:
        raise NoPlace
    return lambda of: p.Measure(of, what, how, *said)


_Way = Callable[[str, _State, bool], None]


def _without(pattern: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], str]]:
    """The places where words of asking stand, each with the clause without them."""
    for found in pattern.finditer(text):
        if found[0]:
            yield found, text[: found.start()] + text[found.end() :]


def _about(text: str, state: _State) -> int:
    """The place of the thing that a clause is about: one that it names, or the last one."""
    bare = _NEUTRAL.sub("", _TAIL.sub("", _HEAD.sub("", text.strip(","))))
    if not re.sub(f"^(?:它们?|其|这些|那些|这[个座条艘]|那[个座条艘])$|{COUNTERS}$", "", bare):
        return len(state.things) - 1
    new = _thing(text, state, state.last)
    if state.last is not None and re.fullmatch(rf"(?:该|此|这{COUNTERS})K\d+", bare) and new.kinds == state.last.kinds:
        return len(state.things) - 1
    state.things.append(new)
    return len(state.things) - 1


def _first(pattern: re.Pattern[str], text: str, state: _State) -> tuple[re.Match[str], int]:
    """The first place of the words of asking without which the clause is a thing."""
    for found, rest in _without(pattern, text):
        size = len(state.things)
        try:
            return found, _about(rest, state)
        except NoPlace:
            del state.things[size:]
    raise NoPlace


def _unit_only(text: str, state: _State, asked: bool) -> None:
    found = _UNIT_ONLY.fullmatch(text)
    if found is None or state.unit:
        raise NoPlace
    waiting = any(isinstance(ask, p.Measure | p.Distance) or (isinstance(ask, _Ask) and ask.unit) for ask in state.asks)
    if re.search("数|几|多少", text) and not waiting and state.things:
        raise NoPlace  # "第二大的田,亩数"
    state.unit = found[1]


def _left_out(text: str, state: _State, asked: bool) -> None:
    """What is left out anyway, or of the thing named before."""
    found = LEFT_OUT.match(text)
    if found is None or state.last is None:
        raise NoPlace
    said, last = found[1], state.last
    limits = [one for one in last.filters if isinstance(one, p.Limit | p.Related | p.Colour | p.Place | p.Not)]
    if re.fullmatch("(?:[大小长短远近多少]|别|其他|其余|剩下)(?:的)?|", said) and limits:
        return
    if re.fullmatch(r"(?:K\d+)?(?:以?外|外面|外边|外侧)(?:漂|停|泊)?着?(?:的)?|不在.*|(?:小于|大于|超过|不到|不足|低于|高于)Q\d+", said) and limits:
        return
    out = _thing(said, state, last)
    if out.filters or out.rank or not set(out.kinds).isdisjoint(last.kinds):
        raise NoPlace
    if any(WITHIN.get(kind) in last.kinds for kind in out.kinds):
        state.things[-1] = without(last, out)


def _only(text: str, state: _State, asked: bool) -> None:
    """A narrower class of the thing named before: "小车就行"."""
    found = re.fullmatch(r"(?:只要?|就要?|仅)?(K\d+)(?:就[行好可以]+|即可|的就行)?", text)
    if found is None or state.last is None or text == found[1]:
        raise NoPlace
    kinds = state.reader.phrase(found[1]).kinds
    if not all(WITHIN.get(kind, kind) in state.last.kinds for kind in kinds):
        raise NoPlace
    state.things[-1] = replace(state.last, kinds=kinds)


def _density(text: str, state: _State, asked: bool) -> None:
    per = "ha" if "公顷" in text else "km2" if re.search("平方公里|平方千米", text) else ""
    rest = re.sub(f"{COUNTERS}(?=/|每)", "", text)
    for _ in range(3):
        rest = _DENSITY.sub("", rest, count=1)
    rest = re.sub("^(?:也?就是)?那个$|^(?:也)?就是(?:那个)?|以?计$", "", rest)
    if rest == text or not (per or "密度" in text):
        raise NoPlace
    if state.asks and isinstance(ask := state.asks[-1], _Ask) and isinstance(ask.build, _Dense):
        if _HEAD.sub("", re.sub(MANY, "", rest)):
            raise NoPlace
        ask.build.per = per or ask.build.per  # "密度多少,每公顷几栋"
        return
    state.asks.append(_Ask(_Dense(per), _about(re.sub(MANY, "", rest), state)))


@dataclass
class _Dense:
    """A density, whose area may be named later."""

    per: str

    def __call__(self, of: p.Select) -> p.Program:
        return p.Density(of, self.per or "ha")


def _given(state: _State, mark: str) -> Amount:
    percent = mark.endswith("%")
    found = state.reader.amount(mark.rstrip("%"))
    return Amount(found.value, "%") if percent else found


def _sign(found: re.Match[str]) -> p.Sign:
    if found["side"]:
        return ">=" if found["side"] == "以上" else "<="
    signs: tuple[tuple[str, p.Sign], ...] = (("gt", ">"), ("lt", "<"), ("ge", ">="), ("le", "<="), ("eq", "=="))
    return next(sign for name, sign in signs if found[name])


def _share(text: str, state: _State, asked: bool) -> None:
    if (limit := _THRESHOLD.search(text)) and (limit["n"] or limit["m"]).endswith("%"):
        if re.match("的?K", text[limit.end() :]):
            raise NoPlace  # of their number
        rest = text[: limit.start()] + text[limit.end() :]
        rest = re.sub("的?(?:面积|覆盖面积)?(?:占了?|占据|覆盖)?(?:整[张幅]|全)?(?:图|画面|影像)?的?(?:占比|比例|覆盖率|覆盖度|百分比|面积)?(?:能)?(?:有|是|到)?(?:没有|吗)?$", "", rest)
        at, sign, value = _about(rest, state), _sign(limit), _given(state, limit["n"] or limit["m"]).value
        state.asks.append(_Ask(lambda of: p.Compare(p.Share(of), sign, p.Given(value, "%")), at))
        return
    if part := _PART.search(text):
        whole = state.reader.phrase(part[1])
        at = _about(text[: part.start()], state)
        of = state.things[at]
        if not set(of.kinds) <= set(whole.kinds) or not of.filters:
            raise NoPlace
        state.asks.append(_Ask(lambda of: p.Share(of, whole), at))
        return
    _, at = _first(_SHARE, text, state)
    if at < 0:
        raise NoPlace
    state.asks.append(_Ask(lambda of: p.Share(of), at))


_OWN = re.compile("的?(?:总|全部)?(?P<what>面积|占地(?:面积)?|数量|个数|艘数|栋数|辆数|占比|比例|覆盖率|长度|宽度)$")
_LARGER: dict[str, tuple[p.Quantity, bool]] = {
    "大": ("area", True), "小": ("area", False), "长": ("length", True), "短": ("length", False),
    "宽": ("width", True), "窄": ("width", False),
}  # fmt: skip


def _numbers(a: p.Select, b: p.Select, what: str, word: str, unit: str) -> tuple[p.Number, p.Number]:
    """What is compared of two things."""
    if re.search("占比|比例|覆盖率", what):
        return p.Share(a), p.Share(b)
    if word in _LARGER or what in ("长度", "宽度") or "面积" in what or "占地" in what or UNITS.get(unit) in _AREAS:
        area = "面积" in what or "占地" in what or UNITS.get(unit) in _AREAS or is_cover(a)
        quantity = "area" if area else _LARGER[word][0] if word in _LARGER else WHAT[what]
        way: p.How = "sum" if area and not (word in _LARGER and not (what or unit) and not is_cover(a)) else "mean"
        said = units(unit, quantity) if unit else ("", "")
        if said is None:
            raise NoPlace
        return p.Measure(a, quantity, way, *said), p.Measure(b, quantity, way, *said)
    if is_cover(a):
        return p.Share(a), p.Share(b)
    return p.Count(a), p.Count(b)


def _compare(text: str, state: _State, asked: bool) -> None:
    """Two things beside each other."""
    text = re.sub("^(?:比较|对比|比一比|比比)|(?:相比较?|比较一?下?|比起来)(?=,|$)", "", text)
    found = re.fullmatch(
        f"(?P<ab>.+?)(?P<t>{_WHICH}(?:的)?(?P<thing>K\\d+)?|比.*?)?(?:的)?(?P<what>(?:覆盖|占地|总)?面积|占地|数量|长度|宽度)?(?:是)?(?:比较|更|要|还|会|居|较)*(?P<word>[多少大小长短宽窄])(?:于)?(?P<or>还是[多少大小长短])?"
        f"(?P<much>{_AMOUNT}|(?:一些|些|一点|点))?(?:吗|没有|不)?", text)
    less = re.fullmatch(f"(?P<ab>.+?)(?:的)?(?:之间)?(?:相差|差了?|的差|之差)(?P<much>(?:出|了)?(?:多少|几)个?(?:{UNIT}|{COUNTERS})?)?(?:是|为)?(?:多少)?", text)
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


def _pairs(text: str, state: _State, words: str) -> Iterator[tuple[p.Select, p.Select, str]]:
    """Two things, and what is compared of them where it is said behind them."""
    text = text.strip(",")
    for found in re.finditer(words, text):
        left, right = text[: found.start()], text[found.end() :]
        one, two = _OWN.search(left), _OWN.search(right)
        left, right = (side[: m.start()] if m else side for side, m in ((left, one), (right, two)))
        try:
            try:
                a = _thing(left, state, state.last)
                b = _thing(right, state, replace(a, filters=(), rank=None))
            except NoPlace:  # "左边和右边哪边的树多"
                b = _thing(right, state)
                a = _thing(left, state, replace(b, filters=(), rank=None))
            if a != b:
                yield a, b, (one or two)["what"] if one or two else ""
        except NoPlace:
            continue


def _unit_in(words: str) -> str:
    found = re.search(UNIT, words)
    return found[0] if found else ""


def _more_of(text: str, state: _State, asked: bool) -> None:
    """By how much, of what was compared before: the answer has both numbers already."""
    found = re.fullmatch(f"(?:相差|差了?|多|少|多出|差出|大|小)(?:了|出)?(?:多少|几)个?(?:{UNIT}|{COUNTERS})?", text)
    before = state.asks[-1] if state.asks else None
    if found is None or not isinstance(before, p.Which | p.Compare):
        raise NoPlace
    unit = _unit_in(text)
    first, second = before.options[:2] if isinstance(before, p.Which) else (before.left, before.right)
    if isinstance(first, p.Count) and not unit:
        return
    parts = [next(one for one in p.parts(side) if isinstance(one, p.Select)) for side in (first, second)]
    state.asks.append(p.Difference(*_numbers(parts[0], parts[1], "面积" if not isinstance(first, p.Count) else "", "", unit)))


def _distance(text: str, state: _State, asked: bool) -> None:
    if not re.search("多远|距离|相距|相隔|隔|间距|间隔|离|到", text) or re.search(f"(?:以内|之内|以外|之外|范围内)", text):
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
    rest = re.sub(f"(?<=[到至和与跟同])(?:离|距离?)(?:它|其|他)?最近的(?:那?一?{COUNTERS})?(?=K)", "", rest)
    rest = re.sub(f"(?<=[离到距])最近的(?:那?一?{COUNTERS})?(?=K)", "", rest)
    rest = re.sub("(?:之间|中间|相互|彼此)的?$", "", rest)
    for a, b, _ in _pairs(rest, state, "(?:距离?|离|到|至|和|与|跟|同)"):
        state.asks.append(p.Distance(a, b, False, *said))
        return
    rest = re.sub("彼此|相互|(?:靠得|挨得|离得|隔得)?最近的?", "", rest)
    of = state.last if closest and state.last and re.fullmatch(rf"(?:N\d+|两{COUNTERS})?", rest) else _thing(rest, state)
    if closest:
        of = replace(of, number=None)
    elif of.number != 2 and not (of.rank and of.rank.count == 2):
        raise NoPlace
    state.asks.append(p.Distance(of, of if closest else None, False, *said))


def _exceeds(text: str, state: _State, asked: bool) -> None:
    """A measured size against a given one."""
    for found in _THRESHOLD.finditer(text):
        mark = found["n"] or found["m"]
        rest = text[: found.start()] + text[found.end() :]
        if not mark.startswith("Q") or _TAIL.sub("", text[found.end() :]):
            continue
        m = re.search("的?(?P<how>平均|总|合起来|加起来|一共|总共)*的?(?P<what>面积|占地|长度|宽度|直径|长|宽)?(?:合起来|加起来|一共|总共)*$", rest)
        amount_of = _given(state, mark)
        quantity = _quantity(m["what"] or "", "亩" if amount_of.unit.endswith("2") else "米") if m else None
        if m is None or quantity is None or amount_of.unit.endswith("2") != (quantity == "area"):
            continue
        told = amount_of.said if amount_of.said in ("ha", "km2", "km", "mu") else amount_of.unit
        how: p.How = "mean" if "平均" in m[0] or quantity != "area" and not m["how"] else "sum"
        given = p.Given(amount_of.value / amount(1.0, told).value, told)
        at, sign = _about(rest[: m.start()], state), _sign(found)
        state.asks.append(_Ask(lambda of: p.Compare(p.Measure(of, quantity, how, told), sign, given), at))
        return
    raise NoPlace


def _size(text: str, state: _State, asked: bool) -> None:
    for pattern in (_MEASURE, _LONG, _BY_UNIT):
        for found, rest in _without(pattern, text):
            said = found.groupdict()
            if re.search("分别|各", text):
                raise NoPlace  # one value for each
            if not re.search(f"多|几|{UNIT}|像素", found[0]) and _TAIL.sub("", text[found.end() :]):
                continue
            what = said.get("what") or said.get("w2") or said.get("w3") or ("面积" if "占地" in found[0] or said.get("px") else "")
            unit = said.get("u") or said.get("u2") or said.get("u3") or ("像素" if said.get("px") else "")
            quantity = _quantity(what[-1:] if what in ("总长", "全长") else what, unit)
            if quantity is None:
                continue
            words = found[0] + rest
            mean = re.search("平均|一般|均", words)
            rest = re.sub("^平均(?:每?N\\d+|每?一?" + COUNTERS + ")?|平均|一般|总的?(?=$)", "", rest)
            rest = re.sub(f"{_ABOUT}{MANY}$", "", rest) if unit else rest
            total = re.search("总|一共|合计|加起来|共", found[0] + text[max(0, found.start() - 3) : found.start()])
            how: p.How = "mean" if mean or (quantity != "area" and not total) else "sum"
            size = len(state.things)
            try:
                at = _about(rest, state)
            except NoPlace:
                del state.things[size:]
                continue
            if at < 0:
                raise NoPlace
            before = state.asks[-1] if state.asks else None
            if isinstance(before, _Ask) and before.vague and before.of == at and what and not unit:
                state.asks[-1] = _Ask(_measured(quantity, how, before.vague), at)  # "占多少像素,长度"
                return
            vague = "" if what else unit
            state.asks.append(_Ask(_measured(quantity, how, unit), at, not unit, vague))
            return
    raise NoPlace


def _colour(text: str, state: _State, asked: bool) -> None:
    _, at = _first(_COLOUR_OF, text, state)
    if re.search("^(?:大)", text):
        raise NoPlace
    state.asks.append(_Ask(p.ColourOf, at))


def _axis(text: str, state: _State, asked: bool) -> None:
    _, at = _first(_AXIS, text, state)
    if at >= 0 and any(isinstance(ask, _Ask) and ask.build is p.Axis for ask in state.asks):
        return  # asked twice: "朝哪个方向,南北还是东西"
    state.asks.append(_Ask(p.Axis, at))


def _where(text: str, state: _State, asked: bool) -> None:
    if any(isinstance(ask, _Ask) and ask.build is _chosen for ask in state.asks) and _SIDES.match(text):
        return
    _, at = _first(_WHERE, text, state)
    state.asks.append(_Ask(_chosen, at))


def _chosen(of: p.Select) -> p.Program:
    return p.Chosen(of)


def _masked(of: p.Select) -> p.Program:
    return p.Chosen(of, True)


def _numbered(text: str, state: _State, asked: bool) -> None:
    if re.search(MANY, text):
        raise NoPlace
    for found, rest in _without(_THRESHOLD, text):
        mark = found["n"] or found["m"]
        if not mark.startswith("N") or mark.endswith("%"):
            continue
        sign, value = _sign(found), _given(state, mark).value
        rest = re.sub("^(?:是否|有没有|是不是)|(?:的?(?:数量|个数|总数))?(?:是否|有没有|是不是)?(?:一共|总共)?(?:有)?$", "", _TAIL.sub("", rest))
        try:
            at = _about(rest, state)
        except NoPlace:
            continue
        state.asks.append(_Ask(lambda of: p.Compare(p.Count(of), sign, p.Given(value)), at))
        return
    raise NoPlace


def _count(text: str, state: _State, asked: bool) -> None:
    text = re.sub("^(?:数一数|数数|数(?![量目])出?|统计|清点|计数|算|求|试|点|列出|给出|报出)+(?=.)", "", text) if re.search(MANY + "|[数数量]$", text) else text
    found, at = _first(_COUNT, text, state)
    if at < 0 and not state.things and not re.search("数|清点|统计", found[0]):
        raise NoPlace
    state.asks.append(_Ask(each if re.search("各|分别", text) else _counted, at))


def _counted(of: p.Select) -> p.Program:
    return p.Count(replace(of, number=None)) if of.number == 1 else p.Count(of)


def _there(text: str, state: _State, asked: bool) -> None:
    polar = asked or re.search("吗|么|没有|有没|是否|有无|存不|能不|看不看|没$|不$", text)
    if not polar:
        raise NoPlace
    text = re.sub("^(?:是否|是不是)(?=K)", "", text)
    each = re.search("都(?:有|存在)|都.{0,3}有", text)
    if (none := _NONE.search(text)) and not re.search("有没有|有无", text):
        at = _about(text[: none.start()] + (none[1] or none[2] or "") + text[none.end() :], state)
        state.asks.append(_Ask(lambda of: p.Compare(p.Count(of), "==", p.Given(0)), at))
        return
    _, at = _first(_EXISTS, text, state)
    if at < 0 or (state.things[at].number or 1) > 1:  # so many exactly, or about so many?
        raise NoPlace
    state.asks.append(_Ask(lambda of: p.Exists(of, bool(each) and len(of.kinds) > 1), at))


def _marked(text: str, state: _State, asked: bool) -> None:
    for pattern, build in ((CUT, _masked), (SHOW, _chosen), (_LIST.pattern, _chosen)):
        try:
            _, at = _first(re.compile(pattern), text, state)
        except NoPlace:
            continue
        state.asks.append(_Ask(build, at))
        return
    raise NoPlace


def _refined(text: str, state: _State, asked: bool) -> None:
    """How far the far ones are: "离路比较远,比如500米开外"."""
    found = re.fullmatch("(?:比如|例如|也?就是|大概)?(?:隔了?|超过|大于|至少)?(Q\\d+)(?:以上|往上|开外|以外|之外)?(?:的)?(?:那种|那些)?", text)
    last = state.last
    if found is None or last is None:
        raise NoPlace
    for one in last.filters:
        if isinstance(one, p.Not) and isinstance(one.of, p.Related) and one.of.within is None:
            far = state.reader.amount(found[1])
            if far.unit not in ("m", "px"):
                raise NoPlace
            new = p.Not(replace(one.of, within=far.value, unit=far.unit))
            state.things[-1] = replace(last, filters=tuple(new if f is one else f for f in last.filters))
            return
    raise NoPlace


def _gloss(text: str, state: _State, asked: bool) -> None:
    """The last thing said in other words: "抽油机,就是油井"."""
    found = re.fullmatch("(?:也)?(?:就是|即|指)(?:的是|那种|那个|说)*[^KNQ]{0,4}(K\\d+)", text)
    if re.fullmatch(r"K\d+(?:指|是|即)K\d+(?:、K\d+(?:指|是|即)K\d+)*", text):
        for one in text.split("、"):
            a, b = (state.reader.phrase(f"K{k}") for k in re.findall(r"K(\d+)", one))
            if a.kinds != b.kinds:
                raise NoPlace
        return
    if found is None or state.last is None or state.reader.phrase(found[1]).kinds != state.last.kinds:
        raise NoPlace


def _named(text: str, state: _State, asked: bool) -> None:
    """A thing alone, a condition of the last one, or the last one named again."""
    last = state.last
    found = _thing(text, state, last)
    before = state.asks[-1] if state.asks else None
    if found.rank is not None and isinstance(before, _Ask) and before.of == len(state.things) - 1:
        state.things.append(found)  # "船的平均长度多少,最长的那条呢"
        state.asks.append(replace(before, of=len(state.things) - 1))
    elif last is not None and not re.search(r"K\d+$", _TAIL.sub("", _canonical(text))) and found.kinds == last.kinds:
        state.things[-1] = found
    elif last is not None and found.kinds == last.kinds and not found.filters and not found.rank:
        return
    else:
        state.things.append(found)


def _each_is(text: str, state: _State, asked: bool) -> None:
    """Whether all of a thing are so: "桥是南北走向吗"."""
    found = re.fullmatch(r"(.*?K\d+)(?:都|全部|是否|是不是)*(?:是)?((?:在|靠近|远离|位于|朝|[东西南北]).+?)(?:的)?(?:吗|么)?", text)
    if found is None or not (asked or re.search("吗|么|是否|是不是", text)):
        raise NoPlace
    tests = state.reader.conditions(re.sub("(?:吗|么)$", "", found[2]))
    of = _thing(found[1], state)
    if len(tests) != 1 or of.rank is not None:
        raise NoPlace
    state.things.append(of)
    state.asks.append(_Ask(lambda of: p.Every(of, tests[0]), len(state.things) - 1))


_WAYS: tuple[_Way, ...] = (
    _unit_only, _left_out, _only, _more_of, _compare, _density, _share, _distance, _exceeds, _axis,
    _colour, _where, _size, _numbered, _count, _there, _each_is, _marked, _refined, _gloss, _named,
)  # fmt: skip


def _read_clause(text: str, state: _State, asked: bool) -> _State:
    """The state after a clause; raises NoPlace."""
    if _SIDES.match(text) and any(isinstance(ask, _Ask) and ask.build in (_chosen, p.Axis) for ask in state.asks):
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
    """The program of a question, or None where a word of it finds no place; and places passed over.

    Args:
        question: in simplified characters, lower case, English names in Chinese; blanks part clauses.
        lexicon: the names of the model's classes.
    """
    text = spoken(question)
    if _SCENE.search(text) or not question or chinese_clauses.goes_on(text) or _refused(text):
        return None, ()
    marks, clauses = parted(text, lexicon)
    state = _clauses(clauses, _State(Reader(marks, lexicon)), 0)
    program = None if state is None else _program(state)
    if state is None or program is None or not p.kinds(program):
        return None, ()
    return program, tuple(dict.fromkeys(state.reader.passed))


def _refused(text: str) -> bool:
    """Whether it asks for time, names or causes, in an aside or not."""
    plain = re.sub("谁(?=的?[^,]{0,6}[多少大小长短宽])", "", text)
    return any(family.chinese.search(plain) for family in (TIME, NAME, CAUSE))


def parted(text: str, lexicon: Lexicon) -> tuple[Marked, list[Clause]]:
    """The clauses of a question with placeholders, each with whether a question mark ends it."""
    pieces = re.split(f"({CLAUSE.pattern})", _brackets(text, lexicon))
    names = _either(tuple(name for name in lexicon.table() if not name.isascii()))
    clauses = [
        Clause(soft(_before_if(part)), "?" in mark, names.sub("K", part))
        for part, mark in zip(pieces[::2], [*pieces[1::2], ""], strict=True)
        if not dropped(part)
    ]
    return _marks([one for one in clauses if not dropped(one.text)], lexicon)


@lru_cache(maxsize=8)
def _either(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))) or "(?!)")


def _before_if(text: str) -> str:
    text = re.sub("(?:超过|达到|没有|存在|是)的话[,]?", "", text)
    return re.sub("(?:如果|要是|若是?|假如)?有的话[,]?(?:就|则|请)?|(?:如果|要是|若|假如)有[,]?(?:就|则)?", "", text)


def _brackets(text: str, lexicon: Lexicon) -> str:
    """A text without brackets: a name in them is that of the noun before, all else a clause."""
    names = "|".join(sorted(map(re.escape, (n for n in lexicon.table() if not n.isascii())), key=len, reverse=True))
    text = re.sub(rf"(?:{names})[(]((?:{names}))[)]", r"\1", text)
    text = re.sub(rf"(?<=[,的把将个座条艘栋辆架棵块片处有])[^,的把将(个座条艘栋辆架棵块片处有]{{1,6}}[(]((?:{names}))[)]|^[^,的把将(]{{1,6}}[(]((?:{names}))[)]", lambda m: m[1] or m[2], text)
    text = re.sub("^(?:第?[\\d一二三四五六七八九十]+[.、．)]|[(][\\d一二三四五六七八九十]+[)]|问题?[:])", "", text)
    text = re.sub("(?<=[^,])(?:啊|呃|嗯|哦|呀|嘛|呢|诶)(?=[^,?。!;:])|(?<=[^,])(?=把它|就是那|就是说)", ",", text)
    text = re.sub(f"[(]([^()]*?)/(公顷|平方公里)[)]", r",每\2计", text)
    text = re.sub("并(?=[勾框标圈分抠输给列把将求说指告它其])|(?<=[^,])(?:然后|接着)(?=.)|(?:然后|再|同时|顺便|以及|还有)(?=把|将|给我[框标圈]|说)|(?<=[少几\\u4e00-\\u9fff])(?=有的话)", ",", text)
    return re.sub("[()\\[\\]【】“”\"'‘’《》]", ",", text)


def _marks(clauses: list[Clause], lexicon: Lexicon) -> tuple[Marked, list[Clause]]:
    """Placeholders of all clauses, numbered through."""
    names: list[tuple[str, ...]] = []
    amounts: dict[str, Amount] = {}
    out: list[Clause] = []
    for clause in clauses:
        marks = marked(clause.text, lexicon)
        shift, more = len(names), len(amounts)

        def moved(found: re.Match[str], shift: int = shift, more: int = more) -> str:
            return f"{found[1]}{int(found[2]) + (shift if found[1] in 'KG' else more)}"

        plain = re.sub(r"K(\d+)K(\d+)(?!\d)", lambda m: f"K{m[2]}" if marks.names[int(m[1])] == marks.names[int(m[2])] else m[0], marks.text)
        names += marks.names
        amounts |= {re.sub(r"([NQ])(\d+)", moved, mark): value for mark, value in marks.amounts.items()}
        out.append(replace(clause, text=re.sub(r"([KGNQ])(\d+)", moved, plain) or "?"))
    return Marked("", names, amounts), out


def _clauses(clauses: list[Clause], state: _State, at: int) -> _State | None:
    """The state after all clauses from one on.

    One that cannot be read alone is read with the next, or is an aside.
    """
    if at == len(clauses):
        return state
    for size in (1, 2, 3):
        if at + size > len(clauses):
            break
        text = ",".join(one.text for one in clauses[at : at + size])
        for said in dict.fromkeys((text, text.replace(",", ""))):
            try:
                after = _read_clause(said, state, clauses[at + size - 1].asked)
            except NoPlace:
                continue
            rest = _clauses(clauses, after, at + size)
            if rest is not None:
                return rest
    if "Q" not in clauses[at].text and is_aside(clauses[at].said):
        after = state.copy()
        if len(named := re.findall(r"K\d+", clauses[at].text)) == 1:
            after.spoken_of = state.reader.phrase(named[0]).kinds
        return _clauses(clauses, after, at + 1)
    return None


def _program(state: _State) -> p.Program | None:
    """What was asked, together."""
    if not state.asks:
        return None
    if not state.things and state.spoken_of:
        state.things.append(p.Select(state.spoken_of))
    used: set[int] = set()
    programs: list[p.Program] = []
    for ask in state.asks:
        if not isinstance(ask, _Ask):
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
        programs = [new if new is not None and not old.unit else old for old, new in zip(programs, within, strict=True)]
    return p.together(programs)

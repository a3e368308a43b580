"""The thing that a clause of a Chinese question is about, and what the clauses so far asked.

What is left of a clause without its words of asking must be a thing with its conditions, before
its noun or after it; one without a noun is one of the last thing, or the last thing itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_frame_words import AND, COUNTERS
from geomagnifier.composed.chinese_phrases import EXCEPT, Reader
from geomagnifier.composed.form_builders import without
from geomagnifier.composed.slots import NoPlace

Build = Callable[[p.Select], p.Program | None]


@dataclass
class Ask:
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
class State:
    """What the clauses so far named and asked."""

    reader: Reader
    """Reads noun phrases and conditions."""
    things: list[p.Select] = field(default_factory=list)
    """Those that were named, in order."""
    asks: list[Ask | p.Program] = field(default_factory=list)
    """What is asked of them, or a program of two of them."""
    unit: str = ""
    """That was said apart, in Chinese; "" for none."""
    spoken_of: tuple[str, ...] = ()
    """Classes that an aside named, for an ask without any: "至少得有三个球场,这张够三个吗"."""

    @property
    def last(self) -> p.Select | None:
        return self.things[-1] if self.things else None

    def copy(self) -> State:
        return State(self.reader, list(self.things), list(self.asks), self.unit, self.spoken_of)


Way = Callable[[str, State, bool], None]


TAIL = re.compile("(?:说|吗|么|没有|没|不|的|了|着|过|是|有|呢|对吗|对不对|是吗|是不是)+$")


HEAD = re.compile(
    f"^(?:算|注明|写明|标明|说(?=最|K)|所以|因此|因为|求|试|想|看|下|那个(?=看)|指出|附上?|附带|问(?=[这那K])|量(?=[这那K])|报(?=[这那K])|列出(?=K)|数一数|数数(?=K)|把|将|对|给|在|从|就|那么|又|那(?![些个几N]|{COUNTERS})|的|是|有|关于|至于|而|并|且|则|也|还|都|全部|所有|以|按|请|,)+"
)


NEUTRAL = re.compile(
    "(?<=K\\d)(?:设施|目标|用地)|加(?:在)?一[起块]|加起来|合起来|合在一起|放一起|全部|所有(?!制)|(?<=K\\d)(?:们|类|数量|个数|总?数)|(?<=K\\d\\d)(?:们|类|数量|个数)|各自|分别|各(?=有|$)|一起|都(?!会)|也|又|一共|总共|共(?:计|有)?|合计|总计|现在|目前"
)


_LATE = re.compile(
    r"^(.*?K\d+(?:"
    + AND
    + r"K\d+)*)(?:,|是|有)?([^,K].*?[^K\d,])(?:的)?(?:那些?|那种|那几?"
    + COUNTERS
    + ")?$"
)
"""What is said of a thing after its noun: "油井,离房子远的那些"."""


_EXCEPT = re.compile(
    f"^(?:除开|除去|除掉|除了|{EXCEPT})(.+?)(?:以外|之外|外)?,?的?(?:(?:其他|其它|其余|别|剩下|剩余|余下)(?:的)?|(?<=外的)(?=K))(.*)$"
)


_FAR = re.compile(r"(?:离|距离?)(K\d+)(?:边|岸边|岸)?(?:都)?(?:比较|较|很|挺|太|相对|非常|有点)?远")


_OFF = re.compile(
    r"(?:离|距离?)(.*?K\d+)(?:的距离)?(?:都)?(?:在)?(?:隔了?)?(?:大于|超过|至少)?(Q\d+)(?:以上|以外|之外|开外|往上|外|远)"
)


def canonical(text: str) -> str:
    """Conditions in the words of `chinese_phrases`.

    Args:
        text: with placeholders.
    """
    text = re.sub(
        r"^(K\d+)(?:里面?|当中|之中|中)(?:的)?(?:直径|面积|长度|宽度)?(最[大小长短宽窄])的?(?:一个|那个|者)?是?$",
        r"\2的\1",
        text,
    )
    text = re.sub(
        r"(?:停|位于|处于|分布)?在?(K\d+)(?:以外|之外|外面|外边|外)的(?=.*K)", r"不在\1里的", text
    )
    text = re.sub(r"(?:离|距离?)(K\d+)(?:不超过|少于|小于|不到)(Q\d+)(?=的|$)", r"距\1\2以内", text)
    text = re.sub(r"^[这那](?=N\d)", "", text)
    text = re.sub(
        r"(?:与|和|跟|离|距)(K\d+)(?:的)?(?:相距|距离|间距)(?:大于|超过)(Q\d+)(?:以上)?的",
        r"离\1超过\2的",
        text,
    )
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
    text = re.sub(
        r"(?<=K\d)(?:旁边|附近|周边|边上)?(?:停靠|停泊|停放|停|靠|泊)(?:着|的|在)+(?=K|那|大)",
        "旁边的",
        text,
    )
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
    return re.sub(
        r"(?:之间|中间|当中)(?:夹|挤|位|处|停放?|停靠|种|盖|长|漂|建)?(?:着|起|住|在)?的?(?=那|K)",
        "之间的",
        text,
    )


def thing(text: str, state: State, of: p.Select | None = None) -> p.Select:
    """A thing with its conditions, before or after its noun.

    Args:
        text: a clause without its words of asking, with placeholders.
        state: of the clauses before.
        of: what a text without a noun is one of; None for nothing.

    Raises:
        NoPlace: a word finds no place.
    """
    reader = state.reader
    text = NEUTRAL.sub("", TAIL.sub("", HEAD.sub("", text.strip(","))))
    text = re.sub(
        f"^(?:[这那该此本](?:一)?(?:几|N\\d+)?{COUNTERS}?|某{COUNTERS}|每一?{COUNTERS}?)(?=K\\d|最|第)",
        "",
        canonical(text),
    )
    text = re.sub(r"(?<=K\d)[上](?=占|$)", "", text)
    text = text.strip(",")
    if re.fullmatch("它们?|这些|那些", text):
        return p.Select((), them=True)
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
            left = thing(out[1], state, of)
            if left.rank is None and not left.filters:
                raise NoPlace
            return without(replace(left, rank=None, filters=(), number=None), left)
        whole = thing(out[2], state, of)
        return without(whole, thing(out[1], state, replace(whole, filters=(), rank=None)))
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
    bare = text
    if not re.search(r"最.*N\d+$", text):  # "最上面三架" are three
        bare = re.sub(
            f"(?:的)?(?:[这那](?:些|种|几?{COUNTERS})?|一{COUNTERS}|N\\d+|者)?$", "", text
        )
    bare = re.sub("^(?:其中|里面|当中)的?", "", bare)
    kept = replace(of, rank=None)
    if not bare:
        return of
    if m := re.fullmatch("(?:面积|长度)?最([大小长短宽窄])", bare):
        bare = f"最{m[1]}的"
    try:
        found = reader.before(bare, replace(kept, filters=()))
    except NoPlace:
        found = replace(kept, filters=reader.conditions(bare))
    other = tuple(type(one) for one in found.filters if isinstance(one, p.Colour | p.Place))
    kept_filters = tuple(one for one in of.filters if not isinstance(one, other))
    return replace(found, filters=(*kept_filters, *found.filters))


def about(text: str, state: State) -> int:
    """The place of the thing that a clause is about: one that it names, or the last one.

    Args:
        text: a clause without its words of asking.
        state: of the clauses before; a thing that is named is added.

    Raises:
        NoPlace: a word finds no place.
    """
    bare = NEUTRAL.sub("", TAIL.sub("", HEAD.sub("", text.strip(","))))
    if not re.sub(f"^(?:它们?|其|这些|那些|这[个座条艘]|那[个座条艘])$|{COUNTERS}$", "", bare):
        return len(state.things) - 1
    new = thing(text, state, state.last)
    if (
        state.last is not None
        and re.fullmatch(rf"(?:该|此|这{COUNTERS})K\d+", bare)
        and new.kinds == state.last.kinds
    ):
        return len(state.things) - 1
    state.things.append(new)
    return len(state.things) - 1


def cut(pattern: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], str]]:
    """The places where words of asking stand, each with the clause without them.

    Args:
        pattern: of the words.
        text: a clause.
    """
    for found in pattern.finditer(text):
        if found[0]:
            yield found, text[: found.start()] + text[found.end() :]


def first(pattern: re.Pattern[str], text: str, state: State) -> tuple[re.Match[str], int]:
    """The first place of the words of asking without which the clause is a thing.

    Args:
        pattern: of the words.
        text: a clause.
        state: of the clauses before; a thing that is named is added.

    Raises:
        NoPlace: there is none.
    """
    for found, rest in cut(pattern, text):
        size = len(state.things)
        try:
            return found, about(rest, state)
        except NoPlace:
            del state.things[size:]
    raise NoPlace

"""Find what a question asks that cannot be answered, by its words alone.

Materials, dates, names, and conditions that `composed` could not parse.

    "Find trees taller than 10 m."   refusal    says what is missing and what to ask instead
    "Find the rusty ships."          unchecked  a property of the objects: answered where one
                                                object remains, else refused
    "Find ships near the red roof."  unchecked  a property of something else: answered, and said
                                                to be unchecked
    "Find the largest ship."         neither

English and Chinese patterns of a family stand side by side, one alternative a line; words in
capitals stand for the shared parts below. They are matched in normalized text: lower case,
simplified characters, one blank between words, no boxes in brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from geomagnifier.language import chinese_text
from geomagnifier.language.refusals import BOX, FAMILIES, LIMIT, MEASURE, TOTAL, Family, Wording

LONGEST = 2000
"""Letters that are read; a model reads fewer."""
_BRACKETS = re.compile(r"[\[(<][\d\s.,;]*[\])>]")
_NUMBER = r"-?\d+(?:\.\d+)?"
_COORDINATES = re.compile(rf"[\[(（]\s*{_NUMBER}(?:\s*[,;，；]\s*{_NUMBER}){{1,3}}\s*[\])）]")
"""Coordinates in brackets: of a point, or of a box."""


# What only looks like one of them.
_HARMLESS = Wording(r"""
    (or|if|why) not|no idea
    not (parallel|aligned|perpendicular|only|sure|certain|necessarily|far (away )?from)
    (i|we|you) (am|are|do|have|could|can|did) ?(not|n't)|(i|we|you) (do|did|have|are)n't|i'm not
    not (just |only )?(an? |the )?(bounding )?(box|boxes|rectangles?)|how large is the number of
    mask where .* (is|are) (white|black)
    ^(is|are|was|were|do|does|did)(n't| not) (this|that|it|there|these|they|you|we)
    ^(is|was) (this|that|it) not
    (drop|remove|discard|hide|delete|leave out|cut out) (all|everything) (but|except)
    more than one (kind|class|type|sort|category)
    green (areas?|spaces?|covers?|belts?|lands?)|(putting|bowling|village) greens?
    \d+ ?m (running |athletics? )?tracks?
""")
_ZH_HARMLESS = re.compile(
    "不是(?=[^，。"
    "]{1,8}[吧吗])|是不是|有没有|能不能|会不会|可不可以|在不在|算不算|是否|绿色(植被|植物|区域|空间|覆盖)|不知道|"
    "不好意思|怎么样|绿地|绿化(?!率|覆盖)|红树林|白杨|黄河"
)
_COUNTED = re.compile(r"\b(exact number|count|the number of|how many exactly|how many\W*$)\b")
_ONLY_A_COUNT = Wording("(more|less|fewer) than NUMBER\nat (least|most) NUMBER")
_AREA = re.compile(r"\b(area|(fraction|share|proportion|part) of the pixels)\b|面积|多少像素")
_BOXES = re.compile(r"\b(box|boxes|rectangles?|coordinates|corners?)\b")
_MASK = re.compile(
    r"\b(of the pixels|in pixels|pixel"
    r" mask|mask|segment|trace|outline|draw|follow|delineate)\b|分割|掩膜"
)


def refusal(question: str, classes: Iterable[str] = (), boxed: bool = True) -> str | None:
    """Why a question cannot be answered, and what to ask instead; None where it can be tried.

    Args:
        question: plain words, English or Chinese.
        classes: names of the model's classes; one that would match ("new building") is no reason to
            refuse.
        boxed: whether "this box" has something to refer to.

    Returns:
        A sentence or two in the question's language, or None.
    """
    plain = _normalized(chinese_text.without_order(question), classes)
    if not boxed and (place := _COORDINATES.search(question)) is not None:
        told = chinese_text.chinese(question) or chinese_text.ordered(question)
        return (BOX.zh if told else BOX.text).format(place[0])
    zh, read = _chinese(plain), _read(plain)
    told = zh or chinese_text.ordered(question)
    for family in FAMILIES if boxed else (*FAMILIES, BOX):
        for found in (family.chinese if zh else family.english).pattern.finditer(read):
            if not _answered_otherwise(family, found[0], plain):
                return (family.zh if told else family.text).format(found[0].strip(" ,.:;?!"))
    return None


def _answered_otherwise(family: Family, words: str, plain: str) -> bool:
    """Whether the answer has it all the same.

    The count that is asked for beside its limit, or a mask with its share of the scene.
    """
    if family is LIMIT:
        return bool(_ONLY_A_COUNT.pattern.fullmatch(words) and _COUNTED.search(plain))
    if words == "in pixels" and _BOXES.search(plain):
        return True
    return family in (MEASURE, TOTAL) and bool(_AREA.search(plain) and _MASK.search(plain))


# Properties of the objects themselves: one object that is found may stand, with a sentence that its
# property was not checked.
_PROPERTY = Wording(r"""
    COLOUR(?! (box(es)?|(rectangle|frame|circle|marker|outline|line|mask|overlay)s?)\b)
    wooden|metal(lic)?|concrete|steel|brick|thatched|tiled|rusty|shiny|striped
    (made of|built of|covered (in|with)) (wood|metal|concrete|steel|brick|stone|glass|tiles?|tin|\
      plastic|straw|solar panels)
    damaged|destroyed|collapsed|demolished|burnt|burned|flooded|empty|vacant|unoccupied
    occupied(?! by)|abandoned|broken|moving
    flying|airborne|in flight|taking off|leaking|burning|on fire|idle|overloaded|crowded|in use
    at anchor
    (under way|underway|sailing)(?! (boat|ship|vessel|yacht)s?)|(?<!in )full(?=\W*$)
    under construction|unfinished|sunken|military
""")
_ZH_PROPERTY = Wording(r"""
    [红白蓝绿灰黑黄橙紫棕褐粉银金深浅][灰褐]?色的?|彩色的?|[红白蓝绿灰黑黄]的
    [红白蓝绿灰黑黄](?=顶|屋顶|船|车|飞机|房|楼|瓦)
    木制的?|金属的?|混凝土的?|受损的?|损坏的?|倒塌的?|被淹的?|空的|空着|空置的?|废弃的?|移动的
    正?在建的|未完工的?
    正在[^，。的]{1,6}的?|航行(中|着)?的?|行驶(中|着)?的?|飞行中的?|漏油的?|漏水的?|着火的?|起火的?
    坏了?的?(?![地])|满了?的?(?=吗|$)
""")
_PAINT = Wording(r"""
    ^(please )?(colou?r|paint|tint|dye|shade|fill)\b.*\bCOLOUR(?=\W*($|[,;.]))
    ^(please )?(colou?r|paint|draw|shade|highlight|fill|tint|render|mark|outline|show|box|\
      frame)\b.*\b(in|pixels?|with)( a)? COLOUR(?=\W*$)
""")
"""A colour to draw in, not one to look for."""
_ZH_PAINT = re.compile("(用|涂成|标成|画成|染成|标为|显示为)[红白蓝绿灰黑黄橙紫]色?")
_BEGIN = re.compile(
    r"\b(find|segment|show|mark|mask|outline|detect|locate|count|box|draw|highlight|extract|trace|how"
    r" many|which|are there|is there|"
    r"where (is|are))\b|, (the|all|every|an?)\b"
)
_BEFORE = re.compile(
    r"\b(near|nearest|next|beside|by|closest|close|adjacent|around|along|(left|right|top|bottom|north|south|east|west|front)"
    r" of|above|"
    r"below|under|over|behind|between|among|in|on|at|inside|within|opposite|across|surrounded|from|against|bordering|to"
    r" the)\b"
)
_SCENE = re.compile(
    r"\b(in|on|of|from|within|across) (the|this|that) (\w+"
    r" )?(image|picture|photo|scene|tile|frame|view|map)\b"
)
_ZH_LANDMARK = re.compile(
    "[^，。]{1,8}(旁|附近|周围|左侧|左边|右侧|右边|上面|下面|里的|之间|边上|上的|以[东南西北])|[^，"
    "。]{0,8}(最近的|包围|环绕)"
)
_ZH_FROM = re.compile("(离|靠近|挨着|临近|邻近|位于|在)[^，。]{0,6}$")


@dataclass(frozen=True)
class Unchecked:
    """A property that the question names and nothing checks."""

    words: str
    """As typed."""
    narrows: bool
    """It is said of the objects asked for."""
    language: Literal["en", "zh"]
    """Of the question."""

    def unconfirmed(self, text: str) -> str:
        """An answer without a "yes" at its beginning: nothing checked it.

        Args:
            text: says what was found.
        """
        bare = re.sub("^(Yes, |是的，|有，)", "", text) if self.narrows else text
        return bare[:1].upper() + bare[1:]

    def withholds(self, count: int) -> bool:
        """Whether too many objects were found for all of them to be meant."""
        return self.narrows and count > 1

    def note(self, count: int) -> str:
        """The sentence to add to an answer about `count` regions.

        Where it withholds them, it says why.
        """
        words, zh = self.words, self.language == "zh"
        if not self.withholds(count):
            return (
                f"“{words}”未经核对：无法判断材质和状态，颜色只能就所问的类别判断。"
                if zh
                else (
                    f'The property "{words}" was not checked: materials and states cannot be'
                    " determined,"
                    " colours of the class asked for alone."
                )
            )
        if zh:
            return (
                f"但其中哪些符合“{words}”无法判断（无法判断材质和状态，颜色只能就所问的类别判断），因此没有标出。"
                f"请按位置或大小提问，或去掉“{words}”再问一次。"
            )
        return (
            f'Which of them are "{words}" cannot be checked (materials and states cannot be'
            " determined,"
            " nor colours in this wording), so none is marked. Ask for them by place or size, or"
            f' again without "{words}".'
        )


def unchecked(question: str, classes: Iterable[str] = ()) -> Unchecked | None:
    """A colour, material or state that the question names; None where it names none.

    Args:
        question: as asked.
        classes: the model's classes, which are no properties.
    """
    plain = _SCENE.sub(lambda found: " " * len(found[0]), _normalized(question, classes))
    zh, read = _chinese(plain), _read(plain)
    if (_ZH_PAINT if zh else _PAINT.pattern).search(read):
        return None
    found = [*(_ZH_PROPERTY if zh else _PROPERTY).pattern.finditer(read)]
    own = [match for match in found if not _of_landmark(read, match, zh)]
    return Unchecked((own or found)[0][0], bool(own), "zh" if zh else "en") if found else None


def _of_landmark(text: str, match: re.Match[str], zh: bool) -> bool:
    """Whether a property is said of what only tells the place: "near the red roof"."""
    before, after = text[: match.start()], text[match.end() :]
    if zh:
        return bool(_ZH_LANDMARK.match(after) or _ZH_FROM.search(before))
    begun = [found.end() for found in _BEGIN.finditer(before)]
    return _BEFORE.search(before, begun[-1] if begun else 0) is not None


def _chinese(text: str) -> bool:
    return sum("\u4e00" <= letter <= "\u9fff" for letter in text) > len(re.findall(r"[a-z]+", text))


def _normalized(question: str, classes: Iterable[str]) -> str:
    plain = (
        chinese_text.plain(unicodedata.normalize("NFKC", question[:LONGEST]))
        .replace("\u2019", "'")
        .lower()
    )
    plain = " ".join(_BRACKETS.sub(" ", plain).split())
    for name in sorted(map(str.lower, classes), key=len, reverse=True):
        if name in plain and _tripping(name):
            plain = re.sub(rf"\b{re.escape(name)}", "object", plain)
    return plain


def _read(plain: str) -> str:
    """The text without what is harmless."""
    return _ZH_HARMLESS.sub("·", _HARMLESS.pattern.sub("·", plain))


@cache
def _tripping(name: str) -> bool:
    """Whether a class's own name would be taken for what cannot be answered."""
    return refusal(name) is not None or unchecked(name) is not None

"""Which classes a question asks for, where its words say more than the text decoder has read.

The cases are these:

    "Segment the water and the tanks"   what is joined to a class asked for is asked for too,
                                        though the decoder may write water alone
    "Classify the land cover"           every class of land cover
    "Find the courts"                   tennis courts and basketball courts
    "tanks", "people"                   a bare name asks to find it, be it a known class or not
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from geomagnifier.language import nearest_class
from geomagnifier.language.characters import characters
from geomagnifier.language.choosing_words import all_meant
from geomagnifier.language.mentions import (
    Mention,
    in_chinese,
    in_english,
    is_name_in_chinese,
    kinds_of,
    tokens_of,
    word_set,
)
from geomagnifier.models.small.question_parser import ParsedQuestion

_JOINING = word_set(
    "and or , / the a an any all every each also as well plus both some together with"
)
_JOINING_ZH = re.compile("(和|或者|或|与|、|还有|以及|跟|及|,|，|并|所有|全部|的)*")
_LAND_COVER = re.compile(r"\bland[- ]?(cover|use)\b|土地(覆盖|覆被|利用)|地表覆盖|地物分类|地类")
_BARE_ZH = re.compile("那么?[^最大小左右上下前后第]{1,5}呢[?？。]*")
_COURTS = re.compile(r"(?<!tennis )(?<!basketball )\bcourts?\b|(?<![网篮棒垒足排夫尔])球场")
_COURT_CLASSES = ("tennis court", "basketball court")
_AROUND = word_set(
    "a an any the all every each some please here there in on this that image picture photo scene"
    " only just ? . , ! now"
)
_ABOUT_SCENE = word_set(
    "caption captions description describe summary summarize summarise overview title tag tags"
    " keyword keywords explain explanation classify classification categorise categorize category"
    " recognise recognize identify analyse analyze analysis report segmentation detection scenery"
    " hi hello hey thanks thank ok okay yes no hmm test question answer weather climate season"
    " daytime night location context"
)
_ORDER = re.compile(
    r"^(?:please )?(?:find|show(?: me)?|locate|detect|count|mark|highlight|point out)\b"
    r"(?!.*\b(?:what|which|kind|type|scene|place|category|images?|pictures?|photos?|caption|describe)\b)"
)
LONGEST, LONGEST_ZH = 3, 8
"""Most words of a bare name, and most characters of an unknown Chinese one."""


def completed(
    read: ParsedQuestion, text: str, language: str, kinds: Sequence[str], cover: Sequence[str]
) -> ParsedQuestion:
    """What was read of a question, with the classes that its words join to those asked for.

    Args:
        read: by the text decoder.
        text: the question.
        language: "en" or "zh".
        kinds: classes that the model knows.
        cover: those of land cover.
    """
    groups = _joined_zh(_LAND_COVER.sub("", text)) if language == "zh" else _joined(text)
    named = kinds_of(mention for group in groups for mention in group)
    if _LAND_COVER.search(text.lower()) and not named:
        return read._replace(
            asked=tuple(k for k in kinds if k in cover),
            landmarks=(),
            everything=False,
            this=False,
            unknown=False,
            apart=True,
        )
    if read.everything or read.this:
        return read
    if (
        _COURTS.search(text.lower())
        and set(read.asked) & set(_COURT_CLASSES)
        and not set(named) & set(_COURT_CLASSES)
    ):
        return read._replace(
            asked=tuple(dict.fromkeys((*read.asked, *(k for k in _COURT_CLASSES if k in kinds))))
        )
    asked = list(read.asked)
    if language == "zh" and not asked and named and names_alone_zh(text):
        return read._replace(asked=tuple(kind for kind in named if kind in kinds), unknown=False)
    if (
        language == "zh" and asked and named and not set(asked) & set(named)
    ):  # read from a translation; the words themselves say better
        asked = [kind for kind in kinds_of(groups[-1]) if kind in kinds] or asked
    for group in [*groups, *_counted_zh(text)]:
        own = kinds_of(group)
        if set(own) & set(asked):
            asked += [kind for kind in own if kind in kinds and kind not in asked]
    return read._replace(
        asked=tuple(asked), landmarks=tuple(k for k in read.landmarks if k not in asked)
    )


def bare_class(text: str, language: str) -> bool:
    """Whether a question is the name of one or several classes, and nothing else.

    Such are "tanks" and "the ships please".

    Args:
        text: the question.
        language: "en" or "zh"; False for Chinese.
    """
    if language == "zh":
        return False
    tokens = tokens_of(text)
    named = {i for m in in_english(tokens) if m.kind for i in range(m.start, m.end)}
    return bool(named) and all(
        i in named or token in _JOINING or token in _AROUND for i, token in enumerate(tokens)
    )


def alone(text: str, kinds: Sequence[str]) -> str:
    """The class that all objects are asked of, where every other word is one of asking; else "".

    Args:
        text: the question, in English.
        kinds: classes that the model knows.
    """
    tokens = tokens_of(text)
    mentions = in_english(tokens)
    named = kinds_of(mentions)
    if len(named) != 1 or named[0] not in kinds or not all_meant(text, named[0]):
        return ""
    inside = {i for mention in mentions for i in range(mention.start, mention.end)}
    return (
        named[0]
        if all(
            i in inside or not token.isalpha() or nearest_class.is_request(token)
            for i, token in enumerate(tokens)
        )
        else ""
    )


def bare_unknown(text: str, language: str, spelled: Callable[[str], bool]) -> bool:
    """Whether a question is the name of something that is no class, and nothing else.

    Such are "people" and "airplan".

    Args:
        text: the question.
        language: "en" or "zh"; False for Chinese.
        spelled: whether a word is spelled right.
    """
    if language == "zh":
        return False
    tokens = tokens_of(text)
    words = [token for token in tokens if token.isalpha() and token not in _AROUND]
    if not 0 < len(words) <= LONGEST or any(
        not token.isalpha() and token not in ("?", ".", "!", ",") for token in tokens
    ):
        return False
    if set(words) & _ABOUT_SCENE or {"scene", "image", "picture", "photo"} & set(tokens):
        return False
    if near := nearest_class.misspelt(" ".join(words), spelled):
        return near not in words
    return (
        not in_english(tokens)
        and len(words) <= 2
        and not any(nearest_class.is_request(word) for word in words)
    )


def names_alone_zh(text: str) -> bool:
    """Whether a Chinese question is a bare name, as "那船呢？", and chooses none of its objects."""
    return bool(_BARE_ZH.fullmatch("".join(characters(text)[0])))


def is_order(text: str, language: str) -> bool:
    """Whether an English question is an order to find objects of a class.

    Such is "show me planes or helicopters".

    Args:
        text: the question.
        language: "en" or "zh"; False for Chinese.
    """
    return (
        language == "en"
        and bool(_ORDER.match(" ".join(tokens_of(text))))
        and any(m.kind for m in in_english(tokens_of(text)))
    )


def _counted_zh(text: str) -> list[list[Mention]]:
    """The names in the clauses of a Chinese question that ask for a number, as one group.

    Such a question is "船有几艘，储罐有几个？".
    """
    plain = "".join(characters(text)[0])
    clauses = [
        clause for clause in re.split("[?？,，。;；]", plain) if re.search("多少|几", clause)
    ]
    return (
        [[mention for clause in clauses for mention in in_chinese(clause)]]
        if len(clauses) > 1
        else []
    )


def _joined(text: str) -> list[list[Mention]]:
    tokens = tokens_of(text)
    groups: list[list[Mention]] = []
    for mention in in_english(tokens):
        between = tokens[groups[-1][-1].end : mention.start] if groups else ["."]
        if all(token in _JOINING or token.endswith("est") for token in between) and set(between) & {
            "and",
            "or",
            ",",
            "/",
            "plus",
            "well",
            "with",
        }:
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def _joined_zh(text: str) -> list[list[Mention]]:
    plain = "".join(characters(text)[0])
    groups: list[list[Mention]] = []
    for mention in in_chinese(plain):
        between = plain[groups[-1][-1].end : mention.start] if groups else ""
        also = re.search("[?？,，。]", between) and plain[mention.end :].startswith(
            "呢"
        )  # "有几架飞机？船呢？"
        if groups and (also or (_JOINING_ZH.fullmatch(between) and between.strip("的所有全部"))):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


_ASKING_ZH = (
    "(请问|请|再|逐像素|语义|输出|描述一下|描述|出现了|出现|给|进行|画框|框|对|麻烦|帮我|帮|给我|我想|我要|看一下|看看|看|一下|找出|找到|寻找|查找|找|检测出|检测|识别出|识别|定位|分割出|分割|提取|勾勒|标出|标注|框出|圈出|"
    "统计|计算|数一数|数|把|将|所有的?|全部的?|每[个架艘辆座条棵头只]|这张|这幅|这片|这|那|卫星|航拍|图片|图像|影像|照片|画面|图|中|里面|里|上面|上|内|有没有|是否有|是否存在|"
    "是否|存在|有|没有|是不是|是|能看到|看得到|看到|多少|几|一共|总共|共|[个架艘辆座条棵头只片块栋]|的|都|在哪里|在哪儿|在哪|哪里|哪儿|在|位置|数量|出来|吗|呢|吧|么|嘛|啊|了|呀)"
)
_BEFORE_ZH, _AFTER_ZH = re.compile(f"^{_ASKING_ZH}+"), re.compile(f"{_ASKING_ZH}+$")


def unknown_in_chinese(text: str, beside: bool = False) -> str:
    """The name of something that is no class, in a Chinese question; "" where there is none.

    Args:
        text: the question.
        beside: only what is joined to a class by "and" or "or".
    """
    plain = "".join(characters(text)[0])
    for mention in reversed(in_chinese(plain)):
        if mention.kind or mention.scenes:
            plain = f"{plain[: mention.start]}#{plain[mention.end :]}"
    if beside:
        joint, name = (
            "(?:和|或者|或|与|、|跟|以及|还有)",
            "([^#和或与、跟及,，.。?？!！:;；的]{2,8})",
        )
        found = re.search(f"(?:^|[.,，。]){name}{joint}#|#{joint}{name}(?=$|[,，.。?？!！])", plain)
        plain = next((part for part in found.groups() if part), "") if found else ""
    for part in re.split("[#和或与、跟及,，.。?？!！:;；]|以及|还有|并", plain):
        word = _AFTER_ZH.sub("", _BEFORE_ZH.sub("", part))
        if (
            0 < len(word) <= LONGEST_ZH
            and not is_name_in_chinese(word)
            and re.fullmatch("[\\u4e00-\\u9fff]+", word)
        ):
            return word
    return ""

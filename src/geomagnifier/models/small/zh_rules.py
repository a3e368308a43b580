"""Chinese questions whose English is known by rule, and a check on translations.

The trained translator (`zh_en_translator.py`) has the rest. It always writes a sentence; one that
names other classes than the question is rejected.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from geomagnifier.errors import QuestionUnreadable
from geomagnifier.language import chinese_text
from geomagnifier.language.characters import characters
from geomagnifier.language.class_names import CLASSES
from geomagnifier.language.mentions import in_chinese, in_english, plural, tokens_of
from geomagnifier.language.short_forms import written_out
from geomagnifier.models.small.zh_en_translator import Translator

LEAST_SURE = 0.8
"""Probability of a translation below which it is rejected. Of 250 questions of wordings kept aside
from the translator's training it rejects 10 of 82 that are not read word for word, and none of the
others; 0.9 would reject 32 and 12.
"""
_PLACE = re.compile(
    "(?:请问|请|帮我看看|帮我看一下|看看|看一下|你觉得|麻烦)*(?:这|那|此|该)(?:里|儿|边|块儿?|片|个|一带|一片|张图?|幅图?)?(?:地方|区域|地块|地儿|图|影像)?(?:到底|究竟|大概|主要|一般|现在|可能)*(?:是)?(?:个)?(?:用来)?(?:拿来)?(?:干嘛|干啥|干什么|做什么|做啥|啥|什么|什么样的|怎样的|何种)(?:用途|用处|使|用|地方|区域|地儿|场所|场景|地段|地带)?(?:的)?(?:地方|区域|场所)?[呢啊呀吗,。"
    ".?!]*"
)
_NEAREST = re.compile(
    "(?:离|距离?)([^,。"
    "]{1,8}?)(?:最近|最远)的?(?:那|这)?(?:(\\d|[一两二三四五])?[个架艘辆座栋条片块台])?(.{1,8})"
)
_NUMBERS = {
    "两": "two",
    "二": "two",
    "三": "three",
    "四": "four",
    "五": "five",
    "2": "two",
    "3": "three",
    "4": "four",
    "5": "five",
}
_MASKS = re.compile("分割|提取|掩[膜码模]|轮廓|抠|勾|描出|上色|涂色|逐像素|像素级")
_MANY, _THERE = (
    re.compile("多少|几|数一?数|数下|统计|数量|数目|个数|计数"),
    re.compile("有没有|是否有|是否存在|有无|吗|能看到|能不能看到"),
)
_ASKING = re.compile(
    "(请问|请|麻烦|帮我|帮忙|帮|给我|给|我想要?|我要|看一下|看看|看|一下|把|将|对|找出|找到|寻找|查找|找|检测出|检测|识别出|识别|定位|分割出|分割|提取出|提取|勾勒|勾|抠出|抠|标出|标注|标记|标|框出|框|圈出|圈|统计|计算|数一数|数数|数量|数目|个数|数|所有的?|全部的?|一切|每一?[个架艘辆座条棵栋片块]|整[张幅个]|这[张幅片里]|这|该|卫星|航拍|遥感|图片|图像|影像|照片|画面|图|里面|里|中|内|上(?=的|有|所|全|$)|有没有|是否有|是否存在|存在|有无|有|多少|几|一共|总共|共|[个架艘辆座条棵片块栋台处]|的|都|在哪[里儿]?|哪[里儿]|在|位置|坐标|出来|下来|掩[膜码模]图?|轮廓|边界|精确|准确|逐像素|像素级|语义|实例|上色|涂色|用(?=框|方框|掩)|方框|目标检测|进行|做|生成|画出|画|描出|输出|单独|逐个|吗|呢|吧|么|嘛|啊|了|呀|谢谢|你|您|[,，"
    "。.?？!！、]|和|与|跟|以及|及|还有|或者|或)"
)

_EVERYTHING = re.compile(
    "(?:这?张?图(?:里|中|上)面?|画面[里中]|这里)?(?:一共|总共|能|可以|都)*(?:看到|看见|有|出现|认出)了?"
    "(?:几|哪些?|多少)[样种类个]?(?:不同的)?(?:东西|目标|物体|地物|对象)?[,，]?"
    "(?:(?:分别|各|都)(?:是|有)(?:什么|哪些))[?？。]*"
)
"""As in "一共看到了几样东西，分别是什么": all objects are asked for."""
_ONE = re.compile(
    "最靠?[左右上下东西南北近远大小长短宽窄高](?!.{0,2}程度)|[这那]一?[栋架艘座条辆棵](?!图)|第[一二三四五六七八九十][栋架艘座条辆棵个大小长]"
)
"""Words that mean one of a class."""
_THINGS = re.compile("(?:Detect|Locate|How many|Count|Segment|Give me|Is there) ")
"""Begin sentences about objects."""
_IN_PICTURE = re.compile(
    "(?:图像|图片|图|影像|画面|照片|场景)(?:上|下|里|中)(?:面|边|方)?(?!半|角|部)"
)
_FROM_TO = re.compile("([左右上下东西南北])[边侧]?[到往至向][左右上下东西南北]")
"""As in "从左到右第三个": the first of the sides tells."""
_CHOOSING = tuple(
    (re.compile(said), re.compile(meant))
    for said, meant in (
        ("左", "left|west"),
        ("右", "right|east"),
        ("上[面方边部半侧角]|最上", "top|upper|above|over|north"),
        ("下[面方边部半侧角]|最下", "bottom|lower|below|under|south"),
        ("最[大小长短宽窄]", r"(?:larg|bigg|small|long|short|wid|narrow|tini|low|high)\w*est"),
        ("第[一二两三四五六七八九十0-9]", "first|second|third|fourth|fifth|sixth|last|row|column"),
        ("除[了去开]|[以之]外", "except|other|but|apart|besides|not|without|exclud"),
        ("之间", "between"),
        ("附近|旁|靠近|挨着|紧邻", "near|next|besid|clos|by|adjacent|around|along"),
        ("最近", "near|clos|next|beside"),
        ("[一这那几两]排|[一这那]列|[一这那]行", "row|column|line"),
    )
)
"""Chinese words that choose among objects, each with the English ones that say so: a translation
without any of them has lost what is asked.
"""


def meaning(text: str, reader: Callable[[], Translator]) -> str:
    """The English of a question in Chinese, or of an English one to be answered in Chinese.

    Args:
        text: the question.
        reader: gives the trained translator, where no rule reads it.

    Raises:
        QuestionUnreadable: no sentence is sure enough, or it is about other classes.
        ModelCorrupt: the model folder has no translator.
    """
    if not chinese_text.chinese(bare := chinese_text.without_order(text)):
        return written_out(bare)
    text = chinese_text.plain(text)
    if plain := english(text):
        return plain
    plain, surety = reader().read(text)
    if surety < LEAST_SURE or not agree(text, plain):
        raise QuestionUnreadable(
            f"没有看懂这个问题（{text[:40]}）；请换一种说法，例如“分割所有船”或“这是什么地方？”"
        )
    return plain


def english(text: str) -> str:
    """The English of a Chinese question that a rule reads; "" where none does."""
    plain = "".join(characters(text)[0])
    if _EVERYTHING.fullmatch(plain):
        return "Find all objects."
    if _PLACE.fullmatch(plain):
        return "What kind of place is this?"
    if found := _NEAREST.search(plain):
        mark, things = in_chinese(found[1], anywhere=True), in_chinese(found[3], anywhere=True)
        if (
            len(mark) == 1
            and mark[0].kind
            and len(things) == 1
            and things[0].kind
            and not re.search("[多少几]", found[3])
        ):
            kind, several = things[0].kind, _NUMBERS.get(found[2] or "", "")
            named = f"{several} {plural(kind)}" if several else kind
            way = "nearest to" if "最近" in found[0] else "farthest from"
            ordered = "Give me the mask of" if _MASKS.search(plain) else "Locate"
            return f"{ordered} the {named} {way} the {mark[0].kind}."
    return _plain(plain)


def _plain(text: str) -> str:
    """A question that names classes, and beside them has words of asking alone."""
    mentions = in_chinese(text, anywhere=True)
    kinds = list(dict.fromkeys(mention.kind for mention in mentions))
    rest = text
    for mention in reversed(mentions):
        rest = f"{rest[: mention.start]}{rest[mention.end :]}"
    if (
        not kinds
        or not {*kinds} <= {*CLASSES}
        or _ASKING.sub("", rest)
        or len(re.findall("[?？。]", text.rstrip("?？。")))
    ):
        return ""
    several = [kind if kind in ("water", "vegetation", "land") else plural(kind) for kind in kinds]
    if _MASKS.search(rest):
        return f"Segment all {' and '.join(several)}."
    if _THERE.search(rest):
        return (
            ""
            if _MANY.search(rest)
            else f"Is there {' or '.join(map(_article, kinds))} in the image? If so, where?"
        )
    return (
        f"How many {' and '.join(several)} are there?"
        if _MANY.search(rest)
        else f"Detect all {' and '.join(several)}."
    )


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def agree(text: str, english: str) -> bool:
    """Whether an English sentence names the same classes as a Chinese question.

    It must choose among them by the same sides, sizes and neighbours, too. About images as a whole
    any sentence will do, but not where one of a class is meant, as in "描述最左边那栋楼".

    Args:
        text: the question.
        english: the sentence.
    """
    plain = "".join(characters(text)[0])
    if not _THINGS.match(english):
        return not (_ONE.search(plain) and in_chinese(plain, anywhere=True)) or bool(
            in_english(tokens_of(english))
        )
    mark = _NEAREST.search(plain)
    if mark and not (in_chinese(mark[1], anywhere=True) or re.search("[中央心边缘角]", mark[1])):
        return False  # nearest to what is no class: the camera, me
    if re.match("(?:边上|旁边|附近|周围)的?", plain):  # of what?
        return False
    bare = _FROM_TO.sub(r"\1", _IN_PICTURE.sub("", plain))
    told_words = english.lower()
    if any(said.search(bare) and not meant.search(told_words) for said, meant in _CHOOSING):
        return False
    surely, perhaps = (
        {mention.kind for mention in in_chinese(plain, anywhere) if mention.kind}
        for anywhere in (False, True)
    )
    told = {mention.kind for mention in in_english(tokens_of(english)) if mention.kind}
    return surely <= told <= perhaps

"""A Chinese question in plain form.

What is only polite, says "in the picture" or names the unit of the answer is taken off.

"请帮我数一下图中有多少 vehicle，谢谢"    "数一下有多少车"
"道路有多长，用公里说"                    "道路有多长", asked in km
"不要分割，只告诉我飞机数量"              "飞机数量"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from geomagnifier.composed import chinese_aliases
from geomagnifier.composed.chinese_phrases import UNIT
from geomagnifier.composed.chinese_wording import plainer
from geomagnifier.composed.placeholders import Lexicon, normalized
from geomagnifier.language import chinese_text
from geomagnifier.language.asides import is_aside

_SCENE = re.compile(
    "(?:在)?(?:这|该|此|整|本)?(?:张|幅|片|个)?(?:卫星|航拍|遥感|航空)?(?:图像|图片|图幅?|影像|画面|照片|场景|区域)(?:所?覆盖)?(?:的)?(?:范围)?(?:当中|中|里面|里头|里边|里|上面|上|以内|之内|内)"
    "(?:的)?(?!半|部|方|角|侧|边|[左右]角|间|央|心)"
    "|(?:规划|研究|调查|监测)?(?:图幅|视野|镜头|范围|规划区|研究区|测区)(?:当中|中|里面|里|内)的?"
    "|(?:这|那)(?:里面|里头|里边|里|儿)(?=有|能|一共|总共|共|都|多少|几|是)|(?<=^)(?:这|那)(?:里面|里头|里边|里|儿)(?:的)?(?!是)"
)
_POLITE = re.compile(
    "^(?:(?:我?老师|老板|领导|上级|客户|甲方|主管)?(?:让|叫|要求)我们?(?:来|去)?|(?:我|咱)们?家的?|请问一下|请问|请你|请您|请|麻烦你|麻烦您|麻烦|帮我看看|帮我看一下|帮我|帮忙|你帮我|替我|给我看看|给我|我想知道|想知道|我想看看?|我要|我想|告诉我|你能告诉我|"
    "能不能|能否|可以|可不可以|量一量|算一算|估一估|算算|量量|估算|(?:算|量|测算|估|测|点一点)(?=,)|试着?(?=提取|分割|找)|下(?=有没有|是不是|是否|有几|有多少)|(?:数一数|数数|统计|数)(?=,)|瞅瞅|瞧瞧|瞅一眼|看一眼|(?:计算|求出?|测算)(?=.*(?:占|比例|百分比|距离|密度))|(?:该|本|此)(?:区域?|地区|测区)的?(?![是属为有内里中域])|你看看?|看一下|看看|看一看|看|那么|那(?![些个几艘架条座栋辆块])|嗯|好的|好|就|只|只要|再|现在|你觉得|大概|大约|分别)+[,:]?"
)
_FIELD = re.compile("(?<=[块片])地(?![方上皮面板形])|(?<=的)地(?=(?:一共|总共|都)*(?:有|是|占|共))")
"""As a farmer says it: "这块地有多少亩", "五亩以上的地有几块"."""
_SOFT = re.compile("一下子?|谢谢(?:你|您|了)?|呗|下(?=[船车飞储油水建桥道网篮棒田港])")
_END = re.compile("(?:[啊呀呢哦喔哈嘞诶欸]|可以吗|好吗|行吗|好不好|行不行|来着|吧(?=$))+$")
_NO_MASKS = re.compile(
    "^(?:不要|不用|别|无需|不需要|不必)(?:分割|画框|标注|标记|描述|解释|掩膜|画图|画|框|标|给框|给坐标|说别的)+[,;。]?"
    "(?:只要?|就|仅|直接)?(?:告诉我|说|回答|给我|要|给出|输出|需要|知道)*"
)
_ONLY = re.compile(
    "^(?:不要|不用|别找|别|不找|不看)(.{1,6}?)[,。](?=只|就|仅)|(?<=.)[,。"
    "](?:不要|不含|不包括|别带)(.{1,6})$"
)
"""What is not wanted beside what is: "不要车，只找船"."""
_NUMBER_ONLY = re.compile(
    "^(?:只|就|仅)?(?:要|给|说|回答|需要|报)(?:个|一个)?(?:数字|数目|数量|个数|总数|数)(?:就行|就好|即可)?[,:;。]"
    "|[,;。"
    "](?:只|就|仅)?(?:要|给|说|回答|需要|报)(?:个|一个)?(?:数字|数目|数量|个数|总数|数)(?:就行|就好|即可)?$"
)
_IN_UNIT = re.compile(
    "[,;。"
    f"(]?(?:请)?(?:结果)?(?:单位)?(?:用|以|按|换算成|换成|折合成?)({UNIT})(?:来)?(?:说|表示|计算|计|算|为单位|作单位|做单位|作为单位|回答|告诉我|给我)?(?:就行|就好|即可|就可以|就成)?[)]?$|[(]({UNIT})(?:即可|就行|就好)?[)]$|[,;。"
    f"(](?:单位)?(?:是|为|用|:)?({UNIT})(?:就行|就好|即可)?[)]?$"
)
_COUNTED_IF = re.compile(
    "(?<=[吗没么?])[?,]?(?:有的话|如果有的话?|若有的?话?|要是有的?话?|有几|有多少|几|多少),?"
    "(?:一共|总共)?(?:有|是)?(?:几|多少)?[个架艘辆座栋条片块台只]?$"
)


_IN_UNIT_FIRST = re.compile(
    f"^(?:请)?(?:以|用|按)({UNIT})(?:为单位|作单位|作为单位|来)?,?(?:报出|给出|说出|告诉我|计算|测量)"
)
_EXACT = re.compile(
    "[,;。](?:请)?(?:结果)?(?:保留|精确到?至?)(?:小数点后)?(?:[一二两三四]位(?:小数)?|小数|整数|个位)$"
)
_DONE = re.compile(
    "(?<=面积|长度|宽度|数量|距离|直径|密度)(?:给我|帮我)?(?:算|量|测|估算|统计|计算|测量)(?:出来)?(?=$|,)"
)


def plainly(question: str, lexicon: Lexicon) -> tuple[str, str]:
    """A Chinese question in simplified characters without blanks, and the unit that it asks for.

    Words of courtesy and of the scene are left out; the unit is "" where none is asked for.

    Args:
        question: as typed.
        lexicon: the names of the model's classes.
    """
    text = chinese_text.plain(chinese_text.without_order(normalized(question)))
    text = re.sub(r"\s+", "", chinese_text.unmixed(text, english_names(lexicon)))
    text, aside = plainer(text, lexicon.table())
    text = _NUMBER_ONLY.sub("", re.sub("[?。!.~,]+$", "", text))
    text = _SOFT.sub(
        "",
        _NO_MASKS.sub(
            "", _ONLY.sub(lambda m: "" if (m[1] or m[2]) in lexicon.table() else m[0], text)
        ),
    )
    text, unit = _unit(_EXACT.sub("", re.sub("[啊呀呢]+$", "", text)))
    unit = aside or unit
    text = _DONE.sub("", text)
    text = _FIELD.sub("田", _END.sub("", re.sub("[?。!.,]+$", "", text)))
    before = ""
    while before != text:
        if not unit and (first := _IN_UNIT_FIRST.match(text)):
            text, unit = text[first.end() :], first[1]
        before, text = text, _SCENE.sub("", _POLITE.sub("", text)).lstrip(",:;的")
    if (found := _COUNTED_IF.search(text)) and re.match(
        "(?:有没有|是否有|是否存在|有)", text
    ):  # "有船吗？有的话几艘"
        asked = re.sub("^(?:有没有|是否有|是否存在|有)|[吗么没?,]+$", "", text[: found.start()])
        text = f"有多少{asked}"
    return text, unit


def framed(question: str, lexicon: Lexicon) -> str:
    """A Chinese question in simplified characters, names in Chinese, blanks as commas.

    Args:
        question: as typed.
        lexicon: the names of the model's classes.
    """
    text = chinese_text.plain(chinese_text.without_order(normalized(question)))
    if re.search("小船|小艇|boat", text):
        text = text.replace("大船", "轮船")
    text = re.sub("(?<![a-z]) (?=[a-z0-9])|(?<=[a-z0-9]) (?![a-z0-9])", "", text)
    text = chinese_text.unmixed(text, english_names(lexicon))
    return re.sub(r"\s+", ",", re.sub(r"\s+(?=[0-9])|(?<=[a-z0-9])\s+", "", text))


def without_asides(question: str, lexicon: Lexicon) -> str:
    """A question without the clauses of it that ask nothing; as it is where none is left.

    Args:
        question: as typed.
        lexicon: the names of the model's classes.
    """
    pieces = re.split(r"([,，;；。!！?？~…]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff]))", question)
    parts = list(zip(pieces[::2], [*pieces[1::2], ""], strict=True))
    names = chinese_aliases.pattern(lexicon)
    kept = [
        (part, mark)
        for part, mark in parts
        if part.strip() and not is_aside(names.sub("K", _simple(part, lexicon)))
    ]
    if not kept or len(kept) == len(parts):
        return question
    return "".join(part + mark for part, mark in kept)


def _simple(part: str, lexicon: Lexicon) -> str:
    text = normalized(part).translate(chinese_text.SIMPLIFIED)
    return re.sub(r"\s", "", chinese_text.unmixed(text, english_names(lexicon)))


def _unit(text: str) -> tuple[str, str]:
    found = _IN_UNIT.search(text)
    return (
        (text, "")
        if found is None or not found.start()
        else (text[: found.start()], found[1] or found[2] or found[3])
    )


@lru_cache(maxsize=8)
def english_names(lexicon: Lexicon) -> Mapping[str, str]:
    """English names of classes, each with a Chinese one."""
    chinese = {
        kind: next((name for name in said if not name.isascii()), "")
        for kind, said in lexicon.names.items()
    }
    several = {"object": "目标", "thing": "目标", "target": "目标"}
    out = {
        name: (
            chinese.get(kinds[0], "")
            if len(kinds) == 1
            else several.get(name.removesuffix("s"), "")
        )
        for name, kinds in lexicon.table().items()
    }
    return {name: word for name, word in out.items() if name.isascii() and word}

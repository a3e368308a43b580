"""A Chinese question of several clauses as one question, and what its other clauses ask beside it.

"油罐有几个，请一并给我圈起来"             "油罐有几个", shown as well
"有没有超过200米的船，有的话有几条"         "有没有超过200米的船", counted as well
"从左数第三条船，请问它有多宽"              "从左数第三条船有多宽"
"到最近的停车场，哦不，到最近的房子有多远"   "到最近的房子有多远"
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from geomagnifier.composed import program as p

_C = "[个架艘辆座栋条片块处幢颗棵根台口株间所枚部只面]"
_KIND = (
    "(?:麻烦|劳烦|烦请|请|再|并且?|同时|也|都|顺便|一并|顺手|"
    "能不能|能否|可以|可不可以|你|您|帮我|帮忙|替我|给我|"
)
_SHOW = (
    "(?:圈|框|标|找|指|画|挑|列|标注|标记|标绘|定位|圈选|框选)"
    "(?:起来|出来|出|起|下来|一下|下|选)?(?:给我)?(?:看看|看一下|看|瞧瞧)?"
)
_CUT = (
    "(?:分割|抠|切|提取|勾勒|勾画|勾|描)(?:起来|出来|出|下来|一下|下)?(?:给我)?(?:看看|看一下|看)?"
    "|(?:做|做个|做一下)?(?:分割|抠图)|每一?(?:个|{c})?都?(?:要|给|做|出)(?:单独的?)?(?:掩膜|mask|分割)"
    "|(?:输出|给出|给|要|生成|返回|附上|带上)(?:我)?(?:相应的?|对应的?|各自的?|它们?的)?(?:分割)?(?:掩膜|mask|轮廓|分割)(?:图|结果)?"
).replace("{c}", _C)
_WHEN = "(?:(?:如果|要是|若|假如|假若)?有的?话?,?就?|如有,?)?"
_TAILS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("shown", re.compile(rf"[,;。?]+{_WHEN}{_KIND}把|将|它们?|全部|全)*{_SHOW}$")),
    ("masks", re.compile(rf"[,;。?]+{_WHEN}{_KIND}把|将|它们?|全部|全)*(?:{_CUT})$")),
    (
        "counted",
        re.compile(
            rf"[,;。?]+(?:{_WHEN}(?:一共|总共|共|大概)*(?:有|是)?(?:几|多少){_C}?|有(?:几|多少){_C}?就[说报]?(?:几|多少){_C}?"
            "|(?:一共|总共)?(?:有)?多少)$"
        ),
    ),
    (
        "",
        re.compile(
            "[,;。?]+(?:多谢|谢谢?啦?|麻烦了?|拜托了?|辛苦了?|急用?|"
            "(?:麻烦|请|只要?|就)*(?:报|给|说|回)(?:我)?(?:个|一个|出)?(?:具体的?|大概的?|准确的?)?"
            "(?:数|数字|数目|总数|结果|答案|密度)(?:给我|就行|就好|即可|就成)?"
            "|(?:密度|数字|结果|答案)(?:给我|报)一?个?|(?:给我|让我)?看看"
            "|(?:结果)?(?:保留|精确到?至?)(?:小数点后)?(?:[一二两三]位小数?|小数|整数|[\\d.]+米?|个位)"
            "|(?:大|不管大|不论大|无论大)[^,]{0,2}小[^,]{0,2}都(?:算|要)(?:上|进去|在内)?)$"
        ),
    ),
)
_GOES_ON = re.compile("^[^,几多哪什有是]{1,8}呢,")
"""It goes on from the question before: "桥呢，有几座"."""
_UNKNOWN_SCALE = re.compile("^(?:若|如果|如|要是|假如)[^,]{0,4}(?:没有|无|缺少?)地理[^,]{0,6},")
_CORRECTED = re.compile(
    r"^(.+?)[.,。…、]*(?:哦不对?|噢不对?|啊不对?|呃不对?|不对|说错了|我是说)[,.。]+(.+)$"
)
_OF_SEVERAL = re.compile(
    rf"^(.+?)[,;。?]+(?:若|如果?|要是)(?:存在|有)(?:多|几|不止一){_C},?(?:则)?(?:以|取|按|算)最([长短大小宽窄])(?:者|的)?(?:那?一?{_C})?(?:为准|计|算)?$"
)
_SIDES = "(?:靠)?[东南西北左右上下]{1,2}(?:半部分?|半边|半侧|半幅|半|边|侧|部|角)"
_HALVES = re.compile(
    rf"^(?:比较|对比)?(?:(?:影像|图像|画面|图片|图)(?:的|中)?)?({_SIDES})(?:和|与|跟|还是|同)({_SIDES})(?:的(.+?)(?:的?(?:数量|数目|个数))?)?(?:相比较?|比较|比起来|对比)?,?"
    r"(?:哪一?[边侧半个头]|谁)(?:的(.+?)(?:的?(?:数量|数目|个数))?)?(?:更|比较|要)?([多少])(?:一些|一点|些|点)?$"
)
_COLOUR = "[白黑灰红橙黄绿蓝棕褐]色?"
_COLOURS = re.compile(
    rf"^({_COLOUR})的?([^,?白黑灰红橙黄绿蓝棕褐]+?)(?:有)?(?:几|多少){_C}?[,?。]+(?:那)?({_COLOUR})的?(?:有)?(?:呢|几{_C}?|多少{_C}?)?$"
)
_MORE = re.compile(
    rf"^(.+?),?(?:一共|总共|共|占.*?|有)*(?:有|是)?(?:几|多少)(?:成|{_C})?[,?]+(?:有没有|是不是|是否|会不会)?"
    rf"(?:比([\d一二两三四五六七八九十百]+{_C})(?:还|要|更)*多|(超过|多于|大于|不到|少于|不足)([\d一二两三四五六七八九十百]+{_C})|(过半|超过一半|一半以上))$"
)
_ASIDES = re.compile(r"\((?:即|也就是|又称|俗称|也叫|就是)[^)]*\)")
_CHOICE = re.compile(
    "(?<=位置|方位|哪里|哪边|地方|为何|方向|走向),(?:是|在)?近?[东西南北左右上下中]+[向边角侧]?(?:,?还是|抑或|或者?)(?:是|在)?近?[东西南北左右上下中]+[向边角侧]?$"
)
_APART = re.compile(
    f"(?<=[^吗么没呢几少,]),(?:那|那么)?(?:请问)?(?:它|其|它们)?的?(?=(?:有)?(?:长度|宽度|面积|直径|多[长宽大]|"
    f"(?:几|多少)(?:平方)?(?:米|公里|亩|公顷|像素)|占地|一共有?(?:几|多少){_C}|有(?:几|多少){_C})[^,]*$)"
)
_TWO = re.compile(
    rf"^(?:有)?(?:几|多少){_C}?([^,?几多]{{1,8}})[,?、]+(?:和|还|又|以及)?(?:有)?(?:几|多少){_C}?([^,?几多的]{{1,8}})$"
)
_LESS = re.compile(",?(?:差|多|少|相差)(?:了|出)?(?:几|多少)" + _C + "?$")


@dataclass(frozen=True)
class Clauses:
    """A question and what is asked beside it."""

    text: str
    """The question."""
    shown: bool = False
    """What it is about is to be marked as well."""
    masks: bool = False
    """With its outlines."""
    counted: bool = False
    """Its number is asked for as well."""

    @property
    def beside(self) -> bool:
        """Whether anything is asked beside it."""
        return self.shown or self.masks or self.counted


def goes_on(text: str) -> bool:
    """Whether a question goes on from the one before: "桥呢，有几座".

    Args:
        text: in simplified characters without blanks.
    """
    return _GOES_ON.match(text) is not None


def clauses(text: str) -> Clauses:
    """The clauses of a question.

    Args:
        text: in simplified characters without blanks, words of courtesy taken off its front.
    """
    if _GOES_ON.match(text):
        return Clauses(text)
    text = _UNKNOWN_SCALE.sub("", _ASIDES.sub("", text))
    text = re.sub("[啊呀呢哦喔诶哈]+(?=[,?。;])", "", text)
    text = re.sub("(?<=[^,])并(?=(?:输出|给出|生成|返回).*(?:掩膜|分割|轮廓))", ",并", text)
    text = _corrected(text)
    asked: dict[str, bool] = {}
    before = ""
    while before != text:
        before = text
        text = re.sub("[啊呀呢哦喔吧吗么?。!,]+$", "", text) if asked else text
        for name, tail in _TAILS:
            shorter = tail.sub("", re.sub("[啊呀呢哦喔吧?。!,~]+$", "", text))
            if shorter and shorter != re.sub("[啊呀呢哦喔吧?。!,~]+$", "", text):
                text = shorter
                if name:
                    asked[name] = True
    return Clauses(_joined(text), **asked)


def _corrected(text: str) -> str:
    """What is said in place of something else: from the word on with which both begin."""
    found = _CORRECTED.match(text)
    if found is None:
        return text
    at = found[1].rfind(found[2][0])
    return text if at < 0 else found[1][:at] + found[2]


def _joined(text: str) -> str:
    text = re.sub("(?<=[东西南北左右上下])至(?=[东西南北左右上下])", "到", text)
    if found := _OF_SEVERAL.match(text):
        text = f"最{found[2]}的{found[1]}"
    if found := _HALVES.match(text):
        thing = found[3] or found[4]
        if thing:
            return f"{found[1]}的{thing}和{found[2]}的{thing}哪个{found[5]}"
    if found := _TWO.match(text):
        return f"{found[1]}和{found[2]}各有几个"
    if found := _COLOURS.match(text):
        return f"{found[1]}和{found[3]}的{found[2]}各有几个"
    if found := _MORE.match(text):
        if found[5]:
            return f"{found[1]}占画面超过50%"
        return f"{found[1]}是否{found[3] or '超过'}{found[4] or found[2]}"
    if "哪" in text or "多还是" in text:
        text = _LESS.sub("", text)
    return _APART.sub("", _CHOICE.sub("", text))


def with_the_rest(program: p.Program | None, said: Clauses) -> p.Program | None:
    """The program of a question together with what is asked beside it.

    An answer shows what it counted, and a list of regions tells their number; None where one answer
    cannot give both.

    Args:
        program: of the question alone.
        said: its clauses.
    """
    if program is None or not said.beside:
        return program
    if isinstance(program, p.Chosen):
        return replace(program, masks=program.masks or said.masks)
    if isinstance(program, p.Count | p.Exists):
        if said.masks:
            return p.Chosen(program.of, True)
        return p.Count(program.of) if said.counted else program
    if said.counted:
        return None
    return program if isinstance(program, p.Measure) else None

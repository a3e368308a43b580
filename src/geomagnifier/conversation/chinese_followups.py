"""Chinese follow-ups, rewritten as full questions.

A full question in Chinese has 它们 for what was found, or is the last question with another noun;
other follow-ups become plain English and are answered in Chinese.

"左边有几个？"    after ships   "左边有几个它们"       about the regions of the last answer
"那飞机呢？"      after ships   "图中有几架飞机？"     the last question, about another class
"最大的呢？"                    "the largest of them"  parsed as an English follow-up
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from geomagnifier.composed.chinese_phrases import UNIT
from geomagnifier.language import chinese_text

ANSWERED = "，用中文回答"
"""Follows the English of a Chinese follow-up, so that the answer is Chinese."""
_REFERS = re.compile(
    r"其中|[它他她]们?|牠|这些|那些|这个|那个|这艘|那艘|这架|那架|上述|它們|這些|這個"
    r"|[这那][两二三四五几][个艘架辆栋座条块棵]"
)
_RANKS = {
    "最大": "largest", "最小": "smallest", "最长": "longest", "最短": "shortest", "最宽": "widest",
    "最窄": "narrowest", "最靠?左": "leftmost", "最靠?右": "rightmost", "最靠?上": "topmost",
    "最靠?下": "bottommost", "最靠?北": "northernmost", "最靠?南": "southernmost",
    "最靠?西": "westernmost", "最靠?东": "easternmost", "最大的?前?": "largest",
}  # fmt: skip
_BESIDE = {
    "左": "left of", "右": "right of", "上": "above", "下": "below", "北": "north of",
    "南": "south of", "西": "west of", "东": "east of",
}  # fmt: skip
_HALVES = {"左": "left", "右": "right", "上": "upper", "下": "lower"}
_NUMBERS = {"两": "two", "二": "two", "三": "three", "四": "four", "五": "five"}
_ORDINALS = {"一": "first", "二": "second", "三": "third", "四": "fourth", "五": "fifth"}
_SIZES = {"大": "largest", "小": "smallest", "长": "longest"}
_MASKS = re.compile("分割|掩膜|勾|轮廓|描出|抠|画出|提取")
_COUNTER = "[个架艘辆座栋条片块台只棵处口]"
_NO_NOUN = (
    f"(?:的|前)?[这那]?(?:[一两二三四五几]?{_COUNTER})?(?:是|在|有|呢|吗|啊|吧|哪里|哪儿|哪一?{_COUNTER}?|什么位置|"
    "分割|框|标|找|圈|勾|抠|出来?|一下|给我|看看|轮廓|掩膜)*"
)
_COUNTED = (
    f"(?:它们)?(?:(?:现在|那)?(?:还|一共|总共|共)?(?:剩下?|剩余|留下|有)(?:了)?(?:多少|几){_COUNTER}?|"
    f"数(?:一?下|一?数|数看?)?|统计|计数|(?:总)?(?:数量|个数|数目|总数)(?:是?多少)?)"
)
"""A count of what was found: "数一下", "还剩几架"."""
_SHOWN = "(?:标|框|圈|找|列|分割|抠|勾)"
_OTHERS = "(?:其他|其它|其余|剩下|剩余|余下|另外|别)"
_DROPPED = "(?:去掉|删掉|删除|排除|剔除|除外|拿掉|除去|忽略)(?:吧|了)?"
_WHERE = (
    "(?:都|分别|大概|在图的?|在图中的?|具体|给我|请|用框|帮我|把|全部?)*(?:在|的)*(?:哪里|哪儿|哪个(?:位置|地方)|什么位置|位置|哪|标|圈|框)"
    "(?:出来?|出|一下|起来)?(?:给我)?(?:看看?)?(?:呢|啊|吧)?"
)
_SOFT = re.compile(
    "^(?:那么|那(?![艘架个条座辆栋])|具体|请|再|帮我|麻烦|给我|现在|然后|接着|好的?|嗯|能不能|可以)+|(?:一下|看看|给我看|吗|呢|吧|啊|呀|谢谢)+$"
)
_OTHER = re.compile(
    "(?:(?:那么|那|换成|改成|改为|换|再看看?|再找找?|再数数?)+(?P<a>.{1,7}?)(?:呢|吧|的)?|(?P<b>.{1,7}?)呢)"
)
_OTHER_ASKED = re.compile("(?:那么|那)?(?P<noun>.{1,7}?)呢[,，](?P<rest>.{2,12})")


def is_chinese(text: str) -> bool:
    """Whether it has a Chinese character."""
    return chinese_text.chinese(text)


def _plain(text: str) -> str:
    return re.sub(
        r"[\s。？?！!,，.、；;]+$", "", re.sub(r"\s", "", text.translate(chinese_text.SIMPLIFIED))
    ).replace("，", ",")


def _ranked(text: str) -> str:
    """As "最长的", "最大的", what is said as "哪一艘最长", "个头最大的呢"."""
    if found := re.fullmatch(f"哪一?{_COUNTER}(?:更|最)([大小长短宽窄])(?:呢|啊)?", text):
        return f"最{found[1]}的"
    return re.sub("^(?:那么|那)?(?:个头|体积|面积|块头)(?=最[大小])", "", text)


def starts_beside(text: str) -> bool:
    """Whether a follow-up begins with a place: "上面有船吗？" means on what was found last."""
    return (
        re.match(
            "(?:那么|那)?(?:上面|里面|旁边|附近|周围|边上|周边|左边|右边|上方|下方)", _plain(text)
        )
        is not None
    )


def in_full(text: str) -> Iterator[str]:
    """Chinese questions that a follow-up may be short for, with 它们 for what was found.

    Likeliest first.
    """
    plain = re.sub(
        "(?:其中|这些|那些|[这那][两二三四五几][个艘架辆栋座条块棵]|上述(?:目标)?|[他她牠]们|这里面|(?<![边侧大小长短上下左右的近远])[这那][艘架个条座辆栋]|(?<!其)它(?!们))(?!人)",
        "它们",
        _plain(text),
    )
    plain = _SOFT.sub("", plain) or plain
    if re.fullmatch(
        "(?:除了它们)?(?:以外|之外|外)?,?还有(?:没有)?(?:别的|其他的?|其它的?|什么|啥|哪些)(?:东西|目标|物体)?",
        plain,
    ):
        yield "除了它们以外的目标"
    plain = re.sub(f"^(?:它们)?(?:两{_COUNTER}|俩)(?=之间|相距|离|隔)", "它们", plain)
    if found := re.fullmatch(
        f"(?:它们)?(?:里|中|里面)?(.+?)的?(?:是|有)?哪(?:一?{_COUNTER}|些)(?:它们)?", plain
    ):
        yield f"{found[1].removesuffix('的')}的它们"
    if (
        found := re.fullmatch(f"(除了?.+?),?{_OTHERS}的?(?:都|全)?{_SHOWN}.{{0,4}}", plain)
    ) is not None:
        plain = found[1]
    if re.fullmatch(_COUNTED, plain):
        yield "有几个它们"
    if re.fullmatch("(?:它们)?的?(?:颜色|什么颜色|啥颜色)", plain):
        yield "它们是什么颜色"
    if found := re.fullmatch(
        f"(?:换算成|换成|折合成?|合|按|用|以)(?:多少)?({UNIT})(?:是多少|算|表示|呢)*", plain
    ):
        yield f"它们是多少{found[1]}"
    if re.fullmatch("(?:它们)?的?(?:朝向|方向)", plain):
        yield "它们朝哪个方向"
    if "它们" in plain:
        yield plain
        yield re.sub("它们的?", "它们", plain, count=1)
        yield re.sub(f"^它们的?(.*?)(?={_COUNTER}?$|的$)", r"\1它们", plain)
        return
    if found := re.fullmatch(
        f"(?:不要|不算|去掉|除了|除去|排除|不包括|别要|删掉|忽略)(.+?)(?:[这那]?一?{_COUNTER})?(?:的)?",
        plain,
    ):
        yield f"除了{found[1].removesuffix('的')}的它们"
    if found := re.fullmatch(
        f"(?:把|将)?(.+?)(?:的|[这那]一?{_COUNTER})?(?:都|全部?)?{_DROPPED}", plain
    ):
        yield f"除了{found[1].removesuffix('的')}的它们"
    if found := re.fullmatch(
        "(.+?)的(?:和|与|跟)(.+?)的(?:哪一?[边个种]|谁)(?:更)?([多少])", plain
    ):
        yield f"{found[1]}的它们和{found[2]}的它们哪个{found[3]}"
    if found := re.fullmatch(f"哪(?:些|几?{_COUNTER}|一{_COUNTER})(?:是)?(.+?)的?", plain):
        yield f"{found[1]}的它们"
    if found := re.fullmatch(f"(.+?)的(?:都|全)?(?P<how>{_SHOWN})(?:出来?|一下|起来)*", plain):
        yield f"{'分割' if _MASKS.search(found['how']) else ''}{found[1]}的它们"
    if found := re.fullmatch("(.+?)的(?:都)?有哪(?:些|几.)", plain):
        yield f"{found[1]}的它们"
    if found := re.fullmatch("(.+?)的?(?:有没有|有吗|有么)", plain):
        yield f"有没有{found[1]}的它们"
    if found := re.fullmatch(f"(.*(?:有|是)?(?:多少|几){_COUNTER}?)", plain):
        if "的有" in plain:
            yield plain.replace("的有", "的它们有", 1)
        yield f"{plain}它们"
        yield f"它们{plain}"
    if found := re.fullmatch(
        f"(?:只要|只看|只留|留下|只)?(.+?)(?:的|[这那]?[一几]?{_COUNTER})", plain
    ):
        yield f"{found[1].removesuffix('的')}的它们"
    if found := re.fullmatch(
        f"(.+?)(?:的[这那]?一?{_COUNTER}|的|[这那]{_COUNTER})((?:有|是)?(?:多[大长宽远]|什么颜色|多少.*|朝.*|占.*|在.*))",
        plain,
    ):
        yield f"{found[1]}的它们{found[2]}"
    yield f"它们{plain}"
    yield f"它们的{plain}"
    yield f"它们是{plain}"
    yield f"它们,{plain}"


def rest(text: str, noun: str) -> str:
    """The question about all others of a class: "其他的呢", "除了它还有几艘"; "" where it is none.

    Args:
        text: as said.
        noun: the class's Chinese name.
    """
    plain = _SOFT.sub("", _plain(text))
    if re.fullmatch(f"{_OTHERS}的?(?:那些|几个)?(?:都)?(?:在哪里?|标出来)?", plain):
        return f"除了它们以外的{noun}"
    one = "(?:它们?|[这那][个些艘架辆])"
    kept = f"(?:请|再)?(?:把|将)?{_OTHERS}的?(?:{_COUNTER}|那些)?(?:都|也|全)*"
    if found := re.fullmatch(f"{kept}(.*?(?:分割|抠|勾)).*", plain):
        return f"{found[1]}除了它们以外的{noun}"
    if re.fullmatch(f"{kept}(?:标|框|圈|找)(?:出|出来|一下|起来)*", plain):
        return f"除了它们以外的{noun}"
    others = f"(?:除了?{one}(?:以外|之外|外)?,?|{_OTHERS}的?)"
    counted = f"{others}{{1,2}}(?:还|一共)*有?(?:多少|几){_COUNTER}?"
    return f"除了它们以外的{noun}有多少" if re.fullmatch(counted, plain) else ""


def difference(text: str, meant: str) -> str:
    """The last comparison of numbers, asked for the difference: "多几个"; "" where it is none.

    Args:
        text: as said.
        meant: the last question.
    """
    plain = _SOFT.sub("", _plain(text))
    if not re.fullmatch(
        f"(?:那|那么)?(?:多|少|差|相差|差了?|多出来?)(?:了)?(?:多少|几){_COUNTER}?", plain
    ):
        return ""
    found = re.fullmatch("(.+比.+?)(多|少)[吗么没]?", _plain(meant))
    return f"{found[1]}{found[2]}几个？" if found else ""


def other(
    text: str, meant: str, nouns: Sequence[str], before: Sequence[str]
) -> tuple[str, str] | None:
    """The question of another class: in full, and the class's noun; None where it names none.

    Args:
        text: as said: "那飞机呢？", "换成车", "桥呢，有几座？".
        meant: the last question.
        nouns: Chinese names of classes.
        before: those of the classes asked for last.
    """
    plain = _plain(text)
    if (found := _OTHER_ASKED.fullmatch(plain)) and found["noun"] in nouns:
        return f"{found['noun']}{found['rest']}？", found["noun"]
    found = _OTHER.fullmatch(plain)
    noun = "" if found is None else (found["a"] or found["b"] or "").removesuffix("呢")
    if noun not in nouns:
        return None
    asked = meant.translate(chinese_text.SIMPLIFIED)
    there = next((one for one in sorted(before, key=len, reverse=True) if one in asked), "")
    return (asked.replace(there, noun) if there else f"找出所有{noun}。"), noun


def anew(text: str, noun: str, nouns: Sequence[str], alone: bool) -> str:
    """The full question of a follow-up that chooses among all of a class, as if none were chosen.

    "" where the follow-up is no such one.

    Args:
        text: as typed: "所有的都找出来", "哪个离港口最近？".
        noun: of the class asked for last.
        nouns: Chinese names of classes.
        alone: only one object was found last, so "the second largest" cannot be among it.
    """
    plain = _SOFT.sub("", _plain(text))
    ranked = re.match(
        "(?:那么|那)?(第[一二三四五][大小长]|最靠?[大小长短宽窄左右上下北南西东](?:边|侧|面)?)",
        plain,
    )
    if alone and ranked and re.fullmatch(_NO_NOUN, plain[ranked.end() :]):
        return f"找出{ranked[1]}的{noun}。"
    if found := re.fullmatch(
        "(?:把)?(?:所有|全部)的?(?:它们)?(?:都|全)?(?:给我)?(找出|标出|框出|圈出|列出|分割|数)(?:出)?来?",
        plain,
    ):
        return f"{found[1]}所有{noun}。"
    found = re.fullmatch(
        f"(?:(?:其中|它们)?哪一?{_COUNTER}?离(.+?)最(近|远)|离(.+?)最(近|远)的?(?:是哪{_COUNTER}?|在哪里?|那{_COUNTER})?)",
        plain,
    )
    if found and (mark := found[1] or found[3]) in nouns and mark != noun:
        return f"离{mark}最{found[2] or found[4]}的{noun}在哪？"
    return ""


def in_english(text: str) -> str:
    """其中最大的呢？ -> "the largest of them"; the text itself where it is no such follow-up."""
    plain = _ranked(re.sub(r"[\s，。？！?!,.]", "", text.translate(chinese_text.SIMPLIFIED)))
    refers = _REFERS.search(plain) is not None
    short = len(plain) <= 10
    if not (refers or short):
        return text
    them = "it" if re.search(r"它(?!们)|这个|那个|这艘|那艘|这架|那架", plain) else "them"
    masks = _MASKS.search(plain) is not None
    segment = "segment " if masks else ""
    if re.search("(?:不要|去掉|除了|不算|排除)最|离(?:它们?|[这那]些?[个艘架])最近", plain):
        return text
    if found := re.search("第([一二三四五])([大小长])", plain):
        return f"{segment}the {_ORDINALS[found[1]]} {_SIZES[found[2]]} of them"
    if (found := re.search(f"(?:从(左|右|上|下).*)?第([一二三四五]){_COUNTER}", plain)) and len(
        plain
    ) <= 14:
        end = {"左": "left", "右": "right", "上": "top", "下": "bottom"}.get(found[1] or "", "left")
        return f"{segment}the {_ORDINALS[found[2]]} of them from the {end}"
    for word, english in _RANKS.items():
        if re.search(word, plain) and (
            refers
            or re.match(
                f"(?:那么|那|只要|只看|只留下?|留下|把|找出|挑出|选出|挑选|列出|圈出|分割|框出|标出|哪[个艘架条座辆]是?)*{word}",
                plain,
            )
        ):
            rest = re.sub(f".*?{word}(?:[边侧面端头方]|[边面]上)?", "", plain, count=1)
            if not refers and not re.fullmatch(_NO_NOUN, rest):
                continue
            number = next(
                (n for c, n in _NUMBERS.items() if re.search(rf"{c}{_COUNTER}", plain)), ""
            )
            return f"{segment}the {f'{number} ' if number else ''}{english} of them"
    if masks and (
        refers
        or re.fullmatch(
            "(?:请|再|帮我|给我|能不能|可以)*(?:把)?(?:全部|都)?(?:分割|勾勒?|抠|描|画|提取)(?:出来|一下|出|下来)*(?:轮廓|掩膜)?(?:吗|吧|呢|看看)*",
            plain,
        )
    ):
        return f"segment {them}"
    if re.search(rf"多少|几{_COUNTER}|数一?数|计数", plain):
        return (
            f"how many of {them} are there?"
            if refers
            or re.fullmatch(f"(?:一共|总共)?有?(?:多少|几){_COUNTER}?(?:呢|啊)?|数一?数", plain)
            else text
        )
    side = re.search(r"[它们个艘架]的?([左右上下东南西北])(?:边|侧|面|方)", plain)
    if side:
        return f"what is {_BESIDE[side[1]]} {them}?"
    half = re.search(r"([左右上下])半", plain)
    if half:
        return f"those in the {_HALVES[half[1]]} half"
    if re.search(r"哪里|哪儿|位置|框|在哪|标出|标一|圈", plain) and (
        refers or re.fullmatch(_WHERE, plain)
    ):
        return "where are they?" if them == "them" else "where is it?"
    return text

"""The commonest Chinese follow-ups, as their English; any other Chinese question is asked as it is."""

from __future__ import annotations

import re

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_REFERS = re.compile(r"其中|[它他她]们?|牠|这些|那些|这个|那个|这艘|那艘|这架|那架|上述|它們|這些|這個")
_SIZES = {"最大": "largest", "最小": "smallest"}
_SIDES = {
    "最左": "leftmost", "最右": "rightmost", "最上": "topmost", "最下": "bottommost", "最北": "northernmost", "最南": "southernmost",
    "最西": "westernmost", "最东": "easternmost",
}  # fmt: skip
_BESIDE = {
    "左": "left of",
    "右": "right of",
    "上": "above",
    "下": "below",
    "北": "north of",
    "南": "south of",
    "西": "west of",
    "东": "east of",
}
_HALVES = {"左": "left", "右": "right", "上": "upper", "下": "lower"}
_NUMBERS = {"两": "two", "二": "two", "三": "three", "四": "four"}


def is_chinese(text: str) -> bool:
    """Whether it has a Chinese character."""
    return _CHINESE.search(text) is not None


def in_english(text: str) -> str:
    """其中最大的呢？ -> "the largest of them"; the text itself where it is no such follow-up."""
    plain = re.sub(r"[\s，。？！?!,.]", "", text)
    refers = _REFERS.search(plain) is not None
    short = len(plain) <= 8 and re.match(r"^(?:那|那么|只要|只看)?最", plain) is not None  # 最大的呢
    if not (refers or short):
        return text
    them = "it" if re.search(r"它(?!们)|这个|那个|这艘|那艘|这架|那架", plain) else "them"
    masks = re.search(r"分割|掩膜|勾勒|轮廓|描出|抠", plain) is not None
    for table in (_SIZES, _SIDES):
        for word, english in table.items():
            if word in plain:
                number = next((n for c, n in _NUMBERS.items() if re.search(rf"{c}[个艘架座条辆]", plain)), "")
                return f"{'segment ' if masks else ''}the {f'{number} ' if number else ''}{english} of them"
    if masks:
        return f"segment {them}"
    if re.search(r"多少|几[个艘架座条辆]|数一?数|计数", plain):
        return f"how many of {them} are there?"
    side = re.search(r"[它们个艘架]的?([左右上下东南西北])(?:边|侧|面|方)", plain)
    if side:
        return f"what is {_BESIDE[side[1]]} {them}?"
    half = re.search(r"([左右上下])半", plain)
    if half:
        return f"those in the {_HALVES[half[1]]} half"
    if re.search(r"哪里|哪儿|位置|框出|在哪", plain):
        return "where are they?" if them == "them" else "where is it?"
    return text

"""Referring expressions in Chinese, each with the English of the same meaning.

The English is worded as `relations` words it for the selector.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from geomagnifier.language.classes import entries
from geomagnifier_lab.questions.chinese_templates import IN


@dataclass(frozen=True)
class Noun:
    """A noun in both languages."""

    one: str
    """English singular."""
    many: str
    """English plural."""
    word: str
    """Chinese noun."""
    measure: str
    """Chinese measure word."""
    kind: str = ""
    """Its class, or "" where it is none."""


Phrase = tuple[str, str, bool]
"""Chinese, English, and whether a landmark is named."""

SIDES = {
    "left": entries("左边 | 左侧 | 左 | 西边 | 左面 | 西侧 | 左手边"),
    "right": entries("右边 | 右侧 | 右 | 东边 | 右面 | 东侧 | 右手边"),
    "top": entries("上边 | 上方 | 上面 | 北边 | 顶部 | 上 | 北侧"),
    "bottom": entries("下边 | 下方 | 下面 | 南边 | 底部 | 下 | 南侧"),
}
ENDS = {
    "left": ("左", "右", "西", "东"),
    "right": ("右", "左", "东", "西"),
    "top": ("上", "下", "北", "南"),
    "bottom": ("下", "上", "南", "北"),
}
"""A side and the one opposite, by hand and by compass."""
MOST = {
    "left": (
        "leftmost",
        entries("最左边 | 最左侧 | 最靠左 | 最西边 | 最左面 | 最左 | 最西侧 | 最西端"),
    ),
    "right": (
        "rightmost",
        entries("最右边 | 最右侧 | 最靠右 | 最东边 | 最右面 | 最右 | 最东侧 | 最东端"),
    ),
    "top": (
        "topmost",
        entries("最上边 | 最上方 | 最靠上 | 最北边 | 最上面 | 最顶部 | 最北侧 | 最上端"),
    ),
    "bottom": (
        "bottommost",
        entries("最下边 | 最下方 | 最靠下 | 最南边 | 最下面 | 最底部 | 最南侧 | 最下端"),
    ),
}
HALVES = {
    "left": ("left", entries("左半部分 | 左半边 | 左边 | 左侧 | 左半 | 西半部 | 左半幅 | 左部")),
    "right": ("right", entries("右半部分 | 右半边 | 右边 | 右侧 | 右半 | 东半部 | 右半幅 | 右部")),
    "top": ("upper", entries("上半部分 | 上半边 | 上方 | 上部 | 上半 | 北半部 | 上半幅 | 上面")),
    "bottom": ("lower", entries("下半部分 | 下半边 | 下方 | 下部 | 下半 | 南半部 | 下半幅 | 下面")),
}
CORNERS = {
    "top left": entries("左上角 | 左上方 | 左上 | 西北角 | 左上部 | 左上区域"),
    "top right": entries("右上角 | 右上方 | 右上 | 东北角 | 右上部 | 右上区域"),
    "bottom left": entries("左下角 | 左下方 | 左下 | 西南角 | 左下部 | 左下区域"),
    "bottom right": entries("右下角 | 右下方 | 右下 | 东南角 | 右下部 | 右下区域"),
}
BESIDE = {
    "left": ("to the left of", entries("左边 | 左侧 | 西边 | 左面 | 西侧")),
    "right": ("to the right of", entries("右边 | 右侧 | 东边 | 右面 | 东侧")),
    "top": ("above", entries("上方 | 上面 | 北边 | 上边 | 北侧")),
    "bottom": ("below", entries("下方 | 下面 | 南边 | 下边 | 南侧")),
}
SIZES = (
    ("largest", "大", entries("最大 | 面积最大 | 体积最大 | 个头最大 | 尺寸最大 | 占地最大")),
    ("smallest", "小", entries("最小 | 面积最小 | 个头最小 | 尺寸最小 | 占地最小 | 最不起眼")),
)
DIGITS = ("零", "一", "二", "三", "四", "五")
ORDINALS = ("", "first", "second", "third", "fourth", "fifth")
NUMBERS = {2: ("两", "two"), 3: ("三", "three"), 4: ("四", "four")}

ONE = entries(
    "{b}的{n} | {b}的那{m}{n} | {b}的一{m}{n} | {b}那{m}{n} | {b}的{n} | {b}{n} | {n}中{b}的 |"
    " {n}里{b}的一{m}"
)
"""A noun and what sets it apart, {b}: one object."""
MANY = entries("{b}的{n} | {b}的{n} | {b}{n} | {b}的所有{n} | {b}的那些{n} | {i}{b}的{n}")
"""A noun and what sets them apart, {b}: several objects."""
SECOND = entries(
    "第二{x}的{n} | 第二{x}的那{m}{n} | {n}中第二{x}的 | 面积第二{x}的{n} | 排第二{x}的{n} |"
    " 第二{x}{n}"
)
ORDINAL = entries("""
    从{t}数第{k}{m}{n} | {c}起第{k}{m}{n} | 从{c}往{d}第{k}{m}{n} | {t}第{k}{m}{n}
    从{t}开始第{k}{m}{n} | 从{c}到{d}第{k}{m}{n} | 从{c}往{d}数第{k}{m}{n} | 从{t}起的第{k}{m}{n}
    {c}数第{k}{m}{n} | 由{c}至{d}的第{k}{m}{n} | 从{w}往{v}数第{k}{m}{n} | {n}中{c}起第{k}{m}
""")
SEVERAL = entries("{x}的{k}{m}{n} | {k}{m}{x}的{n} | {n}中{x}的{k}{m} | {x}{k}{m}{n}")
ROW = entries(
    "{x}一{l}{n} | {x}一{l}的{n} | {x}那{l}{n} | {x}的一{l}{n} | {t}一{l}{n} | {t}那{l}的{n}"
)
NEAR = entries("""
    离{o}最近 | 距离{o}最近 | 靠近{o} | {o}旁边 | 紧挨着{o} | {o}附近 | 最靠近{o} | 邻近{o}
    挨着{o} | {o}边上 | {o}旁 | 与{o}相邻
""")
FAR = entries("离{o}最远 | 距离{o}最远 | 远离{o} | 距{o}最远 | 最远离{o}")
BETWEEN = entries(
    "两{om}{o}之间 | {o}之间 | {o}中间 | 两{om}{o}中间 | 夹在两{om}{o}之间 | 位于{o}之间"
)
CENTRE = entries(
    "最中间 | 最靠近中心 | 离中心最近 | 图像中央 | 正中间 | 正中央 | 画面中心 | 最靠近图像中心"
)


def pick(rng: Generator, choices: Sequence[Any]) -> Any:
    """One of the choices.

    Args:
        rng: where chance comes from.
        choices: at least one.
    """
    return choices[int(rng.integers(len(choices)))]


def _side(rng: Generator) -> str:
    return str(pick(rng, tuple(SIDES)))


def _told(rng: Generator, thing: Noun, apart: str, forms: Sequence[str]) -> str:
    i = pick(rng, IN) if rng.random() < 0.5 else ""
    return str(pick(rng, forms)).replace("{b}", apart).format(n=thing.word, m=thing.measure, i=i)


def extreme(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """The leftmost.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    english, words = MOST[_side(rng)]
    return _told(rng, thing, pick(rng, words), ONE), f"the {english} {thing.one}", False


def size(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """The largest, now and then within a corner.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    english, _, words = SIZES[int(rng.random() > 0.6)]
    if rng.random() < 0.25:
        corner = str(pick(rng, tuple(CORNERS)))
        return (
            _told(rng, thing, pick(rng, CORNERS[corner]) + pick(rng, words), ONE),
            f"the {english} {thing.one} in the {corner}",
            False,
        )
    return _told(rng, thing, pick(rng, words), ONE), f"the {english} {thing.one}", False


def second(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """The second largest.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    english, word, _ = SIZES[int(rng.random() > 0.6)]
    return (
        pick(rng, SECOND).format(x=word, n=thing.word, m=thing.measure),
        f"the second {english} {thing.one}",
        False,
    )


def ordinal(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """The second from the left.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    side, k = _side(rng), int(pick(rng, (1, 2, 2, 2, 3, 3, 4, 5)))
    c, d, w, v = ENDS[side]
    number = DIGITS[k] if rng.random() < 0.8 else str(k)
    slots = {
        "t": pick(rng, SIDES[side]),
        "c": c,
        "d": d,
        "w": w,
        "v": v,
        "k": number,
        "n": thing.word,
        "m": thing.measure,
    }
    return (
        pick(rng, ORDINAL).format(**slots),
        f"the {ORDINALS[k]} {thing.one} from the {side}",
        False,
    )


def half(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """Those in the left half.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    english, words = HALVES[_side(rng)]
    return (
        _told(rng, thing, pick(rng, words), MANY),
        f"the {thing.many} in the {english} half",
        False,
    )


def corner(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """Those in the top left corner.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    where = str(pick(rng, tuple(CORNERS)))
    return (
        _told(rng, thing, pick(rng, CORNERS[where]), MANY),
        f"the {thing.many} in the {where} corner",
        False,
    )


def near(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """The one next to the landmark.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    return (
        _told(rng, thing, pick(rng, NEAR).format(o=mark.word), ONE),
        f"the {thing.one} next to the {mark.one}",
        True,
    )


def far(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """The one farthest from the landmark.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    return (
        _told(rng, thing, pick(rng, FAR).format(o=mark.word), ONE),
        f"the {thing.one} farthest from the {mark.one}",
        True,
    )


def between(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """The one between two landmarks.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    apart = pick(rng, BETWEEN).format(o=mark.word, om=mark.measure)
    return _told(rng, thing, apart, MANY), f"the {thing.one} between the {mark.many}", True


def beside(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """Those to the left of the landmark.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    english, words = BESIDE[_side(rng)]
    apart = pick(rng, ("{o}{t}", "{o}的{t}", "在{o}{t}", "位于{o}{t}")).format(
        o=mark.word, t=pick(rng, words)
    )
    return _told(rng, thing, apart, MANY), f"the {thing.many} {english} the {mark.one}", True


def several(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """The two largest, or the two leftmost.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    k = int(rng.integers(2, 5))
    by_size = rng.random() < 0.5
    english, words = SIZES[int(rng.random() > 0.6)][::2] if by_size else MOST[_side(rng)]
    number = str(k) if rng.random() < 0.3 else NUMBERS[k][0]
    chinese = pick(rng, SEVERAL).format(x=pick(rng, words), k=number, n=thing.word, m=thing.measure)
    return chinese, f"the {NUMBERS[k][1]} {english} {thing.many}", False


def row(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """The upper row, the left column.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    side = _side(rng)
    upright = side in ("left", "right")
    line, english = ("列", "column") if upright else (pick(rng, ("排", "行")), "row")
    chinese = pick(rng, ROW).format(
        x=pick(rng, MOST[side][1]), t=pick(rng, SIDES[side]), l=line, n=thing.word
    )
    return chinese, f"the {HALVES[side][0]} {english} of {thing.many}", False


def centre(rng: Generator, thing: Noun, mark: Noun) -> Phrase:
    """The one closest to the centre.

    Args:
        rng: where chance comes from.
        thing: what is referred to.
        mark: the landmark, where one is named.
    """
    return (
        _told(rng, thing, pick(rng, CENTRE), ONE),
        f"the {thing.one} closest to the centre",
        False,
    )


WAYS: tuple[Callable[[Generator, Noun, Noun], Phrase], ...] = (
    *(
        extreme,
        extreme,
        size,
        size,
        size,
        second,
        ordinal,
        ordinal,
        ordinal,
        half,
        half,
        corner,
        corner,
    ),
    *(near, near, far, between, beside, beside, several, several, row, centre),
)
"""Drawn from evenly: what people ask for most stands here more than once."""

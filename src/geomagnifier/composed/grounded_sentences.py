"""Grounded conversation.

"describe and segment the ships" is told class, number, colour and place, each phrase tied to its
regions.

    two white ships on the right, a yellow airplane on the left

Regions of one class and one colour that lie on one side of the scene share a phrase. The colour is
that of the pixels inside the mask; a region with too few of them has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geomagnifier.composed import object_colours
from geomagnifier.geometry import Box
from geomagnifier.language.number_words import NUMBERS
from geomagnifier.masks import decode_window
from geomagnifier.results import GeneratedText, Region
from geomagnifier.types import Bytes, SceneInfo

ENGLISH = re.compile(
    r"\b(describe|describing|caption|tell me"
    r" about)\b.*\b(segment|mask|outline|ground)\w*\b|\b(segment|mask|outline)\w*\b.*\bdescrib"
)
CHINESE = re.compile(
    "(描述|介绍|说明)[^。？]*(分割|标出|掩膜|掩码)|(分割|标出)[^。？]*(描述|介绍|说明)"
)
MOST = 200
"""Regions above which nothing is told of colours and places: the sentence would be as long as the
list.
"""
FEWEST = 12
"""Pixels of a mask from which it has a colour."""
SIDE = 0.05
"""How far from the middle, as a share of the scene, the centres of all regions of a phrase lie that
is told by its side.
"""
ZH_NUMBERS = "零一两三四五六七八九"
ZH_COLOURS = {
    "white": "白",
    "black": "黑",
    "grey": "灰",
    "red": "红",
    "orange": "橙",
    "yellow": "黄",
    "green": "绿",
    "blue": "蓝",
    "purple": "紫",
    "brown": "棕",
}
PLACES = {
    (-1, 0): ("on the left", "左侧"),
    (1, 0): ("on the right", "右侧"),
    (0, -1): ("at the top", "上部"),
    (0, 1): ("at the bottom", "下部"),
    (-1, -1): ("in the upper left", "左上角"),
    (1, -1): ("in the upper right", "右上角"),
    (-1, 1): ("in the lower left", "左下角"),
    (1, 1): ("in the lower right", "右下角"),
    (0, 0): ("", ""),
}
"""By side across and down, in English and Chinese."""


@dataclass(frozen=True)
class Group:
    """Regions that share a phrase of the sentence."""

    label: str
    """Their class."""
    colour: str
    """"" where none is told."""
    side: tuple[int, int]
    """A key of `PLACES`: -1, 0 or 1 across and down."""
    members: tuple[int, ...]
    """Indices of the regions."""


def asked(question: str) -> bool:
    """Whether a description with masks is asked for."""
    return bool(ENGLISH.search(question.lower()) or CHINESE.search(question))


def groups(
    regions: Sequence[Region], scene: SceneInfo, read: Callable[[Box], Bytes]
) -> list[Group]:
    """Regions by class, colour and side, the class named first with most of them first.

    Args:
        regions: with masks.
        scene: whose px they are in.
        read: pixels (h, w, 3) of a box of whole scene px.
    """
    by: dict[tuple[str, str], list[int]] = {}
    for number, region in enumerate(regions):
        by.setdefault((region.label, colour_of(region, scene, read)), []).append(number)
    found = []
    for (label, colour), members in by.items():
        side = side_of([regions[i] for i in members], scene)
        halves = [members]
        if side[0] == 0 and len(members) > 1:
            left = [i for i in members if sum(regions[i].box[::2]) / 2 < scene.width / 2]
            right = [i for i in members if i not in left]
            if all(
                part and side_of([regions[i] for i in part], scene)[0] for part in (left, right)
            ):
                halves = [left, right]
        found += [
            Group(label, colour, side_of([regions[i] for i in half], scene), tuple(half))
            for half in halves
        ]
    order = list(dict.fromkeys(region.label for region in regions))
    return sorted(found, key=lambda group: (order.index(group.label), -len(group.members)))


def colour_of(region: Region, scene: SceneInfo, read: Callable[[Box], Bytes]) -> str:
    """The colour of the pixels inside a region's mask; "" where there are too few.

    Args:
        region: of the scene.
        scene: whose px the box is in.
        read: reads a box of scene px -> (h, w, 3).
    """
    if region.segmentation is None:
        return ""
    x0, y0, x1, y1 = region.box
    box = Box(
        max(0, int(x0)),
        max(0, int(y0)),
        min(scene.width, int(np.ceil(x1))),
        min(scene.height, int(np.ceil(y1))),
    )
    mask = decode_window(region.segmentation, box)
    return object_colours.name(read(box)[mask]) if mask.sum() >= FEWEST else ""


def side_of(regions: Sequence[Region], scene: SceneInfo) -> tuple[int, int]:
    """The side of the scene on which all of some regions lie: -1, 0 or 1 across and down.

    Args:
        regions: of the scene.
        scene: whose px the boxes are in.
    """
    centres = np.array(
        [
            [(r.box[0] + r.box[2]) / 2 / scene.width, (r.box[1] + r.box[3]) / 2 / scene.height]
            for r in regions
        ]
    )
    low, high = centres.min(0), centres.max(0)
    across, down = (
        1 if a > 0.5 + SIDE else -1 if b < 0.5 - SIDE else 0 for a, b in zip(low, high, strict=True)
    )
    return across, down


def said(
    found: Sequence[Group], plain: GeneratedText, nouns: Mapping[str, str]
) -> tuple[str, list[str]]:
    """The sentence, and the phrase of each group in it.

    Args:
        found: of `groups`, at least one.
        plain: what the model says of the same regions: its phrases know the words of each class.
        nouns: by class the Chinese noun.
    """
    zh = plain.language == "zh"
    if zh:
        phrases = [
            _chinese(group, plain.phrases.get(group.label, ""), nouns.get(group.label, group.label))
            for group in found
        ]
        places = [PLACES[group.side][1] for group in found]
        placed = [f"{place}有{phrase}" for place, phrase in zip(places, phrases, strict=True)]
        return f"图中{'，'.join(placed)}。", phrases
    phrases = [_english(group, plain.phrases.get(group.label, "")) for group in found]
    verb = "is" if len(found[0].members) == 1 else "are"
    listed = phrases[0]
    if len(phrases) > 1:
        listed = f"{', '.join(phrases[:-1])} and {phrases[-1]}"
    return (
        f"There {verb} {listed}.",
        phrases,
    )


def _english(group: Group, plain: str) -> str:
    count = len(group.members)
    noun = group.label if count == 1 else f"{group.label}s"
    if f" of {group.label}" in plain:
        noun = f"{'area' if count == 1 else 'areas'} of {group.label}"
    words = " ".join(word for word in (group.colour, noun) if word)
    number = (
        ("an" if words[0] in "aeiou" else "a")
        if count == 1
        else NUMBERS[count]
        if count < len(NUMBERS)
        else str(count)
    )
    return " ".join(word for word in (number, words, PLACES[group.side][0]) if word)


def _chinese(group: Group, plain: str, noun: str) -> str:
    count = len(group.members)
    measure = (
        re.sub(rf"^[{ZH_NUMBERS}\d]+", "", plain.removesuffix(noun))
        if plain.endswith(noun)
        else "个"
    )
    number = ZH_NUMBERS[count] if count < len(ZH_NUMBERS) else str(count)
    colour = f"{ZH_COLOURS[group.colour]}色的" if group.colour else ""
    return f"{number}{measure or '个'}{colour}{noun}"

"""Chinese names of classes, and names beside those that the model's card lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from geomagnifier.composed.placeholders import Lexicon

ALIASES: dict[str, str] = {
    "港池": "港口",
    "港区": "港口",
    "田地": "农田地块",
    "田": "农田地块",
    "农田": "农田地块",
    "庄稼地": "农田地块",
    "庄稼": "农田地块",
    "大卡车": "卡车",
    "大客车": "公交车",
    "小型汽车": "汽车",
    "大轮船": "船",
    "车子": "车",
    **dict.fromkeys(("耕地", "农地", "水田", "旱地", "稻田", "麦田", "菜地"), "农田地块"),
    "林木": "树木",
    "罐区": "储罐",
    "大型客车": "客车",
    "大型货车": "货车",
}
"""Names beside those of the classes, each with one of these."""


@lru_cache(maxsize=8)
def names(lexicon: Lexicon, boats: bool = False) -> Mapping[str, tuple[str, ...]]:
    """Classes by Chinese name.

    Args:
        lexicon: the names of the model's classes.
        boats: boats are spoken of as well, so that 大船 are ships.
    """
    table = {name: kinds for name, kinds in lexicon.table().items() if not name.isascii()}
    for word, usual in ALIASES.items():
        if usual in table:
            table.setdefault(word, table[usual])
    if boats and "船" in table:
        table.setdefault("大船", table["船"])
    return table | dict.fromkeys(("类别", "种类"), tuple(lexicon.objects))


@lru_cache(maxsize=8)
def pattern(lexicon: Lexicon, boats: bool = False) -> re.Pattern[str]:
    """Any of the names, the longest first.

    Args:
        lexicon: the names of the model's classes.
        boats: as for `names`.
    """
    longest = sorted(names(lexicon, boats), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest)) or "(?!)")

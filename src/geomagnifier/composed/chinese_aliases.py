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
    **dict.fromkeys(("圆形储罐", "液体储罐", "大油罐"), "储罐"),
    "室外网球场": "网球场",
    "室外篮球场": "篮球场",
    "学校操场": "操场",
    "货运码头": "码头",
    "家用车": "轿车",
    **dict.fromkeys(("厢式车", "中巴", "小型客车"), "面包车"),
    **dict.fromkeys(("拖挂车", "半挂车"), "卡车"),
    "舢板": "小船",
    "单棵树": "树",
    "海枣树": "棕榈树",
    **dict.fromkeys(("光伏面板", "屋顶光伏", "太阳能光伏板"), "光伏板"),
    "后院泳池": "泳池",
    **dict.fromkeys(("农作物田", "作物田"), "农田地块"),
    "建筑房屋": "建筑",
    "水体区域": "水体",
    **dict.fromkeys(("绿色植被", "植被区域", "绿化区域"), "植被"),
    "公路路面": "公路",
    **dict.fromkeys(("黄土地", "沙土地"), "裸地"),
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
    return table | dict.fromkeys(("类别", "种类"), lexicon.every)


@lru_cache(maxsize=8)
def pattern(lexicon: Lexicon, boats: bool = False) -> re.Pattern[str]:
    """Any of the names, the longest first.

    Args:
        lexicon: the names of the model's classes.
        boats: as for `names`.
    """
    longest = sorted(names(lexicon, boats), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest)) or "(?!)")

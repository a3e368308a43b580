"""The text decoder's English caption of an image, in Chinese.

Its objects with number, colour and place, by a table of its words.

    "many buildings and green trees are in a dense residential area ."
        "密集住宅区里有许多建筑和绿色的树木。"
    "a house is surrounded by trees and lawn ."
        "一栋房屋被树木和草坪环绕。"

A word that is not in the tables says nothing; a sentence without a noun of the tables gives "".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from geomagnifier.language.chinese_answers import listed

_NOUNS = """
airplane aeroplane plane aircraft:架 飞机|airport airfield:座 机场|
terminal terminal-building:座 航站楼|runway:条 跑道|
apron tarmac:片 停机坪|bare-land bareland bare-ground:片 裸地|
baseball-diamond baseball-field baseballfield baseball:个 棒球场|
basketball-court basketball-field:个 篮球场|tennis-court tennis-field:个 网球场|
football-field soccer-field playing-field:个 足球场|
ground-track-field track:个 田径场|beach:片 海滩|bridge:座 桥|building edifice:栋 建筑|
house home:栋 房屋|villa:栋 别墅|cottage:栋 小屋|
apartment flat:栋 公寓|skyscraper:栋 高楼|center centre center-building centre-building:座 中心建筑|
church:座 教堂|stadium:座 体育场|
gymnasium gym:座 体育馆|grandstand stand bleachers:个 看台|roof:个 屋顶|ceiling:个 屋顶|
mobile-home:栋 活动房屋|
mobile-home-park:片 活动房屋区|
residential-area residential-district residential-region residential neighborhood
community:片 住宅区|

dense-residential-area dense-residential:片 密集住宅区|
medium-residential-area medium-residential:片 中等密度住宅区|
sparse-residential-area sparse-residential:片 稀疏住宅区|
commercial-area commercial-district commercial business-district:片 商业区|
industrial-area industrial-district industrial-region industrial:片 工业区|factory:座 工厂|
workshop:座 厂房|school campus:所 学校|
park:座 公园|square:座 广场|playground:个 操场|golf-course golf:个 高尔夫球场|resort:座 度假村|
port harbor harbour:座 港口|
pier wharf dock:座 码头|railway-station train-station railwaystation:座 火车站|
railway rail railway-line:条 铁路|train:列 火车|
station:座 车站|storage-tank storagetank tank:个 储罐|refinery:座 炼油厂|container:个 集装箱|
viaduct:座 高架桥|
overpass flyover:座 立交桥|intersection crossroads crossroad junction:个 路口|
freeway highway:条 高速公路|road street:条 道路|
path trail footpath pathway:条 小路|parking-lot parking-area car-park parking:个 停车场|
lane:条 车道|car vehicle automobile:辆 车|
van:辆 面包车|truck:辆 卡车|boat:条 小船|ship:艘 船|yacht:艘 游艇|tree:棵 树木|
plant vegetation:片 植被|grass:片 草|lawn turf:片 草坪|
grassland meadow prairie:片 草地|forest:片 森林|wood:片 树林|bush shrub:丛 灌木|weed:片 杂草|
chaparral:片 灌丛|flower:片 花|
flower-bed bed:个 花坛|green-belt belt:条 绿化带|garden:座 花园|farmland cropland farm:片 农田|
crop:片 庄稼|field:块 田地|
pasture:片 牧场|mountain hill:座 山|ridge:道 山脊|valley:道 山谷|peak mountainpeak:座 山峰|
rock stone:块 岩石|cliff:面 悬崖|
sand:片 沙地|sand-dune dune:座 沙丘|desert:片 沙漠|soil earth dirt loess:片 土地|
ground land:片 地面|wasteland:片 荒地|island:座 岛|
peninsula:座 半岛|bank:道 河岸|coast shore coastline:道 海岸|water:片 水面|sea ocean:片 海水|
wave:道 波浪|ripple:道 波纹|
foam spray:片 浪花|river stream:条 河流|tributary:条 支流|lake:个 湖|pond:个 池塘|
pool swimming-pool:个 游泳池|basin:个 水池|
fountain:座 喷泉|wetland:片 湿地|ice:片 冰|snow:片 雪|bunker:个 沙坑|umbrella:把 遮阳伞|
chair:把 椅子|shed:个 棚子|awning:个 遮阳棚|
pipe:条 管道|ferris-wheel wheel:座 摩天轮|people person:个 人|shadow:片 阴影|
line mark mark-line:条 标线|goal:个 球门|seat:个 座位|
residential-building:栋 住宅楼|office-building:栋 办公楼|industrial-building plant-building:栋 厂房|
public-building:栋 公共建筑|
tree-belt:条 林带
"""
_ADJECTIVES = {
    "green": "绿色的", "white": "白色的", "black": "黑色的", "gray": "灰色的", "grey": "灰色的",
    "red": "红色的", "blue": "蓝色的", "yellow": "黄色的", "yellowish": "黄色的", "brown": "棕色的",
    "orange": "橙色的", "pink": "粉色的", "purple": "紫色的", "silver": "银色的",
    "silvery": "银色的", "khaki": "土黄色的", "beige": "米色的", "cyan": "青色的",
    "colorful": "彩色的", "colourful": "彩色的", "emerald": "翠绿的", "verdant": "翠绿的",
    "dark": "深", "light": "浅", "bright": "明亮的", "large": "大片的", "big": "大的",
    "huge": "巨大的", "small": "小的", "little": "小的", "tiny": "很小的", "long": "长的",
    "short": "短的", "wide": "宽的", "broad": "宽阔的", "narrow": "狭窄的", "tall": "高大的",
    "high": "高大的", "low": "低矮的", "dense": "茂密的", "lush": "茂盛的", "sparse": "稀疏的",
    "straight": "笔直的", "curved": "弯曲的", "winding": "蜿蜒的", "circular": "圆形的",
    "round": "圆形的", "square-shaped": "方形的", "rectangular": "长方形的",
    "rectangle": "长方形的", "irregular": "不规则的", "regular": "规则的", "oval": "椭圆形的",
    "triangular": "三角形的", "polygonal": "多边形的", "parallel": "平行的", "empty": "空的",
    "vast": "广阔的", "open": "开阔的", "bare": "裸露的", "dry": "干燥的", "withered": "枯萎的",
    "desolate": "荒凉的", "old": "旧的", "luxury": "豪华的", "smooth": "平整的",
    "several-storey": "", "deep": "深", "outdoor": "露天的", "scattered": "零散的",
}  # fmt: skip
_NUMBERS = {
    "many": "许多", "lots-of": "许多", "a-lot-of": "许多", "plenty-of": "许多", "numerous": "许多",
    "dozens-of": "几十", "some": "一些", "several": "几", "few": "少量", "a-few": "少量",
    "a-number-of": "一些", "two": "两", "three": "三", "four": "四", "five": "五", "six": "六",
    "seven": "七", "eight": "八", "nine": "九", "ten": "十", "one": "一", "a": "一", "an": "一",
    "another": "另一", "rows-of": "成排的", "a-row-of": "一排", "two-rows-of": "两排",
    "rows-and-rows-of": "成排的", "a-piece-of": "一片", "pieces-of": "一片片",
    "many-pieces-of": "许多片", "several-pieces-of": "几片", "some-pieces-of": "几片",
    "two-pieces-of": "两片", "an-area-of": "一片", "a-large-number-of": "大量",
    "large-numbers-of": "大量", "large-amounts-of": "大量", "a-line-of": "一排",
    "a-group-of": "一组", "clusters-of": "一丛丛", "most": "大部分", "all": "所有", "both": "两",
}  # fmt: skip
_COUNTED = frozenset(["几", "两", "三", "四", "五", "六", "七", "八", "九", "十", "一", "另一"])
_RELATIONS = {
    "on-two-sides-of": "两侧", "in-two-sides-of": "两侧", "on-both-sides-of": "两侧",
    "at-both-sides-of": "两侧", "at-two-sides-of": "两侧", "in-both-sides-of": "两侧",
    "on-the-two-sides-of": "两侧", "on-one-side-of": "一侧", "on-both-banks-of": "两岸",
    "in-both-banks-of": "两岸", "on-two-banks-of": "两岸", "in-one-side-of": "一侧",
    "at-one-side-of": "一侧", "on-the-side-of": "一侧", "at-the-edge-of": "边缘",
    "in-the-middle-of": "中间", "at-the-center-of": "中间", "in-the-center-of": "中间",
    "near": "附近", "nearby": "附近", "next-to": "旁边", "beside": "旁边", "besides": "旁边",
    "close-to": "附近", "closed-to": "附近", "by": "旁边", "along": "沿线", "alongside": "沿线",
    "around": "周围", "arround": "周围", "between": "之间", "among": "之间", "in": "里",
    "inside": "里", "at": "里", "on": "上", "over": "上", "outside": "外面",
}  # fmt: skip
_LINKS = {
    "with": "，有", "has": "，有", "have": "，有", "contains": "，有", "includes": "，有",
    "including": "，有", "consists-of": "，由{}组成", "compose-of": "，由{}组成",
    "composed-of": "，由{}组成", "is-made-of": "，由{}组成", "constitute": "，构成",
    "constitutes": "，构成", "compose": "，构成", "form": "，构成", "forms": "，构成",
    "surrounded-by": "被{}环绕", "surounded-by": "被{}环绕", "surrounds": "，环绕着",
    "surround": "，环绕着", "covered-with": "，覆盖着", "covered-by": "，覆盖着",
    "go-across": "，穿过", "goes-across": "，穿过", "across": "，跨过", "through": "，穿过",
    "go-through": "，穿过", "goes-through": "，穿过", "cross": "，跨过", "crosses": "，跨过",
    "divided-into": "，分成", "is-covered-with": "，覆盖着", "separated-by": "，被{}隔开",
    "connected-to": "，连着", "connects": "，连着", "above": "，上方是", "below": "，下方是",
    "behind": "，后面是", "while": "，", "where": "，其中有",
}  # fmt: skip
_SAYINGS = {
    "arranged-neatly": "排列整齐", "neatly-arranged": "排列整齐", "arranged-compactly": "排列紧密",
    "densely-arranged": "排列密集", "orderly-arranged": "排列有序", "arranged-orderly": "排列有序",
    "docked-in-lines": "成排停靠", "docked-neatly": "整齐停靠", "docked": "停靠着",
    "moored": "停靠着", "parked-neatly": "整齐停放", "neatly-parked": "整齐停放",
    "parked": "停放着", "stopped": "停放着", "scattered": "零散分布",
    "closed-to-each-other": "彼此紧邻", "close-to-each-other": "彼此紧邻", "in-lines": "成行排列",
    "in-rows": "成行排列", "in-line": "排成一行", "in-a-line": "排成一行", "side-by-side": "并排",
    "densely": "密集", "sparsely": "稀疏", "diagonally": "斜向", "vertically": "互相垂直",
    "slapping-up-and-down": "起伏", "with-each-other": "", "driving": "行驶着", "running": "行驶着",
}  # fmt: skip
_STARTS = re.compile("^(?:this|it|here|that)-(?:is|are)-(?=.)")
_PLURALS = (
    ("ies", "y"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("ses", "s"),
    ("xes", "x"),
    ("ves", "f"),
    ("s", ""),
)


def _table() -> dict[str, tuple[str, str]]:
    rows = (entry.strip().split(":") for entry in _NOUNS.strip().split("|"))
    return {
        name: (told.split()[0], told.split()[1]) for names, told in rows for name in names.split()
    }


_THINGS = _table()
_LONGEST = 5
"""Words of the longest saying."""


@dataclass
class _Part:
    """Things that a relation or link brings."""

    word: str
    """It, as in the tables, "" of the subject."""
    things: list[str] = field(default_factory=list)


def in_chinese(tokens: Sequence[str]) -> str:
    """The sentence in Chinese; "" where it names nothing of the tables.

    Args:
        tokens: of the decoder: words and marks.
    """
    words = [word for word in " ".join(tokens).lower().replace("-", " ").split() if word != "."]
    parts, sayings = [_Part("")], []
    number, at = "", 0
    adjectives: list[str] = []
    while at < len(words):
        for n in range(min(_LONGEST, len(words) - at), 0, -1):
            key = "-".join(words[at : at + n])
            if (thing := _thing(key)) is not None:
                parts[-1].things.append(_said(number, adjectives, *thing))
                number, adjectives = "", []
            elif key in _NUMBERS and not (n == 1 and number):
                number = _NUMBERS[key]
            elif key in _LINKS or key in _RELATIONS:
                parts.append(_Part(key))
                number, adjectives = "", []
            elif key in _SAYINGS:
                sayings.append(_SAYINGS[key])
            elif key in _ADJECTIVES:
                adjectives.append(_ADJECTIVES[key])
            elif n > 1:
                continue
            at += n
            break
    parts = [part for part in parts if part.things or not part.word]
    return _sentence(
        parts,
        [saying for saying in dict.fromkeys(sayings) if saying],
        bool(_STARTS.match("-".join(words))),
    )


def _thing(key: str) -> tuple[str, str] | None:
    for ending, stem in (("", ""), *_PLURALS):
        if (
            key.endswith(ending)
            and (found := _THINGS.get(key.removesuffix(ending) + stem)) is not None
        ):
            return found
    return None


def _said(number: str, adjectives: Sequence[str], measure: str, noun: str) -> str:
    count = f"{number}{measure}" if number in _COUNTED else number
    told = [
        word
        for word in dict.fromkeys(adjectives)
        if not (word == "绿色的" and "翠绿的" in adjectives)
    ]
    if told and told[-1] in ("深", "浅"):
        told[-1] += "色的"
    joined = re.sub(
        "([白黑灰红蓝黄绿棕橙]色)的(?=[白黑灰红蓝黄绿棕橙]色的)", r"\1和", "".join(told)
    )
    if "大片的" in told and count.startswith("一"):
        count, joined = "一大片", joined.replace("大片的", "")
    return f"{count}{joined}{noun}"


def _sentence(parts: Sequence[_Part], sayings: Sequence[str], named: bool) -> str:
    if not any(part.things for part in parts):
        return ""
    subject, *rest = parts if parts[0].things else [*parts[1:], _Part("")]
    things, text = listed(subject.things), ""
    if subject.word in _RELATIONS and rest and rest[0].things:  # "near the road is a house"
        text, rest = f"{things}{_RELATIONS[subject.word]}有{listed(rest[0].things)}", rest[1:]
    elif named:
        text = f"这是{things}"
    elif rest and rest[0].word in _RELATIONS:
        ground = re.sub("^一[个座片条所栋]", "", listed(rest[0].things))
        text, rest = f"{ground}{_RELATIONS[rest[0].word]}有{things}", rest[1:]
    elif rest and rest[0].word.endswith("rounded-by"):
        text, rest = f"{things}被{listed(rest[0].things)}环绕", rest[1:]
    else:
        text = f"图中有{things}"
    for part in rest:
        if not part.things:
            continue
        if part.word in _RELATIONS:
            ground = re.sub("^一[个座片条所栋]", "", listed(part.things))
            text += f"，位于{ground}{_RELATIONS[part.word]}"
        elif "{}" in _LINKS[part.word]:
            text += f"，{_LINKS[part.word].format(listed(part.things)).lstrip('，')}"
        else:
            text += f"{_LINKS[part.word]}{listed(part.things)}"
    return "".join([text, *(f"，{saying}" for saying in sayings)]) + "。"

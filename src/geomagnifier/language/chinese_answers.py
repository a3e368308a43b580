"""Answers in Chinese: what was found, put into a sentence by rule.

English sentences are written by the text decoder; it has no Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geomagnifier.language.positions import CHINESE, Box, parts
from geomagnifier.language.yes_no_question import YesNoQuestion

NOUNS: dict[str, tuple[str, str]] = {
    "airplane": ("架", "飞机"),
    "ship": ("艘", "船"),
    "storage tank": ("个", "储罐"),
    "baseball diamond": ("个", "棒球场"),
    "tennis court": ("片", "网球场"),
    "basketball court": ("个", "篮球场"),
    "ground track field": ("个", "田径场"),
    "harbor": ("座", "港口"),
    "bridge": ("座", "桥"),
    "vehicle": ("辆", "车"),
    "car": ("辆", "汽车"),
    "van": ("辆", "面包车"),
    "truck": ("辆", "卡车"),
    "bus": ("辆", "公交车"),
    "boat": ("条", "小船"),
    "tree": ("棵", "树木"),
    "palm tree": ("棵", "棕榈树"),
    "wind turbine": ("台", "风力发电机"),
    "solar panel": ("块", "太阳能板"),
    "swimming pool": ("个", "游泳池"),
    "oil well": ("口", "油井"),
    "crop field": ("块", "农田地块"),
    "building": ("栋", "建筑"),
    "water": ("片", "水域"),
    "vegetation": ("片", "植被"),
    "road": ("条", "道路"),
    "land": ("块", "裸地"),
}
"""By kind: measure word and noun. A kind that is not here keeps its English name."""
PLACES = {
    "airplane": "停机坪",
    "airport": "机场",
    "bare land": "裸地",
    "baseball diamond": "棒球场",
    "beach": "海滩",
    "bridge": "桥梁",
    "buildings": "建筑群",
    "center": "中心建筑",
    "chaparral": "灌丛",
    "church": "教堂",
    "commercial": "商业区",
    "dense residential": "密集住宅区",
    "desert": "沙漠",
    "farmland": "农田",
    "forest": "森林",
    "freeway": "高速公路",
    "golf course": "高尔夫球场",
    "harbor": "港口",
    "industrial": "工业区",
    "intersection": "十字路口",
    "meadow": "草地",
    "medium residential": "中等密度住宅区",
    "mobile home park": "活动房屋区",
    "mountain": "山地",
    "overpass": "立交桥",
    "park": "公园",
    "parking lot": "停车场",
    "playground": "运动场",
    "pond": "池塘",
    "railway station": "火车站",
    "resort": "度假村",
    "river": "河流",
    "runway": "跑道",
    "school": "学校",
    "sparse residential": "稀疏住宅区",
    "square": "广场",
    "stadium": "体育场",
    "storage tanks": "储罐区",
    "tennis court": "网球场",
    "residential": "住宅区",
    "river or lake": "河流或湖泊",
}
"""By name of a scene, fine or coarse."""
PLACED = 3
"""Classes that are told each with its place; of more they are listed."""
_DIGITS = "零一两三四五六七八九"


def noun(kind: str) -> str:
    """A kind's noun."""
    return NOUNS.get(kind, ("个", kind))[1]


def counted(kind: str, count: int) -> str:
    """A class with its number in Chinese: "三艘船", "12艘船".

    Args:
        kind: the class.
        count: how many.
    """
    measure, word = NOUNS.get(kind, ("个", kind))
    return f"{_DIGITS[count] if count < len(_DIGITS) else count}{measure}{word}"


def found(
    boxes: Mapping[str, Sequence[Box]],
    missing: Sequence[str],
    unknown: bool,
    everything: bool,
    start: str = "",
    part: str = "",
    thing: str = "",
) -> tuple[str, dict[str, str]]:
    """A sentence about what was found, and by kind the phrase that stands for its regions.

    Args:
        boxes: of the regions, by kind; kinds without any are left out.
        missing: kinds that were looked for in vain.
        unknown: a thing never taught was asked for as well.
        everything: all objects were asked for: the most frequent kind comes first.
        start: what the sentence begins with: "有，".
        part: of the scene that was asked about, "" for all of it.
        thing: the name of what was never taught, "" where it is not known.
    """
    kinds = sorted(boxes, key=lambda k: -len(boxes[k])) if everything else list(boxes)
    phrases = {kind: counted(kind, len(boxes[kind])) for kind in kinds}
    sentences, part_said = [], CHINESE.get(part, "")
    if kinds:
        places = [part_said or where(boxes[kind]) for kind in kinds]
        if everything or len(kinds) > PLACED or not any(places):
            sentences.append(f"图中有{listed(list(phrases.values()))}。")
        elif len(set(places)) == 1:
            sentences.append(f"图中{places[0]}有{listed(list(phrases.values()))}。")
        else:
            placed = [f"{place}有{phrases[k]}" for k, place in zip(kinds, places, strict=True)]
            sentences.append(f"图中{'，'.join(placed)}。")
    if missing:
        place = f"图中{CHINESE[part]}" if part else "这里"
        sentences.append(f"{place}没有{listed([noun(k) for k in missing], '或')}。")
    if everything and not kinds:
        sentences.append("我认识的东西这里都没有。")
    if unknown and thing:
        sentences.append(f"这个模型没有“{thing}”这一类别。")
    elif unknown:
        sentences.append("其余的我没有学过。" if kinds or missing else "我没有学过找这种东西。")
    return start + "".join(sentences), phrases


def start(word: str, asked: YesNoQuestion | None) -> str:
    """What an answer begins with.

    Args:
        word: "yes", "no" or "".
        asked: what the question asks.
    """
    if not word or asked is None:
        return ""
    there = asked.form == "things" and asked.exists
    return {
        "yes": "有，" if there else "是的，",
        "no": "没有，" if there and not asked.every else "不，",
    }[word]


def listed(words: Sequence[str], joint: str = "和") -> str:
    """A list in Chinese: "一、二和三".

    Args:
        words: at least one.
        joint: before the last one.
    """
    return words[0] if len(words) == 1 else f"{'、'.join(words[:-1])}{joint}{words[-1]}"


def where(boxes: Sequence[Box]) -> str:
    """As in "左上方"; nothing where they are spread over the scene."""
    return next((CHINESE[part] for part in parts(boxes)), "")


def caption(scene: str, kinds: Sequence[str]) -> str:
    """A sentence about the picture as a whole.

    Args:
        scene: its class.
        kinds: objects that the picture is believed to show.
    """
    seen = f"，其中可见{listed([noun(k) for k in kinds])}" if kinds else ""
    return f"这是{PLACES.get(scene, scene)}的影像{seen}。"


def known(kinds: Sequence[str]) -> str:
    """What can be asked for."""
    return f"我认识：{'、'.join(noun(k) for k in kinds)}。"

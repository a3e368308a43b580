"""English wordings that the networks were not taught, in words that they were.

    "How is this piece of land used?"       What scene is this?
    "Vectorise the ships."                  Outline the ships.
    "Verify the presence of ships."         Are there any ships?
    "Give the extent of the vegetation."    Mask of the vegetation.

What is asked for stays the same, and so do the names of classes, places and sizes. `Answer` keeps
the question as it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from geomagnifier.language.classes import KINDS
from geomagnifier.language.language_id import language
from geomagnifier.language.mentions import in_english, tokens_of
from geomagnifier.language.nearest_class import is_request
from geomagnifier.language.question_context import LIMITS, Pattern, named, without_context

SCENE = "What scene is this?"
"""How the class of the whole scene is asked for."""
LONGEST = 300
"""Most characters of a question that is reworded."""
_WHOLE = (
    r"(?:area|place|land|ground|terrain|plot|parcel|site|location|region|zone|tile|scene|image|picture"
    r"|photo|photograph|frame|view|landscape|environment|setting|surroundings|spot|shot"
    r"|habitat|biome|neighbou?rhood)"
)
_SORT = (
    r"(?:type|kind|sort|class|category|function|purpose|usage|use|label|heading)s?"
    r"(?: of (?:use|place)(?= of))?"
)
_THIS = rf"(?:(?:this|the|that|our|my) )?(?:\w+ ){{0,2}}{_WHOLE}"
_SCENE = Pattern(
    rf"\b{_SORT} (?:of|for|is|does|has|would|do|fits?|describes?|suits?) (?:you |we |i )?"
    rf"(?:\w+ )?{_THIS}\b"
    rf"|\b{_WHOLE}\b.{{0,40}}\b(?:being |mainly |mostly |primarily )*(?:used|utili[sz]ed)\b"
    r"(?: (?:for|as))?[ .?!]*$"
    rf"|\bhow (?:is|was|are) {_THIS} (?:\w+ )?(?:used|utili[sz]ed|classified|categori[sz]ed)\b"
    rf"|\bunder (?:what|which) (?:heading|category|label|class)\b"
    rf"|\b(?:one|single|dominant|main|primary|overall|best) land[ -]?(?:use|cover)"
    r"(?: (?:class|category|label|type))\b"
    r"|^(?:dominant |main |primary |overall )?land[ -]?use[ .?!]*$",
    "type",
    "kind",
    "sort",
    "class",
    "category",
    "function",
    "purpose",
    "usage",
    "use",
    "label",
    "heading",
    "utili",
)
_LAND = Pattern(
    r"\b(?:piece|patch|stretch|plot|kind|type|use|parcel) of land\b|\bland[ -]?(?:use|cover)\b"
    r"|\b(?:this|the|that) land\b|\baerial\b|\bland (?=in (?:this|the))"
)
_NOT_SCENE = Pattern(
    r"\b(?:many|much|mask|masks|polygons?|outlines?|segment\w*|each|every|all|boxes|find|where)\b"
)
_CAPTION = Pattern(
    r"\b(?:summar(?:y|ise|ize)|describe|description|caption|overview|gist|rundown)\b",
    "summar",
    "descri",
    "caption",
    "overview",
    "gist",
    "rundown",
)
_NO_CAPTION = Pattern(
    r"\b(?:sentences?|title|headline|line|at most"
    r"|mask\w*|polygons?|outlin\w+|segment\w*|contours?|shapes?|each|every|box|boxes|pixels?"
    r"|(?<!no )mark(?:ed|ing)?|boundar\w+|silhouettes?|highlight\w*|trace|find|where|delineat\w+)\b"
)
CAPTION = "Describe the image."
"""How a description in words is asked for."""
GROUNDED = "Describe the image and segment everything you mention."
"""How a description with masks is asked for."""
_COVER = "|".join(
    re.escape(word)
    for kind in KINDS
    if kind.stuff
    for words in kind.words
    for word in sorted({*words}, key=len, reverse=True)
)
_OURS = frozenset(kind.name for kind in KINDS)
"""The package's own classes."""
_MASK = "Mask of "
_ALL = r"(?=(?:all|every|each|any|the|these|those|visible|\w+s\b))"
_BEGIN = (
    r"^((?:(?:please|kindly|now|then|could you|can you|would you|will you|i want to|help me)"
    r"[, ]+)*)"
)
_REWORDED: tuple[tuple[Pattern, str], ...] = tuple(
    (Pattern(pattern, *needed.split("|")), words)
    for needed, pattern, words in (
        ("please to", r"^please to\b", "please"),
        ("head", r"\bhead ?count of\b", "count of"),
        ("pixel coordinates", r"\bpixel coordinates\b", "coordinates"),
        ("much", r"\bhow much (?=(?:\w+ )?\w+s (?:are|is|do|can|in|on)\b)", "how many "),
        (
            "vectori|polygoni|digiti|contour|silhouette",
            _BEGIN + rf"(?:vectori[sz]e|polygoni[sz]e|digiti[sz]e|contour|silhouette) {_ALL}",
            r"\1outline ",
        ),
        (
            "convert|turn|transform",
            _BEGIN + r"(?:convert|turn|transform) (.+?) (?:in)?to (?:vector )?"
            r"(?:polygons?|vectors?|outlines?|shapes?|masks?)\b",
            r"\1outline \2",
        ),
        (
            "hunt|track|seek|scout|sniff|circle|tag|pin|flag|look|keep|search",
            _BEGIN
            + r"(?:hunt(?: down| for)?|track down|seek out|scout (?:out|for)|sniff out|circle"
            r"|encircle|tag|pin|flag|look out for|keep an eye out for|search out) " + _ALL,
            r"\1find ",
        ),
        ("cover", r"\bland[- ]?cover (mask|map|layer|raster) of\b", r"\1 of"),
        (
            " of ",
            rf"^(?:binary |pixel |raster )*(?:raster|map|layer|bitmap|image) of ((?:{_COVER}))\b",
            _MASK + r"\1",
        ),
        (
            "vegetated",
            r"\bvegetated (?:areas?|land|ground|surfaces?|parts?|zones?|regions?|cover)\b",
            "vegetation",
        ),
        (
            "pixels",
            rf"\b(?:all )?(?:the |of the )?pixels (?:that|which) (?:is|are) ((?:{_COVER}))\b",
            r"the mask of all \1",
        ),
        (
            "that is|that are|which is|which are",
            r"\b(?:everything|all|anything|whatever|(?:the|all) (?:areas?|pixels?|parts?|ground"
            r"|surfaces?)) (?:that|which) (?:is|are)(?: (?:covered|occupied|taken up) (?:by|with))?"
            rf" ((?:{_COVER}))\b",
            r"all \1",
        ),
        (
            "covered|occupied|taken up",
            r"\b(?:the|all) (?:areas?|pixels?|parts?|surfaces?) (?:covered|occupied|taken up)"
            r" (?:by|with) ",
            "all ",
        ),
        (
            "presence|existence",
            _BEGIN + r"(?:verify|confirm|check|establish|test)(?: for)? the (?:presence|existence)"
            r" of (?:the |any )?(.+?)[.?!]*$",
            r"Are there any \2?",
        ),
        (
            "or not",
            r"^(?:is )?there (?:is|are) (?:any )?(.+?),? or not[?.!]*$",
            r"Are there any \1?",
        ),
        (
            "would you say",
            r"^would you say (?:that )?(?:the|this) (?:image|picture|photo|scene|tile|frame)"
            r" (?:includes|contains|shows|has|holds) ",
            "Does the image show ",
        ),
        (
            "extent|coverage|distribution|surface",
            _BEGIN
            + r"(?:(?:mark|show|give|highlight|display|map|draw|provide|return|export)(?: me)?"
            r" )(?:the )?(?:full |exact |whole |complete )?(?:extent|coverage|distribution|surface)"
            rf" of ((?:the |any |all )?(?:{_COVER}))\b",
            r"\1" + _MASK + r"\2",
        ),
        (
            " all|anything|whatever",
            _BEGIN + r"(?:mask|segment|outline|cut out) (?:all|anything|it all|whatever)"
            r"(?: (?:that )?(?:you|the model) (?:can|could|are able to)"
            r" (?:name|see|find|recogni[sz]e))?[.?!]*$",
            r"\1segment everything",
        ),
        (
            "class|you can|you know|you are able",
            r"\b(?:detection|boxes|box|find|detect|identify|locate)\b[^.?!]*"
            r"\b(?:every class|all classes|(?:all|every) ?(?:that|what|thing)?"
            r" ?you (?:can|know|are able))\b[^.?!]*[.?!]*$",
            "find everything",
        ),
        (
            "locali|pinpoint|out",
            r"\b(?:localise|localize|pinpoint|pick out|point out|mark out) " + _ALL,
            "find ",
        ),
        (
            "leave any",
            r"^(.*\b(?:you|i) see)[.!] (?:do not|don't) leave any(?:thing)? out[.!]*$",
            r"\1",
        ),
        ("enough", r"[,.;]? (?:but )?(?:a )?(?:box|boxes) (?:is|are) not enough\b[.!]*", ""),
        (
            "mask|extent|pixels|area|segmentation",
            rf"^({_COVER}) (mask|masks|extent|pixels|area|segmentation)$",
            _MASK + r"\1",
        ),
        (
            "me through",
            _BEGIN + r"(?:talk|walk|take|guide) me through (?:the|this) ",
            r"\1describe the ",
        ),
        ("talk about", _BEGIN + r"talk about (?:the|this) ", r"\1describe the "),
    )
)
_SHAPES = Pattern(
    r"\b(?:mask\w*|segment\w*|outlin\w+|polygons?|shapes?|contours?|trace|pixels?|cut out)\b"
)
_GROUNDED = Pattern(
    r"\b(?:everything|whatever|anything|(?:each|every|all|the) (?:thing|object|item|noun)s?|things"
    r"|objects|nouns|items)\b(?: (?:that|which|in))? ?(?:you |it |is |are )?"
    r"(?:mention|talk|nam|describ|refer|segmented|it\b)",
    "mention",
    "talk",
    "nam",
    "describ",
    "refer",
    "segmented",
    "it",
)
_DESCRIBES = Pattern(
    r"\b(?:describ\w+|description|explain\w*|tell|talk|sentence|summar\w+|caption\w*|report|text|words"
    r"|narrat\w+|overview|say)\b"
)
_ZH: tuple[tuple[Pattern, str], ...] = tuple(
    (Pattern(pattern), words)
    for pattern, words in (
        (
            "(?:这|该|此)(?:个|片|座|块|处)?(?:厂区|海域|港区|园区|小区|矿区|工地|校区)(?=有|是否|内|里|中)",
            "图中",
        ),
        ("裸露的?地[表面]", "裸地"),
        (
            "^(?:请问)?(?:这|该|此)?(?:张|幅|片)?(?:图|图像|图片|影像|照片|画面|卫星图)(?:里|中|上)?所?"
            "(?:显示|拍摄?|展示|呈现|反映)的(?:地方|场景|区域)?是(?=[^?？，,]{1,10}吗)",
            "这是",
        ),
        (
            "[，,]?(?:我)?(?:要|想|需要)?(?:用来|用于|为了)?导入(?:gis|GIS|qgis|QGIS|ArcGIS)(?:软件)?(?:里|中)?",
            "",
        ),
        ("[，,]?(?:我)?(?:要|用来|用于)?做?矢量化(?:用|使用)", ""),
        ("[，,](?:我)?不(?:要|需要)(?:方框|边框|框|矩形框|矩形)", ""),
        ("请?用(?:掩膜|掩码|蒙版)(?:来)?表示", "请分割出来"),
        (
            "^(?:警方|我们|公司|领导|老师|客户|单位|部门)需要(?=定位|找|统计|知道|标|分割|提取)",
            "请",
        ),
    )
)


def plain(question: str, classes: Collection[str] = ()) -> str:
    """A question in words that the networks were taught; as it is where nothing is to be changed.

    Args:
        question: English or Chinese.
        classes: of the model, small. A question that would lose the name of one that is not the
            package's own stays as it is.
    """
    if len(question) > LONGEST:
        return question
    text = _in_chinese(question) if language(question) != "en" else _in_english(question)
    small, after = question.lower(), text.lower()
    kept = all(name in after for name in classes if name in small and name not in _OURS)
    return text if kept else question


def _in_chinese(question: str) -> str:
    for pattern, words in _ZH:
        question = pattern.put(words, question)
    return question


def _in_english(question: str) -> str:
    spaced = " ".join(question.split())
    text = without_context(spaced)
    # what is said of the whole image, or of all classes, has no word that limits it
    whole = not LIMITS.found(text) and not named(_LAND.put(" ", text))
    if whole and asks_scene(text):
        return SCENE
    if whole and asks_caption(text):
        return CAPTION
    if whole and _GROUNDED.found(text) and _DESCRIBES.found(text) and _SHAPES.found(text):
        return GROUNDED
    for pattern, words in _REWORDED:
        if whole or not words.endswith("everything"):
            text = pattern.put(words, text)
    return text if text != spaced else question


def asks_scene(text: str) -> bool:
    """Whether an English question asks for the class of the whole scene, and names no other class.

    Args:
        text: the question.
    """
    small = text.lower()
    if not _SCENE.found(small) or _NOT_SCENE.found(small):
        return False
    # "land use" is no land, but "ships use" are ships
    tokens = [t for t in tokens_of(_LAND.put(" ", small)) if t not in ("use", "used")]
    return not any(m.kind or m.scenes for m in in_english(tokens)) and all(
        not token.isalpha()
        or is_request(token)
        or re.fullmatch(rf"{_WHOLE}|headings?|aerial", token)
        for token in tokens
    )


def asks_caption(text: str) -> bool:
    """Whether an English question asks for a description in words, of nothing in particular.

    Args:
        text: the question.
    """
    small = text.lower()
    return (
        _CAPTION.found(small)
        and not _NO_CAPTION.found(small)
        and not in_english(tokens := tokens_of(small))
        and all(not token.isalpha() or is_request(token) for token in tokens)
    )

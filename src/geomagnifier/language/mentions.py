"""Names of classes in a question.

The longest first, in either number, whatever the case, hyphens and the words around them.

A name that is only part of another thing's name is none: "park bench", "bus stop", "solar field".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from geomagnifier.language import class_names as names
from geomagnifier.language import scene_names
from geomagnifier.language.short_forms import written_out


def word_set(text: str) -> frozenset[str]:
    """Words parted by blanks."""
    return frozenset(text.split())


class Mention(NamedTuple):
    """A name in a text; neither a class nor scene classes where it is something else."""

    start: int
    """The first token (English) or character (Chinese)."""
    end: int
    """After the last one."""
    said: str
    """The name in the words of the text."""
    scenes: tuple[str, ...] = ()
    """Scene classes that it names."""
    kind: str = ""
    """The class that it names, or ""."""
    plural: bool = False
    """It stands in the plural of a name that is listed in the singular."""


class _Name(NamedTuple):
    scenes: tuple[str, ...] = ()
    kind: str = ""
    plural: bool = False


_TAILS = word_set(
    "area areas zone zones region regions district districts site sites scene scenes landscape"
    " landscapes terrain facility land one place"
)
"""May follow a scene's name and change nothing: "harbor area"."""
_AFTER = word_set(
    "in on at near by next to of over under above below with without from between around along"
    " beside behind inside outside within across and or nor but versus vs is are was were be been"
    " do does did have has can could would will may might should visible present there here"
    " anywhere somewhere shown seen found located standing parked docked moored lying sitting that"
    " which who where if so then please yes no true false right correct wrong not as the a an this"
    " these those it we you i any some all rather instead mainly mostly probably too also either"
    " neither just only exist exists appear appears occur occurs nearby at top bottom left up down"
    " label class category image images picture pictures photo photos view views for again now"
    " today than like fit fits close closer closest adjacent opposite alongside touching away run"
    " mask masks polygon polygons outline outlines contour contours shapes pixels segmentation"
    " detection detections boxes locations positions coordinates footprints extent extents present"
    " count"
    " runs cross crosses lead leads pass passes go goes stand stands lie lies flow flows sit to"
)
"""Words that may follow a name without being part of it."""
_GENERIC = word_set(
    "field farm park station court center centre square lot ground track tank dock plant port shore"
    " arena club"
)
"""Names that stand for many things, by what is before them: "solar farm", "food court"."""
_PLAIN = word_set(
    "a an the this that these those any some one all of is are it its as or and to in at large"
    " small big huge little tiny green open wide old new modern urban rural local main central"
    " grass real single typical for called be like either no another his my our rather more such"
    " very quite just sort kind type see contain show depict have has include town two three"
    " several many other also still not than under into label scene land image picture photo place"
    " area over above use would could should might shows by with from near every each"
)
_ADJECTIVE = re.compile(r".{2,}(?:y|ed|al|ful|ous|ish|ive|ial|ic)$")
_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[?.,:;!/]")
_BEFORE_ONE, _AFTER_ONE = (
    ":那了是有到见为像属于一座条艘辆片的大小、和或与跟及把台个架栋块处些出含包现在无否找里中上",
    ":有旁附存并对出吗么呢吧啊嘛和或与、在上里中边的都是还，,。.？?!！ ",
)
"""Characters that may stand before and after a Chinese name of one character: between others it is
part of another word, as 山 is in 火山.
"""


def plural(phrase: str) -> str:
    """Of an English name."""
    if re.search(r"[^aeiou]y$", phrase):
        return phrase[:-1] + "ies"
    if phrase.endswith("wharf"):
        return phrase[:-1] + "ves"
    return phrase + ("es" if re.search(r"(?:s|x|z|ch|sh)$", phrase) else "s")


def _table(column: int) -> dict[str, _Name]:
    """Name -> what it stands for; column 0 English, 1 Chinese."""
    table: dict[str, _Name] = {}
    rows: list[tuple[str, tuple[str, ...], str]] = [
        (words[column], (scene,), "") for scene, words in scene_names.SCENES.items()
    ]
    rows += [(words[column], scenes, "") for scenes, words in scene_names.WIDER.items()]
    rows += [(words[column], (), kind) for kind, words in names.CLASSES.items()]
    rows.append(((names.OTHERS, names.OTHERS_ZH)[column], (), ""))
    for words, scenes, kind in rows:
        for name in words.split(", ") if column == 0 else words.split():
            for form in dict.fromkeys((name, plural(name) if column == 0 else name)):
                known = table.get(form, _Name(plural=form != name))
                table[form] = _Name(
                    tuple(dict.fromkeys((*known.scenes, *scenes))),
                    known.kind or kind,
                    known.plural and form != name,
                )
    return table


def names_of(column: int) -> list[tuple[str, str]]:
    """Every name in the tables with the class of things that it stands for, "" for none.

    Column 0 English, 1 Chinese.
    """
    more = [
        (name, "")
        for name in (names.PART_OF[0].split(", ") if column == 0 else names.PART_OF[1].split())
    ]
    known = [(name, of.kind) for name, of in (_ENGLISH, _CHINESE)[column].items()]
    return [*known, *more, *((plural(name), "") for name, _ in more if column == 0)]


_ENGLISH, _CHINESE = _table(0), _table(1)
_LONGEST = max(len(name.split()) for name in _ENGLISH)
_LONGEST_ZH = max(map(len, _CHINESE))


_ASKING = word_set(
    "how many much count number of are is r u there the a in this that here image picture scene"
    " photo show find detect locate segment mask outline where what which please me you i do does"
    " did see can could any some to for on and total now all "
)
_ASKING_ZH = re.compile(
    "[图中里上这张片画面景像请问帮我数一下有多少几个共总计统找出检测分割标框在哪儿是的?？。!！,，]*"
)


def is_no_class(said: str) -> bool:
    """Whether an English name is listed as that of a thing that no class is: "soccer field"."""
    name = _ENGLISH.get(said)
    return name is not None and not name.scenes and not name.kind


def is_name_in_chinese(word: str) -> bool:
    """Whether a Chinese word is a name in the table."""
    return word in _CHINESE


def names_nothing(text: str, language: str) -> bool:
    """Whether a question has words of asking alone, as "how many are there?".

    Args:
        text: the question.
        language: "en" or "zh".
    """
    if language == "zh":
        return bool(_ASKING_ZH.fullmatch(text))
    return all(token in _ASKING or not token.isalnum() for token in tokens_of(text))


def tokens_of(text: str) -> list[str]:
    """English -> lower-case words and signs, hyphens taken as blanks."""
    return _TOKEN.findall(
        re.sub(r"[-_\u2010-\u2015]", " ", written_out(text).lower().replace("\u2019", "'"))
    )


def in_english(tokens: Sequence[str]) -> list[Mention]:
    """Names in a tokenised English text, in order."""
    found: list[Mention] = []
    i = 0
    while i < len(tokens):
        for n in range(min(_LONGEST, len(tokens) - i), 0, -1):
            said = " ".join(tokens[i : i + n])
            if said in _ENGLISH:
                name = _ENGLISH[said]
                if found and found[-1].end == i:  # "school bus": the last one is the thing
                    before = found.pop()
                    said = f"{before.said} {said}"
                    found.append(Mention(before.start, i + n, said, *name))
                else:
                    found.append(Mention(i, i + n, said, *name))
                i += n
                break
        else:
            i += 1
    return [
        _whole(mention, tokens)
        for mention in found
        if tokens[mention.end : mention.end + 1] not in (["use"], ["used"], ["cover"])
    ]


def _whole(mention: Mention, tokens: Sequence[str]) -> Mention:
    """The mention with what follows it.

    Nothing known where it is only part of another thing's name.
    """
    end = mention.end
    while end < len(tokens) and tokens[end] in _TAILS:
        end += 1
    following = tokens[end] if end < len(tokens) else ""
    if (
        following.isalnum()
        and following not in _AFTER
        and not re.search(r"...(?:ing|ed)$", following)
    ):
        return Mention(mention.start, end + 1, f"{mention.said} {following}")
    before = tokens[mention.start - 1] if mention.start else ""
    foreign = before.isalpha() and before not in _PLAIN and not _ADJECTIVE.match(before)
    if mention.said.removesuffix("s") in _GENERIC and foreign:
        return Mention(mention.start - 1, end, f"{before} {mention.said}")
    return mention._replace(end=end)


def in_chinese(text: str, anywhere: bool = False) -> list[Mention]:
    """Class and scene names in a Chinese text, in order.

    Args:
        text: in simplified characters, without blanks.
        anywhere: also names of one character inside other words.
    """
    found: list[Mention] = []
    i = 0
    while i < len(text):
        for n in range(min(_LONGEST_ZH, len(text) - i), 0, -1):
            said = text[i : i + n]
            if said not in _CHINESE or (n == 1 and not anywhere and not _alone(text, i)):
                continue
            if found and found[-1].end == i:
                before = found.pop()
                found.append(Mention(before.start, i + n, before.said + said, *_CHINESE[said]))
            else:
                found.append(Mention(i, i + n, said, *_CHINESE[said]))
            i += n
            break
        else:
            i += 1
    return found


def _alone(text: str, i: int) -> bool:
    return (i == 0 or text[i - 1] in _BEFORE_ONE) and (
        i + 1 == len(text) or text[i + 1] in _AFTER_ONE
    )


@cache
def chinese_names() -> dict[str, str]:
    """English names of classes of things, each with the usual Chinese one.

    A narrower class has its own.
    """
    told = [
        (name, chinese.split()[0])
        for english, chinese in {**names.CLASSES, **names.NARROWER}.values()
        for name in english.split(", ")
    ]
    return {form: word for name, word in told for form in (name, plural(name))}


def kinds_of(mentions: Iterable[Mention]) -> tuple[str, ...]:
    """Classes of things among the mentions, each once."""
    return tuple(dict.fromkeys(m.kind for m in mentions if m.kind))

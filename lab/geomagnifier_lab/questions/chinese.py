"""Questions in Chinese with the plain English of the same meaning, for the zh-en translator.

`models/small/zh_en_translator.py` learns from these. The English side is one sentence for each
meaning, in words that the rest of the model knows; the Chinese side has many registers. Every
eighth entry of each table of `chinese_templates` is kept aside for "val".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from geomagnifier.language.classes import KINDS, OTHER_NOUNS
from geomagnifier.language.scene_classes import article, scene_phrase
from geomagnifier_lab.questions import chinese_templates as templates
from geomagnifier_lab.questions.chinese_relations import WAYS, Noun, pick
from geomagnifier_lab.questions.questions import Split, held_out
from geomagnifier_lab.questions.templates import Task

BOX = "□"
"""Stands for coordinates on both sides, as in `models/small/zh_en_translator.py`."""
STRANGE = ("unicorn", "unicorns")
"""What a noun that is no class becomes, singular and plural."""

_BY_NAME = {kind.name: kind for kind in KINDS}
_MARKS = tuple(kind.name for kind in KINDS if not kind.stuff or kind.name == "building")
_PLURALS = dict(OTHER_NOUNS)
OTHER_THINGS = tuple(
    Noun(english, _PLURALS.get(english, f"{english}s"), word, measure)
    for english, word, measure in (entry.rsplit(" ", 2) for entry in templates.OTHERS)
)
NOUNS = (
    *(word for _, told in templates.NOUNS.values() for word in told.split()),
    *(thing.word for thing in OTHER_THINGS),
)
"""All Chinese nouns of objects and land cover."""


@dataclass(frozen=True)
class Pair:
    """A question in both languages and what it is about, as `questions.Question` says it."""

    chinese: str
    """Text."""
    english: str
    """Text of the same meaning."""
    task: Task
    """What is asked for."""
    kinds: tuple[str, ...] = ()
    """Classes asked about."""
    landmarks: tuple[str, ...] = ()
    """Classes that only say where."""


def noun(rng: Generator, kind: str, split: Split) -> Noun:
    """A noun of a class, the usual one a third of the time.

    Args:
        rng: where chance comes from.
        kind: canonical name of the class.
        split: whose nouns.
    """
    measure, told = templates.NOUNS[kind]
    words = told.split()
    word = words[0] if rng.random() < 0.33 else pick(rng, words if split == "train" else words[:6])
    if rng.random() < 0.2:
        measure = pick(rng, ("个", "个", "处") if _BY_NAME[kind].stuff else ("个",))
    return Noun(kind, _BY_NAME[kind].plural, word, measure, kind)


def other(rng: Generator) -> Noun:
    """An object of no class.

    Now and then of characters at random, which stand for all nouns not written here.
    """
    thing: Noun = pick(rng, OTHER_THINGS)
    if rng.random() < 0.4:
        drawn = [
            (
                pick(rng, pick(rng, OTHER_THINGS).word)
                if rng.random() < 0.6
                else chr(int(rng.integers(0x4E00, 0x9FA0)))
            )
            for _ in range(int(rng.integers(1, 4)))
        ]
        thing = Noun(*STRANGE, "".join(drawn), "个")
    return thing


ENGLISH: dict[Task, str] = {
    Task.SCENE: "What kind of place is this?",
    Task.CAPTION: "Describe this image.",
    Task.TITLE: "Suggest a title for the picture.",
    Task.DETECT: "Detect all {p}.",
    Task.LOCATE: "Locate {r}.",
    Task.COUNT: "How many {p} are there?",
    Task.EXISTS: "Is there {a} in the image? If so, where?",
    Task.CLASSIFY_BOX: f"What object is in the box {BOX}?",
    Task.SEGMENT: "Segment all {p}.",
    Task.OUTLINE: "Give me the mask of {r}.",
    Task.DESCRIBE_SEGMENT: "Describe the image and segment the {p}.",
}
"""Task -> the sentence of its meaning."""
ENGLISH_EVERYTHING = {
    Task.DETECT: "Detect all objects.",
    Task.COUNT: "How many objects are there in total?",
    Task.SEGMENT: "Segment all objects in the image.",
    Task.DESCRIBE_SEGMENT: "Describe the image and segment everything you mention.",
}
"""Task -> the sentence that asks it of all objects."""
CHINESE = {
    Task.DETECT: templates.DETECT,
    Task.LOCATE: templates.LOCATE,
    Task.COUNT: templates.COUNT,
    Task.EXISTS: templates.EXISTS,
    Task.SEGMENT: templates.SEGMENT,
    Task.OUTLINE: templates.OUTLINE,
    Task.DESCRIBE_SEGMENT: templates.DESCRIBE_SEGMENT,
}
"""Task -> its table of templates."""
PLAIN = (
    Task.DETECT,
    Task.DETECT,
    Task.LOCATE,
    Task.COUNT,
    Task.EXISTS,
    *[Task.SEGMENT] * 3,
    Task.DESCRIBE_SEGMENT,
)
"""Tasks of a question that refers to all of a class; what is asked for most stands here more than
once.
"""
ENDINGS = ("", "", "", "。", "？", "?", "！", "，谢谢", "，谢谢。", "吧", "呢？", ".", "一下")
"""Of a typed question."""


def draw(rng: Generator, split: Split = "train") -> Pair:
    """Draw a question in both languages; image, region and pixel level are about equally likely.

    Args:
        rng: where chance comes from.
        split: whose templates.
    """
    chance = rng.random()
    pair = _whole(rng, split) if chance < 0.28 else _closer(rng, split)
    if (
        pair.task in (Task.DETECT, Task.COUNT, Task.SEGMENT, Task.LOCATE) and rng.random() < 0.05
    ):  # the kind of place in the same breath
        first = _fill(rng, pick(rng, held_out(templates.SCENE, split)), split)
        joined = pick(rng, templates.JOIN).format(first, pair.chinese)
        pair = Pair(
            joined, f"{ENGLISH[Task.SCENE]} {pair.english}", pair.task, pair.kinds, pair.landmarks
        )
    return Pair(_register(rng, pair.chinese), pair.english, pair.task, pair.kinds, pair.landmarks)


def _closer(rng: Generator, split: Split) -> Pair:
    """Region and pixel level."""
    chance = rng.random()
    if chance < 0.05:
        return Pair(
            _fill(rng, pick(rng, held_out(templates.CLASSIFY, split)), split),
            ENGLISH[Task.CLASSIFY_BOX],
            Task.CLASSIFY_BOX,
        )
    if chance < 0.12:
        task = pick(rng, tuple(templates.EVERYTHING))
        return Pair(
            _fill(rng, pick(rng, held_out(templates.EVERYTHING[task], split)), split),
            ENGLISH_EVERYTHING[task],
            task,
        )
    things = [
        other(rng) if rng.random() < 0.2 else noun(rng, pick(rng, tuple(templates.NOUNS)), split)
    ]
    if chance < 0.42:
        mark = noun(rng, pick(rng, [k for k in _MARKS if k != things[0].kind]), split)
        chinese, english, named = pick(rng, WAYS)(rng, things[0], mark)
        task = pick(rng, (Task.LOCATE, Task.OUTLINE, Task.COUNT))
        template = pick(
            rng, held_out(templates.COUNT_SOME if task is Task.COUNT else CHINESE[task], split)
        )
        asked = f"Count {english}." if task is Task.COUNT else ENGLISH[task].format(r=english)
        marks = (mark.kind,) if named else ()
        return Pair(
            _fill(rng, template, split, things, chinese), asked, task, _kinds(things), marks
        )
    task = pick(rng, PLAIN)
    if rng.random() < 0.15 and task is not Task.LOCATE:
        second = (
            other(rng)
            if rng.random() < 0.15
            else noun(rng, pick(rng, tuple(templates.NOUNS)), split)
        )
        if second.one != things[0].one:
            things.append(second)
    template = (
        "{n}"
        if rng.random() < 0.04 and task is Task.DETECT
        else pick(rng, held_out(CHINESE[task], split))
    )
    plural, single = (
        " and ".join(t.many for t in things),
        " or ".join(article(t.one) for t in things),
    )
    if task is Task.LOCATE:  # without anything that picks: all of them
        task = Task.DETECT
    english = ENGLISH[task].format(p=plural, a=single)
    return Pair(_fill(rng, template, split, things, things[0].word), english, task, _kinds(things))


def _kinds(things: Sequence[Noun]) -> tuple[str, ...]:
    return tuple(t.kind or "?" for t in things)


def _whole(rng: Generator, split: Split) -> Pair:
    """Image level."""
    task = pick(
        rng,
        (
            Task.SCENE,
            Task.SCENE_YES_NO,
            Task.CHOICE,
            Task.CAPTION,
            Task.CAPTION,
            Task.TITLE,
            Task.RETRIEVAL,
        ),
    )
    names = [
        pick(rng, tuple(templates.SCENES))
        for _ in range(2 if rng.random() < 0.6 else int(rng.integers(3, 6)))
    ]
    names = list(dict.fromkeys(names))
    words = [pick(rng, templates.SCENES[name].split()) for name in names]
    if task is Task.SCENE_YES_NO:
        text, english = (
            pick(rng, held_out(templates.YES_NO, split)),
            f"Does this image show {_place(names[0])}?",
        )
    elif task is Task.CHOICE and len(names) > 1:
        text = pick(rng, held_out(templates.CHOICE, split))
        if "{options}" not in text:
            names, words = names[:2], words[:2]
        english = f"Is it {', '.join(_place(name) for name in names[:-1])} or {_place(names[-1])}?"
    elif task is Task.RETRIEVAL:
        chance = rng.random()
        if chance < 0.3:
            text, english = (
                pick(rng, held_out(templates.RETRIEVE_LIKE, split)),
                "Find similar images.",
            )
        elif chance < 0.5:
            thing = noun(rng, pick(rng, tuple(templates.NOUNS)), split)
            text = pick(rng, held_out(templates.RETRIEVE_WITH, split)).replace("{n}", thing.word)
            english = f"Retrieve photos with {thing.many}."
        elif chance < 0.65:
            thing = noun(rng, pick(rng, tuple(templates.NOUNS)), split)
            text = pick(rng, held_out(templates.DESCRIPTIONS, split)).replace("{n}", thing.word)
            english = f"Find images of {_place(names[0])} with many {thing.many}."
        else:
            text, english = (
                pick(rng, held_out(templates.RETRIEVE, split)),
                f"Find images of {_place(names[0])}.",
            )
    else:
        task = task if task in ENGLISH else Task.SCENE
        tables = {
            Task.SCENE: templates.SCENE,
            Task.CAPTION: templates.CAPTION,
            Task.TITLE: templates.TITLE,
        }
        text = pick(rng, held_out(tables[task], split))
        english = ENGLISH[task]
    joined = pick(rng, ("、", "，", ", ", "/", "或", "和")).join(words)
    return Pair(
        _fill(
            rng,
            text.replace("{options}", joined).replace("{x}", words[0]).replace("{y}", words[-1]),
            split,
        ),
        english,
        task,
    )


def _place(name: str) -> str:
    return {
        "city": "a city",
        "countryside": "countryside",
        "residential": "a residential area",
    }.get(name) or scene_phrase(name)


def _fill(
    rng: Generator, template: str, split: Split, things: Sequence[Noun] = (), phrase: str = ""
) -> str:
    """A template with its slots filled."""
    joined = pick(rng, ("和", "以及", "与", "、", "跟", "及")).join(t.word for t in things)
    measure = things[0].measure if things else "个"
    every = (
        pick(rng, held_out(templates.ALL, split)).replace("{m}", measure)
        if rng.random() < 0.7
        else ""
    )
    inside = pick(rng, held_out(templates.IN, split)) if rng.random() < 0.6 else ""
    tables = {"find": templates.FIND, "cut": templates.CUT, "it": templates.IT}
    slots = {"n": joined, "m": measure, "r": phrase, "e": every, "box": BOX, "i": inside}
    slots |= {slot: pick(rng, held_out(table, split)) for slot, table in tables.items()}
    text = template
    for slot, value in slots.items():
        key = f"{{{slot}}}"
        once = slot in ("i", "e")  # "in the picture" and "all" are said but once
        text = text.replace(key, value, 1).replace(key, "") if once else text.replace(key, value)
    return text


def _register(rng: Generator, text: str) -> str:
    """Vary how politely and how carefully the question is typed."""
    if rng.random() < 0.3:
        text = pick(rng, templates.BEGIN) + text.removeprefix("请").removeprefix("帮我")
    if rng.random() < 0.06:
        text = f"{pick(rng, templates.IN)}{text}"
    chance = rng.random()
    if chance < 0.1 and len(text) > 4:  # a letter is lost
        at = int(rng.integers(len(text)))
        if text[at] in "的请一下中里，。都":
            text = text[:at] + text[at + 1 :]
    end = pick(rng, ENDINGS) if chance < 0.8 else ""
    return text + (end if text[-1] not in "吗呢吧？。" or end in ("", "？", "?") else "")

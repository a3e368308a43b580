"""Turn labels into questions: templates of many registers, filled with names of classes.

Every question carries its granularity (GeoMag, arXiv:2507.05887, the three levels of TMRA), its
task and the classes it asks about. Every eighth entry of each table is held out: it is drawn for
the split "val" only, the others for "train" only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from numpy.random import Generator

from geomagnifier.language.classes import KINDS, OTHER_NOUNS, PLACES, REFER_ONE
from geomagnifier.language.scene_classes import SCENE_WORDS, SCENES, article, scene_phrase
from geomagnifier.types import Granularity
from geomagnifier_lab.questions.templates import (
    EVERYTHING,
    GRANULARITY,
    IMAGE,
    OBJECTS,
    PLAIN_MANY,
    PLAIN_STUFF,
    STUFF,
    Task,
)

Split = Literal["train", "val"]
Chosen = TypeVar("Chosen")

ANY = "*"
"""Stands in `Question.kinds` for every class: "all objects", "whatever you mention", or the unknown
object in a given box.
"""

OTHER = "?"
"""Stands in `Question.kinds` for a noun that is no class, from `OTHER_NOUNS`."""


@dataclass(frozen=True)
class Question:
    """A question and what it is about."""

    text: str
    """What the user asks."""
    granularity: Granularity
    """How closely one must look."""
    task: Task
    """What is asked for."""
    kinds: tuple[str, ...]
    """Canonical names of the classes asked about, without those that only say where; () at image
    level, ("*",) for everything, ("?",) for a noun that is no class.
    """
    scenes: tuple[str, ...] = ()
    """Scene names the text mentions, in its order (`SCENE_YES_NO`, `CHOICE`, `RETRIEVAL`)."""
    landmarks: tuple[str, ...] = ()
    """Classes that only say where ("the ship beside the harbor"), without those asked about."""
    place: bool = False
    """Beside the objects, the text asks for the scene class."""


TABLES = (
    *OBJECTS.values(),
    *STUFF.values(),
    *EVERYTHING.values(),
    *IMAGE.values(),
    REFER_ONE,
    PLACES,
)

_BY_NAME = {kind.name: kind for kind in KINDS}
_OBJECTS = tuple(kind.name for kind in KINDS if not kind.stuff)
_LANDMARKS = tuple(kind for kind in KINDS if not kind.stuff or kind.name == "building")
_ROWS = ("row", "column", "lined", "largest")
_BOXES = (
    "[{}, {}, {}, {}]",
    "({}, {}, {}, {})",
    "{}, {}, {}, {}",
    "[{},{},{},{}]",
    "x {} to {}, y {} to {}",
    "<{} {} {} {}>",
)
_TASKS = {
    Granularity.REGION: (Task.DETECT, Task.LOCATE, Task.COUNT, Task.EXISTS),
    Granularity.PIXEL: (
        Task.SEGMENT,
        Task.SEGMENT,
        Task.OUTLINE,
        Task.OUTLINE,
        Task.DESCRIBE_SEGMENT,
    ),
}
_NEAREST = {
    Task.LOCATE: Task.DETECT,
    Task.EXISTS: Task.DETECT,
    Task.OUTLINE: Task.SEGMENT,
    Task.COUNT: Task.DETECT,
}


def held_out(table: Sequence[str], split: Split) -> tuple[str, ...]:
    """The entries of a table that a split may use.

    Args:
        table: of templates or words.
        split: "val" has every eighth, "train" the others.
    """
    return tuple(entry for index, entry in enumerate(table) if (index % 8 == 7) == (split == "val"))


def draw(rng: Generator, split: Split = "train", task: Task | None = None) -> Question:
    """Draw a question of a random task, about random classes in random words.

    Image, region and pixel level are equally likely when no task is given.

    Args:
        rng: where chance comes from.
        split: whose templates.
        task: None for a random one.

    Example:
        >>> draw(np.random.default_rng(0), task=Task.COUNT).granularity
        <Granularity.REGION: 'region'>
    """
    if task is None:
        level = _pick(rng, tuple(Granularity))
        task = _pick(rng, tuple(each for each in Task if GRANULARITY[each] is level))
    if task in IMAGE:
        return _whole(rng, task, split)
    drawn = _closer(rng, task, _random_kinds(rng), split, refer=0.3)
    return _with_place(rng, drawn, split) if rng.random() < 0.06 else drawn


def about(
    rng: Generator, kind: str, granularity: Granularity, split: Split = "train", refer: float = 0.15
) -> Question:
    """Draw a question about one class at region or pixel level.

    Args:
        rng: where chance comes from.
        kind: canonical name of a class, "?" for a random noun that is no class, "*" for everything.
        granularity: region or pixel.
        split: whose templates.
        refer: how often to ask for some of the class only ("the largest ship"). Without effect for
            "*".

    Raises:
        ValueError: at image level no class is asked about.
    """
    if granularity not in _TASKS:
        raise ValueError(
            f"a question about {kind!r} is asked at region or pixel level, not at"
            f" {granularity.value} level; use draw()"
        )
    task = _pick(rng, _TASKS[granularity])
    if task is Task.COUNT and kind in _BY_NAME and _BY_NAME[kind].stuff:
        task = Task.DETECT
    return _closer(rng, task, (kind,), split, refer)


def _pick(rng: Generator, choices: Sequence[Chosen]) -> Chosen:
    return choices[int(rng.integers(len(choices)))]


def _random_kinds(rng: Generator) -> tuple[str, ...]:
    chance = rng.random()
    if chance < 0.15:
        return (OTHER,)
    if chance < 0.20:
        return (ANY,)
    if chance < 0.24:
        return (
            (_pick(rng, KINDS).name, OTHER)
            if rng.random() < 0.5
            else (OTHER, _pick(rng, KINDS).name)
        )
    if chance < 0.34:
        pool = _OBJECTS if rng.random() < 0.7 else tuple(_BY_NAME)
        return tuple(
            pool[index] for index in rng.permutation(len(pool))[: 2 if rng.random() < 0.8 else 3]
        )
    return (_pick(rng, KINDS).name,)


def _closer(
    rng: Generator, task: Task, kinds: tuple[str, ...], split: Split, refer: float
) -> Question:
    """Draw a question at region or pixel level.

    A task that does not suit the classes gives way to its nearest.
    """
    if task is Task.CLASSIFY_BOX:
        text = _pick(rng, held_out(OBJECTS[task], split)).replace("{box}", _box(rng))
        return Question(_register(rng, text), GRANULARITY[task], task, (ANY,))
    if kinds == (ANY,):
        task = task if task in EVERYTHING else _NEAREST[task]
        return Question(
            _register(rng, _pick(rng, held_out(EVERYTHING[task], split))),
            GRANULARITY[task],
            task,
            kinds,
        )
    stuff = any(kind in _BY_NAME and _BY_NAME[kind].stuff for kind in kinds)
    task = _NEAREST[task] if stuff and task not in STUFF and task is not Task.COUNT else task
    table = held_out(STUFF[task] if stuff and task in STUFF else OBJECTS[task], split)
    words = [_word(rng, kind, countable=stuff and task is Task.COUNT) for kind in kinds]
    if len(kinds) > 1:
        table = tuple(template for template in table if "{one}" not in template)
    place, landmarks = "", tuple[str, ...]()
    if len(kinds) == 1 and rng.random() < refer:
        suited = tuple(template for template in table if _takes_place(template))
        table = suited or table
        place, landmarks = _place(rng, split, kinds, stuff) if suited else ("", ())
    template = _pick(rng, table)
    slots = {
        "s": _join([word[0] for word in words], "and"),
        "p": _join([word[1] for word in words], "and") + place,
    }
    slots["a"] = _join([article(word[0]) for word in words], "or")
    if place and not stuff and ("{one}" in template or rng.random() < 0.7):
        phrase, landmarks = _landmarks(rng, _pick(rng, held_out(REFER_ONE, split)), kinds)
        slots["r"] = slots["one"] = phrase.replace("{s}", slots["s"])
        if "{p}" in template:  # the template says the place as well
            template = template.replace("{p}", slots["p"].removesuffix(place))
    else:
        plain = ("the {p}", "all {p}") if place else PLAIN_STUFF if stuff else PLAIN_MANY
        slots["r"], slots["one"] = _pick(rng, plain).format(**slots), f"the {slots['s']}"
    return Question(
        _register(rng, template.format(**slots)),
        GRANULARITY[task],
        task,
        kinds,
        landmarks=landmarks,
    )


def _with_place(rng: Generator, asked: Question, split: Split) -> Question:
    """Ask for the scene class as well: "What scene is this? How many ships are there?"."""
    place = _pick(rng, held_out(IMAGE[Task.SCENE], split)).rstrip(".?!,")
    other = asked.text.rstrip(".?!")
    pair = (place, other) if rng.random() < 0.6 else (other, place)
    joint = _pick(
        rng, ("{}, and {}?", "{} and {}", "{}? {}.", "{}. {}?", "{}; also {}", "{}, then {}.")
    )
    return replace(asked, text=_register(rng, joint.format(*pair)), place=True)


def _word(rng: Generator, kind: str, countable: bool) -> tuple[str, str]:
    """(singular, plural): the canonical name half the time, else a synonym."""
    if kind == OTHER:
        return _pick(rng, OTHER_NOUNS)
    words = [word for word in _BY_NAME[kind].words if not countable or word[0] != word[1]]
    return words[0] if rng.random() < 0.5 else _pick(rng, words)


def _takes_place(template: str) -> bool:
    """Whether "ships" may become "ships in the upper half" in this template."""
    return (
        "{r}" in template
        or "{one}" in template
        or ("{p}" in template and "{p} mask" not in template and template[0] != "{")
    )


def _place(
    rng: Generator, split: Split, kinds: tuple[str, ...], stuff: bool
) -> tuple[str, tuple[str, ...]]:
    places = [
        place
        for place in held_out(PLACES, split)
        if not (stuff and any(word in place for word in _ROWS))
    ]
    phrase, landmarks = _landmarks(rng, _pick(rng, places), kinds)
    return f" {phrase}", landmarks


def _landmarks(rng: Generator, phrase: str, kinds: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Fill in the landmarks by which a phrase says where, and its box; with their classes."""
    others = [kind for kind in _LANDMARKS if kind.name not in kinds]
    first, second = (others[index] for index in rng.permutation(len(others))[:2])
    other, another = _pick(rng, first.words), _pick(rng, second.words)
    used = ((first.name,) if "{other" in phrase else ()) + (
        (second.name,) if "{another}" in phrase else ()
    )
    phrase = (
        phrase.replace("{others}", other[1])
        .replace("{other}", other[0])
        .replace("{another}", another[0])
    )
    return phrase.replace("{box}", _box(rng)), used


def _box(rng: Generator) -> str:
    """Write a box of a random place and size, in px."""
    left, top, width, height = (int(value) for value in rng.integers(8, 900, size=4))
    corners = (left, left + width, top, top + height)
    style = _pick(rng, _BOXES)
    return (
        style.format(*corners)
        if style.startswith("x")
        else style.format(left, top, left + width, top + height)
    )


def _whole(rng: Generator, task: Task, split: Split) -> Question:
    """Draw a question about the image as a whole."""
    template = _pick(rng, held_out(IMAGE[task], split))
    wanted = (
        1
        if "scene}" in template
        else 2
        if "{x}" in template
        else int(rng.integers(2, 6))
        if "{options}" in template
        else 0
    )
    scenes = tuple(SCENES[index] for index in rng.permutation(len(SCENES))[:wanted])
    words = [scene if rng.random() < 0.5 else _pick(rng, SCENE_WORDS[scene]) for scene in scenes]
    slots = {"p": _pick(rng, _pick(rng, KINDS).words)[1]}
    if words:
        shown = words if template.startswith("{") else [scene_phrase(word) for word in words]
        slots |= {
            "scene": words[0],
            "ascene": scene_phrase(words[0]),
            "x": shown[0],
            "y": shown[-1],
        }
        slots["options"] = ", ".join(words) if rng.random() < 0.3 else _join(words, "or")
    return Question(_register(rng, template.format(**slots)), GRANULARITY[task], task, (), scenes)


def _join(words: Sequence[str], conjunction: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def _register(rng: Generator, text: str) -> str:
    """Vary how carefully the question is typed."""
    chance = rng.random()
    if chance < 0.25:
        return text.lower().rstrip(".?!")
    return text[0].upper() + text[1:] if chance < 0.6 else text

"""What people call the classes of a detector.

"small-vehicle" is asked for as "small vehicle" and "small vehicles". A class that the tables of
names know (`language/class_names.py`) has the synonyms there; a class that is one of those synonyms
has those of `EQUAL` alone, as a table's row also lists narrower things: a ferry is a ship, but no
detector of ferries finds ships.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from geomagnifier.language import class_names
from geomagnifier.language.classes import WITHIN
from geomagnifier.language.mentions import plural
from geomagnifier.models.custom.class_heads import CustomClass

EQUAL = tuple(
    tuple(row.split(", "))
    for row in (
        "airplane, plane, aeroplane, aircraft",
        "ship, vessel",
        "harbor, harbour",
        "storage tank, tank",
        "baseball diamond, baseball field",
        "ground track field, running track, athletics track",
        "swimming pool, pool",
        "car, automobile",
        "truck, lorry",
        "wind turbine, windmill",
        "solar panel, photovoltaic panel, pv panel",
        "soccer field, soccer ball field, soccer pitch, football pitch",
        "roundabout, traffic circle",
        "person, pedestrian",
        "bicycle, bike",
        "motorcycle, motorbike",
    )
)
"""Names of one thing."""
PLURALS = {
    "person": "people",
    "man": "men",
    "woman": "women",
    "child": "children",
    "aircraft": "aircraft",
    "sheep": "sheep",
    "deer": "deer",
    "cattle": "cattle",
    "mouse": "mice",
    "goose": "geese",
}
"""Those that no rule makes."""


def plain_name(name: str) -> str:
    """A class name as it is asked for: small letters, blanks for hyphens and underscores."""
    return " ".join(re.split(r"[\s_-]+", name.lower())).strip() or "object"


def plain_classes(names: Sequence[str], masks: bool) -> dict[str, CustomClass]:
    """The classes of a detector with their words, by plain name.

    Args:
        names: as its file has them; two that differ in case or hyphens alone are one class.
        masks: its objects have outlines.
    """
    plain = list(dict.fromkeys(map(plain_name, names)))
    return {name: CustomClass(_pairs(_words(name, plain)), masks=masks) for name in plain}


def _words(name: str, others: Collection[str]) -> tuple[str, ...]:
    """A class's names, its own first, none of them another class's."""
    row = next((row for row in EQUAL if name in row), ())
    listed = class_names.NARROWER.get(name) or class_names.CLASSES.get(name)
    if listed is not None:
        # a word for a narrower class is none of the wide one's where both are there
        narrow = {
            word
            for other in others
            if WITHIN.get(other) == name
            for word in class_names.NARROWER.get(other, ("", ""))[0].split(", ")
        }
        row = (*row, *(word for word in listed[0].split(", ") if word not in narrow))
    return tuple(dict.fromkeys((name, *(word for word in row if word not in others))))


def _pairs(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(singular, plural) of names, a plural being one already."""
    return tuple((word, _many(word)) for word in words)


def spoken(kind: CustomClass) -> tuple[str, ...]:
    """The words for a class, with plurals that no rule makes."""
    words = [word for one, many in kind.words for word in (one, *([many] * (many != plural(one))))]
    return tuple(dict.fromkeys(words))


def _many(word: str) -> str:
    *before, last = word.split(" ")
    return " ".join((*before, PLURALS[last])) if last in PLURALS else plural(word)


NARROW = frozenset(
    form
    for english, chinese in class_names.NARROWER.values()
    for word in english.split(", ")
    for form in (word, plural(word))
)
"""Words for narrower classes, in either number: they name not all objects of the wide one."""


def wide_classes(plain: Collection[str], known: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Known classes that a detector has only narrower ones of, with these.

    "vehicle" stands for "small vehicle" and "large vehicle".

    Args:
        plain: the detector's classes, by plain name.
        known: classes of objects that the small model has words for.
    """
    found = {}
    for wide in known:
        names = class_names.CLASSES[wide][0].split(", ")
        if wide not in plain:
            found[wide] = tuple(n for n in plain if n in names or WITHIN.get(n) == wide)
    return {wide: narrow for wide, narrow in found.items() if narrow}

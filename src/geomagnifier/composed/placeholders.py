"""Placeholders for the class names and the amounts in a question.

The parser then sees nothing but words of asking:

"Are there more ships than oil tanks?"   "are there more K0 than K1"   K0: ship, K1: storage tank
"ships longer than 30 m"                 "K0 longer than Q0"           Q0: 30 m
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from geomagnifier.language.classes import WITHIN

LONGEST = 300
"""Letters of a question that is read; a longer one is no question of this sort."""
EVERYTHING = "object, thing, everything, anything, item, target, feature, 目标 物体 对象 东西 地物"
MASS = ("water", "vegetation", "land")
"""Classes that have no plural."""
COURTS = "court, sports court, 球场"


@dataclass(frozen=True)
class Amount:
    """A number with a unit."""

    value: float
    """In `unit`."""
    unit: str = ""
    """"m", "px", "m2", "px2", "%"; "" for a bare number."""
    said: str = ""
    """The unit as typed, where it is another one ("ft")."""


@dataclass(frozen=True, eq=False)
class Marked:
    """A question with placeholders for names and amounts."""

    text: str
    """Normalized, with K0, Q0, N0 ... in place of names and amounts."""
    names: Sequence[tuple[str, ...]]
    """The classes of K0, K1 ..."""
    amounts: Mapping[str, Amount]
    """By placeholder: Q0 has a unit, N0 has none."""
    plural: Sequence[bool] = ()
    """Whether K0, K1 ... stand in the plural."""


def plural(noun: str) -> str:
    """The plural of an English noun."""
    if noun.endswith("wharf"):
        return f"{noun[:-1]}ves"
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return noun + ("es" if re.search(r"(?:s|x|z|ch|sh)$", noun) else "s")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Classes of a model with the names that people have for them."""

    kinds: Sequence[str]
    """All classes."""
    objects: Sequence[str]
    """Those with separate objects; the others are land cover."""
    names: Mapping[str, Sequence[str]]
    """English names parted by commas, then Chinese names parted by blanks, by class; a class
    without any has its own name.
    """
    wider: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Names of wider classes that are none of these, with the classes that they stand for."""
    every: tuple[str, ...] = ()
    """What "all objects" are. Empty: an object counts as a vehicle, not as a car as well."""
    _table: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wide = tuple(kind for kind in self.objects if WITHIN.get(kind) not in self.objects)
        object.__setattr__(self, "every", self.every or wide)

    def table(self) -> Mapping[str, tuple[str, ...]]:
        """Classes by name, in either number."""
        if not self._table:
            courts = tuple(kind for kind in self.kinds if kind.endswith(" court"))
            rows: list[tuple[Sequence[str], list[str]]] = [
                (self.every, re.split(r", | ", EVERYTHING))
            ]
            if courts:
                rows.append((courts, re.split(r", | (?=球)", COURTS)))
            rows += [((kind,), [kind, *self.names.get(kind, ())]) for kind in self.kinds]
            rows += [(kinds, [wide]) for wide, kinds in self.wider.items()]
            for kinds, names in rows:
                for name in names:
                    for form in (name.lower(), plural(name.lower())) if name.isascii() else (name,):
                        self._table.setdefault(form, tuple(kinds))
        return self._table


def normalized(question: str) -> str:
    """Small letters, plain signs, one blank between words; "" for a text too long to be read."""
    if len(question) > LONGEST:
        return ""
    text = (
        unicodedata.normalize("NFKC", question)
        .lower()
        .replace("\u2019", "'")
        .replace("\u2018", "'")
    )
    return " ".join(text.split())


_ONES = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_ONES |= {"eleven": 11, "twelve": 12}
_TENS = {
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_NUMBER = (
    rf"(?:\d[\d,]*(?:\.\d+)?|\.\d+|(?:an?|one|half"
    rf" an?|half|two|three|four|five|six|seven|eight|nine|ten)(?: hundred| thousand)|"
    rf"half an?|{'|'.join([*_ONES, *_TENS])})"
)
_SQUARE = {"m": "m2", "km": "km2", "ft": "ft2", "px": "px2"}
_LENGTHS = {
    "m": r"m|met(?:re|er)s?",
    "km": r"km|kilomet(?:re|er)s?|kms",
    "ft": r"ft|feet|foot",
    "px": r"px|pixels?|pix",
    "cm": r"cm|centimet(?:re|er)s?",
    "mi": r"mi|miles?",
    "yd": r"yd|yards?",
}
_AREAS = {"ha": r"ha|hectares?", "acre": r"acres?"}
_METRES = {
    "m": 1.0,
    "km": 1000.0,
    "ft": 0.3048,
    "cm": 0.01,
    "mi": 1609.344,
    "yd": 0.9144,
    "px": 1.0,
}
_IN_M2 = {"ha": 1e4, "acre": 4046.8564224, "mu": 10_000 / 15}


def _units() -> list[tuple[re.Pattern[str], str]]:
    rows = [
        (rf"(?:(?:square|sq\.?) ?(?:{words})|(?:{words})(?:\^?2| squared)|sq ?{unit})", f"{unit}2")
        for unit, words in _LENGTHS.items()
    ]
    rows += [(rf"(?:{words})", unit) for unit, words in (_AREAS | _LENGTHS).items()]
    return [(re.compile(rf"{pattern}(?![\w])"), unit) for pattern, unit in rows]


UNITS = _units()
"""Patterns of English units with the unit each stands for, "cm2", "ft" ...; the longest first."""


@cache
def _some_amount() -> re.Pattern[str]:
    """A number with any unit.

    Most questions have none, and the pattern of each unit takes long to compile.
    """
    any_unit = "|".join(pattern.pattern for pattern, _ in UNITS)
    return re.compile(rf"(?<![\w.])(?:{_NUMBER}|an?) ?(?:{any_unit})")


def unit_of(words: str) -> str:
    """The unit that English words stand for, "" where they are none."""
    return next((unit for pattern, unit in UNITS if pattern.fullmatch(words)), "")


def amount(value: float, unit: str) -> Amount:
    """An amount converted to the units of programs: m, px, m2, px2.

    Args:
        value: as typed.
        unit: as typed, a key of `UNITS`.
    """
    if unit in _IN_M2:
        return Amount(value * _IN_M2[unit], "m2", unit)
    base, squared = unit.removesuffix("2"), unit.endswith("2")
    factor = _METRES[base] ** (2 if squared else 1)
    return Amount(value * factor, ("px" if base == "px" else "m") + ("2" if squared else ""), unit)


def _value(words: str) -> float:
    # A single comma before any but three digits is a decimal one: 1,5.
    text = re.sub(r"^(\d+),(\d{1,2}|\d{4,})$", r"\1.\2", words).replace(",", "")
    if re.fullmatch(r"[\d.]+", text):
        return float(text)
    total = 1.0
    for word in text.split():
        total *= {"hundred": 100, "thousand": 1000, "half": 0.5, "a": 1, "an": 1}.get(
            word
        ) or float((_ONES | _TENS).get(word, 1))
    return total


def marked(text: str, lexicon: Lexicon) -> Marked:
    """An English question with placeholders for names and amounts.

    Hyphens become blanks.

    Args:
        text: normalized.
        lexicon: the names of the model's classes.
    """
    text = re.sub(r"(?<=[a-z0-9])[-\u2010-\u2015](?=[a-z])", " ", text)
    names: list[tuple[str, ...]] = []
    several: list[bool] = []
    table = lexicon.table()
    longest = max((len(name.split()) for name in table if name.isascii()), default=1)
    tokens = re.findall(
        r"\d+(?:[.,]\d+)*(?:[a-z]+\d?(?![\w]))?|[a-z]+(?:'[a-z]+)?[0-9^]*|[^\sa-z0-9]", text
    )
    out: list[str] = []
    i = 0
    while i < len(tokens):
        for n in range(min(longest, len(tokens) - i), 0, -1):
            said = " ".join(tokens[i : i + n])
            kinds = table.get(said)
            if kinds:
                out.append(f"K{len(names)}")
                names.append(kinds)
                several.append(said not in table or said.endswith("s"))
                i += n
                break
        else:
            out.append(tokens[i])
            i += 1
    plain = " ".join(out)
    amounts: dict[str, Amount] = {}
    for pattern, unit in UNITS if _some_amount().search(plain) else ():

        def put(found: re.Match[str], unit: str = unit) -> str:
            mark = f"Q{len(amounts)}"
            amounts[mark] = amount(_value(found[1]), unit)
            return mark

        plain = re.sub(rf"(?<![\w.])({_NUMBER}|an?) ?(?:{pattern.pattern})", put, plain)

    def bare(found: re.Match[str]) -> str:
        mark = f"N{len(amounts)}"
        amounts[mark] = Amount(_value(found[0]))
        return mark

    plain = re.sub(rf"(?<![\w.])(?!(?:one|half|an?)\b)(?:{_NUMBER})(?!\w)", bare, plain)
    plain = re.sub(
        r"(?<=than |east |ctly |only |most |just )one(?= )", bare, plain
    )  # "more than one"; elsewhere it stands for a thing
    return Marked(plain, names, amounts, several)

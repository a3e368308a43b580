"""Checks of the cards of a model folder: names that fit each other, numbers in their range.

A card that passes can be used. Cards are JSON of other people. Their lengths are the sizes of the
networks, and so of memory: they are checked before anything is built.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from typing import Any

from geomagnifier.language.class_names import NARROWER
from geomagnifier.models.small.vocabulary import SPECIAL, kind_token

MOST, WORDS = 1000, 100_000
"""Most names of a sort, and most words of a vocabulary."""
LONGEST = 100
"""Letters of a name."""
IN_BOX = 1 + 3 + 256
"""Weights of `box_class.known`: an intercept, and one for each number of its evidence."""


def check_small(card: Any) -> None:
    """Check the card of small.safetensors.

    Raises:
        KeyError: it says nothing of something.
        ValueError: what it says cannot be.
    """
    card = _table(card, "the card")
    _name(card["version"], "version")
    kinds, scenes = names(card["kinds"], "kinds"), names(card["scenes"], "scenes")
    objects = names(card["objects"], "objects", kinds)
    if kinds[: len(objects)] != objects:
        raise ValueError("kinds begin with the objects, in their order")
    for name, parts in _table(card["coarse"], "coarse").items():
        _name(name, "coarse")
        names(parts, "coarse", scenes)
    words = names(card["words"], "words", most=WORDS)
    if lacking := {*SPECIAL, *(kind_token(kind) for kind in kinds if kind not in NARROWER)} - {
        *words
    }:
        raise ValueError(f"words lack {min(lacking)!r}")
    for kind, (threshold, said) in _table(card["mentions"], "mentions", objects).items():
        number(threshold, f"mentions of {kind}", 0, 1)
        names(said, f"mentions of {kind}")
    for what in ("trunk", "view", "question"):
        number(_table(card["flops"], "flops")[what], "flops")
    for kind, chosen in _table(card["calibration"], "calibration", kinds).items():
        calibration(chosen, kind)
    for narrow, wide in _table(card.get("within", {}), "within", kinds).items():
        if wide not in kinds or wide in card["within"]:
            raise ValueError(f"{narrow} is within {str(wide)[:40]!r}, which is no wide class")
    names(card.get("cover", []), "cover", kinds)
    for kind, figure in _table(card.get("quality", {}), "quality", kinds).items():
        number(figure, f"quality of {kind}", 0, 1)
    if "reliability" in card:
        _reliability(card["reliability"], objects)
    if (
        "in_box" in card
        and len([number(value, "in_box", -1e3, 1e3) for value in card["in_box"]]) != IN_BOX
    ):
        raise ValueError(f"in_box are {IN_BOX} numbers")


def _reliability(told: Any, objects: Collection[str]) -> None:
    """Numbers of `ScoreCalibration`; raises as `check_small` does."""
    told = _table(told, "reliability")
    number(told["temperature"], "temperature", 0.01, 100)
    for kind, pairs in _table(told["objects"], "reliability", objects).items():
        knots = [
            (number(raw, "a raw score", 0, 1), number(p, "a probability", 0, 1)) for raw, p in pairs
        ]
        rising = all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(knots))
        if not rising or [*knots[:1], *knots[-1:]] != [(0, 0), (1, 1)] or len(knots) > MOST:
            raise ValueError(f"reliability of {kind} rises from 0, 0 to 1, 1")


def check_scout(card: Any, kinds: Collection[str]) -> None:
    """Check the card of scout.safetensors; raises as `check_small` does.

    Args:
        card: of the proposal network.
        kinds: classes of the small model.
    """
    card = _table(card, "the card")
    number(card["flops"], "flops")
    names(card.get("kinds", []), "kinds", kinds)
    for kind, (metres, pixels) in _table(card["sizes"], "sizes", kinds).items():
        if metres is not None:
            number(metres, f"size of {kind}", 1e-3, 1e6)
        number(pixels, f"size of {kind}", 1e-3, 1e6)
    for steps in (card["recall"], *_table(card["scores"], "scores", kinds).values()):
        shares = [
            number(share, "recall", 0, 1)
            for share, worth in steps
            if number(worth, "recall", 0, 1) >= 0
        ]
        if shares != sorted(shares):
            raise ValueError("shares of recall rise")


def calibration(chosen: Any, kind: str) -> None:
    """Check the thresholds of a class: numbers from 0 to 1, named as in `ClassThresholds`.

    It raises as `check_small` does.

    Args:
        chosen: threshold by name.
        kind: the class.
    """
    for value in _table(chosen, f"calibration of {kind}", ("presence", "score", "mask")).values():
        number(value, f"calibration of {kind}", 0, 1)


def names(
    value: Any, what: str, among: Collection[str] | None = None, most: int = MOST
) -> list[str]:
    """A checked list of names, each once.

    Args:
        value: what the card says.
        what: its key, for the message.
        among: names that it may hold; None for any.
        most: names that it may hold at most.

    Raises:
        ValueError: it is another thing.
    """
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(f"{what} are a list of at most {most} names")
    for name in value:
        _name(name, what)
    if len({*value}) < len(value):
        raise ValueError(f"{what} names something twice")
    if among is not None and (strange := {*value} - {*among}):
        raise ValueError(f"{what} names {min(strange)!r}, which is nowhere else")
    return value


def number(value: Any, what: str, least: float = 0, most: float = 1e15) -> float:
    """A checked, finite number.

    Args:
        value: what the card says.
        what: its key, for the message.
        least: lowest value allowed.
        most: highest value allowed.

    Raises:
        ValueError: it is another thing.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"{what} is a number from {least:g} to {most:g}, not {str(value)[:40]!r}")
    return float(value)


def _name(value: Any, what: str) -> None:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST or not value.isprintable():
        raise ValueError(f"{what} holds {str(value)[:40]!r}, which is no name")


def _table(value: Any, what: str, among: Collection[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is a table, not {str(value)[:40]!r}")
    if among is not None and (strange := {*value} - {*among}):
        raise ValueError(f"{what} names {min(strange)!r}, which is nowhere else")
    return value

"""Which objects a question means: "the largest", "second from the left", "the upper row".

Three transformer layers over the question's tokens and the objects as tokens. An object is given by
numbers alone (place, size, rank, distance to the nearest landmark), so that the selector learns
from boxes drawn at random, without images. Whether the question chooses at all is read off the
question alone: a plain "all ships" must not lose one to an unlucky layout.
"""

from __future__ import annotations

import re

import numpy as np

from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.numerics import shut
from geomagnifier.models.small.sentence_encoder import Encoded
from geomagnifier.models.small.text_writer import QUESTION
from geomagnifier.types import Bools, Floats

NUMBERS = 36
"""Numbers that stand for an object, see `features`."""
CHOSEN, UNLIKELY = 0.5, 0.1
"""Probability from which an object is meant, and below which not even the likeliest one is."""


def features(boxes: Floats, scores: Floats, target: Bools, size: tuple[float, float]) -> Floats:
    """Objects as numbers.

    Args:
        boxes: (N, 4) scene px.
        scores: (N,) 0..1.
        target: (N,) whether it is of the class asked for; the others are landmarks.
        size: width and height of the scene, px.

    Returns:
        (N, NUMBERS): score, target; centre and sides as shares of the scene and of its longer side;
        log area and log aspect; the distance to the scene's centre and to the nearest landmark; a
        target's rank among the targets by x, y, area and by both distances, from either end (0 of
        landmarks).
    """
    n, longer = len(boxes), max(size)
    centre, side = (boxes[:, :2] + boxes[:, 2:]) / 2, np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-3)
    area = side.prod(1)
    out = np.zeros((n, NUMBERS), np.float32)
    out[:, 0], out[:, 1] = scores, target
    out[:, 2:4], out[:, 4:6] = (
        centre / np.asarray(size, np.float32),
        side / np.asarray(size, np.float32),
    )
    out[:, 6:8], out[:, 8:10] = centre / longer, side / longer
    out[:, 10] = np.log(area / longer**2 + 1e-6) / 4
    out[:, 11] = np.log(side[:, 0] / side[:, 1])
    mine, others = np.flatnonzero(target), np.flatnonzero(~target)
    out[:, 12] = np.hypot(*(centre - np.asarray(size, np.float32) / 2).T) / longer
    if len(others):
        way = (centre[others][None] - centre[:, None]) / longer  # (N, L, 2)
        apart = np.maximum(np.abs(way) - (side[:, None] + side[others][None]) / 2 / longer, 0)
        gap = np.hypot(apart[..., 0], apart[..., 1])
        gap[others, np.arange(len(others))] = np.inf  # not to itself
        nearest = gap.argmin(1)
        shortest = gap[np.arange(n), nearest]
        out[:, 13], out[:, 14:16] = (
            np.where(np.isfinite(shortest), shortest, 0),
            way[np.arange(n), nearest],
        )
    if len(mine):
        for k, value in enumerate(
            (centre[mine, 0], centre[mine, 1], area[mine], out[mine, 12], out[mine, 13])
        ):
            rank = np.argsort(np.argsort(value, kind="stable"), kind="stable").astype(np.float32)
            back = len(mine) - 1 - rank
            ranks = (
                rank / max(1, len(mine) - 1),
                np.minimum(rank, 8) / 8,
                np.minimum(back, 8) / 8,
                value / max(value.max(), 1e-6),
            )
            out[mine, 16 + 4 * k : 20 + 4 * k] = np.stack(ranks, 1)
    return out


def choose(
    sessions: Sessions, asked: Encoded, things: Floats, kinds: Floats
) -> tuple[Floats, float]:
    """Logits of the objects being meant, (N,), and of the question choosing at all.

    Args:
        sessions: of the small model.
        asked: the question, of one row.
        things: (N, NUMBERS) of `features`.
        kinds: (N, 384) sentence vectors of the objects' classes.
    """
    padding = asked.padding[:, :QUESTION]
    chooses, meant = sessions.run(
        "selector",
        states=np.ascontiguousarray(asked.states[:, :QUESTION]),
        hidden=shut(padding)[:, None, None],
        there=(~padding)[:, :, None].astype(np.float32),
        places=sessions.weights["selector.places"][: padding.shape[1]],
        things=things[None],
        kinds=kinds[None],
    )
    return meant[0, :, 0], float(chooses[0, 0])


_MANY = "two|three|four|five|six|seven|eight|nine|ten"
_MOST = r"(?:larg|bigg|small|tini|long|short|wid|broad|narrow|great)est"
_COUNTED = re.compile(
    rf"\b({_MANY}|\d{{1,3}}) (?:of the )?{_MOST}\b|\b{_MOST} ({_MANY}|\d{{1,3}})\b|\btop"
    rf" ({_MANY}|\d{{1,3}})\b"
)
_ZH_NUMBER, _ZH_MEASURE = "[两二三四五六七八九十]|\\d{1,3}", "[个艘架辆座片条块栋处]"
_ZH_COUNTED = re.compile(
    f"(?<![第0-9])({_ZH_NUMBER}){_ZH_MEASURE}?(?:面积|个头|长度)?最([大小长短])|最([大小长短])的前?({_ZH_NUMBER}){_ZH_MEASURE}"
)
_ZH_MOST = {"大": "largest", "小": "smallest", "长": "longest", "短": "shortest"}


def counted_in_english(question: str, noun: str) -> str:
    """A Chinese question for the N largest (smallest, longest) in English; "" for another.

    The translator may take its number for an ordinal.

    Args:
        question: Chinese.
        noun: English, of what is asked for.
    """
    found = _ZH_COUNTED.search(question)
    if found is None:
        return ""
    said, most = found[1] or found[4], _ZH_MOST[found[2] or found[3]]
    number = (
        said
        if said.isdigit()
        else _MANY.split("|")["二三四五六七八九十".index("二" if said == "两" else said)]
    )
    return "" if number in ("0", "1") else f"Find the {number} {most} {noun}s."


def how_many(question: str) -> int | None:
    """The number that a superlative is counted by: 5 for "the five largest ships", else None.

    Args:
        question: English.
    """
    found = _COUNTED.search(question.lower())
    if found is None:
        return None
    said = next(group for group in found.groups() if group)
    number = int(said) if said.isdigit() else _MANY.split("|").index(said) + 2
    return number or None


def decide(logits: Floats, chooses: float, target: Bools, most: int | None = None) -> Bools:
    """Which objects are meant.

    Args:
        logits: (N,) of `Selector`.
        chooses: probability that the question chooses at all.
        target: (N,) whether it is of the class asked for.
        most: how many are meant, of `how_many`: the likeliest so many.

    Returns:
        (N,) bool: all targets where the question does not choose; else those above one half, or the
        likeliest one unless it is most unlikely: there may be none on the left.
    """
    if most is not None:
        chosen = np.zeros_like(target)
        chosen[np.argsort(np.where(target, -logits, np.inf), kind="stable")[:most]] = True
        return chosen & target
    if chooses < CHOSEN:
        return target.copy()
    p = np.where(target, 1 / (1 + np.exp(-logits)), 0.0)
    chosen = p >= 0.5
    if p.max(initial=0.0) >= UNLIKELY and not chosen.any():
        chosen[int(p.argmax())] = True
    return np.asarray(chosen)

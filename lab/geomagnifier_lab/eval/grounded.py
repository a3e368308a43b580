"""Grounded conversation: AP50, mIoU and recall of sentences whose phrases have masks.

The metrics are those of GLaMM (arXiv:2311.03356, `eval/gcg/evaluate.py` of
mbzuai-oryx/groundingLMM), which GeoPixel (arXiv:2501.13925) took over:

    AP50     COCO's AP of masks at IoU 0.5, all phrases as one class; GLaMM gives every mask the
             score 1, so that the order of the phrases ranks them; here the scores are used where
             they differ
    mIoU     in each image the two masks that overlap most are paired, then the next two, until
             none overlap; the mean IoU of the pairs, 0 where there is none; mean over images.
             Phrases left over do not lower it
    recall   pairs with an IoU of 0.5 or more whose phrases mean the same, over all true phrases

Recall pairs in the order of IoU too, and as published ends at the first pair that fails, also if it
fails by its phrase alone and other pairs would do. "recall" is that; "recall of all pairs" passes
over pairs whose phrases differ and goes on.

Phrases. GLaMM asks for a cosine of 0.5 or more between means of BERT's last states, which lie close
together whatever the words (arXiv:1909.00512). There is no BERT here: phrases must share words
(`same_words`), which is stricter, so recall is not to be set beside one by BERT. Give another
`same` to count otherwise; `lambda a, b: True` gives the figure of the masks alone.

An empty mask overlaps nothing: IoU 0, also with another empty one, where GLaMM's script divides
zero by zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from geomagnifier.errors import PredictionError
from geomagnifier_lab.eval.boxes import Size, coco
from geomagnifier_lab.eval.text import words

Same = Callable[[str, str], bool]
FILLERS = frozenset(
    (
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "with",
        "and",
        "by",
        "near",
        "is",
        "are",
        "its",
        "their",
        "this",
        "that",
        "these",
        "those",
    )
)
"""Words that do not tell one object from another."""


@dataclass(frozen=True, eq=False)
class Phrase:
    """A phrase and its mask."""

    text: str
    """Its words."""
    segmentation: Mapping[str, Any]
    """COCO RLE {"size": [H, W], "counts": str}."""
    score: float = 1.0
    """Ranks predictions among each other."""


@dataclass(frozen=True)
class Grounding:
    """Scores of one sentence."""

    iou: float
    """Mean IoU of its pairs, 0..1."""
    phrases: int
    """How many are true."""
    matched: int
    """Of them, by "recall"."""
    matched_all: int
    """Of them, by "recall of all pairs"."""


def same_words(one: str, other: str) -> bool:
    """Whether two phrases share half of their words or more, without `FILLERS`, plural or not.

    The share is 2 x common words / (words of one + words of the other), the Dice coefficient.

    Args:
        one: a phrase.
        other: another.

    Example:
        >>> same_words("the large ships", "a ship")
        True
        >>> same_words("a large ship", "a large field on the left")
        False
    """
    first, second = _telling(one), _telling(other)
    return (
        4 * len(first & second) >= len(first) + len(second)
        if first and second
        else words(one) == words(other)
    )


def grounded(
    found: Sequence[Sequence[Phrase]],
    truth: Sequence[Sequence[Phrase]],
    same: Same = same_words,
    threshold: float = 0.5,
) -> dict[str, float]:
    """The figures of a grounded conversation table, each 0..1.

    Args:
        found: phrases of each predicted sentence.
        truth: those of the true sentences, in the same order.
        same: do two phrases, found and true, mean the same?
        threshold: IoU that makes a match, itself taken in.

    Returns:
        "AP50", "mIoU", "recall" and "recall of all pairs"; nothing of no sentences, and only "mIoU"
        where no phrase is true.

    Raises:
        PredictionError: a mask is not of the size of its image, or a score no number; sentence
            and phrase are named.
        ValueError: the two differ in length, or true masks of a sentence differ in size; the
            sentence is named.
    """
    each = per_sentence(found, truth, same, threshold)
    if not each:
        return {}
    figures = {"mIoU": float(np.mean([case.iou for case in each]))}
    phrases = sum(case.phrases for case in each)
    if not phrases:
        return figures
    return {
        "AP50": _mask_ap50(found, truth),
        **figures,
        "recall": sum(case.matched for case in each) / phrases,
        "recall of all pairs": sum(case.matched_all for case in each) / phrases,
    }


def per_sentence(
    found: Sequence[Sequence[Phrase]],
    truth: Sequence[Sequence[Phrase]],
    same: Same = same_words,
    threshold: float = 0.5,
) -> list[Grounding]:
    """What mIoU and recall are made of, sentence by sentence.

    Args:
        found: as in `grounded`.
        truth: as in `grounded`.
        same: as in `grounded`.
        threshold: as in `grounded`.

    Raises:
        PredictionError, ValueError: as `grounded`.
    """
    if len(found) != len(truth):
        raise ValueError(
            f"{len(found)} predictions for {len(truth)} sentences; give one of each, in the same"
            " order"
        )
    out = []
    for index, (said, meant) in enumerate(zip(found, truth, strict=True)):
        _check(index, said, meant)
        overlap = _overlaps(said, meant)
        means = np.array([[same(a.text, b.text) for b in meant] for a in said], bool).reshape(
            overlap.shape
        )
        pairs = [overlap[pair] for pair in _pairs(overlap)]
        good = [bool(means[pair]) for pair in _pairs(overlap) if overlap[pair] >= threshold]
        matched = good.index(False) if False in good else len(good)
        everything = _pairs(np.where(means & (overlap >= threshold), overlap, 0.0))
        out.append(
            Grounding(float(np.mean(pairs)) if pairs else 0.0, len(meant), matched, len(everything))
        )
    return out


def _pairs(overlap: NDArray[np.float64]) -> list[tuple[int, int]]:
    """One to one, those that overlap most first, until none overlap."""
    rest = overlap.copy()
    out = []
    while rest.size and rest.max() > 0:
        row, column = np.unravel_index(int(np.argmax(rest)), rest.shape)
        out.append((int(row), int(column)))
        rest[row, :] = 0
        rest[:, column] = 0
    return out


def _overlaps(said: Sequence[Phrase], meant: Sequence[Phrase]) -> NDArray[np.float64]:
    """(found, true) IoU of masks."""
    if not said or not meant:
        return np.zeros((len(said), len(meant)))
    rows, columns = ([dict(phrase.segmentation) for phrase in phrases] for phrases in (said, meant))
    values = np.asarray(coco_mask.iou(rows, columns, [0] * len(columns)), float).reshape(
        len(rows), len(columns)
    )
    filled = (
        np.asarray(coco_mask.area(rows))[:, None] * np.asarray(coco_mask.area(columns))[None, :] > 0
    )
    return np.where(filled, values, 0.0)


def _mask_ap50(found: Sequence[Sequence[Phrase]], truth: Sequence[Sequence[Phrase]]) -> float:
    sizes = {}
    for index, (said, meant) in enumerate(zip(found, truth, strict=True)):
        height, width = next((phrase.segmentation["size"] for phrase in [*meant, *said]), (1, 1))
        sizes[str(index)] = Size(height, width)
    rows = [
        [
            {
                "picture": str(index),
                "label": "phrase",
                "segmentation": phrase.segmentation,
                "score": phrase.score,
            }
            for index, phrases in enumerate(side)
            for phrase in phrases
        ]
        for side in (truth, found)
    ]
    return coco(rows[0], rows[1], sizes, "mask")["AP50"]


def _check(index: int, said: Sequence[Phrase], meant: Sequence[Phrase]) -> None:
    sizes = [tuple(int(n) for n in phrase.segmentation["size"]) for phrase in [*meant, *said]]
    for at, phrase in enumerate(said):
        height, width = sizes[len(meant) + at]
        if (height, width) != sizes[0]:
            raise PredictionError(
                f"phrase {at} of sentence {index} has a mask of {height} x {width} px; the picture"
                f" has {sizes[0][0]} x {sizes[0][1]}"
            )
        if not math.isfinite(phrase.score):
            raise PredictionError(
                f"phrase {at} of sentence {index} has the score {phrase.score}, not a number"
            )
    if len(set(sizes[: len(meant)])) > 1:
        raise ValueError(f"the true masks of sentence {index} differ in size")


def _telling(phrase: str) -> set[str]:
    """Words that tell an object from others, without the s of a plural."""
    plain = (word for word in words(phrase) if word not in FILLERS)
    return {
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        for word in plain
    }

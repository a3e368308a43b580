"""TMRA's task granularity classifier (paper, section 2.1): image, region or pixel level.

Sentence vector -> 256 -> 128 -> 3. The paper's BERT gives 768 numbers; the small size has its
sentence encoder's own 384.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from geomagnifier.language.yes_no_question import YesNoQuestion
from geomagnifier.models.small.numerics import softmax
from geomagnifier.types import Floats, Granularity

LEVELS = (Granularity.IMAGE, Granularity.REGION, Granularity.PIXEL)


def levels(weights: Mapping[str, Floats], pooled: Floats) -> dict[Granularity, float]:
    """G = softmax(W3 h2 + b3) of h1 = ReLU(W1 q + b1), h2 = ReLU(W2 h1 + b2).

    Args:
        weights: of the small model.
        pooled: (1, width) sentence vector.
    """
    x = pooled
    for n in (0, 2, 4):
        x = np.maximum(x, 0) if n else x
        x = (
            x @ weights[f"granularity.layers.{n}.weight"].T
            + weights[f"granularity.layers.{n}.bias"]
        )
    return dict(zip(LEVELS, softmax(x)[0].tolist(), strict=True))


def settled(
    levels: dict[Granularity, float], asked: YesNoQuestion | None
) -> dict[Granularity, float]:
    """The levels of a question, corrected where it is answered by yes or no.

    A question about the scene is one about the image as a whole, one about objects is not.

    Args:
        levels: probabilities by the classifier.
        asked: what the question's words say; None where it is no such question.
    """
    if asked is None or (asked.form == "unknown" and asked.noun):
        return levels
    if asked.form != "things":
        return {level: float(level is Granularity.IMAGE) for level in levels}
    pixel = max(levels, key=lambda level: levels[level]) is Granularity.PIXEL
    level = Granularity.PIXEL if pixel else Granularity.REGION
    return levels | {Granularity.IMAGE: 0.0, level: levels[level] + levels[Granularity.IMAGE]}

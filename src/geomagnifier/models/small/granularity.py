"""TMRA's task granularity classifier (paper, section 2.1): image, region or pixel level.

Sentence vector -> 256 -> 128 -> 3. The paper's BERT gives 768 numbers; the small size has its
sentence encoder's own 384.
"""

from __future__ import annotations

from torch import Tensor, nn

from geomagnifier.language.yes_no_question import YesNoQuestion
from geomagnifier.types import Granularity

LEVELS = (Granularity.IMAGE, Granularity.REGION, Granularity.PIXEL)


class GranularityClassifier(nn.Module):
    """h1 = ReLU(W1 q + b1), h2 = ReLU(W2 h1 + b2), G = softmax(W3 h2 + b3).

    The softmax is left to the caller.
    """

    def __init__(self, width: int = 384) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, 256),
            nn.ReLU(),
            nn.Linear(256, 128),
            nn.ReLU(),
            nn.Linear(128, len(LEVELS)),
        )

    def forward(self, pooled: Tensor) -> Tensor:
        """(B, width) -> logits (B, 3), in the order of `LEVELS`."""
        out: Tensor = self.layers(pooled)
        return out


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

"""Scores become probabilities: of a hundred answers given with 0.8, about eighty are right.

Scene classes: a softmax at a temperature (Guo et al., arXiv:1706.04599). Objects: a rising map for
each class from the raw score to the share of detections with that score that were right, so that
the ranking within a class, its average precision and what passes a threshold stay as they were. All
are fitted on validation images (`lab/geomagnifier_lab/train/score_calibration.py`) and kept in the
card; a card without them, and a class without a map, leaves scores as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geomagnifier.results import Region
from geomagnifier.types import Floats

Knots = Sequence[tuple[float, float]]
SAME: Knots = ((0.0, 0.0), (1.0, 1.0))
"""The identity."""


@dataclass(frozen=True)
class ScoreCalibration:
    """The maps from raw scores to probabilities."""

    temperature: float = 1.0
    """Scene logits are divided by it."""
    objects: Mapping[str, Knots] = field(default_factory=dict)
    """By class, (raw score, probability) knots, both rising strictly from 0 to 1."""

    @classmethod
    def of(cls, card: Mapping[str, Any]) -> ScoreCalibration:
        """As the card of a model says it, checked by `metadata.check_small`.

        It is the identity where the card says nothing.
        """
        told = card.get("reliability", {"temperature": 1.0, "objects": {}})
        return cls(
            float(told["temperature"]),
            {kind: tuple(map(tuple, knots)) for kind, knots in told["objects"].items()},
        )

    def probability(self, kind: str, raw: Floats | float) -> Floats:
        """Raw scores -> probabilities, float32 of the same shape.

        Args:
            kind: a class of objects.
            raw: scores, 0..1.
        """
        x, y = np.array(self.objects.get(kind, SAME)).T
        return np.asarray(np.interp(raw, x, y), np.float32)

    def raw(self, kind: str, probability: Floats | float) -> Floats:
        """Probabilities -> raw scores, float32 of the same shape.

        The networks behind the detector were trained with raw scores, and thresholds are chosen on
        them.

        Args:
            kind: a class of objects.
            probability: 0..1.
        """
        x, y = np.array(self.objects.get(kind, SAME)).T
        return np.asarray(np.interp(probability, y, x), np.float32)

    def raw_of(self, regions: Sequence[Region]) -> Floats:
        """Raw scores of regions, (N,) float32."""
        return np.array([float(self.raw(r.label, r.score)) for r in regions], np.float32)

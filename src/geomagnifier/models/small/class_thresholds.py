"""The thresholds of a class, as the card of a model has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClassThresholds:
    """Thresholds chosen on validation images."""

    presence: float = 0.5
    """Probability from which the class counts as there."""
    score: float = 0.3
    """Raw score from which an object counts, before `ScoreCalibration` makes it a probability."""
    mask: float = 0.5
    """Probability from which a cell is mask."""

"""The thresholds of a class, as the card of a model has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClassThresholds:
    """Chosen on validation pictures.

    score is a raw one, before `Reliability` makes it a probability.
    """

    presence: float = 0.5
    """From which a kind is there, an object counts, a cell is mask."""
    score: float = 0.3
    """From which a kind is there, an object counts, a cell is mask."""
    mask: float = 0.5
    """From which a kind is there, an object counts, a cell is mask."""

"""Model: the only seam between the pipeline and a network. numpy in, numpy out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from geomagnifier.values import Floats, Granularity, ModelSpec, Query, Reply, View


class Model(Protocol):
    """What `ask` needs of a model. Implementations: `model/small.py`, and the FakeModel of the tests."""

    @property
    def spec(self) -> ModelSpec:
        """What the pipeline must know: sizes, kinds, scenes."""

    def granularity(self, query: Query) -> Mapping[Granularity, float]:
        """Probability of each granularity (paper, section 2.1, G).

        Raises:
            QuestionError: the question is empty or in a script that the model cannot read.
        """

    def relevance(self, query: Query, view: View) -> Floats:
        """Heat map of the query over the view, (h, w) float32 in [0, 1], any grid (paper, section 2.2, H)."""

    def answer(self, query: Query, granularity: Granularity, views: Sequence[View]) -> Reply:
        """Answer the query from the views. Boxes and masks come back in the px of each view."""

    def embed(self, item: str | View) -> Floats:
        """(D,) float32 of unit length; sentences and pictures share the space."""

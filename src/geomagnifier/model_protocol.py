"""Model: the only seam between the pipeline and a network. numpy in, numpy out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from geomagnifier.results import GeneratedText, ModelOutput, Region
from geomagnifier.types import Floats, Granularity, ModelSpec, Query, Relevance, SceneInfo, View


class Model(Protocol):
    """What `ask` needs of a model.

    Implementations: `models/small/model.py`, and the FakeModel of the tests.
    """

    @property
    def spec(self) -> ModelSpec:
        """What the pipeline must know: sizes, kinds, scenes."""

    def granularity(self, query: Query) -> Mapping[Granularity, float]:
        """Probability of each granularity (paper, section 2.1, G).

        Raises:
            QuestionError: the question is empty or in a script that the model cannot read.
        """

    def relevance(self, query: Query, view: View, by: Relevance = "gradient") -> Floats:
        """Relevance map of the query over the view (paper, section 2.2, H).

        Args:
            query: what was asked.
            view: the pixels.
            by: what the map is made of.

        Returns:
            (h, w) float32 in [0, 1], on any grid over the view.
        """

    def scale(self, view: View) -> float:
        """How many times smaller objects look in a view than in the training images.

        1 where the model cannot tell.
        """

    def answer(
        self,
        query: Query,
        granularity: Granularity,
        views: Sequence[View],
        beside: Sequence[View] | None = None,
    ) -> ModelOutput:
        """What is found in the views. Boxes and masks come back in the px of each view.

        Args:
            query: what was asked.
            granularity: how closely.
            views: that are answered.
            beside: None: each view is looked at by itself. Else all views are one input, each with
                its place in it, and these are part of it, but not answered (paper, section 2.1: I'
                = C2 (+) D(C1) (+) D(D(I)), with masks from C2).
        """

    def choose(
        self, query: Query, scene: SceneInfo, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[int, ...]:
        """Which of the regions are meant ("the largest", "left of the harbor"), by index.

        All of the asked kinds where none is preferred.

        Args:
            query: what was asked.
            scene: whose px the boxes are in.
            asked: kinds asked for; regions of other kinds only say where.
            regions: of the whole scene.
        """

    def say(
        self,
        query: Query,
        granularity: Granularity,
        view: View,
        reply: ModelOutput,
        scene: SceneInfo,
        regions: Sequence[Region],
    ) -> GeneratedText:
        """The answer in a sentence.

        Args:
            query: what was asked.
            granularity: at image level the sentence is about the picture as a whole.
            view: the scene in one view; a thumbnail at image level.
            reply: of `answer`: what was asked for.
            scene: whose px the boxes are in.
            regions: those of the answer.
        """

    def embed(self, item: str | View) -> Floats:
        """(D,) float32 of unit length; sentences and pictures share the space."""

    def remember(self, most: float | None) -> None:
        """The most bytes of what it sees that it may keep for later questions.

        None: its usual number. What is above goes at once.
        """

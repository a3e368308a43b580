"""The small model's network: every part that is trained here, in one module. Sizes: docs/model_card.md."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.model.box_classifier import BoxClassifier
from geomagnifier.model.granularity import GranularityClassifier
from geomagnifier.model.pixel_decoder import PixelDecoder, Presence
from geomagnifier.model.vision import HEAD, STAGES, Neck, Trunk
from geomagnifier.model.vlm import QuestionReader


class SmallNetwork(nn.Module):
    """Trunk, neck, question reader, pixel decoder and heads; the sentence encoder stands apart, frozen.

    Args:
        kinds: kinds asked for by name, objects first.
        objects: how many of them are objects (with boxes); the rest is land cover.
        scenes: scene names.
    """

    def __init__(self, kinds: int, objects: int, scenes: int) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.neck = Neck()
        self.reader = QuestionReader(kinds)
        self.decoder = PixelDecoder()
        self.presence = Presence(pooled=STAGES[-1][-1])
        self.box_classifier = BoxClassifier(objects)
        self.granularity = GranularityClassifier()
        self.scenes = nn.Linear(HEAD, scenes)
        self.picture = nn.Linear(HEAD, 384)
        self.sentence = nn.Linear(384, 384)
        nn.init.eye_(self.sentence.weight)

    def embed_picture(self, pooled: Tensor) -> Tensor:
        """(B, 1280) -> (B, 384) of unit length, in the space of `embed_sentence`."""
        return F.normalize(self.picture(pooled), dim=1)

    def embed_sentence(self, pooled: Tensor) -> Tensor:
        """(B, 384) sentence vectors -> (B, 384) of unit length."""
        return F.normalize(self.sentence(pooled), dim=1)

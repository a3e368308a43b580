"""The small model's network: every part that is trained here, in one module.

Sizes: docs/model_card.md.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.models.networks.granularity_net import GranularityClassifier
from geomagnifier.models.networks.pixel_decoder import PixelDecoder, Presence
from geomagnifier_lab.networks.backbone import HEAD, STAGES, Neck, Trunk
from geomagnifier_lab.networks.box_classifier import BoxClassifier
from geomagnifier_lab.networks.selector_net import Selector
from geomagnifier_lab.networks.text_decoder import TextDecoder

LANGUAGE = ("granularity.", "text.", "selector.", "mentioned.")
"""Parts that are trained over a trained image side."""


class SmallNetwork(nn.Module):
    """The image side (trunk to scene head) and the language side (text decoder, selector).

    The sentence encoder stands apart, frozen.

    Args:
        kinds: number of classes asked for by name, objects first.
        objects: how many of them are objects (with boxes); the rest is land cover.
        scenes: number of scene classes.
        words: size of the answers' vocabulary.
    """

    def __init__(self, kinds: int, objects: int, scenes: int, words: int) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.neck = Neck()
        self.states = nn.Embedding(kinds + 1, 256)
        """The image side's own state of each kind, and of things never taught: what [SEG] states
        are trained to land on.
        """
        self.decoder = PixelDecoder()
        self.presence = Presence(pooled=STAGES[-1][-1])
        self.box_classifier = BoxClassifier(objects)
        self.granularity = GranularityClassifier()
        self.scenes = nn.Linear(HEAD, scenes)
        self.picture = nn.Linear(HEAD, 384)
        self.sentence = nn.Linear(384, 384)
        nn.init.eye_(self.sentence.weight)
        self.text = TextDecoder(words, scenes)
        self.mentioned = nn.Linear(HEAD, objects)
        self.selector = Selector()

    def embed_picture(self, pooled: Tensor) -> Tensor:
        """(B, 1280) -> (B, 384) of unit length, in the space of `embed_sentence`."""
        return F.normalize(self.picture(pooled), dim=1)

    def embed_sentence(self, pooled: Tensor) -> Tensor:
        """(B, 384) sentence vectors -> (B, 384) of unit length."""
        return F.normalize(self.sentence(pooled), dim=1)

"""The full size behind the `Model` protocol.

Granularity by BERT, words by a vision-language model, masks over SAM2's features. Where nothing was
trained it works zero-shot: the granularity is the small model's, boxes are the vision-language
model's own, masks SAM2's, and the answer says so. One question at a time goes through the networks;
others wait.
"""

from __future__ import annotations

import functools
import re
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode

from geomagnifier.errors import GeomagWarning, OptionError
from geomagnifier.geometry import Box
from geomagnifier.model_protocol import Model
from geomagnifier.models.full import memory_estimate, output_parser
from geomagnifier.models.full import segmenter as sam2
from geomagnifier.models.full.checkpoint_metadata import Card
from geomagnifier.models.full.full_network import FullNetwork
from geomagnifier.models.full.grounding import Finder, Trained, ZeroShot
from geomagnifier.models.full.vlm import Shown, Turn, Vlm
from geomagnifier.models.small.granularity import LEVELS
from geomagnifier.results import Detection, GeneratedText, ModelOutput, Region, ViewPrediction
from geomagnifier.types import (
    COARSE,
    Bytes,
    Floats,
    Granularity,
    ModelSpec,
    Query,
    Relevance,
    SceneInfo,
    Size,
    View,
)

CONTEXT = 448
"""Longest side of the first view of a scene where it accompanies later ones, px."""
CAPTION_LONG = 256
"""Most tokens of a sentence."""
SENTENCE = "{sentence}\nSummary above sentence in one word:"
PICTURE = "Summary above image in one word:"
"""Makes a model's last state an embedding of an image or sentence, in one space (E5-V, Jiang et
al., arXiv:2407.12580).
"""
UNTRAINED = (
    (
        "(Zero-shot: boxes are the vision-language model's own, masks are SAM2's; nothing was"
        " trained for remote sensing.)"
    ),
    "（零样本：框出自视觉语言模型，掩膜出自 SAM2，未针对遥感训练。）",
)
"""What a zero-shot answer says of itself, in English and Chinese."""


class FullModel:
    """See the module. Made by `checkpoint.load`.

    Args:
        vlm: on its device, in evaluation mode.
        segmenter: SAM2, on its device, in evaluation mode.
        card: what the model says of itself.
        network: all trained parts, None for zero-shot.
        small: gives the package's own model, which knows granularities and scene classes where this
            one was not trained on them.
    """

    def __init__(
        self,
        vlm: Vlm,
        segmenter: Any,
        card: Card,
        network: FullNetwork | None,
        small: Callable[[], Model],
    ) -> None:
        self.vlm, self.segmenter, self.card, self.network, self.small = (
            vlm,
            segmenter,
            card,
            network,
            small,
        )
        self.finder: Finder = ZeroShot(vlm, segmenter) if network is None else Trained(network)
        side = sam2.side(segmenter)
        whole = memory_estimate.blank(
            vlm.config
        )  # counted without numbers: those in 4 bits are packed two to a byte
        others = (
            [segmenter]
            if network is None
            else [segmenter, network.language, network.granularity, network.decoder, vlm.places]
        )
        self._spec = ModelSpec(
            "full" if network is not None else "zero-shot",
            card.version,
            card.kinds,
            card.scenes or small().spec.scenes,
            view_pixels=side * side,
            tile=side,
            overlap=side // 8,
            parameters=memory_estimate.count(whole)
            + sum(memory_estimate.count(part) for part in others),
            trained=network is not None,
            sizes={kind: Size(metres, pixels) for kind, (metres, pixels) in card.sizes.items()},
        )
        self.read: OrderedDict[tuple[str, str, Granularity], tuple[str, ...]] = OrderedDict()
        self._first: OrderedDict[str, tuple[str, Box, Shown]] = OrderedDict()
        self._text_parameters = memory_estimate.count(whole.get_decoder())
        self._lock = threading.RLock()

    @property
    def spec(self) -> ModelSpec:
        """See `model_protocol.Model`."""
        return self._spec

    def granularity(self, query: Query) -> Mapping[Granularity, float]:
        """See `model_protocol.Model`: BERT and its classifier, or the small model's.

        Raises:
            QuestionUnreadable: zero-shot alone: the small model reads English and Chinese.
        """
        if self.network is None:
            return self.small().granularity(query)
        tokenizer = self.network.language_tokenizer
        longest = self.network.language.config.max_position_embeddings
        with self._lock, torch.inference_mode():
            told = tokenizer([query.text], truncation=True, max_length=longest, return_tensors="pt")
            if len(tokenizer([query.text]).input_ids[0]) > longest:
                warnings.warn(
                    f"the question is longer than {longest} tokens; what follows was not read",
                    GeomagWarning,
                    stacklevel=4,
                )
            told = told.to(next(self.network.granularity.parameters()).device)
            logits = self.network.levels(told["input_ids"], told["attention_mask"])[0].float()
        return dict(zip(LEVELS, torch.softmax(logits, 0).tolist(), strict=True))

    def relevance(self, query: Query, view: View, by: Relevance = "gradient") -> Floats:
        """See `model_protocol.Model`.

        "scout", what `adaptive` goes by, is PSC's H here as well: there is no other network to ask.

        Raises:
            ModelUnsupported: the vision-language model gives no attention.
            OptionError: "mask" zero-shot.
        """
        with self._lock:
            level = self._level(query)
            kinds, views = self._asked(query, level, view), self.shown(view)
            if not kinds:
                return np.zeros((1, 1), np.float32)
            return self.finder.heat(query, kinds, views, level is Granularity.PIXEL, by)

    def scale(self, view: View) -> float:
        """See `model_protocol.Model`: it cannot tell."""
        return 1.0

    def remember(self, most: float | None) -> None:
        """See `model_protocol.Model`.

        It keeps small images of a few scenes alone, which are nothing beside its weights.
        """

    def answer(
        self,
        query: Query,
        granularity: Granularity,
        views: Sequence[View],
        beside: Sequence[View] | None = None,
    ) -> ModelOutput:
        """See `model_protocol.Model`."""
        with self._lock:
            if granularity is Granularity.IMAGE:
                return ModelOutput(
                    self._places(query, views[0]),
                    (ViewPrediction(),),
                    flops=self._flops(views[:1], max(1, len(self._spec.scenes))),
                )
            kinds = self._asked(query, granularity, (*(beside or ()), *views)[0])
            if query.box is not None and granularity is Granularity.REGION and not kinds:
                named = tuple(self.name_box(query, view) for view in views)
                return ModelOutput(
                    (),
                    named,
                    tuple(f.label for r in named for f in r.found)[:1],
                    named=True,
                    flops=self._flops(views),
                )
            if not kinds:
                return ModelOutput(
                    (), (ViewPrediction(),) * len(views), unknown=True, flops=self._flops(views[:1])
                )
            if query.variant.linear:
                raise OptionError(
                    "the full size has no weights of the linear decoder; it is a variant of the"
                    " small model"
                )
            pixel = granularity is Granularity.PIXEL
            if beside is None:
                replies = tuple(
                    self.finder.find(query, kinds, self.shown(view), view, pixel) for view in views
                )
                return ModelOutput((), replies, kinds, flops=self._flops(views, pixel=pixel))
            shown = shown_as_one((*beside, *views))
            replies = self.finder.find_once(
                query, kinds, shown[: len(beside)], shown[len(beside) :], views, pixel
            )
            return ModelOutput(
                (), replies, kinds, flops=self._flops(views, pixel=pixel) + self._flops(beside)
            )

    def choose(
        self, query: Query, scene: SceneInfo, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[int, ...]:
        """See `model_protocol.Model`: all of them, as the model has read "the largest" itself."""
        return tuple(i for i, region in enumerate(regions) if region.label in asked)

    def say(
        self,
        query: Query,
        granularity: Granularity,
        view: View,
        reply: ModelOutput,
        scene: SceneInfo,
        regions: Sequence[Region],
    ) -> GeneratedText:
        """See `model_protocol.Model`: the vision-language model's own words.

        Where there is nothing, a plain sentence.
        """
        with self._lock:
            shown = Shown(view.pixels)
            if granularity is Granularity.IMAGE:
                return GeneratedText(self._sentence(Turn([shown], query.text)))
            chinese = any("\u4e00" <= letter <= "\u9fff" for letter in query.text)
            note = "" if self._spec.trained else UNTRAINED[1] if chinese else f" {UNTRAINED[0]}"
            told_in: Literal["en", "zh"] = "zh" if chinese else "en"
            if not reply.asked:
                nothing = (
                    "问题没有说要找什么。"
                    if chinese
                    else "The question names nothing that could be looked for."
                )
                return GeneratedText(nothing + note, language=told_in)
            counts = {kind: sum(region.label == kind for region in regions) for kind in reply.asked}
            if not any(counts.values()):
                nothing = (
                    f"没有找到{'和'.join(counts)}。"
                    if chinese
                    else f"No {' and no '.join(counts)} was found."
                )
                return GeneratedText(nothing + note, language=told_in)
            facts = ", ".join(
                f"{number} x {kind}" if number else f"no {kind}" for kind, number in counts.items()
            )
            told = (
                f"{query.text}\nFound by looking closely: {facts}. Answer in one sentence, with"
                " these numbers."
            )
            text = self._sentence(Turn([shown], told)) or f"Found: {facts}."
            phrases = {
                kind: phrase
                for kind in counts
                if counts[kind] and (phrase := phrase_of(kind, text))
            }
            return GeneratedText(text + note, phrases, told_in)

    def embed(self, item: str | View) -> Floats:
        """See `model_protocol.Model`: the model's last state when it is asked for one word."""
        turn = (
            Turn([], SENTENCE.format(sentence=item))
            if isinstance(item, str)
            else Turn([Shown(item.pixels)], PICTURE)
        )
        with self._lock, torch.inference_mode():
            vector = F.normalize(self.vlm(self.vlm.encode([turn]))[0, -1].float(), dim=0)
        return np.asarray(vector.cpu().numpy(), np.float32)

    def _level(self, query: Query) -> Granularity:
        told = self.granularity(query)
        level = max(told, key=lambda g: told[g])
        return Granularity.REGION if level is Granularity.IMAGE else level

    def _asked(self, query: Query, level: Granularity, view: View) -> tuple[str, ...]:
        """The classes that are asked for.

        Read on a scene's first view and kept, so that all its views agree.
        """
        key = (view.scene, query.text, level)
        if key not in self.read:
            self.read[key] = self.finder.kinds(
                query, Shown(view.pixels), level is Granularity.PIXEL
            )
            while len(self.read) > 16:
                self.read.popitem(last=False)
        return self.read[key]

    def shown(self, view: View) -> list[Shown]:
        """The views of a turn about `view`.

        Before it stands the first one of its scene, downsampled (the paper's D(I) beside C1 and
        C2). Places are shares of that first view; what lies beyond it has places below 0 or above
        1.
        """
        box = view.window.box
        if view.scene not in self._first:
            self._first[view.scene] = (view.key, box, Shown(_smaller(view.pixels)))
            while len(self._first) > 16:
                self._first.popitem(last=False)
        key, wide, first = self._first[view.scene]
        if key == view.key:
            return [Shown(view.pixels)]
        x, y = (box.x0 - wide.x0) / wide.width, (box.y0 - wide.y0) / wide.height
        return [
            first,
            Shown(view.pixels, (x, y, x + box.width / wide.width, y + box.height / wide.height)),
        ]

    def _places(self, query: Query, view: View) -> tuple[tuple[str, float], ...]:
        """Every known scene class with its probability, by how likely the model would say it."""
        names = self._spec.scenes
        if not names:
            return ()
        ask = "What kind of place is this?"
        logs = self.vlm.likelihoods(
            [Turn([Shown(view.pixels)], ask, f"This is a {name}.") for name in names]
        )
        p = torch.softmax(torch.tensor(logs, dtype=torch.float64), 0).tolist()
        return tuple(sorted(zip(names, p, strict=True), key=lambda pair: -pair[1]))

    def name_box(self, query: Query, view: View) -> ViewPrediction:
        """What is in the query's box, in the model's own words.

        Args:
            query: with a box.
            view: that shows it.
        """
        assert query.box is not None
        height, width = view.pixels.shape[:2]
        corners = view.window.placement.to_view(np.array(query.box.tuple(), np.float32))[0].clip(
            0, [width, height, width, height]
        )
        x0, y0, x1, y1 = (float(v) for v in corners)
        if x1 - x0 < 1 or y1 - y0 < 1:
            return ViewPrediction()
        part = view.pixels[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))]
        written = self.vlm.write(
            Turn([Shown(part)], "What is the object in this aerial image? Answer with one noun."), 8
        )
        name = " ".join(re.sub(r"[^\w -]", " ", written.text).lower().split()[:4])
        if not name:
            return ViewPrediction()
        return ViewPrediction(
            (
                Detection(
                    name,
                    output_parser.score(
                        (0, len(written.text)), written.spans, written.probabilities
                    ),
                    (x0, y0, x1, y1),
                ),
            )
        )

    def _sentence(self, turn: Turn) -> str:
        return " ".join(self.vlm.write(turn, CAPTION_LONG).text.split())

    def _flops(self, views: Sequence[View], times: int = 1, pixel: bool = False) -> float:
        """Floating-point operations of an answer.

        Two for each of the text model's parameters and each image token, and SAM2's encoder; words
        are left out.
        """
        tokens = sum(
            self.vlm.family.tokens(view.window.width, view.window.height, self.vlm.config)
            for view in views
        )
        drawn = len(views) if pixel or self.network is not None else 0
        return float(2 * self._text_parameters * tokens * times) + drawn * self.encoder_flops

    @functools.cached_property
    def encoder_flops(self) -> float:
        """Of SAM2's encoder for one view, counted on the meta device."""
        side = sam2.side(self.segmenter)
        with torch.device("meta"), FlopCounterMode(display=False) as counter:
            sam2.features(
                type(self.segmenter)(self.segmenter.config), torch.zeros(1, 3, side, side)
            )
        return float(counter.get_total_flops())


def shown_as_one(views: Sequence[View]) -> list[Shown]:
    """Views of one input, each with its place in the hull of all.

    Coarse ones are no larger than context is in training.
    """
    boxes = [view.window.box for view in views]
    hull = Box(
        min(b.x0 for b in boxes),
        min(b.y0 for b in boxes),
        max(b.x1 for b in boxes),
        max(b.y1 for b in boxes),
    )
    shown = []
    for view, box in zip(views, boxes, strict=True):
        x, y = (box.x0 - hull.x0) / hull.width, (box.y0 - hull.y0) / hull.height
        place = (x, y, x + box.width / hull.width, y + box.height / hull.height)
        shown.append(
            Shown(_smaller(view.pixels) if view.window.role in COARSE else view.pixels, place)
        )
    return shown


def _smaller(pixels: Bytes) -> Bytes:
    """An image as it accompanies others, its longest side at most `CONTEXT`."""
    height, width = pixels.shape[:2]
    factor = min(1.0, CONTEXT / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))


def phrase_of(kind: str, text: str) -> str:
    """The words of a sentence that stand for a class, with a number or article before them.

    Args:
        kind: the class.
        text: the sentence.

    Returns:
        "" where it does not name the class.
    """
    match = re.search(rf"(?:\b[\w-]+ )?\b{re.escape(kind)}(?:e?s)?\b", text, re.IGNORECASE)
    return match[0] if match else ""

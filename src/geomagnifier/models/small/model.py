"""The small model: MiniLM, EfficientNet-Lite2, the text decoder and the pixel decoder.

They stand behind the `Model` protocol and run on any CPU. The image side is computed once for a
view and kept; ten questions about one image cost little more than one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.language import chinese_answers, class_names, level_words, yes_no
from geomagnifier.language.language_id import language
from geomagnifier.models.small import (
    asked_classes,
    box_class,
    granularity,
    joint_input,
    question_parser,
    relevance_map,
)
from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.answer_text import Speaker
from geomagnifier.models.small.box_features import Refiner
from geomagnifier.models.small.cells import crop, visible
from geomagnifier.models.small.class_thresholds import ClassThresholds
from geomagnifier.models.small.detector import Detector
from geomagnifier.models.small.feature_cache import Views
from geomagnifier.models.small.granularity import settled
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.numerics import sigmoid, softmax, twice, unit
from geomagnifier.models.small.proposal_heat import ProposalHeat
from geomagnifier.models.small.question_encoder import QuestionEncoder
from geomagnifier.models.small.question_parser import ParsedQuestion
from geomagnifier.models.small.question_reader import QuestionReader
from geomagnifier.models.small.region_chooser import RegionChooser
from geomagnifier.models.small.score_calibration import ScoreCalibration
from geomagnifier.models.small.sentence_encoder import stacked
from geomagnifier.models.small.text_writer import TextWriter, grid_of
from geomagnifier.models.small.word_pieces import WordPieces
from geomagnifier.models.small.zh_en_translator import Translator
from geomagnifier.results import (
    Detection,
    GeneratedText,
    ModelOutput,
    Region,
    ViewPrediction,
)
from geomagnifier.types import Floats, Granularity, ModelSpec, Query, Relevance, SceneInfo, View

TRAINED = (0.3, 2.0)
"""Smallest and largest GSD of the training images, m/px, as the model card has them."""
VEHICLE = "vehicle"
"""Objects of this class and of those within it have about one length in a scene."""
KEPT = 16
"""Scenes and questions whose states are kept."""


@dataclass(frozen=True, eq=False)
class SmallNetworks:
    """The networks of a model folder."""

    folder: Path
    """Whose weights they are."""
    small: Sessions
    """Image side, text decoder, selector and heads."""
    sentence: Sessions
    """The sentence encoder, frozen."""
    scout: Sessions
    """The proposal network."""
    parameters: int
    """Of these three."""
    linear: Sessions | None = None
    """The pixel decoder as the paper writes it; None where there is none."""
    pointing: Sessions | None = None
    """The text decoder with the attention that PSC's relevance map is made with; None for its own.
    """
    refiner: Refiner | None = None
    """Corrects boxes; None leaves them as the pixel decoder has them."""
    closer: Refiner | None = None
    """Corrects boxes of thin things on enlarged parts of a view; None where there is none."""


class SmallModel:
    """See the module. Made by `registry.load_small`.

    Args:
        networks: of the model folder.
        tokenizer: the sentence encoder's.
        card: what the weights' metadata say: kinds, objects, scenes, coarse, words, mentions,
            calibration, flops, version; and perhaps reliability (`ScoreCalibration`), in_box
            (`box_class.known`), within (narrow class: the wide one that holds it), cover (classes
            of land cover; without it those that are no objects) and quality (by class, see
            `ModelSpec`).
        reader: gives the translator of Chinese; called at the first question that needs it.
        hunt: what the proposal network's metadata say, see `ProposalHeat`.
    """

    def __init__(
        self,
        networks: SmallNetworks,
        tokenizer: WordPieces,
        card: Mapping[str, Any],
        reader: Callable[[], Translator],
        hunt: Mapping[str, Any],
    ) -> None:
        self.networks, self.weights = networks, networks.small.weights
        self.encoder = QuestionEncoder(networks.sentence, tokenizer, reader)
        self.words = w.Words(card["words"])
        self.kinds, self.objects = tuple(card["kinds"]), tuple(card["objects"])
        self.worded = tuple(kind for kind in self.kinds if w.kind_token(kind) in self.words.number)
        """Classes that the text decoder has a word for; `CustomModel` asks for the others."""
        self.within: Mapping[str, str] = card.get("within", {})
        self.cover = tuple(
            card.get("cover", [kind for kind in self.kinds if kind not in self.objects])
        )
        self.every = tuple(
            kind for kind in self.objects if kind in self.worded and kind not in self.cover
        )
        """What "all objects" are."""
        self.scenes = tuple(card["scenes"])
        self.coarse = {name: tuple(parts) for name, parts in card["coarse"].items()}
        self.mentions = {
            kind: (float(threshold), tuple(words))
            for kind, (threshold, words) in card["mentions"].items()
        }
        self.calibration = {
            kind: ClassThresholds(**card["calibration"].get(kind, {})) for kind in self.kinds
        }
        self.reliability, self.in_box = ScoreCalibration.of(card), tuple(card.get("in_box", ()))
        self.flops = card["flops"]
        self.hunt = ProposalHeat(networks.scout, hunt.get("kinds", self.kinds), hunt, self.within)
        self._spec = self._specified(card, networks.parameters)
        self.views = Views(networks.small)
        self.pointer = (
            self.views.writer if networks.pointing is None else TextWriter(networks.pointing)
        )
        self.detector = Detector(
            networks.small,
            self.views,
            self.kinds,
            self.objects,
            self.within,
            self.calibration,
            self.reliability,
            self.hunt,
            networks.refiner,
            networks.closer,
            networks.linear,
        )
        self.reader = QuestionReader(
            self.encoder, self.detector, self.words, self.worded, self.cover, self.every
        )
        self.chooser = RegionChooser(networks.small, self.encoder, self.reliability)
        self.speaker = Speaker(
            self.views.writer,
            self.words,
            self.kinds,
            self.objects,
            self.every,
            self.scenes,
            self.coarse,
            self.mentions,
            self.encoder.spelled,
            self.reliability.raw_of,
        )
        self._states: OrderedDict[tuple[str, str, str], Floats] = OrderedDict()
        self._lock = threading.Lock()

    def _specified(self, card: Mapping[str, Any], parameters: int) -> ModelSpec:
        """What the model says of itself.

        Args:
            card: metadata of the weights.
            parameters: of all networks.
        """
        return ModelSpec(
            "small",
            card["version"],
            self.kinds,
            (*self.scenes, *self.coarse),
            parameters=parameters,
            scout_flops=self.hunt.flops,
            sizes=self.hunt.sizes,
            recall=self.hunt.recall,
            chinese={kind: chinese_answers.noun(kind) for kind in self.kinds},
            gsd=TRAINED,
            broader=tuple(self.coarse),
            objects=self.objects,
            names=class_names.names_by_class(self.kinds),
            counters={
                kind: chinese_answers.NOUNS[kind][0]
                for kind in self.kinds
                if kind in chinese_answers.NOUNS
            },
            quality=card.get("quality", {}),
            alike=tuple(k for k in self.kinds if VEHICLE in (k, self.within.get(k))),
            every=self.every,
        )

    @property
    def spec(self) -> ModelSpec:
        """See `model_protocol.Model`."""
        return self._spec

    def granularity(self, query: Query) -> dict[Granularity, float]:
        """See `model_protocol.Model`.

        Raises:
            QuestionUnreadable: the question is in neither English nor Chinese, or its Chinese is
                not understood.
            ModelCorrupt: it is in Chinese, and the model folder has no translator.
        """
        levels = granularity.levels(self.weights, self.encoder.encode(query.text).pooled)
        told = language(query.text)
        if (
            asked_classes.bare_class(query.text, told)
            or asked_classes.is_order(query.text, told)
            or asked_classes.bare_unknown(query.text, told, self.encoder.spelled)
        ):
            levels = levels | {
                Granularity.IMAGE: 0.0,
                Granularity.REGION: levels[Granularity.REGION] + levels[Granularity.IMAGE],
            }
        words = self.encoder.in_english(query.text)
        if (settles := level_words.asked(words)) is not None:
            levels = {level: float(level is settles) for level in levels}
        elif level_words.sought(words):
            image = levels[Granularity.IMAGE]
            levels = levels | {
                Granularity.IMAGE: 0.0,
                Granularity.REGION: levels[Granularity.REGION] + image,
            }
        return settled(levels, yes_no.asked(query.text, told))

    def relevance(self, query: Query, view: View, by: Relevance = "gradient") -> Floats:
        """See `model_protocol.Model`.

        "gradient" is H on the decoder's image tokens, "mask" the class mask's own probability at
        H/2, "scout" what the proposal network makes of the classes looked for, landmarks among
        them, at H/4.
        """
        read = self.reader.read(query, view)
        if by == "scout":
            return self.hunt.heat(view, (*read.asked, *read.landmarks))
        read = read._replace(landmarks=())
        seen = self.views.see(view)
        if not read.asked:
            return np.zeros((1, 1), np.float32)
        if by == "mask":
            states = self.reader.states(query, read, seen.memory, pixel=True)
            maps, _ = self.detector.decode(states, seen)
            best = np.maximum(maps.mask, twice(maps.centre))[0].max(0)
            return sigmoid(crop(best, view))
        if read.everything or query.kinds or (read.apart and len(read.asked) > 1):
            states, padding = stacked([self.encoder.name(kind) for kind in read.asked])
            tokens, at = question_parser.each(self.words, read.asked, True), [2]
        else:
            states, padding, _ = self.encoder.encode(query.text)
            skeleton, at = question_parser.skeleton(self.words, read, True)
            tokens = np.array([skeleton])
        loss: relevance_map.Loss = "cross entropy" if query.variant.entropy else "logit"
        attention, slopes = relevance_map.attend(
            self.pointer, self.pointer.read(states, padding, seen.memory), tokens, at, loss
        )
        heat = relevance_map.weigh(
            attention, slopes if by == "gradient" else np.ones_like(attention)
        )
        whole = relevance_map.laid_out(heat, *grid_of(*seen.last.shape[2:]))
        rows = visible(whole.shape[0], view.pixels.shape[0])
        columns = visible(whole.shape[1], view.pixels.shape[1])
        return whole[:rows, :columns]

    def scale(self, view: View) -> float:
        """See `model_protocol.Model`."""
        return self.hunt.smaller(view)

    def answer(
        self,
        query: Query,
        granularity: Granularity,
        views: Sequence[View],
        beside: Sequence[View] | None = None,
    ) -> ModelOutput:
        """See `model_protocol.Model`."""
        if granularity is Granularity.IMAGE:
            return self._name_scene(views[0])
        pixels = sum(v.pixels.shape[0] * v.pixels.shape[1] for v in (*views, *(beside or ())))
        if beside is None:
            self.views.together(views)
        read = self.reader.read(query, views[0])
        # "people" names something, if no class: it does not ask what the box shows
        named = asked_classes.bare_unknown(query.text, language(query.text), self.encoder.spelled)
        if (
            query.box is not None
            and granularity is Granularity.REGION
            and (read.everything or not read.asked)
            and not named
        ):
            replies = tuple(self._classify(query, view) for view in views)
            seen = tuple(f.label for r in replies for f in r.found)[:1]
            return ModelOutput(
                (),
                replies,
                seen,
                named=True,
                flops=pixels * (self.flops["view"] + self.flops["question"]),
            )
        states = None
        if beside is not None and read.asked:
            memory = joint_input.joined(
                self.views.writer, lambda view: self.views.see(view).last, (*beside, *views)
            )
            states = self.reader.states(query, read, memory, granularity is Granularity.PIXEL)
        # of several views in one input, the features of the last one are still at hand
        replies = tuple(
            self.find(query, granularity, read, view, states)
            for view in (views if states is None else reversed(views))
        )
        replies = replies if states is None else replies[::-1]
        flops = pixels * (
            self.flops["view"] + (len(read.asked) + len(read.landmarks)) * self.flops["question"]
        )
        return ModelOutput(
            (),
            replies,
            read.asked,
            read.landmarks,
            read.unknown or not read.asked,
            read.place,
            flops=flops,
        )

    def choose(
        self, query: Query, scene: SceneInfo, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[int, ...]:
        """See `model_protocol.Model`."""
        return self.chooser.choose(query.text, scene, asked, regions)

    def say(
        self,
        query: Query,
        granularity: Granularity,
        view: View,
        reply: ModelOutput,
        scene: SceneInfo,
        regions: Sequence[Region],
    ) -> GeneratedText:
        """See `model_protocol.Model`."""
        if reply.named and not reply.asked:
            others = [kind for kind in self.spec.kinds if kind not in self.objects]
            return GeneratedText(
                box_class.refused(self.objects, others, language(query.text)),
                language=language(query.text),
            )
        if granularity is Granularity.IMAGE:
            return self.speaker.about_scene(
                query.text,
                lambda: self.encoder.encode(query.text),
                self.views.glance(view),
                reply.labels,
            )
        return self.speaker.about_found(
            query.text,
            lambda: self.encoder.encode(query.text),
            lambda: self.views.see(view),
            reply,
            scene,
            regions,
        )

    def embed(self, item: str | View) -> Floats:
        """See `model_protocol.Model`: a sentence, or a thumbnail of the spec's `image_side`."""
        name = "sentence" if isinstance(item, str) else "picture"
        pooled = (
            self.encoder.encode(item).pooled
            if isinstance(item, str)
            else self.views.glance(item).pooled
        )
        assert pooled is not None
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return unit(pooled[0] @ weight.T + bias)

    def remember(self, most: float | None) -> None:
        """See `model_protocol.Model`."""
        self.hunt.remember(None if most is None else most / 8)
        self.views.remember(None if most is None else most * 7 / 8)

    def _name_scene(self, view: View) -> ModelOutput:
        """Scene classes with their probabilities, best first.

        A wider class has the sum of its parts.
        """
        logits = self.views.glance(view).scenes
        assert logits is not None
        probability = dict(
            zip(
                self.scenes,
                softmax(logits[0] / self.reliability.temperature).tolist(),
                strict=True,
            )
        )
        probability |= {
            name: sum(probability[part] for part in parts) for name, parts in self.coarse.items()
        }
        labels = tuple(sorted(probability.items(), key=lambda pair: -pair[1]))
        return ModelOutput(
            labels,
            (ViewPrediction(),),
            flops=4 * view.pixels.shape[0] * view.pixels.shape[1] * self.flops["trunk"],
        )

    def _classify(self, query: Query, view: View) -> ViewPrediction:
        """The class of the object in the query's box, as one detection, or none."""
        assert query.box is not None
        box = view.window.placement.to_view(np.array(query.box.tuple(), np.float32))
        (named,) = box_class.look(self.reader, view, np.asarray(box, np.float32).reshape(1, 4))
        if not box_class.known(named.evidence, self.in_box):
            return ViewPrediction()
        height, width = view.pixels.shape[:2]
        x0, y0, x1, y1 = (float(v) for v in box[0].clip(0, [width, height, width, height]))
        return ViewPrediction((Detection(named.label, named.probability, (x0, y0, x1, y1)),))

    def find(
        self,
        query: Query,
        granularity: Granularity,
        read: ParsedQuestion,
        view: View,
        states: Floats | None = None,
    ) -> ViewPrediction:
        """What a question that has been read finds in one view.

        Args:
            query: the question, and what an object takes to be found.
            granularity: objects get masks of their own at pixel level.
            read: what the question asks for.
            view: to search.
            states: [SEG] or [BOX] states of all that is read, (Q, 256); None for those of the
                question on its scene's first view.
        """
        classes = (*read.asked, *read.landmarks)
        if not classes:
            return ViewPrediction()
        masks = granularity is Granularity.PIXEL
        if states is None:
            states = self._kept_states(query, granularity, read, view)
        return self.detector.find(
            classes,
            states,
            view,
            masks=masks,
            min_score=query.min_score,
            recall=query.recall,
            linear=query.variant.linear,
        )

    def _kept_states(
        self, query: Query, granularity: Granularity, read: ParsedQuestion, view: View
    ) -> Floats:
        """States of what is read, made on a scene's first view and kept.

        A window of 128 px should not pay for the text decoder.
        """
        memory = self.views.see(view).memory
        key = (view.scene, query.text, str(granularity))
        with self._lock:
            states = self._states.get(key)
        if states is None:
            states = self.reader.states(query, read, memory, granularity is Granularity.PIXEL)
            with self._lock:
                self._states[key] = states
                while len(self._states) > KEPT:
                    self._states.popitem(last=False)
        return states

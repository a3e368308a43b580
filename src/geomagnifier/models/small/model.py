"""The small model.

MiniLM, EfficientNet-Lite2, the text decoder and the pixel decoder behind the `Model` protocol. Runs
on any CPU.

The image side is computed once for a view and kept; ten questions about one picture cost little
more than one.
"""

from __future__ import annotations

import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.errors import GeomagWarning, OptionError
from geomagnifier.language import chinese_answers, class_names, yes_no
from geomagnifier.language.clauses import by_kind
from geomagnifier.language.language_id import language
from geomagnifier.language.mentions import names_nothing
from geomagnifier.language.positions import asked_part, lies_in
from geomagnifier.language.short_forms import written_out
from geomagnifier.models.small import (
    asked_classes,
    box_class,
    joint_input,
    question_parser,
    relevance_map,
    zh_rules,
)
from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.answer_text import Speaker, shares
from geomagnifier.models.small.backbone import Pyramid, fast_bf16, fold
from geomagnifier.models.small.box_refiner import BoxRefiner, better
from geomagnifier.models.small.cells import crop, shrink, visible
from geomagnifier.models.small.class_thresholds import ClassThresholds
from geomagnifier.models.small.feature_cache import ViewFeatures, Views
from geomagnifier.models.small.granularity import LEVELS, settled
from geomagnifier.models.small.instances import combine, find_peaks, share_cells
from geomagnifier.models.small.linear_decoder import LinearDecoder
from geomagnifier.models.small.network import SmallNetwork
from geomagnifier.models.small.pixel_decoder import MASK_STRIDE, STRIDE, Maps
from geomagnifier.models.small.pointing_attention import HeatAttention
from geomagnifier.models.small.proposal_heat import ProposalHeat
from geomagnifier.models.small.proposal_net import ProposalNet
from geomagnifier.models.small.question_parser import ParsedQuestion
from geomagnifier.models.small.score_calibration import ScoreCalibration
from geomagnifier.models.small.selector import counted_in_english, decide, features, how_many
from geomagnifier.models.small.size_prior import size_prior
from geomagnifier.models.small.text_decoder import QUESTION, Memory, grid_of
from geomagnifier.models.small.text_encoder import (
    POSITIONS,
    Encoded,
    SentenceEncoder,
    stacked,
    tokenize,
)
from geomagnifier.models.small.zh_en_translator import Translator
from geomagnifier.results import (
    ClassMask,
    Detection,
    GeneratedText,
    ModelOutput,
    Region,
    ViewPrediction,
)
from geomagnifier.types import Floats, Granularity, ModelSpec, Query, Relevance, SceneInfo, View

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LOWEST_HEAT = 0.01
AGREED = 0.85
"""Factor on the least score in a closer look: the scout, too, has taken the place for one of the
kind.
"""
TRAINED = (0.3, 2.0)
"""Metres of the ground pixels of the training pictures, as the model card has it."""


class SmallModel:
    """See the module. Made by `checkpoint.load_model`.

    Args:
        network: trained parts.
        encoder: frozen sentence encoder.
        tokenizer: the encoder's.
        card: what the weights' metadata say: kinds, objects, scenes, coarse, words, mentions,
            calibration, flops, version; and perhaps reliability (`reliability.Reliability`), in_box
            (`in_box.known`), within (narrow kind: the wide one that holds it), cover (kinds of land
            cover; without it those that are no objects) and quality (by kind, see `ModelSpec`).
        reader: gives the reader of Chinese; called at the first question that needs it.
        scout: the trained scout.
        hunt: what its metadata say, see `hunt.Hunt`.
        linear: the pixel decoder as the paper writes it; None where there is none.
        attention: that PSC's heat map is made with; None for the text decoder's own.
        refiner: of boxes; None leaves them as the pixel decoder has them.
    """

    def __init__(
        self,
        network: SmallNetwork,
        encoder: SentenceEncoder,
        tokenizer: Tokenizer,
        card: Mapping[str, Any],
        reader: Callable[[], Translator],
        scout: ProposalNet,
        hunt: Mapping[str, Any],
        linear: LinearDecoder | None = None,
        attention: HeatAttention | None = None,
        refiner: BoxRefiner | None = None,
    ) -> None:
        self.network, self.encoder = (
            network.eval().requires_grad_(False),
            encoder.eval().requires_grad_(False),
        )
        self.tokenizer, self.reader, self.linear = (
            tokenizer,
            reader,
            None if linear is None else linear.eval().requires_grad_(False),
        )
        self.refiner = None if refiner is None else refiner.eval().requires_grad_(False)
        self.words = w.Words(card["words"])
        self.kinds, self.objects = tuple(card["kinds"]), tuple(card["objects"])
        self.worded = tuple(kind for kind in self.kinds if w.kind_token(kind) in self.words.number)
        """Kinds that the text decoder has a word for; a `taught.TaughtModel` asks for the others."""
        self.within: Mapping[str, str] = card.get("within", {})
        self.cover = tuple(
            card.get("cover", [kind for kind in self.kinds if kind not in self.objects])
        )
        self.every = tuple(
            kind for kind in self.objects if kind in self.worded and kind not in self.cover
        )
        """What "all objects" are."""
        self.scenes, self.coarse = (
            tuple(card["scenes"]),
            {k: tuple(v) for k, v in card["coarse"].items()},
        )
        self.mentions = {
            kind: (float(threshold), tuple(said))
            for kind, (threshold, said) in card["mentions"].items()
        }
        self.calibration = {
            kind: ClassThresholds(**card["calibration"].get(kind, {})) for kind in self.kinds
        }
        self.reliability, self.in_box = ScoreCalibration.of(card), tuple(card.get("in_box", ()))
        self.flops = card["flops"]
        self.half = fast_bf16()
        self.hunt = ProposalHeat(scout, hunt.get("kinds", self.kinds), hunt, self.half, self.within)
        self._spec = ModelSpec(
            "small",
            card["version"],
            self.kinds,
            (*self.scenes, *self.coarse),
            parameters=sum(p.numel() for m in (network, encoder, scout) for p in m.parameters()),
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
        )
        self.pointer = (
            network.text
            if attention is None
            else attention.eval().requires_grad_(False).within(network.text)
        )
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        fold(self.network, torch.bfloat16 if self.half else torch.float32)
        if self.half:
            for part in (self.network.trunk, self.network.neck, self.network.decoder.image):
                part.bfloat16()
        self.views = Views(self.network, self.half)
        self.speaker = Speaker(
            self.network,
            self.words,
            self.kinds,
            self.objects,
            self.every,
            self.scenes,
            self.coarse,
            self.mentions,
            self.spelled,
            self._raw,
        )
        self._questions: OrderedDict[str, Encoded] = OrderedDict()
        self._reads: OrderedDict[tuple[str, str], ParsedQuestion] = OrderedDict()
        self._states: OrderedDict[tuple[str, str, str], Tensor] = OrderedDict()
        self._lock = threading.Lock()
        self._names: dict[str, Encoded] = {}

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    def granularity(self, query: Query) -> dict[Granularity, float]:
        """See `protocol.Model`.

        Raises:
            QuestionUnreadable: the question is in neither English nor Chinese, or its Chinese is
                not understood.
            ModelCorrupt: it is in Chinese, and the model folder has no reader of it.
        """
        with self._running():
            logits = self.network.granularity(self._encode(query.text).pooled)[0]
        levels = dict(zip(LEVELS, torch.softmax(logits.float(), 0).tolist(), strict=True))
        told = language(query.text)
        if (
            asked_classes.bare_class(query.text, told)
            or asked_classes.is_order(query.text, told)
            or asked_classes.bare_unknown(query.text, told, self.spelled)
        ):
            levels = levels | {
                Granularity.IMAGE: 0.0,
                Granularity.REGION: levels[Granularity.REGION] + levels[Granularity.IMAGE],
            }
        return settled(levels, yes_no.asked(query.text, told))

    def relevance(self, query: Query, view: View, by: Relevance = "gradient") -> Floats:
        """See `protocol.Model`.

        "gradient" is H on the decoder's image tokens, "mask" the class mask's own probability at
        H/2.

        "scout" is what the scout makes of the kinds looked for, landmarks among them, at H/4.
        """
        if by == "scout":
            with self._running():
                read = self._understand(query, view)
                return self.hunt.heat(view, (*read.asked, *read.landmarks))
        with self._running():
            read = self._understand(query, view)._replace(landmarks=())
            seen = self.views.see(view)
            if not read.asked:
                return np.zeros((1, 1), np.float32)
            if by == "mask":
                maps, _ = self._decode(
                    self._point(query, read, Granularity.PIXEL, seen.memory), seen
                )
                centre = F.interpolate(maps.centre, scale_factor=STRIDE // MASK_STRIDE)
                return crop(torch.sigmoid(torch.maximum(maps.mask, centre)).amax(1)[0], view)
        if read.everything or read.apart:
            states, padding = stacked([self._name(kind) for kind in read.asked])
            (tokens, memory), at = (
                question_parser.each(self.words, seen.memory, read.asked, True),
                [2],
            )
        else:
            states, padding, _ = self._encode(query.text)
            skeleton, at = question_parser.skeleton(self.words, read, True)
            tokens, memory = torch.tensor([skeleton]), seen.memory
        loss: relevance_map.Loss = "cross entropy" if query.variant.entropy else "logit"
        attention, slopes = relevance_map.attend(
            self.pointer, states, padding, memory, tokens, at, loss
        )
        heat = relevance_map.weigh(
            attention, slopes if by == "gradient" else [torch.ones_like(a) for a in attention]
        )
        whole = relevance_map.laid_out(heat, *grid_of(*seen.last.shape[2:]))
        return whole[
            : visible(whole.shape[0], view.pixels.shape[0]),
            : visible(whole.shape[1], view.pixels.shape[1]),
        ]

    def scale(self, view: View) -> float:
        """See `protocol.Model`."""
        with self._running():
            return self.hunt.smaller(view)

    def answer(
        self,
        query: Query,
        granularity: Granularity,
        views: Sequence[View],
        beside: Sequence[View] | None = None,
    ) -> ModelOutput:
        """See `protocol.Model`."""
        if granularity is Granularity.IMAGE:
            return self._name_scene(views[0])
        pixels = sum(v.pixels.shape[0] * v.pixels.shape[1] for v in (*views, *(beside or ())))
        with self._running():
            if beside is None:
                self.views.together(views)
            read = self._understand(query, views[0])
            named = asked_classes.bare_unknown(
                query.text, language(query.text), self.spelled
            )  # "people": not what the box shows
            if (
                query.box is not None
                and granularity is Granularity.REGION
                and (read.everything or not read.asked)
                and not named
            ):
                replies = tuple(
                    self._classify(query, view) for view in views
                )  # it names no kind: what is there?
                seen = tuple(f.label for r in replies for f in r.found)[:1]
                return ModelOutput(
                    (),
                    replies,
                    seen,
                    named=True,
                    flops=pixels * (self.flops["view"] + self.flops["question"]),
                )
            seg = None
            if beside is not None and read.asked:
                memory = joint_input.joined(
                    self.network.text, lambda view: self.views.see(view).last, (*beside, *views)
                )
                seg = self._point(query, read, granularity, memory)
            # of one input, what was seen last is still at hand
            replies = tuple(
                self._find(query, granularity, read, view, seg)
                for view in (views if seg is None else reversed(views))
            )
            replies = replies if seg is None else replies[::-1]
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
        """See `protocol.Model`."""
        present = [kind for kind in asked if any(r.label == kind for r in regions)]
        told = yes_no.asked(query.text, language(query.text))
        if (
            told is not None
            and told.form == "things"
            and (part := asked_part(query.text, language(query.text)))
        ):
            inside = [
                lies_in(box, part) for box in shares(regions, scene)
            ]  # "is there a ship on the left?" is about all of them
            return tuple(i for i, r in enumerate(regions) if r.label in asked and inside[i])
        if len(present) < 2:
            return self._choose(query.text, scene, present, regions)
        with self._running():
            texts = by_kind(
                self._in_english(query.text), present, lambda parts: self._likeness(parts, present)
            )
        if texts is None:
            return self._choose(query.text, scene, present, regions)
        chosen: list[int] = []
        for kind, text in zip(present, texts, strict=True):
            kept = [i for i, r in enumerate(regions) if r.label == kind or r.label not in asked]
            chosen += [
                kept[i] for i in self._choose(text, scene, [kind], [regions[i] for i in kept])
            ]
        return tuple(sorted(chosen))

    def _choose(
        self, text: str, scene: SceneInfo, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[int, ...]:
        """`choose` with one question about all asked kinds; what is of another is a landmark."""
        mine = [i for i, r in enumerate(regions) if r.label in asked]
        if len(mine) < 2 or (language(text) == "zh" and asked_classes.names_alone_zh(text)):
            return tuple(mine)
        text = (language(text) == "zh" and counted_in_english(text, asked[0])) or text
        boxes = np.array([r.box for r in regions], np.float32)
        scores = self._raw(regions)
        target = np.array([r.label in asked for r in regions])
        with self._running():
            encoded = self._encode(text)
            told = torch.from_numpy(features(boxes, scores, target, (scene.width, scene.height)))[
                None
            ]
            kinds = torch.stack([self._name(r.label).pooled[0] for r in regions])[None]
            absent = torch.zeros(1, len(regions), dtype=torch.bool)
            states, padding = encoded.states[:, :QUESTION].float(), encoded.padding[:, :QUESTION]
            with torch.autocast("cpu", enabled=False):
                logits, chooses = self.network.selector(states, padding, told, kinds, absent)
        chosen = decide(
            logits[0].numpy(),
            float(torch.sigmoid(chooses[0])),
            target,
            how_many(self._in_english(text)),
        )
        return tuple(int(i) for i in np.flatnonzero(chosen))

    def _likeness(self, parts: Sequence[str], kinds: Sequence[str]) -> Floats:
        """(parts, kinds) cosine of sentence vectors."""
        texts, names = (
            torch.cat([e.pooled for e in read]).float()
            for read in (map(self._encode, parts), map(self._name, kinds))
        )
        return np.asarray(
            F.cosine_similarity(texts[:, None], names[None], dim=2).float().numpy(), np.float32
        )

    def say(
        self,
        query: Query,
        granularity: Granularity,
        view: View,
        reply: ModelOutput,
        scene: SceneInfo,
        regions: Sequence[Region],
    ) -> GeneratedText:
        """See `protocol.Model`."""
        if reply.named and not reply.asked:
            others = [kind for kind in self.spec.kinds if kind not in self.objects]
            return GeneratedText(
                box_class.refused(self.objects, others, language(query.text)),
                language=language(query.text),
            )
        with self._running(), torch.autocast("cpu", enabled=False):
            if granularity is Granularity.IMAGE:
                return self.speaker.about_scene(
                    query.text,
                    lambda: self._encode(query.text),
                    self.views.glance(view),
                    reply.labels,
                )
            return self.speaker.about_found(
                query.text,
                lambda: self._encode(query.text),
                lambda: self.views.see(view),
                reply,
                scene,
                regions,
            )

    def spelled(self, word: str) -> bool:
        """Whether the sentence encoder has a word, or its singular, as a whole.

        Of a misspelt one it has pieces.
        """
        return any(
            len(self.tokenizer.encode(form, add_special_tokens=False).tokens) == 1
            for form in (word, word.removesuffix("s"))
        )

    def embed(self, item: str | View) -> Floats:
        """See `protocol.Model`: a sentence, or a thumbnail of the spec's `image_side`."""
        with self._running():
            if isinstance(item, str):
                vector = self.network.embed_sentence(self._encode(item).pooled)
            else:
                pooled = self.views.glance(item).pooled
                assert pooled is not None
                vector = self.network.embed_picture(pooled)
            return np.asarray(
                F.normalize(vector[0].float(), dim=0).numpy(), np.float32
            )  # bf16 is unit length to a hundredth only

    def remember(self, most: float | None) -> None:
        """See `protocol.Model`."""
        self.views.remember(most)

    @contextmanager
    def _running(self) -> Iterator[None]:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            yield

    def _encode(self, text: str) -> Encoded:
        with self._lock:
            if text in self._questions:
                return self._questions[text]
        plain = self._in_english(text)
        tokens = tokenize(self.tokenizer, [plain])
        if len(self.tokenizer.encode(plain).ids) > POSITIONS:
            warnings.warn(
                f"the question is longer than {POSITIONS} tokens; what follows them was not read",
                GeomagWarning,
                stacklevel=4,
            )
        with torch.autocast(
            "cpu", enabled=False
        ):  # 12 tokens: bf16 saves nothing and costs accuracy
            encoded: Encoded = self.encoder(tokens)
        with self._lock:
            self._questions[text] = encoded
            while len(self._questions) > 16:
                self._questions.popitem(last=False)
        return encoded

    def _in_english(self, text: str) -> str:
        if language(text) == "en":
            return written_out(text)
        return zh_rules.meaning(text, self.reader)

    def _name(self, kind: str) -> Encoded:
        """The sentence "Find all KIND." as read, kept."""
        if kind not in self._names:
            with torch.inference_mode(), torch.autocast("cpu", enabled=False):
                self._names[kind] = self.encoder(tokenize(self.tokenizer, [f"Find all {kind}."]))
        return self._names[kind]

    def _understand(self, query: Query, view: View) -> ParsedQuestion:
        """What the question asks for.

        Worked out on a scene's first view and kept, so that all its views agree.
        """
        if query.kinds:
            return ParsedQuestion(asked=query.kinds, apart=True)
        key = (view.scene, query.text)
        with self._lock:
            if key in self._reads:
                return self._reads[key]
        states, padding, _ = self._encode(query.text)
        with torch.autocast("cpu", enabled=False):
            read = question_parser.read_question(
                self.network.text, self.words, states, padding, self.views.see(view).memory
            )
        if query.box is None and names_nothing(
            query.text, language(query.text)
        ):  # "how many are there": whatever was read is a guess
            read = ParsedQuestion()
        told = language(query.text)
        read = asked_classes.completed(read, query.text, told, self.worded, self.cover)
        if asked_classes.bare_unknown(query.text, told, self.spelled):
            read = ParsedQuestion(unknown=True)
        asked = yes_no.asked(query.text, told)
        if (
            asked is not None and asked.form == "things" and asked.noun not in ("", "anything")
        ):  # "is there a person on the bridge?"
            read = ParsedQuestion(unknown=True)
        if (
            asked is not None and asked.form == "things" and asked.yes_no
        ):  # answered by yes or no, not by the kind of place
            read = read._replace(place=False)
        if asked is not None and asked.form == "things" and asked.noun == "anything":
            read = ParsedQuestion(everything=True)
        if (
            asked is not None and asked.kinds and not read.everything
        ):  # "is there a ship?": what the words name, and nothing else
            read = read._replace(
                asked=asked.kinds,
                landmarks=tuple(k for k in read.landmarks if k not in asked.kinds),
                this=False,
            )
        if read.everything or read.this:  # all objects, and what else was named
            named = tuple(kind for kind in read.asked if kind not in self.every)
            read = read._replace(asked=(*self.every, *named), landmarks=(), everything=True)
        with self._lock:
            self._reads[key] = read
            while len(self._reads) > 16:
                self._reads.popitem(last=False)
        return read

    def _point(
        self, query: Query, read: ParsedQuestion, granularity: Granularity, memory: Memory
    ) -> Tensor:
        """[SEG] or [BOX] states of what is looked for, (Q, 256).

        The image side's own of kinds without a word.
        """
        pixel = granularity is Granularity.PIXEL
        if not {*read.asked} <= {*self.worded}:  # such are asked for by themselves
            return self.network.states.weight[[self.kinds.index(kind) for kind in read.asked]]
        with torch.autocast("cpu", enabled=False):
            if read.everything or read.apart:
                states, padding = stacked([self._name(kind) for kind in read.asked])
                return question_parser.point_each(
                    self.network.text, self.words, states, padding, memory, read.asked, pixel
                )
            states, padding, _ = self._encode(query.text)
            return question_parser.point(
                self.network.text, self.words, states, padding, memory, read, pixel
            )

    def family(self, kind: str) -> tuple[str, ...]:
        """A kind, and the narrow ones within it."""
        return (kind, *(narrow for narrow, wide in self.within.items() if wide == kind))

    def _raw(self, regions: Sequence[Region]) -> Floats:
        """Scores as the networks behind the detector know them."""
        return np.array(
            [float(self.reliability.raw(r.label, r.score)) for r in regions], np.float32
        )

    def _decode(self, seg: Tensor, seen: ViewFeatures) -> tuple[Maps, Tensor]:
        maps = self.network.decoder(seg[None], seen.prepared)
        return maps, torch.sigmoid(self.network.presence(seg[None], maps, seen.last).float())[0]

    def _name_scene(self, view: View) -> ModelOutput:
        logits = self.views.glance(view).scenes
        assert logits is not None
        probability = dict(
            zip(
                self.scenes,
                torch.softmax(logits[0] / self.reliability.temperature, 0).tolist(),
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
        """The class of the thing in the query's box: one found object, or none."""
        assert query.box is not None
        box = view.window.placement.to_view(np.array(query.box.tuple(), np.float32))
        (named,) = box_class.look(self, view, np.asarray(box, np.float32).reshape(1, 4))
        if not box_class.known(named.evidence, self.in_box):
            return ViewPrediction()
        height, width = view.pixels.shape[:2]
        x0, y0, x1, y1 = (float(v) for v in box[0].clip(0, [width, height, width, height]))
        return ViewPrediction((Detection(named.label, named.probability, (x0, y0, x1, y1)),))

    def _find(
        self,
        query: Query,
        granularity: Granularity,
        read: ParsedQuestion,
        view: View,
        seg: Tensor | None = None,
    ) -> ViewPrediction:
        kinds = (*read.asked, *read.landmarks)
        if not kinds:
            return ViewPrediction()
        seen = self.views.see(view)
        key = (view.scene, query.text, str(granularity))
        with self._lock:
            seg = self._states.get(key) if seg is None else seg
        if (
            seg is None
        ):  # written on a scene's first view and kept: a look of 128 px should not pay for words
            seg = self._point(query, read, granularity, seen.memory)
            with self._lock:
                self._states[key] = seg
                while len(self._states) > 16:
                    self._states.popitem(last=False)
        maps, presence = self._decode(seg, seen)
        if query.variant.linear:
            if self.linear is None:
                raise OptionError(
                    "this model has no weights of the linear decoder; recipes/linear_decoder.sh"
                    " makes a model that has"
                )
            maps = maps._replace(
                mask=self.linear(
                    seg[None].float(), Pyramid(*(f.float() for f in seen.pyramid or ()))
                )
            )
        found: list[Detection] = []
        covers: list[ClassMask] = []
        for q, kind in enumerate(kinds):
            chosen = self.calibration[kind]
            open_gate = (
                query.min_score is not None
                or query.recall is not None
                or float(presence[q]) >= chosen.presence
            )
            separate = kind in self.objects
            probability = crop(torch.sigmoid(maps.mask[0, q].float()), view)
            if separate and open_gate:
                agreed = AGREED if view.window.role == "closer" else 1.0
                lowest = (
                    chosen.score * agreed
                    if query.recall is None
                    else self.hunt.least(kind, query.recall)
                )
                lowest = (
                    float(self.reliability.probability(kind, lowest))
                    if query.min_score is None
                    else query.min_score
                )
                found += self._objects(
                    kind, maps, q, float(presence[q]), lowest, seen, view, granularity
                )
            if view.valid is not None:
                probability = probability * shrink(view.valid)
            if not open_gate:
                probability = np.zeros_like(probability)
            usual = self.hunt.sizes[kind].pixels if separate else 0.0
            covers.append(
                ClassMask(kind, float(presence[q]), probability, chosen.mask, separate, usual)
            )
        return ViewPrediction(tuple(found), tuple(covers), MASK_STRIDE)

    def _objects(
        self,
        kind: str,
        maps: Maps,
        q: int,
        presence: float,
        lowest: float,
        seen: ViewFeatures,
        view: View,
        granularity: Granularity,
    ) -> list[Detection]:
        """Objects of a kind whose probability is at least `lowest`."""
        peaks = find_peaks(maps.centre[0, q], maps.sides[0, q], LOWEST_HEAT)
        if not len(peaks.scores):
            return []
        assert seen.pyramid is not None
        likely = torch.softmax(
            self.network.box_classifier(seen.pyramid, torch.from_numpy(peaks.boxes)).float(), 1
        )
        own = likely[:, [self.objects.index(k) for k in self.family(kind)]].sum(1)
        boxes, raw = peaks.boxes, combine(peaks.scores, own.numpy(), presence)
        if self.refiner is not None and kind in self.refiner.classes:
            state = self.network.states.weight[self.kinds.index(kind)]
            boxes, raw = better(self.refiner, seen.pyramid, boxes, raw, state)
        scores = self.reliability.probability(
            kind, raw * size_prior(boxes, self.hunt.sizes[kind].pixels, view.window)
        )
        height, width = view.pixels.shape[:2]
        boxes = boxes.clip(0, np.array([width, height, width, height], np.float32))
        keep = (scores >= lowest) & np.all(boxes[:, 2:] - boxes[:, :2] >= 1, axis=1)
        boxes, scores = boxes[keep], scores[keep]
        cells: Sequence[Any] = [((0, 0), None)] * len(boxes)
        if granularity is Granularity.PIXEL and len(boxes):
            cells = share_cells(
                np.asarray(maps.offset[0, q].float().numpy(), np.float32),
                boxes,
                STRIDE // MASK_STRIDE,
            )
        return [
            Detection(
                kind,
                float(score),
                (float(b[0]), float(b[1]), float(b[2]), float(b[3])),
                own,
                origin,
            )
            for b, score, (origin, own) in zip(boxes, scores, cells, strict=True)
        ]

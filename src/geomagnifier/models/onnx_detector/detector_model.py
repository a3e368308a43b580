"""A detector in an ONNX file behind the `Model` protocol; the small model has the words.

Objects are the detector's alone: its classes are found by it, and one that it has no class for is
refused in words. Land cover, kinds of places and descriptions are the small model's, and so is the
choice of regions ("the largest", "near the bridge"). An adaptive search leaves no part of a scene
out, as what the small model does not suspect the detector may see; its proposal network says in
which order windows are read, which counts where a budget ends the search.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geomagnifier.language import chinese_answers, class_names
from geomagnifier.language.language_id import language
from geomagnifier.language.mentions import Mention, in_chinese, in_english, names_nothing, tokens_of
from geomagnifier.models.custom.aliased_language import AliasedLanguage
from geomagnifier.models.custom.aliases import Names, lenders, renamed
from geomagnifier.models.onnx_detector.detector_words import (
    NARROW,
    plain_classes,
    plain_name,
    spoken,
    wide_classes,
)
from geomagnifier.models.onnx_detector.onnx_detector import Found, OnnxDetector
from geomagnifier.models.onnx_detector.view_masks import STRIDE, objects_of
from geomagnifier.models.onnx_detector.view_slices import sliced, slices
from geomagnifier.models.small.answer_text import UNNAMED
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.proposal_heat import reduced
from geomagnifier.models.small.question_parser import ParsedQuestion
from geomagnifier.models.small.vocabulary import kind_token
from geomagnifier.results import GeneratedText, ModelOutput, Region, ViewPrediction
from geomagnifier.types import (
    LEVEL,
    Floats,
    Granularity,
    ModelSpec,
    Query,
    Relevance,
    SceneInfo,
    View,
)

SUSPECTED = 0.5
"""Relevance of what nothing is suspected of: above the threshold of region proposals
(`scan_state.WORTH`).
"""
VIEW = 1100
"""Side up to which several inputs of the network are read as one window, px."""
KEPT = 32
"""Views whose detections are kept."""
LISTED = 30
"""Most classes that a refusal lists."""


class DetectorModel:
    """See the module. Made by `registry.load_detector`.

    Args:
        detector: finds the objects.
        base: the small model.
    """

    def __init__(self, detector: OnnxDetector, base: SmallModel) -> None:
        self.detector, self.base = detector, base
        self._kept: OrderedDict[tuple[str, float], Found] = OrderedDict()
        self._lock = threading.Lock()
        told = detector.metadata
        self.turned = told.task == "obb" or told.layout.lower().endswith("obb")
        self.outlined = self.turned or detector.masks
        self.classes = plain_classes(told.classes, self.outlined)
        self.numbers = {number: plain_name(name) for number, name in enumerate(told.classes)}
        known = [kind for kind in base.worded if kind not in base.cover]
        self.wide = wide_classes(self.classes, known)
        self.cover = tuple(kind for kind in base.cover if kind not in self.classes)
        within = {narrow: wide for wide, several in self.wide.items() for narrow in several}
        names = Names(
            list(self.classes.values()),
            lenders(base.worded, base.every),
            within,
            [name for name in self.classes if name in class_names.NARROWER],
        )
        kinds = (*self.classes, *self.cover)
        side = min(detector.size)
        common = round(side * told.tile_overlap / STRIDE) * STRIDE
        several = max(1, VIEW // side)
        tile = several * side - (several - 1) * common
        self.language = AliasedLanguage(base, self.classes, {*self.classes}, names, kinds)
        self._spec = replace(
            base.spec,
            name=detector.name,
            version=detector.version,
            kinds=kinds,
            objects=tuple(self.classes),
            every=(),
            view_pixels=tile * tile,
            tile=tile,
            overlap=common,
            recall=(),
            sizes={kind: size for kind, size in base.spec.sizes.items() if kind in kinds},
            gsd=None,
            parameters=0,
            quality={},
            resolution=told.resolution or 0.0,
            wider=self.wide,
            names={
                **class_names.names_by_class(self.cover),
                **{
                    name: (*spoken(kind), *_chinese_names(name))
                    for name, kind in self.classes.items()
                },
            },
            chinese={kind: word for kind, word in base.spec.chinese.items() if kind in kinds},
            counters={kind: word for kind, word in base.spec.counters.items() if kind in kinds},
        )

    @property
    def spec(self) -> ModelSpec:
        """See `model_protocol.Model`."""
        return self._spec

    def granularity(self, query: Query) -> dict[Granularity, float]:
        """See `model_protocol.Model`.

        Of a detector of turned boxes these are the outlines, so that a box is asked for is enough.
        """
        plain, stands = self.language.plain(query)
        levels = self.base.granularity(plain)
        if stands:  # the question names objects, whatever else its aliases may be names of
            levels = {**levels, Granularity.IMAGE: 0.0}
            levels[Granularity.REGION] = max(levels[Granularity.REGION], 1e-3)
        if self.turned:
            levels = {
                **levels,
                Granularity.REGION: 0.0,
                Granularity.PIXEL: levels[Granularity.REGION] + levels[Granularity.PIXEL],
            }
        return levels

    def scale(self, view: View) -> float:
        """See `model_protocol.Model`: it cannot tell."""
        return 1.0

    def remember(self, most: float | None) -> None:
        """See `model_protocol.Model`: the small model's cache; detections are small."""
        self.base.remember(most)

    def embed(self, item: str | View) -> Floats:
        """See `model_protocol.Model`: the small model's."""
        return self.base.embed(item)

    def relevance(self, query: Query, view: View, by: Relevance = "gradient") -> Floats:
        """See `model_protocol.Model`.

        Every place that has data is worth a closer look, the more so where the small model suspects
        what is asked for.
        """
        read = self._read(query, view)
        valid = np.ones(view.pixels.shape[:2], bool) if view.valid is None else view.valid
        there = reduced(valid)
        if by != "scout":  # what the text decoder attends to says nothing of the detector
            return there
        heat = self.base.hunt.heat(view, (*read.asked, *read.landmarks))
        if heat.shape != there.shape:  # nothing is asked for that can be found
            return heat
        return np.asarray(there * (SUSPECTED + (1 - SUSPECTED) * heat), np.float32)

    def answer(
        self,
        query: Query,
        granularity: Granularity,
        views: Sequence[View],
        beside: Sequence[View] | None = None,
    ) -> ModelOutput:
        """See `model_protocol.Model`."""
        if granularity is Granularity.IMAGE:
            return self.base.answer(query, granularity, views, beside)
        read = self._read(query, views[0])
        found = tuple(self._find(query, granularity, read, view) for view in views)
        return ModelOutput(
            (), found, read.asked, read.landmarks, read.unknown or not read.asked, read.place
        )

    def choose(
        self, query: Query, scene: SceneInfo, asked: Sequence[str], regions: Sequence[Region]
    ) -> tuple[int, ...]:
        """See `model_protocol.Model`.

        None is preferred where the question names something that is not looked for.
        """
        if self._lacking(query.text):
            return tuple(i for i, region in enumerate(regions) if region.label in asked)
        return self.language.choose(query, scene, asked, regions)

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
        if granularity is Granularity.IMAGE:
            return self.base.say(query, granularity, view, reply, scene, regions)
        zh = language(query.text) == "zh"
        lacking = () if query.kinds else self._lacking(query.text)
        if not reply.asked:
            bare = not lacking and names_nothing(query.text, "zh" if zh else "en")
            text = self._unnamed(zh) if bare else self._refused(lacking, zh)
            return GeneratedText(text, language="zh" if zh else "en")
        if {*self.classes} <= {*reply.asked} and len(self.classes) > 1:  # of all only those there
            there = tuple(kind for kind in reply.asked if any(r.label == kind for r in regions))
            if not there:
                return GeneratedText(
                    "没有找到检测器的任何类别。"
                    if zh
                    else f"No object of the {len(self.classes)} classes of {self.detector.name} is"
                    " here.",
                    language="zh" if zh else "en",
                )
            reply = replace(reply, asked=there)
        unknown = reply.unknown and not lacking
        said = self.language.say(
            query, granularity, view, replace(reply, unknown=unknown), scene, regions
        )
        if not lacking:
            return said
        told = self._refused(lacking, zh)
        return replace(said, text=f"{said.text}{'' if zh else ' '}{told}")

    def _read(self, query: Query, view: View) -> ParsedQuestion:
        """What the question asks for, in the classes of the detector and of land cover."""
        read, stands = self._parsed(query, view)
        back = {stand: kind for kind, stand in stands.items()}
        # "cars" are read as vehicles, and are not all of them
        narrow = {one.kind for one in self._named(query.text) if one.said in NARROW}
        narrow = set() if query.kinds else narrow & {*self.wide}
        asked, landmarks = (
            self._own([kind for kind in renamed(kinds, back) if kind not in narrow])
            for kinds in (read.asked, read.landmarks)
        )
        if read.everything or (query.box is not None and not read.asked and not read.unknown):
            asked = (*self.classes, *(kind for kind in asked if kind in self.cover))
        lost = len(self._own(renamed(read.asked, back), lost=True)) + len(narrow)
        return ParsedQuestion(
            asked,
            tuple(kind for kind in landmarks if kind not in asked),
            read.everything,
            place=read.place,
            unknown=read.unknown or (lost > 0 and not read.everything),
        )

    def _parsed(self, query: Query, view: View) -> tuple[ParsedQuestion, dict[str, str]]:
        """The small model's reading, under aliases, and {class: alias}."""
        if query.kinds:
            return ParsedQuestion(asked=query.kinds, apart=True), {}
        plain, stands = self.language.plain(query)
        return self.base.reader.read(plain, view), stands

    def _own(self, kinds: Sequence[str], lost: bool = False) -> tuple[str, ...]:
        """The kinds that can be found, wide ones by their narrower ones; or those that cannot."""
        found: list[str] = []
        for kind in kinds:
            own = (kind,) if kind in self.spec.kinds else self.wide.get(kind, ())
            found += [kind] if lost and not own else [] if lost else own
        return tuple(dict.fromkeys(found))

    def _lacking(self, text: str) -> tuple[str, ...]:
        """Words of a question for known classes that neither detector nor land cover has."""
        return tuple(
            dict.fromkeys(
                one.said
                for one in self._named(text)
                if one.said in NARROW or not self._own((one.kind,))
            )
        )

    def _named(self, text: str) -> list[Mention]:
        """Names of known classes in a question, but those that are the detector's own words."""
        plain, stands = self.language.plain(Query(text))
        zh, lent = language(text) == "zh", {*stands.values()}
        named = in_chinese(plain.text) if zh else in_english(tokens_of(plain.text))
        return [
            one
            for one in named
            if one.kind and one.kind not in lent and one.kind not in self.classes
        ]

    def _unnamed(self, zh: bool) -> str:
        """That a question names nothing, and which classes there are."""
        text = UNNAMED["zh" if zh else "en"]
        return text + self._known(zh) if zh else f"{text} {self._known(zh)}"

    def _refused(self, lacking: Sequence[str], zh: bool) -> str:
        """That there is no class for something, and which there are."""
        if zh:
            nouns = "、".join(f"“{word}”" for word in lacking) or "所问目标"
            return f"检测器没有{nouns}这一类别。{self._known(zh)}"
        what = " or ".join(f'"{word}"' for word in lacking) or "that"
        return f"{self.detector.name} has no class for {what}. {self._known(zh)}"

    def _known(self, zh: bool) -> str:
        """Which classes there are."""
        names = list(self.classes)
        more = len(names) - LISTED
        if zh:
            listed = "、".join(self.base.spec.chinese.get(name, name) for name in names[:LISTED])
            return f"它有：{listed}{'等' if more > 0 else ''}。"
        return f"It has: {', '.join(names[:LISTED])}{f' and {more} more' if more > 0 else ''}."

    def _find(
        self, query: Query, granularity: Granularity, read: ParsedQuestion, view: View
    ) -> ViewPrediction:
        """What one view shows of the classes that were read."""
        looked = (*read.asked, *read.landmarks)
        mine = [kind for kind in looked if kind in self.classes]
        ground = tuple(kind for kind in looked if kind in self.cover)
        pixel = granularity is Granularity.PIXEL
        predicted = ViewPrediction((), (), STRIDE)
        if mine and view.window.role != LEVEL:
            least = self.detector.metadata.score if query.min_score is None else query.min_score
            whole = view.window.role == "whole" and not self.detector.metadata.resolution
            parts = slices(
                view.pixels.shape[:2],
                self.detector.size,
                self.detector.metadata.tile_overlap,
                STRIDE,
            )

            def find(part: View) -> ViewPrediction:
                found = self._found(part, least, whole)
                return objects_of(found, self.numbers, mine, part, pixel and self.outlined)

            predicted = sliced(view, parts, find)
        if ground:
            asked = replace(query, text=" ".join(map(kind_token, ground)), kinds=ground)
            below = self.base.find(asked, granularity, ParsedQuestion(ground, apart=True), view)
            predicted = below_objects(predicted, below) if mine else below
        return predicted

    def _found(self, view: View, least: float, whole: bool) -> Found:
        """What the detector finds in a view, kept for questions about other classes."""
        key = (view.key, least)
        with self._lock:
            if key in self._kept:
                return self._kept[key]
        found = self.detector.find(view.pixels, least, whole)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


def below_objects(objects: ViewPrediction, ground: ViewPrediction) -> ViewPrediction:
    """One prediction of objects and land cover, whose cells have one size.

    Args:
        objects: the detector's.
        ground: the small model's.
    """
    assert objects.stride == ground.stride
    return ViewPrediction(
        (*objects.found, *ground.found), (*objects.covers, *ground.covers), objects.stride
    )


def _chinese_names(name: str) -> tuple[str, ...]:
    """Chinese names of a class in the tables, the usual one first."""
    listed = class_names.NARROWER.get(name) or class_names.CLASSES.get(name, ("", ""))
    usual = (chinese_answers.NOUNS[name][1],) if name in chinese_answers.NOUNS else ()
    return tuple(dict.fromkeys((*usual, *listed[1].split())))

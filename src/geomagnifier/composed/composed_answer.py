"""A composed question within `ask`.

What the model is asked in its place, the program run over what was found, and the sentence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from geomagnifier.area_of_interest import Area
from geomagnifier.composed import Understood, evaluation, plain, read_back, sentences
from geomagnifier.composed import program as p
from geomagnifier.composed.ground import Ground, Outcome, Pixels
from geomagnifier.composed.sentence_words import Words
from geomagnifier.geometry import Box
from geomagnifier.inference.references import Reference
from geomagnifier.model_protocol import Model
from geomagnifier.raster.scene import Scene
from geomagnifier.results import GeneratedText, ModelOutput, Region
from geomagnifier.types import Bytes, Granularity, ModelSpec, Query, SceneInfo, View, Window

TOGETHER = 1 << 20
"""Pixels round all regions up to which they are read at once for their colours."""
LARGEST = 96
"""Longest side at which a thing is read for its colour, px."""


def plainly(query: Query, read: Understood, refers: Reference | None) -> Query:
    """The query that the model is asked.

    To look for the classes of the program, or for those of the regions that are referred to.

    Args:
        query: as asked.
        read: its parse.
        refers: regions of an earlier answer, or None.
    """
    kinds = (
        read.kinds or tuple(dict.fromkeys(region.label for region in refers.regions))
        if refers is not None
        else read.kinds
    )
    return replace(query, text=plain(kinds, read.looked is Granularity.PIXEL), kinds=kinds)


def outcome(
    read: Understood,
    found: Sequence[Region],
    scene: Scene,
    within: Box | Area | None,
    refers: Reference | None,
    preview: Bytes | None = None,
) -> Outcome:
    """The program run over what was found.

    Args:
        read: the question.
        found: all regions of its classes, those that are referred to among them.
        scene: an open one.
        within: a box or area that was given, scene px.
        refers: what "them" refers to.
        preview: the whole scene; where it has every pixel, colours are read from it.
    """
    them = (
        ()
        if refers is None
        else [
            r
            for r in found
            if any(r.box == one.box and r.label == one.label for one in refers.regions)
        ]
    )

    return evaluation.run(
        read.program, Ground(found, scene.info, within, _pixels(scene, found, preview), them)
    )


def _pixels(scene: Scene, found: Sequence[Region], preview: Bytes | None) -> Pixels:
    """Reads boxes of the picture.

    Out of the preview where it has every pixel, or of one read of all that was found where that is
    small.
    """
    bounds = np.array([region.box for region in found], float).reshape(-1, 4)
    low, high = (
        np.maximum(np.floor(bounds[:, :2].min(0, initial=np.inf)), 0),
        np.ceil(bounds[:, 2:].max(0, initial=0)),
    )
    high = np.minimum(high, (scene.info.width, scene.info.height))
    whole = (
        preview
        if preview is not None and preview.shape[:2] == (scene.info.height, scene.info.width)
        else None
    )
    at = (0, 0) if whole is not None or not (low < high).all() else (int(low[0]), int(low[1]))

    @cache
    def together() -> Bytes | None:
        if whole is not None or not (low < high).all() or (high - low).prod() > TOGETHER:
            return whole
        box = Box(*low.tolist(), *high.tolist())
        return scene.read(Window(box, int(box.width), int(box.height), "colour", box)).pixels

    def pixels(box: Box) -> Bytes:
        if (read := together()) is not None:
            return read[
                int(box.y0) - at[1] : int(box.y1) - at[1], int(box.x0) - at[0] : int(box.x1) - at[0]
            ]
        shrink = max(1.0, max(box.width, box.height) / LARGEST)
        width, height = (
            max(1, math.ceil(box.width / shrink)),
            max(1, math.ceil(box.height / shrink)),
        )
        return scene.read(Window(box, width, height, "colour", box)).pixels

    return pixels


def shown(read: Understood, regions: Sequence[Region]) -> tuple[Region, ...]:
    """The regions as the answer has them: without masks where only boxes were asked for.

    Args:
        read: the parsed question.
        regions: those of the outcome.
    """
    if read.level is Granularity.PIXEL:
        return tuple(regions)
    return tuple(replace(region, segmentation=None) for region in regions)


def said(
    read: Understood,
    outcome: Outcome,
    query: Query,
    model: Model,
    view: View,
    reply: ModelOutput,
    scene: SceneInfo,
    regions: Sequence[Region],
) -> GeneratedText:
    """The sentence of the answer.

    The model's own for a plain count or yes/no question, else made by rule.

    Args:
        read: the parsed question.
        outcome: what its program comes to.
        query: what was asked.
        model: of `load_model`.
        view: the scene in one view.
        reply: the model's output, which says what was asked for.
        scene: whose px the boxes are in.
        regions: those of the answer.
    """
    if p.simple(read.program) and outcome.why is None:
        own = model.say(query, read.level, view, reply, scene, regions)
        start = ("yes", "有", "是") if outcome.value else ("no", "there is no", "没有", "不")
        if not isinstance(outcome.value, bool) or own.text.lower().startswith(start):
            return own
    words = Words(read.language, model.spec.chinese, model.spec.counters, reply.asked)
    told = sentences.say(read.program, replace(outcome, regions=tuple(regions)), words)
    return (
        told
        if query.area is None
        else replace(told, text=told.text.replace(" of the picture.", " of the area."))
    )


def read_as(read: Understood, spec: ModelSpec) -> str:
    """How the question was read, in one line in its language.

    Args:
        read: the parsed question.
        spec: of the model, for the Chinese nouns.
    """
    if read.language == "en":
        return str(read.program)
    return read_back.told(read.program, Words("zh", spec.chinese, spec.counters))


def uncertain(read: Understood, outcome: Outcome) -> bool:
    """Whether unseen parts of the scene may change the value.

    They may change every true or false, except that something is there.

    Args:
        read: the parsed question.
        outcome: what its program comes to.
    """
    return isinstance(outcome.value, bool | str) and not (
        isinstance(read.program, p.Exists) and outcome.value is True
    )

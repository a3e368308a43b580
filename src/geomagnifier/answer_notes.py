"""What an answer says beside what was found: refusals, and what was not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from geomagnifier.errors import QuestionUnreadable
from geomagnifier.inference import (
    coverage,
)
from geomagnifier.inference.view_groups import Stopwatch
from geomagnifier.language import chinese_text, ordinals, unsupported
from geomagnifier.model_protocol import Model
from geomagnifier.raster.preview import Preview
from geomagnifier.raster.scene import Scene
from geomagnifier.results import Answer, GeneratedText, Region, Trace
from geomagnifier.types import Granularity, Query


def beyond(
    rank: ordinals.OrdinalQuestion, asked: Sequence[str], found: Sequence[Region]
) -> tuple[ordinals.OrdinalQuestion | None, tuple[Region, ...]]:
    """The rank or number asked for and all regions of its class, where these are fewer than that.

    None and no regions where there are enough.

    Args:
        rank: the rank or number asked for.
        asked: classes asked for.
        found: all regions that were found.
    """
    every = tuple(region for region in found if region.label in asked)
    return (rank, every) if len(asked) == 1 and 0 < len(every) < rank.number else (None, ())


def partly_seen(
    said: GeneratedText,
    asked: Sequence[str],
    regions: Sequence[Region],
    model: Model,
    share: float,
    box: coverage.Part,
    about_all: bool,
) -> GeneratedText:
    """The text of an answer where only a share of the scene, or of a box, was searched.

    Args:
        said: as if all had been seen.
        asked: classes asked for.
        regions: those of the answer.
        model: for the Chinese nouns.
        share: of what was asked about, 0 to 1.
        box: what was asked about: a box, an area, or the scene.
        about_all: the text is about the scene as a whole, not about objects in that share.
    """
    if about_all:
        joint = "" if said.language == "zh" else " "
        return replace(said, text=f"{said.text}{joint}{coverage.seen(share, box, said.language)}")
    phrases = {
        kind: said.phrases.get(kind, kind)
        for kind in asked
        if any(r.label == kind for r in regions)
    }
    nouns = model.spec.chinese if said.language == "zh" else {}
    missing = [nouns.get(kind, kind) for kind in asked if kind not in phrases]
    told = (
        coverage.found(phrases, missing, share, box, said.language),
        coverage.unknown(said.text),
    )
    return GeneratedText(
        ("" if said.language == "zh" else " ").join(filter(None, told)),
        phrases,
        said.language,
        said.value,
    )


def without_claim(claim: unsupported.Unchecked | None, words: str) -> str:
    """A question without the property of its objects that nothing checks.

    The property must not choose among them.

    Args:
        claim: the property, or None.
        words: the question.
    """
    if claim is None or not claim.narrows:
        return words
    at = words.lower().find(claim.words)
    return (
        words
        if at < 0
        else " ".join(f"{words[:at]} {words[at + len(claim.words) :]}".split()) or words
    )


def boxes_alone(note: str, regions: Sequence[Region], nouns: Mapping[str, str], spoken: str) -> str:
    """A note, with what a model gives boxes of and no outlines, though these were wanted.

    Args:
        note: so far.
        regions: of an answer at pixel level, or that something was measured of.
        nouns: the Chinese noun of each class.
        spoken: "en" or "zh".
    """
    bare = dict.fromkeys(region.label for region in regions if region.segmentation is None)
    if not bare:
        return note
    if spoken == "zh":
        named = "、".join(nouns.get(label, label) for label in bare)
        return f"{note}模型只给出{named}的框，没有轮廓；面积按框计算。"
    named = ", ".join(f'"{label}"' for label in bare)
    told = f"Of {named} the model gives boxes, no outlines; areas are those of the boxes."
    return f"{note} {told}".strip()


def refused_answer(scene: Scene, query: Query, model: Model, text: str, watch: Stopwatch) -> Answer:
    """The answer to what cannot be answered: why, and what to ask instead.

    Nothing is read but the preview, where that is cheap.

    Args:
        scene: an open one.
        query: what was asked.
        model: for the granularity.
        text: the refusal.
        watch: takes the time of each stage.
    """
    with watch.stage("question"):
        try:
            probabilities = model.granularity(query)
        except QuestionUnreadable:  # the words of the refusal were understood all the same
            probabilities = {g: float(g is Granularity.REGION) for g in Granularity}
    level = max(probabilities, key=lambda g: probabilities[g])
    with watch.stage("read"):
        preview = Preview(scene.info, scene.pyramid).cheap(scene)
    by = f"{model.spec.name} {model.spec.version}"
    trace = Trace(scene.info.pixels, 0, 0.0, dict(watch.seconds), model=by)
    return Answer(
        query.text,
        text,
        level,
        {str(g): p for g, p in probabilities.items()},
        scene.info,
        trace,
        preview.pixels,
    )


def in_traditional(answer: Answer) -> Answer:
    """The answer in traditional characters."""
    told = tuple(
        replace(region, phrase=chinese_text.in_traditional(region.phrase))
        for region in answer.regions
    )
    return replace(
        answer,
        text=chinese_text.in_traditional(answer.text),
        understood=chinese_text.in_traditional(answer.understood),
        regions=told,
    )

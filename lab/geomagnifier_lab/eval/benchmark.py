"""Run a model over the cases of a benchmark, and write down each answer as soon as it is given.

    predict(model, benchmark, "test", cases, Path("out/predictions.jsonl"))

Everything goes through the public `ask` and `embed`. Questions are asked as published; a phrase
that is no request becomes one ("Segment the red roof."), and where a set publishes no question the
plainest is asked. A run that was stopped, however, goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier import masks
from geomagnifier.errors import BoxError, PredictionError, QuestionError, SceneError
from geomagnifier.inference.scan_state import Progress
from geomagnifier.language.scene_classes import COARSE
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask, embed
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.results import Answer, Region
from geomagnifier.types import Bools
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, Work
from geomagnifier_lab.eval.checking import Record
from geomagnifier_lab.eval.predictions import Header, Log

SCENE, CAPTION, GROUNDED = (
    "What kind of place is this?",
    "Describe this image.",
    "Describe the image and segment the objects you mention.",
)
WITH_MASK = "Please output segmentation mask."
"""Added to a question that asks for no mask, as LISA (arXiv:2308.00692) does."""
EVERY = 0.01
"""Lowest score of a detection that may still count in average precision."""

ASKING = (
    *(
        "are",
        "can",
        "could",
        "count",
        "delineate",
        "describe",
        "detect",
        "do",
        "does",
        "draw",
        "extract",
        "find",
        "generate",
        "give",
    ),
    *(
        "highlight",
        "how",
        "identify",
        "is",
        "label",
        "locate",
        "mark",
        "mask",
        "name",
        "outline",
        "output",
        "please",
        "point",
        "provide",
    ),
    *("segment", "show", "tell", "what", "when", "where", "which", "who", "whose", "why", "would"),
)
"""First words of a request."""
MASKING = ("segment", "mask", "outline", "delineate")
"""Words of a request for a mask."""


def predict(
    model: Model,
    benchmark: Benchmark,
    split: str,
    cases: Sequence[Case],
    path: Path,
    progress: Progress | None = None,
    name: str = "",
    mark: str = "",
) -> None:
    """Ask about every case that `path` has no record of yet, and append a record for each.

    The form of a record is described in `predictions`. A case whose image cannot be read, or whose
    question the model refuses, gets a record with "error".

    Args:
        model: of `load_model`.
        benchmark: whose cases they are.
        split: which part of it.
        cases: in the order in which they are asked.
        path: `predictions.jsonl`; one that is there already is gone on with.
        progress: called with (cases done, cases).
        name: what tables call the model; its own name where this is "".
        mark: tells weights of one version apart; appended to the version.

    Raises:
        OptionError: the file is of another benchmark, split, model, version or number of cases.
        PredictionError: it is damaged, or has records of other cases.
        OutputError: it cannot be written.
    """
    spec = model.spec
    header = Header(
        benchmark.name, split, name or spec.name, f"{spec.version} {mark}".strip(), len(cases)
    )
    answer = _answerer(model, benchmark, cases)
    opened: tuple[Path, Scene] | None = None
    with Log(path, header) as log:
        strange = log.done - {case.id for case in cases}
        if strange:
            raise PredictionError(
                f"{path} has a record of {min(strange)!r}, which is none of the cases; choose"
                " another --out"
            )
        try:
            for done, case in enumerate(cases, 1):
                if case.id not in log.done:
                    record: Record = {"id": case.id}
                    try:
                        if (
                            opened is None or opened[0] != case.image
                        ):  # a model keeps what it saw of a scene while that is open
                            if opened is not None:
                                opened[1].close()
                                opened = None
                            opened = case.image, open_scene(case.image)
                        record |= answer(opened[1], case)
                    except (SceneError, QuestionError, BoxError) as error:
                        record["error"] = f"{type(error).__name__}: {error}"
                    log.add(record)
                if progress is not None:
                    progress(done, len(cases))
        finally:
            if opened is not None:
                opened[1].close()


def question(case: Case) -> str:
    """How a case is asked: as published where that is a request, else in plain words.

    "" for a case that takes no single question.

    Example:
        >>> question(Case("a.jpg#0", Path("a.jpg"), "refer", "The red roof"))
        'Segment the red roof.'
    """
    text = " ".join(case.question.split())
    if case.work in ("scene", "caption", "grounded"):
        return text or {"scene": SCENE, "caption": CAPTION, "grounded": GROUNDED}[case.work]
    if case.work in ("detect", "retrieval"):
        return ""
    if text.endswith("?") or text.partition(" ")[0].lower().strip(",.") in ASKING:
        asks_for_mask = any(word in text.lower() for word in MASKING)
        return text if case.work == "ground" or asks_for_mask else f"{text} {WITH_MASK}"
    lowered = text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
    return f"{'Find' if case.work == 'ground' else 'Segment'} {lowered.rstrip('. ')}."


def ranked(labels: Sequence[tuple[str, float]], benchmark: Benchmark) -> list[list[Any]]:
    """Published classes by the best probability of a label that means them.

    A class that no label means is left out.

    Args:
        labels: (scene name, probability) of an answer, coarse names among them.
        benchmark: its classes and their words.

    Returns:
        [class, probability], best first.
    """
    best: dict[str, float] = {}
    for label, probability in labels:
        means = {part.lower() for part in COARSE.get(label, (label,))}
        for name in benchmark.classes:
            if means <= {word.lower() for word in class_words(benchmark, name)}:
                best[name] = max(best.get(name, 0.0), probability)
    return [[name, round(p, 6)] for name, p in sorted(best.items(), key=lambda pair: -pair[1])]


def class_words(benchmark: Benchmark, name: str) -> tuple[str, ...]:
    """Plain names of a published class, at least one.

    Args:
        benchmark: whose class it is.
        name: as published.
    """
    return tuple(benchmark.words.get(name, ())) or (name.replace("_", " ").replace("-", " "),)


def _answerer(
    model: Model, benchmark: Benchmark, cases: Sequence[Case]
) -> Callable[[Scene, Case], Record]:
    """Answers a case: what its record holds besides the id."""
    works: dict[Work, Callable[[_Asker, Case], Record]] = {
        "scene": lambda asker, case: {"labels": ranked(asker(question(case)).labels, benchmark)},
        "caption": lambda asker, case: {"text": asker(question(case)).text},
        "ground": _ground,
        "refer": lambda asker, case: {"mask": masks.encode(_mask(asker(question(case))))},
        "grounded": _grounded,
    }
    if benchmark.work == "retrieval":
        return lambda scene, case: _retrieval(scene, case, model)
    work = works.get(benchmark.work)
    if work is None:
        with_masks = any(thing.mask is not None for case in cases for thing in case.things)

        def work(asker: _Asker, case: Case) -> Record:
            return _detect(asker, benchmark, with_masks)

    def answer(scene: Scene, case: Case) -> Record:
        asker = _Asker(scene, model)
        found = work(asker, case)
        return {
            "seconds": round(asker.seconds, 4),
            "flops": asker.flops,
            "pixels": asker.pixels,
            **found,
        }

    return answer


class _Asker:
    """Asks about one scene and adds up what it costs."""

    def __init__(self, scene: Scene, model: Model) -> None:
        self.scene, self.model = scene, model
        self.seconds, self.flops, self.pixels = 0.0, 0.0, 0

    def __call__(self, text: str, min_score: float | None = None) -> Answer:
        begin = time.perf_counter()
        answer = ask(self.scene, text, self.model, min_score=min_score)
        self.seconds += time.perf_counter() - begin
        self.flops += answer.trace.flops
        self.pixels += answer.trace.pixels_processed
        return answer


def _ground(asker: _Asker, case: Case) -> Record:
    """Boxes, best first.

    Each sentence of these sets has its object, so where nothing passes the calibrated score the
    best guess counts.
    """
    text = question(case)
    regions = asker(text).regions or asker(text, min_score=EVERY).regions
    return _boxes(sorted(regions, key=lambda region: -region.score))


def _detect(asker: _Asker, benchmark: Benchmark, with_masks: bool) -> Record:
    """All objects of every class, a question a class.

    Whatever comes back is claimed to be of the class that was asked for.
    """
    record: Record = {"boxes": [], "scores": [], "names": []}
    segments: list[Record] = []
    for name in benchmark.classes:
        word = class_words(benchmark, name)[0]
        found = _boxes(asker(f"Find every {word}.", EVERY).regions)
        for key, values in found.items():
            record[key] += values
        record["names"] += [name] * len(found["boxes"])
        if with_masks:
            regions = asker(f"Segment every {word}.", EVERY).regions
            segments += [
                {"name": name, "mask": r.segmentation, "score": round(r.score, 6)}
                for r in regions
                if r.segmentation
            ]
    return {**record, "segments": segments} if with_masks else record


def _grounded(asker: _Asker, case: Case) -> Record:
    """The text and, of each class in it, the union of its regions.

    A published phrase means all objects of a class that are referred to.
    """
    answer = asker(question(case))
    kinds: dict[str, tuple[Bools, float]] = {}
    for region in answer.regions:
        if region.segmentation:
            mine = masks.decode(region.segmentation)
            mask, score = kinds.get(region.label, (np.zeros_like(mine), 0.0))
            kinds[region.label] = mask | mine, max(score, region.score)
    said = {kind: {r.phrase for r in answer.regions if r.label == kind} for kind in kinds}
    phrases = {
        kind: "".join(each) or kind if len(each) == 1 else kind for kind, each in said.items()
    }
    found = [
        {"phrase": phrases[kind], "mask": masks.encode(mask), "score": round(score, 6)}
        for kind, (mask, score) in kinds.items()
    ]
    return {"text": answer.text, "phrases": found}


def _retrieval(scene: Scene, case: Case, model: Model) -> Record:
    begin = time.perf_counter()
    vectors = [embed(scene, model), *(embed(caption, model) for caption in case.captions)]
    seconds = time.perf_counter() - begin
    rounded = [[round(float(value), 6) for value in vector] for vector in vectors]
    return {"seconds": round(seconds, 4), "vector": rounded[0], "captions": rounded[1:]}


def _boxes(regions: Sequence[Region]) -> Record:
    found = [
        ([round(float(value), 3) for value in region.box], round(region.score, 6))
        for region in regions
    ]
    kept = [(box, score) for box, score in found if box[0] < box[2] and box[1] < box[3]]
    return {"boxes": [box for box, _ in kept], "scores": [score for _, score in kept]}


def _mask(answer: Answer) -> Bools:
    """(H, W) bool at scene size; an answer without a mask marks nothing."""
    return (
        np.zeros((answer.scene.height, answer.scene.width), bool)
        if answer.mask is None
        else answer.mask
    )

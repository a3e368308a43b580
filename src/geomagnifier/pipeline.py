"""ask(): the one place that knows the order of the stages.

question -> granularity -> plan -> (views -> heat -> search.step) -> replies -> answer
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from geomagnifier import answer as assembly
from geomagnifier import resolution, search
from geomagnifier.errors import BoxError, OptionError, QuestionEmpty
from geomagnifier.geometry import Box
from geomagnifier.io.scene import Scene
from geomagnifier.protocol import Model
from geomagnifier.values import (
    Answer,
    Floats,
    Granularity,
    MaskPatch,
    Query,
    Region,
    Relevance,
    Reply,
    SceneInfo,
    Trace,
    View,
    ViewReply,
    Window,
)

MARGIN = 320
"""Scene px of context around a given box in a scene too large for one view."""
HEAT_SIDE = 256
"""Longest side of the heat map kept in the trace, cells."""

Progress = Callable[[int, int], None]


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begin


def ask(
    scene: Scene,
    question: str,
    model: Model,
    *,
    box: Box | tuple[float, float, float, float] | None = None,
    search: str = "adaptive",
    budget: float | None = None,
    recall: float | None = None,
    min_score: float | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Answer a question about a scene.

    Args:
        scene: of `open_scene`.
        question: plain words.
        model: of `load_model`.
        box: what the question is about, scene px (x0, y0, x1, y1); what reaches over the scene's edge is cut.
        search: "adaptive" (one pass up to about 1 Mpx, else closer looks only where something may be),
            "paper" or "exhaustive"; "random", "grid" and "shrink" for comparison with "paper".
        budget: the most pixels to read.
        recall: not offered by the small model yet.
        min_score: None for the calibrated threshold of each kind; a number returns every candidate above it.
        progress: called with (windows done, windows known so far).

    Raises:
        QuestionError: an empty question, or one in a script the model cannot read.
        BoxError: the box lies outside the scene or has no area.
        OptionError: an unknown search, or a number out of its range.
        SceneError: the picture turns out to be damaged or empty.

    Example:
        >>> import geomagnifier as gm
        >>> with gm.open_scene("harbour.tif") as scene:  # doctest: +SKIP
        ...     print(gm.ask(scene, "Segment every ship.", gm.load_model("small")).mask.shape)
        (700, 1000)
    """
    limit = _check(scene.info, question, box, search, budget, recall, min_score)
    watch = Stopwatch()
    query = Query(question, limit, min_score)
    with watch.stage("question"):
        probabilities = model.granularity(query)
    level = max(probabilities, key=lambda g: probabilities[g])
    if limit is not None and level is Granularity.IMAGE:
        level = Granularity.REGION  # a box is about a part of the scene
    seen, reply, trace, first, preview = _look(scene, query, level, model, search, budget, watch, progress)
    regions: tuple[Region, ...] = ()
    patches: tuple[MaskPatch, ...] | None = None
    if level is not Granularity.IMAGE:
        with watch.stage("assemble"):
            found = assembly.assemble_regions(seen, scene.info, level, limit)
        with watch.stage("choose"):
            chosen = model.choose(query, scene.info, reply.asked, found)
            regions = tuple(found[i] for i in chosen)
        with watch.stage("assemble"):
            if level is Granularity.PIXEL:
                some = len(regions) < sum(r.label in reply.asked for r in found)
                patches = (
                    assembly.assemble_chosen(regions) if some else assembly.assemble_patches(assembly.covers_of(seen, reply.asked), limit)
                )
    with watch.stage("say"):
        said = model.say(query, level, first, reply, scene.info, regions)
        labels, place = reply.labels, ""
        if reply.place:  # a second question about the picture as a whole, in the same breath
            glance = resolution.thumbnail(preview, model.spec.image_side)
            whole = model.answer(query, Granularity.IMAGE, [glance])
            labels, place = whole.labels, model.say(query, Granularity.IMAGE, glance, whole, scene.info, ()).text
            side = model.spec.image_side
            trace = replace(trace, pixels_processed=trace.pixels_processed + side**2, flops=trace.flops + whole.flops)
        regions = tuple(replace(r, phrase=said.phrases.get(r.label, "")) for r in regions)
    made = Answer(
        question, "", level, {str(g): p for g, p in probabilities.items()}, scene.info, trace, preview.pixels, labels, regions, patches
    )
    share = None if patches is None or made.mask is None else float(made.mask.mean())
    parts = [part for part in (place, said.text, assembly.measured(share, said.language)) if part]
    text = ("" if said.language == "zh" else " ").join(parts)
    finished = replace(made, text=text, trace=replace(trace, seconds=dict(watch.seconds)))
    if "mask" in made.__dict__:
        finished.__dict__["mask"] = made.__dict__["mask"]  # worked out already: the same patches
    return finished


def _check(
    scene: SceneInfo,
    question: str,
    box: Box | tuple[float, float, float, float] | None,
    policy: str,
    budget: float | None,
    recall: float | None,
    min_score: float | None,
) -> Box | None:
    """The arguments of `ask`, checked; the box cut to the scene."""
    if not question.strip():
        raise QuestionEmpty("the question is empty; ask for example 'Segment every ship.' or 'What kind of place is this?'")
    if policy not in search.POLICIES:
        raise OptionError(f"search {policy!r} is not known; choose one of {', '.join(search.POLICIES)}")
    if budget is not None and not budget > 0:
        raise OptionError(f"the budget is a number of pixels above 0, not {budget}")
    if recall is not None:
        raise OptionError("this model has no measured curve of recall; leave recall out, or use search='exhaustive' to see everything")
    if min_score is not None and not 0 <= min_score <= 1:
        raise OptionError(f"min_score lies between 0 and 1, not {min_score}")
    if box is None:
        return None
    given = box if isinstance(box, Box) else Box(*(float(v) for v in box))
    inside = given.intersection(scene.box)
    if inside is None:
        raise BoxError(f"the box {given.tuple()} lies outside the scene of {scene.width} x {scene.height} px")
    return inside


def _area(scene: SceneInfo, query: Query, pixels: int) -> Box:
    """What must be looked at: everything, or the surroundings of the box in a scene too large for one view."""
    if query.box is None or scene.pixels <= pixels:
        return scene.box
    grown = query.box.grown(MARGIN).intersection(scene.box)
    assert grown is not None
    return Box(np.floor(grown.x0), np.floor(grown.y0), np.ceil(grown.x1), np.ceil(grown.y1))


def _look(
    scene: Scene,
    query: Query,
    level: Granularity,
    model: Model,
    policy: str,
    budget: float | None,
    watch: Stopwatch,
    progress: Progress | None,
) -> tuple[list[tuple[Window, ViewReply]], Reply, Trace, View, View]:
    """Read and answer window after window, until the search is done; with the first view and one of the whole scene."""
    plan = resolution.plan(level, scene.info, model.spec, policy, _area(scene.info, query, model.spec.view_pixels))
    state = search.start(policy, plan, budget)
    pending, read = list(plan.wide), 0
    seen: list[tuple[Window, ViewReply]] = []
    replies: list[Reply] = []
    windows: list[Window] = []
    heat: Floats | None = None
    first: View | None = None
    preview: View | None = None
    by: dict[str, Relevance] = {"adaptive": "mask", "paper": "gradient"}  # what measures best there, and what the paper says
    while pending:
        heats: list[tuple[Window, Floats]] = []
        for done, window in enumerate(pending, 1):
            with watch.stage("read"):
                view = scene.read(window)
            if preview is None and window.box == scene.info.box:
                preview = view
            first = first or view
            if level is Granularity.IMAGE:
                first = view = resolution.thumbnail(view, model.spec.image_side)
            if not state.done and policy in by:
                with watch.stage("relevance"):
                    heats.append((window, model.relevance(query, view, by[policy])))
            with watch.stage("answer"):
                replies.append(model.answer(query, level, [view]))
            seen += zip([window], replies[-1].views, strict=False)
            read += view.window.width * view.window.height
            windows.append(view.window)
            if progress is not None:
                progress(len(windows), len(windows) + len(pending) - done)
        if heats and heat is None:
            heat = _whole_heat(heats, scene.info)
        if state.done:
            break
        with watch.stage("search"):
            price = lambda look: sum(w.width * w.height for w in resolution.windows(look, model.spec))  # noqa: E731
            looks, state = search.step(state, heats, price)
            pending = [w for look in looks for w in resolution.windows(look, model.spec)]
    if preview is None:
        with watch.stage("read"):
            preview = scene.read(resolution.window_of(scene.info.box, max(1.0, (scene.info.pixels / 1e6) ** 0.5), "preview"))
    flops = sum(reply.flops for reply in replies)
    trace = Trace(scene.info.pixels, read, flops, {}, tuple(windows), heat, state.crops, state.skipped)
    assert first is not None
    return seen, replies[0], trace, first, preview


def _whole_heat(heats: list[tuple[Window, Floats]], scene: SceneInfo) -> Floats:
    """Heat maps of windows on one map of the scene, for the eye."""
    step = max(scene.width, scene.height) / HEAT_SIDE
    canvas = np.zeros((max(1, round(scene.height / step)), max(1, round(scene.width / step))), np.float32)
    for window, heat in heats:
        box = window.box
        x0, y0, x1, y1 = (int(v / step) for v in box.tuple())
        rows, columns = np.arange(y0, min(canvas.shape[0], y1 + 1)), np.arange(x0, min(canvas.shape[1], x1 + 1))
        r = np.clip(((rows + 0.5) * step - box.y0) / box.height * heat.shape[0], 0, heat.shape[0] - 1).astype(int)
        c = np.clip(((columns + 0.5) * step - box.x0) / box.width * heat.shape[1], 0, heat.shape[1] - 1).astype(int)
        patch = canvas[rows[:, None], columns[None]]
        canvas[rows[:, None], columns[None]] = np.maximum(patch, heat[r[:, None], c[None]])
    return canvas


def embed(item: Scene | str, model: Model) -> Floats:
    """A picture or a sentence as a vector; both share one space, so their dot product is their likeness.

    Args:
        item: a scene, or plain words.
        model: of `load_model`.

    Returns:
        (D,) float32, unit length.

    Raises:
        QuestionEmpty: the words are empty.
    """
    if isinstance(item, str):
        if not item.strip():
            raise QuestionEmpty("there are no words to embed")
        return model.embed(item)
    window = resolution.plan(Granularity.IMAGE, item.info, model.spec, "adaptive").wide[0]
    return model.embed(resolution.thumbnail(item.read(window), model.spec.image_side))

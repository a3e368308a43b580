"""ask(): the one place that knows the order of the stages.

question -> granularity -> plan -> (views -> heat -> search.step) -> parts -> regions -> mask and
sentence composed question -> program -> plan -> ... -> regions -> the program is run over them ->
value, mask and sentence

The mask is the union of the regions' masks, the sentence counts the regions, and what was not
looked at is said to be unseen.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from geomagnifier import composed
from geomagnifier.area_of_interest import Area
from geomagnifier.composed import composed_answer, grounded_sentences, read_back
from geomagnifier.composed import program as p
from geomagnifier.composed.evaluation import Outcome
from geomagnifier.default_model import default_model
from geomagnifier.detections import Labels
from geomagnifier.errors import GeomagWarning, OptionError, QuestionEmpty, QuestionUnreadable
from geomagnifier.geometry import Box
from geomagnifier.inference import (
    coverage,
    drawn_frame,
    references,
    resolution,
    scan,
    similar_pictures,
)
from geomagnifier.inference import merge as assembly
from geomagnifier.inference.cropping import CROPPING, POLICIES
from geomagnifier.inference.references import Reference
from geomagnifier.inference.resume import Journal
from geomagnifier.inference.view_groups import Stopwatch
from geomagnifier.inference.walk import USUAL, WORTH, ScanConfig
from geomagnifier.inference.walk import Progress as Progress
from geomagnifier.language import chinese_text, ordinals, unsupported
from geomagnifier.memory import give_back
from geomagnifier.model_protocol import Model
from geomagnifier.raster import extent
from geomagnifier.raster.aoi import scene_area
from geomagnifier.raster.box_input import scene_box
from geomagnifier.raster.preview import Preview
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.types import (
    Answer,
    Floats,
    GeneratedText,
    Granularity,
    MaskPatch,
    Query,
    Region,
    SceneInfo,
    Trace,
)
from geomagnifier.units import amount
from geomagnifier.variants import Variant

if TYPE_CHECKING:
    from PIL.Image import Image


def ask(
    scene: Scene | str | os.PathLike[str] | NDArray[Any] | Image,
    question: str,
    model: Model | None = None,
    *,
    box: Box | tuple[float, float, float, float] | None = None,
    box_crs: str | None = None,
    aoi: object = None,
    aoi_crs: str | None = None,
    search: str = "adaptive",
    budget: float | str | None = None,
    recall: float | None = None,
    min_score: float | None = None,
    max_memory: float | str | None = None,
    journal: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    refers: Reference | None = None,
    variant: str | None = None,
) -> Answer:
    """Answer a question about a scene.

    Args:
        scene: of `open_scene`; or a path, an array or a PIL image, which is opened for this
            question and closed.
        question: plain words.
        model: of `load_model`; None for the small model, which is loaded once.
        box: what the question is about, scene px (x0, y0, x1, y1); what reaches over the scene's
            edge is cut.
        box_crs: what the box is given in: "px"; a CRS such as "EPSG:4326", the box then being west,
            south, east, north (longitude first); "scene" for the scene's own CRS. None: pixels, but
            refused where the numbers seem to be longitude and latitude.
        aoi: the area of interest that is searched in place of the whole scene: objects with their
            middle in it count, masks and shares are of its pixels. A path of a GeoJSON, GeoPackage,
            Shapefile or FlatGeobuf of polygons; WKT; west, south, east, north; a mapping as of
            GeoJSON; a GeoDataFrame, or a polygon of shapely.
        aoi_crs: what numbers, WKT and shapely's polygons are given in, as `box_crs`; files, GeoJSON
            and GeoDataFrames say it themselves.
        search: "adaptive" (one pass up to about 1 Mpx, else closer looks only where something may
            be), "paper" or "exhaustive"; "random", "grid" and "shrink" for comparison with "paper".
        budget: the most that may be spent: pixels (4e6, "4 Mpx") or time ("20 s"). What it did not
            reach is in `trace.skipped`.
        recall: the share of all objects of a kind that is to be found, 0 to 1, at the price of more
            false ones; None for the balance of both. By a curve measured on validation scenes; that
            of the model does not reach 1.
        min_score: None for the calibrated threshold of each kind; a number returns every candidate
            above it.
        max_memory: the most resident memory of the process, bytes or "1.5 GB"; larger scenes are
            then looked at in smaller views.
        journal: a file that finished windows of a large scene are written to; what is in it already
            is not looked at again.
        progress: called with (windows done, windows known so far); where it returns False the
            search ends, and the answer is of what was seen until then, `stopped` being True.
        refers: regions of an earlier answer that the question chooses among or takes as landmarks;
            `conversation.follow` makes it.
        variant: the form of search="paper", a name of `variants.VARIANTS` or several joined by "+";
            None for the method as it is built.

    Raises:
        QuestionError: a question that is empty, far too long, or in a script the model cannot read.
        BoxError: the box lies outside the scene, has no area, is smaller than a pixel, or may be
            meant in degrees; `aoi` holds no pixel.
        DataCorrupt: the file of `aoi` cannot be read, or holds no polygons.
        OptionError: an unknown search or CRS, a number out of its range, too little memory, or a
            journal of another question.
        SceneError: the picture cannot be opened, or turns out to be damaged or empty.
        OutputError: the journal cannot be written.

    Example:
        >>> import geomagnifier as gm
        >>> gm.ask("harbour.tif", "Segment every ship.").mask.shape  # doctest: +SKIP
        (700, 1000)
    """
    with nullcontext(scene) if isinstance(scene, Scene) else open_scene(scene) as opened:
        query, spent, memory = checked(
            opened.info,
            question,
            box,
            search,
            budget,
            recall,
            min_score,
            max_memory,
            box_crs,
            variant,
            aoi,
            aoi_crs,
        )
        if query.area is not None and refers is not None:
            raise OptionError(
                "a question about earlier regions is about those; give no aoi with it"
            )
        made = _ask(
            opened,
            query,
            model or default_model(),
            search,
            spent,
            memory,
            journal,
            progress,
            refers,
        )
        return in_traditional(made) if chinese_text.traditional(question) else made


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


def checked(
    scene: SceneInfo,
    question: str,
    box: Box | tuple[float, float, float, float] | None = None,
    search: str = "adaptive",
    budget: float | str | None = None,
    recall: float | None = None,
    min_score: float | None = None,
    max_memory: float | str | None = None,
    box_crs: str | None = None,
    variant: str | None = None,
    aoi: object = None,
    aoi_crs: str | None = None,
) -> tuple[Query, tuple[str, float] | None, float | None]:
    """The arguments of `ask`, checked without a model.

    Returns:
        the query, its box cut to the scene; the budget as ("pixels" or "seconds", how many); the
        memory in bytes.

    Raises:
        The errors of `ask`.
    """
    spent = None if budget is None else amount(budget, "pixels", ("pixels", "seconds"))
    memory = None if max_memory is None else amount(max_memory, "bytes", ("bytes",))[1]
    form = Variant.of(variant)
    if variant is not None and search not in CROPPING:
        raise OptionError(f"variant {variant!r} is a form of search='paper'; search is {search!r}")
    limit = _check(scene, box, search, recall, min_score, box_crs)
    if aoi is None and aoi_crs is not None:
        raise OptionError(
            f"aoi_crs {aoi_crs!r} says what an area is given in; give the area, too: aoi"
        )
    if aoi is not None and limit is not None:
        raise OptionError("aoi and box both say what the question is about; give one of them")
    area = None if aoi is None else scene_area(aoi, scene, aoi_crs)
    return Query(question, limit, min_score, recall, form, area=area), spent, memory


def _ask(
    scene: Scene,
    query: Query,
    model: Model,
    search: str,
    spent: tuple[str, float] | None,
    memory: float | None,
    journal: str | os.PathLike[str] | None,
    progress: Progress | None,
    refers: Reference | None,
) -> Answer:
    """`ask` with checked arguments."""
    question, watch = query.text, Stopwatch()
    zh = chinese_text.chinese(question) or chinese_text.ordered(question)
    classes = model.spec.kinds  # a model without a list of classes reads any words
    if similar_pictures.asked(question):
        return _refused(
            scene, query, model, similar_pictures.told(scene.info.name, question), watch
        )
    frame = None
    if (
        query.box is None
        and query.area is None
        and refers is None
        and (colour := drawn_frame.asked(question)) is not None
    ):
        frame = drawn_frame.find(Preview(scene.info, scene.pyramid).view(scene), colour)
        query = query if frame is None else replace(query, box=frame.inside)
    read = composed.understood(question, model.spec, refers is not None) if frame is None else None
    refused = composed.refusal(
        question, model.spec, query.box is not None or refers is not None, refers is not None
    )
    if refused is not None:
        return _refused(scene, query, model, refused, watch)
    probabilities, level, seen = _seen(
        scene,
        query,
        model,
        watch,
        search,
        spent,
        memory,
        journal,
        progress,
        refers=refers,
        read=read,
    )
    claim = (
        unsupported.unchecked(question, classes)
        if classes and read is None and frame is None
        else None
    )
    limit: Box | Area | None = query.area or query.box
    part: coverage.Part = "area" if query.area is not None else limit is not None
    reply, trace = seen.reply, seen.trace
    if trace.broken:
        share = extent.share_of(trace.broken, scene.info.box)
        lost = f"{len(trace.broken)} damaged parts of {scene.info.name} ({share:.1%}) were left out"
        lost = (
            f"{scene.info.name} 有 {len(trace.broken)} 处损坏（{share:.1%}），已略去"
            if zh
            else lost
        )
        warnings.warn(lost, GeomagWarning, stacklevel=3)
    if spent is not None and trace.skipped and not seen.stopped:
        left = (
            f"the budget left {len(trace.skipped)} places unseen that were worth a look; they are"
            " listed as skipped"
        )
        left = (
            f"限额用完，还有 {len(trace.skipped)} 处值得细看的地方没有看；它们列在 skipped 中"
            if zh
            else left
        )
        warnings.warn(left, GeomagWarning, stacklevel=3)
    missed = [*(box for box, _ in trace.skipped), *trace.broken]
    unseen = (
        query.area.share(missed)
        if query.area is not None
        else extent.share_of(missed, query.box or scene.info.box)
    )
    if (untrained := resolution.untrained(scene.info, model.spec, reply.asked, zh)) is not None:
        warnings.warn(untrained, GeomagWarning, stacklevel=3)
    regions: tuple[Region, ...] = ()
    patches: tuple[MaskPatch, ...] | None = None
    rank, count = None, 0
    outcome: Outcome | None = None
    if level is not Granularity.IMAGE:
        with watch.stage("assemble"):
            found: Sequence[Region] = assembly.assemble_regions(
                seen.parts, scene.info, level, limit
            )
        if refers is not None and refers.beside:
            found = references.beside(refers.regions, found, reply.asked)
        elif refers is not None:
            named = reply.asked
            kinds, found = references.among(refers.regions, found, level is Granularity.PIXEL)
            reply = replace(reply, asked=kinds, unknown=False, place=False)
        if read is not None:
            with watch.stage("choose"):
                outcome = composed_answer.outcome(
                    read, found, scene, limit, refers, seen.preview.pixels
                )
            regions, level = composed_answer.shown(read, outcome.regions), read.level
            reply = replace(
                reply, asked=read.kinds or reply.asked, landmarks=(), unknown=False, place=False
            )
        else:
            with watch.stage("choose"):
                words = query.text if refers is None else refers.words
                chosen = model.choose(
                    replace(query, text=_without(claim, words)), scene.info, reply.asked, found
                )
                regions = tuple(found[i] for i in chosen)
                if classes and not unseen and (rank := ordinals.asked(question)) is not None:
                    rank, every = _beyond(rank, reply.asked, found)
                    count, regions = len(every), every if rank is not None else regions
        if (
            read is None and refers is not None and not refers.beside
        ):  # nothing is said of the kinds that were not chosen
            reply = replace(
                reply, asked=tuple(dict.fromkeys(r.label for r in regions)) or named or reply.asked
            )
        with watch.stage("assemble"):
            patches = assembly.assemble_chosen(regions) if level is Granularity.PIXEL else None
    with watch.stage("say"):
        if read is not None and outcome is not None:
            said = composed_answer.said(
                read, outcome, query, model, seen.first, reply, scene.info, regions
            )
        else:
            said = model.say(query, level, seen.first, reply, scene.info, regions)
        if rank is not None:
            phrase = said.phrases.get(regions[0].label, str(count))
            said = replace(said, text=ordinals.fewer(rank, phrase, count, said.language))
            if rank.one:
                regions, patches = (), None if patches is None else ()
        if unseen:
            about_all = (
                level is Granularity.IMAGE
                or reply.named
                or not reply.asked
                or (refers is not None and not refers.beside)
            )
            about_all = about_all if read is None else not p.simple(read.program)
            said = _partly(said, reply.asked, regions, model, 1 - unseen, part, about_all)
        labels, place = reply.labels, "" if frame is None else frame.told(said.language)
        if reply.place:  # a second question about the picture as a whole, in the same breath
            shown = resolution.plan(
                Granularity.IMAGE,
                scene.info,
                model.spec,
                search,
                None if query.area is None else query.area.box,
            )
            glance = resolution.thumbnail(
                seen.preview if query.area is None else scene.read(shown.wide[0]),
                model.spec.image_side,
            )
            whole = model.answer(query, Granularity.IMAGE, [glance])
            labels, place = (
                whole.labels,
                model.say(query, Granularity.IMAGE, glance, whole, scene.info, ()).text,
            )
            side = model.spec.image_side
            trace = replace(
                trace,
                pixels_processed=trace.pixels_processed + side**2,
                flops=trace.flops + whole.flops,
            )
        phrases = {i: said.phrases.get(r.label, "") for i, r in enumerate(regions)}
        if (
            level is Granularity.PIXEL
            and not unseen
            and 0 < len(regions) <= grounded_sentences.MOST
            and grounded_sentences.asked(question)
        ):
            told = grounded_sentences.groups(
                regions,
                scene.info,
                lambda box: scene.read(resolution.window_of(box, 1, "colour")).pixels,
            )
            sentence, each = grounded_sentences.said(told, said, model.spec.chinese)
            missing = tuple(
                kind for kind in reply.asked if all(region.label != kind for region in regions)
            )
            rest = (
                model.say(
                    query, level, seen.first, replace(reply, asked=missing), scene.info, ()
                ).text
                if missing
                else ""
            )
            said = replace(
                said,
                text=("" if said.language == "zh" else " ").join(filter(None, (sentence, rest))),
            )
            phrases = {
                i: phrase for group, phrase in zip(told, each, strict=True) for i in group.members
            }
        if said.language == "zh":
            said = replace(said, text=read_back.as_asked(said.text, question, model.spec))
            phrases = {
                i: read_back.as_asked(phrase, question, model.spec) for i, phrase in phrases.items()
            }
        regions = tuple(replace(r, phrase=phrases[i]) for i, r in enumerate(regions))
    note = (
        claim.note(len(regions))
        if claim is not None and (regions or level is Granularity.IMAGE)
        else ""
    )
    if (
        read is None
        and frame is None
        and classes
        and level is not Granularity.IMAGE
        and reply.asked
        and not reply.unknown
    ):
        note = ("" if said.language == "zh" else " ").join(
            filter(
                None,
                (
                    note,
                    composed.passed_over(
                        question, model.spec, "" if claim is None else claim.words, said
                    ),
                ),
            )
        )
    if read is not None and read.passed:
        note = ("" if said.language == "zh" else " ").join(
            filter(None, (note, composed.unplaced(read.passed)))
        )
    last = [window.core for window in trace.views if window.role == "C2"]
    if (
        last and level is Granularity.PIXEL and not query.variant.coarse
    ):  # the paper's search: what lies beyond was seen, and not outlined
        note = " ".join(
            filter(
                None,
                (note, coverage.outlined(extent.share_of(last, scene.info.box), said.language)),
            )
        )
    if claim is not None and claim.withholds(len(regions)):
        regions, patches = (), None if patches is None else ()
    with watch.stage("assemble"):
        covered = assembly.covered(patches or ())
        faint = (
            0
            < covered
            < assembly.FAINT * (scene.info.pixels if query.area is None else query.area.pixels)
        )
        metres = extent.square_metres(regions, scene.info) if faint else None
        size = assembly.measured(covered, scene.info, metres, said.language, query.area)
        within = (
            ""
            if query.area is None
            else coverage.within(query.area.pixels / scene.info.pixels, said.language)
        )
    text = ("" if said.language == "zh" else " ").join(
        part for part in (place, said.text, size, note, within) if part
    )
    trace = replace(trace, seconds=dict(watch.seconds))
    by_name, preview = {str(g): p for g, p in probabilities.items()}, seen.preview.pixels
    complete = not unseen and not seen.stopped
    made = Answer(
        question,
        text,
        level,
        by_name,
        scene.info,
        trace,
        preview,
        Labels(labels),
        regions,
        patches,
        complete,
        seen.stopped,
    )
    if (
        read is None or outcome is None
    ):  # "no" may change with what was not looked at, and either with words that nothing checks
        return replace(made, value=None if note or (unseen and said.value is False) else said.value)
    value = None if unseen and composed_answer.uncertain(read, outcome) else outcome.value
    return replace(
        made, value=value, unit=outcome.unit, understood=composed_answer.read_as(read, model.spec)
    )


def _beyond(
    rank: ordinals.OrdinalQuestion, asked: Sequence[str], found: Sequence[Region]
) -> tuple[ordinals.OrdinalQuestion | None, tuple[Region, ...]]:
    """The rank or number that a question asks for with all regions of its class, where they are fewer than that; else None and none."""
    every = tuple(region for region in found if region.label in asked)
    return (rank, every) if len(asked) == 1 and 0 < len(every) < rank.number else (None, ())


def _partly(
    said: GeneratedText,
    asked: Sequence[str],
    regions: Sequence[Region],
    model: Model,
    share: float,
    box: coverage.Part,
    about_all: bool,
) -> GeneratedText:
    """What a model says of a scene, or of a box, where only a share of it was looked at.

    about_all: not of what was found in that part.
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


def _without(claim: unsupported.Unchecked | None, words: str) -> str:
    """A question without the property of its objects that nothing checks.

    It must not choose among them.
    """
    if claim is None or not claim.narrows:
        return words
    at = words.lower().find(claim.words)
    return (
        words
        if at < 0
        else " ".join(f"{words[:at]} {words[at + len(claim.words) :]}".split()) or words
    )


def _refused(scene: Scene, query: Query, model: Model, text: str, watch: Stopwatch) -> Answer:
    """The answer to what cannot be answered: why, and what to ask instead.

    Nothing is looked at but the preview, where that is cheap.
    """
    with watch.stage("question"):
        try:
            probabilities = model.granularity(query)
        except QuestionUnreadable:  # the words of the refusal were understood all the same
            probabilities = {g: float(g is Granularity.REGION) for g in Granularity}
    level = max(probabilities, key=lambda g: probabilities[g])
    with watch.stage("read"):
        preview = Preview(scene.info, scene.pyramid).cheap(scene)
    trace = Trace(scene.info.pixels, 0, 0.0, dict(watch.seconds))
    return Answer(
        query.text,
        text,
        level,
        {str(g): p for g, p in probabilities.items()},
        scene.info,
        trace,
        preview.pixels,
    )


def look_at_share(
    scene: Scene,
    question: str,
    model: Model,
    journal: str | os.PathLike[str],
    share: tuple[int, int],
    *,
    search: str = "adaptive",
    recall: float | None = None,
    min_score: float | None = None,
    progress: Progress | None = None,
) -> bool:
    """Look at a share of a large scene's windows, and leave what was seen in a journal.

    `ask` with that journal is then quick.

    n processes that begin with equal journals look at one round of the search together. Their
    journals are made one (`io.journal.join`), and they go on with the next round until nothing is
    left; then `ask` gives the answer that one process would.

    Args:
        scene: of `open_scene`.
        question: plain words.
        model: of `load_model`.
        journal: of this process; what is in it is not looked at again.
        share: (k, n), 0 <= k < n: which of the n this process is.
        search: as of `ask`.
        recall: as of `ask`.
        min_score: as of `ask`.
        progress: as of `ask`.

    Returns:
        whether nothing is left to be looked at.

    Raises:
        The errors of `ask`.
    """
    query = Query(question, _check(scene.info, None, search, recall, min_score), min_score, recall)
    read = composed.understood(question, model.spec)
    *_, seen = _seen(
        scene, query, model, Stopwatch(), search, None, None, journal, progress, share, read=read
    )
    return not seen.stopped


def _seen(
    scene: Scene,
    query: Query,
    model: Model,
    watch: Stopwatch,
    search: str,
    spent: tuple[str, float] | None,
    memory: float | None,
    journal: str | os.PathLike[str] | None,
    progress: Progress | None,
    share: tuple[int, int] = (0, 1),
    refers: Reference | None = None,
    read: composed.Understood | None = None,
) -> tuple[Mapping[Granularity, float], Granularity, scan.ScanResult]:
    """How closely the question looks, and what is seen of the scene.

    The arguments are those of `ask`, checked.
    """
    worth = search_worth(model, query.recall)
    with watch.stage("question"):
        if read is None:
            probabilities = model.granularity(query)
        else:
            probabilities = {g: float(g is read.level) for g in Granularity}
            query = composed_answer.plainly(query, read, refers)
    level = max(probabilities, key=lambda g: probabilities[g]) if read is None else read.looked
    if level is Granularity.IMAGE and (query.box is not None or refers is not None):
        level = Granularity.REGION  # a box is about a part of the scene, and so are earlier regions
    settled = refers is not None and refers.settled(level is Granularity.PIXEL)
    plain = (
        refers is not None and refers.beside and refers.bare
    )  # all kinds: nothing is enlarged for the smallest of them
    wanted = ScanConfig(
        search, worth, spent, memory, None, progress, share, settled, enlarge=not plain
    )
    kept = None
    if journal is not None:
        info, spec = scene.info, model.spec
        asked = {
            "question": query.text,
            "box": query.box and query.box.tuple(),
            "search": search,
            "min_score": query.min_score,
        }
        asked |= {"variant": query.variant.name} | (
            {} if query.area is None else {"area": query.area.key}
        )
        of = {
            "scene": [info.name, info.width, info.height, list(info.rgb)],
            "memory": memory,
            "model": [spec.name, spec.version, spec.parameters],
        }
        kept = Journal(Path(journal), asked | {"recall": query.recall} | of)
    try:
        return (
            probabilities,
            level,
            scan.scan_scene(scene, query, level, model, replace(wanted, journal=kept), watch),
        )
    finally:
        if kept is not None:
            kept.close()
        if memory is not None:  # what is left of the search is no part of what is written next
            model.remember(None)
            give_back()


def search_worth(model: Model, recall: float | None) -> float:
    """The heat from which a spot is opened, for a share of the objects that must be found.

    None: `USUAL`.

    Raises:
        OptionError: the model has no curve, or it does not reach so far.
    """
    curve = model.spec.recall
    if not curve and recall is None:
        return WORTH
    for share, heat in curve:  # rising shares, falling heats
        if share >= (USUAL if recall is None else recall):
            return heat
    if recall is None:
        return curve[-1][1]
    best = f"promises at most {curve[-1][0]:.3g}" if curve else "has no measured curve of recall"
    raise OptionError(
        f"the model {best}; ask for less, or use search='exhaustive' with a low min_score to see"
        " everything"
    )


def _check(
    scene: SceneInfo,
    box: Box | tuple[float, float, float, float] | None,
    policy: str,
    recall: float | None,
    min_score: float | None,
    box_crs: str | None = None,
) -> Box | None:
    """The arguments of `ask` beside the question, checked; the box cut to the scene."""
    if policy not in POLICIES:
        raise OptionError(f"search {policy!r} is not known; choose one of {', '.join(POLICIES)}")
    if recall is not None and not 0 < recall < 1:
        raise OptionError(f"recall is a share between 0 and 1, such as 0.95, not {recall}")
    if recall is not None and min_score is not None:
        raise OptionError("recall and min_score both set the least score; give one of them")
    if min_score is not None and not 0 <= min_score <= 1:
        raise OptionError(f"min_score lies between 0 and 1, not {min_score}")
    if box is None and box_crs is not None:
        raise OptionError(f"box_crs {box_crs!r} says what a box is given in; give the box, too")
    return None if box is None else scene_box(box, scene, box_crs)


def embed(item: Scene | str, model: Model) -> Floats:
    """A picture or a sentence as a vector.

    Both share one space, so their dot product is their likeness.

    Args:
        item: a scene, or plain words.
        model: of `load_model`.

    Returns:
        (D,) float32, unit length.

    Raises:
        QuestionError: the words are empty, too many, or in a script the model cannot read.
    """
    if isinstance(item, str):
        if not item or item.isspace():
            raise QuestionEmpty("there are no words to embed")
        return model.embed(Query(item).text)
    window = resolution.plan(Granularity.IMAGE, item.info, model.spec, "adaptive").wide[0]
    return model.embed(resolution.thumbnail(item.read(window), model.spec.image_side))

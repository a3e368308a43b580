"""ask(): the one place that knows the order of the stages.

    question -> granularity -> plan -> (views -> relevance map -> crops) -> window results
    -> regions -> mask and sentence
    composed question -> program -> plan -> ... -> regions -> the program is run over them
    -> value, mask and sentence

The mask is the union of the regions' masks, the sentence counts the regions, and the answer says
what was not searched.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from geomagnifier import composed
from geomagnifier.answer_notes import (
    beyond,
    boxes_alone,
    in_traditional,
    partly_seen,
    refused_answer,
    without_claim,
)
from geomagnifier.area_of_interest import Area
from geomagnifier.ask_arguments import checked
from geomagnifier.composed import composed_answer, grounded_sentences, read_back
from geomagnifier.composed import program as p
from geomagnifier.composed.ground import Outcome
from geomagnifier.default_model import default_model
from geomagnifier.detections import Labels
from geomagnifier.errors import GeomagWarning, OptionError, QuestionEmpty
from geomagnifier.geometry import Box
from geomagnifier.inference import (
    answer_mask,
    coverage,
    drawn_frame,
    references,
    resolution,
    similar_pictures,
)
from geomagnifier.inference import merge as assembly
from geomagnifier.inference.references import Reference
from geomagnifier.inference.scan_state import Found, Progress
from geomagnifier.inference.usual_sizes import without_short
from geomagnifier.inference.view_groups import Stopwatch
from geomagnifier.language import chinese_text, ordinals, rewording, unsupported
from geomagnifier.masks import MaskPatch
from geomagnifier.model_protocol import Model
from geomagnifier.raster import extent
from geomagnifier.raster.preview import Preview
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.results import Answer, Region
from geomagnifier.scene_search import search_scene
from geomagnifier.translation import use_language
from geomagnifier.types import Floats, Granularity, Query

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
    found: Found | None = None,
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
        found: called with the regions of each window of the search as soon as it is answered. They
            are not final: those of several windows are joined, and the question may choose among
            them.
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
    with (
        use_language(chinese_text.message_language(question), over=False),
        nullcontext(scene) if isinstance(scene, Scene) else open_scene(scene) as opened,
    ):
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
        model = model or default_model()
        plain = query.text
        if model.spec.kinds and query.box is None and query.area is None and refers is None:
            plain = rewording.plain(query.text, model.spec.kinds)
        made = _ask(
            opened,
            replace(query, text=plain),
            model,
            search,
            spent,
            memory,
            journal,
            progress,
            found,
            refers,
        )
        if plain != query.text:
            made = replace(made, question=query.text)
        return in_traditional(made) if chinese_text.traditional(question) else made


def _ask(
    scene: Scene,
    query: Query,
    model: Model,
    search: str,
    spent: tuple[str, float] | None,
    memory: float | None,
    journal: str | os.PathLike[str] | None,
    progress: Progress | None,
    early: Found | None,
    refers: Reference | None,
) -> Answer:
    """`ask` with checked arguments."""
    question, watch = query.text, Stopwatch()
    zh = chinese_text.chinese(question) or chinese_text.ordered(question)
    classes = model.spec.kinds  # a model without a list of classes reads any words
    if similar_pictures.asked(question):
        return refused_answer(
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
        return refused_answer(scene, query, model, refused, watch)
    probabilities, level, seen = search_scene(
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
        found=early if refers is None else None,
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
        lost = f"{len(trace.broken)} damaged parts of {scene.info.name} ({share:.1%}) were skipped"
        lost = (
            f"{scene.info.name} 有 {len(trace.broken)} 处损坏（{share:.1%}），已跳过"
            if zh
            else lost
        )
        warnings.warn(lost, GeomagWarning, stacklevel=3)
    if spent is not None and trace.skipped and not seen.stopped:
        left = f"the budget ran out; windows worth reading that were skipped: {len(trace.skipped)}"
        left = f"限额用完；值得读取而被跳过的窗口：{len(trace.skipped)} 个" if zh else left
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
            if query.min_score is None and query.recall is None:
                found = without_short(found, model.spec.alike)
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
                    replace(query, text=without_claim(claim, words)), scene.info, reply.asked, found
                )
                regions = tuple(found[i] for i in chosen)
                if classes and not unseen and (rank := ordinals.asked(question)) is not None:
                    rank, every = beyond(rank, reply.asked, found)
                    count, regions = len(every), every if rank is not None else regions
        if (
            read is None and refers is not None and not refers.beside
        ):  # nothing is said of the kinds that were not chosen
            reply = replace(
                reply, asked=tuple(dict.fromkeys(r.label for r in regions)) or named or reply.asked
            )
        with watch.stage("assemble"):
            patches = answer_mask.assemble_chosen(regions) if level is Granularity.PIXEL else None
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
            said = partly_seen(said, reply.asked, regions, model, 1 - unseen, part, about_all)
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
    if claim is not None and regions:
        said = replace(said, text=claim.unconfirmed(said.text))
    if (
        read is None
        and frame is None
        and classes
        and level is not Granularity.IMAGE
        and reply.asked
    ):
        unread = composed.passed_over(
            question, model.spec, "" if claim is None else claim.words, said
        )
        if unread and said.language == "zh":
            return refused_answer(scene, query, model, unread, watch)
        sizeless = composed.sizeless(question, model.spec, said)
        note = " ".join(filter(None, (note, unread, sizeless)))
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
    if refers is None and (level is Granularity.PIXEL or (outcome and outcome.unit is not None)):
        shown_ones = outcome.regions if outcome else regions
        note = boxes_alone(note, shown_ones, model.spec.chinese, said.language)
    if claim is not None and claim.withholds(len(regions)):
        regions, patches = (), None if patches is None else ()
    with watch.stage("assemble"):
        covered = answer_mask.covered(patches or ())
        faint = (
            0
            < covered
            < answer_mask.FAINT * (scene.info.pixels if query.area is None else query.area.pixels)
        )
        metres = extent.square_metres(regions, scene.info) if faint else None
        size = answer_mask.measured(covered, scene.info, metres, said.language, query.area)
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

"""Choose each kind's thresholds on validation pictures: from when it counts as there, as an object, as mask; and make scores probabilities.

The image side is computed once a picture; every kind is then asked for in held-out words, and the maps behind the answer are
collected once. All thresholds come out of these numbers, without asking again. The maps from scores to probabilities are fitted to what is
found over all levels of the pyramid, as answers are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from geomagnifier import resolution
from geomagnifier.answer import assemble_regions, part_of
from geomagnifier.data import questions
from geomagnifier.data.dubai import COVER, NOTHING, dubai, read_cover
from geomagnifier.data.vhr10 import vhr10
from geomagnifier.eval.boxes import Size, run_lengths
from geomagnifier.eval.iou import intersection_over_union
from geomagnifier.eval.pictures import evenly
from geomagnifier.geometry import overlap
from geomagnifier.io.scene import Scene, open_scene
from geomagnifier.masks import decode, resize
from geomagnifier.model.cells import crop
from geomagnifier.model.pixel_decoder import MASK_STRIDE
from geomagnifier.model.pointing import Read
from geomagnifier.model.small import Calibration, SmallModel
from geomagnifier.train import unknown
from geomagnifier.train.reliability import Knots, fit_objects, fit_temperature, scene_logits, wider_names
from geomagnifier.values import LEVEL, Bools, Cover, Floats, Granularity, Query, Region, SceneInfo, View, ViewReply

STEPS = np.arange(1, 1000) / 1000
"""Thresholds that are tried for presence and score."""
MASKS = (0.3, 0.4, 0.5, 0.6, 0.7)
"""Thresholds that are tried for masks."""
EMPTY, WORTH = 0.97, 0.03
"""At least this share of absent ones is left empty, where that costs less than this share of present ones."""
LOWEST = 0.01
"""Least score of a candidate."""
MATCH = 0.5
"""IoU from which a found box is the labelled one."""
FEWEST = 8
"""Pictures with and pictures without a kind that a choice of its presence threshold needs: three of
Dubai's pictures are free of water, and on one set of weights they alone moved its threshold to 0.97."""
ENOUGH, KNOWN = 0.005, 0.9
"""Land cover is there from this share of the picture; it is absent where this share is labelled and none of it is of the kind."""


@dataclass
class Evidence:
    """What was seen of one kind. presence: (probability, is it there).  objects: (raw score, is it right, presence of its picture).

    labelled: objects to be found.  masks: IoU at each of `MASKS`, a row for each picture where the kind is there.
    """

    presence: list[tuple[float, bool]] = field(default_factory=list)
    objects: list[tuple[float, bool, float]] = field(default_factory=list)
    labelled: int = 0
    masks: list[list[float]] = field(default_factory=list)


class Chosen(NamedTuple):
    """Fields of the card. reliability: of `model.reliability.Reliability`.  in_box: weights of `model.in_box.known`.

    calibration: fields of `model.small.Calibration` by kind; a threshold without examples to choose it by keeps its default.
    """

    calibration: dict[str, dict[str, float]]
    reliability: dict[str, Any]
    in_box: list[float]


def calibrate(model: SmallModel, root: Path, limit: int | None = None, progress: Callable[[int, int], None] | None = None) -> Chosen:
    """All that is chosen on validation pictures: of objects on VHR-10's, of land cover on Dubai's, of scenes on those of three sets.

    Args:
        model: trained; what it was calibrated to before does not matter.
        root: folder of the data sets.
        limit: pictures of each set, for a quick look.
        progress: called with (pictures done, pictures in all) of VHR-10 and Dubai, which take nearly all of the time.
    """
    evidence = gather(model, root, limit, progress)
    thresholds = {kind: chosen(seen) for kind, seen in evidence.items()}
    return Chosen(
        {kind: asdict(values) for kind, values in thresholds.items()},
        {
            "temperature": fit_temperature(*scene_logits(model, root, limit), wider_names(model)),
            "objects": maps(model, root, thresholds, limit),
        },
        unknown.fit(*unknown.gather(model, root, limit)),
    )


def maps(model: SmallModel, root: Path, thresholds: Mapping[str, Calibration], limit: int | None = None) -> Knots:
    """The maps from scores to probabilities, by what is found over all levels of the pyramid on VHR-10's validation pictures.

    Args:
        model: whose scores they are; what they were mapped to before does not matter.
        root: folder of the data sets.
        thresholds: of each kind, which say what an ordinary question is answered with.
        limit: pictures, for a quick look.
    """
    raw: list[float] = []
    right: list[bool] = []
    kinds: list[str] = []
    answered: list[bool] = []
    for sample in evenly(vhr10(root, "val"), limit):
        with open_scene(sample.path) as scene:
            whole = _whole(model, scene)
            shrunk = [resolution.window_of(scene.info.box, shrink, LEVEL) for shrink in resolution.LEVELS]
            levels = [scene.read(w) for w in shrunk if min(w.width, w.height) >= resolution.SMALLEST_LEVEL]
        for kind in sample.kinds:
            every, plain = _over_levels(model, [whole, *levels], kind, sample.path, scene.info, thresholds[kind])
            truth = np.array([o.box for o in sample.objects if o.kind == kind], np.float32).reshape(-1, 4)
            scores = np.array([r.score for r in every], np.float32)
            right += matched(np.array([r.box for r in every], np.float32).reshape(-1, 4), scores, truth).tolist()
            raw += np.atleast_1d(model.reliability.raw(kind, scores)).tolist()
            kinds += [kind] * len(every)
            answered += [r.box in plain for r in every]
    return fit_objects(np.array(raw, np.float32), np.array(right, bool), kinds, np.array(answered, bool)) if raw else {}


def _over_levels(
    model: SmallModel, views: Sequence[View], kind: str, path: Path, scene: SceneInfo, chosen: Calibration
) -> tuple[Sequence[Region], set[tuple[float, float, float, float]]]:
    """All candidates of a kind in the views of one picture, joined; and the boxes that an ordinary question is answered with."""
    text = _text(kind, path)
    every, plain = [], []
    with model._running():
        seg = model._point(Query(text), Read((kind,)), Granularity.REGION, model.views.see(views[0]).memory)
        for view in views:
            seen = model.views.see(view)
            decoded, gate = model._decode(seg, seen)
            presence = float(gate[0])
            found = model._objects(kind, decoded, 0, presence, LOWEST, seen, view, Granularity.REGION)
            least = float(model.reliability.probability(kind, chosen.score))
            passed = [f for f in found if f.score >= least and presence >= chosen.presence]
            every.append(part_of(view.window, ViewReply(tuple(found)), scene, Granularity.REGION, calibrated=False))
            plain.append(part_of(view.window, ViewReply(tuple(passed)), scene, Granularity.REGION, calibrated=False))
    boxes = {r.box for r in assemble_regions(plain, scene, Granularity.REGION)}
    return assemble_regions(every, scene, Granularity.REGION), boxes


def _text(kind: str, path: Path) -> str:
    """A question about a kind, in words that the picture's name chooses."""
    rng = np.random.default_rng(crc32(f"{path.name} {kind} calibrate".encode()))
    return questions.about(rng, kind, Granularity.PIXEL, "val", refer=0.0).text


def gather(
    model: SmallModel, root: Path, limit: int | None = None, progress: Callable[[int, int], None] | None = None
) -> dict[str, Evidence]:
    """What is seen of each kind before any threshold; arguments as of `calibrate`."""
    evidence = {kind: Evidence() for kind in model.kinds}
    objects, covers = evenly(vhr10(root, "val"), limit), evenly(dubai(root, "val"), limit)
    done, total = 0, len(objects) + len(covers)
    for sample in objects:
        with open_scene(sample.path) as scene:
            size = Size(scene.info.height, scene.info.width)
            view = _whole(model, scene)
            for kind in sample.kinds:
                own = [o for o in sample.objects if o.kind == kind]
                mask = decode(run_lengths([ring for o in own for ring in o.polygons], size)) if own else None
                boxes = np.array([o.box for o in own], np.float32).reshape(-1, 4)
                look(model, view, kind, sample.path, evidence[kind], bool(own), boxes, mask)
        done += 1
        if progress is not None:
            progress(done, total)
    for sample_of_cover in covers:
        labels = read_cover(sample_of_cover.cover)
        with open_scene(sample_of_cover.path) as scene:
            view = _whole(model, scene)
            for number, kind in enumerate(COVER):
                share, known = float((labels == number).mean()), float((labels != NOTHING).mean())
                there = True if share > ENOUGH else False if share == 0 and known > KNOWN else None
                look(model, view, kind, sample_of_cover.path, evidence[kind], there, None, labels == number, labels != NOTHING)
        done += 1
        if progress is not None:
            progress(done, total)
    return evidence


def _whole(model: SmallModel, scene: Scene) -> View:
    """The whole picture as the pipeline reads it first."""
    fitting = max(1.0, (scene.info.pixels / model.spec.view_pixels) ** 0.5)
    return scene.read(resolution.window_of(scene.info.box, fitting, "wide"))


def look(
    model: SmallModel,
    view: View,
    kind: str,
    path: Path,
    evidence: Evidence,
    there: bool | None,
    boxes: Floats | None,
    mask: Bools | None,
    known: Bools | None = None,
) -> None:
    """Ask for one kind in one view and note what came of it.

    Args:
        model: its maps are read before any threshold.
        view: the whole picture.
        kind: asked for.
        path: of the picture; chooses the words.
        evidence: gets the notes.
        there: whether the kind is in the picture; None where the labels cannot tell.
        boxes: (N, 4) labelled objects, scene px; None for land cover.
        mask: (H, W) at scene size; read where the kind is there.
        known: (H, W), False where unlabelled; None where all is labelled.
    """
    text = _text(kind, path)
    with model._running():
        seen = model.views.see(view)
        seg = model._point(Query(text), Read((kind,)), Granularity.PIXEL, seen.memory)
        maps, gate = model._decode(seg, seen)
        presence = float(gate[0])
        if there is not None:
            evidence.presence.append((presence, there))
        if boxes is not None:
            found = model._objects(kind, maps, 0, presence, 0.0, seen, view, Granularity.REGION)
            placed = view.window.placement.to_scene(np.array([f.view_box for f in found], np.float32))
            scores = model.reliability.raw(kind, np.array([f.score for f in found], np.float32))
            right = matched(placed, scores, boxes)
            evidence.objects += [(float(s), bool(hit), presence) for s, hit in zip(scores, right, strict=True)]
            evidence.labelled += len(boxes)
        if there and mask is not None:
            probability = crop(maps.mask[0, 0].float().sigmoid(), view)
            reply = ViewReply(covers=(Cover(kind, 1.0, probability, 0.5, False),), stride=MASK_STRIDE)
            info = SceneInfo(path.name, mask.shape[1], mask.shape[0], 3)
            patch = part_of(view.window, reply, info, Granularity.PIXEL).layers[0].patch
            full = resize(patch.probability, patch.placement, view.window.box)
            inside = np.ones_like(mask) if known is None else known
            evidence.masks.append([intersection_over_union((full >= t) & inside, mask & inside) for t in MASKS])


def matched(boxes: Floats, scores: Floats, truth: Floats) -> Bools:
    """Which boxes are right: best score first, each labelled object once, at IoU 0.5.

    Args:
        boxes: (N, 4) px.
        scores: (N,).
        truth: (M, 4) px.

    Returns:
        (N,) bool.
    """
    right = np.zeros(len(boxes), bool)
    if not len(boxes) or not len(truth):
        return right
    alike = overlap(boxes, truth)
    for i in np.argsort(-scores, kind="stable"):
        best = int(alike[i].argmax())
        if alike[i, best] >= MATCH:
            right[i] = True
            alike[:, best] = -1
    return right


def chosen(seen: Evidence) -> Calibration:
    """The thresholds that suit the evidence best."""
    presence = presence_threshold(seen.presence)
    score = score_threshold([(s, hit) for s, hit, p in seen.objects if p >= presence], seen.labelled)  # behind a closed gate none is asked
    mask = Calibration.mask
    if seen.masks:
        means = np.mean(seen.masks, 0)
        mask = max(MASKS, key=lambda t: (round(float(means[MASKS.index(t)]), 6), -abs(t - Calibration.mask)))
    return Calibration(presence, score, mask)


def presence_threshold(seen: list[tuple[float, bool]]) -> float:
    """The best mean of "present ones kept" and "absent ones emptied"; one that empties 97 % of the absent where it costs little.

    With fewer than eight examples of either sort the default stays.

    Args:
        seen: (probability, is it there).
    """
    there = np.array([p for p, truth in seen if truth])
    absent = np.array([p for p, truth in seen if not truth])
    if len(there) < FEWEST or len(absent) < FEWEST:
        return Calibration.presence
    kept = (there[None] >= STEPS[:, None]).mean(1)
    emptied = (absent[None] < STEPS[:, None]).mean(1)
    balanced = (kept + emptied) / 2
    best = middle(balanced)
    quiet = np.where(emptied >= EMPTY, balanced, -1.0)
    if quiet.max() >= 0:
        other = middle(quiet)
        if kept[other] > kept[best] - WORTH:
            best = other
    return round(float(STEPS[best]), 3)


def score_threshold(seen: list[tuple[float, bool]], labelled: int) -> float:
    """The score of best F1.

    Args:
        seen: (score, is it right) of each candidate.
        labelled: objects to be found.
    """
    if not labelled or not any(hit for _, hit in seen):
        return Calibration.score
    scores, right = np.array([s for s, _ in seen]), np.array([hit for _, hit in seen])
    taken = scores[None] >= STEPS[:, None]
    f1 = 2 * (taken & right).sum(1) / (taken.sum(1) + labelled)
    return round(float(STEPS[middle(f1)]), 3)


def middle(values: NDArray[np.float64]) -> int:
    """Index of the highest value; of equals that lie side by side the one in the middle of the longest row, away from both edges."""
    best = np.flatnonzero(values >= values.max() - 1e-9)
    rows = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    longest = max(rows, key=len)
    return int(longest[len(longest) // 2])

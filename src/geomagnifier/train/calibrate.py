"""Choose each kind's thresholds on validation pictures: from when it counts as there, as an object, as mask; and make scores probabilities.

The image side is computed once a view; every kind is then asked for in held-out words, and the maps behind the answer are collected once.
All thresholds come out of these numbers, without asking again. Pictures are those of NWPU VHR-10, Dubai and the sets of other cameras
(`train/kept_aside.py`); objects are what is found over all levels of the pyramid, as answers are made. Of a kind that several sets show
each set has the same say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from geomagnifier import resolution
from geomagnifier.answer import SAME, part_of
from geomagnifier.data import questions
from geomagnifier.eval.boxes import Size
from geomagnifier.eval.iou import intersection_over_union
from geomagnifier.geometry import overlap, suppress_many
from geomagnifier.io.scene import Scene, open_scene
from geomagnifier.masks import resize
from geomagnifier.model.calibration import Calibration
from geomagnifier.model.cells import crop
from geomagnifier.model.pixel_decoder import MASK_STRIDE
from geomagnifier.model.pointing import Read
from geomagnifier.model.small import SmallModel
from geomagnifier.train import unknown
from geomagnifier.train.camera_figures import as_compared
from geomagnifier.train.kept_aside import Ask, kept_aside
from geomagnifier.train.reliability import fit_objects, fit_temperature, scene_logits, wider_names
from geomagnifier.values import LEVEL, Bools, Cover, Floats, Granularity, Query, SceneInfo, View, ViewReply

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
GIVEN = 0.01
"""F1 on sets that are labelled whole that may be given for more of it on the others."""
ENOUGH = 0.005
"""Land cover is there from this share of the picture."""


@dataclass
class Evidence:
    """What was seen of one kind. presence: (probability, is it there).  objects: (raw score, is it right, presence of its view).

    labelled: objects to be found.  masks: IoU at each of `MASKS`, a row for each picture where the kind is there.
    complete: all objects of the pictures are labelled.
    """

    presence: list[tuple[float, bool]] = field(default_factory=list)
    objects: list[tuple[float, bool, float]] = field(default_factory=list)
    labelled: int = 0
    masks: list[list[float]] = field(default_factory=list)
    complete: bool = True


class Chosen(NamedTuple):
    """Fields of the card. reliability: of `model.reliability.Reliability`.  in_box: weights of `model.in_box.known`.

    calibration: fields of `model.small.Calibration` by kind; a threshold without examples to choose it by keeps its default.
    quality: of `ModelSpec`, by kind.
    """

    calibration: dict[str, dict[str, float]]
    reliability: dict[str, Any]
    in_box: list[float]
    quality: dict[str, float]


def calibrate(
    model: SmallModel,
    root: Path,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    temperature: float | None = None,
) -> Chosen:
    """All that is chosen on validation pictures: of things on VHR-10's, Dubai's and other cameras', of scenes on those of three sets.

    Args:
        model: trained; what it was calibrated to before does not matter.
        root: folder of the data sets.
        limit: pictures of each set, for a quick look.
        progress: called with (pictures done, pictures in all) of those with objects or land cover, which take most of the time.
        temperature: of scenes, where it is known; None to fit it.
    """
    evidence = gather(model, root, limit, progress)
    thresholds = {kind: chosen(*of.values()) for kind, of in evidence.items()}
    every = [(kind, *o) for kind, of in evidence.items() for seen in told(of.values()) for o in seen.objects]
    raw, right = np.array([o[1] for o in every], np.float32), np.array([o[2] for o in every], bool)
    answered = np.array([o[1] >= thresholds[o[0]].score and o[3] >= thresholds[o[0]].presence for o in every], bool)
    return Chosen(
        {kind: asdict(values) for kind, values in thresholds.items()},
        {
            "temperature": temperature or fit_temperature(*scene_logits(model, root, limit), wider_names(model)),
            "objects": fit_objects(raw, right, [o[0] for o in every], answered) if every else {},
        },
        unknown.fit(*unknown.gather(model, root, limit)),
        {kind: figure for kind, of in evidence.items() if (figure := quality(list(of.values()), thresholds[kind])) is not None},
    )


def _text(kind: str, name: str) -> str:
    """A question about a kind, in words that the picture's name chooses."""
    rng = np.random.default_rng(crc32(f"{name} {kind} calibrate".encode()))
    return questions.about(rng, kind, Granularity.PIXEL, "val", refer=0.0).text


def gather(
    model: SmallModel, root: Path, limit: int | None = None, progress: Callable[[int, int], None] | None = None
) -> dict[str, dict[str, Evidence]]:
    """What is seen of each kind before any threshold, by set; arguments as of `calibrate`."""
    evidence: dict[str, dict[str, Evidence]] = {kind: defaultdict(Evidence) for kind in model.kinds}
    pictures = kept_aside(root, limit)
    for done, picture in enumerate(pictures, 1):
        with open_scene(picture.source) as scene:
            views = pyramid(model, scene)
            for ask in picture.asks(Size(scene.info.height, scene.info.width)):
                if ask.kind in evidence:
                    look(model, views, picture.name, scene.info, ask, evidence[ask.kind][picture.of])
        if progress is not None:
            progress(done, len(pictures))
    return evidence


def pyramid(model: SmallModel, scene: Scene) -> list[View]:
    """The whole picture as the pipeline reads it first, and the levels of its pyramid."""
    fitting = max(1.0, (scene.info.pixels / model.spec.view_pixels) ** 0.5)
    levels = [resolution.window_of(scene.info.box, shrink, LEVEL) for shrink in resolution.LEVELS]
    windows = [w for w in levels if min(w.width, w.height) >= resolution.SMALLEST_LEVEL]
    return [scene.read(w) for w in (resolution.window_of(scene.info.box, fitting, "wide"), *windows)]


def look(model: SmallModel, views: Sequence[View], name: str, scene: SceneInfo, ask: Ask, evidence: Evidence) -> None:
    """Ask for one kind in one picture and note what came of it.

    Args:
        model: its maps are read before any threshold.
        views: of `pyramid`.
        name: of the picture; chooses the words.
        scene: what is known of the picture.
        ask: the kind, and what is labelled.
        evidence: gets the notes.
    """
    kind = ask.kind
    evidence.complete = ask.complete
    boxes, scores, presences = [np.zeros((0, 4), np.float32)], [np.zeros(0, np.float32)], [np.zeros(0, np.float32)]
    with model._running():
        seg = model._point(Query(_text(kind, name)), Read((kind,)), Granularity.PIXEL, model.views.see(views[0]).memory)
        for number, view in enumerate(views if ask.boxes is not None else views[:1]):
            seen = model.views.see(view)
            maps, gate = model._decode(seg, seen)
            presence = float(gate[0])
            if number == 0 and ask.there is not None:
                evidence.presence.append((presence, ask.there))
            if ask.boxes is not None:
                found = model._objects(kind, maps, 0, presence, 0.0, seen, view, Granularity.REGION)
                placed = view.window.placement.to_scene(np.array([f.view_box for f in found], np.float32).reshape(-1, 4))
                boxes.append(np.asarray(placed, np.float32))
                scores.append(model.reliability.raw(kind, np.array([f.score for f in found], np.float32)))
                presences.append(np.full(len(found), presence, np.float32))
            if number == 0 and ask.there and ask.mask is not None:
                evidence.masks.append(_overlaps(kind, crop(maps.mask[0, 0].float().sigmoid(), view), view, scene, ask))
    if ask.boxes is None:
        return
    where, raw, there = np.concatenate(boxes), np.concatenate(scores), np.concatenate(presences)
    kept = np.array(suppress_many(where, raw, SAME, over="smaller"), int)
    kept = kept[raw[kept] >= LOWEST]
    mine, truth = (as_compared(which, ask.nominal) for which in (where[kept], ask.boxes))
    right = matched(mine, raw[kept], truth)
    judged = right if not ask.complete else np.ones(len(kept), bool)
    if not ask.complete and len(truth):  # elsewhere there may be objects that nobody labelled
        judged = right | (overlap(mine, truth) > 0).any(1)
    evidence.objects += [(float(raw[i]), bool(hit), float(there[i])) for i, hit, of in zip(kept, right, judged, strict=True) if of]
    evidence.labelled += len(truth)


def _overlaps(kind: str, probability: Floats, view: View, scene: SceneInfo, ask: Ask) -> list[float]:
    """IoU of a class mask (cells of a view) with the labelled one at each of `MASKS`."""
    assert ask.mask is not None
    reply = ViewReply(covers=(Cover(kind, 1.0, probability, 0.5, False),), stride=MASK_STRIDE)
    patch = part_of(view.window, reply, scene, Granularity.PIXEL).layers[0].patch
    full, mask = resize(patch.probability, patch.placement, view.window.box), ask.mask
    inside = np.ones_like(mask) if ask.known is None else ask.known
    return [intersection_over_union((full >= t) & inside, mask & inside) for t in MASKS]


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


def told(seen: Iterable[Evidence]) -> list[Evidence]:
    """What objects' quality and probability are judged by: sets that label all of them; where there is none, the others."""
    labelled = [one for one in seen if one.labelled]
    return [one for one in labelled if one.complete] or labelled


def chosen(*seen: Evidence) -> Calibration:
    """The thresholds that suit the evidence best, each set of pictures having the same say.

    Sets whose labels are not complete are often the only ones of another camera. Of them what is near the labelled objects counts, and
    complete sets lose no more than `GIVEN` by them. The model's quality and probabilities are of complete ones (`told`).
    """
    presence = presence_threshold([pair for one in seen for pair in one.presence])
    sure, every = (
        [f1_at_steps([(s, hit) for s, hit, p in one.objects if p >= presence], one.labelled) for one in sets]
        for sets in (told(seen), [one for one in seen if one.labelled])
    )
    mask, masks = Calibration.mask, [np.mean(one.masks, 0) for one in seen if one.masks]
    if masks:
        means = np.mean(masks, 0)
        mask = max(MASKS, key=lambda t: (round(float(means[MASKS.index(t)]), 6), -abs(t - Calibration.mask)))
    return Calibration(presence, score_of(sure, every), mask)


def quality(seen: Sequence[Evidence], at: Calibration) -> float | None:
    """F1 of objects, IoU of land cover, at the chosen thresholds; None where nothing is labelled."""
    step = int(np.argmin(np.abs(STEPS - at.score)))
    figures = [float(f1_at_steps([(s, hit) for s, hit, p in one.objects if p >= at.presence], one.labelled)[step]) for one in told(seen)]
    figures = figures or [float(np.mean(one.masks, 0)[MASKS.index(at.mask)]) for one in seen if one.masks]
    return round(float(np.mean(figures)), 3) if figures else None


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


def f1_at_steps(seen: Sequence[tuple[float, bool]], labelled: int) -> NDArray[np.float64]:
    """F1 at each of `STEPS`.

    Args:
        seen: (score, is it right) of each candidate.
        labelled: objects to be found.
    """
    scores, right = np.array([s for s, _ in seen]), np.array([hit for _, hit in seen], bool)
    taken = scores[None] >= STEPS[:, None]
    return np.asarray(2 * (taken & right).sum(1) / (taken.sum(1) + max(1, labelled)), np.float64)


def score_of(sure: Sequence[NDArray[np.float64]], every: Sequence[NDArray[np.float64]] = ()) -> float:
    """The score of the best F1; the default where nothing is right at any score.

    Args:
        sure: curves of `f1_at_steps` whose mean counts.
        every: where there are some, the best of their mean, of the scores at which that of `sure` is at most `GIVEN` below its best.
    """
    mean = np.mean(sure, 0) if sure else np.zeros(1)
    if mean.max() <= 0:
        return Calibration.score
    wide = np.where(mean >= mean.max() - GIVEN, np.mean(every, 0), -1.0) if every else mean
    return round(float(STEPS[middle(wide)]), 3)


def middle(values: NDArray[np.float64]) -> int:
    """Index of the highest value; of equals that lie side by side the one in the middle of the longest row, away from both edges."""
    best = np.flatnonzero(values >= values.max() - 1e-9)
    rows = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    longest = max(rows, key=len)
    return int(longest[len(longest) // 2])

"""One question on one labelled scene, answered in one way and kept as a record.

Every figure can be computed again from the record without the model. Ways: the searches of `ask`,
"paper" perhaps with a variant ("paper hull"); "100 x 100", where the scene is brought to a square
of that side before the model sees it; and "adaptive, m/px known", where the scene says how large
its pixels are on the ground, as a GeoTIFF does.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.inference import resolution
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.results import Region
from geomagnifier.types import Bools, Granularity
from geomagnifier_lab.bench import score
from geomagnifier_lab.bench.score import Looked
from geomagnifier_lab.bench.search_run import Case, Corners, corners
from geomagnifier_lab.eval.boxes import Size, average_precision

HUNDRED = "100 x 100"
KNOWN = "adaptive, m/px known"
EVERY = 0.01
"""Score from which a box counts as a candidate for average precision."""
VERBS = {Granularity.REGION: "Find", Granularity.PIXEL: "Segment"}


@dataclass(frozen=True)
class Shot:
    """The outcome of one question."""

    scene: str
    """Name of the scene."""
    kind: str
    """The class that was asked for."""
    size: tuple[int, int]
    """Height and width of the scene, px."""
    seconds: float
    """From opening the file to the answer."""
    pixels: int
    """Pixels that went through a network."""
    flops: float
    """Floating-point operations of the networks."""
    boxes: tuple[Corners, ...]
    """Detections."""
    scores: tuple[float, ...]
    """Scores of the detections."""
    true: tuple[Corners, ...]
    """Labelled boxes."""
    inside: tuple[bool, ...]
    """Which labelled boxes lie in a window of full size."""
    iou: float | None = None
    """IoU of the mask; None where no mask was asked for."""

    @property
    def scene_pixels(self) -> int:
        return self.size[0] * self.size[1]


def kind_of(case: Case) -> str:
    """The class that a case of "Segment every CLASS." asks for."""
    return case.question.removeprefix("Segment every ").removesuffix(".")


def placed(metres: float | None) -> dict[str, Any]:
    """Arguments of `open_scene` for a scene of a known pixel size, m.

    They are empty for None.
    """
    return (
        {}
        if metres is None
        else {"crs": "EPSG:32633", "transform": (metres, 0.0, 500000.0, 0.0, -metres, 5200000.0)}
    )


def shoot(
    case: Case,
    model: Model,
    way: str,
    level: Granularity,
    least: float | None = None,
    metres: float | None = None,
) -> Shot:
    """Ask about all objects of the case's class.

    Args:
        case: a scene with boxes and, for masks, a mask.
        model: that answers.
        way: a search of `ask`, `HUNDRED` or `KNOWN`.
        level: REGION for boxes, PIXEL for masks.
        least: lowest score wanted; None for the calibrated one.
        metres: pixel size, given to the scene where the way is `KNOWN`.
    """
    kind = kind_of(case)
    question = f"{VERBS[level]} every {kind}."
    begin = time.perf_counter()
    with open_scene(case.path, **placed(metres if way == KNOWN else None)) as scene:
        looked = look(scene, question, model, way, least)
        seconds = time.perf_counter() - begin
        size = (scene.info.height, scene.info.width)
    true = np.array(case.boxes or (), np.float32).reshape(-1, 4)
    held = tuple(bool(v) for v in score.inside(true, looked.windows))
    iou = (
        score.mask_iou(looked.mask, case.mask)
        if case.mask is not None and level is Granularity.PIXEL
        else None
    )
    boxes, scores = (
        corners(r.box for r in looked.regions),
        tuple(float(r.score) for r in looked.regions),
    )
    return Shot(
        case.path,
        kind,
        size,
        seconds,
        looked.pixels,
        looked.flops,
        boxes,
        scores,
        corners(true.tolist()),
        held,
        iou,
    )


def look(scene: Scene, question: str, model: Model, way: str, least: float | None = None) -> Looked:
    """Answer a question in a way; regions and mask are in scene px.

    Args:
        scene: an open scene.
        question: as a user types it.
        model: that answers.
        way: a search of `ask`, `HUNDRED` or `KNOWN`.
        least: lowest score wanted; None for the calibrated one.
    """
    if way == HUNDRED:
        return _hundred(scene, question, model, least)
    search, _, variant = ("adaptive" if way == KNOWN else way).partition(" ")
    answer = ask(scene, question, model, search=search, min_score=least, variant=variant or None)
    trace = answer.trace
    return Looked(
        answer.regions, answer.read_mask, trace.views, trace.pixels_processed, trace.flops
    )


def _hundred(scene: Scene, question: str, model: Model, least: float | None) -> Looked:
    """Answer on the whole scene shrunk to a thumbnail, bilinear as in the paper.

    The answer is enlarged again, nearest pixel.
    """
    wide = resolution.plan(Granularity.IMAGE, scene.info, model.spec, "adaptive").wide[0]
    small = resolution.thumbnail(scene.read(wide), model.spec.image_side).pixels
    with open_scene(small) as shrunk:
        answer = ask(shrunk, question, model, search="exhaustive", min_score=least)
    side = model.spec.image_side
    sx, sy = scene.info.width / side, scene.info.height / side
    regions = tuple(
        Region(r.label, r.score, (r.box[0] * sx, r.box[1] * sy, r.box[2] * sx, r.box[3] * sy))
        for r in answer.regions
    )
    mask = np.zeros((side, side), bool) if answer.mask is None else answer.mask

    def read(window: Box) -> Bools:
        rows = ((np.arange(int(window.y0), int(window.y1)) + 0.5) / sy).astype(int)
        columns = ((np.arange(int(window.x0), int(window.x1)) + 0.5) / sx).astype(int)
        return np.asarray(mask[np.ix_(rows, columns)])

    return Looked(regions, read, (), answer.trace.pixels_processed, answer.trace.flops)


def shot_of(fields: dict[str, Any]) -> Shot:
    """A shot from what JSON made of it."""
    rows = {name: corners(fields[name]) for name in ("boxes", "true")}
    lists = {name: tuple(fields[name]) for name in ("size", "scores", "inside")}
    return Shot(**{**fields, **rows, **lists})


def fields_of(shot: Shot) -> dict[str, Any]:
    """A shot's fields for JSON; scores and corners are rounded, as nothing depends on more."""
    fields = asdict(shot)
    fields["boxes"] = [[round(v, 2) for v in box] for box in shot.boxes]
    fields["true"] = [[round(v, 2) for v in box] for box in shot.true]
    fields["scores"] = [round(v, 5) for v in shot.scores]
    return fields


def cost(shots: Sequence[Shot]) -> dict[str, float]:
    """What the shots cost.

    Returns:
        "share": pixels processed over pixels of the scenes, "GFLOP": the mean of a scene,
        "seconds": the median of a scene.
    """
    return {
        "share": sum(s.pixels for s in shots) / sum(s.scene_pixels for s in shots),
        "GFLOP": float(np.mean([s.flops for s in shots])) / 1e9,
        "seconds": float(np.median([s.seconds for s in shots])),
    }


def mean_iou(shots: Sequence[Shot]) -> float:
    """The gIoU: the mean of the masks' IoU over scenes."""
    return float(np.mean([s.iou for s in shots if s.iou is not None]))


def ap50(shots: Sequence[Shot]) -> float:
    """AP50 of boxes as COCO counts it, the mean over classes.

    A scene is searched for its own class alone.
    """
    truth = [{"picture": s.scene, "label": s.kind, "box": box} for s in shots for box in s.true]
    found = [
        {"picture": s.scene, "label": s.kind, "box": box, "score": score}
        for s in shots
        for box, score in zip(s.boxes, s.scores, strict=True)
        if box[2] > box[0] and box[3] > box[1]
    ]
    return float(average_precision(truth, found, {s.scene: Size(*s.size) for s in shots})["AP50"])


def recall(
    shots: Sequence[Shot], least: float, area: float = np.inf, long: float = np.inf
) -> tuple[float | None, float | None, int]:
    """Recall of the true boxes below an area and a length.

    Matches are made among all boxes.

    Args:
        shots: whose boxes are counted together.
        least: IoU of a match.
        area: only true boxes below it count, px^2.
        long: only true boxes whose long side is below it count, px.

    Returns:
        the share found, the share inside a window, and how many there are; None, None and 0 where
        there is no such box.
    """
    met: list[bool] = []
    held: list[bool] = []
    for shot in shots:
        true = np.array(shot.true, np.float32).reshape(-1, 4)
        _, hit = score.match(
            np.array(shot.boxes, np.float32).reshape(-1, 4), np.array(shot.scores), true, least
        )
        sides = true[:, 2:] - true[:, :2]
        small = (sides.prod(1) < area) & (sides.max(1, initial=0) < long)
        met += hit[small].tolist()
        held += np.array(shot.inside, bool)[small].tolist()
    return (float(np.mean(met)), float(np.mean(held)), len(met)) if met else (None, None, 0)


def interval(
    shots: Sequence[Shot], least: float, area: float = np.inf, draws: int = 2000
) -> tuple[float, float] | None:
    """The 95 % confidence interval of the recall, by bootstrap over scenes.

    Args:
        shots: the scenes; as many are drawn each time, with replacement.
        least: IoU of a match.
        area: only true boxes below it count, px^2.
        draws: of the bootstrap.

    Returns:
        its two ends, 0 to 1; None without a true box.
    """
    each = [recall([shot], least, area) for shot in shots]
    counts = np.array([(0.0 if met is None else met * many, many) for met, _, many in each])
    if not counts[:, 1].sum():
        return None
    drawn = counts[np.random.default_rng(0).integers(len(counts), size=(draws, len(counts)))].sum(1)
    shares = drawn[:, 0] / np.maximum(drawn[:, 1], 1)
    return float(np.quantile(shares, 0.025)), float(np.quantile(shares, 0.975))


def precision(shots: Sequence[Shot], least: float) -> float | None:
    """Share of the detections that are right; None where there are none.

    Args:
        shots: whose detections are counted together.
        least: IoU of a match.
    """
    right = [
        hit
        for s in shots
        for hit in score.match(
            np.array(s.boxes, np.float32).reshape(-1, 4),
            np.array(s.scores),
            np.array(s.true, np.float32).reshape(-1, 4),
            least,
        )[0]
    ]
    return float(np.mean(right)) if right else None

"""`geomag eval reliability`: probabilities against the share of answers that were right.

Is an answer given with 0.8 right four times in five? Scene classes are asked on AID, UC Merced and
RSSCN7 (the likeliest label; right where it shares a class with the image's). Objects are asked on
VHR-10, every class in every image: the detections of an ordinary question, and every candidate
from a score of 0.01 up (right at an IoU of 0.5 with a labelled object of its class, each once).
Objects of other cameras follow where their data sets are at hand. Ten bins each.

The maps from scores to probabilities were fitted on the same images, so a second figure is out of
sample: maps fitted anew on one half of the images, judged on the other half. A third is of the
scores as they were before any map.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import numpy as np

from geomagnifier.atomic import Staging
from geomagnifier.errors import LibraryMissing
from geomagnifier.finetuning.thresholds import matched
from geomagnifier.inference.scan_state import Progress
from geomagnifier.language.scene_classes import COARSE
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.score_calibration import ScoreCalibration
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Bools, Floats, Granularity
from geomagnifier_lab.datasets.camera_sets import labelled_boxes
from geomagnifier_lab.datasets.scene_sets import SETS, scene_set
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.pictures import chance, evenly
from geomagnifier_lab.eval.suites import EVERY
from geomagnifier_lab.questions import questions
from geomagnifier_lab.train.score_calibration import (
    fit_objects,
    fit_temperature,
    likeliest,
    wider_names,
)

SCENE = "What kind of place is this?"
BINS, ENOUGH = 10, 30
"""Bins of equal width, and the answers that a bin needs to be judged by."""
DRONE = "drone_vehicles_madison"
AIRBUS = "airbus"
ANSWERED, HELD_OUT, RAW = "as answered", "held out", "raw scores"
TINY = 1e-38
"""The smallest probability whose logarithm is taken, for those that float32 rounds to 0."""


@dataclass(eq=False)
class Judged:
    """Answers on one data set, and whether each was right."""

    said: list[float] = field(default_factory=list)
    """The probability of each answer."""
    raw: list[float] = field(default_factory=list)
    """Of detections, the score before any map."""
    right: list[bool] = field(default_factory=list)
    """Whether each answer was right."""
    half: list[int] = field(default_factory=list)
    """The half of the set, 0 or 1, that each answer's image belongs to."""
    kinds: list[str] = field(default_factory=list)
    """Of detections, the class."""
    answered: list[bool] = field(default_factory=list)
    """Of detections, whether an ordinary question is answered with them."""
    logits: list[Floats] = field(default_factory=list)
    """Of scenes, (C,) each, up to a constant."""
    classes: list[Bools] = field(default_factory=list)
    """Of scenes, (C,) each: which of the classes the label covers."""


Curves = dict[str, tuple[Floats, Bools]]
"""Name of a curve -> (N,) probabilities and (N,) whether they were right."""


def measure(
    model: SmallModel, root: Path, limit: int | None = None, progress: Progress | None = None
) -> dict[str, Curves]:
    """Ask about the validation images and note what was right.

    Args:
        model: with the map that is to be judged.
        root: folder of the data sets.
        limit: images of each set, for a quick look.
        progress: called with (images done, images).

    Returns:
        "scenes", "objects" and "candidates", and "airplanes of another satellite" and "vehicles
        from a drone" where those sets are there.

    Raises:
        FileNotFoundError: a data set is missing.
    """
    scenes = [(s, "scenes") for name in SETS for s in evenly(scene_set(root, name, "val"), limit)]
    objects = [(s, "objects") for s in evenly(vhr10(root, "val"), limit)]
    told: dict[str, Judged] = {}
    done, foreign = 0, [*_airbus(root, limit), *_drone(root, limit)]
    total = len(scenes) + len(objects) + len(foreign)

    def follow() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    for place, name in scenes:
        _judge_scene(model, place.path, place.scenes, told.setdefault(name, Judged()))
        follow()
    for sample, name in objects:
        for kind in sample.kinds:
            boxes = [list(o.box) for o in sample.objects if o.kind == kind]
            text = questions.about(
                chance(sample.path, f"{kind} reliability"),
                kind,
                Granularity.REGION,
                "val",
                refer=0.0,
            ).text
            _judge_objects(model, sample.path, text, kind, boxes, told.setdefault(name, Judged()))
        follow()
    for path, name, kind, boxes in foreign:
        _judge_objects(
            model, path, f"Find every {kind}.", kind, boxes, told.setdefault(name, Judged())
        )
        follow()
    found = {
        name: object_curves(judged, name == "objects")
        for name, judged in told.items()
        if name != "scenes"
    }
    if "scenes" in told:
        found["scenes"] = scene_curves(told["scenes"], wider_names(model))
    if "objects" in found:
        found["candidates"] = object_curves(told["objects"], True, every=True)
    return found


def _judge_scene(model: SmallModel, path: Path, means: Sequence[str], judged: Judged) -> None:
    with open_scene(path) as scene:
        labels = ask(scene, SCENE, model).labels
    name, probability = labels[0]
    fine = dict(labels)
    logits = model.reliability.temperature * np.log(
        np.array([max(fine[c], TINY) for c in model.scenes])
    )
    judged.said.append(probability)
    judged.right.append(bool({*COARSE.get(name, (name,))} & {*means}))
    judged.half.append(crc32(path.name.encode()) % 2)
    judged.logits.append(np.asarray(logits, np.float32))
    judged.classes.append(np.array([c in means for c in model.scenes], bool))


def _judge_objects(
    model: SmallModel,
    path: Path,
    text: str,
    kind: str,
    boxes: Sequence[Sequence[float]],
    judged: Judged,
) -> None:
    with open_scene(path) as scene:
        regions, plain = (
            ask(scene, text, model, min_score=EVERY).regions,
            {r.box for r in ask(scene, text, model).regions},
        )
    said = np.array([r.score for r in regions], np.float32)
    right = matched(
        np.array([r.box for r in regions], np.float32).reshape(-1, 4),
        said,
        np.array(boxes, np.float32).reshape(-1, 4),
    )
    judged.said += said.tolist()
    judged.raw += model.reliability.raw(kind, said).tolist()
    judged.right += right.tolist()
    judged.half += [crc32(path.name.encode()) % 2] * len(said)
    judged.kinds += [kind] * len(said)
    judged.answered += [r.box in plain for r in regions]


def object_curves(judged: Judged, fitted: bool, every: bool = False) -> Curves:
    """Curves of detections.

    Args:
        judged: the answers.
        fitted: whether the maps were fitted on these images; of a foreign camera there is nothing
            to hold out.
        every: of every candidate, not only of what an ordinary question is answered with.
    """
    right, half, raw = (
        np.array(judged.right, bool),
        np.array(judged.half),
        np.array(judged.raw, np.float32),
    )
    answered, kinds = np.array(judged.answered, bool), np.array(judged.kinds)
    shown = np.ones(len(right), bool) if every else answered
    found: Curves = {
        ANSWERED: (np.array(judged.said, np.float32)[shown], right[shown]),
        RAW: (raw[shown], right[shown]),
    }
    if fitted:
        held = np.zeros(len(right), np.float32)
        for side in (0, 1):
            other = half != side
            refitted = ScoreCalibration(
                objects=fit_objects(
                    raw[other], right[other], kinds[other].tolist(), answered[other]
                )
            )
            for kind in {*judged.kinds}:
                mine = ~other & (kinds == kind)
                held[mine] = refitted.probability(kind, raw[mine])
        found[HELD_OUT] = (held[shown], right[shown])
    return found


def scene_curves(judged: Judged, wider: Bools) -> Curves:
    """Curves of the likeliest scene class.

    Args:
        judged: the answers.
        wider: of `train.score_calibration.wider_names`.
    """
    logits, classes, half = np.stack(judged.logits), np.stack(judged.classes), np.array(judged.half)
    held, hit = np.zeros(len(logits)), np.zeros(len(logits), bool)
    for side in (0, 1):
        mine, other = half == side, half != side
        if mine.any() and other.any():
            held[mine], hit[mine] = likeliest(
                logits[mine] / fit_temperature(logits[other], classes[other], wider),
                classes[mine],
                wider,
            )
    raw, right = likeliest(logits, classes, wider)
    said = np.array(judged.said, np.float32), np.array(judged.right, bool)
    return {
        ANSWERED: said,
        RAW: (raw.astype(np.float32), right),
        HELD_OUT: (held.astype(np.float32), hit),
    }


def _airbus(root: Path, limit: int | None) -> Iterator[tuple[Path, str, str, list[list[float]]]]:
    file = root / AIRBUS / "boxes.jsonl"
    rows = (
        [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
        if file.is_file()
        else []
    )
    for row in evenly(rows, limit):
        yield (
            root / AIRBUS / "images" / row["image"],
            "airplanes of another satellite",
            "airplane",
            row["boxes"],
        )


def _drone(root: Path, limit: int | None) -> Iterator[tuple[Path, str, str, list[list[float]]]]:
    for sample in (
        evenly(labelled_boxes(root, DRONE, "val"), limit)
        if (root / "more" / DRONE).is_dir()
        else ()
    ):
        yield sample.path, "vehicles from a drone", "vehicle", [list(o.box) for o in sample.objects]


def bins(said: Floats, right: Bools) -> list[dict[str, float]]:
    """Sort answers into ten bins of equal width; empty bins are left out.

    Args:
        said: (N,) probabilities.
        right: (N,) whether each answer was right.

    Returns:
        {"from": lower edge, "n": answers, "said": mean probability, "right": share right} a bin.
    """
    place = np.minimum((said * BINS).astype(int), BINS - 1)
    rows = []
    for k in range(BINS):
        inside = place == k
        if inside.any():
            mean = {"said": float(said[inside].mean()), "right": float(right[inside].mean())}
            rows.append({"from": k / BINS, "n": float(inside.sum())} | mean)
    return rows


def worst(rows: Sequence[dict[str, float]]) -> float:
    """The largest gap between said and right among bins with enough answers.

    It is 0 where there is none.
    """
    return max((abs(row["said"] - row["right"]) for row in rows if row["n"] >= ENOUGH), default=0.0)


def write(
    found: dict[str, Curves], out: Path, tell: Callable[[str], None] = lambda _: None
) -> list[Path]:
    """Write reliability.json with all bins, and a plot for each set.

    Args:
        found: of `measure`.
        out: a folder; it is made.
        tell: takes each row of figures as text.

    Returns:
        the files.

    Raises:
        LibraryMissing: matplotlib is not installed.
        OutputError: a file cannot be written.
    """
    tables = {
        name: {curve: bins(*values) for curve, values in each.items()}
        for name, each in found.items()
    }
    figures = {
        name: {curve: worst(rows) for curve, rows in each.items()} for name, each in tables.items()
    }
    files = ["reliability.json"]
    for name, each in tables.items():
        for curve, rows in each.items():
            tell(
                f"{name}, {curve}: largest gap {figures[name][curve]:.3f} over bins of {ENOUGH} or"
                f" more of {sum(r['n'] for r in rows):.0f}"
            )
        files.append(f"reliability-{name.replace(' ', '-')}.png")
    with Staging(out) as stage:
        stage.path(files[0]).write_text(
            json.dumps({"bins": tables, "largest gap": figures}, indent=1)
        )
        for file, (name, each) in zip(files[1:], tables.items(), strict=True):
            plot(name, each, stage.path(file))
    return [out / file for file in files]


STYLE = {
    ANSWERED: ("#0072b2", "o", 2.0),
    HELD_OUT: ("#d55e00", "s", 1.4),
    RAW: ("#999999", "^", 1.2),
}


def plot(name: str, tables: dict[str, list[dict[str, float]]], target: Path) -> None:
    """Draw share right over probability said, and below how many answers each bin holds.

    Args:
        name: title of the plot.
        tables: by curve, the rows of `bins`.
        target: a PNG.

    Raises:
        LibraryMissing: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise LibraryMissing(
            "the plot needs matplotlib; it is among the dependencies of geomagnifier-lab"
        ) from error
    figure = Figure(figsize=(5.2, 5.4), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    upper.plot([0, 1], [0, 1], color="#222222", linewidth=1, linestyle="--")
    upper.fill_between(
        [0, 1],
        [-0.05, 0.95],
        [0.05, 1.05],
        color="#222222",
        alpha=0.08,
        linewidth=0,
        label="within 0.05",
    )
    for curve, rows in tables.items():
        colour, marker, width = STYLE[curve]
        x, y = [row["said"] for row in rows], [row["right"] for row in rows]
        upper.plot(x, y, color=colour, linewidth=width, zorder=3, label=curve)
        for row in rows:  # hollow: too few answers to judge by
            face = colour if row["n"] >= ENOUGH else "white"
            upper.plot(
                [row["said"]],
                [row["right"]],
                marker,
                color=colour,
                markerfacecolor=face,
                markersize=7,
                zorder=4,
            )
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="share right", title=name)
    upper.legend(frameon=False, fontsize=9, loc="upper left")
    rows = tables[ANSWERED]
    lower.bar(
        [row["from"] + 0.05 for row in rows],
        [row["n"] for row in rows],
        width=0.09,
        color=STYLE[ANSWERED][0],
        alpha=0.6,
    )
    lower.set(yscale="log", xlabel="probability said", ylabel="answers")
    for axes in (upper, lower):
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(target, format="png", dpi=110)

"""`geomag train --from`: labelled images -> a model folder that knows their classes as well.

The old classes are answered as before.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from rich.console import Console

from geomagnifier.atomic import Staging, check_writable
from geomagnifier.errors import OptionError
from geomagnifier.finetuning import calibrate, class_words, fit, run_log
from geomagnifier.finetuning.calibrate import Window
from geomagnifier.finetuning.crops import Source
from geomagnifier.finetuning.fit import FineTuneSchedule, TaughtClass
from geomagnifier.finetuning.labels import read_labels
from geomagnifier.finetuning.labels.base import Labels, plain
from geomagnifier.finetuning.model_readme import write_card
from geomagnifier.finetuning.run_bar import bar
from geomagnifier.finetuning.run_plot import plot
from geomagnifier.finetuning.run_state import save, saved
from geomagnifier.finetuning.samples import load
from geomagnifier.folder_lock import alone
from geomagnifier.models import checksums, registry
from geomagnifier.models.custom.checkpoint import OWN, contents
from geomagnifier.models.custom.class_heads import CustomClass, Heads
from geomagnifier.models.custom.model import CustomModel
from geomagnifier.models.networks.heads_net import HeadsNet
from geomagnifier.models.networks.loading import pixel_decoder
from geomagnifier.models.networks.precision import fast_bf16
from geomagnifier.models.small.model import SmallModel
from geomagnifier.raster.scene import open_scene

HELD, FEW = 0.2, 10
"""Share of the images that thresholds are chosen on; with fewer images none is held back."""
STATE, LOG = "lesson.pt", "log.jsonl"
SMALL = 25
"""The percentile of a class's lengths that counts as its size."""

Tell = Callable[[str, int, int], None]
"""Called with (what is done, how much of it, of how much)."""


@dataclass(frozen=True)
class FineTuneConfig:
    """What the user asks for: see `geomag train --help`."""

    source: Path
    """Labels."""
    base: str
    """Name or folder of the model to start from."""
    out: Path
    """Folder of the run; the model goes to `model` in it."""
    pictures: Path | None = None
    """Folder of the images, where the labels do not say it."""
    column: str | None = None
    """Of outlines, the column that holds the class."""
    layer: str | None = None
    """Of outlines, the layer of a GeoPackage."""
    covers: frozenset[str] = frozenset()
    """Classes that are land cover."""
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By class, its synonyms."""
    lesson: FineTuneSchedule = field(default_factory=FineTuneSchedule)
    """How long to train."""


def run(wanted: FineTuneConfig) -> Path:
    """Fine-tune with a bar for each part, and print the figures; see `fine_tune`."""
    console = Console(stderr=True, markup=False, emoji=False)  # kinds go by any name
    parts: dict[str, Callable[[int, int], None]] = {}
    with ExitStack() as stack:

        def tell(what: str, done: int, total: int) -> None:
            if what not in parts:
                stack.close()
                parts[what] = stack.enter_context(bar(console, what))
            parts[what](done, total)

        folder, lines = fine_tune(wanted, tell)
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)
    console.print(
        f"the model is in {folder}; use it with --model {folder}", highlight=False, soft_wrap=True
    )
    return folder


def fine_tune(wanted: FineTuneConfig, tell: Tell) -> tuple[Path, list[str]]:
    """Fine-tune, and leave a model folder at `wanted.out`/model.

    Args:
        wanted: labels, base model and settings.
        tell: called with the progress of each part.

    Returns:
        the folder, and lines for the user: each class with its figures.

    Raises:
        DataError: the labels cannot be used; the record is named.
        ModelError: there is no such model to go on from.
        OptionError: a class that is named in an option is not among the labels.
        OutputError: the folder cannot be written, another run is writing it, or its disk is full;
            the same command goes on from the last checkpoint.
    """
    check_writable(wanted.out)  # refused here, not when the first checkpoint is due
    labels = read_labels(wanted.source, wanted.pictures, wanted.column, wanted.layer)
    named = frozenset(
        plain(kind, "--cover") for kind in wanted.covers
    )  # as the names of the labels are read
    wanted = replace(
        wanted,
        covers=named,
        also={plain(kind, "--also"): words for kind, words in wanted.also.items()},
    )
    for kind in {*wanted.covers, *wanted.also}:
        if kind not in labels.kinds:
            raise OptionError(
                f"{wanted.source} has no class {kind!r}; it has {', '.join(labels.kinds)}"
            )
    before = registry.load_model(wanted.base)
    if not isinstance(before, (SmallModel, CustomModel)):
        raise OptionError(
            f"only the small model, or a folder made from it, can be fine-tuned; {wanted.base} is"
            " another (geomag train-full)"
        )
    base = before.base if isinstance(before, CustomModel) else before
    covers = {k for k in labels.kinds if k in wanted.covers or k in labels.covers}
    counts = {k: labels.count(k) for k in labels.kinds if labels.count(k)[0]}
    boxes = [k for k in counts if k in covers and not _outlined(labels, k)]
    if boxes:
        raise OptionError(f"land cover is taught by outlines; {', '.join(boxes)} has boxes")
    with alone(wanted.out):
        return _taught(wanted, labels, counts, covers, before, base, tell)


def _taught(
    wanted: FineTuneConfig,
    labels: Labels,
    counts: Mapping[str, tuple[int, int]],
    covers: Collection[str],
    before: SmallModel | CustomModel,
    base: SmallModel,
    tell: Tell,
) -> tuple[Path, list[str]]:
    """`fine_tune` with what it has checked."""
    windows = load(labels, covers, lambda done, total: tell("pictures", done, total))
    kinds = [TaughtClass(k, k in covers, _outlined(labels, k)) for k in counts]
    learnt, held = divide(windows, list(counts), wanted.lesson.seed)
    heads = _learnt(base, [w[0] for w in learnt], kinds, wanted, tell)
    own = [_described(labels, kind, wanted) for kind in kinds]
    model = CustomModel(base, [(heads, list(counts))], own, class_words.stand_ins(base.worded))
    seen = calibrate.measure(
        model, held or learnt, list(counts), lambda done, total: tell("thresholds", done, total)
    )
    for number, one in enumerate(own):
        thresholds, figures = calibrate.choose(seen[one.name], bool(held))
        told = {
            "objects": counts[one.name][0],
            "pictures": counts[one.name][1],
            "held back": len(held),
            **figures,
        }
        own[number] = replace(one, calibration=thresholds, taught=told)
    row = {
        f"{one.name}: {name}": value
        for one in own
        for name, value in one.taught.items()
        if isinstance(value, float)
    }
    run_log.add(wanted.out / LOG, [{"step": wanted.lesson.steps} | row])
    if find_spec("matplotlib") is not None:
        plot(wanted.out / LOG, wanted.out / "plot.png")
    model = joined(
        before, CustomModel(base, [(heads, list(counts))], own, class_words.stand_ins(base.worded))
    )
    folder = write(model, wanted.base, wanted.out / "model", wanted.source)
    return folder, _lines(own, base, held)


def divide(
    windows: Sequence[Window], kinds: Sequence[str], seed: int
) -> tuple[list[Window], list[Window]]:
    """Windows to train on, and those held back.

    Whole images are held back, of few large ones single windows. Each class is on both sides; where
    there are too few, none is held back.

    Args:
        windows: of `samples.load`.
        kinds: classes.
        seed: of the draw.
    """
    apart = len({picture.path for _, picture, _ in windows}) >= FEW
    groups: dict[object, list[Window]] = {}
    for window in windows:
        groups.setdefault(window[1].path if apart else (window[1].path, window[2]), []).append(
            window
        )
    keys = list(groups)
    rng = np.random.default_rng([seed, 5])
    for _ in range(20 if len(keys) >= FEW else 0):
        order = [keys[i] for i in rng.permutation(len(keys))]
        cut = max(2, round(HELD * len(keys)))
        held, learnt = (
            [w for key in part for w in groups[key]] for part in (order[:cut], order[cut:])
        )
        if all(
            any(o.kind == kind for w in side for o in w[1].objects)
            for kind in kinds
            for side in (held, learnt)
        ):
            return learnt, held
    return list(windows), []


def _outlined(labels: Labels, kind: str) -> bool:
    return all(o.rings for picture in labels.pictures for o in picture.objects if o.kind == kind)


def _described(labels: Labels, kind: TaughtClass, wanted: FineTuneConfig) -> CustomClass:
    """What a model folder says of a class before it is calibrated: words and size."""
    words = class_words.words_of(
        kind.name, (*labels.also.get(kind.name, ()), *wanted.also.get(kind.name, ()))
    )
    if kind.stuff:
        return CustomClass(words, True)
    lengths: list[float] = []
    metres: list[float] = []
    for picture in labels.pictures:
        mine = [
            max(o.box[2] - o.box[0], o.box[3] - o.box[1])
            for o in picture.objects
            if o.kind == kind.name
        ]
        if mine:
            with open_scene(picture.path) as scene:
                metres += (
                    [length * scene.info.gsd for length in mine]
                    if scene.info.gsd is not None
                    else []
                )
            lengths += mine
    ground = float(np.percentile(metres, SMALL)) if len(metres) == len(lengths) else None
    return CustomClass(
        words, False, kind.masks, float(max(4, round(np.percentile(lengths, SMALL)))), ground
    )


def _learnt(
    base: SmallModel,
    sources: Sequence[Source],
    kinds: Sequence[TaughtClass],
    wanted: FineTuneConfig,
    tell: Tell,
) -> Heads:
    """Heads that were trained, from the start or from where the run stopped."""
    lesson, out = wanted.lesson, wanted.out
    mark = _fingerprint(wanted, kinds, len(sources))
    state = saved(out / STATE) if (out / STATE).is_file() else {}
    state = state if state.get("mark") == mark else {}
    heads = HeadsNet(len(kinds))
    if state.get("step") == lesson.steps:
        heads.load_state_dict(state["heads"])
        _forget_crops(out)
        return heads.finished()
    exercises = None
    for done, drawn in fit.draw_exercises(base.networks.small, sources, kinds, lesson, out, mark):
        tell("crops", done, lesson.crops)
        exercises = drawn
    assert exercises is not None
    decoder, half = pixel_decoder(base.networks.folder), fast_bf16()
    if not state:
        (out / LOG).unlink(missing_ok=True)
        states = torch.from_numpy(base.weights["states.weight"])
        fit.start(heads, decoder, half, exercises, states)
        state = {"heads": heads.state_dict(), "step": 0}
        save(out / STATE, {**state, "mark": mark})
    clock = time.time()
    for row, learnt in fit.learn(heads, decoder, half, exercises, lesson, state):
        tell("teaching", int(row["step"]), lesson.steps)
        run_log.add(
            out / LOG, [row | {"seconds": (time.time() - clock) / 10}]
        )  # before the checkpoint: else a kill in between loses it
        save(out / STATE, {**learnt, "mark": mark})
        clock = time.time()
    _forget_crops(out)
    return heads.finished()


def _fingerprint(wanted: FineTuneConfig, kinds: Sequence[TaughtClass], windows: int) -> str:
    """Tells one run from another: only a run of the same labels and settings is gone on with."""
    source = wanted.source
    changed = source.stat().st_mtime if source.is_file() else 0
    told = [str(source.resolve()), changed, wanted.base, [list(k) for k in kinds]]
    return sha256(json.dumps([*told, asdict(wanted.lesson), windows]).encode()).hexdigest()


def _forget_crops(out: Path) -> None:
    for path in out.glob(f"{fit.CROPS}*.pt"):
        path.unlink(missing_ok=True)


def kept(out: Path) -> bool:
    """Whether a run that was stopped left something to go on from."""
    return (out / STATE).is_file() or next(out.glob(f"{fit.CROPS}*.pt"), None) is not None


def joined(before: SmallModel | CustomModel, new: CustomModel) -> CustomModel:
    """Heads of earlier runs, and the new ones; of two classes of one name the new one counts.

    Args:
        before: the model that was fine-tuned.
        new: its small model with the new heads alone.
    """
    if not isinstance(before, CustomModel):
        return new
    own = {**before.own, **new.own}
    return CustomModel(
        new.base, [*before.heads, *new.heads], list(own.values()), new.names.stand_ins
    )


def write(model: CustomModel, base: str, folder: Path, source: Path) -> Path:
    """Write the model folder: the files of the base as they are, and the heads. All or nothing.

    Args:
        model: with its heads.
        base: name or folder that the other files come from.
        folder: to write.
        source: labels, for the README.
    """
    origin = registry.folder_of(base)
    files: dict[str, Path] = {}
    # one run at a time: what a killed one has left are 60 MB
    with Staging(folder, stale=0) as staging:
        for name in registry.ALL:
            if name != OWN and (origin / name).is_file():  # heads are written anew below
                files[name] = staging.path(name)
                shutil.copyfile(origin / name, files[name])
        files[OWN] = staging.path(OWN)
        registry.write(files[OWN], *contents(model))
        checksums.write(staging.path(checksums.SUMS), files)
        write_card(staging.path("README.md"), model, base, source)
    return folder


def _lines(own: Sequence[CustomClass], base: SmallModel, held: Collection[object]) -> list[str]:
    lines = []
    for kind in own:
        told = kind.taught
        figures = ", ".join(
            f"{name} {value:.2f}" for name, value in told.items() if isinstance(value, float)
        )
        lines.append(
            f"{kind.name}: {told['objects']} labelled in {told['pictures']} images;"
            f" {figures or 'no figures'}"
        )
        if kind.name in base.kinds:
            lines.append(
                f"  {kind.name} was a known class: from now on the new head answers for it"
            )
        if not kind.masks:
            lines.append(f"  {kind.name} has boxes only: it is detected and counted, without masks")
    if not held:
        lines.append(
            f"fewer than {FEW} images, or a class in one of them only: none were held out, so"
            " thresholds"
            " and figures come from the training images"
        )
    lines.append(
        "known classes, unchanged:"
        f" {', '.join(k for k in base.kinds if k not in {o.name for o in own})}"
    )
    return lines

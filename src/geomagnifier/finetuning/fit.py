"""Fits heads for new classes on labelled images, over a network that stays as it is.

Crops are drawn once, and each goes through the frozen image side once; what is trained then is
small. A head starts as the known class whose maps fit the new one best.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from geomagnifier.finetuning.crops import Crop, Source, make_crop
from geomagnifier.finetuning.losses import WEIGHTS, map_losses
from geomagnifier.finetuning.run_state import save, saved
from geomagnifier.finetuning.targets import Target, cover_target, object_target, stack
from geomagnifier.models.networks.heads_net import HeadsNet
from geomagnifier.models.networks.pixel_decoder import PixelDecoder
from geomagnifier.models.small.feature_cache import FeaturePyramid, finest
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.types import Bytes

SCALES = (0.5, 1.6)
"""Lowest and highest scale of a crop."""
WEIGHT = {
    name: value
    for name, value in asdict(WEIGHTS).items()
    if name in ("mask", "dice", "centre", "sides", "offset")
}
"""Weight of each loss."""
MOST = 3
"""Questions about one crop: classes that are there, then others."""
CROPS, PART = "crops-", 16
"""Start of the names of files of crops, and how many crops are in one: about 70 MB."""


@dataclass(frozen=True)
class FineTuneSchedule:
    """How long and on what a head is trained."""

    crops: int = 128
    """Crops drawn; each takes about 4 MB during training."""
    side: int = 320
    """Side of a crop, px."""
    steps: int = 200
    """Optimizer steps."""
    batch: int = 8
    """Questions of a step."""
    rate: float = 2e-3
    """Highest learning rate."""
    seed: int = 0
    """Of everything drawn by chance."""


class TaughtClass(NamedTuple):
    """What the targets must know of a class."""

    name: str
    """The class."""
    stuff: bool
    """It is land cover."""
    masks: bool
    """It has outlines; otherwise boxes alone."""


class FineTuneBatch(NamedTuple):
    """Questions about crops, with their targets."""

    pyramid: list[Tensor]
    """f1, f2, f3 of the crops, (N, width, h, w)."""
    crop: Tensor
    """(M,) index of each question's crop."""
    kind: Tensor
    """(M,) index of each question's class."""
    targets: dict[str, Tensor]
    """Fields of `Target`, (M, 1, ...)."""

    @staticmethod
    def joined(parts: Sequence[FineTuneBatch]) -> FineTuneBatch:
        """Several as one; the crops of each are counted on from those before it."""
        before = np.cumsum([0, *(len(part.pyramid[0]) for part in parts)]).tolist()
        return FineTuneBatch(
            [torch.cat(level) for level in zip(*(part.pyramid for part in parts), strict=True)],
            torch.cat([part.crop + shift for part, shift in zip(parts, before, strict=False)]),
            torch.cat([part.kind for part in parts]),
            {name: torch.cat([part.targets[name] for part in parts]) for name in parts[0].targets},
        )

    def of(self, rows: Tensor) -> tuple[list[Tensor], Tensor, dict[str, Tensor]]:
        """Pyramids, classes (B, 1) and targets of some questions."""
        return (
            [f[self.crop[rows]] for f in self.pyramid],
            self.kind[rows, None],
            {k: t[rows].float() for k, t in self.targets.items()},
        )


def target_of(crop: Crop, kind: TaughtClass) -> Target:
    """The dense target of a class; without outlines its mask is unknown.

    Args:
        crop: with its labels.
        kind: the class.
    """
    if kind.stuff:
        return cover_target(crop, kind.name)
    target = object_target(crop, kind.name)
    return target if kind.masks else replace(target, known=np.zeros_like(target.known))


def look(sessions: Sessions, pixels: Bytes) -> list[Tensor]:
    """f1, f2, f3 of a crop, as they are for an answer, (1, width, h, w).

    Args:
        sessions: of the base model.
        pixels: (S, S, 3).
    """
    seen = FeaturePyramid(*sessions.run("views", pixels=pixels[None])[:4])
    return [torch.from_numpy(level) for level in (finest(sessions, seen), seen.f2, seen.f3)]


def draw_exercises(
    sessions: Sessions,
    sources: Sequence[Source],
    kinds: Sequence[TaughtClass],
    lesson: FineTuneSchedule,
    folder: Path,
    mark: str,
) -> Iterator[tuple[int, FineTuneBatch | None]]:
    """Draw crops and compute their features; yields (crops done, None), and the batch at the end.

    Crops are kept in files as they come, so that a run that was killed goes on with them.

    Args:
        sessions: of the base model.
        sources: labelled images.
        kinds: new classes.
        lesson: how many crops.
        folder: of the files.
        mark: tells one run from another.

    Raises:
        OutputError: the folder cannot be written.
    """
    rng = np.random.default_rng([lesson.seed, 71])
    parts: list[FineTuneBatch] = []
    done = 0
    while done < lesson.crops:
        path = folder / f"{CROPS}{len(parts):03d}.pt"
        kept = saved(path) if path.is_file() else {}
        if kept.get("mark") == mark:
            parts.append(FineTuneBatch(*(kept[name] for name in FineTuneBatch._fields)))
            rng.bit_generator.state = json.loads(kept["chance"])
            done += len(parts[-1].pyramid[0])
            continue
        looked: list[list[Tensor]] = []
        rows: list[tuple[int, int]] = []
        targets: list[list[Target]] = []
        for _ in range(min(PART, lesson.crops - done)):
            if looked:
                yield done + len(looked), None
            crop = make_crop(sources, SCALES, lesson.side, rng)
            for k in _asked(crop, kinds, rng):
                rows.append((len(looked), k))
                targets.append([target_of(crop, kinds[k])])
            looked.append(look(sessions, crop.pixels))
        crop_of, kind_of = torch.tensor(rows).T
        parts.append(
            FineTuneBatch(
                [torch.cat(level) for level in zip(*looked, strict=True)],
                crop_of,
                kind_of,
                stack(targets),
            )
        )
        save(
            path,
            {**parts[-1]._asdict(), "mark": mark, "chance": json.dumps(rng.bit_generator.state)},
        )
        done += len(looked)
        if done < lesson.crops:
            yield done, None
    yield done, FineTuneBatch.joined(parts)


def _asked(crop: Crop, kinds: Sequence[TaughtClass], rng: np.random.Generator) -> list[int]:
    """Classes that are asked for on a crop: all that are there, and some others."""
    names = [kind.name for kind in kinds]
    there = {names.index(p.kind) for p in crop.pieces if p.kind in names}
    if crop.cover is not None:
        there |= {names.index(n) for i, n in enumerate(crop.cover_names) if (crop.cover == i).any()}
    absent = [k for k in range(len(kinds)) if k not in there]
    rng.shuffle(absent)
    return [*sorted(there), *absent][: max(MOST, len(there))]


def losses_of(
    heads: HeadsNet, decoder: PixelDecoder, half: bool, exercises: FineTuneBatch, rows: Tensor
) -> dict[str, Tensor]:
    """All losses of some questions, unweighted.

    Args:
        heads: of the new classes.
        decoder: of the base model.
        half: in bf16.
        exercises: all questions.
        rows: (B,) indices of questions.
    """
    pyramid, kinds, targets = exercises.of(rows)
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        maps = heads(heads.prepare([f.clone() for f in pyramid]), decoder, kinds)
    return map_losses(maps, targets)


def total_of(losses: dict[str, Tensor]) -> Tensor:
    """The weighted sum."""
    return torch.stack([WEIGHT[name] * value for name, value in losses.items()]).sum()


@torch.no_grad()
def start(
    heads: HeadsNet, decoder: PixelDecoder, half: bool, exercises: FineTuneBatch, states: Tensor
) -> list[int]:
    """Let each head begin as the state that answers its questions best.

    Args:
        heads: of the new classes; changed.
        decoder: of the base model.
        half: in bf16.
        exercises: all questions.
        states: (N, 256) of the known classes.

    Returns:
        the state's row for each class.
    """
    chosen = []
    for k in range(heads.shift.shape[1]):
        rows = torch.nonzero(exercises.kind == k).flatten()[:12]
        tried = []
        for state in states:
            heads.start(k, decoder, state)
            tried.append(float(total_of(losses_of(heads, decoder, half, exercises, rows))))
        chosen.append(int(np.argmin(tried)))
        heads.start(k, decoder, states[chosen[-1]])
    return chosen


def learn(
    heads: HeadsNet,
    decoder: PixelDecoder,
    half: bool,
    exercises: FineTuneBatch,
    lesson: FineTuneSchedule,
    saved: Mapping[str, Any] | None = None,
) -> Iterator[tuple[dict[str, float], dict[str, Any]]]:
    """Train the heads, or go on from what was saved.

    Args:
        heads: of the new classes; changed.
        decoder: of the base model.
        half: in bf16.
        exercises: all questions.
        lesson: the schedule.
        saved: the state of a run that was stopped.

    Yields:
        every ten steps, a row of losses and the state to be saved.
    """
    optimizer = torch.optim.AdamW(
        heads.parameters(), lesson.rate, weight_decay=0.0, betas=(0.9, 0.98)
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, lesson.rate, lesson.steps, pct_start=0.1
    )
    chance = torch.Generator().manual_seed(lesson.seed)
    present = exercises.targets["present"][:, 0] == 1
    weights = torch.where(
        present, 1.0 / present.sum().clamp(min=1), 0.5 / (~present).sum().clamp(min=1)
    )
    sums: dict[str, float] = {}
    first = 1
    if saved:
        heads.load_state_dict(saved["heads"])
    if saved and "optimizer" in saved:
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        chance.set_state(saved["chance"])
        first = saved["step"] + 1
    for step in range(first, lesson.steps + 1):
        rows = torch.multinomial(weights, lesson.batch, True, generator=chance)
        losses = losses_of(heads, decoder, half, exercises, rows)
        total = total_of(losses)
        optimizer.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(heads.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        for name, value in {**losses, "total": total}.items():
            sums[name] = sums.get(name, 0.0) + float(value.detach()) / 10
        if step % 10 == 0 or step == lesson.steps:
            parts: dict[str, Any] = {"heads": heads, "optimizer": optimizer, "schedule": schedule}
            state = {name: part.state_dict() for name, part in parts.items()}
            yield {"step": step} | sums, {**state, "chance": chance.get_state(), "step": step}
            sums = {}

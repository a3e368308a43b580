"""The training loop of every part: rate, averaging, checkpoint, log.

A part has its own data and losses; what a step does with them is the same for all, and is here:

    trainer = Trainer(module, optimizer, Schedule(steps, warmup_cosine(steps, 200)), Files(...))
    while trainer.step < steps:
        yield from trainer.advance(losses)

A run that was stopped goes on from its checkpoint, a dictionary of "network", "average" (where the
weights are averaged), "optimizer" and "step".
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from geomagnifier.finetuning import run_log
from geomagnifier.finetuning.run_state import save, saved

Rate = Callable[[int], float]
"""step, from 0 -> share of the peak learning rate."""
Losses = Iterable[tuple[Tensor, Mapping[str, Tensor]]]
"""Pairs of what is minimised and what is logged, both scalars. Gradients of several pairs add up,
so that a large batch may be taken in parts.
"""


def warmup_cosine(steps: int, warmup: int, floor: float = 0.01) -> Rate:
    """Linear up to the peak, then half a cosine down to `floor` of the peak.

    Args:
        steps: of the run.
        warmup: steps of the linear part; 0: none.
        floor: share of the peak at the end.
    """

    def rate(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        done = min(1.0, (step - warmup) / max(1, steps - warmup))
        return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * done))

    return rate


def _between(start: float, end: float, done: float) -> float:
    return end + (start - end) / 2 * (1 + math.cos(math.pi * done))


def one_cycle(
    steps: int, warm: float, start: float, peak: float, end: float
) -> Callable[[int], float]:
    """One cycle of PyTorch's OneCycleLR: from `start` to `peak` and down to `end`, by cosines.

    Args:
        steps: of the run.
        warm: share of the steps that goes up.
        start: value at the first step.
        peak: value at the turn.
        end: value at the last step.
    """
    turn = warm * steps - 1

    def value(step: int) -> float:
        if step <= turn:
            return _between(start, peak, step / turn if turn else 1.0)
        return _between(peak, end, (step - turn) / (steps - 1 - turn))

    return value


@dataclass(frozen=True)
class Schedule:
    """How long a part is trained, at which rates, and what happens every so many steps."""

    steps: int
    """Steps of the run."""
    rate: Rate = lambda step: 1.0
    """Share of each group's learning rate at a step."""
    momentum: Rate | None = None
    """First beta of AdamW at a step; None: as the optimizer has it."""
    clip: float = math.inf
    """Largest norm of the gradient."""
    average: float | None = None
    """Largest share of the averaged weights that a step keeps; None: no average."""
    log_every: int = 20
    """Steps from one row of losses to the next."""
    save_every: int = 0
    """Steps from one checkpoint to the next; 0: at the end alone."""
    check_every: int = 0
    """Steps from one validation to the next; 0: none."""


def cycled(steps: int, warm: float, **more: Any) -> Schedule:
    """OneCycleLR's cycle of rate and momentum.

    Args:
        steps: of the run.
        warm: share of the steps in which the rate goes up.
        more: other fields of the schedule.
    """
    return Schedule(
        steps,
        one_cycle(steps, warm, 1 / 25, 1.0, 1 / 250_000),
        one_cycle(steps, warm, 0.95, 0.85, 0.95),
        **more,
    )


@dataclass(frozen=True)
class Files:
    """The files of a run: the checkpoint that it resumes from, and its log."""

    checkpoint: Path
    """Path of the checkpoint."""
    log: Path
    """Path of the log, JSON lines."""


class Trainer:
    """A run of a module, from its start or from its checkpoint.

    Args:
        module: to be trained; changed in place.
        optimizer: of its parameters, each group with its peak learning rate.
        schedule: of the run.
        files: None: nothing is written, and the run can't be resumed.
        check: averaged weights, or those of the module without an average -> figures on validation
            data, for every `check_every` steps and the end.
        keep: entries that the checkpoint holds besides.

    Raises:
        ModelCorrupt: the checkpoint is damaged, or of another network.
    """

    def __init__(
        self,
        module: nn.Module,
        optimizer: torch.optim.Optimizer,
        schedule: Schedule,
        files: Files | None = None,
        check: Callable[[Mapping[str, Tensor]], Mapping[str, float]] | None = None,
        keep: Mapping[str, Any] | None = None,
    ) -> None:
        self.module, self.optimizer, self.schedule = module, optimizer, schedule
        self.files, self.check, self.keep = files, check, keep or {}
        self.peaks = [group["lr"] for group in optimizer.param_groups]
        self.step = 0
        state = module.state_dict()
        self.average = (
            {name: value.detach().clone() for name, value in state.items()}
            if schedule.average is not None
            else None
        )
        if files is not None:
            files.checkpoint.parent.mkdir(parents=True, exist_ok=True)
            if files.checkpoint.exists():
                self._resume(saved(files.checkpoint, next(module.parameters()).device))
        self._clock, self._since, self._sums = time.time(), self.step, {}  # type: ignore[var-annotated]

    def _resume(self, kept: Mapping[str, Any]) -> None:
        self.module.load_state_dict(kept["network"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.optimizer.zero_grad()
        self.step = kept["step"]
        if self.average is not None:
            self.average = dict(kept["average"])

    def advance(self, losses: Losses) -> list[dict[str, float]]:
        """One step. Losses without a gradient teach nothing, a gradient that is not finite neither.

        Args:
            losses: of this step; taken one after the other.

        Returns:
            the rows of this step: none, "step" with the validation's figures, "step" with
            "seconds" a step and the mean losses since the last row, or both.

        Raises:
            OutputError: the disk is full, or cannot be written to; the last checkpoint is as it
                was.
        """
        plan = self.schedule
        for group, peak in zip(self.optimizer.param_groups, self.peaks, strict=True):
            group["lr"] = peak * plan.rate(self.step)
            if plan.momentum is not None:
                group["betas"] = (plan.momentum(self.step), group["betas"][1])
        self.optimizer.zero_grad()
        taught = False
        for total, logged in losses:
            if total.requires_grad:
                total.backward()
                taught = True
            for name, value in logged.items():
                self._sums[name] = self._sums.get(name, 0.0) + float(value.detach())
        if taught:
            norm = torch.nn.utils.clip_grad_norm_(self.module.parameters(), plan.clip)
            if bool(torch.isfinite(norm)):
                self.optimizer.step()
        self.step += 1
        self._average()
        rows = self._rows()
        if rows and self.files is not None:
            # before the checkpoint: a run that is killed in between logs the step again
            run_log.add(self.files.log, rows)
        if self._due(plan.save_every):
            self.save()
        return rows

    def _due(self, every: int) -> bool:
        return self.step == self.schedule.steps or bool(every and self.step % every == 0)

    def _average(self) -> None:
        if self.average is None:
            return
        # the first steps count for more: an average of the random start would stay for long
        keep = min(self.schedule.average or 0.0, (1 + self.step) / (10 + self.step))
        now = self.module.state_dict()
        with torch.no_grad():
            torch._foreach_lerp_(
                [*self.average.values()], [now[name] for name in self.average], 1 - keep
            )

    def _rows(self) -> list[dict[str, float]]:
        rows: list[dict[str, float]] = []
        if self._due(self.schedule.log_every):
            count, now = self.step - self._since, time.time()
            rows.append(
                {"step": self.step, "seconds": (now - self._clock) / count}
                | {name: value / count for name, value in self._sums.items()}
            )
            self._clock, self._since, self._sums = now, self.step, {}
        if self.check is not None and self._due(self.schedule.check_every):
            begun = time.time()
            rows.append({"step": self.step} | dict(self.check(self.weights())))
            self._clock += time.time() - begun  # a validation's seconds are no training's
        return rows

    def weights(self) -> Mapping[str, Tensor]:
        """What was trained: the average where there is one."""
        return self.module.state_dict() if self.average is None else self.average

    def save(self) -> None:
        """Write the checkpoint, if the run has files."""
        if self.files is None:
            return
        state = {
            "network": self.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
        }
        if self.average is not None:
            state["average"] = self.average
        save(self.files.checkpoint, {**self.keep, **state})

"""The training loop: its rates, its rows, and a run that goes on after a stop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from geomagnifier.errors import ModelCorrupt
from geomagnifier.finetuning import run_log
from geomagnifier_lab.train.trainer import Files, Schedule, Trainer, cycled, warmup_cosine

STEPS = 12


def line(folder: Path | None, steps: int = STEPS) -> tuple[torch.nn.Linear, Trainer]:
    """A line to be fitted to sums, with all that a run may have."""
    torch.manual_seed(0)
    layer = torch.nn.Linear(3, 1)
    trainer = Trainer(
        layer,
        torch.optim.AdamW(layer.parameters(), 0.1),
        Schedule(
            steps,
            warmup_cosine(steps, 3),
            average=0.9,
            log_every=5,
            save_every=4,
            check_every=6,
        ),
        None if folder is None else Files(folder / "line.pt", folder / "line.jsonl"),
        lambda weights: {"bias": float(weights["bias"][0])},
        {"words": ["a", "b"]},
    )
    return layer, trainer


def steps_of(layer: torch.nn.Linear, trainer: Trainer, until: int) -> Iterator[dict[str, float]]:
    """Train until a step, each step with numbers of its own, in two parts."""
    while trainer.step < until:
        chance = torch.Generator().manual_seed(trainer.step)
        parts = []
        for _ in range(2):
            seen = torch.randn(8, 3, generator=chance)
            loss = (layer(seen) - seen.sum(1, keepdim=True)).square().mean() / 2
            parts.append((loss, {"loss": loss}))
        yield from trainer.advance(parts)


def test_a_stopped_run_ends_with_the_same_numbers(tmp_path: Path) -> None:
    layer, trainer = line(tmp_path / "whole")
    rows = list(steps_of(layer, trainer, STEPS))
    layer, trainer = line(tmp_path / "stopped")
    list(steps_of(layer, trainer, 7))  # of which steps 5 to 7 are in no checkpoint
    again, resumed = line(tmp_path / "stopped")
    assert resumed.step == 4
    list(steps_of(again, resumed, STEPS))
    ends = [
        torch.load(tmp_path / name / "line.pt", weights_only=True) for name in ("whole", "stopped")
    ]
    assert ends[0]["step"] == ends[1]["step"] == STEPS and ends[1]["words"] == ["a", "b"]
    for part in ("network", "average"):
        assert all(torch.equal(ends[0][part][k], ends[1][part][k]) for k in ends[0][part])
    assert not torch.equal(ends[0]["average"]["bias"], ends[0]["network"]["bias"])
    assert [(r["step"], "seconds" in r) for r in rows] == [
        (5, True), (6, False), (10, True), (12, True), (12, False),
    ]  # fmt: skip
    assert rows[-2]["loss"] < rows[0]["loss"]
    logs = [run_log.read(tmp_path / name / "line.jsonl") for name in ("whole", "stopped")]
    plain = [[{k: v for k, v in r.items() if k != "seconds"} for r in log] for log in logs]
    assert [r["step"] for r in plain[0]] == [5, 6, 10, 12, 12]
    assert plain[0] == [{k: v for k, v in r.items() if k != "seconds"} for r in rows]
    assert plain[1][2:] == plain[0][2:], "what comes after the checkpoint is the same"


def test_without_files_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    layer, trainer = line(None)
    assert len(list(steps_of(layer, trainer, STEPS))) == 5
    trainer.save()
    assert not list(tmp_path.iterdir())


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "line.pt").write_bytes(b"no checkpoint")
    with pytest.raises(ModelCorrupt, match=r"line\.pt"):
        line(tmp_path)


def test_parts_add_up_to_the_whole_batch() -> None:
    seen = torch.randn(8, 3, generator=torch.Generator().manual_seed(1))
    ends = []
    for parts in (1, 4):
        layer, trainer = line(None)
        trainer.advance(
            (layer(part).square().mean() / parts, {"loss": layer(part).mean()})
            for part in seen.chunk(parts)
        )
        ends.append(layer.weight.detach().clone())
    assert torch.allclose(ends[0], ends[1], atol=1e-6)


@pytest.mark.parametrize("bad", ["without a gradient", "not a number"])
def test_a_step_that_teaches_nothing_changes_nothing(bad: str) -> None:
    layer, trainer = line(None)
    before = layer.weight.detach().clone()
    loss = torch.tensor(1.0) if bad == "without a gradient" else layer.weight.sum() * torch.nan
    trainer.advance([(loss, {"loss": loss})])
    assert trainer.step == 1 and torch.equal(layer.weight, before)


@pytest.mark.parametrize(("steps", "warm"), [(6, 0.1), (40, 0.08), (100, 0.05)])
def test_the_cycle_is_that_of_torch(steps: int, warm: float) -> None:
    layer = torch.nn.Linear(1, 1)
    other = torch.optim.AdamW(layer.parameters(), 0.01)
    reference = torch.optim.lr_scheduler.OneCycleLR(other, 0.01, steps, pct_start=warm)
    plan = cycled(steps, warm)
    assert plan.momentum is not None
    for step in range(steps):
        assert 0.01 * plan.rate(step) == pytest.approx(other.param_groups[0]["lr"], rel=1e-6)
        assert plan.momentum(step) == pytest.approx(other.param_groups[0]["betas"][0])
        other.step()
        if step + 1 < steps:
            reference.step()


def test_a_cycle_of_one_step_up_begins_at_the_peak() -> None:
    assert cycled(10, 0.1).rate(0) == 1.0  # where torch divides by zero


def test_warm_up_then_a_cosine() -> None:
    rate = warmup_cosine(100, 10)
    assert [rate(0), rate(9), rate(10)] == [0.1, 1.0, 1.0]
    assert rate(55) == pytest.approx(0.505) and rate(100) == pytest.approx(0.01)
    assert warmup_cosine(100, 0, 0.0)(0) == 1.0 and warmup_cosine(100, 0, 0.0)(100) == 0.0


def test_groups_keep_their_shares() -> None:
    slow, fast = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    optimizer = torch.optim.AdamW(
        [{"params": slow.parameters(), "lr": 0.1}, {"params": fast.parameters(), "lr": 1.0}]
    )
    trainer = Trainer(torch.nn.ModuleList([slow, fast]), optimizer, Schedule(4, lambda step: 0.5))
    for _ in range(2):
        loss = slow(torch.ones(1)).sum() + fast(torch.ones(1)).sum()
        trainer.advance([(loss, {})])
    assert [group["lr"] for group in optimizer.param_groups] == [0.05, 0.5]

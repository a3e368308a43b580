"""Training of the full-size model from models of the hub, on any number of GPUs.

It is resumable and seeded, and writes a folder that can be given to `--model`.

    accelerate launch --multi_gpu --num_processes 8 -m geomagnifier_lab.train.full --data DIR --out
    DIR

The same command resumes where it stopped, with the same figures. See settings.py for the options,
losses.py for the losses.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from accelerate import Accelerator
from rich.console import Console
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Dataset

from geomagnifier import __version__
from geomagnifier.atomic import Staging
from geomagnifier.finetuning import run_log
from geomagnifier.finetuning.run_bar import bar
from geomagnifier.folder_lock import alone
from geomagnifier.language.classes import KINDS
from geomagnifier.language.scene_classes import SCENES
from geomagnifier.models.full import checkpoint
from geomagnifier.models.full import segmenter as sam2
from geomagnifier.models.full.checkpoint_metadata import Card
from geomagnifier.models.full.full_network import FullNetwork
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.train.batches import NAMES
from geomagnifier_lab.train.full import checkpoints
from geomagnifier_lab.train.full import losses as objective
from geomagnifier_lab.train.full.adapters import begin, optimizer_of, share_of_rate
from geomagnifier_lab.train.full.batches import tensors
from geomagnifier_lab.train.full.metrics import figures
from geomagnifier_lab.train.full.processes import accelerator_of
from geomagnifier_lab.train.full.samples import FullSample, Lessons, PlainLessons
from geomagnifier_lab.train.full.settings import Settings
from geomagnifier_lab.train.recall_calibration import lengths, sizes

CLIP = 1.0
"""Largest norm of the gradient."""
QUIET = (
    ".*returned a view tensor",  # of FSDP2: nothing is changed in place after the network
    # of DDP: about kernels of 1 x 1, whose strides say nothing
    ".*Grad strides do not match bucket view strides",
)
"""Warnings about what is intended."""


class FullDataset(Dataset[list[FullSample]]):
    """Samples of one process, by pass.

    Each process has its own; which ones depends only on their numbers.
    """

    def __init__(
        self, lessons: Lessons | PlainLessons, rows: int, process: int, processes: int
    ) -> None:
        self.lessons, self.rows, self.process, self.processes = lessons, rows, process, processes

    def __getitem__(self, number: int) -> list[FullSample]:
        first = (number * self.processes + self.process) * self.rows
        return [self.lessons[first + row] for row in range(self.rows)]

    def stream(self, first: int, end: int, workers: int) -> Iterator[list[FullSample]]:
        """Samples of the passes first..end in order, prefetched by `workers` processes.

        Args:
            first: first pass.
            end: pass after the last.
            workers: processes.
        """
        yield from DataLoader(
            self,
            batch_size=None,
            sampler=range(first, end),
            num_workers=workers,
            collate_fn=_as_it_is,
        )


def _as_it_is(lessons: list[FullSample]) -> list[FullSample]:
    return lessons


class Log:
    """log.jsonl as `finetuning/run_plot.py` reads it, and TensorBoard.

    Written by the first process alone.
    """

    def __init__(self, accelerator: Accelerator, out: Path, step: int) -> None:
        self.accelerator, self.path = accelerator, out / "log.jsonl"
        accelerator.init_trackers(
            "tensorboard", init_kwargs={"tensorboard": {"purge_step": step + 1}}
        )

    def write(self, step: int, values: dict[str, float], heading: str) -> None:
        """Write a row.

        Args:
            step: number of steps done.
            values: figures by name.
            heading: of the figures in TensorBoard.
        """
        self.accelerator.log(
            {f"{heading}/{name}": value for name, value in values.items()}, step=step
        )
        if self.accelerator.is_main_process:
            run_log.add(self.path, [{"step": step} | values])


@dataclass(frozen=True, eq=False)
class Run:
    """Objects that a training step needs."""

    accelerator: Accelerator
    """Of the run."""
    model: Any
    """The network as accelerate wraps it, to be called."""
    network: FullNetwork
    """The same, bare."""
    optimizer: Any
    """The optimizer as accelerate wraps it."""
    settings: Settings
    """Of the run."""


def train(settings: Settings) -> dict[str, float]:
    """Train, or resume from `out`/checkpoints, and write `out`/model; returns the last figures.

    Raises:
        OptionError: the data sets are not there, or one process is to shard.
        ModelNotFound, ModelOffline, ModelCorrupt, ModelUnsupported: of the models it begins from.
        OutputError: `out` cannot be written, another run is writing it, or its disk is full; the
            same command goes on from the last checkpoint.
    """
    for message in QUIET:
        warnings.filterwarnings("ignore", message)
    accelerator = accelerator_of(settings)
    # one process locks the folder for all processes of the run
    with alone(settings.out) if accelerator.is_main_process else nullcontext():
        return _train(settings, accelerator)


def _train(settings: Settings, accelerator: Accelerator) -> dict[str, float]:
    """`train`, alone in its folder."""
    console = Console(stderr=True)
    console.quiet = not (accelerator.is_main_process and console.is_terminal)
    if console.quiet:
        transformers.utils.logging.disable_progress_bar()
    network = begin(settings).train()
    # else transformers warns that it disables the cache for gradient checkpointing
    network.vlm.config.text_config.use_cache = False
    side = sam2.side(network.segmenter)
    lessons, held = courses(settings, side)
    if settings.sharded:
        accelerator.state.fsdp_plugin.transformer_cls_names_to_wrap = sorted(
            network.vlm.core._no_split_modules  # noqa: SLF001  # transformers has no public name for it
        )
    optimizer = optimizer_of(network, settings)
    model, optimizer, schedule = accelerator.prepare(
        network, optimizer, LambdaLR(optimizer, lambda step: share_of_rate(step, settings))
    )
    checkpoints.keep_what_is_trained(network)
    Staging(settings.out)  # refused here, not when the first checkpoint is due
    step = checkpoints.resume(accelerator, settings.out / "checkpoints")
    course_log = Log(accelerator, settings.out, step)
    course = FullDataset(
        lessons, settings.rows, accelerator.process_index, accelerator.num_processes
    )
    passes = course.stream(
        step * settings.accumulation, settings.steps * settings.accumulation, settings.workers
    )
    run, told = Run(accelerator, model, network, optimizer, settings), dict[str, float]()
    sums = torch.zeros(len(objective.NAMES) + 1, device=accelerator.device)
    clock, since = time.perf_counter(), step
    with bar(console, "training") as show:
        while step < settings.steps:
            sums += one_step(run, passes, step)
            schedule.step()
            step += 1
            show(step, settings.steps)
            last = step == settings.steps
            if step % settings.log_every == 0 or last:
                means = (accelerator.reduce(sums, "mean") / (step - since)).tolist()
                row = {"seconds": (time.perf_counter() - clock) / (step - since)}
                course_log.write(
                    step,
                    row | dict(zip((*objective.NAMES, "total"), means, strict=True)),
                    "training",
                )
                sums.zero_()
                clock, since = time.perf_counter(), step
            pause = time.perf_counter()
            if step % settings.checkpoint_every == 0 or last:
                checkpoints.save(accelerator, settings.out / "checkpoints", step)
            if step % settings.validate_every == 0 or last:
                told = figures(accelerator, model, network, held)
                course_log.write(step, told, "validation")
            clock += time.perf_counter() - pause
    state = checkpoints.gathered(model)
    if accelerator.is_main_process:
        write(settings, state)
    accelerator.end_training()
    return told


def courses(settings: Settings, side: int) -> tuple[Lessons | PlainLessons, PlainLessons]:
    """Training samples, and those that the figures are measured on.

    Args:
        settings: of the run.
        side: of the segmenter's images, px.
    """
    if settings.pictures is not None:
        plain = PlainLessons(settings.data, "train", side, settings.seed, settings.pictures)
        return plain, plain
    return Lessons(settings.data, side, settings.seed), PlainLessons(
        settings.data, "val", side, settings.seed, settings.held
    )


def one_step(run: Run, passes: Iterator[list[FullSample]], step: int) -> torch.Tensor:
    """One step of the optimizer.

    Returns the mean of each loss, in the order of `objective.NAMES`, and their weighted sum.

    Args:
        run: objects of the run.
        passes: samples of each pass.
        step: number of steps done.
    """
    accelerator, settings, told = run.accelerator, run.settings, []
    for number in range(settings.accumulation):
        both = tensors(run.network, next(passes))
        batch, targets = (
            {name: value.to(accelerator.device) for name, value in part.items()} for part in both
        )
        chance = (
            settings.seed * 1_000_003 + step * settings.accumulation + number
        ) * accelerator.num_processes
        torch.manual_seed(chance + accelerator.process_index)
        with accelerator.accumulate(run.model):
            with accelerator.autocast():
                outputs = run.model(batch)
            losses = objective.losses_of(outputs, targets)
            total = objective.total(losses)
            accelerator.backward(total)
            if accelerator.sync_gradients:
                norm = accelerator.clip_grad_norm_(run.model.parameters(), CLIP)
                if torch.isfinite(norm).item():
                    run.optimizer.step()
                run.optimizer.zero_grad()
        told.append(torch.stack([*(losses[name] for name in objective.NAMES), total]).detach())
    return torch.stack(told).mean(0)


def write(settings: Settings, state: dict[str, torch.Tensor]) -> None:
    """Write the model folder from the trained weights.

    Everything else is read again from where the run began.

    Args:
        settings: of the run.
        state: of `checkpoints.gathered`.
    """
    network = begin(settings)
    missing, foreign = network.load_state_dict(state, strict=False)
    trained = {name for name, p in network.named_parameters() if p.requires_grad}
    if foreign or trained & set(missing):
        raise RuntimeError(
            "what was gathered is not what was trained:"
            f" {[*foreign, *sorted(trained & set(missing))][:3]}"
        )
    vlm, segmenter, language = (
        str(Path(name).resolve()) if Path(name).is_dir() else name
        for name in (settings.vlm, settings.segmenter, settings.language)
    )
    covers, seen = (
        tuple(kind.name for kind in KINDS if kind.stuff),
        sizes(lengths(vhr10(settings.data, "train"))),
    )
    card = Card(__version__, vlm, segmenter, language, NAMES, covers, SCENES, seen, trained=True)
    checkpoint.save(settings.out / "model", network, card, settings.merged)

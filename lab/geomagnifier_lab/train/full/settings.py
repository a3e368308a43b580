"""Settings of a training run of the full-size model, and its command line: one option a field."""

from __future__ import annotations

import argparse
import ast
import inspect
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from geomagnifier.errors import OptionError


@dataclass(frozen=True)
class Settings:
    """Settings of a run; counts of rows are for one process (one GPU)."""

    out: Path
    """Folder of the run: checkpoints/, tensorboard/, log.jsonl, and model/ at the end. A run
    that was stopped there is continued.
    """
    data: Path
    """Folder of the data sets: vhr10/ and, if present, dubai/ aid/ ucm/ rsscn7/."""
    vlm: str = "Qwen/Qwen2.5-VL-7B-Instruct"
    """Vision-language model: a name on Hugging Face or a folder."""
    segmenter: str = "facebook/sam2.1-hiera-base-plus"
    """SAM2: a name on Hugging Face or a folder."""
    language: str = "google-bert/bert-base-uncased"
    """Text encoder of questions: a name on Hugging Face or a folder."""
    steps: int = 6000
    """Optimizer steps."""
    rows: int = 2
    """Batch size of one process: questions in a forward pass."""
    accumulation: int = 4
    """Gradient accumulation: forward passes per optimizer step."""
    rate: float = 3e-4
    """Learning rate of the new parts: pixel decoder, scene classes, granularity."""
    lora_rate: float = 1e-4
    """Learning rate of LoRA and of the rows of [SEG], [BOX] and [NONE]."""
    segmenter_rate: float = 0.0
    """Learning rate of SAM2's image encoder; 0 freezes it."""
    language_rate: float = 2e-5
    """Learning rate of the text encoder; 0 freezes it."""
    warmup: int = 100
    """Steps of linear warm-up; a cosine decay follows."""
    decay: float = 0.01
    """Weight decay of matrices; norms, biases and embeddings have none."""
    lora_rank: int = 16
    """Rank of LoRA."""
    lora_alpha: float = 32.0
    """Scale of LoRA: alpha / rank."""
    lora_dropout: float = 0.05
    """Dropout of LoRA's inputs."""
    gradient_checkpointing: bool = True
    """Recompute the layers of the VLM in the backward pass: slower, with a fraction of the memory.
    """
    precision: Literal["bf16", "no"] = "bf16"
    """Precision of the computation and of frozen weights; "no" is float32. Trained weights are
    always float32.
    """
    sharded: bool = False
    """Shard weights, gradients and optimizer state over the processes (FSDP); without it each has a
    copy (DDP).
    """
    checkpoint_every: int = 500
    """Steps between checkpoints."""
    log_every: int = 10
    """Steps between lines of log.jsonl."""
    validate_every: int = 500
    """Steps between validations."""
    held: int = 32
    """Number of validation images."""
    workers: int = 4
    """Data-loading processes of each training process."""
    seed: int = 0
    """Random seed."""
    pictures: int | None = None
    """Overfit test: train on this many whole VHR-10 images, without augmentation, and validate on
    the same ones.
    """
    merged: bool = False
    """Write the VLM with LoRA merged into it; without it the adapter is a file of its own."""

    def __post_init__(self) -> None:
        for name, least in LEAST.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise OptionError(f"{option(name)} is {value}; give {least} or more")
        if not 0 <= self.lora_dropout < 1:
            raise OptionError(
                f"--lora-dropout is {self.lora_dropout}; give a share from 0 to below 1"
            )
        if self.precision not in get_args(get_type_hints(Settings)["precision"]):
            raise OptionError(f"--precision is {self.precision!r}; choose bf16 or no")


LEAST = dict.fromkeys(
    (
        "steps",
        "rows",
        "accumulation",
        "lora_rank",
        "checkpoint_every",
        "log_every",
        "validate_every",
        "held",
        "pictures",
    ),
    1,
) | dict.fromkeys(
    (
        "rate",
        "lora_rate",
        "segmenter_rate",
        "language_rate",
        "warmup",
        "decay",
        "lora_alpha",
        "workers",
        "seed",
    ),
    0,
)
"""By field, the smallest value that makes sense."""


def option(name: str) -> str:
    """Name of a field on the command line."""
    return "--" + name.replace("_", "-")


def sentences() -> dict[str, str]:
    """The docstring under each field, as the help of its option."""
    told: dict[str, str] = {}
    (tree,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(tree, ast.ClassDef)
    for field, after in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr):
            told[ast.unparse(field.target)] = " ".join(ast.literal_eval(after.value).split())
    return told


def read(arguments: Sequence[str]) -> Settings:
    """Read settings from the command line.

    Args:
        arguments: without the program name.

    Raises:
        OptionError: an option is unknown, missing or out of its range.
    """
    parser = _Parser(
        prog="geomagnifier_lab.train.full",
        description="Train the full-size model.",
        allow_abbrev=False,
    )
    told, types = sentences(), get_type_hints(Settings)
    for f in fields(Settings):
        kind: Any = types[f.name]
        more: dict[str, Any] = {"help": told[f.name].replace("%", "%%"), "default": f.default}
        if f.default is MISSING:
            more = {"help": more["help"], "required": True}
        if kind is bool:
            more["action"] = argparse.BooleanOptionalAction
        elif get_args(kind) and isinstance(get_args(kind)[0], str):
            more["choices"] = get_args(kind)
        else:
            more["type"] = get_args(kind)[0] if get_args(kind) else kind
        parser.add_argument(option(f.name), dest=f.name, **more)
    return Settings(**vars(parser.parse_args(arguments)))


class _Parser(argparse.ArgumentParser):
    """Raises in place of leaving the process: an error is one line."""

    def error(self, message: str) -> Any:
        raise OptionError(f"{message}; --help lists all options")

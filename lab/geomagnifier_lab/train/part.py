"""Training of a part over a finished, frozen model: a resumable loop and the command around it.

    python -m geomagnifier_lab.train.NAME --data DIR --out MODEL [--from small] [--steps N]

MODEL becomes a copy of the model's folder with the part's file among the others. MODEL/NAME.pt is
the checkpoint from which a stopped run goes on, MODEL/NAME.jsonl the log.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from geomagnifier.errors import GeomagError, OptionError
from geomagnifier.finetuning.run_state import saved
from geomagnifier.models import registry
from geomagnifier.models.small.model import SmallModel
from geomagnifier_lab.datasets.sample import data_root
from geomagnifier_lab.train.trainer import Files, Trainer, cycled

TOLD = 20
"""Steps from one row of the log, and checkpoint, to the next."""

Train = Callable[[SmallModel, Path, Path, int, int], Iterator[Mapping[str, float]]]
"""(model, folder of the data sets, folder of the new model, steps, seed) -> rows with "step" and
losses.
"""


def learn(
    part: nn.Module,
    loss: Callable[[int], Tensor],
    out: Path,
    name: str,
    steps: int,
    rate: float,
    decay: float = 0.0,
    clip: float = torch.inf,
) -> Iterator[dict[str, float]]:
    """Train a part with AdamW over one cycle of the rate, from `out`/NAME.pt where it exists.

    Yields {"step", "seconds" a step, "loss"}.

    Args:
        part: module to be trained.
        loss: of a step, from its number alone.
        out: folder of checkpoint and log.
        name: of both, without the suffix.
        steps: in all.
        rate: peak learning rate.
        decay: of the weights.
        clip: largest norm of the gradient.

    Raises:
        ModelCorrupt: the checkpoint is damaged.
    """
    trainer = Trainer(
        part,
        torch.optim.AdamW(part.parameters(), rate, weight_decay=decay),
        cycled(steps, 0.1, clip=clip, log_every=TOLD, save_every=TOLD),
        Files(out / f"{name}.pt", out / f"{name}.jsonl"),
    )
    while trainer.step < steps:
        found = loss(trainer.step)
        yield from trainer.advance([(found, {"loss": found})])


def learnt(out: Path, name: str) -> dict[str, Tensor]:
    """The weights that `learn` has trained.

    Args:
        out: folder of the checkpoint.
        name: of the checkpoint, without the suffix.
    """
    network: dict[str, Tensor] = saved(out / f"{name}.pt")["network"]
    return network


def command(
    module: str,
    about: str | None,
    steps: int,
    train: Train,
    put: Callable[[Path, Path], Any],
    arguments: list[str] | None,
) -> int:
    """Run the command of a part.

    Args:
        module: its name, as given to `python -m`.
        about: its docstring, whose first line is the description.
        steps: default of --steps.
        train: see `Train`.
        put: writes the part's file: (folder of the checkpoint, model folder with all other files).
        arguments: of the command line; None for those of the process.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}", description=(about or "").partition("\n")[0]
    )
    parser.add_argument(
        "--data", type=Path, help="folder of the data sets; else the setting GEOMAG_DATA"
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help="folder of the new model; a stopped run goes on there",
    )
    parser.add_argument(
        "--from", dest="start", default="small", help="model that the part is trained over"
    )
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    try:
        start = registry.folder_of(given.start)
        if given.out.exists() and given.out.samefile(start):
            raise OptionError(
                f"{given.out} is the model that is started from; --out is the folder of the new one"
            )
        for row in train(
            registry.load_small(given.start),
            data_root(given.data),
            given.out,
            given.steps,
            given.seed,
        ):
            told = "  ".join(f"{name} {value:.3f}" for name, value in row.items() if name != "step")
            print(f"step {row['step']:.0f} of {given.steps}  {told}", file=sys.stderr, flush=True)
        for name in (*registry.ALL, "NOTICE.md"):
            if (start / name).is_file():
                shutil.copyfile(start / name, given.out / name)
        put(given.out, given.out)
        registry.seal(given.out)
    except GeomagError as error:
        print(f"geomag: {error}", file=sys.stderr)
        return 2
    print(given.out)
    return 0

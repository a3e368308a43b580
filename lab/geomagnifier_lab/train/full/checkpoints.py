"""Checkpoints of a run, by accelerate: trained weights, the optimizer, the schedule.

A run that is started again resumes from the last.

Frozen weights are not in them: they are read again from where the run began, so that 15 GB are not
written every quarter of an hour. No random state is stored: it follows from the seed and the step.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, cast

from accelerate import Accelerator
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

from geomagnifier.atomic import output_error, rename

KEPT = 2
"""Checkpoints that are kept."""
_PREFIX = "step-"


def keep_what_is_trained(network: nn.Module) -> None:
    """Leave frozen weights out of the network's state dict, and accept one without them."""
    trained = {name for name, p in network.named_parameters() if p.requires_grad}

    def leave_out(module: nn.Module, state: dict[str, Any], prefix: str, _: Any) -> None:
        for name in list(state):
            if name.startswith(prefix) and name.removeprefix(prefix) not in trained:
                del state[name]

    def do_without(module: nn.Module, incompatible: Any) -> None:  # "module." is DDP's
        incompatible.missing_keys[:] = [
            name for name in incompatible.missing_keys if name.removeprefix("module.") in trained
        ]

    network.register_state_dict_post_hook(leave_out)
    network.register_load_state_dict_post_hook(do_without)


def gathered(network: nn.Module) -> dict[str, Tensor]:
    """All trained weights on the CPU of the first process; nothing in the others.

    All processes must call it.
    """
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    return cast(dict[str, Tensor], get_model_state_dict(network, options=options))


def save(accelerator: Accelerator, folder: Path, step: int) -> None:
    """Write a checkpoint, whole or not at all, and delete old ones.

    All processes must call it.

    Args:
        accelerator: of the run.
        folder: of the checkpoints.
        step: number of steps done.

    Raises:
        OutputError: the disk is full, or cannot be written to; the checkpoints before are as they
            were.
    """
    begun, done = folder / f".{_PREFIX}{step:07d}.part", folder / f"{_PREFIX}{step:07d}"
    if accelerator.is_main_process:
        shutil.rmtree(begun, ignore_errors=True)
    accelerator.wait_for_everyone()
    try:
        accelerator.save_state(str(begun))
    except (OSError, RuntimeError, SafetensorError) as error:
        shutil.rmtree(begun, ignore_errors=True)
        # torch's file writer, inline_container, raises RuntimeError; any other is not of the disk
        if isinstance(error, RuntimeError) and "inline_container" not in str(error):
            raise
        raise output_error(done, error) from error
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        shutil.rmtree(done, ignore_errors=True)
        rename(begun, done)
        for old in _all(folder)[:-KEPT]:
            shutil.rmtree(old)
    accelerator.wait_for_everyone()


def resume(accelerator: Accelerator, folder: Path) -> int:
    """Read the last checkpoint; returns its step, 0 where there is none.

    Args:
        accelerator: of the run, with all that it restores.
        folder: of the checkpoints.
    """
    checkpoints = _all(folder)
    if not checkpoints:
        return 0
    accelerator.load_state(str(checkpoints[-1]))
    return int(checkpoints[-1].name.removeprefix(_PREFIX))


def _all(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_PREFIX}*"))

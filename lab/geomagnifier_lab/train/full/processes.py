"""The processes of a run, by accelerate.

One process, or several with DDP or FSDP2, on GPUs or on the CPU over gloo.
"""

from __future__ import annotations

import torch
from accelerate import Accelerator, FullyShardedDataParallelPlugin, PartialState
from accelerate.utils import DistributedType
from torch.distributed.fsdp import MixedPrecisionPolicy

from geomagnifier.errors import OptionError
from geomagnifier_lab.train.full.settings import Settings


def accelerator_of(settings: Settings) -> Accelerator:
    """The accelerator that spreads a run over its processes.

    As `accelerate launch` or `torchrun` started them.

    Raises:
        OptionError: to be sharded by a single process.
    """
    accelerator = Accelerator(
        # else several processes without a GPU do not find each other
        cpu=not torch.accelerator.is_available(),
        mixed_precision=settings.precision,
        gradient_accumulation_steps=settings.accumulation,
        log_with="tensorboard",
        project_dir=settings.out,
        # else a schedule runs as many times too fast as there are processes
        step_scheduler_with_optimizer=False,
        fsdp_plugin=_sharding() if settings.sharded else None,
    )
    if settings.sharded and accelerator.num_processes == 1:
        raise OptionError(
            "--sharded spreads the model over processes, and there is one; leave it out, or start"
            " more with --num_processes"
        )
    if settings.sharded and accelerator.distributed_type is DistributedType.MULTI_CPU:
        # accelerate takes its plugin for accelerators alone and lets processes on the CPU copy the
        # model. FSDP2 itself does not care: told that this is FSDP, accelerate runs the same code
        # over gloo as it does over NCCL. This is for tests; 7 G parameters are not trained on CPUs.
        PartialState().distributed_type = accelerator.state.distributed_type = DistributedType.FSDP
        accelerator.state.fsdp_plugin = _sharding()
    return accelerator


def _sharding() -> FullyShardedDataParallelPlugin:
    """FSDP2, without casts.

    Frozen weights are bf16 already, trained ones are float32, autocast does the rest as in DDP.
    """
    return FullyShardedDataParallelPlugin(
        fsdp_version=2,
        auto_wrap_policy="transformer_based_wrap",
        state_dict_type="SHARDED_STATE_DICT",
        mixed_precision_policy=MixedPrecisionPolicy(),
    )

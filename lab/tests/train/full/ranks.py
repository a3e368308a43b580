"""One of two processes of a training run.

In a file of its own: a process that is started anew imports it by its name.
"""

from __future__ import annotations

import os
import sys
import time

import torch


def process(number: int, port: int, arguments: list[str], held: bool) -> None:
    """One of two processes, as a launcher would have started it.

    Held: it waits after its first checkpoint.
    """
    told = {
        "RANK": number,
        "LOCAL_RANK": number,
        "WORLD_SIZE": 2,
        "LOCAL_WORLD_SIZE": 2,
        "MASTER_PORT": port,
        "OMP_NUM_THREADS": 1,
    }
    os.environ.update(
        {name: str(value) for name, value in told.items()} | {"MASTER_ADDR": "127.0.0.1"}
    )
    torch.set_num_threads(1)  # of several, the sums would differ in the last digit
    from geomagnifier_lab.train.full import checkpoints
    from geomagnifier_lab.train.full.__main__ import main

    save = checkpoints.save
    if held:
        checkpoints.save = lambda *given: (save(*given), time.sleep(3600))
    sys.exit(main(arguments))

"""Checkpoints of the full-size training where there is no room for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from accelerate import Accelerator
from torch import nn

from disks import Disk
from geomagnifier.errors import OutputError
from geomagnifier_lab.train.full import checkpoints


def test_a_full_disk_leaves_the_checkpoints_before(disk: Callable[[int], Disk]) -> None:
    small = disk(2 << 20)
    accelerator = Accelerator(cpu=True)
    network = accelerator.prepare(nn.Linear(600, 600))  # 1.4 MB
    checkpoints.save(accelerator, small.path, 1)
    before = network.weight.detach().clone()
    with torch.no_grad():
        network.weight.add_(1)
    with pytest.raises(
        OutputError, match=r"step-0000002 cannot be written: the disk is full; free some space$"
    ):
        checkpoints.save(accelerator, small.path, 2)
    assert [path.name for path in small.path.iterdir()] == ["step-0000001"]
    assert checkpoints.resume(accelerator, small.path) == 1
    assert torch.equal(network.weight, before)
    small.grow(8 << 20)
    checkpoints.save(accelerator, small.path, 2)
    assert checkpoints.resume(accelerator, small.path) == 2


def test_what_torch_cannot_write_is_told_as_well(disk: Callable[[int], Disk]) -> None:
    accelerator = Accelerator(cpu=True)
    network = nn.Linear(300, 300)
    optimizer = torch.optim.AdamW(network.parameters())
    network(torch.zeros(1, 300)).sum().backward()
    optimizer.step()
    accelerator.prepare(network, optimizer)
    small = disk(600 << 10)  # the network's 360 kB fit, the optimizer's 720 kB do not
    with pytest.raises(OutputError, match="step-0000001 cannot be written: the disk "):
        checkpoints.save(accelerator, small.path, 1)
    assert [*small.path.iterdir()] == []

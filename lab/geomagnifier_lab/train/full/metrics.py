"""Validation figures of the full network on whole images: IoU of masks, accuracy of tokens."""

from __future__ import annotations

import torch
from accelerate import Accelerator
from torch import nn

from geomagnifier.models.full.full_network import FullNetwork
from geomagnifier_lab.train.full.batches import tensors
from geomagnifier_lab.train.full.samples import PlainLessons


@torch.no_grad()
def figures(
    accelerator: Accelerator, model: nn.Module, network: FullNetwork, lessons: PlainLessons
) -> dict[str, float]:
    """Figures over samples that the processes share out. All processes must call it.

    Args:
        accelerator: of the run.
        model: the network as the run calls it: wrapped.
        network: the same, bare.
        lessons: all about classes that are there.

    Returns:
        IoU: mean over samples of the IoU of the mask, at S/2.
        written: share of the answers' tokens that are the likeliest.
        granularity: share of the questions whose level is right.
    """
    network.eval()
    sums = torch.zeros(5, dtype=torch.float64, device=accelerator.device)
    count = accelerator.num_processes
    # every process runs the network equally often: with sharding, each pass needs them all
    for first in range(0, len(lessons), count):
        number = first + accelerator.process_index
        batch, targets = tensors(network, [lessons[number]])
        with accelerator.autocast():
            outputs = model({name: value.to(accelerator.device) for name, value in batch.items()})
        if number >= len(lessons):
            continue
        found, wanted = outputs["mask"][0] > 0, (targets["mask"][0] > 0.5).to(accelerator.device)
        union = (found | wanted).sum()
        right = outputs["logits"].argmax(1) == outputs["answers"]
        sums += torch.stack(
            [
                (found & wanted).sum() / union.clamp(min=1),
                right.sum(),
                torch.tensor(right.numel()).to(right.device),
                outputs["granularity"].argmax(1).cpu().eq(targets["level"]).sum().to(right.device),
                torch.tensor(1).to(right.device),
            ]
        )
    network.train()
    iou, right, tokens, levels, rows = accelerator.reduce(sums, "sum").tolist()
    return {"IoU": iou / rows, "written": right / tokens, "granularity": levels / rows}

"""Train the refiner of boxes over a finished image side, which does not change.

    python -m geomagnifier_lab.train.box_refiner --data DIR --out MODEL [--from small] [--steps
    3000]

Crops are those of the second stage (`wide_batches`). Boxes are the decoder's own detections of
classes that are there and of some that are not, and labelled ones moved and stretched. MODEL
becomes a copy of the model's folder with the refiner beside the others. MODEL/refine.pt is the
checkpoint from which a stopped run goes on, MODEL/refine.jsonl the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from geomagnifier.finetuning.crops import SHARE_TO_COUNT, Crop
from geomagnifier.finetuning.run_state import saved
from geomagnifier.models import registry
from geomagnifier.models.networks.loading import tensors
from geomagnifier.models.networks.pixel_decoder import Maps, Pyramid
from geomagnifier.models.small.instances import find_peaks
from geomagnifier.models.small.model import SmallModel
from geomagnifier_lab.networks.backbone import normalise
from geomagnifier_lab.networks.box_refiner import BoxRefiner
from geomagnifier_lab.train.batches import OBJECTS, Sizes, choose
from geomagnifier_lab.train.part import command
from geomagnifier_lab.train.torch_twin import torch_twin
from geomagnifier_lab.train.trainer import Files, Schedule, Trainer, warmup_cosine
from geomagnifier_lab.train.wide_batches import WideBatches

STEPS, RATE, WARMUP, DECAY, AVERAGE, TOLD, SAVED = 3000, 1e-3, 100, 0.05, 0.998, 20, 50
SIZES = Sizes(crops=12, side=320, scenes=1)
CHECKPOINT, LOG = "refine.pt", "refine.jsonl"
LEAST_HEAT, MOST = 0.02, 24
"""Lowest centre score of the decoder's peaks that are refined, and how many of a class at most."""
MATCHED = 0.2
"""IoU from which a detected box is matched to a labelled object."""
ASKED = 3
"""Classes asked for on a crop at most."""
MOVED, STRETCHED = 0.05, 0.35
"""Standard deviation of the shift of a labelled box, as a share of its sides, and of the logarithm
of the factors that its sides are stretched by.
"""
FIT = 0.5
"""Weight of the predicted fit beside the boxes' GIoU."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class RefinerTargets:
    """Labels of a class on a crop, for the refiner of boxes."""

    number: int
    """Class, as index into OBJECTS."""
    boxes: Floats
    """(n, 4) labelled boxes to learn from, px."""
    unclear: Floats
    """(m, 4) labelled boxes that are ignored: cut off, or of uncertain size, px."""
    told: bool
    """Whether every object of the class is labelled on the crop."""


@dataclass(frozen=True, eq=False)
class RefineBatch:
    """Crops of a step with the labels of the classes asked for."""

    pixels: Tensor
    """(B, S, S, 3) uint8 crops."""
    asked: list[list[RefinerTargets]]
    """Of each crop, the classes asked for."""


def asked_of(crop: Crop, rng: np.random.Generator) -> list[RefinerTargets]:
    """Classes to ask for on a crop, with their labels: those that are there first.

    Args:
        crop: labelled crop.
        rng: random generator.
    """
    found = []
    for kind in [k for k in choose(crop, rng) if k in OBJECTS][:ASKED]:
        pieces = [p for p in crop.pieces if p.of(kind)]
        sure = [
            p.box for p in pieces if p.share >= SHARE_TO_COUNT and not p.ignored and p.halo < 0.5
        ]  # a halo of 0.5 or more: the box of a point label
        unclear = [
            p.box
            for p in pieces
            if not (p.share >= SHARE_TO_COUNT and not p.ignored and p.halo < 0.5)
        ]
        found.append(
            RefinerTargets(OBJECTS.index(kind), _boxes(sure), _boxes(unclear), kind in crop.kinds)
        )
    return found


def _boxes(boxes: list[NDArray[np.float32]]) -> Floats:
    return np.array(boxes, np.float32).reshape(-1, 4)


class RefineBatches(Dataset[RefineBatch]):
    """Crops of the second stage with the boxes on them."""

    def __init__(self, data: WideBatches) -> None:
        self.data = data

    def __getitem__(self, step: int) -> RefineBatch:
        """The batch of a step."""
        crops, rng = self.data.crops(step)
        return RefineBatch(
            torch.from_numpy(np.stack([c.pixels for c in crops])),
            [asked_of(crop, rng) for crop in crops],
        )

    def stream(self, first: int, end: int) -> Iterator[RefineBatch]:
        """Batches of the steps first..end in order, prefetched by one process.

        Args:
            first: first step.
            end: step after the last.
        """
        yield from DataLoader(
            self, batch_size=None, sampler=range(first, end), num_workers=1, prefetch_factor=3
        )


def overlap(a: Tensor, b: Tensor) -> Tensor:
    """IoU of boxes, (N, M).

    Args:
        a: (N, 4) boxes, px.
        b: (M, 4) boxes, px.
    """
    low, high = (
        torch.maximum(a[:, None, :2], b[None, :, :2]),
        torch.minimum(a[:, None, 2:], b[None, :, 2:]),
    )
    common = (high - low).clamp(min=0).prod(2)
    area = [(x[:, 2:] - x[:, :2]).clamp(min=0).prod(1) for x in (a, b)]
    return common / (area[0][:, None] + area[1][None] - common).clamp(min=1e-3)


def moved(boxes: Tensor, chance: torch.Generator) -> Tensor:
    """Boxes (n, 4) shifted and stretched at random; three in ten become squares.

    Args:
        boxes: (n, 4), px.
        chance: random generator.
    """
    middle, side = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    square = torch.rand(len(boxes), 1, generator=chance) < 0.3
    side = torch.where(square, side.prod(1, keepdim=True).sqrt().expand_as(side), side)
    side = side * torch.exp(STRETCHED * torch.randn(side.shape, generator=chance))
    middle = middle + MOVED * side * torch.randn(side.shape, generator=chance)
    return torch.cat([middle - side / 2, middle + side / 2], 1)


def giou(a: Tensor, b: Tensor) -> Tensor:
    """GIoU (Rezatofighi et al., arXiv:1902.09630) of pairs of boxes, (N,).

    Args:
        a: (N, 4) boxes, px.
        b: (N, 4) boxes, px.
    """
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    common = (high - low).clamp(min=0).prod(1)
    union = sum((x[:, 2:] - x[:, :2]).clamp(min=1e-3).prod(1) for x in (a, b)) - common
    hull = (
        (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2]))
        .prod(1)
        .clamp(min=1e-3)
    )
    return common / union - (hull - union) / hull


def losses(
    refiner: BoxRefiner, pyramid: Pyramid, state: Tensor, boxes: Tensor, asked: RefinerTargets
) -> tuple[Tensor, Tensor, int, Tensor] | None:
    """Losses of the boxes of a class on a crop, before they are averaged.

    Sum of 1 - GIoU, sum of the fit's cross entropy, how many boxes are matched, refined boxes. None
    where there is nothing to learn from.

    Args:
        refiner: network to be trained.
        pyramid: features of the crop.
        state: of the class, (256,).
        boxes: (N, 4) px.
        asked: labels of the class.
    """
    labelled, unclear = torch.from_numpy(asked.boxes), torch.from_numpy(asked.unclear)
    alike = overlap(boxes, labelled)
    best, which = (
        alike.max(1)
        if len(labelled)
        else (torch.zeros(len(boxes)), torch.zeros(len(boxes), dtype=torch.long))
    )
    hit = best >= MATCHED
    clear = hit | (asked.told & ((overlap(boxes, unclear) > 0.05).sum(1) == 0))
    if not bool(clear.any()):
        return None
    boxes, which, hit = boxes[clear], which[clear], hit[clear]
    out = refiner(pyramid, boxes, state)
    true = labelled[which] if len(labelled) else boxes
    fits = giou(out.boxes, true)
    with torch.no_grad():
        wanted = torch.where(
            hit,
            (
                overlap(out.boxes, labelled).max(1).values
                if len(labelled)
                else torch.zeros(len(boxes))
            ),
            0.0,
        )
    fit = F.binary_cross_entropy_with_logits(out.fit, wanted, reduction="sum")
    return ((1 - fits) * hit).sum(), fit, int(hit.sum()), out.boxes.detach()


def proposals(
    maps: Maps, crop: int, question: int, boxes: Floats, chance: torch.Generator
) -> Tensor:
    """Boxes to refine, (N, 4): the decoder's detections, and labelled ones moved, twice each.

    Args:
        maps: the pixel decoder's output.
        crop: index of the crop.
        question: index of the class asked for.
        boxes: (n, 4) labelled boxes, px.
        chance: random generator.
    """
    found = find_peaks(
        maps.centre[crop, question].numpy(), maps.sides[crop, question].numpy(), LEAST_HEAT
    )
    true = torch.from_numpy(boxes).repeat(2, 1)
    if len(true) > MOST:
        true = true[torch.randperm(len(true), generator=chance)[:MOST]]
    return torch.cat([torch.from_numpy(found.boxes[:MOST]), moved(true, chance)])


def step_losses(
    refiner: BoxRefiner, model: SmallModel, batch: RefineBatch, chance: torch.Generator
) -> dict[str, Tensor]:
    """Mean losses of a batch, each box refined twice.

    Args:
        refiner: network to be trained.
        model: whose frozen image side is used.
        batch: crops with labels.
        chance: random generator.
    """
    network = torch_twin(model)
    numbers = [[model.kinds.index(OBJECTS[a.number]) for a in row] for row in batch.asked]
    padded = torch.tensor([row + [len(model.kinds)] * (ASKED - len(row)) for row in numbers])
    # in bf16, as the image side was trained
    with torch.no_grad(), torch.autocast(batch.pixels.device.type, torch.bfloat16):
        pyramid = network.neck(network.trunk(normalise(batch.pixels)))
        states = network.states(padded)
        maps = network.decoder(states, network.decoder.prepare(pyramid))
    sums, count, seen = [torch.zeros(()), torch.zeros(())], 0, 0
    for c, row in enumerate(batch.asked):
        own = Pyramid(*(f[c : c + 1].float() for f in pyramid))
        for q, asked in enumerate(row):
            boxes = proposals(maps, c, q, asked.boxes, chance)
            for _ in range(2):
                told = losses(refiner, own, states[c, q], boxes, asked) if len(boxes) else None
                if told is None:
                    break
                sums[0], sums[1], count, seen = (
                    sums[0] + told[0],
                    sums[1] + told[1],
                    count + told[2],
                    seen + len(told[3]),
                )
                boxes = told[3]
    return {"giou": sums[0] / max(1, count), "fit": sums[1] / max(1, seen)}


def train(
    model: SmallModel,
    root: Path,
    out: Path,
    steps: int = STEPS,
    seed: int = 0,
    sizes: Sizes = SIZES,
    start: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Train, or resume from `out`/refine.pt; yields a row of figures every `TOLD` steps.

    The checkpoint's "average" is the result.

    Args:
        model: whose image side is used.
        root: folder of the data sets, with `more/` in it.
        out: folder of checkpoint and log.
        steps: of AdamW.
        seed: of weights, crops and boxes.
        sizes: of a batch.
        start: file of a refiner over a similar image side, from which it starts, at half the
            learning rate; None to begin from random weights.

    Raises:
        DataMissing, DataCorrupt: a set is not there, or damaged.
        ModelCorrupt: the checkpoint is damaged, or what it starts from.
    """
    torch.manual_seed(seed)
    refiner = BoxRefiner().train()
    if start is not None:
        refiner.load_state_dict(tensors(start)[1])
    trainer = Trainer(
        refiner,
        torch.optim.AdamW(
            refiner.parameters(), RATE if start is None else RATE / 2, weight_decay=DECAY
        ),
        Schedule(
            steps,
            warmup_cosine(steps, WARMUP, 0.02),
            clip=5.0,
            average=AVERAGE,
            log_every=TOLD,
            save_every=SAVED,
        ),
        Files(out / CHECKPOINT, out / LOG),
    )
    for batch in RefineBatches(WideBatches(root, seed, sizes, 12)).stream(trainer.step, steps):
        torch.manual_seed(seed * 1_000_003 + trainer.step)
        chance = torch.Generator().manual_seed(seed * 1_000_003 + trainer.step)
        found = step_losses(refiner, model, batch, chance)
        # without a gradient where these crops have nothing to learn from
        yield from trainer.advance([(found["giou"] + FIT * found["fit"], found)])


def put(out: Path, folder: Path) -> None:
    """Write the refiner of `out`/refine.pt, for all classes, into a model folder.

    Args:
        out: folder of the checkpoint.
        folder: model folder; its other files are there already.
    """
    registry.write(
        folder / registry.REFINER, saved(out / CHECKPOINT)["average"], {"classes": OBJECTS}
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    return command("geomagnifier_lab.train.box_refiner", __doc__, STEPS, train, put, arguments)


if __name__ == "__main__":
    raise SystemExit(main())

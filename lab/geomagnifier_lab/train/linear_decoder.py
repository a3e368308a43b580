"""Train the pixel decoder as the paper writes it, over the frozen image side of a trained model.

    python -m geomagnifier_lab.train.linear_decoder --data DIR --out MODEL [--from small] [--steps
    400]

Crops, questions and the mask's losses are those of the small model's first training. MODEL becomes
a copy of the model's folder with the file of `variant="linear decoder"` among the others; a stopped
run goes on (`lab/geomagnifier_lab/train/part.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from geomagnifier.finetuning import run_log
from geomagnifier.finetuning.crops import make_crop
from geomagnifier.finetuning.losses import WEIGHTS, map_losses
from geomagnifier.models import registry
from geomagnifier.models.networks.pixel_decoder import Maps, Pyramid
from geomagnifier.models.small.model import SmallModel
from geomagnifier_lab.networks.backbone import normalise
from geomagnifier_lab.networks.linear_decoder import LinearDecoder
from geomagnifier_lab.train.batches import NAMES, Batches, Sizes, target
from geomagnifier_lab.train.part import command, learn, learnt
from geomagnifier_lab.train.sources import object_sources
from geomagnifier_lab.train.torch_twin import torch_twin

STEPS, RATE, DECAY = 400, 1e-3, 0.01
NAME = "linear_decoder"
SIZES = Sizes(crops=8, side=320, scenes=1)
HELD, HELD_SIDE = 40, 640
"""Validation crops that the figures are measured on, and their side, px."""


def train(
    model: SmallModel,
    root: Path,
    out: Path,
    steps: int = STEPS,
    seed: int = 0,
    sizes: Sizes = SIZES,
) -> Iterator[dict[str, float]]:
    """Train, or resume from `out`/linear_decoder.pt.

    Yields the rows of the log, and at the end one with `figures`.

    Args:
        model: whose features and states are used.
        root: folder of the data sets; training images are used.
        out: folder of checkpoint and log.
        steps: of AdamW, one cycle of the rate.
        seed: of weights and crops.
        sizes: of a batch.

    Raises:
        ModelCorrupt: the checkpoint is damaged.
    """
    torch.manual_seed(seed)
    decoder, network = LinearDecoder(), torch_twin(model)
    begun, own = decoder.state_dict(), network.decoder.state_dict()
    decoder.load_state_dict(
        begun | {name: tensor.float() for name, tensor in own.items() if name in begun}
    )
    data = Batches(root, "train", seed, sizes, drawn=12)
    # the training data may have more classes than the model; those that it lacks are ignored
    numbers = torch.tensor(
        [model.kinds.index(name) if name in model.kinds else -1 for name in NAMES]
        + [len(model.kinds)]
    )

    def loss(step: int) -> Tensor:
        batch = data[step].to(torch.device("cpu"))
        with torch.no_grad():
            pyramid = network.neck(network.trunk(normalise(batch.pixels)))
            asked = numbers[batch.asked]
            seg = network.states(asked.clamp(min=0)).float()
        batch.targets["known"][asked < 0] = 0
        batch.targets["present"][asked < 0] = -1
        mask = decoder(seg, Pyramid(*(f.float() for f in pyramid)))
        losses = map_losses(_masks(mask, batch.targets), batch.targets)
        return WEIGHTS.mask * losses["mask"] + WEIGHTS.dice * losses["dice"]

    yield from learn(decoder, loss, out, NAME, steps, RATE, DECAY)
    row = {"step": float(steps), **figures(model, decoder, root, seed)}
    run_log.add(out / f"{NAME}.jsonl", [row])
    yield row


@torch.no_grad()
def figures(
    model: SmallModel, decoder: LinearDecoder, root: Path, seed: int = 0
) -> dict[str, float]:
    """{"gIoU", "gIoU as built"}: mean IoU of the masks of classes that are there.

    On the same crops of VHR-10's validation images.

    Args:
        model: whose features and states are used, and whose own pixel decoder is measured beside
            the other.
        decoder: as the paper writes it.
        root: folder of the data sets.
        seed: of the crops.
    """
    network, rng = torch_twin(model), np.random.default_rng([seed, 3])
    sources = object_sources(root, "val")
    overlaps: list[tuple[float, float]] = []
    for _ in range(HELD):
        crop = make_crop(sources, (0.999, 1.001), HELD_SIDE, rng)
        asked = sorted({p.kind for p in crop.pieces if not p.ignored} & {*model.kinds})
        if not asked:
            continue
        pyramid = network.neck(network.trunk(normalise(torch.from_numpy(crop.pixels[None]))))
        seg = network.states(torch.tensor([[model.kinds.index(kind) for kind in asked]]))
        built = network.decoder(seg, network.decoder.prepare(pyramid)).mask[0] > 0
        written = decoder(seg, Pyramid(*(f.float() for f in pyramid)))[0] > 0
        for kind, *masks in zip(asked, written, built, strict=True):
            true = torch.from_numpy(np.asarray(target(crop, kind).mask, np.float32)) > 0.5
            if true.any():
                first, second = (float((mask & true).sum() / (mask | true).sum()) for mask in masks)
                overlaps.append((first, second))
    return dict(zip(("gIoU", "gIoU as built"), np.mean(overlaps, axis=0).tolist(), strict=True))


def _masks(mask: Tensor, targets: dict[str, Tensor]) -> Maps:
    """Maps of which only the mask is trained; the others are constant."""
    nothing = torch.zeros_like(targets["centre"])
    return Maps(
        mask, nothing, torch.ones_like(targets["sides"]), torch.zeros_like(targets["offset"])
    )


def put(out: Path, folder: Path) -> None:
    """Write the decoder of `out`/linear_decoder.pt into a model folder.

    Args:
        out: folder of the checkpoint.
        folder: model folder; its other files are there already.
    """
    registry.write(folder / registry.LINEAR, learnt(out, NAME), {})


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    return command("geomagnifier_lab.train.linear_decoder", __doc__, STEPS, train, put, arguments)


if __name__ == "__main__":
    raise SystemExit(main())

"""Train the pixel decoder as the paper writes it, over the image side of a trained model, which does not change.

    python -m geomagnifier_lab.train.linear_decoder --data DIR --out MODEL [--from small] [--steps
    600]

Crops, questions and the mask's losses are those of the small model's first training. MODEL becomes
a copy of the model's folder with the file of `variant="linear decoder"` beside the others.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file

from geomagnifier.errors import GeomagError
from geomagnifier.finetuning.losses import WEIGHTS, map_losses
from geomagnifier.models.registry import folder_of, load_small
from geomagnifier.models.small.backbone import normalise
from geomagnifier.models.small.linear_decoder import FILE, LinearDecoder
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.pixel_decoder import Maps
from geomagnifier_lab.datasets.sample import data_root
from geomagnifier_lab.train.batches import NAMES, Batches, Sizes

STEPS, RATE, TOLD = 600, 1e-3, 20
SIZES = Sizes(crops=8, side=320, scenes=1)


def train(
    model: SmallModel, root: Path, steps: int = STEPS, seed: int = 0, sizes: Sizes = SIZES
) -> Iterator[tuple[int, float, LinearDecoder]]:
    """Yields (step, loss since it was last told, the decoder) every `TOLD` steps and at the end.

    Args:
        model: whose features and states are used.
        root: folder of the data sets; training pictures.
        steps: of Adam, one cycle of the rate.
        seed: of weights and crops.
        sizes: of a batch.
    """
    torch.manual_seed(seed)
    decoder, network = LinearDecoder(), model.network
    decoder.load_state_dict(
        {
            k: v.float()
            for k, v in network.decoder.state_dict().items()
            if k in decoder.state_dict()
        },
        strict=False,
    )
    optimizer = torch.optim.AdamW(decoder.parameters(), RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.1)
    data, told = Batches(root, "train", seed, sizes, drawn=12), 0.0
    # the training data know more classes than the model may; what it does not know is not learnt
    # from
    numbers = torch.tensor(
        [model.kinds.index(name) if name in model.kinds else -1 for name in NAMES]
        + [len(model.kinds)]
    )
    for step in range(steps):
        batch = data[step].to(torch.device("cpu"))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=model.half):
            pixels = normalise(batch.pixels)
            pyramid = network.neck(network.trunk(pixels.bfloat16() if model.half else pixels))
            asked = numbers[batch.asked]
            seg = network.states(asked.clamp(min=0)).float()
        batch.targets["known"][asked < 0] = 0
        batch.targets["present"][asked < 0] = -1
        mask = decoder(seg, type(pyramid)(*(f.float() for f in pyramid)))
        losses = map_losses(_masks(mask, batch.targets), batch.targets)
        loss = WEIGHTS.mask * losses["mask"] + WEIGHTS.dice * losses["dice"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        told += float(loss.detach())
        if (step + 1) % TOLD == 0 or step + 1 == steps:
            yield step + 1, told / (step % TOLD + 1), decoder
            told = 0.0


def _masks(mask: torch.Tensor, targets: dict[str, torch.Tensor]) -> Maps:
    """Maps of which only the mask is trained; the others are those of nothing."""
    nothing = torch.zeros_like(targets["centre"])
    return Maps(
        mask, nothing, torch.ones_like(targets["sides"]), torch.zeros_like(targets["offset"])
    )


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m geomagnifier_lab.train.linear_decoder",
        description=__doc__.partition("\n")[0],
    )
    parser.add_argument(
        "--data", type=Path, help="folder of the data sets; else the setting GEOMAG_DATA"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the new model")
    parser.add_argument(
        "--from", dest="start", default="small", help="model whose image side is used"
    )
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    try:
        model, decoder = load_small(given.start), None
        for step, loss, decoder in train(model, data_root(given.data), given.steps, given.seed):  # noqa: B007
            print(f"step {step} of {given.steps}  loss {loss:.3f}", file=sys.stderr, flush=True)
    except GeomagError as error:
        print(f"geomag: {error}", file=sys.stderr)
        return 2
    assert decoder is not None
    shutil.copytree(folder_of(given.start), given.out, dirs_exist_ok=True)
    save_file(
        {name: tensor.half() for name, tensor in decoder.state_dict().items()},
        given.out / f"{FILE}.part",
    )
    (given.out / f"{FILE}.part").replace(given.out / FILE)
    print(given.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

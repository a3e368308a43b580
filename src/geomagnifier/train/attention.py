"""The text decoder is taught to look at what it names: its attention at a class and its tie is supervised with the mask.

    L_look = -log sum_s A_s m_s        A: mean over layers and heads of the row's attention, m: where the class is, by image token

PSC's heat map is attention weighted by its gradient (paper, section 2.2); attention that was never taught to point points where it likes.
SegEarth-R2 supervises the attention of its [SEG] token in the same way. A finished model is tuned by

    python -m geomagnifier.train.attention --data DIR --out MODEL [--from small] [--steps 300]

where only queries and keys of the cross-attention learn, and states and words are held to those of the model it began with.
"""

from __future__ import annotations

import argparse
import copy
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from geomagnifier.data.sample import data_root
from geomagnifier.errors import GeomagError
from geomagnifier.model import pointing
from geomagnifier.model.checkpoint import FILES, folder_of, load_small
from geomagnifier.model.sentence import stacked
from geomagnifier.model.small import SmallModel
from geomagnifier.model.vision import normalise
from geomagnifier.model.vlm import Memory, TextDecoder
from geomagnifier.train.batches import Batches, Sizes, target
from geomagnifier.train.crops import Crop, make_crop

STEPS, RATE, CROPS, PAIRS, SIDE, TOLD = 300, 3e-4, 400, 24, 448, 20
HELD = {"look": 1.0, "state": 100.0, "words": 1.0}
"""How much each loss of the tuning counts: [SEG] states must stay where the pixel decoder knows them."""
SHRUNK = (0.15, 1.2)
"""Scales of the crops: D(I) shows things a quarter as long."""


def looked_at(maps: Sequence[Tensor], rows: Tensor, where: Tensor) -> Tensor:
    """L_look: how little of the attention lies on what is named; the mean over the rows that have something to look at.

    Args:
        maps: A of each layer, (B, heads, T, S).
        rows: (R, 2) of sequence and token.
        where: (R, S) from 0 to 1: how much of what the row names an image token shows.
    """
    mean = torch.stack([a.float().mean(1) for a in maps]).mean(0)  # (B, T, S)
    mass = (mean[rows[:, 0], rows[:, 1]][:, : where.shape[1]] * where).sum(1)
    there = where.amax(1) > 0
    return -(mass.clamp(min=1e-6).log() * there).sum() / there.sum().clamp(min=1)


def shown_in(crop: Crop, kind: str, rows: int, columns: int) -> Tensor:
    """How much of a class each image token shows, (rows, columns), 1 from a quarter of the token's area on."""
    mask = torch.from_numpy(np.asarray(target(crop, kind).mask, np.float32))[None, None]
    return (F.adaptive_avg_pool2d(mask, (rows, columns))[0, 0] * 4).clamp(max=1)


@dataclass(frozen=True, eq=False)
class Shown:
    """A crop as the decoder gets it. last: (352, h, w) half.  where: by class that is there, (h, w).  absent: classes that are not."""

    last: Tensor
    where: dict[str, Tensor]
    absent: tuple[str, ...]


@torch.no_grad()
def shown(model: SmallModel, data: Batches, count: int, seed: int) -> list[Shown]:
    """Features of random crops of the training pictures, worked out once: the image side does not change."""
    rng, found = np.random.default_rng([seed, 31]), []
    for number in range(count):
        sources = data.covers if number % 8 == 0 and data.covers else data.objects
        crop = make_crop(sources, SHRUNK, SIDE, rng)
        with torch.autocast("cpu", torch.bfloat16, enabled=model.half):
            pixels = normalise(torch.from_numpy(crop.pixels[None].copy()))
            last = model.network.trunk(pixels.bfloat16() if model.half else pixels)[3][0]
        told = [kind for kind in model.kinds if kind in crop.kinds or kind in crop.cover_names]
        where = {kind: shown_in(crop, kind, last.shape[1], last.shape[2]) for kind in told}
        there = {kind: place for kind, place in where.items() if float(place.max()) > 0}
        found.append(Shown(last.half().clone(), there, tuple(kind for kind in told if kind not in there)))
    return found


def losses(
    decoder: TextDecoder, before: TextDecoder, model: SmallModel, crops: Sequence[Shown], kinds: Sequence[str], pixel: bool
) -> dict[str, Tensor]:
    """Losses of some crops, each asked for one class.

    Args:
        decoder: that learns.
        before: as it was, which states and words are held to.
        model: whose words and sentence encoder are used.
        crops: shown.
        kinds: of each crop, there or not.
        pixel: the tie is [SEG], else [BOX].
    """
    last = torch.stack([crop.last.float() for crop in crops])
    with torch.no_grad():
        states, padding = stacked([model._name(kind) for kind in kinds])
        tokens = pointing.each(model.words, Memory(last.new_zeros(1, 1, 1), torch.zeros(1, 1, dtype=torch.bool)), kinds, pixel)[0]
    maps: list[Tensor] = []

    def watch(a: Tensor) -> Tensor:
        maps.append(a)
        return a

    made = _written(decoder, last, states.float(), padding, tokens, watch)
    with torch.no_grad():
        held = _written(before, last, states.float(), padding, tokens, None)
    where = torch.stack([crop.where.get(kind, torch.zeros(last.shape[2:])).flatten() for crop, kind in zip(crops, kinds, strict=True)])
    rows = torch.tensor(
        [(b, t) for b in range(len(kinds)) for t in (1, 2)]
    )  # the class, whose row says whether; the tie, whose row says how
    return {
        "look": looked_at(maps, rows, where.repeat_interleave(2, 0)),
        "state": F.mse_loss(decoder.point(made[:, 2]), before.point(held[:, 2])),
        "words": F.kl_div(
            F.log_softmax(decoder.logits(made), 2), F.log_softmax(before.logits(held), 2), reduction="batchmean", log_target=True
        ),
    }


def _written(decoder: TextDecoder, last: Tensor, states: Tensor, padding: Tensor, tokens: Tensor, watch: object) -> Tensor:
    seen = decoder.see(last)
    memory = Memory(seen, torch.zeros(seen.shape[:2], dtype=torch.bool))
    _, cache = decoder.read(states, padding, memory)
    x, _ = decoder.write(tokens, cache, watch)  # type: ignore[arg-type]
    return x


def tune(model: SmallModel, crops: Sequence[Shown], steps: int = STEPS, seed: int = 0) -> Iterator[tuple[int, dict[str, float]]]:
    """Teach the cross-attention of a model's decoder where to look; yields (step, mean losses) every `TOLD` steps and at the end.

    Queries and keys learn; the model is changed in place.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 32])
    decoder = model.network.text
    before = copy.deepcopy(decoder)
    learning = [p for layer in decoder.layers for part in (layer.image.query, layer.image.key) for p in part.parameters()]  # type: ignore[union-attr]
    for p in learning:
        p.requires_grad_(True)
    optimizer = torch.optim.AdamW(learning, RATE, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.1)
    there = [crop for crop in crops if crop.where]
    told: dict[str, float] = {}
    for step in range(steps):
        chosen = [there[int(i)] for i in rng.integers(len(there), size=PAIRS)]
        kinds = [_chosen(crop, rng) for crop in chosen]
        found = losses(decoder, before, model, chosen, kinds, bool(rng.random() < 0.7))
        optimizer.zero_grad()
        torch.stack([HELD[name] * value for name, value in found.items()]).sum().backward()
        optimizer.step()
        schedule.step()
        told = {name: told.get(name, 0.0) + float(value.detach()) for name, value in found.items()}
        if (step + 1) % TOLD == 0 or step + 1 == steps:
            yield step + 1, {name: value / (step % TOLD + 1) for name, value in told.items()}
            told = {}
    decoder.requires_grad_(False)


def _chosen(crop: Shown, rng: np.random.Generator) -> str:
    """A class to ask for: three times in four one that is there."""
    names = [*crop.where] if rng.random() < 0.75 or not crop.absent else [*crop.absent]
    return names[int(rng.integers(len(names)))]


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m geomagnifier.train.attention", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of the data sets; else the setting GEOMAG_DATA")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new model")
    parser.add_argument("--from", dest="start", default="small", help="model that is tuned")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--crops", type=int, default=CROPS)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    try:
        model = load_small(given.start)
        crops = shown(model, Batches(data_root(given.data), "train", given.seed, Sizes(scenes=1), drawn=0), given.crops, given.seed)
        print(f"{len(crops)} crops seen", file=sys.stderr, flush=True)
        for step, figures in tune(model, crops, given.steps, given.seed):
            told = "  ".join(f"{name} {value:.4f}" for name, value in figures.items())
            print(f"step {step} of {given.steps}  {told}", file=sys.stderr, flush=True)
    except GeomagError as error:
        print(f"geomag: {error}", file=sys.stderr)
        return 2
    write(model, folder_of(given.start), given.out)
    print(given.out)
    return 0


def write(model: SmallModel, start: Path, out: Path) -> None:
    """A copy of a model's folder with the decoder's new numbers."""
    shutil.copytree(start, out, dirs_exist_ok=True)
    name = FILES[0]
    tensors = load_file(start / name)
    for key, value in model.network.text.state_dict().items():
        tensors[f"text.{key}"] = value.to(tensors[f"text.{key}"].dtype).contiguous()
    with safe_open(start / name, "pt") as file:
        card = file.metadata()
    save_file(tensors, out / f"{name}.part", metadata={**(card or {}), "tuned": json.dumps({"attention": HELD})})
    (out / f"{name}.part").replace(out / name)
    (out / "SHA256SUMS").unlink(missing_ok=True)  # it is of the files before


if __name__ == "__main__":
    raise SystemExit(main())

"""What does each source of labels bring? Leave one out, and train a head again.

    python -m geomagnifier_lab.studies.left_out_sources --out DIR [--data DIR] [--images 60]

The head names what a box shows: a softmax over features of the frozen backbone, which has seen none
of the sets of other cameras. It is trained on the boxes of all sources, then of all but one, with
`SEEDS` draws each, and judged on validation boxes of every set. Wide classes count (a car is a
vehicle, a boat a ship). This is a short schedule of one part, not the detector: it tells
which cameras help which, not how well objects are found.

DIR/SET-SPLIT.npz are the features of a set, kept so that a stopped run goes on; DIR/left-out.md is
the table.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.atomic import Staging
from geomagnifier.geometry import overlap
from geomagnifier.language.classes import WITHIN
from geomagnifier.models import registry
from geomagnifier.models.small.cells import pad
from geomagnifier.types import Bytes, Floats
from geomagnifier_lab.datasets.camera_sets import SETS, CameraSample, camera_set
from geomagnifier_lab.datasets.sample import ObjectSample, data_root, read_pixels
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.pictures import chance, evenly
from geomagnifier_lab.networks.backbone import normalise
from geomagnifier_lab.networks.box_refiner import sample
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.train.torch_twin import torch_twin

VHR10 = "vhr10"
SOURCES = (VHR10, *(name for name, how in SETS.items() if "road" not in how.classes.values()))
"""Sets with boxes."""
NOTHING = "none of them"
STRIDES = (4, 8, 16)
"""Of the backbone's outputs that are sampled."""
MOST, GROUND, TRIES = 20, 4, 40
"""Boxes, and boxes of ground, of an image at most; draws for the latter."""
SEEDS, STEPS, RATE, DECAY = 3, 300, 0.02, 1e-3


class Boxes(NamedTuple):
    """Boxes of a set."""

    seen: Floats
    """(N, F) features."""
    names: Sequence[str]
    """Wide classes, or `NOTHING`."""


def features(network: SmallNetwork, pixels: Bytes, boxes: Floats) -> Floats:
    """What the backbone shows over boxes, (N, F).

    Args:
        network: whose backbone is used.
        pixels: (H, W, 3) of an image.
        boxes: (N, 4) px.
    """
    with torch.inference_mode():
        ends = network.trunk(normalise(torch.from_numpy(pad(pixels)[None])))
        places = torch.from_numpy(boxes)
        levels = [
            sample(end.float(), places, stride).mean(1)
            for end, stride in zip(ends, STRIDES, strict=False)
        ]
        spread = [
            sample(end.float(), places, stride).std(1)
            for end, stride in zip(ends, STRIDES, strict=False)
        ]
        size = torch.log((places[:, 2:] - places[:, :2]).clamp(min=1.0))
        return np.asarray(torch.cat([*levels, *spread, size], 1).numpy(), np.float32)


def boxes_of(network: SmallNetwork, root: Path, name: str, split: str, images: int) -> Boxes:
    """Boxes of a set with their features; ground only where all objects are labelled.

    Args:
        network: whose backbone is used.
        root: folder of the data sets.
        name: of the set.
        split: "train" or "val".
        images: of the set at most, evenly from it.

    Raises:
        DataMissing, DataCorrupt: the set is not there, or damaged.
    """
    samples: list[ObjectSample | CameraSample] = []
    samples += vhr10(root, split) if name == VHR10 else camera_set(root, name, split)
    complete = name == VHR10 or SETS[name].complete
    seen: list[Floats] = []
    names: list[str] = []
    for one in evenly(samples, images):
        pixels, rng = read_pixels(one.path), chance(one.path, "left out")
        labelled = np.array([o.box for o in one.objects], np.float32).reshape(-1, 4)
        if not len(labelled):
            continue
        kept = rng.permutation(len(labelled))[:MOST]
        ground = _ground(labelled, pixels.shape[:2], rng) if complete else labelled[:0]
        seen.append(features(network, pixels, np.concatenate([labelled[kept], ground])))
        names += [WITHIN.get(kind) or kind for kind in (one.objects[k].kind for k in kept)]
        names += [NOTHING] * len(ground)
    return Boxes(np.concatenate(seen), names)


def _ground(labelled: Floats, size: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Boxes of the labelled sizes that touch no labelled object, (n, 4)."""
    found = []
    for _ in range(TRIES):
        width, height = (labelled[:, 2:] - labelled[:, :2])[rng.integers(len(labelled))]
        x, y = rng.uniform(0, max(1, size[1] - width)), rng.uniform(0, max(1, size[0] - height))
        box = np.array([[x, y, x + width, y + height]], np.float32)
        if not (overlap(box, labelled) > 0).any():
            found.append(box[0])
        if len(found) == GROUND:
            break
    return np.array(found, np.float32).reshape(-1, 4)


def head_of(sets: Sequence[Boxes], classes: Sequence[str], seed: int) -> Tensor:
    """A softmax head, (F + 1, classes); every set has the same weight.

    Args:
        sets: to learn from; features are standardised.
        classes: that it can name.
        seed: which of the boxes it sees: nine in ten of each set.
    """
    rng = np.random.default_rng(seed)
    parts, targets, weights = [], [], []
    for one in sets:
        kept = rng.permutation(len(one.names))[: max(1, len(one.names) * 9 // 10)]
        parts.append(one.seen[kept])
        targets += [classes.index(one.names[k]) for k in kept]
        weights += [1 / len(kept)] * len(kept)
    x = _with_one(np.concatenate(parts))
    y, w = torch.tensor(targets), torch.tensor(weights)
    head = torch.zeros(x.shape[1], len(classes), requires_grad=True)
    optimizer = torch.optim.AdamW([head], RATE, weight_decay=DECAY)
    for _ in range(STEPS):
        loss = (F.cross_entropy(x @ head, y, reduction="none") * w).sum() / w.sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return head.detach()


def _with_one(seen: Floats) -> Tensor:
    x = torch.from_numpy(seen)
    return torch.cat([x, torch.ones(len(x), 1)], 1)


def right(head: Tensor, boxes: Boxes, classes: Sequence[str]) -> float:
    """Share of a set's labelled objects that a head names right.

    Args:
        head: of `head_of`.
        boxes: of the set; those of ground do not count.
        classes: of the head.
    """
    said = (_with_one(boxes.seen) @ head).argmax(1).tolist()
    hits = [classes[k] == n for k, n in zip(said, boxes.names, strict=True) if n != NOTHING]
    return float(np.mean(hits))


def study(train: Mapping[str, Boxes], val: Mapping[str, Boxes]) -> dict[str, dict[str, float]]:
    """By source left out ("" for none): by set, the share named right, the mean of `SEEDS` draws.

    Args:
        train: boxes by source.
        val: boxes by set.
    """
    classes = sorted({name for one in train.values() for name in one.names} | {NOTHING})
    every = np.concatenate([one.seen for one in train.values()])
    middle, spread = every.mean(0), every.std(0) + 1e-6
    train, val = (
        {k: Boxes((b.seen - middle) / spread, b.names) for k, b in sets.items()}
        for sets in (train, val)
    )
    found = {}
    for out in ("", *train):
        heads = [
            head_of([b for k, b in train.items() if k != out], classes, seed)
            for seed in range(SEEDS)
        ]
        found[out] = {
            name: float(np.mean([right(head, boxes, classes) for head in heads]))
            for name, boxes in val.items()
        }
    return found


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """Markdown: a row for each source left out, a column for each validation set.

    Args:
        found: of `study`.
    """
    names = list(found[""])
    lines = ["| left out | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    for out, figures in found.items():
        cells = [f"{figures[name]:.2f}" for name in names]
        lines.append(f"| {out or 'nothing'} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def kept(network: SmallNetwork, root: Path, out: Path, name: str, split: str, images: int) -> Boxes:
    """`boxes_of`, from the file of an earlier run where there is one.

    Args:
        network: whose backbone is used.
        root: folder of the data sets.
        out: folder of the files.
        name: of the set.
        split: "train" or "val".
        images: of the set at most.
    """
    path = out / f"{name}-{split}.npz"
    if not path.is_file():
        made = boxes_of(network, root, name, split, images)
        with Staging(out) as staging:
            np.savez(staging.path(path.name), seen=made.seen, names=np.array(made.names))
    with np.load(path) as file:
        return Boxes(file["seen"], file["names"].tolist())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of the data sets; else GEOMAG_DATA")
    parser.add_argument("--out", type=Path, required=True, help="folder of features and table")
    parser.add_argument("--images", type=int, default=60, help="of a set at most")
    given = parser.parse_args(arguments)
    root, network = data_root(given.data), torch_twin(registry.load_small())
    given.out.mkdir(parents=True, exist_ok=True)
    train, val = (
        {name: kept(network, root, given.out, name, split, given.images) for name in SOURCES}
        for split in ("train", "val")
    )
    made = table(study(train, val))
    with Staging(given.out) as staging:
        staging.path("left-out.md").write_text(made, encoding="utf-8")
    print(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

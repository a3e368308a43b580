"""Train the refiner of boxes that looks closer, for thin things: wind turbines.

    python -m geomagnifier_lab.train.closer_refiner --data DIR --out MODEL [--from small] [--steps
    1200]

It starts from the model's refiner of boxes. The sets of other cameras give crops around an object
of these classes, enlarged about as often as `closer_look` enlarges parts of a view; each goes
through the frozen image side once. What the refiner samples over detected and moved boxes is kept,
its first layer applied, so that a step takes a fraction of a second. MODEL becomes a copy of the
model's folder with the file beside the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from geomagnifier.models import registry
from geomagnifier.models.networks import loading
from geomagnifier.models.networks.pixel_decoder import Pyramid
from geomagnifier.models.small.cells import pad
from geomagnifier.models.small.closer_look import SIDE
from geomagnifier.models.small.feature_cache import FeaturePyramid, ViewFeatures, finest
from geomagnifier.models.small.instances import find_peaks
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.text_writer import ViewMemory
from geomagnifier_lab.datasets.camera_sets import SETS, camera_set
from geomagnifier_lab.networks.box_refiner import BoxRefiner, Refined
from geomagnifier_lab.train import part
from geomagnifier_lab.train.box_refiner import FIT, LEAST_HEAT, MATCHED, giou, moved
from geomagnifier_lab.train.box_refiner import overlap as overlaps

CLASSES = ("wind turbine",)
"""What is looked at closer."""
ENLARGED = 2.0
"""How many times larger than the view."""
SPREAD = 0.25
"""Half the width of the logarithm of the enlargements of crops, about `ENLARGED`."""
CROPS, MOVED, FOUND = 2, 14, 12
"""Crops around each object; moved labelled boxes, and detected ones, of a crop at most."""
STEPS, BATCH, RATE, DECAY, CLIP = 1200, 256, 3e-4, 0.05, 5.0
NAME = "closer"
"""Of checkpoint and log."""

Floats = NDArray[np.float32]


class Samples(NamedTuple):
    """Boxes on crops, and what the refiner samples over them."""

    seen: Tensor
    """(N, levels * channels * grid^2) half, of `BoxRefiner.look`."""
    boxes: Tensor
    """(N, 4) crop px."""
    labels: Tensor
    """(N, 4) the object that a box is matched to, crop px."""
    hits: Tensor
    """(N,) bool: it is matched to one."""
    kinds: Tensor
    """(N,) index into `CLASSES`."""


class Cut(NamedTuple):
    """A crop around an object."""

    pixels: NDArray[np.uint8]
    """(h, w, 3)."""
    whole: Floats
    """(n, 4) labelled boxes inside, px."""
    cut: Floats
    """(m, 4) those that the crop cuts, px."""


def cut_out(image: Image.Image, boxes: Floats, number: int, rng: np.random.Generator) -> Cut:
    """A crop that holds an object, enlarged, mirrored and of another brightness.

    It is not turned: how towers lean and where labels end depends on which side is up.

    Args:
        image: RGB.
        boxes: (N, 4) labelled boxes, image px.
        number: of the object.
        rng: random generator.
    """
    scale = float(ENLARGED * np.exp(rng.uniform(-SPREAD, SPREAD)))
    side = SIDE / scale
    low, size = [], []
    for axis, length in enumerate(image.size):
        start, end = boxes[number, axis], boxes[number, axis + 2]
        size.append(min(side, length))
        first, last = max(0.0, end - size[axis]), min(length - size[axis], start)
        low.append(
            float(rng.uniform(first, last))
            if last > first
            else float(np.clip((start + end - size[axis]) / 2, 0, length - size[axis]))
        )
    width, height = (max(32, round(s * scale)) for s in size)
    window = (low[0], low[1], low[0] + size[0], low[1] + size[1])
    pixels = np.asarray(
        image.resize((width, height), Image.Resampling.BICUBIC, box=window), np.float32
    )
    placed = (boxes - np.array(low * 2, np.float32)) * np.float32(scale)
    if rng.random() < 0.5:
        pixels, placed = pixels[:, ::-1], _mirrored(placed, 0, width)
    if rng.random() < 0.5:
        pixels, placed = pixels[::-1], _mirrored(placed, 1, height)
    gamma, gain = rng.uniform(0.8, 1.25), rng.uniform(0.9, 1.1)
    shown = (255 * (pixels / 255) ** gamma * gain).clip(0, 255).astype(np.uint8)
    edge = np.array([width, height], np.float32)
    inside = (np.minimum(placed[:, 2:], edge) - np.maximum(placed[:, :2], 0)).clip(0).prod(1)
    share = inside / (placed[:, 2:] - placed[:, :2]).prod(1)
    return Cut(shown, placed[share > 0.98], placed[(share <= 0.98) & (share > 0)])


def _mirrored(boxes: Floats, axis: int, length: float) -> Floats:
    """Boxes of an image that is mirrored along an axis: 0 left and right, 1 up and down."""
    out = boxes.copy()
    out[:, axis], out[:, axis + 2] = length - boxes[:, axis + 2], length - boxes[:, axis]
    return out


def gather(model: SmallModel, refiner: BoxRefiner, root: Path, seed: int, crops: int) -> Samples:
    """Samples of the training images of the sets that label these classes.

    Args:
        model: whose image side is used.
        refiner: whose first layer is used.
        root: folder of the data sets, with `more/` in it.
        seed: of crops and moved boxes.
        crops: around each object.

    Raises:
        DataMissing, DataCorrupt: a set is not there, or damaged.
    """
    rng, chance = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    found = []
    for number, kind in enumerate(CLASSES):
        for name in (name for name, how in SETS.items() if kind in how.classes.values()):
            for sample in camera_set(root, name, "train"):
                image = Image.open(sample.path).convert("RGB")
                boxes = np.array([o.box for o in sample.objects if o.kind == kind], np.float32)
                for k in np.repeat(range(len(boxes)), crops):
                    cut = cut_out(image, boxes, int(k), rng)
                    told = _told(model, refiner, kind, number, cut, chance)
                    found += [told] if told is not None else []
    return Samples(*(torch.cat(parts) for parts in zip(*found, strict=True)))


def _told(
    model: SmallModel,
    refiner: BoxRefiner,
    kind: str,
    number: int,
    cut: Cut,
    chance: torch.Generator,
) -> Samples | None:
    """Samples of a crop; None where no box is clear."""
    detector = model.detector
    *levels, last = detector.sessions.run("views", pixels=pad(cut.pixels)[None])
    memory = ViewMemory(np.zeros((1, 0, 0), np.float32), np.zeros((1, 0), bool))
    pyramid = FeaturePyramid(*levels[:4])
    features = ViewFeatures(pyramid, levels[4:], last, memory)
    maps, _ = detector.decode(detector.class_states([kind]), features)
    peaks = find_peaks(maps.centre[0, 0], maps.sides[0, 0], LEAST_HEAT)
    whole = torch.from_numpy(cut.whole)
    boxes = torch.cat([torch.from_numpy(peaks.boxes[:FOUND]), _moved(whole, chance)])
    if len(cut.cut):
        boxes = boxes[(overlaps(boxes, torch.from_numpy(cut.cut)) <= 0.05).all(1)]
    if not len(boxes):
        return None
    alike = overlaps(boxes, whole) if len(whole) else torch.zeros(len(boxes), 1)
    best, which = alike.max(1)
    with torch.no_grad():
        whole_levels = (finest(detector.sessions, pyramid), pyramid.f2, pyramid.f3)
        seen = refiner.look(Pyramid(*map(torch.from_numpy, whole_levels)), boxes)
    return Samples(
        seen.half(),
        boxes,
        whole[which] if len(whole) else boxes,
        best >= MATCHED,
        torch.full((len(boxes),), number),
    )


def _moved(boxes: Tensor, chance: torch.Generator) -> Tensor:
    """Labelled boxes, each moved several times, `MOVED` at most."""
    return moved(boxes.repeat(-(-MOVED // max(1, len(boxes))), 1)[:MOVED], chance)


def pair_overlap(a: Tensor, b: Tensor) -> Tensor:
    """IoU of pairs of boxes, (N,).

    Args:
        a: (N, 4) boxes, px.
        b: (N, 4) boxes, px.
    """
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    common = (high - low).clamp(min=0).prod(1)
    area = [(x[:, 2:] - x[:, :2]).clamp(min=0).prod(1) for x in (a, b)]
    return common / (area[0] + area[1] - common).clamp(min=1e-3)


def loss_of(out: Refined, samples: Samples) -> Tensor:
    """1 - GIoU of matched boxes, and the cross entropy of the predicted fit.

    Args:
        out: corrected boxes of the samples.
        samples: N of them.
    """
    hits = samples.hits.float()
    fits = giou(out.boxes, samples.labels)
    with torch.no_grad():
        reached = pair_overlap(out.boxes, samples.labels) * hits
    boxes = ((1 - fits) * hits).sum() / hits.sum().clamp(min=1)
    return boxes + FIT * F.binary_cross_entropy_with_logits(out.fit, reached)


def train(
    model: SmallModel,
    root: Path,
    out: Path,
    steps: int = STEPS,
    seed: int = 0,
    crops: int = CROPS,
) -> Iterator[dict[str, float]]:
    """Train, or resume from `out`/closer.pt; yields rows as `part.learn` does.

    Args:
        model: whose image side and refiner of boxes are used.
        root: folder of the data sets, with `more/` in it.
        out: folder of checkpoint and log.
        steps: of AdamW.
        seed: of crops, boxes and batches.
        crops: around each object.

    Raises:
        DataMissing, DataCorrupt: a set is not there, or damaged.
        ModelCorrupt: the checkpoint, or the model's refiner, is damaged.
    """
    refiner = loading.fill(BoxRefiner(), model.networks.folder / registry.REFINER)
    samples = gather(model, refiner.eval(), root, seed, crops)
    states = torch.from_numpy(np.array(model.detector.class_states(CLASSES)))
    refiner.train().requires_grad_(True)
    refiner.reduce.requires_grad_(False)

    def loss(step: int) -> Tensor:
        torch.manual_seed(seed * 1_000_003 + step)
        which = torch.randint(len(samples.boxes), (BATCH,))
        drawn = Samples(*(of[which] for of in samples))
        return loss_of(refiner.correct(drawn.seen.float(), drawn.boxes, states[drawn.kinds]), drawn)

    yield from part.learn(refiner, loss, out, NAME, steps, RATE, DECAY, CLIP)


def put(out: Path, folder: Path) -> None:
    """Write the refiner of `out`/closer.pt into a model folder.

    Args:
        out: folder of the checkpoint.
        folder: model folder; its other files are there already.
    """
    card = {"classes": list(CLASSES), "enlarged": ENLARGED}
    registry.write(folder / registry.CLOSER, part.learnt(out, NAME), card)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    given = None if arguments is None else list(arguments)
    return part.command("geomagnifier_lab.train.closer_refiner", __doc__, STEPS, train, put, given)


if __name__ == "__main__":
    raise SystemExit(main())

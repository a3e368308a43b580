"""Training of the region proposal network: where each class is in an overview, and how far reduced.

The labels are those of the image side. Images are reduced 1.2 to 10 times, so that objects of 40 to
100 px become 4 to 80 px long, and laid side by side. The trunk starts from the trained image side.
Training runs on one machine, resumable and seeded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor

from geomagnifier.finetuning.crops import jitter
from geomagnifier.models.small.proposal_heat import STRIDE
from geomagnifier_lab.datasets.dubai import COVER, NOTHING, dubai, read_cover
from geomagnifier_lab.datasets.sample import read_pixels
from geomagnifier_lab.datasets.vhr10 import CLASSES, vhr10
from geomagnifier_lab.networks.backbone import normalise
from geomagnifier_lab.networks.proposal_net import ProposalNet
from geomagnifier_lab.train.batches import NAMES
from geomagnifier_lab.train.trainer import Files, Schedule, Trainer, warmup_cosine

SIDE, BATCH = 256, 8
"""Canvas side, px, and canvases a step."""
SHRINK = (1.2, 10.0)
FILTERS = (
    Image.Resampling.BOX,
    Image.Resampling.BILINEAR,
    Image.Resampling.HAMMING,
    Image.Resampling.LANCZOS,
)
"""Overviews are resampled in many ways."""
STEPS = 3200
"""About 0.65 s each on two cores."""
LEAST = 0.25
"""Share of a cell that an object must cover for the cell to be positive; cells with less are
ignored.
"""
HIT = 4.0
"""Weight of a positive cell, beside 1 of a negative one."""
LABELLED = [NAMES.index(name) for name in CLASSES]
COVERS = [NAMES.index(name) for name in COVER]
"""Indices into NAMES of the classes of VHR-10, and of land cover."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """A labelled image in memory."""

    pixels: NDArray[np.uint8]
    """(H, W, 3) uint8."""
    objects: tuple[tuple[int, tuple[NDArray[np.float32], ...]], ...]
    """(index into NAMES, rings (N, 2) px) of each object."""
    cover: NDArray[np.uint8] | None = None
    """(H, W) uint8 index into COVER, or None."""


@dataclass(frozen=True, eq=False)
class Canvas:
    """Reduced images side by side, with their targets."""

    pixels: NDArray[np.uint8]
    """(S, S, 3) uint8."""
    hit: NDArray[np.float32]
    """(K, S/4, S/4) target, 0 or 1."""
    weight: NDArray[np.float32]
    """(K, S/4, S/4) weight of each cell; 0 where it is ignored."""
    shrink: float
    """Factor by which the images were reduced; 0 where the pixel size is not known."""


def objects_of(root: Path, split: str) -> list[Labelled]:
    """The images of VHR-10 with their objects.

    Args:
        root: folder of the data sets.
        split: "train" or "val".
    """
    found = []
    for sample in vhr10(root, split):
        found.append(
            Labelled(
                read_pixels(sample.path),
                tuple((NAMES.index(o.kind), o.polygons) for o in sample.objects),
            )
        )
    return found


def covers_of(root: Path, split: str) -> list[Labelled]:
    """The images of Dubai with their land cover.

    Args:
        root: folder of the data sets.
        split: "train" or "val".
    """
    return [Labelled(read_pixels(s.path), (), read_cover(s.cover)) for s in dubai(root, split)]


def lay(
    pictures: list[Labelled], shrink: float, side: int, rng: np.random.Generator | None
) -> Canvas:
    """Lay reduced images side by side until the canvas is full.

    Mirrored and turned by quarters where there is a random generator.

    Args:
        pictures: labelled images to draw from.
        shrink: factor by which they are reduced.
        side: of the canvas, px.
        rng: random generator; None to lay them in order, as they are.
    """
    canvas = Image.new("RGB", (side, side))
    cells = side // STRIDE
    hit, weight = (
        np.zeros((len(NAMES), cells, cells), np.float32),
        np.zeros((len(NAMES), cells, cells), np.float32),
    )
    covers = pictures[0].cover is not None
    number, y = 0, 0
    if rng is not None:
        y = -int(rng.integers(0, max(1, min(side, round(400 / shrink)))))
    while y < side:
        x, row = (
            (0 if rng is None else -int(rng.integers(0, max(1, min(side, round(600 / shrink)))))),
            0,
        )
        while x < side:
            labelled = (
                pictures[number % len(pictures)]
                if rng is None
                else pictures[int(rng.integers(len(pictures)))]
            )
            number += 1
            turn = None if rng is None else (bool(rng.random() < 0.5), int(rng.integers(4)))
            how = FILTERS[0] if rng is None else FILTERS[int(rng.integers(len(FILTERS)))]
            width, height = _place(canvas, hit, weight, labelled, shrink, (x, y), turn, how, rng)
            x, row = x + width, max(row, height)
        y += row
    told = COVERS if covers else LABELLED
    weight[[k for k in range(len(NAMES)) if k not in told]] = 0  # not labelled in these images
    pixels = np.asarray(canvas if rng is None else jitter(canvas, rng))
    return Canvas(pixels, hit, weight, 0.0 if covers else shrink)


def _place(
    canvas: Image.Image,
    hit: NDArray[np.float32],
    weight: NDArray[np.float32],
    labelled: Labelled,
    shrink: float,
    corner: tuple[int, int],
    turn: tuple[bool, int] | None,
    how: Image.Resampling,
    rng: np.random.Generator | None,
) -> tuple[int, int]:
    """Lay one image and its labels on the canvas; what sticks out is cut off.

    Returns the image's size, px.
    """
    height, width = labelled.pixels.shape[:2]
    picture = Image.fromarray(labelled.pixels)
    size = (max(8, round(width / shrink)), max(8, round(height / shrink)))
    small = picture.resize(size, how, reducing_gap=3.0)
    if turn is not None:
        small = small.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if turn[0] else small
        small = small.rotate(90 * turn[1], expand=True)
    canvas.paste(small, corner)
    box = (
        max(0, corner[0]),
        max(0, corner[1]),
        min(canvas.width, corner[0] + small.width),
        min(canvas.height, corner[1] + small.height),
    )
    c0, r0, c1, r1 = (round(v / STRIDE) for v in box)
    if c1 <= c0 or r1 <= r0:
        return small.size
    weight[:, r0:r1, c0:c1], hit[:, r0:r1, c0:c1] = 1, 0
    if labelled.cover is not None:
        for index in range(len(COVER)):
            share = _share(
                Image.fromarray((labelled.cover == index).astype(np.uint8) * 255),
                size,
                turn,
                corner,
                hit.shape[1],
            )
            hit[COVERS[index], r0:r1, c0:c1] = share[r0:r1, c0:c1] >= 0.5
        known = _share(
            Image.fromarray((labelled.cover != NOTHING).astype(np.uint8) * 255),
            size,
            turn,
            corner,
            hit.shape[1],
        )
        weight[COVERS, r0:r1, c0:c1] *= known[r0:r1, c0:c1] > 0.5
        return small.size
    for kind, rings in labelled.objects:
        placed = [_moved(ring, (width, height), size, turn, corner) for ring in rings]
        points = np.concatenate(placed)
        x0, y0 = np.floor(points.min(0) / STRIDE).astype(int)
        x1, y1 = np.ceil(points.max(0) / STRIDE).astype(int)
        stencil = Image.new("L", (max(1, x1 - x0) * 8, max(1, y1 - y0) * 8))
        pen = ImageDraw.Draw(stencil)
        for ring in placed:
            pen.polygon(
                [
                    (float(p[0]), float(p[1]))
                    for p in (ring - (x0 * STRIDE, y0 * STRIDE)) * (8 / STRIDE)
                ],
                fill=1,
            )
        share = (
            np.asarray(stencil, np.float32)
            .reshape(max(1, y1 - y0), 8, max(1, x1 - x0), 8)
            .mean((1, 3))
        )
        mine = share >= min(LEAST, float(share.max()))
        for r, c in np.argwhere(share > 0):
            row, column = r + y0, c + x0
            if r0 <= row < r1 and c0 <= column < c1:
                if mine[r, c]:
                    hit[kind, row, column] = 1
                    weight[kind, row, column] = HIT
                elif not hit[kind, row, column]:
                    weight[kind, row, column] = 0
    return small.size


def _moved(
    ring: NDArray[np.float32],
    before: tuple[int, int],
    after: tuple[int, int],
    turn: tuple[bool, int] | None,
    corner: tuple[int, int],
) -> NDArray[np.float32]:
    """Points of an image where they land on the canvas."""
    points = ring * np.array([after[0] / before[0], after[1] / before[1]], np.float32)
    wide, high = after
    if turn is not None:
        if turn[0]:
            points = np.stack([wide - points[:, 0], points[:, 1]], 1)
        for _ in range(turn[1]):  # PIL turns counter-clockwise
            points = np.stack([points[:, 1], wide - points[:, 0]], 1)
            wide, high = high, wide
    return np.asarray(points + np.array(corner, np.float32), np.float32)


def _share(
    mask: Image.Image,
    size: tuple[int, int],
    turn: tuple[bool, int] | None,
    corner: tuple[int, int],
    cells: int,
) -> NDArray[np.float32]:
    """Share of each cell of the canvas that a mask of the image covers, (cells, cells)."""
    small = mask.resize(size, Image.Resampling.BOX, reducing_gap=3.0)
    if turn is not None:
        small = small.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if turn[0] else small
        small = small.rotate(90 * turn[1], expand=True)
    whole = Image.new("L", (cells * STRIDE, cells * STRIDE))
    whole.paste(small, corner)
    return np.asarray(
        np.asarray(whole, np.float32).reshape(cells, STRIDE, cells, STRIDE).mean((1, 3)) / 255,
        np.float32,
    )


def draw(objects: list[Labelled], covers: list[Labelled], rng: np.random.Generator) -> list[Canvas]:
    """The canvases of a step, one in six of land cover.

    Args:
        objects: images with objects.
        covers: images with land cover.
        rng: random generator.
    """
    made = []
    for _ in range(BATCH):
        shrink = float(math.exp(rng.uniform(math.log(SHRINK[0]), math.log(SHRINK[1]))))
        made.append(lay(covers if rng.random() < 1 / 6 else objects, shrink, SIDE, rng))
    return made


def losses_of(scout: ProposalNet, canvases: list[Canvas]) -> dict[str, Tensor]:
    """Focal loss of the relevance map, and the error of the reduction in octaves.

    Args:
        scout: network to be trained.
        canvases: of a step.
    """
    pixels = normalise(torch.from_numpy(np.stack([c.pixels for c in canvases])))
    with torch.autocast("cpu", torch.bfloat16):
        seen = scout(pixels.to(memory_format=torch.channels_last))
    logits = seen.heat.float()
    hit, weight = (
        torch.from_numpy(np.stack([getattr(c, name) for c in canvases]))
        for name in ("hit", "weight")
    )
    p = torch.sigmoid(logits)
    log_p, log_q = F.logsigmoid(logits), F.logsigmoid(-logits)
    heat = -(weight * (hit * (1 - p) ** 2 * log_p + (1 - hit) * p**2 * log_q)).sum() / (
        weight * hit
    ).sum().clamp(min=16)
    told = torch.tensor([c.shrink for c in canvases])
    known = told > 0
    octaves = (
        F.smooth_l1_loss(seen.shrink.float()[known], torch.log2(told[known]))
        if known.any()
        else logits.sum() * 0
    )
    return {"heat": heat, "shrink": octaves}


@torch.no_grad()
def validate(scout: ProposalNet, objects: list[Labelled]) -> dict[str, float]:
    """Figures on validation images, by reduction S.

    areaS@R: share of the cells, of classes that an image does not show, that are proposed at the
    threshold which keeps recall R; maps are dilated by one cell. octavesS: error of the reduction.

    Args:
        scout: network to be measured.
        objects: validation images.
    """
    scout.eval()
    figures: dict[str, float] = {}
    for shrink in (4, 6, 8):
        best: list[float] = []
        quiet: list[NDArray[np.float32]] = []
        errors = []
        for labelled in objects:
            height, width = labelled.pixels.shape[:2]
            size = (round(width / shrink), round(height / shrink))
            small = np.asarray(Image.fromarray(labelled.pixels).resize(size, Image.Resampling.BOX))
            padded = np.pad(small, ((0, -small.shape[0] % 32), (0, -small.shape[1] % 32), (0, 0)))
            with torch.autocast("cpu", torch.bfloat16):
                seen = scout(normalise(torch.from_numpy(padded[None])))
            heat = torch.sigmoid(seen.heat.float())[0].numpy()[
                :, : -(-size[1] // STRIDE), : -(-size[0] // STRIDE)
            ]
            errors.append(abs(float(seen.shrink) - math.log2(shrink)))
            there = set()
            for kind, rings in labelled.objects:
                points = np.concatenate(rings) / (shrink * STRIDE)
                (x0, y0), (x1, y1) = (
                    np.floor(points.min(0)).astype(int),
                    np.ceil(points.max(0)).astype(int),
                )
                best.append(
                    float(
                        heat[kind, max(0, y0) : max(y1, y0 + 1), max(0, x0) : max(x1, x0 + 1)].max(
                            initial=0
                        )
                    )
                )
                there.add(kind)
            rest = [k for k in LABELLED if k not in there]
            grown = F.max_pool2d(torch.from_numpy(heat[rest]), 3, 1, 1).numpy()
            quiet.append(grown.reshape(len(rest), -1))
        reached = np.array(best)
        cold = np.concatenate([q.ravel() for q in quiet])
        for recall in (0.95, 0.98):
            least = float(np.quantile(reached, 1 - recall))
            figures[f"area{shrink}@{recall}"] = float((cold >= least).mean())
        figures[f"octaves{shrink}"] = float(np.mean(errors))
    scout.train()
    return figures


def train_scout(
    root: Path, out: Path, image_side: Mapping[str, Tensor], steps: int = STEPS, seed: int = 0
) -> Iterator[dict[str, float]]:
    """Train, or resume from `out`/scout.pt.

    Yields a row of figures every twenty steps and at each validation.

    Args:
        root: folder of the data sets.
        out: folder for scout.pt (resume) and scout.jsonl (log).
        image_side: state of a trained `SmallNetwork`, whose trunk the network starts from.
        steps: of `BATCH` canvases of `SIDE` px; about 0.8 s each on two cores.
        seed: of everything drawn.
    """
    torch.manual_seed(seed)
    scout = ProposalNet(len(NAMES))
    start = {k.removeprefix("trunk."): v for k, v in image_side.items() if k.startswith("trunk.")}
    own = scout.state_dict()
    scout.load_state_dict(own | {k: v for k, v in start.items() if k in own})
    scout = scout.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    slow = [p for name, p in scout.named_parameters() if name.startswith(("stem", "blocks"))]
    fresh = [p for name, p in scout.named_parameters() if not name.startswith(("stem", "blocks"))]
    groups = [
        {"params": slow, "lr": 4e-4},
        {"params": fresh, "lr": 2e-3},
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.02)
    objects, covers, held = (
        objects_of(root, "train"),
        covers_of(root, "train"),
        objects_of(root, "val"),
    )
    twin = ProposalNet(len(NAMES)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def check(average: Mapping[str, Tensor]) -> dict[str, float]:
        twin.load_state_dict(average)
        return validate(twin, held)

    trainer = Trainer(
        scout,
        optimizer,
        Schedule(
            steps,
            warmup_cosine(steps, 200),
            clip=5.0,
            average=0.998,
            log_every=20,
            save_every=400,
            check_every=400,
        ),
        Files(out / "scout.pt", out / "scout.jsonl"),
        check,
    )
    while trainer.step < steps:
        rng = np.random.default_rng([seed, trainer.step])
        losses = losses_of(scout, draw(objects, covers, rng))
        yield from trainer.advance([(losses["heat"] + 0.2 * losses["shrink"], losses)])

"""Training batches of the small model: crops with dense targets, scene images with captions.

A batch is made from (seed, step) alone, so a resumed run sees what an unbroken one would have seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from geomagnifier.finetuning.crops import SHARE_TO_COUNT, Crop, jitter, make_crop, paste
from geomagnifier.finetuning.targets import Target, cover_target, empty, object_target, stack
from geomagnifier.language.classes import KINDS, WITHIN, narrow
from geomagnifier.language.scene_classes import SCENES
from geomagnifier_lab.datasets.sample import SceneSample
from geomagnifier_lab.datasets.scene_sets import scene_set
from geomagnifier_lab.questions.questions import OTHER
from geomagnifier_lab.train.sources import cover_sources, drawn_sources, object_sources, unlabelled

NAMES = tuple(kind.name for kind in KINDS)
OBJECTS = tuple(kind.name for kind in KINDS if not kind.stuff or kind.outlined)
QUESTIONS = 5
"""Questions on a crop."""
CONFUSED = {
    "ship": ("harbor", "vehicle"),
    "harbor": ("ship", "bridge"),
    "tennis court": ("basketball court", "ground track field"),
    "basketball court": ("tennis court", "ground track field"),
    "ground track field": ("baseball diamond", "tennis court"),
    "baseball diamond": ("ground track field",),
    "bridge": ("vehicle", "harbor"),
    "vehicle": ("bridge", "airplane", "ship"),
    "airplane": ("vehicle",),
    "storage tank": ("baseball diamond", "oil well"),
    "car": ("van", "truck"),
    "van": ("car", "truck", "bus"),
    "truck": ("bus", "van", "car"),
    "bus": ("truck", "van"),
    "boat": ("harbor", "vehicle"),
    "tree": ("palm tree", "vehicle"),
    "palm tree": ("wind turbine", "oil well"),
    "wind turbine": ("airplane", "oil well"),
    "solar panel": ("swimming pool", "vehicle", "building"),
    "swimming pool": ("solar panel", "storage tank"),
    "oil well": ("storage tank", "vehicle"),
    "crop field": ("baseball diamond", "tennis court"),
    "building": ("storage tank", "vehicle"),
}
"""Look-alike classes: asked for in each other's presence more often than others."""
WIDE, UNTOLD = 0.5, 0.25
"""Weights of what a box may be besides its label: a narrower class, and a class that is not
labelled on the crop.
"""


@dataclass(frozen=True)
class Sizes:
    """Sizes of a batch."""

    crops: int = 24
    """Crops in a batch."""
    side: int = 448
    """Side of a crop, px."""
    scenes: int = 100
    """Scene images in a batch."""
    scene_side: int = 100
    """Side of a scene image, px."""
    pasted: float = 0.3
    """Share of VHR-10's crops with pasted objects."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Crops and scene images of a training step, with their targets."""

    pixels: Tensor
    """(B, S, S, 3) uint8 crops."""
    asked: Tensor
    """(B, Q) class of each question, as index into NAMES; len(NAMES) for an unknown class."""
    targets: dict[str, Tensor]
    """Fields of `Target`, each (B, Q, ...), half precision."""
    boxes: list[tuple[Tensor, Tensor]]
    """Of each crop (N, 4) boxes, px, with what each may be: (N, len(OBJECTS) + 1) weights 0..1,
    none of the objects last.
    """
    scene_pixels: Tensor
    """(B', 100, 100, 3) uint8 scene images."""
    scene_allowed: Tensor
    """(B', S) bool scene classes that the label covers."""
    captions: tuple[str, ...]
    """A sentence or "" for each scene image."""

    def to(self, device: torch.device) -> Batch:
        """The same batch with its tensors on `device`."""
        move = {
            name: getattr(self, name).to(device, non_blocking=True)
            for name in ("pixels", "asked", "scene_pixels", "scene_allowed")
        }
        targets = {
            name: t.to(device, non_blocking=True).float() for name, t in self.targets.items()
        }
        return replace(
            self,
            **move,
            targets=targets,
            boxes=[(b.to(device), k.to(device)) for b, k in self.boxes],
        )

    def parts(self, count: int) -> list[Batch]:
        """Its crops in `count` batches; each of them holds all scene images."""
        edges = np.linspace(0, len(self.pixels), count + 1).round().astype(int).tolist()
        return [
            replace(
                self,
                pixels=self.pixels[a:b],
                asked=self.asked[a:b],
                targets={k: t[a:b] for k, t in self.targets.items()},
                boxes=self.boxes[a:b],
            )
            for a, b in pairwise(edges)
            if a < b
        ]


def choose(crop: Crop, rng: np.random.Generator) -> list[str]:
    """Classes to ask about: at most three that are there, then absent ones.

    A look-alike is often asked for first among the absent ones; "?" is a class that is not in the
    vocabulary.

    Args:
        crop: labelled crop.
        rng: random generator.
    """
    there = [k for k in OBJECTS if any(p.of(k) and not p.ignored for p in crop.pieces)]
    rng.shuffle(there)
    asked = there[:3]
    if crop.cover is not None:
        covers = [k for k in crop.cover_names if k in crop.kinds]
        rng.shuffle(covers)
        asked = asked[:2] + covers
    absent = [k for k in OBJECTS if k in crop.kinds and k not in (*there, *crop.cover_names)]
    rng.shuffle(absent)
    alike = [k for a in asked for k in CONFUSED.get(a, ()) if k in absent]
    if alike and rng.random() < 0.6:
        absent = [alike[0], *(k for k in absent if k != alike[0])]
    if rng.random() < 0.35:
        asked = asked[: QUESTIONS - 1] + [OTHER]
    return (asked + absent + [OTHER] * QUESTIONS)[:QUESTIONS]


def target(crop: Crop, kind: str) -> Target:
    """The dense target of a class, or of one that is not in the vocabulary, on a crop.

    Args:
        crop: labelled crop.
        kind: class name, or `OTHER`.
    """
    if kind == OTHER:
        return empty(crop.pixels.shape[0])
    return (
        cover_target(crop, kind)
        if crop.cover is not None and kind in crop.cover_names
        else object_target(crop, kind)
    )


def labelled_boxes(crop: Crop, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Boxes of a crop for the box classifier, with what each may be.

    Labelled boxes jittered by a tenth, and as many of background, half of them on salient ground.

    Args:
        crop: labelled crop.
        rng: random generator.

    Returns:
        boxes (N, 4) px and weights (N, len(OBJECTS) + 1): 1 for what is labelled, or for none of
        the objects; `WIDE` for the narrower classes of what is labelled; `UNTOLD`, in a box of
        nothing labelled, for what this crop has no labels of.
    """
    side = crop.pixels.shape[0]
    pieces = [
        p for p in crop.pieces if p.share >= SHARE_TO_COUNT and not p.ignored and p.kind in OBJECTS
    ]
    boxes = [p.box + rng.uniform(-0.1, 0.1, 4) * np.tile(p.box[2:] - p.box[:2], 2) for p in pieces]
    may = [_weights({p.kind: 1.0} | dict.fromkeys(narrow(p.kind), WIDE)) for p in pieces]
    told = {k for k in OBJECTS if k in crop.kinds or WITHIN.get(k) in crop.kinds}
    nothing = _weights({k: UNTOLD for k in OBJECTS if k not in told}, 1.0)
    for number in range(max(2, len(pieces)) if told and crop.complete else 0):
        size = np.exp(rng.uniform(np.log(12), np.log(side / 2), 2))
        tried = [
            np.concatenate([corner, corner + size])
            for corner in rng.uniform(0, side - size, (3 if number % 2 else 1, 2))
        ]
        box = max(
            tried,
            key=lambda b: float(crop.pixels[int(b[1]) : int(b[3]), int(b[0]) : int(b[2])].std()),
        )
        clear = True
        for p in crop.pieces:
            w = min(box[2], p.box[2]) - max(box[0], p.box[0])
            h = min(box[3], p.box[3]) - max(box[1], p.box[1])
            if w > 0 and h > 0 and w * h > 0.1 * min(np.prod(size), np.prod(p.box[2:] - p.box[:2])):
                clear = False
        if clear:
            boxes.append(box)
            may.append(nothing)
    return torch.tensor(np.array(boxes, np.float32).reshape(-1, 4)), torch.tensor(
        np.array(may, np.float32).reshape(-1, len(OBJECTS) + 1)
    )


def _weights(of: Mapping[str, float], none: float = 0.0) -> NDArray[np.float32]:
    """(len(OBJECTS) + 1,) of each object's weight and that of none."""
    return np.array([*(of.get(kind, 0.0) for kind in OBJECTS), none], np.float32)


def scene_view(
    sample: SceneSample, side: int, rng: np.random.Generator | None
) -> NDArray[np.uint8]:
    """A scene image at (side, side, 3); with `rng` a random part of it, turned and tinted.

    Args:
        sample: scene image with its label.
        side: side of the result, px.
        rng: random generator; None for the whole image as it is.
    """
    with Image.open(sample.path) as opened:
        picture = opened.convert("RGB")
    if rng is None:
        return np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR))
    share = np.sqrt(rng.uniform(0.5, 1.0))
    stretch = np.exp(rng.uniform(-0.15, 0.15))
    width, height = (
        min(picture.width, share * picture.width * stretch),
        min(picture.height, share * picture.height / stretch),
    )
    x, y = rng.uniform(0, picture.width - width), rng.uniform(0, picture.height - height)
    picture = picture.resize(
        (side, side), Image.Resampling.BILINEAR, box=(x, y, x + width, y + height)
    )
    turned = np.rot90(np.asarray(jitter(picture, rng)), int(rng.integers(4)))
    return turned[:, ::-1].copy() if rng.random() < 0.5 else turned.copy()


class Batches(Dataset[Batch]):
    """All training data in memory, and a batch for each step."""

    def __init__(
        self,
        root: Path,
        split: str = "train",
        seed: int = 0,
        sizes: Sizes = Sizes(),
        drawn: int = 36,
        without: Collection[str] = (),
    ) -> None:
        self.seed, self.sizes = seed, sizes
        self.objects, self.covers, self.drawn = (
            [unlabelled(source, without) for source in sources]
            for sources in (
                object_sources(root, split),
                cover_sources(root, split),
                drawn_sources(drawn, 1000 + seed),
            )
        )
        self.scenes = [s for name in ("aid", "ucm", "rsscn7") for s in scene_set(root, name, split)]

    def crops(self, step: int) -> tuple[list[Crop], np.random.Generator]:
        """The crops of a step."""
        rng = np.random.default_rng([self.seed, step])
        return [self.crop(i, rng) for i in range(self.sizes.crops)], rng

    def crop(self, number: int, rng: np.random.Generator) -> Crop:
        """One of the crops of a step.

        One in eight is of Dubai or drawn, the rest VHR-10, now and then another drawn one.

        Args:
            number: place of the crop in its batch.
            rng: random generator.
        """
        chance = rng.random()
        sources, scales = self.objects, (0.25, 1.7)
        if (number % 8 == 0 and chance < 0.2) or (number % 8 == 1 and chance < 0.25):
            sources, scales = self.drawn, (0.5, 1.5)
        elif number % 8 == 0:
            sources, scales = self.covers, (0.4, 1.6)
        crop = make_crop(sources, scales, self.sizes.side, rng)
        if sources is self.objects and rng.random() < self.sizes.pasted:
            paste(crop, self.objects, rng)
        return crop

    def __getitem__(self, step: int) -> Batch:
        """The batch of a step."""
        crops, rng = self.crops(step)
        kinds = [choose(crop, rng) for crop in crops]
        targets = [
            [target(crop, kind) for kind in row] for crop, row in zip(crops, kinds, strict=True)
        ]
        chosen = [
            self.scenes[int(i)] for i in rng.integers(len(self.scenes), size=self.sizes.scenes)
        ]
        pictures = np.stack([scene_view(s, self.sizes.scene_side, rng) for s in chosen])
        captions = tuple(
            s.captions[int(rng.integers(len(s.captions)))] if s.captions else "" for s in chosen
        )
        return Batch(
            torch.from_numpy(np.stack([c.pixels for c in crops])),
            torch.tensor(
                [[NAMES.index(k) if k in NAMES else len(NAMES) for k in row] for row in kinds]
            ),
            stack(targets),
            [labelled_boxes(crop, rng) for crop in crops],
            torch.from_numpy(pictures),
            torch.from_numpy(np.array([[name in s.scenes for name in SCENES] for s in chosen])),
            captions,
        )

    def stream(self, first: int, end: int, workers: int) -> Iterator[Batch]:
        """Batches of the steps first..end in order, prefetched by `workers` processes.

        Args:
            first: first step.
            end: step after the last.
            workers: processes.
        """
        ahead = DataLoader(
            self, batch_size=None, sampler=range(first, end), num_workers=workers, prefetch_factor=3
        )
        yield from ahead

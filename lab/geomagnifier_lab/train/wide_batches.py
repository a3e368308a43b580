"""Training batches of many cameras, scales and classes.

Two crops in five are as in `batches`, the rest around objects of classes drawn uniformly.

Most objects are scaled to within an octave and a half of the usual length of their class in a view,
the others to any length; those that come out too small or too large are ignored, as another level
of the pyramid shows them better. Half of these crops look as if another camera had taken them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from geomagnifier.finetuning.crops import Crop, Source, make_crop
from geomagnifier_lab.train.batches import NAMES, OBJECTS, Batches, Sizes
from geomagnifier_lab.train.photometric import degrade
from geomagnifier_lab.train.sources import camera_sources

AS_BEFORE = 0.4
"""Share of the crops that are those of `Batches`, so that the first stage is not forgotten."""
NEAR, OCTAVES = 0.6, 1.5
"""Share of the objects that come near the usual length of their class, and how near."""
LENGTHS = (12.0, 200.0)
"""Lengths that objects are trained at, px; the range is wider for classes that are usually longer
or shorter.
"""
COMPACT = ("airplane", "ship", "boat", "storage tank", "vehicle", "car", "van", "truck", "bus")
"""Classes that are told apart from afar."""
FAR = 6.0
"""Least length that those are trained at, px."""
SCALES = (1 / 6, 3.0)
"""Least and largest factor by which an image is enlarged."""
THIN, TINY, ENLARGED = ("wind turbine", "tree"), 24.0, (0.8, 3.0)
"""Thin or small classes, length below which any object is small, px, and their enlargement."""
CHANGED, OBLONG = 0.5, 0.3
"""Share of the crops that are degraded photometrically, and of those whose pixels are oblong."""
CHANGED_AS_BEFORE = 0.3
"""Share of the crops of the first stage's kind that are degraded photometrically."""
SEEN_BEFORE = 0.5
"""Weight of a class that VHR-10 alone has, beside 1 of the others: the other crops show it too."""
NOT_IN_VHR10 = ("wind turbine", "oil well")
"""Classes that are absent from VHR-10 and Dubai, which do not label them."""


@dataclass(frozen=True, eq=False)
class Group:
    """Objects of a class in one set."""

    sources: Sequence[Source]
    """Images of the set."""
    places: list[tuple[int, int | None]]
    """(image, object) index pairs; object None where the class is land cover."""

    def lengths(self) -> list[float]:
        """Longest sides of the objects, px."""
        return [longest(self.sources[i].objects[k][1]) for i, k in self.places if k is not None]


def longest(box: tuple[float, float, float, float]) -> float:
    """The longer side of a box, px."""
    return max(box[2] - box[0], box[3] - box[1])


def shortest(kind: str) -> float:
    """The least length that objects of a class are trained at, px."""
    return FAR if kind in COMPACT else LENGTHS[0]


class WideBatches(Batches):
    """Training data of the second stage: that of the first and the sets of other cameras."""

    def __init__(self, root: Path, seed: int, sizes: Sizes, drawn: int = 36) -> None:
        super().__init__(root, "train", seed, sizes, drawn)
        self.objects, self.covers = (
            [replace(source, kinds=source.kinds.union(NOT_IN_VHR10)) for source in sources]
            for sources in (self.objects, self.covers)
        )
        self.groups = grouped([self.objects, *camera_sources(root, "train", seed).values()])
        self.usual = {kind: usual_length(groups) for kind, groups in self.groups.items()}
        weights = np.array(
            [
                SEEN_BEFORE if all(g.sources is self.objects for g in groups) else 1.0
                for groups in self.groups.values()
            ]
        )
        self.weights = weights / weights.sum()

    def crop(self, number: int, rng: np.random.Generator) -> Crop:
        """One of the crops of a step.

        Args:
            number: place of the crop in its batch.
            rng: random generator.
        """
        if number < round(AS_BEFORE * self.sizes.crops):
            crop = super().crop(number, rng)
            if rng.random() < CHANGED_AS_BEFORE:
                crop.pixels = degrade(crop.pixels, rng)
            return crop
        kind = list(self.groups)[int(rng.choice(len(self.weights), p=self.weights))]
        groups = self.groups[kind]
        group = groups[int(rng.integers(len(groups)))]
        picture, which = group.places[int(rng.integers(len(group.places)))]
        scale = self.scale(
            kind, None if which is None else longest(group.sources[picture].objects[which][1]), rng
        )
        changed = rng.random() < CHANGED
        oblong = float(np.exp(rng.uniform(-0.3, 0.3))) if changed and rng.random() < OBLONG else 1.0
        crop = make_crop(
            group.sources, (scale, scale), self.sizes.side, rng, (picture, which), oblong
        )
        for piece in crop.pieces:
            usual = self.usual.get(piece.kind, LENGTHS[0])
            least, most = min(shortest(piece.kind), 0.7 * usual), max(LENGTHS[1], 2 * usual)
            piece.ignored = not least <= piece.length <= most
        if changed:
            crop.pixels = degrade(crop.pixels, rng)
        return crop

    def scale(self, kind: str, length: float | None, rng: np.random.Generator) -> float:
        """Factor by which an image is enlarged to show an object at a random length.

        Args:
            kind: class name.
            length: of the object, px; None for land cover.
            rng: random generator.
        """
        if length is None:
            return float(np.exp(rng.uniform(*np.log((0.5, 2.0)))))
        if kind in THIN or length < TINY:
            return float(np.exp(rng.uniform(*np.log(ENLARGED))))
        near = rng.random() < NEAR
        drawn = (
            self.usual[kind] * 2 ** rng.uniform(-OCTAVES, OCTAVES)
            if near
            else np.exp(rng.uniform(*np.log((shortest(kind), LENGTHS[1]))))
        )
        return float(np.clip(drawn / length, *SCALES))


def grouped(sets: Sequence[Sequence[Source]]) -> dict[str, list[Group]]:
    """By class, where its objects are in each set.

    Object classes in the order of `OBJECTS`, then land cover.
    """
    found: dict[str, list[Group]] = defaultdict(list)
    for sources in sets:
        places: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
        for i, source in enumerate(sources):
            for k, (kind, _, _) in enumerate(source.objects):
                places[kind].append((i, k))
            for kind in source.cover_names:
                places[kind].append((i, None))
        for kind, where in places.items():
            found[kind].append(Group(sources, where))
    return {
        kind: found[kind]
        for kind in (*OBJECTS, *(k for k in NAMES if k not in OBJECTS))
        if kind in found
    }


def usual_length(groups: Sequence[Group]) -> float:
    """How long objects of a class usually are in a view, px.

    The geometric mean of the sets' medians; 0 for land cover.
    """
    medians = [float(np.median(lengths)) for group in groups if (lengths := group.lengths())]
    return float(np.exp(np.mean(np.log(medians)))) if medians else 0.0

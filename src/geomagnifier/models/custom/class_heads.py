"""Custom classes: a head for each, over a network that stays as it is.

What the pixel decoder makes of a [SEG] state is, for one class, a constant: a shift and a kernel at
each level. A head is these numbers themselves, 4,600 a class; and the classes of one run of
fine-tuning have a Conv_f of their own before them (`eyes`, 98,000 numbers), which is worth eleven
points of IoU. Both read the pyramid that is there for the other classes anyway, and nothing that
another class's answer is made of is touched: the old classes answer as before, to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.maps import LEVELS, MAPS, Bent, DenseMaps, draw
from geomagnifier.models.small.numerics import sigmoid
from geomagnifier.types import Floats

WIDTH, INNER = 256, 128
"""Channels of the pyramid, and inside the decoder."""
TOP = 256
"""Cells of the mask, 2 px each, that decide whether land cover is there."""


@dataclass(frozen=True)
class CustomClass:
    """What a model folder says of a custom class."""

    words: tuple[tuple[str, str], ...]
    """(singular, plural) of its name, then of its synonyms."""
    stuff: bool = False
    """It is land cover, an area without separate objects."""
    masks: bool = True
    """It was trained with outlines; from boxes alone there are no masks."""
    pixels: float = 64.0
    """Length of its small objects in the training images, px."""
    metres: float | None = None
    """The same on the ground, or None where the images do not say."""
    calibration: dict[str, float] = field(default_factory=dict)
    """Fields of `ClassThresholds`."""
    taught: dict[str, Any] = field(default_factory=dict)
    """What it was trained on, and figures, for people."""

    @property
    def name(self) -> str:
        """As it is asked for."""
        return self.words[0][0]

    def counted(self, count: int) -> str:
        """The name as it is counted: "wind turbine", "wind turbines".

        Of "solar panels", which is a plural, "solar panel".
        """
        one, many = self.words[0]
        return next((a for a, b in self.words if b == many and a != b), one) if count == 1 else many


@dataclass(frozen=True, eq=False)
class Heads:
    """Heads of the K classes of one run of fine-tuning."""

    weights: Mapping[str, Floats]
    """eyes.0.weight, eyes.0.bias ... of the levels; shift (levels, K, inner), kernel
    (levels, K, MAPS, inner) and bias (K, MAPS).
    """

    def __post_init__(self) -> None:
        kinds = len(self.weights["bias"])
        shapes: dict[str, tuple[int, ...]] = {
            "shift": (LEVELS, kinds, INNER),
            "kernel": (LEVELS, kinds, MAPS, INNER),
            "bias": (kinds, MAPS),
        }
        for n in range(LEVELS):
            shapes |= {f"eyes.{n}.weight": (INNER, WIDTH, 1, 1), f"eyes.{n}.bias": (INNER,)}
        found = {name: tensor.shape for name, tensor in self.weights.items()}
        if wrong := next((n for n in (*shapes, *found) if shapes.get(n) != found.get(n)), None):
            raise ValueError(f"{wrong} is {found.get(wrong)} and should be {shapes.get(wrong)}")

    def prepare(self, sessions: Sessions, levels: Sequence[Floats]) -> Sequence[Floats]:
        """What the heads read of a view: three (1, h, w, inner).

        Args:
            sessions: of the small model.
            levels: f1, f2, f3 of the view.
        """
        inputs = {f"f{n}": level for n, level in enumerate(levels, 1)}
        for n in range(LEVELS):
            inputs[f"weight{n + 1}"] = self.weights[f"eyes.{n}.weight"]
            inputs[f"bias{n + 1}"] = self.weights[f"eyes.{n}.bias"]
        return sessions.run("eyes", **inputs)

    def maps(self, sessions: Sessions, prepared: Sequence[Floats], number: int) -> DenseMaps:
        """Maps of one class on one view.

        Args:
            sessions: of the small model; the norms of its decoder are used.
            prepared: of `prepare`.
            number: index of the head.
        """
        shifts, kernels = ([*self.weights[part][:, [number]]] for part in ("shift", "kernel"))
        return draw(sessions, prepared, Bent(shifts, kernels), self.weights["bias"][[number]])


def presence(maps: DenseMaps, stuff: bool) -> float:
    """How likely a class is there, 0..1.

    It is the best centre of objects, the mean of the surest cells of land cover.

    Args:
        maps: of the class alone.
        stuff: it is land cover.
    """
    if not stuff:
        return float(sigmoid(maps.centre.max()))
    mask = maps.mask.ravel()
    top = min(TOP, mask.size)
    return float(sigmoid(np.partition(mask, -top)[-top:]).mean())

"""The proposal network at work: heat of the classes looked for, and the scale of a view.

With it stand the figures that were measured of it: usual sizes of the classes, and the thresholds
that a promised recall takes.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from geomagnifier.models.small.cells import blocks, pad
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.numerics import sigmoid
from geomagnifier.types import Bools, Bytes, Floats, Size, View

STRIDE = 4
"""View px a cell of its heat."""
GLANCE = 256
"""Side of the image that the scale is read off, px."""
KEPT = 32_000_000
"""Bytes of maps that are kept by default: those of 4.7 Mpx."""


class ProposalHeat:
    """A trained proposal network with what was measured of it.

    Args:
        sessions: of the network's weights.
        kinds: classes in the order of its maps.
        card: sizes (class: metres or None, px), recall (share, heat), scores (class: (share,
            score)), flops of one px.
        within: narrow class -> the wide one that holds it, whose map it shares where it has none.
    """

    def __init__(
        self,
        sessions: Sessions,
        kinds: Sequence[str],
        card: Mapping[str, Any],
        within: Mapping[str, str],
    ) -> None:
        self.sessions, self.kinds, self.within = sessions, tuple(kinds), within
        self.flops = float(card["flops"])
        self.sizes = {kind: Size(*size) for kind, size in card["sizes"].items()}
        self.recall = tuple((float(share), float(heat)) for share, heat in card["recall"])
        self.scores = {
            kind: tuple((float(share), float(score)) for share, score in steps)
            for kind, steps in card["scores"].items()
        }
        self.most: float = KEPT
        self._kept: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()

    def remember(self, most: float | None) -> None:
        """Keep at most so many bytes of maps for the next question; None: `KEPT`."""
        self.most = KEPT if most is None else min(KEPT, most)
        with self._lock:
            self._shorten()

    def heat(self, view: View, kinds: Sequence[str]) -> Floats:
        """How likely any of some classes is in each cell of 4 px, (ceil(h/4), ceil(w/4)) in 0..1.

        It is 0 where there is no data. A class that the network has no map of may be anywhere.

        Args:
            view: h x w px.
            kinds: classes.
        """
        if not kinds:
            return np.zeros((1, 1), np.float32)
        maps = [kind if kind in self.kinds else self.within.get(kind, "") for kind in kinds]
        if not {*maps} <= {*self.kinds}:
            return reduced(
                np.ones(view.pixels.shape[:2], bool) if view.valid is None else view.valid
            )
        numbers = [self.kinds.index(kind) for kind in {*maps}]
        heat = sigmoid(self._maps(view)[numbers].max(0))
        return heat if view.valid is None else heat * reduced(view.valid)

    def smaller(self, view: View) -> float:
        """How many times smaller objects look in a view than in the training images."""
        from PIL import Image

        height, width = view.pixels.shape[:2]
        shrink = max(1.0, max(height, width) / GLANCE)
        size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
        small = (
            np.asarray(Image.fromarray(view.pixels).resize(size, Image.Resampling.BOX))
            if shrink > 1
            else view.pixels
        )
        octaves = float(self._see(small)[1][0, 0])
        return float(math.exp2(octaves) / shrink)

    def least(self, kind: str, recall: float) -> float:
        """The score from which an object counts where a share of its class must be found.

        Where more is asked than was measured, it is the lowest measured.

        Args:
            kind: the class.
            recall: share, 0..1.
        """
        steps = self.scores.get(kind, ())
        return next(
            (score for share, score in steps if share >= recall),
            min((score for _, score in steps), default=0.05),
        )

    def _maps(self, view: View) -> Floats:
        """Logits of all classes, (classes, ceil(h/4), ceil(w/4)), kept for the next question."""
        with self._lock:
            if view.key in self._kept:
                self._kept.move_to_end(view.key)
                return self._kept[view.key]
        rows, columns = (-(-n // STRIDE) for n in view.pixels.shape[:2])
        features = self._see(view.pixels)[0][0, :, :rows, :columns].reshape(-1, rows * columns)
        own = self.sessions.weights
        logits = own["heat.weight"][..., 0, 0] @ features + own["heat.bias"][:, None]
        maps: Floats = logits.reshape(-1, rows, columns)
        with self._lock:
            self._kept[view.key] = maps
            self._shorten()
        return maps

    def _shorten(self) -> None:
        """Drop what was used longest ago."""
        held = sum(maps.nbytes for maps in self._kept.values())
        while self._kept and held > self.most:
            held -= self._kept.popitem(last=False)[1].nbytes

    def _see(self, pixels: Bytes) -> Sequence[Floats]:
        """Features (1, 64, H/4, W/4) and the view's scale (1, 1) as log2."""
        return self.sessions.run("scout", pixels=pad(pixels)[None])


def reduced(valid: Bools) -> Floats:
    """(h, w) -> 1 where a cell of 4 px has any valid px, else 0."""
    return np.asarray(blocks(valid, STRIDE).max((1, 3)), np.float32)

"""Features of views: worked out once, kept for the next question. Nothing here knows a question."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from geomagnifier.model.network import SmallNetwork
from geomagnifier.model.vision import Pyramid, normalise, pad
from geomagnifier.model.vlm import Memory
from geomagnifier.values import Bytes, View

KEPT_PIXELS = 4_000_000
"""Pixels of views whose features are kept, about 60 bytes each."""


class Seen(NamedTuple):
    """What is kept of a view. pooled and scenes: of thumbnails, else None."""

    pyramid: Pyramid | None
    prepared: list[Tensor]
    last: Tensor
    memory: Memory
    pooled: Tensor | None = None
    scenes: Tensor | None = None


class Views:
    """The image side of a network with what it saw last.

    Args:
        network: trained, in the type of numbers it answers in.
        half: whether that is bf16.
    """

    def __init__(self, network: SmallNetwork, half: bool) -> None:
        self.network, self.half = network, half
        self._kept: OrderedDict[str, tuple[Seen, int]] = OrderedDict()
        self._lock = threading.Lock()

    def see(self, view: View) -> Seen:
        """Features of a view."""
        kept = self._find(view.key)
        return kept if kept is not None else self._look([view])[0]

    def together(self, views: Sequence[View]) -> None:
        """See views of one size in one go, if they are new: of small ones, each alone takes as long as several."""
        fresh = [view for view in views if self._find(view.key) is None]
        if fresh:
            self._look(fresh)

    def glance(self, view: View) -> Seen:
        """Features of a thumbnail: no pyramid, but the picture as a whole; kept apart from those of `see`."""
        key = f"{view.key} as a whole"
        kept = self._find(key)
        if kept is not None:
            return kept
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            x = self._input(view.pixels)
            mirrored = torch.cat([x, x.flip(3), x.flip(2), x.flip((2, 3))])  # a place is the same in a mirror: their mean errs less
            last = self.network.trunk(mirrored)[3]
            pooled, last = self.network.trunk.pooled(last).mean(0, keepdim=True), last[:1]
            scenes = self.network.scenes(pooled).float()
        with torch.inference_mode(), torch.autocast("cpu", enabled=False):
            memory = self.network.text.glance(last.float(), pooled.float(), scenes)
        return self._keep(key, view, Seen(None, [], last, memory, pooled.float(), scenes))

    def __len__(self) -> int:
        return len(self._kept)

    def _look(self, views: Sequence[View]) -> list[Seen]:
        ends = self.network.trunk(torch.cat([self._input(pad(view.pixels)) for view in views]))
        pyramid = self.network.neck(ends)
        prepared = self.network.decoder.prepare(pyramid)
        with torch.autocast("cpu", enabled=False):
            tokens = self.network.text.see(ends[3].float())
        seen = []
        for i, view in enumerate(views):
            one = slice(i, i + 1)
            memory = Memory(tokens[one], torch.zeros(tokens[one].shape[:2], dtype=torch.bool))
            features = Seen(Pyramid(*(f[one] for f in pyramid)), [p[one] for p in prepared], ends[3][one], memory)
            seen.append(self._keep(view.key, view, features))
        return seen

    def _find(self, key: str) -> Seen | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def _keep(self, key: str, view: View, seen: Seen) -> Seen:
        with self._lock:
            self._kept[key] = (seen, view.pixels.shape[0] * view.pixels.shape[1])
            while len(self._kept) > 1 and sum(size for _, size in self._kept.values()) > KEPT_PIXELS:
                self._kept.popitem(last=False)
        return seen

    def _input(self, pixels: Bytes) -> Tensor:
        x = normalise(torch.from_numpy(pixels.copy())[None])  # a copy: pictures may be read-only
        return x.bfloat16() if self.half else x

"""Features of views: computed once, kept for the next question. Nothing here knows a question."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from geomagnifier.models.small.backbone import Pyramid, inference, normalise, pad
from geomagnifier.models.small.network import SmallNetwork
from geomagnifier.models.small.text_decoder import Memory
from geomagnifier.types import Bytes, View

KEPT = 160_000_000
"""Bytes of features that are kept by default: those of an image of 1.1 Mpx in fp32 and of 2.4 Mpx
in bf16.
"""


class ViewFeatures(NamedTuple):
    """What the image side computes of a view."""

    pyramid: Pyramid | None
    """f1, f2, f3; None of a thumbnail."""
    prepared: list[Tensor]
    """The pixel decoder's features of each level; none of a thumbnail."""
    last: Tensor
    """(1, 352, H/32, W/32) of the trunk."""
    memory: Memory
    """The text decoder's image tokens."""
    pooled: Tensor | None = None
    """(1, 1280), of thumbnails alone."""
    scenes: Tensor | None = None
    """Scene logits (1, S), of thumbnails alone."""

    @property
    def bytes(self) -> int:
        """Bytes of its tensors."""
        tensors = (
            *(self.pyramid or ()),
            *self.prepared,
            self.last,
            *self.memory,
            self.pooled,
            self.scenes,
        )
        return sum(tensor.nbytes for tensor in tensors if tensor is not None)


class Views:
    """The image side of a network, with an LRU cache of the features of views.

    Args:
        network: trained, in the number type it answers in.
        half: whether that is bf16.
    """

    most: float = KEPT
    """Bytes that may be kept; the last views' features stay beyond that while they are in use."""

    def __init__(self, network: SmallNetwork, half: bool) -> None:
        self.network, self.half = network, half
        self._kept: OrderedDict[str, ViewFeatures] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """Bytes that are kept now."""
        with self._lock:
            return sum(seen.bytes for seen in self._kept.values())

    def remember(self, most: float | None) -> None:
        """See `model_protocol.Model`."""
        self.most = KEPT if most is None else min(KEPT, most)
        with self._lock:
            self._shorten(0)

    def see(self, view: View) -> ViewFeatures:
        """Features of a view."""
        kept = self._find(view.key)
        return kept if kept is not None else self._look([view])[0]

    def together(self, views: Sequence[View]) -> None:
        """Compute the features of views of one size in one batch, those that are not kept.

        A small view alone takes as long as several of them.
        """
        fresh = [view for view in views if self._find(view.key) is None]
        if fresh:
            self._look(fresh)

    def glance(self, view: View) -> ViewFeatures:
        """Features of a thumbnail: no pyramid, but the image as a whole.

        They are kept apart from those of `see`.
        """
        key = f"{view.key} as a whole"
        kept = self._find(key)
        if kept is not None:
            return kept
        with inference(self.half):
            x = self._input(view.pixels)
            mirrored = torch.cat(
                [x, x.flip(3), x.flip(2), x.flip((2, 3))]
            )  # a place is the same in a mirror: their mean errs less
            last = self.network.trunk(mirrored)[3]
            pooled, last = self.network.trunk.pooled(last).mean(0, keepdim=True), last[:1]
            scenes = self.network.scenes(pooled).float()
        with torch.inference_mode(), torch.autocast("cpu", enabled=False):
            memory = self.network.text.glance(last.float(), pooled.float(), scenes)
        return self._keep(
            [key], [ViewFeatures(None, [], last.clone(), memory, pooled.float(), scenes)]
        )[0]

    def kept(self) -> list[ViewFeatures]:
        """All that is kept now, the last used at the end."""
        with self._lock:
            return list(self._kept.values())

    def __len__(self) -> int:
        return len(self._kept)

    def _look(self, views: Sequence[View]) -> list[ViewFeatures]:
        ends = self.network.trunk(torch.cat([self._input(pad(view.pixels)) for view in views]))
        pyramid = self.network.neck(ends)
        prepared = self.network.decoder.prepare(pyramid)
        with torch.autocast("cpu", enabled=False):
            tokens = self.network.text.see(ends[3].float())
        seen = []
        for i in range(len(views)):
            own = _own(i, len(views))
            memory = Memory(own(tokens), torch.zeros(1, tokens.shape[1], dtype=torch.bool))
            seen.append(
                ViewFeatures(
                    Pyramid(*map(own, pyramid)), list(map(own, prepared)), own(ends[3]), memory
                )
            )
        return self._keep([view.key for view in views], seen)

    def _find(self, key: str) -> ViewFeatures | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def _keep(self, keys: Sequence[str], seen: list[ViewFeatures]) -> list[ViewFeatures]:
        """Keep the features of a batch.

        None of them is dropped for another: all are asked for again before the next batch.
        """
        with self._lock:
            for key, one in zip(keys, seen, strict=True):
                self._kept[key] = one
                self._kept.move_to_end(key)
            self._shorten(len(seen))
        return seen

    def _shorten(self, last: int) -> None:
        """Drop what was used longest ago, but none of the `last` ones."""
        held = sum(seen.bytes for seen in self._kept.values())
        while held > self.most and len(self._kept) > last:
            held -= self._kept.popitem(last=False)[1].bytes

    def _input(self, pixels: Bytes) -> Tensor:
        x = normalise(torch.from_numpy(pixels.copy())[None])  # a copy: pictures may be read-only
        return x.bfloat16() if self.half else x


def _own(number: int, of: int) -> Callable[[Tensor], Tensor]:
    """Takes one view's part (1, ...) of a batch (N, ...).

    A copy, as a slice would keep the whole batch in memory.
    """
    return lambda tensor: tensor if of == 1 else tensor[number : number + 1].clone()

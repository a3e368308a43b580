"""Features of views: computed once, kept for the next question. Nothing here knows a question."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from geomagnifier.models.small.cells import pad
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.text_writer import TextWriter, ViewMemory
from geomagnifier.types import Floats, View

KEPT = 320_000_000
"""Bytes of features that are kept by default: those of 4096 x 4096 px of which half is seen
closely. Other scenes than the last one have half of it.

With less, each further question about such a scene sees all of its views anew: what was used
longest ago is dropped, just before it is asked for again.
"""


class FeaturePyramid(NamedTuple):
    """Features of a view at three strides; f1 is made of the first three when it is wanted."""

    low: Floats
    """(1, 24, H/4, W/4) of the trunk."""
    wide: Floats
    """(1, H/4, W/4, C), what the neck's last convolution reads."""
    f2: Floats
    """(1, C, H/8, W/8)."""
    f3: Floats
    """(1, C, H/16, W/16)."""


def finest(sessions: Sessions, pyramid: FeaturePyramid) -> Floats:
    """f1 of a view, (1, C, H/4, W/4): a fifth of the image side's work.

    Args:
        sessions: of the small model.
        pyramid: of the view.
    """
    return sessions.run("finest", low=pyramid.low, wide=pyramid.wide, f2=pyramid.f2)[0]


class ViewFeatures(NamedTuple):
    """What the image side computes of a view."""

    pyramid: FeaturePyramid | None
    """low, wide, f2, f3; None of a thumbnail."""
    prepared: list[Floats]
    """The pixel decoder's features of each level; none of a thumbnail."""
    last: Floats
    """(1, 352, H/32, W/32) of the trunk."""
    memory: ViewMemory
    """The text decoder's image tokens."""
    pooled: Floats | None = None
    """(1, 1280), of thumbnails alone."""
    scenes: Floats | None = None
    """Scene logits (1, S), of thumbnails alone."""

    @property
    def bytes(self) -> int:
        """Bytes of its arrays."""
        arrays = (
            *(self.pyramid or ()),
            *self.prepared,
            self.last,
            *self.memory,
            self.pooled,
            self.scenes,
        )
        return sum(array.nbytes for array in arrays if array is not None)


class Views:
    """The image side of the small model, with an LRU cache of the features of views.

    Args:
        sessions: of the small model.
    """

    most: float = KEPT
    """Bytes that may be kept; the last views' features stay beyond that while they are in use."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.writer = sessions, TextWriter(sessions)
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
        x = view.pixels
        # a place is the same in a mirror: their mean errs less
        mirrored = np.stack([x, x[:, ::-1], x[::-1], x[::-1, ::-1]])
        last, pooled = self.sessions.run("glance", pixels=mirrored)
        last, pooled = last[:1].copy(), pooled.mean(0, keepdims=True)
        own = self.sessions.weights
        scenes = np.asarray(pooled @ own["scenes.weight"].T + own["scenes.bias"], np.float32)
        memory = self.writer.glance(last, pooled, scenes)
        return self._keep([key], [ViewFeatures(None, [], last, memory, pooled, scenes)])[0]

    def kept(self) -> list[ViewFeatures]:
        """All that is kept now, the last used at the end."""
        with self._lock:
            return list(self._kept.values())

    def __len__(self) -> int:
        return len(self._kept)

    def _look(self, views: Sequence[View]) -> list[ViewFeatures]:
        pixels = np.stack([pad(view.pixels) for view in views])
        *levels, last = self.sessions.run("views", pixels=pixels)
        tokens = self.writer.see(last)
        seen = []
        for i in range(len(views)):
            own = _own(i, len(views))
            memory = ViewMemory(own(tokens), np.zeros((1, tokens.shape[1]), bool))
            parts = [*map(own, levels)]
            seen.append(ViewFeatures(FeaturePyramid(*parts[:4]), parts[4:], own(last), memory))
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
        """Drop what was used longest ago, but none of the `last` ones.

        What is of other scenes than the last view goes earlier, beyond half of the bytes: a next
        question is mostly about the same scene.
        """
        held = sum(seen.bytes for seen in self._kept.values())
        scene = next(reversed(self._kept), "").partition(":")[0]
        older = list(self._kept)[: len(self._kept) - last]
        others = [key for key in older if key.partition(":")[0] != scene]
        own = [key for key in older if key.partition(":")[0] == scene]
        for limit, keys in ((self.most / 2, others), (self.most, own)):
            for key in keys:
                if held <= limit:
                    break
                held -= self._kept.pop(key).bytes


def _own(number: int, of: int) -> Callable[[Floats], Floats]:
    """Takes one view's part (1, ...) of a batch (N, ...).

    A copy, as a slice would keep the whole batch in memory.
    """
    return lambda array: array if of == 1 else array[number : number + 1].copy()

"""The second stage of the image side: more cameras, more scales, more classes. It starts from a trained image side, not from ImageNet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from geomagnifier.model.network import SmallNetwork
from geomagnifier.train.batches import Batches, Sizes
from geomagnifier.train.camera_figures import camera_figures
from geomagnifier.train.crops import Source
from geomagnifier.train.loop import Files, Settings, follow, image_side, validate
from geomagnifier.train.sources import camera_sources
from geomagnifier.train.warm_start import warm_start
from geomagnifier.train.wide_batches import WideBatches

SETTINGS = Settings(steps=6000, sizes=Sizes(side=320, scenes=32), trunk_rate=5e-5, rate=2e-4)
"""About 8 s a step on two cores."""
CHECKPOINT, LOG = "wide.pt", "wide.jsonl"
LOOKED_AT = 8
"""Pictures of each set that a validation looks at."""


@dataclass(frozen=True, eq=False)
class Start:
    """A trained image side: state of a `SmallNetwork`, its classes in their order, and those of them that are objects."""

    state: Mapping[str, Tensor]
    kinds: Sequence[str]
    objects: Sequence[str]


def train_wide(
    root: Path, out: Path, captions: Callable[[list[str]], Tensor], start: Callable[[], Start], settings: Settings = SETTINGS
) -> Iterator[dict[str, float]]:
    """Train, or go on from `out`/wide.pt; yields rows as `loop.train` does.

    Args:
        root: folder of the data sets, with `more/` in it.
        out: folder for wide.pt (resume) and wide.jsonl (log).
        captions: sentences -> their vectors (N, 384).
        start: gives what is started from.
        settings: how the run goes.

    Raises:
        DataMissing, DataCorrupt: a set is not there, or damaged.
        ModelCorrupt: what is started from, or the checkpoint, is of another network.
    """

    def fresh() -> SmallNetwork:
        network, begun = image_side(), start()
        warm_start(network, begun.state, begun.kinds, begun.objects, settings.seed)
        return network

    held = Batches(root, "val", settings.seed, drawn=0)
    cameras: dict[str, Sequence[Source]] = {
        name: sources[:: max(1, len(sources) // LOOKED_AT)][:LOOKED_AT]
        for name, sources in {"vhr10": held.objects, **camera_sources(root, "val", settings.seed)}.items()
    }

    def check(network: SmallNetwork, device: torch.device) -> dict[str, float]:
        return validate(network, held, settings.seed, device) | camera_figures(network, cameras, device)

    files = Files(out / CHECKPOINT, out / LOG)
    yield from follow(fresh, lambda: WideBatches(root, settings.seed, settings.sizes, settings.drawn), check, captions, files, settings)

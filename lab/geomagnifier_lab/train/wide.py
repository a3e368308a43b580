"""The second training stage of the image side, on more cameras, scales and classes.

It starts from a trained image side, not from ImageNet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from geomagnifier.errors import ModelCorrupt, ModelNotFound
from geomagnifier.finetuning.crops import Source
from geomagnifier.finetuning.run_state import saved
from geomagnifier.language.scene_classes import SCENES
from geomagnifier.models import registry
from geomagnifier.models.networks.loading import tensors
from geomagnifier_lab.datasets.dubai import COVER
from geomagnifier_lab.datasets.vhr10 import CLASSES
from geomagnifier_lab.eval.pictures import evenly
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.train.batches import NAMES, OBJECTS, Batches, Sizes
from geomagnifier_lab.train.camera_figures import camera_figures
from geomagnifier_lab.train.loop import Settings, follow, image_side, validate
from geomagnifier_lab.train.sources import camera_sources
from geomagnifier_lab.train.trainer import Files
from geomagnifier_lab.train.warm_start import warm_start
from geomagnifier_lab.train.wide_batches import WideBatches

SETTINGS = Settings(
    steps=6000, sizes=Sizes(side=320, scenes=32), parts=4, trunk_rate=5e-5, rate=2e-4
)
"""About 9 s of CPU a step, 5 s on two cores."""
OVER_A_FROZEN_TRUNK = replace(
    SETTINGS,
    sizes=Sizes(side=320, scenes=1),
    trunk_rate=0.0,
    rate=4e-4,
    warmup=100,
    average=0.998,
    validate=400,
    save=25,
)
"""No scene images: what they train is frozen. About 3.5 s of CPU a step; 1,800 steps are enough."""
CHECKPOINT, LOG = "wide.pt", "wide.jsonl"
LOOKED_AT = 8
"""Images of each set in a validation."""


@dataclass(frozen=True, eq=False)
class Start:
    """A trained image side to start from."""

    state: Mapping[str, Tensor]
    """Of a `SmallNetwork`."""
    kinds: Sequence[str]
    """Its class names, in the order of its states."""
    objects: Sequence[str]
    """Those of them that are objects, in the order of its box classifier."""


def from_model(name: str) -> Start:
    """The image side of a model: "small", or a folder.

    Raises:
        ModelNotFound: no such folder.
        ModelCorrupt: its weights are missing, damaged, or of other scene names.
    """
    path = registry.folder_of(name) / registry.FILES[0]
    if not path.parent.is_dir():
        raise ModelNotFound(
            f"no model named {name!r} to start from; use 'small' or a folder with {path.name}"
        )
    if not path.is_file():
        raise ModelCorrupt(f"{path.parent} lacks {path.name}, which training starts from")
    card, state = tensors(path)
    if tuple(card.get("scenes", ())) != SCENES:
        raise ModelCorrupt(
            f"{path} knows other scene names than training does; start from 'small' or from"
            " ImageNet (without --start)"
        )
    return Start(state, card["kinds"], card["objects"])


def from_first_stage(path: Path) -> Start:
    """The image side of the checkpoint of the first stage.

    Its classes are those of VHR-10 and land cover.

    Raises:
        ModelCorrupt: it is no checkpoint, or damaged.
    """
    state = dict(saved(path)["average"])
    for part, every, taught in (
        ("states.", NAMES, (*CLASSES, *COVER)),
        ("box_classifier.layers.3.", OBJECTS, CLASSES),
    ):
        rows = [*(every.index(kind) for kind in taught), len(every)]
        state |= {k: v[rows] for k, v in state.items() if k.startswith(part)}
    return Start(state, (*CLASSES, *COVER), CLASSES)


def train_wide(
    root: Path,
    out: Path,
    captions: Callable[[list[str]], Tensor],
    start: Callable[[], Start],
    settings: Settings = SETTINGS,
) -> Iterator[dict[str, float]]:
    """Train, or resume from `out`/wide.pt; yields rows as `loop.train` does.

    Args:
        root: folder of the data sets, with `more/` in it.
        out: folder for wide.pt (resume) and wide.jsonl (log).
        captions: sentences -> their vectors (N, 384).
        start: gives the image side that is started from.
        settings: of the run.

    Raises:
        DataMissing, DataCorrupt: a set is not there, or damaged.
        ModelCorrupt: what is started from, or the checkpoint, is of another network.
    """

    def fresh() -> SmallNetwork:
        network, begun = image_side(), start()
        warm_start(network, begun.state, begun.kinds, begun.objects, settings.seed)
        if not settings.trunk_rate:
            freeze_trunk(network, (*CLASSES, *COVER))
        return network

    held = Batches(root, "val", settings.seed, drawn=0)
    cameras: dict[str, Sequence[Source]] = {"vhr10": evenly(held.objects, 2 * LOOKED_AT)}
    cameras |= camera_sources(root, "val", settings.seed, LOOKED_AT)

    def check(network: SmallNetwork, device: torch.device) -> dict[str, float]:
        return validate(network, held, settings.seed, device) | camera_figures(
            network, cameras, device
        )

    files = Files(out / CHECKPOINT, out / LOG)
    yield from follow(
        fresh,
        lambda: WideBatches(root, settings.seed, settings.sizes, settings.drawn),
        check,
        captions,
        files,
        settings,
    )


def freeze_trunk(network: SmallNetwork, known: Sequence[str]) -> None:
    """Freeze the trunk and the states of known classes.

    The language side of the model started from still fits.

    Args:
        network: is changed.
        known: class names whose states are kept, as the text decoder writes them; that of unknown
            classes is kept as well.
    """
    for part in (network.trunk, network.scenes, network.picture, network.sentence):
        part.requires_grad_(False)
    learnt = torch.tensor([[float(kind not in known)] for kind in NAMES] + [[0.0]])
    network.states.weight.register_hook(lambda slope: slope * learnt.to(slope.device))

"""Start training from a model with fewer classes.

All its tensors are taken, and the rows of new classes are initialised from similar ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from geomagnifier.errors import ModelCorrupt
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.train.batches import NAMES, OBJECTS

LIKE: dict[str, tuple[str, ...]] = {
    "car": ("vehicle",),
    "van": ("vehicle",),
    "truck": ("vehicle",),
    "bus": ("vehicle",),
    "boat": ("ship",),
    "tree": ("vegetation", "storage tank"),
    "palm tree": ("vegetation", "storage tank"),
    "wind turbine": ("airplane",),
    "solar panel": ("tennis court", "building"),
    "swimming pool": ("storage tank", "tennis court"),
    "oil well": ("storage tank", "vehicle"),
    "crop field": ("baseball diamond", "land"),
    "building": ("building", "storage tank"),
}
"""By class, the classes whose mean it is initialised with."""
NOISE = 0.1
"""Noise, as a share of the rows' spread, that tells apart classes with the same initial row."""
RARE = 2.0
"""Log odds by which a box is less likely of a new class at first."""
OTHERS = ("text.", "mentioned.", "selector.")
"""Parts that are trained anew over the image side."""


def warm_start(
    network: SmallNetwork,
    state: Mapping[str, Tensor],
    kinds: Sequence[str],
    objects: Sequence[str],
    seed: int = 0,
) -> None:
    """Fill a network of all classes from the state of one that knows some of them.

    Args:
        network: of `loop.image_side`; is changed.
        state: of a `SmallNetwork`.
        kinds: its classes in the order of its states; the last state is that of unknown classes.
        objects: those of them that are objects, in the order of its box classifier, whose last
            class is none.
        seed: of the noise.

    Raises:
        ModelCorrupt: the state is of another network.
    """
    chance = torch.Generator().manual_seed(seed)
    taken = {k: v for k, v in state.items() if not k.startswith(OTHERS)}
    taken["states.weight"] = _rows(state["states.weight"], kinds, NAMES, chance)
    last = "box_classifier.layers.3"
    for part in ("weight", "bias"):
        taken[f"{last}.{part}"] = _rows(state[f"{last}.{part}"], objects, OBJECTS, chance)
    taken[f"{last}.bias"][[OBJECTS.index(kind) for kind in OBJECTS if kind not in objects]] -= RARE
    own = network.state_dict()
    odd = next(
        (
            k
            for k in {*own, *taken}
            if not k.startswith(OTHERS)
            and (k not in own or k not in taken or own[k].shape != taken[k].shape)
        ),
        None,
    )
    if odd is not None:
        raise ModelCorrupt(
            f"the model to start from is of another network: {odd} does not fit; start from 'small'"
        )
    network.load_state_dict(own | taken)


def _rows(
    rows: Tensor, known: Sequence[str], wanted: Sequence[str], chance: torch.Generator
) -> Tensor:
    """Rows by class, and the last row, which is kept.

    Known classes keep theirs, the others are initialised as `LIKE` says; a class like none of those
    known begins as the last row.
    """
    place = {kind: i for i, kind in enumerate(known)}
    spread = rows.std(0, keepdim=True) if rows.ndim > 1 else torch.zeros_like(rows[:1])
    made = []
    for kind in wanted:
        if kind in place:
            made.append(rows[place[kind]])
            continue
        like = [place[k] for k in LIKE[kind] if k in place] or [len(known)]
        noise = torch.randn(rows.shape[1:], generator=chance) * spread[0] * NOISE
        made.append(rows[like].mean(0) + noise)
    return torch.stack([*made, rows[len(known)]])

"""A run's averaged weights -> the files a model folder holds.

An image side that was trained over the frozen trunk of a model keeps that model's language side: the text decoder, its words and its
captions stay, and classes that it has no word for go by other names (`model/taught.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from geomagnifier.data.dubai import COVER
from geomagnifier.data.vocabulary import COARSE, SCENES, WITHIN
from geomagnifier.errors import ModelCorrupt
from geomagnifier.model import checkpoint
from geomagnifier.model.network import SmallNetwork
from geomagnifier.model.vision import normalise
from geomagnifier.train.batches import NAMES, OBJECTS

KEPT = ("text.", "mentioned.", "selector.", "granularity.")
"""Parts of the language side, which a frozen trunk keeps."""
NEVER = -20.0
"""Log odds of a caption naming a class that it has no words for."""


def cost(network: SmallNetwork) -> dict[str, float]:
    """Floating-point operations for one px of a view: its features ("view"), one question on it, the trunk alone (thumbnails)."""
    from torch.utils.flop_counter import FlopCounterMode

    side = 256
    pixels = torch.zeros(1, side, side, 3, dtype=torch.uint8)
    figures = {}
    with torch.no_grad():
        with FlopCounterMode(display=False) as counter:
            ends = network.trunk(normalise(pixels))
        figures["trunk"] = counter.get_total_flops() / side**2
        with FlopCounterMode(display=False) as counter:
            prepared = network.decoder.prepare(network.neck(ends))
        figures["view"] = figures["trunk"] + counter.get_total_flops() / side**2
        with FlopCounterMode(display=False) as counter:
            network.decoder(torch.zeros(1, 1, 256), prepared)
        figures["question"] = counter.get_total_flops() / side**2
    return figures


def export(
    state: Mapping[str, Tensor],
    path: Path,
    version: str,
    words: Sequence[str],
    mentions: Mapping[str, Any],
    chosen: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write small.safetensors; returns its card.

    Args:
        state: of `SmallNetwork`.
        path: target file.
        version: written into the card.
        words: the answers' vocabulary, in the order of the network's outputs.
        mentions: by kind of object the threshold of the caption's gate and the words it shuts.
        chosen: fields of `train.calibrate.Chosen`; none before they are measured.
    """
    network = SmallNetwork(len(NAMES), len(OBJECTS), len(SCENES), len(words)).eval()
    network.load_state_dict(state)
    card = {
        "version": version,
        "kinds": NAMES,
        "objects": OBJECTS,
        "within": WITHIN,
        "cover": COVER,
        "scenes": SCENES,
        "coarse": COARSE,
        "words": list(words),
        "mentions": dict(mentions),
        "flops": cost(network),
        "calibration": {},
    } | dict(chosen or {})
    checkpoint.write(path, network.state_dict(), card)
    return card


def over(average: Mapping[str, Tensor], base: Path, folder: Path, sizes: Mapping[str, tuple[float | None, float]]) -> dict[str, Any]:
    """Write the model folder of an image side that was trained over a frozen trunk, before anything of it is measured.

    Args:
        average: state of a `SmallNetwork` of all classes whose trunk is that of the base, as `loop.train_wide` averages it.
        base: folder of the model that was started from; its language side, scout and reader of Chinese are taken.
        folder: to be written.
        sizes: metres on the ground, or None, and px in the pictures, of each class.

    Returns:
        the card of small.safetensors.

    Raises:
        ModelCorrupt: a file of the base is damaged, or the trunk is another one.
    """
    told, before = checkpoint.read(base / checkpoint.FILES[0])
    if any(not torch.equal(t, average[name]) for name, t in before.items() if name.startswith("trunk.")):
        raise ModelCorrupt(f"the trunk is not that of {base}: the language side would not fit; train it too (--language-steps)")
    state = {k: v for k, v in average.items() if not k.startswith(KEPT)} | {k: v for k, v in before.items() if k.startswith(KEPT)}
    for part in ("weight", "bias"):
        rows = before[f"mentioned.{part}"]
        row = {kind: rows[i] for i, kind in enumerate(told["objects"])}
        never = torch.zeros_like(rows[0]) if part == "weight" else torch.tensor(NEVER)
        state[f"mentioned.{part}"] = torch.stack([row.get(kind, never) for kind in OBJECTS])
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*checkpoint.FILES[1:3], checkpoint.CHINESE):
        shutil.copyfile(base / name, folder / name)
    card, scouted = export(state, folder / checkpoint.FILES[0], told["version"], told["words"], told["mentions"]), checkpoint.FILES[3]
    sights, scout = checkpoint.read(base / scouted)
    maps = sights.get("kinds", told["kinds"])
    known = {kind: sights["sizes"][kind] for kind in told["objects"]}  # scores were calibrated with these
    checkpoint.write(folder / scouted, scout, sights | {"kinds": maps, "sizes": {**sizes, **known}})
    return card

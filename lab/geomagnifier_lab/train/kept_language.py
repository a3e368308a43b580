"""Join an image side trained over the frozen trunk of a model with that model's language side.

The text decoder, its words, captions, scene names, the proposal network and the translator of
Chinese read the trunk, or nothing of the image: they stay as they are. Classes that the text
decoder has no word for go by other names (`models/custom/model.py`). What depends on detections is
measured again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from geomagnifier import __version__
from geomagnifier.errors import ModelCorrupt
from geomagnifier.models import registry
from geomagnifier.models.networks.loading import tensors
from geomagnifier_lab.train import recall_calibration
from geomagnifier_lab.train.batches import OBJECTS
from geomagnifier_lab.train.calibrate import calibrate
from geomagnifier_lab.train.export import export

KEPT = ("text.", "mentioned.", "selector.", "granularity.")
"""Parts of the language side."""
NEVER = -20.0
"""Log odds of a caption naming a class that it has no words for."""


def measure(
    base: Path, folder: Path, root: Path, progress: Callable[[int, int], None] | None = None
) -> None:
    """Calibrate a model folder on validation images, and seal it.

    Thresholds, probabilities, qualities and the recall of the proposal network.

    Args:
        base: folder of the model that was started from; the temperature of its scene heads is kept.
        folder: of `assemble`, with or without a refiner of boxes.
        root: folder of the data sets.
        progress: called with (images done, images in all), as in `calibrate.calibrate`.

    Raises:
        ModelCorrupt: a file of the folder is damaged.
        DataMissing, DataCorrupt: a set is not there, or damaged.
    """
    path, scouted = folder / registry.FILES[0], folder / registry.FILES[3]
    kept = registry.read_card(base / registry.FILES[0]).get("reliability", {}).get("temperature")
    chosen = calibrate(
        registry.load_small(folder), root, progress=progress, temperature=kept
    )._asdict()
    card, state = registry.read(path)
    registry.write(path, state, card | chosen)
    sights, scout = registry.read(scouted)
    registry.write(
        scouted, scout, sights | recall_calibration.measure(registry.load_small(folder), root)
    )
    registry.seal(folder)


def assemble(
    average: Mapping[str, Tensor],
    base: Path,
    folder: Path,
    sizes: Mapping[str, tuple[float | None, float]],
) -> dict[str, Any]:
    """Write a model folder from an image side and the language side of a base model.

    Nothing of the new model is measured yet.

    Args:
        average: state of a `SmallNetwork` of all classes whose trunk is that of the base, as
            `loop.train_wide` averages it.
        base: folder of the model that was started from; its language side, proposal network and
            translator of Chinese are taken.
        folder: to be written.
        sizes: length on the ground, m, or None, and in the training images, px, of each class.

    Returns:
        the card of small.safetensors.

    Raises:
        ModelCorrupt: a file of the base is damaged, or the trunk is another one.
    """
    told, before = tensors(base / registry.FILES[0])
    if any(
        not torch.equal(t, average[name]) for name, t in before.items() if name.startswith("trunk.")
    ):
        raise ModelCorrupt(
            f"the trunk is not that of {base}: the language side would not fit; train it too"
            " (--language-steps)"
        )
    state = {k: v for k, v in average.items() if not k.startswith(KEPT)} | {
        k: v for k, v in before.items() if k.startswith(KEPT)
    }
    for part in ("weight", "bias"):
        rows = before[f"mentioned.{part}"]
        row = {kind: rows[i] for i, kind in enumerate(told["objects"])}
        never = torch.zeros_like(rows[0]) if part == "weight" else torch.tensor(NEVER)
        state[f"mentioned.{part}"] = torch.stack([row.get(kind, never) for kind in OBJECTS])
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*registry.FILES[1:3], registry.CHINESE, registry.ATTENTION):
        if name != registry.ATTENTION or (base / name).is_file():
            shutil.copyfile(base / name, folder / name)
    card, scouted = (
        export(state, folder / registry.FILES[0], __version__, told["words"], told["mentions"]),
        registry.FILES[3],
    )
    sights, scout = registry.read(base / scouted)
    maps = sights.get("kinds", told["kinds"])
    # scores were calibrated with these sizes
    known = {kind: sights["sizes"][kind] for kind in told["objects"]}
    registry.write(folder / scouted, scout, sights | {"kinds": maps, "sizes": {**sizes, **known}})
    return card

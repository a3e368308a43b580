"""Average the weights of a model and of one that was trained on from it.

    python -m geomagnifier_lab.train.weight_average BEFORE AFTER --out MODEL [--share 0.5]

Further training may cost elsewhere what it gains; the mean of both weights often keeps much of
either (Wortsman et al., arXiv:2109.01903). Image side and box refiners are averaged. Thresholds are
those of BEFORE, as they did better for the package (docs/model_card.md). All else is that of AFTER.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import numpy as np

from geomagnifier.errors import GeomagError, ModelCorrupt, OptionError
from geomagnifier.models import registry

AVERAGED = (registry.FILES[0], registry.REFINER, registry.CLOSER)
CHOSEN = ("calibration", "reliability", "in_box", "quality")
"""Entries of the card that are chosen or measured on validation images."""


def average(before: Path, after: Path, out: Path, share: float = 0.5) -> None:
    """Write the averaged model.

    Args:
        before: model folder.
        after: folder of the model that was trained on from it.
        out: folder to be written.
        share: of `after`, 0 to 1.

    Raises:
        OptionError: the share is out of range, or `out` is one of the two.
        ModelCorrupt: a file is damaged, or the two are no models of the same network.
    """
    if not 0 <= share <= 1:
        raise OptionError(f"the share is {share}; give a number from 0 to 1")
    if out.resolve() in (before.resolve(), after.resolve()):
        raise OptionError(f"{out} is one of the models that are averaged; give another --out")
    out.mkdir(parents=True, exist_ok=True)
    for name in (*registry.ALL, "NOTICE.md"):
        if (after / name).is_file():
            shutil.copyfile(after / name, out / name)
    for name in AVERAGED:
        told, first = registry.read(before / name)
        card, second = registry.read(after / name)
        if {k: t.shape for k, t in first.items()} != {k: t.shape for k, t in second.items()}:
            raise ModelCorrupt(f"{before / name} and {after / name} are of two networks")
        mixed = {
            key: (
                (1 - share) * first[key].astype(np.float32) + share * tensor.astype(np.float32)
            ).astype(tensor.dtype)
            if np.issubdtype(tensor.dtype, np.floating)
            else tensor
            for key, tensor in second.items()
        }
        registry.write(out / name, mixed, card | {k: told[k] for k in CHOSEN if k in told})
    registry.seal(out)


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m geomagnifier_lab.train.weight_average",
        description="Average the weights of a model and of one that was trained on from it.",
    )
    parser.add_argument("before", type=Path, help="folder of the model that was started from")
    parser.add_argument("after", type=Path, help="folder of the model that was trained on")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new model")
    parser.add_argument("--share", type=float, default=0.5, help="share of AFTER, 0 to 1")
    given = parser.parse_args(arguments)
    try:
        average(given.before, given.after, given.out, given.share)
    except GeomagError as error:
        print(f"geomag: {error}", file=sys.stderr)
        return 2
    print(given.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

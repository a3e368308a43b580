"""The file of custom classes, own.safetensors: their heads and what is known of them.

It lies in a model folder beside the files of the model that was fine-tuned.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from geomagnifier.errors import ModelCorrupt
from geomagnifier.models.custom.aliases import ClassAlias
from geomagnifier.models.custom.class_heads import CustomClass, Heads
from geomagnifier.models.custom.model import CustomModel
from geomagnifier.models.metadata import calibration, names, number
from geomagnifier.models.small.model import SmallModel
from geomagnifier.types import Floats

OWN = "own.safetensors"


def contents(model: CustomModel) -> tuple[dict[str, Floats], dict[str, Any]]:
    """Tensors and card of the file of a model."""
    state = {
        f"{n}.{name}": t
        for n, (heads, _) in enumerate(model.heads)
        for name, t in heads.weights.items()
    }
    card = {
        "lessons": [list(names) for _, names in model.heads],
        "kinds": [asdict(kind) for kind in model.own.values()],
        "stand_ins": [list(s) for s in model.names.stand_ins],
    }
    return state, card


def taught(
    base: SmallModel, path: Path, card: dict[str, Any], state: dict[str, Floats]
) -> CustomModel:
    """The model with the heads of a file.

    Args:
        base: the small model of the folder.
        path: of the file, for the message.
        card: of the file, as `registry.read` reads it.
        state: tensors of the file.

    Raises:
        ModelCorrupt: it belongs to another network, or is incomplete.
    """
    try:
        own = [_kind(kind) for kind in card["kinds"]]
        lent = [
            ClassAlias(str(name), str(plural), bool(stuff), tuple(map(str, words)))
            for name, plural, stuff, words in card["stand_ins"]
        ]
        names([one.name for one in lent], "stand_ins", base.kinds)
        lessons = []
        for number, taught_ones in enumerate(card["lessons"]):
            mine = {
                key.removeprefix(f"{number}."): t
                for key, t in state.items()
                if key.startswith(f"{number}.")
            }
            if mine["bias"].shape[:1] != (
                len(names(taught_ones, "lessons", [kind.name for kind in own])),
            ):  # before heads are built
                raise ValueError(f"lesson {number} has heads for other classes")
            lessons.append((Heads(mine), taught_ones))
        if {kind.name for kind in own} != {name for _, names_of in lessons for name in names_of}:
            raise ValueError("classes without a head, or heads without a class")
        return CustomModel(base, lessons, own, lent)
    except (AttributeError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise ModelCorrupt(
            f"{path} is incomplete or belongs to another network:"
            f" {' '.join(str(error).split())[:200]}"
        ) from error


def _kind(told: dict[str, Any]) -> CustomClass:
    """A class of a card, its numbers and names checked; raises what wrong ones lead to."""
    words = tuple((str(one), str(many)) for one, many in told["words"])
    names(list(dict.fromkeys(word for pair in words for word in pair)), "words")
    kind = CustomClass(**{**told, "words": words})
    calibration(kind.calibration, kind.name)
    for length in (kind.pixels, 1.0 if kind.metres is None else kind.metres):
        number(length, f"size of {kind.name}", 1e-3, 1e6)
    return kind

"""own.safetensors: heads of taught kinds and what is known of them, in a model folder beside the files of the model that was taught."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from geomagnifier.errors import ModelCorrupt
from geomagnifier.model.naming import StandIn
from geomagnifier.model.own import Heads, OwnKind
from geomagnifier.model.small import SmallModel
from geomagnifier.model.taught import TaughtModel

OWN = "own.safetensors"


def contents(model: TaughtModel) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Tensors and card of the file of a model."""
    state = {f"{n}.{name}": t for n, (heads, _) in enumerate(model.lessons) for name, t in heads.state_dict().items()}
    card = {
        "lessons": [list(names) for _, names in model.lessons],
        "kinds": [asdict(kind) for kind in model.own.values()],
        "stand_ins": [list(s) for s in model.names.stand_ins],
    }
    return state, card


def taught(base: SmallModel, path: Path, card: dict[str, Any], state: dict[str, torch.Tensor]) -> TaughtModel:
    """The model with the heads of a file, as `checkpoint.read` reads it.

    Raises:
        ModelCorrupt: it belongs to another network, or is incomplete.
    """
    try:
        own = [OwnKind(**{**kind, "words": tuple((str(a), str(b)) for a, b in kind["words"])}) for kind in card["kinds"]]
        lent = [StandIn(str(name), str(plural), bool(stuff), tuple(words)) for name, plural, stuff, words in card["stand_ins"]]
        lessons = []
        for number, names in enumerate(card["lessons"]):
            heads, mark = Heads(len(names)), f"{number}."
            heads.load_state_dict({key.removeprefix(mark): t for key, t in state.items() if key.startswith(mark)})
            lessons.append((heads, names))
        if {kind.name for kind in own} != {name for _, names in lessons for name in names}:
            raise ValueError("kinds without a head, or heads without a kind")
        return TaughtModel(base, lessons, own, lent)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelCorrupt(f"{path} is incomplete or belongs to another network: {' '.join(str(error).split())[:200]}") from error

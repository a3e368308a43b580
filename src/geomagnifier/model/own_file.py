"""own.safetensors: heads of taught kinds and what is known of them, in a model folder beside the files of the model that was taught."""

from __future__ import annotations

from collections.abc import Sequence
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


def card_of(own: Sequence[OwnKind], stand_ins: Sequence[StandIn]) -> dict[str, Any]:
    """The card of the file."""
    return {"kinds": [asdict(kind) for kind in own], "stand_ins": [list(s) for s in stand_ins]}


def taught(base: SmallModel, path: Path, card: dict[str, Any], state: dict[str, torch.Tensor]) -> TaughtModel:
    """The model with the heads of a file, as `checkpoint.read` reads it.

    Raises:
        ModelCorrupt: it belongs to another network, or is incomplete.
    """
    try:
        own = [OwnKind(**{**kind, "words": tuple((str(a), str(b)) for a, b in kind["words"])}) for kind in card["kinds"]]
        lent = [StandIn(str(name), str(plural), bool(stuff), tuple(words)) for name, plural, stuff, words in card["stand_ins"]]
        heads = Heads(len(own), base.network.decoder.inner)
        heads.load_state_dict(state)
        return TaughtModel(base, heads, own, lent)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelCorrupt(f"{path} is incomplete or belongs to another network: {' '.join(str(error).split())[:200]}") from error

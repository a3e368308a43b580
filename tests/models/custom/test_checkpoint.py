"""Heads of anybody: each wrong file is refused in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomagnifier.errors import ModelCorrupt, ModelError, printable
from geomagnifier.models import registry
from geomagnifier.models.custom.checkpoint import OWN, taught
from geomagnifier.models.networks.heads_net import HeadsNet
from geomagnifier.models.registry import load_small
from geomagnifier.models.small.model import SmallModel


def refused(load: Callable[[], object], kind: type[ModelError] = ModelCorrupt) -> str:
    """The message: one line that any terminal takes."""
    with pytest.raises(kind) as caught:
        load()
    told = str(caught.value)
    assert len(told) <= 1000 and told == printable(told)
    return told


ODD_NUMBERS: list[Any] = [-1, 1.5, float("nan"), float("inf"), 10**400, True, None, "0.5", [], {}]


@pytest.fixture(scope="module")
def base(model_folder: Path) -> SmallModel:
    return load_small(model_folder)


TAUGHT: dict[str, Any] = {
    "lessons": [["crane"]],
    "kinds": [
        {
            "words": [["crane", "cranes"]],
            "stuff": False,
            "masks": True,
            "pixels": 40.0,
            "metres": None,
            "calibration": {},
            "taught": {},
        }
    ],
    "stand_ins": [["ship", "ships", False, ["ship", "ships"]]],
}


def kind(**changed: Any) -> dict[str, Any]:
    return {"kinds": [TAUGHT["kinds"][0] | changed]}


ODD_TAUGHT: list[Any] = [
    *(
        {},
        {"lessons": 3},
        {"kinds": 3},
        {"stand_ins": 3},
        {"kinds": []},
        {"lessons": []},
        {"lessons": [["tank"]]},
        {"lessons": [["crane", "crane"]]},
    ),
    *(
        {"lessons": [[f"kind {n}" for n in range(1_000_000)]]},
        {"lessons": [["crane"], ["crane"]]},
        {"lessons": [[]]},
        {"lessons": ["crane"]},
    ),
    *(
        {"kinds": [3]},
        {"kinds": [{}]},
        kind(words=[]),
        kind(words=3),
        kind(words=[["crane"]]),
        kind(words=[["", "cranes"]]),
        kind(more=1),
    ),
    *(
        kind(words=[["\x1b[31m", "cranes"]]),
        kind(words=[["x" * 1000, "cranes"]]),
        kind(calibration=3),
        kind(calibration={"else": 1}),
    ),
    *(kind(calibration={"score": n}) for n in ODD_NUMBERS),
    *(kind(pixels=n) for n in ODD_NUMBERS if n != 1.5),
    *(kind(metres=n) for n in ODD_NUMBERS if n not in (1.5, None)),
    *(
        {"stand_ins": [["ship"]]},
        {"stand_ins": [["tank", "tanks", False, []]]},
        {"stand_ins": [["ship", "ships", False, 3]]},
    ),
]


def test_heads_that_cannot_be(base: SmallModel, tmp_path: Path) -> None:
    state = {f"0.{name}": t for name, t in HeadsNet(1).finished().weights.items()}
    path = tmp_path / OWN
    registry.write(path, state, TAUGHT)
    assert "crane" in taught(base, path, *registry.read(path)).spec.kinds
    for changed in ODD_TAUGHT:
        card = TAUGHT | changed if changed else {}
        told = refused(lambda card=card: taught(base, path, card, state))  # type: ignore[misc]
        assert OWN in told, str(changed)[:80]
    for card in (None, 3, [], "card"):
        refused(lambda card=card: taught(base, path, card, state))  # type: ignore[misc]
    for wrong in (
        {},
        {"0.bias": np.zeros((1, 3), np.float32)},
        {**state, "0.bias": np.array(0.0, np.float32)},
        {**state, "0.more": np.zeros(1, np.float32)},
    ):
        refused(lambda wrong=wrong: taught(base, path, TAUGHT, wrong))  # type: ignore[misc]

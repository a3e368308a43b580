"""Cards of anybody: names and numbers that cannot be are refused before a network is built."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from geomagnifier.errors import ModelCorrupt, ModelError, printable
from geomagnifier.models import registry
from geomagnifier.models.registry import FILES, load_model
from random_small import CARD, HUNT

SMALL, SENTENCE, TOKENIZER, SCOUT = FILES


@pytest.fixture
def folder(model_folder: Path, tmp_path: Path) -> Path:
    """A model folder of links: replace a file, never write into it."""
    made = tmp_path / "model"
    made.mkdir()
    for file in FILES:
        (made / file).symlink_to(model_folder / file)
    return made


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong must be seen before tensors are read: it costs nothing then."""

    def build(*_: Any) -> None:
        raise AssertionError("tensors were read for a folder that is wrong")

    monkeypatch.setattr(registry, "weights_of", build)


def refused(load: Callable[[], object], kind: type[ModelError] = ModelCorrupt) -> str:
    """The message: one line that any terminal takes."""
    with pytest.raises(kind) as caught:
        load()
    told = str(caught.value)
    assert len(told) <= 1000 and told == printable(told)
    return told


def with_card(path: Path, card: Any, plain: str | None = None) -> None:
    """A file with a card and next to no tensors: cards are looked at first."""
    path.unlink(missing_ok=True)
    save_file({"a": torch.zeros(1)}, path, {"card": json.dumps(card) if plain is None else plain})


ODD_NUMBERS: list[Any] = [-1, 1.5, float("nan"), float("inf"), 10**400, True, None, "0.5", [], {}]


ODD_NAMES: list[Any] = [
    None,
    3,
    "ship",
    {},
    [3],
    [None],
    [""],
    ["x" * 1000],
    ["a\nb"],
    ["\x1b[31m"],
    ["ship", "ship"],
    [["ship"]],
    ["x"] * 2000,
]


ODD_CARDS: dict[str, Any] = {
    "version": [None, 3, "", [], "x" * 1000, "\x1b[31m"],
    "kinds": [
        *ODD_NAMES,
        [],
        ["airplane", "ship", "water"],
        ["ship"],
        [f"kind {n}" for n in range(1001)],
    ],
    "objects": [*ODD_NAMES, ["tank"], ["airplane"], ["water"]],
    "scenes": [*ODD_NAMES, ["beach"]],
    "coarse": [None, [], {"shore": ["desert"]}, {"shore": 3}, {"": []}, {"x" * 1000: ["port"]}],
    "words": [
        *ODD_NAMES,
        [],
        CARD["words"][1:],
        [w for w in CARD["words"] if w != "<ship>"],
        [*CARD["words"], "ship", "ship"],
    ],
    "mentions": [
        None,
        [],
        {"water": [0.5, []]},
        {"ship": 0.5},
        {"ship": [0.5]},
        *({"ship": [n, ["near"]]} for n in ODD_NUMBERS),
    ],
    "flops": [
        None,
        [],
        {},
        {"trunk": 1.0, "view": 1.0},
        *({"trunk": n, "view": 1.0, "question": 1.0} for n in ODD_NUMBERS if n != 1.5),
    ],
    "calibration": [
        *(None, [], 3, {"tank": {}}, {"ship": 3}, {"ship": {"else": 0.5}}),
        *({"ship": {"score": n}} for n in ODD_NUMBERS),
    ],
}


ODD_HUNTS: dict[str, Any] = {
    "flops": [n for n in ODD_NUMBERS if n != 1.5],
    "sizes": [
        None,
        [],
        {"tank": [1.0, 1.0]},
        {"ship": 3},
        {"ship": [1.0]},
        *({"ship": [1.0, n]} for n in ODD_NUMBERS if n != 1.5),
    ],
    "recall": [
        None,
        3,
        {},
        [3],
        [[0.5]],
        [[0.9, 0.1], [0.5, 0.4]],
        *([[0.5, n]] for n in ODD_NUMBERS),
        *([[n, 0.5]] for n in ODD_NUMBERS),
    ],
    "scores": [
        None,
        [],
        {"tank": []},
        {"ship": 3},
        {"ship": [[0.5]]},
        *({"ship": [[0.5, n]]} for n in ODD_NUMBERS),
    ],
}


@pytest.mark.parametrize(
    ("file", "card", "odd"),
    [(SMALL, CARD, ODD_CARDS), (SCOUT, HUNT, ODD_HUNTS)],
    ids=["small", "scout"],
)
@pytest.mark.usefixtures("unbuilt")
def test_cards_that_cannot_be(
    folder: Path, file: str, card: dict[str, Any], odd: dict[str, Any]
) -> None:
    for what, values in odd.items():
        for value in values:
            if (what, value) in (("recall", {}), ("sizes", [])):
                continue
            with_card(folder / file, card | {what: value})
            told = refused(lambda: load_model(folder))
            assert file in told, (what, value)
        with_card(folder / file, {k: v for k, v in card.items() if k != what})
        assert what in refused(lambda: load_model(folder))
    for plain in ("null", "3", "[]", '"card"', '{"kinds": NaN}', "{" * 50_000):
        with_card(folder / file, None, plain)
        assert file in refused(lambda: load_model(folder))


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

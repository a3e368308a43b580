"""The scout and its card, on random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.models import registry
from geomagnifier.models.registry import load_model
from geomagnifier.models.small.proposal_heat import reduced
from geomagnifier.types import Query, Size, View, Window
from geomagnifier_lab.networks.proposal_net import ProposalNet


def view(
    height: int = 70, width: int = 90, valid: np.ndarray | None = None, key: str = "hunt:1"
) -> View:
    box = Box(0, 0, width, height)
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return View(pixels, Window(box, width, height, "scout", box), key, valid)


def test_the_card_becomes_the_spec(model_folder: Path) -> None:
    spec = load_model(model_folder).spec
    assert spec.sizes == {
        "ship": Size(15.0, 50.0),
        "airplane": Size(20.0, 60.0),
        "water": Size(None, 64.0),
    }
    assert spec.recall == ((0.8, 0.4), (0.95, 0.1)) and spec.scout_flops == 3


def test_heat_is_of_the_kinds_looked_for_and_nought_where_nothing_is(model_folder: Path) -> None:
    model = load_model(model_folder)
    valid = np.ones((70, 90), bool)
    valid[:, 40:] = False
    whole, part = view(), view(valid=valid, key="hunt:2")
    heat = model.relevance(Query("Segment every ship."), whole, "scout")
    assert heat.shape == (18, 23) and heat.dtype == np.float32 and 0 < heat.min() <= heat.max() < 1
    assert heat == pytest.approx(model.hunt.heat(whole, ("ship",)))
    both = model.hunt.heat(whole, ("ship", "airplane"))
    assert both == pytest.approx(np.maximum(heat, model.hunt.heat(whole, ("airplane",))))
    half = model.relevance(Query("Segment every ship."), part, "scout")
    assert (half[:, 10:] == 0).all() and half[:, :10] == pytest.approx(heat[:, :10])
    assert model.hunt.heat(whole, ()).shape == (1, 1)


def test_maps_of_a_view_are_kept_for_the_next_question_within_a_limit(model_folder: Path) -> None:
    hunt = load_model(model_folder).hunt
    seen = []
    run = hunt.sessions.run
    hunt.sessions.run = lambda *what, **of: seen.append(what) or run(*what, **of)
    first = hunt.heat(view(), ("ship",))
    hunt.heat(view(), ("airplane",))
    assert (hunt.heat(view(), ("ship",)) == first).all() and len(seen) == 1
    hunt.heat(view(key="hunt:2"), ("ship",))
    hunt.heat(view(), ("ship",))
    assert len(seen) == 2
    hunt.remember(first.nbytes * len(hunt.kinds))  # of one view: the one used last
    hunt.heat(view(), ("ship",))
    assert len(seen) == 2
    hunt.heat(view(key="hunt:2"), ("ship",))
    assert len(seen) == 3
    hunt.remember(0)
    for _ in range(2):
        hunt.heat(view(), ("ship",))
    assert len(seen) == 5


def test_how_small_things_look_is_told_of_the_view_itself(model_folder: Path) -> None:
    model = load_model(model_folder)
    small, large = view(64, 64), view(64, 64)
    pixels = small.pixels.repeat(8, 0).repeat(8, 1)  # as 512 px, seen at 256
    box = Box(0, 0, 512, 512)
    large = View(pixels, Window(box, 512, 512, "scout", box), "hunt:large")
    assert model.scale(small) > 0 and model.scale(large) > 0
    assert model.scale(view(1, 3)) > 0
    halved = View(pixels[::2, ::2], Window(box, 256, 256, "scout", box), "hunt:halved")
    assert model.scale(large) == pytest.approx(
        model.scale(halved) / 2, rel=0.02
    )  # the same picture, half as shrunk


def test_scores_fall_as_more_is_promised(model_folder: Path) -> None:
    hunt = load_model(model_folder).hunt
    assert [hunt.least("ship", share) for share in (0.5, 0.8, 0.81, 0.95, 0.99)] == [
        0.5,
        0.5,
        0.2,
        0.2,
        0.2,
    ]
    assert hunt.least("airplane", 0.9) == 0.05  # nothing was measured of it


def test_cells_of_four_pixels() -> None:
    valid = np.zeros((9, 6), bool)
    valid[8, 5] = True
    assert reduced(valid).tolist() == [[0, 0], [0, 0], [0, 1]]


@pytest.mark.parametrize("missing", ["flops", "sizes", "recall", "scores"])
def test_an_incomplete_card_of_the_scout(model_folder: Path, tmp_path: Path, missing: str) -> None:
    for file in registry.FILES[:3]:
        (tmp_path / file).symlink_to(model_folder / file)
    card, state = registry.read(model_folder / "scout.safetensors")
    changed: dict[str, Any] = {k: v for k, v in card.items() if k != missing}
    registry.write(tmp_path / "scout.safetensors", state, changed)
    with pytest.raises(registry.ModelCorrupt, match=missing):
        load_model(tmp_path)
    registry.write(tmp_path / "scout.safetensors", ProposalNet(7).state_dict(), card)
    with pytest.raises(registry.ModelCorrupt, match="another network"):
        load_model(tmp_path)

"""A cross-attention for H alone.

It takes the place of the decoder's own there, and nowhere else.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from geomagnifier.errors import ModelCorrupt
from geomagnifier.inference import resolution
from geomagnifier.models import registry
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Granularity, Query, View
from geomagnifier_lab.networks.loading import small_network
from geomagnifier_lab.networks.pointing_attention import HeatAttention
from geomagnifier_lab.networks.text_decoder import TextDecoder
from geomagnifier_lab.render.scene import draw_scene

QUESTION = Query("Segment every airplane.", min_score=0.05)


@pytest.fixture(scope="module")
def view() -> View:
    with open_scene(draw_scene(31, 512, 384, "airport").pixels) as scene:
        return scene.read(resolution.window_of(scene.info.box, 2, "wide"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The package's model without an attention of its own for H."""
    shutil.copytree(registry.WEIGHTS, tmp_path / "model")
    (tmp_path / "model" / registry.ATTENTION).unlink(missing_ok=True)
    registry.seal(tmp_path / "model")
    return tmp_path / "model"


def test_a_twin_shares_everything_but_the_cross_attention() -> None:
    decoder = TextDecoder(20, 3).eval()
    own = HeatAttention.of(decoder)
    twin = own.within(decoder)
    assert twin.words is decoder.words and twin.layers[0].itself is decoder.layers[0].itself
    assert twin.layers[0].image is own.layers[0] and decoder.layers[0].image is not own.layers[0]
    assert {*own.state_dict()} == {*HeatAttention().state_dict()}
    torch.nn.init.zeros_(own.layers[0].query.weight)
    assert decoder.layers[0].image.query.weight.abs().max() > 0


def test_only_the_heat_changes_by_it(folder: Path, view: View) -> None:
    plain = registry.load_small(folder)
    own = HeatAttention.of(small_network(folder).text)
    registry.write(folder / registry.ATTENTION, own.state_dict(), {})
    registry.seal(folder)
    same = registry.load_small(folder)
    np.testing.assert_allclose(
        same.relevance(QUESTION, view), plain.relevance(QUESTION, view), atol=2e-2
    )
    with torch.no_grad():
        for layer in own.layers:
            layer.query.weight.neg_()
    registry.write(folder / registry.ATTENTION, own.state_dict(), {})
    registry.seal(folder)
    other = registry.load_small(folder)
    assert np.abs(other.relevance(QUESTION, view) - plain.relevance(QUESTION, view)).max() > 0.1
    np.testing.assert_array_equal(
        other.relevance(QUESTION, view, "mask"), plain.relevance(QUESTION, view, "mask")
    )
    before, after = (
        model.answer(QUESTION, Granularity.PIXEL, [view]).views[0] for model in (plain, other)
    )
    assert [f.view_box for f in after.found] == [f.view_box for f in before.found] and before.found
    np.testing.assert_array_equal(after.covers[0].probability, before.covers[0].probability)


def test_an_attention_of_another_network_is_told(folder: Path) -> None:
    registry.write(folder / registry.ATTENTION, HeatAttention(layers=2).state_dict(), {})
    with pytest.raises(ModelCorrupt, match="belongs to another network"):
        registry.load_small(folder)

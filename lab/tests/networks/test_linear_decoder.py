"""The linear decoder is what the paper writes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box
from geomagnifier.inference import resolution
from geomagnifier.models.custom.class_heads import CustomClass
from geomagnifier.models.custom.model import CustomModel
from geomagnifier.models.networks.heads_net import HeadsNet
from geomagnifier.models.networks.pixel_decoder import Pyramid
from geomagnifier.models.registry import load_small
from geomagnifier.models.small.model import SmallModel
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.types import Granularity, Query, View
from geomagnifier.variants import Variant
from geomagnifier_lab.networks.linear_decoder import LinearDecoder, summed
from geomagnifier_lab.render.scene import draw_scene

QUESTION = Query("Segment every airplane.", min_score=0.05)


@pytest.fixture(scope="module")
def model() -> SmallModel:
    return load_small("small")


@pytest.fixture(scope="module")
def views() -> list[View]:
    """The whole of a drawn airport, shrunk, and its upper left quarter."""
    scene: Scene
    with open_scene(draw_scene(31, 512, 384, "airport").pixels) as scene:
        whole = scene.read(resolution.window_of(scene.info.box, 2, "wide"))
        part = scene.read(resolution.window_of(Box(0, 0, 256, 192), 1, "C1"))
    return [whole, part]


def test_the_linear_decoder_is_what_the_paper_writes() -> None:
    torch.manual_seed(0)
    decoder = LinearDecoder(width=8, inner=4)
    pyramid = Pyramid(*(torch.randn(1, 8, 8 // k, 8 // k) for k in (1, 2, 4)))
    seg = torch.randn(1, 2, 8)
    h = decoder.project(seg)
    total = torch.zeros(1, 2, 4, 8, 8)
    for level, f in enumerate(pyramid):
        together = torch.cat(
            [
                f[:, None].expand(-1, 2, -1, -1, -1),
                h[..., None, None].expand(-1, -1, -1, *f.shape[2:]),
            ],
            2,
        )  # (+)
        weight = torch.cat(
            [decoder.image[level].weight[:, :, 0, 0], decoder.question[level].weight], 1
        )  # Conv of the two
        bias = decoder.image[level].bias + decoder.question[level].bias
        g = decoder.norm[level](torch.einsum("bqchw,dc->bqhwd", together, weight) + bias)
        mask = torch.sigmoid(decoder.second[level](g)).permute(0, 1, 4, 2, 3).flatten(0, 1)
        up = torch.nn.functional.interpolate(
            mask, size=(8, 8), mode="bilinear", align_corners=False
        )
        total += decoder.level[level] * up.view(1, 2, 4, 8, 8)
    fine = torch.nn.functional.pixel_shuffle(total.flatten(0, 1), 2).view(1, 2, 16, 16)
    torch.testing.assert_close(
        torch.sigmoid(decoder(seg, pyramid)), fine.clamp(1e-4, 1 - 1e-4), atol=1e-5, rtol=1e-4
    )
    assert summed.__doc__


def test_the_linear_decoder_draws_masks_where_the_model_has_it(
    model: SmallModel, views: list[View], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = replace(QUESTION, variant=Variant.of("linear decoder"))
    linear, bent = (
        model.answer(q, Granularity.PIXEL, views[1:], []).views[0] for q in (asked, QUESTION)
    )
    assert [f.view_box for f in linear.found] == [f.view_box for f in bent.found], (
        "boxes are not the paper's"
    )
    assert not np.allclose(linear.covers[0].probability, bent.covers[0].probability)
    monkeypatch.setattr(model.detector, "linear", None)
    with pytest.raises(OptionError, match=r"recipes/linear_decoder\.sh"):
        model.answer(asked, Granularity.PIXEL, views[1:], [])


def test_a_taught_class_has_masks_of_its_own(model: SmallModel, views: list[View]) -> None:
    taught = CustomModel(
        model, [(HeadsNet(1).finished(), ("gazebo",))], [CustomClass((("gazebo", "gazebos"),))]
    )
    asked = Query("Segment every gazebo.", min_score=0.05)
    assert taught.answer(asked, Granularity.PIXEL, views[1:]).asked == ("gazebo",)
    with pytest.raises(OptionError, match="gazebo was taught with masks of its own"):
        taught.answer(
            replace(asked, variant=Variant.of("linear decoder")), Granularity.PIXEL, views[1:]
        )

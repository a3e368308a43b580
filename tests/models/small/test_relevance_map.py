"""PSC's relevance map: the formula by hand, and its gradient against autograd's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from geomagnifier.geometry import Box
from geomagnifier.inference import resolution
from geomagnifier.models.registry import load_small
from geomagnifier.models.small.relevance_map import Loss, attend, laid_out, weigh
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.types import Query, View
from geomagnifier.variants import Variant
from geomagnifier_lab.networks import attention_by_autograd
from geomagnifier_lab.networks.text_decoder import Memory
from geomagnifier_lab.render.scene import draw_scene
from random_writer import memory_of, question, random_decoder, random_writer

TOKENS = np.array([[1, 14, 3, 15, 3]])
"""Opening, a class, its tie, another class, its tie."""


def test_the_formula_by_hand() -> None:
    attention = np.array([[0.5, 0.5], [1.0, 0.0], [0.2, 0.8]])
    gradient = np.array([[2.0, -1.0], [0.5, 4.0], [-1.0, 1.0]])
    # cell 0: (0.5 * 2 + 1 * 0.5 + 0) / 3;  cell 1: (0 + 0 * 4 + 0.8 * 1) / 3
    assert weigh(attention, gradient).tolist() == pytest.approx([0.5, 0.8 / 3])


def test_a_map_is_a_grid_whose_highest_cell_is_one() -> None:
    assert laid_out(np.array([1.0, 2.0, 4.0, 0.0, 9.0]), 2, 2).tolist() == [[0.25, 0.5], [1.0, 0.0]]
    assert laid_out(np.zeros(2), 1, 2).tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize("loss", ["logit", "cross entropy"])
@pytest.mark.parametrize("at", [[2], [2, 4]])
def test_the_gradient_is_autograds(loss: Loss, at: list[int]) -> None:
    writer, decoder = random_writer(20), random_decoder()
    decoder.words.weight.data = torch.tensor(writer.weights["text.words.weight"])
    decoder.bias.data = torch.tensor(writer.weights["text.bias"])
    memory = memory_of(writer)
    attention, slopes = attend(writer, writer.read(*question(), memory), TOKENS, at, loss)
    right = attention_by_autograd.attend(
        decoder,
        *map(torch.from_numpy, question()),
        Memory(*map(torch.from_numpy, memory)),
        torch.from_numpy(TOKENS),
        at,
        loss,
    )
    for mine, theirs in zip((attention, slopes), right, strict=True):
        wanted = torch.stack(theirs).numpy()
        assert mine.shape == wanted.shape == (4, 1, 8, 5, 12)
        assert np.abs(mine - wanted).max() <= 1e-4 * np.abs(wanted).max()


QUESTION = Query("Segment every airplane.", min_score=0.05)


@pytest.fixture(scope="module")
def views() -> list[View]:
    """The whole of a drawn airport, shrunk, and its upper left quarter."""
    scene: Scene
    with open_scene(draw_scene(31, 512, 384, "airport").pixels) as scene:
        whole = scene.read(resolution.window_of(scene.info.box, 2, "wide"))
        part = scene.read(resolution.window_of(Box(0, 0, 256, 192), 1, "C1"))
    return [whole, part]


def test_the_cross_entropy_is_a_form_of_the_heat_map(views: list[View]) -> None:
    model = load_small("small")
    logit = model.relevance(QUESTION, views[0])
    entropy = model.relevance(replace(QUESTION, variant=Variant.of("cross entropy")), views[0])
    assert logit.shape == entropy.shape and not np.allclose(logit, entropy)

"""Graphs run with the weights that they are given, and with no others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from geomagnifier.errors import ModelCorrupt
from geomagnifier.models.small.inference_sessions import (
    FLIPPED,
    Sessions,
    folded,
    folded_shapes,
    needed,
    threads,
)


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    """Of `image_tokens`, drawn at random."""
    chance = np.random.default_rng(0)
    drawn = {}
    for name, shape in needed()["image_tokens"].items():
        tensor = chance.normal(size=shape).astype(np.float32)
        flipped = name.endswith(FLIPPED)
        drawn[name.removesuffix(FLIPPED)] = tensor.T if flipped else tensor
    return drawn


def inputs(seed: int) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(seed)
    return {
        "features": chance.normal(size=(1, 6, 352)).astype(np.float32),
        "places": chance.normal(size=(6, 4)).astype(np.float32),
    }


def test_the_result_is_that_of_the_weights(weights):
    given = inputs(1)
    (tokens,) = Sessions(weights).run("image_tokens", **given)
    assert tokens.shape == (1, 6, 256)
    mean = (tokens - weights["text.image_norm.bias"]) / weights["text.image_norm.weight"]
    assert np.abs(mean.mean(2)).max() < 1e-3  # it ends in a LayerNorm
    bent = weights | {"text.image.weight": weights["text.image.weight"] * 2}
    assert not np.allclose(Sessions(bent).run("image_tokens", **given)[0], tokens)


def test_threads_may_share_a_graph(weights):
    sessions = Sessions(weights)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: sessions.run("image_tokens", **inputs(n % 3))[0], range(9)))
    alone = [Sessions(weights).run("image_tokens", **inputs(n))[0] for n in range(3)]
    assert all(np.array_equal(one, alone[n % 3]) for n, one in enumerate(found))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"text.image.bias": np.zeros(3, np.float32)}, r"text.image.bias is \(3,\) and should be"),
        ({"text.image.weight": None}, r"text.image.weight\^T is missing"),
    ],
)
def test_weights_of_another_network_are_refused(weights, change, says):
    with pytest.raises(ModelCorrupt, match=says):
        Sessions(weights | change).run("image_tokens", **inputs(0))


def test_normalisations_are_folded_into_convolutions():
    chance = np.random.default_rng(0)
    parts = ("scale", "shift", "mean", "variance")
    convolution = {f"a.{part}": chance.uniform(1, 2, 4).astype(np.float32) for part in parts}
    convolution["a.weight"] = chance.normal(size=(4, 2, 1, 1)).astype(np.float32)
    made = folded({**convolution, "b.bias": np.ones(1, np.float32)})
    assert {*made} == {"a.weight", "a.bias", "b.bias"}
    x = chance.normal(size=2).astype(np.float32)
    scale, shift, mean, variance = (convolution[f"a.{part}"] for part in parts)
    plain = (convolution["a.weight"][:, :, 0, 0] @ x - mean) / np.sqrt(variance + 1e-3)
    assert np.allclose(
        made["a.weight"][:, :, 0, 0] @ x + made["a.bias"], plain * scale + shift, atol=1e-5
    )
    assert folded_shapes({k: v.shape for k, v in convolution.items()}) == {
        "a.weight": (4, 2, 1, 1),
        "a.bias": (4,),
    }


def test_layers_that_follow_each_other_are_joined():
    chance = np.random.default_rng(0)
    shapes = {
        "decoder.image.0.weight": (3, 5, 1, 1),
        "decoder.image.0.bias": (3,),
        "neck.mix.0.weight": (5, 5, 1, 1),
        "neck.mix.0.bias": (5,),
        "neck.lateral.0.weight": (5, 2, 1, 1),
        "neck.lateral.0.bias": (5,),
    }
    weights = {name: chance.normal(size=of).astype(np.float32) for name, of in shapes.items()}
    low, above, wide = (chance.normal(size=n).astype(np.float32) for n in (2, 5, 5))
    made = folded(weights)
    assert {k: v.shape for k, v in made.items()} == {
        k: tuple(v) for k, v in folded_shapes(shapes).items()
    }
    (image, mix, lateral), biases = (
        [w for k, w in weights.items() if k.endswith(part)] for part in ("weight", "bias")
    )
    image_bias, mix_bias, lateral_bias = biases
    finest = lateral[:, :, 0, 0] @ low + lateral_bias + above + mix[:, :, 0, 0] @ wide + mix_bias
    joined = made["joined.mix.weight"][:, :, 0, 0] @ wide + made["joined.mix.bias"]
    joined += made["joined.lateral.weight"][:, :, 0, 0] @ low + image[:, :, 0, 0] @ above
    assert np.allclose(joined, image[:, :, 0, 0] @ finest + image_bias, atol=1e-5)


def test_the_number_of_threads_can_be_set(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert threads() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert threads() >= 1

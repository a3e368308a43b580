"""A text decoder with random weights, as it is run."""

from __future__ import annotations

import functools

import numpy as np
import torch

from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.text_writer import TextWriter, ViewMemory
from geomagnifier.types import Bools, Floats
from geomagnifier_lab.networks.text_decoder import TextDecoder


@functools.cache
def random_decoder() -> TextDecoder:
    """The network, far from uniform attention."""
    torch.manual_seed(7)
    decoder = TextDecoder(20, 4).eval().requires_grad_(False)
    for layer in decoder.layers:
        for part in (layer.itself.query, layer.image.query):
            part.weight.mul_(4.0)
    return decoder


@functools.cache
def _sessions() -> Sessions:
    tensors = random_decoder().state_dict().items()
    return Sessions({f"text.{name}": tensor.numpy() for name, tensor in tensors})


def random_writer(words: int, seed: int = 0) -> TextWriter:
    """A decoder with a table of words of its own.

    Args:
        words: of its vocabulary.
        seed: of the table; all else is the same for every seed.
    """
    chance = np.random.default_rng(seed)
    writer = TextWriter(_sessions())
    table = chance.normal(size=(words, 256), scale=0.05).astype(np.float32)
    bias = chance.normal(size=words, scale=2.0).astype(np.float32)
    writer.weights = {**writer.weights, "text.words.weight": table, "text.bias": bias}
    return writer


def question(rows: int = 1) -> tuple[Floats, Bools]:
    """States and padding of questions of seven tokens; of the first one two are missing."""
    states = np.random.default_rng(4).normal(size=(2, 7, 384)).astype(np.float32)
    padding = np.array([[False] * 5 + [True] * 2, [False] * 7])
    return states[:rows], padding[:rows]


def memory_of(writer: TextWriter) -> ViewMemory:
    """Image tokens of a view."""
    last = np.random.default_rng(5).normal(size=(1, 352, 3, 4)).astype(np.float32)
    tokens = writer.see(last)
    return ViewMemory(tokens, np.zeros(tokens.shape[:2], bool))

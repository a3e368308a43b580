"""Functions of arrays that NumPy lacks."""

from __future__ import annotations

from typing import Any

import numpy as np

from geomagnifier.types import Bools, Floats


def sigmoid(x: Any) -> Floats:
    """The logistic function, float32, without overflow."""
    x = np.asarray(x, np.float32)
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1, small) / (1 + small), np.float32)


def softmax(x: Floats) -> Floats:
    """Of the last dimension."""
    grown = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(grown / grown.sum(-1, keepdims=True), np.float32)


def log_softmax(x: Floats) -> Floats:
    """Of the last dimension."""
    low = x - x.max(-1, keepdims=True)
    return np.asarray(low - np.log(np.exp(low).sum(-1, keepdims=True)), np.float32)


def unit(x: Floats) -> Floats:
    """Vectors of the last dimension at length 1."""
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12), np.float32)


def shut(hidden: Bools) -> Floats:
    """What is added to the logits of an attention: minus infinity where a row must not look."""
    return np.where(hidden, np.float32(-np.inf), np.float32(0))


def twice(x: Floats) -> Floats:
    """Each cell of the last two dimensions as four."""
    return np.asarray(x.repeat(2, -2).repeat(2, -1))

"""A table in bytes gives the rows of the expanded one, and takes a quarter of its memory."""

from __future__ import annotations

import numpy as np
from safetensors.numpy import load_file

from geomagnifier.models import registry
from geomagnifier.models.small.byte_table import ByteTable


def test_rows_are_those_of_the_expanded_table() -> None:
    draw = np.random.default_rng(2)
    values = draw.integers(-127, 128, (50, 6)).astype(np.int8)
    scale = draw.random((50, 1)).astype(np.float32)
    table, whole = ByteTable(values, scale), values.astype(np.float32) * scale
    rows = draw.integers(0, 50, (3, 7))
    assert (table[rows] == whole[rows]).all() and table[rows].dtype == np.float32
    assert (table[4] == whole[4]).all() and (np.asarray(table) == whole).all()
    assert table.shape == (50, 6) and table.size == 300
    assert np.asarray(table, np.float64).dtype == np.float64


def test_the_words_of_the_package_stay_bytes() -> None:
    path = registry.WEIGHTS / registry.FILES[1]
    words = registry.weights_of(path)["words.weight"]
    assert isinstance(words, ByteTable)
    assert words.values.dtype == np.int8 and words.shape == (30522, 384)
    kept = load_file(path)
    some = np.array([[101, 2003, 102]])
    expanded = kept["words.weight"].astype(np.float32) * kept["words.weight:scale"]
    assert (words[some] == expanded[some]).all()
    assert (registry.read(path)[1]["words.weight"] == expanded).all()

"""Functions of arrays that NumPy lacks, against their definitions."""

import numpy as np
import pytest

from geomagnifier.models.small.numerics import log_softmax, shut, sigmoid, softmax, twice, unit


def test_sigmoid_is_right_far_out_and_warns_of_nothing():
    assert sigmoid([0, np.log(3)]).tolist() == pytest.approx([0.5, 0.75])
    assert sigmoid([-1e4, 1e4]).tolist() == [0, 1]
    assert sigmoid([-0.3])[0] + sigmoid([0.3])[0] == pytest.approx(1)


def test_softmax_shares_one_and_forgets_a_shift():
    logits = np.array([[0, np.log(2), np.log(5)], [7, 7, 7]], np.float32)
    assert softmax(logits)[0].tolist() == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    assert softmax(logits)[1].tolist() == pytest.approx([1 / 3] * 3)
    assert np.allclose(softmax(logits + 1000), softmax(logits), atol=1e-4)
    assert np.allclose(np.exp(log_softmax(logits + 1000)), softmax(logits), atol=1e-4)


def test_unit_vectors_and_nothing_of_a_zero():
    assert unit(np.array([[3.0, 4.0], [0, 0]])).tolist() == pytest.approx(
        np.array([[0.6, 0.8], [0, 0]])
    )


def test_what_is_hidden_gets_no_weight():
    logits = np.ones((1, 3), np.float32) + shut(np.array([[False, True, False]]))
    assert softmax(logits).tolist() == [[0.5, 0, 0.5]]


def test_each_cell_becomes_four():
    assert twice(np.array([[1, 2]])).tolist() == [[1, 1, 2, 2], [1, 1, 2, 2]]

"""Maps that are fitted on answers say how often such answers are right."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.models.small.score_calibration import ScoreCalibration
from geomagnifier_lab.train.score_calibration import (
    KEPT,
    fit_objects,
    fit_temperature,
    likeliest,
    logistic,
    logit,
    softmax,
)


def test_a_temperature_undoes_what_made_logits_too_sharp() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (4000, 5)).astype(np.float32)
    drawn = (rng.random((4000, 1)) > softmax(logits).cumsum(1)).sum(1)
    right = drawn[:, None] == np.arange(5)
    none = np.zeros((0, 5), bool)
    assert fit_temperature(logits, right, none) == pytest.approx(1.0, abs=0.1)
    assert fit_temperature(3 * logits, right, none) == pytest.approx(3.0, abs=0.3)


def test_the_likeliest_label_may_be_a_wider_one() -> None:
    logits = np.log(np.array([[0.3, 0.3, 0.4], [0.1, 0.1, 0.8]]))
    right = np.array([[False, True, False], [True, False, False]])
    p, hit = likeliest(logits, right, np.array([[True, True, False]]))
    assert p == pytest.approx([0.6, 0.8]) and hit.tolist() == [True, False]
    p, hit = likeliest(logits, right, np.zeros((0, 3), bool))
    assert p == pytest.approx([0.4, 0.8]) and hit.tolist() == [False, False]


def test_logistic_regression_finds_the_odds() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, (20000, 2))
    right = rng.random(20000) < 1 / (1 + np.exp(-(0.5 + 2 * x[:, 0] - x[:, 1])))
    assert logistic(x, right, np.ones(20000), np.full(3, 1e-3)) == pytest.approx(
        [0.5, 2, -1], abs=0.15
    )


def test_maps_are_as_often_right_as_they_say() -> None:
    rng = np.random.default_rng(2)
    raw = rng.uniform(0.03, 0.97, 6000).astype(np.float32)
    kinds = np.where(rng.random(6000) < 0.5, "ship", "bridge")
    truth = 1 / (1 + np.exp(-(3 * logit(raw) + np.where(kinds == "ship", 1.0, -1.0))))
    right = rng.random(6000) < truth
    made = fit_objects(raw, right, kinds.tolist(), raw > 0.4)
    for kind in ("ship", "bridge"):
        mine = kinds == kind
        said = ScoreCalibration(objects=made).probability(kind, raw[mine])
        for low in np.arange(0.1, 1, 0.1):
            inside = (said >= low) & (said < low + 0.1)
            assert inside.sum() < 40 or abs(said[inside].mean() - right[mine][inside].mean()) < 0.1
        knots = np.array(made[kind])
        assert np.all(np.diff(knots, axis=0) > 0)
        assert knots[[0, 1, -1]].tolist() == [[0, 0], [KEPT, KEPT], [1, 1]]


def test_a_class_with_few_examples_is_drawn_to_the_others() -> None:
    raw = np.array([0.5] * 100 + [0.1] * 100 + [0.5], np.float32)
    right = np.array([True] * 90 + [False] * 10 + [False] * 100 + [False])
    made = ScoreCalibration(
        objects=fit_objects(raw, right, ["ship"] * 200 + ["bridge"], np.ones(201, bool))
    )
    assert (
        made.probability("bridge", 0.5) > 0.4
    )  # one wrong bridge is not enough to doubt all bridges


def test_nothing_is_learnt_from_answers_of_one_sort() -> None:
    for right in (np.ones(5, bool), np.zeros(5, bool)):
        assert fit_objects(np.full(5, 0.5, np.float32), right, ["ship"] * 5, right) == {}
    assert fit_objects(np.zeros(0, np.float32), np.zeros(0, bool), [], np.zeros(0, bool)) == {}

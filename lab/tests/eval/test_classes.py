"""Classes against torchmetrics, and the cases that it does not know."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchmetrics.functional.classification import multiclass_accuracy, multiclass_confusion_matrix

from geomagnifier.errors import PredictionError
from geomagnifier_lab.eval.classes import confusion, hits, per_class, top_k

CLASSES = ["airport", "bridge", "forest", "lake", "port", "river", "school"]
LABELS = st.lists(st.sampled_from(CLASSES), min_size=1, max_size=30)


def drawn(
    seed: int, pictures: int = 200
) -> tuple[list[list[str]], list[str], torch.Tensor, torch.Tensor]:
    """Rankings and true classes, and the same as torchmetrics takes them."""
    rng = np.random.default_rng(seed)
    scores = rng.random((pictures, len(CLASSES)))
    truth = rng.integers(len(CLASSES), size=pictures)
    ranked = [[CLASSES[i] for i in np.argsort(-row)] for row in scores]
    return ranked, [CLASSES[i] for i in truth], torch.tensor(scores), torch.tensor(truth)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_accuracy_is_that_of_torchmetrics(k: int) -> None:
    ranked, truth, scores, numbers = drawn(k)
    count = len(CLASSES)
    assert top_k(ranked, truth, k) == pytest.approx(
        multiclass_accuracy(scores, numbers, count, average="micro", top_k=k).item()
    )
    each = multiclass_accuracy(scores, numbers, count, average=None, top_k=k)
    assert list(per_class(ranked, truth, k).values()) == pytest.approx(each.tolist())
    mean = multiclass_accuracy(scores, numbers, count, average="macro", top_k=k).item()
    assert np.mean(list(per_class(ranked, truth, k).values())) == pytest.approx(mean)


def test_confusion_is_that_of_torchmetrics() -> None:
    ranked, truth, scores, numbers = drawn(4)
    table = confusion([row[0] for row in ranked], truth, CLASSES)
    assert table.tolist() == multiclass_confusion_matrix(scores, numbers, len(CLASSES)).tolist()


def test_hits_say_which_pictures() -> None:
    ranked = [["river", "lake"], ["lake"], [], ["port", "lake", "river"]]
    assert hits(ranked, ["river"] * 4).tolist() == [True, False, False, False]
    assert hits(ranked, ["river"] * 4, 5).tolist() == [True, False, False, True]
    assert top_k([], []) == 0.0


def test_a_class_without_a_picture_has_no_figure() -> None:
    assert per_class([["river"], ["lake"]], ["river", "river"]) == {"river": 0.5}


def test_no_answer_is_counted_nowhere() -> None:
    assert confusion(
        ["river", "", "lake"], ["river", "river", "river"], ["river", "lake"]
    ).tolist() == [[1, 1], [0, 0]]


@given(LABELS)
def test_perfect_predictions(truth: list[str]) -> None:
    ranked = [[label] for label in truth]
    assert top_k(ranked, truth) == 1.0
    assert set(per_class(ranked, truth).values()) == {1.0}
    table = confusion(truth, truth, CLASSES)
    assert table.trace() == table.sum() == len(truth)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.permutations(CLASSES), st.sampled_from(CLASSES)), min_size=1, max_size=20
    ),
    st.randoms(),
)
def test_the_order_of_pictures_does_not_matter_and_more_places_find_more(cases, random) -> None:
    mixed = random.sample(cases, len(cases))
    figures = [
        top_k([row for row, _ in cases], [label for _, label in cases], k) for k in range(1, 8)
    ]
    assert figures == pytest.approx(
        [top_k([row for row, _ in mixed], [label for _, label in mixed], k) for k in range(1, 8)]
    )
    assert figures == sorted(figures)
    assert figures[-1] == 1.0


def test_bad_input_names_the_record() -> None:
    with pytest.raises(ValueError, match="1 predictions for 2 pictures"):
        top_k([["river"]], ["river", "lake"])
    with pytest.raises(ValueError, match="from 1, not 0"):
        top_k([["river"]], ["river"], 0)
    with pytest.raises(PredictionError, match="prediction 1 ranks a class twice"):
        top_k([["river"], ["lake", "lake"]], ["river", "lake"], 2)
    with pytest.raises(PredictionError, match="prediction 0 is the text 'river'"):
        top_k(["river"], ["river"])
    with pytest.raises(PredictionError, match="prediction 1 is 'sea'"):
        confusion(["river", "sea"], ["river", "river"], ["river", "lake"])
    with pytest.raises(ValueError, match="'sea' of picture 0"):
        confusion(["river"], ["sea"], ["river", "lake"])
    with pytest.raises(ValueError, match="listed twice"):
        confusion([], [], ["river", "river"])

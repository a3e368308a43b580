"""R@K against torchmetrics, and ties against all their orders."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchmetrics.functional.retrieval import retrieval_hit_rate

from geomagnifier.errors import PredictionError
from geomagnifier_lab.eval.ranking import hits, recalls


def drawn(seed: int, pictures: int = 40, captions: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(pictures), captions)
    similarity = rng.random((pictures, len(owner)))
    similarity[owner, np.arange(len(owner))] += 0.3  # better than chance
    return similarity, owner


@pytest.mark.parametrize("seed", [0, 1])
def test_recalls_are_those_of_torchmetrics(seed: int) -> None:
    similarity, owner = drawn(seed)
    figures = recalls(similarity, owner)
    for level in (1, 5, 10):
        own = [
            retrieval_hit_rate(torch.tensor(row), torch.tensor(owner == number), top_k=level).item()
            for number, row in enumerate(similarity)
        ]
        assert figures[f"i2t R@{level}"] == pytest.approx(np.mean(own))
        assert hits(similarity, owner, level)[0].tolist() == own
        own = [
            retrieval_hit_rate(
                torch.tensor(column),
                torch.tensor(np.arange(len(similarity)) == number),
                top_k=level,
            ).item()
            for number, column in zip(owner, similarity.T, strict=True)
        ]
        assert figures[f"t2i R@{level}"] == pytest.approx(np.mean(own))
        assert hits(similarity, owner, level)[1].tolist() == own
    assert figures["mR"] == pytest.approx(
        np.mean([value for name, value in figures.items() if name != "mR"])
    )


@given(st.lists(st.integers(0, 2), min_size=5, max_size=5), st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_ties_count_with_the_share_of_their_orders(values: list[int], k: int) -> None:
    """Every order of the five captions, sorted stably, is an order of each tie.

    All of them come equally often.
    """
    own = (0, 3)
    owner = np.array([0 if at in own else 1 for at in range(5)])
    similarity = np.array([values, [0] * 5], float)
    found = [
        any(at in own for at in sorted(order, key=lambda at: -values[at])[:k])
        for order in permutations(range(5))
    ]
    assert hits(similarity, owner, k)[0][0] == pytest.approx(np.mean(found))


def test_equal_similarities_give_chance() -> None:
    figures = recalls(np.zeros((20, 20)), np.arange(20))
    assert figures["i2t R@1"] == figures["t2i R@1"] == pytest.approx(1 / 20)
    assert figures["i2t R@10"] == pytest.approx(10 / 20)


def test_captions_in_the_same_words_share_their_place() -> None:
    similarity = np.array(
        [[0.9, 0.9, 0.1], [0.2, 0.2, 0.8]]
    )  # captions 0 and 1 say the same of pictures 0 and 1
    pictures, captions = hits(similarity, np.array([0, 1, 1]), 1)
    assert pictures.tolist() == [0.5, 1.0]
    assert captions.tolist() == [1.0, 0.0, 1.0]


@given(st.integers(0, 1000), st.integers(1, 12), st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_perfect_similarities_and_any_order_of_the_file(
    seed: int, pictures: int, captions: int
) -> None:
    similarity, owner = drawn(seed, pictures, captions)
    assert recalls((np.arange(pictures)[:, None] == owner).astype(float), owner)["mR"] == 1.0
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(pictures), rng.permutation(len(owner))
    place = np.argsort(rows)
    assert recalls(similarity[rows][:, columns], place[owner[columns]]) == pytest.approx(
        recalls(similarity, owner)
    )


def test_bad_input_names_the_record() -> None:
    similarity, owner = drawn(2, 3, 2)
    broken = similarity.copy()
    broken[1, 4] = np.nan
    with pytest.raises(PredictionError, match="picture 1 and caption 4 is nan"):
        recalls(broken, owner)
    with pytest.raises(ValueError, match=r"\(3, 6\) do not fit the owners \(5,\)"):
        recalls(similarity, owner[:5])
    with pytest.raises(ValueError, match="caption 5 belongs to picture 3, of 3"):
        recalls(similarity, np.array([0, 0, 1, 1, 2, 3]))
    with pytest.raises(ValueError, match="picture 2 has no caption"):
        recalls(similarity, np.array([0, 0, 1, 1, 1, 1]))
    with pytest.raises(ValueError, match="from 1, not 0"):
        hits(similarity, owner, 0)
    assert recalls(np.zeros((0, 0)), np.zeros(0, int)) == {}

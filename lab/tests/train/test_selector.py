"""The selector: blind to padding and order, and a short run learns the easy relations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from geomagnifier.models import registry
from geomagnifier.models.networks.loading import tensors
from geomagnifier.models.small import word_pieces
from geomagnifier.models.small.selector import NUMBERS, decide, features
from geomagnifier_lab.networks.selector_net import Selector
from geomagnifier_lab.networks.text_encoder import SentenceEncoder
from geomagnifier_lab.train.selector import Wordings, batch_of, train_selector

WEIGHTS = Path(registry.WEIGHTS)


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    made = SentenceEncoder().eval().requires_grad_(False)
    made.load_state_dict(tensors(WEIGHTS / "sentence.safetensors")[1])
    return made


def test_features_are_finite_and_ranks_are_the_targets() -> None:
    rng = np.random.default_rng(0)
    for targets, marks in ((1, 0), (5, 0), (4, 2), (0, 3), (3, 1)):
        corner = rng.uniform(0, 500, (targets + marks, 2))
        boxes = np.concatenate([corner, corner + rng.uniform(5, 80, corner.shape)], 1).astype(
            np.float32
        )
        target = np.arange(len(boxes)) < targets
        told = features(boxes, np.full(len(boxes), 0.7, np.float32), target, (640, 480))
        assert (
            told.shape == (len(boxes), NUMBERS)
            and told.dtype == np.float32
            and np.isfinite(told).all()
        )
        if targets > 1:
            ranks = told[:targets, 16]
            assert np.allclose(
                np.argsort(np.argsort(boxes[:targets, [0, 2]].mean(1))) / (targets - 1), ranks
            )
        assert (told[targets:, 16:] == 0).all()


@torch.no_grad()
def test_padding_and_order_do_not_matter() -> None:
    torch.manual_seed(0)
    selector = Selector().eval()
    states, told, kinds = torch.randn(1, 6, 384), torch.randn(1, 4, NUMBERS), torch.randn(1, 4, 384)
    padding, absent = torch.zeros(1, 6, dtype=torch.bool), torch.zeros(1, 4, dtype=torch.bool)
    logits, chooses = selector(states, padding, told, kinds, absent)
    order = torch.tensor([2, 0, 3, 1])
    turned, _ = selector(states, padding, told[:, order], kinds[:, order], absent)
    assert torch.allclose(turned, logits[:, order], atol=1e-5)
    wide = [torch.cat([x, torch.randn(1, 3, x.shape[2])], 1) for x in (states, told, kinds)]
    marks = [torch.cat([x, torch.ones(1, 3, dtype=torch.bool)], 1) for x in (padding, absent)]
    padded, same = selector(wide[0], marks[0], wide[1], wide[2], marks[1])
    assert torch.allclose(padded[:, :4], logits, atol=1e-5) and torch.allclose(
        same, chooses, atol=1e-5
    )


def test_the_decision() -> None:
    target = np.array([True, True, True, False])
    logits = np.array([3.0, -3.0, 1.0, 9.0], np.float32)
    assert decide(logits, 0.2, target).tolist() == target.tolist()
    assert decide(logits, 0.9, target).tolist() == [True, False, True, False]
    assert decide(np.array([-3.0, -1.0, -2.0, 9.0], np.float32), 0.9, target).tolist() == [
        False,
        True,
        False,
        False,
    ]
    assert not decide(logits, 0.9, np.zeros(4, bool)).any()
    assert not decide(
        np.full(4, -5.0, np.float32), 0.9, target
    ).any()  # none of them is where it was said to be


def test_a_batch_holds_what_its_examples_say(encoder: SentenceEncoder) -> None:
    bank = Wordings(encoder, word_pieces.read(WEIGHTS / "tokenizer.json"), 0, "train", 40)
    choices, (states, padding, told, kinds, absent, target, chosen, chooses) = batch_of(
        bank, np.random.default_rng(0), 12
    )
    assert states.shape[:2] == padding.shape and told.shape[:2] == absent.shape == kinds.shape[:2]
    for b, choice in enumerate(choices):
        n = len(choice.scores)
        assert (
            (~absent[b]).sum() == n
            and chosen[b, :n].tolist() == choice.chosen.tolist()
            and target[b, :n].sum() == choice.layout.target.sum()
        )
        assert not chosen[b, n:].any() and bool(chooses[b]) == choice.chooses


@pytest.mark.slow
def test_a_short_run_learns(encoder: SentenceEncoder) -> None:
    *_, (selector, figures) = train_selector(
        encoder, word_pieces.read(WEIGHTS / "tokenizer.json"), 0, steps=30, wordings=80
    )
    assert isinstance(selector, Selector) and figures["step"] == 30 and 0 <= figures["exact"] <= 1
    assert figures["chooses"] > 0.7  # read off a word or two: learnt at once

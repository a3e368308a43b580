"""The questions a run trains on, encoded once: the sentence encoder is frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from geomagnifier.data import questions
from geomagnifier.model.granularity import LEVELS, GranularityClassifier
from geomagnifier.model.sentence import SentenceEncoder, tokenize
from geomagnifier.model.small import TOKENS
from geomagnifier.train.batches import NAMES
from geomagnifier.values import Granularity


@torch.no_grad()
def encode(encoder: SentenceEncoder, tokenizer: Tokenizer, texts: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
    """Sentences -> states (N, TOKENS, 384) half, padding (N, TOKENS) bool, pooled (N, 384) float."""
    states = torch.zeros(len(texts), TOKENS, 384, dtype=torch.float16)
    padding = torch.ones(len(texts), TOKENS, dtype=torch.bool)
    pooled = torch.zeros(len(texts), 384)
    order = np.argsort([len(t) for t in texts])
    for start in range(0, len(texts), 64):
        rows = torch.from_numpy(order[start : start + 64])
        encoded = encoder(tokenize(tokenizer, [texts[i] for i in rows.tolist()]))
        n = min(TOKENS, encoded.states.shape[1])
        states[rows, :n], padding[rows, :n] = encoded.states[:, :n].half(), encoded.padding[:, :n]
        pooled[rows] = encoded.pooled
    return states, padding, pooled


@dataclass(frozen=True, eq=False)
class QuestionBank:
    """Questions about kinds. states (N, TOKENS, 384) half, padding (N, TOKENS), kinds (N, K + 2) 0..1: kinds, everything, unknown.

    rows: for each kind of NAMES, and last for unknown things, the questions about it alone.
    """

    texts: tuple[str, ...]
    states: Tensor
    padding: Tensor
    kinds: Tensor
    rows: tuple[NDArray[np.int64], ...]


def question_bank(
    encoder: SentenceEncoder, tokenizer: Tokenizer, seed: int, split: questions.Split = "train", each: int = 260
) -> QuestionBank:
    """`each` questions a kind, five times as many about unknown things, and some about everything or several kinds."""
    rng = np.random.default_rng([seed, 7])
    asked: list[questions.Question] = []
    for kind in (*NAMES, questions.OTHER, questions.ANY):
        for _ in range(each * (5 if kind == questions.OTHER else 1)):
            level = Granularity.REGION if rng.random() < 0.5 else Granularity.PIXEL
            asked.append(questions.about(rng, kind, level, split))
    asked += [q for q in (questions.draw(rng, split) for _ in range(each * 10)) if len(q.kinds) > 1]
    labels = (*NAMES, questions.ANY, questions.OTHER)
    kinds = torch.tensor([[float(label in q.kinds) for label in labels] for q in asked])
    single = (*NAMES, questions.OTHER)
    rows = tuple(np.array([i for i, q in enumerate(asked) if q.kinds == (kind,)]) for kind in single)
    texts = tuple(q.text for q in asked)
    states, padding, _ = encode(encoder, tokenizer, texts)
    return QuestionBank(texts, states, padding, kinds, rows)


def train_granularity(
    classifier: GranularityClassifier, encoder: SentenceEncoder, tokenizer: Tokenizer, seed: int, count: int = 12_000
) -> float:
    """Train the granularity MLP on frozen sentence vectors; returns its accuracy on phrasings kept aside."""
    rng = np.random.default_rng([seed, 11])
    drawn = [questions.draw(rng) for _ in range(count)]
    aside = [questions.draw(rng, "val") for _ in range(1000)]
    levels = torch.tensor([LEVELS.index(q.granularity) for q in drawn + aside])
    _, _, pooled = encode(encoder, tokenizer, [q.text for q in drawn + aside])
    torch.manual_seed(seed)
    optimizer = torch.optim.AdamW(classifier.parameters(), 1e-3, weight_decay=0.05)
    steps = 12 * (count // 128)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        rows = torch.randint(count, (128,))
        noisy = torch.nn.functional.normalize(pooled[rows] + 0.01 * torch.randn(128, pooled.shape[1]), dim=1)
        loss = torch.nn.functional.cross_entropy(classifier(noisy), levels[rows], label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.inference_mode():
        return float((classifier(pooled[count:]).argmax(1) == levels[count:]).float().mean())

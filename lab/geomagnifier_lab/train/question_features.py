"""Encode questions with the frozen sentence encoder, and train the granularity MLP on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from geomagnifier.models.networks.granularity_net import GranularityClassifier
from geomagnifier.models.small.granularity import LEVELS
from geomagnifier.models.small.text_writer import QUESTION as TOKENS
from geomagnifier.models.small.word_pieces import WordPieces
from geomagnifier_lab.networks.text_encoder import SentenceEncoder, tokenize
from geomagnifier_lab.questions import questions
from geomagnifier_lab.train.trainer import Schedule, Trainer, warmup_cosine


@torch.no_grad()
def encode(
    encoder: SentenceEncoder, tokenizer: WordPieces, texts: Sequence[str]
) -> tuple[Tensor, Tensor, Tensor]:
    """Encode sentences once.

    Args:
        encoder: frozen sentence encoder.
        tokenizer: of the encoder.
        texts: N sentences.

    Returns:
        states (N, TOKENS, 384) half, padding (N, TOKENS) bool, pooled (N, 384) float.
    """
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


def train_granularity(
    classifier: GranularityClassifier,
    encoder: SentenceEncoder,
    tokenizer: WordPieces,
    seed: int,
    count: int = 12_000,
) -> float:
    """Train the granularity MLP on frozen sentence vectors.

    Returns its accuracy on held-out phrasings.

    Args:
        classifier: MLP to be trained.
        encoder: frozen sentence encoder.
        tokenizer: of the encoder.
        seed: of everything drawn.
        count: training questions.
    """
    rng = np.random.default_rng([seed, 11])
    drawn = [questions.draw(rng) for _ in range(count)]
    aside = [questions.draw(rng, "val") for _ in range(1000)]
    levels = torch.tensor([LEVELS.index(q.granularity) for q in drawn + aside])
    _, _, pooled = encode(encoder, tokenizer, [q.text for q in drawn + aside])
    torch.manual_seed(seed)
    steps = 12 * (count // 128)
    trainer = Trainer(
        classifier,
        torch.optim.AdamW(classifier.parameters(), 1e-3, weight_decay=0.05),
        Schedule(steps, warmup_cosine(steps, 0, 0.0)),
    )
    while trainer.step < steps:
        rows = torch.randint(count, (128,))
        noisy = torch.nn.functional.normalize(
            pooled[rows] + 0.01 * torch.randn(128, pooled.shape[1]), dim=1
        )
        loss = torch.nn.functional.cross_entropy(
            classifier(noisy), levels[rows], label_smoothing=0.05
        )
        trainer.advance([(loss, {})])
    with torch.inference_mode():
        return float((classifier(pooled[count:]).argmax(1) == levels[count:]).float().mean())

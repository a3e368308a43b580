"""Training of the translator of Chinese questions on generated pairs, drawn for each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from torch import Tensor

from geomagnifier.language.characters import characters
from geomagnifier.models.small.zh_en_translator import END, RARE, START, split
from geomagnifier_lab.networks.translator_net import TranslatorNet
from geomagnifier_lab.questions.chinese import NOUNS, OTHER_THINGS, Pair, draw
from geomagnifier_lab.questions.questions import Split
from geomagnifier_lab.train.trainer import Trainer, cycled

STEPS = 4000
"""About twelve minutes on one core."""


def vocabulary(seed: int, count: int = 6000) -> tuple[list[str], list[str]]:
    """Characters and words of generated pairs.

    A character that is in no noun and occurs less than three times is left to RARE.

    Args:
        seed: of the pairs.
        count: pairs.
    """
    rng = np.random.default_rng([seed, 61])
    letters: Counter[str] = Counter("".join(NOUNS) * 3)
    words = {
        word for thing in OTHER_THINGS for noun in (thing.one, thing.many) for word in split(noun)
    }
    for _ in range(count):
        pair = draw(rng)
        letters.update(characters(pair.chinese)[0])
        words.update(split(pair.english))
    return [RARE, *sorted(c for c, n in letters.items() if n >= 3)], [START, END, *sorted(words)]


def batch_of(
    reader: TranslatorNet, rng: Generator, size: int, split_name: Split = "train"
) -> tuple[list[Pair], Tensor, Tensor]:
    """Draw pairs, and their tensors.

    Args:
        reader: whose vocabulary is used.
        rng: random generator.
        size: pairs, B.
        split_name: of the phrasings, "train" or "val".

    Returns:
        the pairs; their characters (B, T); their words with START and END (B, W), -1 where there
        is none.
    """
    pairs = [draw(rng, split_name) for _ in range(size)]
    letters = reader.numbers([characters(p.chinese)[0] for p in pairs])
    rows = [[reader.word_number[w] for w in (START, *split(p.english), END)] for p in pairs]
    longest = max(map(len, rows))
    return pairs, letters, torch.tensor([row + [-1] * (longest - len(row)) for row in rows])


def train_reader(
    seed: int, steps: int = STEPS, size: int = 96
) -> Iterator[tuple[TranslatorNet, dict[str, float]]]:
    """Train; yields the translator with its figures on held-out registers.

    Ten times, and at the end.

    Args:
        seed: of everything drawn.
        steps: training steps.
        size: pairs a step.
    """
    torch.manual_seed(seed)
    reader = TranslatorNet(*vocabulary(seed)).train()
    trainer = Trainer(
        reader,
        torch.optim.AdamW(reader.parameters(), 2e-3, betas=(0.9, 0.98), weight_decay=0.02),
        cycled(steps, 0.08, clip=1.0, log_every=max(1, steps // 10)),
    )
    rng = np.random.default_rng([seed, 62])
    while trainer.step < steps:
        _, letters, words = batch_of(reader, rng, size)
        # characters are dropped at random, so that no single one is relied on
        lost = (torch.rand(letters.shape) < 0.04) & (letters >= 0)
        with torch.autocast("cpu", torch.bfloat16):
            logits = reader(letters.masked_fill(lost, 0), words[:, :-1].clamp(min=0))
        loss = F.cross_entropy(
            logits.float().flatten(0, 1),
            words[:, 1:].flatten(),
            ignore_index=-1,
            label_smoothing=0.05,
        )
        for row in trainer.advance([(loss, {"loss": loss})]):
            yield reader, row | {"exact": exact(reader, seed)}


@torch.no_grad()
def exact(reader: TranslatorNet, seed: int, count: int = 200) -> float:
    """Share of held-out questions that are translated word for word.

    The likeliest word is right at every place.

    Args:
        reader: to be measured.
        seed: of the questions.
        count: questions.
    """
    reader.eval()
    _, letters, words = batch_of(reader, np.random.default_rng([seed, 63]), count, "val")
    best, wanted = reader(letters, words[:, :-1].clamp(min=0)).argmax(2), words[:, 1:]
    reader.train()
    return float(((best == wanted) | (wanted < 0)).all(1).float().mean())

"""Training of the selector on questions encoded once and boxes drawn for each step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.models.small.selector import NUMBERS, decide, features
from geomagnifier.models.small.word_pieces import WordPieces
from geomagnifier_lab.networks.selector_net import Selector
from geomagnifier_lab.networks.text_encoder import SentenceEncoder
from geomagnifier_lab.questions.questions import Split
from geomagnifier_lab.questions.referring_samples import Choice, draw, word
from geomagnifier_lab.train.batches import NAMES
from geomagnifier_lab.train.question_features import encode
from geomagnifier_lab.train.trainer import Trainer, cycled

Batch = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


class Wordings:
    """Questions with their token states, and the vectors of the class names."""

    def __init__(
        self, encoder: SentenceEncoder, tokenizer: WordPieces, seed: int, split: Split, count: int
    ) -> None:
        rng = np.random.default_rng([seed, 41])
        self.wordings = [word(rng, split) for _ in range(count)]
        self.states, self.padding, _ = encode(encoder, tokenizer, [x.text for x in self.wordings])
        self.kinds = encode(encoder, tokenizer, [f"Find all {kind}." for kind in NAMES])[2]


def batch_of(bank: Wordings, rng: np.random.Generator, size: int) -> tuple[list[Choice], Batch]:
    """Draw examples and their tensors.

    Args:
        bank: questions to draw from.
        rng: random generator.
        size: examples, B.

    Returns:
        the examples; token states (B, T, 384), padding (B, T), instance features (B, N, NUMBERS),
        class vectors (B, N, 384), absent, target and chosen (B, N), and whether the question
        chooses (B,).
    """
    rows: list[int] = []
    choices: list[Choice] = []
    while len(choices) < size:
        row = int(rng.integers(len(bank.wordings)))
        choice = draw(rng, bank.wordings[row])
        if choice is not None:
            rows.append(row)
            choices.append(choice)
    longest = max(len(c.scores) for c in choices)
    told, kinds = torch.zeros(size, longest, NUMBERS), torch.zeros(size, longest, 384)
    absent, target, chosen = (torch.full((size, longest), v) for v in (True, False, False))
    for b, c in enumerate(choices):
        n = len(c.scores)
        told[b, :n] = torch.from_numpy(
            features(c.layout.boxes, c.scores, c.layout.target, c.layout.size)
        )
        kinds[b, :n] = bank.kinds[[NAMES.index(k) for k in c.layout.labels]]
        absent[b, :n], target[b, :n], chosen[b, :n] = (
            False,
            torch.from_numpy(c.layout.target),
            torch.from_numpy(c.chosen),
        )
    index = torch.tensor(rows)
    cut = int((~bank.padding[index]).sum(1).max())
    states, padding = bank.states[index, :cut].float(), bank.padding[index, :cut]
    return choices, (
        states,
        padding,
        told,
        kinds,
        absent,
        target,
        chosen,
        torch.tensor([float(c.chooses) for c in choices]),
    )


def train_selector(
    encoder: SentenceEncoder,
    tokenizer: WordPieces,
    seed: int,
    steps: int = 4000,
    wordings: int = 12000,
) -> Iterator[tuple[Selector, dict[str, float]]]:
    """Train; yields the selector with its figures on held-out phrasings.

    Five times, and at the end.

    Args:
        encoder: frozen sentence encoder.
        tokenizer: of the encoder.
        seed: of everything drawn.
        steps: of 64 examples.
        wordings: training questions.
    """
    torch.manual_seed(seed)
    bank, held = (
        Wordings(encoder, tokenizer, seed, split, n)  # type: ignore[arg-type]
        for split, n in (("train", wordings), ("val", 1200))
    )
    selector = Selector().train()
    trainer = Trainer(
        selector,
        torch.optim.AdamW(selector.parameters(), 1e-3, weight_decay=0.02),
        cycled(steps, 0.05, clip=1.0, log_every=max(1, steps // 5)),
    )
    rng = np.random.default_rng([seed, 42])
    while trainer.step < steps:
        _, (states, padding, told, kinds, absent, target, chosen, chooses) = batch_of(bank, rng, 64)
        # words are dropped at random, so that no single one is relied on
        kept = torch.rand(states.shape[:2]) > 0.1
        states = (states + 0.02 * torch.randn_like(states)) * kept[:, :, None]
        with torch.autocast("cpu", torch.bfloat16):
            logits, choosing = (x.float() for x in selector(states, padding, told, kinds, absent))
        each = F.binary_cross_entropy_with_logits(logits, chosen.float(), reduction="none")
        mine = (target & (chooses > 0)[:, None]).float()
        loss = (each * mine).sum() / mine.sum().clamp(
            min=1
        ) + 0.5 * F.binary_cross_entropy_with_logits(choosing, chooses)
        for row in trainer.advance([(loss, {"loss": loss})]):
            yield selector, validate(selector, held, seed) | row


@torch.no_grad()
def validate(selector: Selector, held: Wordings, seed: int) -> dict[str, float]:
    """Share of examples whose choice is exactly right, in all and by relation.

    "chooses" is the share of questions that are correctly classified as choosing or not.

    Args:
        selector: to be measured.
        held: held-out questions.
        seed: of the examples.
    """
    selector.eval()
    rng = np.random.default_rng([seed, 43])
    right: dict[str, list[bool]] = defaultdict(list)
    for _ in range(16):
        choices, (states, padding, told, kinds, absent, _, _, chooses) = batch_of(held, rng, 64)
        logits, choosing = selector(states, padding, told, kinds, absent)
        for b, c in enumerate(choices):
            n = len(c.scores)
            chosen = decide(
                logits[b, :n].numpy(), float(torch.sigmoid(choosing[b])), c.layout.target
            )
            right[c.wording.relation.name].append(bool((chosen == c.chosen).all()))
            right["chooses"].append(bool((choosing[b] > 0) == (chooses[b] > 0)))
    selector.train()
    exact = [r for name, rows in right.items() if name != "chooses" for r in rows]
    return {"exact": float(np.mean(exact))} | {
        name: float(np.mean(rows)) for name, rows in sorted(right.items())
    }

"""What the language side trains on.

Pictures seen once by the trained image side, questions encoded once, answers from labels.

The image side does not change here, so features of thumbnails and crops are worked out before the
first step and kept in half precision; a step then costs the decoder alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from geomagnifier.finetuning.crops import SHARE_TO_COUNT, Crop, make_crop
from geomagnifier.language.classes import WITHIN
from geomagnifier.language.scene_classes import SCENES, scene_phrase
from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.backbone import normalise
from geomagnifier.models.small.network import SmallNetwork
from geomagnifier.models.small.text_encoder import SentenceEncoder
from geomagnifier.types import Granularity
from geomagnifier_lab.datasets.sample import SceneSample
from geomagnifier_lab.datasets.scene_sets import scene_set
from geomagnifier_lab.questions import answers, questions
from geomagnifier_lab.questions.questions import ANY, OTHER, Question
from geomagnifier_lab.questions.templates import Task
from geomagnifier_lab.train.attention import shown_in
from geomagnifier_lab.train.batches import NAMES, OBJECTS, Batches, scene_view
from geomagnifier_lab.train.question_features import encode

Instances = tuple[list[int], list[list[float]]]
"""Word numbers of the kinds, and what each is told by."""
IGNORED = -100
"""Label of a place in a sentence that teaches nothing."""
Progress = Callable[[int, int], None]


class Pictures(NamedTuple):
    """Thumbnails as the decoder gets them.

    Last (N, 352, 4, 4), pooled (N, 1280), scenes (N, S) logits;
    """

    samples: list[SceneSample]
    last: Tensor
    pooled: Tensor
    scenes: Tensor
    of: NDArray[np.int64]
    """Index of the sample."""


@dataclass(frozen=True, eq=False)
class CropFeatures:
    """A crop as the decoder gets it. last (352, h, w) half."""

    last: Tensor
    present: dict[str, bool | None]
    """By kind, None where it cannot be told."""
    things: tuple[answers.Thing, ...]
    """Objects on it."""
    where: dict[str, Tensor] = field(default_factory=dict)
    """Of the kinds that are there, how much of each an image token shows, (h, w) from 0 to 1."""


@torch.no_grad()
def look_at_pictures(
    network: SmallNetwork, root: Path, split: str, variants: int, seed: int, progress: Progress
) -> Pictures:
    """Features of all scene pictures; with `variants` > 1 also of turned, tinted and cut ones."""
    samples = [s for name in ("aid", "ucm", "rsscn7") for s in scene_set(root, name, split)]
    rng = np.random.default_rng([seed, 21])
    rows: list[tuple[Tensor, Tensor, Tensor]] = []
    total = len(samples) * variants
    for first in range(0, total, 40):
        chosen = [samples[i % len(samples)] for i in range(first, min(total, first + 40))]
        plain = first < len(samples) and variants == 1
        pixels = np.stack([scene_view(s, 100, None if plain else rng) for s in chosen])
        with torch.autocast("cpu", torch.bfloat16):
            last = network.trunk(normalise(torch.from_numpy(pixels)))[3]
            pooled = network.trunk.pooled(last)
            rows.append((last.half(), pooled.half(), network.scenes(pooled).half()))
        progress(first + len(chosen), total)
    last, pooled, scenes = (torch.cat([r[i] for r in rows]) for i in range(3))
    return Pictures(samples, last, pooled, scenes, np.arange(total) % len(samples))


@torch.no_grad()
def look_at_crops(
    network: SmallNetwork, data: Batches, count: int, side: int, seed: int, progress: Progress
) -> list[CropFeatures]:
    """Features of random crops with what their labels tell.

    Mostly VHR-10, an eighth Dubai, some drawn.
    """
    rng = np.random.default_rng([seed, 22])
    seen = []
    for first in range(0, count, 8):
        crops = []
        for i in range(8):
            sources, scales = data.objects, (0.22, 1.7)
            if i == 0:
                sources, scales = data.covers, (0.4, 1.6)
            elif i == 1 and rng.random() < 0.5 and data.drawn:
                sources, scales = data.drawn, (0.5, 1.5)
            crops.append(make_crop(sources, scales, side, rng))
        with torch.autocast("cpu", torch.bfloat16):
            last = network.trunk(normalise(torch.from_numpy(np.stack([c.pixels for c in crops]))))[
                3
            ].half()
        for row, crop in zip(last, crops, strict=True):
            told = present(crop)
            where = {
                kind: shown_in(crop, kind, row.shape[1], row.shape[2]).half()
                for kind, there in told.items()
                if there
            }
            seen.append(CropFeatures(row.clone(), told, things_of(crop), where))
        progress(first + 8, count)
    return seen


def present(crop: Crop) -> dict[str, bool | None]:
    """Which kinds are on a crop."""
    found: dict[str, bool | None] = dict.fromkeys(NAMES)
    for kind in OBJECTS:
        shares = [p.share for p in crop.pieces if p.of(kind) and not p.ignored]
        doubtful = any(
            p.kind == WITHIN.get(kind) or (p.ignored and p.of(kind)) for p in crop.pieces
        )
        if shares:
            found[kind] = True if max(shares) >= SHARE_TO_COUNT else None
        elif kind in crop.kinds and not doubtful:
            found[kind] = False
    if crop.cover is not None:
        known = float((crop.cover != 255).mean())
        for number, kind in enumerate(crop.cover_names):
            share = float((crop.cover == number).mean())
            found[kind] = True if share > 0.005 else False if share == 0 and known > 0.9 else None
    return found


def things_of(crop: Crop) -> tuple[answers.Thing, ...]:
    """Objects that count, in shares of the crop."""
    side = float(crop.pixels.shape[0])
    return tuple(
        answers.Thing(p.kind, tuple(float(v) / side for v in p.box))  # type: ignore[arg-type]
        for p in crop.pieces
        if p.share >= SHARE_TO_COUNT
    )


@dataclass(frozen=True, eq=False)
class EncodedQuestions:
    """Questions with their token states, half precision. states (N, 32, 384), padding (N, 32)."""

    questions: list[Question]
    states: Tensor
    padding: Tensor


def ask_many(
    encoder: SentenceEncoder, tokenizer: Tokenizer, drawn: list[Question]
) -> EncodedQuestions:
    """Encode questions once."""
    states, padding, _ = encode(encoder, tokenizer, [q.text for q in drawn])
    return EncodedQuestions(drawn, states, padding)


def near_questions(seed: int, split: questions.Split, count: int) -> list[Question]:
    """Questions at region and pixel level.

    About one kind, several, everything, things never taught, and a place beside.
    """
    rng = np.random.default_rng([seed, 23])
    drawn: list[Question] = []
    while len(drawn) < count:
        chance = rng.random()
        level = Granularity.REGION if rng.random() < 0.5 else Granularity.PIXEL
        if chance < 0.44:
            kind = OTHER if rng.random() < 0.28 else NAMES[int(rng.integers(len(NAMES)))]
            drawn.append(questions.about(rng, kind, level, split, refer=0.25))
        elif chance < 0.48:
            drawn.append(questions.draw(rng, split, Task.CLASSIFY_BOX))
        elif chance < 0.54:
            drawn.append(questions.about(rng, ANY, level, split))
        else:
            several = chance > 0.8
            question = questions.draw(rng, split)
            while question.granularity is Granularity.IMAGE or (
                several and len(question.kinds) == 1 and not question.place
            ):
                question = questions.draw(rng, split)
            drawn.append(question)
    return drawn


def far_questions(seed: int, split: questions.Split, count: int) -> list[Question]:
    """Questions at image level, and some that ask for the place beside objects."""
    rng = np.random.default_rng([seed, 24])
    tasks = (
        Task.CAPTION,
        Task.CAPTION,
        Task.SCENE,
        Task.SCENE_YES_NO,
        Task.CHOICE,
        Task.TITLE,
        Task.RETRIEVAL,
    )
    drawn = [questions.draw(rng, split, tasks[int(rng.integers(len(tasks)))]) for _ in range(count)]
    while len(drawn) < count * 1.06:
        question = questions.draw(rng, split)
        if question.place:
            drawn.append(question)
    return drawn


def vocabulary(samples: Sequence[SceneSample], fewest: int = 3) -> tuple[str, ...]:
    """The closed list of words.

    Those of captions that occur `fewest` times, those of all answers, the kinds.
    """
    counts = Counter(word for s in samples for caption in s.captions for word in w.split(caption))
    needed = {
        *w.FOUND,
        *(word for scene in SCENES for word in w.split(f"this is {scene_phrase(scene)}")),
    }
    plain = sorted({word for word, n in counts.items() if n >= fewest} | needed)
    return (*w.SPECIAL, *(w.kind_token(kind) for kind in NAMES), *plain)


class TextSample(NamedTuple):
    """Sequences of one sort, padded."""

    rows: NDArray[np.int64]
    """Into `EncodedQuestions`."""
    tokens: Tensor
    """B, T: read and to be written next; IGNORED teaches nothing."""
    labels: Tensor
    """B, T: read and to be written next; IGNORED teaches nothing."""
    kinds: Tensor
    """(B, T) kind whose state is wanted at a token, -1 for none."""


class Sentence(NamedTuple):
    """What is read, what is to be written (both without the opening token), and where the labels cannot tell what."""

    read: Sequence[str]
    write: Sequence[str]
    unsure: frozenset[int] = frozenset()


def pointing(question: Question, present: dict[str, bool | None]) -> Sentence:
    """What to look for on a crop.

    Read are [SEG] and [BOX] also where <none> is to be written: its state is wanted all the same.
    """
    read, write = answers.point(question, {}), answers.point(question, present)
    unsure = {
        t + 1
        for t, token in enumerate(write)
        if token[1:-1] in NAMES and present.get(token[1:-1]) is None
    }
    return Sentence(read, write, frozenset(unsure))


def lesson(
    words: w.Words, rows: Sequence[int], start: str, sentences: Sequence[Sentence]
) -> TextSample:
    """Sentences -> a padded batch."""
    longest = max(len(s.read) for s in sentences)
    tokens = torch.full((len(rows), longest), words.number[w.END])
    labels = torch.full((len(rows), longest), IGNORED)
    kinds = torch.full((len(rows), longest), -1)
    for b, (read, write, unsure) in enumerate(sentences):
        tokens[b, : len(read)] = torch.tensor(words.encode([start, *read[:-1]]))
        for t, token in enumerate(write):
            labels[b, t] = IGNORED if t in unsure else words.number[token]
            if (
                start == w.POINT
                and t >= 2
                and read[t - 1] in (w.SEG, w.BOX)
                and read[t - 2][1:-1] in NAMES
            ):
                kinds[b, t] = NAMES.index(read[t - 2][1:-1])
    return TextSample(np.asarray(rows), tokens, labels, kinds)


def padded_states(asked: EncodedQuestions, rows: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
    """Token states and padding of some questions, cut to the longest of them."""
    index = torch.from_numpy(rows)
    longest = int((~asked.padding[index]).sum(1).max())
    return asked.states[index, :longest].float(), asked.padding[index, :longest]


def pool_some(last: Tensor, rng: np.random.Generator) -> Tensor:
    """Half of the batches see tokens of 2 x 2 cells, as large views do."""
    return F.avg_pool2d(last, 2) if rng.random() < 0.4 else last

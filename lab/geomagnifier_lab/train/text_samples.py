"""Training samples of the language side: image features, encoded questions, answers from labels.

The image side does not change here, so features of thumbnails and crops are computed before the
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
from torch import Tensor

from geomagnifier.finetuning.crops import SHARE_TO_COUNT, Crop, make_crop
from geomagnifier.language.classes import WITHIN
from geomagnifier.language.scene_classes import SCENES, scene_phrase
from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.word_pieces import WordPieces
from geomagnifier.types import Granularity
from geomagnifier_lab.datasets.sample import SceneSample
from geomagnifier_lab.datasets.scene_sets import scene_set
from geomagnifier_lab.networks.backbone import normalise
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.networks.text_encoder import SentenceEncoder
from geomagnifier_lab.questions import answers, questions
from geomagnifier_lab.questions.questions import ANY, OTHER, Question
from geomagnifier_lab.questions.templates import Task
from geomagnifier_lab.train.attention import shown_in
from geomagnifier_lab.train.batches import NAMES, OBJECTS, Batches, scene_view
from geomagnifier_lab.train.question_features import encode

Instances = tuple[list[int], list[list[float]]]
"""Word numbers of the classes of detections, and the numbers that describe each detection."""
IGNORED = -100
"""Label of a token without a loss."""
Progress = Callable[[int, int], None]


class Pictures(NamedTuple):
    """Thumbnails as the decoder gets them."""

    samples: list[SceneSample]
    """Scene images with their labels."""
    last: Tensor
    """(N, 352, 4, 4) half: features of the trunk."""
    pooled: Tensor
    """(N, 1280) half: pooled features."""
    scenes: Tensor
    """(N, S) half: logits of the scene head."""
    of: NDArray[np.int64]
    """(N,) index of the sample of each row."""


@dataclass(frozen=True, eq=False)
class CropFeatures:
    """A crop as the decoder gets it."""

    last: Tensor
    """(352, h, w) half: features of the trunk."""
    present: dict[str, bool | None]
    """By class, whether it is on the crop; None where the labels do not tell."""
    things: tuple[answers.Thing, ...]
    """Objects on it."""
    where: dict[str, Tensor] = field(default_factory=dict)
    """By class that is on it, how much of the class each image token shows, (h, w) from 0 to 1."""


@torch.no_grad()
def look_at_pictures(
    network: SmallNetwork, root: Path, split: str, variants: int, seed: int, progress: Progress
) -> Pictures:
    """Features of all scene images; with `variants` > 1 also of augmented ones.

    Args:
        network: trained image side.
        root: folder of the data sets.
        split: "train" or "val".
        variants: versions of each image.
        seed: of the augmentation.
        progress: called with (images done, images in all).
    """
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

    Args:
        network: trained image side.
        data: images to cut from.
        count: crops.
        side: of a crop, px.
        seed: of the crops.
        progress: called with (crops done, crops in all).
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
    """Which classes are on a crop; None where the labels do not tell."""
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
    """Objects of a crop that count, their boxes in shares of its side."""
    side = float(crop.pixels.shape[0])
    return tuple(
        answers.Thing(p.kind, tuple(float(v) / side for v in p.box))  # type: ignore[arg-type]
        for p in crop.pieces
        if p.share >= SHARE_TO_COUNT
    )


@dataclass(frozen=True, eq=False)
class EncodedQuestions:
    """Questions with their token states."""

    questions: list[Question]
    """N of them."""
    states: Tensor
    """(N, 32, 384) half."""
    padding: Tensor
    """(N, 32) bool, True where there is no token."""


def ask_many(
    encoder: SentenceEncoder, tokenizer: WordPieces, drawn: list[Question]
) -> EncodedQuestions:
    """Encode questions once.

    Args:
        encoder: frozen sentence encoder.
        tokenizer: of the encoder.
        drawn: questions.
    """
    states, padding, _ = encode(encoder, tokenizer, [q.text for q in drawn])
    return EncodedQuestions(drawn, states, padding)


def near_questions(seed: int, split: questions.Split, count: int) -> list[Question]:
    """Questions at region and pixel level.

    About one class, several, everything, unknown classes, and with a question about the scene
    class.

    Args:
        seed: of the draws.
        split: of phrasings, "train" or "val".
        count: questions.
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
    """Questions at image level, and some about objects that also ask for the scene class.

    Args:
        seed: of the draws.
        split: of phrasings, "train" or "val".
        count: questions at image level.
    """
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
    """The closed list of words: special tokens, class tokens, words.

    Words are those of captions that occur `fewest` times, and those of all answers.

    Args:
        samples: scene images with captions.
        fewest: times a word of captions must occur.
    """
    counts = Counter(word for s in samples for caption in s.captions for word in w.split(caption))
    needed = {
        *w.FOUND,
        *(word for scene in SCENES for word in w.split(f"this is {scene_phrase(scene)}")),
    }
    plain = sorted({word for word, n in counts.items() if n >= fewest} | needed)
    return (*w.SPECIAL, *(w.kind_token(kind) for kind in NAMES), *plain)


class TextSample(NamedTuple):
    """Sequences of one sort, padded to (B, T)."""

    rows: NDArray[np.int64]
    """(B,) index of each question in `EncodedQuestions`."""
    tokens: Tensor
    """(B, T) tokens that are read."""
    labels: Tensor
    """(B, T) tokens to be written next; IGNORED has no loss."""
    kinds: Tensor
    """(B, T) class whose state is the target at a token, -1 for none."""


class Sentence(NamedTuple):
    """A target sentence, without the opening token."""

    read: Sequence[str]
    """Tokens that are read."""
    write: Sequence[str]
    """Tokens to be written."""
    unsure: frozenset[int] = frozenset()
    """Places where the labels do not tell what is to be written."""


def pointing(question: Question, present: dict[str, bool | None]) -> Sentence:
    """The classes to look for on a crop, as a target sentence.

    [SEG] and [BOX] are read also where <none> is to be written: its state is a target all the same.

    Args:
        question: at region or pixel level.
        present: by class, whether it is on the crop.
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
    """Pad sentences to a batch.

    Args:
        words: vocabulary.
        rows: index of each question.
        start: opening token.
        sentences: B of them.
    """
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
    """Token states and padding of some questions, cut to the longest of them.

    Args:
        asked: encoded questions.
        rows: (B,) index of each question.
    """
    index = torch.from_numpy(rows)
    longest = int((~asked.padding[index]).sum(1).max())
    return asked.states[index, :longest].float(), asked.padding[index, :longest]


def pool_some(last: Tensor, rng: np.random.Generator) -> Tensor:
    """Pool the features of two batches in five by 2 x 2 cells, as large views are.

    Args:
        last: (B, C, h, w) features.
        rng: random generator.
    """
    return F.avg_pool2d(last, 2) if rng.random() < 0.4 else last

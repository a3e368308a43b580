"""Training of the language side over a trained, frozen image side.

A step has three sorts of samples: thumbnails with captions and scene answers; crops with the
classes to look for ([SEG] states land on the image side's state of the class, and the attention
lands on the mask: `attention.looked_at`); crops with detections and the sentence about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.language.scene_classes import SCENES
from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.word_pieces import WordPieces
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.networks.text_decoder import Memory, TextDecoder
from geomagnifier_lab.networks.text_encoder import SentenceEncoder
from geomagnifier_lab.questions.questions import Split
from geomagnifier_lab.train.attention import looked_at
from geomagnifier_lab.train.batches import NAMES, Batches
from geomagnifier_lab.train.text_dataset import Settings, TextDataset
from geomagnifier_lab.train.text_samples import (
    IGNORED,
    CropFeatures,
    EncodedQuestions,
    Instances,
    Progress,
    TextSample,
    ask_many,
    far_questions,
    look_at_crops,
    look_at_pictures,
    near_questions,
    padded_states,
    pool_some,
    vocabulary,
)
from geomagnifier_lab.train.trainer import Files, Schedule, Trainer, warmup_cosine

WEIGHTS = {"caption": 1.0, "point": 1.0, "say": 1.0, "state": 10.0, "look": 0.2}
"""Weights of the losses. `state` is a mean of squares that must become very small: what is left of
it costs mask and box accuracy. `look` is a logarithm of several units, and must not outweigh the
words.
"""


def memory_of(decoder: TextDecoder, crops: list[CropFeatures], rng: np.random.Generator) -> Memory:
    """Image tokens of crops, a row each.

    Args:
        decoder: text decoder.
        crops: B of them.
        rng: random generator.
    """
    tokens = decoder.see(pool_some(torch.stack([c.last.float() for c in crops]), rng))
    return Memory(tokens, torch.zeros(tokens.shape[:2], dtype=torch.bool))


def with_instances(decoder: TextDecoder, memory: Memory, given: list[Instances]) -> Memory:
    """Append instance tokens to the image tokens; rows are padded to the longest.

    Args:
        decoder: text decoder.
        memory: image tokens of B crops.
        given: detections of each crop.
    """
    longest = max(1, max(len(kinds) for kinds, _ in given))
    kinds, places = (
        torch.zeros(len(given), longest, dtype=torch.int64),
        torch.zeros(len(given), longest, 5),
    )
    absent = torch.ones(len(given), longest, dtype=torch.bool)
    for b, (k, p) in enumerate(given):
        if k:
            kinds[b, : len(k)], places[b, : len(k)], absent[b, : len(k)] = (
                torch.tensor(k),
                torch.tensor(p),
                False,
            )
    return Memory(
        torch.cat([memory.tokens, decoder.objects(kinds, places)], 1),
        torch.cat([memory.absent, absent], 1),
    )


def losses_of(
    decoder: TextDecoder, course: TextDataset, targets: Tensor, rng: np.random.Generator
) -> dict[str, Tensor]:
    """All losses of a step, not yet weighted.

    Args:
        decoder: to be trained.
        course: training data.
        targets: (K, 256) the image side's state of each class.
        rng: random generator.
    """
    losses = {}
    (spoken, shown), (pointed, crops), (reported, others, given) = (
        course.spoken(rng),
        course.pointed(rng),
        course.reported(rng),
    )
    with torch.autocast("cpu", torch.bfloat16):
        index = torch.from_numpy(shown)
        p = course.pictures
        memory = decoder.glance(
            p.last[index].float(), F.dropout(p.pooled[index].float(), 0.2), p.scenes[index]
        )
        losses["caption"] = cross_entropy(decoder, spoken, course.far, memory)[0]
        memory = memory_of(decoder, crops, rng)
        maps: list[Tensor] = []
        losses["point"], states = cross_entropy(decoder, pointed, course.near, memory, maps)
        wanted = pointed.kinds >= 0
        made = decoder.point(states[wanted]).float()
        losses["state"] = F.mse_loss(made, targets[pointed.kinds[wanted]])
        rows, where = shown_to(pointed, crops, memory)
        losses["look"] = looked_at(maps, rows, where)
        memory = with_instances(decoder, memory_of(decoder, others, rng), given)
        losses["say"] = cross_entropy(decoder, reported, course.near, memory)[0]
    return losses


def shown_to(
    lesson: TextSample, crops: Sequence[CropFeatures], memory: Memory
) -> tuple[Tensor, Tensor]:
    """Rows whose attention is supervised, and where their class is.

    A class has two rows: that of its name and that of its [SEG] or [BOX].

    Args:
        lesson: sample of B sequences.
        crops: B crops.
        memory: their image tokens, S each.

    Returns:
        (R, 2) sequence and token of each row; (R, S) from 0 to 1, how much of the class each image
        token shows.
    """
    rows = [
        (int(b), int(t) - back)
        for b, t in (lesson.kinds >= 0).nonzero().tolist()
        for back in (1, 0)
    ]
    where = torch.zeros(len(rows), memory.tokens.shape[1])
    for row, (b, t) in enumerate(rows):
        kind = NAMES[
            max(
                int(lesson.kinds[b, t]), int(lesson.kinds[b, min(t + 1, lesson.kinds.shape[1] - 1)])
            )
        ]
        place = crops[b].where.get(kind)
        if place is not None:
            # tokens are cells of the crop, or 2 x 2 of them (`pool_some`)
            by = round((place.numel() / where.shape[1]) ** 0.5)
            where[row] = F.avg_pool2d(place[None].float(), by)[0].flatten()[: where.shape[1]]
    return torch.tensor(rows).view(-1, 2), where


def cross_entropy(
    decoder: TextDecoder,
    lesson: TextSample,
    asked: EncodedQuestions,
    memory: Memory,
    maps: list[Tensor] | None = None,
) -> tuple[Tensor, Tensor]:
    """Text loss of a sample, with label smoothing, and the states at its tokens.

    Args:
        decoder: text decoder.
        lesson: sample of B sequences.
        asked: questions that its rows are of.
        memory: image and instance tokens, B rows.
        maps: list that the attention of each layer is appended to; None to keep none.
    """

    def watch(attention: Tensor) -> Tensor:
        assert maps is not None
        maps.append(attention)
        return attention

    states, padding = padded_states(asked, lesson.rows)
    _, cache = decoder.read(states, padding, memory)
    written, _ = decoder.write(lesson.tokens, cache, None if maps is None else watch)
    logits = decoder.logits(written).float()
    return (
        F.cross_entropy(
            logits.flatten(0, 1),
            lesson.labels.flatten(),
            ignore_index=IGNORED,
            label_smoothing=0.05,
        ),
        written,
    )


@torch.no_grad()
def validate(
    decoder: TextDecoder, held: TextDataset, targets: Tensor, seed: int
) -> dict[str, float]:
    """Figures on held-out phrasings and validation crops.

    Losses of captions and sentences, share of correct skeletons and of correct [SEG] or [NONE],
    distance of states.

    Args:
        decoder: to be measured.
        held: validation data.
        targets: (K, 256) the image side's state of each class.
        seed: of the samples.
    """
    decoder.eval()
    rng = np.random.default_rng([seed, 31])
    totals: dict[str, list[float]] = {
        "caption": [],
        "skeleton": [],
        "there": [],
        "state": [],
        "say": [],
    }
    ties = [held.words.number[t] for t in (w.SEG, w.BOX, w.NONE)]
    for _ in range(12):
        (spoken, shown), (pointed, crops), (reported, others, given) = (
            held.spoken(rng),
            held.pointed(rng),
            held.reported(rng),
        )
        index, p = torch.from_numpy(shown), held.pictures
        memory = decoder.glance(p.last[index].float(), p.pooled[index].float(), p.scenes[index])
        totals["caption"].append(float(cross_entropy(decoder, spoken, held.far, memory)[0]))
        _, written = cross_entropy(decoder, pointed, held.near, memory_of(decoder, crops, rng))
        best = decoder.logits(written).argmax(2)
        for b, labels in enumerate(pointed.labels):
            told = labels != IGNORED
            tie = torch.tensor([int(v) in ties for v in labels])
            totals["skeleton"].append(float((best[b] == labels)[told & ~tie].all()))
            totals["there"] += (best[b] == labels)[told & tie].float().tolist()
        wanted = pointed.kinds >= 0
        if wanted.any():  # a small draw may ask for nothing that has a state
            totals["state"].append(
                float(F.mse_loss(decoder.point(written[wanted]), targets[pointed.kinds[wanted]]))
            )
        memory = with_instances(decoder, memory_of(decoder, others, rng), given)
        totals["say"].append(float(cross_entropy(decoder, reported, held.near, memory)[0]))
    decoder.train()
    return {k: float(np.mean(v)) for k, v in totals.items()}


def courses(
    network: SmallNetwork,
    encoder: SentenceEncoder,
    tokenizer: WordPieces,
    root: Path,
    settings: Settings,
    progress: Progress,
) -> tuple[TextDataset, TextDataset]:
    """Training and validation data of the language side.

    Args:
        network: trained image side.
        encoder: frozen sentence encoder.
        tokenizer: of the encoder.
        root: folder of the data sets.
        settings: of the run.
        progress: called with (images, then crops done, of how many), from 0 again for each split.
    """
    made: list[TextDataset] = []
    for split, small in (("train", False), ("val", True)):
        pictures = look_at_pictures(
            network, root, split, 1 if small else settings.variants, settings.seed, progress
        )
        data = Batches(root, split, settings.seed, drawn=0 if small else 36)
        crops = look_at_crops(
            network, data, 240 if small else settings.crops, 448, settings.seed, progress
        )
        half: Split = "val" if small else "train"
        far = ask_many(
            encoder, tokenizer, far_questions(settings.seed, half, 300 if small else 3000)
        )
        near = ask_many(
            encoder,
            tokenizer,
            near_questions(settings.seed, half, 600 if small else settings.questions),
        )
        words = made[0].words if made else w.Words(vocabulary(pictures.samples))
        made.append(TextDataset(pictures, crops, far, near, words, settings))
    return made[0], made[1]


def train_language(
    course: TextDataset, held: TextDataset, targets: Tensor, out: Path, settings: Settings
) -> Iterator[dict[str, float]]:
    """Train, or resume from `out`/language.pt; yields rows of figures.

    Args:
        course: training data.
        held: validation data.
        targets: (K, 256) the image side's state of each class.
        out: folder of the checkpoint.
        settings: of the run.
    """
    torch.manual_seed(settings.seed)
    decoder = TextDecoder(len(course.words), len(SCENES)).train()
    decayed = [p for p in decoder.parameters() if p.ndim > 1]
    plain = [p for p in decoder.parameters() if p.ndim <= 1]
    groups = [
        {"params": decayed, "weight_decay": settings.decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, settings.rate, betas=(0.9, 0.98))
    twin = TextDecoder(len(course.words), len(SCENES))

    def check(average: Mapping[str, Tensor]) -> dict[str, float]:
        twin.load_state_dict(average)
        figures = validate(twin, held, targets, settings.seed)
        return {f"val {name}": value for name, value in figures.items()}

    trainer = Trainer(
        decoder,
        optimizer,
        Schedule(
            settings.steps,
            warmup_cosine(settings.steps, settings.warmup),
            clip=1.0,
            average=settings.average,
            log_every=20,
            save_every=settings.validate,
            check_every=settings.validate,
        ),
        Files(out / "language.pt", out / "language.jsonl"),
        check,
        {"words": list(course.words.tokens), "targets": targets},
    )
    while trainer.step < settings.steps:
        rng = np.random.default_rng([settings.seed, trainer.step, 2])
        torch.manual_seed(settings.seed * 1_000_003 + trainer.step)
        losses = losses_of(decoder, course, targets, rng)
        total = torch.stack([WEIGHTS[name] * value for name, value in losses.items()]).sum()
        yield from trainer.advance([(total, losses)])

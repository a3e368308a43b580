"""Losses and training that make the text decoder's attention point at the class it names.

The attention is supervised with the mask, or the relevance map H itself with the objects.

    L_look = -log sum_s A_s m_s        A: mean over layers and heads of the row's attention,
                                       m: where the class is, by image token
    L_heat = -sum_s q_s log H_s        H: PSC's relevance map, which sums to 1,
                                       q: an equal share for each object, by image token

PSC's relevance map is attention weighted by its gradient (paper, section 2.2); attention that is
not supervised need not point at the class. SegEarth-R2 supervises the attention of its [SEG] token,
as L_look does when the language side is trained. Windows are chosen by H, not by the attention of
one row: L_heat goes through the gradient that H is made of. A finished model is trained further by

    python -m geomagnifier_lab.train.attention --data DIR --out MODEL [--from small] [--steps 300]

which trains a second cross-attention that only H is made with
(`models/networks/pointing_attention.py`): answers stay as they are to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from geomagnifier.finetuning.crops import Crop
from geomagnifier.models import registry
from geomagnifier.models.small import question_parser
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.sentence_encoder import Encoded, stacked
from geomagnifier_lab.networks import attention_by_autograd
from geomagnifier_lab.networks.pointing_attention import HeatAttention
from geomagnifier_lab.networks.text_decoder import Memory, TextDecoder
from geomagnifier_lab.train.batches import target
from geomagnifier_lab.train.heat_frames import Frame, FrameLook, far, frames, part, whole
from geomagnifier_lab.train.part import command, learn, learnt
from geomagnifier_lab.train.sources import camera_sources, cover_sources, object_sources
from geomagnifier_lab.train.torch_twin import torch_twin

STEPS, RATE, FRAMES, PAIRS, EACH = 300, 1e-3, 400, 24, 24
"""Steps, peak learning rate, frames, pairs of frame and class per step, images of each other
camera.
"""
NAME = "attention"
SHARES = (0.7, 0.06, 0.24)
"""Shares of a frame's pieces that come from VHR-10, Dubai and other cameras."""
ASKED = (
    "Segment every {}.",
    "Segment all {}s.",
    "Outline every {}.",
    "Find all {}s.",
    "Where is the {}?",
)
EVEN = 0.7
"""Share of the pairs whose class is drawn first, uniformly; for the others the frame is."""
WAYS = (0.6, 0.25, 0.15)
"""Probabilities of training on D(I), D(C1) and D(D(I))."""
LEAST = 1e-6


def looked_at(maps: Sequence[Tensor], rows: Tensor, where: Tensor) -> Tensor:
    """L_look: how little of the attention lies on the class that is named.

    The mean over the rows whose class is in the view.

    Args:
        maps: A of each layer, (B, heads, T, S).
        rows: (R, 2) of sequence and token.
        where: (R, S) from 0 to 1: how much of the class that the row names an image token shows.
    """
    mean = torch.stack([a.float().mean(1) for a in maps]).mean(0)  # (B, T, S)
    mass = (mean[rows[:, 0], rows[:, 1]][:, : where.shape[1]] * where).sum(1)
    there = where.amax(1) > 0
    return -(mass.clamp(min=1e-6).log() * there).sum() / there.sum().clamp(min=1)


def shown_in(crop: Crop, kind: str, rows: int, columns: int) -> Tensor:
    """How much of a class each image token shows, (rows, columns), float 0..1.

    It is 1 from a quarter of the token's area on.

    Args:
        crop: labelled crop.
        kind: class name.
        rows: image tokens down.
        columns: image tokens across.
    """
    mask = torch.from_numpy(np.asarray(target(crop, kind).mask, np.float32))[None, None]
    return (F.adaptive_avg_pool2d(mask, (rows, columns))[0, 0] * 4).clamp(max=1)


def heat_loss(heat: Tensor, where: Tensor, known: Tensor) -> Tensor:
    """L_heat: cross entropy of H against the objects' shares.

    Over the tokens where the class is labelled; the mean over the pairs.

    Args:
        heat: H, (B, S).
        where: (B, S), each row sums to 1.
        known: (B, S), 1 where the class is labelled.
    """
    share = heat * known + LEAST * heat.detach().mean().clamp(min=LEAST)
    return -(where * (share / share.sum(1, keepdim=True)).clamp(min=LEAST).log()).sum(1).mean()


def heats(
    decoder: TextDecoder,
    model: SmallModel,
    last: Tensor,
    questions: Sequence[Encoded],
    kinds: Sequence[str],
) -> Tensor:
    """Relevance maps H (B, S) of some views, each asked for one class.

    Made as `SmallModel.relevance` makes them, with gradients.

    Args:
        decoder: whose attention is read.
        model: whose vocabulary is used.
        last: (B, 352, h, w) features of the trunk.
        questions: B encoded questions.
        kinds: B class names that they ask for.
    """
    states, padding = map(torch.from_numpy, stacked(questions))
    with torch.no_grad():
        seen = decoder.see(last)
    memory = Memory(seen, torch.zeros(seen.shape[:2], dtype=torch.bool))
    tokens = torch.tensor(
        [
            question_parser.skeleton(model.words, question_parser.ParsedQuestion((kind,)), True)[0]
            for kind in kinds
        ]
    )
    with sdpa_kernel(SDPBackend.MATH):  # the others have no second derivative
        maps, slopes = attention_by_autograd.attend(
            decoder, states, padding, memory, tokens, [2], learn=True
        )
    rows = [(torch.relu(g) * a).flatten(1, 2).mean(1) for a, g in zip(maps, slopes, strict=True)]
    return torch.stack(rows).mean(0)


def tune(
    model: SmallModel, seen: Sequence[Frame], out: Path, steps: int = STEPS, seed: int = 0
) -> Iterator[dict[str, float]]:
    """Train a second cross-attention for H, or resume from `out`/attention.pt.

    Yields the rows of the log.

    Args:
        model: whose decoder is the starting point; it does not change.
        seen: frames with at least one class to ask for.
        out: folder of checkpoint and log.
        steps: of AdamW, one cycle of the learning rate.
        seed: of the pairs.
    """
    own = HeatAttention.of(torch_twin(model).text).requires_grad_(True)
    decoder = own.within(torch_twin(model).text)
    questions = _questions(model, {kind for frame in seen for kind in frame.where})

    def loss(step: int) -> Tensor:
        rng = np.random.default_rng([seed, 32, step])
        pairs = [_pair(seen, rng) for _ in range(PAIRS)]
        asked = [questions[kind][int(rng.integers(len(questions[kind])))] for _, kind in pairs]
        looks = _seen(pairs, rng)
        found = heats(
            decoder,
            model,
            torch.stack([look.last for look in looks]),
            asked,
            [kind for _, kind in pairs],
        )
        return heat_loss(
            found,
            torch.stack([look.where for look in looks]),
            torch.stack([look.known for look in looks]),
        )

    yield from learn(own, loss, out, NAME, steps, RATE, clip=1.0)


def _questions(model: SmallModel, kinds: set[str]) -> dict[str, list[Encoded]]:
    """By class: its bare name, and questions that ask for it.

    The name stands for the class where several are asked for one by one.
    """
    return {
        kind: [
            model.encoder.name(kind),
            *(model.encoder.encode(text.format(kind)) for text in ASKED),
        ]
        for kind in sorted(kinds)
    }


def _pair(seen: Sequence[Frame], rng: np.random.Generator) -> tuple[Frame, str]:
    """A frame and a class that is in it."""
    if rng.random() >= EVEN:
        frame = seen[int(rng.integers(len(seen)))]
        return frame, [*frame.where][int(rng.integers(len(frame.where)))]
    kinds = sorted({kind for frame in seen for kind in frame.where})
    kind = kinds[int(rng.integers(len(kinds)))]
    of = [frame for frame in seen if kind in frame.where]
    return of[int(rng.integers(len(of)))], kind


def _seen(pairs: Sequence[tuple[Frame, str]], rng: np.random.Generator) -> list[FrameLook]:
    """Views of all pairs of a step in one way: D(I), D(C1) or D(D(I)).

    A batch needs the same number of image tokens in every view.
    """
    way = rng.choice(3, p=WAYS)
    return [
        whole(*pair) if way == 0 else part(*pair, rng) if way == 1 else far(*pair) for pair in pairs
    ]


def train(
    model: SmallModel, root: Path, out: Path, steps: int = STEPS, seed: int = 0
) -> Iterator[dict[str, float]]:
    """See `tune`, on frames of training images.

    Args:
        model: whose attention is trained.
        root: folder of the data sets, with `more/` in it.
        out: folder of checkpoint and log.
        steps: of AdamW.
        seed: of frames and pairs.

    Raises:
        DataMissing, DataCorrupt: a set is not there, or damaged.
        ModelCorrupt: the checkpoint is damaged.
    """
    others = [source for of in camera_sources(root, "train", seed, EACH).values() for source in of]
    groups = (object_sources(root, "train"), cover_sources(root, "train"), others)
    yield from tune(model, [*frames(model, groups, SHARES, FRAMES, seed)], out, steps, seed)


def put(out: Path, folder: Path) -> None:
    """Write the attention of `out`/attention.pt into a model folder.

    Args:
        out: folder of the checkpoint.
        folder: model folder; its other files are there already.
    """
    registry.write(folder / registry.ATTENTION, learnt(out, NAME), {})


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    return command("geomagnifier_lab.train.attention", __doc__, STEPS, train, put, arguments)


if __name__ == "__main__":
    raise SystemExit(main())

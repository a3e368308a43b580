"""The text decoder is taught to look at what it names.

Its attention is supervised with the mask, or H itself with the objects.

    L_look = -log sum_s A_s m_s        A: mean over layers and heads of the row's attention, m: where the class is, by image token
    L_heat = -sum_s q_s log H_s        H: PSC's heat map, 1 in all, q: an equal share for each object, by image token

PSC's heat map is attention weighted by its gradient (paper, section 2.2); attention that was never
taught to point points where it likes. SegEarth-R2 supervises the attention of its [SEG] token, as
L_look does when the language side is trained. What chooses windows is H, and not the attention of
one row: L_heat goes through the gradient that H is made of. A finished model is taught by

    python -m geomagnifier_lab.train.attention --data DIR --out MODEL [--from small] [--steps 300]

where a second cross-attention learns, which H alone is made with
(`models/small/pointing_attention.py`): answers stay as they are to the last bit.
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
from geomagnifier.models.small import question_parser, relevance_map
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.pointing_attention import FILE, HeatAttention
from geomagnifier.models.small.text_decoder import Memory, TextDecoder
from geomagnifier.models.small.text_encoder import Encoded, stacked
from geomagnifier_lab.train.batches import target
from geomagnifier_lab.train.heat_frames import Frame, FrameLook, far, frames, part, whole
from geomagnifier_lab.train.part import command, learn, learnt
from geomagnifier_lab.train.sources import camera_sources, cover_sources, object_sources

STEPS, RATE, FRAMES, PAIRS, EACH = 300, 1e-3, 400, 24, 24
"""Steps, their highest rate, frames, pairs of frame and class a step, pictures of each other
camera.
"""
NAME = "attention"
SHARES = (0.7, 0.06, 0.24)
"""How many pieces of a frame are of VHR-10, of Dubai, of other cameras."""
ASKED = (
    "Segment every {}.",
    "Segment all {}s.",
    "Outline every {}.",
    "Find all {}s.",
    "Where is the {}?",
)
EVEN = 0.7
"""Share of the pairs whose class is drawn first, each alike; of the others the frame is."""
WAYS = (0.6, 0.25, 0.15)
"""How often D(I), D(C1) and D(D(I)) are learnt from."""
LEAST = 1e-6


def looked_at(maps: Sequence[Tensor], rows: Tensor, where: Tensor) -> Tensor:
    """L_look: how little of the attention lies on what is named.

    The mean over the rows that have something to look at.

    Args:
        maps: A of each layer, (B, heads, T, S).
        rows: (R, 2) of sequence and token.
        where: (R, S) from 0 to 1: how much of what the row names an image token shows.
    """
    mean = torch.stack([a.float().mean(1) for a in maps]).mean(0)  # (B, T, S)
    mass = (mean[rows[:, 0], rows[:, 1]][:, : where.shape[1]] * where).sum(1)
    there = where.amax(1) > 0
    return -(mass.clamp(min=1e-6).log() * there).sum() / there.sum().clamp(min=1)


def shown_in(crop: Crop, kind: str, rows: int, columns: int) -> Tensor:
    """How much of a class each image token shows, (rows, columns), 1 from a quarter of the token's area on."""
    mask = torch.from_numpy(np.asarray(target(crop, kind).mask, np.float32))[None, None]
    return (F.adaptive_avg_pool2d(mask, (rows, columns))[0, 0] * 4).clamp(max=1)


def heat_loss(heat: Tensor, where: Tensor, known: Tensor) -> Tensor:
    """L_heat: the cross entropy of H against the objects' shares, over the tokens where the class is labelled; the mean over the pairs.

    Args:
        heat: H, (B, S).
        where: (B, S), each row 1 in all.
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
    """H (B, S) of some views, each asked for one class, as `SmallModel.relevance` makes it.

    It can be learnt from.

    Args:
        decoder: whose attention it is.
        model: whose words are used.
        last: (B, 352, h, w) of the trunk.
        questions: B of them.
        kinds: that they ask for.
    """
    states, padding = stacked(questions)
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
        maps, slopes = relevance_map.attend(
            decoder, states, padding, memory, tokens, [2], learn=True
        )
    rows = [(torch.relu(g) * a).flatten(1, 2).mean(1) for a, g in zip(maps, slopes, strict=True)]
    return torch.stack(rows).mean(0)


def tune(
    model: SmallModel, seen: Sequence[Frame], out: Path, steps: int = STEPS, seed: int = 0
) -> Iterator[dict[str, float]]:
    """Teach a second cross-attention where to look, or go on from `out`/attention.pt.

    Yields the rows of the log.

    Args:
        model: whose decoder is begun with; it does not change.
        seen: frames with something in them.
        out: folder of checkpoint and log.
        steps: of AdamW, one cycle of the rate.
        seed: of the pairs.
    """
    own = HeatAttention.of(model.network.text).requires_grad_(True)
    decoder = own.within(model.network.text)
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
    """By class: questions that ask for it, and its bare name, which stands for it where several are asked for apart."""
    with torch.no_grad():
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
    """All pairs of a step in one way, as their image tokens must be as many.

    D(I), D(C1) or D(D(I)).
    """
    way = rng.choice(3, p=WAYS)
    return [
        whole(*pair) if way == 0 else part(*pair, rng) if way == 1 else far(*pair) for pair in pairs
    ]


def train(
    model: SmallModel, root: Path, out: Path, steps: int = STEPS, seed: int = 0
) -> Iterator[dict[str, float]]:
    """See `tune`, on frames of training pictures.

    Args:
        model: that is taught.
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
    """Write the attention of `out`/attention.pt into a model folder, whose other files are there already."""
    registry.write(folder / FILE, learnt(out, NAME), {})


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command("geomagnifier_lab.train.attention", __doc__, STEPS, train, put, arguments)


if __name__ == "__main__":
    raise SystemExit(main())

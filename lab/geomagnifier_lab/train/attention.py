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

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from geomagnifier.errors import GeomagError
from geomagnifier.finetuning.crops import Crop
from geomagnifier.models import registry
from geomagnifier.models.small import question_parser, relevance_map
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.pointing_attention import FILE, HeatAttention
from geomagnifier.models.small.text_decoder import Memory, TextDecoder
from geomagnifier.models.small.text_encoder import Encoded, stacked
from geomagnifier_lab.datasets.sample import data_root
from geomagnifier_lab.train.batches import target
from geomagnifier_lab.train.heat_frames import Frame, FrameLook, far, frames, part, whole
from geomagnifier_lab.train.sources import camera_sources, cover_sources, object_sources

STEPS, RATE, FRAMES, PAIRS, TOLD, EACH = 300, 1e-3, 400, 24, 25, 24
"""Steps, their highest rate, frames, pairs of frame and class a step, steps from one line to the
next, pictures of each other camera.
"""
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
    model: SmallModel, seen: Sequence[Frame], steps: int = STEPS, seed: int = 0
) -> Iterator[tuple[int, float, HeatAttention]]:
    """Teach a second cross-attention where to look.

    Yields (step, mean loss, the attention) every `TOLD` steps and at the end.

    Args:
        model: whose decoder is begun with; it does not change.
        seen: frames with something in them.
        steps: of Adam, one cycle of the rate.
        seed: of the pairs.
    """
    rng = np.random.default_rng([seed, 32])
    own = HeatAttention.of(model.network.text).requires_grad_(True)
    decoder, learning = own.within(model.network.text), [*own.parameters()]
    optimizer = torch.optim.AdamW(learning, RATE, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.1)
    questions = _questions(model, {kind for frame in seen for kind in frame.where})
    told: list[float] = []
    for step in range(steps):
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
        loss = heat_loss(
            found,
            torch.stack([look.where for look in looks]),
            torch.stack([look.known for look in looks]),
        )
        optimizer.zero_grad()
        with sdpa_kernel(SDPBackend.MATH):
            loss.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        schedule.step()
        told.append(float(loss.detach()))
        if (step + 1) % TOLD == 0 or step + 1 == steps:
            yield step + 1, float(np.mean(told)), own
            told = []


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


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m geomagnifier_lab.train.attention",
        description=(__doc__ or "").partition("\n")[0],
    )
    parser.add_argument(
        "--data", type=Path, help="folder of the data sets; else the setting GEOMAG_DATA"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the new model")
    parser.add_argument("--from", dest="start", default="small", help="model that is taught")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    try:
        model, root, own = registry.load_small(given.start), data_root(given.data), None
        others = [
            source
            for of in camera_sources(root, "train", given.seed, EACH).values()
            for source in of
        ]
        groups = (object_sources(root, "train"), cover_sources(root, "train"), others)
        seen = []
        for frame in frames(model, groups, SHARES, given.frames, given.seed):
            seen.append(frame)
            if len(seen) % 50 == 0:
                print(f"{len(seen)} frames of {given.frames}", file=sys.stderr, flush=True)
        for step, loss, own in tune(model, seen, given.steps, given.seed):  # noqa: B007
            print(f"step {step} of {given.steps}  loss {loss:.4f}", file=sys.stderr, flush=True)
    except GeomagError as error:
        print(f"geomag: {error}", file=sys.stderr)
        return 2
    assert own is not None
    write(own, registry.folder_of(given.start), given.out)
    print(given.out)
    return 0


def write(own: HeatAttention, start: Path, out: Path) -> None:
    """A copy of a model's folder with the attention beside its files."""
    shutil.copytree(start, out, dirs_exist_ok=True)
    registry.write(out / FILE, own.state_dict(), {})
    registry.seal(out)


if __name__ == "__main__":
    raise SystemExit(main())

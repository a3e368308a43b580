"""Frames for training the relevance map: what PSC reads of an image of 4096 x 2160 px, D(I).

A frame is twelve pieces of training images side by side, each reduced about four times.

A frame is seen in three ways: as a whole, D(I); its parts of half the sides, D(C1); and as a whole
reduced four times more, D(D(I)). Only a class that is in few of the pieces is worth a search: H is
trained on where its objects are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from geomagnifier.finetuning.crops import Source
from geomagnifier.language.classes import WITHIN
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.text_writer import grid_of

WIDTH, HEIGHT, ACROSS, DOWN = 1024, 540, 4, 3
WIDE, HIGH = WIDTH // ACROSS, HEIGHT // DOWN
ROWS, COLUMNS = -(-HEIGHT // 32), WIDTH // 32
FURTHER = 4
"""Factor by which D(D(I)) is reduced."""
SHOWN = (600, 1400)
"""Width of the part of its image that a piece shows, px."""
LEFT = 0.25
"""Share of an object that must be left on a piece for it to count."""
SPARSE = 3
"""A class that is asked for is in at most this many of the twelve pieces."""

Places = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of a training image with its labels."""

    pixels: NDArray[np.uint8]
    """(180, 256, 3) uint8."""
    boxes: dict[str, Places]
    """(N, 4) boxes by class, px."""
    covers: dict[str, NDArray[np.bool_]]
    """(180, 256) land cover mask by class."""
    told: frozenset[str]
    """Classes that are labelled everywhere."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A frame as the decoder gets it."""

    last: Tensor
    """(352, 17, 32) half: features of D(I)."""
    far: Tensor
    """(352, 5, 8) half: features of D(D(I))."""
    where: dict[str, Tensor]
    """By class that is asked for, (17, 32): each object's share; sums to 1."""
    known: dict[str, Tensor]
    """By class, (17, 32): 1 where the class is labelled."""


def cut(source: Source, rng: np.random.Generator) -> Piece:
    """A random part of an image, reduced to a piece and mirrored at random.

    Args:
        source: labelled image.
        rng: random generator.
    """
    height, width = source.pixels.shape[:2]
    most = min(width, height * WIDE / HIGH)
    side = rng.uniform(min(SHOWN[0], most), min(SHOWN[1], most))
    left, top = rng.uniform(0, width - side), rng.uniform(0, height - side * HIGH / WIDE)
    box = (left, top, left + side, top + side * HIGH / WIDE)
    flip = rng.random(2) < 0.5
    pixels = _flipped(
        np.asarray(Image.fromarray(source.pixels).resize((WIDE, HIGH), Image.Resampling.BOX, box)),
        flip,
    )
    boxes: dict[str, list[Places]] = {}
    for kind, whole, _ in source.objects:
        moved = (np.array(whole) - np.array([left, top, left, top])) * WIDE / side
        inside = np.clip(moved, 0, [WIDE, HIGH, WIDE, HIGH])
        if (
            np.prod(inside[2:] - inside[:2]) < LEFT * np.prod(moved[2:] - moved[:2])
            or (inside[2:] - inside[:2]).min() <= 0
        ):
            continue
        if flip[0]:
            inside[[0, 2]] = WIDE - inside[[2, 0]]
        if flip[1]:
            inside[[1, 3]] = HIGH - inside[[3, 1]]
        for name in {kind, WITHIN.get(kind, kind)}:
            boxes.setdefault(name, []).append(np.asarray(inside, np.float32))
    covers = {}
    if source.cover is not None:
        near = _flipped(
            np.asarray(
                Image.fromarray(source.cover).resize((WIDE, HIGH), Image.Resampling.NEAREST, box)
            ),
            flip,
        )
        covers = {
            name: near == number
            for number, name in enumerate(source.cover_names)
            if (near == number).any()
        }
    return Piece(
        pixels,
        {k: np.stack(b) for k, b in boxes.items()},
        covers,
        source.kinds | {*source.cover_names},
    )


def _flipped(picture: NDArray[np.uint8], flip: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return picture[:: -1 if flip[1] else 1, :: -1 if flip[0] else 1]


def laid(
    pieces: Sequence[Piece], rows: int = ROWS, columns: int = COLUMNS
) -> tuple[NDArray[np.uint8], dict[str, Tensor], dict[str, Tensor]]:
    """Twelve pieces side by side.

    Pixels (540, 1024, 3), and `Frame.where` and `Frame.known` over a grid.

    Args:
        pieces: twelve of them, row by row.
        rows: of the grid.
        columns: of the grid.
    """
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    shares: dict[str, Places] = {}
    count: dict[str, int] = {}
    for place, piece in enumerate(pieces):
        x, y = place % ACROSS * WIDE, place // ACROSS * HIGH
        pixels[y : y + HIGH, x : x + WIDE] = piece.pixels
        for kind in {*piece.boxes, *piece.covers}:
            count[kind] = count.get(kind, 0) + 1
        for kind, boxes in piece.boxes.items():
            for box in boxes:
                shares.setdefault(kind, np.zeros((rows, columns), np.float32))[:] += _spread(
                    box + np.array([x, y, x, y]), rows, columns
                )
        for kind, mask in piece.covers.items():
            whole = np.zeros((HEIGHT, WIDTH), np.float32)
            whole[y : y + HIGH, x : x + WIDE] = mask / (WIDE * HIGH)
            cells = F.adaptive_avg_pool2d(torch.from_numpy(whole)[None], (rows, columns))[0].numpy()
            shares.setdefault(kind, np.zeros((rows, columns), np.float32))[:] += cells
    where, known = {}, {}
    for kind, of in shares.items():
        if count[kind] <= SPARSE and of.sum() > 0:
            told = np.array(
                [kind in p.told or kind in p.boxes or kind in p.covers for p in pieces], np.float32
            ).reshape(DOWN, ACROSS)
            there = told[np.arange(rows) * DOWN // rows][:, np.arange(columns) * ACROSS // columns]
            where[kind] = torch.from_numpy(of / of.sum())
            known[kind] = torch.from_numpy(np.maximum(there, of > 0).astype(np.float32))
    return pixels, where, known


def _spread(box: Places, rows: int, columns: int) -> Places:
    """An object's share in each cell of the grid."""
    x, y = np.arange(columns + 1) * (WIDTH / columns), np.arange(rows + 1) * (HEIGHT / rows)
    in_x = np.clip(np.minimum(x[1:], box[2]) - np.maximum(x[:-1], box[0]), 0, None)
    in_y = np.clip(np.minimum(y[1:], box[3]) - np.maximum(y[:-1], box[1]), 0, None)
    cells = in_y[:, None] * in_x[None]
    return np.asarray(cells / max(float(cells.sum()), 1e-6), np.float32)


@torch.no_grad()
def frames(
    model: SmallModel,
    groups: Sequence[Sequence[Source]],
    shares: Sequence[float],
    count: int,
    seed: int,
) -> Iterator[Frame]:
    """Random frames of training images, with the features of the model's frozen image side.

    Args:
        model: whose features are taken.
        groups: images of each data set.
        shares: shares of the pieces that come from each; sum to 1.
        count: frames.
        seed: of the draws.
    """
    rng = np.random.default_rng([seed, 31])
    for _ in range(count):
        of = rng.choice(len(groups), ACROSS * DOWN, p=shares)
        pixels, where, known = laid(
            [cut(groups[g][int(rng.integers(len(groups[g])))], rng) for g in of]
        )
        where = {kind: place for kind, place in where.items() if kind in model.worded}
        if where:
            small = Image.fromarray(pixels).resize(
                (WIDTH // FURTHER, HEIGHT // FURTHER), Image.Resampling.BOX
            )
            yield Frame(_features(model, pixels), _features(model, np.asarray(small)), where, known)


def _features(model: SmallModel, pixels: NDArray[np.uint8]) -> Tensor:
    """Features at H/32, (352, h, w) half."""
    last = model.networks.small.run("glance", pixels=np.ascontiguousarray(pixels[None]))[0][0]
    return torch.from_numpy(last).half()


class FrameLook(NamedTuple):
    """A frame seen in one way, for one class."""

    last: Tensor
    """(352, h, w) features."""
    where: Tensor
    """(S,) over its image tokens, see `Frame`."""
    known: Tensor
    """(S,) over its image tokens, see `Frame`."""


def whole(frame: Frame, kind: str) -> FrameLook:
    """The view D(I) of a frame.

    Args:
        frame: to be seen.
        kind: class name.
    """
    return _look(frame.last, frame.where[kind], frame.known[kind])


def far(frame: Frame, kind: str) -> FrameLook:
    """The view D(D(I)) of a frame.

    Args:
        frame: to be seen.
        kind: class name.
    """
    return _look(frame.far, frame.where[kind], frame.known[kind])


def part(frame: Frame, kind: str, rng: np.random.Generator) -> FrameLook:
    """A view D(C1): half of the frame each way, around one of the objects.

    Args:
        frame: to be seen.
        kind: class name.
        rng: random generator.
    """
    rows, columns = (ROWS + 1) // 2, COLUMNS // 2
    cell = int(rng.choice(ROWS * COLUMNS, p=_shares(frame.where[kind])))
    top = int(np.clip(cell // COLUMNS - rng.integers(rows), 0, ROWS - rows))
    left = int(np.clip(cell % COLUMNS - rng.integers(columns), 0, COLUMNS - columns))
    here = np.s_[top : top + rows, left : left + columns]
    return _look(frame.last[:, here[0], here[1]], frame.where[kind][here], frame.known[kind][here])


def _shares(where: Tensor) -> NDArray[np.float64]:
    of = where.numpy().astype(np.float64).ravel()
    return np.asarray(of / of.sum())


def _look(last: Tensor, where: Tensor, known: Tensor) -> FrameLook:
    """Labels over the image tokens of a view."""
    size = grid_of(last.shape[1], last.shape[2])
    share, told = (F.adaptive_avg_pool2d(t[None], size).flatten() for t in (where, known))
    return FrameLook(last.float(), share / share.sum().clamp(min=1e-9), told)

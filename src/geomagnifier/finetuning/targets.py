"""Dense targets of one question on one crop, on the H/4 grid; masks at H/2.

Centres as in CenterNet (Zhou et al., arXiv:1904.07850), with boxes trained in a Gaussian around
each centre as in TTFNet (Liu et al., arXiv:1909.00700), which learns from few images faster than
the centre cell alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from geomagnifier.finetuning.crops import SHARE_TO_COUNT, Crop, Piece, identities
from geomagnifier.language.classes import WITHIN
from geomagnifier.models.small.maps import MASK_STRIDE, STRIDE

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Target:
    """What the maps of one class on one crop should be; h = w = S / 4."""

    mask: Floats
    """(2h, 2w) 0..1."""
    known: Floats
    """(2h, 2w) weight of the mask, 0 where unlabelled."""
    centre: Floats
    """(h, w) Gaussians, 1 at centres."""
    centre_known: Floats
    """(h, w) weight, 0 where unlabelled."""
    sides: Floats
    """(4, h, w) distances to the left, top, right and bottom edge, px."""
    sides_weight: Floats
    """(h, w)."""
    offset: Floats
    """(2, h, w) x, y to the centre, px."""
    offset_weight: Floats
    """(h, w), 1 / size of the object."""
    present: int
    """1, 0, or -1 where it is unknown."""


def empty(side: int) -> Target:
    """The target of a class that is not there, on a crop of `side` px."""
    n = side // STRIDE
    zero, one, m = np.zeros((n, n), np.float32), np.ones((n, n), np.float32), side // MASK_STRIDE
    mask, known = np.zeros((m, m), np.float32), np.ones((m, m), np.float32)
    return Target(
        mask,
        known,
        zero,
        one,
        np.zeros((4, n, n), np.float32),
        zero,
        np.zeros((2, n, n), np.float32),
        zero,
        0,
    )


def shrink(mask: Floats) -> Floats:
    """(S, S) -> (S / 2, S / 2), mean of each 2 x 2."""
    return np.asarray(
        (mask[::2, ::2] + mask[1::2, ::2] + mask[::2, 1::2] + mask[1::2, 1::2]) / MASK_STRIDE**2,
        np.float32,
    )


def cover_target(crop: Crop, kind: str) -> Target:
    """Land cover: a mask, no objects.

    Args:
        crop: with its labels.
        kind: the class.
    """
    assert crop.cover is not None
    blank = empty(crop.pixels.shape[0])
    mask = shrink((crop.cover == crop.cover_names.index(kind)).astype(np.float32))
    known = shrink((crop.cover != 255).astype(np.float32))
    share = float(mask.mean())
    present = 1 if share > 0.005 else 0 if share == 0 and known.mean() > 0.9 else -1
    nowhere = blank.centre
    return Target(
        mask, known, nowhere, nowhere, blank.sides, nowhere, blank.offset, nowhere, present
    )


def object_target(crop: Crop, kind: str) -> Target:
    """Objects of one class, narrower classes among them.

    What the labels do not say is unknown (`known_of`).

    Args:
        crop: with its labels.
        kind: the class.
    """
    side = crop.pixels.shape[0]
    ids, pieces = identities(crop, kind)
    doubtful = any(p.kind == WITHIN.get(kind) for p in crop.pieces)
    if not pieces and not doubtful:
        return empty(side)
    n = side // STRIDE
    middle = np.arange(n, dtype=np.float32) * STRIDE + STRIDE / 2  # px of each cell's middle
    centre, sides_weight, best = (np.zeros((n, n), np.float32) for _ in range(3))
    told, mask_told = known_of(crop, kind, ids, pieces)
    centre_known = told[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE].copy()
    sides, offset, offset_weight = (
        np.zeros((4, n, n), np.float32),
        np.zeros((2, n, n), np.float32),
        np.zeros((n, n), np.float32),
    )
    cells = ids[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE]
    counted = 0
    for number, piece in enumerate(pieces, 1):
        x0, y0, x1, y1 = (float(v) for v in piece.box)
        c0, r0 = max(0, int(x0 // STRIDE)), max(0, int(y0 // STRIDE))
        c1, r1 = min(n, int(np.ceil(x1 / STRIDE))), min(n, int(np.ceil(y1 / STRIDE)))
        if c0 >= c1 or r0 >= r1 or piece.ignored:
            continue
        if piece.share < SHARE_TO_COUNT:
            centre_known[r0:r1, c0:c1] = 0
            continue
        counted += 1
        cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
        spread_x, spread_y = max((x1 - x0) / 9, STRIDE / 2), max((y1 - y0) / 9, STRIDE / 2)
        xs, ys = middle[None, c0:c1], middle[r0:r1, None]
        heat = np.exp(
            -((xs - cx) ** 2) / (2 * spread_x**2) - (ys - cy) ** 2 / (2 * spread_y**2)
        ).astype(np.float32)
        window = (slice(r0, r1), slice(c0, c1))
        centre[window] = np.maximum(centre[window], heat)
        weight = np.where(heat > 0.35, heat, 0) / np.sqrt(max(1.0, float((heat > 0.35).sum())))
        mine = weight > best[window]
        best[window] = np.where(mine, weight, best[window])
        sides_weight[window] = np.where(mine, weight, sides_weight[window])
        for k, value in enumerate((xs - x0, ys - y0, x1 - xs, y1 - ys)):
            sides[k][window] = np.where(mine, np.broadcast_to(value, heat.shape), sides[k][window])
        own = cells[window] == number
        size = np.sqrt((x1 - x0) * (y1 - y0))
        offset[0][window] = np.where(own, np.broadcast_to(cx - xs, heat.shape), offset[0][window])
        offset[1][window] = np.where(own, np.broadcast_to(cy - ys, heat.shape), offset[1][window])
        offset_weight[window] = np.where(own, 1 / size, offset_weight[window])
        at = min(n - 1, int(cy // STRIDE)), min(n - 1, int(cx // STRIDE))
        centre[at] = centre_known[at] = 1.0
    mask, known = shrink((ids > 0).astype(np.float32)), shrink(mask_told)
    return Target(
        mask,
        known,
        centre,
        centre_known,
        sides,
        sides_weight,
        offset,
        offset_weight,
        1 if counted else -1,
    )


def known_of(
    crop: Crop, kind: str, ids: NDArray[np.int32], pieces: list[Piece]
) -> tuple[Floats, Floats]:
    """Where the labels say something of a class: (S, S) of centres and (S, S) of the mask, 1 or 0.

    That is everywhere, if all its objects on the crop are labelled; otherwise around those that
    are. Not where an object is too small or too large to train on, or is one of the wide class that
    might be of this one; of the mask, not where only a box is labelled, but in its middle.

    Args:
        crop: with all its pieces.
        kind: asked for.
        ids: (S, S) objects of the class drawn as 1, 2, ...
        pieces: of the class, in that order.
    """
    side = crop.pixels.shape[0]

    def fill(canvas: Floats, piece: Piece, grown: float, value: float) -> None:
        more = (piece.box[2:] - piece.box[:2]) * grown
        x0, y0 = np.floor(np.maximum(piece.box[:2] - more, 0)).astype(int)
        x1, y1 = np.ceil(np.minimum(piece.box[2:] + more, side)).astype(int)
        canvas[y0:y1, x0:x1] = value

    centres = np.full((side, side), float(kind in crop.kinds), np.float32)
    if kind not in crop.kinds:
        for piece in pieces:
            fill(centres, piece, piece.margin, 1)
    unclear = [p for p in crop.pieces if p.kind == WITHIN.get(kind) or (p.ignored and p.of(kind))]
    for piece in unclear:
        fill(centres, piece, 0.1, 0)
    mask = centres.copy()
    sure = [number for number, piece in enumerate(pieces, 1) if not piece.ignored]
    for piece in pieces:
        if piece.core:
            fill(mask, piece, piece.halo, 0)
    mask[np.isin(ids, sure)] = 1
    return centres, mask


def stack(targets: Sequence[Sequence[Target]]) -> dict[str, Tensor]:
    """Targets by crop and question -> one tensor a field, (B, Q, ...), in half precision.

    They travel between processes.
    """
    return {
        f.name: torch.from_numpy(
            np.stack(
                [
                    np.stack([np.asarray(getattr(t, f.name), np.float16) for t in row])
                    for row in targets
                ]
            )
        )
        for f in fields(Target)
    }

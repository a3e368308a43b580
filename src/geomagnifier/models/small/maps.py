"""Dense maps of what is asked for: what the pixel decoder makes of a view (paper, section 2.3).

The network is in `networks/pixel_decoder.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.types import Floats

STRIDE, MASK_STRIDE = 4, 2
"""View px a cell of all maps but the mask, and of the mask."""
QUARTERS = (STRIDE // MASK_STRIDE) ** 2
MAPS = QUARTERS + 7
UNIT = 32.0
"""View px that one unit of an offset map stands for; sides are exp(map) * UNIT."""
LEVELS = 3
"""Of the pyramid: f1, f2, f3."""


class DenseMaps(NamedTuple):
    """Dense maps of Q questions on one view; h, w = H/4, W/4."""

    mask: Floats
    """(1, Q, 2h, 2w) logits."""
    centre: Floats
    """(1, Q, h, w) logits."""
    sides: Floats
    """(1, Q, 4, h, w) distances to the left, top, right and bottom edge, view px."""
    offset: Floats
    """(1, Q, 2, h, w) x, y to the centre, view px."""


class Bent(NamedTuple):
    """What Q states put into each level."""

    shifts: Sequence[Floats]
    """W_h h of each level, (Q, inner)."""
    kernels: Sequence[Floats]
    """K h of each level, (Q, MAPS, inner)."""


def bend(sessions: Sessions, states: Floats) -> Bent:
    """The shifts and kernels of states.

    Args:
        sessions: of the small model.
        states: (Q, 256).
    """
    made = sessions.run("bend", states=states)
    return Bent(made[0::2], made[1::2])


def draw(sessions: Sessions, prepared: Sequence[Floats], bent: Bent, bias: Floats) -> DenseMaps:
    """Maps of Q questions on one view.

    Args:
        sessions: of the small model.
        prepared: what the decoder reads of each level, (1, h_l, w_l, inner).
        bent: of the questions.
        bias: (Q, MAPS), or (1, MAPS) for all.
    """
    inputs = {f"p{n}": p for n, p in enumerate(prepared, 1)}
    inputs |= {f"shift{n}": s for n, s in enumerate(bent.shifts, 1)}
    inputs |= {f"kernel{n}": k for n, k in enumerate(bent.kernels, 1)}
    return DenseMaps(*sessions.run("draw", bias=bias, **inputs))

"""What a question refers to of an earlier answer.

The regions it chooses among, or those that only say where.

"The largest of them" takes the earlier regions in place of newly found ones, with their boxes and
masks; a mask that is wanted now comes from the new finding that is the same object. "Left of it"
takes newly found objects, and the earlier ones as landmarks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geomagnifier.geometry import overlap
from geomagnifier.results import Region

SAME = 0.5
"""IoU from which a box found anew is the earlier object."""


@dataclass(frozen=True, eq=False)
class Reference:
    """What a follow-up refers to."""

    regions: tuple[Region, ...]
    """Those of an earlier answer."""
    words: str
    """The question to choose by, the reference spelled out."""
    beside: bool = False
    """The regions only say where."""
    bare: bool = False
    """No other class is named ("the smallest of them", "what is next to it?")."""

    def settled(self, outlined: bool) -> bool:
        """Whether the regions are enough to choose by.

        No other kind is named, and no mask is wanted that is not there.
        """
        return (
            self.bare
            and not self.beside
            and not (outlined and any(r.segmentation is None for r in self.regions))
        )


def among(
    regions: Sequence[Region], found: Sequence[Region], outlined: bool
) -> tuple[tuple[str, ...], list[Region]]:
    """Earlier regions to choose among, with what was found of other kinds as landmarks.

    Args:
        regions: of the earlier answer.
        found: now, of all kinds that the question names.
        outlined: masks are wanted; a region without one takes that of the same object found now, if
            there is one.

    Returns:
        The kinds chosen from; the regions, landmarks last.
    """
    kinds = tuple(dict.fromkeys(r.label for r in regions))
    own = [r for r in found if r.label in kinds]
    kept = list(regions)
    if outlined and own:
        alike = overlap(np.array([r.box for r in kept]), np.array([r.box for r in own]))
        taken: set[int] = set()
        for i, j in sorted(
            np.argwhere(alike >= SAME).tolist(), key=lambda pair: -alike[pair[0], pair[1]]
        ):
            if kept[i].segmentation is None and j not in taken and own[j].label == kept[i].label:
                kept[i] = replace(kept[i], segmentation=own[j].segmentation)
                taken.add(j)
    return kinds, kept + [r for r in found if r.label not in kinds]


def beside(
    regions: Sequence[Region], found: Sequence[Region], asked: Sequence[str]
) -> list[Region]:
    """What was found, without the earlier regions, which follow as landmarks.

    The landmarks have a class of their own where their class is asked for.

    Args:
        regions: the earlier ones.
        found: what was found now.
        asked: classes asked for.
    """
    new = [r for r in found if r.label in asked]
    if new and regions:
        alike = overlap(np.array([r.box for r in new]), np.array([r.box for r in regions])).max(1)
        new = [r for r, same in zip(new, alike, strict=True) if same < SAME]
    return new + [replace(r, label=f"this {r.label}") if r.label in asked else r for r in regions]

"""Vehicles of one scene have about one length: what is much shorter than the sure ones is none.

Nothing has to be known of the scale. Much longer ones stay: they may be buses.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from geomagnifier.results import Region

SURE, LEAST = 0.8, 3
"""Score from which a detection is sure, and how many sure ones tell the usual length."""
SHORT = 0.5
"""Share of their median length below which a detection is dropped."""


def without_short(regions: Sequence[Region], alike: Collection[str]) -> list[Region]:
    """Regions without those that are too short for their class, in the same order.

    Args:
        regions: of a whole scene.
        alike: classes whose objects have about one length.
    """
    dropped: set[int] = set()
    for label in alike:
        mine = [i for i, region in enumerate(regions) if region.label == label]
        boxes = np.array([regions[i].box for i in mine], np.float64).reshape(-1, 4)
        lengths = (boxes[:, 2:] - boxes[:, :2]).max(1, initial=0)
        sure = np.array([regions[i].score >= SURE for i in mine], bool)
        if sure.sum() >= LEAST:
            short = lengths < SHORT * np.median(lengths[sure])
            dropped |= {mine[k] for k in np.flatnonzero(short).tolist()}
    return [region for i, region in enumerate(regions) if i not in dropped]

"""Several views as one input of the text decoder.

The paper's I' = C2 (+) D(C1) (+) D(D(I)) (section 2.1). (+) keeps the place of each view: its image
tokens carry where they lie in the whole of the input, whose hull is 0 to 1 each way. The decoder
was trained on single views; what it makes of several is measured (`geomag eval paper variants`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.models.small.text_writer import TextWriter, ViewMemory, Within
from geomagnifier.types import Floats, View


def places(views: Sequence[View]) -> list[Within]:
    """Where each view lies in the hull of all of them: x0, y0, x1, y1 from 0 to 1."""
    boxes = [view.window.box for view in views]
    hull = Box(
        min(b.x0 for b in boxes),
        min(b.y0 for b in boxes),
        max(b.x1 for b in boxes),
        max(b.y1 for b in boxes),
    )
    return [
        (
            (b.x0 - hull.x0) / hull.width,
            (b.y0 - hull.y0) / hull.height,
            (b.x1 - hull.x0) / hull.width,
            (b.y1 - hull.y0) / hull.height,
        )
        for b in boxes
    ]


def joined(
    writer: TextWriter, features: Callable[[View], Floats], views: Sequence[View]
) -> ViewMemory:
    """One memory of several views: image tokens of each, one view after another.

    Args:
        writer: makes the tokens.
        features: of a view, at H/32 (1, channels, h, w).
        views: those of the input.
    """
    tokens = np.concatenate(
        [
            writer.see(features(view), place)
            for view, place in zip(views, places(views), strict=True)
        ],
        1,
    )
    return ViewMemory(tokens, np.zeros(tokens.shape[:2], bool))

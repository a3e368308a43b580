"""How usual an object's length is in a view.

The score of a detection far from the lengths of its class in training is lowered. Without it a
pyramid of views takes parts of large objects for small ones, and groups of small objects for a
large one.
"""

from __future__ import annotations

import math

import numpy as np

from geomagnifier.types import LEVEL, Floats, Window

MEDIAN = 1.25
"""Median length of a class over the 25th percentile that `ModelSpec.sizes` holds; 1.2 to 1.35 for
the ten classes of NWPU VHR-10.
"""
FREE, SPREAD = 0.7, 0.9
"""Natural logarithms of length: up to twice or half the median the score stays as it is; beyond it
falls as a Gaussian of this width.
"""
OCTAVE = 0.9
"""Factor for each halving of a view: of two views that show an object equally well, the one with
more pixels is right more often.
"""


def size_prior(boxes: Floats, usual: float, window: Window) -> Floats:
    """Factors on the scores of detections of one class.

    Args:
        boxes: (N, 4) view px.
        usual: length of the class in the training images, px: `Size.pixels`.
        window: of the view; on a level of the pyramid its scale counts as well.

    Returns:
        (N,) in (0, 1].
    """
    lengths = np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-3).max(1, initial=1e-3)
    away = np.maximum(0.0, np.abs(np.log(lengths / (MEDIAN * usual))) - FREE)
    shrink = math.sqrt(math.prod(window.placement.scale)) if window.role == LEVEL else 1.0
    return np.asarray(
        np.exp(-(away**2) / (2 * SPREAD**2)) * OCTAVE ** math.log2(max(1.0, shrink)), np.float32
    )

"""The letterbox: a view scaled and padded to the input of a network, and the way back.

As Ultralytics 8.3 has it (`data/augment.LetterBox`, `utils/ops.scale_boxes`): one factor for both
axes, the picture in the middle, grey 114 around it, the odd pixel of the padding below and right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomagnifier.types import Bytes

GREY = 114
"""Of the padding."""


@dataclass(frozen=True)
class Letterbox:
    """Where a view lies in the input of a network."""

    scale: float
    """Input px for one view px."""
    left: int
    """Padding, input px."""
    top: int
    """Padding, input px."""
    width: int
    """Of the scaled view, input px."""
    height: int
    """Of the scaled view, input px."""
    size: tuple[int, int]
    """(height, width) of the input, px."""

    @classmethod
    def of(cls, view: tuple[int, int], size: tuple[int, int], enlarge: bool) -> Letterbox:
        """The letterbox of a view.

        Args:
            view: (height, width), px.
            size: (height, width) of the input, px.
            enlarge: a smaller view is enlarged to fill the input; else it is padded alone.
        """
        scale = min(size[0] / view[0], size[1] / view[1])
        scale = scale if enlarge else min(1.0, scale)
        width, height = round(view[1] * scale), round(view[0] * scale)
        across, down = (size[1] - width) / 2, (size[0] - height) / 2
        return cls(scale, round(across - 0.1), round(down - 0.1), width, height, size)

    def fill(self, pixels: Bytes) -> Bytes:
        """The input, (H, W, 3) uint8.

        Args:
            pixels: (h, w, 3) of the view.
        """
        from PIL import Image

        if pixels.shape[:2] != (self.height, self.width):
            picture = Image.fromarray(pixels)
            pixels = np.asarray(
                picture.resize((self.width, self.height), Image.Resampling.BILINEAR)
            )
        if self.size == (self.height, self.width):
            return pixels
        filled = np.full((*self.size, 3), GREY, np.uint8)
        filled[self.top : self.top + self.height, self.left : self.left + self.width] = pixels
        return filled

    def to_view(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Input px -> view px.

        Args:
            points: (..., 2) or (..., 4): x, y, x, y.
        """
        pads = np.array([self.left, self.top] * (points.shape[-1] // 2), np.float64)
        return (np.asarray(points, np.float64) - pads) / self.scale

    def to_input(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """View px -> input px.

        Args:
            points: (..., 2) or (..., 4): x, y, x, y.
        """
        pads = np.array([self.left, self.top] * (points.shape[-1] // 2), np.float64)
        return np.asarray(points, np.float64) * self.scale + pads

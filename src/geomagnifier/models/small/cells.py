"""Cells of masks and of image tokens, in terms of the view that they are of."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.models.small.backbone import MULTIPLE
from geomagnifier.models.small.pixel_decoder import MASK_STRIDE
from geomagnifier.types import Floats, View


def crop(heat: Tensor, view: View) -> Floats:
    """A mask of the padded view -> the view's own cells (ceil(h/2), ceil(w/2)).

    Args:
        heat: (h', w') of the padded view.
        view: h x w px.
    """
    rows, columns = -(-view.pixels.shape[0] // MASK_STRIDE), -(-view.pixels.shape[1] // MASK_STRIDE)
    return np.asarray(heat[:rows, :columns].float().numpy(), np.float32)


def shrink(valid: np.ndarray[Any, np.dtype[np.bool_]]) -> Floats:
    """(h, w) bool -> share of valid px in each cell (ceil(h/2), ceil(w/2))."""
    x = torch.from_numpy(valid.astype(np.float32))[None, None]
    return np.asarray(
        F.avg_pool2d(x, MASK_STRIDE, MASK_STRIDE, ceil_mode=True)[0, 0].numpy(), np.float32
    )


def visible(cells: int, pixels: int) -> int:
    """How many of a padded view's rows (or columns) of tokens show the image itself.

    Args:
        cells: rows of tokens.
        pixels: height of the view, px.
    """
    padded = pixels + -pixels % MULTIPLE
    return max(1, min(cells, round(cells * pixels / padded)))

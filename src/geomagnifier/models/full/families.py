"""Where families of vision-language models differ.

How pictures become tokens, how one speaks to them, and how they speak of boxes.

LLaVA 1.5 (Liu et al., arXiv:2310.03744): every picture becomes a square of one size. Qwen2.5-VL
(Bai et al., arXiv:2502.13923) and Qwen3-VL: a picture keeps its size, brought to whole tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from PIL import Image
from torch import Tensor, nn

from geomagnifier.errors import ModelUnsupported
from geomagnifier.types import Bytes

SUPPORTED = (
    "LLaVA 1.5 (llava-hf/llava-1.5-7b-hf) or Qwen2.5-VL / Qwen3-VL (Qwen/Qwen2.5-VL-7B-Instruct)"
)
SLIMMEST = 50
"""Pictures are at most this many times longer than wide: the image processors refuse more."""


@dataclass(frozen=True)
class Family:
    """A family of models.

    placeholder: what stands for a picture in the text, before its token is repeated.  before,
        after: of what a person says.
    answer: put before an answer.  native: pictures keep their size.  boxes: the unit of the
        coordinates it speaks in.
    ends: name of the module, in the inner model, that gives image tokens in the text model's width.
    """

    placeholder: str
    before: str
    after: str
    answer: str
    native: bool
    boxes: Literal["pixels", "thousand", "unit"]
    ends: str

    def prompt(self, views: int, text: str) -> str:
        """What a person says about some pictures, up to where the answer begins."""
        return f"{self.before}{self.placeholder * views}{text}{self.after}"

    def locate(self, question: str, kinds: Sequence[str]) -> list[tuple[str, str]]:
        """Requests for boxes in the words that the family was trained with, each with the kind it is about ("" for all)."""
        if not self.native:
            ask = (
                "Please provide the bounding box coordinate of the region this sentence describes:"
            )
            return [(f"{ask} {kind}", kind) for kind in kinds]
        what = " and every ".join(kinds)
        form = '[{"bbox_2d": [x1, y1, x2, y2], "label": "..."}]'
        return [
            (
                (
                    f"{question}\nLocate every {what} that is asked for, and output a JSON list"
                    f" {form}, or [] if there is none."
                ),
                "",
            )
        ]

    def fit(self, pixels: Bytes, config: Any) -> Bytes:
        """A picture in the size that the image processor leaves as it is, nothing cut off.

        (h, w, 3) -> (h', w', 3).
        """
        height, width = pixels.shape[:2]
        if self.native:
            step = config.vision_config.patch_size * config.vision_config.spatial_merge_size
            width, height = max(width, height / SLIMMEST), max(height, width / SLIMMEST)
            size = tuple(max(1, round(side / step)) * step for side in (width, height))
        else:
            size = (config.vision_config.image_size,) * 2
        if size == (pixels.shape[1], pixels.shape[0]):
            return pixels
        return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))

    def grids(self, pictures: dict[str, Tensor], config: Any) -> list[tuple[int, int]]:
        """Rows and columns of image tokens of each picture, of what the image processor gave."""
        if self.native:
            merge = config.vision_config.spatial_merge_size
            return [
                (int(rows) // merge, int(columns) // merge)
                for _, rows, columns in pictures["image_grid_thw"].tolist()
            ]
        side = config.vision_config.image_size // config.vision_config.patch_size
        return [(side, side)] * len(pictures["pixel_values"])

    def tokens(self, width: int, height: int, config: Any) -> int:
        """How many image tokens a view of width x height px takes."""
        vision = config.vision_config
        if not self.native:
            return int((vision.image_size // vision.patch_size) ** 2)
        step: int = vision.patch_size * vision.spatial_merge_size
        return max(1, round(width / step)) * max(1, round(height / step))

    def shown(self, grid: tuple[int, int], config: Any) -> tuple[int, int]:
        """(width, height) of the picture behind a grid of tokens, px."""
        vision = config.vision_config
        step = vision.patch_size * (vision.spatial_merge_size if self.native else 1)
        return grid[1] * step, grid[0] * step


_QWEN = Family(
    "<|vision_start|><|image_pad|><|vision_end|>",
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n",
    "<|im_end|>\n<|im_start|>assistant\n",
    "",
    True,
    "pixels",
    "visual",
)
FAMILIES = {
    "llava": Family(
        "<image>\n", "USER: ", " ASSISTANT:", " ", False, "unit", "multi_modal_projector"
    ),
    "qwen2_5_vl": _QWEN,
    "qwen3_vl": Family(
        _QWEN.placeholder, "<|im_start|>user\n", _QWEN.after, "", True, "thousand", "visual"
    ),
}


def family_of(config: Any, name: str) -> Family:
    """The family of a configuration.

    Args:
        config: of transformers.
        name: of the model, for the message.

    Raises:
        ModelUnsupported: it belongs to none that is known.
    """
    if config.model_type not in FAMILIES:
        raise ModelUnsupported(
            f"{name} is of the family {config.model_type!r}, which this version cannot use; take"
            f" {SUPPORTED}"
        )
    return FAMILIES[config.model_type]


def ending(inner: nn.Module, family: Family) -> nn.Module:
    """The module that gives image tokens in the text model's width."""
    return inner.get_submodule(family.ends)

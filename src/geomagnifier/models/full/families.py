"""Where families of vision-language models differ: image tokens, prompts, and boxes in words.

LLaVA 1.5 (Liu et al., arXiv:2310.03744): every image becomes a square of one size. Qwen2.5-VL (Bai
et al., arXiv:2502.13923) and Qwen3-VL: an image keeps its size, rounded to whole tokens.
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
"""Images are at most this many times longer than wide: the image processors refuse more."""


@dataclass(frozen=True)
class Family:
    """A family of models."""

    placeholder: str
    """Stands for an image in the text, before its token is repeated."""
    before: str
    """Before what a person says."""
    after: str
    """Behind what a person says."""
    answer: str
    """Before an answer."""
    native: bool
    """Images keep their size."""
    boxes: Literal["pixels", "thousand", "unit"]
    """The unit of the coordinates it writes."""
    ends: str
    """Name of the module, in the inner model, that gives image tokens in the text model's width."""

    def prompt(self, views: int, text: str) -> str:
        """What a person says about some images, up to where the answer begins.

        Args:
            views: number of images.
            text: the question.
        """
        return f"{self.before}{self.placeholder * views}{text}{self.after}"

    def locate(self, question: str, kinds: Sequence[str]) -> list[tuple[str, str]]:
        """Requests for boxes in the words that the family was trained with.

        Args:
            question: of the user.
            kinds: classes to be found.

        Returns:
            (request, the class it is about, "" for all).
        """
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
        """An image in the size that the image processor leaves as it is, nothing cut off.

        Args:
            pixels: (h, w, 3).
            config: of the model.
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
        """Rows and columns of image tokens of each image.

        Args:
            pictures: of the image processor.
            config: of the model.
        """
        if self.native:
            merge = config.vision_config.spatial_merge_size
            return [
                (int(rows) // merge, int(columns) // merge)
                for _, rows, columns in pictures["image_grid_thw"].tolist()
            ]
        side = config.vision_config.image_size // config.vision_config.patch_size
        return [(side, side)] * len(pictures["pixel_values"])

    def tokens(self, width: int, height: int, config: Any) -> int:
        """How many image tokens a view takes.

        Args:
            width: px.
            height: px.
            config: of the model.
        """
        vision = config.vision_config
        if not self.native:
            return int((vision.image_size // vision.patch_size) ** 2)
        step: int = vision.patch_size * vision.spatial_merge_size
        return max(1, round(width / step)) * max(1, round(height / step))

    def shown(self, grid: tuple[int, int], config: Any) -> tuple[int, int]:
        """(width, height) of the image behind a grid of tokens, px.

        Args:
            grid: rows and columns.
            config: of the model.
        """
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
    """The module that gives image tokens in the text model's width.

    Args:
        inner: the model of transformers.
        family: of the model.
    """
    return inner.get_submodule(family.ends)

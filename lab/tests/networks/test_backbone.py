"""The image side: folded convolutions, the depthwise gradient, and the sizes of the pyramid."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier_lab.networks.backbone import (
    ENDS,
    STAGES,
    ConvNorm,
    Depthwise,
    Neck,
    Trunk,
    normalise,
)

BATCH_NORM = {
    "scale": "weight",
    "shift": "bias",
    "mean": "running_mean",
    "variance": "running_var",
}
"""Our names of a layer's statistics -> torch's."""


def same(x: Tensor, weight: Tensor, stride: int, groups: int) -> Tensor:
    """TensorFlow's SAME.

    As much padding as ceil(size / stride) outputs need, the odd pixel after the picture.
    """
    kernel = weight.shape[2]
    pads = []
    for size in (x.shape[3], x.shape[2]):
        total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
        pads += [total // 2, total - total // 2]
    return F.conv2d(F.pad(x, pads), weight, None, stride, 0, 1, groups)


@pytest.mark.parametrize("size", [(8, 8), (9, 7), (10, 13), (1, 2)])
@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (3, 2), (5, 2), (5, 1)])
@pytest.mark.parametrize("groups", [1, 6])
def test_conv_norm_is_batch_norm_after_same_padding(
    size: tuple[int, int], kernel: int, stride: int, groups: int
) -> None:
    torch.manual_seed(0)
    ours = ConvNorm(6, 6, kernel, stride, groups, relu=False)
    norm = nn.BatchNorm2d(6, eps=1e-3).eval()
    with torch.no_grad():
        for tensor in (ours.scale, ours.shift, ours.mean):
            tensor.normal_()
        ours.variance.uniform_(0.1, 3)
        norm.weight.copy_(ours.scale)
        norm.bias.copy_(ours.shift)
    norm.running_mean, norm.running_var = ours.mean.clone(), ours.variance.clone()
    x = torch.randn(2, 6, *size)
    wanted = norm(same(x, ours.weight, stride, groups))
    with torch.no_grad():
        assert torch.allclose(ours(x), wanted, atol=1e-5)
    assert torch.allclose(ours(x), wanted, atol=1e-5)  # with gradients another path is taken
    assert wanted.shape[2:] == (math.ceil(size[0] / stride), math.ceil(size[1] / stride))
    ours.relu = True
    assert torch.allclose(
        ours(3 * x), F.relu6(norm(same(3 * x, ours.weight, stride, groups))), atol=1e-5
    )


@pytest.mark.parametrize(
    ("stride", "padding"), [(1, (1, 1)), (2, (1, 1)), (2, (0, 0)), (1, (0, 2))]
)
def test_the_depthwise_gradient_is_autograds(stride: int, padding: tuple[int, int]) -> None:
    torch.manual_seed(1)
    leaves = [
        torch.randn(shape, dtype=torch.float64, requires_grad=True)
        for shape in ((2, 5, 9, 8), (5, 1, 3, 3), (5,))
    ]
    x, weight, bias = leaves
    ours: Tensor = Depthwise.apply(x, weight, bias, stride, padding)
    theirs = F.conv2d(x, weight, bias, stride, padding, 1, 5)
    assert torch.allclose(ours, theirs)
    push = torch.randn_like(theirs)
    for mine, wanted in zip(
        torch.autograd.grad(ours, leaves, push),
        torch.autograd.grad(theirs, leaves, push),
        strict=True,
    ):
        assert mine.shape == wanted.shape
        assert torch.allclose(mine.double(), wanted, atol=1e-4)  # weights in single precision


def test_frozen_parts_get_no_gradient_and_cost_none() -> None:
    trunk = Trunk()
    frozen = [name for name, p in trunk.named_parameters() if not p.requires_grad]
    assert {name.split(".")[0] for name in frozen} == {"stem", "blocks"}
    assert {name.split(".")[1] for name in frozen if name.startswith("blocks")} == {
        "0",
        "1",
        "2",
        "3",
    }
    ends = trunk(torch.zeros(1, 3, 32, 32))
    assert [end.requires_grad for end in ends] == [False, True, True, True]


@pytest.fixture(scope="module")
def parts() -> tuple[Trunk, Neck]:
    torch.manual_seed(2)
    return Trunk().eval(), Neck(16).eval()


@pytest.mark.parametrize(
    ("size", "strides"),
    [
        ((100, 100), [(25, 25), (13, 13), (7, 7), (4, 4)]),
        ((448, 448), [(112, 112), (56, 56), (28, 28), (14, 14)]),
        ((64, 96), [(16, 24), (8, 12), (4, 6), (2, 3)]),
    ],
)
@torch.inference_mode()
def test_sizes_of_the_pyramid(
    parts: tuple[Trunk, Neck], size: tuple[int, int], strides: list[tuple[int, int]]
) -> None:
    trunk, neck = parts
    ends = trunk(torch.zeros(1, 3, *size))
    assert [tuple(end.shape) for end in ends] == [
        (1, channels, *hw) for channels, hw in zip((24, 48, 120, 352), strides, strict=True)
    ]
    assert [tuple(f.shape) for f in neck(ends)] == [(1, 16, *hw) for hw in strides[:3]]
    assert trunk.pooled(ends[3]).shape == (1, 1280)


def test_the_trunk_is_lite2() -> None:
    trunk = Trunk()
    assert len(trunk.blocks) == sum(stage[0] for stage in STAGES) == ENDS[-1] + 1 == 21
    # 6.09 M in all: without the classifier of 1280 x 1000 + 1000, 4.81 M
    assert sum(p.numel() for p in trunk.parameters()) == pytest.approx(4.81e6, rel=0.005)


def test_imagenet_names_are_understood() -> None:
    torch.manual_seed(3)
    trunk = Trunk()
    theirs: dict[str, Tensor] = {}
    for name, tensor in trunk.state_dict().items():
        path, part = name.rsplit(".", 1)
        number = path.split(".")[1] if path.startswith("blocks") else ""
        short = {"0": 1}.get(number, 0)  # the first block does not expand: its norms count from 1
        place = {"stem": ("_conv_stem", "_bn0"), "head": ("_conv_head", "_bn1")}.get(path)
        if place is None:
            index = ("expand", "depthwise", "project").index(path.rsplit(".", 1)[1])
            assert index >= short
            place = (
                f"_blocks.{number}._{path.rsplit('.', 1)[1]}_conv",
                f"_blocks.{number}._bn{index}",
            )
        key = f"{place[0]}.weight" if part == "weight" else f"{place[1]}.{BATCH_NORM[part]}"
        theirs[key] = torch.randn_like(tensor)
    trunk.load_imagenet(theirs)
    assert torch.equal(trunk.stem.weight, theirs["_conv_stem.weight"])
    assert torch.equal(trunk.blocks[5].project.mean, theirs["_blocks.5._bn2.running_mean"])  # type: ignore[union-attr,arg-type]
    with pytest.raises(KeyError):
        trunk.load_imagenet({k: v for k, v in theirs.items() if k != "_blocks.7._bn1.bias"})


def test_pixels_are_centred() -> None:
    out = normalise(torch.tensor([[[[127, 255, 0]]]], dtype=torch.uint8))
    assert out.shape == (1, 3, 1, 1)
    assert out.flatten().tolist() == [0.0, 1.0, -127 / 128]

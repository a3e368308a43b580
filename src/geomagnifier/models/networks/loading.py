"""Weights of a model folder -> the networks in torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from geomagnifier.models import registry
from geomagnifier.models.networks.pixel_decoder import PixelDecoder

Part = TypeVar("Part", bound=nn.Module)


def tensors(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """`registry.read` with tensors of torch.

    Raises:
        ModelCorrupt: the file is damaged.
    """
    card, found = registry.read(path)
    return card, {name: torch.from_numpy(tensor) for name, tensor in found.items()}


def fill(module: Part, path: Path, within: str = "") -> Part:
    """Put the tensors of a file into a network, which then only answers.

    Args:
        module: gets them.
        path: of the safetensors file.
        within: what the names of the tensors wanted begin with.

    Raises:
        ModelCorrupt: the file is damaged.
    """
    state = {
        name.removeprefix(within): tensor
        for name, tensor in tensors(path)[1].items()
        if name.startswith(within)
    }
    module.load_state_dict(state, assign=True)
    return module.eval().requires_grad_(False)


def drawn(made: Callable[[], Part]) -> Part:
    """A network with first weights, drawn beside the common stream of chance."""
    with torch.random.fork_rng(devices=[]):
        return made()


def pixel_decoder(folder: Path) -> PixelDecoder:
    """The pixel decoder of a model folder."""
    return fill(drawn(PixelDecoder), folder / registry.FILES[0], "decoder.")

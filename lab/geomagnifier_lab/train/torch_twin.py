"""The networks of a small model in torch: parts of it are trained over the others."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import torch

from geomagnifier.models.small.model import SmallModel
from geomagnifier_lab.networks.backbone import fold
from geomagnifier_lab.networks.loading import small_network
from geomagnifier_lab.networks.network import SmallNetwork

_MADE: WeakKeyDictionary[SmallModel, SmallNetwork] = WeakKeyDictionary()


def torch_twin(model: SmallModel) -> SmallNetwork:
    """The network of the model's folder, frozen and folded; it is made once for a model."""
    if model not in _MADE:
        network = small_network(model.networks.folder)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        fold(network, torch.float32)
        _MADE[model] = network
    return _MADE[model]

"""The granularity classifier is the paper's: three layers of 256, 128 and 3."""

import torch

from geomagnifier.models.networks.granularity_net import GranularityClassifier


def test_logits_are_w3_relu_w2_relu_w1():
    network = GranularityClassifier(width=8)
    first, _, second, _, third = network.layers
    assert [tuple(one.weight.shape) for one in (first, second, third)] == [
        (256, 8),
        (128, 256),
        (3, 128),
    ]
    pooled = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    hidden = (pooled @ first.weight.T + first.bias).clamp(min=0)
    hidden = (hidden @ second.weight.T + second.bias).clamp(min=0)
    with torch.no_grad():
        assert torch.allclose(network(pooled), hidden @ third.weight.T + third.bias, atol=1e-5)

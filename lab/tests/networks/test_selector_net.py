"""The selector's network sees the objects as a set, and nothing of what is padding."""

import torch

from geomagnifier.models.small.selector import NUMBERS
from geomagnifier_lab.networks.selector_net import Selector


def test_objects_are_a_set_and_padding_is_not_seen():
    torch.manual_seed(0)
    network = Selector(tokens=16, width=8, layers=1, heads=2).eval()
    states, kinds = torch.randn(1, 6, 16), torch.randn(1, 4, 16)
    instances = torch.randn(1, 4, NUMBERS)
    padding = torch.tensor([[False, False, False, False, True, True]])
    absent = torch.tensor([[False, False, False, True]])
    with torch.no_grad():
        meant, chooses = network(states, padding, instances, kinds, absent)
        order = torch.tensor([2, 0, 1, 3])
        turned, _ = network(states, padding, instances[:, order], kinds[:, order], absent)
        states[:, 4:], instances[:, 3], kinds[:, 3] = 9, 9, 9
        again, also = network(states, padding, instances, kinds, absent)
    assert meant.shape == (1, 4) and chooses.shape == (1,)
    assert torch.allclose(turned[:, :3], meant[:, order[:3]], atol=1e-5)
    assert torch.allclose(again[:, :3], meant[:, :3], atol=1e-5)
    assert torch.allclose(also, chooses, atol=1e-5)

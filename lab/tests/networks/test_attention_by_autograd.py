"""The gradient by autograd: against a direct computation, and in both forms of L."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.models.networks.attention_gradient import weigh
from geomagnifier_lab.networks.attention_by_autograd import attend
from geomagnifier_lab.networks.text_decoder import Memory, TextDecoder

TOKENS = torch.tensor([[1, 14, 3]])
"""Opening, a kind, its tie."""


@pytest.fixture(scope="module")
def decoder() -> TextDecoder:
    torch.manual_seed(7)
    made = (
        TextDecoder(20, 4, channels=6, pooled=8, tokens=10, width=16, layers=2, heads=2, forward=32)
        .eval()
        .requires_grad_(False)
    )
    for parameter in made.parameters():
        parameter.mul_(3.0)  # far from uniform attention
    return made


@pytest.fixture(scope="module")
def given(decoder: TextDecoder) -> tuple[Tensor, Tensor, Memory]:
    torch.manual_seed(8)
    tokens = decoder.see(torch.randn(1, 6, 2, 3))
    return (
        torch.randn(1, 4, 10),
        torch.tensor([[False, False, False, True]]),
        Memory(tokens, torch.zeros(1, 6, dtype=torch.bool)),
    )


SHAPES = [(1, 2, 3, 6)] * 2
"""Of the maps of both layers: two heads, three tokens of the answer, six of the image."""


def direct(
    decoder: TextDecoder, states: Tensor, padding: Tensor, memory: Memory, changes: list[Tensor]
) -> Tensor:
    """Logits after the class, as a function of what is added to each attention map.

    The decoder is run anew for each.
    """
    left = iter(changes)
    _, cache = decoder.read(states, padding, memory)
    x, _ = decoder.write(TOKENS, cache, lambda a: a + next(left))
    return decoder.logits(x)[0, 1]


def test_the_gradient_is_that_of_the_tie_by_each_attention(
    decoder: TextDecoder, given: tuple[Tensor, Tensor, Memory]
) -> None:
    attention, slopes = attend(decoder, *given, TOKENS, [2])
    added = [torch.zeros(shape, requires_grad=True) for shape in SHAPES]
    wanted = torch.autograd.grad(direct(decoder, *given, added)[3], added)
    assert [a.shape for a in attention] == SHAPES and all(
        torch.allclose(a.sum(3), torch.ones(())) for a in attention
    )
    for slope, by_hand in zip(slopes, wanted, strict=True):
        assert torch.allclose(slope, by_hand, atol=1e-5) and slope.abs().max() > 0
    h = torch.cat(
        [(torch.relu(g) * a).flatten(0, -2) for a, g in zip(attention, wanted, strict=True)]
    ).mean(0)
    assert torch.allclose(weigh(attention, slopes), h, atol=1e-6)
    # and by differences, cell by cell
    for layer, spot in ((0, (0, 1, 1, 4)), (1, (0, 0, 1, 2))):
        plus, minus = ([torch.zeros(s) for s in SHAPES] for _ in range(2))
        plus[layer][spot], minus[layer][spot] = 1e-2, -1e-2
        slope = (direct(decoder, *given, plus)[3] - direct(decoder, *given, minus)[3]) / 2e-2
        assert float(wanted[layer][spot]) == pytest.approx(float(slope), abs=2e-2)


def test_the_cross_entropy_form_is_the_papers_formula(
    decoder: TextDecoder, given: tuple[Tensor, Tensor, Memory]
) -> None:
    attention, slopes = attend(decoder, *given, TOKENS, [2], "cross entropy")
    added = [torch.zeros(shape, requires_grad=True) for shape in SHAPES]
    logits = direct(decoder, *given, added)
    wanted = torch.autograd.grad(F.cross_entropy(logits[None], torch.tensor([3])), added)
    assert all(torch.allclose(s, g, atol=1e-5) for s, g in zip(slopes, wanted, strict=True))
    # dCE/dA = sum_k (p_k - [k is the tie]) dlogit_k/dA: what speaks for the tie has the other sign
    p = torch.softmax(logits, 0).detach()
    p[3] -= 1
    by_words = torch.autograd.grad(direct(decoder, *given, added) @ p, added)
    assert all(torch.allclose(s, g, atol=1e-5) for s, g in zip(slopes, by_words, strict=True))
    _, for_it = attend(decoder, *given, TOKENS, [2])
    assert not torch.allclose(torch.relu(slopes[1]), torch.relu(for_it[1]))
    assert weigh(attention, slopes).shape == (6,)


def test_two_ties_add_up(decoder: TextDecoder, given: tuple[Tensor, Tensor, Memory]) -> None:
    both = torch.tensor([[1, 14, 3, 15, 3]])
    attention, slopes = attend(decoder, *given, both, [2, 4])
    assert attention[0].shape == (1, 2, 5, 6)
    alone = [attend(decoder, *given, both, [at])[1] for at in (2, 4)]
    assert all(torch.allclose(slopes[i], alone[0][i] + alone[1][i], atol=1e-5) for i in range(2))


def test_it_runs_where_no_gradient_is_wanted(
    decoder: TextDecoder, given: tuple[Tensor, Tensor, Memory]
) -> None:
    with torch.inference_mode():
        states, memory = given[0] * 1, Memory(given[2].tokens * 1, given[2].absent.clone())
        _, slopes = attend(decoder, states, given[1].clone(), memory, TOKENS, [2])
    assert slopes[1].abs().max() > 0

"""The text decoder: causal, blind to padding, the same word by word as at once.

What is pointed at and what is told.
"""

from __future__ import annotations

import pytest
import torch

from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.text_writer import IMAGE_TOKENS, grid_of
from geomagnifier_lab.networks.text_decoder import Memory, TextDecoder

PLAIN = "there is no or here . , none yes a boat by sea"
WORDS = w.Words([*w.SPECIAL, "<ship>", "<harbor>", "<road>", *PLAIN.split()])


@pytest.fixture(scope="module")
def decoder() -> TextDecoder:
    torch.manual_seed(3)
    return (
        TextDecoder(
            len(WORDS), 4, channels=6, pooled=8, tokens=10, width=32, layers=2, heads=4, forward=48
        )
        .eval()
        .requires_grad_(False)
    )


@pytest.fixture
def asked() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(4)
    padding = torch.tensor([[False] * 5 + [True] * 2, [False] * 7])
    return torch.randn(2, 7, 10), padding


def memory_of(decoder: TextDecoder, batch: int = 2) -> Memory:
    torch.manual_seed(5)
    tokens = decoder.see(torch.randn(batch, 6, 3, 4))
    return Memory(tokens, torch.zeros(tokens.shape[:2], dtype=torch.bool))


def test_word_by_word_is_the_same_as_at_once(
    decoder: TextDecoder, asked: tuple[torch.Tensor, torch.Tensor]
) -> None:
    memory, tokens = memory_of(decoder), torch.tensor([[1, 14, 3, 0], [2, 15, 4, 16]])
    _, cache = decoder.read(*asked, memory)
    whole, _ = decoder.write(tokens, cache)
    steps = []
    for t in range(4):
        x, cache = decoder.write(tokens[:, t : t + 1], cache)
        steps.append(x)
    assert torch.allclose(whole, torch.cat(steps, 1), atol=1e-5) and cache.written == 4


def test_a_word_does_not_see_later_ones_and_padding_is_not_seen(
    decoder: TextDecoder, asked: tuple[torch.Tensor, torch.Tensor]
) -> None:
    states, padding = asked
    memory, tokens = memory_of(decoder), torch.tensor([[1, 14, 3], [1, 14, 3]])
    _, cache = decoder.read(states, padding, memory)
    before, _ = decoder.write(tokens, cache)
    other = tokens.clone()
    other[:, 2] = 15
    after, _ = decoder.write(other, cache)
    assert torch.equal(before[:, :2], after[:, :2]) and not torch.allclose(
        before[:, 2], after[:, 2]
    )
    changed = torch.where(padding[:, :, None], 9.0, states)
    _, cache = decoder.read(changed, padding, memory)
    assert torch.allclose(decoder.write(tokens, cache)[0], before, atol=1e-5)
    wider = Memory(
        torch.cat([memory.tokens, torch.full((2, 3, 32), 7.0)], 1),
        torch.cat([memory.absent, torch.ones(2, 3, dtype=torch.bool)], 1),
    )
    _, cache = decoder.read(states, padding, wider)
    assert torch.allclose(decoder.write(tokens, cache)[0], before, atol=1e-5)


def test_what_is_handed_out_as_attention_is_what_is_used(
    decoder: TextDecoder, asked: tuple[torch.Tensor, torch.Tensor]
) -> None:
    memory, tokens, seen = memory_of(decoder), torch.tensor([[1, 14], [1, 15]]), []
    _, cache = decoder.read(*asked, memory)
    plain, _ = decoder.write(tokens, cache)
    _, cache = decoder.read(*asked, memory, lambda a: seen.append(a) or a)  # type: ignore[func-returns-value]
    watched, _ = decoder.write(tokens, cache, lambda a: seen.append(a) or a)  # type: ignore[func-returns-value]
    assert torch.allclose(plain, watched, atol=1e-5)
    assert [a.shape for a in seen] == [(2, 4, 7, 12)] * 2 + [(2, 4, 2, 12)] * 2
    assert all(torch.allclose(a.sum(3), torch.ones(())) for a in seen)
    _, cache = decoder.read(*asked, memory, lambda a: torch.zeros_like(a))
    blind, _ = decoder.write(tokens, cache, lambda a: torch.zeros_like(a))
    assert not torch.allclose(plain, blind, atol=1e-3)


@pytest.mark.parametrize("size", [(3, 4), (16, 16), (17, 16), (32, 32), (100, 7), (1, 400)])
def test_a_view_has_at_most_256_image_tokens(decoder: TextDecoder, size: tuple[int, int]) -> None:
    rows, columns = grid_of(*size)
    assert rows * columns <= IMAGE_TOKENS
    assert decoder.see(torch.randn(1, 6, *size)).shape == (1, rows * columns, 32)
    if size[0] * size[1] <= IMAGE_TOKENS:
        assert (rows, columns) == size

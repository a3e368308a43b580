"""The first part of an answer makes sense, whatever the weights."""

from __future__ import annotations

import pytest
import torch

from geomagnifier.models.small import vocabulary as w
from geomagnifier.models.small.question_parser import (
    ParsedQuestion,
    read_question,
    skeleton,
)
from geomagnifier.models.networks.text_decoder import Memory, TextDecoder

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


def test_the_skeleton_of_an_answer() -> None:
    tokens, at = skeleton(WORDS, ParsedQuestion(("ship", "road"), ("harbor",)), True)
    assert [WORDS.tokens[t] for t in tokens] == [
        "<point>",
        "<ship>",
        "[SEG]",
        "<road>",
        "[SEG]",
        "<by>",
        "<harbor>",
        "[BOX]",
    ]
    assert at == [2, 4, 7]
    assert [WORDS.tokens[t] for t in skeleton(WORDS, ParsedQuestion(("ship",)), False)[0]] == [
        "<point>",
        "<ship>",
        "[BOX]",
    ]


def test_what_is_read_of_a_question_makes_sense_whatever_the_weights(
    asked: tuple[torch.Tensor, torch.Tensor],
) -> None:
    for seed in range(12):
        torch.manual_seed(seed)
        random = TextDecoder(
            len(WORDS), 4, channels=6, pooled=8, tokens=10, width=32, layers=1, heads=4, forward=48
        ).eval()
        torch.nn.init.normal_(random.bias)
        read = read_question(random, WORDS, asked[0][1:], asked[1][1:], memory_of(random, 1))
        named = (*read.asked, *read.landmarks)
        assert len(named) == len(set(named)) <= 3 and not (read.landmarks and not read.asked)
        assert not (read.everything and read.this)

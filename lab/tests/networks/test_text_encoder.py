"""The sentence encoder: what it says of sentences, padding, and BERT's names."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.models.registry import WEIGHTS
from geomagnifier.models.small import word_pieces
from geomagnifier.models.small.sentence_encoder import POSITIONS
from geomagnifier.models.small.word_pieces import WORDS, WordPieces
from geomagnifier_lab.networks.loading import sentence_encoder
from geomagnifier_lab.networks.text_encoder import (
    FORWARD,
    HEADS,
    LAYERS,
    WIDTH,
    SentenceEncoder,
    Tokens,
    from_bert,
    tokenize,
)


@pytest.fixture(scope="module")
def tokenizer() -> WordPieces:
    return word_pieces.read(WEIGHTS / "tokenizer.json")


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return sentence_encoder(WEIGHTS)


@torch.inference_mode()
def test_sentences_of_one_meaning_are_near(encoder: SentenceEncoder, tokenizer: WordPieces) -> None:
    texts = [
        "Segment every ship in the harbour.",
        "Outline all boats in the port.",
        "How many tennis courts are there?",
    ]
    encoded = encoder(tokenize(tokenizer, texts))
    assert encoded.states.shape == (
        3,
        *encoded.padding.shape[1:],
        WIDTH,
    ) and encoded.pooled.shape == (3, WIDTH)
    assert torch.allclose(encoded.pooled.norm(dim=1), torch.ones(3), atol=1e-5)
    near = encoded.pooled @ encoded.pooled.T
    assert near[0, 1] > near[0, 2] + 0.2 and near[0, 1] > near[1, 2] + 0.2


@torch.inference_mode()
def test_padding_does_not_change_a_sentence(
    encoder: SentenceEncoder, tokenizer: WordPieces
) -> None:
    texts = [
        "Find all ships.",
        (
            "A rather longer question about storage tanks beside the second largest building of the"
            " port."
        ),
    ]
    together = encoder(tokenize(tokenizer, texts))
    assert bool(together.padding[0].any()) and not bool(together.padding[1].any())
    for row, text in enumerate(texts):
        alone = encoder(tokenize(tokenizer, [text]))
        length = alone.states.shape[1]
        assert torch.allclose(together.pooled[row], alone.pooled[0], atol=1e-4)
        assert torch.allclose(together.states[row, :length], alone.states[0], atol=1e-3)


def test_tokens_of_sentences(tokenizer: WordPieces) -> None:
    tokens = tokenize(tokenizer, ["ship", "a ship"])
    assert tokens.ids.tolist()[1][0] == 101 and tokens.ids.tolist()[1][-1] == 102  # [CLS], [SEP]
    assert tokens.ids.shape == (2, 4)
    assert tokens.padding.tolist() == [[False, False, False, True], [False] * 4]
    assert tokenize(tokenizer, ["SHIP"]).ids.tolist() == tokenize(tokenizer, ["ship"]).ids.tolist()


def test_long_sentences_are_cut_and_still_closed(tokenizer: WordPieces) -> None:
    tokens = tokenize(tokenizer, ["ship " * 2000])
    assert tokens.ids.shape == (1, POSITIONS)
    assert tokens.ids[0, -1] == 102 and tokens.ids[0, -2] == tokens.ids[0, 1]
    assert tokenize(tokenizer, ["ship ship ship ship"], limit=4).ids.shape == (1, 4)


def bert() -> dict[str, Tensor]:
    """A random state dict with the names and sizes of a Hugging Face BERT of MiniLM's shape."""
    generator = torch.Generator().manual_seed(0)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator) * 0.05

    state = {
        "embeddings.word_embeddings.weight": random(WORDS, WIDTH),
        "embeddings.position_embeddings.weight": random(POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": random(2, WIDTH),
        "embeddings.LayerNorm.weight": 1 + random(WIDTH),
        "embeddings.LayerNorm.bias": random(WIDTH),
        "pooler.dense.weight": random(WIDTH, WIDTH),
    }
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}."
        for name, out, into in (
            ("attention.self.query", WIDTH, WIDTH),
            ("attention.self.key", WIDTH, WIDTH),
            ("attention.self.value", WIDTH, WIDTH),
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", FORWARD, WIDTH),
            ("output.dense", WIDTH, FORWARD),
        ):
            state |= {
                f"{layer}{name}.weight": random(out, into),
                f"{layer}{name}.bias": random(out),
            }
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            state |= {
                f"{layer}{name}.weight": 1 + random(WIDTH),
                f"{layer}{name}.bias": random(WIDTH),
            }
    return state


def run_bert(state: Mapping[str, Tensor], ids: Tensor) -> Tensor:
    """BERT as published (Devlin et al., arXiv:1810.04805), for one sentence (T,) -> (T, width)."""

    def linear(x: Tensor, name: str) -> Tensor:
        return F.linear(x, state[f"{name}.weight"], state[f"{name}.bias"])

    def norm(x: Tensor, name: str) -> Tensor:
        return F.layer_norm(x, (WIDTH,), state[f"{name}.weight"], state[f"{name}.bias"], 1e-12)

    embedding = "embeddings.{}_embeddings.weight"
    x = (
        state[embedding.format("word")][ids]
        + state[embedding.format("position")][: len(ids)]
        + state[embedding.format("token_type")][0]
    )
    x = norm(x, "embeddings.LayerNorm")
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}."
        q, k, v = (
            linear(x, f"{layer}attention.self.{name}").view(len(ids), HEADS, -1).transpose(0, 1)
            for name in ("query", "key", "value")
        )
        attention = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(WIDTH // HEADS), 2) @ v
        x = norm(
            x
            + linear(
                attention.transpose(0, 1).reshape(len(ids), WIDTH), f"{layer}attention.output.dense"
            ),
            f"{layer}attention.output.LayerNorm",
        )
        x = norm(
            x + linear(F.gelu(linear(x, f"{layer}intermediate.dense")), f"{layer}output.dense"),
            f"{layer}output.LayerNorm",
        )
    return x


@torch.inference_mode()
def test_berts_weights_give_berts_states() -> None:
    state = bert()
    with torch.device("meta"):
        encoder = SentenceEncoder()
    encoder.load_state_dict(from_bert(state), assign=True)
    encoder.eval()
    ids = torch.tensor([101, 2911, 7, 30521, 102])
    encoded = encoder(Tokens(ids[None], torch.zeros(1, 5, dtype=torch.bool)))
    wanted = run_bert(state, ids)
    assert torch.allclose(encoded.states[0], wanted, atol=1e-4)
    assert torch.allclose(encoded.pooled[0], F.normalize(wanted.mean(0), dim=0), atol=1e-4)
    with pytest.raises(KeyError):
        from_bert({k: v for k, v in state.items() if "layer.3.output.dense.bias" not in k})

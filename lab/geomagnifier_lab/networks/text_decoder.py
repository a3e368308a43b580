"""The compact vision-language decoder: question, image and objects -> an answer, word by word.

    sequence   question tokens (see each other) | answer tokens (see the question and what is
               written already)
    memory     image tokens (features at H/32, at most 256 a view) and instance tokens (at most
               32), by cross-attention

An answer has two parts. <point> says what to look for: "<ship> [SEG] <by> <harbor> [BOX]"; the
states at [SEG] and [BOX] drive the pixel decoder (paper, section 2.3, E_seg), and whether [SEG] or
<none> follows a class is read off the image: that logit and the cross-attention A are what PSC's
relevance map is made of (section 2.2, `relevance_map.py`). <say> is the sentence, written when the
objects have been found: they enter as instance tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.models.small.text_writer import ANSWER, PLACE, QUESTION, grid_of


class Memory(NamedTuple):
    """What the decoder looks at."""

    tokens: Tensor
    """(B, S, width), image tokens first."""
    absent: Tensor
    """(B, S) bool, True where there is no token."""


class Cache(NamedTuple):
    """What the decoder has read and written so far."""

    past: list[tuple[Tensor, Tensor]]
    """Keys and values of each layer over the sequence, (B, heads, T, width / heads)."""
    memory: list[tuple[Tensor, Tensor]]
    """Keys and values of each layer over the memory, (B, heads, S, width / heads)."""
    absent: Tensor
    """(B, S) of the memory."""
    padding: Tensor
    """(B, T) of the question."""
    written: int
    """Tokens of the answer so far."""


Watch = Callable[[Tensor], Tensor]


class Attention(nn.Module):
    """Multi-head attention that can hand out its weights A (B, heads, T, S)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.query, self.value, self.out = (nn.Linear(width, width) for _ in range(3))
        self.key = nn.Linear(width, width, bias=False)
        self.heads = heads

    def _split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def keys(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, S, width) -> keys and values (B, heads, S, width / heads)."""
        return self._split(self.key(x)), self._split(self.value(x))

    def forward(
        self, x: Tensor, keys: tuple[Tensor, Tensor], hidden: Tensor, watch: Watch | None = None
    ) -> Tensor:
        """Attend, (B, T, width).

        Args:
            x: (B, T, width).
            keys: of `keys`, S of them.
            hidden: (B, 1, T or 1, S) bool, True where a row must not look.
            watch: given A, hands back what is used in its place.
        """
        query = self._split(self.query(x))
        if watch is None:
            y = F.scaled_dot_product_attention(query, *keys, attn_mask=~hidden)
        else:
            weights = (
                (query @ keys[0].transpose(2, 3) * query.shape[3] ** -0.5)
                .float()
                .masked_fill(hidden, -torch.inf)
                .softmax(3)
            )
            y = watch(weights).to(keys[1].dtype) @ keys[1]
        out: Tensor = self.out(y.transpose(1, 2).flatten(2))
        return out


class Layer(nn.Module):
    """Self-attention, cross-attention, feed-forward; norms before."""

    def __init__(self, width: int, heads: int, forward: int, dropout: float) -> None:
        super().__init__()
        self.itself, self.image = Attention(width, heads), Attention(width, heads)
        self.feed = nn.Sequential(
            nn.Linear(width, forward), nn.GELU(), nn.Dropout(dropout), nn.Linear(forward, width)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.dropout = nn.Dropout(dropout)


class TextDecoder(nn.Module):
    """See the module.

    Args:
        words: size of the closed vocabulary; inputs and outputs are tied.
        channels: of the trunk's features at H/32.
        pooled: of the thumbnail's pooled vector.
        scenes: scene classes, whose probabilities are a memory token at image level.
        tokens: width of the sentence encoder's states.
    """

    def __init__(
        self,
        words: int,
        scenes: int,
        channels: int = 352,
        pooled: int = 1280,
        tokens: int = 384,
        width: int = 256,
        layers: int = 4,
        heads: int = 8,
        forward: int = 1024,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.question = nn.Linear(tokens, width)
        self.words = nn.Embedding(words, width)
        nn.init.normal_(self.words.weight, std=0.05)
        self.places = nn.Parameter(torch.randn(QUESTION + ANSWER, width) * 0.02)
        self.image = nn.Linear(channels, width)
        self.image_place = nn.Sequential(nn.Linear(4, width), nn.GELU(), nn.Linear(width, width))
        self.whole = nn.Linear(pooled, width)
        self.scene = nn.Linear(scenes, width)
        self.instance = nn.Sequential(nn.Linear(PLACE, width), nn.GELU(), nn.Linear(width, width))
        self.image_norm, self.instance_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.layers = nn.ModuleList(Layer(width, heads, forward, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(words))
        self.state = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def see(
        self, last: Tensor, within: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    ) -> Tensor:
        """Features at H/32 -> image tokens (B, n <= 256, width), row by row.

        Their grid is `grid_of(h, w)`.

        Args:
            last: (B, channels, h, w) of the trunk.
            within: where the view lies in the whole input: x0, y0, x1, y1 from 0 to 1.
        """
        rows, columns = grid_of(last.shape[2], last.shape[3])
        pooled = (
            F.adaptive_avg_pool2d(last, (rows, columns))
            if (rows, columns) != last.shape[2:]
            else last
        )
        x, y = (torch.arange(columns) + 0.5) / columns, (torch.arange(rows) + 0.5) / rows
        x, y = within[0] + x * (within[2] - within[0]), within[1] + y * (within[3] - within[1])
        place = torch.stack([x.expand(rows, -1), y[:, None].expand(-1, columns)], 2)
        place = torch.cat([torch.sin(place * 3.1416), torch.cos(place * 3.1416)], 2).flatten(0, 1)
        tokens: Tensor = self.image_norm(
            self.image(pooled.flatten(2).transpose(1, 2)) + self.image_place(place.to(last.device))
        )
        return tokens

    def glance(self, last: Tensor, pooled: Tensor, scenes: Tensor) -> Memory:
        """A thumbnail's memory: its image tokens, its pooled vector and its scene classes.

        Args:
            last: (B, channels, h, w) of the trunk.
            pooled: (B, 1280).
            scenes: (B, scenes) logits.
        """
        whole = self.whole(pooled)[:, None]
        scene = self.scene(torch.softmax(scenes.float(), 1))[:, None]
        tokens = torch.cat(
            [self.see(last), self.image_norm(whole), self.image_norm(scene.to(whole.dtype))], 1
        )
        return Memory(tokens, torch.zeros(tokens.shape[:2], dtype=torch.bool))

    def objects(self, kinds: Tensor, places: Tensor) -> Tensor:
        """Instance tokens, (B, N, width).

        Args:
            kinds: (B, N) word numbers of their classes.
            places: (B, N, PLACE) numbers of each.
        """
        out: Tensor = self.instance_norm(self.words(kinds) + self.instance(places))
        return out

    def read(
        self, states: Tensor, padding: Tensor, memory: Memory, watch: Watch | None = None
    ) -> tuple[Tensor, Cache]:
        """Read the question.

        Args:
            states: (B, T, tokens) of the sentence encoder; what lies beyond 32 tokens is not read.
            padding: (B, T) bool.
            memory: image tokens, and perhaps instance tokens.
            watch: called once a layer with the cross-attention A (B, heads, T, S); what it hands
                back is used in its place.

        Returns:
            (B, T, width), and the cache that `write` goes on from.
        """
        padding = padding[:, :QUESTION]
        x = self.question(states[:, :QUESTION]) + self.places[: padding.shape[1]]
        looked = [layer.image.keys(memory.tokens) for layer in self.layers]  # type: ignore[union-attr,operator]
        return self._run(
            x, padding[:, None, None], Cache([], looked, memory.absent, padding, 0), watch
        )

    def write(
        self, tokens: Tensor, cache: Cache, watch: Watch | None = None
    ) -> tuple[Tensor, Cache]:
        """Write tokens after what is in the cache.

        Args:
            tokens: (B, T).
            cache: of `read`, or of the last `write`.
            watch: as in `read`.

        Returns:
            normed states (B, T, width), and the cache with the tokens.
        """
        batch, added = tokens.shape
        x = (
            self.words(tokens)
            + self.places[QUESTION + cache.written : QUESTION + cache.written + added]
        )
        earlier = F.pad(cache.padding, (0, cache.written))[:, None, None].expand(-1, -1, added, -1)
        later = torch.ones(added, added, dtype=torch.bool).triu(1).expand(batch, 1, -1, -1)
        x, cache = self._run(x, torch.cat([earlier, later], 3), cache, watch)
        return self.norm(x), cache._replace(written=cache.written + added)

    def logits(self, states: Tensor) -> Tensor:
        """States of `write` (B, T, width) -> (B, T, words): scores of the token after each."""
        return F.linear(states, self.words.weight, self.bias)

    def point(self, states: Tensor) -> Tensor:
        """States of `write` at [SEG] or [BOX] -> E_seg (..., width) for the pixel decoder."""
        out: Tensor = self.state(states)
        return out

    def _run(
        self, x: Tensor, hidden: Tensor, cache: Cache, watch: Watch | None
    ) -> tuple[Tensor, Cache]:
        x, past = self.dropout(x), []
        absent = cache.absent[:, None, None]
        for i, layer in enumerate(self.layers):
            assert isinstance(layer, Layer)
            normed = layer.norms[0](x)
            keys = layer.itself.keys(normed)
            if cache.past:
                keys = (
                    torch.cat([cache.past[i][0], keys[0]], 2),
                    torch.cat([cache.past[i][1], keys[1]], 2),
                )
            past.append(keys)
            x = x + layer.dropout(layer.itself(normed, keys, hidden))
            x = x + layer.dropout(layer.image(layer.norms[1](x), cache.memory[i], absent, watch))
            x = x + layer.dropout(layer.feed(layer.norms[2](x)))
        return x, cache._replace(past=past)

"""The text decoder at work: it reads a question, and writes an answer word by word.

The network is described in `networks/text_decoder.py`. Tables of words and places are looked up
here, so that its graphs serve vocabularies of any size.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.numerics import shut, softmax
from geomagnifier.types import Bools, Floats

QUESTION, ANSWER = 32, 40
"""Most tokens of a question and of an answer."""
IMAGE_TOKENS, INSTANCES = 256, 32
"""Most image tokens of a view and most instance tokens."""
PLACE = 5
"""Numbers that an instance token is made of, beside its class: score, centre x and y, width, height
(shares of the scene).
"""
Within = tuple[float, float, float, float]
"""Where a view lies in a whole: x0, y0, x1, y1 from 0 to 1."""
WHOLE: Within = (0.0, 0.0, 1.0, 1.0)


class ViewMemory(NamedTuple):
    """What the decoder looks at."""

    tokens: Floats
    """(M, S, width), image tokens first; of one row for all questions, or one each."""
    absent: Bools
    """(M, S), True where there is no token."""


class WriterCache(NamedTuple):
    """What the decoder has read and written so far, of B questions."""

    past_keys: Floats
    """(layers, B, heads, T, width / heads) over the sequence."""
    past_values: Floats
    """As the keys."""
    memory_keys: Floats
    """(layers, M, heads, S, width / heads) over the memory."""
    memory_values: Floats
    """As the keys."""
    absent: Bools
    """(M, S) of the memory."""
    padding: Bools
    """(B, T) of the question."""
    written: int
    """Tokens of the answer so far."""


class TextWriter:
    """The decoder of one set of weights.

    Args:
        sessions: of the small model, or of one with another cross-attention.
    """

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.weights = sessions, sessions.weights

    def see(self, last: Floats, within: Within = WHOLE) -> Floats:
        """Features at H/32 -> image tokens (B, n <= 256, width), row by row.

        Their grid is `grid_of(h, w)`.

        Args:
            last: (B, channels, h, w) of the trunk.
            within: where the view lies in the whole input.
        """
        rows, columns = grid_of(*last.shape[2:])
        pooled = _averaged(_averaged(last, rows, 2), columns, 3)
        x, y = (np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows
        x, y = within[0] + x * (within[2] - within[0]), within[1] + y * (within[3] - within[1])
        place = np.stack(np.meshgrid(x, y), 2).reshape(-1, 2) * 3.1416
        places = np.concatenate([np.sin(place), np.cos(place)], 1).astype(np.float32)
        features = pooled.reshape(*last.shape[:2], -1).transpose(0, 2, 1)
        features = np.ascontiguousarray(features)
        return self.sessions.run("image_tokens", features=features, places=places)[0]

    def glance(self, last: Floats, pooled: Floats, scenes: Floats) -> ViewMemory:
        """A thumbnail's memory: its image tokens, its pooled vector and its scene classes.

        Args:
            last: (1, channels, h, w) of the trunk.
            pooled: (1, 1280).
            scenes: (1, scenes) logits.
        """
        whole = self._linear("text.whole", pooled), self._linear("text.scene", softmax(scenes))
        both = np.stack([self._normed("text.image_norm", part) for part in whole], 1)
        tokens = np.concatenate([self.see(last), both], 1)
        return ViewMemory(tokens, np.zeros(tokens.shape[:2], bool))

    def objects(self, kinds: np.ndarray, places: Floats) -> Floats:
        """Instance tokens, (B, N, width).

        Args:
            kinds: (B, N) word numbers of their classes.
            places: (B, N, PLACE) numbers of each.
        """
        words = self.weights["text.words.weight"][kinds]
        return self.sessions.run("instance_tokens", words=words, places=places)[0]

    def read(self, states: Floats, padding: Bools, memory: ViewMemory) -> WriterCache:
        """Read questions; what `write` goes on from.

        Args:
            states: (B, T, tokens) of the sentence encoder; what lies beyond 32 tokens is not read.
            padding: (B, T).
            memory: image tokens, and perhaps instance tokens.
        """
        states, padding = np.ascontiguousarray(states[:, :QUESTION]), padding[:, :QUESTION]
        made = self.sessions.run(
            "question",
            states=states,
            places=self.weights["text.places"][: states.shape[1]],
            hidden=shut(padding)[:, None, None],
            memory=memory.tokens,
            absent=shut(memory.absent)[:, None, None],
        )
        return WriterCache(made[0], made[1], made[2], made[3], memory.absent, padding, 0)

    def write(self, tokens: np.ndarray, cache: WriterCache) -> tuple[Floats, WriterCache]:
        """Write tokens after what is in the cache.

        Args:
            tokens: (B, T).
            cache: of `read`, or of the last `write`.

        Returns:
            normed states (B, T, width), and the cache with the tokens.
        """
        states, keys, values = self.sessions.run("answer", **self._answer(tokens, cache))
        written = cache.written + tokens.shape[1]
        return states, cache._replace(past_keys=keys, past_values=values, written=written)

    def slopes(
        self, tokens: np.ndarray, cache: WriterCache, slope: Floats
    ) -> tuple[Floats, Floats]:
        """Cross-attention maps A of tokens that are written, and the gradient of a loss by each.

        Args:
            tokens: (B, T).
            cache: of `read`.
            slope: (B, T, width), gradient of the loss by the states of `write`.

        Returns:
            both (layers, B, heads, T, S).
        """
        maps, slopes = self.sessions.run(
            "answer_slopes", slope=slope, **self._answer(tokens, cache)
        )
        return maps, slopes

    def logits(self, states: Floats) -> Floats:
        """States of `write` (..., width) -> (..., words): scores of the token after each."""
        table = self.weights["text.words.weight"]
        return np.asarray(states @ table.T + self.weights["text.bias"], np.float32)

    def point(self, states: Floats) -> Floats:
        """States of `write` at [SEG] or [BOX] -> E_seg (..., width) for the pixel decoder."""
        return self._linear("text.state", states)

    def _answer(self, tokens: np.ndarray, cache: WriterCache) -> dict[str, Floats]:
        batch, added = tokens.shape
        first = QUESTION + cache.written
        places = self.weights["text.places"][first : first + added]
        earlier = np.pad(cache.padding, ((0, 0), (0, cache.written)))[:, None, None]
        earlier = np.broadcast_to(earlier, (batch, 1, added, earlier.shape[3]))
        later = np.broadcast_to(np.triu(np.ones((added, added), bool), 1), (batch, 1, added, added))
        return {
            "words": self.weights["text.words.weight"][tokens] + places,
            "hidden": shut(np.concatenate([earlier, later], 3)),
            "absent": shut(cache.absent)[:, None, None],
            "past_keys": cache.past_keys,
            "past_values": cache.past_values,
            "memory_keys": cache.memory_keys,
            "memory_values": cache.memory_values,
        }

    def _linear(self, name: str, x: Floats) -> Floats:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return np.asarray(x @ weight.T + bias, np.float32)

    def _normed(self, name: str, x: Floats) -> Floats:
        away = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((away**2).mean(-1, keepdims=True) + 1e-5)
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return np.asarray(away / scale * weight + bias, np.float32)


def grid_of(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of the image tokens of h x w features.

    Each side is divided by the smallest whole number that leaves at most 256 tokens.

    Args:
        height: h.
        width: w.
    """
    by = 1
    while -(-height // by) * -(-width // by) > IMAGE_TOKENS:
        by += 1
    return -(-height // by), -(-width // by)


def _averaged(x: Floats, cells: int, axis: int) -> Floats:
    """Means of `cells` spans along an axis, which may overlap by one."""
    length = x.shape[axis]
    if length == cells:
        return x
    spans = [(i * length // cells, -(-(i + 1) * length // cells)) for i in range(cells)]
    rows = np.moveaxis(x, axis, 0)
    means = np.stack([rows[first:last].mean(0) for first, last in spans])
    return np.asarray(np.moveaxis(means, 0, axis), np.float32)

"""PSC's relevance map: attention weighted by the gradient of the answer (paper, section 2.2).

    H = 1/N * sum_i ReLU(dL/dA_i) * A_i

A_i are the rows of the answer's tokens over the image tokens, in each layer and head of the
decoder's cross-attention. (With the rows of the question beside them, which look about before
anything is asked of them, three windows show 0.04 less of the targets.) L is the logit of the
affirmative token, [SEG] or [BOX] after the class that is asked for, in fp32. With the cross-entropy
of the paper in its place, ReLU keeps what speaks against the answer, and the gradient vanishes
where the model is sure: `loss="cross entropy"` shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from geomagnifier.models.small.numerics import softmax
from geomagnifier.models.small.text_writer import TextWriter, WriterCache
from geomagnifier.types import Floats

Loss = Literal["logit", "cross entropy"]


def weigh(attention: Floats, gradient: Floats) -> Floats:
    """H as the mean of ReLU(gradient) * attention over all rows, (S,).

    Args:
        attention: maps A_i, (..., S).
        gradient: dL/dA_i of each.
    """
    rows = np.maximum(gradient, 0) * attention
    return np.asarray(rows.reshape(-1, rows.shape[-1]).mean(0), np.float32)


def laid_out(heat: Floats, rows: int, columns: int) -> Floats:
    """H of a view as a grid, 1 at its highest, (rows, columns).

    Args:
        heat: (S,), image tokens first.
        rows: of the grid of image tokens.
        columns: of the grid.
    """
    grid = heat[: rows * columns].reshape(rows, columns)
    return np.asarray(grid / max(float(grid.max()), 1e-12), np.float32)


def attend(
    writer: TextWriter,
    cache: WriterCache,
    tokens: np.ndarray,
    at: Sequence[int],
    loss: Loss = "logit",
) -> tuple[Floats, Floats]:
    """Attention maps of one view, and the gradient of L by each.

    Args:
        writer: the text decoder, or one with an attention of its own.
        cache: the questions read.
        tokens: (B, T') of the answers' first part, forced.
        at: where their [SEG] or [BOX] tokens stand; L is summed over them and over the questions.
        loss: what is differentiated: the token's logit, or its cross-entropy as the paper writes
            it.

    Returns:
        A (layers, B, heads, T', S), and dL/dA.
    """
    table = writer.weights["text.words.weight"]
    before, ties = [n - 1 for n in at], tokens[:, at]
    states, _ = writer.write(tokens, cache)
    slope = np.zeros_like(states)
    by_state = table[ties]
    if loss == "cross entropy":
        by_state = softmax(writer.logits(states[:, before])) @ table - by_state
    slope[:, before] = by_state
    return writer.slopes(tokens, cache, slope)

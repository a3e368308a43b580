"""Training of the classifier of asides in Chinese questions: a few seconds on one core.

    python -m geomagnifier_lab.train.asides

Asides and contents are drawn from `questions.asides`; clauses of questions (`questions.chinese`)
are contents as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import geomagnifier.language
from geomagnifier.atomic import rename
from geomagnifier.language.asides import SLOTS, plain, slots
from geomagnifier_lab.questions import asides
from geomagnifier_lab.questions.chinese import NOUNS, draw

DRAWN = 2500
"""Asides, and as many contents."""
EPOCHS, RATE, DECAY = 8, 0.5, 1e-5
_NAMES = re.compile("|".join(map(re.escape, sorted(set(NOUNS), key=len, reverse=True))))


def examples(seed: int) -> list[tuple[str, bool]]:
    """Clauses, each with whether it is an aside.

    Args:
        seed: of the draw.
    """
    rng = np.random.default_rng([seed, 83])
    rows = [(asides.aside(rng), True) for _ in range(DRAWN)]
    rows += [(asides.content(rng), False) for _ in range(DRAWN)]
    for _ in range(DRAWN // 2):
        rows += [(part, False) for part in re.split("[,，。?？!！；;]", draw(rng).chinese) if part]
    return [(_NAMES.sub("K", text), told) for text, told in rows]


def fitted(rows: Sequence[tuple[str, bool]], seed: int = 0) -> NDArray[np.float32]:
    """The weights of the classifier, the offset the last; logistic regression.

    Args:
        rows: clauses with K for names of classes, each with whether it is an aside.
        seed: of the order.
    """
    at = [np.array(slots(plain(text)), int) for text, _ in rows]
    told = np.array([1.0 if aside else 0.0 for _, aside in rows])
    weight = np.zeros(SLOTS + 1)
    rng = np.random.default_rng([seed, 84])
    for epoch in range(EPOCHS):
        rate = RATE / (1 + epoch)
        for i in rng.permutation(len(rows)):
            own = at[i]
            scale = max(len(own), 1) ** -0.5
            score = weight[own].sum() * scale + weight[-1]
            step = rate * (told[i] - 1 / (1 + np.exp(-np.clip(score, -30, 30))))
            weight[own] += step * scale - rate * DECAY * weight[own]
            weight[-1] += 0.1 * step
    return weight.astype(np.float32)


def main() -> None:
    """Train the classifier and put its weights into the package."""
    write(Path(geomagnifier.language.__file__).parent / "asides.npy", fitted(examples(0)))


def write(path: Path, weights: NDArray[np.float32]) -> None:
    """Write the weights of the classifier.

    Args:
        path: the file.
        weights: as `fitted` returns them.
    """
    new = path.with_suffix(".new.npy")
    np.save(new, weights.astype(np.float16))
    rename(new, path)


if __name__ == "__main__":
    main()

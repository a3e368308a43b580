"""What hangs together by its sides is one piece, and what touches by a corner is two, whichever
corner it is.
"""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.mask_components import components


@pytest.mark.parametrize(
    "rows", ["#.\n.#", ".#\n#.", "##..\n..##", "..##\n##..", "#.#\n.#.", ".#.\n#.#"]
)
def test_corners_do_not_join(rows: str) -> None:
    mask = np.array([[letter == "#" for letter in row] for row in rows.split("\n")])
    found = components(mask)
    runs = sum(len([run for run in row.split(".") if run]) for row in rows.split("\n"))
    assert len(found) == runs and sum(int(piece.sum()) for _, _, piece in found) == mask.sum()


@pytest.mark.parametrize(
    "rows", ["##.\n.##", ".##\n##.", "###\n#.#", "#.#\n###", "##\n.#\n.#", "#.#.#\n#####"]
)
def test_sides_join(rows: str) -> None:
    mask = np.array([[letter == "#" for letter in row] for row in rows.split("\n")])
    ((left, top, piece),) = components(mask)
    assert (left, top) == (0, 0) and (piece == mask).all()

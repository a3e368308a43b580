"""Run lengths that somebody else wrote.

Whatever they sum to, they are those of the scene or refused.
"""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier import masks


def written(*counts: int) -> str:
    return masks._compress(np.array(counts, np.int64))


@pytest.mark.parametrize(
    "counts",
    [
        (65,),
        (63,),
        (70, -6),
        (-1, 65),
        (0, 0, 63),
        (*[2**59 - 1] * 32, 32, 64),  # the sum is 64 but for 2**64
    ],
)
def test_runs_that_do_not_fill_the_scene_are_refused(counts: tuple[int, ...]) -> None:
    with np.errstate(over="ignore"), pytest.raises(ValueError, match="run lengths"):
        masks.checked({"size": [8, 8], "counts": written(*counts)}, (8, 8))


@pytest.mark.parametrize("counts", [(64,), (0, 64), (10, 54), (10, 20, 30, 4), (0, 0, 64)])
def test_runs_that_fill_it_are_taken_as_they_are(counts: tuple[int, ...]) -> None:
    text = written(*counts)
    assert masks.checked({"size": (8, 8), "counts": text}, (8, 8)) == {
        "size": [8, 8],
        "counts": text,
    }
    assert masks.area({"counts": text}) == sum(counts[1::2])


def test_no_letters_are_no_runs() -> None:
    assert masks.area({"size": [8, 8], "counts": ""}) == 0
    assert masks.decode({"size": [0, 8], "counts": ""}).shape == (0, 8)

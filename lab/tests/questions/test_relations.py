"""Ways to ask for some of a kind: how many phrasings there are, and which boxes they mean."""

from __future__ import annotations

import numpy as np

from geomagnifier_lab.questions.relations import (
    Layout,
    beside,
    between,
    by_size,
    by_way,
    in_part,
    nth_from,
    row,
    to_centre,
    to_landmark,
)

SIZE = (1000.0, 800.0)


def layout(*boxes: tuple[float, float, float, float], marks: int = 0) -> Layout:
    """Boxes in a scene of 1000 x 800 px; the last `marks` are landmarks."""
    target = np.arange(len(boxes)) < len(boxes) - marks
    return Layout(
        SIZE, np.array(boxes, np.float32), target, tuple("ship" if t else "harbor" for t in target)
    )


def square(x: float, y: float, side: float = 20) -> tuple[float, float, float, float]:
    return (x - side / 2, y - side / 2, x + side / 2, y + side / 2)


def chosen(answer: np.ndarray | None) -> list[int] | None:
    return None if answer is None else np.flatnonzero(answer).tolist()


def test_order_from_each_side() -> None:
    scene = layout(square(100, 700), square(500, 100), square(900, 400))
    assert [chosen(nth_from(scene, side, 1)) for side in ("left", "right", "top", "bottom")] == [
        [0],
        [2],
        [1],
        [0],
    ]
    assert chosen(nth_from(scene, "left", 2)) == [1] and chosen(nth_from(scene, "bottom", 3)) == [1]
    assert chosen(nth_from(scene, "right", 1, 2)) == [1, 2]
    assert nth_from(scene, "left", 4) is None
    close = layout(square(100, 700), square(110, 100))
    assert nth_from(close, "left", 1) is None and chosen(nth_from(close, "top", 1)) == [1]


def test_order_by_size() -> None:
    scene = layout(square(100, 100, 40), square(300, 300, 80), square(600, 600, 20))
    assert [chosen(by_size(scene, large)) for large in (True, False)] == [[1], [2]]
    assert chosen(by_size(scene, True, 2)) == [0] and chosen(by_size(scene, False, 1, 2)) == [0, 2]
    assert by_size(layout(square(0, 0, 40), square(300, 300, 41)), True) is None


def test_near_and_far() -> None:
    scene = layout(square(100, 100), square(480, 420), square(800, 100), square(900, 120), marks=1)
    assert chosen(by_way(scene, to_landmark(scene), True)) == [2] and chosen(
        by_way(scene, to_landmark(scene), False)
    ) == [0]
    assert chosen(by_way(scene, to_centre(scene), True)) == [1]
    assert to_landmark(layout(square(100, 100), square(120, 100), marks=1))[0] == 0  # they touch


def test_parts_of_the_scene() -> None:
    scene = layout(square(100, 100), square(900, 100), square(900, 700))
    assert chosen(in_part(scene, ("left",))) == [0] and chosen(in_part(scene, ("top",))) == [0, 1]
    assert (
        chosen(in_part(scene, ("bottom", "right"))) == [2]
        and chosen(in_part(scene, ("bottom", "left"))) == []
    )
    assert in_part(layout(square(490, 100), square(100, 100)), ("left",)) is None  # on the line
    assert chosen(in_part(layout(square(100, 100), square(200, 100)), ("left",))) == [0, 1]


def test_beside_and_between_landmarks() -> None:
    scene = layout(square(100, 100), square(900, 700), square(500, 400), marks=1)
    assert [chosen(beside(scene, side)) for side in ("left", "right", "top", "bottom")] == [
        [0],
        [1],
        [0],
        [1],
    ]
    assert (
        beside(layout(square(505, 100), square(900, 700), square(500, 400), marks=1), "left")
        is None
    )
    pair = layout(square(500, 400), square(500, 700), square(100, 400), square(900, 400), marks=2)
    assert chosen(between(pair)) == [0]
    assert (
        between(
            layout(square(500, 400), square(500, 700), square(480, 400), square(520, 400), marks=2)
        )
        is None
    )  # too close


def test_rows_and_columns() -> None:
    scene = layout(*(square(100 + 60 * i, y) for y in (100, 200, 300) for i in range(4)))
    assert chosen(row(scene, "top")) == [0, 1, 2, 3] and chosen(row(scene, "bottom")) == [
        8,
        9,
        10,
        11,
    ]
    assert chosen(row(scene, "left")) == [0, 4, 8] and row(scene, "top", 4) is None
    assert (
        row(layout(square(100, 100), square(300, 170), square(500, 240)), "top") is None
    )  # a slope is no row

"""Colours of classes: what they look like on a map where that is usual, and never one twice."""

from __future__ import annotations

from collections.abc import Iterable

COLOURS = (
    (230, 159, 0),
    (86, 180, 233),
    (204, 121, 167),
    (240, 228, 66),
    (0, 158, 115),
    (213, 94, 0),
    (0, 114, 178),
)
"""Okabe and Ito's colours, which colour-blind people can tell apart; those that stand out on grass
and water come first.
"""
ORANGE, SKY, PINK, YELLOW, GREEN, RED, BLUE = COLOURS
USUAL = {
    "water": BLUE,
    "swimming pool": SKY,
    "vegetation": GREEN,
    "tree": GREEN,
    "palm tree": GREEN,
    "crop field": YELLOW,
    "building": ORANGE,
    "road": PINK,
    "bridge": PINK,
    "land": RED,
    "ship": RED,
    "boat": RED,
}
"""The colour that people expect of a class; others take what is left, in order."""


def class_colours(labels: Iterable[str]) -> dict[str, tuple[int, int, int]]:
    """Choose a colour for each class.

    Classes with a usual colour have it, the first of several that share one. With more classes than
    colours, these begin anew.

    Example:
        >>> class_colours(["airplane", "water"])
        {'airplane': (230, 159, 0), 'water': (0, 114, 178)}
    """
    names = list(dict.fromkeys(labels))
    chosen: dict[str, tuple[int, int, int]] = {}
    for name in names:
        usual = USUAL.get(name)
        if usual is not None and usual not in chosen.values():
            chosen[name] = usual
    free = [colour for colour in COLOURS if colour not in chosen.values()]
    others = [name for name in names if name not in chosen]
    order = free + list(COLOURS)
    for i, name in enumerate(others):
        chosen[name] = order[i] if i < len(order) else COLOURS[i % len(COLOURS)]
    return {name: chosen[name] for name in names}

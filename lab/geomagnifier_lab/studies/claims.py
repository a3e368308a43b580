"""What the paper claims, and what other systems publish: reads claims.toml and peers.toml.

claims.toml holds the text's figures, where they disagree with each other, and what cannot be
confirmed; this file has the arithmetic between them. Nothing is measured here.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


_TEXT = _read("claims.toml")
FIGURES: dict[str, Any] = _TEXT["figures"]
"""The text's own figures by name; units and sections stand in claims.toml."""
PEERS: list[dict[str, Any]] = _read("peers.toml")["peers"]
"""Published figures: {"system", "data", "figures", "source"} and, where needed, "note"."""
NOT_VERIFIED: list[str] = _read("peers.toml")["not_verified"]
"""Figures that were sought and not found."""

WIDTH, HEIGHT = 4096, 2160
SCENE = WIDTH * HEIGHT
"""Pixels of the scene that the text reckons with."""
HALF, QUARTER = (WIDTH // 2) * (HEIGHT // 2), (WIDTH // 4) * (HEIGHT // 4)
"""Pixels of 2048 x 1080 and of 1024 x 540."""


def formula(granularity: str, windows: int = 1) -> int:
    """Pixels of I' at 4096 x 2160 by the text's own formula (section 2.1).

    Windows are half of what they are cut from, each way.

    Args:
        granularity: "image", "region" or "pixel".
        windows: of C1, none overlapping another.

    Example:
        >>> formula("region") / SCENE
        0.3125
    """
    if granularity == "image":
        return 100 * 100
    if granularity == "region":
        return windows * HALF + SCENE // 16  # C1 (+) D(I)
    return HALF // 4 + windows * HALF // 16 + SCENE // 256  # C2 (+) D(C1) (+) D(D(I))


def gain(before: float, after: float) -> tuple[float, float]:
    """The gain from one figure to another: in points, and in percent of the first.

    Args:
        before: the first figure, percent.
        after: the second figure, percent.
    """
    return after - before, 100 * (after / before - 1)


@dataclass(frozen=True)
class Slip:
    """A place where the text cannot be right, or contradicts itself."""

    where: str
    """Section of the text."""
    says: str
    """What the text says."""
    holds: str
    """What holds instead."""


def _values() -> dict[str, Any]:
    """What the sentences of claims.toml name: its figures and what follows from them."""
    small, original, adjusted = FIGURES["preprocessing"]["pixel"]
    region, crops = FIGURES["preprocessing"]["region"], FIGURES["crops"]
    points, percent = gain(original, adjusted)
    crops_points, crops_percent = gain(crops["grid"], crops["paper"])
    return FIGURES | {
        "scene_mpx": SCENE / 1e6,
        "image_times": SCENE / formula("image"),
        "sum_mpx": (HALF + QUARTER) / 1e6,
        "sum_share": (HALF + QUARTER) / SCENE,
        "sum_saved": 1 - (HALF + QUARTER) / SCENE,
        "pixel_mpx": formula("pixel") / 1e6,
        "pixel_share": formula("pixel") / SCENE,
        "three_share": formula("region", 3) / SCENE,
        "three_times": SCENE / formula("region", 3),
        "one_times": SCENE / formula("region"),
        "share_times": 1 / FIGURES["share"],
        "cell_pixels": 3 * FIGURES["cells"] ** 2,
        "adjusted_points": points,
        "adjusted_percent": percent,
        "pixel_over_small": gain(small, adjusted)[1],
        "region_percent": gain(region[1], region[2])[1],
        "region_over_small": gain(region[0], region[2])[1],
        "crops_points": crops_points,
        "crops_percent": crops_percent,
        "crops_over_random": crops["paper"] - crops["random"],
        # half a pixel off on all sides of an object of 10 px; and what the claimed IoU allows
        "edge_iou": 0.9**2,
        "allowed_px": 5 * (1 - (FIGURES["case_iou"] / 100) ** 0.5),
    }


def slips() -> tuple[Slip, ...]:
    """Every slip found, in the order of claims.toml; figures are computed, not copied."""
    values = _values()
    return tuple(
        Slip(row["where"], row["says"].format_map(values), row["holds"].format_map(values))
        for row in _TEXT["slips"]
    )


def unconfirmed() -> tuple[str, ...]:
    """What cannot be confirmed, whatever is measured."""
    values = _values()
    return tuple(row["says"].format_map(values) for row in _TEXT["unconfirmed"])


def peers() -> list[dict[str, str]]:
    """The published figures as text, for JSON and for a page.

    {"system", "data", "figures", "source", "note"}.
    """
    return [
        {
            "system": p["system"],
            "data": p["data"],
            "figures": ", ".join(f"{name} {value:.4g}" for name, value in p["figures"].items()),
            "source": p["source"],
            "note": p.get("note", ""),
        }
        for p in PEERS
    ]

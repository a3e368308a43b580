"""A contact sheet: pictures in rows with their rank, name and score, under the words or the picture that was looked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.io import panel
from geomagnifier.io.scene import open_scene
from geomagnifier.io.staging import Staging
from geomagnifier.values import Window

if TYPE_CHECKING:
    from PIL.Image import Image

CELL, GAP, ACROSS = 220, 16, 4
"""Side of a thumbnail and the space around it, px; thumbnails in a row."""


def thumbnail(path: Path, side: int = CELL) -> Image:
    """A picture as a square of `side` px, its middle where it is no square."""
    from PIL import Image, ImageOps

    with open_scene(path) as scene:
        info = scene.info
        shrink = max(1.0, min(info.width, info.height) / (2 * side))
        box = Box(0, 0, info.width, info.height)
        window = Window(box, max(1, round(info.width / shrink)), max(1, round(info.height / shrink)), "preview", box)
        pixels = scene.read(window).pixels
    return ImageOps.fit(Image.fromarray(np.ascontiguousarray(pixels)), (side, side), Image.Resampling.BICUBIC)


def draw(query: str | Path, hits: Sequence[tuple[Path, float]]) -> Image:
    """The sheet.

    Args:
        query: words, or the path of the picture that was looked for.
        hits: path and score, best first.
    """
    from PIL import Image, ImageDraw

    columns = max(2, min(ACROSS, len(hits)))
    rows, width = -(-len(hits) // columns), GAP + columns * (CELL + GAP)
    picture = isinstance(query, Path)
    head = (CELL // 2 if picture else 28) + 2 * GAP
    line, title = panel.font("", 13), panel.font(str(query), 20)
    sheet = Image.new("RGB", (width, head + rows * (CELL + 44 + GAP)), panel.PAPER)
    pen = ImageDraw.Draw(sheet)
    if isinstance(query, Path):
        sheet.paste(thumbnail(query, CELL // 2), (GAP, GAP))
        pen.text((GAP + CELL // 2 + GAP, GAP), f"like {query.name}", font=title, fill=panel.INK)
    else:
        pen.text((GAP, GAP), panel.wrapped(query, title, width - 2 * GAP)[0], font=title, fill=panel.INK)
    for i, (path, score) in enumerate(hits):
        x, y = GAP + i % columns * (CELL + GAP), head + i // columns * (CELL + 44 + GAP)
        sheet.paste(thumbnail(path), (x, y))
        pen.text((x, y + CELL + 4), f"{i + 1}", font=panel.font("", 15), fill=panel.INK)
        pen.text((x + CELL, y + CELL + 4), f"{score:.2f}", font=panel.font("", 15), fill=panel.FAINT, anchor="ra")
        pen.text((x, y + CELL + 24), shortened(path.name, line, CELL), font=line, fill=panel.FAINT)
    return sheet


def shortened(name: str, letters: object, width: float) -> str:
    """A name that fits, cut in its middle: the beginning and the end tell files apart."""
    fits = getattr(letters, "getlength")  # noqa: B009 - Pillow's fonts share no type
    if fits(name) <= width:
        return name
    kept = next(n for n in range(len(name) - 1, 0, -1) if fits(f"{name[: n - n // 2]}…{name[len(name) - n // 2 :]}") <= width or n == 1)
    return f"{name[: kept - kept // 2]}…{name[len(name) - kept // 2 :]}"


def write_sheet(target: Path, query: str | Path, hits: Sequence[tuple[Path, float]]) -> None:
    """Write the sheet as PNG; it appears whole or not at all.

    Raises:
        OutputError: the folder is not writable, or the disk is full.
    """
    with Staging(target.parent) as stage:
        draw(query, hits).save(stage.path(target.name), format="PNG")

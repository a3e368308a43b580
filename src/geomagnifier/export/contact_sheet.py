"""Write a contact sheet of search hits: thumbnails with their rank, name and score or distance.

What was looked for stands above them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geomagnifier.atomic import Staging
from geomagnifier.errors import SceneError
from geomagnifier.export import overlay_panel
from geomagnifier.export.search_hit import Hit
from geomagnifier.geometry import Box
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Window

if TYPE_CHECKING:
    from PIL.Image import Image

CELL, GAP, ACROSS = 220, 16, 4
"""Side of a thumbnail and the space around it, px; thumbnails in a row."""
CAPTION = 44
"""Height of the caption under a thumbnail, px."""
TITLE, LINE, LINES = 20, 28, 3
"""Font size and line height of the title, px; its most lines."""
BLANK = (234, 238, 242)
"""Background of a thumbnail that cannot be shown."""


def thumbnail(path: Path, side: int = CELL, part: Box | None = None) -> Image:
    """Return the middle of an image, or of a part of it, as a square.

    It is grey where the image can no longer be read.

    Args:
        path: of the image.
        side: of the square, px.
        part: scene px, None for the whole image.
    """
    from PIL import Image, ImageDraw

    try:
        with open_scene(path) as scene:
            shown = (
                scene.info.box
                if part is None
                else part.intersection(scene.info.box) or scene.info.box
            )
            short = math.floor(min(shown.width, shown.height))
            x, y = shown.x0 + (shown.width - short) // 2, shown.y0 + (shown.height - short) // 2
            box, read = Box(x, y, x + short, y + short), min(short, 2 * side)
            pixels = scene.read(Window(box, read, read, "preview", box)).pixels
    except SceneError:
        # It was read once, at another size: an overview is damaged, or the file is gone. The other
        # hits are worth a sheet.
        blank = Image.new("RGB", (side, side), BLANK)
        ImageDraw.Draw(blank).text(
            (side / 2, side / 2),
            "cannot be read",
            font=overlay_panel.font("", 13),
            fill=overlay_panel.FAINT,
            anchor="mm",
        )
        return blank
    return Image.fromarray(np.ascontiguousarray(pixels)).resize(
        (side, side), Image.Resampling.BICUBIC
    )


def draw(query: str | Path, hits: Sequence[Hit]) -> Image:
    """Draw the sheet.

    Args:
        query: words, or the path of the image that was looked for.
        hits: best first.
    """
    from PIL import Image, ImageDraw

    columns = max(2, min(ACROSS, len(hits)))
    rows, width = -(-len(hits) // columns), GAP + columns * (CELL + GAP)
    lines = [] if isinstance(query, Path) else titled(query, width - 2 * GAP)
    head = 2 * GAP + (CELL // 2 if isinstance(query, Path) else LINE * len(lines))
    sheet = Image.new("RGB", (width, head + rows * (CELL + CAPTION + GAP)), overlay_panel.PAPER)
    pen = ImageDraw.Draw(sheet)
    if isinstance(query, Path):
        x, middle = GAP + CELL // 2 + GAP, GAP + CELL // 4
        sheet.paste(thumbnail(query, CELL // 2), (GAP, GAP))
        pen.text(
            (x, middle - 6),
            "pictures like",
            font=overlay_panel.font("", 15),
            fill=overlay_panel.FAINT,
            anchor="ls",
        )
        _name(pen, query.name, (x, middle + 20), TITLE, width - x - GAP, overlay_panel.INK)
    for i, words in enumerate(lines):
        pen.text((GAP, GAP + i * LINE), words, font=_letters(words, TITLE), fill=overlay_panel.INK)
    for i, hit in enumerate(hits):
        x, y = GAP + i % columns * (CELL + GAP), head + i // columns * (CELL + CAPTION + GAP)
        sheet.paste(thumbnail(hit.path, part=hit.tile), (x, y))
        pen.text(
            (x, y + CELL + 4), f"{i + 1}", font=overlay_panel.font("", 15), fill=overlay_panel.INK
        )
        pen.text(
            (x + CELL, y + CELL + 4),
            measure(hit),
            font=overlay_panel.font("", 15),
            fill=overlay_panel.FAINT,
            anchor="ra",
        )
        _name(pen, hit.path.name, (x, y + CELL + 36), 13, CELL, overlay_panel.FAINT)
    return sheet


def measure(hit: Hit) -> str:
    """Return what a hit was ranked by, in short: its score, or its distance."""
    if hit.score is not None:
        return f"{hit.score:.2f}"
    if hit.distance is not None:
        return f"{hit.distance:.0f} m" if hit.distance < 1000 else f"{hit.distance / 1000:.1f} km"
    return ""


def _name(
    pen: Any,
    name: str,
    at: tuple[float, float],
    size: int,
    width: float,
    colour: tuple[int, int, int],
) -> None:
    """Draw a file name on a baseline: fonts for other scripts have other heights."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)
    letters = _letters(shown, size)
    pen.text(at, shortened(shown, letters, width), font=letters, fill=colour, anchor="ls")


def _letters(text: str, size: int) -> Any:
    return overlay_panel.legible(text, size)[1]


def titled(words: str, width: float) -> list[str]:
    """Wrap the words of a query in at most LINES lines; the rest is cut with an ellipsis.

    Args:
        words: of the query.
        width: of a line, px.
    """
    text, letters = overlay_panel.legible(" ".join(words.split()), TITLE)
    lines = overlay_panel.wrapped(text, letters, width)
    if len(lines) > LINES:
        last = lines[LINES - 1]
        while last and letters.getlength(f"{last}…") > width:
            last = last[:-1]
        lines[LINES - 1 :] = [f"{last.rstrip()}…"]
    return lines


def shortened(name: str, letters: Any, width: float) -> str:
    """Shorten a name in its middle until it fits: its beginning and end tell files apart.

    Args:
        name: of a file.
        letters: font it is drawn in.
        width: that it may have, px.
    """
    if letters.getlength(name) <= width:
        return name
    for kept in range(len(name) - 1, 1, -1):
        cut = f"{name[: kept - kept // 2]}…{name[len(name) - kept // 2 :]}"
        if letters.getlength(cut) <= width:
            return cut
    return "…"


def write_sheet(target: Path, query: str | Path, hits: Sequence[Hit]) -> None:
    """Write the sheet as PNG; it appears whole or not at all.

    Args:
        target: the .png file.
        query: words, or the path of the image that was looked for.
        hits: best first.

    Raises:
        OutputError: the folder is not writable, or the disk is full.
    """
    with Staging(target.parent) as stage:
        draw(query, hits).save(stage.path(target.name), format="PNG")

"""A contact sheet of the worst errors: each with its surroundings.

The labelled object is blue, what was said orange.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geomagnifier.atomic import Staging
from geomagnifier.errors import SceneError
from geomagnifier.export import overlay_panel
from geomagnifier.export.contact_sheet import BLANK
from geomagnifier.geometry import Box
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Window
from geomagnifier_lab.eval.examples import SAID, TRUE
from geomagnifier_lab.eval.own_figures import Match

if TYPE_CHECKING:
    from PIL.Image import Image

CELL, GAP, ACROSS, WORDS = 220, 16, 5, 46
"""Side of a picture, the space around it, and the height of the words below it, px; in a row."""
AROUND, LEAST = 3.0, 96
"""The part of the scene that is shown: so many times the box, and no less than so many px."""


def write_errors(target: Path, errors: Sequence[Match], images: Mapping[str, Path]) -> None:
    """Write the sheet as PNG; it appears whole or not at all.

    Args:
        target: the PNG.
        errors: in the order of the sheet.
        images: by id of a case, the path.

    Raises:
        OutputError: the file cannot be written.
    """
    with Staging(target.parent) as stage:
        draw(errors, images).save(stage.path(target.name), format="PNG")


def draw(errors: Sequence[Match], images: Mapping[str, Path]) -> Image:
    """The sheet as an image.

    Args:
        errors: in the order of the sheet.
        images: by id of a case, the path.
    """
    from PIL import Image, ImageDraw

    rows = max(1, math.ceil(len(errors) / ACROSS))
    step = CELL + WORDS + GAP
    sheet = Image.new("RGB", (GAP + ACROSS * (CELL + GAP), GAP + rows * step), (255, 255, 255))
    pen = ImageDraw.Draw(sheet)
    for number, error in enumerate(errors):
        x, y = GAP + number % ACROSS * (CELL + GAP), GAP + number // ACROSS * step
        sheet.paste(_picture(error, images[error.case]), (x, y))
        for line, words in enumerate(described(error)):
            text, letters = overlay_panel.legible(words, 13)
            pen.text((x, y + CELL + 4 + 18 * line), text[:34], font=letters, fill=(40, 50, 60))
    return sheet


def described(error: Match) -> tuple[str, str]:
    """What went wrong, and in which image."""
    if error.sort == "missed":
        return f"missed: {error.truth}", error.case
    what = f"{error.truth} taken for {error.said}" if error.truth else f"no {error.said} there"
    return f"{what}, {error.score:.2f}", error.case


def _picture(error: Match, path: Path) -> Image:
    from PIL import Image, ImageDraw

    x0, y0, x1, y1 = error.box
    side = max(LEAST, AROUND * max(x1 - x0, y1 - y0))
    try:
        with open_scene(path) as scene:
            whole = scene.info.box
            side = math.ceil(min(side, whole.width, whole.height))
            left = math.floor(min(max((x0 + x1 - side) / 2, 0), whole.width - side))
            top = math.floor(min(max((y0 + y1 - side) / 2, 0), whole.height - side))
            shown = Box(left, top, left + side, top + side)
            size = min(side, 2 * CELL)
            pixels = scene.read(Window(shown, size, size, "preview", shown)).pixels
    except SceneError:
        return Image.new("RGB", (CELL, CELL), BLANK)
    picture = Image.fromarray(np.ascontiguousarray(pixels)).resize((CELL, CELL))
    pen, factor = ImageDraw.Draw(picture), CELL / side
    boxes = [(error.box, TRUE)] if error.truth else []
    boxes += [(error.found_box, SAID)] if error.found_box is not None else []
    for box, colour in boxes:
        corners = [(v - o) * factor for v, o in zip(box, (left, top, left, top), strict=True)]
        a, b, c, d = (min(max(v, 0), CELL - 1) for v in corners)
        pen.rectangle((a, b, max(a, c), max(b, d)), outline=colour, width=2)
    return picture

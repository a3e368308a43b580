"""Draw the relevance map of an answer (heat.png).

The scene in grey, relevance in colour over it, the crops that were opened, and a scale beneath.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geomagnifier.export import overlay, overlay_panel
from geomagnifier.results import Answer
from geomagnifier.types import Bytes, Floats

if TYPE_CHECKING:
    from PIL.Image import Image

STEPS = np.array(
    [
        (0, 0, 4),
        (22, 11, 57),
        (66, 10, 104),
        (106, 23, 110),
        (147, 38, 103),
        (188, 55, 84),
        (221, 81, 58),
        (243, 120, 25),
        (252, 165, 10),
        (246, 215, 70),
        (252, 255, 164),
    ],
    np.float32,
)
"""Eleven colours of the colour map "inferno" (Smith and van der Walt): equal steps of relevance
look equal, also in grey.
"""

COLOURS = (
    np.stack(
        [np.interp(np.linspace(0, 10, 256), np.arange(11), channel) for channel in STEPS.T], axis=1
    )
    .round()
    .astype(np.uint8)
)


def colour(relevance: Floats) -> Bytes:
    """Colour a relevance map, (h, w) in [0, 1] -> (h, w, 3) uint8."""
    return np.asarray(COLOURS[np.rint(np.clip(relevance, 0, 1) * 255).astype(np.uint8)])


def draw(answer: Answer) -> Bytes:
    """Draw the preview under its relevance map, with the crops numbered in the order of opening.

    The colours are scaled to the maximum of the map.

    Args:
        answer: one with `trace.heat`.

    Returns:
        (H, W, 3) uint8.
    """
    from PIL import Image, ImageDraw

    relevance = answer.trace.heat
    assert relevance is not None
    most = float(relevance.max())
    picture = overlay.sized(answer.preview)
    warm = Image.fromarray(np.asarray(relevance / max(most, 1e-9), np.float32)).resize(
        picture.size, Image.Resampling.BILINEAR
    )
    share = np.asarray(warm, np.float32)
    grey = np.asarray(picture.convert("L"), np.float32)[..., None] * 0.55
    cover = 0.25 + 0.55 * share[..., None] ** 0.5  # where nothing is, the scene shows through
    mixed = Image.fromarray(
        np.asarray(np.rint(grey * (1 - cover) + colour(share) * cover), np.uint8)
    )
    pen = ImageDraw.Draw(mixed)
    scale = (mixed.width / answer.scene.width, mixed.height / answer.scene.height)
    width, size = max(2, round(max(mixed.size) / 400)), max(14, round(max(mixed.size) / 60))
    for number, crop in enumerate(answer.trace.crops, 1):
        x0, y0, x1, y1 = (v * scale[i % 2] for i, v in enumerate(crop.tuple()))
        pen.rectangle(
            (x0, y0, max(x0 + 1, x1 - 1), max(y0 + 1, y1 - 1)), outline=(255, 255, 255), width=width
        )
        tag = pen.textbbox(
            (x0 + width * 2, y0 + width * 2), str(number), font=overlay_panel.font("", size)
        )
        pen.rectangle(
            (tag[0] - width, tag[1] - width, tag[2] + width, tag[3] + width), fill=(255, 255, 255)
        )
        pen.text(
            (x0 + width * 2, y0 + width * 2),
            str(number),
            font=overlay_panel.font("", size),
            fill=overlay_panel.INK,
        )
    return np.asarray(_with_scale(mixed, answer.question, most, size))


def _with_scale(picture: Image, question: str, most: float, size: int) -> Image:
    """Put a colour bar from 0 to the maximum, and the question, under the picture."""
    from PIL import Image, ImageDraw

    margin = size
    text, letters = overlay_panel.legible(question, size)
    lines = overlay_panel.wrapped(
        text, letters, max(picture.width, overlay_panel.NARROWEST) - 2 * margin
    )[:3]
    sheet = Image.new(
        "RGB",
        (
            max(picture.width, overlay_panel.NARROWEST),
            picture.height + round(size * (3.6 + 1.4 * len(lines))),
        ),
        overlay_panel.PAPER,
    )
    sheet.paste(picture, ((sheet.width - picture.width) // 2, 0))
    pen = ImageDraw.Draw(sheet)
    y = picture.height + margin
    bar = colour(np.tile(np.linspace(0, 1, 256, dtype=np.float32), (2, 1)))
    long = min(sheet.width - 2 * margin, 20 * size)
    sheet.paste(Image.fromarray(bar).resize((long, round(size * 0.7))), (margin, y))
    pen.text(
        (margin, y + size),
        "0",
        font=overlay_panel.font("", round(size * 0.8)),
        fill=overlay_panel.FAINT,
    )
    pen.text(
        (margin + long, y + size),
        f"{most:.2f} relevance",
        font=overlay_panel.font("", round(size * 0.8)),
        fill=overlay_panel.FAINT,
        anchor="ra",
    )
    for i, line in enumerate(lines):
        pen.text((margin, y + size * (2.2 + 1.4 * i)), line, font=letters, fill=overlay_panel.INK)
    return sheet

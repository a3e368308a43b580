"""Draw an answer on the preview of its scene (overlay.png).

Masks are tinted, boxes have scores, crops are dashed, and a panel beneath has a legend and words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geomagnifier.export import overlay_panel
from geomagnifier.export.class_colours import COLOURS, class_colours
from geomagnifier.geometry import Box
from geomagnifier.mask_outlines import Ring, polygons_of
from geomagnifier.masks import read_patches
from geomagnifier.results import Answer, Region
from geomagnifier.types import Bytes

if TYPE_CHECKING:
    from PIL.Image import Image

SMALLEST, LARGEST = 800, 1600
"""The longest side of the image is brought between these, px."""

TINT = 105
"""Opacity of a mask, of 255."""

MANY = 60
"""Most regions whose scores are drawn; more would hide the image."""

TRACED = 500
"""Regions whose outlines are traced together."""

Corners = tuple[float, float, float, float]
"""x0, y0, x1, y1."""
Boxed = tuple[Region, Corners]
Rings = tuple[Ring, ...]
Colours = dict[str, tuple[int, int, int]]
"""Class -> RGB."""
Pen = Any
"""PIL's ImageDraw."""


def draw(answer: Answer) -> Bytes:
    """Return `sheet` as an array, (H, W, 3) uint8."""
    return np.asarray(sheet(answer))


def sheet(answer: Answer) -> Image:
    """Draw the preview with everything that was found, and the panel beneath."""
    from PIL import Image

    shown = picture(answer)
    words = overlay_panel.draw(
        answer, colours_of(answer), max(shown.width, overlay_panel.NARROWEST)
    )
    whole = Image.new("RGB", (words.width, shown.height + words.height), overlay_panel.PAPER)
    whole.paste(shown, ((words.width - shown.width) // 2, 0))
    whole.paste(words, (0, shown.height))
    return whole


def picture(answer: Answer) -> Image:
    """Draw the preview with everything that was found."""
    shown = sized(answer.preview)
    tint = _tint(answer, shown.size)
    lines = _lines(answer, tint, colours_of(answer))
    for layer in (tint, lines):
        shown.paste(layer, (0, 0), layer)
    return shown


def colours_of(answer: Answer) -> Colours:
    """Choose a colour for each class, by class in the order of first appearance."""
    return class_colours(region.label for region in answer.regions)


def sized(preview: Bytes) -> Image:
    """Bring the preview to a size at which it can be looked at."""
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(preview))
    side = max(image.size)
    factor = min(max(1.0, SMALLEST / side), LARGEST / side)
    if factor == 1:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC if factor > 1 else Image.Resampling.LANCZOS)


def _tint(answer: Answer, size: tuple[int, int]) -> Image:
    """Draw the mask as a half transparent layer in the first colour, under the regions' shapes."""
    from PIL import Image

    layer = np.zeros((size[1], size[0], 4), np.uint8)
    scale = (size[0] / answer.scene.width, size[1] / answer.scene.height)
    if answer.patches:
        shrunk = [
            replace(
                p,
                placement=replace(p.placement, box=_scaled(p.placement.box, scale)),
                core=_scaled(p.core, scale),
            )
            for p in answer.patches
        ]
        whole = Box(0, 0, *size)
        layer[read_patches(shrunk, whole, whole)] = (*COLOURS[0], TINT)
    return Image.fromarray(layer)


def _lines(answer: Answer, tint: Image, colours: Colours) -> Image:
    """Draw outlines, boxes, crops and scores; shapes are filled in `tint`.

    They are drawn twice as large and shrunk, so that slanting lines are smooth.
    """
    from PIL import Image, ImageDraw

    size = tint.size
    large = (size[0] * 2, size[1] * 2)
    layer = Image.new("RGBA", large, (0, 0, 0, 0))
    pen, brush = ImageDraw.Draw(layer), ImageDraw.Draw(tint)
    scale = (large[0] / answer.scene.width, large[1] / answer.scene.height)
    width = max(3, round(max(size) / 260))
    for crop in answer.trace.crops:
        _dashed(pen, _inside(_scaled(crop, scale).tuple(), large, width), width)
    boxed = [
        (region, _inside(_scaled(Box(*region.box), scale).tuple(), large, width))
        for region in answer.regions
    ]
    boxed.sort(key=lambda pair: pair[0].score)
    for region, box, rings in _outlined(boxed, width):
        colour = colours[region.label]
        for ring in rings:
            hole = _turns_right(ring) != _turns_right(rings[0])
            inside = [(x * scale[0] / 2 - 0.5, y * scale[1] / 2 - 0.5) for x, y in ring]
            brush.polygon(inside, fill=(0, 0, 0, 0) if hole else (*colour, TINT))
            points = [(x * scale[0], y * scale[1]) for x, y in (*ring, ring[0])]
            pen.line(points, fill=(0, 0, 0, 150), width=width + 3, joint="curve")
            pen.line(points, fill=(*colour, 255), width=width, joint="curve")
        if not rings:
            pen.rectangle(_around(box, 2), outline=(0, 0, 0, 150), width=width + 4)
            pen.rectangle(box, outline=(*colour, 255), width=width)
    if len(boxed) <= MANY:
        _scores(pen, boxed, colours, large)
    return layer.resize(size, Image.Resampling.BOX)


def _outlined(boxed: Sequence[Boxed], width: int) -> Iterator[tuple[Region, Corners, Rings]]:
    """Yield regions with their boxes and rings; no rings where there is no mask, or a speck.

    Some hundred are traced together: all at once would take much memory.
    """
    for start in range(0, len(boxed), TRACED):
        some = boxed[start : start + TRACED]
        masks = [None if _is_speck(box, width) else region.segmentation for region, box in some]
        rings = iter(polygons_of([mask for mask in masks if mask is not None]))
        for (region, box), mask in zip(some, masks, strict=True):
            yield region, box, () if mask is None else next(rings)


def _is_speck(box: Corners, width: int) -> bool:
    """Return whether a region is so small in the image that its outline would hide its shape."""
    return box[2] - box[0] <= 2 * width and box[3] - box[1] <= 2 * width


def _scores(
    pen: Pen,
    boxed: Sequence[tuple[Region, tuple[float, ...]]],
    colours: Colours,
    size: tuple[int, int],
) -> None:
    font = overlay_panel.font("0.9", max(22, round(max(size) / 75)))
    taken: list[tuple[float, float, float, float]] = []
    for region, (x0, y0, _, y1) in sorted(boxed, key=lambda pair: -pair[0].score):
        text = f"{region.score:.2f}"
        _, top, right, bottom = pen.textbbox((0, 0), text, font=font)
        wide, high = right + 12, bottom - top + 12
        # Above, below or inside the box: the first place that is on the image and free.
        for y in (y0 - high, y1, y0):
            tag = (
                min(max(x0, 0), size[0] - wide),
                y,
                min(max(x0, 0), size[0] - wide) + wide,
                y + high,
            )
            if y >= 0 and tag[3] <= size[1] and not any(_meet(tag, other) for other in taken):
                taken.append(tag)
                pen.rounded_rectangle(tag, radius=6, fill=(*colours[region.label], 235))
                pen.text(
                    (tag[0] + 6, tag[1] + 6 - top),
                    text,
                    font=font,
                    fill=overlay_panel.ink_on(colours[region.label]),
                )
                break


def _dashed(pen: Pen, box: tuple[float, float, float, float], width: int) -> None:
    x0, y0, x1, y1 = box
    dash = width * 5
    for start, stop, upright, at in (
        (x0, x1, False, y0),
        (x0, x1, False, y1),
        (y0, y1, True, x0),
        (y0, y1, True, x1),
    ):
        for a in np.arange(start, stop, dash * 1.8):
            b = min(a + dash, stop)
            line = ((at, a), (at, b)) if upright else ((a, at), (b, at))
            pen.line(line, fill=(0, 0, 0, 160), width=width + 3)
            pen.line(line, fill=(255, 255, 255, 255), width=width)


def _scaled(box: Box, scale: tuple[float, float]) -> Box:
    return Box(box.x0 * scale[0], box.y0 * scale[1], box.x1 * scale[0], box.y1 * scale[1])


def _around(
    box: tuple[float, float, float, float], margin: float
) -> tuple[float, float, float, float]:
    return box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin


def _inside(
    box: tuple[float, ...], size: tuple[int, int], width: int
) -> tuple[float, float, float, float]:
    """Pull a box in so that a line on the image's edge is seen; it stays as wide as the line."""
    x0, y0 = min(max(box[0], 0), size[0] - 2 * width), min(max(box[1], 0), size[1] - 2 * width)
    return (
        x0,
        y0,
        max(min(box[2], size[0] - 1), x0 + width),
        max(min(box[3], size[1] - 1), y0 + width),
    )


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _turns_right(ring: Iterable[tuple[float, float]]) -> bool:
    points = np.asarray(list(ring))
    return bool(
        points[:, 0] @ np.roll(points[:, 1], -1) - points[:, 1] @ np.roll(points[:, 0], -1) > 0
    )

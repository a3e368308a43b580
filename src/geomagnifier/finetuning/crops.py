"""Training crops: pieces of labelled images at random scale, rotated, with labels moved along.

A crop is one piece, or four where images are downsampled: at a quarter of its size an image would
fill a corner only. On some, objects of other images are pasted (Ghiasi et al., arXiv:2012.07177):
crowds, rows, and objects where their surroundings do not give them away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from geomagnifier.language.classes import WITHIN

SHARE_TO_COUNT = 0.35
"""An object of which less than this share is left in the crop is neither a target nor a mistake."""
CORE = 0.4
"""Share of a box's sides: the ellipse in its middle that counts as the object where only the box is
labelled.
"""
HOLLOW = ("wind turbine",)
"""Classes whose boxes hold something else in the middle."""
PASTED = (
    "airplane",
    "ship",
    "storage tank",
    "tennis court",
    "basketball court",
    "baseball diamond",
    "vehicle",
)
"""Classes that stand by themselves: a bridge or a harbor makes no sense out of its place."""

Pixels = NDArray[np.uint8]
Polygon = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Source:
    """A labelled image in memory."""

    pixels: Pixels
    """(H, W, 3) uint8."""
    objects: tuple[tuple[str, tuple[float, float, float, float], tuple[Polygon, ...]], ...]
    """(class, box, polygons) px."""
    kinds: frozenset[str]
    """Classes that are fully labelled in it."""
    cover: NDArray[np.uint8] | None = None
    """(H, W) uint8 index into `cover_names`, or None."""
    cover_names: tuple[str, ...] = ()
    """Classes of land cover."""
    complete: bool = True
    """No object of the classes of its objects is left unlabelled."""
    margin: float = 0.3
    """How far around an object of classes other than `kinds` the background is known, as a share of
    its box.
    """
    nominal: bool = False
    """Boxes say where an object is, not how large."""


@dataclass(eq=False)
class Piece:
    """An object on a crop: what is left of it."""

    kind: str
    """Its class."""
    box: NDArray[np.float32]
    """The part of its box that is inside, px."""
    polygons: list[Polygon]
    """Outlines, px."""
    share: float
    """Of the whole, 0..1."""
    length: float = 0.0
    """Longest side of the whole box, px."""
    core: bool = False
    """Only its box is labelled: the polygons are a part in the middle that surely is the object."""
    halo: float = 0.0
    """Then, how far its mask is unknown around the box, as a share of it."""
    margin: float = 0.3
    """As in `Source`."""
    ignored: bool = False
    """Too small or too large to be trained on; neither a target nor a mistake."""

    def of(self, kind: str) -> bool:
        """Whether it is an object of a class, itself or as one of a narrower class."""
        return kind in (self.kind, WITHIN.get(self.kind))


@dataclass(eq=False)
class Crop:
    """A training crop with its labels."""

    pixels: Pixels
    """(S, S, 3) uint8."""
    pieces: list[Piece] = field(default_factory=list)
    """The objects on it."""
    kinds: frozenset[str] = frozenset()
    """Classes that are labelled everywhere on the crop."""
    cover: NDArray[np.uint8] | None = None
    """(S, S) uint8 index into `cover_names`, 255 unknown."""
    cover_names: tuple[str, ...] = ()
    """Classes of land cover."""
    complete: bool = True
    """As in `Source`, of all images on it."""


def _turn(matrix: NDArray[np.float64], points: Polygon) -> Polygon:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def jitter(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Change brightness, contrast and saturation within a third.

    Sometimes the image becomes grey or its channels are rolled, as sensors differ.

    Args:
        picture: the image.
        rng: source of chance.
    """
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        picture = enhance(picture).enhance(float(rng.uniform(0.7, 1.35)))
    if rng.random() < 0.05:
        picture = picture.convert("L").convert("RGB")
    return picture


def centred(
    turn: NDArray[np.float64], middle: tuple[float, float], side: int
) -> NDArray[np.float64]:
    """The affine map (2, 3) from a square to a source image.

    Args:
        turn: (2, 2), rotation and scale.
        middle: px of the source that the square's middle shows.
        side: of the square, px.
    """
    return np.concatenate([turn, (np.array(middle) - turn @ [side / 2, side / 2])[:, None]], 1)


def inverted(matrix: NDArray[np.float64], shift: tuple[float, float]) -> NDArray[np.float64]:
    """The inverse of an affine map, its result moved by `shift`.

    Args:
        matrix: (2, 3).
        shift: x, y px.
    """
    back = np.linalg.inv(matrix[:, :2])
    return np.concatenate([back, (np.array(shift) - back @ matrix[:, 2])[:, None]], 1)


def sample(pixels: Pixels, to_source: NDArray[np.float64], scale: float, side: int) -> Image.Image:
    """The square that an affine map takes out of an image, black beyond its edges.

    Args:
        pixels: (H, W, 3) of the image.
        to_source: (2, 3), from px of the square to px of the image.
        scale: px of the square for one of the image.
        side: of the square, px.
    """
    picture = Image.fromarray(pixels)
    if (
        scale < 0.75
    ):  # shrink well first, and no more than is needed: an affine map alone would skip pixels
        ends = _turn(to_source, np.array([[0, 0], [side, 0], [0, side], [side, side]], np.float32))
        low = np.maximum(np.floor(ends.min(0)) - 2, 0).astype(int)
        high = np.minimum(np.ceil(ends.max(0)) + 2, pixels.shape[1::-1]).astype(int)
        size = np.maximum(np.rint((high - low) * scale), 1).astype(int)
        picture = picture.resize(
            tuple(size.tolist()), Image.Resampling.BILINEAR, box=(*low.tolist(), *high.tolist())
        )
        moved = to_source - np.array([[0, 0, low[0]], [0, 0, low[1]]])
        to_source = moved * (size / (high - low))[:, None]
    return picture.transform(
        (side, side), Image.Transform.AFFINE, tuple(to_source.ravel()), Image.Resampling.BILINEAR
    )


def core_of(box: tuple[float, float, float, float]) -> Polygon:
    """An ellipse of two fifths of the sides in the middle of a box, (12, 2) px.

    Inside it a compact object has nothing but itself.
    """
    angle = np.arange(12) * (np.pi / 6)
    middle, half = (np.array(box[:2]) + box[2:]) / 2, (np.array(box[2:]) - box[:2]) / 2
    return np.asarray(
        middle + CORE * half * np.stack([np.cos(angle), np.sin(angle)], 1), np.float32
    )


def _place(
    source: Source,
    scale: float,
    side: int,
    corner: tuple[int, int],
    crop: Crop,
    rng: np.random.Generator,
    around: int | None = None,
    oblong: float = 1.0,
) -> None:
    """Cut a piece of an image, rotate it, and lay it on a crop as a square.

    Args:
        source: the image.
        scale: px of the crop for one of the image.
        side: of the square, px.
        corner: of the square on the crop, px.
        crop: is changed.
        rng: source of chance.
        around: object that the piece is laid around, one by chance if None.
        oblong: how many times longer than wide the pixels are.
    """
    height, width = source.pixels.shape[:2]
    flip = np.diag([rng.choice([-1.0, 1.0]), 1.0])
    turnable = all(
        polygons for _, _, polygons in source.objects
    )  # a box alone grows when it is turned
    angle = (
        rng.uniform(0, 2 * np.pi)
        if rng.random() < 0.35 and turnable
        else rng.integers(4) * np.pi / 2
    )
    turn = (
        np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        @ flip
        @ np.diag([oblong**0.5, oblong**-0.5])
    )
    reach_x, reach_y = (side / scale * np.abs(turn).sum(1)).tolist()  # of the turned square
    if source.objects and rng.random() < 0.8:  # most crops are laid around an object, off centre
        box = source.objects[int(rng.integers(len(source.objects))) if around is None else around][
            1
        ]
        cx, cy = (
            (box[0] + box[2]) / 2 + rng.uniform(-0.4, 0.4) * reach_x,
            (box[1] + box[3]) / 2 + rng.uniform(-0.4, 0.4) * reach_y,
        )
    else:
        cx, cy = rng.uniform(0, width), rng.uniform(0, height)
    x0 = (
        (width - reach_x) / 2
        if reach_x >= width
        else float(np.clip(cx - reach_x / 2, 0, width - reach_x))
    )
    y0 = (
        (height - reach_y) / 2
        if reach_y >= height
        else float(np.clip(cy - reach_y / 2, 0, height - reach_y))
    )
    to_source = centred(turn / scale, (x0 + reach_x / 2, y0 + reach_y / 2), side)
    patch = sample(source.pixels, to_source, scale, side)
    ox, oy = corner
    crop.pixels[oy : oy + side, ox : ox + side] = np.asarray(jitter(patch, rng))
    if source.cover is not None:
        if crop.cover is None:
            crop.cover = np.full(crop.pixels.shape[:2], 255, np.uint8)
        flat = Image.fromarray(source.cover).transform(
            (side, side),
            Image.Transform.AFFINE,
            tuple(to_source.ravel()),
            Image.Resampling.NEAREST,
            fillcolor=255,
        )
        crop.cover[oy : oy + side, ox : ox + side] = np.asarray(flat)
        crop.cover_names = source.cover_names
    inverse = inverted(to_source, (ox, oy))
    for kind, (left, top, right, bottom), polygons in source.objects:
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
        outline = np.concatenate(polygons) if polygons else corners
        ends = _turn(inverse, outline)
        whole = np.concatenate([ends.min(0), ends.max(0)])
        inside = np.concatenate(
            [np.maximum(whole[:2], [ox, oy]), np.minimum(whole[2:], [ox + side, oy + side])]
        ).astype(np.float32)
        if inside[2] - inside[0] < 1 or inside[3] - inside[1] < 1:
            continue
        share = float(np.prod(inside[2:] - inside[:2]) / np.prod(whole[2:] - whole[:2]))
        length = float((whole[2:] - whole[:2]).max())
        drawn = polygons or (() if kind in HOLLOW else (core_of((left, top, right, bottom)),))
        halo = 0.0 if polygons else 0.5 if source.nominal else 0.1
        moved = [_turn(inverse, p) for p in drawn]
        crop.pieces.append(
            Piece(kind, inside, moved, share, length, not polygons, halo, source.margin)
        )


def make_crop(
    sources: Sequence[Source],
    scales: tuple[float, float],
    side: int,
    rng: np.random.Generator,
    around: tuple[int, int | None] | None = None,
    oblong: float = 1.0,
) -> Crop:
    """A random crop: one piece, or four quarters of downsampled images.

    Args:
        sources: images of one data set.
        scales: lowest and highest scale, drawn log-uniformly.
        side: px.
        rng: source of chance.
        around: an image and which of its objects to show; None by chance.
        oblong: how many times longer than wide the pixels are.
    """
    scale = float(np.exp(rng.uniform(*np.log(scales))))
    crop = Crop(np.zeros((side, side, 3), np.uint8))
    half = side // 2
    corners = [(0, 0), (half, 0), (0, half), (half, half)] if scale < 0.6 else [(0, 0)]
    chosen = [sources[int(rng.integers(len(sources)))] for _ in corners]
    if around is not None:
        chosen[0] = sources[around[0]]
    crop.kinds = frozenset.intersection(*(s.kinds for s in chosen))
    crop.complete = all(s.complete for s in chosen)
    for n, (source, corner) in enumerate(zip(chosen, corners, strict=True)):
        which = around[1] if around is not None and n == 0 else None
        _place(
            source, scale, side // (2 if len(corners) > 1 else 1), corner, crop, rng, which, oblong
        )
    return crop


def paste(crop: Crop, sources: Sequence[Source], rng: np.random.Generator) -> None:
    """Paste an object of another image one to eight times, clear of what is there.

    The copies stand in a row or anywhere.

    Args:
        crop: is changed.
        sources: where the object comes from; an image without one that stands by itself changes
            nothing.
        rng: source of chance.
    """
    source = sources[int(rng.integers(len(sources)))]
    mine = [o for o in source.objects if o[0] in PASTED and o[2] and o[0] in crop.kinds]
    if not mine:
        return
    kind, box, polygons = mine[int(rng.integers(len(mine)))]
    longest = max(box[2] - box[0], box[3] - box[1])
    length = float(np.exp(rng.uniform(np.log(14), np.log(min(110, 1.6 * max(longest, 14))))))
    scale, side = length / longest, int(1.5 * length) + 6
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    to_source = centred(turn, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), side)
    rings = [_turn(inverted(to_source, (0, 0)), p) for p in polygons]
    stencil = Image.new("L", (side, side))
    for ring in rings:
        ImageDraw.Draw(stencil).polygon([(float(x), float(y)) for x, y in ring], fill=255)
    patch, stencil = (
        jitter(sample(source.pixels, to_source, scale, side), rng),
        stencil.filter(ImageFilter.GaussianBlur(0.7)),
    )
    outline = np.concatenate(rings)
    low, high = outline.min(0), outline.max(0)
    canvas, total = Image.fromarray(crop.pixels), crop.pixels.shape[0]
    at = rng.uniform(0, total - side, 2)
    step = (
        rng.uniform(1.0, 1.6) * (high - low).max() * turn[:, 0] * scale
        if rng.random() < 0.5
        else None
    )
    for _ in range(int(rng.integers(1, 9))):
        x, y = np.rint(at).astype(int).tolist()
        at = rng.uniform(0, total - side, 2) if step is None else at + step
        spot = np.concatenate([low + [x, y], high + [x, y]]).astype(np.float32)
        if spot[:2].min() < 0 or spot[2:].max() > total:
            continue
        if any(
            (np.minimum(spot[2:], p.box[2:]) > np.maximum(spot[:2], p.box[:2])).all()
            for p in crop.pieces
        ):
            continue
        canvas.paste(patch, (x, y), stencil)
        crop.pieces.append(Piece(kind, spot, [(r + [x, y]).astype(np.float32) for r in rings], 1.0))
    crop.pixels = np.array(canvas)


def identities(crop: Crop, kind: str) -> tuple[NDArray[np.int32], list[Piece]]:
    """Objects of a class drawn as 1, 2, ..., small ones over large ones.

    Args:
        crop: with its objects.
        kind: the class.

    Returns:
        (S, S) int32, and the objects in that order.
    """
    pieces = sorted(
        (p for p in crop.pieces if p.of(kind)), key=lambda p: -float(np.prod(p.box[2:] - p.box[:2]))
    )
    canvas = Image.new("I", (crop.pixels.shape[1], crop.pixels.shape[0]))
    draw = ImageDraw.Draw(canvas)
    for number, piece in enumerate(pieces, 1):
        for ring in piece.polygons:
            if len(ring) > 2:
                draw.polygon([(float(x), float(y)) for x, y in ring], fill=number)
    return np.asarray(canvas, np.int32), pieces

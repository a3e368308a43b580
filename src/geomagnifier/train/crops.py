"""Training crops: pieces of labelled pictures at random scale, turned and laid on a canvas, with labels moved along.

A canvas holds one piece, or four where pictures are shrunk: at a quarter of its size a picture would fill a corner only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance

SHARE_TO_COUNT = 0.35
"""An object of which less than this share is left in the crop is neither a target nor a mistake."""

Pixels = NDArray[np.uint8]
Polygon = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Source:
    """A picture in memory. objects: (kind, box, polygons) px; cover: (H, W) uint8 or None; kinds: those fully labelled in it."""

    pixels: Pixels
    objects: tuple[tuple[str, tuple[float, float, float, float], tuple[Polygon, ...]], ...]
    kinds: frozenset[str]
    cover: NDArray[np.uint8] | None = None
    cover_names: tuple[str, ...] = ()


@dataclass(eq=False)
class Piece:
    """One object on a crop: what is left of it. clipped: the part of its box that is inside, px; share: of the whole, 0..1."""

    kind: str
    box: NDArray[np.float32]
    polygons: list[Polygon]
    share: float


@dataclass(eq=False)
class Crop:
    """pixels (S, S, 3) uint8.  cover (S, S) uint8, 255 unknown, names in cover_names.  kinds: labelled everywhere on the crop."""

    pixels: Pixels
    pieces: list[Piece] = field(default_factory=list)
    kinds: frozenset[str] = frozenset()
    cover: NDArray[np.uint8] | None = None
    cover_names: tuple[str, ...] = ()


def _turn(matrix: NDArray[np.float64], points: Polygon) -> Polygon:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def jitter(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Brightness, contrast and saturation within a third; sometimes grey or with channels rolled, as sensors differ."""
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        picture = enhance(picture).enhance(float(rng.uniform(0.7, 1.35)))
    if rng.random() < 0.05:
        picture = picture.convert("L").convert("RGB")
    return picture


def _place(source: Source, scale: float, side: int, corner: tuple[int, int], crop: Crop, rng: np.random.Generator) -> None:
    """Cut a piece of `source` at `scale`, turn it, and lay it on `crop` at `corner` as a square of `side` px."""
    height, width = source.pixels.shape[:2]
    reach = side / scale
    if source.objects and rng.random() < 0.8:  # most crops are laid around an object, off centre
        box = source.objects[int(rng.integers(len(source.objects)))][1]
        cx, cy = (box[0] + box[2]) / 2 + rng.uniform(-0.4, 0.4) * reach, (box[1] + box[3]) / 2 + rng.uniform(-0.4, 0.4) * reach
    else:
        cx, cy = rng.uniform(0, width), rng.uniform(0, height)
    x0 = (width - reach) / 2 if reach >= width else float(np.clip(cx - reach / 2, 0, width - reach))
    y0 = (height - reach) / 2 if reach >= height else float(np.clip(cy - reach / 2, 0, height - reach))
    # output -> source: turn (one of eight), scale, shift
    sign_x, sign_y, swap = rng.choice([-1, 1]), rng.choice([-1, 1]), rng.random() < 0.5
    turn = np.array([[sign_x, 0.0], [0.0, sign_y]])
    if swap:
        turn = turn[::-1]
    half = side / 2
    to_source = np.zeros((2, 3))
    to_source[:, :2] = turn / scale
    to_source[:, 2] = np.array([x0 + reach / 2, y0 + reach / 2]) - to_source[:, :2] @ [half, half]
    picture = Image.fromarray(source.pixels)
    if scale < 0.75:  # shrink well first: an affine map alone would skip pixels
        small = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = picture.resize(small, Image.Resampling.BILINEAR)
        to_pixels = to_source * np.array([[small[0] / width], [small[1] / height]])
    else:
        to_pixels = to_source
    patch = picture.transform((side, side), Image.Transform.AFFINE, tuple(to_pixels.ravel()), Image.Resampling.BILINEAR)
    ox, oy = corner
    crop.pixels[oy : oy + side, ox : ox + side] = np.asarray(jitter(patch, rng))
    if source.cover is not None:
        if crop.cover is None:
            crop.cover = np.full(crop.pixels.shape[:2], 255, np.uint8)
        flat = Image.fromarray(source.cover).transform(
            (side, side), Image.Transform.AFFINE, tuple(to_source.ravel()), Image.Resampling.NEAREST, fillcolor=255
        )
        crop.cover[oy : oy + side, ox : ox + side] = np.asarray(flat)
        crop.cover_names = source.cover_names
    inverse = np.zeros((2, 3))
    inverse[:, :2] = np.linalg.inv(to_source[:, :2])
    inverse[:, 2] = -inverse[:, :2] @ to_source[:, 2] + [ox, oy]
    for kind, box, polygons in source.objects:
        ends = _turn(inverse, np.array([[box[0], box[1]], [box[2], box[3]]], np.float32))
        whole = np.concatenate([ends.min(0), ends.max(0)])
        inside = np.concatenate([np.maximum(whole[:2], [ox, oy]), np.minimum(whole[2:], [ox + side, oy + side])]).astype(np.float32)
        if inside[2] - inside[0] < 1 or inside[3] - inside[1] < 1:
            continue
        share = float(np.prod(inside[2:] - inside[:2]) / np.prod(whole[2:] - whole[:2]))
        crop.pieces.append(Piece(kind, inside, [_turn(inverse, p) for p in polygons], share))


def make_crop(sources: Sequence[Source], scales: tuple[float, float], side: int, rng: np.random.Generator) -> Crop:
    """A random crop of `side` px: one piece, or four quarters of shrunk pictures.

    Args:
        sources: pictures of one data set.
        scales: lowest and highest scale, drawn log-uniformly.
        side: px.
        rng: source of chance.
    """
    scale = float(np.exp(rng.uniform(*np.log(scales))))
    crop = Crop(np.zeros((side, side, 3), np.uint8))
    half = side // 2
    corners = [(0, 0), (half, 0), (0, half), (half, half)] if scale < 0.6 else [(0, 0)]
    chosen = [sources[int(rng.integers(len(sources)))] for _ in corners]
    crop.kinds = frozenset.intersection(*(s.kinds for s in chosen))
    for source, corner in zip(chosen, corners, strict=True):
        _place(source, scale, side // (2 if len(corners) > 1 else 1), corner, crop, rng)
    return crop


def identities(crop: Crop, kind: str) -> tuple[NDArray[np.int32], list[Piece]]:
    """Objects of `kind` drawn as 1, 2, ... -> ((S, S) int32, the pieces in that order); small ones over large ones."""
    pieces = sorted((p for p in crop.pieces if p.kind == kind), key=lambda p: -float(np.prod(p.box[2:] - p.box[:2])))
    canvas = Image.new("I", (crop.pixels.shape[1], crop.pixels.shape[0]))
    draw = ImageDraw.Draw(canvas)
    for number, piece in enumerate(pieces, 1):
        for ring in piece.polygons:
            if len(ring) > 2:
                draw.polygon([(float(x), float(y)) for x, y in ring], fill=number)
    return np.asarray(canvas, np.int32), pieces

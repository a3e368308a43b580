"""Turn the bands of a raster into the three 8-bit channels that a model sees.

Colour is kept, a single band is repeated, and what is not 8-bit is stretched between its 2nd and
98th percentile. Pixels are valid by GDAL's rule: by the dataset mask if there is one, else by
nodata, else where the alpha band is above 0.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags

from geomagnifier.errors import GeomagWarning, SceneEmpty, SceneUnreadable
from geomagnifier.raster import band_colours as colours
from geomagnifier.raster.stated import Stated, of_band
from geomagnifier.raster.undeclared_nodata import Fill
from geomagnifier.types import Bools, Bytes

Raw = NDArray[Any]
"""(bands, h, w) in the raster's own type."""

RGB = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
INK = (ColorInterp.cyan, ColorInterp.magenta, ColorInterp.yellow, ColorInterp.black)
LOW, HIGH = 2, 98
"""Percentiles that become 0 and 255."""

TRANSPARENT, LEVELS, NEARLY = 0.25, 16, 0.98
"""A band marked alpha is sensor data if more than TRANSPARENT of its pixels above 0 lie below
NEARLY times the highest value, at LEVELS levels or more. True alpha is 0 and one other value, but
for soft edges.
"""


@dataclass(frozen=True, eq=False)
class Bands:
    """The bands to read, and how to show them."""

    indexes: tuple[int, ...]
    """Band numbers, 1-based: three for colour, one for grey or a palette, four for ink (CMYK)."""
    nodata: tuple[float | None, ...]
    """Nodata value of each of these bands, in the raster's own type; None where it has none."""
    masked: bool
    """Whether the dataset has a mask of its own, which is not an alpha band."""
    eight_bit: bool
    """Whether pixels are shown as they are, without a stretch."""
    palette: Bytes | None = None
    """(N, 4) uint8 RGBA colour table, or None."""
    ink: bool = False
    """Whether the four bands are cyan, magenta, yellow and black."""
    alpha: int = 0
    """Number of the alpha band that says which pixels are valid, 1-based; 0 where there is none or
    GDAL goes by nodata.
    """
    misled: bool = False
    """Whether GDAL takes a band for alpha that is none, and leaves pixels out of its averages and
    overviews by it.
    """

    @property
    def all_valid(self) -> bool:
        """Whether every pixel is valid: there is no mask, no alpha and no nodata value."""
        return not self.masked and not self.alpha and all(none is None for none in self.nodata)


def choose(dataset: Any, name: str, wanted: Sequence[int | str] | None = None) -> Bands:
    """Choose the bands of an open rasterio dataset.

    Args:
        dataset: the open dataset.
        name: file name, for messages.
        wanted: three bands or one, by number or name, in place of what the file says.

    Raises:
        SceneEmpty: every band is alpha; there is nothing to see.
        SceneUnreadable: the numbers are complex.
        OptionError: the dataset has no such band.
    """
    interpretation = list(dataset.colorinterp)
    chosen = None if wanted is None else colours.named_bands(dataset, name, wanted)
    alphas = [
        i
        for i, meaning in enumerate(interpretation, 1)
        if meaning == ColorInterp.alpha and not colours.is_a_band(dataset, i)
    ]
    colour = [i for i in range(1, len(interpretation) + 1) if i not in alphas]
    if not colour and chosen is None:
        raise SceneEmpty(
            f"{name} has no image band; choose another raster, or name bands with --bands"
        )
    ink = chosen is None and all(part in interpretation for part in INK)
    indexes = chosen or (
        tuple(interpretation.index(part) + 1 for part in INK)
        if ink
        else _rgb(dataset, name, interpretation, colour)
    )
    types = [str(dataset.dtypes[i - 1]) for i in indexes]
    if any("complex" in dtype for dtype in types):
        raise SceneUnreadable(
            f"{name} holds complex numbers (radar?); write their amplitude to a file first"
        )
    bits = min(int(dataset.tags(i, ns="IMAGE_STRUCTURE").get("NBITS", 8)) for i in indexes)
    single = len(indexes) == 1
    palette = (
        _palette(dataset, indexes[0])
        if interpretation[indexes[0] - 1] == ColorInterp.palette and single
        else None
    )
    if palette is None and bits < 8 and single:
        palette = _greys(bits)
    # Models are trained on ordinary 8-bit pictures, dark and bright ones alike: stretching one
    # would change what they have learnt to read. Many 8-bit bands without colours are a sensor's
    # numbers, not a picture.
    picture = (
        palette is not None or ink or len(colour) <= 4 or interpretation[indexes[0] - 1] in RGB
    )
    # GDAL's order: a mask of the dataset, then nodata, then alpha.
    flags = dataset.mask_flag_enums[indexes[0] - 1]
    masked = MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags
    alpha = (
        0
        if masked or MaskFlags.nodata in flags or not alphas or alphas[-1] in indexes
        else alphas[-1]
    )
    return Bands(
        indexes=indexes,
        nodata=tuple(None if masked else dataset.nodatavals[i - 1] for i in indexes),
        masked=masked,
        eight_bit=picture
        and (palette is not None or (bits >= 8 and all(dtype == "uint8" for dtype in types))),
        palette=palette,
        ink=ink,
        alpha=alpha,
        misled=MaskFlags.alpha in flags and not alpha,
    )


def with_stated_nodata(chosen: Bands, stated: Stated) -> Bands:
    """Return the bands with the nodata values that are stated, where the file says nothing.

    Args:
        chosen: bands of the file.
        stated: of the scene.
    """
    if chosen.masked or chosen.alpha or any(none is not None for none in chosen.nodata):
        return chosen
    return replace(chosen, nodata=tuple(of_band(stated.nodata, i) for i in chosen.indexes))


def _rgb(
    dataset: Any, name: str, interpretation: Sequence[ColorInterp], colour: Sequence[int]
) -> tuple[int, ...]:
    """Choose the bands shown as red, green and blue, or the one shown as grey.

    Args:
        dataset: the open dataset.
        name: file name, for messages.
        interpretation: colour interpretation of each band.
        colour: numbers of the bands that are not alpha.
    """
    named = colours.named_roles(dataset, name)
    interpreted = colours.interpreted_roles(interpretation)
    by_name, by_interpretation = (
        tuple(roles[c] for c in ("red", "green", "blue") if c in roles)
        for roles in (named, interpreted)
    )
    if len(by_name) == 3:
        if len(by_interpretation) == 3 and by_interpretation != by_name:
            _tell(
                f"by name or wavelength red, green, blue of {name} are the bands"
                f" {colours.describe_bands(dataset, by_name)}, by colour interpretation"
                f" {colours.describe_bands(dataset, by_interpretation)}; the former are shown;"
                " --bands or open_scene(bands=...) choose others"
            )
        return by_name
    if len(by_interpretation) == 3:
        return by_interpretation
    if len(colour) < 3:
        return (colour[0],)
    first = tuple(colour[:3])
    if len(colour) > 4 or colours.is_described(dataset):
        _tell(
            f"{name} does not say which of its {len(colour)} bands are red, green and blue;"
            f" {colours.describe_bands(dataset, first)} are shown so; choose others with --bands or"
            f" open_scene(bands=...), such as {first[2]},{first[1]},{first[0]}"
        )
    return first


def _tell(text: str) -> None:
    warnings.warn(text, GeomagWarning, stacklevel=6)  # the line that opens the scene


def is_alpha(values: NDArray[Any]) -> bool | None:
    """Judge by a sample whether a band that is marked alpha is one.

    Args:
        values: (n,) of any type.

    Returns:
        True for 0 and one other value, but for soft edges. None where it is half transparent at a
        few levels: it is taken for alpha, and may be sensor data with few levels.
    """
    shown = values[np.nan_to_num(values) != 0]
    if not shown.size:
        return True
    between = shown[shown < NEARLY * shown.max()]
    levels = np.unique(between).size
    if between.size <= TRANSPARENT * shown.size or levels < 2:
        return True
    return None if levels < LEVELS else False


def _palette(dataset: Any, index: int) -> Bytes:
    colours: dict[int, tuple[int, int, int, int]] = dataset.colormap(index)
    table = np.zeros((max(256, max(colours) + 1), 4), np.uint8)
    table[list(colours)] = list(colours.values())
    return table


def _greys(bits: int) -> Bytes:
    """Return the palette that shows numbers of less than 8 bits as shades from black to white.

    Without a palette, GDAL would round their averages to numbers of a few bits too.
    """
    table = np.full((256, 4), 255, np.uint8)
    table[:, :3] = np.minimum(np.arange(256) * 255 // (2**bits - 1), 255)[:, None]
    return table


def both_valid(first: Bools | None, second: Bools | None) -> Bools | None:
    """Return where both masks say that a pixel is valid.

    Args:
        first: (h, w) bool, or None where all pixels are valid.
        second: the same.
    """
    if first is None or second is None:
        return second if first is None else first
    return first & second


def valid_pixels(
    raw: Raw, nodata: tuple[float | None, ...], fill: Fill | None = None
) -> Bools | None:
    """Find the pixels where at least one band holds a number that is not nodata.

    Args:
        raw: (bands, h, w) in the raster's own type.
        nodata: declared nodata value of each band, or None.
        fill: nodata values that are not declared, or None.

    Returns:
        (h, w) bool; None where all pixels are valid.
    """
    valid = np.zeros(raw.shape[1:], bool)
    floating = raw.dtype.kind == "f"
    for i, (band, none) in enumerate(zip(raw, nodata, strict=True)):
        here = np.isfinite(band) if floating else None
        if none is not None and (floating or not np.isnan(none)):
            known = band != np.asarray(none).astype(band.dtype) if floating else band != none
            here = known if here is None else known & here
        if fill is not None:
            here = fill.holds(i, band) if here is None else fill.holds(i, band) & here
        if here is None:
            return None
        valid |= here
    return None if valid.all() else valid


@dataclass(frozen=True, eq=False)
class Stretch:
    """A linear stretch of each band to 8 bits."""

    low: NDArray[np.float64]
    """(bands,) float64, values that become 0."""
    high: NDArray[np.float64]
    """(bands,) float64, values that become 255."""
    fill: Fill | None = None
    """Nodata values that are not declared; they become 0."""

    @staticmethod
    def of(raw: Raw, valid: Bools | None, fill: Fill | None = None) -> Stretch:
        """Measure the stretch: from the 2nd to the 98th percentile of the valid finite pixels.

        A constant band gets its own value as both ends.

        Args:
            raw: (bands, h, w), a sample of the scene.
            valid: (h, w) bool, or None where all pixels are valid.
            fill: nodata values that are not declared, or None.
        """
        ends = np.zeros((2, len(raw)))
        for i, band in enumerate(raw):
            numbers = band[valid] if valid is not None else band.ravel()
            numbers = numbers[np.isfinite(numbers)] if numbers.dtype.kind == "f" else numbers
            numbers = numbers if fill is None else numbers[fill.measures(i, numbers)]
            if numbers.size:
                ends[:, i] = np.percentile(numbers.astype(np.float64), (LOW, HIGH))
                if ends[0, i] == ends[1, i]:
                    # A few bright objects on an even ground: use the whole range.
                    ends[:, i] = numbers.min(), numbers.max()
        return Stretch(ends[0], ends[1], fill if fill is not None and fill.found else None)

    def apply(self, raw: Raw) -> Bytes:
        """Stretch (bands, h, w) of any type to (bands, h, w) uint8.

        NaN becomes 0, and a constant band 128.
        """
        out = np.empty(raw.shape, np.uint8)
        for i, band in enumerate(raw):
            span = self.high[i] - self.low[i]
            if not span > 0:
                out[i] = 128
                continue
            exact = band.astype(np.float64)
            with np.errstate(over="ignore"):  # nodata may be as large as a number can be
                exact -= self.low[i]
                # Divide while in float64: values may be larger, or closer to each other, than
                # float32 can hold apart.
                exact /= span
                shown = exact.astype(np.float32)
            shown *= 255
            np.nan_to_num(shown, copy=False, nan=0.0, posinf=255.0, neginf=0.0)
            out[i] = np.clip(shown, 0, 255, out=shown) + np.float32(0.5)
            if self.fill is not None:
                out[i][~self.fill.holds(i, band)] = 0
        return out


def expand(raw: Raw, palette: Bytes, valid: Bools | None) -> tuple[Bytes, Bools | None]:
    """Replace palette numbers by their colours.

    Args:
        raw: (1, h, w) palette numbers.
        palette: (N, 4) uint8 RGBA.
        valid: (h, w) bool, or None where all pixels are valid.

    Returns:
        (3, h, w) uint8, and where pixels are valid and not transparent, (h, w) bool (None:
        everywhere).
    """
    rgba = palette[np.minimum(raw[0], len(palette) - 1)]
    opaque = rgba[..., 3] > 0
    valid = opaque if valid is None else opaque & valid
    return np.ascontiguousarray(rgba[..., :3].transpose(2, 0, 1)), None if valid.all() else valid


def shrink(shown: Bytes, valid: Bools | None, across: int, down: int) -> tuple[Bytes, Bools | None]:
    """Average the valid pixels in blocks of `across` x `down`.

    Args:
        shown: (bands, h * down, w * across) uint8.
        valid: (h * down, w * across) bool, or None where all pixels are valid.
        across: width of a block, px.
        down: height of a block, px.

    Returns:
        (bands, h, w) uint8, and the blocks of which half or more is valid, (h, w) bool (None: all).
    """
    if across == down == 1:
        return shown, valid
    count, height, width = len(shown), shown.shape[1] // down, shown.shape[2] // across
    blocks = shown.reshape(count, height, down, width, across)
    if valid is None:
        return (blocks.mean((2, 4), dtype=np.float32) + 0.5).astype(np.uint8), None
    weight = valid.reshape(height, down, width, across)
    total = (blocks * weight).sum((2, 4), dtype=np.float32) / np.maximum(weight.sum((1, 3)), 1)
    enough: Bools = weight.mean((1, 3)) >= 0.5
    return (total + 0.5).astype(np.uint8), None if enough.all() else enough


def compose(shown: Bytes, valid: Bools | None, ink: bool = False) -> Bytes:
    """Compose the three channels of an image, 0 where pixels are not valid.

    Args:
        shown: (1 | 3 | 4, h, w) uint8.
        valid: (h, w) bool, or None where all pixels are valid.
        ink: whether the four bands are cyan, magenta, yellow and black.

    Returns:
        (h, w, 3) uint8.
    """
    if ink:
        light = 255 - shown[:3].astype(np.uint16)
        shown = (light * (255 - shown[3].astype(np.uint16)) // 255).astype(np.uint8)
    pixels = np.empty((*shown.shape[1:], 3), np.uint8)
    for i in range(3):
        band = shown[min(i, len(shown) - 1)]
        # Not by pixels[~valid] = 0, which takes many times as long where most are not valid.
        np.multiply(band, True if valid is None else valid, out=pixels[..., i])
    return pixels

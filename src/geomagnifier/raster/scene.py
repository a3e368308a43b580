"""A scene: pixels read window by window, with their place on the Earth.

The header is read at once, pixels when asked for, from overviews where the file has them. A 60,000
px COG costs what is looked at.
"""

from __future__ import annotations

import itertools
import math
import os
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import CRSError

from geomagnifier.errors import BoxError, GeomagWarning, SceneEmpty, SceneUnreadable
from geomagnifier.geometry import Box
from geomagnifier.raster import band_colours, bands, file_identity, georeference, undeclared_nodata
from geomagnifier.raster.dataset import FAILURES, Source, open_source, tags_of, unreadable
from geomagnifier.raster.file_layout import Layout, layout
from geomagnifier.raster.reader import RasterBlock, RasterReader, ReadRequest
from geomagnifier.types import Affine6, Bools, Bytes, SceneInfo, View, Window

if TYPE_CHECKING:
    from PIL.Image import Image

OVERVIEW = 1024
"""Longest side of the picture that the stretch is measured on, px."""

SAMPLE, PARTS = 256, 64
"""Side of the sample of alpha and mask, px; of a large scene without overviews it is parts of that
size together, evenly over the scene.
"""
MOSTLY = 0.5
"""Share of a scene that is not valid, from which on it is told."""
UNTOLD = 0.001
"""Share that an alpha in doubt may hide without a word."""
CHEAP = 32_000_000
"""Pixels up to which a scene without overviews is sampled all over."""

SUBSAMPLES = 4
"""A palette picture is shrunk from at most this many samples a pixel each way: palette numbers
cannot be averaged.
"""

Read = Callable[[ReadRequest], RasterBlock]

_keys = itertools.count(1)


def open_scene(
    source: str | os.PathLike[str] | NDArray[Any] | Image,
    *,
    crs: str | None = None,
    transform: Affine6 | None = None,
    bands: Sequence[int | str] | None = None,
) -> Scene:
    """Open a picture of the Earth. Use it as a context manager, or call `close`.

    Pixel coordinates are those of the file, as a GIS shows it: the EXIF orientation of a JPEG is
        not applied.

    Args:
        source: a file (GeoTIFF, COG, JPEG, PNG, JPEG 2000, GIF, BMP, WebP), an array (H, W), (H, W,
            C) or (C, H, W), or a PIL image. An array is (C, H, W) where the first axis is at most
            16 and the last is more. A fourth band of an array is not alpha. An array is read where
            it lies: do not change it while the scene is open.
        crs: "EPSG:32633" or WKT, in place of what the file says.
        transform: pixel -> CRS (a, b, c, d, e, f), in place of what the file says.
        bands: those shown as red, green and blue, or one for grey: numbers from 1, or names; (4, 3,
            2) or ("B04", "B03", "B02"). Without, band names, colour interpretation or wavelengths
            decide, else they are the first three.

    Raises:
        SceneNotFound: no such file.
        SceneUnreadable: not an image, damaged, not local, or made of complex numbers.
        SceneEmpty: no pixels or no bands.
        SceneTooLarge: its blocks do not fit into memory, or there are so many that no look at all
            of it would end.
        OptionError: `crs` names no coordinate reference system, or there are no such `bands`.

    Example:
        >>> with open_scene(np.zeros((70, 100, 3), np.uint8)) as scene:
        ...     scene.info.width, scene.info.height
        (100, 70)
    """
    parsed = georeference.parse_crs(crs) if crs is not None else None
    opened = open_source(source)
    try:
        return Scene(opened, parsed, transform, bands)
    except FAILURES as error:
        opened.close()
        raise unreadable(opened.name, error) from error
    except BaseException:
        opened.close()
        raise


class Scene:
    """An open picture. Reads may come from several threads; they take turns."""

    def __init__(
        self,
        source: Source,
        crs: Any = None,
        transform: Affine6 | None = None,
        wanted: Sequence[int | str] | None = None,
    ) -> None:
        """Use `open_scene`."""
        dataset = source.dataset
        place = transform
        if place is None and source.pixels_from is None:
            place = georeference.affine6(dataset.transform)
        system = None if place is None else crs if crs is not None else _crs_of(source)
        if place is None and source.pixels_from is None and (dataset.gcps[0] or dataset.rpcs):
            warnings.warn(
                f"{source.name} says where it lies by ground control points or RPC, which are not"
                " used: its answers are in pixels; rectify it first (gdalwarp -t_srs EPSG:4326 IN"
                " OUT.tif)",
                GeomagWarning,
                stacklevel=3,
            )
        elif place is None and (
            crs is not None or (source.pixels_from is None and _crs_of(source))
        ):
            warnings.warn(
                f"{source.name} has a CRS, but nothing says where its pixels lie in it: its answers"
                " are in pixels; give open_scene a transform, or set the corners in the file"
                " (gdal_edit.py -a_ullr WEST NORTH EAST SOUTH)",
                GeomagWarning,
                stacklevel=3,
            )
        self._source = source
        self._bands = bands.choose(dataset, source.name, wanted)
        self._reader = RasterReader(source, self._bands)
        self._lock = threading.RLock()
        self._stretch: bands.Stretch | None = None
        self._fill: undeclared_nodata.Fill | None = None
        self._prepared = self._bands.eight_bit and self._bands.all_valid
        self._closed = False
        self._has_data = False
        self._key: str | None = None
        self.info = SceneInfo(
            name=source.name,
            width=dataset.width,
            height=dataset.height,
            bands=dataset.count,
            crs=georeference.crs_text(system),
            transform=place,
            gsd=georeference.metres_per_pixel(system, place, dataset.width, dataset.height),
            aspect=georeference.aspect(system, place, dataset.width, dataset.height),
            rgb=self._bands.indexes if not self._bands.ink else (),
            band_names=band_colours.names(dataset),
        )
        self._reader.check(ReadRequest(self.info.box, *self._overview_size(), Resampling.average))

    def __enter__(self) -> Scene:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pyramid(self) -> bool:
        """Whether the file has overviews: small pictures of the whole cost little."""
        return bool(self._source.dataset.overviews(1))

    @property
    def key(self) -> str:
        """The same for all openings of a file that has not changed, with the same bands.

        What was made of its pixels can be used again.
        """
        with self._lock:
            if self._key is None:
                found = (
                    None
                    if self._closed
                    else file_identity.of(
                        self._source.dataset, self._source.stamp, self._bands.indexes
                    )
                )
                self._key = found or f"scene{next(_keys)}-{os.getpid()}"
            return self._key

    @property
    def tags(self) -> dict[str, str]:
        """What the file says of itself in words: TIFF tags, EXIF, and the tags of the camera."""
        with self._lock:
            dataset = self._source.dataset
            return (
                {**tags_of(dataset), **tags_of(dataset, domain="IMAGERY")}
                if not self._closed
                else {}
            )

    @property
    def layout(self) -> Layout:
        """How the raster lies in its file: blocks, overviews, types, nodata, bounds."""
        with self._lock:
            return layout(self._source.dataset, self.info.transform)

    def close(self) -> None:
        """Let go of the file. Closing twice is no error."""
        with self._lock:
            self._closed = True
            self._source.close()

    def read(self, window: Window, pooled: bool = False) -> View:
        """The picture of a window.

        (height, width, 3) uint8, averaged when shrunk, bilinear when enlarged.

        Args:
            window: wholly inside the scene.
            pooled: where it is shrunk its pixels are means of those at full size (D of the paper).
                Overviews are used where they hold such means; without, they are used whatever they
                hold, as files do not say it.

        Raises:
            BoxError: the window is not wholly inside the scene.
            SceneUnreadable: the file is damaged there, or the scene is closed.
            SceneEmpty: the whole scene is nodata.
        """
        return self._view(window, whole=True, pooled=pooled)[0]

    def salvage(self, window: Window, pooled: bool = False) -> tuple[View, tuple[Box, ...]]:
        """What can be read of a window in a damaged file, for where `read` raises SceneUnreadable.

        A GeoTIFF or COG is read block by block (small blocks are taken together, see
        `blocks.SMALLEST`), at full size where an overview is damaged. A window in a sound part
        costs what `read` costs.

        Returns:
            The view: (height, width, 3) uint8, black and not `valid` where nothing could be read;
            and those places, scene px, blocks that lie together as one box. Pixels that a damaged
            block has a share in are not valid either.

        Raises:
            BoxError: the window is not wholly inside the scene.
            SceneUnreadable: nothing of the window can be read, the file is damaged and not made of
                blocks (JPEG, PNG, JPEG 2000), or the scene is closed.
            SceneEmpty: all that can be read of the scene is nodata, and nothing is damaged.

        Example:
            >>> with open_scene(np.zeros((70, 100, 3), np.uint8)) as scene:
            ...     view, broken = scene.salvage(Window(scene.info.box, 50, 35, "whole", scene.info.box))
            ...     view.pixels.shape, broken
            ((35, 50, 3), ())
        """
        return self._view(window, whole=False, pooled=pooled)

    def _view(self, window: Window, whole: bool, pooled: bool) -> tuple[View, tuple[Box, ...]]:
        box = self._inside(window.box)
        with self._lock:
            if not self._prepared:
                self._prepare()
            read = (
                self._reader.read if whole else self._reader.salvage
            )  # that of the bands as they were prepared
            numbers = self._numbers(read, box, window.height, window.width, pooled=pooled)
            shown, valid = self._show(numbers.raw, numbers.valid)
            if valid is None or valid.any():
                self._has_data = True
            elif not self._has_data and self._is_empty():
                raise SceneEmpty(
                    f"{self.info.name} has no data in any pixel; nothing can be seen there"
                )
        pixels = bands.compose(shown, valid, self._bands.ink)
        key = f"{self.key}:{window.box.tuple()}:{window.width}x{window.height}{':pooled' if pooled and self.pyramid else ''}"
        view = View(pixels, window, key, valid)
        return view, numbers.broken

    def _inside(self, box: Box) -> Box:
        whole = self.info.box
        common = box.intersection(whole)
        if (
            common is None
            or max(abs(a - b) for a, b in zip(common.tuple(), box.tuple(), strict=True)) > 1e-3
        ):
            raise BoxError(
                f"the box {box.tuple()} is not inside the scene, which is {self.info.width} x"
                f" {self.info.height} px"
            )
        return common

    def _show(self, raw: bands.Raw, valid: Bools | None) -> tuple[Bytes, Bools | None]:
        """Numbers of the raster -> (bands, h, w) uint8."""
        if self._bands.eight_bit:
            return np.asarray(raw, np.uint8), valid
        assert self._stretch is not None
        return self._stretch.apply(raw), valid

    def _prepare(self) -> None:
        """What must be known of the scene before a pixel is shown.

        Whether alpha is alpha, what is nodata, how numbers are stretched.
        """
        if self._closed:
            raise SceneUnreadable(f"{self.info.name} is closed; open it again with open_scene")
        if self._bands.alpha:
            self._judge_alpha()
        if self._bands.eight_bit:
            if not self._bands.all_valid and self._bands.palette is None:
                valid = [
                    n.valid if n.valid is not None else np.ones(n.raw.shape[1:], bool)
                    for n in self._sample(self._reader)
                ]
                share = float(np.mean([v.mean() for v in valid])) if valid else 0.0
                self._has_data = share > 0
                self._tell_invalid(1 - share)
        else:
            self._stretch = self._measure()
        self._prepared = True

    def _judge_alpha(self) -> None:
        """Take an alpha band that holds a picture for a band.

        Tools mark the fourth of any four bands so, near infrared, too.
        """
        band = self._bands.alpha
        alone = bands.Bands((band,), (None,), False, False)
        parts = [numbers.raw.ravel() for numbers in self._sample(RasterReader(self._source, alone))]
        if not parts:
            return
        values = np.concatenate(parts)
        judged = bands.is_alpha(values)
        if judged is False:
            self._bands = replace(self._bands, alpha=0, misled=True)
            self._reader = RasterReader(self._source, self._bands)
            self._tell(
                f"band {band} of {self.info.name} is marked alpha, but holds a picture (near"
                f" infrared?): nothing is hidden by it; gdal_edit.py -colorinterp_{band} undefined"
                " marks it so"
            )
        elif (
            judged is None
            and UNTOLD < (hidden := float((np.nan_to_num(values) == 0).mean())) <= MOSTLY
        ):  # more is told anyway
            self._tell(
                f"{hidden:.0%} of {self.info.name} is hidden by band {band}, which is marked alpha"
                f" and has few levels; if it is no alpha, gdal_edit.py -colorinterp_{band}"
                " undefined corrects it"
            )

    def _sample(self, reader: RasterReader) -> list[RasterBlock]:
        """Some of the scene's numbers, not averaged; none where nothing can be read."""
        info = self.info
        if self.pyramid or info.pixels <= CHEAP:
            shrink = max(1.0, max(info.width, info.height) / SAMPLE)
            places = [
                (info.box, max(1, round(info.height / shrink)), max(1, round(info.width / shrink)))
            ]
        else:
            each = round(math.sqrt(PARTS))
            wide, high = min(SAMPLE // each, info.width), min(SAMPLE // each, info.height)
            lefts, tops = (
                {round(i * (size - side) / (each - 1)) for i in range(each)}
                for size, side in ((info.width, wide), (info.height, high))
            )
            places = [
                (Box(x, y, x + wide, y + high), high, wide)
                for y in sorted(tops)
                for x in sorted(lefts)
            ]
        found = []
        for box, height, width in places:
            with suppress(SceneUnreadable):
                found.append(
                    self._numbers(
                        reader.salvage, box, height, width, Resampling.nearest, reader.bands
                    )
                )
        return found

    def _tell_invalid(self, share: float) -> None:
        """Tell that most of the scene is hidden."""
        if MOSTLY < share < 1:
            part, band = "more than 99%" if share > 0.99 else f"{share:.0%}", self._bands.alpha
            if band:
                why = (
                    f"transparent by its alpha band; if band {band} is no alpha, gdal_edit.py"
                    f" -colorinterp_{band} undefined corrects it"
                )
            else:
                why = "masked by its mask band" if self._bands.masked else "nodata"
            self._tell(f"only what is valid can be searched: {part} of {self.info.name} is {why}")

    def _tell_fill(self, found: undeclared_nodata.Fill) -> None:
        """Tell of values that look like nodata and are not declared."""
        for values, become in (
            (found.found, "is taken for nodata"),
            (found.doubtful, "may be nodata, and is taken for data"),
        ):
            for value, share in values:
                text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
                self._tell(
                    f"{text} in {share:.1%} of {self.info.name} {become}: it lies far from all"
                    f" other values, and is not declared; gdal_edit.py -a_nodata {text} declares it"
                )

    def _tell(self, text: str) -> None:
        warnings.warn(text, GeomagWarning, stacklevel=6)

    def _measure(self) -> bands.Stretch:
        # Nearest is enough for percentiles and skips most of a file without overviews; averages
        # find rare valid pixels. Damaged blocks do not count: the stretch belongs to the scene, and
        # must not depend on which window is read first.
        for resampling in (Resampling.nearest, Resampling.average):
            numbers = self._numbers(
                self._reader.salvage, self.info.box, *self._overview_size(), resampling
            )
            if numbers.valid is None or numbers.valid.any():
                found = None
                if self._bands.palette is None:
                    found = undeclared_nodata.find(numbers.raw, numbers.valid)
                    self._fill = found if found.found else None
                    self._tell_fill(found)
                valid = bands.valid_pixels(numbers.raw, self._bands.nodata, self._fill)
                both = (
                    numbers.valid
                    if valid is None
                    else valid
                    if numbers.valid is None
                    else valid & numbers.valid
                )
                self._tell_invalid(0.0 if both is None else float(1 - both.mean()))
                return bands.Stretch.of(numbers.raw, numbers.valid, found)
        raise SceneEmpty(f"{self.info.name} has no data in any pixel; nothing can be seen there")

    def _is_empty(self) -> bool:
        """Whether no pixel has data. What is damaged may have had some."""
        numbers = self._numbers(
            self._reader.salvage, self.info.box, *self._overview_size(), Resampling.average
        )
        self._has_data = bool(numbers.broken) or numbers.valid is None or bool(numbers.valid.any())
        return not self._has_data

    def _overview_size(self) -> tuple[int, int]:
        shrink = max(1.0, max(self.info.width, self.info.height) / OVERVIEW)
        return max(1, round(self.info.height / shrink)), max(1, round(self.info.width / shrink))

    def _numbers(
        self,
        read: Read,
        box: Box,
        height: int,
        width: int,
        resampling: Resampling | None = None,
        chosen: bands.Bands | None = None,
        pooled: bool = False,
    ) -> RasterBlock:
        """Numbers of the chosen bands (bands, height, width), palettes expanded, and where they are valid (None: everywhere)."""
        chosen = chosen or self._bands
        if self._closed:
            raise SceneUnreadable(f"{self.info.name} is closed; open it again with open_scene")
        if resampling is None:
            shrinks = box.width >= width and box.height >= height
            resampling = Resampling.average if shrinks else Resampling.bilinear
        across, down = 1, 1
        if (
            chosen.palette is not None
        ):  # palette numbers cannot be averaged: take samples, then average their colours
            resampling = Resampling.nearest
            across, down = (
                min(SUBSAMPLES, max(1, math.ceil(n)))
                for n in (box.width / width, box.height / height)
            )
        try:
            numbers = read(ReadRequest(box, height * down, width * across, resampling, pooled))
        except FAILURES as error:
            raise unreadable(self.info.name, error) from error
        raw, valid = (
            numbers.raw,
            bands.valid_pixels(
                numbers.raw, chosen.nodata, self._fill if chosen is self._bands else None
            ),
        )
        valid = (
            numbers.valid
            if valid is None
            else valid
            if numbers.valid is None
            else valid & numbers.valid
        )
        valid = None if valid is None or valid.all() else valid
        if chosen.palette is not None:
            raw, valid = bands.expand(raw, chosen.palette, valid)
            raw, valid = bands.shrink(raw, valid, across, down)
        return RasterBlock(raw, valid, numbers.broken)


def _crs_of(source: Source) -> Any:
    """What the file says; a nonsense is told, and taken for none."""
    try:
        return georeference.crs_of(source.dataset)
    except CRSError as error:
        warnings.warn(
            f"the coordinate reference system of {source.name} cannot be used ({error}); its"
            " answers will not be on the map",
            GeomagWarning,
            stacklevel=4,
        )
        return None

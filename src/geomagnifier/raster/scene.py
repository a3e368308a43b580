"""Open a scene and read it window by window, with its georeference.

The header is read at once, and pixels when they are asked for, from overviews where the file has
them. A 60,000 px COG costs no more than the windows that are read.
"""

from __future__ import annotations

import itertools
import math
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling

from geomagnifier.errors import BoxError, SceneEmpty, SceneUnreadable
from geomagnifier.geometry import Box
from geomagnifier.raster import (
    band_colours,
    bands,
    drone_camera,
    file_identity,
    georeference,
    scene_warnings,
    undeclared_nodata,
)
from geomagnifier.raster.dataset import FAILURES, Source, tags_of, unreadable
from geomagnifier.raster.file_layout import Layout, layout
from geomagnifier.raster.reader import RasterBlock, RasterReader, ReadRequest
from geomagnifier.raster.sources import open_any
from geomagnifier.types import Affine6, Bools, Bytes, SceneInfo, View, Window

if TYPE_CHECKING:
    from PIL.Image import Image

OVERVIEW = 1024
"""Longest side of the overview on which the stretch is measured, px."""

SAMPLE, PARTS = 256, 64
"""Longest side of the sample of alpha and mask, px. That of a large scene without overviews is
PARTS windows, evenly over the scene, as large together.
"""
CHEAP = 32_000_000
"""Pixels up to which a scene without overviews is sampled as a whole."""

SUBSAMPLES = 4
"""A window of a palette image is shrunk from at most this many samples a pixel each way, as palette
numbers cannot be averaged.
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
    """Open a satellite or aerial image. Use it as a context manager, or call `close`.

    Pixel coordinates are those of the file, as a GIS shows it: the EXIF orientation of a JPEG is
    not applied.

    Args:
        source: a file (GeoTIFF, COG, JPEG, PNG, JPEG 2000, GIF, BMP, WebP, MBTiles, GeoPackage), a
            STAC item, an address or a tile service (docs/sources.md), an array (H, W), (H, W, C) or
            (C, H, W), or a PIL image. An array is (C, H, W) where the first axis is at most 16 and
            the last is more. A fourth band of an array is not alpha. An array is not copied: do not
            change it while the scene is open.
        crs: "EPSG:32633" or WKT, in place of that of the file.
        transform: pixel -> CRS (a, b, c, d, e, f), in place of that of the file.
        bands: those shown as red, green and blue, or one for grey: numbers from 1, or names, such
            as (4, 3, 2) or ("B04", "B03", "B02"). By default band names, colour interpretation or
            wavelengths decide, else they are the first three.

    Raises:
        SceneNotFound: no such file.
        SceneUnreadable: not an image, damaged, not local, or made of complex numbers.
        SceneEmpty: no pixels or no bands.
        SceneTooLarge: its blocks do not fit into memory, or there are so many that a read of the
            whole scene would not end.
        OptionError: `crs` names no coordinate reference system, or there are no such `bands`.

    Example:
        >>> with open_scene(np.zeros((70, 100, 3), np.uint8)) as scene:
        ...     scene.info.width, scene.info.height
        (100, 70)
    """
    parsed = georeference.parse_crs(crs) if crs is not None else None
    opened = open_any(source)
    try:
        return Scene(opened, parsed, transform, bands)
    except FAILURES as error:
        opened.close()
        raise unreadable(opened.name, error) from error
    except BaseException:
        opened.close()
        raise


class Scene:
    """An open satellite or aerial image.

    Several threads may read it; they take turns.
    """

    def __init__(
        self,
        source: Source,
        crs: Any = None,
        transform: Affine6 | None = None,
        wanted: Sequence[int | str] | None = None,
    ) -> None:
        """Take over an open source; `open_scene` is the way to make a scene.

        Args:
            source: the open dataset, which is closed with the scene.
            crs: rasterio CRS in place of that of the file, or None.
            transform: pixel -> CRS in place of that of the file, or None.
            wanted: bands that are shown in place of those of the file, or None.
        """
        dataset = source.dataset
        place = transform
        if place is None and source.pixels_from is None:
            place = georeference.affine6(dataset.transform)
        file_crs = scene_warnings.file_crs
        if place is None and source.pixels_from is None and source.stated is None:
            source.stated = drone_camera.stated_of(dataset, source.name)
        stated = source.stated
        if stated is not None and place is None:
            place = scene_warnings.stated_place(source, stated)
        system = None if place is None else crs if crs is not None else file_crs(source)
        if stated is not None and place is not None and system is None and stated.crs is not None:
            system = scene_warnings.stated_crs(stated)
        if place is None and source.pixels_from is None and (dataset.gcps[0] or dataset.rpcs):
            scene_warnings.control_points_unused(source.name)
        elif place is None and (
            crs is not None or (source.pixels_from is None and file_crs(source))
        ):
            scene_warnings.transform_missing(source.name)
        self._source = source
        self._bands = bands.choose(dataset, source.name, wanted)
        if stated is not None and stated.nodata:
            self._bands = bands.with_stated_nodata(self._bands, stated)
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
        """Whether the file has overviews, so that small views of the whole scene cost little."""
        return bool(self._source.dataset.overviews(1))

    @property
    def key(self) -> str:
        """Cache key of the pixels: the same each time an unchanged file is opened with these bands.

        What was computed from its pixels can be used again.
        """
        with self._lock:
            if self._key is None:
                stated = self._source.stated  # nodata that is stated may change with the file
                found = (
                    None
                    if self._closed or (stated is not None and stated.nodata)
                    else file_identity.of(
                        self._source.dataset, self._source.stamp, self._bands.indexes
                    )
                )
                self._key = found or f"scene{next(_keys)}-{os.getpid()}"
            return self._key

    @property
    def tags(self) -> dict[str, str]:
        """Tags of the file: TIFF tags, EXIF, and GDAL's IMAGERY domain."""
        with self._lock:
            dataset = self._source.dataset
            return (
                {**tags_of(dataset), **tags_of(dataset, domain="IMAGERY")}
                if not self._closed
                else {}
            )

    @property
    def layout(self) -> Layout:
        """Layout of the raster in its file: blocks, overviews, types, nodata, bounds."""
        with self._lock:
            return layout(self._source.dataset, self.info.transform, self._source.stated)

    def close(self) -> None:
        """Close the file. Closing twice is no error."""
        with self._lock:
            self._closed = True
            self._source.close()

    def read(self, window: Window, pooled: bool = False) -> View:
        """Read a window as an image, (height, width, 3) uint8.

        It is averaged where it is shrunk, and bilinear where it is enlarged.

        Args:
            window: wholly inside the scene.
            pooled: whether the pixels of a shrunk window must be means of those at full size (D of
                the paper): overviews are then used only where they hold such means. Else they are
                used whatever they hold, which no file says.

        Raises:
            BoxError: the window is not wholly inside the scene.
            SceneUnreadable: the file is damaged there, or the scene is closed.
            SceneEmpty: the whole scene is nodata.
        """
        return self._view(window, whole=True, pooled=pooled)[0]

    def salvage(self, window: Window, pooled: bool = False) -> tuple[View, tuple[Box, ...]]:
        """Read what can be read of a window in a damaged file, where `read` raises SceneUnreadable.

        A GeoTIFF or COG is read block by block (small blocks are read together, see
        `blocks.SMALLEST`), at full size where an overview is damaged. A window in a sound part
        costs what `read` costs.

        Args:
            window: wholly inside the scene.
            pooled: as of `read`.

        Returns:
            The view: (height, width, 3) uint8, black and not `valid` where nothing could be read;
            and those places, scene px, neighbouring blocks as one box. Pixels that a damaged block
            has a share in are not valid either.

        Raises:
            BoxError: the window is not wholly inside the scene.
            SceneUnreadable: nothing of the window can be read, the file is damaged and not made of
                blocks (JPEG, PNG, JPEG 2000), or the scene is closed.
            SceneEmpty: all that can be read of the scene is nodata, and nothing is damaged.

        Example:
            >>> with open_scene(np.zeros((70, 100, 3), np.uint8)) as scene:
            ...     window = Window(scene.info.box, 50, 35, "whole", scene.info.box)
            ...     view, broken = scene.salvage(window)
            ...     view.pixels.shape, broken
            ((35, 50, 3), ())
        """
        return self._view(window, whole=False, pooled=pooled)

    def _view(self, window: Window, whole: bool, pooled: bool) -> tuple[View, tuple[Box, ...]]:
        box = self._inside(window.box)
        with self._lock:
            if not self._prepared:
                self._prepare()
            # Only now: preparing may have chosen other bands, and so another reader.
            read = self._reader.read if whole else self._reader.salvage
            numbers = self._numbers(read, box, window.height, window.width, pooled=pooled)
            shown, valid = self._show(numbers.raw, numbers.valid)
            if valid is None or valid.any():
                self._has_data = True
            elif not self._has_data and self._is_empty():
                raise SceneEmpty(
                    f"{self.info.name} has no data in any pixel; nothing can be seen there"
                )
        pixels = bands.compose(shown, valid, self._bands.ink)
        how = ":pooled" if pooled and self.pyramid else ""
        key = f"{self.key}:{window.box.tuple()}:{window.width}x{window.height}{how}"
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
        """Convert numbers of the raster to (bands, h, w) uint8."""
        if self._bands.eight_bit:
            return np.asarray(raw, np.uint8), valid
        assert self._stretch is not None
        return self._stretch.apply(raw), valid

    def _prepare(self) -> None:
        """Learn what must be known of the scene before a pixel is shown.

        Whether alpha is alpha, which values are nodata, how numbers are stretched.
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
                scene_warnings.mostly_invalid(self.info.name, self._bands, 1 - share)
        else:
            self._stretch = self._measure()
        self._prepared = True

    def _judge_alpha(self) -> None:
        """Stop using an alpha band that holds sensor data.

        Tools mark the fourth of any four bands as alpha, near infrared too.
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
            scene_warnings.alpha_is_data(self.info.name, band)
        elif judged is None:
            hidden = float((np.nan_to_num(values) == 0).mean())
            scene_warnings.alpha_in_doubt(self.info.name, band, hidden)

    def _sample(self, reader: RasterReader) -> list[RasterBlock]:
        """Read a sample of the scene's numbers, not averaged; empty where nothing can be read."""
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

    def _measure(self) -> bands.Stretch:
        """Measure the stretch of the scene, and find nodata that is not declared."""
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
                    scene_warnings.nodata_undeclared(self.info.name, found)
                valid = bands.valid_pixels(numbers.raw, self._bands.nodata, self._fill)
                both = bands.both_valid(numbers.valid, valid)
                share = 0.0 if both is None else float(1 - both.mean())
                scene_warnings.mostly_invalid(self.info.name, self._bands, share)
                return bands.Stretch.of(numbers.raw, numbers.valid, found)
        raise SceneEmpty(f"{self.info.name} has no data in any pixel; nothing can be seen there")

    def _is_empty(self) -> bool:
        """Return whether no pixel has data. What is damaged may have had some."""
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
        """Read the chosen bands, with palettes expanded and nodata taken into account.

        Args:
            read: of the reader, `read` or `salvage`.
            box: the part that is read, scene px.
            height: of the result, px.
            width: of the result, px.
            resampling: None for average where the part is shrunk, else bilinear.
            chosen: bands, None for those of the scene.
            pooled: as of `Scene.read`.

        Returns:
            Numbers (bands, height, width), and where they are valid (None: everywhere).
        """
        chosen = chosen or self._bands
        if self._closed:
            raise SceneUnreadable(f"{self.info.name} is closed; open it again with open_scene")
        if resampling is None:
            shrinks = box.width >= width and box.height >= height
            resampling = Resampling.average if shrinks else Resampling.bilinear
        across, down = 1, 1
        if chosen.palette is not None:
            # Palette numbers cannot be averaged: take samples, then average their colours.
            resampling = Resampling.nearest
            across, down = (
                min(SUBSAMPLES, max(1, math.ceil(n)))
                for n in (box.width / width, box.height / height)
            )
        try:
            numbers = read(ReadRequest(box, height * down, width * across, resampling, pooled))
        except FAILURES as error:
            raise unreadable(self.info.name, error) from error
        raw, fill = numbers.raw, self._fill if chosen is self._bands else None
        valid = bands.both_valid(numbers.valid, bands.valid_pixels(raw, chosen.nodata, fill))
        valid = None if valid is None or valid.all() else valid
        if chosen.palette is not None:
            raw, valid = bands.expand(raw, chosen.palette, valid)
            raw, valid = bands.shrink(raw, valid, across, down)
        return RasterBlock(raw, valid, numbers.broken)

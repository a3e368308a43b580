"""Read windows of an open raster, at any size, in bounded memory.

Where that is asked for, also what can still be read of a damaged file.
"""

from __future__ import annotations

import logging
import math
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import RasterioIOError
from rasterio.windows import Window as RasterWindow

from geomagnifier.errors import GeomagWarning, SceneTooLarge
from geomagnifier.geometry import Box
from geomagnifier.raster import halt
from geomagnifier.raster.bands import Bands, Raw
from geomagnifier.raster.blocks import Piece, joined, whole_piece
from geomagnifier.raster.dataset import CACHE, FAILURES, OPTIONS, Source
from geomagnifier.types import Bools

AT_ONCE = CACHE // 2
"""Most bytes of blocks for one call of GDAL. GDAL shrinks band after band: blocks that do not stay
in its cache are decoded once for each band.
"""

UNPACKED = 50e9
"""Most pixels that are decoded for one window: minutes. A header of a few bytes can claim any
number.
"""

TILE = re.compile(r"Unable to download block (\d+), (\d+)")
"""Column and row of a tile, in an error of GDAL's WMS driver."""
HTTP_STATUS = re.compile(r"HTTP status code: (\d+)")
"""The status in such an error."""
SPOTS, SPOT = 3, 16
"""Places each way at which an overview is compared with the means of the pixels it stands for, and
their side, overview px.
"""
ROUNDED, ALIKE = 0.5, 0.002
"""Largest mean difference there: for integers what rounding does, for floats a share of their
range. Overviews by nearest neighbour (gdaladdo's default) differ by tens of 255 levels.
"""


@dataclass(frozen=True)
class ReadRequest:
    """A window to be read, and its size."""

    box: Box
    """The part of the scene that is read, scene px."""
    height: int
    """Height of the result, px."""
    width: int
    """Width of the result, px."""
    resampling: Resampling
    """How it is resampled to that size."""
    pooled: bool = False
    """Whether shrunk numbers must be means of those at full size, whatever the overviews hold."""


@dataclass(frozen=True, eq=False)
class RasterBlock:
    """A window that was read."""

    raw: Raw
    """(bands, h, w) in the raster's own type."""
    valid: Bools | None
    """(h, w) bool, by the raster's alpha or mask and by what could be read; None: everywhere."""
    broken: tuple[Box, ...] = ()
    """Parts that could not be read, scene px."""


@dataclass(eq=False)
class _Canvas:
    """A window that is being read."""

    request: ReadRequest
    raw: Raw
    valid: Bools
    read: Bools
    """(h, w) bool, where it has been read."""


class RasterReader:
    """Reads the chosen bands of one source, for one thread at a time.

    Args:
        source: the open dataset.
        chosen: bands that are read.
    """

    def __init__(self, source: Source, chosen: Bands) -> None:
        dataset = source.dataset
        self._source, self.bands = source, chosen
        self._scene = Box(0, 0, dataset.width, dataset.height)
        self._blocks: tuple[int, int] = dataset.block_shapes[chosen.indexes[0] - 1]
        self._type = np.dtype(dataset.dtypes[chosen.indexes[0] - 1])
        self._factors: list[int] = [] if chosen.misled else dataset.overviews(chosen.indexes[0])
        self._means: dict[int, bool] = {}
        self.in_blocks = dataset.driver in ("GTiff", "WMS")
        """Whether the file is made of blocks that can be read one by one, whatever became of the
        others.
        """
        # A mask of its own may say anything of pixels that were never written; an alpha band that
        # was never written says "not valid".
        self._sparse = dataset.driver == "GTiff" and not chosen.masked
        self._statuses: set[str] = set()
        self._lost: list[Box] = []
        self._all = sorted({*chosen.indexes, *((chosen.alpha,) if chosen.alpha else ())})
        self._unwritten = np.array(
            [_unwritten(none, self._type) for none in chosen.nodata], self._type
        )[:, None, None]

    def read(self, request: ReadRequest) -> RasterBlock:
        """Read all of a window.

        Raises:
            SceneTooLarge: too much of the file would have to be decoded for it.
            RasterioIOError: some of it cannot be read.
            Halted: it was stopped between two pieces; also in `salvage`.
        """
        self.check(request)
        canvas = self._canvas(request)
        for piece in self._pieces(self._whole(request), request):
            self._fill(canvas, piece)
        return self._numbers(canvas)

    def salvage(self, request: ReadRequest) -> RasterBlock:
        """Read what can be read of a window; the rest is not valid, and listed in `broken`.

        Raises:
            SceneTooLarge: as of `read`.
            RasterioIOError: nothing of it can be read, or a part cannot and the file is not made of
                blocks.
        """
        self.check(request)
        if not self.in_blocks:
            return self.read(request)
        canvas = self._canvas(request)
        broken = [
            box
            for piece in self._pieces(self._whole(request), request)
            for box in self._salvage(canvas, piece)
        ]
        if not canvas.read.any():
            why = f" ({', '.join(sorted(self._statuses))})" if self._statuses else ""
            raise RasterioIOError(f"none of its blocks there can be read{why}")
        return self._numbers(canvas, joined(broken))

    def check(self, request: ReadRequest) -> None:
        """Refuse a window that would take for ever.

        Raises:
            SceneTooLarge: more than `UNPACKED` pixels would have to be decoded.
        """
        if (pixels := request.box.area / self._overview(request) ** 2) > UNPACKED:
            size = f"{self._scene.x1:.0f} x {self._scene.y1:.0f} px"
            raise SceneTooLarge(
                f"{self._source.name} has {size} and no overviews for a look at all of it, which"
                f" would unpack {pixels / 1e9:.0f} Gpx; add them (gdaladdo), or cut it"
            )

    def _overview(self, request: ReadRequest) -> int:
        """Return the downsampling factor of the overview that is read; 1 for full size."""
        shrink = min(request.box.width / request.width, request.box.height / request.height)
        factor = max((factor for factor in self._factors if factor <= shrink), default=1)
        return 1 if request.pooled and factor > 1 and not self._is_pooled(factor) else factor

    def _is_pooled(self, factor: int) -> bool:
        """Return whether an overview holds the means of the pixels that it stands for.

        Files do not say how their overviews were made: places evenly over the scene are compared.
        One without any texture says nothing, and a scene of nothing else is its own mean.
        """
        if factor not in self._means:
            self._means[factor] = all(
                self._alike(factor, x, y) for x, y in self._places(factor * SPOT)
            )
        return self._means[factor]

    def _places(self, side: int) -> Iterator[tuple[int, int]]:
        width, height = int(self._scene.x1), int(self._scene.y1)
        for row in range(SPOTS):
            for column in range(SPOTS):
                yield (
                    max(0, (width - side) * column // (SPOTS - 1)),
                    max(0, (height - side) * row // (SPOTS - 1)),
                )

    def _alike(self, factor: int, x: int, y: int) -> bool:
        side = factor * SPOT
        box = Box(x, y, min(x + side, self._scene.x1), min(y + side, self._scene.y1))
        rows, columns = int(box.height // factor), int(box.width // factor)
        if not rows or not columns:
            return True
        window = RasterWindow(x, y, columns * factor, rows * factor)
        shape, band = (rows, columns), self.bands.indexes[0]
        try:
            shown = _patiently(
                self._source.dataset.read,
                band,
                out_shape=shape,
                window=window,
                resampling=Resampling.nearest,
            )
            full = _patiently(self._source.full_size().read, band, window=window)
        except FAILURES:  # damaged: the full size is what is asked for
            return False
        apart = np.abs(
            shown - full.astype(np.float64).reshape(rows, factor, columns, factor).mean((1, 3))
        )
        whole = self._type.kind != "f"
        known = full[np.isfinite(full)]
        return float(np.nan_to_num(apart).mean()) <= (
            ROUNDED if whole else ALIKE * float(np.ptp(known)) if known.size else 0.0
        )

    def _whole(self, request: ReadRequest) -> Piece:
        return whole_piece(request.box, request.height, request.width, self._blocks, self._scene)

    def _canvas(self, request: ReadRequest) -> _Canvas:
        size = (request.height, request.width)
        raw = np.zeros((len(self.bands.indexes), *size), self._type)
        return _Canvas(
            request,
            raw,
            np.full(size, not (self.bands.masked or self.bands.alpha)),
            np.zeros(size, bool),
        )

    def _numbers(self, canvas: _Canvas, broken: tuple[Box, ...] = ()) -> RasterBlock:
        valid = canvas.valid & canvas.read
        return RasterBlock(canvas.raw, None if valid.all() else valid, broken)

    def _pieces(self, piece: Piece, request: ReadRequest) -> Iterator[Piece]:
        """Split a piece in parts of at most `AT_ONCE` bytes, in the order of the file."""
        parts = piece.quarters()
        if (
            len(parts) == 1
            or piece.box.area
            / self._overview(request) ** 2
            * self._source.dataset.count
            * self._type.itemsize
            <= AT_ONCE
        ):
            yield piece
        else:
            for part in parts:
                yield from self._pieces(part, request)

    def _salvage(self, canvas: _Canvas, piece: Piece) -> list[Box]:
        """Read what can be read of a piece, and return the blocks that cannot, scene px."""
        if self._try(canvas, piece):
            return []
        parts = piece.quarters()
        if len(parts) > 1:
            return [box for part in parts for box in self._salvage(canvas, part)]
        # The overview may be damaged, and not the block.
        if self._factors and self._try(canvas, piece, full_size=True):
            return []
        # Or a block next to this one is: GDAL reads so much more on each side, even where it
        # averages. Then the middle can be read, and the side that needs that block cannot.
        reach = max(1.0, piece.rows.step, piece.columns.step) + 1
        read = [self._try(canvas, part, full_size=True) for part in piece.parted(reach)]
        return [] if any(read) else [piece.blocks]

    def _try(self, canvas: _Canvas, piece: Piece, full_size: bool = False) -> bool:
        # A tile that a service did not send is not asked for again, nor by its neighbours.
        near = piece.box.grown(max(1.0, piece.rows.step, piece.columns.step))
        if any(near.intersection(tile) is not None for tile in self._lost):
            return False
        try:
            self._fill(canvas, piece, full_size)
        except FAILURES:
            return False
        return True

    def _fill(self, canvas: _Canvas, piece: Piece, full_size: bool = False) -> None:
        halt.check()
        rows, columns = piece.place
        if self._never_written(piece):
            canvas.raw[:, rows, columns] = self._unwritten
        else:
            box, request, indexes = piece.box, canvas.request, list(self.bands.indexes)
            full_size = full_size or (request.pooled and self._overview(request) == 1)
            dataset = self._source.full_size() if full_size else self._source.dataset
            how = {
                "window": RasterWindow(box.x0, box.y0, box.width, box.height),
                "resampling": request.resampling,
            }
            try:
                if self.bands.misled:
                    raw = _unmasked(self._source.full_size(), indexes, piece, request.resampling)
                else:
                    raw = _patiently(
                        dataset.read, indexes, out_shape=(len(indexes), *piece.shape), **how
                    )
                if self.bands.masked or self.bands.alpha:
                    of_alpha, band = (
                        (dataset.read, self.bands.alpha)
                        if self.bands.alpha
                        else (dataset.read_masks, indexes[0])
                    )
                    # Averaged or not, valid is what is not 0: so do GDAL's averages of the other
                    # bands take it.
                    canvas.valid[rows, columns] = (
                        np.nan_to_num(_patiently(of_alpha, band, out_shape=piece.shape, **how)) != 0
                    )
            except FAILURES as error:
                self._tell_status(error)
                if not self.in_blocks or isinstance(error, _EndsTooEarly):
                    # GDAL takes the part it has for the whole block, and would not read it again.
                    self._source.reopen()
                raise
            canvas.raw[:, rows, columns] = raw
        canvas.read[rows, columns] = True

    def _tell_status(self, error: Exception) -> None:
        """Note a tile of a service that was not sent, and warn once for each status."""
        text = str(error.__cause__ or error)
        if self._source.dataset.driver != "WMS":
            return
        if tile := TILE.search(text):
            down, across = self._blocks
            x, y = int(tile[1]) * across, int(tile[2]) * down
            self._lost.append(Box(x, y, x + across, y + down))
        status = HTTP_STATUS.search(text)
        why = f"HTTP status {status[1]}" if status and status[1] != "0" else "no answer"
        if why not in self._statuses:
            self._statuses.add(why)
            warnings.warn(
                f"tiles of {self._source.name} could not be fetched ({why}); what they show is not"
                " seen",
                GeomagWarning,
                stacklevel=2,
            )

    def _never_written(self, piece: Piece) -> bool:
        """Return whether a sparse file has no block of a piece, which is then not read."""
        if not self._sparse:
            return False
        down, across = self._blocks
        # Bilinear resampling uses the next pixels as well.
        box = piece.box.grown(max(1.0, piece.rows.step, piece.columns.step))
        at = [
            max(0, int(v // side))
            for v, side in zip(box.tuple(), (across, down, across, down), strict=True)
        ]
        last = (int(self._scene.x1) - 1) // across, (int(self._scene.y1) - 1) // down
        return all(
            self._source.dataset.get_tag_item(f"BLOCK_OFFSET_{x}_{y}", "TIFF", bidx=band) is None
            for y in range(at[1], min(at[3], last[1]) + 1)
            for x in range(at[0], min(at[2], last[0]) + 1)
            for band in self._all
        )


def _unwritten(nodata: float | None, dtype: np.dtype[Any]) -> Any:
    """Return what GDAL reads where a sparse file was never written: nodata, or 0."""
    if nodata is None or (dtype.kind != "f" and np.isnan(nodata)):
        return 0
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return np.asarray(nodata).astype(dtype)
    limits = np.iinfo(dtype)
    return min(max(int(nodata), limits.min), limits.max)


def _unmasked(dataset: Any, indexes: list[int], piece: Piece, resampling: Resampling) -> Any:
    """Read and resample a piece without the dataset's mask, (bands, h, w).

    GDAL cannot be told to leave a mask out of its averages, so Pillow resamples here.
    """
    from PIL import Image

    box, (height, width) = piece.box, piece.shape
    whole = all(float(v).is_integer() for v in box.tuple()) and (box.width, box.height) == (
        width,
        height,
    )
    if whole or resampling == Resampling.nearest:
        window = RasterWindow(box.x0, box.y0, box.width, box.height)
        return _patiently(
            dataset.read,
            indexes,
            out_shape=(len(indexes), height, width),
            window=window,
            resampling=Resampling.nearest,
        )
    x0, y0 = max(0, math.floor(box.x0) - 1), max(0, math.floor(box.y0) - 1)
    x1, y1 = min(dataset.width, math.ceil(box.x1) + 1), min(dataset.height, math.ceil(box.y1) + 1)
    full = _patiently(dataset.read, indexes, window=RasterWindow(x0, y0, x1 - x0, y1 - y0))
    how = Image.Resampling.BOX if resampling == Resampling.average else Image.Resampling.BILINEAR
    part = (box.x0 - x0, box.y0 - y0, box.x1 - x0, box.y1 - y0)
    bands = np.stack(
        [
            np.asarray(Image.fromarray(band.astype(np.float32)).resize((width, height), how, part))
            for band in full
        ]
    )
    return bands if full.dtype.kind == "f" else np.rint(bands)


def _patiently(read: Any, *args: Any, **how: Any) -> Any:
    """Call a read function of rasterio, with truncated JPEG data as an error."""
    # libjpeg only warns when a file ends too early, and paints the rest grey. Its other warnings
    # are harmless: then read once more without the strict option.
    try:
        with rasterio.Env(**OPTIONS, GDAL_ERROR_ON_LIBJPEG_WARNING="TRUE"), _jpeg_in_tiff():
            return read(*args, **how)
    except FAILURES as error:
        if "libjpeg" not in str(error.__cause__) or "remature end" in str(error.__cause__):
            raise
    with rasterio.Env(**OPTIONS):
        return read(*args, **how)


class _EndsTooEarly(RasterioIOError):  # type: ignore[misc]  # rasterio has no types
    """A JPEG block inside a TIFF is truncated."""


class _ThreadLog(logging.Handler):
    """Collects what rasterio logs in one thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread, self.text = threading.get_ident(), ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.text += record.getMessage()


@contextmanager
def _jpeg_in_tiff() -> Iterator[None]:
    """Raise an error for a JPEG block that ends too early.

    Inside a TIFF, GDAL has no setting for that and only passes the warning on.
    """
    handler, log = _ThreadLog(), logging.getLogger("rasterio")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
    if "Premature end of JPEG" in handler.text:
        raise _EndsTooEarly("a block of JPEG ends too early")

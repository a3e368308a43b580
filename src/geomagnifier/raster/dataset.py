"""Open a file, an array or a PIL image as a rasterio dataset."""

from __future__ import annotations

import math
import os
import re
import threading
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, Interleaving
from rasterio.errors import NotGeoreferencedWarning, RasterioError, RasterioIOError
from rasterio.io import DatasetReader

from geomagnifier.errors import SceneEmpty, SceneNotFound, SceneTooLarge, SceneUnreadable
from geomagnifier.geometry import Box
from geomagnifier.raster import file_identity, gdal_guard, sqlite_raster
from geomagnifier.raster.fetch import check_allowed
from geomagnifier.raster.stated import Stated

if TYPE_CHECKING:
    from PIL.Image import Image

DRIVERS = (
    "GTiff",
    "JPEG",
    "PNG",
    "JP2OpenJPEG",
    "JP2KAK",
    "JP2ECW",
    "GIF",
    "BIGGIF",
    "BMP",
    "WEBP",
    "PNM",
    "HFA",
    "ENVI",
    "NITF",
)
"""Formats that hold their own pixels. Formats that point elsewhere (VRT, WMS, STAC) are left out;
`gdal_guard` checks what is left.
"""

CACHE = 64 << 20
"""Most bytes of decoded blocks that GDAL keeps; its default is 5 % of the machine's memory."""

OPTIONS: dict[str, Any] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_HTTP_CONNECTTIMEOUT": 10,
    "GDAL_HTTP_TIMEOUT": 60,
    "GDAL_CACHEMAX": CACHE,
}
"""GDAL options: no listing of large folders; no reading of a PNG in one go, which takes a truncated
file for whole; no code from a file; a limit in seconds on waiting for a server; and little memory.

rasterio hands GDAL_CACHEMAX to GDALSetCacheMax64: it must be an int, is in bytes, and holds from
the next block on.
"""

BLOCK = CACHE
"""Most bytes of one decoded block. One that the cache does not hold would be decoded again for each
band of each read, for minutes; and a tiny file may declare one that does not fit into memory.
"""
WHOLE, WHOLE_BYTES = ("WEBP", "GIF", "BIGGIF"), 256 << 20
"""Formats that are decoded as one block, or from the start again for each read of an earlier part,
and the most bytes of such an image: it is held beside the cache.
"""

FAILURES = (RasterioError, RasterioIOError, CPLE_BaseError)
"""What rasterio raises when a file cannot be read. Before rasterio 1.4 RasterioIOError is no
RasterioError, and some calls let GDAL's own errors through.
"""

GDAL_TYPES = {
    "uint8": "Byte",
    "uint16": "UInt16",
    "int16": "Int16",
    "uint32": "UInt32",
    "int32": "Int32",
    "float32": "Float32",
    "float64": "Float64",
}
OTHER_TYPES = {
    "int8": "int16",
    "float16": "float32",
    "int64": "float64",
    "uint64": "float64",
    "float128": "float64",
}
"""numpy types that not every GDAL has, and the type that holds their numbers."""

PACKED = re.compile(r"(zip|tar|gzip|rar|7z)://|[/\\\\]vsi(zip|tar|gzip|rar|7z)", re.IGNORECASE)
"""Addresses of files inside an archive, as rasterio and GDAL write them."""
ARCHIVES = {
    b"PK\3\4": "a ZIP archive",
    b"\x1f\x8b": "packed by gzip",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "packed by bzip2",
}
"""First bytes of files that hold other files."""

HTTP_STATUS = re.compile(r"HTTP status code: (\d+)")
"""The status in an error of GDAL's WMS driver."""

_OPENING = threading.Lock()  # warnings.catch_warnings changes the state of the whole process


@dataclass(eq=False)
class Source:
    """An open dataset, its name for messages, and what must live as long as it does."""

    dataset: Any
    """The open rasterio dataset."""
    name: str
    """Its name in messages."""
    pixels_from: NDArray[Any] | None = None
    """The array that it reads, or None for a file."""
    stamp: file_identity.Stamp | None = None
    """Stamp of the file before it was opened, or None for an array or an address."""
    stated: Stated | None = None
    """What is stated of it beside the file, used where the file says nothing."""
    held: TemporaryDirectory[str] | None = None
    """A folder that goes when it is closed, or None."""
    lost: list[Box] = field(default_factory=list)
    """Tiles that a service did not send, scene px."""
    statuses: set[str] = field(default_factory=set)
    """Why not: HTTP statuses that were warned of."""
    _full_size: Any = None

    def full_size(self) -> Any:
        """Return the same dataset without its overviews.

        A file may be damaged in an overview and whole at full size.
        """
        if self.pixels_from is not None or not self.dataset.overviews(1):
            return self.dataset
        if self._full_size is None:
            self._full_size = _open(
                self.dataset.name, drivers=(self.dataset.driver,), overview_level="NONE"
            )
        return self._full_size

    def reopen(self) -> None:
        """Open the file again, so that GDAL forgets the blocks that it holds; an array stays."""
        if self.pixels_from is not None:
            return
        name, driver = self.dataset.name, self.dataset.driver
        self._close_datasets()
        self._full_size, self.dataset = None, _open(name, drivers=(driver,))

    def close(self) -> None:
        """Close the file. Closing twice is no error."""
        self._close_datasets()
        if self.held is not None:
            self.held.cleanup()

    def _close_datasets(self) -> None:
        self.dataset.close()
        if self._full_size is not None:
            self._full_size.close()


def tags_of(dataset: Any, band: int = 0, domain: str | None = None) -> dict[str, str]:
    """Return the tags of a file or of a band.

    They are empty where they are not UTF-8, which rasterio cannot decode.

    Args:
        dataset: an open rasterio dataset.
        band: band number, 1-based; 0 for the file.
        domain: GDAL metadata domain, such as "IMAGERY"; None for the default one.
    """
    with suppress(UnicodeDecodeError):
        return dict(dataset.tags(band, ns=domain))
    return {}


def unreadable(name: str, error: Exception) -> SceneUnreadable:
    """Return the error for a file that GDAL cannot read.

    Args:
        name: of the file, for the message.
        error: what rasterio raised.
    """
    text = str(error.__cause__ or error)
    if status := HTTP_STATUS.search(text):
        return SceneUnreadable(
            f"{name} cannot be read (HTTP status {status[1]}); check the address, the zoom and the"
            " bounds, and whether the service needs a key"
        )
    reason = text.strip().splitlines()[-1:] or ["damaged"]
    return SceneUnreadable(
        f"{name} cannot be read ({reason[0].rstrip('.')}); try gdalinfo on it, or download it again"
    )


def open_source(source: Any) -> Source:
    """Open a path, an (H, W), (H, W, C) or (C, H, W) array or a PIL image as a dataset.

    Raises:
        SceneNotFound, SceneUnreadable, SceneEmpty: see `open_scene`.
    """
    if isinstance(source, np.ndarray):
        return from_array(source, "array")
    if isinstance(source, (str, os.PathLike)):
        return from_path(source)
    if hasattr(source, "getbands") and hasattr(source, "convert"):
        return from_image(source)
    raise SceneUnreadable(
        f"a scene is a path, a numpy array or a PIL image, not {type(source).__name__}"
    )


def from_path(source: str | os.PathLike[str]) -> Source:
    """Open a file on this machine, or an http(s):// or s3:// address where that is allowed."""
    text = os.fspath(source)
    text = os.fsdecode(text) if isinstance(text, bytes) else text
    text, table = sqlite_raster.split_name(text) or (text, None)
    if "://" in text or text.startswith(("/vsi", "\\vsi")):
        return _from_address(text)
    try:
        path = Path(text).expanduser()
        if path.is_dir():
            raise SceneUnreadable(f"{text or '.'} is a folder; give one image")
        if not path.is_file():
            raise SceneNotFound(f"{text[:200]} does not exist; check the name and the folder")
        if path.stat().st_size == 0:
            raise SceneUnreadable(f"{text} is an empty file; download it again")
        with path.open("rb"):
            pass
    except (OSError, RuntimeError) as error:  # RuntimeError: ~ of nobody
        raise SceneUnreadable(
            f"{text[:200]} cannot be opened: {getattr(error, 'strerror', None) or error}"
        ) from error
    path = path.absolute()
    try:
        stamp = file_identity.stamp([path])
        return Source(
            _unpackable(_open_file(path, table), path.name, _interlaced(path)),
            path.name,
            stamp=stamp,
        )
    except UnicodeEncodeError as error:
        # GDAL takes names as UTF-8; a disk may hold names in an older encoding.
        shown = text.encode("utf-8", "backslashreplace").decode()
        raise SceneUnreadable(f"{shown} has a name that is not UTF-8; rename the file") from error
    except RasterioIOError as error:
        if packed := _archive(path):
            raise SceneUnreadable(
                f"{text} is {packed}, not an image; unpack it and give an image from it"
            ) from error
        if "not recognized" in str(error):
            raise SceneUnreadable(
                f"{text} is not an image that can be read; give a GeoTIFF, JPEG, PNG or JPEG 2000"
                " (try gdalinfo on it)"
            ) from error
        raise unreadable(text, error) from error
    except (*FAILURES, OSError) as error:  # a file beside it may not be read
        raise unreadable(text, error) from error


def _from_address(text: str) -> Source:
    """Open an image on the network, where that is allowed, without any files beside it."""
    if PACKED.match(text):
        raise SceneUnreadable(f"{text[:200]} is inside an archive; unpack it and give the image")
    if not text.startswith(("http://", "https://", "s3://")):
        raise SceneUnreadable(
            f"{text[:200]} is not a local file; download it first, or give its http(s):// or s3://"
            f" address and set {gdal_guard.SETTING}=network"
        )
    check_allowed(text)
    name = text.split("?")[0].rstrip("/").rsplit("/", 1)[-1] or text
    bucket = text.removeprefix("s3://")
    place = f"/vsicurl/{text}" if bucket == text else f"/vsis3/{bucket}"
    try:
        dataset = _unpackable(_open(place, DRIVERS, beside=False), name)
        gdal_guard.check_named(dataset, None, _plainly)
    except FAILURES as error:
        raise unreadable(text[:200], error) from error
    return Source(dataset, name)


def _archive(path: Path) -> str | None:
    """Return what an archive is called in a message; None for any other file."""
    with path.open("rb") as file:
        start = file.read(262)
    return (
        "a TAR archive"
        if start[257:] == b"ustar"
        else next((what for magic, what in ARCHIVES.items() if start.startswith(magic)), None)
    )


def _open_file(path: Path, table: str | None = None) -> Any:
    if table is not None or sqlite_raster.is_sqlite(path):
        return _open_database(path, table)
    if _is_vrt(path):
        if not gdal_guard.allowed("vrt"):
            raise SceneUnreadable(
                f"{path.name} is a VRT, which only points at other files; make it a GeoTIFF, or"
                f" allow it by {gdal_guard.SETTING}=vrt"
            )
        gdal_guard.check_mosaic(path, _plainly)
        gdal_guard.check_beside(path, _plainly)
        dataset = _open(path, ("VRT",))
    else:
        gdal_guard.check_beside(path, _plainly)
        dataset = _plainly(path)
    try:
        gdal_guard.check_named(dataset, path, _plainly)
    except BaseException:
        dataset.close()
        raise
    return dataset


def _open_database(path: Path, table: str | None) -> Any:
    """Open a GeoPackage or MBTiles, of a GeoPackage the raster of a table."""
    if not sqlite_raster.is_sqlite(path):
        raise SceneUnreadable(f"{path.name} is no GeoPackage; give its name alone")
    sqlite_raster.check_tables(path)
    name = path if table is None else f"GPKG:{path}:{table}"
    dataset = _open(name, sqlite_raster.DRIVERS if table is None else ("GPKG",))
    try:
        sqlite_raster.check_one_raster(dataset, path.name)
    except BaseException:
        dataset.close()
        raise
    return dataset


def _unpackable(dataset: Any, name: str, interlaced: bool = False) -> Any:
    """Return the dataset if its blocks fit into memory, else close it and refuse.

    Args:
        dataset: an open rasterio dataset.
        name: for the message.
        interlaced: whether it is an interlaced PNG, all of which is one block.
    """
    height, width = max(dataset.block_shapes, key=math.prod, default=(1, 1))
    most = BLOCK
    if dataset.driver in WHOLE or interlaced:
        height, width, most = dataset.height, dataset.width, WHOLE_BYTES
    number = max(
        (8 if "complex" in kind else np.dtype(kind).itemsize for kind in dataset.dtypes), default=1
    )
    bands = 1 if dataset.interleaving == Interleaving.band else dataset.count
    if height * width * number * bands > most:
        dataset.close()
        raise SceneTooLarge(
            f"{name} is made of blocks of {width} x {height} px, too large to unpack; rewrite it"
            " in tiles (gdal_translate -of COG)"
        )
    return dataset


def _interlaced(path: Path) -> bool:
    """Return whether a file is an interlaced PNG (seven passes)."""
    with path.open("rb") as file:
        start = file.read(29)
    return start.startswith(b"\x89PNG") and start[28:] == b"\1"


def _is_vrt(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(1024)
    return b"<VRTDataset" in start or (
        path.suffix.lower() == ".vrt" and start.lstrip().startswith(b"<")
    )


def _plainly(path: Path) -> Any:
    return _open(path, DRIVERS)


def _open(path: Any, drivers: tuple[str, ...], beside: bool = True, **options: str) -> Any:
    with _OPENING, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.Env(
            **OPTIONS if beside else OPTIONS | {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
        ):
            # rasterio.open takes one driver only.
            dataset = DatasetReader(path, driver=list(drivers), **options)
            # An error that GDAL could do without when it opened the file is raised by the next
            # call, whatever that is: let it be this one.
            with suppress(CPLE_BaseError):
                _ = dataset.colorinterp
            return dataset


def open_service(description: str) -> Any:
    """Open a tile or map service by what GDAL's WMS driver calls a service description file.

    Args:
        description: XML, made by this program alone.
    """
    return _open(description, ("WMS",), beside=False)


def _open_memory(address: str) -> Any:
    with _OPENING, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.Env(**OPTIONS, GDAL_MEM_ENABLE_OPEN="YES"):
            return rasterio.open(address, "r+", driver="MEM")


def from_array(array: NDArray[Any], name: str, alpha: bool = False) -> Source:
    """Open an array without copying it: GDAL reads the numbers where they lie.

    Args:
        array: (H, W), (H, W, C) or (C, H, W); channels first where the first axis is at most 16 and
            the last is more.
        name: for messages.
        alpha: whether the last band is alpha.

    Raises:
        SceneUnreadable: it has another shape, or holds no real numbers.
        SceneEmpty: it has no pixels.
    """
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3:
        raise SceneUnreadable(
            f"{name} has shape {array.shape}; a scene is (H, W), (H, W, C) or (C, H, W)"
        )
    if array.size == 0:
        raise SceneEmpty(f"{name} has shape {array.shape}: no pixels; nothing can be seen there")
    if array.shape[0] <= 16 < array.shape[2]:
        array = array.transpose(1, 2, 0)
    array = np.require(_readable(array, name), requirements=["ALIGNED"])
    if min(array.strides) < 0 or not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="), order="C")
    height, width, bands = array.shape
    line, pixel, band = array.strides
    address = (
        f"MEM:::DATAPOINTER={array.__array_interface__['data'][0]}"
        f",PIXELS={width},LINES={height},BANDS={bands},DATATYPE={GDAL_TYPES[array.dtype.name]}"
        f",PIXELOFFSET={pixel},LINEOFFSET={line},BANDOFFSET={band}"
    )
    dataset = _open_memory(address)
    if alpha:
        dataset.colorinterp = [*dataset.colorinterp[:-1], ColorInterp.alpha]
    return Source(dataset, name, array)


def _readable(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Return the same numbers in a type that GDAL knows."""
    if array.dtype.kind == "c":
        raise SceneUnreadable(f"{name} holds complex numbers (radar?); give their amplitude")
    if array.dtype == bool:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.name in OTHER_TYPES:
        return array.astype(OTHER_TYPES[array.dtype.name])
    if array.dtype.kind not in "uif":
        raise SceneUnreadable(f"{name} holds {array.dtype.name}; a scene is made of numbers")
    return array


def from_image(image: Image) -> Source:
    """Open a PIL image of any mode.

    Raises:
        SceneEmpty: it has no pixels.
        SceneUnreadable: its file is damaged.
    """
    name = Path(str(getattr(image, "filename", "") or "image")).name
    if 0 in image.size:
        raise SceneEmpty(f"{name} has no pixels; nothing can be seen there")
    alpha = "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBa", "RGBA")
    if image.mode not in ("I", "F", "I;16", "I;16L", "I;16B", "L", "RGB", "RGBA", "LA"):
        mode = (
            "LA" if image.mode == "La" else "L" if image.mode == "1" else "RGBA" if alpha else "RGB"
        )
    else:
        mode = {"L": "LA", "RGB": "RGBA"}.get(image.mode, image.mode) if alpha else image.mode
    try:
        pixels = np.asarray(image if image.mode == mode else image.convert(mode))
    except (OSError, SyntaxError, ValueError) as error:
        raise SceneUnreadable(f"{name} cannot be read ({error}); download it again") from error
    return from_array(pixels, name, alpha=mode in ("LA", "RGBA"))

"""Odd rasters by the hundred, by seed.

What cameras, programs, broken disks and people with bad intent hand over.

python tests/io/odd_rasters.py FOLDER      writes them, and lists what is to become of each
"""

from __future__ import annotations

import itertools
import os
import struct
import sys
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
import rasterio.shutil
from affine import Affine
from PIL import Image
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, Resampling
from rasterio.rpc import RPC

WIDTH, HEIGHT, SHIP, WATER = 160, 120, (40, 24, 72, 48), (100, 72, 148, 108)
UNREADABLE, EMPTY, LARGE, MISSING = (
    "SceneUnreadable",
    "SceneEmpty",
    "SceneTooLarge",
    "SceneNotFound",
)
UTM = Affine(0.5, 0, 500_000, 0, -0.5, 5_000_000)


def picture() -> Any:
    """(120, 160, 3) uint8.

    A red ship and blue water on grey ground with some noise, which lies no other way round.
    """
    ground = np.random.default_rng(0).integers(90, 150, (HEIGHT, WIDTH, 1)).astype(np.uint8)
    pixels = np.repeat(ground, 3, 2)
    for (x0, y0, x1, y1), colour in ((SHIP, (250, 0, 0)), (WATER, (0, 0, 250))):
        pixels[y0:y1, x0:x1] = colour
    return pixels


PICTURE = picture()
BANDS = PICTURE.transpose(2, 0, 1)
GREY = PICTURE[..., 1]


@dataclass(frozen=True, eq=False)
class Case:
    """A raster, and what is right.

    path: what `open_scene` is given.  errors: names of the classes it may end in, opened or read;
        none where it must be read.
    shown: (H, W, 3) uint8 to be seen at full size, None where only the size is known.  close: most
        mean difference from it, of 255.
    share: of its pixels that is valid, None: any.  size: width and height.  ship: box to be found
        in it, scene px.
    place: longitude and latitude of the ship's middle, None where it is not on the map.  crs:
        whether the scene is to have one.
    whole: of a file cut short, the file it was cut from: nothing else may be seen in it.  asked:
        whether it is small enough to be asked.
    warns: words of a warning.  written: whether its answer is written and put on the map.  free:
        any picture or error will do.
    """

    path: Any
    errors: tuple[str, ...] = ()
    shown: Any = None
    close: float = 0.0
    share: float | None = 1.0
    size: tuple[int, int] = (WIDTH, HEIGHT)
    ship: tuple[int, int, int, int] | None = None
    place: tuple[float, float] | None = None
    crs: bool | None = None
    whole: Path | None = None
    asked: bool = True
    warns: str = ""
    written: bool = False
    free: bool = False


def colour(path: Any, close: float = 0.0, **more: Any) -> Case:
    """The picture itself is to be seen."""
    return replace(Case(path, shown=PICTURE, close=close, ship=SHIP), **more)


def grey(path: Any, close: float = 0.0, **more: Any) -> Case:
    """The picture's green band."""
    return replace(Case(path, shown=np.repeat(GREY[..., None], 3, 2), close=close), **more)


def stretched(path: Any, bands: Any = BANDS, close: float = 2.0, cut: int = 0, **more: Any) -> Case:
    """From the 2nd to the 98th percentile of each band, those of the rows from `cut` on."""
    shown = np.zeros((HEIGHT, WIDTH, 3))
    for i in range(3):
        band = bands[min(i, len(bands) - 1)].astype(float)
        low, high = np.percentile(band[cut:], (2, 98))
        shown[..., i] = np.clip((band - low) / (high - low), 0, 1) * 255
    more = {"ship": SHIP if len(bands) >= 3 else None, "share": 1 - cut / HEIGHT} | more
    return Case(path, shown=shown, close=close, **more)


def broken(path: Any, *errors: str, **more: Any) -> Case:
    return Case(path, errors or (UNREADABLE,), **more)


def save(path: Path, bands: Any = BANDS, **profile: Any) -> Path:
    """(C, H, W) to a raster.

    `colours`, `colormap`, `mask`, `overviews`, `tags`, `scales`, `offsets`, `gcps`, `rpcs` beside
    the profile.
    """
    names = ("colours", "colormap", "mask", "overviews", "scales", "offsets", "gcps", "rpcs")
    colours, colormap, mask, overviews, scales, offsets, gcps, rpcs = (
        profile.pop(name, None) for name in names
    )
    tags = profile.pop("tags", {})
    profile = {
        "driver": "GTiff",
        "photometric": "RGB" if len(bands) == 3 and bands.dtype == np.uint8 else None,
    } | profile
    profile = {key: value for key, value in profile.items() if value is not None}
    profile |= {
        "count": len(bands),
        "height": bands.shape[1],
        "width": bands.shape[2],
        "dtype": bands.dtype,
    }
    with warnings.catch_warnings(action="ignore"), rasterio.open(path, "w", **profile) as dataset:
        dataset.write(bands)
        for domain, items in tags.items():
            dataset.update_tags(ns=domain or None, **items)
        if colours:
            dataset.colorinterp = colours
        if colormap:
            dataset.write_colormap(1, colormap)
        if mask is not None:
            dataset.write_mask(mask)
        if scales:
            dataset.scales, dataset.offsets = scales, offsets
        if gcps:
            dataset.gcps = gcps
        if rpcs:
            dataset.rpcs = rpcs
        if overviews:
            dataset.build_overviews(overviews, Resampling.average)
    return path


def keep(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def drawn(path: Path, mode: str = "RGB", **how: Any) -> Path:
    """By Pillow."""
    Image.fromarray(PICTURE).convert(mode).save(path, **how)
    return path


# -- cut short
# -------------------------------------------------------------------------------------------------


def sound(folder: Path) -> list[Case]:
    """One of every format."""
    large = np.kron(BANDS, np.ones((1, 3, 3), np.uint8))
    rasterio.shutil.copy(
        save(folder / "plain.tif", large),
        folder / "cog.tif",
        driver="COG",
        BLOCKSIZE=128,
        COMPRESS="DEFLATE",
    )
    return [
        colour(save(folder / "strips.tif")),
        colour(save(folder / "deflate.tif", compress="deflate", blockysize=16, predictor=2)),
        colour(
            save(folder / "tiles.tif", compress="lzw", tiled=True, blockxsize=64, blockysize=48)
        ),
        colour(
            save(
                folder / "separate.tif",
                compress="deflate",
                interleave="band",
                tiled=True,
                blockxsize=32,
                blockysize=32,
            )
        ),
        colour(save(folder / "big.tif", BIGTIFF="YES", compress="deflate", blockysize=8)),
        colour(
            save(
                folder / "jpeg.tif",
                compress="jpeg",
                photometric="YCbCr",
                tiled=True,
                blockxsize=64,
                blockysize=64,
            ),
            9,
        ),
        Case(folder / "cog.tif", shown=large.transpose(1, 2, 0), size=(3 * WIDTH, 3 * HEIGHT)),
        colour(drawn(folder / "a.jpg", quality=95), 6),
        colour(drawn(folder / "progressive.jpg", quality=95, progressive=True), 6),
        colour(drawn(folder / "a.png")),
        colour(
            keep(folder / "interlaced.png", png(WIDTH, HEIGHT, adam7(PICTURE), interlaced=True))
        ),
        colour(drawn(folder / "a.webp", lossless=True)),
        colour(drawn(folder / "a.bmp")),
        colour(drawn(folder / "a.ppm")),
        grey(drawn(folder / "a.gif", "L"), shown=shade("L")),
        colour(save(folder / "a.jp2", driver="JP2OpenJPEG", QUALITY="100", REVERSIBLE="YES")),
        colour(save(folder / "a.img", driver="HFA"), ship=None),
        colour(save(folder / "a.ntf", driver="NITF")),
    ]


def cut(folder: Path) -> Iterator[Case]:
    """Every format, whole and cut at each twentieth."""
    for whole in sound(folder):
        yield whole
        data = whole.path.read_bytes()
        for twentieth in range(20):
            short = keep(
                folder / f"{whole.path.stem}-{5 * twentieth}{whole.path.suffix}",
                data[: len(data) * twentieth // 20],
            )
            yield Case(short, (UNREADABLE, EMPTY), share=None, size=whole.size, whole=whole.path)


def flipped(folder: Path) -> Iterator[Case]:
    """Every format with a few bytes of its header changed, or anywhere."""
    random = np.random.default_rng(3)
    for whole in sound(folder):
        data = whole.path.read_bytes()
        for number in range(12):
            changed = np.frombuffer(data, np.uint8).copy()
            within = len(data) if number % 3 == 2 else min(len(data), 400)
            places = random.integers(0, within, random.integers(1, 9))
            changed[places] = random.integers(0, 256, len(places))
            path = keep(
                folder / f"{whole.path.stem}-flipped-{number}{whole.path.suffix}", changed.tobytes()
            )
            yield Case(path, (UNREADABLE, EMPTY, LARGE), free=True)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, data: bytes, depth: int = 8, kind: int = 2, interlaced: bool = False
) -> bytes:
    """data: rows with their filter bytes, not yet packed."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


def adam7(pixels: Any) -> bytes:
    """The seven passes of an interlaced PNG."""
    passes = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    return b"".join(
        b"\0" + row.tobytes() for x, y, across, down in passes for row in pixels[y::down, x::across]
    )


# -- what a header says
# -------------------------------------------------------------------------------------------------

SHORT, LONG, SLONG8 = 3, 4, 16


def tiff(*tags: tuple[int, int, Any], tail: bytes = b"", following: int = 0) -> bytes:
    """A classic TIFF of one directory by hand.

    Tags: (number, type, values); `tail` begins at byte 8.
    """
    start = 8 + len(tail) + len(tail) % 2
    extra, entries = b"", []
    after = start + 2 + 12 * len(tags) + 4
    for number, kind, values in sorted(tags):
        values = values if isinstance(values, (list, tuple, range)) else (values,)
        data = struct.pack(f"<{len(values)}{'H' if kind == SHORT else 'I'}", *values)
        if len(data) > 4:
            entries.append(struct.pack("<HHII", number, kind, len(values), after + len(extra)))
            extra += data
        else:
            entries.append(struct.pack("<HHI", number, kind, len(values)) + data.ljust(4, b"\0"))
    directory = struct.pack("<H", len(tags)) + b"".join(entries) + struct.pack("<I", following)
    return struct.pack("<2sHI", b"II", 42, start) + tail.ljust(start - 8, b"\0") + directory + extra


def plain(
    width: int,
    height: int,
    offsets: Any,
    counts: Any,
    rows: int,
    samples: int = 1,
    compression: int = 1,
    **more: Any,
) -> bytes:
    bits = (258, SHORT, [8] * max(samples, 1))
    tags = [
        (256, LONG, width),
        (257, LONG, height),
        bits,
        (259, SHORT, compression),
        (262, SHORT, 2 if samples == 3 else 1),
    ]
    return tiff(
        *tags,
        (273, LONG, offsets),
        (277, SHORT, samples),
        (278, LONG, rows),
        (279, LONG, counts),
        **more,
    )


def tiled(side: int, tile: int, compression: int, data: bytes, offsets: Any = None) -> bytes:
    """Grey zeros: every tile is the same one."""
    count = (-(-side // tile)) ** 2
    tags = [
        (256, LONG, side),
        (257, LONG, side),
        (258, SHORT, 8),
        (259, SHORT, compression),
        (262, SHORT, 1),
        (277, SHORT, 1),
    ]
    places = [8 if data else 0] * count if offsets is None else offsets
    tags += [
        (322, LONG, tile),
        (323, LONG, tile),
        (324, LONG, places),
        (325, LONG, [len(data)] * count),
    ]
    return tiff(*tags, tail=data)


def headers(folder: Path) -> Iterator[Case]:
    """Files that are something else, or say that they are what cannot be."""
    zeros = zlib.compress(bytes(512 * 512))
    noise = np.random.default_rng(1).bytes(4000)
    tif, jpg = save(folder / "sound.tif").read_bytes(), drawn(folder / "sound.jpg").read_bytes()
    million, many = 1_000_000, {"size": (30_000, 30_000), "asked": False}
    nothing = {
        "empty.tif": b"",
        "text.tif": "not a picture\n" * 50,
        "noise.tif": noise,
        "noise.jpg": noise,
        "magic-only.tif": b"II*\0\x08\0\0\0",
        "magic-only.png": b"\x89PNG\r\n\x1a\n",
        "magic-only.jpg": b"\xff\xd8\xff\xe0",
        "wrong-magic.tif": b"XX" + tif[2:],
        "wrong-magic.jpg": b"XX" + jpg[2:],
        "swapped.tif": b"MM" + tif[2:],
        "page.jpg": "<!DOCTYPE html><html><body>404</body></html>" * 9,
        "archive.tif": b"PK\x03\x04" + noise,
        "document.tif": b"%PDF-1.4\n" + noise,
        "pickle.tif": b"\x80\x04\x95" + noise,
        "array.tif": b"\x93NUMPY" + noise,
        "no-directory.tif": struct.pack("<2sHI", b"II", 42, 4_000_000_000),
        "no-width.tif": plain(0, 100, 8, 100, 100),
        "no-height.tif": plain(100, 0, 8, 100, 100),
        "no-bands.tif": plain(100, 100, 8, 10_000, 100, samples=0),
        "points-beyond.tif": plain(100, 100, 4_000_000_000, 10_000, 100),
        "longer-than-the-file.tif": plain(100, 100, 8, 4_000_000_000, 100, compression=8),
        "unknown-compression.tif": plain(100, 100, 8, 10_000, 100, compression=12_345, tail=noise),
        "millions-of-tags.tif": struct.pack("<2sHIH", b"II", 42, 8, 65_535) + noise,
        "0x0.png": png(0, 0, b""),
        "0x10.png": png(0, 10, b"\0"),
        "depth-3.png": png(10, 10, bytes(110), depth=3),
        "wrong-crc.png": (
            png(10, 10, bytes(310)).replace(b"IHDR", b"IHDR", 1)[:29]
            + b"\0\0\0\0"
            + png(10, 10, bytes(310))[33:]
        ),
        "gpx.jp2": b"\0\0\0\x0cjP  \r\n\x87\n" + noise,
        "cut.webp": b"RIFF\xff\xff\xff\x7fWEBPVP8L" + noise,
        "huge.bmp": (
            b"BM"
            + struct.pack(
                "<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, million, million, 1, 24, 0, 0, 0, 0, 0, 0
            )
        ),
        "huge.ppm": f"P6 {million} {million} 255\n",
        "huge.gif": (
            b"GIF89a"
            + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0)
            + bytes(6)
            + b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;"
        ),
        "huge.jpg": jpg.replace(
            struct.pack(">HH", HEIGHT, WIDTH), struct.pack(">HH", 65_500, 65_500)
        ),
    }
    for name, data in nothing.items():
        yield broken(keep(folder / name, data), UNREADABLE, EMPTY, LARGE, asked=False)
    yield broken(keep(folder / "million.png", png(million, million, b"")), LARGE)
    yield broken(
        keep(folder / "million-interlaced.png", png(million, million, b"", interlaced=True)), LARGE
    )
    yield broken(keep(folder / "million.tif", tiled(million, 8192, 8, b"")), LARGE)
    yield broken(
        keep(folder / "million-strip.tif", plain(million, million, 8, 100, million, tail=noise)),
        UNREADABLE,
        LARGE,
    )
    yield broken(save_sparse(folder / "million-sparse.tif", million, 8192), LARGE)
    yield broken(
        keep(
            folder / "one-tile.tif",
            tiled(30_000, 30_000 + 16 - 30_000 % 16, 8, zlib.compress(bytes(900_000))),
        ),
        LARGE,
    )
    yield broken(keep(folder / "interlaced.png", png(12_000, 12_000, b"", interlaced=True)), LARGE)
    yield broken(drawn_large(folder / "large.webp"), LARGE)
    yield broken(
        keep(folder / "lies.tif", tiled(2048, 2048, 8, zlib.compress(bytes(900)))), UNREADABLE
    )
    bomb = tiled(30_000, 512, 8, zeros)
    yield Case(keep(folder / "zeros.tif", bomb), **many)
    yield Case(save_sparse(folder / "sparse.tif", 30_000, 512), **many)
    row = b"\0" + bytes(1250)
    yield Case(
        keep(folder / "zeros.png", png(10_000, 10_000, row * 10_000, depth=1, kind=0)),
        size=(10_000, 10_000),
        asked=False,
    )
    yield Case(
        keep(
            folder / "same-directory.tif",
            plain(100, 100, 8, 10_000, 100, tail=bytes(10_000), following=10_008),
        ),
        size=(100, 100),
    )
    yield Case(
        keep(folder / "no-blocks.tif", plain(100, 100, [], [], 100)), size=(100, 100)
    )  # GDAL: never written, zeros
    many_tags = {"": {f"KEY{i}": "x" * 1000 for i in range(2000)}}
    yield colour(save(folder / "two-megabytes-of-tags.tif", tags=many_tags))
    for name, data in (("tif.jpg", tif), ("tif.png", tif), ("tif.txt", tif), ("tif", tif)):
        yield colour(keep(folder / name, data))
    yield colour(keep(folder / "jpg.tif", jpg), 12)
    yield colour(keep(folder / "png.tif", drawn(folder / "sound.png").read_bytes()))
    yield colour(keep(folder / "followed.tif", tif + noise))
    for width, height in ((1, 1), (1, 200), (200, 1), (3, 2), (70_000, 1), (1, 70_000)):
        bands = np.random.default_rng(2).integers(0, 256, (3, height, width)).astype(np.uint8)
        shown = bands.transpose(1, 2, 0)
        yield Case(save(folder / f"{width}x{height}.tif", bands), shown=shown, size=(width, height))


def save_sparse(path: Path, side: int, tile: int) -> Path:
    how = {
        "tiled": True,
        "blockxsize": tile,
        "blockysize": tile,
        "SPARSE_OK": "TRUE",
        "compress": "deflate",
        "BIGTIFF": "YES",
    }
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=1, dtype="uint8", **how
    ):
        return path


def drawn_large(path: Path) -> Path:
    """A WebP of 16,383 px each way, of which only the header is there."""
    size = 16_382 | 16_382 << 14
    data = b"VP8L" + struct.pack("<I", 20) + b"\x2f" + struct.pack("<I", size) + bytes(15)
    return keep(path, b"RIFF" + struct.pack("<I", 4 + len(data)) + b"WEBP" + data)


# -- numbers and colours
# -------------------------------------------------------------------------------------------------


def numbers(folder: Path) -> Iterator[Case]:
    """Types, bands, compressions and colours."""
    for kind in (
        "int8",
        "uint16",
        "int16",
        "uint32",
        "int32",
        "uint64",
        "int64",
        "float32",
        "float64",
    ):
        fitting = (BANDS // 2).astype(kind)
        yield stretched(save(folder / f"{kind}.tif", fitting))
        yield stretched(save(folder / f"{kind}-1.tif", fitting[1:2]), BANDS[1:2])
    for kind in ("complex_int16", "complex64", "complex128"):
        path = folder / f"{kind}.tif"
        with rasterio.open(
            path, "w", driver="GTiff", width=WIDTH, height=HEIGHT, count=1, dtype=kind
        ) as dataset:
            dataset.write(GREY[None].astype("complex64"))
        yield broken(path)
    for bits in (1, 2, 4, 7):
        band = GREY[None] >> (8 - bits)
        shown = np.repeat((band[0] * (255 / (2**bits - 1)))[..., None], 3, 2)
        yield grey(save(folder / f"{bits}-bit.tif", band, nbits=bits), 1, shown=shown)
        if bits < 7:
            yield grey(
                save(folder / f"{bits}-bit.png", band, driver="PNG", nbits=bits), 1, shown=shown
            )
    yield stretched(save(folder / "12-bit.tif", BANDS.astype(np.uint16) << 4, nbits=12))
    yield stretched(save(folder / "float16.tif", BANDS.astype(np.float32), nbits=16))
    for count in (1, 2, 3, 4, 5, 17):
        bands = (
            np.concatenate([BANDS] * 6)[[1, 0, 2] + list(range(3, count))][:count]
            if count != 3
            else BANDS
        )
        yield Case(save(folder / f"{count}-bands.tif", bands, photometric="MINISBLACK"))
    most = plain(4, 4, 8, 16 * 65_535, 4, samples=65_535, tail=bytes(16 * 65_535))
    yield Case(keep(folder / "65535-bands.tif", most), size=(4, 4), asked=False)
    turned = (ColorInterp.undefined, ColorInterp.blue, ColorInterp.green, ColorInterp.red)
    yield colour(
        save(
            folder / "bgr.tif",
            np.concatenate((BANDS[:1], BANDS[::-1])),
            photometric="MINISBLACK",
            colours=turned,
        )
    )
    for compress in ("none", "packbits", "lzw", "deflate", "zstd", "lerc", "lzma", "webp"):
        lossless = {"WEBP_LOSSLESS": "TRUE"} if compress == "webp" else {}
        yield colour(
            save(
                folder / f"{compress}.tif",
                compress=compress,
                tiled=True,
                blockxsize=80,
                blockysize=16,
                **lossless,
            )
        )
    for predictor, kind in itertools.product((2, 3), ("uint8", "uint16", "float32", "float64")):
        if predictor == 2 or kind.startswith("float"):
            path = save(
                folder / f"predictor{predictor}-{kind}.tif",
                BANDS.astype(kind),
                compress="lzw",
                predictor=predictor,
            )
            yield colour(path) if kind == "uint8" else stretched(path)
    for name, how in {
        "separate": {"interleave": "band"},
        "separate-tiles": {"interleave": "band", "tiled": True, "blockxsize": 16, "blockysize": 16},
        "odd-tiles": {"tiled": True, "blockxsize": 1008, "blockysize": 16},
        "motorola": {"ENDIANNESS": "BIG"},
        "big": {"BIGTIFF": "YES", "ENDIANNESS": "BIG", "compress": "lzw"},
    }.items():
        yield colour(save(folder / f"{name}.tif", **how))
        yield stretched(save(folder / f"{name}-16.tif", BANDS.astype(np.uint16), **how))

    # Floats that are no numbers, and numbers that are too large
    odd = BANDS.astype(np.float32)
    holes = odd.copy()
    holes[:, :12] = np.nan
    yield stretched(save(folder / "nan.tif", holes), cut=12)
    holes[:, :6] = np.inf
    yield stretched(save(folder / "inf.tif", holes), cut=12)
    yield stretched(save(folder / "nan-is-nodata.tif", holes, nodata=np.nan), cut=12)
    yield broken(save(folder / "all-nan.tif", odd * np.nan), EMPTY)
    yield broken(save(folder / "all-inf.tif", odd * 0 + np.inf), EMPTY)
    yield broken(save(folder / "all-nodata.tif", BANDS * 0 + 7, nodata=7), EMPTY)
    yield broken(
        save(folder / "all-nodata-16.tif", BANDS.astype(np.int16) * 0 - 9999, nodata=-9999), EMPTY
    )
    yield broken(save(folder / "all-nodata-nan.tif", odd * np.nan, nodata=np.nan), EMPTY)
    yield stretched(save(folder / "enormous.tif", BANDS.astype(np.float64) * 1e300))
    yield stretched(save(folder / "tiny.tif", BANDS.astype(np.float64) * 1e-300))
    yield stretched(save(folder / "below-zero.tif", BANDS.astype(np.int32) - 2_000_000_000))
    yield Case(
        save(folder / "constant.tif", BANDS.astype(np.uint16) * 0 + 9), shown=PICTURE * 0 + 128
    )
    holes = BANDS.astype(np.int16)
    holes[:, :12] = -9999
    yield stretched(save(folder / "nodata.tif", holes, nodata=-9999), cut=12)
    for value in (-9999, 1e10, np.nan):
        path = save(folder / f"nodata{value:g}-of-bytes.tif")
        bands = "".join(
            f"<PAMRasterBand band=*{b}*><NoDataValue>{value}</NoDataValue></PAMRasterBand>"
            for b in (1, 2, 3)
        )
        xml = f"<PAMDataset>{bands}"
        keep(Path(f"{path}.aux.xml"), xml.replace("*", '"') + "</PAMDataset>")
        yield colour(path)
    yield colour(save(folder / "scaled.tif", scales=(0.0001,) * 3, offsets=(-5,) * 3))
    yield stretched(
        save(
            folder / "scaled-16.tif",
            BANDS.astype(np.uint16),
            scales=(0.0001, 1e9, 0),
            offsets=(-5, 0, 7),
        )
    )

    # Colours
    table = {i: (i, 255 - i, i // 2, 255) for i in range(256)}
    lookup = np.array([table[i][:3] for i in range(256)], np.uint8)
    yield grey(
        save(folder / "palette.tif", GREY[None], photometric="palette", colormap=table),
        shown=lookup[GREY],
    )
    wide = {i: (i // 256, 0, i % 256, 255) for i in range(65_536)}
    wide_index = (GREY.astype(np.uint16) << 7)[None]
    shown = np.stack((wide_index[0] // 256, wide_index[0] * 0, wide_index[0] % 256), 2).astype(
        np.uint8
    )
    yield grey(
        save(folder / "palette-16.tif", wide_index, photometric="palette", colormap=wide),
        shown=shown,
        close=1,
    )
    yield colour(
        save(
            folder / "cmyk.tif",
            np.asarray(Image.fromarray(PICTURE).convert("CMYK")).transpose(2, 0, 1),
            photometric="CMYK",
        ),
        1,
    )
    yield colour(drawn(folder / "cmyk.jpg", "CMYK", quality=98), 6)
    yield colour(
        save(folder / "ycbcr.tif", compress="jpeg", photometric="YCbCr", jpeg_quality=98), 6
    )
    yield colour(save(folder / "rgb-jpeg.tif", compress="jpeg", jpeg_quality=98), 6)
    yield colour(drawn(folder / "lab.tif", "LAB"), 12)
    yield grey(drawn(folder / "grey.jpg", "L", quality=98), shown=shade("L"), close=4)
    yield grey(drawn(folder / "white-is-zero.tif", "1"), shown=shade("1"))
    yield grey(drawn(folder / "grey.png", "L"), shown=shade("L"))
    yield grey(drawn(folder / "dithered.png", "1"), shown=shade("1"))
    yield grey(drawn(folder / "palette.png", "P"), shown=shade("P"), ship=None)
    yield stretched(save(folder / "16-bit.png", BANDS.astype(np.uint16) * 257, driver="PNG"))
    yield stretched(
        save(folder / "16-bit-grey.png", GREY[None].astype(np.uint16) * 257, driver="PNG"),
        GREY[None],
    )
    yield stretched(
        save(
            folder / "16-bit.jp2",
            BANDS.astype(np.uint16) * 16,
            driver="JP2OpenJPEG",
            QUALITY="100",
            REVERSIBLE="YES",
        )
    )
    yield colour(drawn(folder / "lossy.webp", quality=95), 12)
    for turn in range(1, 9):  # pixels as they lie in the file: so a GIS shows them
        exif = Image.Exif()
        exif[0x0112] = turn
        yield colour(drawn(folder / f"orientation-{turn}.jpg", quality=95, exif=exif), 6)
    with_exif = drawn(
        folder / "bad-exif.jpg", quality=95, exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff" * 300
    )
    yield colour(with_exif, 6)


def shade(mode: str) -> Any:
    return np.asarray(Image.fromarray(PICTURE).convert(mode).convert("RGB"))


# -- what is valid
# -------------------------------------------------------------------------------------------------


def masks(folder: Path) -> Iterator[Case]:
    """Alpha, masks inside and beside the file."""
    seen = np.full((HEIGHT, WIDTH), 255, np.uint8)
    seen[:12] = 0
    four = np.concatenate((BANDS, seen[None]))
    yield colour(save(folder / "alpha.tif", four, photometric="RGB", alpha="YES"), share=0.9)
    yield stretched(
        save(folder / "alpha-16.tif", four.astype(np.uint16) * 257, photometric="RGB", alpha="YES"),
        cut=12,
    )
    yield colour(save(folder / "alpha.png", four, driver="PNG"), share=0.9)
    yield colour(
        save(folder / "alpha.jp2", four, driver="JP2OpenJPEG", QUALITY="100", REVERSIBLE="YES"),
        share=None,
    )
    Image.fromarray(four.transpose(1, 2, 0)).save(folder / "alpha.webp", lossless=True)
    yield colour(folder / "alpha.webp", share=0.9)
    yield broken(
        save(
            folder / "no-alpha.tif",
            four * np.array([1, 1, 1, 0], np.uint8)[:, None, None],
            photometric="RGB",
            alpha="YES",
        ),
        EMPTY,
    )
    yield colour(
        save(
            folder / "alpha-first.tif",
            four[[3, 0, 1, 2]],
            photometric="MINISBLACK",
            colours=ALPHA_FIRST,
        ),
        share=0.9,
    )
    five = np.concatenate((BANDS, GREY[None], seen[None]))
    near = (*ALPHA_FIRST[1:], ColorInterp.undefined, ColorInterp.alpha)
    yield colour(
        save(folder / "five-with-alpha.tif", five, photometric="MINISBLACK", colours=near),
        share=0.9,
    )
    yield stretched(
        save(
            folder / "five-with-alpha-16.tif",
            five.astype(np.uint16) * 257,
            photometric="MINISBLACK",
            colours=near,
        ),
        cut=12,
    )
    yield stretched(
        save(
            folder / "five-with-alpha-float.tif",
            five / np.float32(255),
            photometric="MINISBLACK",
            colours=near,
        ),
        cut=12,
    )
    yield broken(
        save(
            folder / "alpha-only.tif",
            seen[None],
            photometric="MINISBLACK",
            colours=(ColorInterp.alpha,),
        ),
        EMPTY,
    )
    two = np.stack((GREY, seen))
    yield grey(
        save(folder / "grey-alpha.tif", two, photometric="MINISBLACK", alpha="YES"), share=0.9
    )
    yield grey(save(folder / "grey-alpha.png", two, driver="PNG"), share=0.9)
    for inside in (True, False):
        name = "inside" if inside else "beside"
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=inside):
            yield colour(save(folder / f"mask-{name}.tif", mask=seen), share=0.9)
            yield colour(
                save(folder / f"mask-{name}-overviews.tif", mask=seen, overviews=[2, 4]), share=0.9
            )
            yield stretched(
                save(folder / f"mask-{name}-16.tif", BANDS.astype(np.uint16), mask=seen), cut=12
            )
            yield broken(save(folder / f"all-masked-{name}.tif", mask=seen * 0), EMPTY)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        both = save(folder / "both-masks.tif", mask=seen)
    save(Path(f"{both}.msk"), seen[None] * 0, tags={"": {"INTERNAL_MASK_FLAGS_1": "2"}})
    yield colour(both, share=None)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False):
        yield colour(drawn_masked(folder / "masked.jpg", seen), 9, share=0.9)
    small = save(folder / "mask-of-another-size.tif")
    save(Path(f"{small}.msk"), seen[None, :10, :10], tags={"": {"INTERNAL_MASK_FLAGS_1": "2"}})
    yield broken(small)
    text = save(folder / "mask-of-text.tif")
    keep(Path(f"{text}.msk"), "no mask")
    yield broken(text)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False):
        short = save(folder / "mask-cut-short.tif", mask=seen)
    keep(Path(f"{short}.msk"), Path(f"{short}.msk").read_bytes()[:100])
    yield broken(short)


ALPHA_FIRST = (ColorInterp.alpha, ColorInterp.red, ColorInterp.green, ColorInterp.blue)


def drawn_masked(path: Path, seen: Any) -> Path:
    drawn(path, quality=95)
    with rasterio.open(path, "r+") as dataset:
        dataset.write_mask(seen)
    return path


# -- where it lies
# -------------------------------------------------------------------------------------------------


def on_earth(crs: Any, place: Affine) -> tuple[float, float]:
    """Longitude and latitude of the ship's middle."""
    column, row = (SHIP[0] + SHIP[2]) / 2, (SHIP[1] + SHIP[3]) / 2
    x, y = place.a * column + place.b * row + place.c, place.d * column + place.e * row + place.f
    longitude, latitude = pyproj.Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    return (longitude + 180) % 360 - 180, latitude


def places(folder: Path) -> Iterator[Case]:
    """Every way to lie on the Earth, and some that are none.

    Answers about them are written, too.
    """
    for case in _places(folder):
        yield replace(
            case, written=case.path.name.count("-of-") + case.path.name.count("pam-") == 0
        )


def _places(folder: Path) -> Iterator[Case]:
    placed = {
        "north-up": (32633, UTM),
        "turned": (32633, Affine(0.4, 0.3, 500_000, 0.3, -0.4, 5_000_000)),
        "sheared": (32633, Affine(0.5, 0.2, 500_000, 0.1, -0.5, 5_000_000)),
        "upside-down": (32633, Affine(0.5, 0, 500_000, 0, 0.5, 5_000_000)),
        "mirrored": (32633, Affine(-0.5, 0, 500_000, 0, -0.5, 5_000_000)),
        "transposed": (32633, Affine(0, 0.5, 500_000, 0.5, 0, 5_000_000)),
        "oblong": (32633, Affine(0.5, 0, 500_000, 0, -3, 5_000_000)),
        "southern": (32733, Affine(0.5, 0, 500_000, 0, -0.5, 9_000_000)),
        "mercator": (3857, Affine(1, 0, 1_500_000, 0, -1, 8_400_000)),
        "degrees": (4326, Affine(1e-5, 0, 13.4, 0, -1e-5, 52.5)),
        "degrees-0-to-360": (4326, Affine(1e-5, 0, 200, 0, -1e-5, -17)),
        "across-180": (4326, Affine(1e-4, 0, 179.995, 0, -1e-4, -17)),
        "across-180-utm": (32660, Affine(10, 0, 833_500, 0, -10, 1000)),
        "north-pole-inside": (3413, Affine(1000, 0, -80_000, 0, -1000, 60_000)),
        "south-pole-inside": (3031, Affine(1000, 0, -80_000, 0, -1000, 60_000)),
        "beside-the-pole": (3413, Affine(100, 0, 50_000, 0, -100, -50_000)),
        "feet": (2263, Affine(2, 0, 1_000_000, 0, -2, 200_000)),
        "whole-earth": (4326, Affine(360 / WIDTH, 0, -180, 0, -180 / HEIGHT, 90)),
        "compound": ("EPSG:32633+5773", UTM),
    }
    for name, (crs, place) in placed.items():
        text = crs if isinstance(crs, str) else f"EPSG:{crs}"
        path = save(folder / f"{name}.tif", crs=text, transform=place)
        yield colour(path, crs=True, place=on_earth(text.split("+")[0], place))
    yield colour(
        save(
            folder / "point.tif",
            crs="EPSG:32633",
            transform=UTM,
            tags={"": {"AREA_OR_POINT": "Point"}},
        ),
        crs=True,
        place=on_earth(32633, UTM),
    )
    nowhere = 'LOCAL_CS["a hall",UNIT["metre",1]]'
    yield colour(save(folder / "local.tif", crs=nowhere, transform=UTM))
    yield colour(
        save(
            folder / "moon.tif",
            crs="+proj=longlat +R=1737400 +no_defs",
            transform=Affine(1e-5, 0, 13, 0, -1e-5, 52),
        )
    )
    off = "no longitude and latitude"
    yield colour(save(folder / "geocentric.tif", crs="EPSG:4978", transform=UTM), warns=off)
    yield colour(save(folder / "no-crs.tif", transform=UTM), crs=False)
    yield colour(
        save(folder / "no-transform.tif", crs="EPSG:32633"),
        crs=False,
        warns="nothing says where its pixels lie",
    )
    yield colour(
        save(
            folder / "beyond.tif", crs="EPSG:32633", transform=Affine(1e9, 0, 1e12, 0, -1e9, 1e12)
        ),
        warns="no longitude and latitude",
    )
    yield colour(
        save(
            folder / "latitude-200.tif",
            crs="EPSG:4326",
            transform=Affine(1e-3, 0, 500, 0, -1e-3, 200),
        ),
        warns="no longitude and latitude",
    )
    number = struct.pack("<HHHH", 3072, 0, 1, 32_633)
    data = save(folder / "nonsense.tif", crs="EPSG:32633", transform=UTM).read_bytes()
    assert number in data
    for code in (9999, 32_767, 65_535):
        yield colour(
            keep(
                folder / f"epsg-{code}.tif",
                data.replace(number, struct.pack("<HHHH", 3072, 0, 1, code)),
            )
        )
    for name, value in (("nan", np.nan), ("inf", np.inf), ("zero", 0.0), ("enormous", 1e300)):
        scale = struct.pack("<d", 0.5)
        told = "nothing says where its pixels lie" if name in ("nan", "inf") else ""
        yield colour(
            keep(
                folder / f"pixels-of-{name}.tif",
                data.replace(scale * 2, struct.pack("<d", value) * 2),
            ),
            crs=None,
            warns=told,
        )
    points = [(0, 0), (0, WIDTH), (HEIGHT, 0), (HEIGHT, WIDTH)]
    gcps = (
        [
            GroundControlPoint(row, column, 500_000 + column / 2, 5_000_000 - row / 2)
            for row, column in points
        ],
        "EPSG:32633",
    )
    yield colour(save(folder / "control-points.tif", gcps=gcps))
    yield colour(save(folder / "rpc.tif", rpcs=rpc()))
    for suffix, world in (
        ("tif", "tfw"),
        ("tif", "tifw"),
        ("tif", "wld"),
        ("jpg", "jgw"),
        ("jpg", "wld"),
        ("png", "pgw"),
    ):
        path = folder / f"world-{world}-{suffix}.{suffix}"
        save(path) if suffix == "tif" else drawn(path, quality=95)
        keep(path.with_suffix(f".{world}"), "0.5\n0\n0\n-0.5\n500000.25\n4999999.75\n")
        keep(Path(f"{path}.aux.xml"), "<PAMDataset><SRS>EPSG:32633</SRS></PAMDataset>")
        yield colour(path, 6 if suffix == "jpg" else 0, crs=True, place=on_earth(32633, UTM))
    for name, text in (
        ("words", "half\na\nmetre\n"),
        ("zeros", "0\n" * 6),
        ("nan", "nan\n" * 6),
        ("long", "1\n" * 500_000),
        ("bytes", "\0\xff" * 99),
    ):
        keep(folder / f"world-of-{name}.tfw", text)
        yield colour(save(folder / f"world-of-{name}.tif"), crs=False)
    for name, xml in {
        "not-xml": "<PAMDataset><SRS>",
        "binary": "\0\1\2" * 100,
        "deep": "<PAMDataset>" + "<a>" * 5000 + "</a>" * 5000 + "</PAMDataset>",
        "words": (
            "<PAMDataset><SRS>somewhere</SRS><GeoTransform>a, b, c</GeoTransform></PAMDataset>"
        ),
        "bands": (
            "<PAMDataset><PAMRasterBand"
            ' band="99"><NoDataValue>0</NoDataValue></PAMRasterBand></PAMDataset>'
        ),
        "long": f"<PAMDataset><SRS>{'x' * 3_000_000}</SRS></PAMDataset>",
        "entities": (
            '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c'
            ' "&b;&b;&b;&b;">]><PAMDataset><SRS>&c;</SRS></PAMDataset>'
        ),
        "file": (
            "<PAMDataset><SRS>/etc/passwd</SRS><GeoTransform>0,1,0,0,0,-1</GeoTransform></PAMDataset>"
        ),
        "address": (
            "<PAMDataset><SRS>http://127.0.0.1:9/crs</SRS><GeoTransform>0,1,0,0,0,-1</GeoTransform></PAMDataset>"
        ),
    }.items():
        path = save(folder / f"pam-{name}.tif")
        keep(Path(f"{path}.aux.xml"), xml)
        yield colour(path, place=None, crs=False)
    path = save(folder / "shift-by-file.tif", transform=Affine(1e-5, 0, 13, 0, -1e-5, 52))
    proj = f"+proj=longlat +ellps=WGS84 +nadgrids={folder / 'pipe'} +no_defs"
    geogcs = (
        'GEOGCS["x",DATUM["y",SPHEROID["z",6378137,298.25]],PRIMEM["g",0],'
        'UNIT["degree",0.0174532925199433],EXTENSION["PROJ4","%s"]]'
    )
    keep(
        Path(f"{path}.aux.xml"),
        f"<PAMDataset><SRS>{geogcs.replace(chr(34), '&quot;') % proj}</SRS></PAMDataset>",
    )
    os.mkfifo(folder / "pipe")
    yield colour(path, crs=False, warns="names a file")


def rpc() -> RPC:
    line, samp = [0.0, 0, -1, *[0] * 17], [0.0, 1, *[0] * 18]
    one = [1.0, *[0] * 19]
    return RPC(0, 500, 52, 0.1, one, line, 60, 60, 13, 0.1, one, samp, 80, 80, 0.0, 0.0)


# -- what lies beside it
# -------------------------------------------------------------------------------------------------


def beside(folder: Path) -> Iterator[Case]:
    """Overviews and other files beside a raster, and formats that only point at others."""
    (folder / "elsewhere").mkdir()
    secret = save(folder / "elsewhere" / "secret.tif", BANDS * 0 + 77)
    inside = folder / "inside"
    inside.mkdir()

    def beside_of(name: str, data: bytes | str, end: str = ".ovr") -> Path:
        path = save(inside / f"{name}.tif")
        keep(Path(f"{path}{end}"), data)
        return path

    halves = BANDS.reshape(3, HEIGHT // 2, 2, WIDTH // 2, 2).mean((2, 4)).round().astype(np.uint8)
    half = save(folder / "half.tif", halves).read_bytes()
    vrt = (
        '<VRTDataset rasterXSize="80" rasterYSize="60"><VRTRasterBand dataType="Byte"'
        f' band="1"><SimpleSource><SourceFilename>{secret}'
    )
    vrt += "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    wms = (
        "<GDAL_WMS><Service"
        " name='TMS'><ServerUrl>http://127.0.0.1:9/${z}/${x}/${y}</ServerUrl></Service></GDAL_WMS>"
    )
    gti = f"<GDALTileIndexDataset><IndexDataset>{secret}</IndexDataset></GDALTileIndexDataset>"
    mrf = (
        "<MRF_META><Raster><Size x='80' y='60'"
        f" c='1'/><DataFile>{secret}</DataFile></Raster></MRF_META>"
    )
    stac = (
        '{"type": "Feature", "stac_version": "1.0.0", "assets": {"a": {"href":'
        ' "http://127.0.0.1:9/a.tif"}}}'
    )
    for name, text in (
        ("vrt", vrt),
        ("wms", wms),
        ("gti", gti),
        ("mrf", mrf),
        ("stac", stac),
        ("passwd", "root:x:0:0:root:/root:/bin/sh\n"),
    ):
        for suffix in (".tif", f".{name}"):
            yield broken(keep(inside / f"pointer-{name}{suffix}", text))
        yield broken(beside_of(f"overviews-{name}", text))
        yield broken(beside_of(f"mask-{name}", text, ".msk"))
        yield broken(beside_of(f"overviews-ii-{name}", "II" + text))
    yield colour(beside_of("good", half))
    yield colour(beside_of("good-upper-case", half, ".OVR"))
    yield broken(beside_of("overviews-png", drawn(folder / "half.png").read_bytes()))
    yield broken(beside_of("overviews-empty", b""))
    yield broken(beside_of("overviews-cut", half[:200]))
    yield colour(beside_of("aux-text", "no HFA", ".aux"))
    yield colour(beside_of("aux-cut", b"EHFA_HEADER_TAG\0" + bytes(100), ".aux"))
    for name, named in (
        ("outside", str(secret)),
        ("up", "../elsewhere/secret.tif"),
        ("vsi", "/vsicurl/http://127.0.0.1:9/a.tif"),
        ("passwd", "/etc/passwd"),
        ("missing", "no-such.tif"),
        ("base", ":::BASE:::../elsewhere/secret.tif"),
        ("itself", "names-itself.tif"),
    ):
        yield broken(
            save(inside / f"names-{name}.tif", tags={"OVERVIEWS": {"OVERVIEW_FILE": named}})
        )
    save(inside / "named.tif", halves)
    yield colour(
        save(inside / "names-inside.tif", tags={"OVERVIEWS": {"OVERVIEW_FILE": "named.tif"}})
    )
    keep(inside / "smaller.ntf.r1", vrt)
    yield broken(save(inside / "smaller.ntf", driver="NITF"))
    linked = save(inside / "linked.tif")
    Path(f"{linked}.ovr").symlink_to(secret)
    yield broken(linked)
    for end in (".ovr", ".msk", ".aux", ".aux.xml"):
        path = save(inside / f"pipe{end.replace('.', '-')}.tif")
        os.mkfifo(f"{path}{end}")
        yield broken(path)
        path = save(inside / f"folder{end.replace('.', '-')}.tif")
        Path(f"{path}{end}").mkdir()
        yield broken(path)
    os.mkfifo(save(inside / "world-is-a-pipe.tif").with_suffix(".tfw"))
    yield broken(inside / "world-is-a-pipe.tif")


# -- what it is called
# -------------------------------------------------------------------------------------------------


def names(folder: Path) -> Iterator[Case]:
    """What is no file, and files of any name."""
    (folder / "folder.tif").mkdir()
    os.mkfifo(folder / "pipe.tif")
    (folder / "loop.tif").symlink_to(folder / "loop.tif")
    (folder / "dangling.tif").symlink_to(folder / "nothing.tif")
    (folder / "zeros.tif").symlink_to("/dev/zero")
    yield broken(folder / "folder.tif")
    yield broken(folder / "no" / "such.tif", MISSING)
    yield broken(folder / "no\nsuch\x1b[2J\u202e.tif", MISSING)
    for name in (
        "pipe.tif",
        "loop.tif",
        "dangling.tif",
        "zeros.tif",
        "nothing.tif",
        "x" * 5000 + ".tif",
        "/dev/null",
        "/proc/self/mem",
    ):
        yield broken(folder / name if not name.startswith("/") else Path(name), MISSING, UNREADABLE)
    for text in (
        "nul\0.tif",
        "",
        " ",
        "~nobody-of-that-name/a.tif",
        "GTIFF_DIR:1:a.tif",
        "/vsimem/a.tif",
        "http://127.0.0.1:9/a.tif",
    ):
        yield broken(text if text != "nul\0.tif" else f"{folder}/{text}", MISSING, UNREADABLE)
    for path in (
        "s3://bucket/a.tif",
        "zip://a.zip!a.tif",
        "<VRTDataset/>",
        "MEM:::DATAPOINTER=1",
        "PG:host=127.0.0.1",
    ):
        yield broken(path, MISSING, UNREADABLE)
    data = save(folder / "a.tif", compress="deflate", overviews=[2]).read_bytes()
    for name in (
        "new\nline.tif", "tab\t.tif", "-dash.tif", "--help", "per%20cent.tif", "question?.tif",
        "hash#1.tif", "a:b.tif", "a!b.tif", "*.tif", "船 🚢.tif", "\u202etfi.exe.tif",
        "trailing .tif ", "quote'\".tif", "a;b&c.tif", "<b>.tif", "$HOME.tif", "x" * 251 + ".tif",
        ".hidden", "zip:a.tif", "GTIFF_DIR:1:a.tif", "a" * 240 + ".tif",
    ):  # fmt: skip
        yield colour(keep(folder / name, data))
    yield Case(
        keep(folder / "cut?#%.tif", data[:-4000]), (UNREADABLE,), share=None, whole=folder / "a.tif"
    )
    latin = os.fsdecode(os.fsencode(str(folder)) + b"/m\xfcll.tif")
    Path(latin).write_bytes(data)
    yield broken(latin)
    yield colour(link(folder / "link.tif", folder / "a.tif"))


def link(path: Path, target: Path) -> Path:
    path.symlink_to(target)
    return path


GROUPS = (cut, flipped, headers, numbers, masks, places, beside, names)


def make(folder: Path) -> dict[str, list[Case]]:
    """Write all of them; the cases of each group."""
    made = {}
    with warnings.catch_warnings(action="ignore"), rasterio.Env(GDAL_CACHEMAX=32 << 20):
        for group in GROUPS:
            (folder / group.__name__).mkdir(parents=True)
            made[group.__name__] = list(group(folder / group.__name__))
    return made


if __name__ == "__main__":
    for group, cases in make(Path(sys.argv[1])).items():
        for case in cases:
            print(
                group, repr(str(case.path))[-80:], " or ".join(case.errors) or "is read", sep="\t"
            )

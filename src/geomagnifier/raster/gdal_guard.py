"""Restrict what GDAL may open besides a raster: a path sandbox.

A GeoTIFF, or a file beside it, can name any other file or address as its overviews; an .ovr or .msk
may be in any format, also one that only points elsewhere. GDAL follows all of them. Here such a
reference is refused before GDAL follows it: other files must lie in the raster's own folder, and
nothing may lie on the network, unless allowed.

GEOMAG_ALLOW holds words with commas between: "network" for images, STAC and tile services at
http(s):// and s3://, "vrt" for mosaics of images in their own folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from geomagnifier.errors import OptionError, SceneUnreadable

SETTING = "GEOMAG_ALLOW"
KNOWN = ("network", "vrt")

Open = Callable[[Path], Any]
"""Opens a file as a dataset, by no format but those that hold their own pixels."""

BESIDE = (".ovr", ".OVR", ".msk", ".MSK")
"""Suffixes of files beside a raster that hold pixels."""
FURTHER = (
    ".aux",
    ".aux.xml",
    ".hdr",
    ".tab",
    ".wld",
    ".tfw",
    ".tifw",
    ".jgw",
    ".jpw",
    ".jpgw",
    ".pgw",
    ".pngw",
    ".j2w",
    ".jp2w",
    ".rpb",
    ".imd",
    "_rpc.txt",
)
"""Suffixes of other files that GDAL reads beside a raster, after its name or in place of its own
suffix.
"""
KEPT = (b"II*\0", b"II+\0", b"MM\0*", b"MM\0+", b"EHFA_HEADER_TAG\0")
"""First bytes of TIFF and HFA, the formats of overviews and masks."""
PICTURES = (*KEPT, b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")
"""First bytes of these and of JPEG, PNG and JPEG 2000, the formats of mosaic sources."""

MOSAIC = frozenset(
    [
        "VRTDataset",
        "SRS",
        "GeoTransform",
        "Metadata",
        "MDI",
        "VRTRasterBand",
        "ColorInterp",
        "NoDataValue",
        "HideNoDataValue",
        "Description",
        "Offset",
        "Scale",
        "UnitType",
        "ColorTable",
        "Entry",
        "CategoryNames",
        "Category",
        "SimpleSource",
        "ComplexSource",
        "SourceFilename",
        "SourceBand",
        "SourceProperties",
        "SrcRect",
        "DstRect",
        "NODATA",
        "ScaleOffset",
        "ScaleRatio",
        "UseMaskBand",
        "Histograms",
        "HistItem",
        "HistMin",
        "HistMax",
        "BucketCount",
        "IncludeOutOfRange",
        "Approximate",
        "HistCounts",
        "MaskBand",
        "GCPList",
        "GCP",
        "BlockXSize",
        "BlockYSize",
    ]
)
"""Elements of a VRT that only puts images together. Others warp, compute or run Python, and name
files in places of their own.
"""
ATTRIBUTES = frozenset(
    [
        "rasterXSize",
        "rasterYSize",
        "dataType",
        "band",
        "blockXSize",
        "blockYSize",
        "relativeToVRT",
        "shared",
        "RasterXSize",
        "RasterYSize",
        "DataType",
        "BlockXSize",
        "BlockYSize",
        "xOff",
        "yOff",
        "xSize",
        "ySize",
        "resampling",
        "key",
        "domain",
        "format",
        "c1",
        "c2",
        "c3",
        "c4",
        "dataAxisToSRSAxisMapping",
        "coordinateEpoch",
        "Projection",
        "Id",
        "Pixel",
        "Line",
        "X",
        "Y",
        "Z",
        "Info",
    ]
)
"""Their attributes, in exactly this case: GDAL takes an attribute for an element of that name,
whatever its case.
"""
MOSAIC_BYTES = 16_000_000
"""Largest VRT that is read, bytes."""


def allowed(what: str) -> bool:
    """Return whether GEOMAG_ALLOW names a word of KNOWN.

    Raises:
        OptionError: the setting has a word that is not known.
    """
    words = {word.strip().lower() for word in os.environ.get(SETTING, "").split(",")} - {""}
    if unknown := sorted(words - set(KNOWN)):
        raise OptionError(
            f"{SETTING} does not know {', '.join(map(repr, unknown))}; it takes"
            f" {' and '.join(KNOWN)}, with a comma between"
        )
    return what in words


def check_beside(path: Path, opened: Open) -> None:
    """Check the files beside a raster, before it is opened.

    These are its overviews and masks, and other files, which must be ordinary ones: GDAL would wait
    for a pipe without an end.

    Args:
        path: of the raster.
        opened: opens one of these files.

    Raises:
        SceneUnreadable: one of them points elsewhere, or is no ordinary file.
    """
    for start in (str(path), str(path.parent / path.stem)):
        for end in (*BESIDE, *FURTHER, *(end.upper() for end in FURTHER)):
            if os.path.exists(start + end) and not os.path.isfile(start + end):
                name = os.path.basename(start + end)
                raise SceneUnreadable(
                    f"{path.name} has {name} beside it, which is no ordinary file; move it away"
                )
    for beside in (Path(f"{path}{end}") for end in BESIDE):
        if not os.path.isfile(beside):  # Path.is_file raises where a name is too long
            continue
        real = beside.resolve()
        if not (
            real.is_relative_to(path.parent.resolve()) or real.is_relative_to(path.resolve().parent)
        ):
            raise SceneUnreadable(
                f"{path.name} takes its overviews or its mask from {beside.name}, a link out of its"
                " folder; delete it"
            )
        _check_format(path.name, beside)
        check_beside(beside, opened)
        with opened(beside) as dataset:
            check_named(dataset, beside, opened)


def check_named(dataset: Any, path: Path | None, opened: Open) -> None:
    """Check the overviews that an opened raster names, before anything asks for them.

    Args:
        dataset: the opened raster.
        path: of the raster, None where it is not a file.
        opened: opens the file of its overviews.

    Raises:
        SceneUnreadable: they are not a file in its folder.
    """
    named = dataset.get_tag_item("OVERVIEW_FILE", "OVERVIEWS")
    if not named:
        return
    name = path.name if path is not None else dataset.name
    if path is None or not _inside(Path(named), path.parent):
        raise SceneUnreadable(
            f"{name} takes its overviews from {named[:200]!r}, outside its folder; rewrite it"
            " (gdal_translate) to use it"
        )
    beside = path.parent / named
    _check_format(name, beside)
    with opened(beside) as further:
        # It may have none of its own, or two files could name each other for ever.
        if further.get_tag_item("OVERVIEW_FILE", "OVERVIEWS") or any(
            os.path.exists(f"{beside}{end}") for end in BESIDE
        ):
            raise SceneUnreadable(
                f"{name} takes its overviews from {beside.name}, and that from another file; write"
                " it anew (gdal_translate)"
            )


def check_mosaic(path: Path, opened: Open) -> None:
    """Check a VRT before it is opened: it must be a mosaic of images in its own folder or below.

    Args:
        path: of the VRT.
        opened: opens one of its images.

    Raises:
        SceneUnreadable: it is something else, or one of its images lies elsewhere or cannot be
            read.
    """
    if path.stat().st_size > MOSAIC_BYTES:
        raise SceneUnreadable(
            f"{path.name} has over {MOSAIC_BYTES // 1_000_000} MB of text; make it one GeoTIFF with"
            " gdal_translate"
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
        # GDAL's own XML reader treats these differently from Python's: what was checked would not
        # be what GDAL opens.
        if "<!" in text or "&#" in text or "<?" in text.removeprefix("<?xml"):
            raise ValueError("it has more than elements and text")
        elements = [*ElementTree.fromstring(text).iter()]
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise SceneUnreadable(f"{path.name} is no VRT that can be read ({error})") from error
    odd = next((word for element in elements for word in _odd(element)), None)
    if odd is not None:
        raise SceneUnreadable(
            f"{path.name} is more than a mosaic of images ({odd[:50]}); make it a GeoTIFF with"
            " gdal_translate"
        )
    for named in {
        (e.text or "").strip(): e for e in elements if e.tag == "SourceFilename"
    }.values():
        picture = Path((named.text or "").strip())
        if not _inside(picture, path.parent, named.get("relativeToVRT") == "1"):
            raise SceneUnreadable(
                f"{path.name} points at {str(picture)[:200]!r}, outside its folder; put its"
                " images beside it"
            )
        picture = path.parent / picture
        _check_format(path.name, picture, PICTURES)
        check_beside(picture, opened)
        with opened(picture) as dataset:
            check_named(dataset, picture, opened)


def _odd(element: ElementTree.Element) -> list[str]:
    """Return the element and attributes that a plain mosaic does not have."""
    return [element.tag] * (element.tag not in MOSAIC) + [
        value if name.lower() == "subclass" else name
        for name, value in element.items()
        if name not in ATTRIBUTES
    ]


def _inside(named: Path, folder: Path, relative: bool = True) -> bool:
    """Return whether a named file exists and lies in the folder or below."""
    if not relative and not named.is_absolute():  # GDAL starts at the process's working directory
        return False
    if ":" in str(named.relative_to(named.anchor)):  # GDAL may take it for a format and a file
        return False
    try:
        found = (folder / named).resolve()
        return found.is_file() and found.is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False


def _check_format(name: str, file: Path, magics: tuple[bytes, ...] = KEPT) -> None:
    """Refuse a file that GDAL could take for a format that points elsewhere.

    GDAL asks all of its formats, and those that point elsewhere are text: a known magic number and
    a zero byte rule them out.
    """
    with file.open("rb") as opened:
        start = opened.read(16)
    if not (start.startswith(magics) and b"\0" in start):
        what = "its overviews or its mask" if magics is KEPT else "a picture"
        known = (
            "no GeoTIFF; delete that file"
            if magics is KEPT
            else "no GeoTIFF, JPEG, PNG or JPEG 2000; make it one"
        )
        raise SceneUnreadable(f"{name} takes {what} from {file.name}, which is {known}")

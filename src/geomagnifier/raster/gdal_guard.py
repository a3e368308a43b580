"""How far a raster may reach.

What it reads besides itself lies in its own folder, and nothing lies on the network, unless
allowed.

A GeoTIFF, or a file beside it, can name any other file or address as its overviews; an .ovr or .msk
may be in any format, also one that only points elsewhere. GDAL follows all of them. What is found
here is refused before GDAL follows it.

GEOMAG_ALLOW, words with commas between: "network" for pictures at http(s)://, "vrt" for mosaics of
pictures in their own folder.
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
"""A file as a dataset, by no format but those that hold their own pixels."""

BESIDE = (".ovr", ".OVR", ".msk", ".MSK")
"""Ends of files beside a raster that hold pixels."""
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
"""Ends of other files that GDAL reads beside a raster, after its name or in place of its suffix."""
KEPT = (b"II*\0", b"II+\0", b"MM\0*", b"MM\0+", b"EHFA_HEADER_TAG\0")
"""First bytes of TIFF and of HFA, which is what overviews and masks are kept in."""
PICTURES = (*KEPT, b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")
"""And of JPEG, PNG and JPEG 2000, which mosaics are made of."""

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
"""Elements of a VRT that puts pictures together. Others warp, compute or run Python, and name files
in places of their own.
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
"""Their attributes, in these letters: GDAL takes an attribute for an element of that name, whatever
the case.
"""
MOSAIC_BYTES = 16_000_000


def allowed(what: str) -> bool:
    """Whether GEOMAG_ALLOW names it.

    Raises:
        OptionError: the setting has a word that means nothing.
    """
    words = {word.strip().lower() for word in os.environ.get(SETTING, "").split(",")} - {""}
    if unknown := sorted(words - set(KNOWN)):
        raise OptionError(
            f"{SETTING} does not know {', '.join(map(repr, unknown))}; it takes"
            f" {' and '.join(KNOWN)}, with a comma between"
        )
    return what in words


def check_beside(path: Path, opened: Open) -> None:
    """Files beside a raster, before it is opened.

    Overviews and masks, and those that GDAL would wait for without an end.

    Raises:
        SceneUnreadable: one of them points elsewhere, or is no file.
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
        _check_kind(path.name, beside)
        check_beside(beside, opened)
        with opened(beside) as dataset:
            check_named(dataset, beside, opened)


def check_named(dataset: Any, path: Path | None, opened: Open) -> None:
    """The overviews that an opened raster names, before anything asks for them.

    Args:
        path: of the raster, None where it is not a file.

    Raises:
        SceneUnreadable: they are not a file in its folder.
    """
    named = dataset.get_tag_item("OVERVIEW_FILE", "OVERVIEWS")
    if not named:
        return
    name = path.name if path is not None else dataset.name
    if path is None or not _inside(Path(named), path.parent):
        raise SceneUnreadable(
            f"{name} takes its overviews from {named[:200]!r}, outside its folder; write it anew"
            " (gdal_translate) to use it"
        )
    beside = path.parent / named
    _check_kind(name, beside)
    with opened(
        beside
    ) as further:  # has to do without any of its own, or two files could name each other for ever
        if further.get_tag_item("OVERVIEW_FILE", "OVERVIEWS") or any(
            os.path.exists(f"{beside}{end}") for end in BESIDE
        ):
            raise SceneUnreadable(
                f"{name} takes its overviews from {beside.name}, and that from another file; write"
                " it anew (gdal_translate)"
            )


def check_mosaic(path: Path, opened: Open) -> None:
    """A VRT, before it is opened: a mosaic of pictures in its own folder and below.

    Raises:
        SceneUnreadable: it is something else, or one of its pictures lies elsewhere or cannot be
            read.
    """
    if path.stat().st_size > MOSAIC_BYTES:
        raise SceneUnreadable(
            f"{path.name} has over {MOSAIC_BYTES // 1_000_000} MB of text; make it one GeoTIFF with"
            " gdal_translate"
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
        if (
            "<!" in text or "&#" in text or "<?" in text.removeprefix("<?xml")
        ):  # GDAL does not read these as others do
            raise ValueError("it has more than elements and text")
        elements = [*ElementTree.fromstring(text).iter()]
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise SceneUnreadable(f"{path.name} is no VRT that can be read ({error})") from error
    odd = next((word for element in elements for word in _odd(element)), None)
    if odd is not None:
        raise SceneUnreadable(
            f"{path.name} is more than a mosaic of pictures ({odd[:50]}); make it a GeoTIFF with"
            " gdal_translate"
        )
    for named in {
        (e.text or "").strip(): e for e in elements if e.tag == "SourceFilename"
    }.values():
        picture = Path((named.text or "").strip())
        if not _inside(picture, path.parent, named.get("relativeToVRT") == "1"):
            raise SceneUnreadable(
                f"{path.name} points at {str(picture)[:200]!r}, outside its folder; put its"
                " pictures beside it"
            )
        picture = path.parent / picture
        _check_kind(path.name, picture, PICTURES)
        check_beside(picture, opened)
        with opened(picture) as dataset:
            check_named(dataset, picture, opened)


def _odd(element: ElementTree.Element) -> list[str]:
    """What a mosaic does not have."""
    return [element.tag] * (element.tag not in MOSAIC) + [
        value if name.lower() == "subclass" else name
        for name, value in element.items()
        if name not in ATTRIBUTES
    ]


def _inside(named: Path, folder: Path, relative: bool = True) -> bool:
    """Whether a file, named from a folder, is there and lies in the folder or below."""
    if not relative and not named.is_absolute():  # GDAL looks for it from wherever the process is
        return False
    if ":" in str(named.relative_to(named.anchor)):  # GDAL may take it for a format and a file
        return False
    try:
        found = (folder / named).resolve()
        return found.is_file() and found.is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False


def _check_kind(name: str, file: Path, kinds: tuple[bytes, ...] = KEPT) -> None:
    """Refuse a file that GDAL, which asks all of its formats, could take for one that points elsewhere: these are known by their text."""
    with file.open("rb") as opened:
        start = opened.read(16)
    if not (start.startswith(kinds) and b"\0" in start):
        what = "its overviews or its mask" if kinds is KEPT else "a picture"
        known = (
            "no GeoTIFF; delete that file"
            if kinds is KEPT
            else "no GeoTIFF, JPEG, PNG or JPEG 2000; make it one"
        )
        raise SceneUnreadable(f"{name} takes {what} from {file.name}, which is {known}")

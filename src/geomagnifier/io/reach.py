"""How far a raster may reach. What it reads besides itself lies in its own folder, and nothing lies on the network, unless allowed.

A GeoTIFF, or a file beside it, can name any other file or address as its overviews; an .ovr or .msk may be in any format, also one that
only points elsewhere. GDAL follows all of them. What is found here is refused before GDAL follows it.

GEOMAG_ALLOW, words with commas between: "network" for pictures at http(s)://, "vrt" for mosaics of pictures in their own folder.
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
OWN_PIXELS = (b"II", b"MM", b"EHFA_HEADER_TAG")
"""First bytes of TIFF and of HFA, which is what overviews and masks are kept in."""

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
"""Elements of a VRT that puts pictures together. Others warp, compute or run Python, and name files in places of their own."""
MOSAIC_BYTES = 16_000_000


def allowed(what: str) -> bool:
    """Whether GEOMAG_ALLOW names it.

    Raises:
        OptionError: the setting has a word that means nothing.
    """
    words = {word.strip().lower() for word in os.environ.get(SETTING, "").split(",")} - {""}
    if unknown := sorted(words - set(KNOWN)):
        raise OptionError(f"{SETTING} does not know {', '.join(map(repr, unknown))}; it takes {' and '.join(KNOWN)}, with a comma between")
    return what in words


def check_beside(path: Path, opened: Open) -> None:
    """Overviews and masks in files beside a raster, before it is opened.

    Raises:
        SceneUnreadable: one of them points elsewhere.
    """
    for end in BESIDE:
        beside = path.with_name(path.name + end)
        if not beside.is_file():
            continue
        _check_kind(path.name, beside)
        check_beside(beside, opened)
        with opened(beside) as dataset:
            check_named(dataset, beside, opened)


def check_named(dataset: Any, path: Path | None, opened: Open) -> None:
    """The overviews that an opened raster names, before anything asks for them.

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
            f"{name} takes its overviews from {named[:200]!r}, outside its folder; write it anew (gdal_translate) to use it"
        )
    beside = path.parent / named
    _check_kind(name, beside)
    with opened(beside) as further:  # has to do without any of its own, or two files could name each other for ever
        if further.get_tag_item("OVERVIEW_FILE", "OVERVIEWS") or any(beside.with_name(beside.name + end).exists() for end in BESIDE):
            raise SceneUnreadable(
                f"{name} takes its overviews from {beside.name}, and that from another file; write it anew (gdal_translate)"
            )


def check_mosaic(path: Path, opened: Open) -> None:
    """A VRT, before it is opened: a mosaic of pictures in its own folder and below.

    Raises:
        SceneUnreadable: it is something else, or one of its pictures lies elsewhere or cannot be read.
    """
    if path.stat().st_size > MOSAIC_BYTES:
        raise SceneUnreadable(f"{path.name} has over {MOSAIC_BYTES // 1_000_000} MB of text; make it one GeoTIFF with gdal_translate")
    try:
        elements = [*ElementTree.fromstring(path.read_bytes()).iter()]
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise SceneUnreadable(f"{path.name} is no VRT that can be read ({error})") from error
    odd = next((e.get("subClass") or e.tag for e in elements if e.tag not in MOSAIC or e.get("subClass")), None)
    if odd is not None:
        raise SceneUnreadable(f"{path.name} is more than a mosaic of pictures ({odd[:50]}); make it a GeoTIFF with gdal_translate")
    for named in {(e.text or "").strip(): e for e in elements if e.tag == "SourceFilename"}.values():
        picture = Path((named.text or "").strip())
        relative = named.get("relativeToVRT") == "1"
        if not _inside(picture, path.parent, relative):
            raise SceneUnreadable(f"{path.name} points at {str(picture)[:200]!r}, outside its folder; put its pictures beside it")
        picture = path.parent / picture
        check_beside(picture, opened)
        with opened(picture) as dataset:
            check_named(dataset, picture, opened)


def _inside(named: Path, folder: Path, relative: bool = True) -> bool:
    """Whether a file, named from a folder, is there and lies in the folder or below."""
    if not relative and not named.is_absolute():  # GDAL looks for it from wherever the process is
        return False
    try:
        found = (folder / named).resolve()
        return found.is_file() and found.is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False


def _check_kind(name: str, beside: Path) -> None:
    with beside.open("rb") as file:
        if not file.read(16).startswith(OWN_PIXELS):
            raise SceneUnreadable(f"{name} takes its overviews or its mask from {beside.name}, which is no GeoTIFF; delete that file")

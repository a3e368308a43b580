"""Annotations in PASCAL VOC's XML, one file an image, as DIOR and DIOR-RSVG publish them.

    <annotation>
      <filename/> <size><width/><height/></size>
      <object>
        <name/> <difficult/> <bndbox><xmin/><ymin/><xmax/><ymax/></bndbox> <description/>
      </object> ...
    </annotation>

`description` is DIOR-RSVG's own. Corners are taken as VOC defines them, numbers of pixels from 1,
both ends inside the object; here they become half-open px: (xmin - 1, ymin - 1, xmax, ymax), cut to
the image. A document type is refused: no published file has one, and entities can be made to grow
without end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree

from geomagnifier.errors import DataCorrupt, DataMissing
from geomagnifier.finetuning.labels.segmentation import UNFIT
from geomagnifier_lab.datasets.benchmarks.case import Benchmark
from geomagnifier_lab.datasets.benchmarks.checks import BoxTuple, clipped, file_name, picture_size


@dataclass(frozen=True)
class VocObject:
    """One object of an annotation file."""

    name: str
    """Its class."""
    box: BoxTuple | None
    """(x0, y0, x1, y1) px, half-open, within the image; None where nothing of it is there."""
    difficult: bool
    """Neither found nor missed in VOC's metric."""
    description: str
    """DIOR-RSVG's sentence, or ""."""


@dataclass(frozen=True)
class VocAnnotation:
    """What one annotation file says."""

    source: Path
    """The file."""
    picture: str
    """File name of the image, as written there."""
    objects: tuple[VocObject, ...]
    """In the file's order."""


class _NoDoctype(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> NoReturn:
        raise ValueError("a document type, which no annotation needs")


def read_annotations(
    sources: Sequence[Path], pictures: Path, benchmark: Benchmark
) -> list[VocAnnotation]:
    """What the files say, in their order.

    Args:
        sources: the files.
        pictures: folder of the images; one is opened where its annotation does not give its size.
        benchmark: whose they are.

    Raises:
        DataMissing: a file is not there, or is empty; the first is named, and how many they are.
        DataCorrupt: one is not XML, or not of this form; it and the object are named.
    """
    lacking = [source for source in sources if not source.is_file() or source.stat().st_size == 0]
    if lacking:
        problem = (
            f"{benchmark.title} lacks {lacking[0]}: {len(lacking)} of {len(sources)} annotations"
            " are not there or empty"
        )
        raise DataMissing(
            f"{problem}; they come from {benchmark.url}, laid out as {benchmark.layout}"
        )
    return [_annotation(source, pictures, benchmark) for source in sources]


def _annotation(source: Path, pictures: Path, benchmark: Benchmark) -> VocAnnotation:
    try:
        root = ElementTree.fromstring(
            source.read_bytes(), ElementTree.XMLParser(target=_NoDoctype())
        )
    except (ElementTree.ParseError, ValueError, LookupError, OSError) as error:
        raise DataCorrupt(
            f"{source} is not XML, perhaps downloaded in part ({error}); it comes from"
            f" {benchmark.url}"
        ) from error
    place = "filename or size"
    try:
        name = file_name((root.findtext("filename") or "").strip())
        found = root.find("size")
        size = _size(found) if found is not None else picture_size(pictures / name)
        objects = []
        for index, element in enumerate(root.findall("object")):
            place = f"object {index}"
            objects.append(_object(element, size))
    except UNFIT as error:
        raise DataCorrupt(
            f"{source}, {place}: not as {benchmark.title} is published ({type(error).__name__}:"
            f" {error})"
        ) from error
    return VocAnnotation(source, name, tuple(objects))


def _size(element: ElementTree.Element) -> tuple[int, int]:
    width, height = (int(_text(element, side)) for side in ("width", "height"))
    if width < 1 or height < 1:
        raise ValueError(f"a picture of {width} x {height} px")
    return width, height


def _object(element: ElementTree.Element, size: tuple[int, int]) -> VocObject:
    x0, y0, x1, y1 = (
        float(_text(element, f"bndbox/{side}")) for side in ("xmin", "ymin", "xmax", "ymax")
    )
    difficult = (element.findtext("difficult") or "0").strip() == "1"
    description = (element.findtext("description") or "").strip()
    return VocObject(
        _text(element, "name"), clipped((x0 - 1, y0 - 1, x1, y1), size), difficult, description
    )


def _text(element: ElementTree.Element, path: str) -> str:
    text = (element.findtext(path) or "").strip()
    if not text:
        raise KeyError(f"no <{path}>")
    return text

"""Write hits as a STAC ItemCollection; `raster.stac_items` reads one.

Needs the extra `archive`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from geomagnifier.atomic import Staging
from geomagnifier.errors import LibraryMissing, install
from geomagnifier.export.search_hit import Hit
from geomagnifier.raster import stac_items
from geomagnifier.raster.stac_documents import REMOTE

MEDIA = {
    ".tif": "image/tiff; application=geotiff",
    ".tiff": "image/tiff; application=geotiff",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jp2": "image/jp2",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
}


@dataclass(frozen=True)
class ItemAnswer:
    """An answer that is written into an item beside its image."""

    question: str
    """The question."""
    text: str
    """Text of the answer."""
    count: int | None = None
    """Number of regions, or None."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Files by name, such as those of `write`."""
    value: bool | float | str | None = None
    """Value of `Answer`, or None."""
    unit: str | None = None
    """Unit of `Answer`, or None."""


def write_items(
    target: Path, hits: Sequence[Hit], answers: Sequence[ItemAnswer | None] = ()
) -> None:
    """Write an ItemCollection of hits, an item each, with their answers.

    Properties that STAC does not define begin with `geomag:`; hrefs are relative. An item must have
    a date: that of an image without one is the time of its file, and `geomag:date_from` says so.

    Args:
        target: the .json file.
        hits: best first.
        answers: one for each hit, or None; it may be shorter.

    Raises:
        OutputError: the folder is not writable, or the disk is full.
        LibraryMissing: the extra is not installed.
    """
    pystac = _pystac()
    items, taken = [], set()
    for number, hit in enumerate(hits):
        answer = answers[number] if number < len(answers) else None
        stem, href, file = _named(hit.path, target.parent)
        name, copies = stem, 1
        while name in taken:
            copies += 1
            name = f"{stem}-{copies}"
        taken.add(name)
        date, source = hit.date, hit.date_from
        if date is None:
            date, source = (
                datetime.fromtimestamp(file.stat().st_mtime if file.exists() else 0, UTC).replace(
                    tzinfo=None
                ),
                "file",
            )
        properties: dict[str, Any] = {
            "gsd": hit.gsd,
            "geomag:date_from": source,
            "geomag:score": None if hit.score is None else round(hit.score, 6),
            "geomag:tile": None if hit.tile is None else list(hit.tile.tuple()),
        }
        if answer is not None:
            properties |= {
                "geomag:question": answer.question,
                "geomag:text": answer.text,
                "geomag:count": answer.count,
            }
            properties |= {"geomag:value": answer.value, "geomag:unit": answer.unit}
        item = pystac.Item(
            name,
            hit.footprint,
            None if hit.bounds is None else list(hit.bounds),
            date.replace(tzinfo=UTC),
            {key: value for key, value in properties.items() if value is not None},
        )
        item.add_asset(
            "image",
            pystac.Asset(href, media_type=_media(Path(href.partition("?")[0])), roles=["data"]),
        )
        for key, file in answer.files.items() if answer is not None else ():
            item.add_asset(
                key,
                pystac.Asset(
                    _href(file, target.parent), media_type=_media(file), roles=["metadata"]
                ),
            )
        items.append(item)
    written = pystac.ItemCollection(items, clone_items=False).to_dict()
    with Staging(target.parent) as stage:
        stage.path(target.name).write_text(
            json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def _named(path: Path, folder: Path) -> tuple[str, str, Path]:
    """Return the name and the URI reference of an image, and the file that has its time.

    Args:
        path: of the image, or `ITEMS.json#ITEM` of an item whose image is elsewhere.
        folder: of the collection that is written.
    """
    parts = stac_items.split_handle(str(path))
    if parts is None or parts[1] is None:
        return path.stem, _href(path, folder), path
    href = stac_items.choose(str(path)).href
    there = href if href.startswith(REMOTE) else _href(Path(href), folder)
    return parts[1], there, Path(parts[0])


def _href(path: Path, folder: Path) -> str:
    """Return a URI reference to a file, relative to the folder of the collection if possible."""
    try:
        return quote(
            os.fsencode(Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix())
        )
    except ValueError:  # another drive
        return path.absolute().as_uri()


def _media(path: Path) -> str | None:
    return MEDIA.get(path.suffix.lower())


def _pystac() -> Any:
    try:
        import pystac
    except ImportError as error:
        raise LibraryMissing(
            f"STAC needs the extra archive; install it: {install('archive')} ({error})"
        ) from error
    return pystac

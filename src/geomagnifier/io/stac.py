"""STAC ItemCollections: read as a folder of pictures, written with what was found or answered. Needs the extra `archive`; no network."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from geomagnifier.errors import DataCorrupt, LibraryMissing, install
from geomagnifier.io import footprint
from geomagnifier.io.dates import utc
from geomagnifier.io.hit import Hit
from geomagnifier.io.staging import Staging

ROLES = ("visual", "data", "overview")
"""Of the asset that is looked at, the best first; then any that has no role, a thumbnail last."""
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
class ItemPicture:
    """The picture of an item, and what the item says of it. outline: WKB, see `footprint`."""

    path: Path
    date: datetime | None
    outline: bytes | None


@dataclass(frozen=True)
class ItemAnswer:
    """What is written into an item beside its picture. files: by name, such as those of `write`; count: of regions, or None."""

    question: str
    text: str
    count: int | None = None
    files: Mapping[str, Path] = field(default_factory=dict)


def read_items(path: Path, suffixes: Sequence[str]) -> tuple[list[ItemPicture], list[tuple[Path, str]]]:
    """One picture of each item: the asset that is most of a picture. Relative hrefs start at the file's folder.

    Args:
        path: an ItemCollection, JSON.
        suffixes: of the names of pictures.

    Returns:
        The pictures; and what was left out, each with the reason: items whose picture is not on this machine, or that have none.

    Raises:
        DataCorrupt: it is no ItemCollection.
        LibraryMissing: the extra is not installed.
    """
    pystac = _pystac()
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        items = [item for item in pystac.ItemCollection.from_dict(told).items if isinstance(item, pystac.Item)]
    except OSError as error:
        raise DataCorrupt(f"{path} cannot be opened: {error.strerror or error}") from error
    except Exception as error:  # pystac names no one error for what is not STAC
        raise DataCorrupt(f"{path} is no STAC ItemCollection ({' '.join(str(error).split())[:120]}); give its JSON, or a folder") from error
    pictures: list[ItemPicture] = []
    left_out: list[tuple[Path, str]] = []
    for item in items:
        found = _asset(item, suffixes)
        if found is None:
            left_out.append((path, f"the item {item.id} has no asset that is a picture; looked for {', '.join(suffixes)}"))
            continue
        place = _local(found, path.parent)
        if place is None:
            left_out.append((path, f"the item {item.id} lies at {found}; download it first"))
            continue
        date = item.datetime or item.common_metadata.start_datetime
        outline = footprint.from_geojson(item.geometry) if item.geometry else None
        pictures.append(ItemPicture(place, None if date is None else utc(date), outline))
    return pictures, left_out


def write_items(target: Path, hits: Sequence[Hit], answers: Sequence[ItemAnswer | None] = ()) -> None:
    """An ItemCollection of hits, an item each, with their answers. Properties of ours begin with `geomag:`; hrefs are relative.

    A picture without a date has the time of its file, which `geomag:date_from` says, as an item must have one.

    Raises:
        OutputError: the folder is not writable, or the disk is full.
        LibraryMissing: the extra is not installed.
    """
    pystac = _pystac()
    items, taken = [], set()
    for number, hit in enumerate(hits):
        answer = answers[number] if number < len(answers) else None
        name, copies = hit.path.stem, 1
        while name in taken:
            copies += 1
            name = f"{hit.path.stem}-{copies}"
        taken.add(name)
        date, source = hit.date, hit.date_from
        if date is None:
            date, source = datetime.fromtimestamp(hit.path.stat().st_mtime if hit.path.exists() else 0, UTC).replace(tzinfo=None), "file"
        properties: dict[str, Any] = {
            "gsd": hit.gsd,
            "geomag:date_from": source,
            "geomag:score": None if hit.score is None else round(hit.score, 6),
            "geomag:tile": None if hit.tile is None else list(hit.tile.tuple()),
        }
        if answer is not None:
            properties |= {"geomag:question": answer.question, "geomag:text": answer.text, "geomag:count": answer.count}
        item = pystac.Item(
            name,
            hit.footprint,
            None if hit.bounds is None else list(hit.bounds),
            date.replace(tzinfo=UTC),
            {key: value for key, value in properties.items() if value is not None},
        )
        item.add_asset("image", pystac.Asset(_href(hit.path, target.parent), media_type=_media(hit.path), roles=["data"]))
        for key, file in answer.files.items() if answer is not None else ():
            item.add_asset(key, pystac.Asset(_href(file, target.parent), media_type=_media(file), roles=["metadata"]))
        items.append(item)
    written = pystac.ItemCollection(items, clone_items=False).to_dict()
    with Staging(target.parent) as stage:
        stage.path(target.name).write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _asset(item: Any, suffixes: Sequence[str]) -> str | None:
    """The href of the picture of an item."""
    found: list[tuple[int, str]] = []
    for asset in item.assets.values():
        if not urlsplit(asset.href).path.lower().endswith(tuple(suffixes)):
            continue
        roles = asset.roles or ()
        ranks = [ROLES.index(role) for role in roles if role in ROLES]
        found.append((min(ranks) if ranks else len(ROLES) + ("thumbnail" in roles), asset.href))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _local(href: str, folder: Path) -> Path | None:
    """The file on this machine, or None where it is elsewhere."""
    parts = urlsplit(href)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if "://" in href or href.startswith("/vsi"):
        return None
    return Path(os.path.normpath(folder / href))


def _href(path: Path, folder: Path) -> str:
    """Relative to the folder of the collection, where there is a way."""
    try:
        return Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix()
    except ValueError:  # another drive
        return path.absolute().as_uri()


def _media(path: Path) -> str | None:
    return MEDIA.get(path.suffix.lower())


def _pystac() -> Any:
    try:
        import pystac
    except ImportError as error:
        raise LibraryMissing(f"STAC needs the extra archive; install it: {install('archive')} ({error})") from error
    return pystac

"""Read the images of a STAC Catalog, Collection, Item or ItemCollection, and write hits as one.

Needs the extra `archive`. Nothing is fetched from the network: items elsewhere are left out, and
listed.
"""

from __future__ import annotations

import errno
import json
import os
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from geomagnifier.atomic import Staging
from geomagnifier.errors import DataCorrupt, LibraryMissing, install
from geomagnifier.export.search_hit import Hit
from geomagnifier.raster import footprint
from geomagnifier.raster.acquisition import utc

ROLES = ("visual", "data", "overview")
"""Roles of the asset that is taken, best first; then come assets without one, a thumbnail last."""
DEEP, MOST = 32, 100_000
"""Most levels of a catalog that are followed, and most files of it that are read."""
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
    """The image of an item, and what the item says of it."""

    path: Path
    """The image."""
    date: datetime | None
    """Acquisition date in UTC, or None."""
    outline: bytes | None
    """Footprint as WKB, see `raster.footprint`, or None."""


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


def read_items(
    path: Path, suffixes: Sequence[str]
) -> tuple[list[ItemPicture], list[tuple[Path, str]]]:
    """Find one image of each item: the asset that is most likely an image.

    A Catalog or Collection is followed through its links `item` and `child`, as far as they lead to
    files on this machine. Hrefs are URI references (%20 is a blank), relative to the item's own
    href where that is a file here, else to the file that the item is in.

    Args:
        path: an ItemCollection, Item, Collection or Catalog, JSON.
        suffixes: of image files.

    Returns:
        The images; and what was left out, each with the reason: items whose image is not on this
        machine, or that have none, and links that lead to no STAC on this machine.

    Raises:
        DataCorrupt: it is no STAC.
        LibraryMissing: the extra is not installed.
    """
    pystac = _pystac()
    pictures: list[ItemPicture] = []
    left_out: list[tuple[Path, str]] = []
    ahead, known = deque([(path, 0)]), {path.resolve()}
    while ahead:
        at, depth = ahead.popleft()
        try:
            items, links, wrong = _read(at, pystac)
        except DataCorrupt as error:
            if depth == 0:
                raise
            left_out.append((at, str(error)))
            continue
        left_out += [(at, f"{at}: {why}") for why in wrong]
        for item, own in items:
            found = _picture(item, own, at, suffixes)
            if isinstance(found, str):
                left_out.append((at, found))
            else:
                pictures.append(found)
        for href in links:
            place = href_path(href, [at.parent])
            if place is None:
                left_out.append((at, f"{at} links to {href[:200]}; download it first"))
            elif depth == DEEP or len(known) == MOST:
                left_out.append(
                    (
                        at,
                        (
                            f"{at} links to {href[:200]}, which was not read: at most {MOST} files"
                            f" and {DEEP} levels are"
                        ),
                    )
                )
            elif place.resolve() not in known:
                known.add(place.resolve())
                ahead.append((place, depth + 1))
    return pictures, left_out


def _read(path: Path, pystac: Any) -> tuple[list[tuple[Any, str | None]], list[str], list[str]]:
    """Read a STAC file.

    Returns:
        Its items with their own hrefs; the hrefs of its links to items and children; and what is
        wrong in it.
    """
    try:
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, "there is no such file")
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        if document.get("type") == "FeatureCollection":
            return _items(document["features"], pystac)
        if document.get("type") == "Feature":
            return [_item(document, pystac)], [], []
        if "stac_version" not in document:
            raise ValueError("it has no stac_version")
        hrefs = [
            link.get("href")
            for link in document.get("links", ())
            if link.get("rel") in ("item", "child")
        ]
        known = [href for href in hrefs if isinstance(href, str) and href]
        return (
            [],
            known,
            [f"{len(hrefs) - len(known)} links have no href"] if len(known) < len(hrefs) else [],
        )
    except OSError as error:
        raise DataCorrupt(f"{path} cannot be opened: {error.strerror or error}") from error
    except Exception as error:  # pystac names no one error for what is not STAC
        raise DataCorrupt(
            f"{path} is no STAC ItemCollection, Item, Collection or Catalog"
            f" ({' '.join(str(error).split())[:120]}); give its JSON, or a folder of images"
        ) from error


def _items(
    features: Sequence[Any], pystac: Any
) -> tuple[list[tuple[Any, str | None]], list[str], list[str]]:
    """Read features as `_read` does; those that are no items are left out, unless none is one."""
    items, wrong = [], []
    for number, feature in enumerate(features):
        try:
            items.append(_item(feature, pystac))
        except Exception as error:  # as in _read
            wrong.append(f"feature {number} is no STAC Item ({' '.join(str(error).split())[:120]})")
    if wrong and not items:
        raise ValueError(wrong[0])
    return items, [], wrong


def _item(feature: dict[str, Any], pystac: Any) -> tuple[Any, str | None]:
    """Read an item, and apart from it its own href.

    With that, pystac would make all asset hrefs absolute from the working directory.
    """
    links = feature.get("links", [])
    own = next((link["href"] for link in links if link.get("rel") == "self"), None)
    return (
        pystac.Item.from_dict(
            feature | {"links": [link for link in links if link.get("rel") != "self"]}
        ),
        own,
    )


def _picture(item: Any, own: str | None, at: Path, suffixes: Sequence[str]) -> ItemPicture | str:
    """Find the image of an item, or say why there is none.

    Args:
        item: of pystac.
        own: the item's own href, or None.
        at: the file that the item is in.
        suffixes: of image files.
    """
    found = _asset(item, suffixes)
    if found is None:
        return f"the item {item.id} has no image asset; looked for {', '.join(suffixes)}"
    itself = None if own is None else href_path(own, [at.parent])
    place = href_path(found, [at.parent] if itself is None else [itself.parent, at.parent])
    if place is not None and own is not None and itself is None and not place.exists():
        place, found = None, urljoin(own, found)  # relative to an item elsewhere
    if place is None:
        return f"the item {item.id} lies at {found}; download it first"
    date = item.datetime or item.common_metadata.start_datetime
    outline = footprint.from_geojson(item.geometry) if item.geometry else None
    return ItemPicture(place, None if date is None else utc(date), outline)


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
        name, copies = hit.path.stem, 1
        while name in taken:
            copies += 1
            name = f"{hit.path.stem}-{copies}"
        taken.add(name)
        date, source = hit.date, hit.date_from
        if date is None:
            date, source = (
                datetime.fromtimestamp(
                    hit.path.stat().st_mtime if hit.path.exists() else 0, UTC
                ).replace(tzinfo=None),
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
            pystac.Asset(
                _href(hit.path, target.parent), media_type=_media(hit.path), roles=["data"]
            ),
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


def _asset(item: Any, suffixes: Sequence[str]) -> str | None:
    """Return the href of the image of an item, or None."""
    found: list[tuple[int, str]] = []
    for asset in item.assets.values():
        if not asset.href.lower().endswith(tuple(suffixes)) and not _decoded(
            asset.href
        ).lower().endswith(tuple(suffixes)):
            continue
        roles = asset.roles or ()
        ranks = [ROLES.index(role) for role in roles if role in ROLES]
        found.append((min(ranks) if ranks else len(ROLES) + ("thumbnail" in roles), asset.href))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _decoded(href: str) -> str:
    """Return the decoded path of a URI reference; "" where it is none."""
    try:
        return os.fsdecode(unquote_to_bytes(urlsplit(href).path))
    except ValueError:  # such as http://[
        return ""


def href_path(href: str, folders: Sequence[Path]) -> Path | None:
    """Return the file on this machine that a URI reference names, or None where it is elsewhere.

    Args:
        href: "./my%20scene.tif", "file:///data/a.tif", "/data/a.tif". One that was written without
            encoding ("my #1.tif") is taken literally where such a file exists and the decoded one
            does not.
        folders: that a relative one may start at, the likeliest first; the first with such a file
            counts.
    """
    try:
        parts = urlsplit(href)
    except ValueError:  # such as http://[
        return None
    if ("://" in href and parts.scheme != "file") or parts.netloc not in ("", "localhost"):
        return None
    encoded = _decoded(href)
    # With another scheme it is a name with a colon, such as a:b.tif.
    names = [encoded] if parts.scheme == "file" else [encoded, href] if not parts.scheme else [href]
    places = [Path(os.path.normpath(folder / name)) for name in names for folder in folders]
    if any("\0" in name for name in names) or any(
        place.as_posix().startswith("/vsi") for place in places
    ):
        return None
    return next((place for place in places if place.exists()), places[0])


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

"""Read STAC documents, and follow their links to items.

A file on this machine may lead to others here, and to the network where that is allowed; what comes
from the network never leads to files of this machine.
"""

from __future__ import annotations

import errno
import json
import os
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from geomagnifier.errors import DataCorrupt, LibraryMissing, SceneUnreadable, install
from geomagnifier.raster import gdal_guard
from geomagnifier.raster.fetch import fetch

DEEP, MOST = 32, 100_000
"""Most levels of a catalog that are followed, and most files of it that are read."""
REMOTE = ("http://", "https://", "s3://")
"""Beginnings of addresses on the network that can be opened."""


@dataclass(frozen=True)
class Found:
    """An item, and where it was found."""

    item: Any
    """Of pystac, without its link `self`."""
    own: str | None
    """Its own href, or None."""
    at: str
    """Path or address of the document that it is in."""
    name: str
    """Its id; with ~2 and so on where the document has had that already."""
    handle: Path
    """`ITEMS.json#ITEM` of the last document on this machine that leads to it."""


def walk(
    start: str, left_out: list[tuple[Path, str]], wanted: str | None = None
) -> Iterator[Found]:
    """Yield the items of a STAC document and of those that it links to.

    Args:
        start: path or address of the document.
        left_out: what cannot be read is appended to it, with the reason.
        wanted: name of the only item that is needed of the first document, or None.
    """
    pystac = _pystac()
    ahead, known = deque([(start, 0, Path(start))]), {_same(start)}
    while ahead:
        at, depth, local = ahead.popleft()
        try:
            document = _document(at)
            items, links, wrong = _read(at, document, pystac, wanted)
        except (DataCorrupt, SceneUnreadable) as error:
            if depth == 0:
                raise
            left_out.append((Path(at), str(error)))
            continue
        left_out += [(Path(at), f"{at}: {why}") for why in wrong]
        for item, own, name in items:
            handle = Path(f"{local}#{quote(name, safe='')}")
            yield Found(item, own, at, name, handle)
        for href in links:
            place = _linked(href, at, document)
            if isinstance(place, str) and not place.startswith(REMOTE[:2]):
                why = f"{at} links to {place[:200]}; download it first"
                left_out.append((Path(at), why))
            elif isinstance(place, str) and not gdal_guard.allowed("network"):
                left_out.append((Path(at), f"{at} links to {consent(place)}"))
            elif depth == DEEP or len(known) == MOST:
                why = (
                    f"{at} links to {href[:200]}, which was not read: at most {MOST} files and"
                    f" {DEEP} levels are"
                )
                left_out.append((Path(at), why))
            elif _same(place) not in known:
                known.add(_same(place))
                ahead.append((str(place), depth + 1, place if isinstance(place, Path) else local))


def consent(address: str) -> str:
    """Return what to do about an address, the end of a sentence that says what lies there."""
    return (
        f"{address[:200]}; download it first, or set {gdal_guard.SETTING}=network to read it from"
        " there"
    )


def _same(place: str | Path) -> str:
    """Return one text for all names of a file."""
    text = str(place)
    return text if _remote(text) else str(Path(text).resolve())


def _remote(text: str) -> bool:
    return text.startswith(REMOTE)


def _linked(href: str, at: str, document: Any) -> Path | str:
    """Return the file or address that a link of a document leads to."""
    if _remote(at):
        return urljoin(at, href)
    place = href_path(href, [Path(at).parent])
    if place is not None and place.exists():
        return place
    # A catalog that was downloaded says where it was published.
    own = _self_href(document)
    if own is not None and own.startswith(REMOTE):
        return urljoin(own, href)
    return href if place is None else place


def _self_href(document: Any) -> str | None:
    links = document.get("links") or ()
    found = (link.get("href") for link in links if link.get("rel") == "self")
    own = next(found, None)
    return own if isinstance(own, str) else None


def _document(at: str) -> Any:
    """Read a STAC document as JSON.

    Raises:
        DataCorrupt: it cannot be opened, or is no JSON.
        SceneUnreadable: it cannot be fetched.
    """
    try:
        if _remote(at):
            text = fetch(at).decode("utf-8-sig")
            return json.loads(text)
        path = Path(at).expanduser()
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, "there is no such file")
        status = path.stat()
        return _parsed(str(path), status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise DataCorrupt(f"{at} cannot be opened: {error.strerror or error}") from error
    except ValueError as error:
        raise _no_stac(at, error) from error


@lru_cache(maxsize=1)
def _parsed(path: str, modified: int, size: int) -> Any:
    """Parse a file once for all of its items that are opened one after the other."""
    return json.loads(Path(path).read_text(encoding="utf-8-sig"))


def _no_stac(at: str, error: Exception) -> DataCorrupt:
    return DataCorrupt(
        f"{at} is no STAC ItemCollection, Item, Collection or Catalog"
        f" ({' '.join(str(error).split())[:120]}); give its JSON, or a folder of pictures"
    )


def _read(
    at: str, document: Any, pystac: Any, wanted: str | None
) -> tuple[list[tuple[Any, str | None, str]], list[str], list[str]]:
    """Read a STAC document.

    Returns:
        Its items with their own hrefs and names; the hrefs of its links to items and children; and
        what is wrong in it.
    """
    try:
        if document.get("type") == "FeatureCollection":
            return _items(document["features"], pystac, wanted)
        if document.get("type") == "Feature":
            item, own = _item(document, pystac)
            return [(item, own, item.id)], [], []
        if "stac_version" not in document:
            raise ValueError("it has no stac_version")
        hrefs = [
            link.get("href")
            for link in document.get("links", ())
            if link.get("rel") in ("item", "child")
        ]
        known = [href for href in hrefs if isinstance(href, str) and href]
        less = len(hrefs) - len(known)
        return [], known, [f"{less} links have no href"] if less else []
    except Exception as error:  # pystac names no one error for what is not STAC
        raise _no_stac(at, error) from error


def _items(
    features: Sequence[Any], pystac: Any, wanted: str | None
) -> tuple[list[tuple[Any, str | None, str]], list[str], list[str]]:
    """Read features as `_read` does; those that are no items are left out, unless none is one."""
    items, wrong = [], []
    count: Counter[str] = Counter()
    for number, feature in enumerate(features):
        try:
            name = str(feature["id"])
            number_of_name = count[name] + 1
            told = name if number_of_name == 1 else f"{name}~{number_of_name}"
            if wanted is None or wanted == told:
                items.append((*_item(feature, pystac), told))
            count[name] = number_of_name
        except Exception as error:  # as in _read
            wrong.append(f"feature {number} is no STAC Item ({' '.join(str(error).split())[:120]})")
    if wrong and not count:
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


def place_of(href: str, found: Found) -> Path | str:
    """Return the file or address that an asset's href leads to.

    Args:
        href: of the asset.
        found: the item.
    """
    if _remote(found.at):
        return urljoin(found.at, href)
    at, own = Path(found.at), found.own
    itself = None if own is None else href_path(own, [at.parent])
    place = href_path(href, [at.parent] if itself is None else [itself.parent, at.parent])
    if place is None:
        return href
    if own is not None and itself is None and not place.exists():
        return urljoin(own, href)  # relative to an item elsewhere
    return place


def decoded(href: str) -> str:
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
    encoded = decoded(href)
    # With another scheme it is a name with a colon, such as a:b.tif.
    names = [encoded] if parts.scheme == "file" else [encoded, href] if not parts.scheme else [href]
    places = [Path(os.path.normpath(folder / name)) for name in names for folder in folders]
    if any("\0" in name for name in names) or any(
        place.as_posix().startswith("/vsi") for place in places
    ):
        return None
    return next((place for place in places if place.exists()), places[0])


def _pystac() -> Any:
    try:
        import pystac
    except ImportError as error:
        raise LibraryMissing(
            f"STAC needs the extra archive; install it: {install('archive')} ({error})"
        ) from error
    return pystac

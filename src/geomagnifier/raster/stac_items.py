"""Find the images of a STAC Catalog, Collection, Item or ItemCollection.

Needs the extra `archive`.

`ITEMS.json#ITEM/ASSET` names one image: the item and, if it is not the likeliest one, the asset,
each percent-encoded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from geomagnifier.errors import SceneUnreadable
from geomagnifier.raster import footprint, gdal_guard
from geomagnifier.raster.acquisition import utc
from geomagnifier.raster.stac_documents import REMOTE, Found, consent, decoded, place_of, walk
from geomagnifier.raster.stac_metadata import stated_of
from geomagnifier.raster.stated import Stated

ROLES = ("visual", "data", "overview")
"""Roles of the asset that is taken, best first; then come assets without one, a thumbnail last."""
NAMES = ("visual", "image", "data", "analytic", "ortho")
"""Names of assets that are taken first among those of one role."""
IMAGES = (".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2", ".webp")
"""Suffixes of images."""
MEDIA = ("image/tiff", "image/jp2", "image/jpeg", "image/png", "image/vnd.stac.geotiff")
"""Beginnings of media types of images, for assets whose name has no suffix."""
SHOWN = 8
"""Most items or assets that a message lists."""
HANDLE = re.compile(r"(?P<file>.+\.(?:geo)?json(?:\?[^#]*)?)(?:#(?P<part>.*))?", re.IGNORECASE)
"""ITEMS.json, ITEMS.json#ITEM or ITEMS.json#ITEM/ASSET."""


@dataclass(frozen=True)
class ItemPicture:
    """The image of an item, and what the item says of it."""

    path: Path
    """The image; of one on the network `ITEMS.json#ITEM`, which `open_scene` takes."""
    date: datetime | None
    """Acquisition date in UTC, or None."""
    outline: bytes | None
    """Footprint as WKB, see `raster.footprint`, or None."""
    file: Path
    """The file that changes with the image: itself, or the STAC file for one on the network."""


@dataclass(frozen=True)
class Chosen:
    """The asset of an item that is opened as a scene."""

    href: str
    """Path, or http(s):// or s3:// address."""
    name: str
    """ITEM/ASSET, for messages."""
    stated: Stated
    """What the item states of it."""
    others: tuple[str, ...] = ()
    """Other assets that would have been as likely."""


def split_handle(text: str) -> tuple[str, str | None, str | None] | None:
    """Split `ITEMS.json#ITEM/ASSET` into file, item and asset; None where it is no such name.

    `stac:ADDRESS` is one whatever the suffix of the address.
    """
    if text.lower().startswith("stac:"):
        file, _, part = text[5:].partition("#")
    elif os.path.exists(text) or (known := HANDLE.fullmatch(text)) is None:
        if not text.lower().endswith((".json", ".geojson")):
            return None
        file, part = text, ""
    else:
        file, part = known["file"], known["part"] or ""
    item, _, asset = part.partition("/")
    return file, unquote(item) or None, unquote(asset) or None


def choose(text: str) -> Chosen:
    """Choose the asset that `ITEMS.json`, `ITEMS.json#ITEM` or `ITEMS.json#ITEM/ASSET` names.

    Raises:
        SceneUnreadable: there is no such item or asset, there are several items, or none of the
            item's assets is an image; the message lists them.
        DataCorrupt: it is no STAC.
        LibraryMissing: the extra is not installed.
    """
    parts = split_handle(text)
    assert parts is not None
    file, wanted, asset = parts
    left_out: list[tuple[Path, str]] = []
    names: list[str] = []
    for found in walk(file, left_out, wanted):
        if wanted is None or wanted == found.name:
            names.append(found.name)
            one = found
        if (wanted is not None and names) or len(names) > SHOWN:
            break
    if len(names) == 1:
        return _chosen(one, asset)
    if names:
        more = ", ..." if len(names) > SHOWN else ""
        raise SceneUnreadable(
            f"{file} holds several items ({', '.join(names[:SHOWN])}{more}); ask one of them as"
            f" {file}#{quote(names[0], safe='')}, or all with geomag map"
        )
    why = f"; {left_out[0][1]}" if left_out else ""
    if wanted is None:
        raise SceneUnreadable(f"{file} holds no items{why}")
    raise SceneUnreadable(f"{file} holds no item {wanted!r}{why}")


def _chosen(found: Found, asset: str | None) -> Chosen:
    item = found.item
    likely = _assets(item, IMAGES)
    if asset is not None and asset not in item.assets:
        raise SceneUnreadable(
            f"the item {found.name} has no asset {asset!r}; it has {_listed(item)}"
        )
    if asset is None and not likely:
        raise SceneUnreadable(
            f"the item {found.name} has no asset that is an image; it has {_listed(item)}"
        )
    key = likely[0][1] if asset is None else asset
    place = place_of(item.assets[key].href, found)
    others = [name for rank, name in likely if asset is None and rank == likely[0][0]]
    if not isinstance(place, Path) and not place.startswith(REMOTE):
        raise SceneUnreadable(
            f"the asset {key} of the item {found.name} lies at {place[:200]}, which cannot be"
            f" opened; download it first, or choose another asset: {_listed(item)}"
        )
    return Chosen(os.fspath(place), f"{found.name}/{key}", stated_of(item, key), tuple(others[1:]))


def _listed(item: Any) -> str:
    """List the assets of an item, with their roles or media types."""
    told = [
        f"{key} ({', '.join(asset.roles or ()) or asset.media_type or 'no role'})"
        for key, asset in item.assets.items()
    ]
    more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return (", ".join(told[:SHOWN]) + more) if told else "no assets"


def read_items(
    path: Path, suffixes: Sequence[str], asset: str | None = None
) -> tuple[list[ItemPicture], list[tuple[Path, str]]]:
    """Find one image of each item: the asset that is most likely an image.

    A Catalog or Collection is followed through its links `item` and `child`. Hrefs are URI
    references (%20 is a blank), relative to the item's own href where that is a file here, else to
    the file that the item is in.

    Args:
        path: an ItemCollection, Item, Collection or Catalog, JSON.
        suffixes: of image files.
        asset: name of the asset that is taken; None for the likeliest one.

    Returns:
        The images; and what was left out, each with the reason: items without an image, or whose
        image is on the network and that is not allowed, and links that lead to no STAC.

    Raises:
        DataCorrupt: it is no STAC.
        LibraryMissing: the extra is not installed.
    """
    pictures: list[ItemPicture] = []
    left_out: list[tuple[Path, str]] = []
    for found in walk(str(path), left_out):
        picture = _picture(found, suffixes, asset)
        if isinstance(picture, str):
            left_out.append((Path(found.at), picture))
        else:
            pictures.append(picture)
    return pictures, left_out


def _picture(found: Found, suffixes: Sequence[str], asset: str | None) -> ItemPicture | str:
    """Find the image of an item, or say why there is none.

    Args:
        found: the item.
        suffixes: of image files.
        asset: name of the asset, or None for the likeliest one.
    """
    item = found.item
    likely = _assets(item, suffixes)
    if asset is not None and asset not in item.assets:
        return f"the item {item.id} has no asset {asset!r}; it has {_listed(item)}"
    if asset is None and not likely:
        return (
            f"the item {item.id} has no asset that is a picture; looked for {', '.join(suffixes)};"
            f" it has {_listed(item)}"
        )
    key = asset or likely[0][1]
    place = place_of(item.assets[key].href, found)
    file = Path(str(found.handle).partition("#")[0])
    handle = found.handle if asset is None else Path(f"{found.handle}/{quote(asset, safe='')}")
    if isinstance(place, str):
        if not place.startswith(REMOTE):
            return f"the item {item.id} lies at {place}; download it first"
        if not gdal_guard.allowed("network"):
            return f"the item {item.id} lies at {consent(place)}"
    else:
        file = place
        if place.suffix.lower() in (".tif", ".tiff") or stated_of(item, key).transform is None:
            handle = place  # a GeoTIFF says itself where it lies
    date = item.datetime or item.common_metadata.start_datetime
    outline = footprint.from_geojson(item.geometry) if item.geometry else None
    return ItemPicture(handle, None if date is None else utc(date), outline, file)


def _assets(item: Any, suffixes: Sequence[str]) -> list[tuple[int, str]]:
    """Return rank and name of the assets that are images, the likeliest first."""
    found: list[tuple[int, int, str]] = []
    for key, asset in item.assets.items():
        plain = decoded(asset.href).lower()
        named = asset.href.lower().endswith(tuple(suffixes)) or plain.endswith(tuple(suffixes))
        typed = not Path(plain).suffix and (asset.media_type or "").lower().startswith(MEDIA)
        if not named and not typed:
            continue
        roles = asset.roles or ()
        ranks = [ROLES.index(role) for role in roles if role in ROLES]
        rank = min(ranks) if ranks else len(ROLES) + ("thumbnail" in roles)
        first = NAMES.index(key) if key in NAMES else len(NAMES)
        found.append((rank * (len(NAMES) + 1) + first, len(found), key))
    return [(rank, key) for rank, _, key in sorted(found)]

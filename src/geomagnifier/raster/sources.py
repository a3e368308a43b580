"""Open whatever can be a scene: a file, an array, an address, a STAC item, a tile service.

Only what a person names is opened here: names that come from elsewhere (an upload, a client of the
service) go to `dataset.open_source`, which follows no STAC file.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

from geomagnifier.errors import DataCorrupt, GeomagWarning, SceneNotFound, SceneUnreadable
from geomagnifier.raster import stac_items, tile_services
from geomagnifier.raster.dataset import Source, from_path, open_source

SHOWN = 5
"""Most other assets that a warning lists."""


def open_any(source: Any) -> Source:
    """Open a path, an address, a STAC item, a tile service, an array or a PIL image as a dataset.

    Raises:
        SceneNotFound, SceneUnreadable, SceneEmpty: see `open_scene`.
        LibraryMissing: it is STAC, and the extra `archive` is not installed.
    """
    if not isinstance(source, (str, os.PathLike)):
        return open_source(source)
    text = os.fsdecode(os.fspath(source))
    if tile_services.is_service(text):
        return tile_services.open_tiles(text)
    if (parts := stac_items.split_handle(text)) is not None:
        if "://" not in parts[0] and not os.path.exists(os.path.expanduser(parts[0])):
            raise SceneNotFound(f"{text[:200]} does not exist; check the name and the folder")
        return _from_stac(text)
    return open_source(source)


def _from_stac(text: str) -> Source:
    try:
        chosen = stac_items.choose(text)
    except DataCorrupt as error:
        raise SceneUnreadable(str(error)) from error
    if chosen.others:
        others = ", ".join(chosen.others[:SHOWN])
        more = f" and {len(chosen.others) - SHOWN} more" if len(chosen.others) > SHOWN else ""
        warnings.warn(
            f"{chosen.name} is read, one of several assets that may be meant ({others}{more});"
            " --asset chooses another",
            GeomagWarning,
            stacklevel=4,
        )
    opened = from_path(chosen.href)
    opened.name, opened.stated = chosen.name, chosen.stated
    return opened

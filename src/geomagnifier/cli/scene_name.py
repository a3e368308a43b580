"""Join IMAGE and the options that say which part of it is meant to the one name of a scene.

`open_scene` takes that name, and so do lists of scenes.
"""

from __future__ import annotations

from urllib.parse import quote

from geomagnifier.errors import OptionError


def scene_name(image: str, asset: str | None = None) -> str:
    """Return the name of a scene, as of `open_scene`.

    Args:
        image: what was typed.
        asset: name of an asset of a STAC item.

    Raises:
        OptionError: an option is for another sort of image.
    """
    if asset is None:
        return image
    from geomagnifier.raster.stac_items import split_handle

    parts = split_handle(image)
    if parts is None:
        raise OptionError(f"--asset is of a STAC item, and {image!r} is none; leave it out")
    _, item, named = parts
    if named is not None:
        raise OptionError(f"{image!r} names an asset already; leave --asset out")
    start = image.partition("#")[0]
    return f"{start}#{quote(item or '', safe='')}/{quote(asset, safe='')}"

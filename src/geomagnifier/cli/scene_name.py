"""Join IMAGE and the options that say which part of it is meant to the one name of a scene.

`open_scene` takes that name, and so do lists of scenes.
"""

from __future__ import annotations

from urllib.parse import quote

from geomagnifier.errors import OptionError


def scene_name(
    image: str,
    asset: str | None = None,
    zoom: int | None = None,
    bounds: str | None = None,
    layer: str | None = None,
) -> str:
    """Return the name of a scene, as of `open_scene`.

    Args:
        image: what was typed.
        asset: name of an asset of a STAC item.
        zoom: of a tile service.
        bounds: of a tile service, "W,S,E,N" in degrees.
        layer: table of a GeoPackage.

    Raises:
        OptionError: an option is for another sort of image.
    """
    if asset is not None:
        image = _with_asset(image, asset)
    if layer is not None:
        if not image.lower().endswith(".gpkg"):
            raise OptionError(f"--layer is of a GeoPackage, and {image!r} is none; leave it out")
        image = f"GPKG:{image}:{layer}"
    if zoom is None and bounds is None:
        return image
    if not image.lower().startswith(("xyz:", "wmts:", "wms:")):
        raise OptionError(
            f"--zoom and --bounds are of a tile service (xyz:, wmts: or wms: and its address), and"
            f" {image!r} is none; --aoi limits a question to a part of an image"
        )
    given = {"zoom": zoom, "bounds": bounds}
    told = "&".join(f"{name}={value}" for name, value in given.items() if value is not None)
    return f"{image}{'&' if '#' in image else '#'}{told}"


def _with_asset(image: str, asset: str) -> str:
    from geomagnifier.raster.stac_items import split_handle

    parts = split_handle(image)
    if parts is None:
        raise OptionError(f"--asset is of a STAC item, and {image!r} is none; leave it out")
    _, item, named = parts
    if named is not None:
        raise OptionError(f"{image!r} names an asset already; leave --asset out")
    start = image.partition("#")[0]
    return f"{start}#{quote(item or '', safe='')}/{quote(asset, safe='')}"

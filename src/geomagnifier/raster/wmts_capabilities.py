"""Read from the capabilities of a WMTS where the tiles of a layer lie."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

from geomagnifier.errors import OptionError, SceneUnreadable
from geomagnifier.raster.fetch import fetch

OWS, WMTS = "{http://www.opengis.net/ows/1.1}", "{http://www.opengis.net/wmts/1.0}"
MERCATOR = ("3857", "900913", "102100")
"""Ends of the names of Web Mercator."""
LARGEST = 559_082_264.0287178
"""Scale denominator of zoom 0 of 256 px tiles."""
FORMATS = ("image/png", "image/jpeg", "image/jpg", "image/webp")
"""Formats of tiles, the best first."""
SHOWN = 10
"""Most layers that a message lists."""


def tile_address(address: str, zoom: int) -> str:
    """Return the address of the tiles of a layer at a zoom, with {x} and {y}.

    Args:
        address: of the capabilities, with `layer=NAME` in its query.
        zoom: zoom of Web Mercator.

    Raises:
        OptionError: there is no such layer; those that are there are listed.
        SceneUnreadable: the capabilities cannot be fetched or read, or the layer has no tiles of
            Web Mercator at that zoom.
    """
    parts = urlsplit(address)
    query = parse_qsl(parts.query)
    wanted = next((value for key, value in query if key.lower() == "layer"), None)
    kept = [pair for pair in query if pair[0].lower() != "layer"]
    place = parts._replace(query=urlencode(kept)).geturl()
    text = fetch(place)
    try:
        if b"<!DOCTYPE" in text:  # entities could stand for gigabytes
            raise ValueError("it declares a document type")
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise SceneUnreadable(
            f"{place[:200]} is no WMTS capabilities document ({error}); check the address"
        ) from error
    layers = {
        layer.findtext(f"{OWS}Identifier") or "": layer for layer in root.iter(f"{WMTS}Layer")
    }
    if wanted not in layers:
        names = ", ".join([*layers][:SHOWN]) or "none"
        raise OptionError(
            f"{place[:200]} has no layer {wanted!r}; add ?layer=NAME to the address, one of:"
            f" {names}"
        )
    layer = layers[wanted]
    linked = [
        link.findtext(f"{WMTS}TileMatrixSet") for link in layer.iter(f"{WMTS}TileMatrixSetLink")
    ]
    for matrices in root.iter(f"{WMTS}TileMatrixSet"):
        name = matrices.findtext(f"{OWS}Identifier")
        crs = matrices.findtext(f"{OWS}SupportedCRS") or ""
        if name in linked and crs.endswith(MERCATOR):
            level = _level(matrices, zoom)
            template = _template(layer)
            if level is not None and template is not None:
                style = layer.findtext(f"{WMTS}Style/{OWS}Identifier") or "default"
                for key, value in (
                    ("TileMatrixSet", name or ""),
                    ("TileMatrix", level),
                    ("TileRow", "{y}"),
                    ("TileCol", "{x}"),
                    ("Style", style),
                    ("style", style),
                ):
                    template = template.replace(f"{{{key}}}", value)
                return template
    raise SceneUnreadable(
        f"the layer {wanted} has no tiles of Web Mercator (EPSG:3857) at zoom {zoom} with an"
        " address of their own (REST); give another zoom, or the address of its tiles as xyz:"
    )


def _level(matrices: ElementTree.Element, zoom: int) -> str | None:
    """Return the name of the matrix of a zoom, whose tiles begin where those of XYZ do."""
    for matrix in matrices.iter(f"{WMTS}TileMatrix"):
        scale = float(matrix.findtext(f"{WMTS}ScaleDenominator") or 0)
        size = matrix.findtext(f"{WMTS}TileWidth"), matrix.findtext(f"{WMTS}MatrixWidth")
        if abs(scale * 2**zoom / LARGEST - 1) < 1e-3 and size == ("256", str(2**zoom)):
            return matrix.findtext(f"{OWS}Identifier")
    return None


def _template(layer: ElementTree.Element) -> str | None:
    """Return the address of a layer's tiles, of the best format."""
    found = {
        url.get("format"): url.get("template")
        for url in layer.iter(f"{WMTS}ResourceURL")
        if url.get("resourceType") == "tile" and (url.get("template") or "").startswith("http")
    }
    return next((found[name] for name in FORMATS if found.get(name)), None)

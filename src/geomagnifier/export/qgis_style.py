"""Write QGIS styles (QML) of an answer, in a GeoPackage or beside a file, as in overlay.png.

QGIS 3.22 and later read them; what is left out here has QGIS's defaults. No library writes QML but
QGIS's own, which pip does not install.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from geomagnifier.export.class_colours import COLOURS
from geomagnifier.export.overlay import TINT, colours_of
from geomagnifier.results import Answer

NEAR = 15_000
"""Labels of regions are shown from a scale of 1 : NEAR x GSD on, at which four pixels of the scene
are one of the screen.
"""

NAMES = '"label" || \' \' || format_number("score", 2)'
TIP = (
    '<b>[% "label" %]</b> [% format_number("score", 2) %]<br>[% coalesce(format_number("area_m2",'
    " 0) || ' m²', format_number(\"area_px\", 0) || ' px²', 'box') %]<br><i>[% \"question\""
    " %]</i>"
)
TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))
"""
"""The table of styles, as QGIS creates it."""


def regions_qml(answer: Answer) -> str:
    """Style regions with a colour for each class: an outline, half transparent inside.

    Class and score are labels from a certain scale on, and the rest is a map tip.
    """
    root = Element(
        "qgis", version="3.22.0", styleCategories="Symbology|Labeling|MapTips", labelsEnabled="1"
    )
    renderer = SubElement(root, "renderer-v2", type="categorizedSymbol", attr="label")
    categories, symbols = SubElement(renderer, "categories"), SubElement(renderer, "symbols")
    for number, (label, colour) in enumerate(colours_of(answer).items()):
        # XML has no place for control characters.
        shown = "".join(letter for letter in label if letter.isprintable())
        SubElement(
            categories, "category", value=shown, label=shown, symbol=str(number), render="true"
        )
        symbol = SubElement(
            symbols,
            "symbol",
            name=str(number),
            type="fill",
            alpha="1",
            clip_to_extent="1",
            force_rhr="0",
        )
        line, fill = (f"{colour[0]},{colour[1]},{colour[2]},{alpha}" for alpha in (255, TINT))
        symbology = {
            "color": fill,
            "style": "solid",
            "outline_color": line,
            "outline_style": "solid",
            "outline_width": "0.5",
            "joinstyle": "round",
        }
        _options(
            SubElement(
                symbol, "layer", {"class": "SimpleFill", "enabled": "1", "pass": "0", "locked": "0"}
            ),
            symbology,
        )
    _labels(root, answer.scene.gsd)
    SubElement(root, "mapTip").text = TIP
    return _text(root)


def _options(layer: Element, symbology: Mapping[str, str]) -> None:
    options = SubElement(layer, "Option", type="Map")
    for name, value in symbology.items():
        SubElement(options, "Option", name=name, value=value, type="QString")


def _labels(root: Element, gsd: float | None) -> None:
    settings = SubElement(
        SubElement(root, "labeling", type="simple"), "settings", calloutType="simple"
    )
    style = SubElement(
        settings,
        "text-style",
        fieldName=NAMES,
        isExpression="1",
        fontSize="9",
        fontSizeUnit="Point",
        textColor="23,32,42,255",
        textOpacity="1",
    )
    SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,230",
        bufferOpacity="1",
    )
    outside = "8"  # of the polygon, so that small objects are not hidden by their labels
    SubElement(settings, "placement", placement=outside, dist="0.5", distUnits="MM", priority="5")
    near = (
        {"scaleVisibility": "1", "scaleMin": "0", "scaleMax": f"{NEAR * gsd:.0f}"}
        if gsd
        else {"scaleVisibility": "0"}
    )
    SubElement(settings, "rendering", near, drawLabels="1", obstacle="1", upsidedownLabels="0")


def mask_qml() -> str:
    """Style a mask: 0 is transparent, 1 has the first colour, half transparent."""
    root = Element("qgis", version="3.22.0", styleCategories="Symbology")
    renderer = SubElement(
        SubElement(root, "pipe"),
        "rasterrenderer",
        type="paletted",
        band="1",
        opacity="1",
        nodataColor="",
        alphaBand="-1",
    )
    palette = SubElement(renderer, "colorPalette")
    SubElement(
        palette, "paletteEntry", value="0", color="#000000", alpha="0", label="nothing found"
    )
    SubElement(
        palette,
        "paletteEntry",
        value="1",
        color="#{:02x}{:02x}{:02x}".format(*COLOURS[0]),
        alpha=str(TINT),
        label="found",
    )
    return _text(root)


def add_to_geopackage(path: Path, layer: str, qml: str) -> None:
    """Store a style in a GeoPackage as the default of one of its layers.

    Args:
        path: of the GeoPackage.
        layer: name of the layer.
        qml: the style.

    Raises:
        sqlite3.Error: it cannot be written.
    """
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(TABLE)
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles',"
            " 'attributes', 'layer_styles')"
        )
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, useAsDefault, description) VALUES ('', '', ?,"
            " 'geom', 'geomagnifier', ?, 1, 'colours of overlay.png')",
            (layer, qml),
        )


def _text(root: Element) -> str:
    indent(root, " ")
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        + tostring(root, encoding="unicode")
        + "\n"
    )

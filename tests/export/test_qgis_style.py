"""QGIS styles: every label has its colour, and names are shown from a scale on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from geomagnifier.export import overlay, qgis_style, vectors
from geomagnifier.results import Region
from made_rasters import make

BOX = (20.0, 30.0, 60.0, 50.0)


def test_a_style_names_every_label(tmp_path: Path) -> None:
    labels = [
        'a "big" <ship> & more',
        "船",
        "Müllberg's",
        "bell\x07",
        "",
        *(f"kind {i}" for i in range(9)),
    ]
    answer = replace(
        make("region"),
        regions=tuple(Region(label, 0.5, BOX) for label in labels),
        question="Où sont les 'Schiffe'? \"船\"",
    )
    vectors.write_gpkg(tmp_path / "a.gpkg", answer)
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as database:
        ((qml, layer, default),) = database.execute(
            "SELECT styleQML, f_table_name, useAsDefault FROM layer_styles"
        )
        ((described,),) = database.execute(
            "SELECT description FROM gpkg_contents WHERE table_name = 'regions'"
        )
    root = ElementTree.fromstring(qml)
    assert (layer, default) == ("regions", 1) and described == f"{answer.question} (harbour.tif)"
    assert [c.get("value") for c in root.iter("category")] == [
        label.replace("\x07", "") for label in labels
    ]
    lines = [o.get("value") for o in root.iter("Option") if o.get("name") == "outline_color"]
    assert lines == [
        ",".join(map(str, (*colour, 255))) for colour in overlay.colours_of(answer).values()
    ]


def test_names_are_shown_at_any_scale_where_the_scale_is_not_known() -> None:
    near, always = (
        ElementTree.fromstring(qgis_style.regions_qml(make("region", crs=crs))).find(".//rendering")
        for crs in ("EPSG:32633", None)
    )
    assert near is not None and (near.get("scaleVisibility"), near.get("scaleMax")) == ("1", "7500")
    assert always is not None and always.get("scaleVisibility") == "0"

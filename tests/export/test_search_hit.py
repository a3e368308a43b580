"""Hits as plain values, and their place and date as people write them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import shapely

from geomagnifier.export.search_hit import Hit, to_json
from geomagnifier.geometry import Box


def test_what_is_not_known_is_left_out() -> None:
    hit = Hit(Path("a.tif"), None, None, 40, 30)
    assert to_json(hit) == {"path": "a.tif", "size": [40, 30]}
    assert (hit.where, hit.when, hit.bounds, hit.centre, hit.footprint) == (
        "",
        "",
        None,
        None,
        None,
    )


def test_a_hit_across_the_antimeridian_has_its_centre_there() -> None:
    parts = [shapely.box(179, -18, 180, -16), shapely.box(-180, -18, -178, -16)]
    outline = shapely.to_wkb(shapely.MultiPolygon(parts))
    hit = Hit(
        Path("a.tif"), 0.123456789, Box(0.4, 0, 9.6, 8), 40, 30, date=datetime(2024, 5, 31),
        date_from="name", outline=outline, distance=12.345,
    )  # fmt: skip
    assert hit.bounds == (179, -18, -178, -16) and hit.centre == (-179.5, -17)
    assert hit.where == "17.0000° S, 179.5000° W" and hit.when == "2024-05-31"
    told = to_json(hit)
    assert (told["score"], told["tile"], told["distance_m"]) == (0.123457, [0, 0, 10, 8], 12.3)
    assert told["date"] == "2024-05-31T00:00:00Z" and told["footprint"]["type"] == "MultiPolygon"

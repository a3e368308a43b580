#!/usr/bin/env bash
# pystac: the extent of items whose bbox has heights takes the lowest height for the easternmost longitude.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pystac==1.15.2
cat > check.py <<'PY'
import datetime
from importlib.metadata import version

import pystac

print(f"pystac {version('pystac')}")


def item(name: str, box: list[float]) -> pystac.Item:
    west, south, east, north = (*box[:2], *box[len(box) // 2 :][:2])
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return pystac.Item(name, {"type": "Polygon", "coordinates": [ring]}, box, datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc), {})


# A box of six numbers is west, south, lowest, east, north, highest (GeoJSON and STAC allow both lengths).
with_heights = [item("a", [10, 50, -5, 12, 52, 80]), item("b", [11, 51, 90, 13, 53, 900])]
without = [item("a", [10, 50, 12, 52]), item("b", [11, 51, 13, 53])]
flat = pystac.Extent.from_items(without).spatial.bboxes
high = pystac.Extent.from_items(with_heights).spatial.bboxes

collection = pystac.Collection("scenes", "Scenes", pystac.Extent.from_items(without))
collection.add_items(with_heights[:1])
collection.update_extent_from_items()
updated = collection.extent.spatial.bboxes
print("expected: [[10, 50, 13, 53]], or [[10, 50, -5, 13, 53, 900]] with heights")
print(f"seen:     without heights {flat}, with heights {high}; of item a alone, after update_extent_from_items, {updated}")
assert flat == [[10, 50, 13, 53]]
assert high == [[10, 50, 90, 13]] and updated == [[10, 50, -5, 12]], "no longer as described"
PY
venv/bin/python -W ignore check.py

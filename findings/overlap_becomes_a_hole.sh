#!/usr/bin/env bash
# geopandas, shapely: make_valid of a multipolygon whose parts overlap cuts the overlap out, though both parts cover it; along a common edge it doesn't.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check geopandas==1.2.0 shapely==2.2.0 numpy==2.4.6
cat > check.py <<'PY'
import geopandas
import shapely

print(f"geopandas {geopandas.__version__}, shapely {shapely.__version__}, GEOS {shapely.geos_version_string}")

# Two detections of one lake, from two tiles that overlap at a corner, joined into one feature.
lake = shapely.MultiPolygon([shapely.box(0, 0, 20, 20), shapely.box(10, 10, 30, 30)])
middle = shapely.Point(15, 15)
parts = [bool(part.contains(middle)) for part in lake.geoms]
repaired = geopandas.GeoSeries([lake]).make_valid()[0]
structure, union = shapely.make_valid(lake, method="structure"), shapely.union_all(lake.geoms)
# The same with an overlap along an edge that both share.
beside = shapely.make_valid(shapely.MultiPolygon([shapely.box(0, 0, 20, 20), shapely.box(10, 0, 30, 20)]))

print(f"expected: area 700, with the middle inside, as it is in both parts ({parts}); shapely.union_all has {union.area:.0f}")
print(f"seen:     make_valid {repaired.area:.0f}, middle inside {bool(repaired.contains(middle))}; method='structure' {structure.area:.0f}, {bool(structure.contains(middle))}")
print(f"          and of two parts that overlap along a common edge make_valid keeps all: {beside.area:.0f} of 600")
assert parts == [True, True] and union.area == structure.area == 700
assert repaired.is_valid and repaired.area == 600 and not repaired.contains(middle), "no longer as described"
assert beside.area == 600, "no longer as described"
PY
venv/bin/python -W ignore check.py

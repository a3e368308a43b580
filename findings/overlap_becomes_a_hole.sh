#!/usr/bin/env bash
# geopandas, shapely: make_valid of a multipolygon whose parts overlap cuts the overlap out, though both parts cover it.
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

# Two detections of one lake, from two tiles that overlap by half, joined into one feature.
lake = shapely.MultiPolygon([shapely.box(0, 0, 20, 10), shapely.box(10, 0, 30, 10)])
middle = shapely.Point(15, 5)
parts = [bool(part.contains(middle)) for part in lake.geoms]
repaired = geopandas.GeoSeries([lake]).make_valid()[0]
structure, union = shapely.make_valid(lake, method="structure"), shapely.union_all(lake.geoms)

print(f"expected: area 300, with the middle inside, as it is in both parts ({parts}); shapely.union_all has {union.area:.0f}")
print(f"seen:     make_valid {repaired.area:.0f}, middle inside {bool(repaired.contains(middle))}; method='structure' {structure.area:.0f}, {bool(structure.contains(middle))}")
assert parts == [True, True] and union.area == structure.area == 300
assert repaired.is_valid and repaired.area == 200 and not repaired.contains(middle), "no longer as described"
PY
venv/bin/python -W ignore check.py

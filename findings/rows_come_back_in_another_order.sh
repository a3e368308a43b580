#!/usr/bin/env bash
# A GeoDataFrame written as FlatGeobuf comes back with its rows in another order and a fresh index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check geopandas==1.2.0 pyogrio==0.13.0 shapely==2.2.0 numpy==2.4.6
cat > check.py <<'PY'
import geopandas
import pyogrio

gdal = ".".join(str(part) for part in pyogrio.__gdal_version__)
print(f"geopandas {geopandas.__version__}, pyogrio {pyogrio.__version__} with GDAL {gdal}")

names = ["a", "b", "c", "d", "e", "f"]
places = geopandas.points_from_xy([9, 0, 9, 0, 5, 1], [9, 0, 8, 1, 5, 0])
table = geopandas.GeoDataFrame({"name": names}, geometry=places, crs="EPSG:4326")
scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]  # kept beside the file, by row
seen = {}
for ending in ("gpkg", "geojson", "shp", "fgb"):
    table.to_file(f"table.{ending}")
    seen[ending] = list(geopandas.read_file(f"table.{ending}")["name"])

print(f"expected: {names} from every format, so that scores kept by row still fit")
for ending, order in seen.items():
    print(f"seen:     {ending:8} {order}, score of row 0 goes to {order[0]!r}")
assert seen["gpkg"] == seen["geojson"] == seen["shp"] == names
assert sorted(seen["fgb"]) == names and seen["fgb"] != names, "no longer as described"
PY
venv/bin/python -W ignore check.py

#!/usr/bin/env bash
# where="name = 'ship'" takes Ship and SHIP from GeoJSON, FlatGeobuf and Shapefile, but not from GeoPackage; LIKE does the reverse.
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

names = ["Ship", "ship", "SHIP"]
table = geopandas.GeoDataFrame({"name": names}, geometry=geopandas.points_from_xy([0, 1, 2], [0, 0, 0]), crs="EPSG:4326")
print("expected: = takes 'ship' alone, as in pandas and in SQL, and the file format makes no difference")
seen = {}
for ending in ("geojson", "fgb", "shp", "gpkg"):
    table.to_file(f"table.{ending}")
    seen[ending] = [
        sorted(geopandas.read_file(f"table.{ending}", where=where)["name"]) for where in ("name = 'ship'", "name IN ('ship')", "name LIKE 'ship'")
    ]
    print(f"seen:     {ending:8} =: {seen[ending][0]}, IN: {seen[ending][1]}, LIKE: {seen[ending][2]}")
everything = sorted(names)
assert seen["gpkg"] == [["ship"], ["ship"], everything], "no longer as described"
for ending in ("geojson", "fgb", "shp"):
    assert seen[ending] == [everything, everything, ["ship"]], "no longer as described"
PY
venv/bin/python -W ignore check.py

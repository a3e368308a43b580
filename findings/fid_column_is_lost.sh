#!/usr/bin/env bash
# An integer column called fid is gone after a round trip through GeoPackage; of floats the write fails.
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

places = geopandas.points_from_xy([0, 1, 2], [0, 0, 0])
seen = {}
for ending in ("geojson", "shp", "fgb", "gpkg"):
    table = geopandas.GeoDataFrame({"fid": [70, 90, 110], "name": ["a", "b", "c"]}, geometry=places, crs="EPSG:4326")
    table.to_file(f"table.{ending}")
    seen[ending] = [column for column in geopandas.read_file(f"table.{ending}").columns if column != "geometry"]
kept = pyogrio.read_dataframe("table.gpkg", fid_as_index=True).index.tolist()

print("expected: columns fid and name from every format")
for ending, columns in seen.items():
    print(f"seen:     {ending:8} {columns}")
print(f"          the numbers are in the file still, for those who ask with fid_as_index=True: {kept}")
assert all(seen[ending] == ["fid", "name"] for ending in ("geojson", "shp", "fgb"))
assert seen["gpkg"] == ["name"] and kept == [70, 90, 110], "no longer as described"
table["fid"] = [70.0, 90.0, 110.0]  # as after a merge or a missing value
try:
    table.to_file("floats.gpkg")
except Exception as error:
    print(f"          as floats: {type(error).__name__}: {error}")
else:
    raise SystemExit("no longer as described: floats are written")
PY
venv/bin/python -W ignore check.py

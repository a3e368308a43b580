#!/usr/bin/env bash
# geopandas: to_file with mode='a' writes metres into a file of degrees, without reprojecting, error or warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check geopandas==1.2.0 pyogrio==0.13.0 shapely==2.2.0 numpy==2.4.6
cat > check.py <<'PY'
import warnings

import geopandas
import pyogrio

gdal = ".".join(str(part) for part in pyogrio.__gdal_version__)
print(f"geopandas {geopandas.__version__}, pyogrio {pyogrio.__version__} with GDAL {gdal}")

table = geopandas.GeoDataFrame({"name": ["ship"]}, geometry=geopandas.points_from_xy([10], [50]), crs="EPSG:4326")
seen, told = {}, []
for ending in ("gpkg", "geojson", "shp"):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table.to_file(f"table.{ending}")
        table.to_crs("EPSG:32633").to_file(f"table.{ending}", mode="a")
        told += [str(one.message) for one in caught if not issubclass(one.category, DeprecationWarning)]
    back = geopandas.read_file(f"table.{ending}")
    seen[ending] = (back.crs.to_epsg(), [(round(point.x), round(point.y)) for point in back.geometry])

print("expected: both points at (10, 50) in EPSG:4326, or an error: both the table and the file say their CRS")
for ending, (crs, points) in seen.items():
    print(f"seen:     {ending:8} EPSG:{crs} {points}")
print("warnings:", told)
for crs, points in seen.values():
    assert crs == 4326 and points[0] == (10, 50)
    assert points[1][0] > 100000 and points[1][1] > 5000000, "no longer as described"
assert not told, "no longer as described"
PY
venv/bin/python -W ignore check.py

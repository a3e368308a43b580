#!/usr/bin/env bash
# The bounds that rasterio gives for a raster across 180 degrees make geopandas.read_file(bbox=...) read the rest of the world instead.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6 geopandas==1.2.0 pyogrio==0.13.0 shapely==2.2.0
cat > check.py <<'PY'
import geopandas
import pyogrio
import rasterio
from rasterio.warp import transform_bounds

gdal = ".".join(str(part) for part in pyogrio.__gdal_version__)
print(f"rasterio {rasterio.__version__}, geopandas {geopandas.__version__}, pyogrio {pyogrio.__version__} with GDAL {gdal}")

# A raster in UTM zone 1 south (Fiji) reaches across 180 degrees. Its bounds come in the order of GeoJSON (RFC 7946, 5.2): west > east.
bounds = transform_bounds("EPSG:32701", "EPSG:4326", 100_000, 8_000_000, 400_000, 8_200_000)
places = geopandas.GeoDataFrame(
    {"name": ["in the raster, west of 180", "in the raster, east of 180", "far off, 2 E", "far off, 100 E"]},
    geometry=geopandas.points_from_xy([179.6, -179.0, 2.0, 100.0], [-17.0, -17.0, -17.0, -17.0]),
    crs="EPSG:4326",
)
print("bounds:  ", bounds)
print("expected: the two places in the raster, or an error that the box is not valid, or nothing")
for ending in ("gpkg", "geojson", "fgb", "shp"):
    places.to_file(f"places.{ending}")
    names = sorted(geopandas.read_file(f"places.{ending}", bbox=bounds)["name"])
    print(f"seen:     {ending}: {names}")
    assert bounds[0] > bounds[2] and names == ["far off, 100 E", "far off, 2 E"], "no longer as described"
PY
venv/bin/python -W ignore check.py

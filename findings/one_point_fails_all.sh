#!/usr/bin/env bash
# rasterio.warp.transform: one point outside the projection raises for the whole list; pyproj gives inf for that point only.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6 pyproj==3.7.2
cat > check.py <<'PY'
import pyproj
import rasterio
from rasterio.errors import RasterioError
from rasterio.warp import transform

print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}, pyproj {pyproj.__version__}")

# A view of the globe. The first two points lie on its disc, the third beside it, as the corner of every such picture does.
globe = "+proj=ortho +lat_0=45 +lon_0=10 +datum=WGS84"
xs, ys = [0.0, 1_000_000.0, 6_300_000.0], [0.0, 1_000_000.0, 6_300_000.0]

by_pyproj = pyproj.Transformer.from_crs(globe, "EPSG:4326", always_xy=True).transform(xs, ys)
try:
    by_rasterio = transform(globe, "EPSG:4326", xs, ys)
    error = None
except Exception as problem:
    by_rasterio, error = None, problem

print("expected: two places, and inf for the third point; if an error, then one of rasterio's own (RasterioError)")
print("pyproj:  ", by_pyproj)
print("rasterio:", by_rasterio, repr(error))
on_the_disc = transform(globe, "EPSG:4326", xs[:2], ys[:2])
print("rasterio without the third point:", on_the_disc)
assert by_pyproj[0][2] == float("inf") and abs(by_pyproj[0][0] - 10) < 1e-9
assert error is not None and "outside of projection domain" in str(error), "no longer as described"
assert not isinstance(error, RasterioError), "no longer as described"
assert abs(on_the_disc[0][1] - by_pyproj[0][1]) < 1e-6
PY
venv/bin/python -W ignore check.py

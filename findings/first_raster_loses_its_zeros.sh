#!/usr/bin/env bash
# rasterio.merge without nodata takes 0 for missing: a pixel that is 0 in the first raster is taken from the second, and min leaves zeros out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6
cat > check.py <<'PY'
import numpy as np
import rasterio
from rasterio.merge import merge
from rasterio.transform import from_origin

print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}, numpy {np.__version__}")

# Two dates of one place, water 1 and land 0; no nodata is declared, since each pixel is known.
profile = {"driver": "GTiff", "count": 1, "width": 4, "height": 1, "dtype": "int8", "crs": "EPSG:32633", "transform": from_origin(500000, 4000000, 10, 10)}
for name, pixels in (("newer.tif", [0, 0, 1, 1]), ("older.tif", [1, 0, 1, 0])):
    with rasterio.open(name, "w", **profile) as target:
        target.write(np.array([[pixels]], "int8"))


def merged(method: str, **options: int) -> list[int]:
    return merge(["newer.tif", "older.tif"], method=method, **options)[0][0, 0].tolist()


first, first_named = merged("first"), merged("first", nodata=-128)
least, least_named = merged("min"), merged("min", nodata=-128)
print("expected: first [0, 0, 1, 1], the newer raster, which has a value everywhere; min [0, 0, 1, 0]")
print(f"seen:     first {first}, min {least}; with nodata=-128, a number that is in neither raster, first {first_named}, min {least_named}")
assert first_named == [0, 0, 1, 1] and least_named == [0, 0, 1, 0]
assert first == [1, 0, 1, 1] and least == [1, 0, 1, 0], "no longer as described"
PY
venv/bin/python -W ignore check.py

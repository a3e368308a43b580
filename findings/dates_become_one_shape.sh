#!/usr/bin/env bash
# rasterio.features.shapes takes float64, but makes one polygon of values that differ by less than about 20 in 20 million.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6
cat > check.py <<'PY'
import numpy as np
import rasterio
from rasterio.features import shapes

print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}, numpy {np.__version__}")

# The day of the last clear view as year, month, day; float64 because pixels without a view are NaN.
days = np.array([[20240101, 20240102, 20240103, 20240104, np.nan]], "float64")
valid = ~np.isnan(days)
as_float = [value for _, value in shapes(days, mask=valid)]
as_integer = [value for _, value in shapes(np.nan_to_num(days).astype("int32"), mask=valid)]

print("expected: four polygons, one a day; float64 is among the types the documentation names, and holds these numbers exactly")
print("seen:     float64", as_float, "| int32", as_integer)
assert len(as_integer) == 4
assert len(as_float) == 1, "no longer as described"
PY
venv/bin/python -W ignore check.py

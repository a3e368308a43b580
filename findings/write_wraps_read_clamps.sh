#!/usr/bin/env bash
# rasterio: read(out_dtype='uint8') clamps, write() of the same values into a uint8 file wraps around.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6
cat > check.py <<'PY'
import numpy as np
import rasterio
from rasterio.transform import from_origin

print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}, numpy {np.__version__}")

# Brightness after a stretch: a few values pass the ends of uint8, as usual.
values = np.array([[300, -5, 256, 100]], "int16")
profile = dict(driver="GTiff", count=1, height=1, width=4, crs="EPSG:32631", transform=from_origin(500000, 4000000, 10, 10))
with rasterio.open("wide.tif", "w", dtype="int16", **profile) as file:
    file.write(values, 1)
with rasterio.open("byte.tif", "w", dtype="uint8", **profile) as file:
    file.write(values, 1)
with rasterio.open("wide.tif") as file:
    converted_in_read = file.read(1, out_dtype="uint8").ravel().tolist()
with rasterio.open("byte.tif") as file:
    converted_in_write = file.read(1).ravel().tolist()

print("values:  ", values.ravel().tolist())
print("expected: both ways convert alike, as GDAL does: [255, 0, 255, 100]; or write() refuses values that do not fit")
print("seen:     read(out_dtype='uint8')", converted_in_read, "| write into a uint8 file", converted_in_write)
assert converted_in_read == [255, 0, 255, 100], "no longer as described"
assert converted_in_write == [44, 251, 0, 100], "no longer as described"
PY
venv/bin/python -W ignore check.py

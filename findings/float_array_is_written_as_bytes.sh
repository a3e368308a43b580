#!/usr/bin/env bash
# rioxarray: an array of float32 made by copy(data=...) of an image read with masked=True is written as uint8 by to_raster, and its fractions are rounded away.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rioxarray==0.19.0 xarray==2026.9.0 rasterio==1.4.4 pyproj==3.7.2 numpy==2.4.6
cat > check.py <<'PY'
import numpy as np
import rasterio
import rioxarray
import xarray
from rasterio.transform import from_origin

print(f"rioxarray {rioxarray.__version__}, xarray {xarray.__version__}, rasterio {rasterio.__version__}, numpy {np.__version__}")

# Red and near infrared in 8 bits, 0 is nodata. The vegetation index lies between -1 and 1.
bands = np.array([[[40, 60, 90, 120]], [[200, 140, 100, 60]]], "uint8")
with rasterio.open("bands.tif", "w", driver="GTiff", width=4, height=1, count=2, dtype="uint8", crs="EPSG:32633", transform=from_origin(500000, 4000000, 10, 10), nodata=0) as file:
    file.write(bands)

red, infrared = rioxarray.open_rasterio("bands.tif", masked=True)
index = (infrared - red) / (infrared + red)
copied = red.copy(data=index.values)
assert copied.dtype == index.dtype == "float32" and np.array_equal(copied, index)

written = {}
for name, array in (("index", index), ("copied", copied)):
    array.rio.to_raster(f"{name}.tif")
    with rasterio.open(f"{name}.tif") as file:
        written[name] = file.dtypes[0], [round(float(value), 2) for value in file.read(1)[0]]
print("both arrays:                   ", index.dtype, [round(float(value), 2) for value in index.values[0]])
print("expected:                       both files are float32 and hold these numbers")
print("seen of (n - r) / (n + r):     ", *written["index"])
print("seen of red.copy(data=values): ", *written["copied"])
print("the copy still says:           ", {key: value for key, value in copied.encoding.items() if key == "rasterio_dtype"})
assert written["index"] == ("float32", [0.67, 0.4, 0.05, -0.33])
assert written["copied"][0] == "uint8" and set(written["copied"][1]) <= {0.0, 1.0}, "no longer as described"
PY
venv/bin/python -W ignore check.py

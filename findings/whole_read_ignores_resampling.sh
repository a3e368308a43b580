#!/usr/bin/env bash
# rasterio: a shrunk read of a whole WarpedVRT ignores resampling=average and takes single pixels; a read of a window of it, or of the file itself, averages.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6
cat > check.py <<'PY'
import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}, numpy {np.__version__}")

# Rows of plants: every other column is 100, the rest 0. Any average over whole pairs is 50.
rows = np.zeros((400, 400), "uint8")
rows[:, ::2] = 100
with rasterio.open("rows.tif", "w", driver="GTiff", width=400, height=400, count=1, dtype="uint8", crs="EPSG:32633", transform=from_origin(500000, 4000000, 10, 10)) as file:
    file.write(rows, 1)

average = Resampling.average
with rasterio.open("rows.tif") as file, WarpedVRT(file, crs="EPSG:32633") as plain, WarpedVRT(file, crs="EPSG:32633", resampling=average) as told:
    seen = {
        "file": file.read(1, out_shape=(100, 100), resampling=average),
        "WarpedVRT, window of 200 x 200": plain.read(1, window=Window(0, 0, 200, 200), out_shape=(50, 50), resampling=average),
        "WarpedVRT(resampling=average)": told.read(1, out_shape=(100, 100), resampling=average),
        "WarpedVRT": plain.read(1, out_shape=(100, 100), resampling=average),
    }
print("expected: 50 everywhere, at a quarter of the size with resampling=average")
for name, pixels in seen.items():
    print(f"seen:     {name}: {np.unique(pixels).tolist()}")
whole = np.unique(seen.pop("WarpedVRT")).tolist()
assert all(np.unique(pixels).tolist() == [50] for pixels in seen.values())
assert whole in ([0], [100]), "no longer as described"
PY
venv/bin/python -W ignore check.py

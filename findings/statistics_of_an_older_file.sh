#!/usr/bin/env bash
# Asking a raster opened for reading for its statistics writes a file beside it, which answers for the next raster of that name.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6
cat > check.py <<'PY'
import os

import numpy as np
import rasterio
from rasterio.transform import from_origin

print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}, numpy {np.__version__}")


def put(value: int) -> None:
    """Write the scene under another name and rename it, so that no reader meets half a file."""
    profile = dict(driver="GTiff", width=64, height=64, count=1, dtype="uint8", crs="EPSG:32631", transform=from_origin(500000, 4000000, 10, 10))
    with rasterio.open("new.tif", "w", **profile) as file:
        file.write(np.full((64, 64), value, "uint8"), 1)
    os.replace("new.tif", "scene.tif")


put(3)
with rasterio.open("scene.tif") as file:  # mode "r"
    first = file.statistics(1)
files = sorted(name for name in os.listdir() if name.startswith("scene"))
put(200)
with rasterio.open("scene.tif") as file:
    pixels = file.read(1)
    second = file.statistics(1)

print("expected: only scene.tif in the folder, and a mean of 200 once all pixels are 200")
print(f"seen:     {files}; pixels {pixels.min()} to {pixels.max()}, statistics of mean {second.mean:g}")
assert first.mean == 3 and (pixels == 200).all()
assert files == ["scene.tif", "scene.tif.aux.xml"] and second.mean == 3, "no longer as described"
PY
venv/bin/python -W ignore check.py

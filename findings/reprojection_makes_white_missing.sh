#!/usr/bin/env bash
# rioxarray: rio.reproject of an 8-bit image without nodata makes 255 its nodata number, so that its white pixels count as missing from then on.
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

# A grey image without nodata; the middle is a white roof (255). Every pixel was seen.
image = np.full((1, 60, 60), 100, "uint8")
image[0, 20:40, 20:40] = 255
with rasterio.open("image.tif", "w", driver="GTiff", width=60, height=60, count=1, dtype="uint8", crs="EPSG:32633", transform=from_origin(500000, 4000000, 1, 1)) as file:
    file.write(image)

before = rioxarray.open_rasterio("image.tif")
before.rio.reproject("EPSG:3857").rio.to_raster("moved.tif")
with rasterio.open("image.tif") as old, rasterio.open("moved.tif") as new:
    nodata = old.nodata, new.nodata
    middle = [file.read(1, masked=True)[file.height // 2, file.width // 2] for file in (old, new)]
    lost = int((new.read_masks(1) == 0)[new.height // 4 : -new.height // 4, new.width // 4 : -new.width // 4].sum())
print("expected: the roof stays valid: 255 in the middle before and after")
print(f"seen:     nodata {nodata[0]} before and {nodata[1]} after; the middle is {middle[0]} before and {middle[1]} after; {lost} pixels of the roof are missing")
assert nodata[0] is None and middle[0] == 255
assert nodata[1] == 255 and middle[1] is np.ma.masked and lost >= 400, "no longer as described"
PY
venv/bin/python -W ignore check.py

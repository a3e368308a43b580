#!/usr/bin/env bash
# rasterio.merge refuses a rotated raster in metres, but takes the same one in degrees and stretches it over its bounding box as if it were not rotated.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 affine==3.0.1 numpy==2.4.6
cat > check.py <<'PY'
import math

import affine
import numpy as np
import rasterio
from affine import Affine
from rasterio.merge import MergeError, merge

print(f"rasterio {rasterio.__version__}, affine {affine.__version__}, GDAL {rasterio.__gdal_version__}, numpy {np.__version__}")

# An aerial photo of half a metre per pixel, flown 20 degrees off north, on the equator, where a degree is as long both ways.
# One bright pixel, near the lower right corner, stands for an object.
METRE = 1 / 111_320
photo = np.ones((1, 1000, 1000), "uint8")
photo[0, 900, 900] = 99


def grid(pixel: float) -> Affine:
    return Affine.translation(0, 0) * Affine.rotation(20) * Affine.scale(pixel, -pixel)


def merged(name: str, crs: str, pixel: float) -> tuple[float, float] | str:
    """Where the object lies after merge, or the error."""
    with rasterio.open(name, "w", driver="GTiff", width=1000, height=1000, count=1, dtype="uint8", crs=crs, transform=grid(pixel)) as file:
        file.write(photo)
    with rasterio.open(name) as file:
        try:
            pixels, transform = merge([file])
        except MergeError as error:
            return str(error)
    [(row, column)] = np.argwhere(pixels[0] == 99)
    return transform @ (column + 0.5, row + 0.5)


metres, degrees, coarse = merged("metres.tif", "EPSG:3857", 0.5), merged("degrees.tif", "EPSG:4326", 0.5 * METRE), merged("coarse.tif", "EPSG:4326", 30 * METRE)
true = grid(0.5 * METRE) @ (900.5, 900.5)
off = math.dist(degrees, true) / METRE
print("in metres:  ", metres)
print("30 m pixels:", coarse, "(in degrees)")
print("expected:    the same error for half a metre in degrees, or the object at its place")
print(f"seen:        no error; the object is {off:.0f} m off, in a photo of 500 m")
print("is_rectilinear of that transform:", grid(0.5 * METRE).is_rectilinear, "(it takes numbers below 1e-5 for 0)")
assert isinstance(metres, str) and isinstance(coarse, str) and "Rotated" in metres
assert grid(0.5 * METRE).is_rectilinear and off > 100, "no longer as described"
PY
venv/bin/python -W ignore check.py

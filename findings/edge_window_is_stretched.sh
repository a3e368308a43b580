#!/usr/bin/env bash
# rasterio: a read with out_shape over a window that reaches past the raster's edge stretches what is inside over the whole array.
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
from rasterio.windows import Window

print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}, numpy {np.__version__}")

profile = {"driver": "GTiff", "count": 1, "width": 8, "height": 1, "dtype": "uint8", "nodata": 0, "crs": "EPSG:32633"}
with rasterio.open("scene.tif", "w", transform=from_origin(500000, 4000000, 10, 10), **profile) as target:
    target.write(np.array([[[1, 2, 3, 4, 5, 6, 7, 8]]], "uint8"))


def row(window: Window, **options) -> list[int | None]:
    """The pixels of a chip; None is masked."""
    with rasterio.open("scene.tif") as source:
        return source.read(1, window=window, masked=True, **options)[0].tolist()


# Chips of four pixels each, as a network wants them; half of each of these lies outside.
west, east = Window(-2, 0, 4, 1), Window(6, 0, 4, 1)
shape = {"out_shape": (1, 4)}
cut = row(west), row(east)
stretched = row(west, **shape), row(east, **shape)
filled = row(west, boundless=True, **shape), row(east, boundless=True, **shape)
print("expected: [None, None, 1, 2] and [7, 8, None, None], or an error because the two pixels that are there don't have the shape (1, 4)")
print(f"seen:     {stretched[0]} and {stretched[1]}, all valid; without out_shape {cut[0]} and {cut[1]}, with boundless {filled[0]} and {filled[1]}")
assert cut == ([1, 2], [7, 8])
assert filled == ([None, None, 1, 2], [7, 8, None, None])
assert stretched == ([1, 1, 2, 2], [7, 7, 8, 8]), "no longer as described"
PY
venv/bin/python -W ignore check.py

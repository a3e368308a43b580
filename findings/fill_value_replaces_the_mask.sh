#!/usr/bin/env bash
# rasterio: in a boundless masked read, fill_value decides what is masked: nodata pixels become valid, and real pixels that equal it are masked.
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

profile = {"driver": "GTiff", "count": 1, "width": 4, "height": 1, "dtype": "uint8", "crs": "EPSG:32633", "transform": from_origin(500000, 4000000, 10, 10)}
for name, nodata in (("nodata.tif", 255), ("plain.tif", None)):
    with rasterio.open(name, "w", nodata=nodata, **profile) as target:
        target.write(np.array([[[10, 255, 7, 30]]], "uint8"))


def row(name: str, **options: int) -> list[int | None]:
    """The row with one pixel more at its left; None is masked."""
    with rasterio.open(name) as source:
        return source.read(1, window=Window(-1, 0, 5, 1), boundless=True, masked=True, **options)[0].tolist()


without, with_seven = row("nodata.tif"), row("nodata.tif", fill_value=7)
plain, plain_with_seven = row("plain.tif"), row("plain.tif", fill_value=7)
print("expected: with fill_value=7 the same pixels are masked as without, and 7 only lies under the mask: outside, and the nodata 255")
print(f"seen:     nodata 255: without {without}, fill_value=7 {with_seven}")
print(f"          no nodata:  without {plain}, fill_value=7 {plain_with_seven}")
assert without == [None, 10, None, 7, 30] and plain == [None, 10, 255, 7, 30]
assert with_seven == [None, 10, 255, None, 30], "no longer as described"
assert plain_with_seven == [7, 10, 255, 7, 30], "no longer as described"
PY
venv/bin/python -W ignore check.py

#!/usr/bin/env bash
# Overviews of a class map written by the COG driver hold class numbers that no pixel of the map has.
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

# A land cover map, 1024 x 1024 uint8: 0 is other, 9 is water.
classes = np.zeros((1024, 1024), "uint8")
classes[200:600, 300:777] = 9
profile = dict(width=1024, height=1024, count=1, dtype="uint8", crs="EPSG:32631", transform=from_origin(500000, 4000000, 10, 10))
seen = {}
for name, options in (("as the driver does by itself", {}), ("overview_resampling='nearest'", {"overview_resampling": "nearest"})):
    with rasterio.open("cover.tif", "w", driver="COG", **profile, **options) as file:
        file.write(classes, 1)
    with rasterio.open("cover.tif") as file:
        assert set(np.unique(file.read(1))) == {0, 9} and file.overviews(1) == [2]
        seen[name] = np.unique(file.read(1, out_shape=(512, 512))).tolist()  # nearest, rasterio's default

print("expected: classes 0 and 9 in a read at half size with resampling nearest")
for name, values in seen.items():
    print(f"seen:     {values} ({name})")
assert seen["overview_resampling='nearest'"] == [0, 9]
assert set(seen["as the driver does by itself"]) > {0, 9}, "no longer as described"
PY
venv/bin/python -W ignore check.py

#!/usr/bin/env bash
# A fourth band that GDAL takes for alpha blanks bands 1-3 in a shrunk read, though the read does not ask for band 4.
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

print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}, numpy {np.__version__}")

# Red, green, blue and near infrared, 64 x 64 uint8. Open water, the left half, has no near infrared at all.
bands = np.full((4, 64, 64), 120, "uint8")
bands[3, :, :32] = 0
profile = dict(driver="GTiff", width=64, height=64, count=4, dtype="uint8", crs="EPSG:32631", transform=from_origin(500000, 4000000, 10, 10))
with rasterio.open("scene.tif", "w", **profile) as file:  # no word about alpha: the writer marks band 4 of four uint8 bands itself
    file.write(bands)

with rasterio.open("scene.tif") as file:
    print("band meanings written by default:", [meaning.name for meaning in file.colorinterp])
    full = file.read([1, 2, 3])
    shrunk = {way.name: file.read([1, 2, 3], out_shape=(3, 16, 16), resampling=way) for way in (Resampling.nearest, Resampling.average)}

seen = {"full size": full[0, 0, 0], **{name: values[0, 0, 0] for name, values in shrunk.items()}}
print("expected: red over the water is 120 at full size, and the average of 4 x 4 pixels of 120 is 120")
print("seen:    ", {name: int(value) for name, value in seen.items()})
assert seen == {"full size": 120, "nearest": 120, "average": 0}, "no longer as described"
assert (shrunk["average"][:, :, 8:] == 120).all(), "no longer as described"
PY
venv/bin/python -W ignore check.py

#!/usr/bin/env bash
# rasterio.warp.reproject ignores dst_nodata=0: pixels without data keep the nodata number of the source. Any other number is used.
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
from rasterio.warp import Resampling, reproject

print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}, numpy {np.__version__}")

# Heights; -9999 is no data. The tool that comes next wants 0 there.
heights = np.array([[120, 130, -9999, 140]], "int16")
here = from_origin(500000, 4000000, 10, 10)
there = from_origin(500003, 4000000, 10, 10)


def moved(nodata: int, resampling: Resampling) -> list[int]:
    """The heights on a grid three metres further east."""
    result = np.zeros((1, 4), "int16")
    crs = "EPSG:32633"
    reproject(heights, result, src_transform=here, src_crs=crs, src_nodata=-9999, dst_transform=there, dst_crs=crs, dst_nodata=nodata, resampling=resampling)
    return result[0].tolist()


zero, minus_one, smooth = moved(0, Resampling.nearest), moved(-1, Resampling.nearest), moved(0, Resampling.bilinear)
print("expected: dst_nodata=0 gives [120, 130, 0, 140], as dst_nodata=-1 gives [120, 130, -1, 140]")
print(f"seen:     dst_nodata=0 {zero}, with bilinear {smooth}; dst_nodata=-1 {minus_one}; no warning")
assert minus_one == [120, 130, -1, 140]
assert zero == [120, 130, -9999, 140] and -9999 in smooth, "no longer as described"
PY
venv/bin/python -W ignore check.py

#!/usr/bin/env bash
# rio-tiler: of a raster across 180 degrees, part() of its own geographic bounds is empty, and part() of one side has two pixels.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rio-tiler==9.4.12 rasterio==1.4.4 numpy==2.4.6
cat > check.py <<'PY'
import numpy as np
import rasterio
import rio_tiler
from rasterio.transform import from_origin
from rio_tiler.io import Reader

print(f"rio-tiler {rio_tiler.__version__}, rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}")


def write(name: str, left: float) -> None:
    """A raster in UTM zone 1 south, 300 x 200 pixels of 1 km, all 7; nodata 0."""
    profile = dict(driver="GTiff", width=300, height=200, count=1, dtype="uint8", nodata=0, crs="EPSG:32701")
    with rasterio.open(name, "w", transform=from_origin(left, 8_200_000, 1000, 1000), **profile) as file:
        file.write(np.full((1, 200, 300), 7, "uint8"))


write("across.tif", 100_000)  # 179.2 E to 177.9 W
write("beside.tif", 400_000)  # 177.9 W to 175.1 W
seen = {}
for name, side in (("across.tif", (179.3, -18, 180, -16.5)), ("beside.tif", (-177.3, -18, -176.6, -16.5))):
    with Reader(name) as reader:
        bounds = reader.get_geographic_bounds("EPSG:4326")
        whole, half = reader.part(bounds), reader.part(side)
        tile = next(reader.tms.tiles(*bounds, zooms=6))
        valid = [float((image.mask > 0).mean()) for image in (whole, half, reader.tile(*tile))]
    seen[name] = (whole.data.shape[1:], half.data.shape[1:])
    print(f"{name}: geographic bounds {[round(edge, 2) for edge in bounds]}")
    print(f"  part(its bounds): {whole.data.shape[1:]}, {valid[0]:.0%} valid | part({side}): {half.data.shape[1:]}, {valid[1]:.0%} valid")
    print(f"  tile{tuple(tile)}: {valid[2]:.0%} valid")
    if name == "across.tif":
        assert valid[0] == 0 and valid[2] > 0, "no longer as described"
    else:
        assert valid[0] > 0.9 and valid[2] > 0, "no longer as described"

print("expected: both rasters give about 195 x 305 pixels for their bounds and 161 x 75 for 0.7 x 1.5 degrees, or an error")
print("seen:    ", seen)
assert max(seen["across.tif"][0]) <= 2 and max(seen["across.tif"][1]) <= 2, "no longer as described"
assert min(seen["beside.tif"][0]) > 150 and min(seen["beside.tif"][1]) > 60, "no longer as described"
PY
venv/bin/python -W ignore check.py

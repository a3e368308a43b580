#!/usr/bin/env bash
# rasterio: CRS.to_dict() and to_proj4() leave out +sweep=x, so a GOES scene that goes through them moves by kilometres.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6 pyproj==3.7.2
cat > check.py <<'PY'
import pyproj
import rasterio
from rasterio.crs import CRS
from rasterio.warp import transform

print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}, pyproj {pyproj.__version__}")

# The projection of the American GOES-R satellites (sweep angle axis x; without the word PROJ takes y, that of Meteosat).
words = "+proj=geos +sweep=x +lon_0=-75 +h=35786023 +ellps=GRS80 +units=m"
crs = CRS.from_string(words)
copies = {
    "itself": crs,
    "from_wkt(to_wkt())": CRS.from_wkt(crs.to_wkt()),
    "from_dict(to_dict())": CRS.from_dict(crs.to_dict()),
    "from_proj4(to_proj4())": CRS.from_proj4(crs.to_proj4()),
}
right = pyproj.Transformer.from_crs(words, "EPSG:4326", always_xy=True).transform(2_000_000, 3_000_000)
print("to_dict: ", crs.to_dict())
print("expected: each copy puts the same point in the same place (to_dict keeps o_lon_p, gamma, axis, h ... of other projections)")
moved = {}
for name, copy in copies.items():
    (lon,), (lat,) = transform(copy, "EPSG:4326", [2_000_000], [3_000_000])
    moved[name] = pyproj.Geod(ellps="GRS80").inv(*right, lon, lat)[2]
    print(f"seen:     {name}: {lon:.4f}, {lat:.4f}, {moved[name]:.0f} m from the right place")
assert "sweep" not in crs.to_dict() and "sweep" not in crs.to_proj4(), "no longer as described"
assert moved["itself"] < 1 and moved["from_wkt(to_wkt())"] < 1
assert moved["from_dict(to_dict())"] > 5000 and moved["from_proj4(to_proj4())"] > 5000, "no longer as described"
PY
venv/bin/python -W ignore check.py

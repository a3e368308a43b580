#!/usr/bin/env bash
# rasterio: one ENVI band name in Latin-1 makes all descriptions unreadable, while tags() silently leaves that band out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6
cat > check.py <<'PY'
import numpy as np
import rasterio

print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}")

# An ENVI file of three bands as older software of western Europe writes it: one band name has an accent, in Latin-1.
np.zeros((3, 4, 4), "uint8").tofile("scene.img")
header = """ENVI
samples = 4
lines = 4
bands = 3
header offset = 0
file type = ENVI Standard
data type = 1
interleave = bsq
byte order = 0
band names = {bleu, vert fonc\u00e9, rouge}
"""
with open("scene.hdr", "wb") as file:
    file.write(header.encode("latin-1"))

with rasterio.open("scene.img") as file:
    pixels = file.read()
    tags = file.tags()
    try:
        names, error = file.descriptions, None
    except Exception as problem:
        names, error = None, problem

print("expected: three names, the second perhaps with a replacement sign in place of the accent")
print("seen:     pixels", pixels.shape, "| descriptions:", names, repr(error), "| tags:", tags)
assert pixels.shape == (3, 4, 4)
assert isinstance(error, UnicodeDecodeError), "no longer as described"
assert tags.get("Band_1") == "bleu" and "Band_2" not in tags, "no longer as described"
PY
venv/bin/python -W ignore check.py

#!/usr/bin/env bash
# pyogrio: of an absolute path to "tiles!b.fgb" only "b.fgb" is kept, so that the file of that name in the working directory is read; no error, no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 numpy==2.4.6 shapely==2.2.0
cat > check.py <<'PY'
import os
from pathlib import Path

import numpy as np
import pyogrio
import shapely

print(f"pyogrio {pyogrio.__version__}, GDAL {pyogrio.__gdal_version_string__}")


def write(path, name):
    shape = np.array([shapely.to_wkb(shapely.box(0, 0, 1, 1))], object)
    column = np.array([name], object)
    pyogrio.raw.write(path, shape, [column], ["what"], geometry_type="Polygon", crs="EPSG:4326", layer="x", driver="FlatGeobuf")


def read(path):
    return str(pyogrio.raw.read(path)[3][0][0])


# Two layers of one format: one in the working directory, one in a folder, with an exclamation mark in its name.
write("b.fgb", "b.fgb")
Path("data").mkdir()
write("there.fgb", "tiles!b.fgb")
os.rename("there.fgb", "data/tiles!b.fgb")
wanted = Path("data/tiles!b.fgb").absolute()
assert wanted.is_file()

seen = read(wanted)
print("expected: tiles!b.fgb (or an error)")
print(f"seen:     {seen}")
assert seen == "b.fgb", "no longer as described"

# The same with a semicolon is cut before it, which at least is an error.
os.rename(wanted, "data/tiles;b.fgb")
try:
    print("with ';':", read(Path("data/tiles;b.fgb").absolute()))
except pyogrio.errors.DataSourceError as error:
    print("with ';':", str(error).replace(str(Path.cwd()), "."))
PY
venv/bin/python -W ignore check.py

#!/usr/bin/env bash
# laspy: append_points keeps the stored integers of points from a file with other offsets, and so moves them by the difference; write_points does not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check laspy==2.7.0 numpy==2.4.6
cat > check.py <<'PY'
import importlib.metadata

import laspy
import numpy as np

print(f"laspy {importlib.metadata.version('laspy')}, numpy {np.__version__}")


def tile(name: str, west: float) -> None:
    """Two points of a lidar tile, whose offset is the tile's corner, as is usual."""
    header = laspy.LasHeader(point_format=3, version="1.2")
    header.offsets, header.scales = np.array([west, 4_000_000.0, 0.0]), np.full(3, 0.01)
    points = laspy.LasData(header)
    points.x, points.y, points.z = np.array([west + 1, west + 2]), np.array([4_000_001.0, 4_000_002.0]), np.array([5.0, 6.0])
    points.write(name)


tile("west.las", 500_000.0)
tile("east.las", 501_000.0)
west, east = laspy.read("west.las"), laspy.read("east.las")

with laspy.open("written.las", mode="w", header=west.header) as file:
    file.write_points(west.points)
    file.write_points(east.points)
with laspy.open("west.las", mode="a") as file:
    file.append_points(east.points)

written, appended = np.asarray(laspy.read("written.las").x).tolist(), np.asarray(laspy.read("west.las").x).tolist()
print("expected:             ", np.asarray(west.x).tolist() + np.asarray(east.x).tolist())
print("seen by write_points: ", written)
print("seen by append_points:", appended, "and no warning: the eastern tile lies on the western one")
assert written == [500001.0, 500002.0, 501001.0, 501002.0]
assert appended == [500001.0, 500002.0, 500001.0, 500002.0], "no longer as described"
PY
venv/bin/python -W ignore check.py

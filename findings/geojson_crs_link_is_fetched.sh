#!/usr/bin/env bash
# GDAL by pyogrio: reading a local GeoJSON file sends an HTTP request to whatever address its "crs" member links to; the answer, or its absence, is not told.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 numpy==2.4.6
cat > check.py <<'PY'
import json
import socket
import threading

import pyogrio

print(f"pyogrio {pyogrio.__version__}, GDAL {pyogrio.__gdal_version_string__}")

# A server on this machine that writes down what it is asked for, and answers nothing.
asked = []
server = socket.create_server(("127.0.0.1", 0))


def listen():
    while True:
        with server.accept()[0] as connection:
            asked.append(connection.recv(1000).splitlines()[0].decode())


threading.Thread(target=listen, daemon=True).start()

# A file as anybody may hand it over: one polygon, and a linked reference system (GeoJSON of 2008, section 3.2; RFC 7946 has none).
square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
link = {"type": "link", "properties": {"href": f"http://127.0.0.1:{server.getsockname()[1]}/from-a-data-file", "type": "ogcwkt"}}
with open("square.geojson", "w") as file:
    json.dump({"type": "FeatureCollection", "crs": link, "features": [{"type": "Feature", "properties": {}, "geometry": square}]}, file)

crs = pyogrio.read_info("square.geojson")["crs"]
print("expected: no request, and an error or no CRS, since the link was not followed")
print(f"seen:     {asked}, CRS {crs}")
assert asked == ["GET /from-a-data-file HTTP/1.1"] and crs == "EPSG:4326", "no longer as described"
PY
venv/bin/python -W ignore check.py

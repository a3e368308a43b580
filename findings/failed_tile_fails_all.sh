#!/usr/bin/env bash
# GDAL: one tile of an XYZ service that answers 500 makes the read of the whole window fail; with 500 among ZeroBlockHttpCodes it is black, and its mask says valid.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6 pillow
cat > check.py <<'PY'
import io
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import rasterio
from PIL import Image
from rasterio.windows import Window

os.environ["no_proxy"] = "*"
print(f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__}")
held = io.BytesIO()
Image.new("RGB", (256, 256), (10, 20, 30)).save(held, "PNG")
fails, asked = True, []


class Tiles(BaseHTTPRequestHandler):
    """Grey tiles at /z/x/y; the one at 1/1/1 fails while `fails`."""

    def do_GET(self) -> None:
        asked.append(self.path)
        if fails and self.path == "/1/1/1":
            self.send_error(500)
            return
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(held.getvalue())

    def log_message(self, *_: object) -> None:
        """Be quiet."""


server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
threading.Thread(target=server.serve_forever, daemon=True).start()


def describe(path: str, empty: str) -> None:
    with open(path, "w") as file:
        file.write(f"""<GDAL_WMS><Service name="TMS"><ServerUrl>http://127.0.0.1:{server.server_port}/${{z}}/${{x}}/${{y}}</ServerUrl></Service>
<DataWindow><UpperLeftX>-20037508.34</UpperLeftX><UpperLeftY>20037508.34</UpperLeftY><LowerRightX>20037508.34</LowerRightX><LowerRightY>-20037508.34</LowerRightY>
<TileLevel>1</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY><YOrigin>top</YOrigin></DataWindow>
<Projection>EPSG:3857</Projection><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>3</BandsCount>{empty}</GDAL_WMS>""")


describe("tiles.xml", "")
describe("empty.xml", "<ZeroBlockHttpCodes>500</ZeroBlockHttpCodes>")
with rasterio.open("tiles.xml") as file:
    try:
        pixels, error = file.read(), None
    except Exception as problem:
        pixels, error = None, problem
    arrived = len(set(asked))
    parts = {}
    for name, window in {"upper left": Window(0, 0, 256, 256), "lower right": Window(256, 256, 256, 256)}.items():
        try:
            parts[name] = int(file.read(1, window=window).max())
        except Exception as problem:
            parts[name] = type(problem).__name__
with rasterio.open("empty.xml") as file:
    corner = Window(256, 256, 256, 256)
    black, valid = file.read(1, window=corner).max(), file.dataset_mask(window=corner).min()
print("expected: the three tiles that arrived, and the fourth masked or named in a warning")
print(f"seen:     {arrived} of 4 tiles asked for; the whole: {error!r}; window by window: {parts}")
print(f"seen:     with ZeroBlockHttpCodes the fourth is {black}, and its mask {valid} (255: valid)")
assert pixels is None and error is not None, "no longer as described"
assert parts["upper left"] == 10 and parts["lower right"] != 10, "no longer as described"
assert black == 0 and valid == 255, "no longer as described"
PY
venv/bin/python -W ignore check.py

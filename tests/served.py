"""Pictures of every kind, models that can be held up, and a real server on this machine's loopback.

For tests of the service.
"""

from __future__ import annotations

import struct
import threading
import time
import warnings
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from fake import FakeModel, paint
from geomagnifier.export.image_file import write_picture
from geomagnifier.server.app import create_app
from geomagnifier.server.serve import listen, uvicorn
from geomagnifier.server.settings import Settings

UTM = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_300_000.0)
SHIPS = ((40, 40, 80, 56), (200, 120, 240, 136), (100, 160, 140, 176))
WIDTH, HEIGHT = 320, 240
DAY = 86_400.0
PATIENT = 300.0
"""Seconds that a test waits for what has to come: how long a broken one takes, not how long a sound
one may.
"""


def write(path, pixels, transform=None, crs=None, **profile):
    """(bands, H, W) of any type as GeoTIFF."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        shape = {
            "count": len(pixels),
            "height": pixels.shape[1],
            "width": pixels.shape[2],
            "dtype": pixels.dtype,
        }
        place = {"crs": crs, "transform": Affine(*transform) if transform else None}
        with rasterio.open(path, "w", driver="GTiff", **shape, **place, **profile) as file:
            file.write(pixels)


def make_root(folder: Path) -> Path:
    """A folder of pictures, and beside it a secret that a link in it leads to."""
    root = folder / "root"
    (root / "deep").mkdir(parents=True)
    pixels = paint(WIDTH, HEIGHT, *SHIPS)
    write_picture(root / "utm.tif", pixels, "EPSG:32633", UTM)
    write_picture(root / "plain.png", pixels)
    turned = (0.4, 0.3, 500_000.0, 0.3, -0.4, 5_300_000.0)
    write(root / "deep/turned.tif", pixels.transpose(2, 0, 1), turned, "EPSG:32633")
    sixteen = pixels.transpose(2, 0, 1).astype(np.uint16) * 40 + 100
    write(root / "deep/sixteen.tif", sixteen, UTM, "EPSG:32633", nodata=0)
    noise = np.random.default_rng(3).integers(0, 255, (3, 512, 512), dtype=np.uint8)
    write(
        root / "cut.tif",
        noise,
        UTM,
        "EPSG:32633",
        tiled=True,
        blockxsize=128,
        blockysize=128,
        compress="deflate",
    )
    whole = (root / "cut.tif").read_bytes()
    (root / "cut.tif").write_bytes(whole[: len(whole) * 2 // 3])
    (root / "note.txt").write_text("not a picture")
    (root / "torn.png").write_bytes((root / "plain.png").read_bytes()[:40])
    write_picture(folder / "secret.tif", paint(50, 50), "EPSG:32633", UTM)
    (root / "link.tif").symlink_to(folder / "secret.tif")
    (root / "out").symlink_to(folder)
    (root / "also.tif").symlink_to(root / "utm.tif")
    return root


def write_wide(path: Path) -> None:
    """1000 x 800 px with a ship every 200 px.

    Several windows for a model with small tiles, none of them blank.
    """
    write_picture(
        path,
        paint(
            1000,
            800,
            *((x, y, x + 40, y + 20) for x in range(50, 1000, 200) for y in range(60, 800, 200)),
        ),
    )


def png_header(width: int, height: int) -> bytes:
    """A tiny PNG that says it is of any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


class Held(FakeModel):
    """Looks as often as it may, and waits at the next look until it is let go.

    Nothing depends on how fast the machine is.

    Args:
        looks: it may take before it waits.
        given: as FakeModel takes it.
    """

    def __init__(self, looks: int = 0, **given) -> None:
        super().__init__(**given)
        self.go, self.begun = threading.Event(), threading.Event()
        self._looks = threading.Semaphore(looks)

    def allow(self) -> None:
        """Let it take one more look."""
        self._looks.release()

    def answer(self, query, granularity, views, beside=None):
        if not self._looks.acquire(blocking=False):
            self.begun.set()
            until(lambda: self.go.is_set() or self._looks.acquire(blocking=False))
        return super().answer(query, granularity, views, beside)


def overdue(job) -> None:
    """As if a job had been worked on for a day.

    It is past its time, however fast the machine is.
    """
    job._begun -= DAY


@dataclass
class Service:
    """A running server."""

    url: str
    port: int
    app: object
    server: object

    @property
    def jobs(self):
        return self.app.state.jobs

    @property
    def library(self):
        return self.app.state.library

    def client(self, **given) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=PATIENT, **given)


@contextmanager
def serving(model=None, **settings):
    """A real server in a thread."""
    chosen = Settings(port=0, **settings)
    listener = listen(chosen)
    app = create_app(chosen, model or FakeModel())
    server = uvicorn(app, chosen)
    server.config.timeout_keep_alive = int(
        PATIENT
    )  # else a client that was held up asks on a connection that is just being closed
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    port = listener.getsockname()[1]
    try:
        until(lambda: server.started)
        yield Service(f"http://127.0.0.1:{port}", port, app, server)
    finally:
        if isinstance(model, Held):
            model.go.set()
        server.should_exit = True
        thread.join(PATIENT)
        listener.close()
        assert not thread.is_alive()


def until(true, seconds: float = PATIENT) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)

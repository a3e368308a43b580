"""A running service and a browser for it.

Tests that need them are skipped where nicegui, playwright or chromium is missing.
"""

import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import rasterio
from visiting import DESKTOP, PATIENT, PHONE, SHIPS, Visit

from fake import BLUE, paint
from geomagnifier.export.image_file import write_picture


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    """plain.png: three ships.  placed.tif: the same with a place on the Earth and a date.

    large.png: water on the right, many windows.

    many.png: 8,000 ships.  meadow.png: all green.
    """
    folder = tmp_path_factory.mktemp("pictures")
    pixels = paint(300, 200, *SHIPS)
    write_picture(folder / "plain.png", pixels)
    write_picture(
        folder / "placed.tif",
        pixels,
        crs="EPSG:32633",
        transform=(0.5, 0.0, 500_000.0, 0.0, -0.5, 5_300_000.0),
    )
    with rasterio.open(folder / "placed.tif", "r+") as placed:
        placed.update_tags(TIFFTAG_DATETIME="2024:05:31 10:15:00")
    large = paint(
        1600,
        1200,
        *[(x, y, x + 24, y + 12) for x in range(40, 1200, 200) for y in range(40, 1200, 160)],
    )
    large[:, 1300:] = BLUE
    write_picture(folder / "large.png", large)
    write_picture(
        folder / "many.png",
        paint(
            2000,
            1600,
            *[(x, y, x + 10, y + 8) for x in range(4, 2000, 20) for y in range(4, 1600, 20)],
        ),
    )
    write_picture(folder / "meadow.png", paint(120, 90, (0, 0, 120, 90), colour=(0, 250, 0)))
    return folder


@pytest.fixture(scope="session")
def every_look(tmp_path_factory):
    """The folder of what the model of the service may look at, where a question goes bit by bit."""
    return tmp_path_factory.mktemp("looks")


@pytest.fixture
def looks(every_look):
    """Empty at the beginning of a test."""
    for left in every_look.iterdir():
        left.unlink()
    return every_look


@pytest.fixture(scope="session")
def address(root, every_look):
    """Of a service that is running."""
    for library in ("nicegui", "fastapi", "uvicorn"):
        pytest.importorskip(library)
    process = subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).parent / "serving_page.py"),
            str(root),
            str(every_look),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = process.stdout.readline().strip()
        assert port, "the service did not start"
        found = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + PATIENT
        while True:
            try:
                urllib.request.urlopen(f"{found}/healthz", timeout=PATIENT).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=PATIENT)
        process.stdout.close()


@pytest.fixture(scope="module")
def browser():
    """Chromium for the tests of one file.

    Playwright keeps an event loop in this thread while it runs: left open for the session, no test
    of another file in the process could run a loop of its own.
    """
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"], timeout=1000 * PATIENT
        )
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser, address):
    """visitor(viewport) -> Visit.

    At its end nothing may have come from another host, and no script may have failed.
    """
    visits = []

    def begin(viewport=DESKTOP):
        visits.append(Visit(browser, address, viewport))
        return visits[-1]

    yield begin
    for visit in visits:
        visit.context.close()
        assert visit.elsewhere == []
        assert visit.errors == []


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def visit(visitor, request):
    return visitor(request.param)

"""With a folder for it, history and links outlive the process of the service; without it not."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
from visiting import DESKTOP, PATIENT, Visit

from geomagnifier.cli import demo
from ports import free_port

KEPT = "Kept for this browser; a restart of the service does not lose them."
ENDS = "Kept for this browser until the service is stopped"


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    demo.draw(folder / "airport.tif")
    (folder / "other.tif").write_bytes((folder / "airport.tif").read_bytes())
    return folder


@contextmanager
def serving(pictures, port, *words):
    """The command itself; it is killed, as a machine that fails would."""
    for library in ("nicegui", "fastapi", "uvicorn"):
        pytest.importorskip(library)
    line = [sys.executable, "-m", "geomagnifier", "serve", str(pictures), "--no-browser"]
    process = subprocess.Popen(
        [*line, "--port", str(port), *map(str, words)], stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + PATIENT
        while True:
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=PATIENT).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < end
                time.sleep(0.1)
        yield address
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=PATIENT)


def test_history_and_links_outlive_a_service_that_was_killed(browser, pictures, tmp_path):
    port = free_port()
    with serving(pictures, port, "--keep", tmp_path / "kept") as address:
        visit = Visit(browser, address, DESKTOP)
        page = visit.open("airport.tif")
        assert visit.ask("What kind of place is this?").inner_text()
        page.get_by_text("How to look").click()
        page.get_by_label("Least score").fill("0.4")
        first = visit.ask("How many airplanes are there?").inner_text()
        page.locator(".map path.region").first.wait_for(state="attached")
        page.get_by_role("button", name="Zoom in").click()
        page.get_by_role("button", name="Zoom in").click()
        page.wait_for_function("/\\?job=.+#/.test(location.href)")
        page.get_by_text(KEPT).wait_for()
        link = page.url
        told = page.get_by_label("This conversation").inner_text()
        page.goto("about:blank")
    with serving(pictures, port, "--keep", tmp_path / "kept") as address:
        # another browser, by the link alone
        other = Visit(browser, address, DESKTOP)
        other.page.goto(link)
        other.page.locator(".sentence").wait_for()
        assert other.page.locator(".sentence").inner_text() == first
        assert other.page.locator(".asked:visible").inner_text() == "How many airplanes are there?"
        assert "airport.tif" in other.page.locator(".scene").inner_text()
        assert other.page.get_by_label("Least score").input_value() == "0.4"
        other.page.locator(".map path.region").first.wait_for(state="attached")
        other.page.wait_for_function("hash => location.hash === hash", arg=f"#{link.split('#')[1]}")
        other.context.close()
        # and the browser that asked has its list and its turns
        page.goto(link)
        page.locator(".sentence").wait_for()
        earlier = page.get_by_label("Earlier questions").get_by_role("listitem")
        assert [line.split("\n")[0] for line in earlier.all_inner_texts()] == [
            "How many airplanes are there?",
            "What kind of place is this?",
        ]
        assert page.get_by_label("This conversation").inner_text() == told
        visit.context.close()
        assert visit.errors == other.errors == []


@pytest.mark.slow  # the note alone is also in test_page.py
def test_without_a_folder_the_page_says_that_they_end_with_the_service(browser, pictures):
    port = free_port()
    with serving(pictures, port) as address:
        visit = Visit(browser, address, DESKTOP)
        page = visit.open("airport.tif")
        visit.ask("What kind of place is this?")
        page.get_by_text(ENDS).wait_for()
        page.wait_for_function("location.search.startsWith('?job=')")
        link = page.url
    with serving(pictures, port) as address:
        page.goto(link)
        page.locator(".welcome .choice").first.wait_for()
        assert page.get_by_label("Earlier questions").get_by_role("listitem").count() == 0
        visit.context.close()

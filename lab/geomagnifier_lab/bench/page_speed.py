"""`geomag bench page`: how long a person waits for the map page, beside another installation.

Real services, each in a process of its own, and Chromium without a window. In each round every
installation is started anew, in alternating order, and a fresh browser session

    opens a GeoTIFF of 10,000 x 10,000 px without overviews, and waits for its first map tile;
    opens a mosaic of 4096 x 4096 px, asks a question, and waits for the first outline, which may
    be one of a search that goes on, and for the first one of the answer; and asks another one,
    once the service is warm.

Then the map of this installation is moved with 10,000 regions on it (`page_pan`). The files have
been read before, so that they come out of the memory of the system for all.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import rasterio

from geomagnifier.atomic import Staging
from geomagnifier.errors import OptionError
from geomagnifier.inference.scan_state import Progress
from geomagnifier.types import Bytes
from geomagnifier_lab.bench import page_pan
from geomagnifier_lab.bench.cost import machine
from geomagnifier_lab.bench.results_store import Kept, about
from geomagnifier_lab.bench.served_page import command, served, wait_until_idle
from geomagnifier_lab.render.scene import draw_scene

WIDE, MOSAIC = 10_000, 4096
"""Sides of the scenes, px."""
CELL = 1024
"""Side of the drawn images of which they are made, px."""
THEMES = ("airport", "town", "harbour", "mixed")
FILES: dict[str, dict[str, Any]] = {
    "tiles.tif": {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate"},
    "strips.tif": {"tiled": False},
}
"""The GeoTIFFs without overviews: compressed in tiles, and as GDAL writes them by itself."""
QUESTIONS = ("Segment every airplane.", "Find every airplane.")
"""The first one in a new service, and the next."""
VIEWPORT = {"width": 1440, "height": 900}
WAIT = 120_000
"""Milliseconds that the browser waits at most."""
TILE = ".map img.leaflet-tile-loaded"
OUTLINES = {
    "first outline": ".map path.region[d]",
    "outlines of the answer": ".map path.region[d]:not(.early)",
}
"""What is waited for; there are not so many of them that they are painted otherwise."""
CLOCK = """selector => new Promise((resolve) => {
    const seen = () => document.querySelector(selector) && resolve(performance.now());
    new MutationObserver(seen).observe(document, {
        childList: true, subtree: true, attributes: true, attributeFilter: ["class", "d"] });
    seen();
})"""
"""When an element is there for the first time, ms of the page's clock."""


def bench(
    against: Path | None = None,
    rounds: int = 5,
    out: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure the page of this installation, and of another one.

    Args:
        against: the command `geomag` of the other installation.
        rounds: how often each is started; medians are reported.
        out: folder of the scenes and of page.json, with what was measured, which is not measured
            again; None: a temporary one.
        progress: called with (services measured, services to measure).

    Returns:
        {"what": str, "machine": str, "rows": [{"what", "seconds", "against", "ratio"}], "pan": [{
        "regions", "frames per second", "longest frame ms", "seconds"}]}.

    Raises:
        OptionError: there is no such command, or no Chromium.
        ModelError: a service does not start.
    """
    if against is not None and shutil.which(str(against)) is None:
        raise OptionError(f"{against} is no command; give the path of another geomag")
    others: list[Path | None] = [None] if against is None else [None, against]
    with ExitStack() as stack:
        folder = out or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        scenes = folder / "scenes"
        write_scenes(scenes)
        browser = stack.enter_context(chromium())
        found: dict[Path | None, list[dict[str, float]]] = {one: [] for one in others}
        kept = Kept(
            None if out is None else out / "page.json", about("small") | {"against": str(against)}
        )
        for round_ in range(rounds):
            for at, geomag in enumerate(others if round_ % 2 == 0 else others[::-1]):
                name = f"{round_}/{'own' if geomag is None else 'other'}"
                if (visited := kept.get(name)) is None:
                    for path in scenes.iterdir():
                        path.read_bytes()
                    with served(scenes, geomag) as address:
                        visited = visit(browser, address)
                    kept.put(name, visited)
                found[geomag].append(visited)
                if progress is not None:
                    progress(round_ * len(others) + at + 1, rounds * len(others) + 1)
        if (moved := kept.get("pan")) is None:
            with served(scenes) as address:
                moved = {"rows": page_pan.measure(browser, address, "mosaic.tif")}
            kept.put("pan", moved)
    rows = []
    for what in found[None][0]:
        row: dict[str, Any] = {"what": what, "seconds": _median(found[None], what)}
        if against is not None:
            row["against"] = _median(found[against], what)
            pairs = zip(found[None], found[against], strict=True)
            row["ratio"] = statistics.median(own[what] / other[what] for own, other in pairs)
        rows.append(row)
    return {
        "what": f"the map page, {rounds} rounds",
        "machine": machine(),
        "against": None if against is None else " ".join(command(against)),
        "rows": rows,
        "pan": moved["rows"],
    }


def visit(browser: Any, address: str) -> dict[str, float]:
    """Seconds of one visit to a service that has just been started.

    Args:
        browser: of playwright.
        address: of the service.
    """
    context = browser.new_context(viewport=VIEWPORT)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    seconds = {}
    for name in FILES:
        page.goto(address)
        choice = page.locator(".welcome .choice", has_text=name)
        choice.wait_for()
        wait_until_idle(address)
        (seconds[f"first tile, {name}"],) = _clocked(page, choice.click, [TILE])
        page.wait_for_selector(".map.loaded")
    page.goto(address)
    page.locator(".welcome .choice", has_text="mosaic.tif").click()
    page.wait_for_selector(".map.loaded")
    field = page.locator("textarea[name=question]")
    for which, question in zip(("first", "second"), QUESTIONS, strict=True):
        wait_until_idle(address)
        field.fill(question)
        page.evaluate("document.querySelectorAll('path.region').forEach((one) => one.remove())")
        press = lambda: field.press("Enter")  # noqa: E731
        for what, found in zip(OUTLINES, _clocked(page, press, [*OUTLINES.values()]), strict=True):
            seconds[f"{what}, {which} question"] = found
        page.locator(".sentence").wait_for()
    context.close()
    return seconds


def _clocked(page: Any, act: Any, selectors: list[str]) -> list[float]:
    """Seconds from an act, as its event reaches the page, until each of some elements is there."""
    page.evaluate(
        """() => {
            window.begun = null;
            const begin = () => (window.begun ??= performance.now());
            for (const name of ["click", "keydown"]) addEventListener(name, begin, true);
        }"""
    )
    page.evaluate(
        f"selectors => {{ window.ended = Promise.all(selectors.map({CLOCK})); }}", selectors
    )
    act()
    found = page.evaluate("window.ended.then((all) => all.map((at) => at - window.begun))")
    return [float(ms) / 1000 for ms in found]


def write_scenes(folder: Path) -> None:
    """Draw the scenes, where they are not there yet: those of `FILES`, and mosaic.tif.

    Args:
        folder: of the scenes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sizes = dict.fromkeys(FILES, WIDE) | {"mosaic.tif": MOSAIC}
    for name, side in sizes.items():
        if not (folder / name).is_file():
            profile = FILES.get(name, FILES["tiles.tif"])
            with (
                Staging(folder) as stage,
                rasterio.open(
                    stage.path(name),
                    "w",
                    driver="GTiff",
                    width=side,
                    height=side,
                    count=3,
                    dtype="uint8",
                    interleave="pixel",
                    photometric="RGB",
                    crs="EPSG:32633",
                    transform=rasterio.Affine(0.5, 0, 500_000, 0, -0.5, 5_300_000),
                    **profile,
                ) as target,
            ):
                for top, strip in _strips(side):
                    window = rasterio.windows.Window(0, top, side, len(strip))
                    target.write(np.moveaxis(strip, -1, 0), window=window)


def _strips(side: int) -> Iterator[tuple[int, Bytes]]:
    """The first row and the pixels, (h, side, 3), of each strip of a mosaic of drawn images."""
    cells = [draw_scene(seed, CELL, CELL, theme).pixels for seed, theme in enumerate(THEMES)]
    for row, top in enumerate(range(0, side, CELL)):
        across = range(-(-side // CELL))
        strip = np.concatenate([cells[(row + column) % len(cells)] for column in across], axis=1)
        yield top, strip[: side - top, :side]


def chromium() -> Any:
    """A context manager that starts Chromium.

    Raises:
        OptionError: it is not installed.
    """
    from contextlib import contextmanager

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise OptionError("chromium is not installed, which shows the page")

    @contextmanager
    def started() -> Iterator[Any]:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            try:
                yield browser
            finally:
                browser.close()

    return started()


def _median(visits: list[dict[str, float]], what: str) -> float:
    return statistics.median(visit[what] for visit in visits)

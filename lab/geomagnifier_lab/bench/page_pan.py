"""How smoothly the map moves with thousands of regions on it, by Chromium's own trace.

The service answers a question; the browser is then handed a document with as many outlines as
wanted in place of those that were found, spread evenly over the scene, and the map is dragged.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from geomagnifier_lab.bench.served_page import read_json, scene_ids, wait_until_idle

REGIONS = 10_000
POINTS = 30
"""Points of an outline: as many in all as the page draws at most."""
SECONDS = 6.0
"""How long the map is dragged, at least."""
REACH, STEPS = 240, 40
"""px of a stroke to one side, and the moves of the pointer in it."""
VIEWPORT = {"width": 1440, "height": 900}
WAIT = 120_000
CATEGORIES = [
    "disabled-by-default-devtools.timeline.frame",
    "devtools.timeline",
    "blink.user_timing",
]
QUESTION = "Segment every airplane."


def measure(browser: Any, address: str, name: str, regions: int = REGIONS) -> list[dict[str, Any]]:
    """Drag the map with many regions on it, in the whole scene and enlarged.

    Args:
        browser: of playwright.
        address: of a service.
        name: of one of its scenes.
        regions: how many.

    Returns:
        A row for each: {"view", "regions", "seconds", "frames per second", "longest frame ms"}.
    """
    id = scene_ids(address)[name]
    layers = read_json(f"{address}/v1/scenes/{id}")["layers"]
    rows = []
    context = browser.new_context(viewport=VIEWPORT)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.route("**/map.json*", lambda route: _many(route, layers["bounds"], regions))
    page.goto(f"{address}/?scene={id}")
    page.wait_for_selector(".map.loaded")
    wait_until_idle(address)
    field = page.locator("textarea[name=question]")
    field.fill(QUESTION)
    field.press("Enter")
    page.locator(".key-row").first.wait_for(state="attached")
    for view in ("the whole scene", "four times as large"):
        if view != "the whole scene":
            for _ in range(2):
                page.get_by_role("button", name="Zoom in").click()
        page.wait_for_selector(".map.loaded:not(.loading)")
        page.wait_for_timeout(1000)
        rows.append({"view": view, "regions": regions} | _drag(browser, page))
    context.close()
    return rows


def document(bounds: Any, regions: int, url: str) -> dict[str, Any]:
    """A document of an answer, as the page reads it, with outlines in a grid over a scene.

    Args:
        bounds: ((south, west), (north, east)) of the map.
        regions: how many.
        url: of the document.
    """
    (south, west), (north, east) = bounds
    side = math.ceil(math.sqrt(regions))
    high, wide = (north - south) / side, (east - west) / side
    turn = np.linspace(0, 2 * np.pi, POINTS, endpoint=False)
    found = []
    for number in range(regions):
        row, column = divmod(number, side)
        radius = 0.3 + 0.1 * np.cos(3 * turn + number)
        up = south + (row + 0.5 + radius * np.sin(turn)) * high
        right = west + (column + 0.5 + radius * np.cos(turn)) * wide
        found.append(
            {
                "number": number + 1,
                "kind": number % 2,
                "label": ("airplane", "vehicle")[number % 2],
                "phrase": "",
                "facts": ["score 0.90"],
                "score": 0.9,
                "size": ["100 m²"],
                "extent": 100.0 + number,
                "masked": True,
                "rings": [np.stack((up, right), axis=1).round(7).tolist()],
            }
        )
    return {
        "colours": ["#e69f00", "#0072b2"],
        "unit": "m2",
        "regions": found,
        "total": len(found),
        "boxed": 0,
        "heat": None,
        "crops": [],
        "skipped": [],
        "broken": [],
        "url": url,
    }


def _many(route: Any, bounds: Any, regions: int) -> None:
    path = route.request.url.split("/", 3)[3]
    route.fulfill(json=document(bounds, regions, f"/{path}"))


def _drag(browser: Any, page: Any) -> dict[str, Any]:
    """Drag the map to and fro, and count the frames that were drawn meanwhile."""
    box = page.locator(".map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.mouse.move(x, y)
    page.evaluate("performance.mark('drag begins')")
    end = page.evaluate("performance.now()") + 1000 * SECONDS
    side = 1
    while page.evaluate("performance.now()") < end:
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, STEPS + 1):
            page.mouse.move(x + side * REACH * step / STEPS, y + side * REACH * step / STEPS / 2)
            page.wait_for_timeout(8)
        page.mouse.up()
        side = -side
    page.evaluate("performance.mark('drag ends')")
    return frames_of(json.loads(browser.stop_tracing())["traceEvents"])


def frames_of(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Frames per second between the marks of a trace.

    Args:
        events: of Chromium's trace, times in microseconds.
    """
    marks = {event["name"]: event["ts"] for event in events if event["name"].startswith("drag ")}
    begin, end = marks["drag begins"], marks["drag ends"]
    drawn = sorted(
        event["ts"]
        for event in events
        if event["name"] == "DrawFrame" and begin < event["ts"] < end
    )
    gaps = np.diff([begin, *drawn, end]) / 1000
    return {
        "seconds": (end - begin) / 1e6,
        "frames per second": 1e6 * len(drawn) / (end - begin),
        "longest frame ms": float(gaps.max()),
        "frames over 50 ms": int((gaps > 50).sum()),
    }

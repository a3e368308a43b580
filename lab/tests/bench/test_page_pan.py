"""Frames of a trace, and the outlines that the map is handed."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.bench import page_pan
from geomagnifier_lab.bench.page_speed import chromium
from geomagnifier_lab.bench.served_page import served
from geomagnifier_lab.render.scene import draw_scene


def test_frames_are_counted_between_the_marks() -> None:
    def event(name: str, ms: float) -> dict[str, object]:
        return {"name": name, "ts": 1000 * ms}

    events = [event("drag begins", 100), event("drag ends", 200)]
    events += [event("DrawFrame", at) for at in (90, 110, 120, 190, 210)]
    found = page_pan.frames_of(events)
    assert found == {
        "seconds": pytest.approx(0.1),
        "frames per second": pytest.approx(30),
        "longest frame ms": pytest.approx(70),
        "frames over 50 ms": 1,
    }


def test_outlines_lie_in_a_grid_over_the_scene() -> None:
    found = page_pan.document(((10.0, 20.0), (12.0, 24.0)), 50, "/web/x")
    assert len(found["regions"]) == 50 and found["url"] == "/web/x"
    up, right = zip(*[at for one in found["regions"] for at in one["rings"][0]], strict=True)
    assert 10 < min(up) < 10.2 and 11.6 < max(up) < 12 and 20 < min(right) < 20.3
    assert 23.7 < max(right) < 24


@pytest.mark.slow
def test_the_map_is_dragged_in_a_real_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nicegui")
    pytest.importorskip("playwright.sync_api")
    monkeypatch.setattr(page_pan, "SECONDS", 0.5)
    write_picture(tmp_path / "drawn.png", draw_scene(1, 300, 200, "airport").pixels)
    with served(tmp_path) as address, chromium() as browser:
        rows = page_pan.measure(browser, address, "drawn.png", regions=500)
    assert [row["regions"] for row in rows] == [500, 500]
    assert all(row["frames per second"] > 0 and row["longest frame ms"] > 0 for row in rows)

"""What an answer warns of, and that the warning points at the line that asked."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

from fake import FakeModel, paint
from geomagnifier.errors import GeomagWarning
from geomagnifier.export.image_file import write_picture
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene

SHIPS = ((100, 100, 140, 160), (700, 400, 740, 440), (1800, 100, 1860, 160))


def test_a_budget_and_ground_pixels_of_another_size_are_warned_of_where_it_was_asked(
    tmp_path: Path,
) -> None:
    write_picture(
        tmp_path / "a.tif", paint(2048, 1536, *SHIPS), "EPSG:32633", (1.0, 0.0, 5e5, 0.0, -1.0, 5e6)
    )
    model = FakeModel(256 * 256, 256, 0)
    model.spec = replace(model.spec, gsd=(3.0, 5.0))
    with open_scene(tmp_path / "a.tif") as scene, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        most = sum(
            window.width * window.height
            for window in ask(scene, "Find every ship.", model).trace.views
        )
        told.clear()
        answer = ask(scene, "Find every ship.", model, budget=most - 1)
    budget, ground = sorted(told, key=lambda one: str(one.message))
    assert (
        str(budget.message).startswith(
            "the budget ran out; windows worth reading that were skipped:"
            f" {len(answer.trace.skipped)}"
        )
        and answer.trace.skipped
    )
    assert str(ground.message).startswith(
        "the ground pixels of a.tif are 1 m; the model was trained on 3 to 5 m"
    )
    assert {(one.category, one.filename) for one in told} == {(GeomagWarning, __file__)}

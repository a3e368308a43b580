"""sahi slices a drawn scene for our model.

What it finds lies where the objects are, and what it looked at is counted.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from geomagnifier.errors import OptionError
from geomagnifier.inference.resolution import window_of
from geomagnifier.models.registry import load_model
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Region
from geomagnifier_lab.bench import peers, score, search_run
from geomagnifier_lab.render.scene import draw_scene


def test_outlines_are_outer_rings_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    outer, hole = (
        ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)),
        ((3.0, 3.0), (3.0, 6.0), (6.0, 6.0), (6.0, 3.0)),
    )

    class Ringed:
        polygon = (outer, hole)

    assert peers.outlines(Ringed()) == [[0, 0, 9, 0, 9, 9, 0, 9]]  # type: ignore[arg-type]
    assert peers.outlines(Region("ship", 0.5, (0, 0, 9, 9))) == []


def test_without_sahi_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "has_sahi", lambda: False)
    with (
        open_scene(np.zeros((64, 64, 3), np.uint8)) as scene,
        pytest.raises(OptionError, match=re.escape("pip install 'sahi>=0.12'")),
    ):
        peers.slice_by_sahi(scene, "Segment every ship.", None)  # type: ignore[arg-type]


def test_sahi_finds_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    predict = pytest.importorskip("sahi.predict")
    merging: list[tuple[str, float]] = []

    class Noted(predict.POSTPROCESS_NAME_TO_CLASS["GREEDYNMM"]):  # type: ignore[misc]
        def __init__(self, match_threshold: float, match_metric: str, class_agnostic: bool) -> None:
            merging.append((match_metric, match_threshold))
            super().__init__(
                match_threshold=match_threshold,
                match_metric=match_metric,
                class_agnostic=class_agnostic,
            )

    monkeypatch.setitem(predict.POSTPROCESS_NAME_TO_CLASS, "GREEDYNMM", Noted)
    drawn, model = draw_scene(101, 900, 700, "airport"), load_model()
    with open_scene(drawn.pixels) as scene:
        sliced = search_run.way("sahi")(scene, "Segment every airplane.", model)
        asked = search_run.way("exhaustive")(scene, "Segment every airplane.", model)
        whole = sliced.mask(scene.info.box)
        part = sliced.mask(
            window_of(scene.info.box, 1, "x").box.intersection(scene.info.box.grown(-100))
            or scene.info.box
        )
    assert merging == [("IOS", 0.5)]  # whatever the confidence threshold
    fine = [w for w in sliced.windows if w.role == "slice"]
    assert {(w.width, w.height) for w in fine} == {
        (512, 512),
        (900, 700),
    }  # the whole fits a view here
    assert len(fine) == 3 * 2 + 1 or len(fine) == 2 * 2 + 1
    assert (
        sliced.pixels == sum(w.width * w.height for w in sliced.windows)
        and sliced.flops > asked.flops > 0
    )
    seen = np.zeros((700, 900), bool)
    for w in sliced.windows[:-1]:
        x0, y0, x1, y1 = (int(v) for v in w.box.tuple())
        seen[y0:y1, x0:x1] = True
    assert seen.all()
    assert np.array_equal(whole[100:600, 100:800], part)
    found, wanted = (
        np.array([r.box for r in looked.regions], np.float32) for looked in (sliced, asked)
    )
    _, met = score.match(found, np.array([r.score for r in sliced.regions]), wanted)
    assert len(wanted) and met.mean() > 0.7
    planes = [o.polygon for o in drawn.objects if o.kind == "airplane"]
    centres = np.array([p.mean(0) for p in planes]).astype(int).clip(0, [899, 699])
    assert np.mean([whole[y, x] for x, y in centres]) > 0.5


def test_a_large_picture_is_shrunk_to_one_view() -> None:
    pytest.importorskip("sahi")
    model = load_model()
    looker = peers.Looker("Segment every ship.", model, "scene")
    looker(np.full((1200, 1600, 3), 120, np.uint8))
    looker.placed(10, 20)
    (window,) = looker.windows
    assert window.box.tuple() == (10, 20, 1610, 1220)
    assert window.width * window.height == pytest.approx(model.spec.view_pixels, rel=0.01)
    assert looker.pixels == window.width * window.height

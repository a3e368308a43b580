"""Scores are probabilities; what is found, chosen and said is what raw scores would give."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import geomagnifier as gm
from geomagnifier.models.metadata import check_small
from geomagnifier.models.registry import FILES, WEIGHTS, load_small, read_card
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.score_calibration import ScoreCalibration
from geomagnifier_lab.render.scene import draw_scene

ROOT = Path(os.environ.get("GEOMAG_DATA", "none"))
QUESTIONS = (
    "Segment all objects.",
    "Find every {}.",
    "Segment the largest {}.",
    "Which {}s are on the left?",
)


@pytest.fixture(scope="module")
def model() -> SmallModel:
    return load_small("small")


def test_a_card_without_maps_leaves_scores_as_they_are() -> None:
    same = ScoreCalibration.of({})
    raw = np.array([0.0, 0.3, 1.0], np.float32)
    assert same.temperature == 1.0
    assert same.probability("ship", raw).tolist() == same.raw("ship", raw).tolist() == raw.tolist()


def test_the_way_back_leads_back() -> None:
    made = ScoreCalibration.of(
        {
            "reliability": {
                "temperature": 2,
                "objects": {"ship": [[0, 0], [0.4, 0.2], [0.6, 0.9], [1, 1]]},
            }
        }
    )
    raw = np.linspace(0, 1, 101, dtype=np.float32)
    assert made.probability("ship", 0.5) == pytest.approx(0.55)
    assert made.raw("ship", made.probability("ship", raw)) == pytest.approx(raw, abs=1e-5)
    assert made.probability("bridge", 0.5) == 0.5
    assert made.probability("ship", raw).dtype == np.float32


@pytest.mark.parametrize(
    "told",
    [
        {"temperature": 0, "objects": {}},
        {"temperature": 1, "objects": {"volcano": [[0, 0], [1, 1]]}},
        {"temperature": 1, "objects": {"ship": []}},
        {"temperature": 1, "objects": {"ship": [[0, 0], [0.5, 0.5], [0.4, 0.6], [1, 1]]}},
        {"temperature": 1, "objects": {"ship": [[0, 0], [0.5, 0.5], [0.6, 0.5], [1, 1]]}},
        {"temperature": 1, "objects": {"ship": [[0, 0], [1, 1], [2, 2]]}},
        {"temperature": 1, "objects": {"ship": [[0, 0, 0], [1, 1, 1]]}},
        {"temperature": 1, "objects": {"ship": [[0.1, 0], [1, 1]]}},
    ],
)
def test_maps_that_do_not_rise_are_refused(told: object) -> None:
    card = read_card(WEIGHTS / FILES[0])
    check_small(card)
    with pytest.raises((ValueError, TypeError)):
        check_small({**card, "reliability": told})


def test_the_weights_say_what_they_are_worth(model: SmallModel) -> None:
    assert model.reliability.temperature > 1  # the scene head is surer than it is right
    assert {*model.reliability.objects} == {*model.objects}
    for kind in model.objects:
        p = model.reliability.probability(kind, np.linspace(0, 1, 1001))
        assert np.all(np.diff(p) > 0)
        assert p[:21] == pytest.approx(
            np.linspace(0, 0.02, 21)
        )  # a least score of 0.01 still gives every candidate


def pictures() -> list[object]:
    drawn: list[object] = [
        draw_scene(101, 640, 480, theme).pixels
        for theme in ("airport", "harbour", "tank farm", "sports ground")
    ]
    return drawn + sorted((ROOT / "vhr10" / "images").glob("*.jpg"))[::64][:8]


@pytest.mark.slow
def test_maps_change_scores_and_nothing_else(
    model: SmallModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = 0
    for number, picture in enumerate(pictures()):
        kind = ("airplane", "ship", "storage tank", "tennis court")[number % 4]
        for question in QUESTIONS if number < 4 else QUESTIONS[number % 4 :][:1]:
            with gm.open_scene(picture) as scene:
                said = gm.ask(scene, question.format(kind), model)
            with monkeypatch.context() as patch, gm.open_scene(picture) as scene:
                plain = ScoreCalibration(model.reliability.temperature)
                for part in (model, model.detector, model.chooser):
                    patch.setattr(part, "reliability", plain)
                raw = gm.ask(scene, question.format(kind), model)
            boxes = [{(r.label, r.box) for r in answer.regions} for answer in (said, raw)]
            assert boxes[0] == boxes[1]
            assert said.mask is None or np.array_equal(said.mask, raw.mask)
            before = {(r.label, r.box): r.score for r in raw.regions}
            pieces = False
            for r in said.regions:
                score = before[r.label, r.box]
                if (
                    r.score == score
                ):  # a region that is a piece of the mask keeps the mask's own probability
                    pieces = True
                else:
                    assert r.score == pytest.approx(
                        float(model.reliability.probability(r.label, score)), abs=1e-6
                    )
                    changed += 1
            assert pieces or said.text == raw.text
    assert changed > 15


def test_a_least_score_is_a_probability(model: SmallModel) -> None:
    drawn = draw_scene(101, 640, 480, "airport")
    with gm.open_scene(drawn.pixels) as scene:
        every = gm.ask(scene, "Find every airplane.", model, min_score=0.0).regions
        sure = gm.ask(scene, "Find every airplane.", model, min_score=0.9).regions
    assert {r.box for r in sure} == {r.box for r in every if r.score >= 0.9}
    assert 0 < len(sure) < len(every)


def test_scene_labels_are_sorted_probabilities(model: SmallModel) -> None:
    with gm.open_scene(draw_scene(101, 640, 480, "airport").pixels) as scene:
        labels = gm.ask(scene, "What kind of place is this?", model).labels
    probabilities = [p for _, p in labels]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(p for name, p in labels if name in model.scenes) == pytest.approx(1)

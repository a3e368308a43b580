"""What is in this box: a class that the model knows, or the plain words that it is none of them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import geomagnifier as gm
from geomagnifier.language.classes import WITHIN
from geomagnifier.models.metadata import check_small
from geomagnifier.models.registry import FILES, WEIGHTS, load_small, read_card
from geomagnifier.models.small import box_class
from geomagnifier.models.small.model import SmallModel
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.render.scene import draw_scene

ROOT = Path(os.environ.get("GEOMAG_DATA", "none"))
needs_data = pytest.mark.skipif(
    not (ROOT / "vhr10").is_dir(), reason="GEOMAG_DATA names no data sets"
)


@pytest.fixture(scope="module")
def model() -> SmallModel:
    return load_small("small")


def plane() -> tuple[np.ndarray, tuple[float, float, float, float]]:
    drawn = draw_scene(101, 640, 480, "airport")
    largest = max(
        (o for o in drawn.objects if o.kind == "airplane"),
        key=lambda o: float(np.prod(np.ptp(o.polygon, axis=0))),
    )
    x0, y0, x1, y1 = (*largest.polygon.min(0).tolist(), *largest.polygon.max(0).tolist())
    return drawn.pixels, (x0, y0, x1, y1)


def bare() -> np.ndarray:
    """Rough grass without a thing on it."""
    noise = np.random.default_rng(3).normal(0, 12, (480, 640, 1))
    return (np.array([96.0, 112.0, 70.0]) + noise).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "What is in this box?",
            (
                "This is none of the classes that a box can be named as: airplane, ship, storage"
                " tank, "
            ),
        ),
        (
            "What object is this?",
            (
                "This is none of the classes that a box can be named as: airplane, ship, storage"
                " tank, "
            ),
        ),
        ("这个框里是什么？", "框中的目标不属于可以识别的任何类别：飞机、"),
    ],
)
def test_a_box_on_nothing_known_is_refused_in_words(
    model: SmallModel, question: str, said: str
) -> None:
    with gm.open_scene(bare()) as scene:
        answer = gm.ask(scene, question, model, box=(200, 150, 300, 240))
    assert answer.text.startswith(said)
    assert answer.regions == () and answer.granularity is gm.Granularity.REGION


def test_a_box_on_a_known_thing_is_named_and_not_refused(model: SmallModel) -> None:
    pixels, box = plane()
    with gm.open_scene(pixels) as scene:
        for question in ("What is in this box?", "这个框里是什么？"):
            (region,) = gm.ask(scene, question, model, box=box).regions
            assert region.label == "airplane" and region.score > 0.9


def test_in_a_large_scene_the_close_look_decides(model: SmallModel) -> None:
    pixels, box = plane()
    canvas = np.tile(bare(), (4, 4, 1))
    canvas[1000:1480, 1500:2140] = pixels
    placed = (box[0] + 1500, box[1] + 1000, box[2] + 1500, box[3] + 1000)
    with gm.open_scene(canvas) as scene:
        named = gm.ask(scene, "What is in this box?", model, box=placed)
        refused = gm.ask(scene, "What is in this box?", model, box=(300, 300, 420, 400))
    assert [r.label for r in named.regions] == [
        "airplane"
    ] and "none of the classes" not in named.text
    assert refused.regions == () and "none of the classes" in refused.text


def test_a_card_without_weights_names_every_box(
    model: SmallModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "in_box", ())
    with gm.open_scene(bare()) as scene:
        assert (
            len(gm.ask(scene, "What is in this box?", model, box=(200, 150, 300, 240)).regions) == 1
        )


def test_cards_with_other_weights_are_refused() -> None:
    card = read_card(WEIGHTS / FILES[0])
    for wrong in ([1.0], [float("nan")] * len(card["in_box"]), ["1"] * len(card["in_box"]), 3):
        with pytest.raises((ValueError, TypeError)):
            check_small({**card, "in_box": wrong})


def test_evidence_decides_on_the_side_of_zero() -> None:
    assert box_class.known(np.array([1.0, 2.0], np.float32), (-3.0, 1.0, 1.0))
    assert not box_class.known(np.array([1.0, 1.9], np.float32), (-3.0, 1.0, 1.0))
    assert box_class.known(np.array([-9.0], np.float32), ())


@pytest.mark.parametrize(
    ("likely", "named", "probability"),
    [
        (
            {"ship": 0.4, "vehicle": 0.12, "car": 0.28, "van": 0.2},
            "vehicle",
            0.6,
        ),  # no narrow class has the most of it
        ({"ship": 0.3, "vehicle": 0.1, "car": 0.5, "van": 0.1}, "car", 0.5),
        ({"ship": 0.3, "vehicle": 0.6, "car": 0.05, "van": 0.05}, "vehicle", 0.6),
        ({"ship": 0.6, "vehicle": 0.3, "car": 0.05, "van": 0.05}, "ship", 0.6),
    ],
)
def test_a_box_is_named_by_the_narrow_class_where_one_stands_out(
    likely: dict[str, float], named: str, probability: float
) -> None:
    found, p = box_class.likeliest(
        np.array([*likely.values()]), [*likely], {"car": "vehicle", "van": "vehicle"}
    )
    assert found == named and p == pytest.approx(probability)


@needs_data
def test_real_boxes_of_known_things_are_named_and_ground_is_refused(model: SmallModel) -> None:
    from geomagnifier_lab.train.unknown import ground, jittered, look

    named, empty = [], []
    for sample in vhr10(ROOT, "val")[::16]:
        boxes = np.array([o.box for o in sample.objects], np.float32).reshape(-1, 4)[:12]
        rng = np.random.default_rng(1)
        for side, kinds in ((boxes, sample.objects), (jittered(boxes, rng), sample.objects)):
            found = look(model, sample.path, side)
            named += [
                box_class.known(f.evidence, model.in_box) and WITHIN.get(f.label, f.label) == o.kind
                for f, o in zip(found, kinds, strict=False)
            ]
        empty += [
            not box_class.known(f.evidence, model.in_box)
            for f in look(model, sample.path, ground(sample, rng))
        ]
    assert len(named) > 40 and np.mean(named) >= 0.95
    assert len(empty) > 20 and np.mean(empty) >= 0.9


@needs_data
@pytest.mark.parametrize(
    "name",
    [
        "solar_panels_rf",
        "date_palms_saudi",
        "wind_turbines_iowa",
        "oil_wells_daqing",
        "buildings_kampala",
    ],
)
def test_things_of_other_classes_are_refused_and_those_of_known_ones_named(
    model: SmallModel, name: str
) -> None:
    from geomagnifier_lab.datasets.camera_sets import labelled_boxes
    from geomagnifier_lab.train.unknown import others

    if not (ROOT / "more" / name).is_dir():
        pytest.skip("the set is not at hand")
    samples = [s for s in labelled_boxes(ROOT, name, "val") if s.objects][:6]
    answers = [
        (box_class.known(one.evidence, model.in_box), one.label, truth)
        for s in samples
        for one, truth in others(model, s, name)
    ]
    right = [
        known and truth in (label, model.within.get(label)) if truth else not known
        for known, label, truth in answers
    ]
    assert len(right) >= 6 and np.mean(right) >= 0.7

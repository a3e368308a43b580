"""Classes that the text decoder has no word for.

Asked for by name in both languages, wide ones with the narrow ones within them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import geomagnifier as gm
from geomagnifier.cli import describe
from geomagnifier.errors import ModelCorrupt
from geomagnifier.inference.resolution import window_of
from geomagnifier.language.chinese_answers import NOUNS
from geomagnifier.language.class_names import NARROWER
from geomagnifier.language.classes import KINDS, WITHIN
from geomagnifier.language.mentions import plural
from geomagnifier.models import registry
from geomagnifier.models.custom.model import CustomModel
from geomagnifier.models.metadata import check_small
from geomagnifier.types import Granularity, Query
from geomagnifier_lab.render.scene import draw_scene
from geomagnifier_lab.train import kept_language, wide
from geomagnifier_lab.train.batches import NAMES
from geomagnifier_lab.train.loop import image_side
from worded import worded_start


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's model with all classes; new ones as they are before any training."""
    folder, begun, network = tmp_path_factory.mktemp("wide"), worded_start(), image_side()
    wide.warm_start(network, begun.state, begun.kinds, begun.objects)
    kept_language.assemble(
        network.state_dict(), registry.WEIGHTS, folder, dict.fromkeys(NAMES, (None, 40.0))
    )
    return folder


@pytest.fixture(scope="module")
def model(folder: Path) -> CustomModel:
    made = registry.load_model(folder)
    assert isinstance(made, CustomModel)
    return made


def test_names_are_those_of_the_vocabulary() -> None:
    """A model reads no training data, so its table of names is one of its own."""
    table = {kind.name: kind for kind in KINDS}
    assert all(NOUNS[kind][1] in zh.split() for kind, (_, zh) in NARROWER.items())
    for kind, (english, _) in NARROWER.items():
        pairs = {
            (one.lower().replace("-", " "), many.lower().replace("-", " "))
            for one, many in table[kind].words
        }
        regular = {(one, plural(one)) for one in english.split(", ")}
        assert {one for one, _ in pairs} == {one for one, _ in regular}, kind
        assert {pair for pair in pairs ^ regular if "field" not in pair[0]} == set(), kind


@pytest.mark.parametrize(
    ("question", "read", "stands"),
    [
        ("Find all palm trees.", "Find all airplanes.", {"palm tree": "airplane"}),
        ("How many cars are there?", "How many vehicles are there?", {"car": "vehicle"}),
        (
            "Find the cars and the vehicles.",
            "Find the airplanes and the vehicles.",
            {"car": "airplane"},
        ),
        ("Find yachts near the harbor", "Find ships near the harbor", {"boat": "ship"}),
        (
            "Segment the Palm-Trees left of the planes",
            "Segment the ships left of the planes",
            {"palm tree": "ship"},
        ),
        (
            "How many buses and lorries?",
            "How many vehicles and airplanes?",
            {"bus": "vehicle", "truck": "airplane"},
        ),
        ("Is this a car park?", "Is this a car park?", {}),
        ("Show the bus stops and the boat docks.", "Show the bus stops and the boat docks.", {}),
        ("Is there any tree cover?", "Is there any tree cover?", {}),
        ("找出所有棕榈树。", "找出所有飞机。", {"palm tree": "airplane"}),
        ("图中有多少辆汽车？", "图中有多少辆车？", {"car": "vehicle"}),
        ("有几辆公交车和车？", "有几辆飞机和车？", {"bus": "airplane"}),
        ("公交车站在哪里？", "公交车站在哪里？", {}),
        ("这是树林吗？", "这是树林吗？", {}),
        ("Find every ship.", "Find every ship.", {}),
    ],
)
def test_questions_are_read_with_stand_ins(
    model: CustomModel, question: str, read: str, stands: dict[str, str]
) -> None:
    assert model.names.read(question) == (read, stands)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Find all palm trees.", ("palm tree",)),
        ("找出所有棕榈树。", ("palm tree",)),
        ("How many cars are there?", ("car",)),
        ("Find all vehicles.", ("vehicle",)),
        ("Find all vehicles and cars.", ("vehicle", "car")),
        ("Segment every swimming pool.", ("swimming pool",)),
        ("Are there any wind turbines?", ("wind turbine",)),
        ("Find the ships.", ("ship",)),
    ],
)
def test_the_class_that_is_named_is_asked_for(
    model: CustomModel, question: str, asked: tuple[str, ...]
) -> None:
    pixels = draw_scene(101, 320, 240, "airport").pixels
    with gm.open_scene(pixels) as scene:
        view = scene.read(window_of(scene.info.box, 1.0, "whole"))
        levels = model.granularity(Query(question))
        reply = model.answer(Query(question), Granularity.REGION, [view])
        answer = gm.ask(scene, question, model)
    assert levels[Granularity.IMAGE] < 0.5 and set(reply.asked) == {*asked}
    assert {c.label for v in reply.views for c in v.covers} == {*asked} and {
        r.label for r in answer.regions
    } <= {*asked}
    words = (
        {NOUNS[kind][1] for kind in asked}
        if question.startswith("找")
        else {kind.split()[-1] for kind in asked}
    )
    assert all(word in answer.text for word in words), answer.text


def test_everything_is_asked_for_without_narrow_classes(model: CustomModel) -> None:
    pixels = draw_scene(101, 320, 240, "airport").pixels
    with gm.open_scene(pixels) as scene:
        view = scene.read(window_of(scene.info.box, 1.0, "whole"))
        reply = model.answer(Query("Find all objects."), Granularity.REGION, [view])
        said = gm.ask(scene, "Find all objects.", model)
    assert {*model.base.every, "wind turbine", "solar panel"} <= {*reply.asked} and not {
        *reply.asked
    } & {*WITHIN}
    assert "no tree" not in said.text


def test_evidence_of_a_wide_class_is_that_of_all_within(model: CustomModel) -> None:
    base = model.base
    assert base.detector.family("vehicle") == (
        "vehicle",
        "car",
        "van",
        "truck",
        "bus",
    ) and base.detector.family("car") == ("car",)
    assert base.worded == tuple(worded_start().kinds) and "building" not in base.every


def test_a_narrow_class_shares_the_scout_map_of_the_wide_one_and_others_may_be_anywhere(
    model: CustomModel,
) -> None:
    pixels = draw_scene(101, 320, 240, "airport").pixels
    with gm.open_scene(pixels) as scene:
        view = scene.read(window_of(scene.info.box, 1.0, "scout"))
    car, vehicle, palm = (
        model.relevance(Query(f"Find every {kind}."), view, "scout")
        for kind in ("car", "vehicle", "palm tree")
    )
    everything = model.relevance(Query("Find all objects."), view, "scout")
    assert everything.min() < 0.5 and (everything >= vehicle - 1e-5).all()
    assert (
        np.array_equal(car, vehicle)
        and car.min() < 0.5
        and palm.min() == 1
        and palm.shape == car.shape
    )


def test_cards_with_other_families_are_refused(folder: Path) -> None:
    card = registry.read_card(folder / registry.FILES[0])
    check_small(card)
    for wrong in (
        {"car": "unicorn"},
        {"car": "van", "van": "vehicle"},
        {"unicorn": "ship"},
        ["car"],
    ):
        with pytest.raises(ValueError, match="with"):
            check_small({**card, "within": wrong})
    with pytest.raises(ValueError, match="quality"):
        check_small({**card, "quality": {"car": 2}})


def test_over_another_trunk_the_language_side_does_not_fit(tmp_path: Path) -> None:
    network, begun = image_side(), worded_start()
    wide.warm_start(network, begun.state, begun.kinds, begun.objects)
    state = network.state_dict() | {
        "trunk.stem.weight": network.state_dict()["trunk.stem.weight"] + 0.01
    }
    with pytest.raises(ModelCorrupt, match="trunk"):
        kept_language.assemble(
            state, registry.WEIGHTS, tmp_path / "model", dict.fromkeys(NAMES, (None, 40.0))
        )


def test_what_is_found_how_well_is_told(folder: Path, model: CustomModel, tmp_path: Path) -> None:
    assert not any(name == "quality" for name, _ in describe.model(model.spec))
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    path = tmp_path / registry.FILES[0]
    card, state = registry.read(path)
    registry.write(path, state, card | {"quality": {"ship": 0.5, "car": 0.876}})
    rows = dict(describe.model(registry.load_model(tmp_path).spec))
    assert rows["quality"].endswith("ship 0.50, car 0.88") and "palm tree" in rows["classes"]

"""What a question names beside what the text decoder reads: looked for, or named as unknown."""

from __future__ import annotations

import pytest

import geomagnifier as gm
from geomagnifier.language.nearest_class import SYNONYMS
from geomagnifier.models.small.asked_classes import (
    bare_class,
    bare_unknown,
    completed,
    is_order,
    unknown_in_chinese,
)
from geomagnifier.models.small.question_parser import ParsedQuestion
from geomagnifier.types import Bytes, Query
from geomagnifier_lab.render.scene import draw_scene

KINDS = tuple(SYNONYMS)
COVER = ("building", "water", "vegetation", "road", "land")


@pytest.mark.parametrize(
    ("question", "language", "read", "asked"),
    [
        ("Segment the water and the tanks", "en", ("water",), ("water", "storage tank")),
        (
            "Segment vegetation, roads, and buildings.",
            "en",
            ("vegetation",),
            ("vegetation", "road", "building"),
        ),
        ("the largest ship and the longest bridge", "en", ("ship",), ("ship", "bridge")),
        ("Find ships near the harbor and the bridge", "en", ("ship",), ("ship",)),
        ("Find the ship on the water", "en", ("ship",), ("ship",)),
        ("Find courts", "en", ("basketball court",), ("basketball court", "tennis court")),
        ("Find the tennis courts", "en", ("tennis court",), ("tennis court",)),
        ("Classify the land cover", "en", ("land",), COVER),
        ("土地覆盖分类", "zh", ("land",), COVER),
        ("网球场有几个？棒球场呢？", "zh", ("tennis court",), ("tennis court", "baseball diamond")),
        ("船有几艘，储罐有几个？", "zh", ("storage tank",), ("storage tank", "ship")),
        ("绿色的网球场", "zh", ("vegetation",), ("tennis court",)),
        ("桥旁边的船", "zh", ("ship",), ("ship",)),
        ("那船呢？", "zh", (), ("ship",)),
    ],
)
def test_classes_that_are_joined_are_all_asked_for(
    question: str, language: str, read: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    assert completed(ParsedQuestion(read), question, language, KINDS, COVER).asked == asked


def test_a_landmark_that_is_asked_for_is_none() -> None:
    read = completed(
        ParsedQuestion(("ship",), ("storage tank",)),
        "Find the ships and the tanks",
        "en",
        KINDS,
        COVER,
    )
    assert (read.asked, read.landmarks) == (("ship", "storage tank"), ())


@pytest.mark.parametrize(
    ("question", "known", "unknown"),
    [
        ("tanks", True, False),
        ("ships, tanks and harbors", True, False),
        ("the bridges please", True, False),
        ("people", False, True),
        ("airplan", False, True),
        ("storage tnaks", False, True),
        ("forest", False, False),
        ("caption", False, False),
        ("classify the scene", False, False),
        ("Find the ships", False, False),
        ("what is here", False, False),
    ],
)
def test_a_name_alone(question: str, known: bool, unknown: bool) -> None:
    wrong = ("airplan", "tnaks")
    assert (
        bare_class(question, "en"),
        bare_unknown(question, "en", lambda word: word not in wrong),
    ) == (known, unknown)


def test_orders() -> None:
    assert is_order("Show me planes or helicopters", "en")
    assert not is_order("Show me what kind of harbor this is", "en")
    assert not is_order("Describe the harbor", "en")


@pytest.mark.parametrize(
    ("question", "beside", "name"),
    [
        ("有直升机吗？", False, "直升机"),
        ("找出直升机和飞机", True, "直升机"),
        ("飞机和直升机有几架？", True, "直升机"),
        ("有游泳池吗", False, "游泳池"),
        ("分割水、储罐和船", True, ""),
        ("麻烦写一句描述，再分割桥跟储罐！", True, ""),
        ("给车跟田径场画框吧", True, ""),
        ("找出桥和最大的船", True, ""),
    ],
)
def test_names_of_what_no_class_is_in_chinese(question: str, beside: bool, name: str) -> None:
    assert unknown_in_chinese(question, beside) == name


@pytest.fixture(scope="module")
def harbour() -> gm.Scene:
    with gm.open_scene(draw_scene(101, 640, 480, "harbour").pixels) as scene:
        yield scene


@pytest.mark.parametrize(
    ("question", "labels", "said"),
    [
        ("ships", {"ship"}, "ship"),
        ("Segment the water and the ships", {"ship", "water"}, "of water"),
        ("ships and people", {"ship"}, 'There is no class for "people" in this model.'),
        (
            "How many helicopters and ships are there?",
            {"ship"},
            'There is no class for "helicopters" in this model.',
        ),
        (
            "Show me ships or helicopters",
            {"ship"},
            'There is no class for "helicopters" in this model.',
        ),
        ("Is there a crane on the ship?", set(), 'There is no class for "crane" in this model.'),
        (
            "Is there a soccer field near the ships?",
            set(),
            'There is no class for "soccer field" in this model.',
        ),
        ("shpis", set(), 'did you mean "ships"?'),
        ("船旁边有人吗？", set(), "没有“人”这一类别"),
        ("船和直升机有几个？", {"ship"}, "没有“直升机”这一类别"),
        ("Are the ships full?", set(), "cannot answer that with yes or no"),
        ("船漏油了吗？", set(), "“漏油”"),
        ("正在航行的船", set(), "其中哪些符合“正在航行的”无法判断"),
    ],
)
def test_nothing_of_a_question_is_dropped_in_silence(
    harbour: gm.Scene, question: str, labels: set[str], said: str
) -> None:
    answer = gm.ask(harbour, question)
    assert {region.label for region in answer.regions} == labels
    assert said in answer.text


@pytest.fixture(scope="module")
def wide_harbour() -> Bytes:
    return draw_scene(7, 1800, 1400, "harbour").pixels


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("ships and people", 'There is no class for "people" in this model.'),
        ("船和直升机有几个？", "没有“直升机”这一类别"),
        ("Segment the water and the ships", "None of the scene was searched"),
        ("分割水体和船", "完全没有查看"),
    ],
)
def test_an_answer_under_a_budget_drops_nothing_either(
    wide_harbour: Bytes, question: str, said: str
) -> None:
    with (
        gm.open_scene(wide_harbour) as scene,
        pytest.warns(gm.errors.GeomagWarning),
    ):
        assert said in gm.ask(scene, question, budget="0.2 Mpx").text


def test_a_box_does_not_answer_what_is_asked_by_another_name(harbour: gm.Scene) -> None:
    answer = gm.ask(harbour, "people", box=(100, 100, 300, 300))
    assert not answer.regions and 'no class for "people"' in answer.text


@pytest.mark.parametrize("question", ["Show the three largest ships", "三艘最大的船"])
def test_so_many_are_chosen(harbour: gm.Scene, question: str) -> None:
    every = gm.ask(harbour, "Find every ship.").regions
    assert len(every) > 3
    assert len(gm.ask(harbour, question).regions) == 3


def test_a_limit_in_metres_is_refused_in_chinese_where_there_is_no_scale(harbour: gm.Scene) -> None:
    answer = gm.ask(harbour, "长度大于50米的船")  # the picture has no CRS
    assert "无法换算成米" in answer.text and not answer.regions


def test_what_is_not_understood_is_said_in_chinese() -> None:
    with pytest.raises(gm.errors.QuestionUnreadable, match="没有看懂这个问题"):
        gm.load_model("small").granularity(Query("长度大于50米的船"))

"""Follow-ups are read in full, keep the regions they refer to, and go on after a restart.

What does not refer back is `ask`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.conversation import Conversation, follow
from geomagnifier.conversation.chinese_followups import anew
from geomagnifier.conversation.dialogue import understood
from geomagnifier.conversation.followup_parser import read
from geomagnifier.errors import NothingMeant
from geomagnifier.export.write import to_json
from geomagnifier.language import chinese_text
from geomagnifier.language.class_names import CLASSES, names_by_class
from geomagnifier.language.unsupported import refusal
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Region

HARBOUR = paint(320, 200, (40, 20, 80, 60), (120, 100, 136, 140))


@pytest.mark.parametrize(
    ("said", "sort", "text", "words"),
    [
        ("and the largest of them?", "choose", "Find the largest of the ships", None),
        ("the two leftmost", "choose", "Find the two leftmost ships", None),
        ("segment those", "choose", "segment the ships", None),
        ("only those near the harbor", "choose", "Find only the ships near the harbor", None),
        (
            "what is left of it?",
            "beside",
            "Find all objects.",
            "Find all objects left of the ship.",
        ),
        ("any cars near it?", "beside", "Find any cars?", "Find any cars near the ship?"),
        ("what about the tanks?", "swap", "Find the tanks.", None),
        ("How many bridges are there?", "fresh", "How many bridges are there?", None),
        ("Are there cars? If so, mark them.", "fresh", "Are there cars? If so, mark them.", None),
        (
            "Describe the scene and segment the objects in it.",
            "fresh",
            "Describe the scene and segment the objects in it.",
            None,
        ),
    ],
)
def test_a_follow_up_in_full(said: str, sort: str, text: str, words: str | None) -> None:
    move = read(said, ("ship",), "it" not in said, False)
    assert (move.sort, move.text, move.words) == (sort, text, words or text)


@pytest.mark.parametrize(
    ("said", "sort", "text"),
    [
        ("最大的呢？", "choose", "Find the largest of the ships，用中文回答"),
        ("它多大？", "choose", "它们多大"),
        ("左边有几个？", "choose", "左边有几个它们"),
        ("第二大的呢？", "choose", "第二大的它们"),
        ("不要最右边那艘。", "choose", "除了最右边的它们"),
        ("它旁边有什么？", "choose", "它们旁边有什么"),
        ("把它们分割出来。", "choose", "segment the ships，用中文回答"),
        ("那飛機呢？", "swap", "图中有几艘飞机？"),
        ("桥呢，有几座？", "swap", "桥有几座？"),
        ("哪个离港口最近", "swap", "离港口最近的船在哪？"),
        ("右半边呢", "choose", "Find the ships in the right half，用中文回答"),
        ("船在哪？", "fresh", "船在哪？"),
        ("所有的都找出来", "swap", "找出所有船。"),
        ("最长的有多长", "choose", "最长的它们有多长"),
        ("上面有车吗", "choose", "它们上面有车"),
        ("图中有几座桥？", "fresh", "图中有几座桥？"),
    ],
)
def test_a_chinese_follow_up_in_full(said: str, sort: str, text: str) -> None:
    model = FakeModel()
    model.spec = replace(
        model.spec,
        kinds=tuple(CLASSES),
        objects=tuple(CLASSES)[:10],
        names=names_by_class(tuple(CLASSES)),
    )
    ships = tuple(Region("ship", 0.9, (10.0 * i, 0.0, 10.0 * i + 5, 5.0 + i)) for i in range(3))
    with open_scene(HARBOUR) as scene:
        first = follow("find ship", None, scene, FakeModel())
    last = replace(
        first,
        question="图中有几艘船？",
        meant="图中有几艘船？",
        answer=replace(first.answer, regions=ships),
        pool=ships,
    )
    move = understood(said, last, model)
    assert (move.sort, move.text) == (sort, text)


def test_a_chinese_rank_of_a_single_region_is_asked_anew() -> None:
    assert anew("第二大的呢？", "储罐", ("储罐", "船"), True) == "找出第二大的储罐。"
    assert anew("第二大的呢？", "储罐", ("储罐", "船"), False) == ""


def test_a_chinese_reference_to_nothing_is_told_in_chinese() -> None:
    with open_scene(HARBOUR) as scene, pytest.raises(NothingMeant, match="之前还没有提过问题"):
        follow("把它们分割出来", None, scene, FakeModel())


def test_a_conversation_in_traditional_characters_stays_so() -> None:
    with open_scene(HARBOUR) as scene:
        ships = follow("find ship", None, scene, FakeModel())
        chat = Conversation(scene, FakeModel(), replace(ships, question="這裡有幾艘船？"))
        answer = chat.ask("其中長度小於1像素的有幾個？")
    assert (
        chinese_text.traditional(answer.text)
        and chinese_text.in_traditional(answer.text) == answer.text
    )


def test_what_does_not_refer_back_is_ask() -> None:
    model = FakeModel()
    with open_scene(HARBOUR) as scene:
        first = follow("find ship", None, scene, model)
        second = follow("where are ships in the picture?", first, scene, model)
        for turn in (first, second):
            same = ask(scene, turn.question, model)
            drop = {"cost"}
            told, asked = to_json(turn.answer), to_json(same)
            assert {k: v for k, v in told.items() if k not in drop} == {
                k: v for k, v in asked.items() if k not in drop
            }


def test_masks_are_those_of_the_very_regions() -> None:
    with open_scene(HARBOUR) as scene:
        chat = Conversation(scene, FakeModel())
        found = chat.ask("find ships").regions
        outlined = chat.ask("segment those").regions
        assert [r.box for r in outlined] == [r.box for r in found] and found
        assert all(r.segmentation for r in outlined)
        assert (
            chat.undo() is not None and chat.last is not None and chat.last.answer.regions == found
        )


def test_a_reference_to_nothing_is_told() -> None:
    with (
        open_scene(HARBOUR) as scene,
        pytest.raises(NothingMeant, match="nothing was asked before"),
    ):
        follow("segment those", None, scene, FakeModel())


@pytest.mark.parametrize(
    "said",
    ["only those taller than 10 m", "all but the largest", "只要高于10米的", "how deep are they?"],
)
def test_a_follow_up_that_cannot_be_answered_is_refused_and_what_was_found_stays(said: str) -> None:
    with open_scene(HARBOUR) as scene:
        chat = Conversation(scene, FakeModel())
        found = chat.ask("find ships").regions
        answer = chat.ask(said)
        assert (answer.text, answer.regions, answer.mask) == (refusal(said), (), None)
        assert chat.turns[-1].sort == "fresh"
        largest = chat.ask("find the largest of them").regions
        assert (
            len(found) == 2
            and len(largest) == 1
            and largest[0].box in [region.box for region in found]
        )


def test_a_follow_up_with_a_property_names_no_object_unless_one_is_left() -> None:
    with open_scene(HARBOUR) as scene:
        chat = Conversation(scene, FakeModel())
        found = chat.ask("find ships").regions
        answer = chat.ask("the rusty ones")
        assert not answer.regions and 'Which of them are "rusty" cannot be checked' in answer.text
        one = chat.ask("find the largest rusty one of them")
        assert [region.box for region in one.regions] == [
            found[0].box
        ] and "was not checked" in one.text


def test_a_property_of_a_chinese_follow_up_is_not_lost() -> None:
    with open_scene(HARBOUR) as scene:
        model = FakeModel()
        ships = follow("find ships", None, scene, model)
        assert understood("把其中的分割出来", ships, model).text == "segment the ships，用中文回答"
        assert understood("把其中红色的分割出来", ships, model).text == "把其中红色的分割出来"


def test_drop_all_but_the_largest_keeps_the_largest() -> None:
    with open_scene(HARBOUR) as scene:
        chat = Conversation(scene, FakeModel())
        chat.ask("find ships")
        assert len(chat.ask("drop all but the largest").regions) == 1


@pytest.mark.parametrize(
    ("said", "box", "sort"),
    [
        ("find ship in this box", (0, 0, 320, 200), "fresh"),
        ("find what is here", (0, 0, 320, 200), "fresh"),
        ("find 这里的 ship", (0, 0, 320, 200), "fresh"),
        ("segment it", (200, 100, 320, 200), "fresh"),
        ("and the largest of them?", (200, 100, 320, 200), "fresh"),
        ("and the largest of them?", (0, 0, 320, 200), "choose"),
        ("segment those", (0, 0, 320, 200), "choose"),
        ("segment it", None, "choose"),
        ("describe it and segment what you mention", None, "fresh"),
        ("Describe the picture and segment what you mention.", None, "fresh"),
    ],
)
def test_a_box_that_is_pointed_at_is_no_reference_to_earlier_regions(
    said: str, box: tuple[int, ...] | None, sort: str
) -> None:
    with open_scene(HARBOUR) as scene:
        model = FakeModel()
        ships = follow("find ships", None, scene, model)
        assert understood(said, ships, model, box).sort == sort


@pytest.mark.skipif("GEOMAG_DATA" not in os.environ, reason="real pictures are not there")
def test_what_a_box_shows_does_not_depend_on_what_was_asked_before() -> None:
    model = gm.load_model("small")
    with gm.open_scene(Path(os.environ["GEOMAG_DATA"]) / "vhr10" / "images" / "002.jpg") as scene:
        alone = gm.ask(scene, "What is in this box?", model, box=(200, 310, 290, 390))
        chat = Conversation(scene, model)
        chat.ask("Find the largest airplane.")
        after = chat.ask("What is in this box?", box=(200, 310, 290, 390))
        assert (after.text, [r.box for r in after.regions]) == (
            alone.text,
            [r.box for r in alone.regions],
        )
        chat.ask("Find the ships.")
        described = chat.ask("Describe the picture and segment what you mention.")
        assert described.regions and "airplanes" in described.text and described.mask is not None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("and the second largest?", "Find the second largest ship"),
        ("the smallest?", "Find the smallest ship"),
        ("and the leftmost one of them?", ""),
    ],
)
def test_a_rank_after_the_only_one_found_is_of_all(said: str, meant: str) -> None:
    """After "Find the largest ship." the second largest is none of what was found."""
    model = FakeModel()
    with open_scene(HARBOUR) as scene:
        many = follow("Find the ships.", None, scene, model)
    (first, second) = many.answer.regions
    one = replace(many, answer=replace(many.answer, regions=(first,)), pool=(first,))
    move = understood(said, one, model)
    assert (move.sort, move.text) == ("swap", meant) if meant else move.sort == "choose"
    with open_scene(HARBOUR) as scene:
        assert follow(said, one, scene, model).meant == (meant or move.text)
    several = understood(said, replace(one, pool=(first, second)), model)
    assert several.sort == "choose"  # chosen of some: those are what is left


def test_a_class_beside_what_is_meant_is_looked_for() -> None:
    """The ships of "more of them than ships" are none of what was found last."""
    model, picture = FakeModel(), HARBOUR.copy()
    picture[150:190, 200:300] = (0, 0, 250)
    with open_scene(picture) as scene:
        water = follow("Find the water.", None, scene, model)
        assert [region.label for region in water.answer.regions] == ["water"]
        made = follow("Are there more of them than ships?", water, scene, model)
    assert made.answer.value is False and "against 2 ships" in made.answer.text


def test_a_rank_among_nothing_is_refused() -> None:
    model = FakeModel()
    with open_scene(HARBOUR) as scene:
        none = follow("Find the ships.", None, scene, model)
        none = replace(none, answer=replace(none.answer, regions=()), pool=())
        with pytest.raises(NothingMeant, match="refers back, but the last answer found nothing"):
            follow("which is the largest?", none, scene, model)

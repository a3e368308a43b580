"""Follow-ups are answered, not only read.

Whose boxes they choose, what lies beside them, which kind takes another's place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fake import BLUE, FakeModel, paint
from geomagnifier.conversation import Conversation
from geomagnifier.conversation.dialogue import AROUND
from geomagnifier.errors import NothingMeant
from geomagnifier.masks import decode
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Answer, ViewPrediction

SMALL, LARGE = (120, 100, 136, 140), (40, 20, 80, 60)
LAKE = (200, 120, 280, 180)
HARBOUR = paint(320, 200, SMALL, LARGE)
HARBOUR[LAKE[1] : LAKE[3], LAKE[0] : LAKE[2]] = BLUE


class Choosy(FakeModel):
    """A FakeModel that tells sides apart: what is left of all others, and what is the smallest."""

    def choose(self, query, scene, asked, regions):
        chosen = super().choose(query, scene, asked, regions)
        text = query.text.lower()
        if "left of" in text or "right of" in text:
            marks = [r for r in regions if r.label not in asked]
            side = (
                min(r.box[0] for r in marks) if "left of" in text else max(r.box[2] for r in marks)
            )
            return tuple(
                i
                for i in chosen
                if (regions[i].box[2] <= side if "left of" in text else regions[i].box[0] >= side)
            )
        if "smallest" in text and chosen:
            return (
                min(
                    chosen,
                    key=lambda i: (
                        (regions[i].box[2] - regions[i].box[0])
                        * (regions[i].box[3] - regions[i].box[1])
                    ),
                ),
            )
        return chosen


def told(answer: Answer) -> list[tuple[str, tuple[float, ...]]]:
    return [(region.label, region.box) for region in answer.regions]


def chat(
    *said: str, pixels: Any = HARBOUR, model: FakeModel | None = None
) -> tuple[Conversation, Answer]:
    """Say one thing after another; the last answer."""
    with open_scene(pixels) as scene:
        talk = Conversation(scene, model or Choosy())
        return talk, [talk.ask(words) for words in said][-1]


def test_the_largest_is_one_of_those_found() -> None:
    talk, answer = chat("Find every ship.", "and the largest of them?")
    assert told(answer) == [("ship", LARGE)]
    assert answer.text == "Found 1 ship." and answer.question == "and the largest of them?"
    assert talk.turns[-1].sort == "choose" and [r.box for r in talk.turns[-1].pool] == [
        r.box for r in talk.turns[0].answer.regions
    ]


def test_after_the_largest_the_smallest_is_of_all_that_were_found() -> None:
    _, answer = chat("Find every ship.", "and the largest of them?", "and the smallest?")
    assert told(answer) == [("ship", SMALL)]


def test_what_is_segmented_after_a_choice_is_the_choice_alone() -> None:
    _, answer = chat("Find every ship.", "and the largest of them?", "segment those")
    assert told(answer) == [("ship", LARGE)] and answer.mask is not None
    one = np.zeros((200, 320), bool)
    one[LARGE[1] : LARGE[3], LARGE[0] : LARGE[2]] = True
    assert (answer.mask == one).all() and (
        decode(answer.regions[0].segmentation or {}) == one
    ).all()
    assert answer.text.startswith("Found 1 ship.")


def test_a_mask_is_the_union_of_those_of_its_regions_after_a_choice_too() -> None:
    for said in (
        ("Segment every ship.", "only the largest of them"),
        ("Segment every ship.", "segment those"),
    ):
        _, answer = chat(*said)
        union = np.logical_or.reduce(
            [decode(region.segmentation or {}) for region in answer.regions]
        )
        assert answer.mask is not None and (answer.mask == union).all() and union.any()


def test_what_is_beside_an_earlier_object_is_found_anew_without_it() -> None:
    talk, answer = chat("Find the largest ship.", "Which ship is right of it?")
    assert told(answer) == [("ship", SMALL)] and answer.text == "Found 1 ship."
    assert talk.turns[-1].sort == "beside" and talk.turns[-1].refers is not None
    _, none = chat("Find the largest ship.", "Which ship is left of it?")
    assert told(none) == []


def test_another_kind_beside_the_same_object() -> None:
    _, answer = chat("Find the largest ship.", "Which ship is right of it?", "and the water?")
    assert [label for label, _ in told(answer)] == ["water"]
    _, none = chat("Find the largest ship.", "Which ship is left of it?", "and the water?")
    assert told(none) == []


def test_the_words_that_chose_are_kept_where_they_chose_nothing() -> None:
    talk, answer = chat(
        "Segment the largest water.", "the same for the ships", pixels=paint(320, 200, SMALL, LARGE)
    )
    assert talk.turns[-1].meant == "Segment the largest ships." and told(answer) == [
        ("ship", LARGE)
    ]


def test_another_kind_in_place_of_the_first() -> None:
    talk, answer = chat("Find every ship.", "and the water?")
    assert (
        told(answer) == [("water", LAKE)]
        and answer.text == "Found 1 water."
        and answer.question == "and the water?"
    )
    assert talk.turns[-1].sort == "swap" and [r.label for r in talk.turns[-1].pool] == ["water"]
    assert talk.turns[-1].refers is None


def test_the_same_for_another_kind_keeps_the_words_that_chose() -> None:
    talk, answer = chat("Segment the largest water.", "the same for the ships")
    assert talk.turns[-1].meant == "Segment the largest ships." and talk.turns[-1].sort == "swap"
    assert (
        told(answer) == [("ship", LARGE)] and answer.mask is not None and answer.mask.sum() == 1600
    )


def test_in_a_large_scene_only_the_surroundings_of_earlier_regions_are_looked_at_again() -> None:
    first, second, far = (1500, 900, 1560, 940), (1520, 1000, 1580, 1060), (2900, 1900, 2990, 1990)
    _, answer = chat(
        "Find the largest ship.",
        "segment it",
        pixels=paint(3000, 2000, first, second, far),
        model=FakeModel(),
    )
    assert told(answer) == [("ship", far)] and answer.mask is not None
    assert (
        90 * 90 - 4 <= answer.mask.sum() <= 90 * 90
    )  # cells do not begin where the ship does: corners
    for window in answer.trace.views:
        assert window.box.x0 >= far[0] - AROUND - 320 and window.box.y0 >= far[1] - AROUND - 320


def test_an_object_that_cannot_be_outlined_is_told() -> None:
    class Blind(FakeModel):
        """Sees nothing at pixel level."""

        def answer(self, query, granularity, views):
            reply = super().answer(query, granularity, views)
            return (
                replace(reply, views=tuple(ViewPrediction() for _ in views))
                if granularity == "pixel"
                else reply
            )

    _, answer = chat("Find every ship.", "segment those", model=Blind())
    assert (
        answer.text.endswith("2 ships of the earlier answer could not be outlined.")
        and len(answer.regions) == 2
    )
    assert answer.mask is not None and not answer.mask.any()
    _, one = chat("Find the largest ship.", "segment it", model=Blind())
    assert one.text.endswith("1 ship of the earlier answer could not be outlined.")


def test_a_turn_that_found_nothing_is_nothing_to_refer_to() -> None:
    with open_scene(paint(320, 200)) as scene:
        talk = Conversation(scene, FakeModel())
        talk.ask("Find every ship.")
        with pytest.raises(NothingMeant, match="the last answer found nothing"):
            talk.ask("find the largest of them")
        assert len(talk.turns) == 1
        assert (
            talk.ask("describe it").text.startswith("This is a ") and talk.turns[-1].sort == "fresh"
        )


@pytest.mark.parametrize(
    ("said", "sort"),
    [("describe it", "choose"), ("and tell me about it", "choose"), ("what is it?", "fresh")],
)
def test_to_describe_it_is_about_what_was_found(said: str, sort: str) -> None:
    talk, answer = chat("Find the largest ship.", said)
    assert talk.turns[-1].sort == sort and [box for _, box in told(answer)] == (
        [LARGE] if sort == "choose" else []
    )


def test_a_choice_that_left_nothing_is_nothing_to_refer_to() -> None:
    with open_scene(HARBOUR) as scene:
        talk = Conversation(scene, Choosy())
        talk.ask("Find every ship.")
        assert (
            talk.ask("find only those right of the water").regions == ()
            and len(talk.turns[-1].pool) == 2
        )
        with pytest.raises(NothingMeant, match="the last answer found nothing"):
            talk.ask("segment those")

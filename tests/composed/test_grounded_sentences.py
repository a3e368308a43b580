"""Describe and segment: class, number, colour and place, each phrase tied to its regions."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.composed import grounded_sentences
from geomagnifier.geometry import Box
from geomagnifier.masks import place
from geomagnifier.results import GeneratedText, Region
from geomagnifier.types import Bytes, SceneInfo

SCENE = SceneInfo("harbour.tif", 400, 200, 3)
WHITE, YELLOW, GREY = (240, 240, 240), (240, 210, 20), (110, 115, 110)


def region(label: str, x: int, y: int, side: int = 10) -> Region:
    cells = np.ones((side, side), bool)
    return Region(
        label, 0.9, (x, y, x + side, y + side), place(cells, (x, y), (SCENE.height, SCENE.width))
    )


def pixels(*painted: tuple[Region, tuple[int, int, int]]) -> Bytes:
    made = np.full((SCENE.height, SCENE.width, 3), GREY, np.uint8)
    for one, colour in painted:
        x0, y0, x1, y1 = (int(v) for v in one.box)
        made[y0:y1, x0:x1] = colour
    return made


def told(
    *painted: tuple[Region, tuple[int, int, int]], language: str = "en"
) -> tuple[str, list[tuple[str, tuple[int, ...]]]]:
    made = pixels(*painted)
    regions = [one for one, _ in painted]
    read = lambda box: made[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]  # noqa: E731
    found = grounded_sentences.groups(regions, SCENE, read)
    plain = {
        "en": GeneratedText("", {"ship": "two ships", "airplane": "an airplane"}),
        "zh": GeneratedText("", {"ship": "两艘船", "airplane": "一架飞机"}, "zh"),
    }
    text, phrases = grounded_sentences.said(
        found, plain[language], {"ship": "船", "airplane": "飞机"}
    )
    return text, [(phrase, group.members) for phrase, group in zip(phrases, found, strict=True)]


SHIPS = ((region("ship", 300, 40), WHITE), (region("ship", 350, 150), WHITE))
PLANE = (region("airplane", 60, 90), YELLOW)


def test_the_sentence_of_the_case_study() -> None:
    text, phrases = told(*SHIPS, PLANE)
    assert text == "There are two white ships on the right and a yellow airplane on the left."
    assert phrases == [
        ("two white ships on the right", (0, 1)),
        ("a yellow airplane on the left", (2,)),
    ]
    text, phrases = told(*SHIPS, PLANE, language="zh")
    assert text == "图中右侧有两艘白色的船，左侧有一架黄色的飞机。"
    assert phrases == [("两艘白色的船", (0, 1)), ("一架黄色的飞机", (2,))]


def test_colours_and_sides_part_regions_of_a_class() -> None:
    text, phrases = told(*SHIPS, (region("ship", 20, 30), WHITE), (region("ship", 320, 90), YELLOW))
    assert (
        text
        == "There are two white ships on the right, a white ship in the upper left and a yellow"
        " ship on the right."
    )
    assert [members for _, members in phrases] == [(0, 1), (2,), (3,)]


def test_regions_all_over_have_no_place_and_specks_no_colour() -> None:
    text, _ = told(
        (region("ship", 150, 90), WHITE),
        (region("ship", 240, 92), WHITE),
        (region("ship", 196, 95), WHITE),
    )
    assert text == "There are three white ships."
    assert told((region("ship", 300, 95, 3), WHITE))[0] == "There is a ship on the right."


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("描述并分割图中船只", True),
        ("Describe the image and segment the ships.", True),
        ("Segment the ships and describe them.", True),
        ("Segment every ship.", False),
        ("Describe this picture.", False),
        ("分割图中所有船只", False),
    ],
)
def test_a_description_with_masks_is_what_is_asked_for(question: str, meant: bool) -> None:
    assert grounded_sentences.asked(question) == meant


def test_a_colour_is_that_of_the_mask() -> None:
    ship = region("ship", 100, 100, 6)
    made = pixels((ship, WHITE))
    assert (
        grounded_sentences.colour_of(
            ship, SCENE, lambda box: made[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]
        )
        == "white"
    )
    assert (
        grounded_sentences.colour_of(Region("ship", 1.0, (0, 0, 9, 9)), SCENE, lambda box: made)
        == ""
    )
    assert Box(*ship.box).area == 36

"""Wordings that the networks were not taught, and what they are asked in place of them."""

from __future__ import annotations

import pytest

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.language.rewording import CAPTION, GROUNDED, SCENE, plain


@pytest.mark.parametrize(
    "question",
    [
        "How is this area used?",
        "Which function does this piece of land have?",
        "Say what sort of location it is.",
        "land use?",
        "What is the main function of this area?",
        "How is this piece of land being used?",
        "Under which heading would you file this aerial view?",
        "I need a single land cover category for the whole frame.",
    ],
)
def test_the_class_of_the_scene_is_asked_for(question: str) -> None:
    assert plain(question) == SCENE


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("Vectorise the ships.", "outline the ships."),
        ("Could you convert the water to polygons?", "Could you outline the water?"),
        ("Hunt down every ship in view.", "find every ship in view."),
        ("Verify the presence of ships.", "Are there any ships?"),
        ("there is airplanes or not?", "Are there any airplanes?"),
        ("Give the extent of the vegetation in this tile.", "Mask of the vegetation in this tile."),
        ("Mask anything you can name.", "segment everything"),
        ("Binary raster of water, please", "Mask of water, please"),
        ("Highlight everything that is covered by vegetation.", "Highlight all vegetation."),
        ("Talk me through the image.", "describe the image."),
    ],
)
def test_other_verbs(question: str, read: str) -> None:
    assert plain(question) == read


@pytest.mark.parametrize(
    "question",
    [
        "How many ships use this place?",
        "What type of ships are at this location?",
        "What is the area of water?",
        "Which kind of vehicle is in the upper left of the scene?",
        "Convert",
        "Segment all ships",
        "Circle",
        "这个区域有什么用途？",
        "",
    ],
)
def test_what_is_asked_for_stays(question: str) -> None:
    assert plain(question) == question


def test_an_answer_keeps_the_question_as_it_was_asked() -> None:
    pixels = paint(200, 120, (20, 20, 60, 44), (120, 60, 160, 84))
    answer = gm.ask(pixels, "Hunt down the ships.", FakeModel())
    assert answer.question == "Hunt down the ships."
    assert len(answer.regions) == 2


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("We're doing a traffic survey. What is the total number of vehicles here?",
         "What is the total number of vehicles here?"),
        ("Outline every bridge for my thesis.", "Outline every bridge."),
        ("Generate polygons for all vehicles so I can import them into QGIS.",
         "Generate polygons for all vehicles."),
        ("My boss needs to know where the tanks are.", "tell me where the tanks are."),
        ("yo where are the planes", "where are the planes"),
        # "them" needs the sentence before, and the class is named there alone
        ("I see ships at the quay. Count them.", "I see ships at the quay. Count them."),
        ("The ships are moored. Are the ships long?", "The ships are moored. Are the ships long?"),
    ],
)  # fmt: skip
def test_what_a_question_is_asked_for_is_left_out(question: str, read: str) -> None:
    assert plain(question) == read


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("Provide a concise textual summary of the contents of this scene.", CAPTION),
        ("Summarise what is visible here.", CAPTION),
        ("Tell me what you see, outlining everything you talk about.", GROUNDED),
        ("Describe the ships.", "Describe the ships."),
        ("Describe the crane.", "Describe the crane."),
        ("Describe where the water can be found and delineate every bit.",
         "Describe where the water can be found and delineate every bit."),
    ],
)  # fmt: skip
def test_descriptions(question: str, read: str) -> None:
    assert plain(question) == read


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("这个厂区有几个储油罐？", "图中有几个储油罐？"),
        ("标出所有裸露地表的像素。", "标出所有裸地的像素。"),
        ("提取储油罐的轮廓多边形，我要导入GIS。", "提取储油罐的轮廓多边形。"),
        ("我想要船的精确形状，不要方框。", "我想要船的精确形状。"),
        ("港区有几艘船？", "港区有几艘船？"),
    ],
)
def test_chinese(question: str, read: str) -> None:
    assert plain(question) == read


@pytest.mark.parametrize(
    "question",
    [
        "Look for the ship in the middle of the scene.",
        "Outline the tennis courts in the left-hand column.",
        "Find the airplanes for which there is room.",
        "Which function does this piece of land have? Can you count the robots for me.",
        "We are looking for the largest tank. Where is it?",
        "I only care about the left half. How many ships are there?",
        "Our field is on the left. How much vegetation is there in it?",
        "What kind of place is in the upper left?",
        "Describe the left half.",
        "Describe this image in one sentence.",
        "Find every class except ships.",
        "Boxes for all classes you know in the left half.",
        "Ships, tanks and planes: find all that you can see.",
        "For my thesis on bridges find every bridge longer than 20 m.",
        "Mask all but the ships.",
    ],
)
def test_conditions_and_other_questions_stay(question: str) -> None:
    assert plain(question) == question


def test_names_of_own_classes_stay() -> None:
    assert plain("Contour lines") == "outline lines"
    assert plain("Contour lines", ("contour line", "ship")) == "Contour lines"
    assert plain("Vectorise the helipads.", ("helipad",)) == "outline the helipads."

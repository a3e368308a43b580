"""A box drawn in the picture is found by its colour, and the question is about its inside."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from fake import FakeModel, paint
from geomagnifier.geometry import Box
from geomagnifier.inference import drawn_frame
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Bytes, View, Window

COLOURS = {
    "red": (255, 0, 0),
    "blue": (20, 40, 250),
    "yellow": (255, 235, 0),
    "green": (0, 220, 30),
    "white": (255, 255, 255),
}


def framed(pixels: Bytes, box: tuple[int, int, int, int], colour: str, width: int = 3) -> Bytes:
    image = Image.fromarray(pixels)
    ImageDraw.Draw(image).rectangle(box, outline=COLOURS[colour], width=width)
    return np.asarray(image)


def view(pixels: Bytes, scale: int = 1) -> View:
    height, width = pixels.shape[:2]
    box = Box(0, 0, width * scale, height * scale)
    return View(pixels, Window(box, width, height, "preview", box), "k")


@pytest.mark.parametrize(
    ("question", "colour"),
    [
        ("图中红色框位置", "red"),
        ("红框里是什么？", "red"),
        ("蓝色的方框内有几架飞机", "blue"),
        ("What is in the red box?", "red"),
        ("How many ships are inside the yellow rectangle?", "yellow"),
        ("用红色框标出所有船", None),
        ("Draw every ship with a red box.", None),
        ("Segment the red ships.", None),
        ("What is in this box?", None),
    ],
)
def test_a_question_names_the_colour_of_a_box_that_is_there(
    question: str, colour: str | None
) -> None:
    assert drawn_frame.asked(question) == colour


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("width", [1, 3, 6])
def test_a_frame_is_found_by_its_colour(colour: str, width: int) -> None:
    ground = np.random.default_rng(0).integers(60, 150, (300, 400, 3)).astype(np.uint8)
    found = drawn_frame.find(
        view(framed(ground, (100, 60, 219, 159), colour, width), scale=2), colour
    )
    assert found is not None
    assert found.box == Box(200, 120, 440, 320)
    assert found.inside == found.box.grown(-2 * width)
    for other in {*COLOURS} - {colour}:
        assert (
            drawn_frame.find(view(framed(ground, (100, 60, 219, 159), colour, width)), other)
            is None
        )


def test_what_is_full_or_open_is_no_frame() -> None:
    full = paint(400, 300, (100, 60, 220, 160))
    assert drawn_frame.find(view(full), "red") is None
    open_ = framed(paint(400, 300), (100, 60, 219, 159), "red").copy()
    open_[60:64] = 120
    assert drawn_frame.find(view(open_), "red") is None


def test_the_largest_of_several_frames_counts() -> None:
    pixels = framed(framed(paint(400, 300), (10, 10, 59, 59), "red"), (100, 60, 219, 159), "red")
    found = drawn_frame.find(view(pixels), "red")
    assert found is not None and found.box == Box(100, 60, 220, 160)


def test_a_question_is_about_the_inside() -> None:
    # the fake model's ships are red: the frame is blue
    pixels = framed(
        paint(400, 300, (130, 90, 150, 110), (300, 200, 320, 220)), (100, 60, 219, 159), "blue"
    )
    with open_scene(pixels) as scene:
        answer = ask(scene, "Find every ship in the blue box.", FakeModel())
        chinese = drawn_frame.Frame("red", Box(1, 2, 30, 40), Box(3, 4, 28, 38)).told("zh")
    assert [r.box for r in answer.regions] == [(130, 90, 150, 110)]
    assert answer.text.startswith("The blue box holds pixels 103,63 to 217,157.")
    assert chinese == "红色框内是像素 3,4 到 28,38。"


def test_a_frame_that_is_not_there_is_asked_for() -> None:
    with open_scene(paint(400, 300)) as scene:
        answer = ask(scene, "What is in the red box?", FakeModel())
    assert answer.text.startswith('No box is given for "in the red box"') and answer.regions == ()

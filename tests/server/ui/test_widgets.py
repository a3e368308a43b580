"""Plain HTML elements: their attributes are what a browser and a screen reader get."""

import pytest

pytest.importorskip("nicegui")

from nicegui import Client
from nicegui.page import page

from geomagnifier.server.ui.icons import svg
from geomagnifier.server.ui.widgets import (
    button,
    icon,
    set_attributes,
    set_pressed,
    set_shown,
    tag,
    text_tag,
)


@pytest.fixture(autouse=True)
def client():
    with Client(page("/"), request=None) as made:
        yield made
    made.delete()


def test_attributes_are_set_and_left_out():
    made = tag("input", "entry wide", aria_label="Name", required=True, hidden=False, title=None)
    assert made.tag == "input" and made.classes == ["entry", "wide"]
    assert {**made.props} == {"aria-label": "Name", "required": ""}
    set_attributes(made, required=False, type_="text")
    assert {**made.props} == {"aria-label": "Name", "type": "text"}


def test_text_can_be_changed():
    made = text_tag("p", "Found 3 ships.", "said", role="status")
    assert (made.tag, made.text, made.props["role"]) == ("p", "Found 3 ships.", "status")
    made.text = "None."
    assert made.text == "None."


def test_a_button_without_text_has_a_name_for_screen_readers():
    clicked = []
    made = button("", "close", lambda: clicked.append(1), label="Close")
    assert (made.props["aria-label"], made.props["title"], made.props["type"]) == (
        "Close",
        "Close",
        "button",
    )
    (only,) = made.default_slot.children
    assert "aria-hidden" in only.content and "edged" in made.classes
    both = button("Save", "save")
    assert len(both.default_slot.children) == 2 and "aria-label" not in both.props


def test_pressed_and_hidden_are_told():
    made = tag("button")
    for on, told in ((True, "true"), (False, "false")):
        set_pressed(made, on)
        assert made.props["aria-pressed"] == told
    set_shown(made, False)
    assert "hidden" in made.props
    set_shown(made, True)
    assert "hidden" not in made.props


def test_an_icon_is_an_svg_of_its_name():
    assert icon("plus").content == svg("plus") and icon("plus").classes == ["mark"]

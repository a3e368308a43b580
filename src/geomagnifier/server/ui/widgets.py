"""Pieces of the page as plain HTML elements.

What a browser and a screen reader know already needs no library of widgets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from geomagnifier.server.ui import icons


class Words(TextElement):
    """Text in an element of any kind; `text` can be changed."""

    def __init__(self, tag: str, text: str, classes: str = "") -> None:
        super().__init__(tag=tag, text=text)
        self.classes(classes)


def tag(name: str, classes: str = "", /, **attributes: Any) -> ui.element:
    """An element. In names of attributes "_" stands for "-".

    None leaves one out, True is one without a value.
    """
    made = ui.element(name).classes(classes)
    set_attributes(made, **attributes)
    return made


def words(name: str, text: str, classes: str = "", /, **attributes: Any) -> Words:
    """An element with text in it."""
    made = Words(name, text, classes)
    set_attributes(made, **attributes)
    return made


def set_attributes(element: ui.element, /, **attributes: Any) -> None:
    """Set attributes as `tag` takes them."""
    for name, value in attributes.items():
        element.props.set_optional(
            name.strip("_").replace("_", "-"),
            "" if value is True else None if value is False else value,
        )


def icon(name: str, classes: str = "mark") -> ui.html:
    """A drawing that screen readers pass over."""
    return ui.html(icons.svg(name), sanitize=False, tag="span").classes(classes)


def button(
    text: str,
    drawn: str | None = None,
    on_click: Callable[..., Any] | None = None,
    classes: str = "edged",
    **attributes: Any,
) -> ui.element:
    """A button with a drawing, words, or both.

    One that has only a drawing has `label` in its attributes, its name for screen readers.
    """
    label = attributes.pop("label", None)
    made = tag(
        "button", f"button {classes}", type="button", aria_label=label, title=label, **attributes
    )
    with made:
        if drawn is not None:
            icon(drawn)
        if text:
            words("span", text)
    if on_click is not None:
        made.on("click", on_click, args=[])
    return made


def pressed(element: ui.element, on: bool) -> None:
    """Say whether a button that stays pressed is so."""
    element.props["aria-pressed"] = "true" if on else "false"


def shown(element: ui.element, on: bool) -> None:
    """Show or hide an element, for screen readers too."""
    set_attributes(element, hidden=not on)

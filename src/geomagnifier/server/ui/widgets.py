"""Plain HTML elements for the page, which browsers and screen readers know without widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from geomagnifier.server.ui import icons


class TextTag(TextElement):
    """An element with text, which can be changed through `text`.

    Args:
        tag: of the element.
        text: in it.
        classes: CSS classes, spaces between.
    """

    def __init__(self, tag: str, text: str, classes: str = "") -> None:
        super().__init__(tag=tag, text=text)
        self.classes(classes)


def tag(name: str, classes: str = "", /, **attributes: Any) -> ui.element:
    """Make an element.

    Args:
        name: its tag.
        classes: CSS classes, spaces between.
        attributes: "_" in a name stands for "-"; None and False leave the attribute out, True is
            an attribute without a value.
    """
    made = ui.element(name).classes(classes)
    set_attributes(made, **attributes)
    return made


def text_tag(name: str, text: str, classes: str = "", /, **attributes: Any) -> TextTag:
    """Make an element with text in it.

    Args:
        name: its tag.
        text: in it.
        classes: CSS classes, spaces between.
        attributes: as of `tag`.
    """
    made = TextTag(name, text, classes)
    set_attributes(made, **attributes)
    return made


def set_attributes(element: ui.element, /, **attributes: Any) -> None:
    """Set attributes of an element, as of `tag`."""
    for name, value in attributes.items():
        element.props.set_optional(
            name.strip("_").replace("_", "-"),
            "" if value is True else None if value is False else value,
        )


def icon(name: str, classes: str = "mark") -> ui.html:
    """Make an icon, which screen readers skip.

    Args:
        name: one of `icons.SHAPES`.
        classes: CSS classes, spaces between.
    """
    return ui.html(icons.svg(name), sanitize=False, tag="span").classes(classes)


def button(
    text: str,
    icon_name: str | None = None,
    on_click: Callable[..., Any] | None = None,
    classes: str = "edged",
    **attributes: Any,
) -> ui.element:
    """Make a button with an icon, text, or both.

    Args:
        text: on it, or "".
        icon_name: one of `icons.SHAPES`; None: no icon.
        on_click: called when it is clicked.
        classes: CSS classes, spaces between.
        attributes: as of `tag`; a button without text needs `label`, its name for screen readers.
    """
    label = attributes.pop("label", None)
    made = tag(
        "button", f"button {classes}", type="button", aria_label=label, title=label, **attributes
    )
    with made:
        if icon_name is not None:
            icon(icon_name)
        if text:
            text_tag("span", text)
    if on_click is not None:
        made.on("click", on_click, args=[])
    return made


def set_pressed(element: ui.element, on: bool) -> None:
    """Mark a toggle button as pressed or not.

    Args:
        element: the button.
        on: whether it is pressed.
    """
    element.props["aria-pressed"] = "true" if on else "false"


def set_shown(element: ui.element, on: bool) -> None:
    """Show or hide an element, for screen readers too.

    Args:
        element: to show or hide.
        on: whether it is shown.
    """
    set_attributes(element, hidden=not on)

"""A collapsible part of a form: fields with title, help and error message.

When it is closed, its title line sums up the values that differ from the default.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from nicegui import ui
from nicegui.events import GenericEventArguments

from geomagnifier.server.ui.widgets import TextTag, icon, set_attributes, set_shown, tag, text_tag

VALUES = "Object.fromEntries(new FormData({}))"
"""JavaScript for the values of a form's fields by name."""


class FormValues(Protocol):
    """The typed values of the fields."""

    def summary(self) -> str:
        """Values that differ from the default, in a few words."""

    def problems(self) -> dict[str, str]:
        """What is wrong with the values, by the name of the field."""


class CollapsibleForm:
    """A collapsible group of fields, built inside a form that submits them.

    Args:
        title: in the line that is always shown.
        read: makes the typed values from those of the form.
    """

    def __init__(self, title: str, read: Callable[[Mapping[str, Any]], FormValues]) -> None:
        self._read = read
        self._fields: dict[str, ui.element] = {}
        self._messages: dict[str, TextTag] = {}
        with tag("details", "fold") as self.root, tag("summary"):
            text_tag("span", title)
            self._summary = text_tag("span", "", "told number")
            icon("down")
        self.root.on(
            "change", self._changed, js_handler=f"(e) => emit({VALUES.format('e.target.form')})"
        )

    def field(
        self,
        name: str,
        title: str,
        sentence: str = "",
        kind: str = "input",
        aside: Callable[[], Any] | None = None,
        **given: Any,
    ) -> ui.element:
        """Add a field.

        Args:
            name: of the field in the form.
            title: before the field, and its name for screen readers where `given` has no
                aria_label.
            sentence: of help, under the field.
            kind: tag of the element, input or select.
            aside: called inside the line under the field, to add buttons there.
            given: more attributes of the element.
        """
        with self.root, tag("div", "option"):
            text_tag("span", title, "title", aria_hidden="true")
            made = tag(
                kind,
                "entry number",
                name=name,
                **{"aria_label": title, "autocomplete": "off"} | given,
            )
            with tag("div", "below") as below:
                if aside is not None:
                    aside()
                if sentence:
                    text_tag("small", sentence)
                self._messages[name] = text_tag("small", "", "amiss", role="alert")
            set_attributes(made, aria_describedby=below.html_id)
        self._fields[name] = made
        set_shown(self._messages[name], False)
        return made

    def set(self, values: Mapping[str, str]) -> None:
        """Set fields to values by name, and update the summary."""
        for name, value in values.items():
            field = self._fields[name]
            field.client.run_javascript(f"getHtmlElement({field.id}).value = {json.dumps(value)}")
        first = next(iter(self._fields.values()))
        first.client.run_javascript(
            f"getHtmlElement({first.id}).dispatchEvent(new Event('change', {{ bubbles: true }}))"
        )

    def check(self, typed: FormValues) -> bool:
        """Show the problems beside their fields and move the focus to the first.

        Returns:
            Whether there are none.
        """
        wrong = typed.problems()
        self._show_problems(wrong)
        if wrong:
            first = self._fields[next(name for name in self._fields if name in wrong)]
            self.root.client.run_javascript(
                f"getHtmlElement({self.root.id}).open = true; getHtmlElement({first.id}).focus()"
            )
        return not wrong

    def _show_problems(self, wrong: Mapping[str, str]) -> None:
        for name, message in self._messages.items():
            message.text = wrong.get(name, "")
            set_shown(message, name in wrong)
            set_attributes(self._fields[name], aria_invalid="true" if name in wrong else None)

    def _changed(self, event: GenericEventArguments) -> None:
        self._summary.text = self._read(event.args).summary()
        self._show_problems({})

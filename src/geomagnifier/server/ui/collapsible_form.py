"""A quiet fold of a form: fields with a title, a sentence and room for what is wrong with each.

Closed, it tells what is not as usual.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from nicegui import ui
from nicegui.events import GenericEventArguments

from geomagnifier.server.ui.widgets import Words, icon, set_attributes, shown, tag, words

VALUES = "Object.fromEntries(new FormData({}))"
"""What a form holds, in the browser."""


class Typed(Protocol):
    """What was typed into a fold."""

    def told(self) -> str:
        """What is not as usual, in a few words."""

    def amiss(self) -> dict[str, str]:
        """What is wrong, by the name of the field."""


class Fold:
    """Fields are added by `field`, inside the form whose sending sends them too.

    Args:
        title: what stands on it.
        read: makes what was typed of the values of a form.
    """

    def __init__(self, title: str, read: Callable[[Mapping[str, Any]], Typed]) -> None:
        self._read = read
        self._fields: dict[str, ui.element] = {}
        self._amiss: dict[str, Words] = {}
        with tag("details", "fold") as self.root, tag("summary"):
            words("span", title)
            self._told = words("span", "", "told number")
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
            name: in the form.
            title: stands before it, and is its name for screen readers where `given` has no
                aria_label.
            sentence: stands under it.
            kind: input or select.
            aside: called inside a line under it, to put buttons there.
            given: attributes.
        """
        with self.root, tag("div", "option"):
            words("span", title, "title", aria_hidden="true")
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
                    words("small", sentence)
                self._amiss[name] = words("small", "", "amiss", role="alert")
            set_attributes(made, aria_describedby=below.html_id)
        self._fields[name] = made
        shown(self._amiss[name], False)
        return made

    def set(self, values: Mapping[str, str]) -> None:
        """Put values into fields, and tell them."""
        for name, value in values.items():
            field = self._fields[name]
            field.client.run_javascript(f"getHtmlElement({field.id}).value = {json.dumps(value)}")
        first = next(iter(self._fields.values()))
        first.client.run_javascript(
            f"getHtmlElement({first.id}).dispatchEvent(new Event('change', {{ bubbles: true }}))"
        )

    def check(self, typed: Typed) -> bool:
        """Say beside the fields what is wrong with them, and go to the first of these.

        Whether nothing is.
        """
        wrong = typed.amiss()
        self._say(wrong)
        if wrong:
            first = self._fields[next(name for name in self._fields if name in wrong)]
            self.root.client.run_javascript(
                f"getHtmlElement({self.root.id}).open = true; getHtmlElement({first.id}).focus()"
            )
        return not wrong

    def _say(self, wrong: Mapping[str, str]) -> None:
        for name, said in self._amiss.items():
            said.text = wrong.get(name, "")
            shown(said, name in wrong)
            set_attributes(self._fields[name], aria_invalid="true" if name in wrong else None)

    def _changed(self, event: GenericEventArguments) -> None:
        self._told.text = self._read(event.args).told()
        self._say({})

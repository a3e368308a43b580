"""Where a person asks: the question with examples, its box, how to look, work under way, and what went wrong."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from nicegui.events import GenericEventArguments

from geomagnifier.interfaces.job import Job
from geomagnifier.interfaces.web.parts import button, icon, set_attributes, shown, tag, words

EXAMPLES = (
    "What kind of place is this?",
    "Find every airplane.",
    "How many ships?",
    "Segment every storage tank.",
    "Outline the largest building.",
    "Describe it and segment what you mention.",
)
SEARCHES = {
    "adaptive": "Look closely only where it pays",
    "exhaustive": "Look closely everywhere",
    "paper": "Look as the paper does",
}
IN_BOX = "What is in this box?"


class Asking:
    """The uppermost part of the panel.

    Args:
        letters: the longest question.
        on_ask: called with the question and the search.
        on_cancel: called where the work under way is to stop.
        on_no_box: called where the box is to go.
    """

    def __init__(
        self, letters: int, on_ask: Callable[[str, str], Awaitable[None]], on_cancel: Callable[[], None], on_no_box: Callable[[], None]
    ) -> None:
        self._on_ask = on_ask
        self._search = "adaptive"
        with tag("section", "part ask", aria_label="Question"):
            with tag("form", "question") as form:
                self._field = tag(
                    "textarea", name="question", rows="2", maxlength=str(letters), aria_label="Question about the picture",
                    placeholder="Ask about the picture …", autocomplete="off", spellcheck="true",
                )  # fmt: skip
                self._send = tag("button", "button main round", type="submit", aria_label="Ask", title="Ask (Enter)")
                with self._send:
                    icon("ask")
            form.on("submit", self._sent, js_handler="(e) => { e.preventDefault(); emit(e.target.elements.question.value); }")
            self._box = tag("div", "asides", aria_live="polite")
            with self._box, tag("span", "held"):
                self._box_words = words("span", "", "number")
                button("", "close", on_no_box, "low round", label="Remove the box")
            with tag("div", "chips", role="group", aria_label="Examples"):
                for text in EXAMPLES:
                    chip = words("button", text, "chip", type="button")
                    chip.on("click", lambda text=text: self._example(text), args=[])
                self._box_chip = words("button", IN_BOX, "chip", type="button")
                self._box_chip.on("click", lambda: self._example(IN_BOX), args=[])
            with tag("div", "asides"):
                choice = tag("select", "low", aria_label="How closely to look")
                with choice:
                    for name, text in SEARCHES.items():
                        words("option", text, value=name)
                choice.on("change", self._set_search, js_handler="(e) => emit(e.target.value)")
            self._work = tag("div", "work")
            with self._work:
                with tag("div", "line"):
                    self._state = words("span", "", "number")
                    button("Cancel", None, on_cancel, "edged low")
                self._bar = tag("div", "bar", role="progressbar", aria_label="Windows looked at", aria_valuemin="0")
                with self._bar:
                    self._done = tag("i")
            self._wrong = tag("div", "wrong", role="alert")
            with self._wrong:
                icon("alert")
                self._wrong_words = words("span", "", "words")
                button("", "close", lambda: self.wrong(None), "low round", label="Dismiss this message")
        self.box(None)
        self.working(None)
        self.wrong(None)

    def write(self, question: str) -> None:
        """Put a question into the field."""
        self._field.client.run_javascript(f"getHtmlElement({self._field.id}).value = {json.dumps(question)}")

    def box(self, text: str | None) -> None:
        """Say where the question's box is; None: there is none."""
        self._box_words.text = f"Box {text}" if text else ""
        shown(self._box, text is not None)
        shown(self._box_chip, text is not None)

    def working(self, job: Job | None) -> None:
        """Say how far a job is; None: nothing is under way."""
        shown(self._work, job is not None)
        set_attributes(self._send, disabled=job is not None)
        if job is None:
            return
        known = job.known > 0 and job.state == "running"
        if job.state == "queued":
            self._state.text = "Waiting for its turn …"
        elif not known:
            self._state.text = "Looking …"
        else:
            self._state.text = f"{job.done:,} of {job.known:,} windows looked at, {job.seconds:.0f} s"
        self._bar.classes(add="" if known else "unknown", remove="unknown" if known else "")
        self._done.style(f"width: {100 * job.done / job.known:.1f}%" if known else "width: 30%")
        set_attributes(self._bar, aria_valuenow=str(job.done) if known else None, aria_valuemax=str(job.known) if known else None)

    def wrong(self, message: str | None) -> None:
        """Say what went wrong in one line; None: nothing."""
        self._wrong_words.text = message or ""
        shown(self._wrong, bool(message))
        if message:
            self._wrong.client.run_javascript(f"getHtmlElement({self._wrong.id})?.scrollIntoView({{ block: 'nearest' }})")

    def _set_search(self, event: GenericEventArguments) -> None:
        self._search = event.args if event.args in SEARCHES else "adaptive"

    async def _sent(self, event: GenericEventArguments) -> None:
        await self._on_ask(str(event.args), self._search)

    async def _example(self, text: str) -> None:
        self.write(text)
        await self._on_ask(text, self._search)

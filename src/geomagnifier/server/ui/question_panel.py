"""Where a person asks.

The question with examples, its box, what it follows on, work under way, and what went wrong.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from nicegui import ui
from nicegui.events import GenericEventArguments

from geomagnifier.results import Answer
from geomagnifier.server.job import Job
from geomagnifier.server.ui.ask_options import Manner, fold
from geomagnifier.server.ui.collapsible_form import VALUES
from geomagnifier.server.ui.widgets import button, icon, set_attributes, shown, tag, words

EXAMPLES = (
    "What kind of place is this?",
    "Find every airplane.",
    "How many ships?",
    "Segment every storage tank.",
    "Outline the largest building.",
    "Describe the picture and segment what you mention.",
)
IN_BOX = "What is in this box?"
FOLLOWING = ("And the largest of them?", "Segment those.")
"""Questions about several regions that were found before."""
QUARTERS = (
    "Looking …",
    "A quarter of the windows looked at",
    "Half of the windows looked at",
    "Three quarters of the windows looked at",
    "",
)
"""What is read aloud of work under way: no more than this."""
SEND = (
    "(e) => { const form = e.currentTarget.form; form.elements.question.value ="
    " e.currentTarget.innerText; form.requestSubmit(); }"
)


class Asking:
    """The uppermost part of the panel.

    Args:
        letters: the longest question.
        on_ask: called with the question and how to look.
        on_cancel: called where the work under way is to stop.
        on_no_box: called where the box is to go.
        on_new_topic: called where the next question is to stand alone.
    """

    def __init__(
        self,
        letters: int,
        on_ask: Callable[[str, Manner], Awaitable[None]],
        on_cancel: Callable[[], None],
        on_no_box: Callable[[], None],
        on_new_topic: Callable[[], None],
    ) -> None:
        self._on_ask = on_ask
        with tag("section", "part ask", aria_label="Question"):
            with tag("form") as form:
                with tag("div", "question"):
                    self._field = tag(
                        "textarea", name="question", rows="2", maxlength=str(letters), aria_label="Question about the picture",
                        placeholder="Ask about the picture …", autocomplete="off", spellcheck="true",
                    )  # fmt: skip
                    self._send = tag(
                        "button",
                        "button main round",
                        type="submit",
                        aria_label="Ask",
                        title="Ask (Enter)",
                    )
                    with self._send:
                        icon("ask")
                self._box = tag("div", "asides", aria_live="polite")
                with self._box, tag("span", "held"):
                    self._box_words = words("span", "", "number")
                    button("", "close", on_no_box, "low round", label="Remove the box")
                self._topic = tag(
                    "div",
                    "asides topic",
                    role="group",
                    aria_label="What a question may refer back to",
                )
                with self._topic:
                    self._topic_words = words("span", "", "cut")
                    button("New topic", None, on_new_topic, "edged low")
                with tag("div", "chips", role="group", aria_label="Examples"):
                    self._following = [_chip(text) for text in FOLLOWING]
                    self._examples = [_chip(text) for text in EXAMPLES]
                    self._box_chip = _chip(IN_BOX)
                self._fold = fold()
            form.on(
                "submit",
                self._sent,
                js_handler=f"(e) => {{ e.preventDefault(); emit({VALUES.format('e.target')}); }}",
            )
            self._work = tag("div", "work")
            with self._work:
                with tag("div", "line"):
                    self._state = words("span", "", "number")
                    button("Cancel", None, on_cancel, "edged low")
                self._bar = tag(
                    "div",
                    "bar",
                    role="progressbar",
                    aria_label="Windows looked at",
                    aria_valuemin="0",
                )
                with self._bar:
                    self._done = tag("i")
            self._told = words("p", "", "unseen", role="status")
            self._wrong = tag("div", "wrong", role="alert")
            with self._wrong:
                icon("alert")
                self._wrong_words = words("span", "", "words")
                button(
                    "", "close", lambda: self.wrong(None), "low round", label="Dismiss this message"
                )
        self.box(None)
        self.topic(None)
        self.working(None)
        self.wrong(None)

    def write(self, question: str) -> None:
        """Put a question into the field."""
        self._field.client.run_javascript(
            f"getHtmlElement({self._field.id}).value = {json.dumps(question)}"
        )

    def set(self, manner: Manner) -> None:
        """Put into the fold how it is to look."""
        self._fold.set(asdict(manner))

    def box(self, text: str | None) -> None:
        """Say where the question's box is; None: there is none."""
        self._box_words.text = f"Box {text}" if text else ""
        shown(self._box, text is not None)
        shown(self._box_chip, text is not None)

    def topic(self, answer: Answer | None) -> None:
        """Say which answer the next question may refer back to; None: none."""
        several = answer is not None and len(answer.regions) > 1
        self._topic_words.text = f"Goes on from: {answer.text}" if answer else ""
        shown(self._topic, answer is not None)
        for chip in self._following:
            shown(chip, several)
        for chip in self._examples[
            -len(FOLLOWING) :
        ]:  # in their place: not more of them than before
            shown(chip, not several)

    def working(self, job: Job | None) -> None:
        """Say how far a job is; None: nothing is under way."""
        shown(self._work, job is not None)
        set_attributes(self._send, disabled=job is not None)
        if job is None:
            self._told.text = ""
            return
        known = job.known > 0 and job.state == "running"
        if job.state == "queued":
            self._state.text = "Waiting for its turn …"
        elif job.stopping:
            self._state.text = "Stopping at the next window …"
        elif not known:
            self._state.text = "Looking …"
        else:
            self._state.text = (
                f"{job.done:,} of {job.known:,} windows looked at, {job.seconds:.0f} s"
            )
        self._bar.classes(add="" if known else "unknown", remove="unknown" if known else "")
        self._done.style(f"width: {100 * job.done / job.known:.1f}%" if known else "width: 30%")
        self._told.text = QUARTERS[min(4, 4 * job.done // job.known)] if known else self._state.text
        set_attributes(
            self._bar,
            aria_valuenow=str(job.done) if known else None,
            aria_valuemax=str(job.known) if known else None,
        )

    def wrong(self, message: str | None) -> None:
        """Say what went wrong in one line; None: nothing."""
        self._wrong_words.text = message or ""
        shown(self._wrong, bool(message))
        if message:
            self._wrong.client.run_javascript(
                f"getHtmlElement({self._wrong.id})?.scrollIntoView({{ block: 'nearest' }})"
            )

    async def _sent(self, event: GenericEventArguments) -> None:
        manner = Manner.of(event.args)
        if self._fold.check(manner):
            await self._on_ask(str(event.args.get("question", "")), manner)


def _chip(text: str) -> ui.element:
    """A question that is asked by a click, in the form that it stands in."""
    chip = words("button", text, "chip", type="button")
    chip.on("click", js_handler=SEND)
    return chip

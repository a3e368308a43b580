"""The question panel: question with examples, box, topic, options, progress and errors."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from nicegui import ui
from nicegui.events import GenericEventArguments

from geomagnifier.results import Answer
from geomagnifier.server.job import Job
from geomagnifier.server.ui.ask_options import AskOptions, options_form
from geomagnifier.server.ui.collapsible_form import VALUES
from geomagnifier.server.ui.widgets import button, icon, set_attributes, set_shown, tag, text_tag

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
"""Example follow-up questions, shown after an answer with several regions."""
QUARTERS = (
    "Looking …",
    "A quarter of the windows looked at",
    "Half of the windows looked at",
    "Three quarters of the windows looked at",
    "",
)
"""Progress that screen readers announce, no more often than this."""
SEND = (
    "(e) => { const form = e.currentTarget.form; form.elements.question.value ="
    " e.currentTarget.innerText; form.requestSubmit(); }"
)


class QuestionPanel:
    """The form of the question, at the top of the side panel.

    Args:
        letters: of the longest question.
        on_ask: called with a question and its search options.
        on_cancel: called when the job in progress is to be cancelled.
        on_no_box: called when the box is to be removed.
        on_new_topic: called when the next question is not to refer back.
    """

    def __init__(
        self,
        letters: int,
        on_ask: Callable[[str, AskOptions], Awaitable[None]],
        on_cancel: Callable[[], None],
        on_no_box: Callable[[], None],
        on_new_topic: Callable[[], None],
    ) -> None:
        self._on_ask = on_ask
        with tag("section", "part ask", aria_label="Question"):
            with tag("form") as form:
                with tag("div", "question"):
                    self._field = tag(
                        "textarea",
                        name="question",
                        rows="2",
                        maxlength=str(letters),
                        aria_label="Question about the picture",
                        placeholder="Ask about the picture …",
                        autocomplete="off",
                        spellcheck="true",
                    )
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
                    self._box_words = text_tag("span", "", "number")
                    button("", "close", on_no_box, "low round", label="Remove the box")
                self._topic = tag(
                    "div",
                    "asides topic",
                    role="group",
                    aria_label="What a question may refer back to",
                )
                with self._topic:
                    self._topic_words = text_tag("span", "", "cut")
                    button("New topic", None, on_new_topic, "edged low")
                with tag("div", "chips", role="group", aria_label="Examples"):
                    self._following = [_chip(text) for text in FOLLOWING]
                    self._examples = [_chip(text) for text in EXAMPLES]
                    self._box_chip = _chip(IN_BOX)
                self._options = options_form()
            form.on(
                "submit",
                self._sent,
                js_handler=f"(e) => {{ e.preventDefault(); emit({VALUES.format('e.target')}); }}",
            )
            self._work = tag("div", "work")
            with self._work:
                with tag("div", "line"):
                    self._state = text_tag("span", "", "number")
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
            self._announced = text_tag("p", "", "unseen", role="status")
            self._wrong = tag("div", "wrong", role="alert")
            with self._wrong:
                icon("alert")
                self._wrong_words = text_tag("span", "", "words")
                button(
                    "", "close", lambda: self.wrong(None), "low round", label="Dismiss this message"
                )
        self.box(None)
        self.topic(None)
        self.working(None)
        self.wrong(None)

    def write(self, question: str) -> None:
        """Put a question into the text field."""
        self._field.client.run_javascript(
            f"getHtmlElement({self._field.id}).value = {json.dumps(question)}"
        )

    def set(self, options: AskOptions) -> None:
        """Put search options into their fields."""
        self._options.set(asdict(options))

    def box(self, text: str | None) -> None:
        """Show the box of the question; None: there is none."""
        self._box_words.text = f"Box {text}" if text else ""
        set_shown(self._box, text is not None)
        set_shown(self._box_chip, text is not None)

    def topic(self, answer: Answer | None) -> None:
        """Show the answer that the next question may refer back to; None: there is none."""
        several = answer is not None and len(answer.regions) > 1
        self._topic_words.text = f"Goes on from: {answer.text}" if answer else ""
        set_shown(self._topic, answer is not None)
        for chip in self._following:
            set_shown(chip, several)
        # The last examples make room for them, so that the panel does not grow.
        for chip in self._examples[-len(FOLLOWING) :]:
            set_shown(chip, not several)

    def working(self, job: Job | None) -> None:
        """Show the progress of a job; None: there is no job in progress."""
        set_shown(self._work, job is not None)
        set_attributes(self._send, disabled=job is not None)
        if job is None:
            self._announced.text = ""
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
        self._announced.text = (
            QUARTERS[min(4, 4 * job.done // job.known)] if known else self._state.text
        )
        set_attributes(
            self._bar,
            aria_valuenow=str(job.done) if known else None,
            aria_valuemax=str(job.known) if known else None,
        )

    def wrong(self, message: str | None) -> None:
        """Show an error message; None: hide it."""
        self._wrong_words.text = message or ""
        set_shown(self._wrong, bool(message))
        if message:
            self._wrong.client.run_javascript(
                f"getHtmlElement({self._wrong.id})?.scrollIntoView({{ block: 'nearest' }})"
            )

    async def _sent(self, event: GenericEventArguments) -> None:
        options = AskOptions.of(event.args)
        if self._options.check(options):
            await self._on_ask(str(event.args.get("question", "")), options)


def _chip(text: str) -> ui.element:
    """A button that asks an example question, inside the form of the question."""
    chip = text_tag("button", text, "chip", type="button")
    chip.on("click", js_handler=SEND)
    return chip

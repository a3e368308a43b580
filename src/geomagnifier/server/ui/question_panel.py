"""The question panel: the question, its box, its topic, options, progress and errors."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from nicegui.events import GenericEventArguments

from geomagnifier.results import Answer
from geomagnifier.server.job import Job
from geomagnifier.server.ui.ask_options import AskOptions, options_form
from geomagnifier.server.ui.collapsible_form import VALUES
from geomagnifier.server.ui.page_language import _
from geomagnifier.server.ui.widgets import button, icon, set_attributes, set_shown, tag, text_tag


def _quarters() -> tuple[str, ...]:
    """Progress that screen readers announce, no more often than this."""
    return (
        _("Looking …"),
        _("A quarter of the windows looked at"),
        _("Half of the windows looked at"),
        _("Three quarters of the windows looked at"),
        "",
    )


class QuestionPanel:
    """The form of the question, at the top of the side panel.

    Args:
        letters: of the longest question.
        on_ask: called with a question and its search options.
        on_cancel: called when the job in progress is to be cancelled.
        on_no_part: called when the question is to be about the whole picture.
        on_new_topic: called when the next question is not to refer back.
    """

    def __init__(
        self,
        letters: int,
        on_ask: Callable[[str, AskOptions], Awaitable[None]],
        on_cancel: Callable[[], None],
        on_no_part: Callable[[], None],
        on_new_topic: Callable[[], None],
    ) -> None:
        self._on_ask = on_ask
        with tag("section", "part ask", aria_label=_("Question")):
            with tag("form") as form:
                self.form = form.html_id
                with tag("div", "question"):
                    self._field = tag(
                        "textarea",
                        name="question",
                        rows="2",
                        maxlength=str(letters),
                        aria_label=_("Question about the picture"),
                        placeholder=_("Ask about the picture …"),
                        autocomplete="off",
                        spellcheck="true",
                    )
                    self._send = tag(
                        "button",
                        "button main round",
                        type="submit",
                        aria_label=_("Ask"),
                        title=_("Ask (Enter)"),
                    )
                    with self._send:
                        icon("ask")
                self._box = tag("div", "asides", aria_live="polite")
                with self._box, tag("span", "held"):
                    self._box_words = text_tag("span", "", "number")
                    button(
                        "", "close", on_no_part, "low round", label=_("Ask about the whole picture")
                    )
                self._topic = tag(
                    "div",
                    "asides topic",
                    role="group",
                    aria_label=_("What a question may refer back to"),
                )
                with self._topic:
                    self._topic_words = text_tag("span", "", "cut")
                    button(_("New topic"), None, on_new_topic, "edged low")
                self._options = options_form()
            form.on(
                "submit",
                self._sent,
                js_handler=f"(e) => {{ e.preventDefault(); emit({VALUES.format('e.target')}); }}",
            )
            self._work = tag("div", "work")
            with self._work:
                self._working_on = text_tag("p", "", "asked")
                with tag("div", "line"):
                    self._state = text_tag("span", "", "number")
                    button(_("Cancel"), None, on_cancel, "edged low")
                self._bar = tag(
                    "div",
                    "bar",
                    role="progressbar",
                    aria_label=_("Windows looked at"),
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
                    "",
                    "close",
                    lambda: self.wrong(None),
                    "low round",
                    label=_("Dismiss this message"),
                )
        self.part(None)
        self.topic(None)
        self.working(None)
        self.wrong(None)

    def restore(self, question: str) -> None:
        """Put back a question that failed, unless another one was begun meanwhile."""
        self._field.client.run_javascript(
            f"{{ const field = getHtmlElement({self._field.id}); field.value ||="
            f" {json.dumps(question)}; }}"
        )

    def write(self, question: str) -> None:
        """Put a question into the text field, "" to clear it."""
        self._field.client.run_javascript(
            f"getHtmlElement({self._field.id}).value = {json.dumps(question)}"
        )

    def set(self, options: AskOptions) -> None:
        """Put search options into their fields."""
        self._options.set(asdict(options))

    def part(self, text: str | None) -> None:
        """Show the part of the picture that the question is about; None: all of it."""
        self._box_words.text = text[:1].upper() + text[1:] if text else ""
        set_shown(self._box, text is not None)

    def topic(self, answer: Answer | None) -> None:
        """Show the answer that the next question may refer back to; None: there is none."""
        self._topic_words.text = (
            _("Goes on from: {answer}").format(answer=answer.text) if answer else ""
        )
        set_shown(self._topic, answer is not None)

    def working(self, job: Job | None) -> None:
        """Show the progress of a job; None: there is no job in progress."""
        set_shown(self._work, job is not None)
        set_attributes(self._send, disabled=job is not None)
        if job is None:
            self._announced.text = self._working_on.text = ""
            return
        self._working_on.text = job.question
        known = job.known > 0 and job.state == "running"
        if job.state == "queued":
            self._state.text = _("Waiting for its turn …")
        elif job.stopping:
            self._state.text = _("Stopping at the next window …")
        elif not known:
            self._state.text = _("Looking …")
        else:
            self._state.text = _("{done} of {known} windows looked at, {seconds} s").format(
                done=f"{job.done:,}", known=f"{job.known:,}", seconds=f"{job.seconds:.0f}"
            )
        self._bar.classes(add="" if known else "unknown", remove="unknown" if known else "")
        self._done.style(f"width: {100 * job.done / job.known:.1f}%" if known else "width: 30%")
        self._announced.text = (
            _quarters()[min(4, 4 * job.done // job.known)] if known else self._state.text
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

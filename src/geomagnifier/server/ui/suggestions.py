"""Suggested questions: what may be asked of this picture, of the box on it, or of an answer."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from geomagnifier.results import Answer
from geomagnifier.server.first_classes import FirstClasses
from geomagnifier.server.ui.widgets import set_shown, tag, text_tag

PLACE = "What kind of place is this?"
DESCRIBE = "Describe the picture and segment what you mention."
IN_BOX = "What is in this box?"
FOLLOWING = ("And the largest of them?", "Segment those.")
"""Follow-up questions, suggested after an answer with several regions."""
MOST = 6
"""Suggestions at once."""
SEND = (
    "(e) => { const form = e.currentTarget.form; form.elements.question.value ="
    " e.currentTarget.innerText; form.requestSubmit(); }"
)


def suggested_questions(
    found: FirstClasses | None, box: bool = False, answer: Answer | None = None
) -> list[str]:
    """Questions that this picture may have an answer to, the most specific first.

    Args:
        found: classes of a first view of the picture; None where there was none.
        box: whether a part of the picture is chosen.
        answer: that is shown; None: there is none.
    """
    questions = []
    if answer is not None and len(answer.regions) > 1:
        questions += FOLLOWING
    if box:
        questions.append(IN_BOX)
    objects = found.objects if found is not None else ()
    forms = ("How many {plural}?", "Segment every {one}.", "Find every {one}.")
    for form, (one, many) in zip(forms, objects, strict=False):
        questions.append(form.format(one=one, plural=many))
    if objects and not box:
        questions.append(f"Outline the largest {objects[0][0]}.")
    if found is not None and found.cover:
        questions.append(f"What share of the picture is {found.cover}?")
    if not box:
        questions += [PLACE, DESCRIBE]
    asked = answer.question if answer is not None else ""
    return [question for question in questions if question != asked][:MOST]


class SuggestionPanel:
    """A list of suggested questions; a click asks one.

    Args:
        form: HTML id of the form of the question.
    """

    def __init__(self, form: str) -> None:
        self._form = form
        self._root = tag("section", "part suggested", aria_label="Suggested questions")
        self.show(())

    def show(self, questions: Sequence[str]) -> None:
        """Show questions in place of those shown."""
        set_shown(self._root, bool(questions))
        self._root.clear()
        with self._root, tag("div", "chips", role="group", aria_label="Suggested questions"):
            for question in questions:
                self._chip(question)

    def _chip(self, text: str) -> ui.element:
        chip = text_tag("button", text, "chip", type="button", form=self._form)
        chip.on("click", js_handler=SEND)
        return chip

"""Suggested questions: what may be asked of this picture, of the box on it, or of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nicegui import ui

from geomagnifier.language.mentions import plural
from geomagnifier.results import Answer
from geomagnifier.server.first_classes import FirstClasses
from geomagnifier.server.ui.page_language import _, chosen
from geomagnifier.server.ui.widgets import set_shown, tag, text_tag

MOST = 6
"""Suggestions at once."""
ONE_THING = 0.05
"""Share of the picture up to which a box is taken to be drawn around one thing."""
SEND = (
    "(e) => { const form = e.currentTarget.form; form.elements.question.value ="
    " e.currentTarget.innerText; form.requestSubmit(); }"
)


def suggested_questions(
    found: FirstClasses | None,
    box: float | None = None,
    answer: Answer | None = None,
    chinese: Mapping[str, str] | None = None,
) -> list[str]:
    """Questions that this picture may have an answer to, the most specific first.

    Args:
        found: classes of a first view of the picture; None where there was none.
        box: share of the picture of the part that is chosen; None: all of it.
        answer: that is shown; None: there is none.
        chinese: Chinese noun of each class, for a page in Chinese.
    """
    in_chinese = chosen() == "zh"

    def name(label: str, several: bool = False) -> str:
        if in_chinese:
            return (chinese or {}).get(label, label)
        return plural(label) if several else label

    questions = []
    if answer is not None and len(answer.regions) > 1:
        questions += [_("And the largest of them?"), _("Segment those.")]
    if box is not None and box <= ONE_THING:
        questions.append(_("What is in this box?"))
    objects = found.objects if found is not None else ()
    forms = (_("How many {classes}?"), _("Segment every {class_}."), _("Find every {class_}."))
    for form, label in zip(forms, objects, strict=False):
        questions.append(form.format(class_=name(label), classes=name(label, several=True)))
    if objects and box is None:
        questions.append(_("Outline the largest {class_}.").format(class_=name(objects[0])))
    if found is not None and found.cover:
        cover = name(found.cover)
        questions.append(_("What share of the picture is {class_}?").format(class_=cover))
    if box is None:
        questions.append(_("What kind of place is this?"))
        questions.append(_("Describe the picture and segment what you mention."))
    asked = answer.question if answer is not None else ""
    return [question for question in questions if question != asked][:MOST]


class SuggestionPanel:
    """A list of suggested questions; a click asks one.

    Args:
        form: HTML id of the form of the question.
    """

    def __init__(self, form: str) -> None:
        self._form = form
        self._root = tag("section", "part suggested", aria_label=_("Suggested questions"))
        self.show(())

    def show(self, questions: Sequence[str]) -> None:
        """Show questions in place of those shown."""
        set_shown(self._root, bool(questions))
        self._root.clear()
        with self._root, tag("div", "chips", role="group", aria_label=_("Suggested questions")):
            for question in questions:
                self._chip(question)

    def _chip(self, text: str) -> ui.element:
        chip = text_tag("button", text, "chip", type="button", form=self._form)
        chip.on("click", js_handler=SEND)
        return chip

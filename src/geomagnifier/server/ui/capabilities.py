"""The classes that the model knows, so that nobody has to guess what can be asked."""

from __future__ import annotations

from collections.abc import Callable

from geomagnifier.server.ui import presentation
from geomagnifier.server.ui.page_language import _, chosen
from geomagnifier.server.ui.widgets import icon, tag, text_tag
from geomagnifier.types import ModelSpec

SCENE_CLASSES = 12
"""Scene classes that are named; more are counted."""


def show(spec: ModelSpec, write: Callable[[str], None]) -> None:
    """Build the list of classes; a click on one writes a question.

    Args:
        spec: of the model.
        write: called with that question.
    """
    with tag("details", "part", open=True):
        with tag("summary"):
            text_tag("span", _("What it can find"))
            icon("down")
        text_tag(
            "p",
            _(
                "Things it outlines, counts and finds by name; other things are refused, not"
                " guessed."
            ),
            "note",
        )
        with tag("div", "kinds", role="group", aria_label=_("Kinds of things")):
            for kind in map(presentation.class_name, spec.kinds):
                chip = text_tag(
                    "button",
                    kind,
                    "chip",
                    type="button",
                    title=_("Ask for every {kind}").format(kind=kind),
                )
                chip.on(
                    "click",
                    lambda kind=kind: write(_("Find every {class_}.").format(class_=kind)),
                    args=[],
                )
        if spec.scenes:
            named = [presentation.class_name(one, place=True) for one in spec.scenes]
            some = ("、" if chosen() == "zh" else ", ").join(named[:SCENE_CLASSES])
            left = len(spec.scenes) - SCENE_CLASSES
            more = _(" and {n} more").format(n=left) if left > 0 else ""
            text_tag(
                "p",
                _("Kinds of place it tells apart: {places}.").format(places=some + more),
                "note",
            )
        text_tag(
            "p",
            _(
                "Ask for the largest, the second from the left, those near something; in English"
                " or Chinese."
            ),
            "note",
        )

"""The classes that the model knows, so that nobody has to guess what can be asked."""

from __future__ import annotations

from collections.abc import Callable

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
            text_tag("span", "What it can find")
            icon("down")
        text_tag(
            "p",
            "Things it outlines, counts and finds by name; other things are refused, not guessed.",
            "note",
        )
        with tag("div", "kinds", role="group", aria_label="Kinds of things"):
            for kind in spec.kinds:
                chip = text_tag(
                    "button", kind, "chip", type="button", title=f"Ask for every {kind}"
                )
                chip.on("click", lambda kind=kind: write(f"Find every {kind}."), args=[])
        if spec.scenes:
            some = ", ".join(spec.scenes[:SCENE_CLASSES])
            left = len(spec.scenes) - SCENE_CLASSES
            more = f" and {left} more" if left > 0 else ""
            text_tag("p", f"Kinds of place it tells apart: {some}{more}.", "note")
        text_tag(
            "p",
            "Ask for the largest, the second from the left, those near something; in English or"
            " Chinese.",
            "note",
        )

"""What the model was taught, so that nobody has to guess what can be asked."""

from __future__ import annotations

from collections.abc import Callable

from geomagnifier.server.ui.widgets import icon, tag, words
from geomagnifier.types import ModelSpec

PLACES = 12


def show(spec: ModelSpec, write: Callable[[str], None]) -> None:
    """A part of the panel.

    Args:
        write: called with a question that a person may want to ask.
    """
    with tag("details", "part", open=True):
        with tag("summary"):
            words("span", "What it can find")
            icon("down")
        words(
            "p",
            "Things it outlines, counts and finds by name; other things are refused, not guessed.",
            "note",
        )
        with tag("div", "kinds", role="group", aria_label="Kinds of things"):
            for kind in spec.kinds:
                chip = words("button", kind, "chip", type="button", title=f"Ask for every {kind}")
                chip.on("click", lambda kind=kind: write(f"Find every {kind}."), args=[])
        if spec.scenes:
            some = ", ".join(spec.scenes[:PLACES])
            more = f" and {len(spec.scenes) - PLACES} more" if len(spec.scenes) > PLACES else ""
            words("p", f"Kinds of place it tells apart: {some}{more}.", "note")
        words(
            "p",
            "Ask for the largest, the second from the left, those near something; in English or"
            " Chinese.",
            "note",
        )

"""The conversation before the answer shown: earlier questions, each with its answer in a line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from geomagnifier.server.ui.history import Entry
from geomagnifier.server.ui.page_language import _
from geomagnifier.server.ui.widgets import icon, set_shown, tag, text_tag

LAST = 4
"""Turns that are shown; the list of earlier questions has the others."""


class TranscriptView:
    """The list of turns, folded under the answer.

    Args:
        on_show: called with the turn that is to be shown again and continued.
    """

    def __init__(self, on_show: Callable[[Entry], Awaitable[None]]) -> None:
        self._on_show = on_show
        with tag("details", "part", aria_label=_("This conversation")) as self._root:
            with tag("summary"):
                self._title = text_tag("span", "")
                icon("down")
            self._turns = tag("ol", "turns")
        self.show([])

    def show(self, turns: Sequence[Entry]) -> None:
        """Show turns, the oldest first."""
        set_shown(self._root, bool(turns))
        self._title.text = _("Earlier in this conversation: {n}").format(n=f"{len(turns):,}")
        self._turns.clear()
        with self._turns:
            if len(turns) > LAST:
                text_tag(
                    "li",
                    f"{len(turns) - LAST:,} more before these, among the earlier questions",
                    "note",
                )
            for entry in turns[-LAST:]:
                with tag("li"):
                    line = tag(
                        "button", type="button", title=_("Show this answer, and go on from it")
                    )
                    with line:
                        text_tag("span", entry.question, "said")
                        text_tag("span", entry.text or _("no answer"), "replied")
                    line.on("click", lambda entry=entry: self._on_show(entry), args=[])

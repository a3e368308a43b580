"""Questions asked before in this browser.

NiceGUI stores them in the work folder, where they end with the service, or in `Settings.keep`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from geomagnifier.server.ui.ask_options import AskOptions
from geomagnifier.server.ui.page_language import _
from geomagnifier.server.ui.widgets import button, tag, text_tag

KEY = "geomag-earlier"
"""Where NiceGUI's storage of a browser has them."""


def _ends_note() -> str:
    """What is said where the list ends with the service."""
    return _(
        "Kept for this browser until the service is stopped; with --keep DIR they would be kept"
        " longer."
    )


def _kept_note() -> str:
    """What is said where the list outlives the service."""
    return _("Kept for this browser; a restart of the service does not lose them.")


KEPT = 50
"""Questions that are kept."""


@dataclass(frozen=True)
class Entry:
    """A question as it was asked, with its answer in a line."""

    job: str
    """Id of its job."""
    scene: str
    """Id of its scene."""
    name: str
    """Name of its scene."""
    question: str
    """As it was typed."""
    options: AskOptions
    """Search options as they were typed."""
    box: tuple[float, float, float, float] | None
    """Part of the scene that it was about, (x0, y0, x1, y1) scene px; None: all of it."""
    when: float
    """Seconds since 1970."""
    polygon: tuple[tuple[float, float], ...] | None = None
    """Area of interest in place of a box, (N, 2) scene px; None: there is none."""
    after: str | None = None
    """Id of the job whose answer it could refer back to."""
    meant: str = ""
    """What a follow-up question was taken to ask, "" for any other."""
    text: str = ""
    """The answer, "" while there is none."""
    wrong: str = ""
    """Why there will be no answer."""


def entry_json(entry: Entry) -> dict[str, Any]:
    """An entry as plain values of JSON."""
    polygon = [list(point) for point in entry.polygon] if entry.polygon else None
    box = list(entry.box) if entry.box else None
    return asdict(entry) | {"box": box, "polygon": polygon}


def entry_of(fields: dict[str, Any]) -> Entry:
    """An entry from what `entry_json` made of it."""
    polygon = fields.get("polygon")
    return Entry(
        **(
            fields
            | {
                "box": tuple(fields["box"]) if fields["box"] else None,
                "polygon": tuple((x, y) for x, y in polygon) if polygon else None,
                "options": AskOptions(**fields["options"]),
            }
        )
    )


class History:
    """The list of earlier questions, at the bottom of the side panel.

    Args:
        store: NiceGUI's storage of this browser, saved on every change.
        on_show: called with the entry that is to be shown again.
        kept: whether it outlives the service.
    """

    def __init__(
        self,
        store: MutableMapping[str, Any],
        on_show: Callable[[Entry], Awaitable[None]],
        kept: bool = False,
    ) -> None:
        self._note = _kept_note() if kept else _ends_note()
        self._store, self._on_show = store, on_show
        self._current: str | None = None
        self._root = tag("section", "part", aria_label=_("Earlier questions"))
        self._draw()

    @property
    def entries(self) -> list[Entry]:
        """All entries, the newest first."""
        return [entry_of(dict(fields)) for fields in self._store.get(KEY, [])]

    def put(self, entry: Entry, instead: str | None = None) -> None:
        """Store an entry in place of one of the same job, and mark it as the one shown.

        Args:
            entry: to be stored.
            instead: id of a job that the service no longer has, whose question it asks again; the
                turns after that one come after this one.
        """
        known = self.entries
        own = (entry.job, instead)
        others = [
            replace(old, after=entry.job) if instead and old.after == instead else old
            for old in known
            if old.job not in own
        ]
        at = next((i for i, old in enumerate(known) if old.job in own), 0)
        others.insert(at, entry)
        self._store[KEY] = [entry_json(old) for old in others[:KEPT]]
        self.mark(entry.job)

    def find(self, job: str) -> Entry | None:
        """Find the entry of a job by its id."""
        return next((entry for entry in self.entries if entry.job == job), None)

    def before(self, job: str) -> list[Entry]:
        """The questions of a conversation before that of a job, the first one first."""
        known = {entry.job: entry for entry in self.entries}
        turns: list[Entry] = []
        at = known.pop(job, None)
        while at is not None and (at := known.pop(at.after or "", None)) is not None:
            turns.insert(0, at)
        return turns

    def mark(self, job: str | None) -> None:
        """Mark the entry of a job as the one shown."""
        self._current = job
        self._draw()

    def forget(self) -> None:
        """Forget all entries."""
        self._store[KEY] = []
        self._draw()

    def _draw(self) -> None:
        self._root.clear()
        entries = self.entries
        self._root.set_visibility(bool(entries))
        with self._root:
            with tag("div", "titled"):
                text_tag("h2", _("Earlier questions"))
                button(_("Clear"), None, self.forget, "low")
            with tag("ul", "earlier"):
                for entry in entries:
                    with tag("li"):
                        line = tag(
                            "button",
                            type="button",
                            aria_current="true" if entry.job == self._current else None,
                        )
                        with line:
                            text_tag("strong", entry.question)
                            said = entry.text or ("" if entry.wrong else _("no answer yet"))
                            text_tag(
                                "small",
                                " · ".join(
                                    part for part in (said, entry.name, _ago(entry.when)) if part
                                ),
                            )
                            if entry.wrong:
                                text_tag("small", entry.wrong, "amiss")
                        line.on("click", lambda entry=entry: self._on_show(entry), args=[])
            text_tag("p", self._note, "note")


def _ago(when: float) -> str:
    there, now = time.localtime(when), time.localtime()
    return time.strftime("%H:%M" if there[:3] == now[:3] else "%d %b, %H:%M", there)

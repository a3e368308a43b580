"""Questions asked before in this browser.

NiceGUI keeps them in the work folder: they outlive a reload, and go with the service.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass
from typing import Any

from geomagnifier.server.ui.ask_options import Manner
from geomagnifier.server.ui.widgets import button, tag, words

KEY = "geomag-earlier"
KEPT = 50


@dataclass(frozen=True)
class Entry:
    """A question as it was asked."""

    job: str
    """ids."""
    scene: str
    """ids."""
    name: str
    question: str
    manner: Manner
    """How it was looked at."""
    box: tuple[float, float, float, float] | None
    """Scene px."""
    when: float
    """Seconds since 1970."""
    after: str | None = None
    """Id of the job that it could refer back to."""
    meant: str = ""
    """The question in full, where it did."""
    text: str = ""
    """The answer, "" while there is none."""
    wrong: str = ""
    """Why there will be none."""


class Earlier:
    """The lowest part of the panel.

    Args:
        store: of the browser session, written through by NiceGUI.
        on_show: called with the entry that is to be shown again.
    """

    def __init__(
        self, store: MutableMapping[str, Any], on_show: Callable[[Entry], Awaitable[None]]
    ) -> None:
        self._store, self._on_show = store, on_show
        self._current: str | None = None
        self._root = tag("section", "part", aria_label="Earlier questions")
        self._draw()

    @property
    def entries(self) -> list[Entry]:
        """The newest first."""
        kept = [dict(found) for found in self._store.get(KEY, [])]
        made = (
            (
                found,
                {
                    "box": tuple(found["box"]) if found["box"] else None,
                    "manner": Manner(**found["manner"]),
                },
            )
            for found in kept
        )
        return [Entry(**(found | own)) for found, own in made]

    def put(self, entry: Entry) -> None:
        """Keep an entry, in the place of one of the same job, and mark it as the one shown."""
        others = [old for old in self.entries if old.job != entry.job]
        at = next((i for i, old in enumerate(self.entries) if old.job == entry.job), 0)
        others.insert(at, entry)
        self._store[KEY] = [
            asdict(kept) | {"box": list(kept.box) if kept.box else None} for kept in others[:KEPT]
        ]
        self.mark(entry.job)

    def find(self, job: str) -> Entry | None:
        """The entry of a job."""
        return next((entry for entry in self.entries if entry.job == job), None)

    def before(self, job: str) -> list[Entry]:
        """The questions of a conversation up to that of a job, the first one first."""
        known = {entry.job: entry for entry in self.entries}
        turns: list[Entry] = []
        at = known.pop(job, None)
        while at is not None and (at := known.pop(at.after or "", None)) is not None:
            turns.insert(0, at)
        return turns

    def mark(self, job: str | None) -> None:
        """Say which one is shown."""
        self._current = job
        self._draw()

    def forget(self) -> None:
        """Keep nothing of them."""
        self._store[KEY] = []
        self._draw()

    def _draw(self) -> None:
        self._root.clear()
        entries = self.entries
        self._root.set_visibility(bool(entries))
        with self._root:
            with tag("div", "titled"):
                words("h2", "Earlier questions")
                button("Clear", None, self.forget, "low")
            with tag("ul", "earlier"):
                for entry in entries:
                    with tag("li"):
                        line = tag(
                            "button",
                            type="button",
                            aria_current="true" if entry.job == self._current else None,
                        )
                        with line:
                            words("strong", entry.question)
                            said = entry.text or ("" if entry.wrong else "no answer yet")
                            words(
                                "small",
                                " · ".join(
                                    part for part in (said, entry.name, _ago(entry.when)) if part
                                ),
                            )
                            if entry.wrong:
                                words("small", entry.wrong, "amiss")
                        line.on("click", lambda entry=entry: self._on_show(entry), args=[])
            words("p", "Kept for this browser until the service is stopped.", "note")


def _ago(when: float) -> str:
    there, now = time.localtime(when), time.localtime()
    return time.strftime("%H:%M" if there[:3] == now[:3] else "%d %b, %H:%M", there)

"""How a picture is to be looked at.

The search, and what a person may set beside it, in a quiet fold under the question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geomagnifier.errors import OptionError
from geomagnifier.server.ui.collapsible_form import Fold
from geomagnifier.server.ui.widgets import words
from geomagnifier.units import amount

SEARCHES = {
    "adaptive": "Look closely only where it pays",
    "exhaustive": "Look closely everywhere",
    "paper": "Look as the paper does",
}
LETTERS = 24
"""Of one field."""


@dataclass(frozen=True)
class Manner:
    """As it was typed; "" is the usual.

    search: one of `SEARCHES`.  recall, min_score: shares, "0.95" or "95%".  budget: "20 s", "4
        Mpx".
    """

    search: str = "adaptive"
    recall: str = ""
    budget: str = ""
    min_score: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Manner:
        """From the fields of a form."""
        text = {
            name: str(said.get(name, "")).strip()[:LETTERS]
            for name in ("recall", "budget", "min_score")
        }
        return cls(
            str(said.get("search")) if said.get("search") in SEARCHES else "adaptive", **text
        )

    def amiss(self) -> dict[str, str]:
        """What is wrong, by the name of the field."""
        wrong = {}
        if self.recall and not 0 < _share(self.recall) < 1:
            wrong["recall"] = "A share between 0 and 1, such as 0.95."
        if self.min_score and not 0 <= _share(self.min_score) <= 1:
            wrong["min_score"] = "A score from 0 to 1, such as 0.3."
        elif self.min_score and self.recall:
            wrong["min_score"] = "Recall sets the least score already; give one of the two."
        try:
            amount(self.budget or "1 s", "pixels", ("pixels", "seconds"))
        except OptionError:
            wrong["budget"] = "A time or an amount of pixels, such as 20 s or 4 Mpx."
        return wrong

    def options(self) -> dict[str, Any]:
        """As `Jobs.submit` takes them, where nothing is amiss."""
        return {
            "search": self.search,
            "recall": _share(self.recall) if self.recall else None,
            "budget": self.budget or None,
            "min_score": _share(self.min_score) if self.min_score else None,
        }

    def told(self) -> str:
        """What is not as usual, in a few words."""
        parts = (
            {"adaptive": "", "exhaustive": "everywhere", "paper": "as the paper"}[self.search],
            self.recall and f"recall {self.recall}",
            self.budget and f"within {self.budget}",
            self.min_score and f"score from {self.min_score}",
        )
        return ", ".join(part for part in parts if part)


FIELDS = {
    "recall": (
        "Recall",
        "as usual",
        "The share of all objects to find; more of them brings more false ones too.",
    ),
    "budget": (
        "Budget",
        "no limit",
        "The most to spend, as 20 s or 4 Mpx; what it leaves unseen is told.",
    ),
    "min_score": ("Least score", "as measured", "Show every candidate from this score on, 0 to 1."),
}
"""Name on the page, what stands in an empty field, and a sentence."""


def fold() -> Fold:
    """The fold, in the form of the question."""
    made = Fold("How to look", Manner.of)
    with made.field("search", "Search", kind="select", aria_label="How closely to look"):
        for name, text in SEARCHES.items():
            words("option", text, value=name)
    for name, (title, empty, sentence) in FIELDS.items():
        made.field(name, title, sentence, placeholder=empty, maxlength=str(LETTERS))
    return made


def _share(text: str) -> float:
    """A share; -1 where it is none."""
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return -1.0

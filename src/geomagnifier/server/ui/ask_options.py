"""Search options of a question, in a collapsible form under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geomagnifier.errors import OptionError
from geomagnifier.server.ui.collapsible_form import CollapsibleForm
from geomagnifier.server.ui.page_language import _
from geomagnifier.server.ui.widgets import text_tag
from geomagnifier.units import amount


def _searches() -> dict[str, str]:
    """Ways to search, by name."""
    return {
        "adaptive": _("Look closely only where it pays"),
        "exhaustive": _("Look closely everywhere"),
        "paper": _("Look as the paper does"),
    }


LETTERS = 24
"""Most characters of one field."""


@dataclass(frozen=True)
class AskOptions:
    """Search options as they were typed; "" is the default."""

    search: str = "adaptive"
    """One of those of `_searches`."""
    recall: str = ""
    """Share of all objects to find, "0.95" or "95%"."""
    budget: str = ""
    """Limit on time or pixels, "20 s" or "4 Mpx"."""
    min_score: str = ""
    """Threshold on the score, "0.3" or "30%"."""

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> AskOptions:
        """Read the options from the fields of a form."""
        text = {
            name: str(fields.get(name, "")).strip()[:LETTERS]
            for name in ("recall", "budget", "min_score")
        }
        search = str(fields.get("search"))
        return cls(search if search in _searches() else "adaptive", **text)

    def problems(self) -> dict[str, str]:
        """What is wrong with the options, by the name of the field."""
        wrong = {}
        if self.recall and not 0 < _share(self.recall) < 1:
            wrong["recall"] = _("A share between 0 and 1, such as 0.95.")
        if self.min_score and not 0 <= _share(self.min_score) <= 1:
            wrong["min_score"] = _("A score from 0 to 1, such as 0.3.")
        elif self.min_score and self.recall:
            wrong["min_score"] = _("Recall sets the least score already; give one of the two.")
        try:
            amount(self.budget or "1 s", "pixels", ("pixels", "seconds"))
        except OptionError:
            wrong["budget"] = _("A time or an amount of pixels, such as 20 s or 4 Mpx.")
        return wrong

    def submit_options(self) -> dict[str, Any]:
        """Keyword arguments of `Jobs.submit`, where there are no problems."""
        return {
            "search": self.search,
            "recall": _share(self.recall) if self.recall else None,
            "budget": self.budget or None,
            "min_score": _share(self.min_score) if self.min_score else None,
        }

    def summary(self) -> str:
        """Options that differ from the default, in a few words."""
        parts = (
            {"adaptive": "", "exhaustive": _("everywhere"), "paper": _("as the paper")}[
                self.search
            ],
            self.recall and _("recall {recall}").format(recall=self.recall),
            self.budget and _("within {budget}").format(budget=self.budget),
            self.min_score and _("score from {score}").format(score=self.min_score),
        )
        return ", ".join(part for part in parts if part)


def _fields() -> dict[str, tuple[str, str, str]]:
    """By field: its title, the placeholder of an empty one, and a sentence of help."""
    return {
        "recall": (
            _("Recall"),
            _("as usual"),
            _("The share of all objects to find; more of them brings more false ones too."),
        ),
        "budget": (
            _("Budget"),
            _("no limit"),
            _("The most to spend, as 20 s or 4 Mpx; what it leaves unseen is told."),
        ),
        "min_score": (
            _("Least score"),
            _("as measured"),
            _("Show every candidate from this score on, 0 to 1."),
        ),
    }


def options_form() -> CollapsibleForm:
    """Build the collapsible form, inside the form of the question."""
    made = CollapsibleForm(_("How to look"), AskOptions.of)
    with made.field("search", _("Search"), kind="select", aria_label=_("How closely to look")):
        for name, text in _searches().items():
            text_tag("option", text, value=name)
    for name, (title, empty, sentence) in _fields().items():
        made.field(name, title, sentence, placeholder=empty, maxlength=str(LETTERS))
    return made


def _share(text: str) -> float:
    """A number from 0 to 1 from text; -1 where it is no number."""
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return -1.0

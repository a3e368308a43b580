"""The forms of the paper's method that can be chosen from.

As it is written, and as it was found to work better or worse.

Without a variant, `search="paper"` is the paper's method as section 2 has it, but for two places at
which what is written does not work: L is the logit of the affirmative token, and the pixel decoder
bends between its convolutions (docs/paper.md has the figures of both).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from geomagnifier.errors import OptionError

VARIANTS: dict[str, tuple[dict[str, Any], str]] = {
    "hull": (
        {"apart": False},
        (
            "the three best windows, neighbours as a rule, united where they overlap; without:"
            " three windows apart"
        ),
    ),
    "separate": (
        {"joint": False},
        (
            "every view is answered by itself; without: all of I' is one input, each view with its"
            " place in it"
        ),
    ),
    "coarse masks": (
        {"coarse": True},
        (
            "D(C1) and D(D(I)) are outlined too, where C2 does not reach; without: masks come from"
            " C2 alone"
        ),
    ),
    "cross entropy": (
        {"entropy": True},
        "L in H is the cross entropy of the answer, as it is written; without: its logit",
    ),
    "linear decoder": (
        {"linear": True},
        (
            "the pixel decoder as it is written: no bend, three sigmoids summed; it needs weights"
            " of its own"
        ),
    ),
}
"""Name -> the fields of `Variant` that it changes, and what it is."""
AND = "+"
"""Joins names: "hull+separate"."""


@dataclass(frozen=True)
class Variant:
    """The form of `search="paper"`."""

    apart: bool = True
    """bbox1 is three windows that overlap little (IoU 0.3 at most); else the best three, united
    where they overlap.
    """
    joint: bool = True
    """I' is one input; else its views are answered one by one."""
    coarse: bool = False
    """Masks of the coarser views are added outside C2."""
    entropy: bool = False
    """L is the cross entropy, else the logit."""
    linear: bool = False
    """The pixel decoder as the paper writes it."""

    @classmethod
    def of(cls, text: str | None) -> Variant:
        """The variant of a name of `VARIANTS`, or of several joined by "+"; None for none.

        Raises:
            OptionError: there is no such name.

        Example:
            >>> Variant.of("hull+separate").apart
            False
        """
        found = cls()
        for name in [] if text is None else text.split(AND):
            plain = " ".join(name.lower().replace("-", " ").replace("_", " ").split())
            if plain not in VARIANTS:
                raise OptionError(
                    f"there is no variant {name.strip()!r}; choose among {', '.join(VARIANTS)}, or"
                    " several as in 'hull+separate'"
                )
            found = replace(found, **VARIANTS[plain][0])
        return found

    @property
    def name(self) -> str:
        """Its names, joined; "" for the form without any."""
        return AND.join(
            name
            for name, (fields, _) in VARIANTS.items()
            if all(getattr(self, key) == value for key, value in fields.items())
        )

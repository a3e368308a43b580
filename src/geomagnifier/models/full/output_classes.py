"""What a trained model of the full size writes first: one clause for each class.

    region level   ship: [BOX]; harbor: [NONE]
    pixel level    ship: [SEG]; storage tank: [SEG]

[BOX] or [SEG] stands where the object is in the views, [NONE] where it is not, so that one token
says both whether and where: its probability against [NONE] is the class's presence, its state
drives the pixel decoder (paper, section 2.3), its logit is what PSC differentiates (2.2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SEG, BOX, NONE = "[SEG]", "[BOX]", "[NONE]"
MOST_KINDS, LONGEST_KIND = 6, 48
"""Classes that one question may name; letters of a name."""
_CLAUSE = re.compile(r"\s*([^:;\[\]]{1,200}):\s*\[(?:SEG|BOX|NONE)\]")


def tie(pixel: bool) -> str:
    """The token that stands for an object that is there."""
    return SEG if pixel else BOX


def clauses(kinds: Sequence[str], present: Sequence[bool], pixel: bool) -> str:
    """The answer about some classes: `clauses(["ship"], [True], True)` is "ship: [SEG]".

    Args:
        kinds: classes.
        present: whether each is there.
        pixel: [SEG]; else [BOX].
    """
    return "; ".join(
        f"{kind}: {tie(pixel) if there else NONE}"
        for kind, there in zip(kinds, present, strict=True)
    )


def parse(text: str) -> tuple[str, ...]:
    """The classes that an answer names, in its order, each once; () where it is no such answer."""
    return tidy([match[1] for match in _CLAUSE.finditer(text)])


def tidy(names: Sequence[str]) -> tuple[str, ...]:
    """Names in lower case, stripped of what no name has, each once, at most `MOST_KINDS`."""
    plain = (
        " ".join(re.sub(r"[^\w' /-]", " ", name).split())[:LONGEST_KIND].strip(" '/-_").lower()
        for name in names
    )
    return tuple(dict.fromkeys(name for name in plain if name))[:MOST_KINDS]

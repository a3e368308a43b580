"""Amounts as people write them: "20 s", "4 Mpx", "1.5 GB". One number with a unit each."""

from __future__ import annotations

import math
import re

from geomagnifier.errors import OptionError

UNITS = {
    "px": ("pixels", 1.0),
    "kpx": ("pixels", 1e3),
    "mpx": ("pixels", 1e6),
    "gpx": ("pixels", 1e9),
    "s": ("seconds", 1.0),
    "min": ("seconds", 60.0),
    "h": ("seconds", 3600.0),
    "m": ("metres", 1.0),
    "km": ("metres", 1e3),
    "b": ("bytes", 1.0),
    "kb": ("bytes", 1e3),
    "mb": ("bytes", 1e6),
    "gb": ("bytes", 1e9),
}
"""What a unit counts, and how many."""
LONGEST = 60
"""Letters of an amount; the time that a text takes grows with their square."""


def amount(text: float | str, plain: str, allowed: tuple[str, ...]) -> tuple[str, float]:
    """What is counted, and how many of it.

    Args:
        text: "20 s", "4 Mpx", or a number.
        plain: what a number counts, and a text without a unit where nothing else may be counted.
        allowed: what may be counted: "pixels", "seconds", "metres", "bytes".

    Raises:
        OptionError: it is no such amount, or not above 0.

    Example:
        >>> amount("1.5 GB", "bytes", ("bytes",))
        ('bytes', 1500000000.0)
    """
    units = ", ".join(unit for unit, (what, _) in UNITS.items() if what in allowed)
    worded, text = isinstance(text, str), str(text)
    found = (
        re.fullmatch(r"\s*([-+0-9._eE]+?)\s*([a-zA-Z]*)\s*", text) if len(text) <= LONGEST else None
    )
    what, factor = UNITS.get(found[2].lower(), ("", 0.0)) if found and found[2] else (plain, 1.0)
    if (
        worded and found and not found[2] and len(allowed) > 1
    ):  # 20 px or 20 s: the one is a millionth of what the other takes
        raise OptionError(
            f"{text.strip()!r} has no unit; write a number and one of {units}, such as '4 Mpx' or"
            " '20 s'"
        )
    try:
        value = float(found[1]) * factor if found else math.nan
    except ValueError:
        value = math.nan
    if what not in allowed or not (value > 0 and math.isfinite(value)):
        raise OptionError(
            f"{text[:LONGEST]!r} is no amount above 0; write a number and one of {units}, such as"
            f" '20 {units.split(',')[-1].strip()}'"
        )
    return what, value

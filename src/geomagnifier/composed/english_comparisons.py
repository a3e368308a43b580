"""What English forms that compare sizes build of their noun phrases.

"Is the ship longer than the bridge?"       one thing against another, or their means
"Do buildings cover more area than roads?"  all of them together: shares of the picture
"Is at least 20 % of the picture water?"    a share against a number
"""

from __future__ import annotations

from geomagnifier.composed import program as p
from geomagnifier.composed.english_patterns import LONGER, WHAT
from geomagnifier.composed.form_builders import sizes
from geomagnifier.composed.placeholders import Amount

_SIGNS: dict[str, p.Sign] = {
    "more than": ">", "over": ">", "above": ">", "less than": "<", "under": "<", "below": "<",
    "at least": ">=", "at most": "<=", "up to": "<=", "no more than": "<=", "no less than": ">=",
}  # fmt: skip
AGAINST = rf"(?P<sign>{'|'.join(_SIGNS)})"
"""How a share is compared with a number."""


def bigger(word: str, a: p.Select, b: p.Select, of: str = "", times: float = 1.0) -> p.Program:
    """As in "Is the ship longer than the bridge?".

    Args:
        word: "longer", "smaller" ...
        a: the first.
        b: the second.
        of: the quantity where the sentence names it, "in width".
        times: the factor of the second.
    """
    what, more = LONGER[word]
    first, second = sizes(a, b, WHAT.get(of, what))
    return p.Compare(first, ">" if more else "<", second, times)


def which_bigger(word: str, a: p.Select, b: p.Select) -> p.Program | None:
    """As in "Which is longer, the ship or the bridge?"; None where they share a class.

    Args:
        word: "longer", "smaller" ...
        a: one.
        b: the other.
    """
    what, more = LONGER[word]
    return p.Which(sizes(a, b, what), more) if not set(a.kinds) & set(b.kinds) else None


def covers_more(a: p.Select, b: p.Select, sign: p.Sign = ">") -> p.Program:
    """As in "Do buildings cover more area than roads?": all of them together.

    Args:
        a: the first.
        b: the second.
        sign: what is asked of the first.
    """
    if a.rank is not None or b.rank is not None:  # one thing against another
        return p.Compare(p.Measure(a, "area", "mean"), sign, p.Measure(b, "area", "mean"))
    return p.Compare(p.Share(a), sign, p.Share(b))


def which_covers_more(a: p.Select, b: p.Select, most: bool = True) -> p.Program | None:
    """As in "Which covers more, water or land?"; None where they share a class.

    Args:
        a: one.
        b: the other.
        most: more is asked for, not less.
    """
    return p.Which((p.Share(a), p.Share(b)), most) if not set(a.kinds) & set(b.kinds) else None


def covers(a: p.Select, sign: str, n: Amount | None = None) -> p.Program:
    """As in "Is more than 10 % of the picture water?".

    Args:
        a: what covers.
        sign: one of `AGAINST`.
        n: per cent; None for half.
    """
    return p.Compare(p.Share(a), _SIGNS[sign], p.Given(50.0 if n is None else n.value, "%"))


def by_how_much(word: str, a: p.Select, b: p.Select) -> p.Program:
    """As in "How much longer is the ship than the bridge?".

    Args:
        word: "longer", or "length".
        a: the first.
        b: the second.
    """
    what, more = LONGER.get(word) or (WHAT[word], True)
    sides = (p.Measure(a, what, "mean"), p.Measure(b, what, "mean"))
    return p.Difference(*(sides if more else sides[::-1]))


def bigger_than_all(word: str, a: p.Select, b: p.Select, of: str = "") -> p.Program:
    """As in "Is the largest ship larger than the others together?".

    Args:
        word: "longer", "smaller" ...
        a: the first.
        b: those that are taken together.
        of: the quantity where the sentence names it.
    """
    what, more = LONGER[word]
    what = WHAT.get(of, what)
    return p.Compare(p.Measure(a, what, "mean"), ">" if more else "<", p.Measure(b, what, "sum"))

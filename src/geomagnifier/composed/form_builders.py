"""Programs that the forms of both languages build of their noun phrases."""

from __future__ import annotations

from dataclasses import replace

from geomagnifier.composed import program as p
from geomagnifier.composed.placeholders import MASS, Amount
from geomagnifier.language.classes import WITHIN

Filters = tuple[p.Filter, ...]
"""All of them hold."""


def is_cover(of: p.Select) -> bool:
    """Whether a selection is of land cover alone: what counts is the area, not the pieces.

    Args:
        of: the selection.
    """
    return bool(of.kinds) and set(of.kinds) <= set(MASS) and of.rank is None


def more(a: p.Select, b: p.Select, sign: p.Sign = ">", times: float = 1.0) -> p.Program:
    """Compare the numbers of two selections: "are there more ships than tanks?".

    Of land cover, where the first is such, the areas: "is there more water than land?".

    Args:
        a: the first.
        b: the second.
        sign: what is asked of the first number.
        times: how many times the second number counts.
    """
    if is_cover(a):
        return p.Compare(p.Share(a), sign, p.Share(b), times)
    return p.Compare(p.Count(a), sign, p.Count(b), times)


def which(a: p.Select, b: p.Select, most: bool = True) -> p.Program | None:
    """Ask which of two selections has more, or fewer, members.

    None where they share a class, unless they are parts of one: "trees on the left or the right".

    Args:
        a: one.
        b: the other.
        most: more is asked for, not fewer.
    """
    parts = a.kinds == b.kinds and a.filters and b.filters and a.filters != b.filters
    if set(a.kinds) & set(b.kinds) and not parts:
        return None
    if is_cover(a):
        return p.Which((p.Share(a), p.Share(b)), most)
    return p.Which((p.Count(a), p.Count(b)), most)


def exists(a: p.Select) -> p.Program:
    """Ask whether there are some; of a number of them, "two ships", whether there are so many.

    Args:
        a: what is looked for.
    """
    if (a.number or 1) > 1 and a.rank is None:
        return p.Compare(p.Count(replace(a, number=None)), "==", p.Given(float(a.number or 0)))
    return p.Exists(a)


def sizes(a: p.Select, b: p.Select, what: p.Quantity) -> tuple[p.Number, p.Number]:
    """Return the sizes of two selections: means, of land cover what all its pieces cover.

    Into how many pieces an area of water falls says nothing.

    Args:
        a: one.
        b: the other.
        what: length, width or area.
    """
    if what == "area" and (is_cover(a) or is_cover(b)):
        return p.Share(a), p.Share(b)
    return p.Measure(a, what, "mean"), p.Measure(b, what, "mean")


def nearest(word: str, a: p.Select, b: p.Select, masks: str = "") -> p.Program | None:
    """As in "the building nearest to the road".

    None for a thing as the landmark: the model itself chooses by those.

    Args:
        word: how near, "nearest" or "最近", or how far.
        a: what is chosen of.
        b: the landmark, land cover or a road.
        masks: words that ask for outlines, "" for boxes.
    """
    if a.rank is not None or a.them or b.rank is not None or b.them:
        return None
    if not (is_cover(b) or b.kinds == ("road",)):
        return None
    far = word.startswith(("far", "fur", "最远"))
    rank = p.Rank("gap", far, count=a.number or 1, to=b)
    return p.Chosen(replace(a, rank=rank, number=None), bool(masks))


def numbered(a: p.Select, n: Amount, sign: p.Sign) -> p.Program | None:
    """Compare the number of a selection with a given one; None where that has a unit.

    Args:
        a: what is counted.
        n: the given number.
        sign: what is asked of the count.
    """
    return p.Compare(p.Count(a), sign, p.Given(n.value)) if not n.unit else None


def share_where(a: p.Select, c: Filters) -> p.Program:
    """Ask for the share of a selection that also passes some filters.

    Args:
        a: the whole.
        c: the filters.
    """
    return p.Share(replace(a, filters=(*a.filters, *c)), a)


def most_are(a: p.Select, c: Filters) -> p.Program:
    """Ask whether most of a selection pass some filters.

    Args:
        a: the whole.
        c: the filters.
    """
    return p.Compare(share_where(a, c), ">", p.Given(50, "%"))  # type: ignore[arg-type]


def without(of: p.Select, out: p.Select) -> p.Select:
    """A selection without another one: fewer classes, or what is left of its own.

    Args:
        of: all.
        out: left out; trucks are among the vehicles, though they are another class.
    """
    kept = tuple(kind for kind in of.kinds if kind not in out.kinds)
    narrower = any(WITHIN.get(kind) in of.kinds for kind in out.kinds)
    if out.filters or out.rank is not None or out.them or narrower or not kept:
        return replace(of, filters=(*of.filters, p.Not(p.Among(out))))
    return replace(of, kinds=kept)

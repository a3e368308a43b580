"""An English question into a program, by rules. Every word must find its place; where one does not, there is no program.

A question is one of `FORMS`, whose slots are noun phrases ("the white ships near the harbor longer than 30 m"), conditions and units. A
phrase is read shortest first, so that what follows it is said of the thing asked about: in "ships near the harbor in the left half" the
ships are in the left half.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from geomagnifier.composed import program as p
from geomagnifier.composed.lexicon import Amount, Lexicon, Marked, marked, normalized, unit_of

MOST = 60
"""Words of a question that is read."""
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|so|now|and|well|please|kindly|just)\b[ ,]*)+|[ ,]*\b(?:please|thanks|thank you|for me|if possible)\b"
    r"|^(?:can|could|would|will) you (?:please )?(?=(?:tell|say|give|count|find|segment|show|mark|mask|outline|measure|compute|calculate|estimate|"
    r"list|detect|locate|highlight|select|draw|trace)\b)"
    r"|^(?:please )?(?:tell me|say|let me know|i (?:want|need|would like|'d like) to know|do you know|can you tell)(?: me)? (?=how|what|which|whether|if|where)"
    r"|^i (?:want|need|would like) (?=K)|^(?:i see|do i see)(?= )"
)
_SCENE = r"(?:image|picture|photo|photograph|scene|tile|frame|view|map|shot|area shown|aerial image|satellite image|whole image)"
_IN_SCENE = re.compile(
    rf"[ ,]*\b(?:in|on|within|across|over|inside|throughout) (?:the|this|that|my) (?:whole |entire |full |aerial |satellite )?{_SCENE}\b"
    rf"(?! (?:is|are) )|\b(?:there )?(?:in|on) (?:this|the) {_SCENE}\b|[ ,]+\b(?:here|visible|in view|shown here|present|in sight|altogether)\b"
    r"(?! (?:is|are) (?!there))"
)
_PICTURE = rf"(?:the |this |that )?(?:whole |entire |full |total )?(?:{_SCENE}|area|ground|land surface|surface|region|aoi|box)"
_JOIN = r"(?: ?, ?(?:and |or |plus )?| and also | and | or | as well as | plus | & | together with | along with )(?:(?:the|an?|all|every|any|both|each|all the) )?"
_NOUN = re.compile(rf"K\d+(?:{_JOIN}K\d+)*|(?:of )?(?:them|they|those|these|it|ones|one)\b")
_COLOURS = {
    "white": "white", "black": "black", "grey": "grey", "gray": "grey", "red": "red", "orange": "orange", "yellow": "yellow", "green": "green",
    "blue": "blue", "brown": "brown", "reddish": "red", "greenish": "green", "bluish": "blue", "whitish": "white", "brownish": "brown",
}  # fmt: skip
_COLOUR = rf"(?:{'|'.join(_COLOURS)})(?: (?:coloured|colored))?"
_RANKS = {
    "largest": ("area", True), "biggest": ("area", True), "smallest": ("area", False), "longest": ("length", True), "shortest": ("length", False),
    "widest": ("width", True), "narrowest": ("width", False), "leftmost": ("left", True), "rightmost": ("right", True), "topmost": ("upper", True),
    "uppermost": ("upper", True), "bottommost": ("lower", True), "lowermost": ("lower", True), "northernmost": ("upper", True),
    "southernmost": ("lower", True), "westernmost": ("left", True), "easternmost": ("right", True), "tiniest": ("area", False),
}  # fmt: skip
_ADJECTIVES = {
    "long": "length", "wide": "width", "broad": "width", "large": "area", "big": "area", "short": "length", "small": "area", "narrow": "width",
    "across": "length", "in length": "length", "in width": "width", "in area": "area", "in size": "area", "in diameter": "length",
}  # fmt: skip
_LONGER = {
    "longer": ("length", True), "shorter": ("length", False), "wider": ("width", True), "broader": ("width", True), "narrower": ("width", False),
    "larger": ("area", True), "bigger": ("area", True), "greater": ("area", True), "smaller": ("area", False),
}  # fmt: skip
_MORE = r"(?:more than|over|above|greater than|larger than|exceeding|at least|no less than|not less than|a minimum of|upwards of|> ?=?|≥)"
_LESS = r"(?:less than|fewer than|under|below|smaller than|at most|no more than|not more than|up to|a maximum of|< ?=?|≤)"
_WIDE = "|".join(_ADJECTIVES)
_SIDES = {
    "left": "left", "right": "right", "upper": "upper", "top": "upper", "lower": "lower", "bottom": "lower", "northern": "upper",
    "southern": "lower", "western": "left", "eastern": "right", "north": "upper", "south": "lower", "west": "left", "east": "right",
    "left hand": "left", "right hand": "right",
}  # fmt: skip
_COMPASS = {
    "north": 0.0, "south": 0.0, "east": 90.0, "west": 90.0, "northeast": 45.0, "southwest": 45.0, "northwest": 135.0, "southeast": 135.0,
    "north south": 0.0, "south north": 0.0, "east west": 90.0, "west east": 90.0, "north and south": 0.0, "east and west": 90.0,
}  # fmt: skip
_WAYS: tuple[tuple[str, p.Way], ...] = (
    (r"(?:to the |on the )?left (?:hand side )?of", "left of"), (r"(?:to the |on the )?right (?:hand side )?of", "right of"),
    (r"(?:to the )?north of", "north of"), (r"(?:to the )?south of", "south of"), (r"(?:to the )?east of", "east of"),
    (r"(?:to the )?west of", "west of"), (r"above", "above"), (r"below|beneath", "below"), (r"along|alongside", "along"),
    (r"near|next to|close to|beside|by|around|nearby|adjacent to|in the vicinity of|at", "near"),
    (r"(?:over|on top of|on|across|crossing|spanning|upon|that crosses|that cross)", "on"), (r"inside|within|in|inside of|surrounded by", "inside"),
)  # fmt: skip


class _NoPlace(Exception):
    """A word that finds no place."""


@dataclass(frozen=True, eq=False)
class _Reader:
    """Phrases of one question. memory: what was read of a text before."""

    marks: Marked
    lexicon: Lexicon
    memory: dict[tuple[str, str], Any]

    def amount(self, mark: str) -> Amount:
        return self.marks.amounts[mark]

    def phrase(self, text: str) -> p.Select:
        """A noun phrase. Raises _NoPlace."""
        key = ("phrase", text)
        if key not in self.memory:
            try:
                self.memory[key] = self._phrase(text.strip(" ,"))
            except _NoPlace:
                self.memory[key] = None
        found: p.Select | None = self.memory[key]
        if found is None:
            raise _NoPlace
        return found

    def _phrase(self, text: str) -> p.Select:
        noun = _NOUN.search(text)
        if noun is None:
            raise _NoPlace
        named = re.findall(r"K(\d+)", noun[0])
        kinds = tuple(dict.fromkeys(kind for k in named for kind in self.marks.names[int(k)]))
        of = p.Select(kinds, them=not named)
        of, rank = self._before(text[: noun.start()].strip(), of, len(named) > 1)
        after = text[noun.end() :].strip()
        of = self._except(after, of) or replace(of, filters=of.filters + (self.conditions(after) if after else ()))
        return replace(of, rank=rank)

    def _before(self, words: str, of: p.Select, union: bool) -> tuple[p.Select, p.Rank | None]:
        """What stands before the noun: articles, a number, a rank, a colour."""
        rank: p.Rank | None = None
        filters: tuple[p.Filter, ...] = ()
        number: int | None = None
        rest = words
        patterns: tuple[tuple[str, str], ...] = (
            (r"(?:the|an?|all|every|each|any|some|these|those|only|just|of|its|their|single|individual|separate|different|many|much|existing|visible)\b", ""),
            (r"both\b", "both"), (r"(?:N\d+)\b", "number"), (rf"(?:{'|'.join(_RANKS)})\b", "rank"), (rf"{_COLOUR}(?: (?:or|and) {_COLOUR})*\b", "colour"),
        )  # fmt: skip
        while rest:
            for pattern, what in patterns:
                found = re.match(pattern, rest)
                if found is None:
                    continue
                if what == "number":
                    number = int(self.amount(found[0]).value)
                elif what == "both":
                    number = None if union else 2
                elif what == "rank":
                    if union or rank is not None:
                        raise _NoPlace
                    by, largest = _RANKS[found[0]]
                    rank = p.Rank(by, largest)
                elif what == "colour":
                    if union:
                        raise _NoPlace  # of both, or of the first?
                    filters += (p.Colour(self.colours(found[0])),)
                rest = rest[found.end() :].strip(" ,")
                break
            else:
                raise _NoPlace
        if rank is not None and number is not None:
            rank, number = replace(rank, count=number), None
        return replace(of, filters=filters, number=number), rank

    @staticmethod
    def colours(words: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_COLOURS[word] for word in words.split() if word in _COLOURS))

    def _except(self, words: str, of: p.Select) -> p.Select | None:
        """ "except the ships", "that are not ships", "other than ships": None where it is no such thing."""
        found = re.match(
            r"(?:except(?: for)?|other than|excluding|but(?: not)?|apart from|besides|without|which (?:is|are) not|that (?:is|are) not"
            r"|(?:is|are) not|not|that (?:is|are)n't|and not) (?=(?:an?|the|all|any|K)\b|K\d)",
            words,
        )
        if found is None or (found[0].startswith("without") and set(of.kinds) != set(self.lexicon.objects)):
            return None
        try:
            out = self.phrase(words[found.end() :])
        except _NoPlace:
            return None
        if out.them or of.them:
            return None
        kept = tuple(kind for kind in of.kinds if kind not in out.kinds)
        if not out.filters and out.rank is None and kept and len(kept) < len(of.kinds):
            return replace(of, kinds=kept)
        return replace(of, filters=(*of.filters, p.Not(p.Among(out)))) if set(out.kinds) & set(of.kinds) else None

    def conditions(self, words: str) -> tuple[p.Filter, ...]:
        """Conditions joined by "and". Raises _NoPlace."""
        key = ("conditions", words)
        if key not in self.memory:
            self.memory[key] = next(self._conditions(words.strip(" ,")), None)
        found: tuple[p.Filter, ...] | None = self.memory[key]
        if found is None:
            raise _NoPlace
        return found

    def _conditions(self, words: str) -> Iterator[tuple[p.Filter, ...]]:
        words = re.sub(r"^(?:and |but |or |, )*", "", words) if words else words
        words = re.sub(
            r"^(?:(?:that|which|who|there|,) )*(?:(?:is|are|lie|lies|lying|have|has|stand|stands|sit|sits|being|can be found|located|situated|found|parked|moored|"
            r"docked|standing|placed|berthed|anchored) )*(?=.)",
            "",
            words,
        )
        words = re.sub(r"^(?:that|which)? ?(?:do|does) not (?:lie|have|stand|sit)", "not", words)
        words = re.sub(r"^(?:are|is)n't\b|^(?:do|does)n't (?:lie|stand|sit)\b", "not", words)
        if not words:
            return
        if words.startswith("not "):
            for filters in self._conditions(words[4:]):
                yield (p.Not(filters[0]), *filters[1:])
            return
        ends = [m.start() for m in re.finditer(r" |$", words)]
        for end in ends:
            one = self._condition(words[:end])
            if one is None:
                continue
            rest = words[end:].strip(" ,")
            if not rest:
                yield (one,)
                return
            try:
                yield (one, *self.conditions(rest))
                return
            except _NoPlace:
                continue

    def _condition(self, words: str) -> p.Filter | None:
        """One condition that takes up all of the words."""
        for read in (self._limit, self._place, self._colour, self._heading, self._relation):
            found = read(words)
            if found is not None:
                return found
        return None

    def _limit(self, words: str) -> p.Filter | None:
        longer = "|".join(_LONGER)
        if m := re.fullmatch(rf"({longer}) than (?:about |roughly )?(Q\d+)", words):
            what, more = _LONGER[m[1]]
            return self._between_numbers(what, m[2] if more else None, None if more else m[2])
        if m := re.fullmatch(rf"(?:with )?(?:an? )?(?:(length|width|area|size|diameter)s? )?(?:of |is |are )?(?:({_MORE})|{_LESS}) (Q\d+)(?: ({_WIDE}))?", words):
            what = {"length": "length", "width": "width", "diameter": "length"}.get(m[1] or "", _ADJECTIVES.get(m[4] or "", "area"))
            return self._between_numbers(what, m[3] if m[2] else None, None if m[2] else m[3])
        if m := re.fullmatch(rf"(?:with )?(?:an? )?(?:(length|width|area|size|diameter)s? )?(?:of )?(?:between|from) (Q\d+|N\d+) (?:and|to) (Q\d+)(?: ({_WIDE}))?", words):
            what = {"length": "length", "width": "width", "diameter": "length"}.get(m[1] or "", _ADJECTIVES.get(m[4] or "", "area"))
            return self._between_numbers(what, m[2], m[3])
        if m := re.fullmatch(rf"(Q\d+) (?:({_WIDE}) )?(?:or|and) (more|longer|larger|wider|bigger|above|over|less|shorter|smaller|below|under)", words):
            more = m[3] in ("more", "longer", "larger", "wider", "bigger", "above", "over")
            what = _ADJECTIVES.get(m[2] or "", _LONGER.get(m[3], ("area", True))[0])
            return self._between_numbers(what, m[1] if more else None, None if more else m[1])
        return None

    def _between_numbers(self, what: Any, low: str | None, high: str | None) -> p.Filter | None:
        a, b = (None if mark is None else self.amount(mark) for mark in (low, high))
        units = {one.unit for one in (a, b) if one is not None and one.unit}
        if len(units) != 1:
            return None
        unit = units.pop()
        if a is not None and not a.unit and b is not None:  # "between 20 and 50 m"
            factor = b.value / self._plain(b)
            a = replace(a, value=a.value * factor)
        if unit in ("m2", "px2"):
            what = "area"
        elif what == "area":
            what = "length"  # "larger than 30 m"
        return p.Limit(what, a and a.value, b and b.value, unit)

    @staticmethod
    def _plain(amount: Amount) -> float:
        """The number as written."""
        from geomagnifier.composed.lexicon import amount as made

        return amount.value / made(1.0, amount.said or amount.unit).value

    def _place(self, words: str) -> p.Filter | None:
        whole = rf"(?: of {_PICTURE})?"
        sides = "|".join(sorted(_SIDES, key=len, reverse=True))
        if re.fullmatch(rf"(?:in|at|near|around) the (?:cent(?:re|er)|middle)(?: part)?{whole}|(?:in the )?central(?: part)?{whole}", words):
            return p.Place("centre")
        if re.fullmatch(rf"(?:at|on|along|near|by) the (?:edges?|borders?|margins?|rim){whole}", words):
            return p.Place("edge")
        m = re.fullmatch(
            rf"(?:in|on|at|to|towards?|within) the ({sides})(?: ({sides}))?(?: (half|part|side|portion|section|third|quarter|quadrant|corner|edge|area))?{whole}",
            words,
        )
        if m is None:
            return None
        parts = [_SIDES[word] for word in (m[1], m[2]) if word]
        if len(set(parts)) < len(parts) or set(parts) in ({"left", "right"}, {"upper", "lower"}):
            return None
        parts.sort(key=lambda part: part in ("left", "right"))
        extent = {"third": "third", "corner": "corner"}.get(m[3] or "", "quarter" if len(parts) == 2 else "half")
        return p.Place(f"{' '.join(parts)} {extent}")

    def _colour(self, words: str) -> p.Filter | None:
        m = re.fullmatch(rf"(?:of )?(?:in )?({_COLOUR}(?: (?:or|and) {_COLOUR})*)(?: in colou?r)?", words)
        return p.Colour(self.colours(m[1])) if m else None

    def _heading(self, words: str) -> p.Filter | None:
        compass = "|".join(sorted(_COMPASS, key=len, reverse=True))
        m = re.fullmatch(
            rf"(?:pointing|heading|facing|oriented|aligned|running|lying|turned|run|point|lie)(?: (?:to|towards?|from|in|due))?(?: the)?(?: direction)? ({compass})(?:wards?)?"
            r"(?: to (north|south|east|west))?(?: direction)?",
            words,
        )
        return p.Heading(_COMPASS[m[1]]) if m else None

    def _relation(self, words: str) -> p.Filter | None:
        if m := re.fullmatch(r"(?:with(?: at least one| an?| any)?|having(?: an?| any)?) (.+?) (?:nearby|near|near them|near it|close by|next to (?:it|them))", words):
            return self._related("near", m[1])
        if m := re.fullmatch(r"(?:without|with no|having no)(?: an?| any)? (.+?) (?:nearby|near|near them|near it|close by)", words):
            found = self._related("near", m[1])
            return None if found is None else p.Not(found)
        if m := re.fullmatch(r"(with|without|with no)(?: an?| any)? (.+?) within (Q\d+)(?: of (?:it|them))?", words):
            found = self._related("near", m[2], m[3])
            return found if found is None or m[1] == "with" else p.Not(found)
        if m := re.fullmatch(r"(?:within|(?:at most|less than|no more than|up to|closer than|nearer than|under) (?=Q\d+))(?: about)? ?(Q\d+) (?:of|from|to|away from) (.+)", words):
            return self._related("near", m[2], m[1])
        if m := re.fullmatch(r"(?:closer|nearer) than (Q\d+) (?:to|from) (.+)", words):
            return self._related("near", m[2], m[1])
        if m := re.fullmatch(r"(?:farther|further|more) than (Q\d+) (?:away )?(?:from) (.+)", words):
            found = self._related("near", m[2], m[1])
            return None if found is None else p.Not(found)
        if m := re.fullmatch(r"(?:between|in between) (.+)", words):
            return self._lies_between(m[1])
        for pattern, way in _WAYS:
            if m := re.match(rf"(?:{pattern}) (?=.)", words):
                found = self._related(way, words[m.end() :])
                if found is not None:
                    return found
        return None

    def _related(self, way: p.Way, words: str, limit: str | None = None) -> p.Filter | None:
        try:
            others = self.phrase(words)
        except _NoPlace:
            return None
        if limit is None:
            return p.Related(way, others)
        amount = self.amount(limit)
        return p.Related(way, others, amount.value, amount.unit) if amount.unit in ("m", "px") else None

    def _lies_between(self, words: str) -> p.Filter | None:
        for m in re.finditer(r" and ", words):
            try:
                return p.Between(self.phrase(words[: m.start()]), self.phrase(words[m.end() :]))
            except _NoPlace:
                continue
        try:
            both = self.phrase(words)
        except _NoPlace:
            return None
        return p.Between(both, both)


# Forms of questions. Slots: {a} {b} noun phrases, {c} a condition, {n} an amount, {u} a unit; the rest are regular expressions.

Build = Callable[..., p.Program | None]


def _noun_unit(unit: str, what: str) -> tuple[str, str] | None:
    """The unit of a measure, and that of the sentence; None where it does not fit what is measured."""
    if not unit:
        return "", ""
    kind = unit_of(unit)
    if what == "area":
        table = {"m2": "m2", "km2": "km2", "ha": "ha", "acre": "ha", "px": "px2", "px2": "px2", "ft2": "m2"}
    else:
        table = {"m": "m", "km": "m", "ft": "m", "px": "px", "cm": "m", "mi": "m", "yd": "m"}
    return (table[kind], kind) if kind in table else None


_WHAT = {
    "long": "length", "wide": "width", "broad": "width", "large": "area", "big": "area", "length": "length", "width": "width", "area": "area",
    "size": "area", "diameter": "length", "surface area": "area", "surface": "area", "acreage": "area", "wingspan": "width", "extent": "area",
}  # fmt: skip
_HOWS: dict[str, p.How] = {
    "": "mean", "total": "sum", "combined": "sum", "overall": "sum", "summed": "sum", "average": "mean", "mean": "mean", "median": "median",
    "typical": "median", "largest": "largest", "maximum": "largest", "max": "largest", "greatest": "largest", "longest": "largest",
    "smallest": "smallest", "minimum": "smallest", "min": "smallest", "shortest": "smallest",
}  # fmt: skip


def _measure(what: str, a: p.Select, how: str = "", u: str = "") -> p.Program | None:
    quantity: Any = _WHAT[what]
    unit = _noun_unit(u or "", quantity)
    if unit is None:
        return None
    way = _HOWS[how or ""]
    if not how and quantity == "area":
        way = "sum"
    return p.Measure(a, quantity, way, *unit)


def _distance(a: p.Select, b: p.Select | None = None, u: str = "", gap: str = "") -> p.Program | None:
    unit = _noun_unit(u or "", "length")
    return None if unit is None else p.Distance(a, b, bool(gap), *unit)


def _counted(a: p.Select) -> p.Program | None:
    return p.Count(a)


def _totalled(a: p.Select) -> p.Program:
    return p.Count(a)


def _more(a: p.Select, b: p.Select, sign: p.Sign = ">", times: float = 1.0) -> p.Program:
    return p.Compare(p.Count(a), sign, p.Count(b), times)


def _bigger(word: str, a: p.Select, b: p.Select) -> p.Program:
    what, more = _LONGER[word]
    quantity: Any = what
    return p.Compare(p.Measure(a, quantity, "mean"), ">" if more else "<", p.Measure(b, quantity, "mean"))


def _exists(a: p.Select, text: str) -> p.Program:
    return p.Exists(a, each=len(a.kinds) > 1 and " and " in text)


def _which(a: p.Select, b: p.Select, most: bool = True) -> p.Program | None:
    return p.Which((p.Count(a), p.Count(b)), most) if not set(a.kinds) & set(b.kinds) else None


def _which_bigger(word: str, a: p.Select, b: p.Select) -> p.Program | None:
    what, more = _LONGER[word]
    quantity: Any = what
    return p.Which((p.Measure(a, quantity, "mean"), p.Measure(b, quantity, "mean")), more) if not set(a.kinds) & set(b.kinds) else None


def _is(a: p.Select, c: tuple[p.Filter, ...]) -> p.Program | None:
    return p.Every(a, c[0]) if len(c) == 1 else None


def _numbered(a: p.Select, n: Amount, sign: p.Sign) -> p.Program | None:
    return p.Compare(p.Count(a), sign, p.Given(n.value)) if not n.unit else None


def _share(a: p.Select, b: p.Select | None = None) -> p.Program | None:
    if b is not None:
        if b.filters or b.rank is not None:
            return None
        a = replace(a, kinds=b.kinds) if a.them else a
        return p.Share(a, b) if set(a.kinds) <= set(b.kinds) else None
    return p.Share(a)


def _share_where(a: p.Select, c: tuple[p.Filter, ...]) -> p.Program:
    return p.Share(replace(a, filters=(*a.filters, *c)), a)


def _where(a: p.Select, c: tuple[p.Filter, ...], build: Callable[[p.Select], p.Program | None]) -> p.Program | None:
    return build(replace(a, filters=(*a.filters, *c)))


def _size_is(a: p.Select, sign: p.Sign, n: Amount, word: str) -> p.Program | None:
    return None if not n.unit else p.Every(a, p.Limit(*_limits(word, sign, n)))


def _limits(word: str, sign: p.Sign, n: Amount) -> tuple[Any, float | None, float | None, str]:
    what = "area" if n.unit.endswith("2") else {"area": "length"}.get(_WHAT.get(word, "length"), _WHAT.get(word, "length"))
    return what, n.value if sign in (">", ">=") else None, n.value if sign in ("<", "<=") else None, n.unit


def _chosen(a: p.Select, masks: bool, text: str) -> p.Program | None:
    """Regions by what the model itself cannot choose by; a plain class, or a place that it learnt, is its own."""
    filters = [part for part in p.parts(a) if isinstance(part, p.Limit | p.Colour | p.Heading | p.Not | p.Among | p.Between)]
    related = [part for part in p.parts(a) if isinstance(part, p.Related) and part.within is not None]
    if filters or related or a.them or (len(a.kinds) > 1 and not a.filters and a.rank is None):
        return p.Chosen(a, masks)
    return None


def _density(a: p.Select, per: str) -> p.Program | None:
    unit = unit_of(per)
    return p.Density(a, "ha" if unit in ("ha", "acre") else "km2") if unit in ("ha", "km2") else None


def _rows(a: p.Select, n: Amount | None = None, columns: bool = False) -> p.Program | None:
    return p.Lines(a, columns) if n is None else p.Compare(p.Lines(a, columns), "==", p.Given(n.value))


_U = r"(?: in (?P<u>[a-z]+(?: [a-z]+)?[0-9^]*))?"
_ARE = r"(?:is|are)"
_THERE = r"(?:(?:is|are) there|does (?:this|the|that) \w+ (?:contain|have|show|include|hold|feature)|(?:do|can|could) (?:you|we|i) (?:see|spot|find|detect|make out)|do you (?:see|find))"
_MASK = r"(?:segment|mask|outline|trace|delineate|extract|cut out)"
_FIND = r"(?:find|show|mark|detect|locate|highlight|list|select|box|draw|give|get|point out|identify|label|where (?:is|are))"
_PARKED = r"(?:arranged|lined up|parked|laid out|placed|standing|set|organi[sz]ed|aligned|ordered|lying|moored|grouped)"

FORMS: tuple[tuple[str, Build | str], ...] = (
    # comparing numbers of things
    (r"(?:are|is) there (?:more|a larger number of|a greater number of) {a} than {b}", _more),
    (r"(?:are|is) there (?:fewer|less|a smaller number of) {a} than {b}", partial(_more, sign="<")),
    (r"(?:are|is) there (?:as many|the same number of|an equal number of|equally many) {a} (?:as|and) {b}", partial(_more, sign="==")),
    (r"(?:are|is) there twice as many {a} as {b}", partial(_more, sign=">=", times=2.0)),
    (r"(?:does|do) (?:this|the|that) \w+ (?:contain|have|show|hold) more {a} than {b}", _more),
    (r"(?:do|can) you see more {a} than {b}", _more),
    (r"(?:do|does) {a} outnumber {b}", _more),
    (r"{a} outnumber {b}", _more),
    (r"(?:are|is) {a} outnumbered by {b}", partial(_more, sign="<")),
    (r"(?:are|is) {a} (?:more numerous|more common|more frequent|in the majority) (?:than|over|compared to|against) {b}", _more),
    (r"(?:are|is) {a} (?:less numerous|less common|less frequent|rarer) than {b}", partial(_more, sign="<")),
    (r"(?:is|are) the (?:number|count) of {a} (?:larger|greater|higher|bigger) than (?:the (?:number|count)|that) of {b}", _more),
    (r"(?:is|are) the (?:number|count) of {a} (?:smaller|lower|less) than (?:the (?:number|count)|that) of {b}", partial(_more, sign="<")),
    (r"more {a} than {b}", _more),
    (r"(?:which|what)(?: (?:one|class|kind|type))? (?:is|are) (?:the )?more (?:numerous|common|frequent|abundant)[ ,:]*{a} or {b}", _which),
    (r"(?:which|what)(?: (?:one|class|kind|type))? (?:is|are) (?:the )?(?:less|least) (?:numerous|common|frequent)[ ,:]*{a} or {b}", partial(_which, most=False)),
    (r"(?:which|what) (?:is|are) there more(?: of)?[ ,:]*{a} or {b}", _which),
    (r"(?:is|are) there more {a} or(?: more)? {b}", _which),
    (r"(?:which|what) (?:is|are) there (?:fewer|less)(?: of)?[ ,:]*{a} or {b}", partial(_which, most=False)),
    (r"(?:of )?(?:which|what) (?:do|can) you see more(?: of)?[ ,:]*{a} or {b}", _which),
    (r"(?:what|which)(?: (?:kind|type|class|sort|category))?(?: of)?(?: {a})? (?:is|are|occurs?|appears?) (?:the )?(?:most|more) (?:common|frequent|frequently|numerous|abundant|often|prevalent)(?: of all)?", "most"),
    (r"(?:what|which) (?:is|are) (?:the )?(?:most (?:common|frequent|numerous|abundant|prevalent)|commonest)(?: (?:kind|type|class|sort|category)(?: of)?)? ?{a}?", "most"),
    (r"(?:what|which)(?: (?:kind|type|class|sort))?(?: of)?(?: {a})? (?:do you see|are there|is there|has) (?:the )?most(?: of)?", "most"),
    (r"(?:what|which)(?: (?:kind|type|class|sort|category))?(?: of)?(?: {a})? (?:is|are|occurs?) (?:the )?(?:least|less) (?:common|frequent|frequently|numerous|often)", "least"),
    (r"(?:what|which) (?:is|are) (?:the )?(?:least (?:common|frequent|numerous)|rarest)(?: (?:kind|type|class|sort|category)(?: of)?)? ?{a}?", "least"),
    # against a number
    (r"(?:are|is) there (?:more than|over|upwards of) {n} {a}", partial(_numbered, sign=">")),
    (r"(?:are|is) there (?:at least|no fewer than|no less than) {n} {a}", partial(_numbered, sign=">=")),
    (r"(?:are|is) there (?:fewer than|less than|under) {n} {a}", partial(_numbered, sign="<")),
    (r"(?:are|is) there (?:at most|no more than|up to) {n} {a}", partial(_numbered, sign="<=")),
    (r"(?:are|is) there (?:exactly|precisely|only|just) {n} {a}", partial(_numbered, sign="==")),
    (r"(?:do|can) you see (?:more than|over) {n} {a}", partial(_numbered, sign=">")),
    (r"(?:do|can) you see (?:at least) {n} {a}", partial(_numbered, sign=">=")),
    (r"does (?:this|the) \w+ (?:show|contain|have|hold) (?:more than|over) {n} {a}", partial(_numbered, sign=">")),
    (r"does (?:this|the) \w+ (?:show|contain|have|hold) (?:at least) {n} {a}", partial(_numbered, sign=">=")),
    (r"does (?:this|the) \w+ (?:show|contain|have|hold) (?:fewer than|less than) {n} {a}", partial(_numbered, sign="<")),
    (r"(?:is|are) (?:the )?(?:number|count) of {a} (?:over|above|greater than|more than|larger than) {n}", partial(_numbered, sign=">")),
    (r"(?:is|are) (?:the )?(?:number|count) of {a} (?:under|below|smaller than|less than) {n}", partial(_numbered, sign="<")),
    # sizes against each other
    (r"(?:is|are) {a} (?P<word>longer|shorter|wider|narrower|larger|bigger|smaller) than {b}", _bigger),
    (r"which (?:is|are) (?P<word>longer|shorter|wider|narrower|larger|bigger|smaller)[ ,:]*{a} or {b}", _which_bigger),
    # shares
    (rf"(?:what|which|how much)?(?: is)?(?: the)? ?(?:percentage|percent|per cent|%|share|proportion|fraction|portion|part) of {_PICTURE} (?:is|are|that is)?(?: (?:covered|taken up|occupied|filled|made up|composed))? ?(?:by|with|of)? ?{{a}}", _share),
    (rf"(?:what|which) (?:percentage|percent|per cent|%|share|proportion|fraction|portion|part) of {_PICTURE} (?:do|does) {{a}} (?:cover|occupy|take up|fill|make up)", _share),
    (rf"how much of {_PICTURE} (?:do|does) {{a}} (?:cover|occupy|take up|fill|make up)(?:[ ,]*(?:in|as a) (?:percent|per cent|%|percentage))?", _share),
    (rf"how much of {_PICTURE} (?:is|are)(?: (?:covered|taken up|occupied|filled))? ?(?:by|with|of)? ?{{a}}(?:[ ,]*(?:in|as a) (?:percent|per cent|%|percentage))?", _share),
    (rf"(?:what is |give |calculate |compute )?(?:the )?(?:share|proportion|percentage|fraction|coverage|cover|areal share) of {{a}}(?: (?:in|of) {_PICTURE})?(?: in (?:percent|per cent|%))?", _share),
    (r"(?:what is |give )?(?:the )?{a} (?:coverage|cover|share|percentage|fraction)(?: (?:in|as) (?:percent|per cent|%))?", _share),
    (rf"(?:do|does) {{a}} (?:cover|occupy|take up|fill) (?P<sign>more|less) than {{percent}} of {_PICTURE}", "covers"),
    (r"(?:what|which) (?:percentage|percent|per cent|%|share|proportion|fraction) of {a} (?:is|are|lies?) {c}", _share_where),
    # sizes
    (rf"(?:what is |what's |give |tell me |calculate |compute |measure |estimate |report |determine )?(?:the )?(?P<how>total|combined|overall|average|mean|median|typical|largest|maximum|max|greatest|smallest|minimum|min)? ?(?P<what>length|width|area|size|diameter|surface area|surface|acreage) (?:of|covered by|occupied by|taken up by) (?:each of |each |every )?{{a}}{_U}", _measure),
    (rf"(?:what is |what's |give |calculate |compute |measure |estimate )?(?:the )?(?P<how>total|combined|average|mean|median|typical|maximum|max|minimum|min)? ?{{a}} (?P<what>length|width|area|size|diameter|surface area){_U}", _measure),
    (rf"(?:what (?:is|are) )?{{a}} (?P<what>length|width|area|size){_U}", _measure),
    (rf"how (?P<what>long|wide|broad|large|big) (?:is|are) {{a}}(?: (?P<how>on average|in total|together))?{_U}", _measure),
    (rf"how (?P<what>long|wide|large|big) (?:is|are) {{a}} on average{_U}", partial(_measure, how="average")),
    (rf"how (?P<what>long|wide|large|big) (?:is|are) {{a}} (?:in total|together|all together|combined){_U}", partial(_measure, how="total")),
    (rf"how many (?P<u>[a-z]+(?: [a-z]+)?2?) (?P<what>long|wide|large|big) (?:is|are) {{a}}", _measure),
    (rf"how many (?P<u>[a-z]+(?: [a-z]+)?2?) (?:do|does) {{a}} (?:cover|occupy|take up|span)", partial(_measure, "area")),
    (rf"how many (?P<u>[a-z]+(?: [a-z]+)?2?) of {{a}} are there", partial(_measure, "area")),
    (rf"how (?:much|large an?) (?:area|ground|surface|space|land) (?:do|does|is) {{a}} (?:cover|occupy|take up|covered by)?{_U}", partial(_measure, "area")),
    (rf"how much (?:area|ground|surface|space|land) is (?:covered|occupied|taken up) by {{a}}{_U}", partial(_measure, "area")),
    (rf"(?:what|how large an?|how much) area (?:do|does|is) (?:covered by |occupied by )?{{a}} ?(?:cover|occupy|take up)?{_U}", partial(_measure, "area")),
    # distances
    (rf"how far(?: apart)?{_U} (?:is|are) {{a}}(?: (?:apart|away))? (?:from|and|to) {{b}}(?: apart)?(?:[ ,]*in (?P<u2>[a-z]+))?", "apart"),
    (rf"how far(?: apart| from each other| away from each other)?{_U} (?:is|are) {{a}}(?: (?:apart|from each other|from one another|away from each other))?(?:[ ,]*in (?P<u2>[a-z]+))?", "apart"),
    (rf"(?:what is |what's |give |measure |calculate |compute )?(?:the )?(?P<gap>gap|spacing|clearance|shortest distance|smallest distance|distance|separation){_U} (?:between|from|of) {{a}} (?:and|to) {{b}}(?:[ ,]*in (?P<u2>[a-z]+))?", "apart"),
    (rf"(?:what is |what's |give |measure |calculate |compute )?(?:the )?(?P<gap>gap|spacing|clearance|shortest distance|distance|separation){_U} (?:between|of) {{a}}(?:[ ,]*in (?P<u2>[a-z]+))?", "apart"),
    # density
    (r"how many {a} (?:are there )?per (?P<per>hectare|ha|km2|square kilometre|square kilometer|sq km|acre|km\^2)(?: are there)?", _density),
    (r"(?:what is |give )?(?:the )?density of {a}(?: (?:per|in .+ per) (?P<per>hectare|ha|km2|square kilometre|square kilometer|sq km))?", "density"),
    (r"(?:what is |give )?(?:the )?{a} density(?: (?:per|in .+ per) (?P<per>hectare|ha|km2|square kilometre|square kilometer|sq km))?", "density"),
    # rows
    (r"(?:in )?how many rows(?: of {a})? (?:are there|do you see|can you see)", "rows"),
    (r"(?:in )?how many rows (?:do|does) {a} (?:form|make|stand in|lie in|have)", _rows),
    (rf"in how many rows (?:is|are|do|does) {{a}} (?:{_PARKED}|stand|lie)", _rows),
    (r"(?:count|number of|what is the number of) (?:the )?rows of {a}", _rows),
    (r"(?:in )?how many columns of {a} (?:are there|do you see|can you see)", partial(_rows, columns=True)),
    (r"(?:in )?how many columns (?:do|does) {a} (?:form|make|stand in|lie in)", partial(_rows, columns=True)),
    (rf"in how many columns (?:is|are) {{a}} {_PARKED}", partial(_rows, columns=True)),
    (rf"(?:is|are|do|does) {{a}} (?:{_PARKED}|stand|lie|form)? ?(?:in )?{{n}} rows", _rows),
    (rf"(?:is|are|do|does) {{a}} (?:{_PARKED}|stand|lie|form)? ?(?:in )?{{n}} columns", partial(_rows, columns=True)),
    (rf"(?:is|are|do|does) {{a}} (?:(?:{_PARKED}|stand|lie|form)? ?(?:in )?(?:an? )?(?:single |straight |one )?(?:row|line)|aligned|lined up|in line)", lambda a: p.Arranged(a, "aligned")),
    (r"(?:is|are|do|does) {a} (?:clustered|clustered together|grouped|grouped together|concentrated|in a cluster|in clusters|bunched together|cluster|crowded together)", lambda a: p.Arranged(a, "clustered")),
    (r"(?:is|are) {a} (?:scattered|spread out|dispersed|spread over|distributed|strewn|scattered around|evenly spread|spread|scattered about)", lambda a: p.Arranged(a, "scattered")),
    (rf"how (?:is|are) {{a}} (?:arranged|distributed|laid out|organi[sz]ed|grouped|placed)", lambda a: p.Arrangement(a)),
    (r"(?:what is )?the (?:arrangement|layout|distribution) of {a}", lambda a: p.Arrangement(a)),
    # colour and heading
    (r"what colou?r (?:is|are|do|does) {a}(?: have)?", lambda a: p.ColourOf(a)),
    (r"(?:what is |tell me )?the colou?r of {a}", lambda a: p.ColourOf(a)),
    (r"(?:what is |in )?(?:the |which |what )?(?:heading|orientation|direction|bearing|azimuth)(?: of(?: the long axis of)?)? (?:is |are )?{a}(?: (?:pointing|oriented|heading|facing|aligned|lying))?", lambda a: p.Axis(a)),
    (r"(?:which way|in (?:which|what) direction) (?:do|does|is|are) {a} (?:point|pointing|oriented|face|facing|head|heading|run|running|lie|lying|aligned)(?: in)?", lambda a: p.Axis(a)),
    # counting
    (r"how many {a} (?:are there|are|is there|exist|do you (?:see|count|find)|can (?:you|be) (?:see|seen|count|find|found|spot)|can i see|does (?:this|the) \w+ (?:show|have|contain)|have you found)(?: (?:in total|together|in all|combined))?", _counted),
    (r"how many {a} (?:are|is|lie|lies|have|has|stand|do|does) {c}", "count where"),
    (r"how many {a}(?: (?:in total|together|in all|combined|there))?", _counted),
    (r"(?:count|enumerate|tally) {a}(?: (?:together|in total|up))?", _counted),
    (r"(?:what is |what's |give |tell me )?(?:the )?(?:total |overall |combined |exact )?(?:number|count|sum|quantity|amount) of {a}(?: (?:in total|together|there))?", _counted),
    (r"(?:total|number of) {a}", _counted),
    (r"(?:the )?(?:total )?{a} count", _counted),
    # yes or no
    (rf"{_THERE} (?:no|not any) {{a}}", "none"),
    (rf"{_THERE} {{a}}", "exists"),
    (r"(?:are|is) (?:any|an?|one|some) {a} {c}", "exists where"),
    (r"(?:is|are) (?:none|no one) of {a} {c}", "none where"),
    (r"(?:is|are|do|does) {a} {c}", _is),
    # regions
    (rf"(?P<masks>{_MASK}) (?:only |just )?{{a}}(?: only| alone| separately)?", "chosen"),
    (rf"{_FIND} (?:me )?(?:only |just )?{{a}}(?: only| alone)?", "chosen"),
    (r"(?:which|what) (?:of )?{a} (?:is|are|lie|lies|have|has|do|does) {c}", "chosen where"),
    (r"(?:only |just )?{a}", "chosen"),
)  # fmt: skip
"""Questions, the special before the general. A build that is a word is done by `_special`."""


_SLOTS = {
    "{a}": "(?P<a>.{0,}?\\S)", "{b}": "(?P<b>.+?)", "{c}": "(?P<c>.+)", "{n}": r"(?P<n>[NQ]\d+)", "{percent}": r"(?P<n>N\d+) ?(?:%|percent|per cent)"
}  # fmt: skip


def _pattern(form: str, least: int = 0) -> str:
    for slot, pattern in _SLOTS.items():
        form = form.replace(slot, pattern)
    return form.replace(".{0,}?", f".{{{least},}}?")


_COMPILED = tuple((re.compile(_pattern(form)), form, build) for form, build in FORMS)


def read(question: str, lexicon: Lexicon) -> p.Program | None:
    """The program of an English question; None where a word of it finds no place, or where it asks for nothing of this sort."""
    marks = marked(normalized(question), lexicon)
    text = re.sub(r"[ ?.!]+$", "", marks.text)
    text = re.sub(r"^(?:yes or no|question) ?[:,]? ", "", text)
    for pattern in (_POLITE, _IN_SCENE, _POLITE):
        text = pattern.sub("", text).strip(" ,")
    text = " ".join(text.split())
    if not text or len(text.split()) > MOST:
        return None
    reader = _Reader(marks, lexicon, {})
    for pattern, form, build in _COMPILED:
        for found in _matches(pattern, form, text):
            try:
                program = _built(build, found, reader, text)
            except _NoPlace:
                continue
            if program is not None:
                return program if p.kinds(program) or p.refers(program) else None
    return None


def _matches(pattern: re.Pattern[str], form: str, text: str) -> Iterator[re.Match[str]]:
    """Every way in which the first noun phrase of a form may end."""
    found = pattern.fullmatch(text)
    while found is not None:
        yield found
        if "{a}" not in form or found["a"] is None:
            return
        found = re.fullmatch(_pattern(form, len(found["a"])), text)


def _built(build: Build | str, found: re.Match[str], reader: _Reader, text: str) -> p.Program | None:
    """What a form builds of its slots."""
    slots: dict[str, Any] = {name: value for name, value in found.groupdict().items() if value is not None}
    said = slots.get("a", "")
    for name in ("a", "b"):
        if name in slots:
            slots[name] = reader.phrase(slots[name])
    if "c" in slots:
        slots["c"] = reader.conditions(slots["c"])
    if "n" in slots:
        slots["n"] = reader.amount(slots["n"])
    if isinstance(build, str):
        return _special(build, slots, said, reader)
    if "how" in slots:
        slots["how"] = slots["how"].removeprefix("on ").removeprefix("in ").replace("together", "total")
    if "word" in slots:
        return build(slots.pop("word"), **slots)
    if getattr(build, "args", ()) and "what" not in slots:  # a quantity that the form itself says
        return build(slots.pop("a"), **slots)
    return build(**slots)


def _special(name: str, slots: dict[str, Any], said: str, reader: _Reader) -> p.Program | None:
    a: p.Select | None = slots.get("a")
    everything = p.Select(tuple(reader.lexicon.objects))
    if name in ("most", "least"):
        of = everything if a is None or a.them else a
        return p.Commonest(of, name == "most") if len(of.kinds) > 1 else None
    if name == "rows":
        return p.Lines(everything if a is None else a)
    if a is None:
        return None
    conditions: tuple[p.Filter, ...] = slots.get("c", ())
    where = replace(a, filters=(*a.filters, *conditions))
    match name:
        case "covers":
            return p.Compare(p.Share(a), ">" if slots["sign"] == "more" else "<", p.Given(slots["n"].value, "%"))
        case "apart":
            gap = "gap" if slots.get("gap") in ("gap", "clearance", "spacing", "shortest distance", "smallest distance") else ""
            return _distance(a, slots.get("b"), slots.get("u2") or slots.get("u") or "", gap)
        case "density":
            return _density(a, slots.get("per") or "ha")
        case "exists":
            return _exists(a, said)
        case "exists where":
            return p.Exists(where)
        case "none":
            return p.Compare(p.Count(a), "==", p.Given(0))
        case "none where":
            return p.Compare(p.Count(where), "==", p.Given(0))
        case "count where":
            return p.Count(where)
        case "chosen" | "chosen where":
            return _chosen(where, "masks" in slots, said)
    raise ValueError(name)

"""English noun phrases and conditions: "the white ships near the harbor longer than 30 m".

Every word must find its place.

A phrase is read shortest first, so that what follows it is said of the thing asked about: in "ships
near the harbor in the left half" the ships are in the left half.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from geomagnifier.composed import program as p
from geomagnifier.composed.english_patterns import JOIN, LONGER, PICTURE, RANK, RANKS
from geomagnifier.composed.placeholders import Amount, Lexicon, Marked
from geomagnifier.composed.placeholders import amount as made
from geomagnifier.composed.slots import NoPlace
from geomagnifier.language.ordinals import ORDINAL, number_of

_AWAY = re.compile(r"(?:(?:that|which) (?:is|lies) |located |lying )?(?:far|away|distant)\b")
_NOUN = re.compile(rf"K\d+(?:{JOIN}K\d+)*|(?:of )?(?:them|they|those|these|it|ones|one)\b(?! K)")
_COLOURS = {
    "white": "white", "black": "black", "grey": "grey", "gray": "grey", "red": "red",
    "orange": "orange", "yellow": "yellow", "green": "green", "blue": "blue", "brown": "brown",
    "reddish": "red", "greenish": "green", "bluish": "blue", "whitish": "white",
    "brownish": "brown",
}  # fmt: skip
_COLOUR = rf"(?:{'|'.join(_COLOURS)})(?: (?:coloured|colored))?"
_ADJECTIVES: dict[str, p.Quantity] = {
    "long": "length", "wide": "width", "broad": "width", "large": "area", "big": "area",
    "short": "length", "small": "area", "narrow": "width", "across": "length",
    "in length": "length", "in width": "width", "in area": "area", "in size": "area",
    "in diameter": "length",
}  # fmt: skip
_MORE = (
    r"(?:more than|over|above|greater than|larger than|exceed(?:s|ing)?|over|longer than|at"
    r" least|no less than|not less than|a "
    r"minimum of|upwards of|> ?=?|≥)"
)
_LESS = (
    r"(?:less than|fewer than|under|below|smaller than|at most|no more than|not more than|up to|a"
    r" maximum of|< ?=?|≤)"
)
_WIDE = "|".join(_ADJECTIVES)
_SIDES = {
    "left": "left", "right": "right", "upper": "upper", "top": "upper", "lower": "lower",
    "bottom": "lower", "northern": "upper", "southern": "lower", "western": "left",
    "eastern": "right", "north": "upper", "south": "lower", "west": "left", "east": "right",
    "left hand": "left", "right hand": "right",
}  # fmt: skip
_COMPASS = {
    "north": 0.0, "south": 0.0, "east": 90.0, "west": 90.0, "northeast": 45.0, "southwest": 45.0,
    "northwest": 135.0, "southeast": 135.0, "north south": 0.0, "south north": 0.0,
    "east west": 90.0, "west east": 90.0, "north and south": 0.0, "east and west": 90.0,
}  # fmt: skip
_WAYS: tuple[tuple[str, p.Way], ...] = (
    (r"(?:to the |on the )?left (?:hand side )?of", "left of"),
    (r"(?:to the |on the )?right (?:hand side )?of", "right of"),
    (r"(?:to the )?north of", "north of"), (r"(?:to the )?south of", "south of"),
    (r"(?:to the )?east of", "east of"), (r"(?:to the )?west of", "west of"), (r"above", "above"),
    (r"below|beneath", "below"), (r"along|alongside", "along"),
    (r"near|next to|close to|beside|by|around|nearby|adjacent to|in the vicinity of|at", "near"),
    (r"(?:over|on top of|on|across|crossing|spanning|upon|that crosses|" r"that cross)", "on"),
    (r"inside|within|in|inside of|surrounded by", "inside"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reader:
    """Parses the noun phrases and conditions of one English question."""

    marks: Marked
    """The question with placeholders."""
    lexicon: Lexicon
    """The names of the model's classes."""
    memory: dict[tuple[str, str], Any]
    """What was parsed before, by text."""

    def amount(self, mark: str) -> Amount:
        return self.marks.amounts[mark]

    def times(self, words: str) -> float:
        """Of "twice", "N0 times"."""
        mark = words.split()[0]
        return self.amount(mark).value if mark in self.marks.amounts else 2.0

    def phrase(self, text: str) -> p.Select:
        """A noun phrase. Raises NoPlace."""
        key = ("phrase", text)
        if key not in self.memory:
            try:
                self.memory[key] = self._phrase(text.strip(" ,"))
            except NoPlace:
                self.memory[key] = None
        found: p.Select | None = self.memory[key]
        if found is None:
            raise NoPlace
        return found

    def _phrase(self, text: str) -> p.Select:
        noun = _NOUN.search(text)
        if noun is None:
            raise NoPlace
        named = re.findall(r"K(\d+)", noun[0])
        kinds = tuple(dict.fromkeys(kind for k in named for kind in self.marks.names[int(k)]))
        of = p.Select(kinds, them=not named)
        of, rank = self._before(text[: noun.start()].strip(), of, len(named) > 1)
        after = text[noun.end() :].strip()
        single = bool(named) and not any(self.marks.plural[int(k)] for k in named)
        if single and text.startswith("the ") and _AWAY.match(after):
            raise NoPlace  # the one that is farthest: the model itself chooses it
        if rank is not None and not rank.by:
            rank, after = self._from_side(rank, after)
        of = self._except(after.removeprefix(", "), of) or replace(
            of, filters=of.filters + (self.conditions(after) if after else ())
        )
        return replace(of, rank=rank)

    def _before(self, words: str, of: p.Select, union: bool) -> tuple[p.Select, p.Rank | None]:
        """What stands before the noun: articles, a number, a rank, a colour."""
        rank: p.Rank | None = None
        filters: tuple[p.Filter, ...] = ()
        number: int | None = None
        start = 0
        rest = words
        patterns: tuple[tuple[str, str], ...] = (
            (r"(?:the|an?|all|every|each|any|some|these|those|only|just|of|its|their|single|individual|separate|different|many|"
            r"much|existing|visible|either|one)\b", ""),
            (r"both\b", "both"), (r"(?:N\d+)\b", "number"), (rf"{ORDINAL}\b", "ordinal"),
            (rf"{RANK}\b", "rank"), (rf"{_COLOUR}(?: (?:or|and) "
            rf"{_COLOUR})*\b", "colour"),
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
                elif what == "ordinal":
                    if union or start or rank is not None:
                        raise NoPlace
                    start = number_of(found[0])
                elif what == "rank":
                    if union or rank is not None:
                        raise NoPlace
                    by, largest = RANKS[found[0]]
                    rank = p.Rank(by, largest, start=start or 1)
                elif what == "colour":
                    if union:
                        raise NoPlace  # of both, or of the first?
                    filters += (p.Colour(self.colours(found[0])),)
                rest = rest[found.end() :].strip(" ,")
                break
            else:
                raise NoPlace
        if rank is not None and number is not None:
            rank, number = replace(rank, count=number), None
        if start and rank is None:
            rank = p.Rank("", start=start)  # "the second ship", from where is said after it
        return replace(of, filters=filters, number=number), rank

    @staticmethod
    def _from_side(rank: p.Rank, words: str) -> tuple[p.Rank, str]:
        """A rank that is counted from a side of the picture, and the words after it.

        "(the second ship) from the left in the harbor".
        """
        sides = "|".join(sorted(_SIDES, key=len, reverse=True))
        m = re.match(
            rf"(?:counted |counting |when counted )?from (?:the )?({sides})(?: (?:side|edge|hand"
            r" side))?\b ?",
            words,
        )
        if m is None:
            raise NoPlace
        return replace(rank, by=_SIDES[m[1]]), words[m.end() :]

    @staticmethod
    def colours(words: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_COLOURS[word] for word in words.split() if word in _COLOURS))

    def _except(self, words: str, of: p.Select) -> p.Select | None:
        """As in "except the ships", "that are not ships", "other than ships".

        None where it is no such thing.
        """
        found = re.match(
            r"(?:, )?(?:except(?: for)?|other than|excluding|but(?: not| no)?|apart"
            r" from|besides|without|which (?:is|are) "
            r"(?:not|no)|that (?:is|are) (?:not|no)|minus"
            r"|(?:is|are) not|not|leaving out|ignoring|with the exception of|save for|and not)"
            r" (?=(?:an?|the|all|any|those)\b|K\d)",
            words,
        )
        if found is None or (
            found[0].startswith("without") and set(of.kinds) != set(self.lexicon.every)
        ):
            return None
        try:
            left = words[found.end() :]
            out = self.phrase(
                left if _NOUN.search(left) else f"{left} ones"
            )  # "excluding the largest"
        except NoPlace:
            return None
        if of.them:
            return None
        if out.them:  # "the tanks, but not the ones on the left"
            out = replace(out, kinds=of.kinds, them=False)
        kept = tuple(kind for kind in of.kinds if kind not in out.kinds)
        if not out.filters and out.rank is None and kept and len(kept) < len(of.kinds):
            return replace(of, kinds=kept)
        return (
            replace(of, filters=(*of.filters, p.Not(p.Among(out))))
            if set(out.kinds) & set(of.kinds)
            else of
        )

    def conditions(self, words: str) -> tuple[p.Filter, ...]:
        """Conditions joined by "and". Raises NoPlace."""
        key = ("conditions", words)
        if key not in self.memory:
            self.memory[key] = next(self._conditions(words.strip(" ,")), None)
        found: tuple[p.Filter, ...] | None = self.memory[key]
        if found is None:
            raise NoPlace
        return found

    def _conditions(self, words: str) -> Iterator[tuple[p.Filter, ...]]:
        words = re.sub(r"^(?:and |but |, )*", "", words) if words else words
        words = re.sub(
            r"^(?:(?:that|which|who|there|,)"
            r" )*(?:(?:is|are|lie|lies|lying|have|has|stand|stands|sit|sits|appear|appears|occur|"
            r"occurs|being|can be found|located|situated|found|parked|moored|"
            r"docked|standing|placed|berthed|anchored) )*(?=.)",
            "",
            words,
        )
        words = re.sub(
            r"^(?:(?:that|which) )?(?:do|does) not (?:lie|have|stand|sit|appear)", "not", words
        )
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
            if isinstance(one, p.Limit) and re.match("(?:away|apart|from)\\b", rest):
                continue  # a distance, not a size: "more than 50 m away from the road"
            if not rest:
                yield (one,)
                return
            try:
                if rest.startswith("or "):
                    (other,) = (
                        self.conditions(rest[3:]) if " and " not in rest else ()
                    )  # "a or b and c" could mean two things
                    yield (p.AnyOf((one, other)),)
                else:
                    yield (one, *self.conditions(rest))
                return
            except (NoPlace, ValueError):
                continue

    def _condition(self, words: str) -> p.Filter | None:
        """One condition that takes up all of the words."""
        if m := re.match(r"(?:outside|outside of|out of|beyond) (?=the |an? |K)", words):
            inner = self._place(f"in {words[m.end() :]}") or self._relation(
                f"in {words[m.end() :]}"
            )
            return None if inner is None else p.Not(inner)
        for read in (self._limit, self._place, self._colour, self._heading, self._relation):
            found = read(words)
            if found is not None:
                return found
        return None

    def _limit(self, words: str) -> p.Filter | None:
        longer = "|".join(LONGER)
        if m := re.fullmatch(
            rf"(?:measur(?:e|es|ing) )?({longer}) (?:in (?:length|width|area|size) )?than"
            r" (?:about |"
            rf"roughly )?(Q\d+)",
            words,
        ):
            what, more = LONGER[m[1]]
            return self._between_numbers(what, m[2] if more else None, None if more else m[2])
        lead = (
            r"(?:(?:with|of|whose|having|has|have|an?|the|its|their|in|being|which|that|is|are|"
            r"measur(?:e|es|ing)) )*"
        )
        noun = (
            r"(?:(length|width|area|size|diameter)s? )?(?:(?:of|is|are|being|which is|that"
            r" is|measuring) )*"
        )
        tail = rf"(?: ({_WIDE}|length|width|area|size|diameter))?"
        if m := re.fullmatch(rf"{lead}{noun}(?:({_MORE})|{_LESS}) (?:about )?(Q\d+){tail}", words):
            return self._between_numbers(
                _quantity(m[1], m[4]), m[3] if m[2] else None, None if m[2] else m[3]
            )
        if m := re.fullmatch(
            rf"{lead}{noun}(?:between|from) (Q\d+|N\d+) (?:and|to) (Q\d+){tail}", words
        ):
            return self._between_numbers(_quantity(m[1], m[4]), m[2], m[3])
        if m := re.fullmatch(
            rf"{lead}{noun}(Q\d+) (?:({_WIDE}) )?(?:or|and)"
            r" (more|longer|larger|wider|bigger|above|over|less|"
            rf"shorter|smaller|below|under)",
            words,
        ):
            more = m[4] in ("more", "longer", "larger", "wider", "bigger", "above", "over")
            what = _quantity(m[1], m[3]) if m[1] or m[3] else LONGER.get(m[4], ("area", True))[0]
            return self._between_numbers(what, m[2] if more else None, None if more else m[2])
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
        return p.Limit(what, None if a is None else a.value, None if b is None else b.value, unit)

    @staticmethod
    def _plain(amount: Amount) -> float:
        """The number as written."""
        return amount.value / made(1.0, amount.said or amount.unit).value

    def _place(self, words: str) -> p.Filter | None:
        whole = rf"(?: of {PICTURE})?"
        sides = "|".join(sorted(_SIDES, key=len, reverse=True))
        if re.fullmatch(
            rf"(?:in|at|near|around) the (?:cent(?:re|er)|middle)(?: part)?{whole}|(?:in the"
            r" )?central(?: "
            rf"part)?{whole}",
            words,
        ):
            return p.Place("centre")
        edge = rf"(?:at|on|in|along|near|by) the (?:({sides}) )?(?:edges?|borders?|margins?|rim)"
        if m := re.fullmatch(edge + whole, words):
            return p.Place(f"{_SIDES[m[1]]} edge" if m[1] else "edge")
        m = re.fullmatch(
            rf"(?:in|on|at|to|towards?|within) the ({sides})(?: ({sides}))?(?:"
            r" (half|part|side|portion|section|third|quarter|"
            rf"quadrant|corner|edge|area))?{whole}",
            words,
        )
        if m is None:
            return None
        parts = [_SIDES[word] for word in (m[1], m[2]) if word]
        if len(set(parts)) < len(parts) or set(parts) in ({"left", "right"}, {"upper", "lower"}):
            return None
        parts.sort(key=lambda part: part in ("left", "right"))
        extent = {"third": "third", "corner": "corner"}.get(
            m[3] or "", "quarter" if len(parts) == 2 else "half"
        )
        return p.Place(f"{' '.join(parts)} {extent}")

    def _colour(self, words: str) -> p.Filter | None:
        if m := re.fullmatch(rf"neither ({_COLOUR}) nor ({_COLOUR})", words):
            return p.Not(p.Colour(self.colours(f"{m[1]} {m[2]}")))
        m = re.fullmatch(
            rf"(?:of )?(?:in )?({_COLOUR}(?: (?:or|and) {_COLOUR})*)(?: in colou?r)?", words
        )
        return p.Colour(self.colours(m[1])) if m else None

    def _heading(self, words: str) -> p.Filter | None:
        compass = "|".join(sorted(_COMPASS, key=len, reverse=True))
        m = re.fullmatch(
            rf"(?:pointing|heading|facing|oriented|aligned|running|lying|turned|run|point|lie)(?:"
            rf" (?:to|towards?|from|in|due))"
            rf"?(?: the)?(?: direction)? ({compass})(?:wards?)?"
            r"(?: to (north|south|east|west))?(?: direction)?",
            words,
        )
        return p.Heading(_COMPASS[m[1]]) if m else None

    def _relation(self, words: str) -> p.Filter | None:
        if m := re.fullmatch(
            r"(?:without|with no|having no)(?: an?| any)? (.+?) (?:nearby|near|near them|near"
            r" it|close by|next "
            r"to (?:it|them))",
            words,
        ):
            found = self._related("near", m[1])
            return None if found is None else p.Not(found)
        if m := re.fullmatch(
            r"(?:with(?: at least one| an?| any)?|having(?: an?| any)?) (.+?) (?:nearby|near|near"
            r" them|near it|"
            r"close by|next to (?:it|them))",
            words,
        ):
            return self._related("near", m[1])
        if m := re.fullmatch(
            r"(with|without|with no)(?: an?| any)? (.+?) within (Q\d+)(?: of (?:it|them))?", words
        ):
            found = self._related("near", m[2], m[3])
            return found if found is None or m[1] == "with" else p.Not(found)
        if m := re.fullmatch(
            r"(?:within|(?:at most|less than|no more than|up to|closer than|nearer than|under)"
            r" (?=Q\d+))(?: "
            r"about)? ?(Q\d+) (?:of|from|to|away from) (.+)",
            words,
        ):
            return self._related("near", m[2], m[1])
        if m := re.fullmatch(r"(?:closer|nearer) than (Q\d+) (?:to|from) (.+)", words):
            return self._related("near", m[2], m[1])
        if m := re.fullmatch(
            r"(?:(?:farther|further|more) than|at least|no less than|over) (Q\d+) (?:away )?"
            r"(?:from) (.+)",
            words,
        ):
            found = self._related("near", m[2], m[1])
            return None if found is None else p.Not(found)
        if m := re.fullmatch(r"(?:far|far away|away|a long way|remote|distant) from (.+)", words):
            found = self._place(f"in {m[1]}") or self._place(f"at {m[1]}")
            found = found or self._related("near", m[1])
            return None if found is None else p.Not(found)
        if m := re.fullmatch(r"(?:between|in between) (.+)", words):
            return self._lies_between(m[1])
        if m := re.match(
            r"(?:touching|bordering|adjoining|abutting|in contact with|directly next to) (?=.)",
            words,
        ):
            found = self._related("near", words[m.end() :])
            return replace(found, within=1.0, unit="px") if isinstance(found, p.Related) else None
        for pattern, way in _WAYS:
            if m := re.match(rf"(?:{pattern}) (?=.)", words):
                found = self._related(way, words[m.end() :])
                if found is not None:
                    return found
        return None

    def _related(self, way: p.Way, words: str, limit: str | None = None) -> p.Filter | None:
        words = re.sub(r"^(?:another|any other|one other) ", "a ", words)  # no thing is near itself
        try:
            others = self.phrase(words)
        except NoPlace:
            return None
        if limit is None:
            return p.Related(way, others)
        amount = self.amount(limit)
        return (
            p.Related(way, others, amount.value, amount.unit)
            if amount.unit in ("m", "px")
            else None
        )

    def _lies_between(self, words: str) -> p.Filter | None:
        for m in re.finditer(r" and ", words):
            try:
                return p.Between(self.phrase(words[: m.start()]), self.phrase(words[m.end() :]))
            except NoPlace:
                continue
        try:
            both = self.phrase(words)
        except NoPlace:
            return None
        return p.Between(both, both)


def _quantity(noun: str | None, adjective: str | None) -> p.Quantity:
    """What is measured: said by a noun before the number or by a word after it.

    "area" where neither does.
    """
    nouns: dict[str, p.Quantity] = {
        "length": "length",
        "width": "width",
        "diameter": "length",
        "area": "area",
        "size": "area",
    }
    return (
        nouns.get(noun or "")
        or _ADJECTIVES.get(adjective or "")
        or nouns.get(adjective or "", "area")
    )

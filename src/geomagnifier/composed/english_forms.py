"""Forms of English questions, and what each builds of its noun phrases.

Slots: {a} {b} noun phrases, {c} a condition, {n} an amount, {place} a part of the picture,
{percent} so many per cent; the rest are regular expressions. Units ("in pixels") and "on average"
have been taken out of the question before, and are put into the measure afterwards.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from geomagnifier.composed import program as p
from geomagnifier.composed.english_comparisons import (
    AGAINST,
    bigger,
    bigger_than_all,
    by_how_much,
    covers,
    covers_more,
    which_bigger,
    which_covers_more,
)
from geomagnifier.composed.english_patterns import (
    AREA,
    COVER,
    DO,
    FIND,
    FREQUENT,
    GIVE,
    GREATER,
    HAS,
    HOWS,
    IS,
    KIND,
    LEAST,
    MASKED,
    MASKS,
    MOST,
    NEAREST,
    PARKED,
    PART,
    PICTURE,
    SCENE,
    SHOWS,
    TAKE,
    TAKEN,
    THERE,
    TOGETHER,
    WHAT,
    WHICH,
)
from geomagnifier.composed.form_builders import (
    Filters,
    more,
    most_are,
    nearest,
    numbered,
    share_where,
    which,
)
from geomagnifier.composed.placeholders import Amount, unit_of
from geomagnifier.composed.slots import Build


def _either(a: p.Select, most: bool = True) -> p.Program | None:
    """Of the classes of one phrase, "ships or airplanes"."""
    if a.rank is not None or not 1 < len(a.kinds) < 7:
        return None
    return p.Which(tuple(p.Count(replace(a, kinds=(kind,))) for kind in a.kinds), most)


def _commonest(
    a: p.Select | None = None, most: bool = True, everything: p.Select | None = None
) -> p.Program | None:
    of = everything if a is None or a.them else a
    return p.Commonest(of, most) if of is not None and len(of.kinds) > 1 else None


def _share(a: p.Select) -> p.Program:
    return p.Share(a)


def _measure(a: p.Select, what: str, how: str = "") -> p.Program | None:
    quantity = WHAT[what]
    return p.Measure(a, quantity, "sum" if quantity == "area" and not how else HOWS[how])


def _distance(a: p.Select, b: p.Select | None = None, gap: str = "") -> p.Program:
    return p.Distance(
        a,
        b,
        gap in ("gap", "clearance", "spacing", "shortest distance", "smallest distance", "close"),
    )


def _from_other(a: p.Select, b: p.Select | None = None) -> p.Program:
    return p.Distance(replace(a, number=2))


def _of_nearest(a: p.Select, gap: str = "") -> p.Program:
    """As in "the distance between the two closest ships"."""
    return _distance(a, a, gap)


def _share_of(a: p.Select, b: p.Select) -> p.Program | None:
    """As in "What share of the objects are ships?"."""
    return (
        p.Share(replace(b, filters=(*a.filters, *b.filters)), a)
        if set(b.kinds) < set(a.kinds) and a.rank is None
        else None
    )


def _density(a: p.Select, per: str = "ha") -> p.Program | None:
    unit = unit_of(per)
    return (
        p.Density(a, "ha" if unit in ("ha", "acre") else "km2")
        if unit in ("ha", "km2", "acre")
        else None
    )


def _rows(
    a: p.Select | None = None,
    n: Amount | None = None,
    columns: bool = False,
    everything: p.Select | None = None,
) -> p.Program | None:
    of = a or everything
    if of is None:
        return None
    return (
        p.Lines(of, columns)
        if n is None
        else p.Compare(p.Lines(of, columns), "==", p.Given(n.value))
    )


def _exists(
    a: p.Select, c: Filters = (), said: str = "", place: p.Filter | None = None
) -> p.Program:
    of = replace(a, filters=(*a.filters, *c, *([place] if place is not None else [])))
    return p.Exists(of, each=len(a.kinds) > 1 and " and " in said)


def _none(a: p.Select, c: Filters = ()) -> p.Program:
    return p.Compare(p.Count(replace(a, filters=(*a.filters, *c))), "==", p.Given(0))


def _counted(a: p.Select, c: Filters = (), place: p.Filter | None = None) -> p.Program:
    return p.Count(replace(a, filters=(*a.filters, *c, *([place] if place is not None else []))))


def _both_counted(a: p.Select, b: p.Select) -> p.Program | None:
    """As in "How many ships and how many tanks ... together".

    One selection of both where neither has conditions.
    """
    if a.filters or b.filters or a.rank or b.rank:
        return None
    return p.Count(replace(a, kinds=tuple(dict.fromkeys((*a.kinds, *b.kinds)))))


def _difference(a: p.Select, b: p.Select) -> p.Program:
    return p.Difference(p.Count(a), p.Count(b))


def _is(a: p.Select, c: Filters) -> p.Program | None:
    return p.Every(a, c[0]) if len(c) == 1 else None


def _chosen(a: p.Select, c: Filters = (), masks: str = "") -> p.Program | None:
    """Regions by conditions that can be measured; None for a plain class.

    Nor for a rank, such as "the largest ship", which the model itself chooses by.
    """
    of = replace(a, filters=(*a.filters, *c))
    own = p.Limit | p.Colour | p.Heading | p.Not | p.Among | p.Between | p.AnyOf
    special = [part for part in p.parts(of) if isinstance(part, own | p.Related | p.Place)]
    if special or (len(of.kinds) > 1 and not of.filters and of.rank is None):
        return p.Chosen(of, bool(masks))
    return None


def _all_but(
    a: p.Select, everything: p.Select, masks: str = "", said: str = ""
) -> p.Program | None:
    """As in "all but the ships", "all but the largest ship"; but not "all but one ship"."""
    if a.rank is None and (a.number is not None or re.match(r"(?:an?|one|any|some)\b", said)):
        return None
    if a.rank is not None or a.filters:
        return p.Chosen(p.Select(a.kinds, (p.Not(p.Among(a)),)), bool(masks))
    kept = tuple(kind for kind in everything.kinds if kind not in a.kinds)
    return p.Chosen(replace(everything, kinds=kept), bool(masks)) if kept else None


FORMS: tuple[tuple[str, Build | str], ...] = (
    # numbers of things against each other
    (rf"{THERE} (?:more|an? (?:larger|greater|higher) number of|"
     rf"a majority of) (?:of )?{{a}} (?:than|over) (?:of |there are )?{{b}}", more),
    (rf"(?:there (?:is|are) |the {SCENE} (?:shows?|contains?) )?more {{a}} than {{b}}", more),
    (rf"{THERE} (?:fewer|less|an? (?:smaller|lower) number of) (?:of )?{{a}} than (?:of |"
     rf"there are )?{{b}}", partial(more, sign="<")),
    (rf"{THERE} (?:as many|the same number of|an equal number of|equally many|just as many|"
     rf"exactly as many) {{a}} (?:as|and) {{b}}", partial(more, sign="==")),
    (rf"{THERE} (?P<least>at least |more than |over )?(?P<times>twice|double|(?:two|N\d+) times|"
     rf"half) (?:as many|the number of) {{a}} as {{b}}", "times"),
    (rf"(?:{DO} )?{{a}} outnumber {{b}}", more),
    (rf"{IS} {{a}} outnumbered by {{b}}", partial(more, sign="<")),
    (rf"{IS} {{a}} (?:more {FREQUENT}|in the majority|larger in number|greater in number|"
     rf"more in number) (?:than|over|compared (?:to|with)|against) {{b}}", more),
    (rf"{IS} {{a}} (?:less {FREQUENT}|rarer|fewer|fewer in number|in the minority) (?:than|"
     rf"compared (?:to|with)|against) {{b}}", partial(more, sign="<")),
    (rf"{DO} {{a}} (?:occur|appear) more (?:often|frequently) than {{b}}", more),
    (rf"{IS} the (?:number|count|amount|total) of {{a}} (?:larger|greater|higher|bigger|"
     rf"more) than (?:the (?:number|count|amount) of |that of )?{{b}}", more),
    (rf"{IS} the (?:number|count|amount|total) of {{a}} (?:smaller|lower|"
     rf"less) than (?:the (?:number|count|amount) of |that of )?{{b}}", partial(more, sign="<")),
    (rf"{IS} the (?:number|count) of {{a}} (?:equal to|the same as) (?:the (?:number|count) of |"
     rf"that of )?{{b}}", partial(more, sign="==")),
    (rf"{DO} the (?:number|count) of {{a}} (?:exceed|surpass|top) (?:the (?:number|count) of |"
     rf"that of )?{{b}}", more),
    (rf"{DO} {{a}} (?:exceed|surpass|beat) {{b}} in (?:number|numbers|count)", more),
    (r"how many more {a} (?:than|there are than) {b}(?: are there)?", _difference),
    (r"how many more {a} are there than {b}", _difference),
    (r"(?:by )?how much (?P<word>longer|shorter|wider|narrower|larger|bigger|smaller) (?:is|"
     r"are) {a} than {b}", by_how_much),
    (rf"(?:{GIVE} )?(?:the )?difference in (?P<word>length|width|area|"
     rf"size) between {{a}} and {{b}}", by_how_much),
    (rf"(?:{GIVE} )?(?:the )?(?P<word>length|width|area|size) difference between {{a}} and {{b}}",
     by_how_much),
    (rf"(?:{GIVE} )?(?:the )?difference (?:between|in number between) (?:the (?:number|"
     rf"count) of )?{{a}} and (?:the (?:number|count) of )?{{b}}", _difference),
    (r"which (?:one )?(?:is|are|covers?|has) (?:the )?(?P<word>longer|shorter|wider|narrower|"
     r"larger|bigger|smaller)[ ,:]*{a} or {b}", which_bigger),
    (rf"{WHICH} (?:do|can) you see {GREATER}[ ,:]*{{a}} or {{b}}", which),
    (rf"(?:of |between |out of |among )?{{a}} (?:or|and) {{b}}[ ,:]+{WHICH} {HAS}(?: there)? "
     rf"{GREATER}", which),
    (rf"(?:of )?{WHICH} {HAS}(?: there)? {GREATER}(?: objects| class| group| type| kind| members|"
     rf" of| K\d+)?[ ,:]*(?:the )?{{a}} or (?:the )?{{b}}", which),
    (rf"(?:of )?{WHICH} {HAS}(?: there)? (?:fewer|less|the fewer|less {FREQUENT}|fewer of|"
     rf"less of|rarer)(?: of)?[ ,:]*{{a}} or {{b}}", partial(which, most=False)),
    (rf"{WHICH} outnumbers? the other[s]?[ ,:]*{{a}} or {{b}}", which),
    (rf"{WHICH} {IS} there more(?: of)?[ ,:]*{{a}} or {{b}}", which),
    (rf"{IS} there more {{a}},? or(?: more)? {{b}}", which),
    (rf"{DO} {{a}} or {{b}} (?:occur|appear|exist) (?:more often|more frequently|more)", which),
    (rf"{IS} {{a}} or {{b}} more {FREQUENT}", which),
    (rf"(?:of )?{WHICH} {HAS}(?: there)? {GREATER}[ ,:]*{{a}}", _either),
    (rf"(?:of )?{WHICH} {HAS}(?: there)? {MOST}(?: of)?[ ,:]+{{a}}", _either),
    # the most common of all
    (rf"(?:{GIVE} |name |identify |which (?:is|are) )?{MOST} {KIND} ?{{a}}?", _commonest),
    (rf"(?:{GIVE} |name |identify |which (?:is|are) )?{MOST} {{a}}(?: {KIND})?", _commonest),
    (rf"(?:of )?{WHICH} (?:{KIND} ?)?{{a}}?(?: {KIND})? ?{HAS}(?: there| seen| found|"
     rf" represented)? {MOST}(?: of)?(?: of all| {KIND}| often)?", _commonest),
    (rf"{WHICH} (?:{KIND} ?)?{{a}}?(?: {KIND})? ?(?:dominates?|prevails?|is dominant|"
     rf"is predominant|is in the majority)", _commonest),
    (rf"{WHICH} (?:{KIND} ?)?{{a}}?(?: {KIND})? ?(?:has|have|shows?) the (?:highest|largest|"
     rf"greatest|most) (?:count|number|members|{{a2}})", _commonest),
    (rf"(?:of )?(?:what|which)(?: {KIND})? {IS} most of (?:the )?{{a}}", _commonest),
    (rf"(?:{GIVE} |name |identify |which (?:is|are) )?{LEAST} {KIND} ?{{a}}?",
     partial(_commonest, most=False)),
    (rf"(?:{GIVE} |name |identify |which (?:is|are) )?{LEAST} {{a}}(?: {KIND})?",
     partial(_commonest, most=False)),
    (rf"(?:of )?{WHICH} (?:{KIND} ?)?{{a}}?(?: {KIND})? ?{HAS}(?: there| seen|"
     rf" found)? {LEAST}(?: of)?", partial(_commonest, most=False)),
    # against a number
    (rf"{THERE} (?:more than|over|upwards of) {{n}} {{a}}", partial(numbered, sign=">")),
    (rf"{THERE} (?:at least|no fewer than|no less than|a minimum of) {{n}} {{a}}",
     partial(numbered, sign=">=")),
    (rf"{THERE} (?:fewer than|less than|under) {{n}} {{a}}", partial(numbered, sign="<")),
    (rf"{THERE} (?:at most|no more than|up to|a maximum of) {{n}} {{a}}",
     partial(numbered, sign="<=")),
    (rf"{THERE} (?:(?:exactly|precisely|only|just) )?{{n}} {{a}}", partial(numbered, sign="==")),
    (rf"{IS} (?:the )?(?:number|count) of {{a}} (?:over|above|greater than|more than|larger than|"
     rf"higher than) {{n}}", partial(numbered, sign=">")),
    (rf"{IS} (?:the )?(?:number|count) of {{a}} (?:under|below|smaller than|less than|"
     rf"lower than) {{n}}", partial(numbered, sign="<")),
    # sizes against each other
    (rf"{IS} {{a}} (?P<word>longer|shorter|wider|narrower|larger|bigger|smaller|greater|"
     rf"broader)(?: in (?P<of>area|size|length|width|surface))? than {{b}}", bigger),
    (rf"{IS} {{a}} (?P<word>longer|shorter|wider|narrower|larger|bigger|smaller|"
     rf"greater)(?: in (?P<of>area|size|length|width))? than {{b}},? (?:put |taken |"
     rf"all )?(?:together|combined|in total|in all)", bigger_than_all),
    (rf"{IS} {{a}} (?:at least )?twice as (?P<of>long|wide|large|big) as {{b}}",
     partial(bigger, "larger", times=2.0)),
    (rf"(?:compared|in comparison) (?:with|to) {{b}}[ ,]+{IS} {{a}} (?P<word>longer|shorter|"
     rf"wider|narrower|larger|bigger|smaller)", bigger),
    (rf"{DO} {{a}} (?:exceed|surpass|beat|top) {{b}} in (?P<of>area|size|length|width|extent)",
     partial(bigger, "larger")),
    (rf"{DO} {{a}} {COVER} (?:more|an? (?:larger|greater|bigger)){AREA} than {{b}}(?: {DO})?",
     covers_more),
    (rf"{DO} {{a}} {COVER} (?:less|a smaller){AREA} than {{b}}(?: {DO})?",
     partial(covers_more, sign="<")),
    (rf"{WHICH} {COVER} (?:more|the (?:larger|greater|bigger|most)){AREA}[ ,:]*{{a}} or {{b}}",
     which_covers_more),
    (rf"{WHICH} {COVER} (?:less|the (?:smaller|least)){AREA}[ ,:]*{{a}} or {{b}}",
     partial(which_covers_more, most=False)),
    (rf"{DO} {{a}} (?:have|possess) (?:more|an? (?:larger|greater|bigger)) (?P<of>area|ground|"
     rf"space|surface|length|width) than {{b}}(?: {DO})?", partial(bigger, "larger")),
    (rf"{DO} {{a}} (?:have|possess) (?:less|a smaller) (?P<of>area|ground|space|surface|length|"
     rf"width) than {{b}}(?: {DO})?", partial(bigger, "smaller")),
    (rf"{IS} the (?P<of>area|size|length|width|extent) of {{a}} (?P<word>larger|greater|bigger|"
     rf"smaller|longer) than (?:that of |the (?:area|size|length|width) of )?{{b}}", bigger),
    # shares; "in per cent" has been taken out
    (rf"{IS} {AGAINST} (?:{{percent}}|half) of {PICTURE} (?:{TAKEN} ?(?:by|with))? ?{{a}}", covers),
    (rf"{DO} {{a}} (?:{TAKE}) {AGAINST} (?:{{percent}}|half) of {PICTURE}", covers),
    (rf"(?:what|which|how much|how large an?|how big an?|how many|"
     rf"{GIVE})?(?: of)?(?: is)?(?: the)? ?{PART} of (?:the )?(?:pixels|{PICTURE}),? ?(?:is|are|"
     rf"that is|belongs? to|shows?)? ?(?:{TAKEN})? ?(?:by|with|of)? ?{{a}}", _share),
    (rf"(?:what|which|how large an?|how big an?|how many|how much) ?{PART} of (?:the )?(?:pixels|"
     rf"{PICTURE}),? {DO} {{a}} {TAKE}", _share),
    (rf"how much of {PICTURE},? {DO} {{a}} {TAKE}", _share),
    (rf"(?:what|which) {PART} (?:is|are) {{a}}", _share),
    (rf"how much of {PICTURE},? {IS} ?(?:{TAKEN})? ?(?:by|with|of)? ?{{a}}", _share),
    (rf"how (?:large|big|high|great) is (?:the )?{PART} of (?:{PICTURE} )?(?:that is )?"
     rf"(?:{TAKEN} by )?{{a}}(?: in {PICTURE})?", _share),
    (rf"(?:by |to )?(?:how many|what|which) (?:percent|per cent|%|percentage|"
     rf"extent) {DO} {{a}} (?:cover|fill|occupy|take up) {PICTURE}", _share),
    (rf"{{a}} (?:cover|covers|occupy|occupies|take up|takes up|fill|fills) (?:what|which|"
     rf"how much|how many) ?{PART}? of {PICTURE}", _share),
    (rf"(?:{GIVE} )?(?:the )?(?:area )?(?:share|proportion|percentage|fraction|coverage|cover|"
     rf"areal share|area fraction|area percentage|portion) of {{a}}(?: (?:in|of|on|"
     rf"within) {PICTURE})?", _share),
    (rf"(?:{GIVE} )?(?:the )?{{a}} (?:coverage|cover|share|percentage|fraction|"
     rf"area share)(?: (?:of|in) {PICTURE})?", _share),
    (rf"(?:what|which|how many|how large an?|how big an?) {PART} of {{a}} (?:is|are|lies?) {{c}}",
     share_where),
    (rf"(?:what|which|how many|how large an?|how big an?) {PART} of {{a}} (?:is|are) {{b}}",
     _share_of),
    (rf"(?:{IS}|{DO}) (?:most(?: of)?|(?:the majority|the greater part|more than half|"
     rf"over half) of) {{a}} {{c}}", most_are),
    # sizes
    (rf"(?:{GIVE} )?(?:the )?(?P<how>total|combined|overall|average|mean|median|typical|largest|"
     rf"maximum|max|greatest|smallest|minimum|min)? ?(?P<what>length|width|area|size|diameter|"
     rf"surface area|surface|acreage|footprint)s?,? (?:of|covered by|occupied by|"
     rf"taken up by) (?:each of |each |every )?{{a}}", _measure),
    (rf"(?:{GIVE} )?(?:the )?sum of (?:the )?(?P<what>length|width|area|size)s? of {{a}}",
     partial(_measure, how="total")),
    (rf"(?:{GIVE} )?(?:the )?(?P<how>total|combined|average|mean|median|typical|maximum|max|"
     rf"minimum|min)? ?{{a}} (?P<what>length|width|area|size|diameter|surface area)", _measure),
    (r"how (?P<what>long|wide|broad|large|big) (?:is|are) (?:an?|the|each|every) (?P<how>average|"
     r"typical|mean) {a}", _measure),
    (rf"how (?P<what>long|wide|broad|large|big) (?:is|are) {{a}},? (?:{TOGETHER})",
     partial(_measure, how="total")),
    (r"how (?P<what>long|wide|broad|large|big) (?:is|are|do|does) {a}(?: get)?", _measure),
    (r"(?:what|which) (?P<how>average|mean|total|typical|median)? ?(?P<what>length|width|area|"
     r"size|diameter) (?:do|does|is|are) {a}(?: (?:have|of|show|reach|cover|occupy))?", _measure),
    (rf"how (?:much|large an?|big an?) (?P<what>area|ground|surface|space|"
     rf"land) {DO} {{a}} (?:cover|occupy|take up|have|fill|use)", _measure),
    (r"how much (?P<what>area|ground|surface|space|land) is (?:covered|occupied|taken up|"
     r"filled) by {a}", _measure),
    (r"how much {a} (?:is|are) there", partial(_measure, what="area")),
    # distances
    (r"how (?:far|close)(?: apart| away)? (?:is|are|lies?|do) (?:one |"
     r"an? )?{a} (?:lie )?(?:away )?from the (?:other|second|next)(?: one| K\d+)?", _from_other),
    (rf"(?:{GIVE} )?(?:the )?(?:distance|separation) (?:between|from) (?:one |an? )?{{a}} (?:and|"
     rf"to) the (?:other|second)(?: one| K\d+)?", _from_other),
    (r"how (?P<gap>far|close)(?: apart)? (?:is|are|do|does|lies?) {a} (?:lie )?(?:apart |"
     r"away )?(?:from|and|to) {b}(?: apart)?", _distance),
    (r"how far(?: apart| from each other| away from each other| from one another)? (?:is|are|do|"
     r"lie) {a}(?: lie)?(?: (?:apart|from each other|from one another|away from each other|"
     r"separated))?", _distance),
    (rf"(?:{GIVE} )?(?:the )?(?:euclidean |straight line |centre to centre |center to center |"
     rf"cent(?:er|re) )?(?P<gap>gap|spacing|clearance|shortest distance|smallest distance|"
     rf"distance|separation|interval),? (?:between|from|of) (?:the cent(?:re|"
     rf"er)s? of )?{{a}} (?:and|to) (?:the cent(?:re|er)s? of )?{{b}}", _distance),
    (rf"(?:{GIVE} )?(?:the )?(?:euclidean |straight line |centre to centre |center to center |"
     rf"cent(?:er|re) )?(?P<gap>gap|spacing|clearance|shortest distance|distance|separation|"
     rf"interval),? (?:between|of|separating) (?:the cent(?:re|er)s? of )?{{a}}", _distance),
    (rf"(?:{GIVE} )?(?:the )?(?P<gap>gap|clearance|shortest distance|distance|"
     rf"separation) between (?:the )?(?:N\d+ )?(?:closest|nearest) (?:N\d+ )?{{a}}", _of_nearest),
    (r"how (?:far|close) apart (?:are|is) (?:the )?(?:N\d+ )?(?:closest|nearest) (?:N\d+ )?{a}",
     _of_nearest),
    (r"(?:what|which) (?P<gap>distance|gap) (?:separates|is between|lies between) {a}", _distance),
    # density
    (r"how many {a} (?:are there )?(?:per|on an?|to the|to a|in each) (?P<per>hectare|ha|km2|"
     r"square kilometre|square kilometer|sq km|acre|km\^2)(?: are there)?", _density),
    (rf"(?:{GIVE} )?(?:the )?(?:number of {{a}}) per (?P<per>hectare|ha|km2|square kilometre|"
     rf"square kilometer|sq km|acre)", _density),
    (rf"(?:{GIVE} )?(?:the )?density of {{a}}(?: (?:per|in K\d+ per) (?P<per>hectare|ha|km2|"
     rf"square kilometre|square kilometer|sq km))?", _density),
    (rf"(?:{GIVE} )?(?:the )?{{a}} density(?: (?:per|in K\d+ per) (?P<per>hectare|ha|km2|"
     rf"square kilometre|square kilometer|sq km))?", _density),
    # rows
    (r"(?:in )?how many rows(?: of {a})?(?: (?:are there|do you see|can you see))?", _rows),
    (rf"(?:in )?(?:into )?how many rows (?:do|does|is|are) {{a}} ?(?:form|make|stand in|lie in|"
     rf"have|{PARKED}|stand|lie|stand|fall into)?(?: in)?", _rows),
    (rf"(?:count|number of|{GIVE} the number of) (?:the )?rows (?:of|formed by) {{a}}", _rows),
    (r"(?:in )?how many columns of {a}(?: (?:are there|do you see|can you see))?",
     partial(_rows, columns=True)),
    (rf"(?:in )?how many columns (?:do|does|is|are) {{a}} ?(?:form|make|stand in|lie in|"
     rf"{PARKED})?", partial(_rows, columns=True)),
    (rf"(?:is|are|do|does) {{a}} (?:{PARKED}|stand|lie|form)? ?(?:in )?{{n}} rows", _rows),
    (rf"(?:is|are|do|does) {{a}} (?:{PARKED}|stand|lie|form)? ?(?:in )?{{n}} columns",
     partial(_rows, columns=True)),
    (rf"(?:is|are|do|does) {{a}} (?:(?:{PARKED}|stand|lie|form)? ?(?:in |along )?(?:an? |"
     rf"one )?(?:single |straight |one )?(?:row|line)|aligned|lined up|in line|collinear|"
     rf"in alignment)", lambda a: p.Arranged(a, "aligned")),
    (r"(?:is|are|do|does) {a} (?:clustered|clustered together|grouped|grouped together|"
     r"concentrated|in an? (?:single |tight |dense )?(?:cluster|group)|in clusters|"
     r"bunched together|cluster|crowded together|close together)",
     lambda a: p.Arranged(a, "clustered")),
    (r"(?:is|are) {a} (?:scattered|spread out|dispersed|spread over|distributed|strewn|"
     r"scattered around|evenly spread|spread|scattered about)",
     lambda a: p.Arranged(a, "scattered")),
    (r"(?:is|are) {a} (?:clustered or scattered|scattered or clustered|grouped or scattered|"
     r"in rows or scattered|aligned or scattered)", lambda a: p.Arrangement(a)),
    (r"how (?:is|are) {a} (?:arranged|distributed|laid out|organi[sz]ed|grouped|placed|spread)",
     lambda a: p.Arrangement(a)),
    (r"(?:what is )?the (?:arrangement|layout|distribution|spatial arrangement) of {a}",
     lambda a: p.Arrangement(a)),
    # colour and heading
    (r"(?:what|which) colou?r (?:is|are|do|does|has|have) (?:(?:most|the majority|"
     r"nearly all) of )?{a}(?: have)?", lambda a: p.ColourOf(a)),
    (rf"(?:{GIVE} )?the colou?rs? of {{a}}", lambda a: p.ColourOf(a)),
    (rf"(?:{GIVE} )?(?:the )?(?:compass )?(?:heading|orientation|direction|bearing|"
     rf"azimuth)(?: of(?: the long axis of)?)? {{a}}", lambda a: p.Axis(a)),
    (r"(?:which way|(?:in |to )?(?:which|what) (?:compass )?(?:direction|heading|way|"
     r"orientation)) (?:do|does|is|are) {a} ?(?:point|pointing|oriented|face|facing|head|heading|"
     r"run|running|lie|lying|aligned|turned|have)?(?: in| to)?", lambda a: p.Axis(a)),
    # counting
    (rf"(?:what|which) number of {{a}} {IS} {{c}}", _counted),
    (rf"how many {{a}} {DO} (?:the )?{{place}} (?:contain|have|show|hold|include)", _counted),
    (rf"how many {{a}} (?:{IS}|exist|do you (?:see|count|find|detect)|can (?:you|be|i|"
     rf"one) (?:see|seen|count|counted|find|found|spot|detect|detected)|{SHOWS}|"
     rf"{SHOWS[len(DO) + 1:]}|have you found|do we have|are there|is there)(?: {TOGETHER})?",
     _counted),
    (rf"how many {{a}} (?:{IS} there|exist|do you (?:see|count|find|detect)|can (?:you|be|i|"
     rf"one) (?:see|seen|count|counted|find|found|spot|detect)) {{c}}", _counted),
    (r"how many (?:of )?{a} (?:are|is|lie|lies|have|has|stand|do|does|appear|measure|exceed|"
     r"sit) {c}", _counted),
    (r"how many of {a} {c}", _counted),
    (r"how many K\d+ are (?:either )?{a}", _counted),
    (rf"(?:{TOGETHER}[ ,]+)?how many {{a}}(?: (?:are there|there))?(?: {TOGETHER})?", _counted),
    (rf"how many {{a}} (?:{IS}|lie|stand|are there) {{c}},? and how many(?: of them)?(?: {IS}|"
     rf" lie| stand)? {{c2}}", "both"),
    (rf"how many {{a}}(?: {IS} there)? and how many {{b}}(?: {IS} there)?(?: {TOGETHER})?",
     _both_counted),
    (rf"(?:how many|what) (?:are there|is the (?:total|sum|count|number)|do you get|"
     rf"is it),? (?:if|when) (?:you|we|i) (?:count|add|sum|take) (?:up )?{{a}}(?: {TOGETHER})?",
     _counted),
    (rf"(?:count|enumerate|tally|add|add up|sum|sum up|"
     rf"number)(?: up)? {{a}}(?:,? {TOGETHER})?(?:[ :,]+how many)?(?: (?:are there|is that))?",
     _counted),
    (r"what (?:do|does) {a} (?:add|sum) up to", _counted),
    (rf"(?:{GIVE} )?(?:the )?(?:total |overall |combined |exact |joint |summed )*(?:number|count|"
     rf"sum|quantity|amount|tally|total)s? of (?:the )?(?:numbers? of )?{{a}}(?: "
     rf"(?:that (?:are )?)?(?:there|visible|present))?(?:,? {TOGETHER})?", _counted),
    (r"how many are there ?: ?{a}", _counted),
    (r"(?:total|number of) {a}", _counted),
    (r"(?:the )?(?:total )?{a} count", _counted),
    # yes or no
    (rf"{THERE} (?:no|not any) {{a}}", _none),
    (rf"{THERE} {{a}}", _exists),
    (rf"{DO} (?:the )?{{place}}(?: of {PICTURE})? (?:contain|have|show|hold|include) {{a}}",
     _exists),
    (r"can {a} be (?:seen|found|spotted|detected)(?: {c})?", _exists),
    (rf"{DO} {{a}} (?:appear|occur|exist|show up|show)(?: {{c}})?", _exists),
    (r"(?:is|are) (?P<some>any|an?|one|some|no) (?:any |an? |some )?{a}", "is there"),
    (r"(?:is|are|do|does) (?:any|an?|one|some)(?: of)? {a} {c}", _exists),
    (r"any {a}(?: {c})?", _exists),
    (r"(?:are|is) {a}(?: there| to be seen| to be found)?", "are there"),
    (r"(?:is|are) (?:none|no one) of {a} {c}", _none),
    (r"(?:is|are) all(?: of)? {a} {c}", _is),
    (r"(?:is|are|do|does) {a} {c}", _is),
    # regions
    (rf"(?P<masks>{MASKED}) (?:only |just )?all but {{a}}", _all_but),
    (rf"{FIND} (?:me )?(?:only |just )?all but {{a}}", _all_but),
    (rf"(?:(?:{FIND}|(?P<masks>{MASKED}|{MASKS})|which|what) )?{{a}} {NEAREST} {{b}}", nearest),
    (rf"(?P<masks>{MASKED}) (?:only |just )?(?:out )?{{a}}(?: only| alone| separately)?", _chosen),
    (rf"(?P<masks>{MASKS}) (?:only |just )?{{a}}(?: only| alone| separately)?", _chosen),
    (r"(?:i (?:need|want)|have|get) {a} (?P<masks>segmented|masked|outlined|traced)", _chosen),
    (rf"{FIND} (?:me )?(?:only |just )?{{a}}(?: only| alone)?", _chosen),
    (r"(?:which|what) (?:of )?{a} (?:is|are|lie|lies|have|has|do|does|measure|exceed) {c}",
     _chosen),
    (r"(?:only |just )?{a}", _chosen),
)  # fmt: skip
"""Questions, the special before the general. A word in place of a function: `english` builds it."""

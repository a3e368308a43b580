"""The sentence about an object that the model has no class for.

It quotes the name as asked, suggests the class that the name may be a typing error for, and lists
the classes of the model:

"Find every airplan."
    There is no class "airplan" in this model; did you mean "airplane"? It knows: airplane, ...
"Find every windmill."
    There is no class for "windmill" in this model. It knows: airplane, ship, ...
"Segment the ships and the cranes"
    There are ten ships. There is no class for "cranes" in this model.

A word that the sentence encoder has as a whole is spelled right: "horse" is no typing error for
"house".
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Iterable, Sequence

from geomagnifier.language.mentions import names_of
from geomagnifier.language.plain_words import ENGLISH
from geomagnifier.language.short_forms import written_out

LIKE = 0.75
"""Likeness (difflib) from which a misspelt word is taken for a known one."""
LONGEST, WORD, MOST = 2000, 40, 5
"""Letters of a question and of a word that are read, and things that are named."""
SYNONYMS: dict[str, str] = {
    "airplane": (
        """plane, aeroplane, aircraft=, jet, airliner, jetliner, jet plane, passenger jet,
        passenger plane, fighter jet, warplane, parked plane, cargo plane, propeller plane,
        fixed-wing aircraft="""
    ),
    "ship": (
        """boat, vessel, ferry, barge, yacht, cargo ship, freighter, container ship, tanker ship,
        fishing boat, motorboat, sailboat, warship, cruise ship, watercraft=, tugboat,
        passenger ship, merchant ship"""
    ),
    "storage tank": (
        """tank, oil tank, fuel tank, petroleum tank, oil storage tank, fuel storage tank,
        oil reservoir tank, gas holder, gasometer, cylindrical tank, petrol tank, chemical tank,
        liquid storage tank, crude oil tank, bulk storage tank"""
    ),
    "baseball diamond": (
        """baseball field, ball field, ballfield, ballpark, baseball park, baseball pitch,
        softball field, softball diamond, baseball infield, baseball ground"""
    ),
    "tennis court": (
        """tennis field, tennis ground, lawn tennis court, clay tennis court, grass tennis court,
        hard tennis court, outdoor tennis court, tennis pitch"""
    ),
    "basketball court": (
        """basketball field, basketball ground, basketball pitch, outdoor basketball court,
        hoops court, streetball court, basketball play area"""
    ),
    "ground track field": (
        """running track, athletics track, athletic track, stadium track, track and field ground,
        track-and-field stadium, sports track, athletics field, athletic field, athletics ground,
        running oval, 400 m track, track oval"""
    ),
    "harbor": (
        """harbour, dock, pier, wharf, jetty, marina, quay, port, seaport, mooring, landing stage,
        berth, boat dock, ship dock, anchorage, boat harbor"""
    ),
    "bridge": (
        """road bridge, footbridge, highway bridge, railway bridge, river bridge, river crossing,
        suspension bridge, viaduct, pedestrian bridge, arch bridge, girder bridge, bridge span"""
    ),
    "vehicle": (
        """car, truck, automobile, lorry, van, bus, pickup, motor vehicle, road vehicle, motorcar,
        parked car, sedan, SUV, taxi, minivan, pickup truck, motor car, automotive vehicle,
        large vehicle, parked vehicle, small vehicle"""
    ),
    "building": (
        """house, rooftop, roof, home, built structure, warehouse, apartment block, edifice,
        dwelling, hangar, office block, villa, barn, residential building, roofed structure, shed"""
    ),
    "water": (
        """water surface, body of water, water body, open water=, river, lake, pond, sea=, stream,
        canal, reservoir, ocean=, waterway, surface water=, inland water=, seawater="""
    ),
    "vegetation": (
        """tree, greenery=, grass=, plant cover=, green cover=, bush, shrub, tree cover=, woodland=,
        lawn, green area, plant life=, foliage=, shrubbery=, tree canopy, grass cover=,
        green space"""
    ),
    "road": (
        """street, highway, roadway, motorway, avenue, paved road, carriageway, freeway, lane,
        asphalt road, road surface, expressway, paved street, driveway, tarmac=, thoroughfare"""
    ),
    "land": (
        """bare soil=, sand=, bare ground=, bare earth=, unpaved ground=, unpaved land=,
        unpaved area, bare land=, open soil=, dirt=, exposed soil=, barren land=, barren ground=,
        soil=, sandy ground=, dirt patch"""
    ),
}
"""Words for the package's own classes, with those of narrower ones ("=" marks a mass noun); a test
holds them to `data.vocabulary`.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NOT_TAUGHT = re.compile(r"(?:The rest )?I was not taught to find(?: that)?\.")
_REQUEST = _words(
    """a an and any are area areas around as at be been being below beside between both bounding
    bottom box boxes by can centre center class classes close closest contour coordinates corner
    could count cover covered cut define delineate depict describe detect detection different
    display do does draw each edge either enumerate every exact exactly extract far few find for
    footprint footprints found from furthest get give half has have help here highlight how i
    identify image images in inside instance instances is isolate it its kind kinds kindly label
    large larger largest least left let list locate location locations long longest look lower make
    many map mark mask masks me middle mine more most my near nearest need new next no not number
    object objects of on one only or other our out outline outlines outlined over part per photo
    picture pixel pixels place please polygon polygons position positions possible present produce
    put rectangle region return right row scene see segment segmentation segmented separate several
    shape shapes show side single small smaller smallest some spot tally tell that the their them
    then there these they thing things this those three to top total trace two type types under up
    upper us view visible want was we were what whats where which whole will with within would you
    your big biggest first second third last leftmost rightmost topmost bottommost northern southern
    eastern western longest shortest four five six above along adjacent across also all am anything
    everything else if so well too just like know could shade paint colour color mask name whether
    appear appears located location lying stand stands parked moored tiny huge little together
    thanks thank kindly very much into words word caption contours whereabouts yes plus purposes
    sure ok okay hi hello hey sir madam maybe perhaps"""
)
"""Words of requests and places: no names of things."""
_THINGS = _words(
    "bank basin beans bed binary border buoy head hospital parallel person satellite shade sign"
    " signs state tile tiles village work background"
)
"""Words of plain questions that may be the name of a thing as well."""
_PLACED = _words(
    "near nearest beside by below above under over around along across between inside within in on"
    " at from to of next with adjacent"
)
_ARTICLES = _words("a an any every each")
_MANY = _words("people cattle sheep deer men women children geese livestock pedestrians")
_TOKEN = re.compile(r"[a-z][a-z'-]*|#|[,.;:?!]")


def named(
    text: str,
    question: str,
    asked: Sequence[str],
    unknown: bool,
    classes: Iterable[tuple[str, str]],
    spelled: Callable[[str], bool],
) -> str:
    """An answer with what there is no class for called by its name.

    Args:
        text: as the text decoder wrote it.
        question: English.
        asked: classes that were understood.
        unknown: the decoder read something unknown in the question.
        classes: (name, words for it, parted by commas) of the model.
        spelled: whether a word is spelled right.
    """
    question = written_out(question)
    known = _known(classes)
    names = list(dict.fromkeys(known.values()))
    things = _things(question, known, unknown or not asked)
    if not things:  # a misspelt class that was taken for another one
        things = [
            t
            for t in _things(question, known, True)
            if (near := _near(t, known, spelled)) and known[near] not in asked
        ]
    sentences = (
        [_sentence(things, known, spelled)]
        if things
        else ["There is no class for that in this model."]
        if not asked
        else []
    )
    if not asked:
        return f"{sentences[0]} It knows: {', '.join(names)}."
    told = _NOT_TAUGHT.sub("", text).strip() if things else text
    return " ".join([told, *sentences])


def misspelt(thing: str, spelled: Callable[[str], bool]) -> str:
    """The name of a class of the package that a misspelt one is most like; "" for none.

    Args:
        thing: the misspelt name.
        spelled: whether a word is spelled right.
    """
    return _near(thing, _names_of_the_package(), spelled)


def is_request(word: str) -> bool:
    """Whether a word belongs to requests and places, and names nothing."""
    return word in _REQUEST or word.partition("'")[0] in _asking()


@functools.cache
def _asking() -> frozenset[str]:
    """Words of plain questions that are part of no name in the tables, as "station" is."""
    named = {word for name, _ in names_of(0) for word in name.split()}
    return ENGLISH - named - _THINGS


@functools.cache
def _names_of_the_package() -> dict[str, str]:
    return _known(SYNONYMS.items())


def _known(classes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Every form of the words for the classes -> the class."""
    return {
        form: name
        for name, words in classes
        for word in (name, *words.split(","))
        for form in _forms(" ".join(word.split()))
    }


def _sentence(things: Sequence[str], known: dict[str, str], spelled: Callable[[str], bool]) -> str:
    for thing in things:
        if near := _near(thing, known, spelled):
            of = "" if near in _forms(known[near]) else f" (class {known[near]})"
            return f'There is no class "{thing}" in this model; did you mean "{near}"{of}?'
    listed = " or ".join(f'"{thing}"' for thing in things)
    return f"There is no class for {listed} in this model."


def _near(thing: str, known: dict[str, str], spelled: Callable[[str], bool]) -> str:
    """The known word that a misspelt one is most like.

    "" where it is spelled right, or like none.
    """
    if all(spelled(word) for word in thing.split()):
        return ""
    return next(iter(difflib.get_close_matches(thing, known, 1, LIKE)), "")


def _things(question: str, known: dict[str, str], loosely: bool) -> list[str]:
    """What a question names that is no class.

    Runs of words that are neither known nor words of requests.

    loosely: something unknown is known to be there; else only what stands beside a class after
        "and", "or" or a comma counts.
    """
    longest_first = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    plain = " ".join(question[:LONGEST].lower().replace("\u2019", "'").split())
    plain = re.sub(rf"(?<![\w-])(?:{longest_first})(?![\w-])", "#", plain)
    runs: list[
        tuple[list[str], str, str, str]
    ] = []  # words, the word before, a word of place or joint before it, what follows
    run: list[str] = []
    before, governs = "", ""
    for token in [*_TOKEN.findall(plain), "."]:
        if token[0].isalpha() and len(token) <= WORD and not is_request(token):
            run.append(token)
            continue
        if run:
            runs.append((run, before, governs, token))
            run = []
        before = token
        if token in _PLACED or token in ("and", "or", ",", "#") or token in (".", ";", "?", "!"):
            governs = token
        elif token not in (
            "the",
            "a",
            "an",
            "any",
            "all",
            "every",
            "each",
            "some",
            "no",
            "other",
            "these",
            "those",
        ):
            governs = ""
    things = [
        (" ".join(words[:MOST]), governs)
        for words, before, governs, after in runs
        if "#" not in (before, after)
    ]
    if not loosely:
        beside = [
            " ".join(words[:MOST])
            for words, before, governs, after in runs
            if "#" not in (before, after)
            and (
                (governs in ("and", "or", ",") and (before in _ARTICLES or _several(words)))
                or (after in ("and", "or", ",") and _several(words[-1:]))
            )
            and governs not in _PLACED
        ]
        return list(dict.fromkeys(beside))[:MOST] if "#" in plain else []
    return list(
        dict.fromkeys(
            [name for name, governs in things if governs not in _PLACED]
            or [name for name, _ in things]
        )
    )[:MOST]


def _several(words: Sequence[str]) -> bool:
    """Whether words beside a class are taken for a name: a plural, or two words."""
    return words[-1].endswith("s") or words[-1] in _MANY or len(words) == 2


def _forms(word: str) -> tuple[str, ...]:
    """A word in both numbers, without capitals."""
    word = word.lower()
    if word.endswith("="):
        return (word[:-1],)
    if word.endswith(("ch", "sh", "s", "x")):
        return word, f"{word}es"
    return (word, f"{word[:-1]}ies") if re.search("[^aeiou]y$", word) else (word, f"{word}s")

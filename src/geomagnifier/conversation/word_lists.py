"""Closed classes of English words that a follow-up is made of.

Whatever is in none of them may be the name of a thing.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PRONOUNS = _words(
    "it its itself them they their theirs those these that this ones one each both either neither"
    " others rest latter former"
)
"""May refer to what was found. Some need a look at their neighbours: "this image", "one ship"."""
MANY = _words("them they their theirs those these ones both others rest")
SCENE = _words(
    "image images picture pictures photo photos photograph scene scenes frame tile view shot area"
    " place site location region map satellite aerial raster world whole everything anything"
    " something nothing object objects thing things item items everywhere"
)
"""Names of the whole, and of anything in it: no kind of its own, but no reference either."""
WHOLE = SCENE - _words(
    "everything anything something nothing everywhere object objects thing things item items"
)
SPACE = _words(
    "near nearest nearer close closest closer by beside besides next adjacent around alongside left"
    " right above below under underneath beneath over behind north south east west between amid"
    " amidst among off from to at on in inside outside within of along opposite past across against"
    " beyond facing surrounding with without farthest furthest touching bordering flanking"
    " neighbouring neighboring front top bottom than"
)
"""What may stand before a landmark."""
PLACED = _words(
    "near nearest nearer close closest closer by beside besides next adjacent around alongside left"
    " right above below under underneath beneath over behind north south east west between amid"
    " amidst opposite past across beyond facing surrounding farthest furthest touching bordering"
    " flanking neighbouring neighboring front top ahead away far vicinity surroundings distance off"
    " against neighbourhood neighborhood"
)
"""Says of a word or two after it that it is a landmark ("left of it", "near them"), not what is
chosen from ("the largest of them").
"""
SIZES = _words(
    "largest biggest smallest tiniest greatest longest shortest widest narrowest hugest littlest"
    " larger bigger smaller large big small tiny huge giant brightest darkest main size sized"
    " extensive compact"
)
SIDES = _words(
    "leftmost rightmost topmost bottommost uppermost lowermost northernmost southernmost"
    " easternmost westernmost highest lowest upper lower northern southern eastern western central"
    " innermost outermost middle centremost first second third fourth fifth sixth seventh eighth"
    " ninth tenth last two three four five six seven eight nine ten 2nd 3rd 4th nearest closest"
    " farthest furthest remotest left-most right-most top-most bottom-most most least very single"
    " only remaining other same individual"
)
QUANTITIES = _words(
    "the a an any every each all some no none most several few many more another how which whose"
    " what such"
)
"""A noun may follow, with adjectives between."""
ASKING = _words(
    "find segment show mark mask outline detect locate count draw highlight delineate where how"
    " many much is are was were does do did has have give list box trace cut describe tell report"
    " return point identify spot look search see name label classify map paint colour color shade"
    " digitise digitize vectorise vectorize enumerate number put turn make get export extract let's"
    " need want like would could can should may will keep pick drop take select choose restrict"
    " narrow limit leave ignore exclude filter single focus zoom repeat try run apply convert help"
    " check caption explain summarise summarize isolate separate produce create save fill frame"
    " enclose go start care meant mean know display reveal present provide measure compute sum add"
    " total tally quantify estimate pinpoint localize localise seen visible lie lies lying sit sits"
    " stand stands located situated found there exist exists"
)
SHAPES = _words(
    "mask masks outline outlines contour contours polygon polygons shape shapes silhouette"
    " silhouettes boundary boundaries border borders edge edges footprint footprints segmentation"
    " segmentations pixel pixels box boxes rectangle rectangles position positions coordinate"
    " coordinates count total number sum tally figure area extent perimeter geojson shapefile layer"
    " bounding per- pixel pixel-wise pixelwise background red blue green yellow half halves side"
    " sides corner corners quarter quadrant row rows column columns line lines part parts portion"
    " section strip centre center end margin size sizes precise exact precisely exactly accurate"
    " true real shape description text detail details group set crop pair numbers"
)
SMALL = _words(
    "i i'm i'd i'll you we me my your us and or but so now then ok okay please just also too well"
    " as again instead not isn't aren't don't n't only what's where's that's it's they're let be"
    " been being am if whether when while because for about up down out away together back yes no"
    " thanks thank quickly first finally here there who whom hmm fine great good right actually"
    " rather else still once everybody ditto likewise similarly same all-in-all exactly altogether"
    " overall hey sure alright"
)
CLOSED = PRONOUNS | SCENE | SPACE | PLACED | SIZES | SIDES | QUANTITIES | ASKING | SHAPES | SMALL

OPENERS = (
    "and what about", "and how about", "but what about", "what about", "how about", "and also",
    "and now", "and then", "now do", "then do", "and the same for", "the same for", "the same with",
    "same for", "same with", "same again for", "same again with", "repeat that with",
    "repeat that for", "repeat this for", "repeat this with", "repeat it for", "repeat it with",
    "repeat for", "repeat with", "do the same for", "do the same with", "do that for",
    "do this for", "ditto for", "ditto with", "likewise for", "likewise", "similarly for",
    "now try", "try", "and are there", "and is there", "are there also", "and do you see", "then",
    "now", "and", "also", "or", "but", "next", "now for", "now the same for", "now the same with",
    "again for", "again with", "now again for", "i meant", "i mean", "ok", "okay", "so", "plus",
    "switch to", "now switch to", "now take", "on to",
)  # fmt: skip
"""Begin a follow-up that names another kind and nothing else, longest first where it matters."""
SAME = _words("same repeat ditto likewise similarly again")
CLOSERS = (
    "too",
    "as well",
    "also",
    "instead",
    "likewise",
    "then",
    "now",
    "please",
    "next",
    "again",
    "same",
)

"""Phrases that refer to some objects of a class, and the words that fill them, as tables.

Slots: {s}, {p} the class, singular and plural; {other}, {others} a landmark of another class;
{side} left, right, top, bottom; {most} leftmost and the like; {nth} second, third; {n} two, three;
{size} largest, smallest; {where} a corner or half. Every eighth phrasing is kept aside for "val".
"""

from geomagnifier.language.classes import entries

MOST = {
    "left": (
        "leftmost",
        "westernmost",
        "left-most",
        "furthest left",
        "farthest left",
        "most westerly",
        "far left",
    ),
    "right": (
        "rightmost",
        "easternmost",
        "right-most",
        "furthest right",
        "farthest right",
        "most easterly",
        "far right",
    ),
    "top": (
        "topmost",
        "uppermost",
        "northernmost",
        "highest",
        "top-most",
        "most northerly",
        "very top",
        "upmost",
    ),
    "bottom": (
        "bottommost",
        "lowermost",
        "southernmost",
        "lowest",
        "bottom-most",
        "most southerly",
        "very bottom",
        "undermost",
    ),
}
SIDE_WORDS = {
    "left": (
        "left",
        "left-hand side",
        "west",
        "western side",
        "left edge",
        "left border",
        "left margin",
    ),
    "right": (
        "right",
        "right-hand side",
        "east",
        "eastern side",
        "right edge",
        "right border",
        "right margin",
    ),
    "top": (
        "top",
        "upper side",
        "north",
        "northern side",
        "upper edge",
        "top border",
        "upper margin",
    ),
    "bottom": (
        "bottom",
        "lower side",
        "south",
        "southern side",
        "lower edge",
        "bottom border",
        "lower margin",
    ),
}
LARGE = (
    "largest",
    "biggest",
    "greatest",
    "most extensive",
    "hugest",
    "bulkiest",
    "most massive",
    "largest-looking",
    "most spacious",
    "giant",
)
SMALL = (
    "smallest",
    "tiniest",
    "littlest",
    "least extensive",
    "most compact",
    "minutest",
    "slightest",
    "least large",
    "puniest",
    "most diminutive",
)
NUMBERS = ("two", "three", "four")
ORDINALS = {2: ("second", "2nd"), 3: ("third", "3rd"), 4: ("fourth", "4th"), 5: ("fifth", "5th")}

EXTREME = entries("""
    the {most} {s} | the {most} of the {p} | the {s} that is {most} | only the {most} {s}
    the {s} farthest to the {side} | the {s} on the far {side} | the {s} furthest to the {side}
    the {s} closest to the {side} | the {s} nearest to the {side} | the first {s} from the {side}
    the {s} at the extreme {side} | the {s} that lies most to the {side}
    the outermost {s} on the {side} | the {s} next to the {side} | the {most} {s} in the picture
    the {most} one of all {p} | whichever {s} is {most} | the {s} which is the {most}
    the {s} that comes first from the {side} | the {s} at the very {side} | that {most} {s}
    the {s} positioned {most} | the {s} located at the {side} end | the {most} {s} you can see
    the {s} with nothing of its kind further to the {side} | the {most} single {s}
    among the {p}, the {most} one | the {s} closest to the image's {side}
    the {most} {s} of the scene | the {most} {s} here
""")
BIG = entries("""
    the {size} {s} | the {size} of the {p} | the {s} that is the {size} | only the {size} {s}
    the {size} {s} in the picture | that {size} {s} | the single {size} {s}
    the {size} one of all {p} | whichever {s} is the {size} | the {s} with the {size} area
    the {size} {s} here | the {size} {s} you can find | among the {p}, the {size} one
    the {size} {s} of the scene | the {s} covering the {size} area | the {s} of {size} size
    the {s} whose footprint is {size} | the {size} visible {s} | just the {size} {s}, not the others
    the {s} having the {size} extent | the {size} {s} in view | the {s}, the {size} one
    out of all {p} the {size} | the one {s} that is {size} | the {size} individual {s}
    the {s} which looks {size} | the {size} {s} there is | the {size} {s} on this image
""")
EXTRA_LARGE = entries("""
    the {s} that takes up the most space | the {s} covering most pixels
    the {s} larger than all others | the huge {s} | the main {s} by size
    the {s} with the most area | the {s} that dwarfs the others | the big {s}
""")
EXTRA_SMALL = entries("""
    the {s} that takes up the least space | the {s} covering fewest pixels
    the {s} smaller than all others | the tiny {s} | the {s} with the least area
    the {s} dwarfed by the others | the little {s} | the small {s}
""")
SECOND = entries("""
    the second {size} {s} | the 2nd {size} {s} | the second {size} of the {p}
    the {s} that is second {size} | the runner-up among the {size} {p}
    the {s} which is the second {size} | only the second {size} {s}
    the next {size} {s} after the {size} one | the number two {size} {s}
    among the {p}, the second {size} | the second {size} one of all {p} | the second-{size} {s}
    the {s} ranked second {size} | that second {size} {s} | the {s} of second {size} size
    the {s} with the second {size} area | the second {size} {s} in the picture
    the second {size} {s} here | the second {size} visible {s} | the {s} second only to the {size}
    out of all {p} the second {size} | the second {size} {s} of the scene
    whichever {s} is second {size} | the second {size} {s} in view | the second {size} single {s}
    just the second {size} {s}
""")
ORDINAL = entries("""
    the {nth} {s} from the {side} | the {s} that is {nth} from the {side}
    {s} number {k} from the {side} | counting from the {side}, the {nth} {s}
    the {nth} of the {p} from the {side} | the {nth} {s} when counted from the {side}
    starting at the {side}, the {nth} {s} | the {nth} {s} on the {side}
    the {nth} one of the {p} from the {side} | only the {nth} {s} from the {side}
    the {s} in {nth} place from the {side} | the {nth} {s} in from the {side}
    the {nth} {s}, beginning at the {side} | from the {side}, {s} number {k}
    the {s} {nth} from {side} | the {nth} {most} {s} | going from the {side}, the {nth} {s}
    the {s} which comes {nth} from the {side} | {nth} {s} from {side}
    the {nth} {s} if you start from the {side} | the {nth} {s} seen from the {side}
    take the {p} from the {side}: the {nth} one | the {nth}-{most} {s}
    the {nth} {s} along from the {side} | reading from the {side}, the {nth} {s}
    the {s} with position {k} from the {side} | that {nth} {s} from the {side}
""")
CENTRE = entries("""
    the {s} closest to the centre | the {s} nearest to the middle of the image
    the most central {s} | the {s} in the centre | the central {s} | the {s} closest to the middle
    the {s} in the middle of the picture | the {s} at the heart of the scene
    the {s} nearest the image centre | the centremost {s} | the middlemost {s}
    the {s} with the least distance to the centre | the {s} at the centre of the frame
    the {s} most in the middle | whichever {s} is closest to the center | the {s} in the very middle
    the {s} that lies most centrally | the {s} nearest to the center point
    the {s} located around the center | the innermost {s} | only the {s} in the center
    the {s} in mid-picture | the center {s} | the {s} closest to the central point of the photo
    the {s} around the midpoint | the {s} near the image's middle
""")
HALF = entries("""
    the {p} in the {half} half | all {p} in the {half} half of the image
    {p} on the {halfside} side | the {p} on the {halfside} side of the picture
    every {s} in the {half} half | the {s} in the {half} half | each {s} within the {half} half
    the {p} located in the {half} part | {p} in the {half} part of the scene
    the {p} of the {half} half | only the {p} in the {half} half | any {p} in the {half} half
    the {s} on the {halfside} side | {p} that lie in the {half} half
    the {p} inside the {half} half | all {p} on the {halfside} | the {p} found in the {half} portion
    {p} within the {half} 50 % | everything that is a {s} in the {half} half
    the {p} towards the {halfside} | the {p} in the {half} section of the image
    whatever {p} the {half} half holds | the {half} half's {p} | the {p} over on the {halfside} side
    the {p} belonging to the {half} half | {p}, {half} half only
    the {p} in the picture's {half} half
""")
CORNER = entries("""
    the {p} in the {corner} | all {p} in the {corner} corner | the {s} in the {corner}
    {p} in the {corner} quarter | every {s} in the {corner} quadrant
    the {p} of the {corner} quarter | the {s} at the {corner} | the {p} near the {corner} corner
    only the {p} in the {corner} | each {s} in the {corner} part | the {s} in the {corner} corner
    any {p} in the {corner} of the picture | {p} located {corner}
    the {p} in the {corner} area of the image | whatever {p} lie in the {corner}
    {p}, {corner} corner only | the {p} inside the {corner} quadrant
    the {s} within the {corner} quarter | the {p} towards the {corner} | the {corner} {p}
    the {corner} {s} | the {p} at the {corner} of the scene | {p} that sit in the {corner}
    the {p} found in the {corner} section | the {s} placed in the {corner}
    the {p} around the {corner} corner
""")
NEAREST = entries("""
    the {s} nearest to the {other} | the {s} closest to the {other} | the {s} next to the {other}
    the {s} beside the {other} | the {s} by the {other} | the {s} adjacent to the {other}
    the {s} at the {other} | the {s} right next to the {other}
    the {s} with the shortest distance to the {other}
    the {s} in the immediate vicinity of the {other} | whichever {s} is closest to the {other}
    the {s} near the {other} | the nearest {s} to the {other} | the {s} hard by the {other}
    the {s} alongside the {other} | the closest {s} to the {other}
    the {s} neighbouring the {other} | the {s} close to the {other}
    the {s} that lies nearest the {other} | the {s} in the neighborhood of the {other}
    the {s} standing by the {other} | the {s} least far from the {other}
    the {s} touching or almost touching the {other} | the {s} bordering the {other}
    the {s} closest by the {other} | only the {s} next to the {other}
    the {s} in front of the {other} | the {s} around the {other}
""")
FARTHEST = entries("""
    the {s} farthest from the {other} | the {s} furthest from the {other}
    the {s} most distant from the {other} | the {s} furthest away from the {other}
    the {s} with the greatest distance to the {other} | the {s} remotest from the {other}
    the most remote {s} from the {other} | the {s} as far as possible from the {other}
    whichever {s} is farthest from the {other} | the {s} lying farthest off the {other}
    the {s} far away from the {other} | the {s} at the largest distance from the {other}
    the {s} that is least close to the {other} | the farthest {s} from the {other}
    the furthest {s} off the {other} | the {s} not near the {other} but farthest
    the {s} distant from the {other} | only the {s} farthest from the {other}
    the {s} that stands farthest away from the {other} | the {s} opposite in distance to the {other}
    the {s} which is the farthest from the {other} | the {s} located far from the {other}
    the {s} a long way from the {other} | the {s} least near to the {other}
    the {s} with the longest way to the {other} | the {s} well away from the {other}
""")
LEFT_OF = entries("""
    the {p} {beside} the {other} | the {s} {beside} the {other} | all {p} {beside} the {other}
    every {s} {beside} the {other} | {p} {beside} the {other} | each {s} {beside} the {other}
    the {p} that lie {beside} the {other} | only the {p} {beside} the {other}
    any {p} located {beside} the {other} | the {p} situated {beside} the {other}
    whatever {p} are {beside} the {other} | the {p} found {beside} the {other}
    the {p}, those {beside} the {other} | {p} standing {beside} the {other}
    just the {p} {beside} the {other} | the {p} which are {beside} the {other}
    the {p} seen {beside} the {other} | the {s} which lies {beside} the {other}
    the {s} that is {beside} the {other} | the {s} located {beside} the {other}
    {p} placed {beside} the {other} | {beside} the {other}, all {p}
    the {p} appearing {beside} the {other} | {p} that can be seen {beside} the {other}
    the {s} just {beside} the {other} | those {p} {beside} the {other}
""")
BETWEEN = entries("""
    the {s} between the {others} | the {p} between the {others} | the {s} in between the {others}
    the {s} between the two {others} | {p} between the {others} | the {s} between both {others}
    all {p} between the two {others} | the {s} amid the {others}
    the {s} halfway between the {others} | the {s} enclosed by the {others}
    the {s} lying between the {others} | the {p} that lie between the {others}
    every {s} between the {others} | the {s} in the gap between the {others}
    the {s} with {others} on both sides | the {s} flanked by the {others}
    the {s} set between the {others} | the {s} sandwiched between the {others}
    the {p} in the space between the {others} | the {s} in the middle of the two {others}
    the {s} located between the {others} | any {s} between one {other} and the other
    the {s} from one {other} to the next | only the {p} between the {others}
    the {p} situated between the {others} | the {s} amidst the two {others}
""")
N_SIZE = entries("""
    the {n} {size} {p} | the {n} {size} of the {p} | only the {n} {size} {p} | the {size} {n} {p}
    the {n} {p} with the {size} area | the top {n} {size} {p} | {n} {size} {p}
    the {n} {p} that are {size} | the {n} {size} among the {p} | the group of the {n} {size} {p}
    those {n} {size} {p} | the {n} {size} {p} in the picture | just the {n} {size} {p}
    the {n} {size} {p} of all | whichever {n} {p} are {size} | the {n} {p} of {size} size
    the {n} {size} {p} here | the {n} {p} which are the {size} | out of all {p} the {n} {size}
    the {n} {size} visible {p} | the {n} {size} ones of the {p} | among the {p} the {n} {size} ones
    the {n} {size} {p} in view | the {n} individual {p} that are {size} | the {n} {size} {p} you see
""")
N_SIDE = entries("""
    the {n} {most} {p} | the first {n} {p} from the {side} | the {n} {p} farthest to the {side}
    the {n} {p} closest to the {side} | {n} {p} on the far {side}
    the {n} {p} furthest to the {side} | the {n} {most} of the {p} | only the {n} {most} {p}
    the {n} {p} nearest to the {side} | the {most} {n} {p} | the {n} {p} at the {side} end
    counting from the {side}, the first {n} {p} | the {n} outermost {p} on the {side}
    those {n} {most} {p} | the {n} {p} that lie most to the {side} | starting at the {side}, {n} {p}
    the {n} {p} that come first from the {side} | the {n} {most} {p} in view
    among the {p}, the {n} {most} ones | just the {n} {most} {p} | the {n} {p} next to the {side}
    the {n} {p} positioned {most} | whichever {n} {p} are {most} | the {n} {most} {p} of the scene
    from the {side}, the first {n} {p}
""")
ROW = entries("""
    the {rowside} {line} of {p} | the {p} in the {rowside} {line} | all {p} of the {rowside} {line}
    every {s} in the {rowside} {line} | {p} in the {rowside} {line}
    the {p} that form the {rowside} {line} | each {s} of the {rowside} {line}
    only the {rowside} {line} of {p} | the {p} lined up in the {rowside} {line}
    the {p} standing in the {rowside} {line} | the {rowside} {line} of the {p}
    the entire {rowside} {line} of {p} | the {p} making up the {rowside} {line}
    any {s} in the {rowside} {line} | the {p} belonging to the {rowside} {line}
    just the {p} in the {rowside} {line} | that {rowside} {line} of {p}
    the {p} arranged in the {rowside} {line} | the {rowside} {line}, all its {p}
    the {p} from the {rowside} {line} | the whole {rowside} {line} of {p}
    the {p} parked in the {rowside} {line} | the {p} sitting in the {rowside} {line}
    the {p} in {line} number one from the {side} | the {rowside} one of the {line}s of {p}
""")
PLAIN = entries("""
    the {s} | the {p} | all {p} | all the {p} | every {s} | each {s} | any {p} | every single {s}
    all visible {p} | each and every {s} | the {p} in this image | whatever {p} there are
    all {p} in the scene | any {s} you can see | the {p} in the picture | all of the {p}
    every {s} in view | just the {p} | only the {p} | all instances of {s} | the {p} shown here
    each {s} in the photo | {p} | every visible {s} | the {p} here | all {p}, please
    everything that is a {s} | the {p} on this satellite image | the existing {p}
    the individual {p} | the various {p} | several {p} | {p} of any size | {p} wherever they are
""")

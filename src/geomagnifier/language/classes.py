"""The one table of words: what can be asked about, and how people call it.

`KINDS` are the classes that a model is trained to find: objects, then land cover. A narrow class
lies `within` a wide one: a car is a vehicle too. A model knows the classes on the card of its
weights, which may be fewer. `SCENES` are the fine names of places; the class folders of AID, UC
Merced (UCM) and RSSCN7 map onto them. `OTHER_NOUNS` are things that are no kind at all: a question
about one of them has an empty answer. Plain data, lower case; no word belongs to two kinds.
`REFER_ONE` and `PLACES` are the ways to ask for some things of a kind only.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ClassEntry:
    """A kind of thing that can be found in a picture."""

    name: str
    """The canonical name, singular."""
    plural: str
    """Equal to the name for a mass noun ("water")."""
    also: tuple[tuple[str, str], ...]
    """Synonyms as (singular, plural); both are equal for a mass noun."""
    stuff: bool = False
    """Land cover: an area without separate objects."""
    within: str = ""
    """Name of the wide class that every object of this class belongs to as well; "" for none."""
    outlined: bool = False
    """Land cover of which some data sets give single objects ("building")."""

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """The name and every synonym, as (singular, plural), the name first."""
        return ((self.name, self.plural), *self.also)


def _nouns(text: str) -> tuple[tuple[str, str], ...]:
    """Read "ship, ferry/ferries, grass=" as (singular, plural).

    A bare word takes -s, "=" marks a mass noun.
    """
    pairs = []
    for entry in " ".join(text.split()).split(", "):
        word, slash, plural = entry.strip(" ,").partition("/")
        if word.endswith("="):
            pairs.append((word[:-1], word[:-1]))
        else:
            pairs.append((word, plural if slash else word + "s"))
    return tuple(pairs)


def entries(text: str) -> tuple[str, ...]:
    """Read a table: one entry after another, parted by "|" or a new line."""
    return tuple(entry.strip() for line in text.strip().splitlines() for entry in line.split("|"))


KINDS: tuple[ClassEntry, ...] = (
    ClassEntry(
        "airplane",
        "airplanes",
        _nouns(
            """plane, aeroplane, aircraft=, jet, airliner, jetliner, jet plane, passenger jet,
            passenger plane, fighter jet, warplane, parked plane, cargo plane, propeller plane,
            fixed-wing aircraft="""
        ),
    ),
    ClassEntry(
        "ship",
        "ships",
        _nouns(
            """vessel, ferry/ferries, barge, cargo ship, freighter, container ship, tanker ship,
            warship, cruise ship, watercraft=, tugboat, passenger ship, merchant ship"""
        ),
    ),
    ClassEntry(
        "storage tank",
        "storage tanks",
        _nouns(
            """tank, oil tank, fuel tank, petroleum tank, oil storage tank, fuel storage tank,
            oil reservoir tank, gas holder, gasometer, cylindrical tank, petrol tank, chemical tank,
            liquid storage tank, crude oil tank, bulk storage tank"""
        ),
    ),
    ClassEntry(
        "baseball diamond",
        "baseball diamonds",
        _nouns(
            """baseball field, ball field, ballfield, ballpark, baseball park,
            baseball pitch/baseball pitches, softball field, softball diamond, baseball infield,
            baseball ground"""
        ),
    ),
    ClassEntry(
        "tennis court",
        "tennis courts",
        _nouns(
            """tennis field, tennis ground, lawn tennis court, clay tennis court,
            grass tennis court, hard tennis court, outdoor tennis court,
            tennis pitch/tennis pitches"""
        ),
    ),
    ClassEntry(
        "basketball court",
        "basketball courts",
        _nouns(
            """basketball field, basketball ground, basketball pitch/basketball pitches,
            outdoor basketball court, hoops court, streetball court, basketball play area"""
        ),
    ),
    ClassEntry(
        "ground track field",
        "ground track fields",
        _nouns(
            """running track, athletics track, athletic track, stadium track,
            track and field ground, track-and-field stadium, sports track, athletics field,
            athletic field, athletics ground, running oval, 400 m track, track oval"""
        ),
    ),
    ClassEntry(
        "harbor",
        "harbors",
        _nouns(
            """harbour, dock, pier, wharf/wharves, jetty/jetties, marina, quay, port, seaport,
            mooring, landing stage, berth, boat dock, ship dock, anchorage, boat harbor"""
        ),
    ),
    ClassEntry(
        "bridge",
        "bridges",
        _nouns(
            """road bridge, footbridge, highway bridge, railway bridge, river bridge,
            river crossing, suspension bridge, viaduct, pedestrian bridge, arch bridge/arch bridges,
            girder bridge, bridge span"""
        ),
    ),
    ClassEntry(
        "vehicle",
        "vehicles",
        _nouns(
            """motor vehicle, road vehicle, parked vehicle, automotive vehicle, small vehicle,
            large vehicle"""
        ),
    ),
    ClassEntry(
        "car",
        "cars",
        _nouns(
            """automobile, motorcar, parked car, sedan, SUV, taxi, motor car, passenger car,
            hatchback"""
        ),
        within="vehicle",
    ),
    ClassEntry(
        "van",
        "vans",
        _nouns("minivan, minibus/minibuses, delivery van, cargo van, camper van"),
        within="vehicle",
    ),
    ClassEntry(
        "truck",
        "trucks",
        _nouns(
            "lorry/lorries, pickup, pickup truck, semi-trailer, trailer truck, dump truck, heavy"
            " truck, box truck"
        ),
        within="vehicle",
    ),
    ClassEntry(
        "bus",
        "buses",
        _nouns(
            "coach/coaches, city bus/city buses, motor coach/motor coaches, school bus/school"
            " buses, articulated bus/articulated buses"
        ),
        within="vehicle",
    ),
    ClassEntry(
        "boat",
        "boats",
        _nouns(
            """yacht, fishing boat, motorboat, sailboat, speedboat, small boat, sailing boat,
            rowing boat, dinghy/dinghies, pleasure boat, moored boat"""
        ),
        within="ship",
    ),
    ClassEntry(
        "tree",
        "trees",
        _nouns(
            "street tree, shade tree, single tree, deciduous tree, conifer, pine tree, broadleaf"
            " tree, treetop, tree crown"
        ),
    ),
    ClassEntry(
        "palm tree",
        "palm trees",
        _nouns("palm, date palm, coconut palm, oil palm, fan palm"),
        within="tree",
    ),
    ClassEntry(
        "wind turbine",
        "wind turbines",
        _nouns(
            "windmill, wind generator, wind power turbine, wind energy turbine, wind power plant,"
            " wind tower"
        ),
    ),
    ClassEntry(
        "solar panel",
        "solar panels",
        _nouns(
            """photovoltaic panel, PV panel, solar module, solar array, photovoltaic module,
            rooftop solar panel, solar collector, photovoltaic array"""
        ),
    ),
    ClassEntry(
        "swimming pool",
        "swimming pools",
        _nouns(
            "pool, outdoor pool, backyard pool, garden pool, private pool, in-ground pool, paddling"
            " pool"
        ),
    ),
    ClassEntry(
        "oil well",
        "oil wells",
        _nouns(
            "pumpjack, pump jack, nodding donkey, oil pump, oil derrick, petroleum well, oilfield"
            " well, oil well pad"
        ),
    ),
    ClassEntry(
        "crop field",
        "crop fields",
        _nouns(
            """farm field, agricultural field, cultivated field, arable field, crop plot, farm plot,
            field parcel, agricultural parcel, field of crops/fields of crops, cropland parcel"""
        ),
    ),
    ClassEntry(
        "building",
        "buildings",
        _nouns(
            """house, rooftop, roof, home, built structure, warehouse, apartment block, edifice,
            dwelling, hangar, office block, villa, barn, residential building, roofed structure,
            shed"""
        ),
        stuff=True,
        outlined=True,
    ),
    ClassEntry(
        "water",
        "water",
        _nouns(
            """water surface, body of water/bodies of water, water body/water bodies, open water=,
            river, lake, pond, sea=, stream, canal, reservoir, ocean=, waterway, surface water=,
            inland water=, seawater="""
        ),
        stuff=True,
    ),
    ClassEntry(
        "vegetation",
        "vegetation",
        _nouns(
            """greenery=, grass=, plant cover=, green cover=, bush/bushes, shrub, tree cover=,
            woodland=, lawn, green area, plant life=, foliage=, shrubbery=, tree canopy=,
            grass cover=, green space"""
        ),
        stuff=True,
    ),
    ClassEntry(
        "road",
        "roads",
        _nouns(
            """street, highway, roadway, motorway, avenue, paved road, carriageway, freeway, lane,
            asphalt road, road surface, expressway, paved street, driveway, tarmac=, thoroughfare"""
        ),
        stuff=True,
    ),
    ClassEntry(
        "land",
        "land",
        _nouns(
            """bare soil=, sand=, bare ground=, bare earth=, unpaved ground=, unpaved land=,
            unpaved area, bare land=, open soil=, dirt=, exposed soil=, barren land=,
            barren ground=, soil=, sandy ground=, dirt patch/dirt patches"""
        ),
        stuff=True,
    ),
)

WITHIN: dict[str, str] = {kind.name: kind.within for kind in KINDS if kind.within}
"""Narrow class -> the wide class it belongs to."""


def narrow(kind: str) -> tuple[str, ...]:
    """The narrow classes within a wide one: "vehicle" -> car, van, truck, bus."""
    return tuple(name for name, wide in WITHIN.items() if wide == kind)


OTHER_NOUNS: tuple[tuple[str, str], ...] = _nouns(
    # Seen from above, at least now and then.
    """chimney, smokestack, dam, playground slide, billboard, satellite dish/satellite dishes,
    fountain, helipad, helicopter, cooling tower, water tower, power line, transmission tower,
    utility pole, street lamp, traffic light, traffic sign, road sign, bus stop, railway track,
    train, locomotive, freight wagon, tram, shipping container, pallet, dumpster, scaffold, fence,
    gate, hedge maze, flagpole, lighthouse/lighthouses, buoy, breakwater, weir, waterfall, geyser,
    volcano/volcanoes, crater, glacier, iceberg, snowfield, avalanche, coral reef, sandbank,
    quarry/quarries, mine shaft, coal pile, landfill, scrap heap, log pile, haystack, hay bale,
    oil rig, pipeline, sewage basin, aerator, sluice, golf hole, putting green, ski slope, ski lift,
    chairlift, cable car, roller coaster, Ferris wheel, carousel, water slide, skate park,
    skateboard ramp, football goal, goalpost, volleyball net, hockey rink, ice rink, cricket wicket,
    bowling green, grandstand, scoreboard, floodlight, park bench/park benches, picnic table,
    sundial, gravestone, tombstone, cemetery/cemeteries, parasol, beach umbrella, sun lounger,
    bonfire, campfire, wildfire, smoke plume, cloud, contrail, hot air balloon, airship, parachute,
    rocket, launch pad, missile, radar dome, radio mast, telescope, observatory/observatories,
    antenna/antennas, manhole cover, fire hydrant, jet bridge, windsock, control tower,
    baggage cart, toll booth, level crossing, railway signal, turnstile, bollard, trampoline,
    sandbox/sandboxes, seesaw, weather station, beehive, scarecrow, wheelbarrow, bicycle,
    motorcycle, scooter, rickshaw, horse cart, sled, """
    # Animals and people.
    """cow, horse, sheep=, goat, pig, dog, cat, rabbit, mouse/mice, squirrel, fox/foxes,
    wolf/wolves, bear, lion, tiger, zebra, giraffe, camel, deer=, moose=, kangaroo, koala, panda,
    monkey, gorilla, hippopotamus/hippopotamuses, rhinoceros/rhinoceroses, crocodile, snake, turtle,
    frog, lizard, whale, dolphin, shark, seal, penguin, flamingo/flamingos, ostrich/ostriches,
    eagle, owl, pigeon, duck, goose/geese, chicken, seagull, butterfly/butterflies, bee, spider,
    ant, crab, octopus/octopuses, jellyfish=, person/people, child/children, cyclist, swimmer,
    farmer, soldier, dancer, """
    # Things of the house, the kitchen and the workshop.
    """chair, sofa, table, desk, bed, pillow, blanket, carpet, curtain, lamp, candle, mirror, clock,
    vase, bookshelf/bookshelves, wardrobe, bathtub, toilet, sink, faucet, refrigerator, oven,
    toaster, kettle, microwave, washing machine, vacuum cleaner, iron, plate, bowl, cup, mug, fork,
    knife/knives, spoon, bottle, wine glass/wine glasses, teapot, frying pan, apple, banana, orange,
    pear, grape, strawberry/strawberries, lemon, pineapple, watermelon, tomato/tomatoes,
    potato/potatoes, carrot, onion, mushroom, pumpkin, pizza, sandwich/sandwiches, hamburger,
    hot dog, cake, donut, croissant, cookie, egg, cheese wheel, laptop, keyboard,
    computer mouse/computer mice, television, telephone, camera, printer, headphone, microphone,
    remote control, robot, light bulb, battery/batteries, book, newspaper, pencil, notebook,
    envelope, stapler, ruler, backpack, suitcase, handbag, wallet, umbrella, hat, shoe, boot, glove,
    scarf/scarves, necktie, shirt, dress/dresses, sock, button, ring, necklace,
    wristwatch/wristwatches, eyeglass frame, hammer, screwdriver, wrench/wrenches, saw, drill,
    ladder, bucket, broom, shovel, rake, lawn mower, rope, chain, anchor, """
    # Play, music and parts of machines.
    """guitar, piano/pianos, violin, drum, trumpet, flute, harp, tennis racket, baseball bat,
    baseball glove, basketball hoop, football, frisbee, kite, surfboard, snowboard, skateboard, ski,
    golf bag, chess piece, playing card, teddy bear, doll, toy block, snowman/snowmen,
    steering wheel, car tire, bumper, windshield, headlight, license plate, propeller, cockpit,
    ship anchor, sail, oar, paddle, gear wheel, camshaft, spark plug"""
)

# Ways to pick one thing of a kind, and some of them; {other} and {others} are things of another
# kind.
REFER_ONE: tuple[str, ...] = entries("""
    the largest {s} | the smallest {s} | the biggest {s} | the leftmost {s} | the rightmost {s}
    the topmost {s}
    the second {s} from the left | the bottommost {s} | the uppermost {s}
    the {s} furthest to the right | the third {s} from the right
    the {s} closest to the centre | the {s} next to the {other} | the {s} nearest to the {other}
    the second largest {s}
    the first {s} from the top | the {s} between the {other} and the {another}
    the {s} to the left of the {other}
    the {s} to the right of the {other} | the {s} above the {other} | the {s} below the {other}
    the {s} at the top left
    the lone {s} beside the {other} | the {s} in the bottom right corner | the {s} in the middle
    the {s} furthest from the {other}
    the tiniest {s} | the last {s} in the top row | the first {s} of the second row
    the northernmost {s} | the {s} closest to the edge
    the {s} on the far left | the longest {s} | the middle {s} of the row
    the lowest {s} in the picture | the {s} by the {other}
    the {s} that stands alone | the {s} behind the {other} | the huge {s} in the north
    the {s} opposite the {other}
""")

PLACES: tuple[str, ...] = entries("""
    in the upper half | in the lower half | on the left side | on the right side
    in the top left corner | next to the {others}
    along the edge of the image | in the bottom right quarter | in the first row
    in the second row from the top | near the {others}
    to the left of the {other} | to the right of the {other} | around the {other}
    between the {others} | that form a row
    close to the centre | above the {other} | below the {other} | arranged in two rows
    in the middle of the picture
    in the northern part | far away from the {others} | other than the largest one | at the bottom
    lined up along the {other}
    in the left column | inside the box {box} | at the eastern edge | beside the {others}
    in the southern third | surrounded by {others}
""")

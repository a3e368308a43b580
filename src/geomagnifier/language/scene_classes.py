"""The scene classes, their words, and the class folders of public data sets that map onto them.

AID, UC Merced (UCM) and RSSCN7. Plain data, lower case.
"""

AID: dict[str, tuple[str, ...]] = {
    "Airport": ("airport",),
    "BareLand": ("bare land",),
    "BaseballField": ("baseball diamond",),
    "Beach": ("beach",),
    "Bridge": ("bridge",),
    "Center": ("center",),
    "Church": ("church",),
    "Commercial": ("commercial",),
    "DenseResidential": ("dense residential",),
    "Desert": ("desert",),
    "Farmland": ("farmland",),
    "Forest": ("forest",),
    "Industrial": ("industrial",),
    "Meadow": ("meadow",),
    "MediumResidential": ("medium residential",),
    "Mountain": ("mountain",),
    "Park": ("park",),
    "Parking": ("parking lot",),
    "Playground": ("playground",),
    "Pond": ("pond",),
    "Port": ("harbor",),
    "RailwayStation": ("railway station",),
    "Resort": ("resort",),
    "River": ("river",),
    "School": ("school",),
    "SparseResidential": ("sparse residential",),
    "Square": ("square",),
    "Stadium": ("stadium",),
    "StorageTanks": ("storage tanks",),
    "Viaduct": ("overpass",),
}

UCM: dict[str, tuple[str, ...]] = {
    "agricultural": ("farmland",),
    "airplane": ("airplane",),
    "baseballdiamond": ("baseball diamond",),
    "beach": ("beach",),
    "buildings": ("buildings",),
    "chaparral": ("chaparral",),
    "denseresidential": ("dense residential",),
    "forest": ("forest",),
    "freeway": ("freeway",),
    "golfcourse": ("golf course",),
    "harbor": ("harbor",),
    "intersection": ("intersection",),
    "mediumresidential": ("medium residential",),
    "mobilehomepark": ("mobile home park",),
    "overpass": ("overpass",),
    "parkinglot": ("parking lot",),
    "river": ("river",),
    "runway": ("runway",),
    "sparseresidential": ("sparse residential",),
    "storagetanks": ("storage tanks",),
    "tenniscourt": ("tennis court",),
}

RSSCN7: dict[str, tuple[str, ...]] = {
    "Field": ("farmland",),
    "Forest": ("forest",),
    "Grass": ("meadow",),
    "Industry": ("industrial",),
    "Parking": ("parking lot",),
    "Resident": ("dense residential", "medium residential", "sparse residential"),
    "RiverLake": ("river", "pond"),
}

SCENES: tuple[str, ...] = tuple(
    sorted({name for table in (AID, UCM, RSSCN7) for names in table.values() for name in names})
)

COARSE: dict[str, tuple[str, ...]] = {
    "residential": ("dense residential", "medium residential", "sparse residential"),
    "river or lake": ("river", "pond"),
}

SCENE_WORDS: dict[str, tuple[str, ...]] = {
    "airplane": ("parked airplane", "aircraft stand", "apron with planes"),
    "airport": ("airfield", "aerodrome", "airport terminal", "air hub"),
    "bare land": ("barren land", "bare ground", "wasteland", "bare soil"),
    "baseball diamond": ("baseball field", "ball field", "ballpark", "softball field"),
    "beach": ("seashore", "sandy shore", "sandy beach", "coastline"),
    "bridge": ("river bridge", "road bridge", "river crossing"),
    "buildings": ("large buildings", "office blocks", "city blocks", "tall buildings"),
    "center": ("civic center", "convention center", "exhibition center", "landmark hall"),
    "chaparral": ("scrubland", "shrubland", "bushland", "dry scrub"),
    "church": ("cathedral", "chapel", "place of worship", "basilica"),
    "commercial": ("shopping district", "business district", "downtown", "commercial zone"),
    "dense residential": (
        "dense housing",
        "tightly packed houses",
        "crowded neighborhood",
        "high-density housing",
    ),
    "desert": ("sand desert", "dune field", "arid land", "sand dunes"),
    "farmland": ("cropland", "agricultural land", "crop fields", "arable land", "cultivated land"),
    "forest": ("woodland", "woods", "dense trees", "timberland"),
    "freeway": ("highway", "motorway", "expressway", "multi-lane road"),
    "golf course": ("golf club", "golf links", "golfing ground", "fairway"),
    "harbor": ("port", "seaport", "marina", "harbour", "dock"),
    "industrial": (
        "factory site",
        "industrial park",
        "manufacturing plant",
        "industrial zone",
        "factories",
    ),
    "intersection": ("crossroads", "road junction", "street crossing", "road crossing"),
    "meadow": ("grassland", "pasture", "grass field", "grassy land"),
    "medium residential": (
        "suburban housing",
        "medium-density housing",
        "suburb",
        "ordinary neighborhood",
    ),
    "mobile home park": ("trailer park", "caravan park", "mobile homes"),
    "mountain": ("mountain range", "mountainous terrain", "hills", "rocky ridge"),
    "overpass": ("viaduct", "flyover", "highway interchange", "elevated road"),
    "park": ("city park", "public garden", "urban park", "recreation ground"),
    "parking lot": ("car park", "parking area", "parking ground"),
    "playground": ("sports ground", "playing field", "athletics ground", "running track"),
    "pond": ("lake", "small lake", "pool of water", "lagoon"),
    "railway station": (
        "train station",
        "rail terminal",
        "railroad station",
        "station with tracks",
    ),
    "resort": ("holiday resort", "vacation resort", "hotel complex", "leisure resort"),
    "river": ("stream", "waterway", "river bend", "watercourse"),
    "runway": ("landing strip", "airstrip", "takeoff strip"),
    "school": ("campus", "school grounds", "school campus", "college"),
    "sparse residential": (
        "scattered houses",
        "low-density housing",
        "isolated homes",
        "rural homes",
    ),
    "square": ("plaza", "town square", "public square", "city square"),
    "stadium": ("arena", "sports stadium", "football stadium", "sports arena"),
    "storage tanks": ("oil tanks", "tank farm", "fuel depot", "oil depot"),
    "tennis court": ("tennis courts", "tennis club", "tennis facility"),
}

_AREAS = ("residential", "industrial", "commercial")

_WITHOUT_ARTICLE = ("land", "housing", "soil", "bare ground", "scrub", "terrain", "chaparral", "s")

_WITH_ARTICLE = ("overpass", "campus")

_CONSONANT_SOUND = ("uni", "use", "uti", "eu", "one")


def article(noun: str) -> str:
    """Return the noun after "a" or "an", chosen by sound."""
    vowel = noun[0].lower() in "aeiou" and not noun.lower().startswith(_CONSONANT_SOUND)
    return f"{'an' if vowel or noun.startswith('SUV') else 'a'} {noun}"


def scene_phrase(word: str) -> str:
    """Turn a scene's name into a noun phrase: "an airport", "a commercial area", "farmland"."""
    if word.endswith(_AREAS):
        return article(f"{word} area")
    bare = (
        word.endswith(_WITHOUT_ARTICLE)
        and not word.endswith(_WITH_ARTICLE)
        and " with " not in word
    )
    return word if bare else article(word)

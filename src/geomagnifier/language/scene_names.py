"""How people call the scene classes, in English and Chinese.

Plain data.
"""

from __future__ import annotations

SCENES: dict[str, tuple[str, str]] = {
    "airplane": (
        (
            "parked airplane, parked plane, aircraft stand, apron with planes, airplane, aeroplane,"
            " plane, aircraft, jet"
        ),
        "停机坪 飞机停放区 飞机",
    ),
    "airport": (
        "airport, airfield, aerodrome, airport terminal, air hub, air base",
        "机场 飞机场 航空港 航站楼 航站区",
    ),
    "bare land": (
        (
            "bare land, barren land, bare ground, wasteland, bare soil, barren ground, bare earth,"
            " barren terrain, bare terrain"
        ),
        "裸地 荒地 裸露土地 裸土 裸露的土地 裸露地",
    ),
    "baseball diamond": (
        (
            "baseball diamond, baseball field, ball field, ballfield, ballpark, baseball park,"
            " softball field, baseball pitch, baseball ground"
        ),
        "棒球场 垒球场 棒球场地",
    ),
    "beach": (
        "beach, seashore, seaside, sandy shore, sandy beach, coastline, coast, shoreline, shore",
        "海滩 沙滩 海边 海岸 海滨",
    ),
    "bridge": ("bridge, river bridge, road bridge, river crossing", "桥梁 大桥 桥 跨河大桥"),
    "buildings": (
        "buildings, large buildings, office blocks, city blocks, tall buildings",
        "建筑群 楼群 大片建筑",
    ),
    "center": (
        (
            "center, centre, civic center, civic centre, convention center, convention centre,"
            " exhibition center, exhibition centre, landmark hall, conference center, conference"
            " centre"
        ),
        "会展中心 中心建筑 会议中心 展览中心",
    ),
    "chaparral": (
        "chaparral, scrubland, shrubland, bushland, dry scrub, scrub",
        "灌丛 灌木丛 灌木林",
    ),
    "church": ("church, cathedral, chapel, place of worship, basilica", "教堂 礼拜堂 大教堂"),
    "commercial": (
        (
            "commercial, commercial area, commercial zone, commercial district, shopping district,"
            " business district, downtown, shopping area, business area, business park"
        ),
        "商业区 商圈 商务区 购物区 商业中心 闹市区",
    ),
    "dense residential": (
        (
            "dense residential, dense housing, tightly packed houses, crowded neighborhood, crowded"
            " neighbourhood, high density housing, high density residential, densely built"
            " residential, dense housing area"
        ),
        "密集住宅区 高密度居民区 密集居民区 高密度住宅区 密集的住宅区 密集的居民区",
    ),
    "desert": (
        "desert, sand desert, dune field, arid land, sand dune, dune",
        "沙漠 戈壁 荒漠 沙丘 戈壁滩",
    ),
    "farmland": (
        (
            "farmland, cropland, agricultural, agricultural land, agricultural field, crop field,"
            " arable land, cultivated land, farm, farm field, farm land, field of crops,"
            " agriculture, field, ploughed field, plowed field, paddy field, rice field, corn"
            " field, wheat field"
        ),
        "农田 耕地 庄稼地 农业用地 田地 农场 农地 稻田 麦田",
    ),
    "forest": (
        (
            "forest, woodland, woods, wood, dense trees, timberland, forested, wooded, forest land,"
            " rainforest, jungle"
        ),
        "森林 林区 树林 林地",
    ),
    "freeway": (
        "freeway, highway, motorway, expressway, multi lane road, interstate, turnpike",
        "高速公路 快速路 高速路 公路",
    ),
    "golf course": (
        "golf course, golf club, golf links, golfing ground, fairway, golf",
        "高尔夫球场 高尔夫场",
    ),
    "harbor": (
        "harbor, harbour, port, seaport, marina, dock, docks, boatyard",
        "港口 码头 海港 港湾 港",
    ),
    "industrial": (
        (
            "industrial, industrial area, industry, factory site, industrial park, manufacturing"
            " plant, industrial zone, industrial site, factory, industrial district, industrial"
            " estate"
        ),
        "工业区 工厂 厂区 工业园 工业园区 厂房区 工业用地",
    ),
    "intersection": (
        (
            "intersection, crossroads, crossroad, road junction, street crossing, road crossing,"
            " junction"
        ),
        "十字路口 路口 交叉路口 交叉口",
    ),
    "meadow": (
        "meadow, grassland, pasture, grass field, grassy land, grassy field, prairie, grass",
        "草地 草原 牧场 草场 草甸 草坪",
    ),
    "medium residential": (
        (
            "medium residential, suburban housing, medium density housing, medium density"
            " residential, suburb, suburban, ordinary neighborhood, ordinary neighbourhood"
        ),
        "中等密度住宅区 中密度居民区 中等密度居民区 中密度住宅区",
    ),
    "mobile home park": (
        "mobile home park, trailer park, caravan park, mobile homes, mobile home",
        "活动房屋区 房车营地 移动房屋区",
    ),
    "mountain": (
        (
            "mountain, mountain range, mountainous, mountainous terrain, hill, hilly, rocky ridge,"
            " mountain area"
        ),
        "山地 山区 山脉 山 高山",
    ),
    "overpass": (
        "overpass, viaduct, flyover, highway interchange, elevated road, interchange",
        "立交桥 高架桥 立交 高架 高架路",
    ),
    "park": (
        "park, city park, public garden, urban park, recreation ground, public park",
        "公园 城市公园",
    ),
    "parking lot": (
        (
            "parking lot, parking, car park, parking area, parking ground, parking space, parking"
            " place, carpark"
        ),
        "停车场 停车区 停车位",
    ),
    "playground": (
        (
            "playground, sports ground, playing field, athletics ground, running track, sports"
            " field, athletic field, ground track field"
        ),
        "运动场 操场 体育场地 田径场",
    ),
    "pond": ("pond, lake, small lake, pool of water, lagoon", "池塘 湖泊 湖 水塘 湖面"),
    "railway station": (
        (
            "railway station, train station, rail terminal, railroad station, station with tracks,"
            " rail station, railway terminal"
        ),
        "火车站 车站 铁路车站 高铁站",
    ),
    "resort": (
        (
            "resort, holiday resort, vacation resort, hotel complex, leisure resort, tourist"
            " resort, beach resort"
        ),
        "度假村 度假区 旅游度假区",
    ),
    "river": (
        "river, stream, waterway, river bend, watercourse, creek",
        "河流 河道 江河 河 江 大河",
    ),
    "runway": ("runway, landing strip, airstrip, takeoff strip", "跑道 机场跑道 飞机跑道"),
    "school": (
        "school, campus, school grounds, school campus, college, university, university campus",
        "学校 校园 大学 中学 小学",
    ),
    "sparse residential": (
        (
            "sparse residential, scattered houses, low density housing, low density residential,"
            " isolated homes, rural homes"
        ),
        "稀疏住宅区 低密度住宅区 稀疏居民区 低密度居民区 稀疏的住宅区",
    ),
    "square": ("square, plaza, town square, public square, city square", "广场 城市广场"),
    "stadium": (
        "stadium, arena, sports stadium, football stadium, sports arena",
        "体育场 体育馆 足球场馆 体育场馆",
    ),
    "storage tanks": (
        (
            "storage tanks, storage tank, storage tank area, oil tanks, oil tank, tank farm, fuel"
            " depot, oil depot, fuel tanks, tanks, tank, oil storage tanks, fuel storage tanks"
        ),
        "储罐区 油库 油罐区 储油罐区 储罐 油罐 储油罐 罐区",
    ),
    "tennis court": ("tennis court, tennis club, tennis facility", "网球场 网球场地"),
}
"""By scene class: English names, parted by commas, and Chinese names, parted by blanks. Plurals are
understood.
"""

_HOUSES = ("dense residential", "medium residential", "sparse residential")

_URBAN = (
    "airport", "buildings", "center", "church", "commercial", "dense residential", "freeway",
    "industrial", "intersection", "medium residential", "mobile home park", "overpass", "park",
    "parking lot", "playground", "railway station", "school", "square", "stadium", "storage tanks",
)  # fmt: skip

_RURAL = (
    "bare land",
    "chaparral",
    "desert",
    "farmland",
    "forest",
    "meadow",
    "mountain",
    "pond",
    "river",
    "sparse residential",
)

_SPORT = ("baseball diamond", "golf course", "playground", "stadium", "tennis court")

_ROADS = ("freeway", "intersection", "overpass")

_WATER = ("pond", "river")

_PLANTS = ("chaparral", "farmland", "forest", "golf course", "meadow", "park")

WIDER: dict[tuple[str, ...], tuple[str, str]] = {
    _HOUSES: (
        (
            "residential, residential area, residential district, residential zone, housing,"
            " housing area, housing estate, neighborhood, neighbourhood, residential neighborhood,"
            " residential neighbourhood, houses"
        ),
        "居民区 住宅区 小区 生活区",
    ),
    (*_HOUSES, "mobile home park"): ("homes", "居住区"),
    _URBAN: (
        "urban, urban area, city, town, built up, built up area, cityscape",
        "城市 城区 市区 城镇 建成区",
    ),
    _RURAL: (
        (
            "rural, rural area, countryside, nature, natural, wilderness, natural area, natural"
            " landscape"
        ),
        "农村 乡村 乡下 郊区 郊外 野外 自然景观",
    ),
    _WATER: ("water, water body, body of water, inland water", "水体 水域 水面"),
    _ROADS: ("road, street, roads", "道路 马路"),
    _SPORT: (
        "sports facility, sports area, sports complex, sport facility, sports site",
        "体育设施 体育用地",
    ),
    _PLANTS: ("green area, green space, vegetation, greenery", "绿地 植被"),
    ("center", "church", "commercial", "buildings", "school", "stadium"): (
        "public building",
        "公共建筑",
    ),
}
"""By scene classes: names that hold for any of them."""

PHRASES = {
    "bare land": "bare land",
    "buildings": "a group of buildings",
    "center": "a civic center",
    "chaparral": "chaparral",
    "commercial": "a commercial area",
    "dense residential": "a dense residential area",
    "farmland": "farmland",
    "industrial": "an industrial area",
    "medium residential": "a medium residential area",
    "residential": "a residential area",
    "sparse residential": "a sparse residential area",
    "storage tanks": "a storage tank area",
}
"""Scene class -> noun phrase, where it is not the name with "a" or "an"."""

OBJECT_SCENES = ("airplane", "tennis court")
"""Scene classes whose pictures show the object of that name; detection finds it more surely than
the scene head: "is this an airplane?".
"""

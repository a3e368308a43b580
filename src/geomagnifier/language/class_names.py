"""How people call the classes, in English and Chinese.

The table by which the class in a question is found, whatever its wording; scene classes are in
`scene_names`.

Plain data. A name of several scene classes ("residential", "urban") is wider: it holds for each of
them.
"""

from __future__ import annotations

from collections.abc import Sequence

CLASSES: dict[str, tuple[str, str]] = {
    "airplane": (
        (
            "airplane, plane, aeroplane, aircraft, jet, airliner, jetliner, jet plane, passenger"
            " jet, passenger plane, fighter jet, warplane, parked plane, cargo plane, propeller"
            " plane, fixed wing aircraft"
        ),
        "飞机 客机 战斗机 战机 民航飞机 喷气式飞机 运输机 航空器 飞行器 民航客机",
    ),
    "ship": (
        (
            "ship, boat, vessel, ferry, barge, yacht, cargo ship, freighter, container ship, tanker"
            " ship, fishing boat, motorboat, sailboat, warship, cruise ship, watercraft, tugboat,"
            " passenger ship, merchant ship"
        ),
        (
            "船 船只 船舶 轮船 舰船 货轮 渔船 游艇 帆船 军舰 油轮 货船 渡轮 快艇 驳船 舰艇 集装箱船"
            " 客轮 游轮 拖船"
        ),
    ),
    "storage tank": (
        (
            "storage tank, tank, oil tank, fuel tank, petroleum tank, oil storage tank, fuel"
            " storage tank, oil reservoir tank, gas holder, gasometer, cylindrical tank, petrol"
            " tank, chemical tank, liquid storage tank, crude oil tank, bulk storage tank"
        ),
        "储罐 油罐 储油罐 罐子 储气罐 燃料罐 罐体 原油储罐 化工罐 存储罐 石油储罐 储存罐",
    ),
    "baseball diamond": (
        (
            "baseball diamond, baseball field, ball field, ballfield, ballpark, baseball park,"
            " baseball pitch, softball field, softball diamond, baseball infield, baseball ground"
        ),
        "棒球场 垒球场 棒球场地 棒球内场 棒球运动场 棒垒球场",
    ),
    "tennis court": (
        (
            "tennis court, tennis field, tennis ground, lawn tennis court, clay tennis court, grass"
            " tennis court, hard tennis court, outdoor tennis court, tennis pitch"
        ),
        "网球场 网球场地 网球运动场 网球球场",
    ),
    "basketball court": (
        (
            "basketball court, basketball field, basketball ground, basketball pitch, outdoor"
            " basketball court, hoops court, streetball court, basketball play area"
        ),
        "篮球场 篮球场地 篮球运动场 篮球球场",
    ),
    "ground track field": (
        (
            "ground track field, running track, athletics track, athletic track, stadium track,"
            " track and field ground, track and field stadium, sports track, athletics field,"
            " athletic field, athletics ground, running oval, 400 m track, track oval, track field,"
            " track"
        ),
        "田径场 操场 田径跑道 运动场 环形跑道 操场跑道 田径运动场 塑胶跑道 田径场地 体育跑道",
    ),
    "harbor": (
        (
            "harbor, harbour, dock, pier, wharf, jetty, marina, quay, port, seaport, mooring,"
            " landing stage, berth, boat dock, ship dock, anchorage, boat harbor"
        ),
        "港口 码头 港湾 海港 泊位 船坞 游艇码头 渔港 渡口 港",
    ),
    "bridge": (
        (
            "bridge, road bridge, footbridge, highway bridge, railway bridge, river bridge, river"
            " crossing, suspension bridge, viaduct, pedestrian bridge, arch bridge, girder bridge,"
            " bridge span"
        ),
        "桥 桥梁 大桥 公路桥 铁路桥 人行桥 跨河大桥 跨江大桥 拱桥 石桥 斜拉桥 吊桥",
    ),
    "vehicle": (
        (
            "vehicle, car, truck, automobile, lorry, van, bus, pickup, motor vehicle, road vehicle,"
            " motorcar, parked car, sedan, suv, taxi, minivan, pickup truck, motor car, automotive"
            " vehicle, large vehicle, parked vehicle, small vehicle"
        ),
        (
            "车 车辆 汽车 小汽车 轿车 卡车 货车 公交车 大巴 面包车 机动车 小车 越野车 出租车 大货车"
            " 大巴车 私家车 机动车辆 道路车辆 停放的车辆"
        ),
    ),
    "building": (
        (
            "building, house, rooftop, roof, home, built structure, warehouse, apartment block,"
            " edifice, dwelling, hangar, office block, villa, barn, residential building, roofed"
            " structure, shed"
        ),
        "建筑 建筑物 房屋 房子 楼房 大楼 厂房 屋顶 住宅楼 民房 仓库 楼 居民楼 高楼 别墅 "
        "办公楼 房顶",
    ),
    "water": (
        (
            "water, water surface, body of water, water body, open water, river, lake, pond, sea,"
            " stream, canal, reservoir, ocean, waterway, surface water, inland water, seawater"
        ),
        "水体 水域 水面 河流 河 湖泊 湖 池塘 水 海水 海面 水库 河道 水系 湖水 河水 江面 大海 "
        "海洋 水塘",
    ),
    "vegetation": (
        (
            "vegetation, tree, greenery, grass, plant cover, green cover, bush, shrub, tree cover,"
            " woodland, lawn, green area, plant life, foliage, shrubbery, tree canopy, grass cover,"
            " green space, plant"
        ),
        "植被 树木 树 绿地 草地 绿化 树林 林地 灌木 绿化带 草坪 植物 绿植 树丛 大树",
    ),
    "road": (
        (
            "road, street, highway, roadway, motorway, avenue, paved road, carriageway, freeway,"
            " lane, asphalt road, road surface, expressway, paved street, driveway, tarmac,"
            " thoroughfare"
        ),
        "道路 公路 马路 街道 高速公路 路 车道 路面 柏油路 大路 路网 主干道 水泥路 小路 高速路",
    ),
    "land": (
        (
            "land, bare soil, sand, bare ground, bare earth, unpaved ground, unpaved land, unpaved"
            " area, bare land, open soil, dirt, exposed soil, barren land, barren ground, soil,"
            " sandy ground, dirt patch"
        ),
        "裸地 裸土 空地 土地 沙地 荒地 裸露地面 裸露土壤 泥土地 裸露的土地 未铺装地面 光秃秃的地面",
    ),
}
"""By class of things (objects, land cover): English and Chinese names, as `SCENES`."""

NARROWER: dict[str, tuple[str, str]] = {
    "car": (
        (
            "car, automobile, motorcar, parked car, sedan, suv, taxi, motor car, passenger car,"
            " hatchback"
        ),
        "汽车 小汽车 轿车 小车 私家车 出租车 越野车 小轿车",
    ),
    "van": (
        "van, minivan, minibus, delivery van, cargo van, camper van",
        "面包车 厢式货车 商务车 小巴 小客车",
    ),
    "truck": (
        (
            "truck, lorry, pickup, pickup truck, semi trailer, trailer truck, dump truck, heavy"
            " truck, box truck"
        ),
        "卡车 货车 大货车 皮卡 皮卡车 拖车 重型卡车 自卸车",
    ),
    "bus": (
        "bus, coach, city bus, motor coach, school bus, articulated bus",
        "公交车 公共汽车 大巴 大巴车 巴士 客车 校车",
    ),
    "boat": (
        (
            "boat, yacht, fishing boat, motorboat, sailboat, speedboat, small boat, sailing boat,"
            " rowing boat, dinghy, pleasure boat, moored boat"
        ),
        "小船 小艇 渔船 游艇 快艇 帆船 摩托艇 划艇",
    ),
    "tree": (
        (
            "tree, street tree, shade tree, single tree, deciduous tree, conifer, pine tree,"
            " broadleaf tree, treetop, tree crown"
        ),
        "树木 树 大树 行道树 乔木 松树 树冠",
    ),
    "palm tree": (
        "palm tree, palm, date palm, coconut palm, oil palm, fan palm",
        "棕榈树 棕榈 椰子树 椰树 椰枣树 枣椰树 油棕",
    ),
    "wind turbine": (
        (
            "wind turbine, windmill, wind generator, wind power turbine, wind energy turbine, wind"
            " power plant, wind tower"
        ),
        "风力发电机 风机 风车 风力涡轮机 风电机组 风力发电机组",
    ),
    "solar panel": (
        (
            "solar panel, photovoltaic panel, pv panel, solar module, solar array, photovoltaic"
            " module, rooftop solar panel, solar collector, photovoltaic array"
        ),
        "太阳能板 光伏板 太阳能电池板 光伏组件 太阳能面板 光伏电池板",
    ),
    "swimming pool": (
        (
            "swimming pool, pool, outdoor pool, backyard pool, garden pool, private pool, in ground"
            " pool, paddling pool"
        ),
        "游泳池 泳池 室外泳池 露天泳池 私人泳池",
    ),
    "oil well": (
        (
            "oil well, pumpjack, pump jack, nodding donkey, oil pump, oil derrick, petroleum well,"
            " oilfield well, oil well pad"
        ),
        "油井 抽油机 采油机 磕头机 石油井 采油井",
    ),
    "crop field": (
        (
            "crop field, farm field, agricultural field, cultivated field, arable field, crop plot,"
            " farm plot, field parcel, agricultural parcel, field of crops, cropland parcel"
        ),
        "农田地块 田块 地块 耕地地块 种植地块",
    ),
}
"""By class that a text decoder may not have been taught: names, as `CLASSES`, whose words they are
taken from where a model knows them.
"""

PART_OF = (
    (
        "car dealership, car wash, car factory, car pool, truck stop, bus lane, bus depot, bus"
        " terminal, bus shelter, bus stop, bus station, boat ramp, boat lift, boat house, boat"
        " yard, tree line, tree house, tree nursery, tree farm, pool table, pool house, tide pool,"
        " palm oil, palm beach, palm springs, van gogh"
    ),
    "公交站 公交车站 汽车站 汽车厂 树荫 树林 树丛 果树林",
)
"""Things and places whose names only begin with one of those."""


OTHERS = (
    "amusement park, theme park, water park, skate park, parking meter, solar farm, solar field,"
    " solar park, wind farm, fish farm, oil field, gas field, football field, soccer field,"
    " football pitch, hockey field, cricket field, ice field, lava field, ski resort, power"
    " station, gas station, petrol station, bus station, police station, fire station, space"
    " station, weather station, metro station, subway station, pumping station, water tower, water"
    " slide, water treatment plant, tank truck, water tank, fish tank, race track, racetrack,"
    " railway track, train track, shopping center, shopping centre, shopping mall, landfill,"
    " spaceport, volleyball court, squash court, food court, oil platform, rugby field, rugby pitch"
)
"""Things that no class is, though a part of their name is one's."""
OTHERS_ZH = (
    "高尔夫球洞 足球场 主题公园 动物园 水上乐园 游乐园 加油站 公交站 公交车站 汽车站 太阳能电站"
    " 光伏电站 风电场 赛车场 跑马场 "
    "滑雪场 采石场 火车 坦克 水塔 水坝 垃圾场 发电站 发电厂 污水处理厂"
)


def names_by_class(kinds: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """How people call the classes of a model, in English and then in Chinese.

    Nothing for a class that is not in the tables.

    A word for a narrower class that the model knows is none for a wider one: "car" is a vehicle
        only where there are no cars.
    """
    split = {kind: _split(*(NARROWER.get(kind) or CLASSES.get(kind, ("", "")))) for kind in kinds}
    taken = {name for kind in kinds if kind in NARROWER for name in split[kind]}
    return {
        kind: tuple(name for name in names if kind in NARROWER or name not in taken)
        for kind, names in split.items()
    }


def _split(english: str, chinese: str) -> tuple[str, ...]:
    return (*filter(None, english.split(", ")), *chinese.split())

"""Templates of questions in Chinese, and the nouns that fill them, as tables.

`chinese` fills their slots.

Slots: {n} a noun, {m} its measure word, {r} a referring expression ("最大的船"), {i} "in the
picture", {e} "all", {it} the picture, {find} and {cut} verbs of region and pixel level, {box}
coordinates, {x}, {y}, {options} places.
"""

from __future__ import annotations

from geomagnifier.language.classes import entries
from geomagnifier_lab.questions.templates import Task

NOUNS: dict[str, tuple[str, str]] = {
    "airplane": (
        "架",
        "飞机 客机 战斗机 战机 民航飞机 喷气式飞机 运输机 航空器 飞行器 大飞机 停着的飞机 民航客机",
    ),
    "ship": (
        "艘",
        "船 船只 船舶 轮船 舰船 货轮 军舰 油轮 货船 渡轮 驳船 舰艇 集装箱船 大船 客轮 游轮 拖船",
    ),
    "storage tank": (
        "个",
        (
            "储罐 油罐 储油罐 罐子 储气罐 燃料罐 罐体 原油储罐 化工罐 存储罐 圆形储罐 大油罐"
            " 石油储罐 储存罐 液体储罐"
        ),
    ),
    "baseball diamond": ("个", "棒球场 垒球场 棒球场地 棒球内场 棒球运动场 棒垒球场"),
    "tennis court": ("片", "网球场 网球场地 网球运动场 室外网球场 网球球场"),
    "basketball court": ("个", "篮球场 篮球场地 篮球运动场 室外篮球场 篮球球场"),
    "ground track field": (
        "个",
        (
            "田径场 操场 田径跑道 运动场 环形跑道 操场跑道 田径运动场 塑胶跑道"
            " 体育跑道 学校操场 田径场地"
        ),
    ),
    "harbor": ("座", "港口 码头 港湾 海港 泊位 船坞 游艇码头 渔港 港 货运码头 停船的码头 渡口"),
    "bridge": (
        "座",
        "桥 桥梁 大桥 公路桥 铁路桥 人行桥 跨河大桥 过河的桥 跨江大桥 拱桥 石桥 斜拉桥 吊桥",
    ),
    "vehicle": ("辆", "车 车辆 机动车 机动车辆 道路车辆 停放的车辆"),
    "car": ("辆", "汽车 小汽车 轿车 小车 越野车 出租车 私家车 停着的轿车 家用车 小轿车"),
    "van": ("辆", "面包车 厢式车 小巴 中巴 商务车 小型客车"),
    "truck": ("辆", "卡车 货车 大货车 皮卡 重型卡车 拖挂车 半挂车 自卸车"),
    "bus": ("辆", "公交车 大巴 大巴车 巴士 客车 校车 公共汽车"),
    "boat": ("条", "小船 游艇 渔船 帆船 快艇 摩托艇 舢板 小艇"),
    "tree": ("棵", "树木 树 大树 行道树 单棵树 乔木 树冠 松树"),
    "palm tree": ("棵", "棕榈树 椰枣树 椰子树 棕榈 油棕 海枣树"),
    "wind turbine": ("台", "风力发电机 风车 风机 风电机组 风力涡轮机 风力发电机组"),
    "solar panel": ("块", "太阳能板 光伏板 太阳能电池板 光伏组件 光伏面板 屋顶光伏 太阳能光伏板"),
    "swimming pool": ("个", "游泳池 泳池 私人泳池 室外泳池 后院泳池 露天泳池"),
    "oil well": ("口", "油井 抽油机 磕头机 采油机 石油井 采油井"),
    "crop field": ("块", "农田地块 田块 庄稼地 耕地地块 农作物田 作物田 种植地块"),
    "building": (
        "栋",
        (
            "建筑 建筑物 房屋 房子 楼房 大楼 厂房 屋顶 住宅楼 民房 仓库 楼 居民楼 高楼 别墅 办公楼"
            " 房顶 建筑房屋"
        ),
    ),
    "water": (
        "片",
        (
            "水体 水域 水面 河流 河 湖泊 湖 池塘 水 海水 海面 水库 河道 水系 湖水 河水 江面 大海"
            " 海洋 水塘 水体区域"
        ),
    ),
    "vegetation": (
        "片",
        "植被 绿地 草地 绿化 树林 林地 灌木 绿化带 草坪 绿色植被 植物 绿植 树丛 植被区域 绿化区域",
    ),
    "road": (
        "条",
        (
            "道路 公路 马路 街道 高速公路 路 车道 路面 柏油路 大路 路网 公路路面"
            " 主干道 水泥路 小路 高速路"
        ),
    ),
    "land": (
        "块",
        (
            "裸地 裸土 空地 土地 沙地 荒地 裸露地面 裸露土壤 泥土地 未铺装地面 黄土地 沙土地"
            " 裸露的土地 光秃秃的地面"
        ),
    ),
}
"""By class: its measure word and its nouns, the usual one first."""

OTHERS = entries("""
    chimney 烟囱 座 | dam 水坝 座 | dam 大坝 座 | fountain 喷泉 个 | helipad 停机坪 个
    helicopter 直升机 架 | cooling tower 冷却塔 座 | water tower 水塔 座 | power line 电线 条
    transmission tower 电塔 座 | utility pole 电线杆 根 | street lamp 路灯 盏
    traffic light 红绿灯 个 | road sign 路牌 个 | bus stop 公交站 个 | railway track 铁轨 条
    train 火车 列 | tram 电车 辆 | shipping container 集装箱 个 | dumpster 垃圾桶 个
    scaffold 脚手架 个 | fence 围栏 道 | gate 大门 扇 | lighthouse 灯塔 座 | waterfall 瀑布 条
    volcano 火山 座 | crater 火山口 个 | glacier 冰川 条 | iceberg 冰山 座 | coral reef 珊瑚礁 片
    quarry 采石场 个 | landfill 垃圾填埋场 个 | haystack 草垛 个 | oil rig 钻井平台 座
    pipeline 管道 条 | ski slope 滑雪场 个 | cable car 缆车 辆 | roller coaster 过山车 座
    Ferris wheel 摩天轮 座 | carousel 旋转木马 个 | water slide 水滑梯 个 | skate park 滑板场 个
    football goal 球门 个 | volleyball net 排球网 张 | ice rink 溜冰场 个 | grandstand 看台 个
    park bench 长椅 张 | gravestone 墓碑 块 | cemetery 墓地 片 | beach umbrella 遮阳伞 把
    wildfire 山火 处 | cloud 云 朵 | cloud 云朵 朵 | smoke plume 烟雾 股 | contrail 尾迹 条
    hot air balloon 热气球 个 | airship 飞艇 艘 | parachute 降落伞 个 | rocket 火箭 枚
    missile 导弹 枚 | radar dome 雷达 座 | telescope 望远镜 台 | antenna 天线 根
    fire hydrant 消防栓 个 | control tower 塔台 座 | toll booth 收费站 个 | trampoline 蹦床 个
    bicycle 自行车 辆 | motorcycle 摩托车 辆 | scooter 电动车 辆 | rickshaw 三轮车 辆 | sled 雪橇 架
    cow 牛 头 | cow 奶牛 头 | horse 马 匹 | sheep 羊 只 | sheep 绵羊 只 | goat 山羊 只 | pig 猪 头
    dog 狗 只 | cat 猫 只 | rabbit 兔子 只 | bear 熊 头 | lion 狮子 头 | tiger 老虎 只
    zebra 斑马 匹 | giraffe 长颈鹿 只 | camel 骆驼 头 | deer 鹿 只 | kangaroo 袋鼠 只
    panda 熊猫 只 | elephant 大象 头 | monkey 猴子 只 | snake 蛇 条 | turtle 乌龟 只 | whale 鲸鱼 头
    dolphin 海豚 只 | shark 鲨鱼 条 | penguin 企鹅 只 | flamingo 火烈鸟 只 | eagle 老鹰 只
    duck 鸭子 只 | chicken 鸡 只 | person 人 个 | person 行人 个 | child 小孩 个
    cyclist 骑车的人 个 | chair 椅子 把 | table 桌子 张 | bed 床 张 | lamp 灯 盏 | mirror 镜子 面
    clock 钟 个 | refrigerator 冰箱 台 | plate 盘子 个 | cup 杯子 个 | bottle 瓶子 个
    apple 苹果 个 | banana 香蕉 根 | orange 橙子 个 | watermelon 西瓜 个 | pumpkin 南瓜 个
    pizza 披萨 个 | cake 蛋糕 个 | egg 鸡蛋 个 | laptop 电脑 台 | television 电视机 台
    telephone 手机 部 | camera 相机 台 | robot 机器人 个 | book 书 本 | suitcase 行李箱 个
    umbrella 雨伞 把 | hat 帽子 顶 | shoe 鞋子 只 | hammer 锤子 把 | ladder 梯子 架 | rope 绳子 根
    anchor 船锚 个 | guitar 吉他 把 | piano 钢琴 架 | kite 风筝 只 | surfboard 冲浪板 块
    snowman 雪人 个 | crane 起重机 台 | crane 塔吊 座 | excavator 挖掘机 台 | tent 帐篷 顶
    greenhouse 大棚 座 | statue 雕像 座 | satellite 卫星 颗 | submarine 潜艇 艘
    football field 足球场 个 | golf hole 高尔夫球洞 个 | tractor 拖拉机 台 | drone 无人机 架
    bird 鸟 只 | fish 鱼 条 | flower 花 朵 | stone 石头 块 | mushroom 蘑菇 个 | dinosaur 恐龙 只
    tank truck 坦克 辆 | tower 铁塔 座
""")
"""Objects of no class: English noun, Chinese noun, measure word."""

SCENES: dict[str, str] = {
    "airplane": "停机坪 飞机停放区",
    "airport": "机场 飞机场 航空港",
    "bare land": "裸地 荒地 裸露土地",
    "baseball diamond": "棒球场 垒球场",
    "beach": "海滩 沙滩 海边",
    "bridge": "桥梁 大桥 桥",
    "buildings": "建筑群 楼群 大片建筑",
    "center": "会展中心 中心建筑 会议中心",
    "chaparral": "灌丛 灌木丛 灌木林",
    "church": "教堂 礼拜堂",
    "commercial": "商业区 商圈 商务区 购物区",
    "dense residential": "密集住宅区 高密度居民区 密集居民区",
    "desert": "沙漠 戈壁 荒漠",
    "farmland": "农田 耕地 庄稼地 农业用地 田地",
    "forest": "森林 林区 树林",
    "freeway": "高速公路 快速路",
    "golf course": "高尔夫球场 高尔夫场",
    "harbor": "港口 码头 海港 港湾",
    "industrial": "工业区 工厂 厂区 工业园",
    "intersection": "十字路口 路口 交叉路口",
    "meadow": "草地 草原 牧场 草场",
    "medium residential": "中等密度住宅区 中密度居民区",
    "mobile home park": "活动房屋区 房车营地 移动房屋区",
    "mountain": "山地 山区 山脉 山",
    "overpass": "立交桥 高架桥 立交",
    "park": "公园 城市公园",
    "parking lot": "停车场 停车区",
    "playground": "运动场 操场 体育场地",
    "pond": "池塘 湖泊 湖 水塘",
    "railway station": "火车站 车站 铁路车站",
    "resort": "度假村 度假区 旅游度假区",
    "river": "河流 河道 江河",
    "runway": "跑道 机场跑道 飞机跑道",
    "school": "学校 校园 大学",
    "sparse residential": "稀疏住宅区 低密度住宅区 稀疏居民区",
    "square": "广场 城市广场",
    "stadium": "体育场 体育馆 足球场馆",
    "storage tanks": "储罐区 油库 油罐区",
    "tennis court": "网球场 网球场地",
    "residential": "居民区 住宅区 小区 生活区",
    "city": "城市 城区 市区 城镇",
    "countryside": "农村 乡村 乡下 郊区",
}
"""Scene classes, the usual noun first; the last three are wider than the classes."""

IN = entries("""
    图中 | 图里 | 图上 | 图像中 | 画面中 | 图片里 | 这张图里 | 影像中 | 这幅图中 | 卫星图上 | 画面里
    照片中 | 航拍图里 | 遥感影像中 | 图内 | 场景中
""")
IT = entries("""
    这张图 | 这幅图 | 这张图片 | 这幅图像 | 图片 | 图像 | 这幅影像 | 这张照片 | 这张卫星图 | 该图像
    这幅遥感影像 | 本图 | 这张航拍图 | 画面
""")
ALL = entries("所有 | 所有的 | 全部 | 全部的 | 每一{m} | 每{m} | 各{m} | 一切 | 全部")
FIND = entries("""
    找出 | 找到 | 检测 | 识别 | 定位 | 框出 | 标出 | 标记 | 检测出 | 识别出 | 寻找 | 查找 | 用框标出
    框选 | 检出 | 标注 | 搜索
""")
CUT = entries("""
    分割 | 分割出 | 提取 | 抠出 | 勾画 | 勾勒 | 逐像素标出 | 描出 | 精确分割 | 像素级分割 | 描绘
    涂出 | 抠取 | 勾出 | 像素级提取 | 语义分割 | 实例分割
""")
BEGIN = entries(
    "请 | 请帮我 | 帮我 | 麻烦 | 麻烦你 | 请你 | 你好，请 | 能不能 | 能否 | 可以 | 我想 | 我要 |"
    " 帮忙 | 我需要 | 劳驾 | 给我"
)

DETECT = entries("""
    {find}{i}{e}{n} | {find}{e}{n} | {find}{n} | 把{i}{e}{n}都{find} | 把{n}都框出来 | {i}{n}的位置
    {e}{n}的坐标 | {n}检测 | 给出{e}{n}的边界框 | 列出{i}{n}的边界框 | 目标检测：{n} | {i}哪里有{n}
    {n}都在哪里 | {n}分布在哪些位置 | {find}{i}的{n} | {i}的{n}在哪 | 帮我找找{n}
    我想知道{n}的位置 | 显示{n}的位置 | 输出{n}的检测框 | 找一下{i}的{n} | 看看哪些地方有{n}
    返回{n}的坐标 | 对{n}进行目标检测 | 用矩形框标注{e}{n} | 在{i}{find}{n} | 检测一下{n}
    {n}在哪些位置 | 把{e}{n}标出来 | 把{i}的{n}找出来 | {n}的边界框 | {i}{e}{n}的位置坐标
    给{e}{n}画框 | 用方框把{n}标出来 | 把{n}框出来 | 哪些位置有{n} | 指出{i}{e}{n}
    对{i}的{n}做检测 | {find}{n}并给出坐标 | {i}的{e}{n}，用框标出
""")
LOCATE = entries("""
    {r} | {r}在哪里 | {r}在哪 | {r}在什么位置 | {find}{r} | 给出{r}的位置 | {r}的坐标是多少
    {r}的边界框 | 指出{r} | {r}位于何处 | 请指出{r}的位置 | 帮我找{r} | {find}{i}{r} | {i}{r}在哪里
    {r}的位置 | 用框标出{r} | 哪个是{r} | {r}在图的哪个位置 | 把{r}框出来 | 把{r}标出来
    告诉我{r}的位置 | {r}具体在哪个地方 | {find}{r}，给出框 | {r}是哪{m} | 我找不到{r} | 给{r}画个框
    返回{r}的边界框 | {i}的{r}在哪儿 | 哪一{m}是{r} | 只要{r}的框
""")
COUNT = entries("""
    {i}有多少{m}{n} | 一共有几{m}{n} | {i}有几{m}{n} | 数一数{n} | 统计{n}的数量 | {n}的数量
    {i}{n}有多少 | {n}的个数是多少 | 数数有多少{n} | 计算{n}总数 | {i}{n}共有多少{m} | {n}计数
    有多少{n} | 总共多少{m}{n} | {n}有几{m} | 共有几{m}{n} | 请问有多少{m}{n} | 统计一下{i}的{n}
    {n}数量是多少 | 数一下{n}有几{m} | {i}能看到几{m}{n} | {n}一共多少{m} | 清点{i}的{n} | 几{m}{n}
    {i}总共出现了多少{m}{n} | 数出{e}{n} | 帮我数数{i}有几{m}{n} | 统计{i}{n}个数
""")
COUNT_SOME = entries("""
    {r}有多少{m} | {r}有几{m} | 数一数{r} | 统计{r}的数量 | {r}一共多少 | {r}的数量 | 有多少{m}{r}
    {i}{r}有几{m} | 计算{r}的个数 | {r}共有几{m}
""")
EXISTS = entries("""
    {i}有没有{n}？在哪里 | 是否有{n}，在什么位置 | {i}有{n}吗？在哪 | {i}能看到{n}吗 | 是否存在{n}
    存在{n}吗 | 有{n}吗？有的话框出来 | {i}有{n}吗 | 这里有{n}吗 | 能不能看见{n}，在什么地方
    看得到{n}吗？位置在哪 | 有没有{n} | 检查是否有{n}并框出 | {i}是否有{n} | 是否出现了{n}？请标出
    {i}有没有{n} | 确认一下有没有{n} | {n}存在吗，在哪个位置
""")
CLASSIFY = entries("""
    方框{box}里是什么 | 框{box}内的目标是什么 | {box}这个区域是什么物体 | 坐标{box}处的物体是什么
    识别{box}中的目标 | 框选区域里是什么东西 | 这个框里是什么 | 矩形框{box}内是哪类目标
    选中的是什么 | {box}里面是什么 | 框中的物体属于什么类别 | 这个方框里的东西叫什么
    判断{box}框内目标的类别 | {box}是什么 | 给{box}里的物体分类 | 我框的这个是什么
    区域{box}里有什么目标 | 边界框{box}对应什么目标 | 框{box}里是啥 | 矩形{box}中的对象是什么类型
    识别框内的物体 | 位于{box}的是什么目标 | 该框{box}内是什么 | 框起来的是什么物体
""")
SEGMENT = entries("""
    {cut}{i}{e}{n} | {cut}{n} | 把{n}{cut} | 对{n}进行分割 | 对{i}{n}做语义分割 | {n}分割
    把{i}的{n}抠出来 | 提取{n}的掩膜 | 生成{n}的掩码 | 勾画{n}的轮廓 | 描出{n}的边界 | {n}的轮廓
    {n}的mask | 哪些像素是{n} | 标出{n}的精确范围 | {n}的面积有多大 | 计算{n}的面积 | {n}占多大比例
    {n}覆盖率是多少 | 绘制{n}的多边形 | 把{n}矢量化 | 输出{n}的二值图 | 提取{n}的边界
    给出{e}{n}的掩膜 | 把{n}涂成红色 | {cut}{e}{n} | {cut}{i}的{n} | 像素级识别{n} | {n}掩膜
    把{e}{n}分割出来 | {i}{n}的精确轮廓 | 给{n}逐像素上色 | 画出{n}的外形轮廓 | 生成{n}的分割结果
    {n}占图像的百分之多少 | 把{n}从背景中分离 | {n}的像素级掩码 | 得到{n}的分割图
    {i}哪些区域被{n}覆盖，给出掩膜 | 沿边缘描出{e}{n} | {e}{n}的轮廓线 | 圈出{n}的精确边界
    导出{n}的多边形 | 制作{n}的掩膜 | {n}语义分割 | {n}实例分割 | 量一下{n}的面积 | {n}像素提取
    把{n}分割出来 | 分割一下{n} | {i}{n}面积占比
""")
OUTLINE = entries("""
    {cut}{r} | {cut}{i}{r} | 把{r}分割出来 | {r}的轮廓 | 给出{r}的掩膜 | 勾画{r}的边界 | 把{r}抠出来
    {r}的精确形状 | 描出{r}的轮廓 | 生成{r}的掩码 | 对{r}进行分割 | {r}的面积是多少 | 只分割{r}
    提取{r}的轮廓 | {r}的mask | 画出{r}的外轮廓 | 逐像素标出{r} | 哪些像素属于{r} | 计算{r}的面积
    把{r}涂上颜色 | 给{r}做掩膜 | {r}的分割结果 | 沿{r}边缘描一圈 | {r}有多大面积，给出掩膜
    分割一下{r} | 像素级标注{r}
""")
DESCRIBE_SEGMENT = entries("""
    描述并分割{i}{n} | 描述{it}并分割{n} | 描述这个场景，同时分割{n} | 先描述{it}，再把{n}分割出来
    说明{i}内容并给出{n}的掩膜 | 描述一下{n}并勾出轮廓 | 描述并分割{n} | 描述{it}，并标出{n}的轮廓
    介绍{it}，把{n}抠出来 | 描述{n}的分布并分割 | 用文字描述{it}并提取{n} | 讲讲{it}，顺便分割{n}
    描述{i}{n}，附上掩膜 | 写一句描述，再分割{e}{n} | 概括{it}，并{cut}{n}
    描述{i}的{n}并给出分割结果 | 分割并描述{i}{n} | 一边描述一边分割{n} | 描述场景和{n}，{n}要掩膜
    请描述并{cut}{i}的{n} | 解释{it}，{cut}{e}{n} | 给出{it}的描述和{n}的掩码 | 分割{n}并描述它们
    分割{i}{e}{n}，再用文字说明
""")
EVERYTHING: dict[Task, tuple[str, ...]] = {
    Task.DETECT: entries("""
        检测所有目标 | {find}所有物体 | {i}有哪些目标，框出来 | 检测{i}全部目标 | 框出所有东西
        目标检测 | 全部目标的边界框 | {find}{i}的所有目标 | 对{it}做目标检测
        把能认出的东西都框出来 | 列出所有目标及坐标 | {find}所有类别的目标 | 检测一切物体
        标出{i}所有对象的位置 | {i}都有什么目标？给出框 | 找出所有你认识的东西
    """),
    Task.COUNT: entries("""
        一共有多少个目标 | {i}有多少物体 | 统计各类目标的数量 | 数一数所有目标 | 每类目标各有多少
        目标总数是多少 | 各类物体分别有几个 | 统计所有物体
    """),
    Task.SEGMENT: entries("""
        分割所有目标 | 分割所有物体 | 对整幅图做语义分割 | 全图分割 | 给每个像素分类
        {cut}{i}所有物体 | 分割{i}的一切 | 地物分割 | 生成全图的分割掩膜 | 把所有东西都分割出来
        土地覆盖分割图 | 实例分割所有目标 | 给出每个目标的掩码 | 对{it}进行全景分割 | 逐像素标注{it}
        把{it}的所有对象抠出来
    """),
    Task.DESCRIBE_SEGMENT: entries("""
        描述{it}并分割所有目标 | 描述画面，并分割提到的每个物体 | 描述{it}，给每个物体配上掩膜
        描述并分割{i}所有物体 | 边描述边分割所有目标 | 讲解{it}并标出各目标的轮廓
        用一段话描述，并分割其中的物体 | 描述{it}并抠出所有对象 | 图文并茂：描述加所有目标的分割
        描述并分割 | 描述场景，分割每一个提到的东西 | 详细描述{it}，并分割全部对象
        概括{it}并给出所有目标的掩码 | 描述{i}内容并逐个分割 | 说说{it}并分割一切 | 描述加分割
    """),
}
SCENE = entries("""
    这是什么地方 | 这是什么场景 | 场景分类 | 判断{it}的场景类别 | {it}属于哪一类 | 这是哪种地物类型
    土地利用类型是什么 | 这片区域是做什么用的 | 这是哪里 | 这是什么类型的区域 | 给{it}分类
    {it}是什么场景 | 这里是什么地方 | {it}拍的是什么地方 | 识别场景类型 | 这个地方是什么
    这是哪一类地方 | {it}的主要用途是什么 | 这块地方属于什么类型 | 请判断场景 | 这里主要是什么用地
    用一个词说明这是什么地方 | {it}展示的是什么场景 | 这是怎样的区域 | {it}的类别 | 场景识别
    属于什么地貌 | 这是什么样的地方 | 你觉得这是什么地方 | 从空中看这是什么 | 请对{it}进行场景分类
    整体上这是什么区域
""")
YES_NO = entries("""
    这是{x}吗 | 这里是不是{x} | {it}是否为{x} | {it}拍的是{x}吗 | 是{x}吗 | 这是不是{x}
    这里是{x}吗 | {it}显示的是{x}吗 | 这地方是{x}对吗 | 这张图属于{x}吗 | 能判断这是{x}吗
    {it}是不是{x} | 这应该是{x}吧 | 场景是{x}吗 | 可以把这里归为{x}吗 | 这个区域是{x}吗
""")
CHOICE = entries("""
    这是{x}还是{y} | {x}还是{y} | 这里是{x}还是{y} | 从{options}中选一个 | 属于{options}中的哪一类
    是{x}还是{y}呢 | {it}是{x}还是{y} | 选择场景：{options} | 更像{x}还是{y} | {x}和{y}，哪个更合适
    这片区域是{x}，还是{y} | 以下哪个符合：{options} | 在{options}里选 | 判断是{x}还是{y}
    是{x}、还是{y} | 类别选项：{options}
""")
CAPTION = entries("""
    描述{it} | 描述一下{it}的内容 | {it}里有什么 | 用一句话概括{it} | 生成图像描述 | 图像说明
    总结{it}的内容 | 讲讲{it} | 介绍一下{it} | {it}的内容是什么 | 说说你看到了什么 | 简单描述一下
    给{it}写一段说明 | 描述这个场景 | 你看到了什么 | 描述图中内容 | {it}讲的是什么 | 简要描述{it}
    用文字描述{it} | {it}展示了什么 | 概括{it} | 图里有些什么 | 请描述场景 | 描述一下这个地方
    写一句图注 | 用自己的话说说{it} | 解读{it} | {it}中可以看到什么 | 大致描述一下{it} | 一句话总结
    对{it}做个简介 | 给出{it}的文字描述
""")
TITLE = entries(
    "给{it}起个标题 | 标题 | 为{it}取个名字 | 起一个简短的标题 | {it}的标题是什么 | 拟个题目 |"
    " 想一个合适的标题 | 给出标题"
)
RETRIEVE_LIKE = entries("""
    找相似的图片 | 给我更多类似的图 | 以图搜图 | 检索相似影像 | 还有类似的图吗
    找出和这张相似的图像 | 搜索同类图片 | 查找相近的图像 | 有没有差不多的图 | 相似图像检索
""")
RETRIEVE = entries("""
    {x} | 搜索{x}的图像 | 检索{x}影像 | 找一些{x}的图片 | 有没有{x}的图片 | 在图库中找{x}
    显示{x}的照片 | 查找拍到{x}的影像 | 帮我搜{x}的卫星图 | 检索包含{x}的图像 | 图库里有哪些{x}的图
    我想看{x}的图片 | 返回最像{x}的图像 | 搜图：{x} | 从档案中检索{x} | 把{x}的图片都调出来
    找拍摄{x}的影像
""")
RETRIEVE_WITH = entries("""
    检索含有{n}的图片 | 找一些有{n}的图 | 哪些图像里有{n} | 搜索出现了{n}的影像
    图库中包含{n}的照片 | 查找带有{n}的图片 | 列出拍到{n}的所有图片 | 搜一下含{n}的图
""")
DESCRIPTIONS = entries("""
    有{n}的{x} | 有很多{n}的{x} | {x}，有许多{n} | {x}里有不少{n} | 带有{n}的{x} | {n}很多的{x}
    停着许多{n}的{x} | {x}和很多{n} | 附近有{n}的{x} | {x}上有{n} | {x}与{n} | 一处有{n}的{x}
""")
"""What is typed to search an archive: a place with objects in it."""
JOIN = (
    "{}？{}",
    "{}，{}",
    "{}，另外{}",
    "{}，并且{}",
    "{}。{}",
    "{}，同时{}",
    "{}然后{}",
    "{}，还有{}",
)

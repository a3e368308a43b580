"""The words of plain questions beside class names: asking, ordering, places, sizes, numbers.

Plain data, small letters, simplified characters. A word of a question that is neither here nor a
name of a class is one that nothing reads.
"""

from __future__ import annotations

_ENGLISH = """
about above account accurate accurately across actual actually add adjacent aerial again against
ahead airplane airport aligned all alone along alongside already also although am among amongst
amount an anchored and annotate another answer any anybody anyone anything anywhere apart appear
appearing appears approximate approximately apron archive are area areas aren't around arranged as
aside assign at attaching available away axis back background backwards bank basically basin bbox
bboxes be beach because been behind being belong belongs below beneath berthed beside besides best
between beyond big bigger biggest binary black blank blue border bordering borders both bottom
bottommost boundaries boundary bounding box boxed boxes boxing bring broad brown but by call came
can can't cannot cant caption carve catch categories category center central centre characterise
check choose chosen church city class classes classify clean clear clearly close closer closest
cluster clusters coco collection color colored colour coloured column columns come comes comment
commercial compile complete completely compute confidence confirm connected connecting considered
contain contained containing contains content contour contours coordinate coordinates corner corners
could couldn't count counted counting countryside counts couple course cover covered covering covers
create crop cross crosses crossing current currently cut cutout de dear decide delimit delimiting
delineate delineated delineation demarcate density depict depicted depicts describe description
desert detail detailed detect detected detecting detection detections detector detects determine did
different digitise dimension display displayed distinct do docked does doesn't doing dominant don't
done down downward dozen draw drawn drew drop during each east eastern easternmost edge edges eight
eighth either element elements eleven else em encircle enclose enclosed encloses enough entire
entirely enumerate enumerating estimate ever every everything everywhere exact exactly exist
existing exists explain export extent extract extracted extracting extraction facing far farm
farmland farther farthest feature features fetch few fewer field fields fifth figure file fill find
finding finds fine first fit fits five flag focus follow following footprint footprints for forest
forget form found four fourth frame framed frames fringe from front frustum full fully further
furthest generate geojson get gis give go goes going golf grab gray green grey ground grounded
grounding group grouped groups had half halves hand has hasn't have haven't having he head hello
help hence her here here's hey hi high highest highlight highlighted highlighting him hint his hold
holds how huge hundred i'd i'll i'm i've idea identified identify if image imagery images in include
included includes including indicate individual individually industrial inner innermost inside
instance instances instead international interpret into inventory is isn't isolate it it's item
items its joining json just keep kind kindly kinds know label labeled labelled labelling labels
landscape large larger largest last lay layer lead leading leads least left lefthand leftmost less
let let's lets level lie lies lightly like likewise limits line lined lines list listed listing
little localise localize locate located locating location locations long longer longest look looking
looks lot lots low lower lowermost lowest lying made main mainly make makes many map margin mark
marked marking marks mask masked masking masks matches may maybe me meadow means measure mention
mere merely middle might moored more most much must my myself name named narrate narrow narrower
narrowest nd near nearby nearer nearest need needed needs neighborhood neighbourhood neither network
never next nice nine ninth no none nor north northeast northern northernmost northwest not nothing
notice now number numbers numerous object objects observe observed obvious occupied occupies occupy
occur occurs of off often ok okay on one one's ones only onto opposite or orange orthophoto other
others our ours out outer outermost outline outlined outlines outlining output outside over overhead
overlay overpass overpasses own paint painted pair pairs panoptic parallel park parked parking part
particular parts per perform perhaps perimeter photo photograph photographs photos phrase pick
picture pictured pictures pink pinpoint pitches pixel pixels pixelwise place placed places plainly
playground please pls plus plz png point pointing points polygon polygonal polygons portion portions
position positioned positions possible possibly precise precisely presence present previous print
probably produce prominent provide purple purpose put puts px putting quantify quantity quarter
quarters quick quickly quite railway rank raster rather rd read real really recognise recognised
recognize recognized recorded rectangle rectangles rectangular red refer referring regarding region
regions relative remaining remove render repeat reply report requested required residential
resolution respective respectively rest resting return right righthand rightmost rotated roughly
round roundabout row rows run runs runway runways same satellite save say scan scene scenes school
scores screen search searching second section sections see seek seem seems seen sees segment
segmentation segmentations segmented segmenting segments select selected semantic sentence sentences
separate separately seven seventh several shade shall shape shapefile shapes sharp she ship
shoreline short shorter shortest shot should shouldn't show showing shown shows side sides sign
silhouette silhouettes similar similarity simply since single sit site sites sits sitting situated
six sixth sketch small smaller smallest so some somebody someone something somewhere sorry sort
sorts south southeast southern southernmost southwest space spanning spot spots spotted st stadium
stand standing stands state station still stop story structure structures such sum summarise summary
sure surface surrounded surrounding surroundings take taken takes tall tallest tally target targets
tell ten tenth terminal text th than thank thanks that that's thats the their them themselves then
there there's these they they're thing things think third thirds this thoroughly those though three
through thus tight tile tiles till tiniest tiny title to together too top topmost total touching
toward towards trace traced tracing true truly try trying turn twelve twenty two type types under
underneath unique unless until up upon upper uppermost upward us use used useful user using usual
various vector vectorise vectorize vehicle verify vertically very via view village visible visibly
visual vs wanna want wanted wants was wasn't watch we we're well were weren't west western
westernmost what what're what's what've whatever whats when whenever where where's whereabouts
wheres wherever whether which whichever while white who who's whoever whole wholly whose why wide
wider widest will window wise wish with within without won't words work world would wouldn't write
yellow yes yet you you'd you'll you're you've your yours zone zones zoom
"""
ENGLISH = frozenset(_ENGLISH.split())
"""Without most endings: "detects" and "detected" are known by "detect"."""
_CHINESE = """
这是 这里 这个 那个 这些 那些 这张 那张 这幅 这片 这一带 那边 这边 那里 什么 哪里 哪儿 哪个 哪些
哪艘 哪座 哪架 哪辆 哪一 哪种 哪 地方 多少 几个 几条 几艘 几架 几辆 几座 几栋 几 有没有 是不是
能不能 会不会 可不可以 看不看得到 看得到 能不能看到 能否 是否 存在 不 没有 没 吗 呢 吧 啊 呀 了 着
过 的 地 得 在 有 是 为 把 将 被 给 对 对着 从 到 向 往 离 距离 和 与 跟 同 及 以及 还有 或 或者
还是 并 并且 而 也 都 只 就 再 又 请 请问 麻烦 帮 帮我 帮忙 帮我看看 我 我们 你 您 它 它们 他们 其中
其它 其他 其余 各 各个 每 每个 每一 每艘 每架 每辆 每座 全部 所有 一切 全图 整张 整幅 整个 整体 图
图里 图中 图上 图像 图片 影像 画面 照片 场景 卫星图 航拍图 航拍 遥感 卫星 里 里面 中 内 上 下 上面
下面 面 左 右 前 后 东 南 西 北 侧 边 边上 旁 旁边 附近 周围 周边 四周 之间 中间 中央 中心 中部 角
左上角 右上角 左下角 右下角 左边 右边 上边 下边 左侧 右侧 上方 下方 左半 右半 上半 下半 半 部分 部
区域 位置 地点 方向 沿 沿着 靠近 挨着 紧挨 紧邻 邻近 临近 相邻 毗邻 位于 处于 处 外 外面 以外 内部
停 停靠 停泊 停放 停着 停在 最 最大 最小 最长 最短 最宽 最窄 最近 最远 最左 最右 最上 最下 最高 大
小 长 短 宽 窄 近 远 高 低 面积 长度 宽度 大小 较 比较 更 第一 第二 第三 第四 第五 第 数 左数 右数
上数 下数 起 个 条 艘 架 辆 座 栋 幢 块 片 张 幅 根 种 类 排 行 列 组 位 一 二 两 三 四 五 六 七 八
九 十 百 千 找 找出 找到 找一找 查找 搜索 寻找 看 看看 看到 看见 见 数一下 数一数 数数 统计 计算
计数 数量 数目 总数 总共 一共 共 共有 合计 检测 探测 识别 定位 标 标出 标出来 标注 标记 标示 圈出 框
框出 框选 框一下 框住 方框 矩形框 矩形 边界框 坐标 坐标框 边框 分割 分割出 分割出来 语义分割
实例分割 提取 提取出 抠 抠出 抠图 抠出来 勾 勾出 勾勒 勾一下 描 描出 描绘 描述 轮廓 轮廓线 外形 形状
边界 边缘 掩膜 掩码 掩模 像素 像素级 逐像素 精确 准确 详细 完整 清晰 画 画出 涂 显示 展示 指出 列出
输出 返回 给出 报告 生成 写 说 说明 告诉 介绍 概括 提到 提及 一下 一下子 出 出来 来 去 用 以 做 作
加 加上 同时 另外 分别 单独 一起 一个 一些 一句话 几句话 两三句话 内容 物体 目标 对象 东西 地物 类别
类型 名称 要 想 需要 想要 知道 不知道 能 可以 会 应该 可能 大概 主要 占 占了 占据 覆盖 呈现 包含
包括 属于 像 像是 似乎 看起来 红色 蓝色 绿色 黄色 白色 黑色 图像段 结果 区分 开 前面 后面 谢谢 你好
好 多 少 些 点 线 出现 可见 看得见 真的 到底 究竟 现在 目前 此 该 本 其 之 者 所 于 由 等 呈 状 级
段 成 起来 下来 机场 森林 工业区 学校 海滩 沙漠 体育场 城市 乡村 农田 住宅区 居民区 密集 高密度
简要 简述 概述 扼要 文字 分辨率 相似 类似 判断
背景 检索 图库 高尔夫 草地 停车场 火车站 公园 商业区 范围 航空
"""
CHINESE = tuple(_CHINESE.split())

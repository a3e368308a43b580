"""The words of plain questions beside class names: asking, ordering, places, sizes, numbers.

Plain data, small letters, simplified characters. A word of a question that is neither here nor a
name of a class is one that nothing reads.
"""

from __future__ import annotations

_ENGLISH = """
ability able about above absence absolutely accompanied accompany accompanying accordingly account
accurate accurately acquire across actual actually add addition additionally adjacent advance advise
aerial afterwards again against agree ahead aid aim airplane airport aligned all allow allowed alone
along alongside already also although am amid among amongst amount an analyse analysed analyses
analysing analysis analyst analytics analyze analyzed anchored and annotate annotating annotation
annotations another answer any anybody anyhow anyone anything anyway anywhere apart apologies appear
appearance appearing appears appreciate appreciated approach approximate approximately approximative
apron arcgis archive are area areas aren't around arranged article articles as aside ask asked
asking asks assess assessment assign assignment assist assistance assume at atlas attach attached
attaching attempt audience available avoid aware away axis back background backwards bank basically
basin basis bbox bboxes be beach because become been begin beginning behalf behind being believe
belong belongs below beneath berthed beside besides best between beyond big bigger biggest binary
bit bits black blank blog blue border bordering borders boss both bottom bottommost boundaries
boundary bounding box boxed boxes boxing brief briefly brigade bring broad broadly brown bullet but
by calculate calculated calculates calculating calculation call came can can't cannot cant caption
capture captures capturing care careful carefully cartographer carve catalog catalogue catch
categories category center central centre certainly chance chapter characterise chart check cheers
choose chosen church circle circled circling cite city claim class classes classifier classify clean
clear clearly client clients close closer closest clue cluster clusters coco code colleague
colleagues collection color colored colour coloured column columnist columns come comes comma
comment comments commercial comparison compile complement complete completely comprehensive compute
concern concerned concise concisely conclude conclusion condense confidence confirm connected
connecting consider considered considering consist consistent contain contained containing contains
content contents context continue contour contouring contours contribute contribution conversation
convert converted converting coordinate coordinates corner corners correct correctly could couldn't
count counted counter counting countryside counts couple course cover covered covering covers create
crop cross crosses crossing csv curious current currently cut cutout cutouts data dataset datasets
de deal dear decent decide decision delimit delimiting delineate delineated delineating delineation
deliver delivered delivers demarcate demonstrate denote density depict depicted depiction depicts
describe describing description desert deserve detail detailed detailing details detect detectable
detected detecting detection detections detector detects determine did difference different digitise
digitising digitize dimension direct directly disclose discover discovered discovering discuss
display displayed distinct distinguish distribution distributions divide divided dividing do docked
document documentation does doesn't doing dominant don't done down downward dozen draw drawn drew
drop during each easily east eastern easternmost easy edge edges editor effect eight eighth either
elaborate element elements eleven else em email employ enable encircle encircled enclose enclosed
encloses end ends enough ensure entire entirely entirety enumerate enumerating essay essentially
estimate estimated estimation evaluate evaluation ever every everything everywhere evidence exact
exactly examine examined example excel except exhibit exhibiting exhibits exist existing exists
expect expert explain explaining explanation explicitly explore export exported exporting expression
extend extends extent extract extracted extracting extraction eye eyes facing fact facts fair fairly
far farm farmer farmland farther farthest feasible feature featured features featuring feed feedback
feel fetch fetching few fewer field fields fifth figure figures file filing fill final finally find
finding finds fine finish finished first fit fits five flag focus folks follow following footprint
footprints for forest forget form format formats formatted forward found four fourth frame framed
frames friend friends fringe from front frustum full fully function functions further furthest
gather gathering generally generate generated generating generation geographer geojson geometries
geometry geopackage geospatial get getting gis give giving glad glance go goal goes going golf got
grab graphic grateful gray green grey ground grounded grounding group grouped groups guess guide had
half halves hand handle handy happen happening happens has hasn't hate have haven't having he head
headcount hear hello help helpful hence her here here's hereby hey hi high highest highlight
highlighted highlighting him hint his hiya hold holding holds homework hope hoping how huge hundred
hunt hunting i'd i'll i'm i've idea identifiable identified identify if image imagery images imagine
immediate immediately impression in include included includes including index indicate individual
individually industrial info inform information inner innermost input inquire inside inspect
inspecting inspection inspector instance instances instead instruction intend intended intention
interest interested interleave interleaved interleaving international interpret into inventory
investigate investigation involved is isn't isolate issue it it's item items its job joining
journalist json judge judging just keep kind kindly kindness kinds kml know knowing knowledge known
label labeled labelled labelling labels landscape language large larger largest last later lay layer
layers layman lead leading leads learn least left lefthand leftmost lengthy less lesson let let's
lets level lie lies lightly like likewise limits line lined lines list listed listing lists little
load localise localize locate located locates locating location locations logic long longer longest
look looking looks lot lots love low lower lowermost lowest lying made magazine mail main mainly
make makes manager manually many map mapped mapper mapping maps margin mark marked marking markings
marks mask masked masking masks matches materialise matter matters may maybe me meadow mean meaning
means meanwhile measure measuring mention mentioned mentioning mentions mere merely message method
middle might mind minute model moored more most motif much must my myself name named narrate
narrative narrow narrower narrowest naturally nd near nearby nearer nearest necessary need needed
needs negative neighborhood neighbourhood neither network never nevertheless news newsletter
newspaper next nice nine ninth no none nope nor north northeast northern northernmost northwest not
note noted notes nothing notice noting noun nouns now nowadays nr num number numbers numerous object
objective objects observe observed obtain obtained obtaining obvious occupied occupies occupy occur
occurs of off often ok okay on one one's ones online only onto opinion opposite option options or
orange order organise orthophoto other others our ours out outcome outer outermost outline outlined
outlines outlining output outputs outside over overall overhead overlaid overlay overlaying overpass
overpasses overview own paint painted pair paired pairing pairs panoptic paragraph paragraphs
parallel park parked parking part particular parts passage patience pdf per perform perhaps
perimeter permission person phd photo photograph photographs photos phrase pic pick picture pictured
pictures piece pieces pink pinned pinning pinpoint pinpointed pinpointing pitches pixel pixels
pixelwise place placed places plain plainly planner planners planning playground please plenty pls
plus plz png point pointing points poll polygon polygonal polygonise polygonize polygons portion
portions position positioned positions possibility possible possibly postcard powerpoint precise
precisely prefer preferably prepare prepared presence present presentation presenting presents
pretty previous previously print probably problem process processed processing produce program
project projects prominent promise proof properly proportion provide provided provides providing
publication publish purple purpose purposes pursue put puts putting px qgis qty qualify quality
quantify quantities quantity quarter quarters query question questions quick quickly quite quote
railway range rank raster rasterise rasterize rate rather rd read readable reader readers reading
ready real realise realize really reason recall receive reckon recognisable recognise recognised
recognition recognizable recognize recognized recommend record recorded records rectangle rectangles
rectangular red refer referring refers refined reflect reflecting regard regarding regards region
regions register relate related relation relationship relative rely remaining remark remember remind
remove render repeat rephrase replace reply report reported reporter reporting reports represent
representation represented representing represents request requested requests require required
requirement requirements requires research researcher researchers residential resolution respective
respectively respond response responses rest resting result results return reveal revealed revealing
reveals review reviewing reviews right righthand rightmost rotated rough roughly round roundabout
row rows run rundown runs runway runways same satellite save saw say saying says scan scanned
scanning scene scenes school scope scores scout screen search searched searching second section
sections see seeing seek seeking seem seems seen sees segment segmentation segmentations segmented
segmenting segments select selected semantic sense sent sentence sentences separate separately serve
setting settings seven seventh several shade shading shall shape shapefile shapes share shared
shares sharing sharp she ship shoreline short shorter shortest shortly shot should shouldn't show
showing shown shows side sides sighted sign silhouette silhouettes similar similarity simple
simplest simply simultaneous simultaneously since single sirs sit site sites sits sitting situated
situation six sixth sketch skip slide slides small smaller smallest so software solely solve some
somebody somehow someone something somewhere sorry sort sorts sought sounds source south southeast
southern southernmost southwest space spanning speak speaking specifically specified specify spell
spend spot spots spotted spotting spreadsheet st stadium stand standing stands started starting
state statement stating station statistics stats stencil step steps still stop story straightforward
structure structured structures student students study studying stuff style subject subjects submit
succeed such suggest suggestion sum summaries summarise summarising summarized summarizing summary
summed supervisor supply support supposed supposedly sure surface surrounded surrounding
surroundings survey surveying surveyor surveys suspect ta tabular tag tagged tagging tags take taken
takes talk talked talking talks tall tallest tallied tallies tally target targets task tasks teacher
team technical technically tell telling tells template ten tend tenth term terminal terms terse test
testing text texts textual th than thank thanks that that's thats the their them themselves then
there there's these thesis they they're thing things think thinking third thirds this thoroughly
those though thought thoughts three through thus tick tie tied tight tile tiles till time timely
times tiniest tiny title titles to together too tool tools top topic topics topmost total touching
toward towards trace traced tracing transform transformed translate translated treat true truly try
trying turn tutorial tweet twelve twenty two type types ultimately unable under underneath
understand understanding understood undertake unique unknown unless until up upon upper uppermost
upward urgently us usage use used useful user users using usual utilise utilised utilize utilized
validate value values various vector vectorise vectorised vectorising vectorize vectorized vectors
vehicle verify version versions vertically very via view viewer viewers viewing views village
visible visibly visual visualisation visualise visualization visualize voice vs wait walk wanna want
wanted wants was wasn't watch way ways we we're well were weren't west western westernmost what
what're what's what've whatever whats when whenever where where's whereabout whereabouts wheres
wherever whether which whichever while whilst white who who's whoever whole wholly whose why wide
wider widest will willing window wise wish with within without won't wonder wondered wondering words
wordy work worked works world worth would wouldn't wow write writing written wrong yeah yellow yep
yes yet you you'd you'll you're you've your yours zone zones zoom
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
分布 分布在 应归 归为 归类 归入 归于 用途 用于 沿边缘 应归为 归到
表示 导入 警方 评估 要用 整理 资料 厂区 海域 汛期 导出 软件 报告里 我们 公司 领导 老师 客户
单位 部门 背景 检索 图库 高尔夫 草地 停车场 火车站 公园 商业区 范围 航空
"""
CHINESE = tuple(_CHINESE.split())

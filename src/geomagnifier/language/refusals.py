"""The families of questions that cannot be answered: their words, and the refusal.

English and Chinese patterns of a family stand side by side, one alternative a line; words in
capitals stand for the shared parts below. They are matched in normalized text: lower case,
simplified characters, one blank between words, no boxes in brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_PARTS = {
    "ZHNUMBER": r"[\d.零一二两三四五六七八九十百千万半]{1,12}",
    "ZHUNIT": (
        r"(平方米|平方公里|平方千米|平米|平方|公顷|英亩|亩|公里|千米|厘米|英尺|公尺|米|个?像素|像元|m2|km2|km|cm|m|px|%|平)"
    ),
    "ZHCOUNT": r"[个架艘辆座栋条片块只处幢颗棵根]",
    "NUMBER": r"(\d[\d.,]{0,12}|((an?|half an?|TENS|ONES) )?(hundred|thousand|dozen)|TENS|ONES)",
    "TENS": "(ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)",
    "ONES": "(two|three|four|five|six|seven|eight|nine)",
    "UNIT": r"(AREA|LENGTH|%|per ?cent)",
    "AREA": r"(m2|m\^2|sqm|km2|ha|hectares?|acres?|(sq\.?|square) ?LENGTH)",
    "LENGTH": (
        r"(m|met(re|er)s?|km|kilomet(re|er)s?|cm|centimet(re|er)s?|ft|feet|foot|yd|yards?|mi|miles?|inch(es)?|px|pixels?)"
    ),
    "ABOUT": r"((about|around|roughly|approximately|exactly|at least|or equal to) )?",
    "SIZED": (
        r"((long|short|wid|broad|narrow|larg|bigg|small|great|tall|high|low|deep|clos|near|farth|furth|heavi|thick|thin|dens)er)"
    ),
    "COLOUR": (
        r"((dark|light|bright|pale|deep)[-"
        r" ]?)?(red|white|blue|green|gr[ae]y|black|yellow|orange|purple|pink|brown|beige|silver|"
        r"golden|"
        r"turquoise|teal|maroon|crimson|magenta|cyan|violet|khaki|ochre|navy blue|sky blue|"
        r"multi-?colou?r(ed)?|colou?rful|reddish|whitish|bluish|greenish|greyish|brownish|"
        r"brightest|darkest|reddest|whitest|blackest|greenest|bluest|palest|dark|bright|"
        r"(light|pale)(?=[- ]colou?red))([- ]colou?red)?(-roofed)?"
    ),
    "NOTSIZE": (
        r"(running |athletics? )?(track|images?|pictures?|scenes?|tiles?|photos?|resolution|gsd|"
        r"pixels?|lines?|outlines?|borders?|buffers?|grids?|boxes|box|windows?|crops?|patch(es)?|"
        r"accuracy|precision|thick|tolerance|away|apart)"
    ),
    "COMPASS": r"(north|south|east|west)",
    "WAY": r"(north|south|east|west|left|right|up|down)\w*",
    "ASK": r"(compute|calculate|measure|estimate|determine|give|tell|report|state|know|need|want)",
    "SORT": "(type|kind|sort|category|class|object)",
    "END": r"(of|between|from|in|is|are|was|were|do|does|\W*$)",
}


@dataclass(frozen=True, eq=False)
class Wording:
    """Words that are looked for in a question; compiled when that is first done."""

    lines: str
    """One alternative a line, a backslash at its end joins the next; whole words in English."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Any of them."""
        lines = re.sub(r"\\\n\s*", "", self.lines)
        pattern = "|".join(line.strip() for line in lines.strip().splitlines())
        for name, part in _PARTS.items():
            pattern = pattern.replace(name, part)
        edge = r"(?<![\w-])({})(?!\w)" if re.search("[a-z]{3}", lines) else "{}"
        return re.compile(edge.replace("{}", pattern))


@dataclass(frozen=True)
class Family:
    """Questions of one sort."""

    english: Wording
    """The words that tell."""
    chinese: Wording
    """The words that tell."""
    text: str
    """The refusal; {} is where these words are quoted."""
    zh: str
    """The refusal; {} is where these words are quoted."""


LIMIT = Family(
    Wording(r"""
        (SIZED|more|less|fewer) (in \w+ )?than ABOUT((an?|one|half an?) UNIT|NUMBER( ?UNIT)?)
        more than one(?! (kind|class|type|sort|category))
        (over|under|above|below|beyond|exceed(s|ing)?|within|up to|at least|at most|no more than|\
          (min|max)(imum|\.)?) (of )?NUMBER ?UNIT
        (over|under|above|below|exceed(s|ing)?|within|up to|at least|at most) (an?|one|\
          half an?) UNIT
        (at least|at most|no more than|no fewer than|no less than|exceed(s|ing)?|exactly|\
          minimum of|maximum of) NUMBER( ?UNIT)?
        as (few|many) as NUMBER|NUMBER ?UNIT (diameter|length|width)
        (between|from) NUMBER ?UNIT? ?(and|to|-) ?NUMBER ?UNIT
        ((is|are) there|has|have|contains?|shows?|see) (over|under|above|below|upwards of) NUMBER
        (over|under) \d+(?! ?(UNIT|of)\b)
        NUMBER ?-?UNIT? (or|and) (more|less|above|over|up|below|SIZED)
        NUMBER ?-?UNIT[- ](long|wide|broad|high|tall|deep|across|apart|away|in (length|width|\
          size|diameter|area))
        (length|width|area|size|diameter)s? (of |is |are )?(over|under|above|below|greater|\
          [<>=]+) ?(than )?NUMBER
        (number|count)s? (of (\w+ ){1,3})?(is |are )?(over|under|above|below|greater than|\
          less than) NUMBER
        (score|confidence|probability|certainty)s? (\w+ )?(over|under|above|below|(of )?at least|\
          greater than|higher than|[<>]=?) ?\S+
        ([<>]=?|[≤≥]) ?\d[\d.,]* ?UNIT?
        (?<!\bper )(?<!\bat )(NUMBER ?(to|and|-) ?)?NUMBER ?-?UNIT(?! (NOTSIZE))
        (is|are) there (about|around|roughly|approximately|nearly|almost|some) NUMBER
        (is|are) there (\w+ )?(dozens|hundreds|thousands|scores) of
    """),
    Wording(r"""
        (大于|小于|超过|多于|少于|不足|不到|高于|低于|长于|短于|宽于|窄于|等于|大过|达到|至少|\
          至多|最多|最少|不小于|不大于)(有|是|约|大约)?ZHNUMBER(ZHUNIT)?
        比ZHNUMBER(ZHUNIT)?(更|还|要)?[长短宽窄大小多少高低远近]
        ZHNUMBER多?(ZHUNIT|ZHCOUNT)(及|或)?(以上|以下|以内|之内|以外|之外|开外|范围内)
        ZHNUMBERZHUNIT(左右)?(长|宽|高)的?
        ZHNUMBER多?ZHUNIT(左右)?(长|宽|大小)?的(?!(图|影像|画面|照片|瓦片|窗口|分辨率|跑道|边框|线|框))
        (大约|大概|约|差不多|将近|接近)(是|有)?ZHNUMBERZHCOUNT
        (几十|几百|几千|上百|上千|数十|数百|数千|成百|成千)(上千)?ZHCOUNT
        [<>≤≥]=?\s*\d[\d.]*
        (屋顶|楼顶|房顶)上?(有|装|铺|放|盖){1,2}了?[^，。,有]{1,8}的(?=楼|房|建筑)
        (数|统计)[^，。,]{1,10}[，,](然后|接着)(请|你)?(把|将)[^，。,]{0,4}最
        (置信度|得分|分数|概率)[^，。]{0,4}(大于|高于|超过|以上|小于|低于)
    """),
    'The condition "{}" was not understood with the rest of the question, so it was not checked.'
    ' Say it of a class and a size, such as "find the ships longer than 30 m", "how many buildings'
    ' are larger than 500 m2?" or "are there more than 5 ships?"; heights and scores are not'
    " compared.",
    "没有看懂条件“{}”与问题其余部分的关系，因此没有检查。请对类别和大小提问，"
    "如“找出长度超过30米的船”“面积大于500平方米的建筑有多少？”"
    "或“船超过5艘吗？”；高度和得分不能比较。",
)

MEASURE = Family(
    Wording(r"""
        percent(age)?s?|per cent|\d+ ?%|in %|coverage (of|in|is|rate|ratio)
        (?<!-)density|ratio|\w+ share\W*$
        (what|which|the|a|calculate|compute|give|estimate) (\w+ )?(share|proportion|fraction|\
          coverage)
        how much (of|\w+ (is|are|does|do)|\w+ \w+ (is|are))
        how (much )?(long|wide|tall|high|deep|thick|far|broad|large|big|small|heavy|steep|fast|\
          close|spacious) ?(END|apart|an?|the|would)
        how many (AREA|LENGTH|floors|levels|times|people|percent)
        in (AREA|m|met(re|er)s|km|kilomet(re|er)s|feet|ft|yards|miles|px|pixels)
        (what|which|what's|ASK)( (?!SORT|this|that)\w+('s)?){0,5} (area|size|dimensions) ?(END|\
          covered|occupied|taken)
        (surface|overall|covered|built-up) area
        area of (the|all|each|every|this|that|these|those|its)|sizes? of (the|all|each)
        (the|what|its|their|total|each|every) (\w+ )?(length|width|breadth|height|depth|\
          circumference|diameter|radius|wingspan)s? ?END
        (the|what|its|their|total) (\w+ )?(acreage|elevation|altitude|slope|spacing|gap|volume|\
          capacity|tonnage) ?END
        (the|what|its|their|total) (\w+ )?(weight|speed|population) ?END
        (what|what's|how long|compute|calculate|measure|estimate)( \w+){0,3} (perimeter|extent)
        (lengths?|widths?|heights?|diameters?) of|\w+'s (length|width|height|size|area)
        distances? (\w+ )?(between|from|to|of|is|in)|(what|which|the) distances?
        measure
        (\w+s|many|much) per (?!pixel|object|instance|class|image|picture|scene|line|kind|tile)\w+
        (sort|rank|order|group|count|split|bin|classify) (\w+ ){1,4}by (\w+ )?(size|length|\
          area|width|height|distance|score)s?
        ndvi|ndwi|ndbi|evi|savi|(spectral|vegetation|water) ind(ex|ices)
        how (many|much) (\w+ ){1,4}(can|could|would|will) (be )?(fit|park|parked|dock|moor|moored|\
          land|hold|held|accommodated?)
        gsd|ground sampl\w+ \w+|(spatial|ground|pixel|native|sensor) resolution
        (what|which|the) (image |picture )?resolution|map scale
        pixel size|size of (a|one|each) pixel
        (met(re|er)s?|m|cm|centimet(re|er)s?) (per|a|/) ?(pixel|px)|m/px|scale of (the|this)
        (sort|rank|order|arrange)(ed)? (\w+ ){1,5}(by|according to) (\w+ )?(size|length|area|\
          width|height|distance|score)
        tallest(?!-)|deepest|(NUMBER|single|multi|how many)[- ]?stor(e?ys?|ies|ied)
    """),
    Wording(r"""
        百分之|百分比|百分数|比例(?!尺)|比重|占比|占(?!地最)[^，。]{0,10}(多少|几成|几分|多大|一半)
        几成|覆盖率|覆盖度|覆盖了多少|绿化率|(?<![高中低等])密度
        (?<!大)(?<!最大)面积(?!最|第)|多大|多长|多宽|多高|多深|多远|多重|多厚|多快|多密
        (长度|宽度|高度|深度|直径|半径|周长|尺寸)(?!最)|相距|相隔|间距|间隔
        距离(?![^，。]{0,12}(最近|最远|较近|很近|近))
        (多少|几)(ZHUNIT|吨|人|层)|一平方(公里|千米|米)(有|内|里)|每(公顷|平方|亩|公里|千米)
        每(栋|块|户|辆|艘)[^，。]{0,6}(多少|几)
        (?<!高)(?<!高空间)分辨率|地面采样|像元大小|比例尺|坡度|体积(?!最)|海拔|人口|吨位|速度
        最高的?(楼|建筑|塔|房)|(楼|建筑|房|塔)[^，。]{0,3}最高
        还?剩(下|余)?(多少|几)|空位|车位|限速|限重|限高|载重|车牌|门牌|吃水|排水量|库容|产量|亩产|收成|流量
        植被指数|水体指数|n[d][vw]i|[能可](以|够)?[停容装放][^，。吗]{0,3}(多少|几)
        按[^，。]{0,6}(面积|长度|大小|距离)[^，。]{0,4}(排|列)
        从[大小长短高多少左右上下]到[大小短长低多少左右上下][^，。]{0,6}(排[列序名]|列出|编号|标号)|编号|排序
    """),
    'No number can be given for "{}" as it was asked. Ask for a length, width, area, distance,'
    ' share or density of a class, such as "what is the total area of the buildings?", "how far is'
    ' the ship from the bridge?" or "what share of the picture is water?"; heights, depths and'
    " speeds cannot be determined, and `geomag info` shows the size of a pixel.",
    "无法给出“{}”的数值。请问某一类别的长度、宽度、面积、距离、占比或密度，"
    "如“建筑的总面积是多少？”“船离桥多远？”或“水域占画面的百分之几？”；"
    "高度、深度和速度无法判断，`geomag info` 显示像元大小。",
)

TOTAL = Family(
    Wording(r"""
        averages?|(the|what|a) (mean|median)
        mean (length|width|area|size|distance|number|count|height)|median|typical (length|size|area)
        standard deviation|variance|histogram|statistics
        distribution of (the )?(\w+ )?(sizes?|lengths?|areas?)
        sum of|sum up (the|all) (?!image|picture|scene|content)\w+
        (total|combined|cumulative|summed) (length|width|area|size|distance|perimeter)
    """),
    Wording(r"""
        平均|均值|中位数|标准差|方差|总长|总面积|总宽|面积之和|长度之和|面积和|合计面积
    """),
    'Averages and sums as in "{}" were not understood. Ask for one of a length, width or area, such'
    ' as "what is the average length of the ships?" or "what is the total area of the buildings?".',
    "没有看懂“{}”这样的平均值或总和。请问长度、宽度或面积，"
    "如“船的平均长度是多少？”或“建筑的总面积是多少？”。",
)

COMPARISON = Family(
    Wording(r"""
        (more|fewer|less) ([\w-]+ ){1,5}than|(SIZED|older|brighter|darker) than|outnumber(s|ed)?
        as (many|much|large|big|long|wide|small|numerous|common) (\w+ ){0,4}as|as many
        equally (many|large|long|common)
        (more|most|less|least) (numerous|common|frequent|frequently|abundant|prevalent|often|\
          widespread)
        commonest|rarest
        more of( here| there)?\W* \w+|(is|are) there more (\w+ ){1,4}or
        which (\w+ ){0,3}(is|are|has|have) (the )?(more(?! likely)|fewer|SIZED)\b[^.?!]{0,60}\bor
        which (\w+ ){1,6}(has|have|contains?|shows?|holds?) (the )?(more|most|fewer|fewest|least)
        (covers?|occup(y|ies)|takes? up|fills?) (the )?(more|most|less|least|largest|smallest)
        where (is|are) (most|the majority) of|by how much|busier|emptier|(more|less) (crowded|\
          built[- ]up|densely|dense|green|busy|empty)
        ^(are|do) most (of )?(the )?(?!like\b|likely)\w+
        same[- ]colou?red|(dominant|predominant|prevailing|main) (land )?covers?
        (twice|half|\w+ times) (as (large|big|long|wide|small|tall|many|much)|larger|bigger|\
          longer|more|the size)
        (the )?same (number|size|length|area|amount|count|width|colou?r)
        which( \w+)? more\W*$|which \w+ (has|have|contains?|shows?) (the )?(more|most|fewest|least)
        exceed \w+ in (number|count|size)
        equal (number|amount)s?|difference (between|in)|compar(e|ed|es|ing|ison)
        how (many|much) (more|fewer|less|larger|longer)
        (larger|greater|higher|smaller|lower) (number|amount|count|share)
        (see|have|find|is there) (the )?most of
        majority|(more|less) than half|over half|at least half
        most of the (image|picture|scene|area|land|\w+s) (is|are)
    """),
    Wording(r"""
        (?<![占对])比(?![较例如])[^，。？]{1,24}(更|还|要)?[多少大小长短宽窄高低远近密]
        哪(个|种|类|一个|一种|一类|边|些|艘|架)的?(物体|目标|数量)?(更|较|\
          比较)[多少大小长短宽窄高远近]
        哪(个|种|类|一个|一种|一类|边)(的)?(物体|目标|东西|数量)*最?[多少]
        哪(边|侧|一边|里)的[^，。？]{1,6}[多少]
        哪(一?半|一?[个边侧处块片]|一?个?(角落?|区域|部分))[^，。？]{0,6}[更最][多少密]
        (面积|占地)[^，。]{0,3}最[大小]的?(是|类)|同色|(主要|主导|优势)的?(土地|地表)?覆盖
        (和|与|跟|还是|、)[^，。]{1,12}哪(个|种|类|一个|一种)(更|比较)?[大小长短宽窄高远近]
        谁更?[多少大长]|[多大长]还是
        (数量|出现)[^，。]{0,4}最[多少]|最[多少]的(?!.{0,4}层)|最(常见|普遍|少见|罕见)|一样[多大长]
        同样多|相等|差多少|多多少|少多少|几倍|多少倍|相差|倍
        对比|相比|大多数|多半|过半|一半以上|占多数|(数量|总数)(超过|多于|少于)
    """),
    'A comparison ("{}") was not understood with the rest of the question. Compare numbers or sizes'
    ' of classes, as in "are there more ships than storage tanks?", "which are more numerous, ships'
    ' or airplanes?" or "is the largest ship longer than the bridge?".',
    "没有看懂“{}”这样的比较。请比较类别的数量或大小，"
    "如“船比储罐多吗？”“船和飞机哪个多？”或“最大的船比桥长吗？”。",
)

NEGATION = Family(
    Wording(r"""
        except(ing)?( for)?|exclud(e|es|ed|ing)|apart from|aside from|other than
        rather than|instead of|in place of|in lieu of|unless|(that|which) (never|lacks?)|lacking
        devoid of|free (of|from)|with (none|nothing)
        ^(please )?no \w+( \w+)?,?( please| thanks)?\W*$|(everything|all|anything) (save|bar)( for)?
        (segment|mask|outline|trace|extract|find|mark|show) (the |all )?(background|rest|remainder|\
          everything else|all else|anything else)
        but not|(everything|anything|nothing|all|none|any) but
        ignor(e|ing)|without|leav(e|ing) out|omit(ting)?|barring|minus|neither|(no|neither) \w+ nor
        filter out
        outside( of)? (the|any|every|a)
        (all|every|each|any) (\w+ ){1,3}(but|save) (for )?(the|a|those)
        (everything|anything|what|objects?|things?)( \w+){0,4} besides|besides (the|all|every)
        (drop|discard|remove|hide|skip) (the|all|every|any|those|these|that|them|ships|vehicles)
        (with|has|have|having|contain(s|ing)?|where there (is|are)|where (is|are) there) no
        no \w+( please)?,? (only|just)|non-\w+
        not|(is|are|was|were|do|does|did|has|have|had)n't
    """),
    Wording(r"""
        除(了|去|掉|开|却)?[^，。]{0,16}(以外|之外|外)|除[了去掉开]|以外|之外|排除|去掉|忽略|剔除
        扣除|而不是|不包括|不包含|不含|不算|不要|不带
        离[^，。最]{1,8}(很|较|比较|挺|太)?远的|^(请|帮我)?(别|不用|无需)(找|分割|标|画|框|检测|数)
        (分割|提取|找|标)出?背景|分割[^，。]{0,2}(其他|其它)的?一切|宁可|而非|代替
        (?<!是)不(是|在|靠|属于|位于|临|挨|与|和|同)|(?<!有)没有?[^，。？吗]{0,12}的|没(停|靠|在)
        未(?![知来铺])[^，。]{0,8}的|无[^，。论]{0,6}的
        非[^，。常洲]{1,8}(的|区|类|物|$)
    """),
    'What is not wanted ("{}") was not understood with the rest of the question. Say it of a class'
    ' or a place, as in "segment all objects except ships" or "how many ships are not in the upper'
    ' half?".',
    "没有看懂“{}”这样的排除条件。请对类别或位置说明，"
    "如“分割除船以外的所有目标”或“不在上半部分的船有多少？”。",
)

HEADING = Family(
    Wording(r"""
        (fac(e|es|ing)|point(s|ing)|head(s|ed|ing)?|sail(s|ing)|driving|flying|that point|nose|\
          bow) (to(wards?)? )?(the |due )?WAY
        (ship|vessel|boat|plane|airplane|aircraft|vehicle|car)s? heading\W*$
        heading of (the|each|every) (ship|boat|plane|airplane|vehicle)
        planes? point (to(wards?)? )?(the )?COMPASS\w*
        (heading|sailing) (to|towards?|for|into|out|away)
        COMPASS\w*[- ]?(facing|bound)|orientations?|oriented
        (the|compass|its|their) (heading|bearing)s?|bearing of
        azimuth|(what|the|at an?) angle
        (what|which|in what|the same|opposite) (\w+ )?(direction|way|heading|angle)s?
    """),
    Wording(r"""
        朝(?!阳)|面向|航向|方位角|向[北南东西](行|驶|航|的|开|飞)|(机|船|车)头|方向
        (?<!从[南北东西])往[哪北南东西]
    """),
    'Headings and orientations ("{}") were not understood; the front of a thing is not known, only'
    ' the axis of its outline. Ask "which way does the longest ship point?" or "find the airplanes'
    ' pointing north".',
    "没有看懂朝向“{}”；只知道轮廓的长轴，不知道前后。可以问“最长的船朝哪个方向？”。",
)

TIME = Family(
    Wording(r"""
        since (\d{4}|last|the|january|february|march|april|may|june|july|august|september|\
          october|november|december|then)
        (in|from|of|until|till|before|after|by|during|between) (19|20)\d\d(?! ?(px|pixels?|x|m|\
          by)\b)
        new(ly|er|est)? (?!image|picture|photo|question|topic|mask|box|line|file|york|zealand|\
          delhi|orleans|jersey|mexico|hampshire)\w+
        recent(ly)?|chang(e|es|ed|ing)|before and after|over time|years? ago
        last (year|month|week|decade|summer|winter)
        yesterday|today|(what|which) (date|time|year|month|season)
        when (was|were|did|is|has|have|will)|(here|there) before
        how old|(oldest|old|older) \w+|years? old|used to be|expan(d|ds|ded|sion)|growth|trend
        forecast
        ^(was|were) there|^did (?!you|i|we)\w+
        predict (?!(the )?(scene|class|label|category|kind|place))
        (has|have) (\w+ ){0,3}(grown?|shrunk|expanded|built|added|removed|disappeared|demolished)
    """),
    Wording(r"""
        新(建|增|修|盖|的|近)|\d{4}年|变化|变迁|[去今前昨]年|以来|以前|曾经|什么时候|何时|哪一?年
        几月|拍摄(时间|日期)|[两前后多]期|(这|那)[两几]张(?!.*分别)
        旧的|老旧|年代|扩张|增长|增加了|减少了|消失
        规划[^，。]{0,6}(修|建|拆|盖)|(以后|今后|日后|后续)[^，。]{0,6}(会|要|修|建|拆|扩)|扩建
        (会不会|会|要)(再|被)?(修|扩|拆|涨|淹|塌)[^，。]{0,4}(吗|不|么|$)
        拆(迁|除|掉)(以?后|之后)|将来|未来|预计|预测(?!类别|场景)|[今昨明]天|刚(才|刚|停|到)
    """),
    'Time and change ("{}") cannot be determined from one image. Ask about each image by itself'
    ' ("find every building") and compare the regions.',
    "仅凭一幅影像无法判断时间和变化（“{}”）。请分别对每幅影像提问（如“找出所有建筑”），再比较结果。",
)

NAME = Family(
    Wording(r"""
        (what|which) (\w+ )?(species|breed|crops?|(model|make|brand)(?= (is|of|are)))
        (what|which) (kind|type|sort|variety|model|make)s? of (\w+ )?(tree|plant|crop|bird|fish|\
          animal)s?
        (what|which) (kind|type|sort|variety|model|make)s? of (\w+ )?(plane|airplane|aircraft|\
          jet|ship|boat|vessel|car|vehicle|truck)s?
        (ship|vessel|boat|aircraft|plane|car|vehicle|tree|crop) (type|model|species|variety)s?\W*$
        (what|which) (city|country|state|town|continent|airport|airline|company|river|street)
        where (on earth|in the world)
        (the )?names? of (the|this|that) (\w+ )?(river|lake|city|airport|road|street|bridge|ship|\
          port|harbou?r|stadium|town)s?
    """),
    Wording(r"""
        (什么|哪种|哪类|哪一种|何种)(树|植物|作物|庄稼|品种|型号|机型|车型|船型|品牌|牌子|飞机|\
          鱼|鸟|动物)
        型号|品种|树种|物种|波音|空客|航空公司|哪一?(个|座)?(城市|国家|省份?|县|市(?![场中区])|区县|乡镇|机场)
        (?<!东西)(?<!物体)(?<!目标)叫什么(名字)?
        (湖|河|江|山|桥|路|街|村|镇|地|城)名(?!为)|所属(的)?(区|县|市|省|单位|国)|归属地|经纬度
        [^，。是]湖还是[^，。]{1,4}湖|江还是[^，。]{1,4}江|县还是[^，。]{1,4}县|[^，。是]山还是[^，。]{1,4}山
    """),
    'Species, models, names and places on Earth ("{}") cannot be determined: objects are known'
    " by their"
    ' class alone. Ask for a class, such as "find every airplane"; `geomag info` lists the'
    " classes.",
    "无法判断品种、型号、名称或所在地（“{}”）：只能识别目标的类别。请按类别提问，"
    "如“找出所有飞机”；`geomag info` 列出所有类别。",
)

CAUSE = Family(
    Wording(r"""
        why|^who|^whose|who (owns?|owned|built|made|operates?|uses?|lives?)
        whose (\w+ ){1,3}(is|are) (this|that|these|those|it)|how come
        how (healthy|safe|dangerous|busy|crowded|clean|dirty|polluted|expensive|valuable|good|\
          bad|old) (is|are|does|do)
        what (is|are) (the )?(\w+ ){1,3}doing
        (what|which|who) (is|are) (the )?(owner|reason|cause)s?
    """),
    Wording(r"""
        为什么|为何|为啥|(成|起)因|病虫害|原因|权属|哪家(单位|公司|企业|人)
        (归|属于?)(谁|哪)[^，。]{0,4}(所有|管)|(?<!^)谁|什么原因|(工人|人员|民众|群众|游客|司机|学生|行人|渔民|农民)们?(都|正|是)?在|在干什么|在做什么|健康|安全吗
        适合|适不适合|值得|值不值|该不该|应不应该|宜居|繁华吗|富裕|污染|危险|多少钱|价格|房价|房租|开发商|业主|产权|归属
    """),
    'Reasons, owners and states ("{}") cannot be determined from one image: objects are known by'
    " their"
    ' class alone. Ask for a class, such as "find every ship", or "what kind of place is this?".',
    "仅凭一幅影像无法判断原因、归属和状态（“{}”）：只能识别目标的类别。请按类别提问，"
    "如“找出所有船”，或问“这是什么地方？”。",
)

OFF_TOPIC = Family(
    Wording(r"""
        (?!)
    """),
    Wording(r"""
        ^(哈哈+|嗯+|哦+|好的?|好吧|行|谢谢|多谢|感谢|谢了|谢谢你的帮助|辛苦了|不客气|对不起|\
          ok)[你您了啊呀哈啦吧,，。.!！~ ]*$
        ^(你好|您好|嗨|早上好|晚上好|早安|晚安|再见|拜拜)[啊呀哈啦吧,，。.!！~ ]*$
        ^(你|您)(是|叫|能|会|可以|懂|喜欢|在|觉得我|认识我)[^，。]{0,4}(谁|什么|啥|名字|干嘛|哪|\
          做|吗)[^，。]{0,4}$
        ^(你|您)?(确定|肯定|没错|真的|没搞错)(吗|么|嘛)[,，。.!！?？]*$
        天气|气温|下雨|新闻|笑话|唱歌|写诗|写首|翻译|股票|几点了?|星期几|吃什么|聊聊天|陪我
    """),
    "",
    "这里只回答与影像有关的问题（“{}”不在其中）。"
    "可以问“图中有多少艘船？”“分割所有建筑”“水域占画面的百分之几？”或“这是什么地方？”。",
)

ASKED_COLOUR = Family(
    Wording(r"""
        (what|which|what's|tell me|identify|name the|describe the) (\w+ ){0,3}(colou?r|shade of|\
          material|texture|pattern)s?
        (what|which) (\w+ ){1,6}made (of|from)|(is|are|was|were) (\w+ ){1,7}made (of|from)
        ^(is|are|was|were|does|do) ([\w-]+ ){1,8}COLOUR(?=\W*$)
    """),
    Wording(r"""
        (?<![上涂])颜色(?!标|画|填|显)|什么色|材质|材料|质地|纹理|什么做的
        ^[^，。]{0,16}是(不是)?[红白蓝绿灰黑黄橙紫棕粉银][色的]*(的)?吗
    """),
    'Materials and textures cannot be determined, and "{}" was not understood as a colour of a'
    " class. Ask"
    ' "what colour is the largest ship?" or "find the white ships".',
    "无法判断材质或纹理；“{}”也没有看懂是哪一类别的颜色。"
    "可以问“最大的船是什么颜色？”或“找出白色的船”。",
)

BOX = Family(
    Wording(r"""
        (in|inside|within) (this|that|the|my) (\w+ )?(box|rectangle)(?![ -]\w*shaped)
        (this|that) (\w+ )?(box|rectangle)(?= (is|shows?|holds?|contains?|encloses?|frames?)\b)
        (marked|selected|highlighted|boxed|framed) (area|part|region|object|thing|target|box)
        (box|rectangle) (that )?i (drew|have drawn|marked|selected)
    """),
    Wording(r"""
        (这个?|该|此|我?画的|选中的?|所选的?|标记的?|红色?|给定的?)(方框|矩形框|矩形|框)(?!出|选|标)
        (方框|矩形框|(?<!边界)(?<!用)框)(内|里|中)
        (选中的|所选的?|框选的|框出的|标记的)(区域|部分|目标|物体|东西|地方)
    """),
    'No box is given for "{}". Give one in pixels, x0,y0,x1,y1 (--box on the command line, box= in'
    ' Python), draw it on the map, or name a part of the picture, such as "in the upper left".',
    "没有给出“{}”所指的框。请以像素坐标 x0,y0,x1,y1 给出（命令行用 --box，Python 用 box=），"
    "或在地图上画出，或说明图中的位置，如“左上角”。",
)
"""What refers to a box; refused where none is given."""

FAMILIES = (
    OFF_TOPIC,
    LIMIT,
    TIME,
    TOTAL,
    COMPARISON,
    MEASURE,
    NEGATION,
    HEADING,
    NAME,
    CAUSE,
    ASKED_COLOUR,
)
"""In the order in which they are tried: the first that matches words the refusal."""

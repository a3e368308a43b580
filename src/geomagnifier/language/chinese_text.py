"""Chinese as people type it.

Traditional characters, English words in between, and the order to answer in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from geomagnifier.translation import Language

_PAIRS = (
    "機机艦舰隻只儲储場场網网籃篮徑径動动運运環环膠胶體体學学園园碼码頭头灣湾貨货遊游輪轮漁渔軍军橋桥樑梁鐵铁車车輛辆轎轿麵面著着築筑頂顶樓楼廠厂"
    "倉仓庫库別别辦办樹树綠绿叢丛馬马線线幹干黃黄圖图畫画裡里裏里張张這这個个幾几數数總总計计統统標标記记檢检測测識识尋寻選选請请幫帮煩烦區区類类"
    "麼么點点邊边側侧東东離离遠远鄰邻緊紧從从兩两間间層层積积繪绘輸输語语義义實实級级塗涂紅红說说説说題题檔档顯显圍围蓋盖佔占嗎吗廣广業业農农鄉乡"
    "館馆衛卫遙遥與与還还對对應应將将為为給给處处門门飛飞艙舱棟栋條条塊块樣样後后開开關关內内擴扩圓圆長长隊队寫写讓让認认麗丽濱滨灘滩產产電电發发"
    "風风雲云寬宽藍蓝過过種种沒没無无顏颜屬属於于變变時时廢废壞坏毀毁誌志陽阳當当畝亩頃顷導导覽览團团陸陆綫线終终態态轉转換换現现觀观優优較较單单"
    "獨独壓压縮缩編编號号確确質质難难簡简稱称術术細细續续經经練练組组結结紋纹維维縱纵織织許许訊讯設设評评試试話话詳详該该誤误調调談谈論论證证讀读"
    "護护豎竖軌轨載载達达適适鏈链錄录錯错鍵键鎮镇鏡镜際际陰阴陣阵險险隨随雜杂雙双霧雾靜静順顺須须預预領领頻频額额願愿飯饭駛驶驗验驅驱鬆松魚鱼鳥鸟"
    "麥麦齊齐歲岁歷历殘残殼壳漸渐潔洁濕湿熱热爐炉狀状獲获畢毕異异療疗監监盤盘眾众碩硕禮礼稅税穩稳窩窝競竞筆笔節节範范糧粮純纯紙纸紀纪約约納纳絡络"
    "緣缘縣县罷罢羅罗職职聯联聲声聽听脫脱腳脚臨临舉举舊旧葉叶藝艺蘇苏藥药蘭兰虛虚蟲虫補补裝装複复見见規规視视親亲觸触訂订討讨訓训託托訪访訴诉詞词"
    "詢询誰谁課课謝谢講讲譯译議议貝贝負负財财責责販贩購购費费貼贴貿贸資资賓宾賣卖賽赛贈赠趕赶趙赵趨趋跡迹踐践輔辅輕轻輯辑遞递遲迟遺遗邏逻郵邮釋释"
    "鋼钢鍋锅鏟铲鐘钟鑽钻鑒鉴閉闭閘闸閱阅陳陈雖虽韓韩項项頓顿頗颇頸颈顆颗顧顾飄飘飲饮餘余駐驻騎骑騰腾驟骤髮发鬧闹鮮鲜鹽盐龍龙龐庞亞亚會会來来倆俩"
    "偉伟傳传債债傷伤傾倾僅仅儘尽償偿億亿冊册劃划則则剛刚創创劇剧勁劲勝胜勞劳勢势務务勵励匯汇協协卻却厭厌參参員员問问啟启嘗尝嘆叹國国執执報报塵尘"
    "墊垫墻墙壩坝壯壮夠够夾夹奪夺奮奋婦妇媽妈孫孙寧宁寶宝專专屆届岡冈島岛峽峡嶺岭帥帅師师帶带幣币廳厅彈弹彎弯彙汇徵征復复徹彻恆恒悶闷惡恶愛爱慮虑"
    "慶庆憂忧憶忆懷怀戰战戲戏戶户拋抛捨舍掃扫掛挂採采揚扬損损搖摇搶抢擁拥擇择擊击擋挡據据擠挤擬拟擺摆攝摄敗败敵敌斷断昇升曉晓曬晒曠旷書书朧胧極极"
    "構构槍枪榮荣樂乐橫横櫃柜權权歡欢歸归決决沖冲況况淚泪淺浅渦涡溝沟滅灭滿满滬沪滯滞漢汉漲涨潛潜潤润澤泽濃浓濟济瀏浏灑洒災灾煙烟燈灯燒烧爭争爺爷"
    "牆墙獎奖獸兽瑪玛瓊琼疊叠癢痒盡尽盪荡磚砖礎础禦御穀谷窮穷竄窜籠笼粵粤糾纠縫缝績绩繞绕繩绳繫系罰罚腦脑臉脸臟脏臺台艱艰蒼苍蓮莲薦荐衝冲製制"
    "詩诗誇夸諸诸謀谋賞赏賠赔贏赢躍跃邁迈鄭郑醫医釘钉銀银銅铜錢钱鋪铺鎖锁鏽锈閃闪闊阔陝陕隱隐隸隶雞鸡霽霁韌韧頁页顛颠飾饰餓饿馳驰鴨鸭齒齿龜龟淨净"
    "凍冻減减準准週周嚴严鬱郁髒脏曆历麽么並并塢坞嶼屿廟庙墳坟壘垒礦矿佈布綜综欄栏攔拦幀帧羣群蹤踪擱搁牠它妳你祇只籤签溫温擔担濾滤墾垦澆浇渾浑煉炼"
    "窯窑纜缆螢萤剷铲賬账錨锚閣阁闢辟簷檐櫥橱橢椭槓杠膩腻瀝沥驢驴蓆席鳴鸣"
    "棄弃紹绍涼凉遷迁華华軸轴聞闻覺觉篩筛們们爾尔連连壇坛針针懸悬憑凭櫚榈傘伞噴喷狹狭楊杨"
    "廂厢進进兒儿儀仪凱凯剝剥劉刘勻匀駁驳僑侨佇伫啞哑喪丧喬乔壺壶奧奥姍姗審审寢寝巒峦幟帜廚厨慘惨慣惯憐怜戀恋掙挣攜携攪搅斂敛暈晕棧栈榿桤樁桩殺杀氣气渢沨滾滚瀾澜燙烫犧牺猶犹獵猎疇畴瘋疯皺皱睜睁礙碍穎颖窪洼竅窍簽签糞粪紗纱絕绝絲丝絨绒綁绑緩缓緯纬罵骂羨羡聰聪膚肤膽胆薩萨虧亏蝕蚀衆众襯衬"
    "診诊詐诈誠诚謊谎謹谨譽誉豐丰貞贞貢贡賀贺賦赋賢贤贓赃躉趸軀躯軟软輾辗轟轰辭辞遜逊鄧邓酈郦醬酱釀酿鈔钞鈕钮鉛铅鉤钩鋁铝鋒锋鋸锯鍛锻鎳镍鑄铸鑲镶閒闲闖闯闡阐隴陇靈灵頒颁顫颤顱颅饒饶饑饥駕驾駝驼駱骆騙骗驕骄驚惊鬥斗魯鲁鯨鲸鰲鳌鴻鸿鵝鹅鷹鹰鹵卤黨党鼇鳌齡龄堊垩塲场墮堕鐡铁擾扰攤摊撿捡暢畅"
    "朮术棲栖椏桠價价"
)
SIMPLIFIED = str.maketrans(_PAIRS[::2], _PAIRS[1::2])
"""Traditional characters as simplified ones."""
_EITHER = "面只系周制布梁干谷志征复松尽升舍托才吃你它秘群伙游污堤席辟"
"""Simplified characters that are traditional too in the words of answers; elsewhere they stand for
another one.
"""
_TRADITIONAL = {
    ord(b): a
    for a, b in reversed(list(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
    if b not in _EITHER
}
_OTHERWISE = (
    ("公裡", "公里"),
    ("英裡", "英里"),
    ("裡程", "里程"),
    ("主干道", "主幹道"),
    ("坐標系統", "坐標系統"),
)
_ORDER = re.compile(
    r"[,，;；.。"
    r"?？!！]?\s*(?:请|請|麻烦|麻煩)?(?:您|你)?(?:用|以)(?:简体|繁体|簡體|繁體)?(?:中文|汉语|漢語|普通话|普通話)(?:来|來)?"
    r"(?:回答|回复|回覆|答复|作答|告诉我|告訴我|说|說|答)?(?:我|一下)?(?:吧|好吗|好嗎|谢谢|謝謝)?\s*[.。!！]?"
    r"|[,;.?!]?\s*\b(?:please )?(?:(?:answer|reply|respond|tell me) )?in (?:simplified |traditional"
    r" )?chinese\b(?:,? please)?[.!]?",
    re.IGNORECASE,
)
LONGEST = 2000
"""Letters of a text in which the order is looked for."""
_COUNTED = "[个架艘辆座栋条片块处幢颗棵根台口株间所枚部只]"
_REGIONAL = (
    ("啥|甚么", "什么"),
    ("好(?=[宽长大远高]呀?啊?[?？。]*$)", "多"),
    (f"好多(?={_COUNTED}|钱|米|平)", "多少"),
    ("(?<=[数看量算找])哈(?=[^哈])", "一下"),
    ("之(?=长度|宽度|面积|数量|直径|名称|走向)", "的"),
    ("馀", "余"),
    ("(?<=[桥楼船机罐场物梁])(?:主体|本体|本身)(?=的|[长宽面占有])", ""),
    ("悉数|尽数|逐一|逐个|一一", "全部"),
    ("标绘|绘出|标画", "标出"),
    ("量算|量取|核算", "测量"),
    ("小客车", "轿车"),
    ("厢型车|箱型车|厢型客车", "面包车"),
    ("建物", "建筑物"),
    ("油罐子", "油罐"),
    ("(?<=[色])颜色的", "的"),
    ("(?<=[白黑灰红橙黄绿蓝棕])颜色(?=的)", "色"),
    ("(?:这|本|该|此)?(?:整[个张幅片]|全)(?=图|画面|影像|图像|照片)", "整张"),
    ("[几\\d一二两三四五六七八九十]+成(?=[,，呀啊呢?？]|$)|几成呀", "几成"),
    (
        f"平均(?:下来|算下来|算来|而言|来说)?,?(?:一|每){_COUNTED}(?:有|是)?(?=多[长宽大]|占地)",
        "平均",
    ),
    ("(?<=[都全])给(?:我|咱)?(?=[框标圈找分抠画勾])", ""),
    ("(?<![占据了盖])(?:总共|一共)?(?:有)?多[大少]的?面积(?=$|[?？,，])", "总面积多少"),
    ("(?<=少|几)平(?=$|[?？,，])", "平方米"),
    ("几分之几", "百分之几"),
    ("(?<=[有车船机])没得(?=$|[?？])", "没有"),
    ("勾绘", "勾勒"),
    (
        "(?:换算成|折合成?|换成)(?:平方米|公顷|亩)(?:是|有|等于|的话)?(?=(?:几|多少)(?:平方米|公顷|亩))",
        "面积",
    ),
    ("加起来(?:一共|总共|共)|(?:一共|总共)加起来", "加起来"),
    ("(?<=[图中里上])(?:的)?哪一?个(?=位置|地方|方位|部位)", "什么"),
    ("遮罩", "掩膜"),
    ("(?<=[^,，。]{4})[,，。 ]*(?:感恩|感谢|多谢|拜托|辛苦)[你您了啦啊哦喔]*[。.!！~]*$", ""),
    ("(?:予以|加以|进行)(?=标|框|圈|分割|提取|勾|统计)", ""),
    ("何者(?:的?数量)?(?:较|更|为|居)?(?=[多少])", "哪个"),
    ("的?(?:数量|个数)(?=[,，]?哪个[多少])", ""),
    ("(?<=密度)(?:为|是)(?:何|几何)", "是多少"),
    ("(?:大概|大约|大致|约摸)(?=(?:有|是)?(?:多[少长宽大远]|几))", ""),
    (f"[(（]{_COUNTED}/(公顷|平方公里|平方千米)[)）]", r",以每\1计"),
    ("(?:面积)?前([\\d一二两三四五六七八九十]+)大的", r"最大的\1个"),
    ("面积(?:排名?|排在|位居|位列)前([\\d一二两三四五六七八九十]+)[位名]?的", r"最大的\1个"),
    ("长度(?:排名?|排在|位居|位列)前([\\d一二两三四五六七八九十]+)[位名]?的", r"最长的\1个"),
    ("(?:输出|返回)(?=最[大小长短])", "找出"),
    (f"^平均(?:一|每){_COUNTED}(.+?)(?:占地|有)?(?=多[大长宽])", r"\1的平均占地"),
    ("的平均占地(?=多[长宽])", "平均"),
    ("(?<=[机船车罐桥场楼物舶池井])(?:目标|设施|图斑)(?=[的数,，是有在?？]|$)", ""),
    ("(?<=[至有共过到足是])([\\d两二三四五六七八九十]+)面(?=吧|吗|[?？,，。]|$)", r"\1个"),
    ("(?:面积)(?:居于?|位居|排在?|排名|位列)(?:首位|第一位?|榜首)的", "面积最大的"),
    ("(?:长度)(?:居于?|位居|排在?|排名|位列)(?:首位|第一位?|榜首)的", "长度最长的"),
    ("(?<!储)罐[体身]的?(?=直径[^,，。]*的[储油]{0,2}罐)", ""),
    ("树冠(?=的?平均|的?面积|的?直径|的?大小)", ""),
    ("(?<=[边侧面左右上下东西南北])数(?:过|起)?[来去](?=[,，]?的?第)", "数"),
    ("(?<=[占据])了(多少(?:平方)?(?:米|公里|亩|公顷)|多少平米)的地", r"了\1"),
    ("咋样", "怎么样"),
    ("咋", "怎么"),
    ("几多", "多少"),
    ("有没得|有冇", "有没有"),
    ("平方公尺", "平方米"),
    ("解析度|解像度", "分辨率"),
    ("航照图?|空照图|空拍图", "航拍图"),
    ("储油槽|储槽|油槽", "储罐"),
    ("井架", "油井"),
    ("公车", "公交车"),
    ("游览车", "大巴"),
    ("(?<=[边块点这那])儿", ""),
    ("加(?:在)?一[块起]", "加起来"),
    ("农地|耕地(?!地块)", "农田"),
    ("的士|计程车", "出租车"),
    ("贮罐", "储罐"),
    ("平房|屋子|大厦|(?<![集度疏的])住宅(?![区楼地用])", "房屋"),
    ("邮轮|轮渡", "轮船"),
    ("切割|裁切|切(?=出来|下来)", "分割"),
    ("萃取|撷取|截取", "提取"),
    ("标示|标识|标定", "标出"),
    ("(?:框选|圈选|圈定)(?!的?(?:区域|部分|目标|物体|东西|地方))", "框出"),
    ("量测|丈量|测算", "测量"),
    ("(?<!平)[均皆](?=[停在为是位朝靠沿分临])", "都"),
    ("(?<=停靠|停泊|停放|分布|坐落|集中|航行|漂浮)于", "在"),
    ("自(?=[东西南北左右上下][边侧]?(?:[往到向至]|起|数))", "从"),
    ("(?<=[东西南北左右上下])至(?=[东西南北左右上下])", "到"),
    ("(?:恰|正|刚)(?:好|巧)?(?:为|是)(?=[\\d一二两三四五六七八九十])", "恰好是"),
    (
        "(?:请)?(?:别|不要|不用)(?:管|圈|框|标|画|看|找)?(?:别的|其他的?|其它的?|其余的?)[,，]?(?=只|就|仅)",
        "",
    ),
    (
        "(?<=[^,。?，？])请(?=(?:您|你)?(?:全部|都|逐一|一并)?(?:标|框|圈|找|分割|提取|数|统计|画|勾|抠))",
        "",
    ),
    (
        "^(?:请)?(?:您|你)?(?:帮我|帮忙)?(?:确认|核实|核查|判断|判定|查明|检查|查看)(?:一下|下)?"
        "(?=.*(?:有没有|是否|有无|是不是|无|吗))",
        "",
    ),
    ("(?:地物|目标|物体|对象)的?(?=类别|种类)", ""),
    ("(有)什么(?=[^?？呢些样哪东西物目对地内]{1,6}(?:吗|没有?|不)[?？。]*$)", r"\1"),
    ("(?<=[^有是要能会好多])不(?=[?？。]*$)", "吗"),
)
"""What is said otherwise in the north, in the south, in Taiwan and in official writing."""
_COURTESY = re.compile(
    "^(?:(?:呃|嗯|哎|哦)+(?=不好意思|你好|请问|麻烦|那个)|(?:呃|嗯|额|哎呀?|唉|诶|欸|喂|嗨|那个|这个|那什么|你好|您好|老师|师傅|不好意思|抱歉|打扰)"
    "(?:[啊呀哈呢]|打扰了?|打扰一下|一下|了|请问)*[,，、。!！~…]+\\s*"
    "|不好意思(?=[^,，。]{3})|(?:劳驾|老师)(?:您|你)?好?(?:了|啦)?[,，]|问(?:一下|一句|下)[,，]"
    "|(?:请问|麻烦(?:你|您)?)?(?:我)?(?:就|只|先)?(?:是)?想(?:请教|问|了解|打听|知道)(?:一下|一句|问)?[,，:：]?\\s*"
    "|(?:请问|麻烦(?:你|您)?)(?:问|请教)?(?:一下|一句|个事|下)?[,，:：]\\s*|麻烦(?:你|您)?问(?:一下|一句|下)[,，:：]?\\s*"
    "|(?:麻烦|请)?(?:你|您)?(?:先)?(?:给我|跟我|帮我|为我)(?=[说讲]说?))+(?=.{4})"
)
"""What is said before a question, and asks nothing."""
_LESS_SAID = re.compile(
    "(?<=[^,，。])[,，。](?:随便|简单|大概)?(?:讲|说|写|聊|描述)?(?:个|几|两三?|三两|一两?)句(?:话)?(?:就|也)?(?:成|行|好|可以?|即可)?(?:了|吧|的)*[。.!！~]*$"
)
"""How long the answer should be: it is short anyway."""
_HAN = re.compile("[\u4e00-\u9fff]")
_ASKING = (
    (r"how many(?= )", "有多少"), (r"(?:please )?(?:count|number of)", "数"),
    (r"(?:please )?(?:segment(?:ation)?|mask|outline)", "分割"),
    (r"(?:please )?(?:find|show(?: me)?|locate|detect|mark)", "找出"),
    (r"where (?:is|are)", "在哪里"), (r"(?:are|is) there(?: any)?", "有没有"),
    (r"(?:top|upper)[- ]?left", "左上"), (r"(?:top|upper)[- ]?right", "右上"),
    (r"(?:bottom|lower)[- ]?left", "左下"), (r"(?:bottom|lower)[- ]?right", "右下"),
    (r"largest|biggest", "最大的"), (r"smallest", "最小的"), (r"longest", "最长的"),
    (r"leftmost", "最左边的"), (r"rightmost", "最右边的"),
    (r"colou?rs?", "颜色"), (r"(?:total area|(?<![a-z]\s)area)s?", "面积"), (r"lengths?", "长度"),
    (r"widths?", "宽度"), (r"average|mean", "平均"), (r"total", "总"), (r"distance", "距离"),
    (r"(?:percentage|ratio)", "比例"), (r"coverage", "覆盖率"), (r"density", "密度"),
    (r"scenes?", "场景"), (r"(?:images?|pictures?|photos?)", "图"), (r"roofs?", "屋顶"),
    (r"(?:bbox(?:es)?|bounding box(?:es)?|box(?:es)?)", "框"), (r"masks?", "掩膜"),
    (r"(?:polygons?|outlines?)", "轮廓"), (r"(?:near|next to|beside)", "靠近"),
    (r"(?:except(?: for)?|excluding)", "除了"), (r"more than", "超过"), (r"fewer than", "少于"),
    (r"chang(?:es?|ed)", "变化"), (r"white", "白色的"), (r"black", "黑色的"),
    (r"red", "红色的"), (r"blue", "蓝色的"),
    (r"green", "绿色的"), (r"yellow", "黄色的"), (r"gr[ae]y", "灰色的"),
    (r"hectares?", "公顷"), (r"met(?:re|er)s?", "米"),
    (r"and|&|plus", "和"), (r"or|vs\.?", "或"), (r"in", "在"),
    (r"ok(?:ay)?[,，]?", ""),
    (r"(?:the|all|every|each|any|an?|of)", ""),
)  # fmt: skip
"""English words of asking between Chinese ones."""


def chinese(text: str) -> bool:
    """Whether a text has a Chinese character."""
    return _HAN.search(text) is not None


def ordered(text: str) -> bool:
    """Whether it asks for the answer in Chinese: "用中文回答"."""
    return len(text) <= LONGEST and _ORDER.search(text) is not None


def plain(text: str) -> str:
    """A text in simplified characters, words of a region as those of the standard language."""
    text = _COURTESY.sub("", text.translate(SIMPLIFIED).lstrip())
    if re.search("[都有些]?(?:什么|啥)|描述|介绍|内容|概括", text):
        text = _LESS_SAID.sub("", text)
    for pattern, word in _regional() if chinese(text) else ():
        text = pattern.sub(word, text)
    return text


@lru_cache(maxsize=1)
def _regional() -> tuple[tuple[re.Pattern[str], str], ...]:
    """`_REGIONAL`, compiled for the first Chinese text."""
    return tuple((re.compile(pattern), word) for pattern, word in _REGIONAL)


def message_language(question: str) -> Language | None:
    """The language of messages about a question; None where it is neither English nor Chinese."""
    if re.search("[\u3040-\u30ff\uac00-\ud7af]", question):  # Japanese and Korean have Han, too
        return None
    if chinese(question) or ordered(question):
        return "zh"
    return "en" if re.search("[A-Za-z]", question) else None


def without_order(text: str) -> str:
    """A question without the order to answer in Chinese.

    The question itself where nothing else is in it.
    """
    if not ordered(text):
        return text
    bare = _ORDER.sub("", text).strip()
    return bare if re.search(r"\w", bare) else text


def traditional(question: str) -> bool:
    """Whether a question is written in traditional characters."""
    return chinese(question) and question.translate(SIMPLIFIED) != question


def in_traditional(text: str) -> str:
    """A Chinese sentence of an answer in traditional characters."""
    told = text.translate(_TRADITIONAL)
    for wrong, right in _OTHERWISE:
        told = told.replace(wrong, right)
    return told


def unmixed(text: str, names: Mapping[str, str]) -> str:
    """A Chinese question without English words.

    Names of classes and words of asking become Chinese; one without any is as it was.

    Args:
        text: lower case.
        names: English names, each with a Chinese one.
    """
    if not re.search("[a-z]{2}", text) or not chinese(text):
        return text
    told = _pattern(tuple(names)).sub(lambda found: names[found[0]], text)
    for pattern, word in _ASKING:
        told = re.sub(rf"(?<![a-z]){pattern}(?![a-z])", word, told)
    return told


@lru_cache(maxsize=8)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    listed = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(rf"(?<![a-z])(?:{listed})(?![a-z])" if listed else "(?!)")

"""Chinese phrases and conditions: what is said of a thing stands before it, "距离桥50米以内的车辆".

Every word must find its place.

A phrase is read from its front, condition after condition, each up to its 的, and ends with the
names of classes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from geomagnifier.composed import chinese_aliases
from geomagnifier.composed import program as p
from geomagnifier.composed.form_builders import without
from geomagnifier.composed.placeholders import Amount, Lexicon, Marked, amount
from geomagnifier.composed.slots import NoPlace

UNITS = {
    "平方公里": "km2", "平方千米": "km2", "平方米": "m2", "平米": "m2", "平方像素": "px2",
    "公顷": "ha", "英亩": "acre", "市亩": "mu", "亩": "mu", "公里": "km", "千米": "km", "公尺": "m",
    "厘米": "cm", "英尺": "ft", "英里": "mi", "个像素": "px", "像素": "px", "米": "m", "km2": "km2",
    "m2": "m2", "ha": "ha", "km": "km", "px": "px", "m": "m",
}  # fmt: skip
"""Chinese units and what each stands for, as of `lexicon.UNITS`."""
UNIT = "|".join(UNITS)
COMPASS = {
    "东北": 45.0, "西南": 45.0, "西北": 135.0, "东南": 135.0, "南北": 0.0, "东西": 90.0, "北": 0.0,
    "南": 0.0, "东": 90.0, "西": 90.0,
}  # fmt: skip
"""Ways that an axis may lie, degrees clockwise from north."""
_DIGITS = dict(zip("零一二两三四五六七八九", (0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_NUMBER = r"(?:\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+)"
COUNTER = "(?:架次|[个架艘辆座栋条片块只处幢颗棵根台口株间所枚部])"
KIND = "(?:目标|物体|对象|东西|类别|类型|种类|类|种)"
_JOIN = r"(?:和|与|、|及|以及|还有|或者|或|跟|,)(?:所有的?)?"
GROUND = (
    "堆场|货场|飞机场|机场|停机坪|跑道|停车场|停车区|广场|工地|公园|小区|住宅区|居民区|工业区|工业园|厂区|校园|学校|体育场|商业区|市区|城区|村庄|村子|度假村|火车站|车站|高尔夫球场|"
    "沙漠|山上|山区|海岸|河岸|湖岸|海滩|沙滩|岸|海岛|小岛|岛"
)
"""Places that no class of things is; a condition that names one is told to be passed over."""
_VERBS = (
    "(?:(?:停靠|停泊|停放|停|航行|行驶|漂浮|漂|分布|坐落|修建|建|盖|架设|架|靠(?!近)|泊|摆放|摆|"
    "种|开|跑|长)(?:着|了|在|有)?)"
)
_NOUNS = re.compile(rf"(?:K\d+(?:{_JOIN}K\d+)*|它们?|这些|那些|其中)$")
QUESTION = "(?:吗|么|嘛|吧|没有|没|对吗|对吧|是吗|是吧|对不对|是不是)?"
PICTURE = "(?:整[幅个张])?(?:图像|图片|图|影像|画面|照片|场景|区域|地面)(?:总)?(?:面积)?"
_COLOURS = {
    "白": "white", "黑": "black", "灰": "grey", "红": "red", "橙": "orange", "黄": "yellow",
    "绿": "green", "蓝": "blue", "棕": "brown", "褐": "brown",
}  # fmt: skip
_COLOUR = f"[{''.join(_COLOURS)}](?:颜?色)?"
_RANKS = {
    "大": ("area", True), "小": ("area", False), "长": ("length", True), "短": ("length", False),
    "宽": ("width", True), "窄": ("width", False), "左": ("left", True), "右": ("right", True),
    "上": ("upper", True), "下": ("lower", True), "西": ("left", True), "东": ("right", True),
    "北": ("upper", True), "南": ("lower", True),
}  # fmt: skip
_FROM = (
    "(?:从|由|自)?([左右上下东西南北])[边面侧端方]?"
    "(?:[往到向][左右上下东西南北])?(?:数|起|开始|算)*的?"
)
_SIDES = {
    "左": "left",
    "右": "right",
    "上": "upper",
    "下": "lower",
    "西": "left",
    "东": "right",
    "北": "upper",
    "南": "lower",
}
EXCEPT = "(?:除了?|除去|除开|不包括|不包含|不算|不计|排除|去掉|不含|剔除|忽略)"
WHAT: dict[str, p.Quantity] = {
    "长度": "length", "宽度": "width", "面积": "area", "大小": "area", "直径": "length",
    "长": "length", "宽": "width", "大": "area", "占地面积": "area",
    "占地": "area",
}  # fmt: skip
HOWS: dict[str, p.How] = {
    "": "mean",
    "平均": "mean",
    "总": "sum",
    "合计": "sum",
    "最大": "largest",
    "最小": "smallest",
    "中位": "median",
    "最长": "largest",
    **dict.fromkeys(("一共", "总共", "总计", "共计", "加起来"), "sum"),
}
_BANK = "(?:边|侧|面|方|岸|头|端)"
_WAYS: tuple[tuple[str, p.Way], ...] = (
    ("(?:的)?(?:附近|旁边|旁|周围|边上|近旁|周边|四周|岸边|身边|一带)", "near"),
    ("(?:的)?(?:沿线|沿岸|沿途|两旁|两侧|两边|两岸)", "along"),
    ("(?:的)?(?:正)?左(?:手)?(?:边|侧|面|方)", "left of"),
    ("(?:的)?(?:正)?右(?:手)?(?:边|侧|面|方)", "right of"),
    ("(?:的)?(?:正)?(?:上方|上边)", "above"), ("(?:的)?(?:正)?(?:下方|下面|下边)", "below"),
    (rf"(?:的|以)?北{_BANK}?", "north of"), (rf"(?:的|以)?南{_BANK}?", "south of"),
    (rf"(?:的|以)?东{_BANK}?", "east of"), (rf"(?:的|以)?西{_BANK}?", "west of"),
    ("(?:的)?(?:上面|之上|上头|上)", "on"),
    ("(?:的)?(?:里面|里头|里边|里|内部|之内|内|当中|中|之中)", "inside"), ("(?:边)", "near"),
)  # fmt: skip


def _number(text: str) -> float:
    if re.fullmatch(r"[\d.]+", text):
        return float(text)
    total, digit = 0, 0
    for letter in text:
        if letter in _DIGITS:
            digit = _DIGITS[letter]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[letter]
            digit = 0
    return float(total + digit)


def marked(text: str, lexicon: Lexicon) -> Marked:
    """A Chinese question with placeholders for names and amounts, as `placeholders.marked` does.

    Args:
        text: in simplified characters, without blanks.
        lexicon: the names of the model's classes.
    """
    text = re.sub("海(?=[上里中边])", "海面", re.sub("东西(?=方?向|走向)", "东", text))
    boats = re.search("小船|小艇|小渔船", text) is not None
    table = chinese_aliases.names(lexicon, boats)
    names: list[tuple[str, ...]] = []
    amounts: dict[str, Amount] = {}

    def name(found: re.Match[str]) -> str:
        names.append(table[found[0]])
        return f"K{len(names) - 1}"

    def with_unit(found: re.Match[str]) -> str:
        mark = f"Q{len(amounts)}"
        amounts[mark] = amount(_number(found[1]), UNITS[found[2]])
        return mark

    def bare(found: re.Match[str]) -> str:
        mark = f"N{len(amounts)}"
        amounts[mark] = Amount(_number(found[1] if found.re.groups else found[0]))
        return mark

    def ground(found: re.Match[str]) -> str:
        names.append((found[0],))
        return f"G{len(names) - 1}"

    text = re.sub(rf"(?<=第){_NUMBER}", bare, text)
    plain = re.sub(rf"百分之({_NUMBER})", lambda m: f"{_number(m[1]):g}%", text)
    plain = re.sub(
        "(?:面积的?)?(?:一半|半数)(?!以上)", "50%", re.sub("(?:一半|半数)以上", "超过50%", plain)
    )
    plain = re.sub(rf"(?<![QN\d.第])({_NUMBER})多?({UNIT})(?![a-z])", with_unit, plain)
    plain = re.sub(
        rf"(?<![QN\d.第每同哪])(?!一条?(?:直线|线|排|行|列))({_NUMBER}){COUNTER}", bare, plain
    )
    plain = re.sub(
        r"(?<![QN\d.第])(\d+(?:\.\d+)?|[两二三四五六七八九十]+)(?=[行排列到至%])", bare, plain
    )
    plain = re.sub(
        rf"(?<=超过|大于|多于|小于|少于|不到|不足|至少|恰好|正好|刚好|等于|达到)({_NUMBER})(?={QUESTION}$)",
        bare,
        plain,
    )
    if re.search(r"(?<![QN\da-z])\d", plain):  # a number that nothing is said of
        return Marked("", names, amounts)
    plain = re.sub(f"(?:{GROUND})(?=的?[上里内中附旁周边])", ground, plain)
    plain = chinese_aliases.pattern(lexicon, boats).sub(name, plain)
    return Marked(plain, names, amounts)


@dataclass(frozen=True, eq=False)
class Reader:
    """Parses the noun phrases and conditions of one Chinese question."""

    marks: Marked
    """The question with placeholders."""
    lexicon: Lexicon
    """The names of the model's classes."""
    passed: list[str] = field(default_factory=list)
    """Scene classes named as places, which were passed over."""

    def amount(self, mark: str) -> Amount:
        return self.marks.amounts[mark]

    def phrase(self, text: str, of: p.Select | None = None) -> p.Select:
        """A noun phrase: conditions, then the names of classes.

        One that ends without a name ("最大的那艘") is of the class of `of`.

        Args:
            text: with placeholders.
            of: a selection that was named before.

        Raises:
            NoPlace: a word finds no place.
        """
        text = re.sub(r"(?<=K\d)(?:边上|岸边|边|岸)$", "", text)  # "离水边多远"
        noun = _NOUNS.search(text)
        if (
            noun is None
            and of is not None
            and (
                m := re.search(rf"(?:[这那]?(?:一|N\d+|几)?{COUNTER}|的|[边侧角]|部分?|半)$", text)
            )
        ):
            return (
                self.before(
                    re.sub(rf"[这那]?一?{COUNTER}$", "", text),
                    replace(of, filters=(), rank=None),
                    False,
                )
                if m
                else of
            )
        if noun is None:
            raise NoPlace
        named = re.findall(r"K(\d+)", noun[0])
        of = p.Select(
            tuple(dict.fromkeys(kind for k in named for kind in self.marks.names[int(k)])),
            them=not named,
        )
        return self.before(text[: noun.start()], of, len(named) > 1)

    def before(self, text: str, of: p.Select, union: bool = False) -> p.Select:
        """A selection with what is said before its noun.

        Args:
            text: conditions, ranks and numbers, with placeholders.
            of: the selection.
            union: it is of several names, which have no rank and colour together.

        Raises:
            NoPlace: a word finds no place.
        """
        rest, rank, number = text, None, None
        filters: tuple[p.Filter, ...] = ()
        out: p.Select | None = None
        while rest:
            if (
                m := re.match(
                    rf"(?:所有|全部|一切|整[片个块]|每一?{COUNTER}?|各个|各|这些|那些|任何|的|都|仅|只|其中|[这那]几?{COUNTER}(?!N))",
                    rest,
                )
            ) or (m := re.match(rf"[这那](?=N\d)|[这那]一{COUNTER}|[这那该此本]$|该", rest)):
                rest = rest[m.end() :]
            elif m := re.match(
                r"(?:面积|长度|宽度|个头|位置|体积)?最靠?([大小长短宽窄左右上下东西南北])(?:[边面侧端方头]|[边面]上)?的?(?:(?:前)?(N\d+))?",
                rest,
            ):
                if union or rank is not None:
                    raise NoPlace
                by, largest = _RANKS[m[1]]
                rank = p.Rank(by, largest, int(self.amount(m[2]).value) if m[2] else number or 1)
                number, rest = None, rest[m.end() :]
            elif m := re.match(rf"第(N\d+){COUNTER}?([大小长短宽窄])的?", rest):
                if union or rank is not None:
                    raise NoPlace
                rank = p.Rank(*_RANKS[m[2]], start=int(self.amount(m[1]).value))
                rest = rest[m.end() :]
            elif m := re.match(rf"{_FROM}第(N\d+){COUNTER}", rest):
                if union or rank is not None:
                    raise NoPlace
                rank = p.Rank(_RANKS[m[1]][0], start=int(self.amount(m[2]).value))
                rest = rest[m.end() :]
            elif m := re.match(r"N\d+(?!\d|K\d+的?(?:之间|中间|当中))", rest):
                number = int(self.amount(m[0]).value)
                rest = rest[m.end() :]
            elif (m := self._roof(rest, of)) or (
                m := re.match(rf"{_COLOUR}(?:[或和跟与、]{_COLOUR})*的?(?!K\d+的)", rest)
            ):
                if union:
                    raise NoPlace
                filters = (*filters, p.Colour(tuple(_COLOURS[c] for c in m[0] if c in _COLOURS)))
                rest = rest[m.end() :]
            elif m := re.match(
                rf"{EXCEPT}(.+?)(?:以外|之外|外)?[,]?的?(?:所有|全部)?的?(?:其他|其它|其余|别的)?的?(?:所有)?的?$",
                rest,
            ):
                out, rest = self.phrase(m[1], of), ""
            elif m := re.match(r"(?:不是|非)(K\d+)的", rest):
                out, rest = self.phrase(m[1]), rest[m.end() :]
            else:
                one, rest = self._to_de(rest)
                filters = (*filters, *one)
        of = replace(of, filters=filters, rank=rank, number=number)
        if out is not None:
            return without(of, out)
        return of

    def _roof(self, text: str, of: p.Select) -> re.Match[str] | None:
        """A colour that is said of the roofs of buildings: from above they are the buildings."""
        m = re.match(
            rf"{_COLOUR}(?:的)?(?:K(\d+)的?|顶的?)(?=$|[^和与、])|K(\d+)(?:是|为|呈){_COLOUR}的",
            text,
        )
        if m is None or of.kinds != ("building",):
            return None
        mark = m[1] or m[2]
        return m if mark is None or tuple(self.marks.names[int(mark)]) == ("building",) else None

    def _to_de(self, text: str) -> tuple[tuple[p.Filter, ...], str]:
        """The conditions up to a 的 that they fit, and the rest."""
        for m in re.finditer(
            rf"的(?:[这那](?:些|几?{COUNTER}?))?|[这那]几?{COUNTER}?|[这那]一?[排列行]|(?=(?<!第)N\d|最|第N)|$",
            text,
        ):
            if m.start() == 0:
                continue
            try:
                return self.conditions(text[: m.start()]), text[m.end() :]
            except NoPlace:
                continue
        raise NoPlace

    def conditions(self, text: str) -> tuple[p.Filter, ...]:
        """Conditions, joined by 且, 并且 or a comma. Raises NoPlace."""
        parts = [part for part in re.split("并且|而且|且|,(?!K)", text) if not self._ground(part)]
        found = tuple(self.condition(part) for part in parts)
        if any(one is None for one in found):
            raise NoPlace
        return tuple(one for one in found if one is not None)

    def _ground(self, text: str) -> bool:
        """Whether a condition names a place that no class is."""
        m = re.fullmatch(
            rf"(?:位于|处于|在|{_VERBS})?(?:在)?G(\d+)的?(?:上面|上|里面|里头|里|中|内|附近|旁边|旁|周围|周边|边上|边)?{_VERBS}?",
            text,
        )
        if m:
            self.passed.append(self.marks.names[int(m[1])][0])
        return m is not None

    def condition(self, text: str) -> p.Filter | None:
        """One condition that takes up all of the text."""
        text = re.sub("^(?:都|全都|全部|是否|是不是|有|呈)", "", text)
        if m := re.match("(?:不|没有?|并不|并没有)(?=[在位处是停靠挨朝离紧临邻])(?:是)?", text):
            inner = self.condition(text[m.end() :])
            return None if inner is None else p.Not(inner)
        return (
            self._limit(text)
            or self._place(text)
            or self._colour(text)
            or self._heading(text)
            or self._relation(text)
        )

    def _limit(self, text: str) -> p.Filter | None:
        what = "(长度|宽度|面积|大小|直径|长|宽)?(?:为|是|在)?"
        more = "大于|超过|多于|高于|至少|不小于|不少于|长于|宽于|不短于|>=?|≥"
        less = "小于|不到|少于|低于|短于|窄于|不超过|至多|不大于|不足|<=?|≤"
        if m := re.fullmatch(rf"{what}(?:({more})|({less}))(Q\d+)(长|宽)?", text):
            if not m[1] and (m[2] or m[3]) in ("高于", "低于"):  # a height
                return None
            plain = "面积" if "2" in self.amount(m[4]).unit else "长"
            quantity = (
                m[1]
                or m[5]
                or {"长": "长", "短": "长", "宽": "宽", "窄": "宽"}.get((m[2] or m[3])[0], plain)
            )
            return self._sized(quantity, m[4] if m[2] else None, m[4] if m[3] else None)
        if m := re.fullmatch(rf"{what}(Q\d+)(?:及|或)?(以上|以下|以内)(?:长)?", text):
            return self._sized(
                m[1] or "大小", m[2] if m[3] == "以上" else None, None if m[3] == "以上" else m[2]
            )
        if m := re.fullmatch(
            rf"{what}(?:介于)?([NQ]\d+)(?:到|至|和|-|~)(Q\d+)(?:之间)?(?:长|宽)?", text
        ):
            return self._sized(m[1] or "大小", m[2], m[3])
        return None

    def _sized(self, what: str, low: str | None, high: str | None) -> p.Filter | None:
        a, b = (None if mark is None else self.amount(mark) for mark in (low, high))
        if a is not None and not a.unit and b is not None:
            a = replace(a, value=a.value * amount(1.0, b.said or b.unit).value)
        unit = next(one.unit for one in (b, a) if one is not None)
        quantity = (
            "area" if unit.endswith("2") else "length" if WHAT[what] == "area" else WHAT[what]
        )
        return p.Limit(
            quantity, None if a is None else a.value, None if b is None else b.value, unit
        )

    def _place(self, text: str) -> p.Filter | None:
        lead = f"(?:位于|处于|处在|在|落在|靠|{_VERBS})?(?:{PICTURE}的?)?(?:最)?"
        if re.fullmatch(
            f"{lead}(?:正中央|正中间|正中|中央|中间|中心|中部)(?:部分|区域|位置)?", text
        ):
            return p.Place("centre")
        if re.fullmatch(f"{lead}(?:边缘|四周)(?:部分|区域|位置)?|{PICTURE}的?边上?", text):
            return p.Place("edge")
        text = re.sub("[侧边](?=三分之一|四分之一)", "", text)
        m = re.fullmatch(
            f"{lead}([左右上下东西南北])([左右上下东西南北])?(半部分|半部|半边|半侧|半区|半幅|半张图?|半"
            "|侧|边|方|部分|部|角|三分之一|四分之一|面)?(?:落|那边|一边|一侧|这边|区域|位置|方向|那块|那片|这块)?"
            "(?:内|里|中)?",
            text,
        )
        if m is None or (m[3] is None and m[2] is None):
            return None
        parts = [_SIDES[letter] for letter in (m[1], m[2]) if letter]
        if len(set(parts)) < len(parts) or set(parts) in ({"left", "right"}, {"upper", "lower"}):
            return None
        parts.sort(key=lambda part: part in ("left", "right"))
        extent = "third" if m[3] == "三分之一" else "quarter" if len(parts) == 2 else "half"
        return p.Place(f"{' '.join(parts)} {extent}")

    def _colour(self, text: str) -> p.Filter | None:
        m = re.fullmatch(f"(?:颜色)?(?:是|为)?({_COLOUR}(?:或{_COLOUR})*)的?", text)
        return p.Colour(tuple(_COLOURS[c] for c in m[1] if c in _COLOURS)) if m else None

    def _heading(self, text: str) -> p.Filter | None:
        m = re.fullmatch(
            f"(?:长轴|主轴|轴线|机头|船头|车头|头部|头|机身|船身)?(?:都)?(?:朝向|朝着|朝|面向|指向|对着|向着|呈|沿)(?:正)?({'|'.join(COMPASS)})(?:方|边|面)?"
            "(?:方向|走向|向)?(?:排列|停放|停着|停靠|停|摆放)?",
            text,
        )
        m = m or re.fullmatch("(南北|东)(?:走向|向)", text)
        return p.Heading(COMPASS[m[1]]) if m else None

    def _relation(self, text: str) -> p.Filter | None:
        if (m := re.fullmatch("(?:靠|挨|临)(?:着|近)?(.+?)", text)) and (
            found := self._related("near", m[1])
        ) is not None:
            return found
        if (m := re.fullmatch(rf"{_VERBS}(?<=在)(K\d+)", text)) and (
            found := self._related("on", m[1])
        ) is not None:
            return found
        text = re.sub(f"^(?:位于|处于|跨越|横跨|在|{_VERBS}(?:在)?)+", "", text)
        text = re.sub(f"(?<=[上里内中边旁近围侧方面岸]){_VERBS}$", "", text)
        if m := re.fullmatch(
            "(?:紧挨着?|紧靠着?|紧邻|紧贴|挨着|靠近|靠着|邻近|临近|毗邻|贴着|接近|临着)(.+?)", text
        ):
            return self._related("near", m[1])
        if m := re.fullmatch("远离(.+?)", text):
            away = self._related("near", m[1])
            return None if away is None else p.Not(away)
        if m := re.fullmatch("沿着?(.+?)", text):
            return self._related("along", m[1])
        if m := re.fullmatch(r"(?:距离?|离)(.+?)(?:超过(Q\d+)|(Q\d+)[以之开]外)", text):
            far = self._related("near", m[1], m[2] or m[3])
            return None if far is None else p.Not(far)
        if m := re.fullmatch(
            r"(?:距离?|离)(.+?)(?:的距离)?(?:不超过|小于|少于|在|不到)?(Q\d+)(?:以内|之内|范围内|内)?",
            text,
        ):
            return self._related("near", m[1], m[2])
        if m := re.fullmatch(
            r"(.+?)(?:周围|附近|旁边|两侧|两旁|沿线)?(Q\d+)(?:以内|之内|范围内|内)", text
        ):
            return self._related("near", m[1], m[2])
        text = re.sub("^夹在(?=.*[间中]$)|(?<=间)夹(?:着|起|住|起来)?$", "", text)
        if m := re.fullmatch(r"(.+?)(?:和|与)(.+?)之间", text) or re.fullmatch(
            r"(K\d+)(?:和|与|跟|同)(K\d+)(?:的)?(?:之间|中间|当中)", text
        ):
            try:
                return p.Between(self.phrase(m[1]), self.phrase(m[2]))
            except NoPlace:
                return None
        if m := re.fullmatch(r"(N\d+.+?)(?:之间|中间|当中)|(.+?)之间", text):
            try:
                both = self.phrase(m[1] or m[2])
            except NoPlace:
                return None
            return p.Between(both, both)
        for pattern, way in _WAYS:
            if (m := re.fullmatch(f"(.+?){pattern}", text)) and (
                found := self._related(way, m[1])
            ) is not None:
                return found
        return None

    def _related(self, way: p.Way, text: str, limit: str | None = None) -> p.Filter | None:
        try:
            others = self.phrase(
                re.sub(r"(?<=K\d)(?:的?边上|岸边|边|岸)$", "", text) if limit is not None else text
            )
        except NoPlace:
            return None
        if way == "inside" and others.kinds in (("water",), ("road",), ("bridge",)):
            way = "on"
        if limit is None:
            return p.Related(way, others)
        found = self.amount(limit)
        return (
            p.Related(way, others, found.value, found.unit) if found.unit in ("m", "px") else None
        )

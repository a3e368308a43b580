"""A Chinese question into a program, by rules, as `english` does it.

A form of `chinese_forms`, phrases by `chinese_phrases`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from geomagnifier.composed import chinese_clauses, chinese_frames, slots
from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_forms import FORMS, in_unit
from geomagnifier.composed.chinese_normalizer import framed, plainly, without_asides
from geomagnifier.composed.chinese_phrases import COUNTER, EXCEPT, Reader, marked
from geomagnifier.composed.placeholders import Lexicon, Marked
from geomagnifier.composed.slots import Form, NoPlace
from geomagnifier.language.classes import WITHIN

_SLOTS = {
    "{a}": r"(?P<a>.{0,}?(?:K\d+(?!\d)|们|它|些|其中))",
    "{b}": "(?P<b>.+?)",
    "{c}": "(?P<c>.+?)",
    "{n}": r"(?P<n>N\d+)",
}


_FORMS = tuple(Form(form, _SLOTS, build) for form, build in FORMS)

_BARE = (
    Form("{a}", _SLOTS, lambda a: p.Chosen(a)),
    Form(
        "(?:我?(?:要|想要|需要)|找出?|提取|分割|数出?|找到)?{a}"
        "(?:的?(?:范围|边界|轮廓|分割)|在(?:图|画面|影像)?[的中里上]?(?:哪里|哪儿?|什么(?:位置|地方)))?",
        _SLOTS,
        lambda a: p.Chosen(a),
    ),
)
"""A class alone, which only the clauses beside it ask to show."""
_PER = re.compile(
    f",?(?:请)?(?:以|用|按)每(公顷|平方公里|平方千米)(?:的)?(?:多少)?{COUNTER}?数?(?:来)?(?:表示|计|算|给出)$"
)
_NEAREST = re.compile(rf"([到离])最近的(?:一?{COUNTER}|N\d+)?(?=K\d+.*(?:多远|距离|多少))")
"""The distance to a class is that to its nearest anyway."""
_OVER = re.compile(r"(?:横?跨越?|跨过)(K\d+)的?(?=K\d)")
"""Bridges over water: "跨河桥梁"."""
_OUTER = re.compile(rf"^(?:哪一?{COUNTER}?|谁)(K\d+)(?:是|在)?最靠?([左右上下东西南北])[边侧面]?$")
_SUM = re.compile(r"(?<=K\d)(?:的?数量)?加上?(?=K\d)")
_LISTED = re.compile(
    r"^(.*?K(\d+).*?)[,?。]+((?:K\d+[、和跟及,]*)+)(?:都|全部?|也)*要?[算计](?:上|进去|进来|在内|入)?$"
)
_LEFT_OUT = re.compile(
    r"^([^K]*(?:K\d+(?!\d)[^K,]*)*?K(\d+)(?!\d)[^K,]*),K(\d+)就?(?:不用管|不管|不要|不算|不用)了?$"
)
_MOORED = re.compile(r"^(K\d+)(?=(?:停放|停靠|停泊|停|泊|漂|靠)(?:着|了|有))")
"""Where things stand, said without a preposition: "码头停着几艘船"."""
_ELIDED = re.compile(
    r"(K\d+)((?:的?数量)?(?:是否|是不是)?比|更?[多少],?还是)([^KNQ]{2,}?)的?(?=(?:更|要)?[多少])"
)
"""The second of two parts of a class, named without it: "左边的车比右边的多吗"."""


def read(question: str, lexicon: Lexicon) -> p.Program | None:
    """The program of a Chinese question.

    None where a word of it finds no place, or where it is no composed question.

    Args:
        question: as typed.
        lexicon: the names of the model's classes.
    """
    return read_all(question, lexicon)[0]


_ABOUT = re.compile("大约|大概|约|左右|差不多|将近|接近|几乎")


@lru_cache(maxsize=256)
def read_all(question: str, lexicon: Lexicon) -> tuple[p.Program | None, tuple[str, ...]]:
    """The program, and the scene classes named as places ("机场") that were passed over.

    Such a place holds for the whole image, or for none of it.

    Args:
        question: as typed.
        lexicon: the names of the model's classes.
    """
    read = _read_whole(question, lexicon)
    if read[0] is None and (bare := without_asides(question, lexicon)) != question:
        return _read_whole(bare, lexicon)
    return read


def _read_whole(question: str, lexicon: Lexicon) -> tuple[p.Program | None, tuple[str, ...]]:
    text, unit = plainly(question, lexicon)
    said = chinese_clauses.clauses(text)
    cut = said.text != text
    if cut and not unit:
        text, unit = plainly(said.text, lexicon)
        said = replace(said, text=text)
    program, passed = _read(said.text, question, unit, lexicon, said.beside or cut)
    program = chinese_clauses.with_the_rest(program, said)
    if program is None:
        return chinese_frames.read(framed(question, lexicon), lexicon)
    return program, passed


_OF_ONE = re.compile(
    rf"({EXCEPT}[^K,]*最[大小长短宽窄]的)(?:[这那]?一?{COUNTER}|[这那]?N\d+)?(?=(?:以外|之外|外)?,?的?(?:其余|其他|其它|别的|剩下)的?(K\d+))"
)
"""What is left out, of the class that is named after it: "除最大的一座以外，其余储罐"."""


def _read(
    text: str, question: str, unit: str, lexicon: Lexicon, bare: bool
) -> tuple[p.Program | None, tuple[str, ...]]:
    """bare: a class alone is a program, as it is to be shown."""
    marks = _same(marked(text, lexicon))
    per = _PER.search(marks.text)
    whole = _OF_ONE.sub(r"\1\2", marks.text[: per.start()] if per else marks.text)
    whole = _NEAREST.sub(r"\1", _OVER.sub(r"\1上的", _SUM.sub("和", whole)))
    whole = _OUTER.sub(r"最\2边的\1", _without_others(_without_list(whole, marks), marks))
    whole = _ELIDED.sub(r"\1\2\3的\1", _MOORED.sub(r"\1上", whole))
    marks = replace(marks, text=whole)
    for form in (*_FORMS, *_BARE) if bare else _FORMS:
        for said in form.fits(marks.text):
            assert not isinstance(form.build, str)
            reader = Reader(marks, lexicon)
            try:
                found = slots.read(said, reader)
                if (
                    "d" in found
                ):  # a condition before the whole question, and one of the thing asked for
                    found["a"] = replace(
                        found["a"],
                        filters=(*found["a"].filters, *reader.conditions(found.pop("d"))),
                    )
                program = slots.built(form.build, found, reader)
            except NoPlace:
                continue
            if isinstance(program, p.Compare) and program.sign == "==" and _ABOUT.search(question):
                return None, ()  # about so many: neither yes nor no
            if per is not None and program is not None:
                program = (
                    replace(program, per="ha" if per[1] == "公顷" else "km2")
                    if isinstance(program, p.Density)
                    else None
                )
            if program is not None and unit:
                program = in_unit(program, unit)
            if program is not None:
                return (
                    (program, tuple(reader.passed))
                    if p.kinds(program) or p.refers(program)
                    else (None, ())
                )
    return None, ()


def _without_list(text: str, marks: Marked) -> str:
    """A count without the list of the narrower classes that it counts anyway."""
    found = _LISTED.match(text)
    if found is None:
        return text
    wide = marks.names[int(found[2])]
    listed = [kind for k in re.findall(r"K(\d+)", found[3]) for kind in marks.names[int(k)]]
    return found[1] if all(k in wide or WITHIN.get(k) in wide for k in listed) else text


def _without_others(text: str, marks: Marked) -> str:
    """A question without the class that it leaves out anyway: "框出卡车, 轿车就不用管了"."""
    found = _LEFT_OUT.match(text)
    if found is None:
        return text
    named, left = (set(marks.names[int(k)]) for k in found.groups()[1:])
    apart = not named & left and not any(WITHIN.get(one) in named for one in left)
    return found[1] if apart else text


def _same(marks: Marked) -> Marked:
    """Two names of one class side by side, "屋顶/建筑物", as one; of two classes, either.

    A name in brackets says which class is meant by the one before it.
    """

    def one(found: re.Match[str]) -> str:
        first, second = (tuple(marks.names[int(k)]) for k in found.groups())
        return f"K{found[2]}" if first == second else f"K{found[1]}或K{found[2]}"

    def explained(found: re.Match[str]) -> str:
        pairs = re.findall(r"K(\d+)(?:指|即|是指)K(\d+)", found[0])
        plain = re.fullmatch(r".(?:此处|这里|其中)(?:K\d+(?:指|即|是指)K\d+[、,]?)+", found[0])
        alike = all(marks.names[int(a)] == marks.names[int(b)] for a, b in pairs)
        return "" if plain and alike else found[0]

    def twice(found: re.Match[str]) -> str:
        first, second = (tuple(marks.names[int(k)]) for k in found.groups())
        return f"K{found[2]}" if first == second else found[0]

    text = re.sub(r"[,?。](?:此处|这里|其中)K.*$", explained, marks.text)
    text = re.sub(r"K\d+\((K\d+)\)", r"\1", text)
    text = re.sub(r"K(\d+)K(\d+)(?!\d)", twice, text)
    return replace(marks, text=re.sub(r"K(\d+)/K(\d+)", one, text))

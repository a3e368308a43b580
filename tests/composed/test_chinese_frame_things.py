"""Things with their conditions before or after the noun."""

import re

import pytest

from geomagnifier.composed import lexicon
from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_frame_clauses import parted
from geomagnifier.composed.chinese_frame_things import State, about, canonical, cut, first, thing
from geomagnifier.composed.chinese_phrases import Reader
from geomagnifier.composed.slots import NoPlace
from labelled import SPEC

WORDS = lexicon(SPEC)


def state(text: str) -> tuple[str, State]:
    marks, clauses = parted(text, WORDS)
    return ",".join(clause.text for clause in clauses), State(Reader(marks, WORDS))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("离房子远的油罐", "storage tank; not near building"),
        ("油罐,离房子远的那些", "storage tank; not near building"),
        ("除了最小的那个油罐,其它油罐", "storage tank; not among smallest storage tank"),
        ("房子里面最小的", "smallest building"),
        ("港口外面的船", "ship; not inside harbor"),
        ("屋顶面积小于100平方米的房子", "building; area < 100 m2"),
        ("两栋楼中间停的车", "vehicle; between building and building"),
    ],
)
def test_a_thing_is_read(said: str, told: str) -> None:
    text, known = state(said)
    assert str(thing(text, known)) == told


@pytest.mark.parametrize("said", ["生锈的船", "带院子的房子", "船上的旗"])
def test_an_unknown_word_has_no_place(said: str) -> None:
    text, known = state(said)
    with pytest.raises(NoPlace):
        thing(text, known)


def test_a_thing_without_a_noun_is_of_the_last_one() -> None:
    text, known = state("最大的那艘")
    ships = p.Select(("ship",), (p.Colour(("white",)),))
    assert str(thing(text, known, ships)) == "largest ship; white"
    known.things.append(ships)
    assert about("它们", known) == 0 and known.copy().last == ships


def test_words_of_asking_are_taken_out_where_they_stand() -> None:
    text, known = state("水上有几艘船")
    pattern = re.compile("有几艘")
    assert [rest for _, rest in cut(pattern, text)] == ["K0上K1"]
    found, at = first(pattern, text, known)
    assert found[0] == "有几艘" and str(known.things[at]) == "ship; on water"
    assert canonical("排第N0的K0") == "第N0大的K0"

"""Questions by what they ask and what they are about."""

import pytest

from geomagnifier.composed import lexicon, understood
from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_frames import read
from labelled import SPEC


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("清点船只，并勾出最大的一艘", "count(ship), segment(largest ship)"),
        ("您好,我刚拿到这幅影像,还没来得及看文档,请问有几艘船", "count(ship)"),
        ("油罐,离房子远的那些,找出来嘛", "select(storage tank; not near building)"),
        ("篮球场跟网球场各几个，合计几个", "count(basketball court or tennis court)"),
        (
            "我们导师说 tennis court 至少得有三个才算 sports complex,这张够三个吗?",
            "count(tennis court) >= 3",
        ),
        ("飞機有幾台？最大的一台多長？", "count(airplane), mean length(largest airplane)"),
        ("呢张图有几多架飞机", "count(airplane)"),
        ("把船和飞机都找出来然后分割最大的船", "select(ship or airplane), segment(largest ship)"),
    ],
)
def test_a_question_is_read(question: str, program: str) -> None:
    found = understood(question, SPEC)
    assert found is not None
    told = str(found.program).replace("airplane or ship", "ship or airplane")
    assert told.replace("tennis court or basketball court", "basketball court or tennis court") == (
        program
    )


@pytest.mark.parametrize(
    "question",
    [
        "跟去年比，船少了几艘",
        "船有几艘，要生锈的那种",
        "这是什么地方",
        "为什么船这么多，数一下",
        "桥呢，有几座",
        "",
    ],
)
def test_what_cannot_be_read_is_not(question: str) -> None:
    assert read(question, lexicon(SPEC)) == (None, ())


def test_a_place_that_is_no_class_is_told() -> None:
    program, passed = read("堆场里有没有停着车,一辆也算", lexicon(SPEC))
    assert program == p.Exists(p.Select(("vehicle",))) and passed == ("堆场",)


@pytest.mark.parametrize("text", ["船," * 80, "把船" * 90, "距离桥50米" * 40, "最大的" * 25 + "水"])
def test_a_long_text_comes_to_an_end(text: str) -> None:
    """Each of these once took minutes."""
    assert read(text, lexicon(SPEC)) == (None, ())

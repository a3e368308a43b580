"""Two things beside each other."""

import pytest

from geomagnifier.composed import understood
from labelled import SPEC


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("船和车哪样多些，多好多", "most of count(ship), count(vehicle)"),
        ("堰塘占地比房屋占地多好多亩？", "sum area(water) in mu - sum area(building) in mu"),
        (
            "左半边的building比右半边多多少栋?",
            "count(building; in left half) - count(building; in right half)",
        ),
        (
            "water 比 vegetation 大还是小,差了多少公顷?",
            "most of sum area(water), sum area(vegetation),"
            " sum area(water) in ha - sum area(vegetation) in ha",
        ),
        ("植被占比与建筑物占比之差", "share(vegetation of picture) - share(building of picture)"),
        (
            "从田径场到离它最近的篮球场，直线距离大约有多少米呢？",
            "distance(ground track field, basketball court) in m",
        ),
        ("两架挨得最近的飞机隔好远？单位米", "distance(airplane, airplane) in m"),
        (
            "那个那个，上半边跟下半边，哪边的船多啊",
            "most of count(ship; in upper half), count(ship; in lower half)",
        ),
    ],
)
def test_a_question_is_read(question: str, program: str) -> None:
    read = understood(question, SPEC)
    assert read is not None and str(read.program) == program


@pytest.mark.parametrize("question", ["船比去年多吗", "船和旗哪个多", "离学校最近的船多远"])
def test_nothing_is_passed_over(question: str) -> None:
    assert understood(question, SPEC) is None

"""Chinese questions whose English is known by rule, and translations that are rejected."""

from __future__ import annotations

import pytest

from geomagnifier.models.small import zh_rules


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("帮我看看这块儿是干嘛用的", "What kind of place is this?"),
        ("这是个啥地方？", "What kind of place is this?"),
        ("检测 vehicles", "Detect all vehicles."),
        ("给我船的掩码图", "Segment all ships."),
        ("给网球场逐像素上色", "Segment all tennis courts."),
        ("图里有多少船和飞机", "How many ships and airplanes are there?"),
        ("有没有飞机？", "Is there an airplane in the image? If so, where?"),
        ("離橋最近的船在哪", "Locate the ship nearest to the bridge."),
        ("分割离码头最远的两艘船", "Give me the mask of the two ships farthest from the harbor."),
        ("左边的船", ""),
        ("描述这张图", ""),
        ("新建的房子有多少", ""),
    ],
)
def test_what_a_rule_reads(question: str, english: str) -> None:
    assert zh_rules.english(question) == english


@pytest.mark.parametrize(
    ("question", "english", "right"),
    [
        ("港口旁边的船", "Locate the ships next to the harbor.", True),
        ("帮我看看这块儿", "Detect all roads.", False),
        ("跑道上的飞机", "Is there a ground track field in the image? if so, where?", False),
        ("河边的船", "Locate the ships.", False),
        ("港湾跟桥", "Detect all harbors.", False),
        ("这里是港口还是海滩", "Is it a harbor or a beach?", True),
    ],
)
def test_a_sentence_of_other_classes_is_not_its_meaning(
    question: str, english: str, right: bool
) -> None:
    assert zh_rules.agree(question, english) is right


@pytest.mark.parametrize(
    ("question", "english", "right"),
    [
        ("左边的船", "Locate the ships on the left.", True),
        ("左边的船", "Locate the ships.", False),
        ("图上面有几艘船", "How many ships are there?", True),
        ("最大的船", "Detect all ships.", False),
        ("第二排的储罐", "Locate the storage tanks in the second row.", True),
        ("下面那一排储罐", "Detect all storage tanks.", False),
        ("离摄像头最近的车", "Locate the nearest vehicle.", False),
        ("边上的路", "Detect all roads.", False),
    ],
)
def test_a_translation_chooses_among_objects_as_the_question_does(question, english, right):
    assert zh_rules.agree(question, english) is right

"""Clauses with placeholders."""

from geomagnifier.composed import lexicon
from geomagnifier.composed.chinese_frame_clauses import parted
from labelled import SPEC

WORDS = lexicon(SPEC)


def test_clauses_are_numbered_through():
    marks, clauses = parted("船有几艘,白色的车超过3辆吗?", WORDS)
    assert [clause.text for clause in clauses] == ["K0有几艘", "白色的K1超过N0吗"]
    assert [clause.asked for clause in clauses] == [False, True]
    assert clauses[0].said == "K有几艘"
    assert list(marks.names) == [("ship",), ("vehicle",)] and marks.amounts["N0"].value == 3


def test_a_name_in_brackets_says_what_is_meant():
    assert [c.text for c in parted("跑道场子(田径场)有几个", WORDS)[1]] == ["K0有几个"]
    assert [c.text for c in parted("桥x(桥)有几座", WORDS)[1]][0] == "K0x"


def test_a_second_ask_is_a_clause_of_its_own():
    texts = [c.text for c in parted("清点船只并勾出最大的一艘", WORDS)[1]]
    assert texts == ["清点K0", "勾出最大的N0"]

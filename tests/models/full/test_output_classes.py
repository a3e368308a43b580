import pytest

from geomagnifier.models.full.output_classes import clauses, parse, tidy


def test_an_answer_is_read_as_it_is_written():
    text = clauses(["ship", "storage tank"], [True, False], pixel=True)
    assert text == "ship: [SEG]; storage tank: [NONE]"
    assert parse(text) == ("ship", "storage tank")
    assert clauses(["ship"], [True], pixel=False) == "ship: [BOX]"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ship:[SEG]", ("ship",)),
        ("Ship: [BOX]; ship: [BOX]", ("ship",)),
        ("The ship is there.", ()),
        ("", ()),
        ("; : [SEG]", ()),
        ("a: [SEG]; " * 40, ("a",)),
        ("\x00<b>ship</b>: [SEG]", ("b ship /b",)),
    ],
)
def test_what_is_no_such_answer_names_nothing(text, kinds):
    assert parse(text) == kinds


def test_names_are_short_and_few():
    assert len(tidy([f"kind {i}" for i in range(20)])) == 6
    assert len(tidy(["x" * 500])[0]) <= 48

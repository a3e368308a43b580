"""An answer as it is printed."""

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.cli.printed_answer import print_answer


def test_what_a_question_comes_to_stands_below_the_sentence(capfd):
    answer = gm.ask(
        paint(300, 200, (40, 40, 100, 60), (100, 100, 140, 120)),
        "How long is the largest ship?",
        FakeModel(),
    )
    print_answer(answer)
    out = capfd.readouterr().out
    assert "read as mean length(largest ship): 60 px" in out

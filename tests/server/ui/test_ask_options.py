"""Search options as a person types them."""

import pytest

pytest.importorskip("nicegui")

from geomagnifier.server.ui.ask_options import AskOptions


def test_the_default_has_no_problems_and_nothing_to_say():
    options = AskOptions.of({"search": "by luck"})
    assert options == AskOptions() and options.problems() == {} and options.summary() == ""
    assert options.submit_options() == {
        "search": "adaptive",
        "recall": None,
        "budget": None,
        "min_score": None,
    }


def test_shares_and_budgets_are_read():
    options = AskOptions.of({"search": "exhaustive", "recall": " 95% ", "budget": "20 s"})
    assert options.problems() == {}
    assert options.submit_options()["recall"] == pytest.approx(0.95)
    assert options.summary() == "everywhere, recall 95%, within 20 s"


def test_what_is_wrong_is_said_by_field():
    assert set(AskOptions(recall="1.5", budget="much", min_score="x").problems()) == {
        "recall",
        "budget",
        "min_score",
    }
    assert set(AskOptions(recall="0.9", min_score="0.3").problems()) == {"min_score"}

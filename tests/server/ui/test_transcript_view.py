"""Turns before the answer shown: the last few, each with its answer in a line."""

import pytest

pytest.importorskip("nicegui")

from nicegui import Client
from nicegui.page import page

from geomagnifier.server.ui.ask_options import AskOptions
from geomagnifier.server.ui.history import Entry
from geomagnifier.server.ui.transcript_view import LAST, TranscriptView
from geomagnifier.translation import use_language


def turns(count):
    return [
        Entry(
            f"{n}",
            "s",
            "a.tif",
            f"question {n}",
            AskOptions(),
            None,
            1.0,
            text=f"answer {n}" * (n > 0),
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(("count", "listed"), [(1, [0]), (LAST, [0, 1, 2, 3]), (6, [2, 3, 4, 5])])
def test_the_last_turns_are_shown_the_oldest_first(count, listed):
    async def show(entry): ...

    with use_language("en"), Client(page("/"), request=None) as client:
        view = TranscriptView(show)
        (fold,) = [one for one in client.elements.values() if one.tag == "details"]
        assert "hidden" in fold.props
        view.show(turns(6))
        view.show(turns(count))
        texts = [one.text for one in client.elements.values() if getattr(one, "text", "")]
        assert "hidden" not in fold.props
    client.delete()
    assert f"Earlier in this conversation: {count}" in texts
    said = [text for text in texts if text.startswith("question")]
    assert said == [f"question {n}" for n in listed]
    assert ("no answer" in texts) == (0 in listed)
    assert any("2 more before these" in text for text in texts) == (count == 6)

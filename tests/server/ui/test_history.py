"""An earlier question as plain values of JSON, and back."""

import json

import pytest

pytest.importorskip("nicegui")

from geomagnifier.server.ui.ask_options import AskOptions
from geomagnifier.server.ui.history import Entry, entry_json, entry_of


@pytest.mark.parametrize(
    ("box", "polygon"),
    [
        (None, None),
        ((0.0, 1.5, 10.0, 20.0), None),
        (None, ((0.0, 0.0), (5.0, 0.0), (5.0, 5.0))),
    ],
)
def test_an_entry_comes_back_from_json(box, polygon):
    entry = Entry(
        "id",
        "scene",
        "a.tif",
        "Find every ship.",
        AskOptions(recall="95%"),
        box,
        1e9,
        polygon,
        after="other",
        text="Found 3 ships.",
    )
    back = entry_of(json.loads(json.dumps(entry_json(entry))))
    assert back == entry and isinstance(back.options, AskOptions)
    assert back.polygon is None or all(isinstance(point, tuple) for point in back.polygon)


def test_an_entry_that_an_older_version_wrote():
    """It had no polygon and no answer."""
    old = {"job": "id", "scene": "s", "name": "a", "question": "?", "options": {}, "box": None}
    back = entry_of(old | {"when": 1.0})
    assert (back.polygon, back.text, back.options) == (None, "", AskOptions())

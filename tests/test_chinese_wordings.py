"""Wordings by one hand in four personas, before it saw any Chinese template: how they are read.

Half of them is for validation: the reader was mended on their kinds, and is held to them here. The
other half was read once, strictly: 71 right, 4 wrong, 22 refused, 3 with words passed over.

A hundred more are by four hands that did not know the reader: 40 were read rightly before it was
mended on their kinds, 91 after.

Then 340 by fresh hands. The last hundred of them were read once before anything was mended on them:
64 right, 5 wrong, 31 refused; 45 of the 80 that can be answered were right.
"""

from collections import Counter

import pytest

import geomagnifier as gm
from geomagnifier.inference.resolution import window_of
from geomagnifier_lab.render.scene import draw_scene
from read_as import FRESH, HANDS, judged, reading, wordings


@pytest.fixture(scope="module")
def model():
    return gm.load_model("small")


@pytest.fixture(scope="module")
def view():
    with gm.open_scene(draw_scene(101, 320, 240, "tank farm").pixels) as scene:
        return scene.read(window_of(scene.info.box, 1.0, "all"))


def test_each_persona_has_as_many_in_both_halves():
    halves = {half: Counter(row.by for row in wordings(half)) for half in ("validation", "kept")}
    assert halves["validation"] == halves["kept"] == dict.fromkeys("abcd", 25)
    every = [row.zh for half in halves for row in wordings(half)]
    assert len(set(every)) == 200


def test_wordings_are_read_rightly_or_refused(model, view):
    rows = wordings("validation")
    found = Counter(judged(row.read, reading(row.zh, model, view)) for row in rows)
    assert found["right"] >= 90 and found["wrong"] <= 5, found


def test_wordings_of_four_hands_are_read_rightly_or_refused(model, view):
    rows = wordings("validation", HANDS)
    assert Counter(row.by for row in rows) == dict.fromkeys("abcd", 25)
    found = Counter(judged(row.read, reading(row.zh, model, view)) for row in rows)
    assert found["right"] >= 91 and not found["wrong"], found
    assert found["right"] + found["refused"] >= 98, found


@pytest.mark.parametrize(("half", "right"), [("second", 90), ("fresh", 220)])
def test_wordings_of_fresh_hands_are_read_rightly_or_refused(model, view, half, right):
    rows = wordings(half, FRESH)
    found = Counter(judged(row.read, reading(row.zh, model, view)) for row in rows)
    assert found["right"] >= right and not found["wrong"], found
    assert found["right"] + found["refused"] >= len(rows) - 3, found


@pytest.mark.parametrize(
    ("meant", "read", "verdict"),
    [
        (("count(ship)",), "count(ship)", "right"),
        (("count(ship)",), "find ship", "right"),
        (("segment(ship)",), "find ship", "wrong"),
        (("count(ship; on water)",), "find ship", "wrong"),
        (("select(largest ship)",), "find largest ship", "right"),
        (("select(largest ship)",), "refuse", "refused"),
        (("refuse",), "refuse", "right"),
        (("refuse",), "find ship", "wrong"),
        (("describe",), "dropped", "dropped"),
    ],
)
def test_a_reading_is_held_against_what_was_meant(meant, read, verdict):
    assert judged(meant, read) == verdict

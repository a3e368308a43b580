"""The language of a page: asked for, chosen earlier, the browser's, that of the service."""

import pytest

pytest.importorskip("nicegui")

from nicegui import Client
from nicegui.page import page

from geomagnifier.server.ui.page_language import NAMES, STORED, TAGS, _, choose, chosen, ngettext
from geomagnifier.translation import use_language


@pytest.fixture
def client():
    with Client(page("/"), request=None) as made:
        yield made
    made.delete()


@pytest.mark.parametrize(
    ("asked", "accept", "stored", "language"),
    [
        ("zh", "en", None, "zh"),
        ("en", "zh-CN", "zh", "en"),
        (None, "en", "zh", "zh"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", None, "zh"),
        (None, "en-US,en;q=0.5,zh;q=0.1", None, "en"),
        ("fr", "zh", None, "zh"),
        (None, "zh", 7, "zh"),
    ],
)
def test_the_first_that_says_counts(client, asked, accept, stored, language):
    store = {} if stored is None else {STORED: stored}
    assert choose(asked, accept, store) == language == chosen()
    assert store.get(STORED) == (asked if asked in NAMES else stored)
    assert (_("Download") == "Download") == (language == "en")


def test_without_any_it_is_that_of_the_service(client):
    with use_language("zh"):
        assert choose(None, "", {}) == "zh"
    assert chosen() == "zh"  # it was chosen for this page


def test_outside_a_page_texts_are_in_the_language_of_messages():
    with use_language("zh"):
        assert chosen() == "zh" and _("Download") != "Download"
    with use_language("en"):
        assert (chosen(), _("Download")) == ("en", "Download")
        assert [ngettext("{n} region", "{n} regions", n) for n in (1, 2)] == [
            "{n} region",
            "{n} regions",
        ]
    assert {*NAMES} == {*TAGS} == {"en", "zh"}

"""A browser gets a page where there is none, a program JSON."""

from xml.etree import ElementTree

import pytest

from geomagnifier.server.not_found_page import STYLE, not_found_page, wants_page


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),  # Firefox
        (" Text/HTML", True),
        ("application/xhtml+xml", True),
        ("*/*", False),
        ("application/json, text/html", False),
        ("", False),
    ],
)
def test_a_browser_names_html_first(accept, page):
    assert wants_page(accept) is page


def test_the_page_loads_nothing_and_leads_to_the_map():
    page = not_found_page()
    assert "<a href=/>" in page and STYLE in page
    assert not any(word in page for word in ("src=", "url(", "<script", "@import", "http"))
    main = page[page.index("<main>") : page.index("</main>")] + "</main>"
    assert ElementTree.fromstring(main.replace("href=/", 'href="/"')).find("h1") is not None

"""Icons are whole SVG that screen readers skip."""

from xml.etree import ElementTree

import pytest

from geomagnifier.server.ui.icons import SHAPES, svg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", SHAPES)
def test_an_icon_is_whole_and_hidden_from_screen_readers(name):
    root = ElementTree.fromstring(svg(name))
    assert root.tag.removeprefix(SVG) == "svg" and len(root) > 0
    assert (root.get("aria-hidden"), root.get("focusable")) == ("true", "false")
    assert (root.get("viewBox"), root.get("stroke")) == ("0 0 24 24", "currentColor")
    assert {part.tag.removeprefix(SVG) for part in root} <= {"path", "circle", "rect"}


def test_an_icon_that_there_is_not():
    with pytest.raises(KeyError):
        svg("none")

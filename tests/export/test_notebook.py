"""What a notebook shows of an answer: whole HTML, escaped, with nothing from elsewhere."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from PIL import Image

from geomagnifier.export import notebook, overlay
from geomagnifier.results import Region
from made_rasters import make


class Reader(HTMLParser):
    """Tags that are open, and the text and the addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_picture_sentence_table_and_cost() -> None:
    answer = replace(make(text="There is the big ship, and the big ship again."))
    page = Reader(answer._repr_html_())
    assert page.open == []
    told = "".join(page.text)
    assert (
        "There is the big ship, and the big ship again." in told and "Segment every ship." in told
    )
    assert "20 x 10" in told and "196" in told and "pixel level" in told
    assert page.tags.count("tr") == 3
    (address,) = page.addresses
    kind, _, data = address.partition(";base64,")
    assert kind == "data:image/jpeg"
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert picture.size == overlay.picture(answer).size and max(picture.size) <= notebook.SIDE


def test_a_phrase_is_marked_once_in_the_colour_of_its_regions() -> None:
    found = re.findall(
        r'<span style="background:([^;]+);[^"]*">([^<]+)</span>',
        make(text="The Big Ship and the big ship.")._repr_html_(),
    )
    red, green, blue = overlay.colours_of(make())["ship"]
    assert found == [(f"rgba({red},{green},{blue},0.28)", "The Big Ship")]


def test_everything_a_person_or_a_model_wrote_is_escaped() -> None:
    evil = '<script>alert("x")</script> & 船'
    scene = replace(make().scene, name=f'"><img src=x onerror={evil}')
    answer = replace(
        make(text=evil),
        question=evil,
        scene=scene,
        regions=(Region(evil, 0.5, (1, 2, 30, 40), None, evil),),
    )
    page = Reader(answer._repr_html_())
    assert page.open == [] and "script" not in page.tags and page.tags.count("img") == 1
    assert "".join(page.text).count(evil) == 3


@pytest.mark.parametrize("count", [0, 1, 20, 57])
def test_many_regions_are_cut_and_counted(count: int) -> None:
    regions = tuple(Region("ship", 0.5, (i, i, i + 9.0, i + 4.0)) for i in range(count))
    page = Reader(replace(make("region"), regions=regions)._repr_html_())
    assert page.tags.count("tr") == (min(count, 20) + 1 if count else 0)
    assert ("and 37 more" in page.text) == (count == 57)


def test_without_a_place_sizes_are_pixels() -> None:
    told = "".join(Reader(make(crs=None, place=None)._repr_html_()).text)
    assert "size, px" in told and "40 x 20" in told and "784" in told


def test_kinds_of_place_and_an_answer_that_was_stopped() -> None:
    told = "".join(Reader(replace(make("image"), complete=False, stopped=True)._repr_html_()).text)
    assert "harbour" in told and "80.0%" in told and "stopped before its end" in told

"""The page of a search: everything inside, nothing that breaks out of it."""

from __future__ import annotations

import base64
import io
import re
from datetime import datetime

import numpy as np
import shapely
from PIL import Image

from geomagnifier.export.contact_page import SIDE, write_page
from geomagnifier.export.search_hit import Hit
from geomagnifier.geometry import Box

SQUARE = shapely.to_wkb(shapely.box(11, 48, 12, 49))


def hits(folder):
    pixels = np.zeros((400, 800, 3), np.uint8)
    pixels[:, :400], pixels[:, 400:] = (250, 0, 0), (0, 0, 250)
    path = folder / "a <b> & 'c'.png"
    Image.fromarray(pixels).save(path)
    return [
        Hit(
            path,
            0.75,
            Box(400, 0, 800, 400),
            800,
            400,
            0.5,
            "EPSG:32632",
            datetime(2024, 1, 31, 10, 15),
            "name",
            SQUARE,
        ),
        Hit(folder / "gone.tif", 0.5, None, 100, 90),
    ]


def test_the_page_needs_nothing_else(tmp_path):
    write_page(tmp_path / "new" / "page.html", "boats <script>", hits(tmp_path))
    page = (tmp_path / "new" / "page.html").read_text(encoding="utf-8")
    assert (
        "<script" not in page
        and "boats &lt;script&gt;" in page
        and "a &lt;b&gt; &amp; &#x27;c&#x27;.png" in page
    )
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    pictures = [link for link in links if link.startswith("data:image/jpeg;base64,")]
    assert len(pictures) == 2 and [link for link in links if link not in pictures] == [
        "../a%20%3Cb%3E%20%26%20%27c%27.png",
        "../gone.tif",
    ]
    with Image.open(io.BytesIO(base64.b64decode(pictures[0].split(",")[1]))) as shown:
        assert (
            shown.size == (SIDE, SIDE)
            and np.abs(np.asarray(shown).astype(int) - (0, 0, 250)).max() < 12
        )  # the tile, not the whole
    for told in (
        "0.75",
        "48.5000° N, 11.5000° E",
        "2024-01-31 10:15 UTC",
        "px 400,0 to 800,400 of 800 x 400, 0.5 m/px",
        "2 pictures",
    ):
        assert told in page
    assert "prefers-color-scheme: dark" in page


def test_a_picture_stands_at_the_head(tmp_path):
    found = hits(tmp_path)
    write_page(tmp_path / "page.html", found[0].path, found[:1])
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert (
        "<h1>Pictures like a &lt;b&gt;" in page
        and page.count("data:image/jpeg") == 2
        and "1 picture," in page
    )

"""Write a contact sheet of search hits as one HTML file.

Thumbnails, scores, dates and places, light and dark, with nothing from elsewhere.
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from geomagnifier.atomic import Staging
from geomagnifier.export.contact_sheet import measure, thumbnail
from geomagnifier.export.search_hit import Hit

SIDE = 320
"""Side of a thumbnail, px: sharp on dense screens."""
QUALITY = 82
"""JPEG quality of a thumbnail."""

STYLE = """
:root { color-scheme: light dark; --paper: #f5f6f7; --card: #fff; --ink: #17202a;
  --faint: #5f6b77; --line: #dfe3e7; --mark: #0f766e; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181c; --card: #1d2329; --ink: #e8ecef;
    --faint: #9aa6b2; --line: #2c343c; --mark: #5eead4; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 3rem; max-width: 1500px;
  background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
header { display: flex; gap: 1rem; align-items: center; margin-bottom: 1.5rem; }
header img { width: 96px; height: 96px; border-radius: 10px; }
h1 { margin: 0; font-size: 1.5rem; font-weight: 600; overflow-wrap: anywhere; }
p { margin: .25rem 0 0; color: var(--faint); }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 1.1rem;
  grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); }
li { background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  overflow: hidden; display: flex; flex-direction: column; }
li img { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: cover; }
.told { padding: .6rem .8rem .75rem; display: grid; gap: .15rem; }
.head { display: flex; justify-content: space-between; font-variant-numeric: tabular-nums;
  color: var(--faint); }
.head b { color: var(--mark); font-weight: 600; }
.told a { color: inherit; text-decoration: none; font-weight: 600; overflow-wrap: anywhere; }
.told a:hover { text-decoration: underline; }
.told small { color: var(--faint); font-size: .82rem; font-variant-numeric: tabular-nums; }
"""


def write_page(target: Path, query: str | Path, hits: Sequence[Hit]) -> None:
    """Write the page; it appears whole or not at all.

    Args:
        target: the .html file.
        query: words, or the path of the image that was looked for.
        hits: best first.

    Raises:
        OutputError: the folder is not writable, or the disk is full.
    """
    with Staging(target.parent) as stage:
        page = draw_page(query, hits, target.parent)
        stage.path(target.name).write_bytes(page.encode("utf-8", "xmlcharrefreplace"))


def draw_page(query: str | Path, hits: Sequence[Hit], folder: Path) -> str:
    """Draw the page.

    Args:
        query: words, or the path of the image that was looked for.
        hits: best first.
        folder: of the page; links to images are relative to it.

    Returns:
        HTML.
    """
    like = isinstance(query, Path)
    words = f"Pictures like {_text(query.name)}" if isinstance(query, Path) else _text(query)
    image = f'<img src="{_inline(query)}" alt="">' if isinstance(query, Path) else ""
    found = f"{len(hits)} picture{'' if len(hits) == 1 else 's'}"
    cards = "\n".join(_card(rank, hit, folder) for rank, hit in enumerate(hits, 1))
    title = words if like else f"{words} - geomagnifier"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title><style>{STYLE}</style></head>\n"
        f"<body><header>{image}<div><h1>{words}</h1><p>{found}, best first</p></div></header>\n"
        f"<ol>\n{cards}\n</ol></body></html>\n"
    )


def _card(rank: int, hit: Hit, folder: Path) -> str:
    name = _text(hit.path.name)
    far = f", {measure(hit)} away" if hit.where and hit.distance and hit.score is None else ""
    lines = [f"{hit.where}{far}", hit.when, _what(hit)]
    told = "".join(f"<small>{line}</small>" for line in lines if line)
    return (
        f'<li><img src="{_inline(hit.path, hit)}" alt="{name}" width="{SIDE}" height="{SIDE}"'
        ' loading="lazy"><div class="told"><div'
        f' class="head"><span>{rank}</span><b>{measure(hit)}</b></div><a'
        f' href="{_link(hit.path, folder)}"'
        f' title="{_text(str(hit.path))}">{name}</a>{told}</div></li>'
    )


def _what(hit: Hit) -> str:
    scale = f", {hit.gsd:.3g} m/px" if hit.gsd else ""
    if hit.tile is None:
        return f"{hit.width} x {hit.height} px{scale}"
    x0, y0, x1, y1 = (round(side) for side in hit.tile.tuple())
    return f"px {x0},{y0} to {x1},{y1} of {hit.width} x {hit.height}{scale}"


def _inline(path: Path, hit: Hit | None = None) -> str:
    """Return a thumbnail as a data URL."""
    held = io.BytesIO()
    thumbnail(path, SIDE, None if hit is None else hit.tile).convert("RGB").save(
        held, "JPEG", quality=QUALITY
    )
    return f"data:image/jpeg;base64,{base64.b64encode(held.getvalue()).decode()}"


def _link(path: Path, folder: Path) -> str:
    try:
        return escape(
            quote(
                Path(os.path.relpath(path.absolute(), folder.absolute()))
                .as_posix()
                .encode("utf-8", "surrogateescape")
            )
        )
    except ValueError:  # another drive
        return escape(path.absolute().as_uri())


def _text(text: str) -> str:
    return escape(text.encode("utf-8", "backslashreplace").decode())

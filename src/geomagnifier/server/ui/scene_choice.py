"""A scene to choose, in the menu and on the welcome screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from geomagnifier.geometry import Box
from geomagnifier.server.image_search import Hit
from geomagnifier.server.scenes import Card
from geomagnifier.server.ui import presentation
from geomagnifier.server.ui.widgets import tag, text_tag


def choice(
    card: Card,
    current: Card | None,
    on_choose: Callable[[str, Box | None], Awaitable[None]],
    hit: Hit | None = None,
) -> None:
    """Build an item of a list: a scene, or the part of one that a search found.

    Args:
        card: of the scene.
        current: the open scene.
        on_choose: called when it is clicked.
        hit: of the search, with the facts to show.
    """
    at = hit.found.tile if hit is not None else None
    part = f"?box={','.join(f'{side:.0f}' for side in at.tuple())}" if at is not None else ""
    with tag("li"):
        open = current is not None and card.id == current.id
        line = tag("button", "button choice", type="button", aria_current="true" if open else None)
        with line:
            tag(
                "img", "thumb", src=f"/web/scenes/{card.id}/thumb.png{part}", alt="", loading="lazy"
            )
            with tag("span", "words"):
                text_tag("strong", card.name)
                if hit is not None:
                    with tag("small", "found number"):
                        for fact in presentation.hit_facts(hit.found):
                            text_tag("span", fact)
                text_tag(
                    "small",
                    f"{presentation.size_text(card.width, card.height, card.gsd)} ·"
                    f" {card.crs or 'no CRS'}",
                    "number",
                )
        line.on("click", lambda: on_choose(card.id, at), args=[])
        # Whoever points at a picture is likely to open it: the service begins to read it.
        begin = f"() => fetch('/web/scenes/{card.id}/ahead').catch(() => null)"
        line.on("pointerenter.once", js_handler=begin)

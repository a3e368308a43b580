"""Texts of page.js in the language of the page, by their English."""

from __future__ import annotations

import json

from geomagnifier.server.ui.page_language import _


def script_words() -> str:
    """JavaScript that has the texts ready for page.js."""
    words = {
        "Colours: {choice}. Change": _("Colours: {choice}. Change"),
        "Colours: {choice}": _("Colours: {choice}"),
        "as the system": _("as the system"),
        "light": _("light"),
        "dark": _("dark"),
        "Cancel": _("Cancel"),
        "Sending {name} …": _("Sending {name} …"),
        "{name} is larger than {most} MB, the most that is taken here.": _(
            "{name} is larger than {most} MB, the most that is taken here."
        ),
        "{name} was refused ({status}).": _("{name} was refused ({status})."),
        "{name} could not be sent; is the service still running?": _(
            "{name} could not be sent; is the service still running?"
        ),
        "Write an address that begins with http:// or https:// and holds {z}, {x} and {y}.": _(
            "Write an address that begins with http:// or https:// and holds {z}, {x} and {y}."
        ),
    }
    text = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    return f"window.geomagWords = {text};"

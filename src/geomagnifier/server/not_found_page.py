"""What a person sees at an address that the service does not have; programs get JSON."""

from __future__ import annotations

from geomagnifier.translation import gettext, language

STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;"
    "margin:0;padding:1rem;text-align:center;"
    "background:light-dark(#fff,#0c1211);color:light-dark(#14201d,#e8efec)}"
    "a{color:light-dark(#0a6b5b,#5fd0b6)}"
)


def not_found_page() -> str:
    """The page, in the language of messages."""
    title, go = gettext("There is no such page"), gettext("Go to the map")
    reason = gettext("The address may have been mistyped, or what it named has been removed.")
    return (
        f"<!doctype html><html lang={language()}><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>{title} \u2013 geomagnifier</title><style>{STYLE}</style>"
        f"<main><h1>{title}</h1><p>{reason}</p><p><a href=/>{go}</a></p></main></html>"
    )


def wants_page(accept: str) -> bool:
    """Whether a request is a person's, by its header Accept: a browser names HTML first."""
    return accept.lstrip().lower().startswith(("text/html", "application/xhtml"))

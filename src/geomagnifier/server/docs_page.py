"""The page /docs: the service's OpenAPI description as plain HTML."""

from __future__ import annotations

from html import escape
from typing import Any

from geomagnifier.server.error_responses import STATUS

STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    ":root{color-scheme:light dark}"
    "td{padding:.2rem .8rem .2rem 0;vertical-align:top}"
)
EXAMPLE = "curl -F file=@harbour.tif -F 'question=Segment every ship.' http://127.0.0.1:8000/v1/ask"


def docs_page(openapi: dict[str, Any]) -> str:
    """The routes and errors of the service as an HTML page that loads no other file.

    Args:
        openapi: the description that FastAPI makes of the app.
    """
    rows = []
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            fields = [f"{p['name']} ({p['in']})" for p in operation.get("parameters", ())]
            content = operation.get("requestBody", {}).get("content", {})
            for media_type, body in content.items():
                names = ", ".join(body["schema"].get("properties", {}))
                fields.append(f"{media_type}: {names}".rstrip(": "))
            cells = (method.upper(), path, operation.get("summary", ""), "; ".join(fields))
            rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    errors = "".join(
        f"<tr><td>{status}</td><td>{error.__name__}</td><td>{escape(error.__doc__ or '')}</td></tr>"
        for error, status in STATUS.items()
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>geomagnifier</title><style>{STYLE}</style>"
        f"<h1>geomagnifier {escape(openapi['info']['version'])}</h1>"
        "<p>For programs: <a href=openapi.json>openapi.json</a>.</p>"
        f"<table>{''.join(rows)}</table><pre>{EXAMPLE}</pre>"
        f"<h2>Errors</h2><table>{errors}</table></html>"
    )

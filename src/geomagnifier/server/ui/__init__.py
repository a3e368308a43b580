"""The web page of the service, in NiceGUI on the same app; it loads nothing from elsewhere."""

from __future__ import annotations

import logging
import secrets
import warnings
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException

from geomagnifier.atomic import Staging
from geomagnifier.server.jobs import Jobs
from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings

TITLE = "geomagnifier"
AWAY = 15.0
"""Seconds for which the page of a browser that does not answer is kept, so that a busy browser, or
one that lost its network, goes on where it was.
"""


def attach(app: FastAPI, settings: Settings, library: Library, jobs: Jobs) -> None:
    """Add the page at "/" to an app that has all its other routes already.

    A process can have one page: NiceGUI has one app.

    Args:
        app: of the service.
        settings: of the service.
        library: scenes of the service.
        jobs: job queue of the service.
    """
    from nicegui import app as pages
    from nicegui import ui
    from nicegui.storage import Storage

    from geomagnifier.server.error_responses import error_response
    from geomagnifier.server.ui import icons, page_language, theme
    from geomagnifier.server.ui.links import Links
    from geomagnifier.server.ui.page import Page
    from geomagnifier.server.ui.routes import routes
    from geomagnifier.server.ui.script_words import script_words

    # As the app starts, NiceGUI inspects every object in memory, a deprecated one of torch too.
    warnings.filterwarnings(
        "ignore", message="`torch.distributed.reduce_op`", category=FutureWarning
    )
    keep = settings.keep
    Storage.path = (keep or library.folder) / "sessions"
    links = Links(None if keep is None else keep / "links")
    app.include_router(routes(library, jobs))
    # NiceGUI would answer each unknown path with a page of its own, and log it.
    for kind in (404, HTTPException):
        pages.add_exception_handler(kind, error_response)

    @ui.page("/", title=TITLE)
    async def page(
        request: Request, scene: str | None = None, job: str | None = None, lang: str | None = None
    ) -> None:
        language = page_language.choose(
            lang, request.headers.get("accept-language", ""), pages.storage.user
        )
        tag = page_language.TAGS[language]
        ui.add_head_html(theme.head(settings.upload_bytes))
        script = f"document.documentElement.lang = '{tag}'; {script_words()}"
        ui.add_head_html(f"<script>{script}</script>")
        made = Page(library, jobs, pages.storage.user, links)
        client = ui.context.client
        await client.connected()  # the page has been sent; what takes longer comes after it
        if not client.is_deleted:  # as it is after a minute where no browser fetched the page
            await made.begin(scene, job)

    favicon = icons.svg("lens").replace("currentColor", theme.COLOURS["accent"][0])
    ui.run_with(
        app,
        title=TITLE,
        favicon=favicon,
        tailwind=False,
        storage_secret=_secret(keep),
        reconnect_timeout=AWAY,
        show_welcome_message=False,
    )
    logging.getLogger("nicegui").setLevel(logging.WARNING)


def _secret(keep: Path | None) -> str:
    """Key that signs the cookie by which a browser is known again; kept where its history is."""
    made = secrets.token_hex(32)
    if keep is None:
        return made
    path = keep / "secret"
    if path.is_file():
        return path.read_text(encoding="ascii").strip()
    with Staging(keep) as stage:
        written = stage.path(path.name)
        written.touch(0o600)
        written.write_text(made, encoding="ascii")
    return made

"""The page of the service, in NiceGUI on the same FastAPI app.

Everything it loads comes from this machine.
"""

from __future__ import annotations

import logging
import secrets
import warnings

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from geomagnifier.server.jobs import Jobs
from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings

TITLE = "geomagnifier"
AWAY = 15.0
"""Seconds for which a page is kept whose browser does not answer: what is busy for a while, or
loses its network, goes on where it was.
"""


def attach(app: FastAPI, settings: Settings, library: Library, jobs: Jobs) -> None:
    """Put the page at / of an app that has its other addresses already.

    One page a process: NiceGUI has one app.

    Args:
        app: of the service.
        settings: of the service.
        library: pictures of the service.
        jobs: questions of the service.
    """
    from nicegui import app as pages
    from nicegui import ui
    from nicegui.storage import Storage

    from geomagnifier.server.app import told_error
    from geomagnifier.server.ui import icons, theme
    from geomagnifier.server.ui.page import Page
    from geomagnifier.server.ui.routes import routes

    # As the app starts, NiceGUI asks every object in memory what it is, an outdated one of torch
    # too.
    warnings.filterwarnings(
        "ignore", message="`torch.distributed.reduce_op`", category=FutureWarning
    )
    Storage.path = library.folder / "sessions"
    app.include_router(routes(library, jobs))
    for kind in (
        404,
        HTTPException,
    ):  # NiceGUI makes a page of each address that there is not, and logs it
        pages.add_exception_handler(kind, told_error)

    @ui.page("/", title=TITLE, language="en-US")
    async def page(scene: str | None = None, job: str | None = None) -> None:
        ui.add_head_html(theme.head(settings.upload_bytes))
        made = Page(library, jobs, pages.storage.user)
        client = ui.context.client
        await client.connected()  # the page is sent by now; what takes longer comes after it
        if (
            not client.is_deleted
        ):  # as it is after a minute, where a program fetched the page, and no browser
            await made.begin(scene, job)

    favicon = icons.svg("lens").replace("currentColor", theme.COLOURS["accent"][0])
    ui.run_with(
        app,
        title=TITLE,
        favicon=favicon,
        tailwind=False,
        storage_secret=secrets.token_hex(32),
        reconnect_timeout=AWAY,
        show_welcome_message=False,
    )
    logging.getLogger("nicegui").setLevel(logging.WARNING)

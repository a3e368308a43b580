"""Run the service: socket, uvicorn, and a timeout for connections that send no request."""

from __future__ import annotations

import contextlib
import socket
import threading
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from geomagnifier.errors import OptionError, OutputError
from geomagnifier.memory import stay_small
from geomagnifier.server.settings import Settings

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp


class IdleTimeoutProtocol(H11Protocol):
    """Uvicorn's HTTP protocol with a timeout: it closes a connection that sends no request.

    uvicorn itself has a timeout only between two requests of a connection, not before the first
    and not within the headers.
    """

    seconds = 30.0
    """From the connection, or from the first byte of a later request, to its complete headers."""
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy:
            self._stop_timer()
        elif (
            self._timer is None
            and not self.transport.is_closing()
            and self.transport.get_protocol() is self
        ):
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Any) -> None:
        self._stop_timer()
        super().handle_websocket_upgrade(event)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self.seconds, self._close)

    def _close(self) -> None:
        self._timer = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


def serve(target: Path | None, settings: Settings, open_browser: bool = False) -> None:
    """Run the service with its page until it is stopped.

    Args:
        target: a folder of images, an index of one, or one image; None: what the settings say.
        settings: of the service.
        open_browser: open the page in a browser on this machine.

    Raises:
        OptionError: the target does not exist, or the port is taken.
        ModelError: the model cannot be loaded.
    """
    import geomagnifier as gm
    from geomagnifier.retrieval import is_index, open_index
    from geomagnifier.server import ui
    from geomagnifier.server.app import create_app

    if target is not None and is_index(target):
        settings = replace(settings, root=open_index(target).root, index=target)
    elif target is not None:
        settings = replace(settings, root=target)
    _allow_many_files()
    stay_small()
    listener = listen(settings)
    try:
        app = create_app(settings, gm.load_model(settings.model, segmenter=settings.segmenter))
        ui.attach(app, settings, app.state.library, app.state.jobs)
        host, port = settings.host, listener.getsockname()[1]
        shown = f"http://{f'[{host}]' if ':' in host else host}:{port}/".replace(
            "//0.0.0.0", "//127.0.0.1"
        )
        with contextlib.suppress(OutputError):  # a service may run without a terminal
            print(f"geomagnifier is at {shown} (Ctrl-C ends it)", flush=True)
        if open_browser:
            threading.Timer(1.0, webbrowser.open, (shown,)).start()
        # Ctrl-C: uvicorn has shut down in good order and raises it again.
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn(app, settings).run(sockets=[listener])
    finally:
        listener.close()


def listen(settings: Settings) -> socket.socket:
    """Open the listening socket of `Settings.host` and `Settings.port`.

    This is done before the model is loaded, so that a taken port is an error at once.

    Raises:
        OptionError: the port is taken, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        reason = error.strerror or error
        raise OptionError(
            f"{settings.host}:{settings.port} cannot be listened on ({reason}); choose another"
            " --port"
        ) from None
    return listener


def uvicorn(app: ASGIApp, settings: Settings) -> Server:
    """Make the HTTP server of an app, ready to run.

    Args:
        app: of `create_app`.
        settings: of the service.
    """
    # uvicorn makes the instances itself: the setting can only be an attribute of their class.
    protocol = type("Protocol", (IdleTimeoutProtocol,), {"seconds": settings.patience})
    return Server(
        Config(
            app,
            http=protocol,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
    )


def _allow_many_files() -> None:
    """Raise the limit on open files to the most allowed: the usual 1024 limits connections."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (min(most, 65_536) if most > 0 else 65_536, most)
        )

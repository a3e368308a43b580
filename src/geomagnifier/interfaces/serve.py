"""The service's door: `serve` opens it, `Guard` says who and how much comes in, `Counted` keeps count.

`Patient` shuts it on those who only stand there.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import secrets
import socket
import threading
import time
import webbrowser
from collections.abc import Iterator
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from geomagnifier.errors import GeomagError, OptionError, SceneError
from geomagnifier.interfaces.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from geomagnifier.interfaces.jobs import Jobs

OPEN = ("/healthz",)
"""Addresses that need no key."""
WORDS = 1 << 20
"""Largest body that is not a picture, bytes."""
AROUND = 64 << 10
"""Bytes of a form around the picture in it."""
SLOWEST = 10_000
"""Bytes a second below which a sender is cut off once `Settings.patience` is used up."""
LINGER, LINGER_BYTES = 2.0, 16 << 20
"""After an early answer, seconds and bytes for which the rest of a request is read and thrown away, so that the client sees the answer."""
COOKIE = "geomag_key"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


class TooSlow(GeomagError):
    """A request that takes too long to arrive."""


class BodyTooLarge(SceneError):
    """A request with a longer body than anything that could be asked here."""


class Guard:
    """Between the network and the app: host name, key, size and speed of what is sent.

    Args:
        app: the rest of the service.
        settings: of the service.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._cookie = hmac.new(secrets.token_bytes(32), (settings.api_key or "").encode(), hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
        if scope["type"] == "websocket":
            refused = self._refused(scope, headers)
            if refused is None:
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008, "reason": refused[1]})
        elif scope["type"] == "http":
            await self._http(scope, headers, _Body(receive, send, headers, self._settings))
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, headers: dict[str, str], body: _Body) -> None:
        refused = self._refused(scope, headers)
        if refused is None and body.announced > body.limit:
            refused = 413, f"the request says that it has {body.announced} bytes; at most {body.limit} are taken here", "BodyTooLarge"
        if refused is not None:
            await _answer(body.send, *refused, ask=not scope["path"].startswith("/v1/"))
            return
        if self._settings.api_key is not None and headers.get("authorization", "").lower().startswith("basic "):
            body.extra.append((b"set-cookie", f"{COOKIE}={self._cookie}; Path=/; HttpOnly; SameSite=Strict".encode()))
        await self._app(scope, body.receive, body.send)

    def _refused(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str, str] | None:
        """Status, message and type where a request may not come in."""
        hosts = self._settings.hosts
        if hosts is not None:
            if _host(f"//{headers.get('host', '')}") not in hosts:
                return 421, "this service does not answer to that host name; see the setting GEOMAG_NAMES", "HostUnknown"
            unsafe = scope["type"] == "websocket" or scope["method"] in UNSAFE
            if unsafe and "origin" in headers and _host(headers["origin"]) not in hosts:
                return 403, "another web site may not ask questions here", "OriginUnknown"
        key = self._settings.api_key
        if key is None or scope["path"] in OPEN or any(_same(shown, key) for shown in _shown(headers)):
            return None
        if _same(_cookie(headers.get("cookie", "")), self._cookie):
            return None
        return 401, "this service asks for a key: send it as X-API-Key, or as Authorization: Bearer", "KeyNeeded"


class _Body:
    """One request's body, counted and timed while it is read, and the answer to it.

    Raises while it is read:
        BodyTooLarge: there is more than `limit` bytes of it.
        TooSlow: it takes too long.
    """

    def __init__(self, receive: Receive, send: Send, headers: dict[str, str], settings: Settings) -> None:
        words = headers.get("content-type", "").startswith("application/json")
        self.limit = WORDS if words else settings.upload_bytes + AROUND
        announced = headers.get("content-length", "0")
        self.announced = int(announced) if announced.isdigit() else 0
        self.extra: list[tuple[bytes, bytes]] = [(b"x-content-type-options", b"nosniff")]
        self._receive, self._send, self._patience = receive, send, settings.patience
        self._there = self.announced == 0 and "transfer-encoding" not in headers
        self._bytes, self._begun = 0, time.monotonic()

    async def receive(self) -> Message:
        if self._there:
            return await self._receive()
        left = self._begun + self._patience + self._bytes / SLOWEST - time.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), max(0.001, left))
        except TimeoutError:
            raise TooSlow(f"only {self._bytes} bytes of the request had arrived when patience ran out; send it faster") from None
        self._bytes += len(message.get("body", b""))
        self._there = message["type"] != "http.request" or not message.get("more_body", False)
        if self._bytes > self.limit:
            raise BodyTooLarge(f"the request has more than the {self.limit} bytes that are taken here")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *self.extra, *([] if self._there else [(b"connection", b"close")])]
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if last and not self._there:
            await self._send({**message, "more_body": True})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rest(), LINGER)
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    async def _rest(self) -> None:
        """Read on without keeping anything."""
        thrown = 0
        while not self._there and thrown < LINGER_BYTES:
            message = await self._receive()
            thrown += len(message.get("body", b""))
            self._there = message["type"] != "http.request" or not message.get("more_body", False)


class Metrics:
    """What Prometheus asks for. One set for each app."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs, self.registry = jobs, CollectorRegistry()
        self.requests = Counter("geomag_requests", "Requests answered", ("route", "status"), registry=self.registry)
        self.seconds = Histogram("geomag_request_seconds", "From a request to its answer", ("route",), registry=self.registry)
        Gauge("geomag_jobs_running", "Jobs worked on", registry=self.registry).set_function(lambda: jobs.running)
        Gauge("geomag_jobs_waiting", "Jobs in the queue", registry=self.registry).set_function(lambda: jobs.waiting)
        self.registry.register(self)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Jobs by how they ended."""
        ended = CounterMetricFamily("geomag_jobs", "Jobs that have ended", labels=["state"])
        for state, count in self._jobs.counts.items():
            ended.add_metric([state], count)
        yield ended


class Counted:
    """Counts requests by route and status. What is no route of the service counts as the page's."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), [500]

        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, count)
        finally:
            route = getattr(scope.get("route"), "path", "page")
            self._metrics.requests.labels(route, status[0]).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - begun)


class Patient(H11Protocol):
    """HTTP as uvicorn speaks it, but a connection on which nothing was asked within some seconds is closed."""

    seconds = 30.0
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy:
            self._rest()
        elif self._waiting is None and not self.transport.is_closing() and self.transport.get_protocol() is self:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Any) -> None:
        self._rest()
        super().handle_websocket_upgrade(event)

    def _rest(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self.seconds, self._close)

    def _close(self) -> None:
        self._waiting = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


def serve(target: Path | None, settings: Settings, open_browser: bool = False) -> None:
    """Run the service with its page until it is stopped.

    Args:
        target: a folder whose pictures can be asked about, or one picture; None: what the settings say.
        settings: of the service.
        open_browser: show the page on this machine.

    Raises:
        OptionError: the target does not exist, or the port is taken.
        ModelError: the model cannot be loaded.
    """
    from geomagnifier.interfaces import web
    from geomagnifier.interfaces.options import load
    from geomagnifier.interfaces.server import create_app

    settings = settings if target is None else replace(settings, root=target)
    _allow_many_files()
    listener = listen(settings)
    try:
        app = create_app(settings, load(settings.model, settings.segmenter))
        web.attach(app, settings, app.state.library, app.state.jobs)
        host, port = settings.host, listener.getsockname()[1]
        shown = f"http://{f'[{host}]' if ':' in host else host}:{port}/".replace("//0.0.0.0", "//127.0.0.1")
        print(f"geomagnifier is at {shown} (Ctrl-C ends it)", flush=True)
        if open_browser:
            threading.Timer(1.0, webbrowser.open, (shown,)).start()
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn has ended in good order, and only passes it on
            uvicorn(app, settings).run(sockets=[listener])
    finally:
        listener.close()


def listen(settings: Settings) -> socket.socket:
    """The socket of `Settings.host` and `Settings.port`, before anything heavy is loaded.

    Raises:
        OptionError: the port is taken, or the address is not this machine's.
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
        raise OptionError(f"{settings.host}:{settings.port} cannot be listened on ({reason}); choose another --port") from None
    return listener


def uvicorn(app: ASGIApp, settings: Settings) -> Server:
    """The HTTP server of an app, ready to run."""
    patient = type("Patient", (Patient,), {"seconds": settings.patience})
    return Server(Config(app, http=patient, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5))


def _allow_many_files() -> None:
    """As many open connections as the system lets one have; its usual 1024 are soon used up."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65_536) if most > 0 else 65_536, most))


async def _answer(send: Send, status: int, message: str, kind: str, ask: bool) -> None:
    """An error in the shape of all others; a browser that has no key is told to ask its person for one."""
    text = json.dumps({"error": {"type": kind, "message": message}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="geomagnifier: any name, the key as password"' if ask else b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text, "more_body": False})


def _host(address: str) -> str:
    """The host name of an address, in small letters; "" where there is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _shown(headers: dict[str, str]) -> list[bytes]:
    """Keys that a request shows."""
    keys = [headers["x-api-key"].encode("latin-1")] if "x-api-key" in headers else []
    way, _, rest = headers.get("authorization", "").partition(" ")
    if way.lower() == "bearer":
        keys.append(rest.strip().encode("latin-1"))
    if way.lower() == "basic":
        with contextlib.suppress(binascii.Error, ValueError):
            keys.append(base64.b64decode(rest.strip(), validate=True).partition(b":")[2])
    return keys


def _cookie(header: str) -> bytes:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return b""
    return found.value.encode("latin-1", "replace") if found is not None else b""


def _same(shown: bytes, key: str) -> bool:
    """Whether a key is right, in a time that tells neither how much of it is nor how long it is."""
    return hmac.compare_digest(hashlib.sha256(shown).digest(), hashlib.sha256(key.encode()).digest())

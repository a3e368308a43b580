"""Between the network and the service: who may ask, how much is sent, and how fast."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import secrets
import time
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geomagnifier.errors import BodyTooLarge, TooSlow
from geomagnifier.server.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = ("/healthz",)
"""Addresses that need no key."""
AROUND_WORDS, LETTER = 16 << 10, 12
"""Bytes of the largest body that is not a picture: these around the question, and for each of its
letters, as JSON may escape it.
"""
AROUND = 64 << 10
"""Bytes of a form around the picture in it."""
SLOWEST = 10_000
"""Bytes a second below which a sender is cut off once `Settings.patience` is used up."""
LINGER, LINGER_BYTES = 2.0, 16 << 20
"""After an early answer, seconds and bytes for which the rest of a request is read and thrown away,
so that the client sees the answer.
"""
COOKIE = "geomag_key"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
PORTS = {"http": 80, "https": 443}
EVERYWHERE = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # the id of an upload, in the page's address, is its key
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
"""Headers of every answer: another site can neither frame it, nor show or read what is here."""
BARE = (
    b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    b" frame-ancestors 'none'"
)
"""What an answer that is no page may load: nothing."""
PAGE = (
    b"default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self'"
    b" 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self';"
    b" base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""What the page may load: only what is here. NiceGUI writes its scripts into the page and makes
some of them there.
"""


class Guard:
    """Between the network and the app: host name, key, size and speed of what is sent.

    Args:
        app: the rest of the service.
        settings: of the service.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._cookie = hmac.new(
            secrets.token_bytes(32), (settings.api_key or "").encode(), hashlib.sha256
        ).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope.get("headers", ())
        }
        if scope["type"] == "websocket":
            refused = self._refused(scope, headers)
            if refused is None:
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008, "reason": refused[1]})
        elif scope["type"] == "http":
            await self._http(
                scope, headers, _Body(receive, send, headers, self._settings, scope["path"] == "/")
            )
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, headers: dict[str, str], body: _Body) -> None:
        refused = self._refused(scope, headers)
        if refused is None and body.announced > body.limit:
            refused = (
                413,
                (
                    f"the request says that it has {body.announced} bytes; at most {body.limit} are"
                    " taken here"
                ),
                "BodyTooLarge",
            )
        if refused is not None:
            await _answer(body.send, *refused, ask=not scope["path"].startswith("/v1/"))
            return
        if self._settings.api_key is not None and headers.get(
            "authorization", ""
        ).lower().startswith("basic "):
            body.extra.append(
                (
                    b"set-cookie",
                    f"{COOKIE}={self._cookie}; Path=/; HttpOnly; SameSite=Strict".encode(),
                )
            )
        await self._app(scope, body.receive, body.send)

    def _refused(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str, str] | None:
        """Status, message and type where a request may not come in."""
        if not self._settings.answers_to(_host(f"//{headers.get('host', '')}")):
            return (
                421,
                "this service does not answer to that host name; see the setting GEOMAG_NAMES",
                "HostUnknown",
            )
        unsafe = scope["type"] == "websocket" or scope["method"] in UNSAFE
        if (
            unsafe
            and "origin" in headers
            and not self._is_own(headers["origin"], headers.get("host", ""))
        ):
            return 403, "another web site may not ask questions here", "OriginUnknown"
        key = self._settings.api_key
        if (
            key is None
            or scope["path"] in OPEN
            or any(_same(shown, key) for shown in _shown(headers))
        ):
            return None
        if _same(_cookie(headers.get("cookie", "")), self._cookie):
            return None
        return (
            401,
            "this service asks for a key: send it as X-API-Key, or as Authorization: Bearer",
            "KeyNeeded",
        )

    def _is_own(self, origin: str, host: str) -> bool:
        """Whether an origin is the service itself.

        Host and port that the request is made to, or a name of the settings without a port.

        The latter is for a proxy that speaks TLS and tells the service another host than the
        browser sees.
        """
        try:
            site, here = urlsplit(origin), urlsplit(f"//{host}")
            standard = PORTS.get(site.scheme)
            if standard is None or not site.hostname:
                return False
            if site.hostname == here.hostname and (site.port or standard) == (
                here.port or standard
            ):
                return True
            return site.hostname in self._settings.named and site.port in (None, standard)
        except ValueError:
            return False


class _Body:
    """One request's body, counted and timed while it is read, and the answer to it.

    Raises while it is read:
        BodyTooLarge: there is more than `limit` bytes of it.
        TooSlow: it takes too long.
    """

    def __init__(
        self, receive: Receive, send: Send, headers: dict[str, str], settings: Settings, page: bool
    ) -> None:
        self._page = page
        words = headers.get("content-type", "").startswith("application/json")
        self.limit = (
            AROUND_WORDS + LETTER * settings.question_letters
            if words
            else settings.upload_bytes + AROUND
        )
        announced = headers.get("content-length", "0")
        self.announced = int(announced) if announced.isdigit() else 0
        self.extra: list[tuple[bytes, bytes]] = [*EVERYWHERE]
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
            raise TooSlow(
                f"only {self._bytes} bytes of the request had arrived when patience ran out; send"
                " it faster"
            ) from None
        self._bytes += len(message.get("body", b""))
        self._there = message["type"] != "http.request" or not message.get("more_body", False)
        if self._bytes > self.limit:
            raise BodyTooLarge(
                f"the request has more than the {self.limit} bytes that are taken here"
            )
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            policy = PAGE if self._page else BARE
            close = [] if self._there else [(b"connection", b"close")]
            message["headers"] = [
                *message.get("headers", []),
                *self.extra,
                (b"content-security-policy", policy),
                *close,
            ]
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


async def _answer(send: Send, status: int, message: str, kind: str, ask: bool) -> None:
    """An error in the shape of all others.

    A browser that has no key is told to ask its person for one.
    """
    text = json.dumps({"error": {"type": kind, "message": message}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
    if status == 401:
        headers.append(
            (
                b"www-authenticate",
                b'Basic realm="geomagnifier: any name, the key as password"' if ask else b"Bearer",
            )
        )
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
    return hmac.compare_digest(
        hashlib.sha256(shown).digest(), hashlib.sha256(key.encode()).digest()
    )

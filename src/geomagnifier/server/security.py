"""Host check, API key, origin check and limits on request bodies, as one ASGI middleware."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import re
import secrets
import time
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from geomagnifier.errors import BodyTooLarge, TooSlow
from geomagnifier.server.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = ("/healthz",)
"""Paths that need no key."""
JSON_OVERHEAD = 16 << 10
"""Bytes of a JSON body beside the question."""
BYTES_PER_LETTER = 12
"""Bytes of a JSON body for each letter of the question: an escaped surrogate pair."""
FORM_OVERHEAD = 64 << 10
"""Bytes of a form beside the image in it."""
SLOWEST = 10_000
"""Bytes a second below which a sender is cut off once `Settings.patience` is used up."""
LINGER = 2.0
"""Seconds for which the rest of a request is read and dropped after an early response: a client
that is still sending would see a broken connection and not the response.
"""
LINGER_BYTES = 16 << 20
"""The same in bytes."""
COOKIE = "geomag_key"
"""Cookie that stands for the key once a browser has shown it."""
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
PORTS = {"http": 80, "https": 443}
EVERYWHERE = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # the id of an upload, in the page's address, is its key
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
"""Headers of every response: no other site can frame, embed or read it."""
BARE = (
    b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    b" frame-ancestors 'none'"
)
"""Content security policy of all responses but the page: they load nothing."""
PAGE = (
    b"default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self'"
    b" 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self';"
    b" base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content security policy of the page: it loads from this service only. NiceGUI needs inline
scripts and eval.
"""


BASE_MAP = "geomag_base_map"
"""Cookie in which a browser names the origin of the base map that its user chose."""
ORIGIN = re.compile(r"https?://(?:\*\.)?[a-z0-9][a-z0-9.-]{0,200}(?::\d{1,5})?")


def page_policy(cookies: str) -> bytes:
    """Content security policy of the page: images of the user's base map are let in, too.

    Args:
        cookies: header of the request.
    """
    chosen = unquote(_cookie(cookies, BASE_MAP).decode("latin-1"))
    if not ORIGIN.fullmatch(chosen):
        return PAGE
    return PAGE.replace(b"img-src 'self'", b"img-src 'self' " + chosen.encode("ascii"))


class Guard:
    """ASGI middleware that checks host, origin and key, and limits size and duration of bodies.

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
            await _refuse(body.send, *refused, ask=not scope["path"].startswith("/v1/"))
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
        """Status, message and error type of a request that is refused, else None."""
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
            or any(_same(shown, key) for shown in _keys(headers))
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
        """Whether an origin is the service itself: the host and port that the request is made to.

        Or a host name of the settings, on the standard port: behind a proxy that terminates TLS the
        service sees another host than the browser.
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
    """The body of one request, counted and timed while it is read, and the response to it.

    Reading it raises BodyTooLarge beyond `limit` bytes, and TooSlow where it takes too long.
    """

    def __init__(
        self, receive: Receive, send: Send, headers: dict[str, str], settings: Settings, page: bool
    ) -> None:
        self._page = page
        self._cookies = headers.get("cookie", "")
        is_json = headers.get("content-type", "").startswith("application/json")
        self.limit = (
            JSON_OVERHEAD + BYTES_PER_LETTER * settings.question_letters
            if is_json
            else settings.upload_bytes + FORM_OVERHEAD
        )
        announced = headers.get("content-length", "0")
        self.announced = int(announced) if announced.isdigit() else 0
        self.extra: list[tuple[bytes, bytes]] = [*EVERYWHERE]
        self._receive, self._send, self._patience = receive, send, settings.patience
        self._complete = self.announced == 0 and "transfer-encoding" not in headers
        self._bytes, self._begun = 0, time.monotonic()

    async def receive(self) -> Message:
        """ASGI receive: the next piece of the body."""
        if self._complete:
            return await self._receive()
        left = self._begun + self._patience + self._bytes / SLOWEST - time.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), max(0.001, left))
        except TimeoutError:
            raise TooSlow(
                f"only {self._bytes} bytes of the request arrived before the time limit; send it"
                " faster"
            ) from None
        self._bytes += len(message.get("body", b""))
        self._complete = message["type"] != "http.request" or not message.get("more_body", False)
        if self._bytes > self.limit:
            raise BodyTooLarge(
                f"the request has more than the {self.limit} bytes that are taken here"
            )
        return message

    async def send(self, message: Message) -> None:
        """ASGI send: adds headers, and reads the rest of the body before an early response ends."""
        if message["type"] == "http.response.start":
            policy = page_policy(self._cookies) if self._page else BARE
            close = [] if self._complete else [(b"connection", b"close")]
            message["headers"] = [
                *message.get("headers", []),
                *self.extra,
                (b"content-security-policy", policy),
                *close,
            ]
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if last and not self._complete:
            await self._send({**message, "more_body": True})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rest(), LINGER)
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    async def _rest(self) -> None:
        """Read the rest of the body and drop it."""
        dropped = 0
        while not self._complete and dropped < LINGER_BYTES:
            message = await self._receive()
            dropped += len(message.get("body", b""))
            self._complete = message["type"] != "http.request" or not message.get(
                "more_body", False
            )


async def _refuse(send: Send, status: int, message: str, name: str, ask: bool) -> None:
    """Send an error in the JSON shape of all others; `ask` has a browser prompt for the key."""
    text = json.dumps({"error": {"type": name, "message": message}}).encode()
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
    """Host name of a URL in small letters; "" where it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _keys(headers: dict[str, str]) -> list[bytes]:
    """Keys in the headers of a request: X-API-Key, Bearer, or the password of Basic."""
    keys = [headers["x-api-key"].encode("latin-1")] if "x-api-key" in headers else []
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        keys.append(rest.strip().encode("latin-1"))
    if scheme.lower() == "basic":
        with contextlib.suppress(binascii.Error, ValueError):
            keys.append(base64.b64decode(rest.strip(), validate=True).partition(b":")[2])
    return keys


def _cookie(header: str, name: str = COOKIE) -> bytes:
    """The value of one of our cookies; empty without one."""
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return b""
    return found.value.encode("latin-1", "replace") if found is not None else b""


def _same(shown: bytes, key: str) -> bool:
    """Whether a key is right, in a time that depends neither on its content nor on its length."""
    return hmac.compare_digest(
        hashlib.sha256(shown).digest(), hashlib.sha256(key.encode()).digest()
    )

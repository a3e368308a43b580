"""The language in which the service answers a request that fails: the one it accepts."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from geomagnifier.translation import preferred, use_language


class RequestLanguage:
    """ASGI middleware that sets the language of messages by Accept-Language.

    What goes wrong with a question is said in the language of the question all the same.

    Args:
        app: the rest of the service.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with use_language(preferred(Headers(scope=scope).get("accept-language", ""))):
            await self._app(scope, receive, send)

"""Fetch a small text (STAC, capabilities of a tile server) over http(s), where that is allowed."""

from __future__ import annotations

from typing import Any

from geomagnifier.errors import SceneUnreadable
from geomagnifier.raster import gdal_guard

MOST = 64_000_000
"""Most bytes of a text that is fetched."""
WAIT = 30.0
"""Seconds that a server may take to answer."""


def check_allowed(address: str) -> None:
    """Refuse an address on the network unless `GEOMAG_ALLOW` allows it.

    Raises:
        SceneUnreadable: the network is not allowed.
        OptionError: the setting has a word that is not known.
    """
    if not gdal_guard.allowed("network"):
        raise SceneUnreadable(
            f"{address[:200]} is not a local file; download it first, or set"
            f" {gdal_guard.SETTING}=network to read it from there"
        )


def fetch(address: str) -> bytes:
    """Fetch a text of at most `MOST` bytes.

    Raises:
        SceneUnreadable: the network is not allowed, the server gives no such text (its status is
            in the message), or it is too long.
    """
    # not needed for local files, and not quick to import
    import http.client
    import urllib.error
    import urllib.request

    check_allowed(address)
    wanted = urllib.request.Request(address, headers={"User-Agent": "geomagnifier"})
    try:
        with _opener().open(wanted, timeout=WAIT) as reply:
            text: bytes = reply.read(MOST + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise SceneUnreadable(
                f"{address[:200]} was answered with HTTP status {error.code}; check the address,"
                " and whether it needs a key"
            ) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise SceneUnreadable(
            f"{address[:200]} cannot be fetched ({reason}); check the address and the connection"
        ) from error
    if len(text) > MOST:
        raise SceneUnreadable(
            f"{address[:200]} has more than {MOST // 1_000_000} MB; ask the server for less"
        )
    return text


def _opener() -> Any:
    """Return an opener that knows http and https alone, also after a redirection."""
    import urllib.request

    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener

"""Request bodies as they arrive: JSON, a form with an image in it, or an image alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter, move_on_after, to_thread
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from geomagnifier.errors import Busy, OptionError
from geomagnifier.server.scenes import Card, Library

UPLOADS_AT_ONCE = 16
"""Uploads that may be received at the same time; each may fill `Settings.upload_bytes` of disk."""
UPLOAD_WAIT = 5.0
"""Seconds that an upload waits for its turn before it is refused."""
CHUNK = 1 << 20
"""Bytes that are written to disk at once."""


def is_form(request: Request) -> bool:
    """Whether the body of a request is a multipart form."""
    return request.headers.get("content-type", "").startswith("multipart/form-data")


async def json_body(request: Request) -> bytes:
    """The JSON body of a request, not yet parsed; `Guard` limits its length.

    Raises:
        HTTPException: 415, the body is something else.
    """
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise HTTPException(415, "send application/json, or a form with an image")
    return await request.body()


class UploadReceiver:
    """Takes in images that clients send, a limited number of them at the same time.

    Args:
        library: keeps the images.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._limiter = CapacityLimiter(UPLOADS_AT_ONCE)

    async def body(self, request: Request, name: str) -> Card:
        """Take in an image that is the whole body of a request, written to disk as it arrives.

        Args:
            request: whose body is the image.
            name: the file name that the client gives it.

        Raises:
            Busy: too many uploads are being received.
            SceneError: the file is too large or no image that can be used.
            OutputError: the disk is full.
        """
        async with self._turn():
            with self._library.receive(name) as upload:
                buffer = bytearray()
                async for chunk in request.stream():
                    buffer += chunk
                    if len(buffer) >= CHUNK:
                        await to_thread.run_sync(upload.write, bytes(buffer))
                        buffer.clear()
                if buffer:
                    await to_thread.run_sync(upload.write, bytes(buffer))
                return await to_thread.run_sync(upload.finish)

    async def form(self, request: Request) -> tuple[dict[str, Any], Card | None]:
        """Read a form: its text fields, and the image in its field `file`, or None.

        Starlette spools the file to disk while it arrives, so that it takes no memory.

        Raises:
            Busy: too many uploads are being received.
            OptionError: the form sends a file in another field, or text as `file`.
            SceneError: the file is too large or no image that can be used.
            OutputError: the disk is full.
        """
        async with (
            self._turn(),
            request.form(max_files=1, max_fields=20, max_part_size=64 << 10) as form,
        ):
            fields: dict[str, Any] = {
                name: value
                for name, value in form.items()
                if isinstance(value, str) and value.strip()
            }
            file = form.get("file")
            if any(
                isinstance(value, UploadFile) and name != "file" for name, value in form.items()
            ) or isinstance(file, str):
                raise OptionError("send the image in the form field `file`")
            card = None
            if isinstance(file, UploadFile):
                chunks = iter(lambda: file.file.read(CHUNK), b"")
                name = file.filename or "picture"
                card = await to_thread.run_sync(self._library.upload, name, chunks)
        if "box" in fields:
            fields["box"] = [part for part in fields["box"].replace(",", " ").split(" ") if part]
        return fields, card

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        with move_on_after(UPLOAD_WAIT) as waited:
            await self._limiter.acquire()
        if waited.cancelled_caught:
            raise Busy(
                "too many uploads at the same time; try again later",
                UPLOAD_WAIT,
            )
        try:
            yield
        finally:
            self._limiter.release()

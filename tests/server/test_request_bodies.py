"""Bodies of requests: JSON, a form with an image, or an image alone."""

import asyncio

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from fake import paint
from geomagnifier.errors import Busy, OptionError
from geomagnifier.export.image_file import write_picture
from geomagnifier.server import request_bodies
from geomagnifier.server.request_bodies import UploadReceiver, is_form, json_body
from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings


def request(body, kind):
    """A request whose body comes in pieces of 100 bytes."""
    pieces = [body[start : start + 100] for start in range(0, len(body), 100)] or [b""]

    async def receive():
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    headers = [(b"content-type", kind.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


def form(**fields):
    """A multipart body: bytes are files."""
    body = b""
    for name, value in fields.items():
        file = b'; filename="a.png"' if isinstance(value, bytes) else b""
        value = value if isinstance(value, bytes) else value.encode()
        head = b'--x\r\nContent-Disposition: form-data; name="' + name.encode() + b'"'
        body += head + file + b"\r\n\r\n" + value + b"\r\n"
    return request(body + b"--x--\r\n", "multipart/form-data; boundary=x")


@pytest.fixture
def image(tmp_path):
    write_picture(tmp_path / "a.png", paint(30, 20))
    return (tmp_path / "a.png").read_bytes()


@pytest.fixture
def library(tmp_path):
    with Library(Settings(folder=tmp_path / "work")) as made:
        yield made


def test_json_is_taken_and_nothing_else():
    assert asyncio.run(json_body(request(b"{}" * 99, "application/json; charset=utf-8"))) == (
        b"{}" * 99
    )
    with pytest.raises(HTTPException) as refused:
        asyncio.run(json_body(request(b"{}", "text/plain")))
    assert refused.value.status_code == 415
    assert is_form(form(a="b")) and not is_form(request(b"", "application/json"))


def test_an_image_alone_is_kept_as_it_came(library, image):
    card = asyncio.run(UploadReceiver(library).body(request(image, "image/png"), "b.png"))
    assert (card.name, card.width, card.height) == ("b.png", 30, 20)
    assert library.path(card.id).read_bytes() == image


def test_a_form_has_fields_and_an_image(library, image):
    receiver = UploadReceiver(library)
    fields, card = asyncio.run(
        receiver.form(form(question="Find every ship.", box="1, 2,3 4", empty=" ", file=image))
    )
    assert fields == {"question": "Find every ship.", "box": ["1", "2", "3", "4"]}
    assert (card.name, card.width) == ("a.png", 30)
    assert asyncio.run(receiver.form(form(question="a"))) == ({"question": "a"}, None)


def test_an_image_in_another_field_is_refused(library, image):
    for wrong in (form(picture=image), form(file="text")):
        with pytest.raises(OptionError, match="in the form field `file`"):
            asyncio.run(UploadReceiver(library).form(wrong))


def test_too_many_at_once_are_told_to_come_back(library, image, monkeypatch):
    monkeypatch.setattr(request_bodies, "UPLOADS_AT_ONCE", 1)
    monkeypatch.setattr(request_bodies, "UPLOAD_WAIT", 0.01)

    async def second():
        receiver = UploadReceiver(library)
        await receiver._limiter.acquire_on_behalf_of("the first")
        with pytest.raises(Busy, match="too many uploads"):
            await receiver.body(request(image, "image/png"), "a.png")
        receiver._limiter.release_on_behalf_of("the first")
        return await receiver.body(request(image, "image/png"), "a.png")

    assert asyncio.run(second()).width == 30

"""Those who mean harm, and those who are many.

Refused with a word, and the service is alive afterwards.
"""

import asyncio
import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi import WebSocket
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from fake import paint
from geomagnifier.export.image_file import write_picture
from geomagnifier.memory import resident
from geomagnifier.server import request_bodies, security
from served import DAY, PATIENT, Held, make_root, png_header, serving, until, write_wide

MB = 1 << 20
LIMIT = 2 * MB
HASTE = 0.6


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = make_root(tmp_path_factory.mktemp("pictures"))
    write_wide(root / "wide.tif")
    for number in range(1, 9):
        write_picture(
            root / f"deep/{number}.tif",
            paint(320, 60, *((10 + 30 * i, 20, 30 + 30 * i, 40) for i in range(number))),
        )
    return root


@pytest.fixture(scope="module")
def service(root):
    """With a day for senders: on a busy machine those of these tests are slow themselves."""
    with serving(
        root=root, upload_bytes=LIMIT, patience=DAY, pixels=50_000_000, queue=250
    ) as service:
        yield service


@pytest.fixture(scope="module")
def hasty(root):
    """Whoever does not send a request within a second is cut off."""
    with serving(root=root, upload_bytes=LIMIT, patience=HASTE) as service:
        yield service
        until(lambda: answers(service))


@pytest.fixture(autouse=True)
def in_haste(monkeypatch):
    monkeypatch.setattr(security, "LINGER", 0.3)


@pytest.fixture(autouse=True)
def alive_afterwards(service):
    yield
    with service.client() as client:
        assert client.get("/healthz").json()["status"] == "ok"
        told = client.post("/v1/ask", json={"path": "utm.tif", "question": "Find every ship."})
        assert told.status_code == 200 and len(told.json()["regions"]) == 3


def answers(service) -> bool:
    with contextlib.suppress(httpx.TransportError), service.client() as client:
        return client.get("/healthz").status_code == 200
    return False


def raw(service, data: bytes) -> bytes:
    """What comes back to bytes on a bare socket, until it is closed."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENT) as connection:
        with contextlib.suppress(ConnectionError):  # cut off before all of it was sent
            connection.sendall(data)
        return everything(connection)


def everything(connection) -> bytes:
    got = b""
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65536):
            got += part
    return got


def uploads(service) -> set[Path]:
    return set((service.library.folder / "uploads").iterdir())


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join(
        [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers, "", ""]
    ).encode()


SECRETS = (b"root:", b"secret", b"not a picture")


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/v1/scenes/../../../etc/passwd",
        "/v1/scenes/..%2f..%2f..%2fetc%2fpasswd",
        "/v1/scenes/%2e%2e%2f%2e%2e%2fsecret.tif",
        "/v1/scenes/%252e%252e%252fsecret.tif",
        "/v1/scenes/..%5c..%5csecret.tif",
        "/v1/scenes/%2fetc%2fpasswd/tiles/0/0/0",
        "/v1/scenes/..%2fsecret.tif/tiles/0/0/0",
        "/v1/jobs/..%2f..%2fuploads/answer.json",
        "/v1/jobs/{job}/..%2f..%2f..%2froot%2fnote.txt",
        "/v1/jobs/{job}/%2fetc%2fpasswd",
        "/v1/jobs/{job}/answer.json%00.png",
        "/v1/jobs/{job}/.answer.json",
        "//etc/passwd",
        "/docs/../../etc/passwd",
        "/static/../../../etc/passwd",
    ],
)
def test_no_address_leads_to_a_file(path, service, root):
    with service.client() as client:
        job = client.post(
            "/v1/ask", json={"path": "utm.tif", "question": "Find every ship."}
        ).headers["x-job"]
    reply = raw(service, get(path.replace("{job}", job)))
    assert reply.split()[1] in (b"400", b"404", b"422"), reply[:200]
    assert (
        not any(secret in reply.partition(b"\r\n\r\n")[2] for secret in SECRETS)
        or b"secret.tif" in path.encode()
    )
    assert str(root.parent).encode() not in reply


@pytest.mark.parametrize("where", ["/v1/ask", "/v1/search"])
@pytest.mark.parametrize(
    "path",
    [
        "../secret.tif",
        "/etc/passwd",
        "link.tif",
        "out/secret.tif",
        "%2e%2e/secret.tif",
        "..\\secret.tif",
        "utm.tif\0",
        "{root}/utm.tif",
    ],
)
def test_no_path_leads_out_of_the_root(where, path, service, root):
    given = {"path": path.replace("{root}", str(root))} | (
        {"question": "Find ships"} if where == "/v1/ask" else {}
    )
    with service.client() as client:
        reply = client.post(where, json=given)
    assert reply.status_code == 404 and reply.json()["error"]["type"] == "SceneNotFound"
    assert "{root}" in path or str(root) not in reply.text
    assert "exist" not in reply.text.replace("not among", "")


@pytest.mark.parametrize(
    ("name", "data", "status", "kind"),
    [
        ("bomb.png", png_header(100_000, 100_000), 413, "SceneTooLarge"),
        ("bomb.png", png_header(8_000, 8_000), 413, "SceneTooLarge"),
        ("text.tif", b"II*\0no tiff", 422, "SceneUnreadable"),
        ("x.vrt", b'<VRTDataset rasterXSize="9" rasterYSize="9"/>', 422, "SceneUnreadable"),
        ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', 422, "SceneUnreadable"),
        ("x.tif", b"\0" * 1000, 422, "SceneUnreadable"),
    ],
)
def test_uploads_that_are_no_pictures_are_refused_and_gone(name, data, status, kind, service):
    held, before = resident(), uploads(service)
    with service.client() as client:
        for reply in (
            client.post("/v1/scenes", files={"file": (name, data)}),
            client.post("/v1/scenes", params={"name": name}, content=data),
            client.post("/v1/ask", files={"file": (name, data)}, data={"question": "Find ships"}),
        ):
            assert reply.status_code == status and reply.json()["error"]["type"] == kind, reply.text
            assert name in reply.text and str(service.library.folder) not in reply.text
    assert uploads(service) == before and resident() - held < 100 * MB


@pytest.mark.filterwarnings("ignore:.*damaged parts")
def test_a_cut_tiff_is_answered_as_far_as_it_goes_or_refused(service, root):
    data = (root / "cut.tif").read_bytes()
    with service.client() as client:
        sent = client.post("/v1/scenes", files={"file": ("cut.tif", data)})
        assert sent.status_code == 201
        told = client.post(
            "/v1/ask", json={"scene": sent.json()["id"], "question": "What kind of place is this?"}
        )
        assert told.status_code in (200, 422) and str(service.library.folder) not in told.text
        torn = client.post("/v1/scenes", files={"file": ("torn.tif", data[: len(data) // 8])})
        assert torn.status_code in (201, 422) and str(service.library.folder) not in torn.text


def test_a_body_that_says_it_is_too_large_is_not_read(service):
    said = b"POST /v1/scenes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000000\r\n\r\n"
    reply = raw(
        service, said + b"x" * 1000
    )  # the rest never comes: to wait for it would end in 408
    assert reply.startswith(b"HTTP/1.1 413") and b"BodyTooLarge" in reply
    words = (
        b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type:"
        b" application/json\r\nContent-Length: 1100000\r\n\r\n"
    )
    assert raw(service, words).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "kind", ["image/tiff", "multipart/form-data; boundary=cut", "application/json", "text/plain"]
)
def test_a_body_without_end_is_cut_off_and_not_kept(kind, service):
    sent, held, most, before = [0], resident(), [0.0], uploads(service)
    kept = []

    def flood():
        if kind.startswith("multipart"):
            yield b'--cut\r\nContent-Disposition: form-data; name="file"; filename="x.tif"\r\n\r\n'
        for _ in range(1000):  # 1 GB
            yield b"\0" * MB
            sent[0] += MB
            most[0] = max(most[0], resident() - held)
            kept.append(
                sum(
                    path.stat().st_size
                    for path in service.library.folder.rglob("*")
                    if path.is_file()
                )
            )

    where = "/v1/scenes" if kind.startswith(("image", "multipart")) else "/v1/ask"
    with service.client() as client:
        try:
            reply = client.post(where, content=flood(), headers={"content-type": kind})
            assert reply.status_code == (415 if kind == "text/plain" else 413), reply.text
        except (httpx.WriteError, httpx.ReadError):  # cut off before it has looked for an answer
            pass
    assert sent[0] < 60 * MB and most[0] < 80 * MB and max(kept) - kept[0] <= LIMIT + MB
    assert uploads(service) == before


@pytest.mark.parametrize(
    "kind", ["image/tiff", "multipart/form-data; boundary=cut", "application/json"]
)
def test_one_who_sends_a_byte_now_and_then_is_cut_off(kind, hasty):
    sent, before = 0, uploads(hasty)
    where = "/v1/ask" if kind == "application/json" else "/v1/scenes"
    head = (
        f"POST {where} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length:"
        " 30000\r\n\r\n".encode()
    )
    while sent <= 3:  # a sender that was held up is cut off as one who sends nothing: again
        reply, sent = drip(hasty, head + (b"--cut\r\n" if "cut" in kind else b""))
        assert (reply.startswith(b"HTTP/1.1 408") and b"TooSlow" in reply) or (
            not reply and not sent
        ), reply
    until(lambda: uploads(hasty) == before)


def drip(service, head: bytes) -> tuple[bytes, int]:
    """Send the beginning of a request, and then a byte now and then.

    What comes back, and how many bytes were sent before it.
    """
    sent, reply, end = 0, b"", time.monotonic() + PATIENT
    with (
        socket.create_connection(("127.0.0.1", service.port), timeout=PATIENT) as connection,
        contextlib.suppress(ConnectionError),
    ):
        connection.sendall(head)
        connection.settimeout(0.05)
        while time.monotonic() < end:
            try:
                part = connection.recv(65536)
            except TimeoutError:
                connection.sendall(b"x: y\r\n"[sent % 6 :][:1])
                sent += not reply
                continue
            if not part:
                break
            reply += part
    assert time.monotonic() < end, "it is never cut off"
    return reply, sent


def test_many_uploads_at_once_wait_for_each_other_but_not_for_ever(root, monkeypatch):
    monkeypatch.setattr(request_bodies, "UPLOADS_AT_ONCE", 1)
    monkeypatch.setattr(request_bodies, "UPLOAD_WAIT", 0.3)
    data = (root / "utm.tif").read_bytes()
    with (
        serving(root=root, patience=DAY) as own,
        own.client() as client,
        socket.create_connection(("127.0.0.1", own.port)) as slow,
    ):
        folder = own.library.folder / "uploads"
        slow.sendall(
            b"POST /v1/scenes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3000000\r\n\r\n"
            + bytes(2 * MB)
        )
        until(lambda: list(folder.iterdir()))
        reply = client.post("/v1/scenes", files={"file": ("x.tif", data)})
        assert (
            reply.status_code == 503
            and reply.json()["error"]["type"] == "Busy"
            and int(reply.headers["retry-after"]) >= 1
        )
        slow.close()
        until(lambda: not list(folder.iterdir()))
        assert client.post("/v1/scenes", files={"file": ("x.tif", data)}).status_code == 201


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"GET /heal",
        b"GET /healthz HTTP/1.1\r\nHost: 127",
        get("/healthz")[:-2].replace(b"close", b"keep-alive"),
    ],
)
def test_one_who_only_stands_in_the_door_is_sent_away(words, hasty):
    assert raw(hasty, words) == b""  # closed, not run into the time of this end


def test_a_connection_that_is_used_stays_open(hasty):
    request = get("/healthz").replace(b"close", b"keep-alive")
    for _ in range(100):
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", hasty.port), timeout=PATIENT) as connection:
            if not said(connection, request):
                continue  # this end was held up, and came too late with its first words
            time.sleep(max(0.0, begin + 2 * HASTE - time.monotonic()))
            assert all(said(connection, request) for _ in range(3))
            return
    raise AssertionError("never in time")


def said(connection, request: bytes) -> bool:
    """Whether a request is answered on a connection that stays open."""
    with contextlib.suppress(ConnectionError):
        connection.sendall(request)
        got = b""
        while not got.endswith(b"}") and (part := connection.recv(65536)):
            got += part
        return got.startswith(b"HTTP/1.1 200")
    return False


@pytest.mark.parametrize(
    "words",
    [
        b"\x16\x03\x01\x02\0",
        b"nonsense\r\n\r\n",
        b"A" * 200_000,
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(words, service):
    assert raw(service, words)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 421", b"")


@pytest.fixture(scope="module")
def locked(root):
    with serving(root=root, api_key="geheim-ü") as locked:
        yield locked


KEY = "geheim-ü".encode()


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ({"X-API-Key": KEY}, True),
        ({"Authorization": b"Bearer " + KEY}, True),
        ({"Authorization": b"bearer " + KEY}, True),
        ({"Authorization": b"Basic " + base64.b64encode(b"anyone:" + KEY)}, True),
        ({}, False),
        ({"X-API-Key": b""}, False),
        ({"X-API-Key": b"geheim"}, False),
        ({"X-API-Key": KEY + b"x"}, False),
        ({"X-API-Key": b"\xff\xfe"}, False),
        ({"Authorization": b"Bearer wrong"}, False),
        ({"Authorization": b"Basic !!!"}, False),
        ({"Authorization": b"Basic " + base64.b64encode(KEY + b":wrong")}, False),
        ({"Cookie": b"geomag_key=" + KEY}, False),
        ({"Cookie": b"geomag_key="}, False),
    ],
)
def test_without_the_key_nobody_comes_in(headers, let_in, locked):
    with locked.client(headers=headers) as client:
        for where in ("/v1/scenes", "/metrics", "/docs", "/openapi.json", "/v1/jobs/x", "/"):
            reply = client.get(where)
            assert (reply.status_code != 401) == let_in
            if not let_in:
                assert reply.json()["error"]["type"] == "KeyNeeded" and "geheim" not in reply.text
                assert reply.headers["www-authenticate"].split()[0] == (
                    "Bearer" if where.startswith("/v1/") else "Basic"
                )
        assert client.get("/healthz").status_code == 200


def test_a_browser_that_has_shown_the_key_is_known_by_a_cookie(locked):
    with locked.client() as client:
        first = client.get(
            "/docs", headers={"Authorization": b"Basic " + base64.b64encode(b":" + KEY)}
        )
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "geheim" not in cookie
        assert client.get("/v1/scenes").status_code == 200
    assert client.cookies
    with locked.client(cookies={"geomag_key": "x" * 64}) as client:
        assert client.get("/v1/scenes").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": "[::1"}, 421),
        ({"Host": "localhost:1"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Origin": "http://127.0.0.1:8000"}, 403),  # another service of this machine
        ({"Origin": "http://127.0.0.1"}, 403),
        ({"Origin": "http://localhost:{port}"}, 403),
        ({"Origin": "file://127.0.0.1:{port}"}, 403),
        ({"Origin": "http://127.0.0.1:x"}, 403),
        ({"Host": "localhost:7", "Origin": "http://LOCALHOST:7"}, 200),
        ({"Host": "localhost", "Origin": "https://localhost"}, 200),
        ({"Host": "localhost:443", "Origin": "http://localhost"}, 403),
    ],
)
def test_other_web_sites_cannot_use_the_service_of_a_person(headers, status, service):
    headers = {name: value.replace("{port}", str(service.port)) for name, value in headers.items()}
    with service.client(headers=headers) as client:
        assert client.post("/v1/search", json={"words": "red"}).status_code == status
        assert client.get("/healthz").status_code == (421 if status == 421 else 200)


def test_a_web_socket_is_let_in_or_not_and_then_left_alone(root):
    with (
        serving(root=root, api_key="geheim", patience=HASTE) as hasty,
        serving(root=root, api_key="geheim", patience=DAY) as service,
    ):
        for one in (hasty, service):

            @one.app.websocket("/echo")
            async def echo(socket: WebSocket) -> None:
                await socket.accept()
                while True:
                    await socket.send_text(await socket.receive_text())

        with in_time(f"ws://127.0.0.1:{hasty.port}/echo", {"X-API-Key": "geheim"}) as open_one:
            time.sleep(2 * HASTE)  # longer than a request may take to come
            open_one.send("still there")
            assert open_one.recv(PATIENT) == "still there"
        address = f"ws://127.0.0.1:{service.port}/echo"
        own = {"X-API-Key": "geheim", "Origin": f"http://127.0.0.1:{service.port}"}
        with connect(address, additional_headers=own, open_timeout=PATIENT) as open_one:
            open_one.send("from the page")
            assert open_one.recv(PATIENT) == "from the page"
        foreign = (
            "http://evil.example",
            "http://127.0.0.1:9",
            f"http://localhost:{service.port}",
            "null",
        )
        for headers in (
            {},
            {"X-API-Key": "wrong"},
            *(own | {"Origin": origin} for origin in foreign),
        ):
            with (
                pytest.raises(InvalidStatus, match="403"),
                connect(address, additional_headers=headers, open_timeout=PATIENT),
            ):
                pass


def in_time(address, headers):
    """A web socket whose request came before the patience of the service was over.

    A machine that was held up tries again.
    """
    for _ in range(100):
        with contextlib.suppress(OSError, EOFError, InvalidMessage):
            return connect(address, additional_headers=headers, open_timeout=PATIENT)
    raise AssertionError("never in time")


def test_nothing_here_can_be_framed_or_shown_by_another_site(service):
    with service.client() as client:
        job = client.post(
            "/v1/ask", json={"path": "utm.tif", "question": "Find every ship."}
        ).headers["x-job"]
        for where in (
            "/healthz",
            "/docs",
            "/v1/scenes",
            "/v1/none",
            f"/v1/jobs/{job}/overlay.png",
            "/openapi.json",
            "/nowhere",
        ):
            told = client.get(where).headers
            assert told["x-frame-options"] == "DENY" and told["x-content-type-options"] == "nosniff"
            assert (
                told["cross-origin-resource-policy"] == "same-origin"
                and told["referrer-policy"] == "same-origin"
            )
            policy = told["content-security-policy"]
            assert (
                "default-src 'none'" in policy
                and "frame-ancestors 'none'" in policy
                and "script-src" not in policy
            )


def test_words_are_short(service):
    """Bodies of words are as long as the longest question can be written, and no longer."""
    longest = json.dumps(
        {"path": "utm.tif", "question": "Find every ship.".ljust(2000, "\N{SHIP}")}
    )
    keys = json.dumps({f"k{number}": 1 for number in range(110_000)})
    assert len(longest) > 10_000 and len(keys) > MB
    with service.client() as client:
        assert client.post(
            "/v1/ask", content=longest, headers={"Content-Type": "application/json"}
        ).status_code in (200, 422)
        for where in ("/v1/ask", "/v1/search"):
            assert (
                client.post(
                    where, content=keys, headers={"Content-Type": "application/json"}
                ).status_code
                == 413
            )
        some = client.post("/v1/ask", json={f"k{number}": 1 for number in range(2000)})
        assert (
            some.status_code == 422
            and some.json()["error"]["type"] == "OptionError"
            and len(some.text) < 2000
        )


def test_one_who_goes_away_takes_his_question_with_him(root):
    model = Held()
    with serving(model, root=root) as service:
        asked = json.dumps({"path": "utm.tif", "question": "Find every ship."}).encode()
        head = (
            "POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type:"
            f" application/json\r\nContent-Length: {len(asked)}\r\n\r\n".encode()
        )
        gone = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(3)]
        for connection in gone:
            connection.sendall(head + asked)
        until(lambda: len(service.jobs._jobs) == 3)
        assert model.begun.wait(
            PATIENT
        )  # one runs: left before that, it would be cancelled as the two that wait
        for connection in gone:
            connection.close()
        until(lambda: sum(job.state == "cancelled" for job in service.jobs._jobs.values()) == 2)
        model.go.set()
        until(lambda: all(job.finished for job in service.jobs._jobs.values()))


def test_those_who_stop_listening_are_forgotten(root):
    model = Held(looks=2, view_pixels=200_000, tile=400, overlap=32)
    with serving(model, root=root) as service, service.client() as client:
        wanted = {"path": "wide.tif", "question": "Find every ship.", "search": "exhaustive"}
        id = client.post("/v1/ask?wait=false", json=wanted).json()["id"]
        job = service.jobs.job(id)
        listeners = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(20)]
        for connection in listeners:
            connection.sendall(get(f"/v1/jobs/{id}/events"))
            connection.recv(100)
        until(lambda: len(job._watchers) >= 20)
        for connection in listeners:
            connection.close()
        until(lambda: not job._watchers)
        model.go.set()
        assert job.wait(PATIENT) and job.state == "done"


@dataclass
class Reply:
    status_code: int
    headers: dict[str, str]
    content: bytes

    def json(self):
        return json.loads(self.content)


async def one(service, way, where, given) -> Reply:
    """One request on a connection of its own.

    A client of the library would cost more time than the service does.
    """
    body = b"" if given is None else json.dumps(given).encode()
    head = (
        f"{way} {where} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length:"
        f" {len(body)}\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    writer.write(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
    lines, _, content = (await asyncio.wait_for(reader.read(), PATIENT)).partition(b"\r\n\r\n")
    writer.close()
    first, *rest = lines.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
    assert int(headers["content-length"]) == len(content)
    return Reply(int(first.split()[1]), headers, content)


def together(service, requests) -> tuple[list[Reply], float]:
    """Replies to (method, path, JSON) that are all sent at once, and the seconds that they took."""

    async def all_of_them():
        begin = time.perf_counter()
        return (
            await asyncio.gather(*(one(service, *request) for request in requests)),
            time.perf_counter() - begin,
        )

    return asyncio.run(all_of_them())


def asking(number, turn):
    return "POST", "/v1/ask", {"path": f"deep/{number}.tif", "question": f"Find every ship. {turn}"}


def test_two_hundred_at_once_get_each_their_own_answer(service):
    rng, held = np.random.default_rng(0), resident()
    numbers = [int(number) for number in rng.integers(1, 9, 200)]
    replies, seconds = together(
        service, [asking(number, turn) for turn, number in enumerate(numbers)]
    )
    assert {reply.status_code for reply in replies} == {200}
    for turn, (number, reply) in enumerate(zip(numbers, replies, strict=True)):
        told = reply.json()
        assert (
            told["question"] == f"Find every ship. {turn}"
            and told["scene"]["name"] == f"deep/{number}.tif"
            and len(told["regions"]) == number
        )
    assert len({reply.headers["x-job"] for reply in replies}) == 200
    print(
        f"200 questions at once: {seconds:.1f} s, {200 / seconds:.0f} answers/s,"
        f" {(resident() - held) / 1e6:.0f} MB more"
    )
    assert resident() - held < 200 * MB


def test_pictures_sent_at_once_are_not_mixed_up(service, root, monkeypatch):
    monkeypatch.setattr(request_bodies, "UPLOAD_WAIT", PATIENT)

    async def send(turn):
        number = turn % 8 + 1
        fields = {"question": f"Find every ship. {turn}"}
        async with httpx.AsyncClient(base_url=service.url, timeout=PATIENT) as client:
            file = {"file": (f"{turn}.tif", (root / f"deep/{number}.tif").read_bytes())}
            return await client.post("/v1/ask", files=file, data=fields)

    async def all_of_them():
        return await asyncio.gather(*(send(turn) for turn in range(40)))

    for turn, reply in enumerate(asyncio.run(all_of_them())):
        told = reply.json()
        assert (told["question"], told["scene"]["name"]) == (
            f"Find every ship. {turn}",
            f"{turn}.tif",
        )
        assert len(told["regions"]) == turn % 8 + 1


def test_a_short_queue_loses_nobody_who_comes_back(root):
    refused, model = [], Held()

    async def until_answered(service, turn):
        while (reply := await one(service, *asking(turn % 8 + 1, turn))).status_code == 503:
            refused.append(int(reply.headers["retry-after"]))
            model.go.set()
            await asyncio.sleep(0.05)
        return reply.json()

    async def all_of_them(service):
        return await asyncio.gather(*(until_answered(service, turn) for turn in range(60)))

    with serving(model, root=root, queue=4, patience=DAY) as service:
        told = asyncio.run(all_of_them(service))
    assert [len(one["regions"]) for one in told] == [turn % 8 + 1 for turn in range(60)]
    assert [one["question"][-2:].strip() for one in told] == [str(turn) for turn in range(60)]
    assert min(refused) >= 1


def test_a_thousand_requests_while_a_job_runs_are_all_answered(root):
    model = Held()
    with serving(model, root=root, patience=DAY) as service, service.client() as client:
        job = client.post(
            "/v1/ask?wait=false", json={"path": "utm.tif", "question": "Find every ship."}
        ).headers["location"]
        assert model.begun.wait(PATIENT)
        held = resident()
        replies, seconds = together(
            service,
            [("GET", "/healthz" if turn % 2 else "/v1/scenes", None) for turn in range(1000)],
        )
        assert {reply.status_code for reply in replies} == {200}
        print(
            f"1000 requests at once: {seconds:.1f} s, {1000 / seconds:.0f} /s,"
            f" {(resident() - held) / 1e6:.0f} MB more"
        )
        assert client.get(job).json()["state"] == "running"
        model.go.set()
        until(lambda: client.get(job).json()["state"] == "done")


def test_nothing_is_left_in_the_systems_folder(root, tmp_path, monkeypatch):
    monkeypatch.setattr(
        tempfile, "tempdir", str(tmp_path)
    )  # one of its own: other programs write to that of all
    with serving(root=root, upload_bytes=LIMIT) as own, own.client() as client:
        client.post("/v1/scenes", files={"file": ("x.tif", (root / "utm.tif").read_bytes())})
        client.post("/v1/scenes", files={"file": ("x.tif", b"\0" * (LIMIT + 1000))})
        client.post("/v1/ask", json={"path": "utm.tif", "question": "Segment every ship."})
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


SERVER = """
import sys, warnings
from pathlib import Path
import geomagnifier as gm
from geomagnifier.server.serve import listen, uvicorn
from geomagnifier.server.app import create_app
from geomagnifier.server.settings import Settings
limits = {"queue": 250, "upload_bytes": 20_000_000, "patience": 3600}
settings = Settings(root=Path(sys.argv[1]), port=0, **limits)
listener = listen(settings)
app = create_app(settings, gm.load_model("small"))
print(listener.getsockname()[1], flush=True)
uvicorn(app, settings).run(sockets=[listener])
"""


@pytest.fixture
def real(root):
    """The real small model in a process of its own.

    (service, its memory in bytes by "VmRSS" or "VmHWM").
    """
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(root)],
        stdout=subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    port = int(process.stdout.readline())

    def memory(line):
        status = Path(f"/proc/{process.pid}/status").read_text()
        return int(status.partition(f"{line}:")[2].split()[0]) * 1024

    class Real:
        url = f"http://127.0.0.1:{port}"

    Real.port = port
    assert httpx.get(f"{Real.url}/healthz", timeout=PATIENT).status_code == 200
    yield Real, memory
    process.terminate()
    assert process.wait(PATIENT) in (0, -15)
    process.stdout.close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory of another process is read from /proc")
def test_load_on_the_real_model(real, root):
    service, memory = real
    together(service, [asking(1, 0)])
    before = memory("VmRSS")
    numbers = [int(number) for number in np.random.default_rng(1).integers(1, 9, 200)]
    replies, seconds = together(
        service, [asking(number, turn) for turn, number in enumerate(numbers)]
    )
    assert {reply.status_code for reply in replies} == {200}
    told = [reply.json() for reply in replies]
    assert [(one["question"], one["scene"]["name"]) for one in told] == [
        (f"Find every ship. {turn}", f"deep/{number}.tif") for turn, number in enumerate(numbers)
    ]
    by_scene = {}
    for one in told:
        by_scene.setdefault(one["scene"]["name"], set()).add(len(one["regions"]))
    assert all(
        len(counts) == 1 for counts in by_scene.values()
    )  # the same picture, the same answer
    peak = memory("VmHWM")
    print(f"\n200 questions, small model: {seconds:.1f} s, {200 / seconds:.1f} answers/s")
    print(f"{before / 1e6:.0f} MB before, {peak / 1e6:.0f} MB at most")
    assert peak - before < 300 * MB
    beside = threading.Thread(
        target=together, args=(service, [asking(3, turn) for turn in range(20)])
    )
    beside.start()
    replies, seconds = together(
        service, [("GET", "/healthz" if turn % 2 else "/v1/scenes", None) for turn in range(1000)]
    )
    beside.join()
    assert {reply.status_code for reply in replies} == {200}
    print(
        f"1000 requests beside 20 questions: {seconds:.1f} s, {1000 / seconds:.0f} /s;"
        f" {memory('VmHWM') / 1e6:.0f} MB at most"
    )
    before, begin, sent = memory("VmRSS"), time.perf_counter(), [0]

    def flood():
        for _ in range(1000):
            yield b"\0" * MB
            sent[0] += 1

    with (
        httpx.Client(base_url=service.url, timeout=PATIENT) as client,
        contextlib.suppress(httpx.WriteError),
    ):
        assert client.post("/v1/scenes", content=flood()).status_code == 413
    print(
        f"1 GB body: cut off after {sent[0]} MB and {time.perf_counter() - begin:.1f} s;"
        f" {(memory('VmRSS') - before) / 1e6:.0f} MB more"
    )
    assert sent[0] < 100
    assert httpx.get(f"{service.url}/healthz", timeout=PATIENT).status_code == 200

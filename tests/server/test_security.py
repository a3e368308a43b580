"""Who is let in: by host, origin and key; what a page may load; how large a body may be."""

import pytest
from starlette.testclient import TestClient

from geomagnifier.server.security import BARE, FORM_OVERHEAD, PAGE, Guard, page_policy
from geomagnifier.server.settings import Settings


async def app(scope, receive, send):
    """Reads all of a request, and says nothing."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def client(**settings):
    return TestClient(Guard(app, Settings(**settings)), base_url="http://localhost")


@pytest.mark.parametrize(
    ("settings", "host", "origin", "status"),
    [
        ({"names": ("*",)}, "maps.example.org", "http://evil.example", 403),
        ({"names": ("*",)}, "maps.example.org", "https://maps.example.org", 200),
        (
            {"names": ("Maps.example.org", "127.0.0.1")},
            "127.0.0.1:8000",
            "https://maps.example.org",
            200,
        ),  # behind a proxy
        (
            {"names": ("maps.example.org", "127.0.0.1")},
            "127.0.0.1:8000",
            "https://maps.example.org:8443",
            403,
        ),
        ({"names": ("maps.example.org", "127.0.0.1")}, "evil.example", None, 421),
        ({"host": "0.0.0.0"}, "evil.example", None, 421),
        ({"host": "0.0.0.0"}, "evil.example", "http://evil.example", 421),
        ({"host": "0.0.0.0"}, "192.168.1.5:80", "http://192.168.1.5", 200),
        ({"host": "0.0.0.0"}, "192.168.1.5:80", "http://192.168.1.6", 403),
        ({"host": "0.0.0.0"}, "geomagnifier:8000", None, 200),
        ({"host": "0.0.0.0"}, "desk.local", None, 200),
        ({"host": "0.0.0.0"}, "", None, 421),
        (
            {"host": "0.0.0.0", "api_key": "geheim"},
            "maps.example.org",
            "https://maps.example.org",
            200,
        ),
        ({"host": "0.0.0.0", "api_key": "geheim"}, "maps.example.org", "https://evil.example", 403),
    ],
)
def test_whom_a_service_answers_to_by_its_settings(settings, host, origin, status):
    headers = {"Host": host, "X-API-Key": "geheim"} | ({"Origin": origin} if origin else {})
    assert (
        TestClient(Guard(app, Settings(**settings))).post("/v1/ask", headers=headers).status_code
        == status
    )


@pytest.mark.parametrize(
    ("cookie", "origin"),
    [
        ("geomag_base_map=https%3A%2F%2Ftiles.example.org", b"https://tiles.example.org"),
        ("a=1; geomag_base_map=https%3A%2F%2F*.example.org%3A8443", b"https://*.example.org:8443"),
        ("geomag_base_map=https%3A%2F%2Fa.org%20'unsafe-inline'", None),
        ("geomag_base_map=javascript%3Aalert(1)", None),
        ("geomag_base_map=https%3A%2F%2Fa.org%2Fpath", None),
        ("geomag_base_map=https%3A%2F%2Fa.org%3B%20script-src%20*", None),
        ("", None),
    ],
)
def test_one_origin_of_images_is_let_in_and_nothing_else(cookie, origin):
    policy = page_policy(cookie)
    if origin is None:
        assert policy == PAGE
    else:
        assert policy.replace(b" " + origin, b"") == PAGE
        assert b"img-src 'self' " + origin + b" data: blob:;" in policy


def test_the_page_may_load_what_no_other_response_may():
    page, other = (client().get(where).headers for where in ("/", "/v1/scenes"))
    assert page["content-security-policy"].encode() == PAGE
    assert other["content-security-policy"].encode() == BARE
    for headers in (page, other):
        assert headers["x-frame-options"] == "DENY" and headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-API-Key": "secret"}, 200),
        ({"X-API-Key": "secre"}, 401),
        ({"Authorization": "Bearer secret"}, 200),
        ({"Authorization": "Basic bmFtZTpzZWNyZXQ="}, 200),  # name:secret
        ({"Authorization": "Basic c2VjcmV0Om5hbWU="}, 401),  # secret:name
        ({"Cookie": "geomag_key=secret"}, 401),
    ],
)
def test_a_key_in_each_place_where_it_may_be(headers, status):
    visitor = client(api_key="secret")
    assert visitor.get("/v1/scenes", headers=headers).status_code == status
    assert visitor.get("/healthz").status_code == 200


def test_a_body_of_the_most_bytes_and_one_more():
    most = 1000 + FORM_OVERHEAD
    visitor = client(upload_bytes=1000)
    assert visitor.post("/v1/scenes", content=b"x" * most).status_code == 200
    refused = visitor.post("/v1/scenes", content=b"x" * (most + 1))
    assert refused.status_code == 413
    assert refused.json()["error"]["message"].endswith(f"at most {most} are taken here")

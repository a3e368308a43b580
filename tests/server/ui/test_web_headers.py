"""The page under its own rules.

Nothing from elsewhere, nobody frames it, and what there is not is told in JSON and not logged.
"""

import json
import urllib.error
import urllib.request

import pytest
from visiting import DESKTOP, PATIENT, Visit
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from geomagnifier.server.security import page_policy


def told(address, path, way="GET"):
    """Status, headers and body."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"{address}{path}", method=way), timeout=PATIENT
        ) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.mark.parametrize(
    ("way", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/nowhere", 404),
        ("PUT", "/v1/ask", 405),
        ("POST", "/healthz", 405),
        ("GET", "/web/nowhere", 404),
        ("GET", "/_nicegui/nowhere", 404),
        ("GET", "/index.php", 404),
    ],
)
def test_what_there_is_not_is_told_in_json(address, way, path, status):
    found, headers, body = told(address, path, way)
    assert found == status and headers["content-type"] == "application/json"
    error = json.loads(body)["error"]
    assert error["type"] in ("NotFound", "MethodNotAllowed") and error["message"]


def test_a_person_sees_a_page_where_there_is_nothing(browser, address):
    visit = Visit(browser, address, DESKTOP)
    try:
        reply = visit.page.goto(f"{address}/nowhere")
        assert reply.status == 404
        visit.page.get_by_role("heading", name="There is no such page").wait_for()
        visit.page.get_by_role("link", name="Go to the map").click()
        visit.page.locator(".welcome .choice").first.wait_for()
    finally:
        visit.context.close()


@pytest.mark.parametrize(
    ("cookie", "sources"),
    [
        ("geomag_base_map=https%3A%2F%2F*.tiles.example.org", "https://*.tiles.example.org"),
        ("geomag_base_map=http%3A%2F%2Flocalhost%3A8080", "http://localhost:8080"),
        ("geomag_base_map=*", None),
        ("geomag_base_map=https%3A%2F%2Fa.org%3B%20script-src%20*", None),
        ("geomag_base_map=data%3A", None),
    ],
)
def test_a_base_map_that_the_browser_names_may_be_loaded_and_nothing_else(cookie, sources):
    plain, found = page_policy(""), page_policy(cookie)
    added = f"img-src 'self' {sources}".encode() if sources else b"img-src 'self'"
    assert found == plain.replace(b"img-src 'self'", added)


def test_the_page_loads_what_is_here_and_is_framed_by_nobody(address):
    _, headers, _ = told(address, "/")
    policy = dict(
        part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";")
    )
    assert (
        policy["default-src"] == "'none'"
        and policy["connect-src"] == "'self'"
        and policy["frame-ancestors"] == "'none'"
    )
    assert not any("http" in sources or "*" in sources for sources in policy.values())
    assert headers["x-frame-options"] == "DENY"


def test_a_browser_refuses_what_the_page_may_not_do(browser, address):
    visit = Visit(browser, address, DESKTOP)
    visit.open("plain.png")
    sent = visit.page.evaluate("""async () => {
        const refused = [];
        const hear = (event) => refused.push(event.effectiveDirective);
        document.addEventListener("securitypolicyviolation", hear);
        const image = new Image();
        image.src = "http://127.0.0.1:9/leak.png";
        await fetch("http://127.0.0.1:9/leak").catch(() => 0);
        const frame = document.createElement("iframe");
        frame.src = "http://127.0.0.1:9/frame";
        document.body.append(frame);
        while (new Set(refused).size < 3) await new Promise((resolve) => setTimeout(resolve, 20));
        frame.remove();
        return refused;
    }""")
    visit.context.close()
    assert {"img-src", "connect-src"} <= set(sent) and any(
        one.startswith(("frame", "child", "default")) for one in sent
    )


def test_another_site_cannot_frame_the_page(browser, address):
    page = browser.new_page()
    try:
        page.set_content(f'<iframe src="{address}/"></iframe>', timeout=1000 * PATIENT)
        while not page.frames[1].url.startswith("chrome-error"):
            assert page.frames[1].locator(".frame").count() == 0
            page.wait_for_timeout(20)
    finally:
        page.close()


def test_the_socket_of_the_page_is_for_the_page(address):
    place = f"{address.replace('http', 'ws')}/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    with connect(place, origin=address, open_timeout=PATIENT) as own:
        assert own.recv(PATIENT).startswith("0{")
    for origin in (
        "http://127.0.0.1:9",
        "http://evil.example",
        address.replace("127.0.0.1", "localhost"),
    ):
        with (
            pytest.raises(InvalidStatus, match="403"),
            connect(place, origin=origin, open_timeout=PATIENT),
        ):
            pass

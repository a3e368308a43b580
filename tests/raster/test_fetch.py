"""Small texts come over http(s) where that is allowed, and nothing else does."""

import pytest

from geomagnifier.errors import SceneUnreadable
from geomagnifier.raster import fetch
from web_files import serving


@pytest.fixture
def web(tmp_path):
    with serving(tmp_path / "web", tmp_path / "log") as found:
        yield found


def test_a_text_is_fetched_with_leave_alone(web, monkeypatch):
    (web.folder / "a.json").write_text("{}")
    monkeypatch.delenv("GEOMAG_ALLOW", raising=False)
    with pytest.raises(SceneUnreadable, match="set GEOMAG_ALLOW=network"):
        fetch.fetch(f"{web.address}/a.json")
    assert web.asked() == []
    monkeypatch.setenv("GEOMAG_ALLOW", "network")
    assert fetch.fetch(f"{web.address}/a.json") == b"{}"
    (web.folder / "a.json.status").write_text("503")
    with pytest.raises(SceneUnreadable, match=r"/a.json was answered with HTTP status 503"):
        fetch.fetch(f"{web.address}/a.json")
    monkeypatch.setattr(fetch, "MOST", 1)
    (web.folder / "a.json.status").unlink()
    with pytest.raises(SceneUnreadable, match="ask the server for less"):
        fetch.fetch(f"{web.address}/a.json")


def test_what_is_no_http_is_not_fetched(monkeypatch, tmp_path):
    monkeypatch.setenv("GEOMAG_ALLOW", "network")
    (tmp_path / "a.json").write_text("{}")
    for address in ((tmp_path / "a.json").as_uri(), "http://127.0.0.1:9/", "ftp://127.0.0.1/a"):
        with pytest.raises(SceneUnreadable, match="cannot be fetched"):
            fetch.fetch(address)

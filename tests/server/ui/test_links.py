"""Links: by the id of a job, also after the service was started anew."""

from dataclasses import replace

import pytest

pytest.importorskip("nicegui")

from geomagnifier.server.ui import links as module
from geomagnifier.server.ui.ask_options import AskOptions
from geomagnifier.server.ui.history import Entry
from geomagnifier.server.ui.links import Links

ENTRY = Entry(
    "job-00001",
    "scene",
    "a.tif",
    "Find every 船.",
    AskOptions(search="paper", budget="4 Mpx"),
    (1.0, 2.0, 3.5, 4.0),
    1e9,
    ((0.0, 0.0), (5.0, 0.0), (5.0, 5.0)),
)


def test_a_link_outlives_the_service_where_it_has_a_folder(tmp_path):
    folder = tmp_path / "links"
    Links(folder).put(ENTRY)
    assert Links(folder).find("job-00001") == ENTRY
    own = Links(None)
    own.put(ENTRY)
    assert own.find("job-00001") == ENTRY and Links(None).find("job-00001") is None


def test_what_is_no_link_leads_nowhere(tmp_path):
    folder = tmp_path / "links"
    links = Links(folder)
    links.put(ENTRY)
    (folder / "job-00002.json").write_text("{")
    (tmp_path / "secret.json").write_text((folder / "job-00001.json").read_text())
    again = Links(folder)
    for id in ("job-00002", "job-00003", "../secret", "", "short"):
        assert again.find(id) is None


def test_the_oldest_links_go(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    links = Links(tmp_path)
    for number in (1, 2, 1, 3):
        links.put(replace(ENTRY, job=f"job-0000{number}"))
    assert [links.find(f"job-0000{n}") is not None for n in (1, 2, 3)] == [True, False, True]
    assert {path.name for path in tmp_path.iterdir()} == {"job-00001.json", "job-00003.json"}

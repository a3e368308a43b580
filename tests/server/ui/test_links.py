"""What a link stands for, in memory and in a folder that outlives the service."""

import pytest

from geomagnifier.server.ui import links
from geomagnifier.server.ui.ask_options import AskOptions
from geomagnifier.server.ui.history import Entry
from geomagnifier.server.ui.links import Links

pytest.importorskip("nicegui")


def entry(job, **fields):
    options = AskOptions(budget="20 s")
    given = {"box": (0.0, 0.0, 9.5, 9.0), "when": 1.0} | fields
    return Entry(job, "scene-0001", "a.tif", "有多少船？", options, **given)


@pytest.mark.parametrize("kept", [False, True])
def test_a_link_is_found_again(tmp_path, kept):
    made = Links(tmp_path / "links" if kept else None)
    ring = ((0.0, 0.0), (5.5, 0.0), (5.0, 5.0))
    first, second = entry("job-00000001"), entry("job-00000002", box=None, polygon=ring)
    made.put(first)
    made.put(second)
    assert made.find(first.job) == first and made.find(second.job) == second
    assert made.find("job-00000003") is None
    again = Links(tmp_path / "links" if kept else None)  # the service is started anew
    assert again.find(second.job) == (second if kept else None)


def test_the_oldest_links_go_first_with_their_files(tmp_path, monkeypatch):
    monkeypatch.setattr(links, "MOST", 2)
    made = Links(tmp_path)
    for number in range(3):
        made.put(entry(f"job-0000000{number}"))
    assert made.find("job-00000000") is None
    assert sorted(path.stem for path in tmp_path.glob("*.json")) == ["job-00000001", "job-00000002"]


def test_a_damaged_file_is_no_link(tmp_path):
    (tmp_path / "job-00000001.json").write_text("{", encoding="utf-8")
    assert Links(tmp_path).find("job-00000001") is None


def test_what_is_no_link_leads_nowhere(tmp_path):
    folder = tmp_path / "links"
    links = Links(folder)
    links.put(entry("job-00001"))
    (folder / "job-00002.json").write_text("{")
    (tmp_path / "secret.json").write_text((folder / "job-00001.json").read_text())
    again = Links(folder)
    for id in ("job-00002", "job-00003", "../secret", "", "short"):
        assert again.find(id) is None

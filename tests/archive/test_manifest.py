"""The manifest of an archive: states of its scenes, over restarts."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomagnifier.archive.manifest import Entry, Manifest
from geomagnifier.errors import OptionError

KEY = {"question": "Find every ship."}


def entry(name: str, modified: float = 1.0) -> Entry:
    return Entry(name, f"/data/{name}", 10, modified)


def test_scenes_wait_until_they_are_answered_and_again_when_they_change(tmp_path: Path) -> None:
    path = tmp_path / "out" / "manifest.sqlite"
    first = Manifest(path, KEY)
    assert first.add([entry("b"), entry("a"), entry("c")]) == []
    assert [one.name for one in first.waiting()] == ["a", "b", "c"]
    first.finish("a", {"text": "Two ships."})
    first.fail("b", "it is damaged")
    assert first.unpacked(5) == ["a"] and first.next_part() == 0
    first.packed(["a"], 0)
    assert first.unpacked(5) == [] and first.next_part() == 1
    first.close()
    again = Manifest(path, KEY)
    assert again.counts() == {"waiting": 1, "done": 1, "failed": 1}
    assert again.failures(9) == [("b", "it is damaged")]
    (changed,) = again.add([entry("a", 2.0), entry("b"), entry("c")])
    assert (changed.name, changed.part) == ("a", 0)
    again.again()
    assert again.counts() == {"waiting": 3, "done": 0, "failed": 0}
    assert [row["scene"] for row in again.rows()] == ["a", "b", "c"]
    again.close()


def test_another_question_and_another_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.sqlite"
    Manifest(path, KEY).close()
    with pytest.raises(OptionError, match=r"another question \(question: 'Find every ship\.'"):
        Manifest(path, {"question": "Where are the boats?"})
    path.write_text("no database, whatever its name says" * 9)
    with pytest.raises(OptionError, match="not a manifest of geomag map"):
        Manifest(path, KEY)

"""A conversation is saved beside its scene, and read as far as it is whole."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from fake import FakeModel, paint
from geomagnifier.conversation import Conversation, transcript
from geomagnifier.errors import GeomagWarning, OutputError
from geomagnifier.raster.scene import open_scene

HARBOUR = paint(320, 200, (40, 20, 80, 60), (120, 100, 136, 140))


def test_a_saved_conversation_goes_on_and_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "harbour.png.chat.jsonl"
    with open_scene(HARBOUR) as scene:
        chat = Conversation(scene, FakeModel())
        chat.ask("find ships")
        transcript.save(path, chat.turns)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            (turn,) = transcript.load(path, scene)
        assert [r.box for r in turn.answer.regions] == [r.box for r in chat.turns[0].answer.regions]
        assert Conversation(scene, FakeModel(), turn).ask("segment those").mask is not None
        path.write_text(path.read_text() + '{"version": 1, "scene"\n')
        with pytest.warns(GeomagWarning, match="1 lines"):
            assert len(transcript.load(path, scene)) == 1


ODD: list[Any] = [
    None,
    3,
    -1,
    1e300,
    float("nan"),
    float("inf"),
    "x",
    "\ud800",
    "",
    [],
    {},
    [None],
    {"size": [1, 1], "counts": "0"},
    [0, 0, 1e300, 1e300],
]


def changed(row: Any, odd: Any) -> list[Any]:
    """The row with each of its values, however deep, changed for another."""
    if isinstance(row, dict):
        return [row | {key: new} for key in row for new in (odd, *changed(row[key], odd))]
    if isinstance(row, list):
        return [
            [*row[:i], new, *row[i + 1 :]]
            for i in range(len(row))
            for new in (odd, *changed(row[i], odd))
        ]
    return []


def test_a_conversation_that_somebody_else_wrote_is_whole_or_left_out(tmp_path: Path) -> None:
    path = tmp_path / "harbour.png.chat.jsonl"
    with open_scene(HARBOUR) as scene, warnings.catch_warnings():
        warnings.simplefilter("ignore", GeomagWarning)
        chat = Conversation(scene, FakeModel())
        chat.ask("segment ships")
        transcript.save(path, chat.turns)
        row = json.loads(path.read_text())
        rows = [json.dumps(made) for odd in ODD for made in changed(row, odd)]
        lines = [
            *rows,
            *(text[: len(text) // 2] for text in rows[:3]),
            "[" * 100_000,
            "null",
            "3",
            "9" * 5000,
            '"x"',
        ]
        path.write_text("\n".join(lines))
        turns = transcript.load(path, scene)
        assert 0 < len(turns) < len(lines) / 2
        for turn in turns:
            for region in (*turn.answer.regions, *turn.pool):
                x0, y0, x1, y1 = region.box
                assert (
                    0 <= x0 < x1 <= 320
                    and 0 <= y0 < y1 <= 200
                    and region.polygon is not None
                    and 0 <= region.score <= 1
                )
        transcript.save(path, turns)
        assert len(transcript.load(path, scene)) == len(turns)


def test_the_file_lies_beside_the_picture_where_only_the_user_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    own, shared = tmp_path / "own", tmp_path / "shared"
    own.mkdir(mode=0o755)
    shared.mkdir()
    shared.chmod(0o777)
    assert transcript.place_of(own / "a.tif") == own / "a.tif.chat.jsonl"
    chats = tmp_path / "data" / "geomagnifier" / "chats"
    far = [
        transcript.place_of(image)
        for image in (shared / "a.tif", "https://x.org/a.tif", "https://y.org/a.tif", "/vsizip/a")
    ]
    assert {path.parent for path in far} == {chats} and len({*far}) == 4
    assert all(path.name.endswith(".chat.jsonl") for path in far)
    (shared / "a.tif.chat.jsonl").touch()  # one of his own is there already
    assert transcript.place_of(shared / "a.tif") == shared / "a.tif.chat.jsonl"


def test_a_conversation_is_forgotten_once_and_again(tmp_path: Path) -> None:
    path = tmp_path / "a.chat.jsonl"
    path.touch()
    transcript.forget(path)
    assert not path.exists()
    transcript.forget(path)
    with pytest.raises(OutputError):
        transcript.forget(tmp_path)


def test_a_conversation_about_another_picture_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.chat.jsonl"
    with open_scene(HARBOUR) as scene:
        assert transcript.load(path, scene) == []
        chat = Conversation(scene, FakeModel())
        chat.ask("find ships")
        transcript.save(path, chat.turns)
    with (
        open_scene(paint(200, 320)) as other,
        pytest.warns(GeomagWarning, match="belong to another image"),
    ):
        assert transcript.load(path, other) == []

"""Caches of open files and of tiles: what stays, what goes, and what is opened anew."""

import os

import pytest

from geomagnifier.errors import SceneNotFound
from geomagnifier.server.lru_cache import OpenFiles, TileCache


def test_the_least_recently_used_files_are_closed_once_nobody_uses_them(tmp_path):
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_text(path.name)
    files = OpenFiles(lambda path: path.open(), most=1)
    with files.use(paths[0]) as first:
        assert not first.closed
    with files.use(paths[1]) as second, files.use(paths[1]) as again:
        assert again is second
    assert first.closed and not second.closed
    with files.use(paths[1]) as second, files.use(paths[2]) as third:
        assert not second.closed and not third.closed
    assert third.closed, "the other one was in use"
    files.close()
    assert second.closed


def test_a_changed_file_is_opened_anew_and_a_missing_one_is_an_error(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    files = OpenFiles(lambda path: path.open(), most=4)
    with files.use(path) as file:
        assert file.read() == "old"
    path.write_text("newer")
    os.utime(path, ns=(1, 1))
    with files.use(path) as file:
        assert file.read() == "newer"
    files.close(path=path)
    path.unlink()
    with pytest.raises(SceneNotFound, match="no longer there"), files.use(path):
        pass


def test_tiles_take_no_more_bytes_than_allowed():
    tiles = TileCache(most=10)
    tiles.put("a", b"12345")
    tiles.put("b", b"12345")
    assert tiles.get("a") == b"12345"
    tiles.put("c", b"1234")  # "b" was used the longest ago
    assert [tiles.get(key) for key in "abc"] == [b"12345", None, b"1234"]
    tiles.put("a", b"1")
    tiles.put("d", b"12345")
    assert [tiles.get(key) for key in "acd"] == [b"1", b"1234", b"12345"]

"""Text files in the encodings that tools write, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomagnifier.errors import DataCorrupt
from geomagnifier.text_files import read_json, read_text

TEXT = "船 and ø\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_the_text_comes_without_its_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read_text(path, 100) == TEXT


@pytest.mark.parametrize("mark", ["be", "le"])
def test_both_orders_of_bytes(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "a.txt"
    for width in (16, 32):
        path.write_bytes(f"\ufeff{TEXT}".encode(f"utf-{width}-{mark}"))
        assert read_text(path, 100) == TEXT


def test_a_file_of_the_most_bytes_is_read_and_one_more_is_too_many(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"12345")
    assert read_text(path, 5) == "12345"
    with pytest.raises(DataCorrupt, match="more than the 4 bytes"):
        read_text(path, 4)


def test_what_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"ab\xff")
    with pytest.raises(DataCorrupt, match=r"not text in UTF-8 \(byte 2\)"):
        read_text(path, 100)
    with pytest.raises(DataCorrupt, match="no ordinary file"):
        read_text(tmp_path, 100)


def test_json_and_what_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes('\ufeff{"a": [1, "船"]}'.encode("utf-16-le"))
    assert read_json(path) == {"a": [1, "船"]}
    for text in ("{", "[" * 100_000):
        path.write_text(text)
        with pytest.raises(DataCorrupt, match="is not JSON"):
            read_json(path)

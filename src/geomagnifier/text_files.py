"""Text files of others.

UTF-8, with a byte order mark or without, and the UTF-16 and UTF-32 that Windows tools write; of
bounded size.
"""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

from geomagnifier.errors import DataCorrupt

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
JSON_BYTES = 1_000_000_000
"""Of the largest JSON that is read; it takes some ten times as much memory."""


def read_text(path: Path, most: int) -> str:
    """The text of an ordinary file, without its byte order mark.

    Args:
        path: of the file.
        most: bytes it may have.

    Raises:
        DataCorrupt: it is no ordinary file, too large, cannot be opened, or is no text.
    """
    try:
        if not path.is_file():  # a pipe would be waited for without an end
            raise DataCorrupt(f"{path} is no ordinary file; give one")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise DataCorrupt(f"{path} cannot be opened: {error.strerror or error}") from error
    if len(data) > most:
        raise DataCorrupt(
            f"{path} has more than the {most:,} bytes that are read of such a file; cut it into"
            " parts"
        )
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataCorrupt(
            f"{path} is not text in {encoding.upper()} (byte {error.start}); save it as UTF-8"
        ) from error


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises:
        DataCorrupt: it is no JSON, nested too deeply, or cannot be opened.
    """
    try:
        return json.loads(read_text(path, JSON_BYTES))
    except (ValueError, RecursionError) as error:
        raise DataCorrupt(f"{path} is not JSON ({error}); write it again") from error

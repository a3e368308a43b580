"""geomag.json of anybody: refused in one line where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import geomagnifier as gm
from geomagnifier.errors import ModelError, printable


def refused(folder: Path, hub: Path) -> str:
    with pytest.raises(ModelError) as caught:
        gm.load_model(folder, segmenter=str(hub / "sam2"))
    told = str(caught.value)
    assert len(told) <= 1000 and told == printable(told)
    return told


@pytest.mark.parametrize(
    "content",
    [
        "",
        "3",
        "[]",
        "null",
        "{}",
        '{"version": 3',
        "[" * 100_000,
        '{"kinds": 3}',
        '{"sizes": {"ship": [1]}}',
        "\0" * 100,
    ],
)
def test_a_card_that_cannot_be(hub: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "geomag.json").write_text(content)
    assert "geomag.json" in refused(tmp_path, hub) or content == "{}"

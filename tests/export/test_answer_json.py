"""answer.json: its members are those promised, and its numbers are plain ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomagnifier import masks
from geomagnifier.export.answer_json import to_json, write_json
from geomagnifier.export.write import write
from geomagnifier.results import Answer, Region
from made_rasters import make


def test_answer_json_has_the_promised_members(tmp_path: Path) -> None:
    written = json.loads(write(make(), tmp_path)["answer"].read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(to_json(make())))
    assert written["text"] == "Two ships."
    assert written["granularity"] == "pixel"
    assert set(written["granularity_probabilities"]) == {"image", "region", "pixel"}
    assert written["labels"] == []
    assert written["crs"] == "EPSG:32633"
    assert set(written["cost"]) == {"scene_pixels", "pixels_processed", "flops", "seconds", "model"}
    assert set(written["regions"][0]) == {"label", "score", "box", "segmentation", "phrase"}
    assert written["regions"][0]["box"] == [16, 24, 56, 44]
    assert masks.decode(written["regions"][0]["segmentation"]).sum() == 800 - 16
    assert written["regions"][1]["segmentation"] is None
    assert to_json(make("image"))["labels"] == [["harbour", 0.8], ["beach", 0.2]]
    assert to_json(make(crs=None, place=None))["crs"] is None


def test_numpy_numbers_become_plain_ones() -> None:
    region = Region("ship", np.float32(0.5), tuple(np.array([1, 2, 3, 4], np.float32)))  # type: ignore[arg-type]
    answer = make("region")
    assert '"score": 0.5' in json.dumps(to_json(replace(answer, regions=(region,))))


def many(count: int, **about: Any) -> Answer:
    """An answer with `count` regions, every other one with a mask."""
    answer = make("pixel", size=(1000, 800), **about)
    y, x = np.mgrid[:12, :16]
    mask = ((x - 8) / 7) ** 2 + ((y - 6) / 5) ** 2 < 1
    corners = [(i * 37 % 980, i * 53 % 780) for i in range(count)]
    regions = tuple(
        Region(
            "ship",
            i / count,
            (x, y, x + 16, y + 12),
            masks.place(mask, (x, y), (800, 1000)) if i % 2 else None,
            f"number {i}",
        )
        for i, (x, y) in enumerate(corners)
    )
    return replace(answer, regions=regions)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_answer_json_is_the_document(tmp_path: Path, count: int) -> None:
    answer = replace(many(count), question='with "regions": [] in it', text="a\nb")
    write_json(tmp_path / "a.json", answer)
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(to_json(answer)))
    assert list(json.loads(text)) == list(to_json(answer)) and text.endswith("}\n")

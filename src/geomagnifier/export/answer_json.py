"""Convert an answer to one JSON document: answer.json, which the command also prints."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from geomagnifier.geometry import Box
from geomagnifier.results import Answer, Region

REGIONS = '"regions": []'
"""Where the regions go. Quotes inside JSON strings are escaped, so no string can contain this."""


def to_json(answer: Answer) -> dict[str, Any]:
    """Convert an answer to plain values for JSON.

    Boxes are in scene px, and a segmentation is COCO RLE at scene size.
    """
    scene, trace = answer.scene, answer.trace
    return {
        "question": answer.question,
        "text": answer.text,
        "value": value(answer),
        "unit": answer.unit,
        "understood": answer.understood,
        "complete": answer.complete,
        "granularity": str(answer.granularity),
        "granularity_probabilities": {
            str(name): _number(p) for name, p in answer.granularity_probabilities.items()
        },
        "labels": [[name, _number(p)] for name, p in answer.labels],
        "regions": [_region(region) for region in answer.regions],
        "crs": scene.crs,
        "transform": list(scene.transform) if scene.transform else None,
        "scene": {
            "name": scene.name,
            "width": scene.width,
            "height": scene.height,
            "gsd": scene.gsd,
        },
        "cost": {
            "scene_pixels": int(trace.scene_pixels),
            "pixels_processed": int(trace.pixels_processed),
            "flops": float(trace.flops),
            "seconds": {stage: _number(value) for stage, value in trace.seconds.items()},
            "model": trace.model,
        },
        "looked_at": [
            {"box": _box(view.box), "size": [int(view.width), int(view.height)], "role": view.role}
            for view in trace.views
        ],
        "crops": [_box(crop) for crop in trace.crops],
        "skipped": [
            {"box": _box(box), "relevance": _number(relevance)} for box, relevance in trace.skipped
        ],
        "closed": [
            {"box": _box(box), "relevance": _number(relevance)} for box, relevance in trace.closed
        ],
        "broken": [_box(box) for box in trace.broken],
    }


def value(answer: Answer) -> bool | float | str | None:
    """Return the answer's value as it is written: a number with six significant digits."""
    return float(f"{answer.value:.6g}") if isinstance(answer.value, float) else answer.value


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what `to_json` returns.

    The number at the end of its `$id` grows when a member goes or changes.
    """
    loaded: dict[str, Any] = json.loads(
        Path(__file__).with_name("answer.schema.json").read_text(encoding="utf-8")
    )
    return loaded


def write_json(path: Path, answer: Answer) -> None:
    """Write `to_json` of an answer, one region at a time and one a line.

    There may be a hundred thousand of them, with their masks.

    Args:
        path: of the file.
        answer: from `ask`.
    """
    document = json.dumps(to_json(replace(answer, regions=())), ensure_ascii=False, indent=2)
    before, after = document.split(REGIONS)
    with path.open("w", encoding="utf-8") as file:
        file.write(before + REGIONS[:-1])
        for number, region in enumerate(answer.regions):
            file.write(
                f"{',' if number else ''}\n    {json.dumps(_region(region), ensure_ascii=False)}"
            )
        file.write("\n  ]" if answer.regions else "]")
        file.write(after + "\n")


def _region(region: Region) -> dict[str, Any]:
    return {
        "label": region.label,
        "score": _number(region.score),
        "box": [_number(value, 3) for value in region.box],
        "segmentation": region.segmentation,
        "phrase": region.phrase,
    }


def _number(value: float, digits: int = 6) -> float:
    return round(float(value), digits)


def _box(box: Box) -> list[float]:
    return [_number(value, 3) for value in box.tuple()]

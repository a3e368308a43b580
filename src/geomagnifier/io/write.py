"""Write an answer to a folder: answer.json, regions, mask, overlay and heat map. All of them, or none.

`to_json` is the object that answer.json holds and the command prints.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box
from geomagnifier.io import heat, mask_file, overlay, shapes
from geomagnifier.io.picture import write_picture as write_picture
from geomagnifier.io.staging import Staging
from geomagnifier.values import Answer, Bytes

VECTORS = {"geojson": shapes.write_geojson, "gpkg": shapes.write_gpkg}


def write(answer: Answer, out: str | os.PathLike[str], *, vector: str = "geojson") -> dict[str, Path]:
    """Write answer.json, regions.geojson (or .gpkg), overlay.png; also mask.tif of a segmentation, heat.png of a search led by heat.

    Files of the same names are replaced. Every file appears whole or not at all.

    Args:
        answer: from `ask`.
        out: a folder, made where needed.
        vector: "geojson" (longitude and latitude) or "gpkg" (the scene's CRS).

    Returns:
        Paths by "answer", "regions", "overlay" and, where there is one, "mask" and "heat".

    Raises:
        OptionError: an unknown vector format.
        OutputError: the folder is a file or not writable, or the disk is full.
    """
    if vector not in VECTORS:
        raise OptionError(f"the vector format {vector!r} is not known; use {' or '.join(VECTORS)}")
    folder = Path(out)
    names = {"answer": "answer.json", "regions": f"regions.{vector}", "overlay": "overlay.png"}
    with Staging(folder) as stage:
        stage.path(names["answer"]).write_text(json.dumps(to_json(answer), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        VECTORS[vector](stage.path(names["regions"]), answer)
        if answer.patches is not None:
            names["mask"] = "mask.tif"
            mask_file.write_mask(stage.path(names["mask"]), stage.scratch("mask.tif"), answer)
        _save(stage.path(names["overlay"]), overlay.draw(answer))
        if answer.trace.heat is not None:
            names["heat"] = "heat.png"
            _save(stage.path(names["heat"]), heat.draw(answer))
    return {key: folder / name for key, name in names.items()}


def to_json(answer: Answer) -> dict[str, Any]:
    """The answer as plain values for JSON. Boxes: scene px. segmentation: COCO RLE at scene size."""
    scene, trace = answer.scene, answer.trace
    return {
        "question": answer.question,
        "text": answer.text,
        "granularity": str(answer.granularity),
        "granularity_probabilities": {str(name): _number(p) for name, p in answer.granularity_probabilities.items()},
        "labels": [[name, _number(p)] for name, p in answer.labels],
        "regions": [
            {
                "label": region.label,
                "score": _number(region.score),
                "box": [_number(value, 3) for value in region.box],
                "segmentation": region.segmentation,
                "phrase": region.phrase,
            }
            for region in answer.regions
        ],
        "crs": scene.crs,
        "transform": list(scene.transform) if scene.transform else None,
        "scene": {"name": scene.name, "width": scene.width, "height": scene.height, "gsd": scene.gsd},
        "cost": {
            "scene_pixels": int(trace.scene_pixels),
            "pixels_processed": int(trace.pixels_processed),
            "flops": float(trace.flops),
            "seconds": {stage: _number(value) for stage, value in trace.seconds.items()},
        },
        "looked_at": [{"box": _box(view.box), "size": [int(view.width), int(view.height)], "role": view.role} for view in trace.views],
        "crops": [_box(crop) for crop in trace.crops],
        "skipped": [{"box": _box(box), "relevance": _number(relevance)} for box, relevance in trace.skipped],
    }


def _number(value: float, digits: int = 6) -> float:
    return round(float(value), digits)


def _box(box: Box) -> list[float]:
    return [_number(value, 3) for value in box.tuple()]


def _save(path: Path, pixels: Bytes) -> None:
    from PIL import Image

    Image.fromarray(pixels).save(path, optimize=False, compress_level=6)

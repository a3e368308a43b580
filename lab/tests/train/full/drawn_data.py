"""Data sets in their own layout, drawn by ourselves, and tiny models of the real classes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

import tiny
from geomagnifier_lab.datasets.dubai import COLOURS
from geomagnifier_lab.render.scene import KINDS, draw_scene

SIDE = 64
"""Of the segmenter's pictures, px."""


def write_models(folder: Path) -> list[str]:
    """The options of a command line that begin from tiny models."""
    tiny.write_qwen25(folder / "vlm")
    tiny.write_sam2(folder / "segmenter", SIDE)
    tiny.write_bert(folder / "language")
    return [
        word
        for part in ("vlm", "segmenter", "language")
        for word in (f"--{part}", str(folder / part))
    ]


def write_data(root: Path, scenes: bool = True) -> Path:
    """vhr10/ with both splits; dubai/ and ucm/ too where `scenes`."""
    for split, seeds in (("train", range(4)), ("val", range(4, 6))):
        images, annotations = [], []
        for number in seeds:
            scene = draw_scene(number, 240, 180, ("airport", "tank farm")[number % 2])
            name = f"{number:03d}.png"
            _picture(root / "vhr10" / "images" / name, scene.pixels)
            images.append({"id": number, "file_name": name, "width": 240, "height": 180})
            for o in scene.objects:
                (x0, y0), (x1, y1) = o.polygon.min(0).tolist(), o.polygon.max(0).tolist()
                ring = o.polygon.astype(float).ravel().tolist()
                box = [x0, y0, x1 - x0, y1 - y0]
                annotations.append(
                    {
                        "id": len(annotations),
                        "image_id": number,
                        "category_id": KINDS.index(o.kind) + 1,
                        "bbox": box,
                        "segmentation": [ring],
                    }
                )
        kinds = [{"id": i, "name": kind.replace(" ", "_")} for i, kind in enumerate(KINDS, 1)]
        labels = {"images": images, "annotations": annotations, "categories": kinds}
        (root / "vhr10" / f"instances_{split}.json").write_text(json.dumps(labels))
    if scenes:
        for number in (7, 8):
            scene = draw_scene(number, 200, 200, "town")
            _picture(root / "dubai" / "tile1" / f"{number}.jpg", scene.pixels)
            colours = np.array(
                [
                    (0, 0, 0),
                    *(COLOURS[k] for k in ("building", "water", "vegetation", "road", "land")),
                ],
                np.uint8,
            )
            _picture(root / "dubai" / "tile1" / f"{number}.png", colours[scene.cover])
        rows = []
        for number in (9, 10, 11):
            _picture(
                root / "ucm" / "images" / f"{number}.png",
                draw_scene(number, 120, 120, "harbour").pixels,
            )
            captions = ["there are many ships in the harbor ."]
            rows.append(
                {
                    "image": f"{number}.png",
                    "class": "harbor",
                    "captions": captions,
                    "split": "train",
                }
            )
        (root / "ucm" / "captions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return root


def _picture(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)

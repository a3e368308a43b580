"""Drawn scenes with a thing that no model was taught, labelled in three forms.

For tests of `geomag train --from`.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from geomagnifier_lab.render.scene import draw_scene

SIDE = 480


def helipads(seed: int, count: int = 4, side: int = SIDE) -> tuple[np.ndarray, list[np.ndarray]]:
    """A drawn town with helipads: (side, side, 3) uint8, and the ring of each (N, 2) px."""
    rng = np.random.default_rng(seed)
    picture = Image.fromarray(draw_scene(seed, side, side, "town").pixels)
    pen, rings = ImageDraw.Draw(picture), []
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    while len(rings) < count:
        r = rng.uniform(13, 22)
        x, y = rng.uniform(r + 2, side - r - 2, 2)
        if any(np.hypot(*(ring.mean(0) - (x, y))) < 60 for ring in rings):
            continue
        grey = int(rng.integers(70, 110))
        pen.ellipse(
            (x - r, y - r, x + r, y + r), fill=(grey, grey, grey), outline=(250, 220, 40), width=3
        )
        for a, b, c, d in ((-0.4, -0.5, -0.4, 0.5), (0.4, -0.5, 0.4, 0.5), (-0.4, 0, 0.4, 0)):
            pen.line((x + a * r, y + b * r, x + c * r, y + d * r), fill=(250, 250, 250), width=3)
        rings.append(np.stack([x + r * np.cos(turns), y + r * np.sin(turns)], 1))
    return np.asarray(picture), rings


def write_coco(
    folder: Path, pictures: int, count: int = 4, seed: int = 100, boxes: bool = False
) -> Path:
    """instances.json beside images/; `boxes`: without outlines.

    Every fourth picture has none of the things.
    """
    (folder / "images").mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    for number in range(pictures):
        pixels, rings = helipads(seed + number, 0 if number % 4 == 3 else count)
        Image.fromarray(pixels).save(folder / "images" / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "width": SIDE, "height": SIDE})
        for ring in rings:
            (x0, y0), (x1, y1) = ring.min(0).tolist(), ring.max(0).tolist()
            record = {
                "id": len(annotations),
                "image_id": number,
                "category_id": 7,
                "bbox": [x0, y0, x1 - x0, y1 - y0],
                "iscrowd": 0,
            }
            annotations.append(
                record if boxes else record | {"segmentation": [ring.ravel().tolist()]}
            )
    path = folder / "instances.json"
    categories = [
        {"id": 7, "name": "helipad", "supercategory": "thing", "synonyms": ["landing pad"]}
    ]
    path.write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": categories})
    )
    return path

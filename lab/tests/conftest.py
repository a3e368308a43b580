"""What tests of several folders of the lab ask for.

Among it a data root of drawn pictures in the form of VHR-10: white airplanes on grey, so that
labels can be checked against pixels.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from disks import disk as disk

WHITE, GREY = 255, 90
SIZE = (1024, 720)
AIRPLANES = {
    0: ((100, 50, 180, 130), (400, 300, 460, 380)),
    1: ((700, 500, 780, 560),),
    2: tuple((60 * k, 60, 60 * k + 40, 110) for k in range(8)),
}
"""Number of the picture -> boxes. Two, one and eight of them; the other pictures are empty."""
PICTURES = 16


@pytest.fixture(scope="session")
def drawn_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PICTURES pictures of a cell's size with labels, val only."""
    root = tmp_path_factory.mktemp("sets")
    folder = root / "vhr10" / "images"
    folder.mkdir(parents=True)
    annotations = []
    for number in range(PICTURES):
        pixels = np.full((SIZE[1], SIZE[0], 3), GREY + number % 3, np.uint8)
        for x0, y0, x1, y1 in AIRPLANES.get(number, ()):
            pixels[y0:y1, x0:x1] = WHITE
            ring = [x0, y0, x1, y0, x1, y1, x0, y1]
            annotations.append(
                {
                    "id": len(annotations),
                    "image_id": number,
                    "category_id": 1,
                    "bbox": [x0, y0, x1 - x0, y1 - y0],
                    "segmentation": [ring],
                }
            )
        Image.fromarray(pixels).save(folder / f"{number}.png")
    coco = {
        "images": [
            {"id": k, "file_name": f"{k}.png", "width": SIZE[0], "height": SIZE[1]}
            for k in range(PICTURES)
        ],
        "categories": [{"id": 1, "name": "airplane"}],
        "annotations": annotations,
    }
    (root / "vhr10" / "instances_val.json").write_text(json.dumps(coco))
    return root

"""Dubai: tiles 2 and 6 are for validation, and a colour near a class's is that class."""

import numpy as np
from PIL import Image

from geomagnifier_lab.datasets.dubai import COLOURS, COVER, NOTHING, dubai, read_cover


def test_tiles_and_colours(tmp_path):
    for tile in (1, 2, 6):
        folder = tmp_path / "dubai" / f"tile{tile}"
        folder.mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(folder / "image_1.jpg")
    cover = np.zeros((2, 3, 3), np.uint8)
    cover[0, 0], cover[0, 1], cover[1, 2] = COLOURS["building"], COLOURS["water"], (110, 200, 225)
    Image.fromarray(cover).save(tmp_path / "dubai" / "tile2" / "image_1.png")
    train, val = dubai(tmp_path, "train"), dubai(tmp_path, "val")
    assert [s.path.parent.name for s in train] == ["tile1"]
    assert [s.path.parent.name for s in val] == ["tile2", "tile6"]
    found = read_cover(val[0].cover)
    classes = [COVER[n] if n != NOTHING else "" for n in found.ravel()]
    assert classes == ["building", "water", "", "", "", "road"]

"""Where the small model fails, shown on drawn scenes: `docs/failures.png` of the model card.

    python -m geomagnifier_lab.studies.drawn_failures --out docs/failures.png

Each panel is a part of a drawn scene, enlarged. Labelled objects that were found are outlined in
white, missed ones in green, detections of nothing that is labelled in red.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from geomagnifier.atomic import Staging
from geomagnifier.geometry import Box, overlap
from geomagnifier.model_protocol import Model
from geomagnifier.models.registry import load_model
from geomagnifier.pipeline import ask
from geomagnifier.types import Bytes, Floats
from geomagnifier_lab.render.scene import draw_scene

SIDE, COLUMNS, GAP = 380, 3, 6
"""Side of a panel, panels in a row, and px between them."""
SAME = 0.3
"""IoU from which a detection is the labelled object."""
FOUND, MISSED, FALSE = (255, 255, 255), (0, 255, 60), (255, 40, 40)


class Failure(NamedTuple):
    """A drawn scene, a question about it, and the part that shows what goes wrong."""

    seed: int
    """Of `draw_scene`."""
    theme: str
    """Of `draw_scene`."""
    kind: str
    """Class that is asked for."""
    part: tuple[int, int, int]
    """Left and upper edge, and side, of the square that is shown, scene px."""
    size: tuple[int, int] = (1000, 700)
    """Width and height of the scene, px."""
    enlarged: float = 1.0
    """How often the scene is enlarged before it is asked about."""


FAILURES = (
    Failure(2, "tank farm", "vehicle", (380, 47, 180)),
    Failure(3, "sports ground", "tennis court", (0, 0, 260), enlarged=0.2),
    Failure(3, "sports ground", "solar panel", (0, 0, 180)),
    Failure(2, "tank farm", "swimming pool", (0, 0, 180)),
    Failure(5, "mixed", "ship", (626, 392, 220)),
    Failure(5, "mixed", "harbor", (790, 400, 210)),
)
"""Small objects of unknown scale; look-alikes at 10 px, of courts and of tanks; a second box of one
object; one between others.
"""


class Panel(NamedTuple):
    """What a failure shows."""

    pixels: Bytes
    """(SIDE, SIDE, 3), outlines drawn in."""
    missed: Floats
    """(N, 4) boxes of labelled objects in the part that were not found, scene px."""
    false: Floats
    """(N, 4) boxes of detections in the part that are no labelled object, scene px."""


def panel(model: Model, failure: Failure) -> Panel:
    """Ask about a drawn scene, and draw what was found, missed and wrong.

    Args:
        model: asked.
        failure: the scene, the class and the part.
    """
    scene = draw_scene(failure.seed, *failure.size, failure.theme)
    labelled = _boxes(
        [
            (*thing.polygon.min(0).tolist(), *thing.polygon.max(0).tolist())
            for thing in scene.objects
            if thing.kind == failure.kind
        ]
    )
    image = Image.fromarray(scene.pixels)
    wide, high = (round(n * failure.enlarged) for n in image.size)
    asked = np.asarray(image.resize((wide, high), Image.Resampling.BICUBIC))
    answer = ask(asked, f"Find every {failure.kind}.", model)
    found = _boxes([r.box for r in answer.regions]) / failure.enlarged
    same = overlap(labelled, found) >= SAME
    met, right = same.any(1), same.any(0)
    x, y, side = failure.part
    shown = Box(x, y, x + side, y + side)
    part = image.crop((x, y, x + side, y + side)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(part)
    for boxes, colour in ((labelled[met], FOUND), (labelled[~met], MISSED), (found[~right], FALSE)):
        for box in ((boxes - [x, y, x, y]) * SIDE / side).tolist():
            pen.rectangle(box, outline=colour, width=2)
    return Panel(
        np.asarray(part, np.uint8), _within(labelled[~met], shown), _within(found[~right], shown)
    )


def _boxes(rows: Sequence[Sequence[float]]) -> Floats:
    return np.array(rows, np.float32).reshape(-1, 4)


def _within(boxes: Floats, part: Box) -> Floats:
    """Boxes with their centre in a part."""
    return boxes[[part.contains(*Box(*box).centre) for box in boxes.tolist()]]


def figure(panels: Sequence[Bytes]) -> Bytes:
    """Panels in rows, with their numbers, on white.

    Args:
        panels: (SIDE, SIDE, 3) each.
    """
    rows = -(-len(panels) // COLUMNS)
    step = SIDE + GAP
    sheet = Image.new("RGB", (COLUMNS * step - GAP, rows * step - GAP), "white")
    for k, pixels in enumerate(panels):
        x, y = k % COLUMNS * step, k // COLUMNS * step
        sheet.paste(Image.fromarray(pixels), (x, y))
        pen = ImageDraw.Draw(sheet)
        pen.rectangle((x, y, x + 22, y + 22), fill="black")
        pen.text((x + 7, y + 4), str(k + 1), fill="white")
    return np.asarray(sheet, np.uint8)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="a .png")
    given = parser.parse_args(arguments)
    model = load_model("small")
    panels = [panel(model, failure) for failure in FAILURES]
    for number, (failure, made) in enumerate(zip(FAILURES, panels, strict=True), 1):
        print(f"{number} {failure.kind}: missed {len(made.missed)}, false {len(made.false)}")
    with Staging(given.out.parent) as staging:
        sheet = Image.fromarray(figure([made.pixels for made in panels])).quantize(128)
        sheet.save(staging.path(given.out.name), optimize=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

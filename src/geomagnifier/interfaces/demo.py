"""A first look: one question of each granularity about a drawn scene, or about a picture of the person's own."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

import geomagnifier as gm
from geomagnifier.data.drawn import draw_scene
from geomagnifier.errors import printable
from geomagnifier.interfaces.cli import show
from geomagnifier.io.picture import write_picture

SEED = 7
QUESTIONS = ("What kind of place is this?", "Find every airplane.", "Segment every storage tank.")
PLACE = (500_000.0, 5_300_000.0)
"""Upper left corner of the drawn scene in UTM zone 33 north, m."""


def draw(path: Path) -> None:
    """A drawn scene with something of everything as a GeoTIFF of 1000 x 700 px."""
    scene = draw_scene(SEED, theme="mixed")
    size = scene.metres_per_pixel
    write_picture(path, scene.pixels, crs="EPSG:32633", transform=(size, 0.0, PLACE[0], 0.0, -size, PLACE[1]))


def run(image: str | None, question: str | None, out: Path) -> None:
    """Answer and write; raises the errors of `ask` and `write`."""
    console = Console(highlight=False, markup=False, emoji=False)
    if image is None:
        out.mkdir(parents=True, exist_ok=True)
        image = str(out / "scene.tif")
        draw(Path(image))
        console.print(f"drawn scene: {image}\n")
    model = gm.load_model("small")
    with gm.open_scene(image) as scene:
        for number, asked in enumerate([question] if question else QUESTIONS, 1):
            answer = gm.ask(scene, asked, model)
            console.print(printable(asked), style="cyan", soft_wrap=True)
            show(answer)
            overlay = gm.write(answer, out / f"{number}-{answer.granularity}")["overlay"]
            console.print(f"{overlay}\n", style="dim", soft_wrap=True)

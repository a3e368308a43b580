"""The command `geomag demo`: one question of each granularity about a drawn airport or an image."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console

import geomagnifier as gm
from geomagnifier.cli.printed_answer import print_answer
from geomagnifier.errors import printable
from geomagnifier.export.image_file import write_picture
from geomagnifier.translation import gettext, translated

SCENE = Path(__file__).with_name("demo.webp")
"""A drawn airport, lossless: seed 31 of the lab's renderer."""
METRES_PER_PIXEL = 0.5
"""GSD of the drawn scene."""
QUESTIONS = ("What kind of place is this?", "Find every airplane.", "Segment the largest airplane.")
"""A question of each granularity: image, region, pixel."""
NEXT = ("Segment every airplane.", "Segment all objects.")
"""What to ask next about the drawn scene, and about another image."""
PLACE = (500_000.0, 5_300_000.0)
"""Upper left corner of the drawn scene in UTM zone 33 north, m."""


def draw(path: Path) -> None:
    """Write the drawn airport as a GeoTIFF of 1000 x 700 px.

    Raises:
        OutputError: the folder cannot be written.
    """
    with Image.open(SCENE) as drawn:
        pixels = np.asarray(drawn.convert("RGB"))
    size = METRES_PER_PIXEL
    write_picture(
        path, pixels, crs="EPSG:32633", transform=(size, 0.0, PLACE[0], 0.0, -size, PLACE[1])
    )


def run(image: str | None, question: str | None, out: Path) -> None:
    """Answer and write, and print what to try next.

    Args:
        image: path of an image; None: the drawn airport.
        question: None: `QUESTIONS`.
        out: folder of the answers.

    Raises:
        GeomagError: those of `ask` and `write`.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    drawn = image is None
    if image is None:
        image = str(out / "scene.tif")
        draw(Path(image))
        console.print(translated(f"drawn scene: {image}\n"), soft_wrap=True)
    with gm.open_scene(image) as opened:
        model = gm.load_model("small")
        for number, asked in enumerate([question] if question else QUESTIONS, 1):
            answer = gm.ask(opened, asked, model)
            console.print(printable(asked), style="cyan", soft_wrap=True)
            print_answer(answer)
            overlay = gm.write(answer, out / f"{number}-{answer.granularity}")["overlay"]
            console.print(f"{printable(str(overlay))}\n", style="dim", soft_wrap=True)
    console.print(gettext("What to try next:"))
    for line in next_commands(image, NEXT[0 if drawn else 1]):
        console.print(f"  {printable(line)}", soft_wrap=True)


def next_commands(image: str, question: str) -> tuple[str, str, str]:
    """Three commands about an image, quoted for a shell.

    Args:
        image: path of the image.
        question: of the command `ask`.
    """
    program, path = shlex.quote(_program()), shlex.quote(image)
    return (
        f"{program} ask {path} {shlex.quote(question)} --out answers",
        f"{program} chat {path}",
        f"{program} info {path}",
    )


def _program() -> str:
    """The word that runs `geomag` here: its name where it is on the PATH, else its path."""
    called = Path(sys.argv[0]).absolute()
    if shutil.which("geomag") or called.name != "geomag":
        return "geomag"
    below = os.path.relpath(called)
    return str(called) if below.startswith("..") else below

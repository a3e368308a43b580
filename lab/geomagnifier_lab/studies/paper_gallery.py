"""Cut-outs of the case studies on one sheet.

The true outline of a drawn target is dashed, what was found is a line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from geomagnifier.export.class_colours import COLOURS
from geomagnifier_lab.bench.plots import INK, load_pyplot


def draw(folder: Path, target: Path) -> None:
    """Draw a row for the ship, one for each colour of the airplane, and one for the courts.

    Columns are lengths.

    Args:
        folder: of `paper_cases`, with NAME.png, NAME-found.png and NAME-true.png for each
            cut-out.
        target: a PNG.
    """
    cuts = {
        "ship": sorted(folder.glob("case1-0-yellow-*-ship-0.png"), reverse=True),
        "airplane, yellow": sorted(folder.glob("case1-0-yellow-*-airplane-0.png"), reverse=True),
        "airplane, white": sorted(folder.glob("case1-0-white-*-airplane-0.png"), reverse=True),
        "courts": sorted(folder.glob("courts-0-*-tenniscourt-0.png")),
    }
    cuts = {name: files for name, files in cuts.items() if files}
    if not cuts:
        return
    across = max(len(files) for files in cuts.values())
    pyplot = load_pyplot()
    figure, panels = pyplot.subplots(
        len(cuts), across, figsize=(2.35 * across, 2.6 * len(cuts)), squeeze=False
    )
    for axes_row, (name, files) in zip(panels, cuts.items(), strict=True):
        for axes in axes_row[len(files) :]:
            axes.set_visible(False)
        for axes, file in zip(axes_row, files, strict=False):
            _show(axes, file)
            axes.set_title(title(name, file.stem), fontsize=9, color=INK)
    figure.tight_layout()
    figure.savefig(target, dpi=100)
    pyplot.close(figure)


def title(name: str, stem: str) -> str:
    """The title of a cut-out.

    Args:
        name: of its row.
        stem: of its file's name.
    """
    parts = stem.split("-")
    if name == "courts":
        asked = "all courts" if parts[3] == "1" else "the second row"
        return f"{parts[2]} row{'s' * (parts[2] != '1')}: {asked}"
    return f"{name}, {int(parts[3])} px"


def _show(axes: Any, file: Path) -> None:
    axes.imshow(np.asarray(Image.open(file)), interpolation="nearest")
    for what, colour, style in (("true", (255, 255, 255), "--"), ("found", COLOURS[5], "-")):
        mask = np.asarray(Image.open(file.with_name(f"{file.stem}-{what}.png"))) > 0
        if mask.any():
            axes.contour(
                np.pad(mask, 1)[1:-1, 1:-1].astype(float),
                [0.5],
                colors=["#{:02x}{:02x}{:02x}".format(*colour)],
                linestyles=style,
            )
        elif what == "found":
            axes.text(
                0.5,
                0.04,
                "not found",
                transform=axes.transAxes,
                ha="center",
                color="white",
                fontsize=9,
                backgroundcolor="#00000090",
            )
    axes.set_xticks([])
    axes.set_yticks([])

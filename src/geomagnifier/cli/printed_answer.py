"""Print an answer to stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomagnifier.errors import printable
from geomagnifier.translation import gettext as _
from geomagnifier.translation import language, translated

if TYPE_CHECKING:
    from geomagnifier.results import Answer


def print_answer(answer: Answer) -> None:
    """Print text, the likeliest scene classes or a table of the regions, and the cost."""
    from rich.console import Console
    from rich.table import Table

    from geomagnifier.language.chinese_answers import noun
    from geomagnifier.raster.shapes import value_words

    # Without markup: names of custom classes may have brackets and colons in them.
    console = Console(markup=False, emoji=False)
    console.print(printable(answer.text), style="bold", highlight=False)
    if answer.understood:
        value = value_words(answer)
        console.print(
            printable(translated(f"  read as {answer.understood}{f': {value}' if value else ''}")),
            style="dim",
            highlight=False,
        )
    if answer.labels:
        for name, probability in answer.labels[:5]:
            console.print(printable(f"  {probability:6.1%}  {name}"), highlight=False)
    elif answer.regions:
        table = Table(box=None, padding=(0, 2, 0, 0))
        for heading in ("", _("label"), _("score"), _("box (px)"), _("box size")):
            table.add_column(heading, justify="left" if heading == _("label") else "right")
        for number, region in enumerate(answer.regions[:20], 1):
            x0, y0, x1, y1 = region.box
            size = f"{x1 - x0:.0f} x {y1 - y0:.0f} px"
            if (px := answer.scene.px_metres) is not None:
                size = f"{(x1 - x0) * px[0]:.0f} x {(y1 - y0) * px[1]:.0f} m"
            table.add_row(
                str(number),
                printable(noun(region.label) if language() == "zh" else region.label),
                f"{region.score:.2f}",
                f"{x0:.0f},{y0:.0f},{x1:.0f},{y1:.0f}",
                size,
            )
        console.print(table)
        if len(answer.regions) > 20:
            console.print(
                translated(f"  and {len(answer.regions) - 20} more; --json or --out has them all")
            )
    levels = {"image": _("image level"), "region": _("region level"), "pixel": _("pixel level")}
    trace, level = answer.trace, levels[answer.granularity]
    console.print(
        translated(
            f"{level}, {trace.pixels_processed / 1e6:.2f} Mpx processed (scene:"
            f" {trace.scene_pixels / 1e6:.2f} Mpx), {trace.flops / 1e9:.1f} GFLOP,"
            f" {sum(trace.seconds.values()):.2f} s"
        ),
        style="dim",
        highlight=False,
    )

"""Plots of the paper's tables: claimed figures are hollow, measured ones are filled."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from geomagnifier.errors import install
from geomagnifier.export.class_colours import COLOURS
from geomagnifier_lab.bench.plots import FAINT, INK, load_pyplot, plain_axes
from geomagnifier_lab.studies import paper_gallery

Row = Mapping[str, Any]
COLOUR = {
    "100 x 100": 1,
    "100 x 100, as TMRA has it": 4,
    "own size": 6,
    "own size, learnt": 6,
    "exhaustive": 6,
    "paper": 5,
    "adaptive": 4,
    "adaptive, m/px known": 4,
    "random": 0,
    "grid": 2,
}
"""Way -> place of its colour in `class_colours.COLOURS`."""
NAMES = {
    "grid": "grid\n(set places)",
    "paper": "paper\n(prompt-guided)",
    "adaptive, m/px known": "adaptive,\nm/px known",
}
HOLLOW = {"facecolor": "none", "edgecolor": INK, "linestyle": "--"}
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
MISSING = f"the plots need matplotlib; install it: {install('lab')}"


def draw(
    tables: Mapping[str, Any], out: Path, tell: Callable[[str], None] = lambda line: None
) -> None:
    """Draw what was measured.

    It writes paper-preprocessing.png, paper-crops.png, paper-compute.png and paper-studies.png.

    Args:
        tables: of `paper_tables.tables`.
        out: folder, with the cut-outs of the case studies in `studies/`.
        tell: called with a line where matplotlib is not installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        tell(MISSING)
        return
    for name, plot in (("preprocessing", preprocessing), ("crops", crops), ("compute", compute)):
        if tables.get(name):
            plot(tables[name], out / f"paper-{name}.png")
    if tables.get("case 1") and (out / "studies").is_dir():
        paper_gallery.draw(out / "studies", out / "paper-studies.png")


def preprocessing(rows: Sequence[Row], target: Path) -> None:
    """Draw a panel for each granularity, a pair of bars for each preprocessing and way.

    Args:
        rows: of `paper_tables.preprocessing`.
        target: a PNG.
    """
    levels = list(dict.fromkeys(row["granularity"] for row in rows))
    pyplot = load_pyplot()
    figure, panels = pyplot.subplots(
        1, len(levels), figsize=(4.2 * len(levels), 3.9), squeeze=False, sharey=True
    )
    for axes, level in zip(panels.flat, levels, strict=True):
        mine = [row for row in rows if row["granularity"] == level]
        _pairs(
            axes,
            mine,
            "measured",
            [f"{row['preprocessing']}\n{_short(row['way'])}" for row in mine],
        )
        axes.set_title(f"{level}: {mine[0]['metric']} (n = {mine[0]['n']})", fontsize=10, color=INK)
    panels.flat[0].set_ylabel("percent")
    _finish(figure, target)


def crops(rows: Sequence[Row], target: Path) -> None:
    """Draw a panel for each granularity, bars of small and tiny objects for each way.

    Args:
        rows: of `paper_tables.crops`.
        target: a PNG.
    """
    levels = list(dict.fromkeys(row["granularity"] for row in rows))
    pyplot = load_pyplot()
    figure, panels = pyplot.subplots(
        1, len(levels), figsize=(6.2 * len(levels), 4.1), squeeze=False, sharey=True
    )
    for axes, level in zip(panels.flat, levels, strict=True):
        mine = [row for row in rows if row["granularity"] == level]
        _pairs(
            axes,
            mine,
            "recall",
            [f"{NAMES.get(row['way'], row['way'])}\n{row['share']:.2f} of px" for row in mine],
            second="tiny",
        )
        few = mine[0]
        title = (
            f"{level} level: {few['objects']} objects below 32 x 32 px, {few['tiny objects']} under"
            " 10 px long"
        )
        axes.set_title(title, fontsize=10, color=INK)
    panels.flat[0].set_ylabel("found, percent")
    _finish(figure, target, second="of those under 10 px long")


def compute(rows: Sequence[Row], target: Path) -> None:
    """Draw the share of the pixels by granularity and way, on a logarithmic axis.

    Args:
        rows: of `paper_tables.compute`.
        target: a PNG.
    """
    pyplot = load_pyplot()
    figure, axes = pyplot.subplots(figsize=(8.4, 0.42 * len(rows) + 1.1))
    places, labels, level = [], [], rows[0]["granularity"]
    y = 0.0
    for row in rows:
        y += 0.6 if row["granularity"] != level else 0.0
        level = row["granularity"]
        said = row["way"].startswith(("claimed", "formula"))
        style = HOLLOW if said else {"color": _colour(row["way"])}
        axes.barh(y, row["share"], height=0.72, **style)
        seconds = "" if row["seconds"] is None else f", {row['seconds']:.2g} s"
        flop = "" if row["GFLOP"] is None else f", {row['GFLOP']:.3g} GFLOP"
        text = f"{row['Mpx']:.2g} Mpx{flop}{seconds}"
        axes.annotate(
            text,
            (row["share"], y),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=INK,
            bbox=PAPER,
        )
        places.append(y)
        labels.append(f"{level}: {row['way']}")
        y += 1
    axes.set_yticks(places, labels)
    axes.invert_yaxis()
    axes.set(
        xscale="log", xlabel="pixels looked at / pixels of the scene (4096 x 2160)", xlim=(4e-5, 60)
    )
    ticks = [0.0001, 0.001, 0.01, 0.1, 1]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.axvline(1, color=FAINT, linewidth=0.8)
    plain_axes(axes)
    axes.grid(visible=False, axis="y")
    figure.tight_layout()
    figure.savefig(target, dpi=110)
    pyplot.close(figure)


def _pairs(
    axes: Any, rows: Sequence[Row], name: str, labels: Sequence[str], second: str | None = None
) -> None:
    """Draw hollow bars of claimed figures beside filled ones of measured figures.

    A second figure, where there is one, is a lighter bar.
    """
    wide = 0.4 if second is None else 0.28
    for x, row in enumerate(rows):
        bars: list[tuple[float | None, dict[str, Any]]] = [(row.get("claimed"), HOLLOW)]
        bars.append((row[name], {"color": _colour(row["way"])}))
        if second is not None:
            bars.append(
                (
                    row[second],
                    {
                        "color": _colour(row["way"]),
                        "alpha": 0.45,
                        "hatch": "///",
                        "edgecolor": "white",
                    },
                )
            )
        for k, (value, style) in enumerate(bars):
            if value is not None:
                at = x + (k - (len(bars) - 1) / 2) * wide
                axes.bar(at, value, width=wide * 0.94, **style)
                axes.annotate(
                    f"{value:.0f}",
                    (at, value),
                    (0, 2),
                    textcoords="offset points",
                    ha="center",
                    fontsize=8,
                    color=INK,
                )
    axes.set_xticks(range(len(rows)), labels, fontsize=8)
    axes.set_ylim(0, 109)
    plain_axes(axes)
    axes.grid(visible=False, axis="x")
    axes.tick_params(axis="x", labelsize=8)


def _finish(figure: Any, target: Path, second: str | None = None) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor="none", edgecolor=INK, linestyle="--", label="claimed"),
        Patch(color=FAINT, label="measured"),
    ]
    if second is not None:
        handles.append(
            Patch(facecolor=FAINT, alpha=0.45, hatch="///", edgecolor="white", label=second)
        )
    figure.legend(
        handles=handles, loc="lower center", ncols=len(handles), frameon=False, fontsize=9
    )
    figure.tight_layout(rect=(0, 0.3 / figure.get_figheight(), 1, 1))
    figure.savefig(target, dpi=110)
    load_pyplot().close(figure)


def _colour(way: str) -> str:
    return "#{:02x}{:02x}{:02x}".format(*COLOURS[COLOUR.get(way, 1)])


def _short(way: str) -> str:
    return {
        "100 x 100, as TMRA has it": "(100 x 100)",
        "exhaustive": "(all tiles)",
        "own size": "(own size)",
        "own size, learnt": "(head learnt\nat own size)",
    }.get(way, f"({way})")

"""Plots of measurements: accuracy against cost, seconds against size, and memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geomagnifier.export.class_colours import COLOURS

LOOKS = {
    "adaptive": (6, "o"),
    "paper": (5, "s"),
    "exhaustive": (4, "D"),
    "shrink": (2, "v"),
    "grid": (0, "P"),
    "random": (1, "X"),
    "sahi": (None, "^"),
}
"""Policy -> place of its colour in `overlay.COLOURS` (None: black), and its marker.

Policies differ in shape as well as in colour.
"""
INK, FAINT = "#222222", "#777777"
TITLES = {
    "sparse": "sparse: the kind in 1 to 3 of 12 pictures",
    "full": "full: the kind in 9 to 12 of 12 pictures",
    "none": "none: the kind in no picture",
    "small": "small: objects of about 8 px",
    "airbus": "airbus: airplanes, 2560 px",
    "cars4k": "cars4k: vehicles, 4000 px",
}


def accuracy_cost(tables: Mapping[str, Sequence[Mapping[str, Any]]], target: Path) -> None:
    """Draw accuracy over cost, a panel for each labelled group.

    The share of the pixels is on the horizontal axis (logarithmic), accuracy on the vertical one, a
    marker for each policy. Accuracy is gIoU where there are masks (without the class: the share of
    scenes left empty), recall of objects under 10 px in `small`, and the harmonic mean of recall
    and precision where there are only boxes.

    Args:
        tables: by group, the rows of `search.compare`.
        target: a PNG.
    """
    pyplot, labelled = (
        load_pyplot(),
        {group: rows for group, rows in tables.items() if _height(group, rows[0]) is not None},
    )
    if not labelled:
        return
    across = min(3, len(labelled))
    down = -(-len(labelled) // across)
    figure, panels = pyplot.subplots(
        down, across, figsize=(4.4 * across, 3.7 * down + 0.7), squeeze=False
    )
    for axes, (group, rows) in zip(panels.flat, labelled.items(), strict=False):
        for place, row in enumerate(
            rows
        ):  # the first lies on top, and is smaller than what it may hide
            height, (colour, marker) = _height(group, row), _look(row["policy"])
            style = {
                "color": colour,
                "edgecolor": "white",
                "linewidth": 0.8,
                "zorder": 3 - place / 100,
            }
            axes.scatter(
                [row["share"]],
                [height],
                s=70 + 14 * place,
                marker=marker,
                label=row["policy"],
                **style,
            )
        axes.set(
            xscale="log",
            ylim=(-0.05, 1.05),
            xlabel="pixels processed / pixels of the scene",
            ylabel=_unit(group, rows[0]),
        )
        axes.set_title(TITLES.get(group, group), fontsize=10, color=INK)
        _ticks(axes.xaxis, [row["share"] for row in rows])
        plain_axes(axes)
    for axes in panels.flat[len(labelled) :]:
        axes.set_visible(False)
    handles = {
        text: handle
        for axes in panels.flat
        for handle, text in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    beside = min(len(handles), 3 * across)
    figure.legend(
        handles.values(),
        handles.keys(),
        loc="lower center",
        ncols=beside,
        frameon=False,
        fontsize=10,
    )
    figure.tight_layout(
        rect=(0, (0.3 + 0.25 * -(-len(handles) // beside)) / figure.get_figheight(), 1, 1)
    )
    figure.savefig(target, dpi=120)
    pyplot.close(figure)


def seconds(
    rows: Sequence[Mapping[str, Any]], fits: Mapping[str, Mapping[str, float]], target: Path
) -> None:
    """Draw seconds and peak memory against the size of the scene, both axes logarithmic.

    The lines are the fits.

    Args:
        rows: of `growth.growth`: "policy", "Mpx", "seconds", "found", "peak MB".
        fits: by policy, "s per Gpx" and "s per object".
        target: a PNG.
    """
    pyplot = load_pyplot()
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10.5, 4.3))
    for policy in dict.fromkeys(row["policy"] for row in rows):
        mine = [row for row in rows if row["policy"] == policy]
        colour, marker = _look(policy)
        size = [row["Mpx"] for row in mine]
        style = {
            "color": colour,
            "marker": marker,
            "markeredgecolor": "white",
            "markersize": 9,
            "zorder": 3,
        }
        fit = fits.get(policy)
        name = (
            policy
            if fit is None
            else f"{policy}: {fit['s per Gpx']:.3g} s a Gpx + {fit['s per object']:.2g} s an object"
        )
        left.plot(size, [row["seconds"] for row in mine], linestyle="none", label=name, **style)
        if fit is not None:
            line = [
                fit["s per Gpx"] * row["Mpx"] / 1000 + fit["s per object"] * row["found"]
                for row in mine
            ]
            left.plot(size, line, color=colour, linewidth=1.4, zorder=2)
        right.plot(
            size, [row["peak MB"] / 1000 for row in mine], linewidth=1.4, label=policy, **style
        )
    left.set(ylabel="seconds from the file to the answer", title="time")
    right.set(ylabel="peak resident memory, GB", title="memory")
    for axes in (left, right):
        axes.set(xscale="log", xlabel="size of the scene, Mpx")
        sizes = sorted({row["Mpx"] for row in rows})
        axes.set_xticks(sizes, [f"{size:.0f}" for size in sizes])
        axes.set_xticks([], minor=True)
        plain_axes(axes)
        axes.legend(frameon=False, fontsize=9, loc="upper left" if axes is left else "upper right")
    left.set(yscale="log")
    _ticks(left.yaxis, [row["seconds"] for row in rows])
    right.set(ylim=(0, 1.15 * max(row["peak MB"] for row in rows) / 1000))
    figure.tight_layout()
    figure.savefig(target, dpi=120)
    pyplot.close(figure)


def memory(
    rows: Sequence[Mapping[str, Any]],
    service: Sequence[Mapping[str, Any]],
    allowed: int,
    target: Path,
) -> None:
    """Draw the peak memory of whole runs, and that of a service over its questions.

    The runs stand beside the limit they were given.

    Args:
        rows: of `memory.bench`: "scene", "peak MB".
        service: of `memory.bench`: "questions", "MB", and "peak MB" in the last one.
        allowed: the limit of the runs, bytes.
        target: a PNG.
    """
    pyplot = load_pyplot()
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10.5, 4.0), sharey=True)
    peaks = [row["peak MB"] / 1000 for row in rows]
    bars = left.bar(
        [row["scene"] for row in rows], peaks, color=_look("adaptive")[0], width=0.6, zorder=2
    )
    left.bar_label(bars, [f"{peak:.2f}" for peak in peaks], fontsize=9, color="white", padding=-14)
    left.axhline(allowed / 1e9, color=INK, linewidth=1.2, linestyle="--", zorder=3)
    left.annotate(
        f"--max-memory, {allowed / 1e9:g} GB",
        (0.01, allowed / 1e9),
        (0, 4),
        ("axes fraction", "data"),
        "offset points",
        fontsize=9,
    )
    left.set(
        ylabel="resident memory, GB", xlabel="side of a sparse scene", title="peak of whole runs"
    )
    at, held = [line["questions"] for line in service], [line["MB"] / 1000 for line in service]
    right.plot(at, held, color=_look("paper")[0], marker="o", markersize=4, linewidth=1.4, zorder=3)
    right.axhline(
        service[-1]["peak MB"] / 1000, color=FAINT, linewidth=1.0, linestyle=":", zorder=2
    )
    right.annotate(
        "peak",
        (0.01, service[-1]["peak MB"] / 1000),
        (0, 4),
        ("axes fraction", "data"),
        "offset points",
        fontsize=9,
    )
    right.set(xlabel="questions asked on small pictures", title="the service")
    left.set(ylim=(0, 1.15 * max(*peaks, *held, service[-1]["peak MB"] / 1000, allowed / 1e9)))
    for axes in (left, right):
        plain_axes(axes)
    figure.tight_layout()
    figure.savefig(target, dpi=120)
    pyplot.close(figure)


def load_pyplot() -> Any:
    """Matplotlib's pyplot, without a display."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def _look(policy: str) -> tuple[str, str]:
    place, marker = LOOKS.get(policy, (3, "*"))
    return (INK if place is None else "#{:02x}{:02x}{:02x}".format(*COLOURS[place])), marker


def _height(group: str, row: Mapping[str, Any]) -> float | None:
    if group == "small":
        return _number(row["recall <10"])
    if row["gIoU"] is not None:
        return _number(row["gIoU"])
    recall, precision = row["recall"], row["precision"]
    if recall is None:
        return None
    return 0.0 if not recall or not precision else 2 * recall * precision / (recall + precision)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _unit(group: str, row: Mapping[str, Any]) -> str:
    if group == "small":
        return "recall of objects under 10 px"
    if row["gIoU"] is not None:
        return "share of scenes left empty" if group == "none" else "gIoU"
    return "F1 of boxes (IoU of 0.3)"


def plain_axes(axes: Any) -> None:
    """Give axes a faint grid, and no frame above and to the right."""
    axes.grid(alpha=0.25, linewidth=0.7)
    axes.tick_params(labelsize=9, colors=INK)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_color(FAINT)


def _ticks(axis: Any, values: Sequence[float]) -> None:
    """A logarithmic axis over the values, with room at both ends.

    Ticks at 1, 2, 5 times powers of ten, as plain numbers.
    """
    low, high = min(values) / 1.4, max(values) * 1.4
    ticks = [m * 10.0**e for e in range(-6, 7) for m in (1, 2, 5) if low <= m * 10.0**e <= high]
    axis.axes.set(**{f"{axis.axis_name}lim": (low, high)})
    axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_ticks([], minor=True)

"""The curve of `geomag bench teach` as a plot and as rows.

A panel for each class, with examples on the horizontal axis and accuracy on the vertical one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from geomagnifier_lab.bench.plots import INK, load_pyplot, plain_axes

COLOURS = {"IoU": "#1f6f8b", "AP50": "#d1603d"}
WORDS = {"IoU": "IoU of masks", "AP50": "AP of boxes at IoU 0.5"}
BESIDE = {"recipe": (":", "same recipe, all labels"), "shipped": ("--", "shipped small model")}


def rows(
    runs: Mapping[str, Mapping[str, Any]], kinds: Sequence[str], examples: Sequence[int]
) -> list[dict[str, Any]]:
    """A row for each class and number of examples, then those that it is compared with.

    Figures are means over seeds, with the lowest and the highest.

    Args:
        runs: of `teaching.teaching`, with those of `teaching.beside`.
        kinds: the classes.
        examples: numbers of them.
    """
    found: list[dict[str, Any]] = []
    for kind in kinds:
        for n in examples:
            mine = [run for name, run in runs.items() if name.startswith(f"{kind} {n} ")]
            if mine:
                row: dict[str, Any] = {"kind": kind, "examples": str(n), "runs": len(mine)}
                row |= {
                    "objects": mean(r["objects"] for r in mine),
                    "pictures": mean(r["pictures"] for r in mine),
                }
                for name in COLOURS:
                    values = [r[name] for r in mine if name in r]
                    if values:
                        row |= {
                            name: mean(values),
                            f"{name} from": min(values),
                            f"{name} to": max(values),
                        }
                found.append(row)
        for name, (_, words) in BESIDE.items():
            run = runs.get(f"{name} {kind}")
            if run is not None:
                found.append(
                    {"kind": kind, "examples": words}
                    | {k: v for k, v in run.items() if k in COLOURS}
                )
    return found


def plot(
    runs: Mapping[str, Mapping[str, Any]],
    kinds: Sequence[str],
    examples: Sequence[int],
    target: Path,
) -> None:
    """Draw the curve.

    Args:
        runs: of `teaching.teaching`, with those of `teaching.beside`.
        kinds: the classes, one panel each.
        examples: numbers of them.
        target: a PNG.
    """
    pyplot = load_pyplot()
    figure, panels = pyplot.subplots(1, len(kinds), figsize=(5.2 * len(kinds), 4.2), squeeze=False)
    for axes, kind in zip(panels.flat, kinds, strict=True):
        for name, colour in COLOURS.items():
            points = [
                (n, run[name])
                for n in examples
                for key, run in runs.items()
                if key.startswith(f"{kind} {n} ") and name in run
            ]
            if not points:
                continue
            axes.scatter(
                *zip(*points, strict=True), color=colour, s=22, alpha=0.55, linewidth=0, zorder=3
            )
            means = [
                (n, mean(v for m, v in points if m == n))
                for n in examples
                if any(m == n for m, _ in points)
            ]
            axes.plot(
                *zip(*means, strict=True),
                color=colour,
                linewidth=1.8,
                marker="o",
                markersize=6,
                label=WORDS[name],
                zorder=2,
            )
            for beside, (style, words) in BESIDE.items():
                value = runs.get(f"{beside} {kind}", {}).get(name)
                if value is not None:
                    axes.axhline(value, color=colour, linestyle=style, linewidth=1.2, alpha=0.8)
                    axes.text(
                        examples[-1] * 1.25,
                        value + 0.012,
                        words,
                        color=colour,
                        fontsize=8,
                        ha="right",
                    )
        axes.set(
            xscale="log",
            ylim=(0, 1.05),
            xlim=(examples[0] / 1.3, examples[-1] * 1.3),
            xlabel="labelled examples",
            title=kind,
        )
        axes.set_xticks(list(examples), [str(n) for n in examples])
        axes.set_xticks([], minor=True)
        axes.title.set_color(INK)
        plain_axes(axes)
        axes.legend(frameon=False, fontsize=9, loc="lower right")
    figure.tight_layout()
    figure.savefig(target, dpi=120)
    pyplot.close(figure)

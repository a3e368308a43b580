"""Is B better than A, or was it luck? Paired bootstrap over the cases that both answered.

    difference of a case = value of B - value of A, of the measure result.json keeps for each case
    a resample = as many cases as there are, drawn with replacement; its mean difference
    interval = the middle 95 % of the means of 10,000 resamples

The share of resamples in which B is better is the bootstrap's answer (Efron and Tibshirani 1993;
Koehn 2004 for text). Cases are drawn one by one: where many questions are about one image, the
true interval is somewhat wider.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.atomic import Staging
from geomagnifier.errors import LibraryMissing, OptionError, install
from geomagnifier.export.class_colours import COLOURS
from geomagnifier_lab.eval.report import Result

RESAMPLES = 10_000
FILE = "compare.png"
AT_A_TIME = 4_000_000
"""Cases drawn at a time, over all resamples of a batch."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """B against A."""

    benchmark: str
    """Title and split."""
    measure: str
    """Of a single case."""
    systems: tuple[str, str]
    """Names of A and of B."""
    cases: int
    """How many both answered."""
    first: float
    """Mean of A."""
    second: float
    """Mean of B."""
    low: float
    """Lower end of the 95 % interval of the difference, B - A."""
    high: float
    """Its upper end."""
    better: float
    """Share of resamples in which B is better, ties counting half."""
    means: NDArray[np.float64]
    """(R,) difference of each resample."""

    @property
    def difference(self) -> float:
        return self.second - self.first

    def row(self) -> dict[str, Any]:
        """Everything but the single resamples, plain."""
        return {
            "benchmark": self.benchmark,
            "measure": self.measure,
            "cases": self.cases,
            "A": self.systems[0],
            "B": self.systems[1],
            "mean A": self.first,
            "mean B": self.second,
            "difference": self.difference,
            "low": self.low,
            "high": self.high,
            "B better": self.better,
        }

    def lines(self) -> list[dict[str, Any]]:
        """A table for a terminal: A, B and their difference with its interval, times 100."""
        a, b = self.systems
        interval = f"{100 * self.low:+.2f} to {100 * self.high:+.2f}"
        return [
            {"": "A", "system": a, "mean x 100": f"{100 * self.first:.2f}", "95 % interval": ""},
            {"": "B", "system": b, "mean x 100": f"{100 * self.second:.2f}", "95 % interval": ""},
            {
                "": "B - A",
                "system": "",
                "mean x 100": f"{100 * self.difference:+.2f}",
                "95 % interval": interval,
            },
        ]

    def verdict(self) -> str:
        """The outcome as a sentence."""
        share = f"B is better in {self.better:.1%} of {len(self.means):,} resamples"
        if self.low <= 0 <= self.high:
            return f"{share}; the interval holds 0, so these cases do not tell them apart"
        return (
            f"{share}; the interval does not hold 0: {'B' if self.difference > 0 else 'A'} is"
            " better on cases of this kind"
        )


def compare(a: Result, b: Result, resamples: int = RESAMPLES, seed: int = 0) -> Comparison:
    """Compare two results on the same cases.

    Args:
        a: of one system.
        b: of another.
        resamples: how many.
        seed: of the drawing; the same gives the same figures.

    Raises:
        OptionError: they are of different benchmarks, splits, measures or cases; what differs is
            named.
    """
    for name in ("benchmark", "split", "measure"):
        if getattr(a, name) != getattr(b, name):
            raise OptionError(
                f"A and B cannot be compared: their {name} is {getattr(a, name)!r} and"
                f" {getattr(b, name)!r}"
            )
    ids = sorted(a.per_case)
    apart = set(ids) ^ set(b.per_case)
    if apart:
        one = min(apart)
        told = (
            f"{len(apart)} cases are in one of them alone, such as {one!r} in"
            f" {'A' if one in a.per_case else 'B'}"
        )
        raise OptionError(f"A and B cannot be compared: {told}; measure both on the same cases")
    if not ids:
        raise OptionError("A and B have no cases that could be compared")
    first, second = (np.array([r.per_case[key] for key in ids]) for r in (a, b))
    means = resampled(second - first, resamples, np.random.default_rng(seed))
    low, high = (float(v) for v in np.quantile(means, (0.025, 0.975)))
    better = float(np.mean(means > 0) + np.mean(means == 0) / 2)
    where = f"{a.title}, {a.split}"
    return Comparison(
        where,
        a.measure,
        (a.system, b.system),
        len(ids),
        float(first.mean()),
        float(second.mean()),
        low,
        high,
        better,
        means,
    )


def resampled(
    values: NDArray[np.float64], resamples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Means of bootstrap resamples, (R,): N of the N values each, with replacement.

    Args:
        values: (N,).
        resamples: how many, R.
        rng: where chance comes from.
    """
    batch = max(1, AT_A_TIME // len(values))
    parts = [
        values[rng.integers(len(values), size=(min(batch, resamples - start), len(values)))].mean(1)
        for start in range(0, resamples, batch)
    ]
    return np.concatenate(parts)


def plot(comparison: Comparison, target: Path) -> None:
    """Draw the resamples' differences with their interval as a PNG.

    The file appears whole or not at all.

    Args:
        comparison: to be drawn.
        target: the PNG.

    Raises:
        LibraryMissing: matplotlib is not installed.
        OutputError: the file cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise LibraryMissing(f"the plot needs matplotlib; install it: {install('lab')}") from error
    c, colour = comparison, "#{:02x}{:02x}{:02x}".format(*COLOURS[6])
    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.hist(100 * c.means, bins=min(60, len(np.unique(c.means))), color=colour, alpha=0.55)
    axes.axvspan(100 * c.low, 100 * c.high, color=colour, alpha=0.12, label="95 % of resamples")
    axes.axvline(
        100 * c.difference, color=colour, linewidth=2, label=f"difference {100 * c.difference:+.2f}"
    )
    axes.axvline(0, color="black", linewidth=1, linestyle="--", label="no difference")
    axes.set(xlabel=f"{c.measure} of B - A, x 100", yticks=[], ylabel="resamples")
    axes.set_title(
        f"{c.benchmark}, {c.cases:,} cases\nA: {c.systems[0]}    B: {c.systems[1]}", fontsize=10
    )
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
    with Staging(target.parent) as stage:
        figure.savefig(stage.path(target.name), format="png", dpi=150)

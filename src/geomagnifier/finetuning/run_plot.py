"""The course of a run as an image: losses, and figures on what was held back."""

from __future__ import annotations

from pathlib import Path

from geomagnifier.atomic import Staging
from geomagnifier.finetuning.run_log import read


def plot(log: Path, target: Path) -> None:
    """Draw log.jsonl: on the left each loss by step, on the right each validation figure.

    Args:
        log: of `run_log`.
        target: a PNG.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = read(log)
    losses = [row for row in rows if "seconds" in row]
    checks = [row for row in rows if "seconds" not in row]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5))
    for name in (key for key in (losses[-1] if losses else {}) if key not in ("step", "seconds")):
        left.plot(
            [r["step"] for r in losses],
            [r[name] for r in losses],
            label=name,
            linewidth=2.0 if name == "total" else 1.0,
        )
    left.set(xlabel="step", ylabel="loss", yscale="log", title="training")
    for name in (key for key in (checks[-1] if checks else {}) if key != "step"):
        right.plot([r["step"] for r in checks], [r[name] for r in checks], marker="o", label=name)
    right.set(xlabel="step", ylim=(0, None), title="validation")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend(fontsize=8, ncols=2)
    figure.tight_layout()
    with Staging(target.parent) as stage:
        figure.savefig(stage.path(target.name), dpi=110, format="png")
    pyplot.close(figure)

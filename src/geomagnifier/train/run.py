"""`geomag train`: from data sets to a model folder, with progress, a plot and calibrated thresholds."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from geomagnifier import __version__
from geomagnifier.data.sample import data_root
from geomagnifier.model import checkpoint
from geomagnifier.train.calibrate import calibrate
from geomagnifier.train.export import export
from geomagnifier.train.loop import Settings, train
from geomagnifier.train.plot import plot
from geomagnifier.train.pretrained import prepare_encoder, trunk_file


def run(data: Path | None, out: Path, steps: int, seed: int) -> None:
    """Train, calibrate on validation pictures, and leave a folder that `--model` takes at `out`/model.

    Raises:
        OptionError: no data sets.
        ModelNotFound: the package with the trunk's first weights is not installed.
    """
    root, trunk, folder = data_root(data), trunk_file(), out / "model"
    prepare_encoder(folder)
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("steps"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"), console=console
    )
    with bars:
        task = bars.add_task("", total=steps)
        settings = Settings(steps=steps, seed=seed)
        for row in train(root, out, folder / checkpoint.FILES[1], folder / checkpoint.FILES[2], trunk, settings):
            bars.update(task, completed=row.get("step", 0), description=f"loss {row['total']:.2f}" if "total" in row else "")
            if "total" not in row:
                console.print("  ".join(f"{k} {v:.3f}" if k != "step" else f"step {v:.0f}" for k, v in row.items()), highlight=False)
                if "step" in row:
                    plot(out / "log.jsonl", out / "plot.png")
    finish(root, out, folder)
    console.print(f"the model is in {folder}; use it with --model {folder}")


def finish(root: Path, out: Path, folder: Path) -> None:
    """Last checkpoint -> calibrated model folder."""
    state = torch.load(out / "last.pt", map_location="cpu", weights_only=True)["average"]
    target = folder / checkpoint.FILES[0]
    export(state, target, __version__)
    chosen = calibrate(checkpoint.load_model(folder), root)
    (out / "calibration.json").write_text(json.dumps(chosen, indent=1))
    export(state, target, __version__, chosen)

"""`geomag bench`: seconds, memory and work of each granularity on this machine.

The scene is a drawn one of 1000 x 700 px. Every row is measured in a process of its own, so that
peaks of memory do not mix. The worker is this file:

    python -m geomagnifier_lab.bench.cost ROW IMAGE MODEL REPEATS      one JSON object on stdout

It imports nothing heavy at the top: the worker of the cold start must weigh less than what it
starts.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geomagnifier import memory
from geomagnifier.errors import GeomagError, ModelError, OptionError

SIZE = (1000, 700)
"""Width and height of the scene, px."""
QUESTIONS = {
    "image": "What kind of place is this?",
    "region": "Find every ship.",
    "pixel": "Segment every ship.",
    "second": "Segment all storage tanks.",
}
ROWS = {
    "cold": "cold start to the first answer (pixel level)",
    "image": "image level, new picture",
    "region": "region level, new picture",
    "pixel": "pixel level, new picture",
    "second": "pixel level, second question on it",
}
MOST = 600
"""Seconds after which a worker is given up."""


def bench(
    model_name: str = "small", repeats: int = 5, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Measure what a question costs at each granularity.

    Args:
        model_name: "small", or a folder with weights.
        repeats: timed runs of each row after a warm-up; their median counts. The cold start is
            timed once.
        progress: called with (rows done, rows in all).

    Returns:
        {"machine": str, "rows": [{"what", "seconds", "peak_mb", "gflops", "pixels"}]}: wall seconds
        from opening the image (a second question: from asking it), largest resident memory of the
        process in 10^6 bytes, 10^9 floating-point operations and pixels of one answer.

    Raises:
        OptionError: fewer than one repeat.
        ModelError: a worker could not answer; its message says why.
    """
    if repeats < 1:
        raise OptionError(f"repeats is a number from 1, not {repeats}")
    rows: list[dict[str, Any]] = []
    machine = ""
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "scene.tif"
        draw(image)
        for done, (row, what) in enumerate(ROWS.items(), 1):
            figures = _worker(row, image, model_name, repeats)
            machine = figures.pop("machine", machine)
            rows.append({"what": what, **figures})
            if progress is not None:
                progress(done, len(ROWS))
    return {"machine": machine, "rows": rows}


def draw(path: Path) -> None:
    """Write the scene: a harbour at 0.5 m/px, always the same, as a GeoTIFF."""
    from geomagnifier.export.image_file import write_picture
    from geomagnifier_lab.render.scene import draw_scene

    scene = draw_scene(7, *SIZE, theme="harbour")
    step = scene.metres_per_pixel
    write_picture(
        path, scene.pixels, crs="EPSG:32633", transform=(step, 0.0, 500000.0, 0.0, -step, 5200000.0)
    )


def _worker(row: str, image: Path, model_name: str, repeats: int) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "geomagnifier_lab.bench.cost",
        row,
        str(image),
        model_name,
        str(repeats),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MOST, check=False)
    except subprocess.TimeoutExpired as error:
        raise ModelError(
            f"measuring {ROWS[row]!r} took more than {MOST} s; try fewer repeats"
        ) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ModelError(f"measuring {ROWS[row]!r} failed: {last}")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def cold(image: Path, model_name: str) -> dict[str, Any]:
    """Run one `geomag ask` in a fresh process, as a user types it.

    Args:
        image: the scene's file.
        model_name: "small", or a folder with weights.

    Returns:
        "seconds", "peak_mb", "gflops" and "pixels" of the run, see `bench`.

    Raises:
        ModelError: the command failed.
    """
    import resource

    command = [
        sys.executable,
        "-m",
        "geomagnifier",
        "ask",
        str(image),
        QUESTIONS["pixel"],
        "--model",
        model_name,
        "--json",
    ]
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=MOST, check=False)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise ModelError(f"`geomag ask` ended with {done.returncode}")
    cost = json.loads(done.stdout)["cost"]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * _unit()
    return _figures(seconds, peak, cost["flops"], cost["pixels_processed"])


def warm(row: str, image: Path, model_name: str, repeats: int) -> dict[str, Any]:
    """The median of `repeats` answers in one process, after one that does not count.

    Args:
        row: a key of `ROWS`, but not "cold".
        image: the scene's file.
        model_name: "small", or a folder with weights.
        repeats: timed answers.

    Returns:
        "seconds", "peak_mb", "gflops" and "pixels" of one answer, see `bench`, and "machine".
    """
    import geomagnifier as gm

    model = gm.load_model(model_name)
    taken = []
    for _ in range(repeats + 1):
        begin = time.perf_counter()
        with gm.open_scene(image) as scene:  # opened anew: nothing is known of it
            if row == "second":
                gm.ask(scene, QUESTIONS["pixel"], model)
                begin = time.perf_counter()
            answer = gm.ask(scene, QUESTIONS[row], model)
            taken.append(time.perf_counter() - begin)
    figures = _figures(
        statistics.median(taken[1:]),
        memory.peak(),
        answer.trace.flops,
        answer.trace.pixels_processed,
    )
    return {**figures, "machine": machine()}


def _figures(seconds: float, peak: float, flops: float, pixels: int) -> dict[str, Any]:
    return {
        "seconds": round(seconds, 4),
        "peak_mb": round(peak / 1e6),
        "gflops": round(flops / 1e9, 3),
        "pixels": int(pixels),
    }


def _unit() -> int:
    """Bytes in a unit of `ru_maxrss`: 1 on macOS, 1024 elsewhere."""
    return 1 if sys.platform == "darwin" else 1024


def machine() -> str:
    """What the figures were measured on, in a line."""
    import platform

    import torch

    from geomagnifier.models.networks.precision import fast_bf16

    bf16 = "yes" if fast_bf16() else "no"
    return (
        f"{platform.machine()}, {os.cpu_count()} CPUs, bf16 in hardware: {bf16},"
        f" {torch.get_num_threads()} torch threads"
    )


def main(arguments: list[str]) -> int:
    """Run the worker: ROW IMAGE MODEL REPEATS."""
    row, image, model_name, repeats = (
        arguments[0],
        Path(arguments[1]),
        arguments[2],
        int(arguments[3]),
    )
    try:
        figures = (
            cold(image, model_name) if row == "cold" else warm(row, image, model_name, repeats)
        )
    except GeomagError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

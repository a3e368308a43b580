"""`geomag bench growth`: what a search costs from 2 Mpx to 1 Gpx, with the same ten airplanes.

Scenes are cells of 1024 x 720 px, as in `frames`: images without an airplane, turned and mirrored
at random, and two with ten airplanes between them. They are written strip by strip as JPEG in a
tiled GeoTIFF with overviews. Seconds are then fitted by

    seconds = a * area + b * found        a, b >= 0

with squares of relative errors, so that 2 Mpx counts as much as 1 Gpx.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.errors import OptionError
from geomagnifier.inference.scan_state import Progress
from geomagnifier.types import Bytes
from geomagnifier_lab.bench import plots, search_run
from geomagnifier_lab.bench.cost import machine
from geomagnifier_lab.bench.frames import HIGH, MIRRORS, WIDE, Frame, cell, shown
from geomagnifier_lab.bench.pyramid import write_pyramid
from geomagnifier_lab.bench.results_store import Kept, about
from geomagnifier_lab.bench.search_run import Case, corners, write_cases
from geomagnifier_lab.datasets.sample import ObjectSample
from geomagnifier_lab.datasets.vhr10 import vhr10

SIZES = (2, 8, 32, 128, 512, 1000)
"""Sizes of the scenes, Mpx; each is made as near to it as whole cells allow."""
MOST = {"adaptive": 1000.0, "exhaustive": 32.0}
"""Policy -> the largest scene it is asked about, Mpx."""
KIND, OBJECTS = "airplane", 10
GROUND = 24
"""Images of the background; each is laid in four positions."""
SEED = 5


def growth(
    root: Path,
    model_name: str = "small",
    most: float = 1000.0,
    out: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure how seconds and memory grow with the scene.

    Args:
        root: folder of the data sets.
        model_name: "small", or a folder with weights.
        most: the largest scene, Mpx.
        out: folder for the scenes, growth.json and seconds.png; without it nothing is left behind.
        progress: called with (questions answered, questions in all).

    Returns:
        {"what": str, "machine": str, "settings": {...}, "rows": [{"policy", "Mpx", "seconds",
        "share", "GFLOP", "found", "recall", "peak MB"}], "fits": {policy: {"s per Gpx", "s per
        object"}}}.

    Raises:
        OptionError: no scene is as small as `most`.
        ModelError: a worker failed; its message says why.
    """
    sizes = [size for size in SIZES if size <= most]
    if not sizes:
        raise OptionError(f"--most is a size from {SIZES[0]} Mpx, not {most:g}")
    rows = []
    with ExitStack() as stack:
        folder = (
            out / "scenes"
            if out is not None
            else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        )
        kept = Kept(None if out is None else out / "growth.json", about(model_name))
        kept.all["machine"] = machine()
        pairs = [
            (size, policy) for size in sizes for policy, largest in MOST.items() if size <= largest
        ]
        for done, (size, policy) in enumerate(pairs):
            if progress is not None:
                progress(done, len(pairs))
            name = f"{size}/{policy}"
            if kept.get(name) is None:
                cases = scene_of(root, size, folder)
                ((record, peak),) = search_run.measure(
                    cases, policy, model_name, f"{policy!r} on {size} Mpx"
                )
                kept.put(name, {"peak MB": int(peak), "record": asdict(record)})
            rows.append(_row(policy, kept.get(name) or {}))
    by_policy = {policy: [row for row in rows if row["policy"] == policy] for policy in MOST}
    fits = {
        policy: fit(mine) for policy, mine in by_policy.items() if len(mine) > 1
    }  # one scene cannot tell two numbers apart
    if out is not None:
        kept.all |= {"rows": rows, "fits": fits}
        kept.save()
        plots.seconds(rows, fits, out / "seconds.png")
    what = f"{OBJECTS} airplanes in ever larger scenes"
    return {
        "what": what,
        "machine": kept.all["machine"],
        "settings": kept.all["settings"],
        "rows": rows,
        "fits": fits,
    }


def _row(policy: str, run: dict[str, Any]) -> dict[str, Any]:
    record = search_run.record_of(run["record"])
    return {
        "policy": policy,
        "Mpx": record.scene_pixels / 1e6,
        "seconds": record.seconds,
        "share": record.pixels / record.scene_pixels,
        "GFLOP": record.flops / 1e9,
        "found": sum(record.found),
        "recall": sum(record.met or ()) / max(1, sum(record.true or ())),
        "peak MB": run["peak MB"],
    }


def fit(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Fit the a and b of the module by non-negative least squares of relative errors.

    Args:
        rows: with "Mpx", "found" and "seconds" above 0.

    Returns:
        {"s per Gpx": a, "s per object": b}.
    """
    taken = np.array([row["seconds"] for row in rows])
    parts = np.array([[row["Mpx"] / 1000, row["found"]] for row in rows]) / taken[:, None]
    best, least = np.zeros(2), float(len(rows))
    for used in (
        [0, 1],
        [0],
        [1],
    ):  # of two numbers, the best non-negative ones are those of one of these
        found = np.zeros(2)
        found[used] = np.linalg.lstsq(parts[:, used], np.ones(len(rows)), rcond=None)[0]
        error = float(((parts @ found - 1) ** 2).sum())
        if (found >= 0).all() and error < least - 1e-12:
            best, least = found, error
    return {"s per Gpx": float(best[0]), "s per object": float(best[1])}


def cells_of(mpx: float) -> tuple[int, int]:
    """Cells across and down whose area is nearest to `mpx`.

    The scene is as nearly square as whole cells allow.
    """
    cells = mpx * 1e6 / (WIDE * HIGH)
    down = max(1, int(cells**0.5))
    return max(1, round(cells / down)), down


def scene_of(root: Path, mpx: float, folder: Path) -> Path:
    """Write a scene and its case, where they are not there yet.

    Args:
        root: folder of the data sets.
        mpx: the size of the scene, Mpx.
        folder: of the scenes.

    Returns:
        a file of `search_run.write_cases`.
    """
    target, path = folder / f"{mpx:g}.json", folder / f"{mpx:g}.tif"
    if not (target.is_file() and path.is_file()):
        across, down = cells_of(mpx)
        samples, rng = vhr10(root, "val"), np.random.default_rng([SEED, across, down])
        targets = with_objects(samples)
        places = rng.choice(across * down, len(targets), replace=False)
        laid = {
            (int(p) % across, int(p) // across): cell(sample, KIND)
            for p, sample in zip(places, targets, strict=True)
        }
        write_pyramid(
            path, (across * WIDE, down * HIGH), _strips(samples, laid, across, down, rng), "jpeg"
        )
        boxes = [
            box + np.array([x * WIDE, y * HIGH] * 2, np.float32)
            for (x, y), part in laid.items()
            for box in part.boxes
        ]
        write_cases(target, [Case(str(path), f"Segment every {KIND}.", corners(boxes))])
    return target


def with_objects(samples: Sequence[ObjectSample]) -> list[ObjectSample]:
    """The two images whose airplanes come nearest to ten in all.

    Of several such pairs, the first.
    """
    numbers = [(sample, number) for sample in samples if (number := shown(sample, KIND))]
    if len(numbers) < 2:
        raise OptionError(
            f"there are {len(numbers)} pictures with a visible {KIND}; two are needed"
        )
    pair = min(
        itertools.combinations(numbers, 2), key=lambda two: abs(two[0][1] + two[1][1] - OBJECTS)
    )
    return [sample for sample, _ in pair]


def _strips(
    samples: Sequence[ObjectSample],
    laid: dict[tuple[int, int], Frame],
    across: int,
    down: int,
    rng: np.random.Generator,
) -> Iterator[Bytes]:
    """Rows of cells, (720, across * 1024, 3) each."""
    empty = [s for s in samples if not any(o.kind == KIND for o in s.objects)]
    ground = [
        cell(empty[i], KIND).pixels
        for i in rng.choice(len(empty), min(GROUND, len(empty)), replace=False)
    ]
    for y in range(down):
        strip = np.empty((HIGH, across * WIDE, 3), np.uint8)
        for x in range(across):
            which, mirror = int(rng.integers(len(ground))), int(rng.integers(MIRRORS))
            pixels = ground[which][:: -1 if mirror & 2 else 1, :: -1 if mirror & 1 else 1]
            strip[:, x * WIDE : (x + 1) * WIDE] = laid[x, y].pixels if (x, y) in laid else pixels
        yield strip

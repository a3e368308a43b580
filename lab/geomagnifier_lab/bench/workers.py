"""`geomag bench map`: an archive asked by one worker, by all, and by all while one is killed.

It counts the scenes that were lost or answered twice. Scenes are drawn. Each run is the command
`geomag map` in a process of its own, and its tables are compared with those of the first.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier import archive
from geomagnifier.errors import GeomagError, OptionError
from geomagnifier.export import geoparquet
from geomagnifier_lab.bench.cost import machine

QUESTION = "Segment every ship."
SCENES = 500
WIDTH, HEIGHT = 1000, 700
"""Width and height of a drawn scene, px."""
THEMES = ("harbour", "mixed", "airport", "town")
DIED = "and one killed"


def bench(
    scenes: int = SCENES,
    model: str = "small",
    workers: int | None = None,
    out: Path | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> dict[str, Any]:
    """Ask drawn scenes three times.

    By one worker, by `workers`, and by `workers` of which one is killed half-way.

    Args:
        scenes: how many are drawn, of 0.7 Mpx each.
        model: as `geomag map` takes it.
        workers: of the second and third run; None for one a core.
        out: folder for scenes and answers; None for one that is deleted. Scenes that are there are
            not drawn again.
        progress: called with (scenes drawn or answered, of how many).

    Returns:
        {"what", "rows": [{"workers", "seconds", "scenes/s", "Mpx/s", "times", "restarts", "lost",
        "doubled", "different"}]}: times as fast as the first run; scenes without a result, with
        more than one row, and with another answer than in the first run.

    Raises:
        OptionError: fewer than one scene, or than two workers.
        LibraryMissing: the extra `map` is not installed.
        GeomagError: a run failed; its message is in the error.
    """
    count = workers or max(2, len(os.sched_getaffinity(0)))
    if scenes < 1 or count < 2:
        raise OptionError(f"scenes is at least 1 and workers at least 2, not {scenes} and {count}")
    geoparquet.library()
    if out is not None:
        return _bench(scenes, model, count, out, progress)
    with tempfile.TemporaryDirectory() as folder:
        return _bench(scenes, model, count, Path(folder), progress)


def draw(folder: Path, scenes: int, tell: Callable[[int], object] = lambda done: None) -> None:
    """Draw scenes side by side on the map, as GeoTIFFs; those that are there stay.

    Args:
        folder: of the scenes; it is made.
        scenes: how many.
        tell: called with the number of scenes done.
    """
    from geomagnifier.export.image_file import write_picture
    from geomagnifier_lab.render.scene import draw_scene

    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(scenes):
        path = folder / f"{seed:04}.tif"
        if not path.exists():
            drawn = draw_scene(seed, WIDTH, HEIGHT, THEMES[seed % len(THEMES)])
            size = drawn.metres_per_pixel
            place = (
                size,
                0.0,
                500_000.0 + 600 * (seed % 100),
                0.0,
                -size,
                5_300_000.0 - 400 * (seed // 100),
            )
            write_picture(path, drawn.pixels, crs="EPSG:32633", transform=place)
        tell(seed + 1)


def _bench(
    scenes: int, model: str, count: int, out: Path, progress: Callable[[int, int], object] | None
) -> dict[str, Any]:
    runs = {"1": 1, f"{count}": count, f"{count}, {DIED}": count}

    def tell(before: int, done: int) -> None:
        if progress is not None:
            progress(before * scenes + done, (1 + len(runs)) * scenes)

    draw(out / "scenes", scenes, partial(tell, 0))
    rows: list[dict[str, Any]] = []
    first: dict[str, Any] = {}
    for number, (name, processes) in enumerate(runs.items(), 1):
        target = out / f"run-{number}"
        said = _run(
            out / "scenes",
            target,
            model,
            processes,
            scenes // 2 if DIED in name else None,
            partial(tell, number),
        )
        answers, rows_of = _answers(target), _results(target)
        first = first or answers
        seconds = float(said["seconds"])
        rows.append(
            {
                "workers": name,
                "seconds": seconds,
                "scenes/s": scenes / seconds,
                "Mpx/s": scenes * WIDTH * HEIGHT / 1e6 / seconds,
                "times": rows[0]["seconds"] / seconds if rows else 1.0,
                "restarts": said["restarts"],
                "lost": scenes - len(answers),
                "doubled": sum(n > 1 for n in rows_of.values()) + len(set(rows_of) ^ set(answers)),
                "different": sum(answers.get(scene) != answer for scene, answer in first.items()),
            }
        )
    return {
        "what": f"{scenes} drawn scenes of {WIDTH} x {HEIGHT} px, {QUESTION!r}; {machine()}",
        "rows": rows,
    }


def _run(
    scenes: Path,
    out: Path,
    model: str,
    workers: int,
    kill_at: int | None,
    tell: Callable[[int], object],
) -> dict[str, Any]:
    words = [
        "map",
        QUESTION,
        "--scenes",
        str(scenes),
        "--out",
        str(out),
        "--model",
        model,
        "--workers",
        str(workers),
        "--json",
    ]
    with tempfile.TemporaryFile("w+") as said:
        running = subprocess.Popen(
            [sys.executable, "-m", "geomagnifier", *words],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        while running.poll() is None:
            done = len(list((out / archive.SCENES).glob("*/answer.json")))
            tell(done)
            if kill_at is not None and done >= kill_at and (victim := _worker(running.pid)):
                os.kill(victim, signal.SIGKILL)
                kill_at = None
            time.sleep(0.2)
        told = running.communicate()[0]
        said.seek(0)
        if running.returncode:
            raise GeomagError(
                f"geomag map ended with {running.returncode}: {said.read().strip()[-500:]}"
            )
    return dict(json.loads(told))


def _worker(driver: int) -> int | None:
    """The process id of one of the workers below a driver."""
    import psutil

    below = psutil.Process(driver).children(recursive=True)
    return next(
        (
            process.pid
            for process in below
            if any("ray::Worker" in word for word in process.cmdline())
        ),
        None,
    )


def _answers(out: Path) -> dict[str, Any]:
    """What was answered, by scene: its text, and its boxes.

    Boxes are rounded, since threads add up in another order.
    """
    found = {}
    for path in (out / archive.SCENES).glob("*/answer.json"):
        answer = json.loads(path.read_text())
        boxes = [np.round(region["box"]).tolist() for region in answer["regions"]]
        found[path.parent.name] = (answer["text"], boxes)
    return found


def _results(out: Path) -> Counter[str]:
    """Rows of the table by scene, those that were answered."""
    table = geoparquet.library().read_parquet(out / archive.INDEX)
    return Counter(table["scene"][table["state"] == "done"])

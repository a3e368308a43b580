"""`geomag bench memory`: peak memory of whole runs and of a service.

Runs are from 2,048 to 40,000 px under `--max-memory`; the service answers 500 questions. Scenes
are sparse GeoTIFFs without overviews: nodata, and drawn images of 1000 x 700 px, of which larger
scenes have more. A run is the command from its start to its last file. The service is asked about
small drawn images in turn. The worker is this file; it prints one JSON object for `ask`, and for
`serve` one for each question, then one of the whole:

    python -m geomagnifier_lab.bench.memory ask SCENE OUT MODEL ALLOWED
    python -m geomagnifier_lab.bench.memory serve FOLDER QUESTIONS MODEL

It imports nothing heavy at the top: what is measured is the largest process below it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from geomagnifier.errors import GeomagError, ModelError, OptionError

SIDES = (2_048, 10_240, 20_480, 40_000)
"""Sides of the scenes, px."""
ALLOWED = 1_000_000_000
"""Bytes, for `--max-memory`."""
EVERY = 512
"""Side of a scene for each drawn image in it, px."""
WIDE, HIGH = 1000, 700
"""Width and height of a drawn image, px."""
QUESTION = "Segment every ship."
QUESTIONS = 500
PICTURES = 50
"""Images that the service is asked about."""
ASKED = (
    "Find every ship.",
    "Segment every ship.",
    "What kind of place is this?",
    "How many airplanes are there?",
    "Segment every storage tank.",
    "Is there a bridge?",
    "Find all objects.",
)
THEMES = ("harbour", "mixed", "airport", "town")
SPOKEN = 25
"""Questions between two readings of the memory."""


def bench(
    model: str = "small",
    out: Path | None = None,
    progress: Callable[[int, int], object] | None = None,
    *,
    sides: tuple[int, ...] = SIDES,
    questions: int = QUESTIONS,
    allowed: int = ALLOWED,
) -> dict[str, Any]:
    """Measure the peak memory of whole runs and of a service.

    Args:
        model: as `geomag ask` takes it.
        out: folder for scenes, answers, memory.json and memory.png; without it nothing is left
            behind. What is measured there already is not measured again.
        progress: called with (steps done, steps in all): scenes, and questions to the service.
        sides: of the scenes, px.
        questions: to the service.
        allowed: bytes, for `--max-memory`.

    Returns:
        {"what": str, "machine": str, "settings": {...}, "rows": [{"scene", "found", "seconds",
        "peak MB"}], "service": [{"questions", "MB", "peak MB"}]}.

    Raises:
        OptionError: the system is not Linux, or there is no question.
        LibraryMissing: the extra `serve` is not installed.
        ModelError: a run failed; its message says why.
    """
    from geomagnifier_lab.bench import plots, subprocesses
    from geomagnifier_lab.bench.cost import machine
    from geomagnifier_lab.bench.results_store import Kept, about

    if sys.platform != "linux":
        raise OptionError("memory is measured as Linux counts it; run this on Linux")
    if questions < 1:
        raise OptionError(f"questions is a number from 1, not {questions}")
    module = "geomagnifier_lab.bench.memory"
    with ExitStack() as stack:
        folder = out or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kept = Kept(
            None if out is None else out / "memory.json",
            about(model) | {"allowed": allowed, "questions": questions},
        )
        kept.all.setdefault("machine", machine())
        steps, done = len(sides) + questions, 0

        def tell(more: int) -> None:
            if progress is not None:
                progress(done + more, steps)

        for side in sides:
            tell(0)
            if kept.get(str(side)) is None:
                scene = draw_scene(folder / "scenes" / f"{side}.tif", side)
                [told] = subprocesses.lines(
                    module,
                    ["ask", str(scene), str(folder / str(side)), model, str(allowed)],
                    f"a scene of {side} px",
                )
                kept.put(str(side), {"scene": f"{side:,} px", **told})
            done += 1
        if kept.get("service") is None:
            pictures = draw_pictures(folder / "pictures")
            lines = []
            for line in subprocesses.lines(
                module, ["serve", str(pictures), str(questions), model], "the service"
            ):
                lines.append(line)
                tell(int(line["questions"]))
            kept.put("service", {"lines": lines})
        rows = [dict(kept.get(str(side)) or {}) for side in sides]
        service: list[dict[str, Any]] = (kept.get("service") or {})["lines"]
        if out is not None:
            plots.memory(rows, service, allowed, out / "memory.png")
    what = (
        f"sparse scenes, {QUESTION!r}, --max-memory '{allowed / 1e9:g} GB'; {questions} questions"
        " to a service"
    )
    return {
        "what": what,
        "machine": kept.all["machine"],
        "settings": kept.all["settings"],
        "rows": rows,
        "service": service,
    }


def draw_scene(path: Path, side: int) -> Path:
    """Write a sparse GeoTIFF of nodata with drawn images in it, unless it is there already.

    Args:
        path: a .tif; its folder is made.
        side: of the raster, px.

    Returns:
        the path.
    """
    import numpy as np

    from geomagnifier_lab.bench.sparse_raster import write_sparse
    from geomagnifier_lab.render import scene as drawn

    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        number, rng = max(1, side // EVERY), np.random.default_rng(side)
        places = [
            (int((side - WIDE) * (k + 0.5) / number), int(rng.integers(0, side - HIGH)))
            for k in range(number)
        ]
        parts = (
            ((x, y), drawn.draw_scene(k, WIDE, HIGH, THEMES[k % len(THEMES)]).pixels)
            for k, (x, y) in enumerate(places)
        )
        write_sparse(path, side, parts)
    return path


def draw_pictures(folder: Path) -> Path:
    """Write small images of several sizes, those that are not there yet."""
    from geomagnifier.export.image_file import write_picture
    from geomagnifier_lab.render import scene as drawn

    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(PICTURES):
        path = folder / f"{seed:02}.tif"
        if not path.exists():
            wide = 300 + 100 * (seed % 8)
            write_picture(
                path,
                drawn.draw_scene(seed, wide, wide * 7 // 10, THEMES[seed % len(THEMES)]).pixels,
            )
    return folder


def _peak() -> float:
    """Peak memory of the largest child process that has ended, 10^6 bytes."""
    import resource

    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6


def ask(scene: str, out: str, model: str, allowed: str) -> dict[str, Any]:
    """Run one `geomag ask`, from its start to its last file.

    Args:
        scene: the scene's file.
        out: folder of the answer.
        model: as `geomag ask` takes it.
        allowed: bytes, for `--max-memory`.

    Returns:
        "found": detections, "seconds", and "peak MB" in 10^6 bytes.

    Raises:
        ModelError: the command failed; with the end of its message.
    """
    words = [
        sys.executable,
        "-m",
        "geomagnifier",
        "ask",
        scene,
        QUESTION,
        "--out",
        out,
        "--model",
        model,
        "--max-memory",
        allowed,
        "--json",
    ]
    begin = time.perf_counter()
    ended = subprocess.run(
        words, capture_output=True, text=True, check=False, preexec_fn=_end_with_parent
    )
    if ended.returncode:
        raise ModelError(
            f"`geomag ask` ended with {ended.returncode}: {ended.stderr.strip()[-300:]}"
        )
    found = len(json.loads(ended.stdout)["regions"])
    return {
        "found": found,
        "seconds": round(time.perf_counter() - begin, 1),
        "peak MB": round(_peak()),
    }


def serve(folder: str, questions: int, model: str) -> Iterator[dict[str, Any]]:
    """Run a service and yield its memory as it is asked one question after another.

    Args:
        folder: of the images that are asked about.
        questions: how many are asked.
        model: as `geomag serve` takes it.

    Yields:
        {"questions": asked so far, "MB": resident memory in 10^6 bytes}; the last one with "peak
        MB" as well.

    Raises:
        ModelError: the service did not start.
    """
    words = [
        sys.executable,
        "-m",
        "geomagnifier",
        "serve",
        folder,
        "--port",
        "0",
        "--model",
        model,
        "--no-browser",
    ]
    running = subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, preexec_fn=_end_with_parent
    )
    try:
        assert running.stdout is not None
        at = running.stdout.readline().split()
        if len(at) < 4:
            raise ModelError(f"`geomag serve` ended with {running.wait()}")
        for number in range(questions):
            if number % SPOKEN == 0:
                yield {"questions": number, "MB": _resident(running.pid)}
            asked = {
                "path": f"{number % PICTURES:02}.tif",
                "question": ASKED[(number + number // PICTURES) % len(ASKED)],
            }
            call = urllib.request.Request(
                f"{at[3]}v1/ask", json.dumps(asked).encode(), {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(call, timeout=600) as reply:
                json.load(reply)
        last = {"questions": questions, "MB": _resident(running.pid)}
        running.send_signal(signal.SIGTERM)
        running.wait(60)
        yield {**last, "peak MB": round(_peak())}
    finally:
        running.kill()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()


def _end_with_parent() -> None:
    """End the measured process when its parent ends.

    It runs in the child before the command: a worker that is killed cannot end its child itself.
    """
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _resident(process: int) -> int:
    """Resident memory of an idle process, 10^6 bytes."""
    time.sleep(0.5)  # what the last question has freed goes back once it is answered
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def main(arguments: list[str]) -> int:
    """Run the worker with the arguments that the module's docstring lists."""
    what, *rest = arguments
    try:
        for told in [ask(*rest)] if what == "ask" else serve(rest[0], int(rest[1]), rest[2]):
            print(json.dumps(told), flush=True)
    except (GeomagError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""`geomag bench versions`: what two installations take for the same work, in paired runs.

Runs of the two alternate, and the least of each is compared. Both are driven from outside: their
commands, their service, and a short script in their own interpreter (`version_worker`), which uses
what is public in both. Inputs are drawn; the index has rows that are made up.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geomagnifier.errors import ModelError, OptionError
from geomagnifier_lab.bench.results_store import Kept

REPEATS = 7
LAUNCHER = """
import json, os, sys, time
begin = time.perf_counter()
pid = os.fork()
if not pid:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.execv(sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(pid, 0)
print(json.dumps({"seconds": time.perf_counter() - begin, "processor": used.ru_utime
    + used.ru_stime, "MB": used.ru_maxrss * 1024 / 1e6, "code": os.waitstatus_to_exitcode(status)}))
"""
"""Starts a command from a small process: what a child has held at most begins with its parent."""
QUESTION = "Segment every ship."
SIZE = (1000, 700)
FRAME = (4096, 2160)
SIDE = 40_000
SCENES = 10_000
"""Of the index: 50,000 rows."""
QUERIES = 12

SHOWN = ("what", "here", "other", "unit", "ratio", "processor ratio", "goal", "runs", "cannot")
"""Columns of the printed table."""

Figures = dict[str, float]


@dataclass(frozen=True)
class Version:
    """One of the two installations."""

    command: Path
    """Its `geomag`."""

    @property
    def python(self) -> Path:
        """Its interpreter, beside the command."""
        return self.command.parent / "python"

    @property
    def folder(self) -> Path:
        """Of its environment."""
        return self.command.parent.parent


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    name: str
    """By which it is chosen."""
    what: str
    """What is done."""
    goal: str
    """The ratio that was aimed at."""
    figure: str
    """Name of the figure that is compared."""
    unit: str
    """Of the figure."""
    run: Callable[[Version, Path], Figures]
    """Does it once, with the inputs of a folder."""
    most: int = REPEATS
    """Most runs of each."""


def compare(
    here: Path,
    other: Path,
    folder: Path,
    chosen: Sequence[str] = (),
    repeats: int = REPEATS,
    progress: Callable[[int, int], object] | None = None,
) -> dict[str, Any]:
    """Measure two installations.

    Args:
        here: `geomag` of the one.
        other: `geomag` of the other, whose figures are the whole.
        folder: of inputs, versions.json and versions.md. Rows that are there already are not
            measured again.
        chosen: names of rows; empty for all.
        repeats: runs of each; a row may have fewer.
        progress: called with (runs done, runs in all).

    Returns:
        {"what": str, "rows": [{"row", "what", "goal", "here", "other", "unit", "ratio", "processor
        ratio", "runs"}]}; a row that the other cannot do has "cannot" in place of its figures.

    Raises:
        OptionError: there is no such command or row, or the system is not Linux.
        ModelError: a run of this version failed.
    """
    if sys.platform != "linux":
        raise OptionError("versions are measured as Linux counts; run this on Linux")
    versions = [Version(path.absolute()) for path in (here, other)]
    for version in versions:
        if not version.command.is_file() or not version.python.exists():
            raise OptionError(
                f"{version.command} is no geomag with its python beside it; name the one of an"
                " environment, such as old/bin/geomag"
            )
    if wrong := [name for name in chosen if name not in ROWS]:
        raise OptionError(f"no row {wrong[0]!r}; there are {', '.join(ROWS)}")
    kept = Kept(folder / "versions.json", {"here": str(here), "other": str(other)})
    wanted = [ROWS[name] for name in chosen or ROWS if kept.get(name) is None]
    runs = {row.name: min(row.most, repeats) for row in wanted}
    done = 0
    for row in wanted:
        results: list[list[Figures]] = [[], []]
        cannot = ""
        for turn in range(runs[row.name]):
            for k in (0, 1) if turn % 2 else (1, 0):
                if k and cannot:
                    continue
                try:
                    results[k].append(row.run(versions[k], folder))
                except ModelError as error:
                    if not k:
                        raise
                    cannot = str(error)
            done += 1
            if progress is not None:
                progress(done, sum(runs.values()))
        kept.put(row.name, _measured(row, results, cannot))
    rows = [found for name in ROWS if (found := kept.get(name)) is not None]
    what = f"{_told(versions[0])}, as a share of {_told(versions[1])}; {machine()}"
    (folder / "versions.md").write_text(markdown(what, rows), encoding="utf-8")
    return {"what": what, "rows": rows}


def _measured(row: Row, results: list[list[Figures]], cannot: str) -> dict[str, Any]:
    """A row of the table: the least of each figure."""
    least = [
        {name: min(figures[name] for figures in own) for name in own[0]} if own else {}
        for own in results
    ]
    mine, others = least
    found: dict[str, Any] = {
        "row": row.name,
        "what": row.what,
        "goal": row.goal,
        "here": mine[row.figure],
        "other": others.get(row.figure),
        "unit": row.unit,
        "ratio": mine[row.figure] / others[row.figure] if others else None,
        "runs": len(results[0]),
        "all": results,
    }
    if others and "processor" in mine:
        found["processor ratio"] = mine["processor"] / others["processor"]
    return found | ({"cannot": cannot} if cannot else {})


def markdown(what: str, rows: Sequence[dict[str, Any]]) -> str:
    """The table as Markdown.

    Args:
        what: what was compared, on which machine.
        rows: of `compare`.
    """
    lines = [
        f"{what}. The least of paired runs.",
        "",
        "| | here | other | ratio | ratio of processor time | goal | runs |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        other = "cannot" if row.get("cannot") else f"{row['other']:.3g} {row['unit']}"
        ratios = [
            "" if row.get(name) is None else f"{row[name]:.2f}"
            for name in ("ratio", "processor ratio")
        ]
        cells = [row["what"], f"{row['here']:.3g} {row['unit']}", other, *ratios, row["goal"]]
        lines.append(f"| {' | '.join(cells)} | {row['runs']} |")
    return "\n".join([*lines, ""])


def machine() -> str:
    """The processor as Linux names it, and what of it may be used."""
    lines = [line.partition(":") for line in Path("/proc/cpuinfo").read_text().splitlines()]
    model = next((value.strip() for key, _, value in lines if key.strip() == "model name"), "?")
    flags = next((value.split() for key, _, value in lines if key.strip() == "flags"), [])
    bf16 = any("bf16" in flag for flag in flags)
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {'with' if bf16 else 'without'} bf16"


def _told(version: Version) -> str:
    """Version and commit as the command tells them."""
    done = subprocess.run(
        [version.command, "--version"], capture_output=True, text=True, check=True, env=_alone()
    )
    return f"{done.stdout.strip()} in {version.folder.name}"


def _alone() -> dict[str, str]:
    """The environment without what would lead to another installation's modules.

    Python keeps the modules that it has compiled, as it does unless it is told otherwise: without
    them every start would compile all modules again.
    """
    left_out = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    return {key: value for key, value in os.environ.items() if key not in left_out}


def _command(version: Version, *words: str) -> Figures:
    """One command from its start to its end."""
    started = [sys.executable, "-S", "-E", "-c", LAUNCHER, str(version.command), *words]
    done = subprocess.run(started, capture_output=True, text=True, env=_alone(), check=False)
    figures: Figures = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
    if figures.pop("code", 1):
        raise ModelError(_last(done.stderr))
    return figures


def _work(version: Version, what: str, *words: str) -> Figures:
    """`version_worker` in an installation's interpreter."""
    worker = Path(__file__).with_name("version_worker.py")
    done = subprocess.run(
        [version.python, "-P", worker, what, *words],
        capture_output=True,
        text=True,
        env=_alone(),
        check=False,
    )
    if done.returncode:
        raise ModelError(_last(done.stderr))
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def _last(told: str) -> str:
    return next(reversed(told.strip().splitlines()), "it ended without a word")[:300]


def _disk(version: Version, folder: Path) -> Figures:
    """Bytes that an environment takes, each file once."""
    seen: dict[int, int] = {}
    for base, _, names in os.walk(version.folder):
        for name in names:
            status = os.lstat(os.path.join(base, name))
            seen[status.st_ino] = status.st_blocks * 512
    return {"MB": sum(seen.values()) / 1e6}


def _cold(version: Version, folder: Path) -> Figures:
    out = folder / "out" / version.folder.name
    return _command(version, "ask", str(_picture(folder)), QUESTION, "--out", str(out))


def _help(version: Version, folder: Path) -> Figures:
    return _command(version, "--help")


def _new(version: Version, folder: Path) -> Figures:
    return _work(version, "new", str(_picture(folder)), QUESTION)


def _sparse(version: Version, folder: Path) -> Figures:
    return _work(version, "new", str(_frame(folder)), QUESTION)


def _again(version: Version, folder: Path) -> Figures:
    return _work(version, "again", str(_picture(folder)), QUESTION, "Segment every harbor.")


def _vectors(vector: str) -> Callable[[Version, Path], Figures]:
    return lambda version, folder: _work(version, vector, str(_picture(folder)), "10000")


def _large(version: Version, folder: Path) -> Figures:
    from geomagnifier_lab.bench.memory import draw_scene

    scene, out = folder / f"{SIDE}.tif", folder / "out" / f"large-{version.folder.name}"
    draw_scene(scene, SIDE)
    return _command(version, "ask", str(scene), QUESTION, "--out", str(out), "--max-memory", "1 GB")


def _index(version: Version, folder: Path) -> Figures:
    """Queries to a service over an index; the least seconds of a query."""
    index = _made_index(folder)
    with _service(version, index) as (address, running):
        took: list[Figures] = []
        for number in range(QUERIES):
            words = {"words": f"picture {number} of a harbor with {number} boats"}
            before = _processor(running)
            found = json.loads(_post(f"{address}/v1/search", words, took))
            took[-1]["processor"] = _processor(running) - before
            if not found["hits"]:
                raise ModelError("the service found nothing in its index")
    # The first ones read the headers of the images that they found.
    return {name: min(one[name] for one in took[2:]) for name in took[0]}


@contextmanager
def _service(version: Version, target: Path) -> Any:
    words = [str(version.command), "serve", str(target), "--port", "0", "--no-browser"]
    running = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_alone()
    )
    try:
        assert running.stdout is not None
        told = ""
        for line in running.stdout:
            told += line
            if found := next((w for w in line.split() if w.startswith("http://")), None):
                yield found.rstrip("/."), running.pid
                return
        raise ModelError(_last(told))
    finally:
        running.terminate()
        running.wait()


def _processor(pid: int) -> float:
    """Seconds of processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _post(address: str, body: dict[str, Any], took: list[Figures]) -> bytes:
    request = urllib.request.Request(
        address, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    begin = time.perf_counter()
    with urllib.request.urlopen(request, timeout=300) as reply:
        found: bytes = reply.read()
    took.append({"seconds": time.perf_counter() - begin})
    return found


def _picture(folder: Path) -> Path:
    """A drawn harbour with a place on the Earth."""
    return _drawn(folder / "harbour.tif", SIZE)


def _frame(folder: Path) -> Path:
    """A drawn town in which there is one harbour."""
    return _drawn(folder / "frame.tif", FRAME)


def _drawn(path: Path, size: tuple[int, int]) -> Path:
    from geomagnifier.export.image_file import write_picture
    from geomagnifier_lab.render.scene import draw_scene

    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = draw_scene(4, *SIZE, "harbour").pixels
        if size != SIZE:
            whole = draw_scene(5, *size, "town").pixels.copy()
            whole[900 : 900 + SIZE[1], 2000 : 2000 + SIZE[0]] = pixels
            pixels = whole
        write_picture(path, pixels, "EPSG:32633", (0.3, 0.0, 500_000.0, 0.0, -0.3, 5_300_000.0))
    return path


def _made_index(folder: Path) -> Path:
    """An index of `SCENES` made-up scenes, all of whose files are one small image."""
    import numpy as np

    from geomagnifier.export.image_file import write_picture
    from geomagnifier.models.registry import load_small
    from geomagnifier_lab.bench.archive import made

    path = folder / "scenes.index"
    ready = folder / "scenes.ready"
    if not ready.exists():
        index, _, _ = made(path, load_small(), SCENES, np.random.default_rng(0))
        first = index.root / "000000.tif"
        write_picture(first, np.full((64, 64, 3), 90, np.uint8))
        for number in range(1, SCENES):
            (index.root / f"{number:06d}.tif").hardlink_to(first)
        ready.touch()
    return path


ROWS = {
    row.name: row
    for row in (
        Row("disk", "disk of the environment", "0.35", "MB", "MB", _disk, 1),
        Row(
            "cold",
            "`geomag ask` cold, 1000 x 700 px, with files written",
            "0.45",
            "seconds",
            "s",
            _cold,
        ),
        Row("help", "`geomag --help`", "0.6", "seconds", "s", _help),
        Row("new", "a new picture of 1000 x 700 px at pixel level", "0.65", "seconds", "s", _new),
        Row("memory", "peak memory of it", "0.9", "MB", "MB", _new),
        Row("sparse", "4096 x 2160 px, sparse, adaptive", "0.65", "seconds", "s", _sparse),
        Row("gpkg", "10,000 regions to GeoPackage", "0.25", "seconds", "s", _vectors("gpkg")),
        Row("geojson", "10,000 regions to GeoJSON", "0.12", "seconds", "s", _vectors("geojson")),
        Row(
            "index",
            "a query over an index of 50,000 rows in the service",
            "0.15",
            "seconds",
            "s",
            _index,
            3,
        ),
        Row(
            "again",
            "a second opening of an unchanged file, then a new question",
            "0.25",
            "seconds",
            "s",
            _again,
        ),
        Row(
            "share",
            "the same, as a share of the first opening with its question",
            "0.25",
            "share",
            "",
            _again,
        ),
        Row(
            "large",
            '40,000 x 40,000 px sparse, `--max-memory "1 GB"`: seconds',
            "0.7",
            "seconds",
            "s",
            _large,
            2,
        ),
    )
}
"""By name."""
